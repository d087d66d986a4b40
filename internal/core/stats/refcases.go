package stats

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// The cases travel inside the program, so that it can prove itself wherever it runs. Where they come
// from stands in testdata/refcases/README.md.
//
//go:embed testdata/refcases/*.json
var refcaseFiles embed.FS

// A Refcase is a case computed by an independent program: input, parameters, the result it expects
// and how close is close enough.
type Refcase struct {
	ID        string // that of its method
	Title     string // of the method as the file names it, English
	Program   string // that produced the numbers, with its version
	Reference string // paper, table or handbook
	Allowed   string // the tolerances, "rel 1e-06, p_abs 1e-09"
	data      []byte
}

// Refcases lists the cases that the program holds, by ID.
func Refcases() ([]Refcase, error) {
	files, err := refcaseFiles.ReadDir("testdata/refcases")
	if err != nil {
		return nil, err
	}
	var out []Refcase
	for _, f := range files {
		data, err := refcaseFiles.ReadFile(path.Join("testdata/refcases", f.Name()))
		if err != nil {
			return nil, err
		}
		c, err := ReadRefcase(strings.TrimSuffix(f.Name(), ".json"), data)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// ReadRefcase reads the file of a case; name is the file's without its ending and must be the ID of
// the case.
func ReadRefcase(name string, data []byte) (Refcase, error) {
	c := Refcase{data: data}
	var in struct {
		ID     string `json:"id"`
		Method string `json:"method"`
		Source struct {
			Implementation string `json:"implementation"`
			Reference      string `json:"reference"`
		} `json:"source"`
		Tolerance map[string]json.RawMessage `json:"tolerance"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return c, fmt.Errorf("reference case %s: %w", name, err)
	}
	if in.ID != name {
		return c, fmt.Errorf("the file %s holds the case %q", name, in.ID)
	}
	c.ID, c.Title, c.Program, c.Reference = in.ID, in.Method, in.Source.Implementation, in.Source.Reference
	var allowed []string
	for key, value := range in.Tolerance {
		allowed = append(allowed, key+" "+strings.Trim(string(value), `"`))
	}
	slices.Sort(allowed)
	c.Allowed = strings.Join(allowed, ", ")
	return c, nil
}

// A Mismatch is a value of a case that was not reproduced: where it stands, what was computed and
// what was expected, as text.
type Mismatch struct{ At, Got, Want string }

// A Verification is what came of computing a case anew. Values counts what was compared. Farthest is
// the largest deviation as a share of what the case allows there, from 0 (all equal) to 1 (just
// allowed), and At where it stands. Err says why nothing could be computed, such as a case without a
// method.
type Verification struct {
	Case     Refcase
	Values   int
	Farthest float64
	At       string
	Faults   []Mismatch
	Err      error
}

// Passed tells whether everything that the case expects was reproduced within its tolerance.
func (v Verification) Passed() bool { return v.Err == nil && v.Values > 0 && len(v.Faults) == 0 }

// Problem says in one English line why the case failed; "" if it passed.
func (v Verification) Problem() string {
	switch {
	case v.Err != nil:
		return v.Err.Error()
	case len(v.Faults) > 0:
		f := v.Faults[0]
		return fmt.Sprintf("%s: got %s, want %s (%d places differ)", f.At, f.Got, f.Want, len(v.Faults))
	case v.Values == 0:
		return "nothing was compared"
	}
	return ""
}

// Verify computes the case by the method of its ID and compares the result with what it expects.
func (c Refcase) Verify() Verification {
	out := Verification{Case: c}
	var file struct {
		Expected  any                        `json:"expected"`
		Tolerance map[string]json.RawMessage `json:"tolerance"`
	}
	if out.Err = json.Unmarshal(c.data, &file); out.Err != nil {
		return out
	}
	allowed, err := tolerances(file.Tolerance)
	if err != nil {
		out.Err = err
		return out
	}
	result, err := Run(c.ID, c.data)
	if err != nil {
		out.Err = err
		return out
	}
	var got any
	if out.Err = json.Unmarshal(result, &got); out.Err != nil {
		return out
	}
	if file.Expected == nil {
		out.Err = errors.New("the case expects nothing")
		return out
	}
	cmp := comparison{tolerance: allowed, extra: extraTolerances(c.ID)}
	cmp.compare(nil, got, file.Expected)
	out.Values, out.Faults, out.Farthest, out.At = cmp.values, cmp.faults, cmp.farthest, cmp.at
	return out
}

// Data gives the file of the case as it is stored.
func (c Refcase) Data() []byte { return slices.Clone(c.data) }
