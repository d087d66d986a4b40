package returns

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Form is one version of a reporting form. Versions never change: what was handed in keeps the
// wording it was handed in under (PEERS §3 pain 10). A new version holds from a period on.
type Form struct {
	Code       string
	No         int           // version, from 1
	From       period.Period // first period; a slot of Grain
	Name       string
	NameEN     string
	Force      org.UnitID // the task force that owns the form and reviews its returns
	Approval   string     // 批准文号 of the form
	NoApproval string     // why there is none
	Purpose    string
	Contact    string
	Grain      period.Grain
	Units      UnitSet
	Subjects   org.Level // units the rows are about; LevelNone is the reporting unit itself
	Due        Due
	Turn       Turn
	Jump       Jump // for every item without its own
	Items      []Item
	Rules      []Rule

	// Of this version.
	At, Account, By, Reason string
}

// A UnitSet says who reports: all units of a kind under another, some added, some left out.
type UnitSet struct {
	Kind    org.Kind   // "" for the included ones alone
	Under   org.UnitID // 0 for the whole tree
	Include []Dated
	Exclude []Dated
}

// A Dated is a unit from one day to another, both inclusive; no day is no limit.
type Dated struct {
	Unit     org.UnitID
	From, To period.Day
}

// On tells whether the entry holds on a day.
func (d Dated) On(day period.Day) bool {
	return (d.From.IsZero() || !day.Before(d.From)) && (d.To.IsZero() || !day.After(d.To))
}

// Holds tells whether a unit belongs to the set on the day of a tree; an exclusion goes before an
// inclusion.
func (s UnitSet) Holds(u org.UnitID, t *org.Tree, day period.Day) bool {
	if !t.Has(u) {
		return false
	}
	for _, x := range s.Exclude {
		if x.Unit == u && x.On(day) {
			return false
		}
	}
	if s.Kind != "" && t.Kind(u) == s.Kind && (s.Under == 0 || t.Under(u, s.Under)) {
		return true
	}
	for _, x := range s.Include {
		if x.Unit == u && x.On(day) {
			return true
		}
	}
	return false
}

// Members lists the units of the set on a day in the order of the tree.
func (s UnitSet) Members(t *org.Tree, day period.Day) []org.UnitID {
	var out []org.UnitID
	for _, k := range []org.TreeKind{org.Territorial, org.Functional} {
		for _, u := range t.Preorder(k) {
			if s.Holds(u, t, day) {
				out = append(out, u)
			}
		}
	}
	return out
}

// A Due says when a return is owed: so many days after the end of the period, moved to the next
// working day if it falls on a day off.
type Due struct {
	Days    int
	Working bool // working days; otherwise days of the calendar
}

// Day gives the due day of a period. known is false where the holidays of a year that was passed
// are not published; weekdays were then counted (STANDARDS CAL-02).
func (d Due) Day(p period.Period, c *calendar.Calendar) (day period.Day, known bool) {
	day, known = p.Last(), true
	if d.Working && d.Days > 0 {
		day, known = c.AddWorkdays(p.Last(), d.Days)
	} else if !d.Working {
		day = p.Last().AddDays(d.Days)
	}
	day, sure := c.OnOrAfter(day)
	return day, known && sure
}

// Turn tells how a workbook and the grid are laid out.
type Turn string

// The turns.
const (
	TurnAuto    Turn = ""        // items as rows where there are few subjects
	ItemColumns Turn = "columns" // subjects as rows, items as columns
	ItemRows    Turn = "rows"    // items as rows, subjects as columns
)

// fewSubjects is up to how many subjects TurnAuto puts the items into rows.
const fewSubjects = 3

// A Jump says when a value is far from the unit's own history: more than Factor times the mean of
// the last periods, or less than one Factor-th of it, and further away than Threshold. A zero
// Factor switches it off. The finding is soft.
type Jump struct {
	Hundredths int   // Factor × 100
	Threshold  int64 // whole units of measure
}

// An Item is one element a form asks for.
type Item struct {
	Element    string // code
	Label      string // the element's name when this version was made
	LabelEN    string
	Categories []measure.Category // in order; "" is the total
	Section    string             // worksheet it stands on; "" for the only one
	Required   bool               // a blank is refused; otherwise it is listed and counts as not reported
	Min, Max   string             // bounds as decimals, "" for none; without Min nothing below zero is taken
	Jump       *Jump              // instead of the form's
	Repeat     string             // why the element is asked although another form asks for it too
	Hint       string             // what to count, shown beside the cell
}

// A Severity tells what a broken rule does.
type Severity string

// The severities.
const (
	Hard Severity = "hard" // cannot be handed in
	Soft Severity = "soft" // can be handed in with an explanation
	Info Severity = "info" // is only said
)

// A Gap tells what a rule does about cells that are missing.
type Gap string

// The gaps.
const (
	SkipAny  Gap = "skip"     // the rule is not checked if any operand is missing
	SkipAll  Gap = "skip-all" // it is not checked if all are missing; otherwise a blank counts as 0
	GapsZero Gap = "zero"     // blanks of the return count as 0
)

// A Rule compares two sides over the items of a form, for every row or for the sum of the rows.
// The sides are formulas: they may use categories, prev and the like.
type Rule struct {
	Code     string
	Left     string // stored with codes
	Op       string // <= < >= > = !=
	Right    string
	Severity Severity
	Gap      Gap
	Total    bool   // over the sum of the rows
	Message  string // what it means in words; may be empty
}

// ops are the comparisons of rules.
func ops() []string { return []string{"<=", "<", ">=", ">", "=", "!="} }

// holds tells whether a comparison is true; c is the sign of left − right.
func holds(op string, c int) bool {
	switch op {
	case "<=":
		return c <= 0
	case "<":
		return c < 0
	case ">=":
		return c >= 0
	case ">":
		return c > 0
	case "=":
		return c == 0
	}
	return c != 0
}

// Title gives the name in the asked language.
func (f *Form) Title(english bool) string {
	if english && f.NameEN != "" {
		return f.NameEN
	}
	return f.Name
}

// Columns counts the cells of one row.
func (f *Form) Columns() int {
	n := 0
	for _, it := range f.Items {
		n += len(it.Categories)
	}
	return n
}

// Burden is what a form costs: units × rows × columns × periods of a year (PEERS §2 no. 43).
type Burden struct {
	Units, Rows, Columns int // Rows of all units together
	Cells                int // of all units in one period
	Yearly               int
}

// burden measures a form by the tree of a day.
func (f *Form) burden(t *org.Tree, day period.Day) Burden {
	b := Burden{Columns: f.Columns()}
	for _, u := range f.Units.Members(t, day) {
		b.Units++
		b.Rows += len(f.subjects(t, u))
	}
	b.Cells = b.Rows * b.Columns
	b.Yearly = b.Cells * int(f.Grain)
	return b
}

// subjects lists the units that the rows of a unit's return are about. A unit of the functional
// tree that reports about the territory has a row for every unit of the level.
func (f *Form) subjects(t *org.Tree, unit org.UnitID) []org.UnitID {
	if f.Subjects == org.LevelNone || !t.Has(unit) {
		return []org.UnitID{unit}
	}
	rows := t.Rows(f.Subjects)
	if t.Kind(unit).Tree() != f.Subjects.Tree() {
		return rows
	}
	lo, hi := t.Run(f.Subjects, unit)
	return rows[lo:hi]
}

// Check reports every fault of a form by itself. Findings about an item or a rule carry its row.
func (f *Form) Check() error {
	var list fault.Findings
	need := func(ok bool, field string, row int, format string, args ...any) {
		if !ok {
			list = append(list, fault.Finding{Field: field, Row: row, Rule: "form", Format: format, Args: args})
		}
	}
	need(measure.ValidCode(f.Code), "code", 0, "表的代码应以字母开头，只含字母、数字、下划线和点，最长 40 个字符")
	need(plain(f.Name, 1, 60), "name", 0, "请填写表名，最多 60 个字，不含换行")
	need(f.NameEN == "" || plain(f.NameEN, 1, 120), "name_en", 0, "英文表名最多 120 个字符，不含换行")
	need(f.Force != 0, "force", 0, "请选择归口专班；报表由它审核")
	need(f.Approval != "" || f.NoApproval != "", "approval", 0, "请填写批准文号；没有文号的，请写明理由")
	need(plain(f.Approval, 0, 80) && plain(f.NoApproval, 0, 200), "approval", 0, "批准文号最多 80 个字，无文号的理由最多 200 个字，不含换行")
	need(plain(f.Purpose, 0, 300) && plain(f.Contact, 0, 100), "purpose", 0, "用途最多 300 个字，联系方式最多 100 个字，不含换行")
	need(f.Grain.Valid(), "grain", 0, "请选择报送频率：半月、月、季、半年或年")
	if f.Grain.Valid() {
		need(f.From.Kind() == f.Grain.Kind(), "from", 0, "起用期 %s 不是一个完整的%s；请写成这样的一期，例如 %s",
			f.From, fault.Word(f.Grain.Chinese()), exampleSlot(f.Grain))
	}
	need(f.Units.Kind != "" || len(f.Units.Include) > 0, "units", 0, "请选择填报单位的类别，或列出单位")
	need(f.Units.Kind == "" || f.Units.Kind.Valid(), "units", 0, "没有单位类别 %s；请从列表中选择", string(f.Units.Kind))
	for _, d := range slices.Concat(f.Units.Include, f.Units.Exclude) {
		need(d.Unit != 0, "units", 0, "列出的单位中有不存在的；请核对代码或名称")
		need(d.From.IsZero() || d.To.IsZero() || !d.To.Before(d.From), "units", 0, "列出的单位的截止日 %s 早于起始日 %s；请改正", d.To, d.From)
	}
	need(f.Due.Days >= 0 && f.Due.Days <= 366, "due", 0, "截止日应在期末后 0 到 366 天以内")
	need(f.Turn == TurnAuto || f.Turn == ItemColumns || f.Turn == ItemRows, "orientation", 0, "版式应为 auto、columns 或 rows")
	need(f.Jump.ok(), "jump", 0, "突变检查的倍数应在 1 到 1000 之间，最多两位小数，阈值不小于 0；不检查请填 0")
	need(len(f.Items) > 0, "items", 0, "请至少列一个数据项")
	need(len(f.Items) <= 300 && f.Columns() <= 500, "items", 0, "一张表最多 300 个数据项、500 列；请拆成几张")
	seen := map[Key]int{}
	for i, it := range f.Items {
		row := i + 1
		need(len(it.Categories) > 0, "items", row, "数据项 %s 没有列出要填的合计或类别", it.Element)
		for _, c := range it.Categories {
			k := Key{Element: it.Element, Category: c}
			need(seen[k] == 0, "items", row, "数据项 %s（%s）在第 %d 行已经列过；请删去一处", it.Element, orTotal(c), seen[k])
			seen[k] = row
		}
		need(plain(it.Section, 0, 20) && !strings.ContainsAny(it.Section, `[]:*?/\'`), "items", row, "工作表名“%s”最多 20 个字，不含 []:*?/\\ 和引号", it.Section)
		need(plain(it.Repeat, 0, 200) && plain(it.Hint, 0, 200), "items", row, "重复采集的理由和填报提示各最多 200 个字，不含换行")
		need(it.Jump == nil || it.Jump.ok(), "items", row, "突变检查的倍数应在 1 到 1000 之间，最多两位小数，阈值不小于 0；不检查请填 0")
	}
	codes := map[string]bool{}
	for i, r := range f.Rules {
		row := i + 1
		need(measure.ValidCode(r.Code), "rules", row, "规则代码“%s”应以字母开头，只含字母、数字、下划线和点", r.Code)
		need(!codes[r.Code], "rules", row, "规则代码 %s 重复", r.Code)
		codes[r.Code] = true
		need(strings.TrimSpace(r.Left) != "" && strings.TrimSpace(r.Right) != "", "rules", row, "规则 %s 缺少左边或右边", r.Code)
		need(slices.Contains(ops(), r.Op), "rules", row, "规则 %s 的比较符应为 %s 之一", r.Code, strings.Join(ops(), " "))
		need(r.Severity == Hard || r.Severity == Soft || r.Severity == Info, "rules", row, "规则 %s 的级别应为 hard（硬性）、soft（说明后可报）或 info（提示）", r.Code)
		need(r.Gap == SkipAny || r.Gap == SkipAll || r.Gap == GapsZero, "rules", row, "规则 %s 的缺项处理应为 skip、skip-all 或 zero", r.Code)
		need(plain(r.Message, 0, 200), "rules", row, "规则 %s 的说明最多 200 个字，不含换行", r.Code)
	}
	return list.Err()
}

func (j Jump) ok() bool {
	return j.Hundredths == 0 || j.Hundredths > 100 && j.Hundredths <= 100_000 && j.Threshold >= 0
}

func orTotal(c measure.Category) any {
	if c == "" {
		return fault.Word("合计")
	}
	return string(c)
}

func exampleSlot(g period.Grain) string {
	return g.Period(g.First(2018)).String()
}

// plain tells whether s is a line of min to max characters without control characters.
func plain(s string, min, max int) bool {
	n := utf8.RuneCountInString(s)
	return utf8.ValidString(s) && n >= min && n <= max && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7F || r == 0x2028 || r == 0x2029 })
}

// prepare fits a form to the catalogue: labels, the order of categories, elements that can be
// asked. What it finds is beside Check.
func (f *Form) prepare(cat *measure.Catalogue, t *org.Tree, day period.Day) fault.Findings {
	var list fault.Findings
	bad := func(row int, format string, args ...any) {
		list = append(list, fault.Finding{Field: "items", Row: row, Rule: "form", Format: format, Args: args})
	}
	levels := f.levels(t, day)
	for i := range f.Items {
		it, row := &f.Items[i], i+1
		e, ok := cat.Name(it.Element)
		if !ok {
			bad(row, "没有数据项 %s；请先在“数据项”中建立，或核对代码", it.Element)
			continue
		}
		it.Element, it.Label, it.LabelEN = e.Code, e.Name, e.NameEN
		for k, c := range it.Categories {
			full, err := e.Scheme.Parse(string(c))
			if err == nil && c != "" && e.Scheme.Kind == measure.NoScheme {
				err = fault.New(fault.Invalid, "它没有分类")
			}
			if err != nil {
				bad(row, "数据项 %s 的分类“%s”不对：%s", e.Code, string(c), err)
				continue
			}
			it.Categories[k] = full
		}
		if e.Scheme.Kind == measure.Overlapping && len(it.Categories) > 0 && !slices.Contains(it.Categories, "") {
			bad(row, "数据项 %s 的分类可以重叠，合计不能由各类相加得到；请同时采集合计", e.Code)
		}
		if f.From.IsZero() || !f.Grain.Valid() {
			continue
		}
		y, _, _ := f.From.First().Date()
		if g := e.GrainIn(y); g != f.Grain {
			bad(row, "数据项 %s 在 %d 年按%s统计，不能放进按%s报送的表", e.Code, y, fault.Word(g.Chinese()), fault.Word(f.Grain.Chinese()))
		}
		for _, l := range levels {
			if l != e.Level {
				bad(row, "数据项 %s 应在%s一级填报，这张表的行是%s；请改行的层级，或换数据项", e.Code, fault.Word(e.Level.Text()), fault.Word(l.Text()))
			}
		}
		for _, b := range []string{it.Min, it.Max} {
			if b == "" {
				continue
			}
			if _, err := measure.ParseValue(b, e.Scale); err != nil {
				bad(row, "数据项 %s 的上下限“%s”不是数，或小数位太多", e.Code, b)
			}
		}
		least, most := e.Bounds()
		lo, hi := it.bounds(e)
		switch {
		case hi < lo:
			bad(row, "数据项 %s 的上限 %s 小于下限 %s", e.Code, measure.Decimal(hi, e.Scale), measure.Decimal(lo, e.Scale))
		case lo < least:
			bad(row, "数据项 %s 的下限 %s 小于数据项定义的最小值 %s；请改下限，或先改数据项", e.Code, it.Min, measure.Decimal(least, e.Scale))
		case hi > most:
			bad(row, "数据项 %s 的上限 %s 大于数据项定义的最大值 %s；请改上限，或先改数据项", e.Code, it.Max, measure.Decimal(most, e.Scale))
		}
	}
	return list
}

// levels lists the reporting levels of the rows.
func (f *Form) levels(t *org.Tree, day period.Day) []org.Level {
	if f.Subjects != org.LevelNone {
		return []org.Level{f.Subjects}
	}
	var out []org.Level
	for _, u := range f.Units.Members(t, day) {
		if l := t.Level(u); !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// A repeat is an element that another form asks the same units for.
type repeat struct {
	Item  int // index
	Other *Form
}

// repeats finds what other forms already ask of the same units (PEERS §3 pain 9), by the tree of
// the form's first day.
func (f *Form) repeats(others []*Form, t *org.Tree, day period.Day) []repeat {
	var mine map[org.UnitID]bool
	var out []repeat
	for _, o := range others {
		if o.Code == f.Code {
			continue
		}
		for i, it := range f.Items {
			if !o.asks(it) {
				continue
			}
			if mine == nil {
				mine = map[org.UnitID]bool{}
				for _, u := range f.Units.Members(t, day) {
					for _, s := range f.subjects(t, u) {
						mine[s] = true
					}
				}
			}
			if o.touches(mine, t, day) {
				out = append(out, repeat{i, o})
			}
		}
	}
	slices.SortFunc(out, func(a, b repeat) int { return cmp.Compare(a.Item, b.Item) })
	return out
}

// asks tells whether the form asks for any cell of an item, without having said why it repeats it.
func (f *Form) asks(it Item) bool {
	for _, mine := range f.Items {
		if mine.Element != it.Element || strings.TrimSpace(mine.Repeat) != "" {
			continue
		}
		for _, c := range it.Categories {
			if slices.Contains(mine.Categories, c) {
				return true
			}
		}
	}
	return false
}

// touches tells whether any of the form's rows is about one of the subjects.
func (f *Form) touches(subjects map[org.UnitID]bool, t *org.Tree, day period.Day) bool {
	for _, u := range f.Units.Members(t, day) {
		for _, s := range f.subjects(t, u) {
			if subjects[s] {
				return true
			}
		}
	}
	return false
}
