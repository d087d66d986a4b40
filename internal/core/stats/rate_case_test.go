package stats

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
)

// Every case with one value of its input damaged gives either a result in JSON or one Invalid
// sentence; never a panic, never a neutral sentence.
func TestDamagedCases(t *testing.T) {
	damages := []any{nil, "x", -1.0, 0.0, 1e300, 0.5, []any{}, map[string]any{}, true}
	for _, m := range rateMethods() {
		t.Run(m.ID, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile("testdata/refcases/" + m.ID + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var c map[string]any
			if err := json.Unmarshal(data, &c); err != nil {
				t.Fatal(err)
			}
			delete(c, "expected")
			delete(c, "notes")
			if p, ok := c["parameters"].(map[string]any); ok && (m.ID == "rank_uncertainty" || strings.HasPrefix(m.ID, "composite")) {
				p["draws"] = 1000
			}
			tried, refused := 0, 0
			try := func() {
				tried++
				text, err := json.Marshal(c)
				if err != nil {
					t.Fatal(err)
				}
				out, err := Run(m.ID, text)
				switch {
				case err == nil && !json.Valid(out):
					t.Errorf("no JSON: %s", out)
				case err != nil && (fault.KindOf(err) != fault.Invalid || fault.Say(err, nil) == fault.Neutral || strings.Contains(fault.Say(err, nil), "\n")):
					t.Errorf("not one clear line: %v", err)
				case err != nil:
					refused++
				}
			}
			for _, part := range []string{"input", "parameters"} {
				spoil(c[part], func(set func(any), old any) {
					for _, d := range damages {
						set(d)
						try()
					}
					set(old)
				})
				old := c[part]
				for _, d := range damages {
					c[part] = d
					try()
				}
				c[part] = old
			}
			if refused == 0 || tried == refused {
				t.Errorf("%d of %d damaged cases were refused", refused, tried)
			}
		})
	}
}

// spoil visits the places of a value: every key of an object, the first and last of a list.
func spoil(v any, visit func(set func(any), old any)) {
	switch v := v.(type) {
	case map[string]any:
		for key, old := range v {
			visit(func(n any) { v[key] = n }, old)
			spoil(old, visit)
		}
	case []any:
		for i, old := range v {
			if i == 0 || i == len(v)-1 {
				visit(func(n any) { v[i] = n }, old)
				spoil(old, visit)
			}
		}
	}
}

// Every reason of the family has a sentence of its own.
func TestReasonsHaveSentences(t *testing.T) {
	seen := map[string]Reason{}
	for _, r := range []Reason{NoSpread, LonelyCluster, TooFewAnswers, TooFewEvents, TooFewMatches, Inconsistent, NoTable, NoIntervalAtEnd} {
		s := r.Sentence()
		if s == "" || s == Reason("unknown").Sentence() || seen[s] != "" {
			t.Errorf("%s: sentence %q", r, s)
		}
		seen[s] = r
	}
}

// Any text as a case gives JSON or one Invalid sentence.
func FuzzRateCases(f *testing.F) {
	methods := rateMethods()
	for i, m := range methods {
		if data, err := os.ReadFile("testdata/refcases/" + m.ID + ".json"); err == nil && len(data) < 6000 {
			f.Add(uint8(i), string(data))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		m := methods[int(which)%len(methods)]
		if m.ID == "rank_uncertainty" || strings.HasPrefix(m.ID, "composite") {
			return // hundreds of thousands of draws
		}
		out, err := Run(m.ID, json.RawMessage(text))
		if err == nil && !json.Valid(out) || err != nil && (fault.KindOf(err) != fault.Invalid || fault.Say(err, nil) == fault.Neutral) {
			t.Fatalf("%s: %s %v", m.ID, out, err)
		}
	})
}
