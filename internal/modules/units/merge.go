package units

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A merge brings the lines of a file into a register. A line is one version of a unit, known by
// its code and first day. What the file does not name stays as it is; an empty "to" never reopens
// what has ended, and an empty parent never takes a known parent away.
type merge struct {
	old    *org.Register
	key    func(string) string
	report measure.ImportReport
	rows   []fileRow
	groups []group
	byCode map[string]int32 // code → group
	first  period.Day       // first day whose picture changes, 0 none
	before []org.Unit       // units that change, as they were
	after  []org.Unit       // the same, and
	added  []org.Unit       // new ones
	succ   []org.Succession
	diffs  []Diff
	loose  []Loose // facts that would be in no sum any more
	result *org.Register
	next   org.UnitID
}

// A Diff is what one line of a file changes.
type Diff struct {
	Row      int
	Code     string
	New      bool        // a new unit
	Was, Is  org.Version // Was is zero for a new unit or a new version
	WasOf    string      // code of the parent before
	ParentOf string      // code of the parent afterwards
}

// maxDiffs and maxFindings bound the lists, not the counts.
const (
	maxDiffs    = 500
	maxFindings = 10_000
)

// A group is the lines with one code.
type group struct {
	rows  []int32 // indexes in rows, by first day
	known org.UnitID
	id    org.UnitID
	state uint8
}

const (
	fresh uint8 = iota
	visiting
	sound
	tainted // it or a unit above it has a fault
)

// newMerge begins with an empty file.
func newMerge(old *org.Register, key func(string) string) *merge {
	m := &merge{old: old, key: key}
	if u := old.Units(); len(u) > 0 {
		m.next = u[len(u)-1].ID
	}
	m.next++
	return m
}

// say notes a finding.
func (m *merge) say(f fault.Finding) {
	if len(m.report.Findings) < maxFindings {
		m.report.Findings = append(m.report.Findings, f)
	} else if len(m.report.Findings) == maxFindings {
		m.report.Findings = append(m.report.Findings, fault.Finding{Rule: "more",
			Format: "问题超过 %d 处，这里只列出前面的；请先改正这些，再试一次", Args: []any{maxFindings}})
	}
}

// fault notes a fault of a line that was found when the lines were brought together.
func (m *merge) fault(r *fileRow, col int, rule, format string, args ...any) {
	value := cells{r.code, r.name, string(r.kind), r.parent, r.from.String(), r.to.String()}[col]
	m.say(fault.Finding{Row: int(r.line), Field: Columns[col], Value: value, Rule: rule, Format: format, Args: args})
	r.bad = true
}

// keepUnder drops the lines that do not stand at or beneath a code. The unit with that code
// becomes a root where its parent is not known.
func (m *merge) keepUnder(code string) error {
	parent := make(map[string]string, len(m.rows))
	for i := range m.rows {
		r := &m.rows[i]
		if _, twice := parent[r.code]; !twice {
			parent[r.code] = r.parent
		}
	}
	inFile := func(c string) string {
		if _, ok := parent[c]; ok {
			return c
		}
		return canonical(c)
	}
	code = inFile(strings.TrimSpace(narrow(code)))
	if _, ok := parent[code]; !ok {
		return fault.New(fault.Missing, "文件中没有编码为 %s 的单位；请核对 --under 的编码", code)
	}
	inside := map[string]int8{code: 1}
	var walk func(c string, depth int) bool
	walk = func(c string, depth int) bool {
		if v, ok := inside[c]; ok {
			return v == 1
		}
		in := false
		if p := parent[c]; p != "" && depth < 20 {
			in = walk(inFile(p), depth+1)
		}
		inside[c] = -1
		if in {
			inside[c] = 1
		}
		return in
	}
	kept := m.rows[:0]
	gone := map[int]bool{}
	for _, r := range m.rows {
		if !walk(r.code, 0) {
			gone[int(r.line)] = true
			continue
		}
		if r.code == code {
			if _, ok := m.old.ByCode(r.parent); !ok {
				r.parent = ""
			}
		}
		kept = append(kept, r)
	}
	m.rows = kept
	m.report.Findings = slices.DeleteFunc(m.report.Findings, func(f fault.Finding) bool { return gone[f.Row] })
	return nil
}

// canonical shortens a padded division code whose kind is not known.
func canonical(code string) string {
	if !digits(code) {
		return code
	}
	for len(code) > 6 && len(code)%3 == 0 && code[len(code)-3:] == "000" {
		code = code[:len(code)-3]
	}
	if len(code) == 2 || len(code) == 4 {
		code = (code + "0000")[:6]
	}
	return code
}

// run brings everything together. Afterwards report is complete, and result is the new register,
// nil if something was rejected.
func (m *merge) run() {
	m.gather()
	m.resolve()
	m.build()
	units := m.together()
	clean := !slices.ContainsFunc(m.rows, func(r fileRow) bool { return r.bad })
	if len(m.after) > 0 || len(m.added) > 0 || !clean {
		succ := slices.Concat(m.old.Successions(), m.succ)
		reg, err := org.New(units, succ)
		var found fault.Findings
		errors.As(err, &found)
		found = append(found, rootless(units, slices.Concat(m.after, m.added))...)
		m.trace(found)
		if clean && len(found) == 0 {
			m.result = reg
		}
	} else {
		m.result = m.old
	}
	m.count()
}

// gather brings the lines of each code together and finds those that contradict each other.
func (m *merge) gather() {
	m.byCode = make(map[string]int32, len(m.rows))
	m.groups = make([]group, 0, len(m.rows))
	for i := range m.rows {
		r := &m.rows[i]
		if r.code == "" {
			continue
		}
		g, ok := m.byCode[r.code]
		if !ok {
			g = int32(len(m.groups))
			m.byCode[r.code] = g
			m.groups = append(m.groups, group{})
		}
		m.groups[g].rows = append(m.groups[g].rows, int32(i))
	}
	for g := range m.groups {
		rows := m.groups[g].rows
		if len(rows) == 1 {
			continue
		}
		slices.SortStableFunc(rows, func(a, b int32) int { return cmp.Compare(m.rows[a].from, m.rows[b].from) })
		for k := 1; k < len(rows); k++ {
			a, b := &m.rows[rows[k-1]], &m.rows[rows[k]]
			switch {
			case a.kind != b.kind && a.kind.Valid() && b.kind.Valid():
				m.fault(b, 2, "kind-change", "单位 %s 的类别与第 %d 行不同；类别不随时间改变，请更正，或给新单位另用编码", b.code, int(a.line))
			case a.bad || b.bad: // their days may not be what was meant
			case a.from == b.from && a.name == b.name && a.parent == b.parent && a.to == b.to && a.order == b.order:
				m.fault(b, 0, "duplicate", "单位 %s 与第 %d 行完全重复；请删去一行", b.code, int(a.line))
			case a.from == b.from:
				m.fault(b, 0, "code-twice", "编码 %s 与第 %d 行“%s”重复；请更正编码，若是更名请分别写明有效期", b.code, int(a.line), a.name)
			case a.to == 0 || a.to >= b.from:
				m.fault(b, 4, "overlap", "单位 %s 的有效期与第 %d 行重叠：前一行到 %s，这一行自 %s；请让前一行在 %s 结束",
					b.code, int(a.line), until(a.to), b.from, b.from.AddDays(-1))
			}
		}
	}
}

func until(d period.Day) any {
	if d == 0 {
		return fault.Word("今")
	}
	return d
}

// resolve finds the known units and the parents, and gives numbers to new units in the order of
// the file.
func (m *merge) resolve() {
	for g := range m.groups {
		gr := &m.groups[g]
		r := &m.rows[gr.rows[0]]
		if id, ok := m.old.ByCode(r.code); ok {
			u, _ := m.old.Unit(id)
			if u.Code == r.code {
				gr.known, gr.id = id, id
				if r.kind.Valid() && u.Kind != r.kind {
					m.fault(r, 2, "kind-change", "单位 %s 在系统中的类别是%s，文件中是%s；类别不能改变，请更正，或给新单位另用编码",
						r.code, fault.Word(u.Kind.Text()), fault.Word(r.kind.Text()))
				}
			}
		}
	}
	for g := range m.groups {
		gr := &m.groups[g]
		for _, i := range gr.rows {
			r := &m.rows[i]
			if r.parent == "" || m.hasCode(r.parent) {
				continue
			}
			if r.parent == r.code || canonical(r.parent) == r.code {
				continue // a cycle, which the register tells
			}
			m.fault(r, 3, "unknown-parent", "上级 %s 不在文件中，系统中也没有；请补上这个单位，或更正上级编码（只导入一个县时请指明从哪个单位起）", r.parent)
		}
	}
	for g := range m.groups {
		m.judge(int32(g))
	}
	for g := range m.groups {
		if gr := &m.groups[g]; gr.known == 0 && gr.state == sound {
			gr.id = m.next
			m.next++
		}
	}
}

func (m *merge) groupOf(code string) (int32, bool) {
	if g, ok := m.byCode[code]; ok {
		return g, true
	}
	g, ok := m.byCode[canonical(code)]
	return g, ok
}

func (m *merge) hasCode(code string) bool {
	if _, ok := m.groupOf(code); ok {
		return true
	}
	_, ok := m.old.ByCode(code)
	return ok
}

// judge marks the units that cannot be tried because they, or a unit above them in the file, have a
// fault already; their own would only be echoes. It also fills in the first days.
func (m *merge) judge(g int32) {
	gr := &m.groups[g]
	if gr.state != fresh {
		return
	}
	gr.state = visiting
	state := sound
	for _, i := range gr.rows {
		r := &m.rows[i]
		if r.bad {
			state = tainted
		}
		start := Beginning
		if p, ok := m.groupOf(r.parent); ok && r.parent != "" && p != g {
			m.judge(p)
			if m.groups[p].state == tainted {
				state = tainted
			}
			start = m.rows[m.groups[p].rows[0]].from
			if m.groups[p].known != 0 {
				start = m.firstDay(m.groups[p].known)
			}
		} else if id, ok := m.old.ByCode(r.parent); ok && r.parent != "" {
			start = m.firstDay(id)
		}
		if r.from == 0 && (gr.known == 0 || len(gr.rows) > 1) {
			r.from = max(start, Beginning)
			if r.to != 0 && r.to < r.from {
				r.from = Beginning
			}
		}
	}
	gr.state = state
}

func (m *merge) firstDay(id org.UnitID) period.Day {
	if u, ok := m.old.Unit(id); ok && len(u.Versions) > 0 {
		return u.Versions[0].From
	}
	return 0
}

// build makes the units of the file.
func (m *merge) build() {
	for g := range m.groups {
		gr := &m.groups[g]
		if gr.state != sound {
			continue
		}
		if gr.known != 0 {
			m.update(gr)
		} else {
			m.create(gr)
		}
	}
}

// parentOf gives the number of a line's parent.
func (m *merge) parentOf(code string) org.UnitID {
	if code == "" {
		return 0
	}
	if g, ok := m.groupOf(code); ok {
		return m.groups[g].id
	}
	id, _ := m.old.ByCode(code)
	return id
}

func (m *merge) create(gr *group) {
	r0 := &m.rows[gr.rows[0]]
	u := org.Unit{ID: gr.id, Code: r0.code, Kind: r0.kind, Versions: make([]org.Version, len(gr.rows))}
	for k, i := range gr.rows {
		r := &m.rows[i]
		u.Versions[k] = org.Version{From: r.from, To: r.to, Name: r.name, Pinyin: m.key(r.name), Parent: m.parentOf(r.parent), Order: r.order}
		if k > 0 {
			m.relate(u.ID, u.Versions[k-1], u.Versions[k])
		}
		m.touches(r.from)
		m.report.Created++
		m.diff(Diff{Row: int(r.line), Code: u.Code, New: true, Is: u.Versions[k], ParentOf: r.parent})
	}
	m.added = append(m.added, u)
}

// relate notes what changed between neighbouring versions.
func (m *merge) relate(id org.UnitID, a, b org.Version) {
	if a.To == 0 || a.To.AddDays(1) != b.From {
		return
	}
	if a.Name != b.Name {
		m.succ = append(m.succ, org.Succession{Kind: org.Renamed, From: id, To: id, On: b.From})
	}
	if a.Parent != b.Parent {
		m.succ = append(m.succ, org.Succession{Kind: org.Moved, From: id, To: id, On: b.From})
	}
}

func (m *merge) touches(d period.Day) {
	if d != 0 && (m.first == 0 || d < m.first) {
		m.first = d
	}
}

func (m *merge) diff(d Diff) {
	if len(m.diffs) < maxDiffs {
		m.diffs = append(m.diffs, d)
	}
}

// update brings lines into a known unit.
func (m *merge) update(gr *group) {
	old, _ := m.old.Unit(gr.known)
	u := old
	u.Versions = slices.Clone(old.Versions)
	changed := false
	for _, i := range gr.rows {
		if m.line(&u, &m.rows[i]) {
			changed = true
		}
	}
	if changed {
		m.before = append(m.before, old)
		m.after = append(m.after, u)
	}
}

// line brings one line into a known unit and tells whether that changed it.
func (m *merge) line(u *org.Unit, r *fileRow) bool {
	parent := m.parentOf(r.parent)
	at := -1
	switch {
	case r.from != 0:
		at = slices.IndexFunc(u.Versions, func(v org.Version) bool { return v.From == r.from })
	default:
		at = slices.IndexFunc(u.Versions, func(v org.Version) bool {
			return v.Name == r.name && (r.parent == "" || v.Parent == parent)
		})
		if at < 0 {
			at = len(u.Versions) - 1
		}
	}
	if at < 0 {
		m.insert(u, r, parent)
		return true
	}
	v := &u.Versions[at]
	was := *v
	if r.parent == "" {
		parent = v.Parent
	}
	if v.Name != r.name {
		v.Name, v.Pinyin, v.Short = r.name, m.key(r.name), ""
	}
	if v.Parent != parent {
		v.Parent = parent
		m.touches(v.From)
	}
	if r.to != 0 && v.To != r.to {
		first := r.to
		if v.To != 0 {
			first = min(v.To, r.to)
		}
		v.To = r.to
		m.touches(first.AddDays(1))
	}
	if r.ordered {
		v.Order = r.order
	}
	if *v == was {
		m.report.Unchanged++
		return false
	}
	m.report.Updated++
	m.diff(Diff{Row: int(r.line), Code: u.Code, Was: was, Is: *v, WasOf: m.codeOf(was.Parent), ParentOf: cmp.Or(r.parent, m.codeOf(v.Parent))})
	return true
}

// insert adds a version of a known unit that begins on a new day, cutting the one that holds it.
func (m *merge) insert(u *org.Unit, r *fileRow, parent org.UnitID) {
	v := org.Version{From: r.from, To: r.to, Name: r.name, Pinyin: m.key(r.name), Parent: parent}
	at, _ := slices.BinarySearchFunc(u.Versions, r.from, func(v org.Version, d period.Day) int { return cmp.Compare(v.From, d) })
	var was org.Version
	if at > 0 && u.Versions[at-1].Holds(r.from) {
		p := &u.Versions[at-1]
		was = *p
		if r.to == 0 {
			v.To = p.To
		}
		if r.parent == "" {
			v.Parent = p.Parent
		}
		if v.Name == p.Name {
			v.Short, v.Pinyin = p.Short, p.Pinyin
		}
		v.Order = p.Order
		p.To = r.from.AddDays(-1)
		m.relate(u.ID, *p, v)
	} else if at < len(u.Versions) && r.to == 0 {
		v.To = u.Versions[at].From.AddDays(-1)
	}
	if r.ordered {
		v.Order = r.order
	}
	u.Versions = slices.Insert(u.Versions, at, v)
	m.touches(r.from)
	m.report.Updated++
	m.diff(Diff{Row: int(r.line), Code: u.Code, Was: was, Is: v, WasOf: m.codeOf(was.Parent), ParentOf: cmp.Or(r.parent, m.codeOf(v.Parent))})
}

// codeOf gives the code of a unit that was known before.
func (m *merge) codeOf(id org.UnitID) string {
	if u, ok := m.old.Unit(id); ok {
		return u.Code
	}
	return ""
}

// together gives all units as they would be.
func (m *merge) together() []org.Unit {
	units := make([]org.Unit, 0, m.old.Len()+len(m.added))
	units = append(units, m.old.Units()...)
	for _, u := range m.after {
		i, _ := slices.BinarySearchFunc(units, u.ID, func(u org.Unit, id org.UnitID) int { return cmp.Compare(u.ID, id) })
		units[i] = u
	}
	return append(units, m.added...)
}

// trace gives the findings of the register the lines of the file they come from.
func (m *merge) trace(found fault.Findings) {
	for _, f := range found {
		if g, ok := m.byCode[f.Value]; ok {
			r := &m.rows[m.groups[g].rows[len(m.groups[g].rows)-1]]
			f.Row = int(r.line)
			r.bad = true
		}
		m.say(f)
	}
}

// count completes the report: a rejected line is not counted as what it would have done.
func (m *merge) count() {
	m.report.Read = len(m.rows)
	for i := range m.rows {
		if m.rows[i].bad {
			m.report.Rejected++
		}
	}
	if m.report.Rejected > 0 || len(m.report.Findings) > 0 {
		m.recount()
		m.result = nil
	}
	slices.SortStableFunc(m.report.Findings, func(a, b fault.Finding) int {
		return cmp.Compare(cmp.Or(a.Row, 1<<30), cmp.Or(b.Row, 1<<30))
	})
}

// recount tells for a refused file what its sound lines would have done.
func (m *merge) recount() {
	m.report.Created, m.report.Updated, m.report.Unchanged = 0, 0, 0
	for g := range m.groups {
		gr := &m.groups[g]
		for _, i := range gr.rows {
			r := &m.rows[i]
			switch {
			case r.bad:
			case gr.known == 0:
				m.report.Created++
			default:
				u, _ := m.old.Unit(gr.known)
				c := counter(m, u, r)
				m.report.Created += c.Created
				m.report.Updated += c.Updated
				m.report.Unchanged += c.Unchanged
			}
		}
	}
}

// counter tells what one line does to a known unit.
func counter(m *merge, u org.Unit, r *fileRow) measure.ImportReport {
	u.Versions = slices.Clone(u.Versions)
	try := &merge{old: m.old, key: m.key, groups: m.groups, byCode: m.byCode, rows: m.rows}
	try.line(&u, r)
	return try.report
}
