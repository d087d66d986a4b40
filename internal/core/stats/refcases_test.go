package stats

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every reference case of the folder is computed and compared within its own tolerance. A file
// without an implementation fails under its name.
func TestReferenceCases(t *testing.T) {
	files, err := filepath.Glob("testdata/refcases/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no reference cases found: %v", err)
	}
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c, err := ReadRefcase(id, data)
			if err != nil {
				t.Fatal(err)
			}
			v := c.Verify()
			if v.Err != nil {
				t.Fatal(v.Err)
			}
			if v.Values == 0 {
				t.Error("nothing was compared")
			}
			for i, f := range v.Faults {
				if i == 12 {
					t.Errorf("and %d more", len(v.Faults)-i)
					break
				}
				t.Errorf("%s: got %s, want %s", f.At, f.Got, f.Want)
			}
		})
	}
}

// The program carries the very files of the folder, one for each method and none besides.
func TestTheProgramHoldsItsReferenceCases(t *testing.T) {
	files, err := filepath.Glob("testdata/refcases/*.json")
	if err != nil {
		t.Fatal(err)
	}
	held, err := Refcases()
	if err != nil {
		t.Fatal(err)
	}
	if len(held) != len(files) {
		t.Errorf("the program holds %d cases, the folder %d", len(held), len(files))
	}
	var cases, methods []string
	for _, c := range held {
		data, err := os.ReadFile(filepath.Join("testdata/refcases", c.ID+".json"))
		if err != nil || !bytes.Equal(data, c.data) {
			t.Errorf("%s inside the program is not the file of the folder: %v", c.ID, err)
		}
		if c.Program == "" || c.Reference == "" || c.Allowed == "" {
			t.Errorf("%s: program, reference or tolerance is missing: %+v", c.ID, c)
		}
		cases = append(cases, c.ID)
	}
	for _, m := range Methods() {
		methods = append(methods, m.ID)
	}
	slices.Sort(methods)
	if !slices.Equal(cases, methods) {
		t.Errorf("cases %v, methods %v", cases, methods)
	}
}

// A comparison that cannot fail would prove nothing: each kind of disagreement is found and named.
func TestVerificationFindsWhatDiffers(t *testing.T) {
	const input = `"input":{"count":[5]},"parameters":{"conf_level":0.95}`
	honest := string(mustRun(t, "poisson_count_exact_ci", "{"+input+"}"))
	verify := func(id, expected, tolerance string) Verification {
		c, err := ReadRefcase(id, []byte(`{"id":"`+id+`",`+input+`,"expected":`+expected+`,"tolerance":`+tolerance+`}`))
		if err != nil {
			t.Fatal(err)
		}
		return c.Verify()
	}
	if v := verify("poisson_count_exact_ci", honest, `{"rel":1e-9}`); !v.Passed() || v.Farthest != 0 || v.Problem() != "" {
		t.Fatalf("its own result: %+v", v)
	}
	for _, x := range []struct{ name, id, expected, tolerance, want string }{
		{"another number", "poisson_count_exact_ci", `{"rate":[5],"low":[1.7]}`, `{"rel":1e-9}`, "low.[0]: got 1.62"},
		{"another key", "poisson_count_exact_ci", `{"no_such_key":1}`, `{"rel":1e-9}`, "no_such_key: got null, want 1"},
		{"no method", "no_such_method", honest, `{"rel":1e-9}`, "no_such_method"},
		{"nothing expected", "poisson_count_exact_ci", `{}`, `{"rel":1e-9}`, "nothing was compared"},
		{"null expected", "poisson_count_exact_ci", `null`, `{"rel":1e-9}`, "expects nothing"},
		{"unknown tolerance", "poisson_count_exact_ci", honest, `{"roughly":1}`, "not understood"},
		{"more items", "poisson_count_exact_ci", `{"rate":[5,6]}`, `{"rel":1e-9}`, "want [5,6]"},
	} {
		if v := verify(x.id, x.expected, x.tolerance); v.Passed() || !strings.Contains(v.Problem(), x.want) || strings.Contains(v.Problem(), "\n") {
			t.Errorf("%s: passed %v, %q; want %q", x.name, v.Passed(), v.Problem(), x.want)
		}
	}
	if _, err := ReadRefcase("a", []byte(`{"id":"b"}`)); err == nil {
		t.Error("a file with the case of another name was read")
	}
}

func mustRun(t *testing.T, id, data string) []byte {
	t.Helper()
	out, err := Run(id, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRules(t *testing.T) {
	for _, x := range []struct {
		r         rule
		got, want float64
		allowed   bool
	}{
		{rule{rel: 1e-6}, 1.0000009, 1, true}, {rule{rel: 1e-6}, 1.0000011, 1, false}, {rule{rel: 1e-6}, 1e-13, 0, true}, {rule{rel: 1e-6}, 1e-11, 0, false},
		{rule{abs: 0.5}, 3.5, 3, true}, {rule{abs: 0.5}, 3.6, 3, false}, {rule{exact: true}, 3, 3, true}, {rule{exact: true}, 3.0000001, 3, false},
		{rule{rel: 1e-9, abs: 1}, 3.9, 3, true}, {rule{abs: 1e-9}, 1e-10, 0, true},
	} {
		if got := x.r.used(x.got, x.want) <= 1; got != x.allowed {
			t.Errorf("%+v: %v for %v allowed %v, want %v", x.r, x.got, x.want, got, x.allowed)
		}
	}
}
