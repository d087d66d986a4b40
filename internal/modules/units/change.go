package units

import (
	"cmp"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Change is one change of units as a person asks for it. On is the first day of the new state
// (of End, the first day on which the unit no longer exists). Which further fields count depends
// on the deed.
type Change struct {
	Deed   Deed
	Unit   org.UnitID // the unit concerned; of Added, the parent, 0 for a root
	Seen   int64      // revision of the unit when the form was shown; 0 is not compared
	On     period.Day // Edited has none
	Reason string

	Name    string     // Added, Renamed, Edited; Merged into a new unit
	Short   string     // short name for tables, may be empty
	Code    string     // Added; Merged into a new unit
	Kind    org.Kind   // Added
	Parent  org.UnitID // Moved
	Others  []org.UnitID
	Into    org.UnitID         // Merged: the unit that carries on; 0 is a new one
	Parts   []Part             // Split
	Place   map[org.UnitID]int // Split: number of the part to which a unit beneath goes
	Aliases []string           // Edited
	Pinyin  string             // Edited: sort key where the usual reading is wrong
	Order   int                // Edited: place among siblings
}

// A Part is a unit that takes over part of another: an existing one, or a new one.
type Part struct {
	Unit       org.UnitID // 0 for a new unit
	Code, Name string     // of a new unit
}

// A Plan is what a change would do.
type Plan struct {
	Change   Change
	Register *org.Register // as it would be
	Changed  org.Changed
	Touched  []Touch
	Beneath  int             // units that come along with a moved one, unchanged themselves
	Closed   []period.Period // closed periods that end on or after the day
	Loose    []Loose         // facts that would be in no sum any more
}

// A Loose is a fact of a unit that would not live in its period.
type Loose struct {
	Unit   org.UnitID
	Period period.Period
}

// A Touch is one unit before and after a change.
type Touch struct {
	ID       org.UnitID
	Was, Is  org.Version // zero where the unit does not exist
	WasAlive bool        // on the day before
	IsAlive  bool        // on the day
	Unit     org.Unit    // after the change
}

// Check reports what is missing in c before anything is looked up.
func (c Change) Check() error {
	f := fault.Fields{}
	f.Need(strings.TrimSpace(c.Reason) != "", "reason", "请写明依据或原因，例如批复文号")
	f.Need(c.Deed == Edited || !c.On.IsZero(), "on", "请填写生效日期")
	f.Need(c.Deed != Renamed && c.Deed != Added && c.Deed != Edited || strings.TrimSpace(c.Name) != "", "name", "请填写名称")
	f.Need(len([]rune(c.Name)) <= 100, "name", "名称超过 100 个字；请用单位全称")
	switch c.Deed {
	case Added:
		f.Need(c.Kind.Valid(), "kind", "请选择单位类别")
		needCode(&f, c.Code, c.Kind)
	case Moved:
		f.Need(c.Parent != 0, "parent", "请写明新的上级单位")
	case Merged:
		f.Need(c.Into != 0 || strings.TrimSpace(c.Name) != "", "into", "请写明承接单位，或填写新单位的编码和名称")
		f.Need(c.Into == 0 || c.Into != c.Unit || len(c.Others) > 0, "others", "承接单位就是本单位；请写明有哪些单位并入它")
	case Split:
		f.Need(len(c.Parts) >= 2, "parts", "请至少写明两个承接单位，每行一个")
	case Renamed, Ended, Edited:
	default:
		f.Need(false, "deed", "没有这种变更")
	}
	return f.Err()
}

func needCode(f *fault.Fields, code string, k org.Kind) {
	if err := checkCode(CodeOf(code, k), k); err != nil {
		f.Need(false, "code", "%s", err)
	}
}

// Plan works out what c would do to r; key gives the sort key of a name. Faults come all at once
// as fault.Findings.
func (c Change) Plan(r *org.Register, key func(string) string) (Plan, error) {
	if err := c.Check(); err != nil {
		return Plan{}, err
	}
	p := Plan{Change: c}
	var err error
	switch c.Deed {
	case Edited:
		p.Register, p.Changed, err = c.edit(r, key)
	default:
		e := r.Edit().SortKey(key)
		if err := c.put(r, e); err != nil {
			return Plan{}, err
		}
		p.Register, p.Changed, err = e.Done()
	}
	if err != nil {
		return Plan{}, err
	}
	if found := rootless(p.Register.Units(), p.Changed.Units); len(found) > 0 {
		return Plan{}, found
	}
	p.touch(r)
	return p, nil
}

// put writes c into an edit.
func (c Change) put(r *org.Register, e *org.Edit) error {
	name, reason := strings.TrimSpace(c.Name), strings.TrimSpace(c.Reason)
	short := strings.TrimSpace(c.Short)
	switch c.Deed {
	case Added:
		e.Add(org.Unit{Code: CodeOf(c.Code, c.Kind), Kind: c.Kind,
			Versions: []org.Version{{From: c.On, Name: name, Short: short, Parent: c.Unit}}}, reason)
	case Renamed:
		e.Rename(c.Unit, c.On, name, reason)
		if short != "" {
			e.Revise(c.Unit, c.On, reason, func(v *org.Version) { v.Short = short })
		}
	case Moved:
		e.Move(c.Unit, c.On, c.Parent, reason)
	case Merged:
		return c.merge(r, e)
	case Split:
		return c.split(r, e)
	case Ended:
		e.End(c.Unit, c.On, reason)
	}
	return nil
}

func (c Change) merge(r *org.Register, e *org.Edit) error {
	ids := append([]org.UnitID{c.Unit}, c.Others...)
	into := org.Unit{ID: c.Into}
	if c.Into == 0 {
		u, _ := r.Unit(c.Unit)
		f := fault.Fields{}
		needCode(&f, c.Code, u.Kind)
		if err := f.Err(); err != nil {
			return err
		}
		into = org.Unit{Code: CodeOf(c.Code, u.Kind), Kind: u.Kind, Versions: []org.Version{{
			Name: strings.TrimSpace(c.Name), Short: strings.TrimSpace(c.Short), Parent: r.On(c.On.AddDays(-1)).Parent(c.Unit)}}}
	}
	e.Merge(ids, into, c.On, strings.TrimSpace(c.Reason))
	return nil
}

func (c Change) split(r *org.Register, e *org.Edit) error {
	u, ok := r.Unit(c.Unit)
	if !ok {
		return fault.New(fault.Missing, "没有这个单位；请从单位列表进入")
	}
	f := fault.Fields{}
	before := r.On(c.On.AddDays(-1))
	ids, into := make([]org.UnitID, len(c.Parts)), make([]org.Unit, len(c.Parts))
	next := e.Next()
	for i, p := range c.Parts {
		if p.Unit != 0 {
			ids[i], into[i] = p.Unit, org.Unit{ID: p.Unit}
			continue
		}
		needCode(&f, p.Code, u.Kind)
		f.Need(strings.TrimSpace(p.Name) != "", "parts", "第 %d 个承接单位没有名称；请写成“编码 名称”", i+1)
		ids[i] = next
		next++
		into[i] = org.Unit{Code: CodeOf(p.Code, u.Kind), Kind: u.Kind,
			Versions: []org.Version{{Name: strings.TrimSpace(p.Name), Parent: before.Parent(c.Unit)}}}
	}
	children := c.Placed(r)
	var lost []string
	for _, id := range children {
		if at, ok := c.Place[id]; !ok || at < 0 || at >= len(ids) {
			lost = append(lost, r.On(c.On).Name(id))
		}
	}
	f.Need(len(lost) == 0, "place", "请为每个下级选择归属，还没有选的有：%s", strings.Join(lost, "、"))
	if err := f.Err(); err != nil {
		return err
	}
	reason := strings.TrimSpace(c.Reason)
	e.Split(c.Unit, into, c.On, reason)
	for _, id := range children {
		if to := ids[c.Place[id]]; to != c.Unit {
			e.Move(id, c.On, to, reason)
		}
	}
	return nil
}

// Placed lists the units beneath the one that is split, each of which needs a place.
func (c Change) Placed(r *org.Register) []org.UnitID {
	if c.Deed != Split || c.On.IsZero() {
		return nil
	}
	return r.On(c.On).Children(c.Unit)
}

// edit corrects the newest version of a unit and its aliases; nothing is dated.
func (c Change) edit(r *org.Register, key func(string) string) (*org.Register, org.Changed, error) {
	u, ok := r.Unit(c.Unit)
	if !ok || len(u.Versions) == 0 {
		return nil, org.Changed{}, fault.New(fault.Missing, "没有这个单位；请从单位列表进入")
	}
	u.Versions = slices.Clone(u.Versions)
	v := &u.Versions[len(u.Versions)-1]
	if name := strings.TrimSpace(c.Name); name != v.Name {
		v.Name = name
		if c.Pinyin == v.Pinyin {
			c.Pinyin = ""
		}
	}
	v.Short, v.Order, v.Reason = strings.TrimSpace(c.Short), c.Order, strings.TrimSpace(c.Reason)
	if v.Pinyin = strings.TrimSpace(c.Pinyin); v.Pinyin == "" {
		v.Pinyin = key(v.Name)
	}
	u.Aliases = nil
	for _, a := range c.Aliases {
		if a = strings.TrimSpace(a); a != "" && !slices.Contains(u.Aliases, a) {
			u.Aliases = append(u.Aliases, a)
		}
	}
	units := slices.Clone(r.Units())
	i, _ := slices.BinarySearchFunc(units, u.ID, func(u org.Unit, id org.UnitID) int { return cmp.Compare(u.ID, id) })
	units[i] = u
	next, err := org.New(units, r.Successions())
	return next, org.Changed{Units: []org.Unit{u}}, err
}

// touch compares the units of a plan before and after.
func (p *Plan) touch(old *org.Register) {
	on := p.Change.On
	for _, u := range p.Changed.Units {
		t := Touch{ID: u.ID, Unit: u}
		before, _ := old.Unit(u.ID)
		if on.IsZero() {
			t.Was, t.Is = before.Last(), u.Last()
			t.WasAlive, t.IsAlive = true, true
		} else {
			t.Was, t.WasAlive = before.At(on.AddDays(-1))
			if !t.WasAlive {
				t.Was, t.WasAlive = before.At(on)
			}
			t.Is, t.IsAlive = u.At(on)
		}
		if t.WasAlive && t.IsAlive && t.Was.Parent != t.Is.Parent {
			p.Beneath += max(0, len(p.Register.On(on).Beneath(u.ID))-1)
		}
		p.Touched = append(p.Touched, t)
	}
	slices.SortStableFunc(p.Touched, func(a, b Touch) int {
		return cmp.Or(-cmpBool(a.ID == p.Change.Unit, b.ID == p.Change.Unit), cmp.Compare(a.Unit.Code, b.Unit.Code))
	})
}

func cmpBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// spans lists the periods that may have been closed and that hold a day from first on: half-months,
// months, quarters, half-years and years up to the present day, the latest first.
func spans(first, today period.Day) []period.Period {
	var out []period.Period
	for _, g := range []period.Grain{period.HalfMonths, period.Months, period.Quarters, period.HalfYears, period.Years} {
		for s := g.SlotOf(today); s >= g.SlotOf(first); s-- {
			out = append(out, g.Period(s))
		}
	}
	slices.SortStableFunc(out, func(a, b period.Period) int {
		return cmp.Or(-cmp.Compare(a.Last(), b.Last()), cmp.Compare(a.First(), b.First()))
	})
	return out
}
