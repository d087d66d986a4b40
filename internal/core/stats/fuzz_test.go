package stats

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzRun feeds any JSON to any method: it must answer with JSON or with one sentence, never panic,
// and never print a number that is none.
func FuzzRun(f *testing.F) {
	for _, m := range Methods() {
		f.Add(m.ID, `{"input":{},"parameters":{}}`)
		if data, err := os.ReadFile(filepath.Join("testdata/refcases", m.ID+".json")); err == nil {
			f.Add(m.ID, string(data))
		}
	}
	f.Add("mann_kendall_sen", `{"input":{"series":[{"id":"a","y":[1e300,-1e300,0,5]}]}}`)
	f.Add("joinpoint_poisson_counts", `{"input":{"x":[1,2,3,4,5,6,7,8],"count":[0,0,0,1,0,0,0,0]}}`)
	f.Add("poisson_rate_ratio_exact", `{"input":{"rows":[[999999999,1,1e-300,1e300]]}}`)
	f.Add("poisson_cusum_arl", `{"input":{"designs":[{"mu0":1,"mu1":1000}]}}`)
	f.Fuzz(func(t *testing.T, id, data string) {
		if len(data) > 20_000 {
			return
		}
		out, err := Run(id, json.RawMessage(data))
		if err != nil {
			if s := err.Error(); s == "" || strings.Contains(s, "\n") {
				t.Errorf("%s: sentence %q", id, s)
			}
			return
		}
		var v any
		if err := json.Unmarshal(out, &v); err != nil {
			t.Errorf("%s prints %q: %v", id, out, err)
		}
		sane(t, v)
	})
}

func sane(t *testing.T, v any) {
	switch v := v.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Errorf("printed %v", v)
		}
	case []any:
		for _, x := range v {
			sane(t, x)
		}
	case map[string]any:
		for _, x := range v {
			sane(t, x)
		}
	}
}
