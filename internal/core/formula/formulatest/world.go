// Package formulatest proves formula engines against case files that an official can read:
// internal/core/formula/testdata/cases. Every engine, the exact one, the fast one, and any over
// another source of facts, must pass the same files through Run.
//
// Table is the reference for sources: it answers from a plain list of facts, slowly and in the
// words of SEMANTICS §1–§4.
package formulatest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A World is what a case file builds up: units, elements, forms, facts, definitions and a day.
type World struct {
	Units       []org.Unit
	Elements    []measure.Element
	Forms       []Form
	Facts       []Fact
	Sent        []Sent
	Definitions map[string][]Definition // by code, ascending by From
	Order       []string                // codes of Definitions in the order of their first
	Today       period.Day              // the day in progress; zero means that every period is over

	reg *org.Register
}

// A Form is reported by every unit of a level in each slot of a grain.
type Form struct {
	Code, Name string
	Grain      period.Grain
	Level      org.Level
}

// A Fact is a reported value; of two for the same cell the one with the higher Seq holds.
type Fact struct {
	measure.Fact
	Seq int
}

// Sent is a return that came in.
type Sent struct {
	Form   string
	Unit   org.UnitID
	Period period.Period
	Late   bool
}

// A Definition is one version of an indicator with its name.
type Definition struct {
	formula.Definition
	Name, NameEN string
}

// Shuffled gives the same world with its facts, returns and elements in another order.
func (w *World) Shuffled(seed uint64) *World {
	s := *w
	r := rand.New(rand.NewPCG(seed, 1))
	s.Facts = slices.Clone(w.Facts)
	r.Shuffle(len(s.Facts), func(i, j int) { s.Facts[i], s.Facts[j] = s.Facts[j], s.Facts[i] })
	s.Sent = slices.Clone(w.Sent)
	r.Shuffle(len(s.Sent), func(i, j int) { s.Sent[i], s.Sent[j] = s.Sent[j], s.Sent[i] })
	s.Elements = slices.Clone(w.Elements)
	r.Shuffle(len(s.Elements), func(i, j int) { s.Elements[i], s.Elements[j] = s.Elements[j], s.Elements[i] })
	return &s
}

// Register gives the units as a register.
func (w *World) Register() (*org.Register, error) {
	if w.reg != nil {
		return w.reg, nil
	}
	reg, err := org.New(slices.Clone(w.Units), nil)
	if err == nil {
		w.reg = reg
	}
	return reg, err
}

// unit finds a unit by its name of any day.
func (w *World) unit(name string) (org.UnitID, error) {
	for _, u := range w.Units {
		for _, v := range u.Versions {
			if v.Name == name {
				return u.ID, nil
			}
		}
	}
	return 0, fmt.Errorf("no unit %s", name)
}

// unitName gives the last name of a unit.
func (w *World) unitName(id org.UnitID) string {
	for _, u := range w.Units {
		if u.ID == id {
			return u.Last().Name
		}
	}
	return fmt.Sprint(int(id))
}

// element finds an element by code or name.
func (w *World) element(word string) (measure.Element, bool) {
	for _, e := range w.Elements {
		if e.Code == word || e.Name == word {
			return e, true
		}
	}
	return measure.Element{}, false
}

// name gives the Chinese name of a code.
func (w *World) name(code string) string {
	for _, r := range w.refs() {
		if r.Code == code {
			return r.Name
		}
	}
	return code
}

func (w *World) nameEN(code string) string {
	for _, r := range w.refs() {
		if r.Code == code && r.NameEN != "" {
			return r.NameEN
		}
	}
	return code
}

func (w *World) refs() []formula.Ref {
	var refs []formula.Ref
	for i := range w.Elements {
		e := &w.Elements[i]
		refs = append(refs, formula.Ref{Kind: formula.ElementRef, Code: e.Code, Name: e.Name, NameEN: e.NameEN, Element: e})
	}
	for _, code := range w.Order {
		ds := w.Definitions[code]
		d := ds[len(ds)-1]
		refs = append(refs, formula.Ref{Kind: formula.IndicatorRef, Code: code, Name: d.Name, NameEN: d.NameEN})
	}
	for _, f := range w.Forms {
		refs = append(refs, formula.Ref{Kind: formula.FormRef, Code: f.Code, Name: f.Name})
	}
	return refs
}

// Names gives what formulas may name now.
func (w *World) Names() *formula.Dictionary {
	return formula.NewDictionary(w.refs(), func(code string) *formula.Expr {
		ds := w.Definitions[code]
		if len(ds) == 0 {
			return nil
		}
		return ds[len(ds)-1].Expr
	})
}

// Words gives the words of explanations.
func (w *World) Words(translate func(string) string) formula.Words {
	if translate == nil {
		return formula.Words{Name: w.name, Unit: w.unitName}
	}
	return formula.Words{English: true, Translate: translate, Name: w.nameEN, Unit: w.unitName}
}

// addUnits reads an indented list of units, "name kind [from..to]".
func (w *World) addUnits(text string) error {
	var path []org.UnitID
	for _, line := range strings.Split(text, "\n") {
		body := strings.TrimLeft(line, " ")
		if body == "" {
			continue
		}
		depth := (len(line) - len(body)) / 2
		f := strings.Fields(body)
		if len(f) < 2 || depth > len(path) {
			return fmt.Errorf("cannot read %q: want name kind [from..to], indented by two blanks a level", line)
		}
		kind, err := org.ParseKind(f[1])
		if err != nil {
			return err
		}
		v := org.Version{From: period.MustDay("2010-01-01"), Name: f[0]}
		if len(f) > 2 {
			if err := lifetime(f[2], &v); err != nil {
				return err
			}
		}
		if depth > 0 {
			v.Parent = path[depth-1]
		}
		id := org.UnitID(len(w.Units) + 1)
		w.Units = append(w.Units, org.Unit{ID: id, Code: fmt.Sprintf("U%02d", id), Kind: kind, Versions: []org.Version{v}})
		path = append(path[:depth], id)
	}
	w.reg = nil
	_, err := w.Register()
	return err
}

func lifetime(s string, v *org.Version) error {
	from, to, _ := strings.Cut(s, "..")
	var err error
	if from != "" {
		if v.From, err = period.ParseDay(from); err != nil {
			return err
		}
	}
	if to != "" {
		v.To, err = period.ParseDay(to)
	}
	return err
}

// move puts a unit under another parent from a day on.
func (w *World) move(name, to, on string) error {
	id, err := w.unit(name)
	if err != nil {
		return err
	}
	parent, err := w.unit(to)
	if err != nil {
		return err
	}
	day, err := period.ParseDay(on)
	if err != nil {
		return err
	}
	w.Units = slices.Clone(w.Units)
	u := &w.Units[id-1]
	u.Versions = slices.Clone(u.Versions)
	last := &u.Versions[len(u.Versions)-1]
	next := *last
	last.To = day.AddDays(-1)
	next.From, next.Parent = day, parent
	u.Versions = append(u.Versions, next)
	w.reg = nil
	_, err = w.Register()
	return err
}

// addElement reads "code name kind grain level [unit] [scale=n] [en=…] [partition|overlapping]
// [dimension=label|label …]". A grain may change: month;2018:half-month.
func (w *World) addElement(line string) error {
	f := strings.Fields(line)
	if len(f) < 5 {
		return fmt.Errorf("cannot read %q: want code name kind grain level", line)
	}
	e := measure.Element{ID: measure.ElementID(len(w.Elements) + 1), Code: f[0], Name: f[1], Kind: measure.Kind(f[2])}
	for i, g := range strings.Split(f[3], ";") {
		year, code := 0, g
		if i > 0 {
			if _, err := fmt.Sscanf(g, "%d:%s", &year, &code); err != nil {
				return fmt.Errorf("grain %q: %w", g, err)
			}
		}
		grain, err := period.ParseGrain(code)
		if err != nil {
			return err
		}
		e.Grains = append(e.Grains, measure.GrainFrom{Year: year, Grain: grain})
	}
	var err error
	if e.Level, err = org.ParseLevel(f[4]); err != nil {
		return err
	}
	for _, x := range f[5:] {
		key, value, pair := strings.Cut(x, "=")
		switch key {
		case "scale":
			fmt.Sscan(value, &e.Scale)
		case "en":
			e.NameEN = strings.ReplaceAll(value, "_", " ")
		case string(measure.Partition), string(measure.Overlapping):
			e.Scheme.Kind = measure.SchemeKind(key)
		default:
			if !pair {
				e.Unit = x
				continue
			}
			d := measure.Dimension{Name: key}
			for _, l := range strings.Split(value, "|") {
				zh, en, _ := strings.Cut(l, ":")
				d.Labels = append(d.Labels, measure.Label{Name: zh, NameEN: en})
			}
			e.Scheme.Dimensions = append(e.Scheme.Dimensions, d)
		}
	}
	if err := e.Check(); err != nil {
		return err
	}
	w.Elements = append(w.Elements, e)
	return nil
}

func (w *World) addForm(line string) error {
	f := strings.Fields(line)
	if len(f) != 4 {
		return fmt.Errorf("cannot read %q: want code name grain level", line)
	}
	g, err := period.ParseGrain(f[2])
	if err != nil {
		return err
	}
	l, err := org.ParseLevel(f[3])
	if err != nil {
		return err
	}
	w.Forms = append(w.Forms, Form{f[0], f[1], g, l})
	return nil
}

// addFacts reads "unit element=value element{category}=value …". With again set every cell must
// have been reported before.
func (w *World) addFacts(p period.Period, text string, again bool) (int, error) {
	n := 0
	for _, line := range strings.Split(text, "\n") {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		u, err := w.unit(f[0])
		if err != nil {
			return n, err
		}
		for _, x := range f[1:] {
			fact, err := w.fact(u, p, x)
			if err != nil {
				return n, fmt.Errorf("%s: %w", x, err)
			}
			had := slices.ContainsFunc(w.Facts, func(g Fact) bool { return sameCell(g.Fact, fact) })
			if had != again {
				return n, fmt.Errorf("%s: reported before: %v; use load for new values and correct for others", x, had)
			}
			w.Facts = append(w.Facts, Fact{fact, len(w.Facts)})
			n++
		}
	}
	return n, nil
}

func (w *World) fact(u org.UnitID, p period.Period, x string) (measure.Fact, error) {
	i := strings.LastIndex(x, "=")
	if i < 0 {
		return measure.Fact{}, fmt.Errorf("want element=value")
	}
	word, value := x[:i], x[i+1:]
	word, category, _ := strings.Cut(strings.TrimSuffix(word, "}"), "{")
	e, ok := w.element(word)
	if !ok {
		return measure.Fact{}, fmt.Errorf("no element %s", word)
	}
	c, err := e.Scheme.Parse(category)
	if err != nil {
		return measure.Fact{}, err
	}
	v, err := measure.ParseValue(value, e.Scale)
	return measure.Fact{Element: e.Code, Category: c, Unit: u, Period: p, Value: v}, err
}

func sameCell(a, b measure.Fact) bool {
	a.Value, b.Value = 0, 0
	return a == b
}

func (w *World) addSent(form string, p period.Period, text string) (int, error) {
	n := 0
	for _, line := range strings.Split(text, "\n") {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		u, err := w.unit(f[0])
		if err != nil {
			return n, err
		}
		for _, g := range w.Forms {
			if g.Code == form || g.Name == form {
				w.Sent = append(w.Sent, Sent{g.Code, u, p, len(f) > 1 && f[1] == "迟报"})
				n++
			}
		}
	}
	if n == 0 {
		return 0, fmt.Errorf("no form %s or no units", form)
	}
	return n, nil
}

// define adds a version of an indicator.
func (w *World) define(code string, d Definition) {
	if w.Definitions == nil {
		w.Definitions = map[string][]Definition{}
	}
	ds := w.Definitions[code]
	if len(ds) == 0 {
		w.Order = append(w.Order, code)
	}
	d.Version = len(ds) + 1
	w.Definitions[code] = append(slices.Clone(ds), d)
}
