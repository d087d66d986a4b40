package facts

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/table"
)

func asFindings(err error) (fault.Findings, bool) {
	var list fault.Findings
	ok := errors.As(err, &list)
	return list, ok
}

// An elementForm is what the form of an element holds, as typed.
type elementForm struct {
	Fields  map[string]string // by the names of elementFields
	Version int               // the one the editor saw; 0 is a new element
	Seen    string            // digest of what was previewed
}

func formOf(e measure.Element, version int) elementForm {
	f := elementForm{Fields: map[string]string{}, Version: version}
	for i, v := range fieldsOf(e) {
		f.Fields[elementFields[i].name] = v
	}
	return f
}

// digest tells whether a form is the one that was previewed.
func (f elementForm) digest() string {
	h := sha256.New()
	for _, x := range elementFields {
		h.Write([]byte(f.Fields[x.name]))
		h.Write([]byte{0})
	}
	h.Write([]byte(strconv.Itoa(f.Version)))
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// element reads the form on top of what the element was.
func (f elementForm) element(base measure.Element) (measure.Element, fault.Findings) {
	e, found := elementRow{fields: f.Fields}.element(base)
	if e.Kind == "" || f.Fields["kind"] == "" {
		e.Kind = ""
	}
	return e, found
}

// formView is the page of the form.
type formView struct {
	New       bool
	Code      string // of the present element
	Action    string
	F         map[string]string
	Version   int
	Seen      string
	Problems  map[string][]string
	Above     []string // faults that belong to no field
	Kinds     []choice
	Grains    []choice
	Levels    []choice
	Schemes   []choice
	Forces    []choice
	Fixed     bool   // facts fix kind, scale and level
	NextYear  int    // from which the grain may change
	GrainText string // in words
	ManyGrain bool   // the grain changed already, or may only change from a later year on
	Preview   bool
	Changes   []string
	Values    int
	Uses      *table.Table
	Conflict  string // another editor's version
	TheirDiff []string
}

type choice struct {
	Value, Label, Hint string
	On                 bool
}

// newForm lays out the form; use tells how far the element is filled.
func newForm(x lens, f elementForm, code string, use Usage, reg *org.Register, today period.Day) formView {
	v := formView{New: code == "", Code: code, Action: "/definitions/elements/new", F: f.Fields, Version: f.Version, Seen: f.digest(), Fixed: use.Any(), Values: use.Values}
	if code != "" {
		v.Action = elementPath(code) + "/edit"
	}
	if use.Any() {
		v.NextYear = use.Years[len(use.Years)-1] + 1
	}
	if list, err := parseGrains(f.Fields["grain"]); err == nil {
		v.GrainText = x.grains(list)
		v.ManyGrain = len(list) > 1
	}
	v.ManyGrain = v.ManyGrain || v.Fixed
	pick := func(field string, value, label, hint string) choice {
		return choice{value, x.t(label), hint, f.Fields[field] == value}
	}
	for _, k := range []measure.Kind{measure.Flow, measure.Stock, measure.Point} {
		v.Kinds = append(v.Kinds, pick("kind", string(k), kindText(k), x.t(kindHint(k))))
	}
	for _, g := range []period.Grain{period.HalfMonths, period.Months, period.Quarters, period.HalfYears, period.Years} {
		v.Grains = append(v.Grains, pick("grain", g.String(), g.Chinese(), ""))
	}
	for _, l := range org.Levels() {
		v.Levels = append(v.Levels, pick("level", l.String(), l.Text(), ""))
	}
	for _, s := range []measure.SchemeKind{measure.NoScheme, measure.Partition, measure.Overlapping} {
		v.Schemes = append(v.Schemes, pick("scheme", string(s), schemeText(s), ""))
	}
	tree := reg.On(today)
	v.Forces = append(v.Forces, choice{"", x.t("（无）"), "", f.Fields["force"] == ""})
	found := f.Fields["force"] == ""
	for _, u := range tree.Rows(org.LevelFunctional) {
		if tree.Kind(u) != org.TaskForce && tree.Kind(u) != org.Office {
			continue
		}
		on := f.Fields["force"] == tree.Code(u)
		found = found || on
		v.Forces = append(v.Forces, choice{tree.Code(u), tree.Name(u), "", on})
	}
	if !found {
		v.Forces = append(v.Forces, choice{f.Fields["force"], f.Fields["force"], "", true})
	}
	return v
}

// refuse puts the faults of a form beside their fields. Faults of the scheme stand by its labels.
func (v *formView) refuse(err error, tr func(string) string) {
	v.Problems = map[string][]string{}
	for field, list := range problemsOf(err, tr) {
		switch {
		case field == "categories":
			v.Problems["dimensions"] = append(v.Problems["dimensions"], list...)
		case fieldKnown(field):
			v.Problems[field] = append(v.Problems[field], list...)
		default:
			v.Above = append(v.Above, list...)
		}
	}
}

func fieldKnown(name string) bool {
	for _, f := range elementFields {
		if f.name == name {
			return true
		}
	}
	return false
}
