package measure

import (
	"encoding/json"

	"kaiyang/internal/core/fault"
)

// An ImportReport says what a file would do and whether it was done (SEMANTICS §7):
// Read = Created + Updated + Unchanged + Rejected.
type ImportReport struct {
	Read      int
	Created   int
	Updated   int
	Unchanged int
	Rejected  int
	Written   bool
	Findings  fault.Findings
	Notes     fault.Findings // what the file changes beyond what it says itself; no faults
}

// Add adds the outcome of a batch.
func (r *ImportReport) Add(o Outcome) {
	r.Created += o.Created
	r.Updated += o.Updated
	r.Unchanged += o.Unchanged
}

// JSON gives the stable form of DESIGN §7, with messages in the language of tr.
func (r ImportReport) JSON(tr func(string) string) ([]byte, error) {
	type finding struct {
		Sheet   string `json:"sheet"`
		Cell    string `json:"cell"`
		Row     int    `json:"row"`
		Value   string `json:"value"`
		Rule    string `json:"rule"`
		Message string `json:"message"`
	}
	out := struct {
		Read      int       `json:"read"`
		Created   int       `json:"created"`
		Updated   int       `json:"updated"`
		Unchanged int       `json:"unchanged"`
		Rejected  int       `json:"rejected"`
		Written   bool      `json:"written"`
		Findings  []finding `json:"findings"`
		Notes     []string  `json:"notes,omitempty"`
	}{r.Read, r.Created, r.Updated, r.Unchanged, r.Rejected, r.Written, []finding{}, nil}
	for _, n := range r.Notes {
		out.Notes = append(out.Notes, n.Message(tr))
	}
	for _, f := range r.Findings {
		out.Findings = append(out.Findings, finding{f.Sheet, f.Cell, f.Row, f.Value, f.Rule, f.Message(tr)})
	}
	return json.Marshal(out)
}
