package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// place writes where a value stands in the result: tests.[0].p.
func place(path []string) string { return strings.Join(path, ".") }

// shortened prints a value of a case; what is long or a part is cut.
func shortened(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case float64:
		return fmt.Sprintf("%.15g", v)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	if r := []rune(string(b)); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return string(b)
}

// extraTolerances are rules for parts whose tolerance the file leaves open, each with its reason.
func extraTolerances(id string) map[string]rule {
	switch id {
	case "capture_recapture_loglinear3":
		// saturated_deviance_abs of the case: the eighth model is the saturated one, its deviance
		// is zero up to rounding.
		return map[string]rule{"[7]": {rel: 1e-6, abs: 1e-6}}
	case "joinpoint_linear_nci_program":
		return map[string]rule{
			// Printed with six digits after the point, so half a unit of the last digit.
			"mse": {rel: 1e-6, abs: 5e-6}, "slopes": {rel: 1e-6, abs: 5.1e-7}, "intercept1": {rel: 1e-6}, "coef_r": {rel: 1e-6},
			// Quotients with the standard error, which agrees within 0.05 % (se_slopes_rel); the
			// p-value moves about t squared times as much as t.
			"t_slopes": {rel: 5e-4}, "p_slope1": {rel: 5e-3},
		}
	}
	return nil
}

// A rule says how far a number may deviate: relatively, absolutely (either suffices), or not at all.
type rule struct {
	rel, abs float64
	exact    bool
}

// tolerances reads the tolerance of a case: "" is the general rule, else the name of a part.
func tolerances(raw map[string]json.RawMessage) (map[string]rule, error) {
	out := map[string]rule{}
	for key, value := range raw {
		var number float64
		var text string
		switch {
		case json.Unmarshal(value, &number) == nil:
			name, kind := "", key
			if i := strings.LastIndex(key, "_"); i >= 0 {
				name, kind = key[:i], key[i+1:]
			}
			r := out[name]
			switch kind {
			case "rel":
				r.rel = number
			case "abs":
				r.abs = number
			default:
				return nil, fmt.Errorf("tolerance %q is not understood", key)
			}
			out[name] = r
		case json.Unmarshal(value, &text) == nil && strings.HasPrefix(text, "exact"):
			out[key] = rule{exact: true}
		case strings.Contains(text, "p_tol_at_4499"):
			// read beside the value, see compare
		default:
			return nil, fmt.Errorf("tolerance %q: %s is not understood", key, value)
		}
	}
	return out, nil
}

// A comparison walks over what a case expects and notes what does not agree.
type comparison struct {
	tolerance, extra map[string]rule
	values           int
	faults           []Mismatch
	farthest         float64 // share of the allowed deviation
	at               string
}

func (c *comparison) fault(path []string, got, want any) {
	c.faults = append(c.faults, Mismatch{place(path), shortened(got), shortened(want)})
}

// number notes how much of what a rule allows a number deviates.
func (c *comparison) number(path []string, got, want float64, r rule) {
	c.values++
	share := r.used(got, want)
	if !(share <= 1) {
		c.fault(path, got, want)
	}
	if share > c.farthest || math.IsNaN(share) {
		c.farthest, c.at = share, place(path)
	}
}

func (c *comparison) compare(path []string, got, want any) {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			c.fault(path, got, want)
			return
		}
		for key, value := range w {
			if strings.HasPrefix(key, "p_tol_at_") {
				continue // a tolerance, not a result
			}
			at := append(path[:len(path):len(path)], key)
			if limit, ok := w["p_tol_at_4499"].(float64); ok && key == "p" {
				p, ok := g[key].(float64)
				want, isNumber := value.(float64)
				if !ok || !isNumber {
					c.fault(at, g[key], value)
					continue
				}
				c.number(at, p, want, rule{abs: limit})
				continue
			}
			part, ok := g[key]
			if !ok {
				c.fault(at, nil, value)
				continue
			}
			c.compare(at, part, value)
		}
	case []any:
		g, ok := got.([]any)
		if !ok {
			c.fault(path, got, want)
			return
		}
		if models := byNumber(w); len(models) > 0 {
			// Models are matched by their number of joinpoints: a case may show some of them only.
			mine := byNumber(g)
			for k, model := range models {
				c.compare(append(path[:len(path):len(path)], "["+k+"]"), mine[k], model)
			}
			return
		}
		if len(g) != len(w) {
			c.fault(path, got, want)
			return
		}
		for i := range w {
			c.compare(append(path[:len(path):len(path)], fmt.Sprintf("[%d]", i)), g[i], w[i])
		}
	case float64:
		g, ok := got.(float64)
		if !ok {
			c.fault(path, got, want)
			return
		}
		c.number(path, g, w, c.ruleFor(path))
	default: // text, true, false, null
		c.values++
		if got != want {
			c.fault(path, got, want)
		}
	}
}

// byNumber gives the objects of a list by the question they answer (series and numbers of
// joinpoints), nil if they answer none.
func byNumber(list []any) map[string]any {
	out := map[string]any{}
	for _, x := range list {
		o, ok := x.(map[string]any)
		if !ok || o["k"] == nil && o["ka"] == nil {
			return nil
		}
		var parts []string
		for _, key := range []string{"id", "k", "ka", "kb"} {
			if v := o[key]; v != nil {
				parts = append(parts, fmt.Sprintf("%s=%v", key, v))
			}
		}
		out[strings.Join(parts, " ")] = x
	}
	if len(out) != len(list) {
		return nil
	}
	return out
}

// used is the deviation of a number as a share of what the rule allows: 0 if it is equal, up to 1
// if it is allowed.
func (r rule) used(got, want float64) float64 {
	if got == want {
		return 0
	}
	allowed := math.Max(float64(r.rel*math.Abs(want)), r.abs)
	switch {
	case r.exact:
		allowed = 0
	case want == 0 && r.rel > 0:
		allowed = math.Max(allowed, 1e-12)
	}
	return math.Abs(got-want) / allowed
}

// ruleFor finds the rule of a value: the innermost key that a named tolerance speaks of, else
// the general rule, else exact for whole numbers of any kind.
func (c *comparison) ruleFor(path []string) rule {
	for i := len(path) - 1; i >= 0; i-- {
		if r, ok := c.extra[path[i]]; ok {
			return r
		}
		best, found := -1, rule{}
		for name, r := range c.tolerance {
			if name == "" {
				continue
			}
			if score := speaksOf(name, path[i]); score > best {
				best, found = score, r
			}
		}
		if best >= 0 {
			return found
		}
	}
	if r, ok := c.tolerance[""]; ok {
		return r
	}
	return rule{rel: 1e-6}
}

// speaksOf scores how closely the name of a tolerance fits a key: equal, end of the key, start
// of it, middle of it; longer is better; −1 if it does not fit.
func speaksOf(name, key string) int {
	if name == key {
		return 1000
	}
	n, k := nameWords(name), nameWords(key)
	for at := len(k) - len(n); at >= 0; at-- {
		if strings.Join(k[at:at+len(n)], "_") == strings.Join(n, "_") {
			score := 10 * len(n)
			if at+len(n) == len(k) {
				score++
			}
			return score
		}
	}
	return -1
}

// nameWords splits a key into words without digits and plural.
func nameWords(key string) []string {
	parts := strings.Split(strings.ToLower(key), "_")
	for i, p := range parts {
		p = strings.TrimRight(p, "0123456789")
		if len(p) > 3 {
			p = strings.TrimSuffix(p, "s")
		}
		parts[i] = p
	}
	return parts
}
