package facts

import (
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sheet"
)

// A Mapping reads an existing ledger whose headers are others (SEMANTICS §10). Each header is
// mapped to what its column holds; what no column holds is a constant of the file.
type Mapping struct {
	HeaderRow  int               // row of the headers, counted from 1; 0 is the first row that holds anything
	Columns    map[string]Target // by header as written
	Constants  map[string]string // by field: element, category, unit or period
	SkipTotals bool              // leave out rows whose unit is 合计, 总计 or 小计
}

// A Target is what a column of a ledger holds.
type Target struct {
	Field    string // element, category, unit, period or value; "" leaves the column out
	Element  string // of a value column: code of the element whose values stand there
	Category string // of a value column
}

// A factReader turns the rows of a file into a draft.
type factReader struct {
	d    *draft
	cat  *measure.Catalogue
	reg  *org.Register
	m    *Mapping
	src  *lineSource
	cols columns
	vals []valueColumn

	blank    int // rows and cells without a value
	started  bool
	elements map[string]*elementCells
	units    map[unitKey]org.UnitID
	periods  map[string]period.Period
}

// A valueColumn is a column of values; element is set when the column is of one element.
type valueColumn struct {
	col     int
	element string
	kind    string
}

type elementCells struct {
	e      measure.Element
	series map[string]int32
}

type unitKey struct {
	text  string
	tree  *org.Tree
	level org.Level
}

// lineSource finds places in a file: a row of it, and the column in a workbook.
type lineSource struct {
	sheet string
	rows  []int32
	cols  []int16 // nil when every row has one value, in column col
	col   int
}

func (s *lineSource) add(row, col int, wide bool) int32 {
	s.rows = append(s.rows, int32(row))
	if wide {
		s.cols = append(s.cols, int16(col))
	} else {
		s.col = col
	}
	return int32(len(s.rows) - 1)
}

func (s *lineSource) column(at int32) int {
	if s.cols != nil {
		return int(s.cols[at])
	}
	return s.col
}

func (s *lineSource) ref(at int32) string {
	if s.sheet != "" {
		return s.sheet + "!" + sheet.Address(s.column(at)+1, int(s.rows[at]))
	}
	if s.cols != nil {
		return strconv.Itoa(int(s.rows[at])) + ":" + strconv.Itoa(int(s.cols[at])+1)
	}
	return strconv.Itoa(int(s.rows[at]))
}

func (s *lineSource) place(at int32) fault.Finding {
	f := fault.Finding{Sheet: s.sheet, Row: int(s.rows[at])}
	if s.sheet != "" {
		f.Cell = sheet.Address(s.column(at)+1, f.Row)
	}
	return f
}

func newFactReader(d *draft, src *lineSource, cat *measure.Catalogue, reg *org.Register, m *Mapping) *factReader {
	return &factReader{d: d, cat: cat, reg: reg, m: m, src: src, elements: map[string]*elementCells{},
		units: map[unitKey]org.UnitID{}, periods: map[string]period.Period{}}
}

// row takes one row of the file; errEnough ends reading when the header is of no use.
func (r *factReader) row(row *fileRow) error {
	switch {
	case blankRow(row.cells), r.m != nil && row.num < r.m.HeaderRow:
		return nil
	case !r.started:
		r.started = true
		r.src.sheet = row.sheet
		if found := r.header(row); len(found) > 0 {
			for _, f := range found {
				f.Sheet = row.sheet
				r.d.keep(f)
			}
			return errEnough
		}
		return nil
	}
	if r.m != nil && r.m.SkipTotals && totals[strings.ReplaceAll(r.text(row, "unit"), " ", "")] {
		return nil
	}
	for _, v := range r.vals {
		r.value(row, v)
	}
	return nil
}

func (r *factReader) header(row *fileRow) fault.Findings {
	if r.m == nil {
		cols, found := findColumns(row.cells, row.num, factFields)
		r.cols = cols
		r.vals = []valueColumn{{col: cols["value"]}}
		return found
	}
	r.cols = columns{}
	var found fault.Findings
	seen := map[string]bool{}
	for i, h := range row.cells {
		h = strings.TrimSpace(strings.TrimPrefix(h, "\uFEFF"))
		t, ok := r.m.Columns[h]
		if !ok || t.Field == "" {
			continue
		}
		seen[h] = true
		if t.Field == "value" {
			r.vals = append(r.vals, valueColumn{i, t.Element, t.Category})
			continue
		}
		if hasColumn(r.cols, t.Field) {
			found = append(found, fault.Finding{Row: row.num, Value: h, Rule: "header", Format: "有两列都对应到“%s”；请只留一列", Args: []any{fault.Word(fieldWord(t.Field))}})
		}
		r.cols[t.Field] = i
	}
	for _, h := range sortedKeys(r.m.Columns) {
		if !seen[h] && r.m.Columns[h].Field != "" {
			found = append(found, fault.Finding{Row: row.num, Value: h, Rule: "header", Format: "表头里没有列“%s”；请检查表头所在的行", Args: []any{h}})
		}
	}
	given := func(name string) bool { return hasColumn(r.cols, name) || r.m.Constants[name] != "" }
	own := true
	for _, v := range r.vals {
		own = own && v.element != ""
	}
	for _, name := range []string{"unit", "period", "element"} {
		if !given(name) && !(name == "element" && own && len(r.vals) > 0) {
			found = append(found, fault.Finding{Row: row.num, Value: name, Rule: "header", Format: "没有说明“%s”在哪一列，也没有统一填写；请补上", Args: []any{fault.Word(fieldWord(name))}})
		}
	}
	if len(r.vals) == 0 {
		found = append(found, fault.Finding{Row: row.num, Value: "value", Rule: "header", Format: "没有说明数值在哪一列；请至少指定一列数值"})
	}
	return found
}

// fieldWord names a field in Chinese.
func fieldWord(name string) string {
	switch name {
	case "element":
		return "数据项"
	case "category":
		return "分类"
	case "unit":
		return "单位"
	case "period":
		return "期"
	}
	return "数值"
}

// text gives a field of the row, or the constant of the file.
func (r *factReader) text(row *fileRow, name string) string {
	if t := r.cols.cell(row.cells, name); t != "" || r.m == nil {
		return t
	}
	if hasColumn(r.cols, name) && name != "category" {
		return ""
	}
	return r.m.Constants[name]
}

// value takes one value of a row.
func (r *factReader) value(row *fileRow, v valueColumn) {
	text := ""
	if v.col < len(row.cells) {
		text = strings.TrimSpace(row.cells[v.col])
	}
	if text == "" {
		if _, bad := row.fault(v.col, "value"); !bad {
			r.blank++
			return
		}
	}
	at := r.src.add(row.num, v.col, len(r.vals) > 1)
	bad := func(col int, name, text, rule, format string, args ...any) {
		f := row.place(col, name)
		f.Value, f.Rule, f.Format, f.Args = text, rule, format, args
		r.d.reject(at)
		r.d.keep(f)
	}
	if len(row.values) > 0 {
		for name, col := range r.cols {
			if f, is := row.fault(col, name); is && name != "value" {
				r.d.reject(at)
				r.d.keep(f)
				return
			}
		}
	}
	column := func(name string) int {
		if i, ok := r.cols[name]; ok {
			return i
		}
		return -1
	}

	code, kind := v.element, v.kind
	if code == "" {
		code, kind = r.text(row, "element"), r.text(row, "category")
	}
	k := r.element(code)
	if k == nil {
		bad(column("element"), "element", code, "unknown-element", "没有数据项“%s”；请填数据项的代码或名称", code)
	}
	ptext := r.text(row, "period")
	p, perr := r.period(row, column("period"), ptext, k)
	if perr != nil {
		bad(column("period"), "period", ptext, "period", "%s", perr)
	}
	utext := r.text(row, "unit")
	var unit org.UnitID
	var uerr error
	if k != nil && perr == nil {
		if unit, uerr = r.unit(utext, k.e.Level, p); uerr != nil {
			bad(column("unit"), "unit", utext, unitRule(uerr), "%s", uerr)
		}
	}
	if k == nil {
		return
	}
	series, kerr := k.category(r.d, kind)
	if kerr != nil {
		bad(column("category"), "category", kind, "unknown-category", "%s", kerr)
	}
	number, verr := parseNumber(text, k.e.Scale)
	if f, is := row.fault(v.col, "value"); is {
		r.d.reject(at)
		r.d.keep(f)
		verr = errEnough
	} else if verr != nil {
		bad(v.col, "value", text, "value", "数据项 %s：%s", k.e.Code, verr)
	}
	if perr != nil || uerr != nil {
		if verr == nil {
			r.d.outside(at, &k.e, number)
		}
		return
	}
	if kerr != nil || verr != nil {
		r.d.spoil(&k.e, unit, p)
		return
	}
	r.d.add(at, &k.e, series, unit, p, number, false)
}

func (r *factReader) element(text string) *elementCells {
	if k, ok := r.elements[text]; ok {
		return k
	}
	var k *elementCells
	if e, ok := r.cat.Name(sheet.Unguard(text)); ok {
		k = &elementCells{e, map[string]int32{}}
	}
	r.elements[text] = k
	return k
}

func (k *elementCells) category(d *draft, text string) (int32, error) {
	if i, ok := k.series[text]; ok {
		return i, nil
	}
	c, err := parseCategory(k.e.Scheme, sheet.Unguard(text))
	if err != nil {
		return 0, err
	}
	i := d.seriesOf(k.e, c)
	k.series[text] = i
	return i, nil
}

// period reads a period. A spreadsheet turns a typed 2018-03 into the first of March; such a cell
// is read as the month when the element is reported by month.
func (r *factReader) period(row *fileRow, col int, text string, k *elementCells) (period.Period, error) {
	if text == "" {
		return period.Period{}, fault.New(fault.Invalid, "没有写明期；请写成 2018、2018-Q1、2018-03 或 2018-03a 的样子")
	}
	if col >= 0 && col < len(row.values) && row.values[col].Kind == sheet.Date && k != nil {
		if d, err := period.ParseDay(row.values[col].Date); err == nil {
			y, _, n := d.Date()
			if n == 1 && k.e.GrainIn(y) == period.Months {
				return period.Months.Period(period.Months.SlotOf(d)), nil
			}
		}
	}
	if p, ok := r.periods[text]; ok {
		return p, nil
	}
	p, err := period.Parse(text)
	if err == nil {
		r.periods[text] = p
	}
	return p, err
}

// unit finds the unit that a row means, of the level at which its element is reported, on the last
// day of its period. A code of another level is found as well, to say what is wrong with it.
func (r *factReader) unit(text string, level org.Level, p period.Period) (org.UnitID, error) {
	tree := r.reg.On(p.Last())
	key := unitKey{text, tree, level}
	if id, ok := r.units[key]; ok {
		return id, nil
	}
	id, _ := r.reg.ByCodeOn(text, p.Last())
	if id == 0 {
		id, _ = r.reg.MatchLevel(text, level, 0, p.Last())
	}
	if id == 0 {
		var err error
		if id, err = r.reg.Find(text, p.Last()); err != nil {
			return 0, err
		}
	}
	r.units[key] = id
	return id, nil
}

func unitRule(err error) string {
	if fault.KindOf(err) == fault.Conflict {
		return "ambiguous-unit"
	}
	return "unknown-unit"
}

// parseNumber is measure.ParseValue with a short way for plain digits.
func parseNumber(text string, scale int) (int64, error) {
	if scale == 0 && len(text) > 0 && len(text) <= 11 {
		n := int64(0)
		plain := true
		for i := 0; i < len(text); i++ {
			c := text[i]
			if c < '0' || c > '9' {
				plain = false
				break
			}
			n = n*10 + int64(c-'0')
		}
		if plain {
			return n, nil
		}
	}
	return measure.ParseValue(text, scale)
}
