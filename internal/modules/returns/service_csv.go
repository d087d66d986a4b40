package returns

import (
	"bytes"
	"encoding/csv"
	"path"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/sheet"
	"kaiyang/internal/platform/words"
)

// readCSV reads the rows of a return from a CSV file. Either there is a row for each unit and a
// column for each item, headed by code, by code and category (N1{年龄=<25}) or as on the page; or
// the columns are element, category, unit and value.
func (s *Service) readCSV(l *Layout, name string, content []byte) (*reading, error) {
	rows, _, err := sheet.ReadCSV(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.New(fault.Invalid, "文件没有数据；第一行应是表头，请下载 CSV 样表填写")
	}
	r := &csvReading{s: s, l: l, file: path.Base(name)}
	r.plan = newPlan(l, s.code(l.Place.Unit), words.Chinese, planIn{})
	r.filling = Filling{Cells: map[Key]Typed{}, Notes: map[Key]string{}}
	head := make([]string, len(rows[0].Cells))
	for i, h := range rows[0].Cells {
		head[i] = folded(h)
	}
	if at := longColumns(head); at != nil {
		r.long(rows[1:], at)
	} else {
		r.wide(rows[0], head, rows[1:])
	}
	return &r.reading, nil
}

// A csvReading reads one CSV file.
type csvReading struct {
	reading
	s    *Service
	l    *Layout
	file string
}

// folded makes headers comparable: half width, small, without blanks.
func folded(s string) string {
	s = strings.NewReplacer("·", "/", "；", ";", "＝", "=", "“", "\"", "”", "\"").Replace(measure.Halfwidth(s))
	return strings.ToLower(strings.Join(strings.Fields(s), ""))
}

func (r *csvReading) note(line int, field, value, rule, format string, args ...any) {
	r.found = append(r.found, fault.Finding{Sheet: r.file, Row: line, Field: field, Value: value, Rule: rule, Format: format, Args: args})
}

func isUnitHead(h string) bool {
	return slices.Contains([]string{"unit", "单位", "单位代码", "代码", "code", "unitcode"}, h)
}

func isNoteHead(h string) bool { return h == "说明" || h == "note" || h == "notes" }

// longColumns finds the columns element, category, unit and value; nil if the file has another form.
func longColumns(head []string) map[string]int {
	at := map[string]int{}
	for i, h := range head {
		name := ""
		switch {
		case h == "element" || h == "数据项" || h == "数据项代码":
			name = "element"
		case h == "category" || h == "分类":
			name = "category"
		case isUnitHead(h):
			name = "unit"
		case h == "value" || h == "数值" || h == "本期":
			name = "value"
		case isNoteHead(h):
			name = "note"
		}
		if _, twice := at[name]; name != "" && !twice {
			at[name] = i
		}
	}
	_, element := at["element"]
	_, value := at["value"]
	if !element || !value {
		return nil
	}
	return at
}

func (r *csvReading) long(rows []sheet.CSVRow, at map[string]int) {
	seen := map[Key]int{}
	for _, row := range rows {
		get := func(name string) string {
			if i, ok := at[name]; ok && i < len(row.Cells) {
				return strings.TrimSpace(sheet.Unguard(row.Cells[i]))
			}
			return ""
		}
		subject, ok := r.subject(row.Line, get("unit"))
		e, known := r.element(get("element"))
		if !known {
			r.note(row.Line, "element", get("element"), ruleColumn, "这张表没有数据项“%s”；请核对代码或名称", get("element"))
		}
		if !ok || !known {
			continue
		}
		c, err := e.Scheme.Parse(get("category"))
		k := Key{subject, e.Code, c}
		at, col, in := r.l.Find(k)
		if err != nil || !in {
			r.note(row.Line, "category", get("category"), ruleColumn, "这张表的数据项 %s 不采集分类“%s”；请核对", e.Code, get("category"))
			continue
		}
		if first := seen[k]; first > 0 {
			r.note(row.Line, "element", get("element"), ruleTwice, "与第 %d 行是同一格；请只保留一行", first)
			continue
		}
		seen[k] = row.Line
		r.put(k, get("value"), row.Line)
		if n := get("note"); n != "" {
			r.filling.Notes[r.l.NoteKey(at, col)] = n
		}
	}
}

func (r *csvReading) put(k Key, text string, line int) {
	if text != "" {
		r.filling.Cells[k] = Typed{Text: text, Ref: strconv.Itoa(line)}
	}
}

func (r *csvReading) element(text string) (measure.Element, bool) {
	want := folded(text)
	for col := range r.l.Columns {
		e, it := r.l.Columns[col].Element, r.l.Item(col)
		for _, name := range []string{e.Code, e.Name, it.Label, it.LabelEN} {
			if name != "" && folded(name) == want {
				return e, true
			}
		}
	}
	return measure.Element{}, false
}

// subject finds the unit that a row is about. A return about one unit needs no name.
func (r *csvReading) subject(line int, text string) (org.UnitID, bool) {
	l := r.l
	if text == "" && len(l.Subjects) == 1 {
		return l.Subjects[0], true
	}
	if text == "" {
		r.note(line, "单位", "", ruleUnit, "这一行没有写单位；请填单位代码或名称")
		return 0, false
	}
	reg, day := r.s.units.Register(), l.Place.Period.Last()
	within := l.Place.Unit
	if l.Form.Subjects != org.LevelNone && l.Tree.Kind(within).Tree() != l.Form.Subjects.Tree() {
		within = 0
	}
	id, others := reg.MatchLevel(text, l.Tree.Level(l.Subjects[0]), within, day)
	if id == 0 {
		var near []org.UnitID
		for _, u := range others {
			if _, ok := l.rowOf[u]; ok {
				near = append(near, u)
			}
		}
		if len(near) == 0 {
			r.note(line, "单位", text, ruleUnit, "没有单位“%s”；请填写本表所列单位的代码或名称", text)
		} else {
			r.note(line, "单位", text, ruleUnit, "不能确定“%s”是哪个单位，可能是：%s；请改填代码", text, unitsOf(l.Tree, near))
		}
		return 0, false
	}
	if _, ok := l.rowOf[id]; !ok {
		r.note(line, "单位", text, ruleUnit, "单位“%s”不在这份报表里；一份报表只收本单位自己的行", text)
		return 0, false
	}
	return id, true
}

// column finds what a header of the wide form means: the name of an item, with a category in
// braces, or the words of the header on the page; −1 if nothing.
func (r *csvReading) column(head string) int {
	want := folded(head)
	for col := range r.l.Columns {
		if folded(strings.Join(r.l.Columns[col].Labels, "/")) == want {
			return col
		}
	}
	name, rest, braces := strings.Cut(strings.TrimSpace(measure.Halfwidth(head)), "{")
	e, ok := r.element(name)
	if !ok {
		return -1
	}
	var c measure.Category
	if braces {
		var err error
		text := strings.NewReplacer("\"", "", "“", "", "”", "").Replace(strings.TrimSuffix(strings.TrimSpace(rest), "}"))
		if c, err = e.Scheme.Parse(text); err != nil {
			return -1
		}
	}
	if col, ok := r.l.columnOf[Key{Element: e.Code, Category: c}]; ok {
		return col
	}
	return -1
}

func (r *csvReading) wide(first sheet.CSVRow, head []string, rows []sheet.CSVRow) {
	cols := make([]int, len(head)) // of the layout; −1 nothing, −2 note
	seen := map[int]bool{}
	unit := -1
	for i, h := range head {
		cols[i] = -1
		switch {
		case isUnitHead(h):
			if unit < 0 {
				unit = i
			}
		case isNoteHead(h):
			cols[i] = -2
		case h == "" || h == "单位名称" || h == "名称" || h == "name":
		default:
			c := r.column(first.Cells[i])
			switch {
			case c < 0:
				r.note(first.Line, first.Cells[i], first.Cells[i], ruleColumn, "这张表没有“%s”这一列；请下载 CSV 样表核对表头", first.Cells[i])
			case seen[c]:
				r.note(first.Line, first.Cells[i], first.Cells[i], ruleTwice, "“%s”这一列出现了两次；请只保留一列", first.Cells[i])
			default:
				cols[i], seen[c] = c, true
			}
		}
	}
	if unit < 0 && len(r.l.Subjects) > 1 {
		r.note(first.Line, "单位", "", ruleColumn, "表头没有“单位”这一列；请加上，填单位代码或名称")
		return
	}
	lines := map[org.UnitID]int{}
	for _, row := range rows {
		text := ""
		if unit >= 0 && unit < len(row.Cells) {
			text = strings.TrimSpace(sheet.Unguard(row.Cells[unit]))
		}
		if text == "合计" || folded(text) == "total" {
			continue
		}
		subject, ok := r.subject(row.Line, text)
		if !ok {
			continue
		}
		if before := lines[subject]; before > 0 {
			r.note(row.Line, "单位", text, ruleTwice, "单位“%s”在第 %d 行已经有了；请只保留一行", text, before)
			continue
		}
		lines[subject] = row.Line
		r.line(row, cols, subject)
	}
}

func (r *csvReading) line(row sheet.CSVRow, cols []int, subject org.UnitID) {
	at := r.l.rowOf[subject]
	for i, cell := range row.Cells {
		text := strings.TrimSpace(sheet.Unguard(cell))
		switch {
		case i >= len(cols):
			if text != "" {
				r.note(row.Line, "", text, ruleOutside, "“%s”在表头之外，不会读入；请加上表头或删去", text)
			}
		case cols[i] == -2:
			if text != "" {
				for _, p := range r.l.Panels {
					r.filling.Notes[r.l.NoteKey(at, p.Columns[0])] = text
				}
			}
		case cols[i] >= 0:
			r.put(r.l.Key(at, cols[i]), text, row.Line)
		}
	}
}

// csvOf writes a return as the CSV file that readCSV reads, with a byte order mark for
// spreadsheets: a row for each unit, or for each item where the layout is turned.
func csvOf(l *Layout, in Filling) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\xEF\xBB\xBF")
	w := csv.NewWriter(&b)
	var lines [][]string
	if l.Turned {
		lines = longLines(l, in)
	} else {
		lines = wideLines(l, in)
	}
	if err := w.WriteAll(lines); err != nil {
		return nil, err
	}
	return b.Bytes(), w.Error()
}

func wideLines(l *Layout, in Filling) [][]string {
	head := []string{"单位代码", "单位名称"}
	for col := range l.Columns {
		c := &l.Columns[col]
		name := c.Element.Code
		if c.Category != "" {
			name += "{" + string(c.Category) + "}"
		}
		head = append(head, name)
	}
	lines := [][]string{append(head, "说明")}
	for row, u := range l.Subjects {
		line := []string{l.Tree.Code(u), unitName(l.Tree, u)}
		for col := range l.Columns {
			line = append(line, guarded(in.Cells[l.Key(row, col)].Text))
		}
		lines = append(lines, append(line, guarded(in.Notes[l.NoteKey(row, 0)])))
	}
	return lines
}

func longLines(l *Layout, in Filling) [][]string {
	lines := [][]string{{"数据项代码", "数据项名称", "分类", "单位代码", "单位名称", "本期", "说明"}}
	for col := range l.Columns {
		c := &l.Columns[col]
		for row, u := range l.Subjects {
			lines = append(lines, []string{c.Element.Code, c.Labels[0], string(c.Category), l.Tree.Code(u), unitName(l.Tree, u),
				guarded(in.Cells[l.Key(row, col)].Text), guarded(in.Notes[l.NoteKey(row, col)])})
		}
	}
	return lines
}

// guarded keeps text from running as a formula; numbers, negative ones too, stay numbers.
func guarded(text string) string {
	text = strings.TrimSpace(text)
	if _, err := measure.ParseValue(text, 6); err == nil {
		return text
	}
	return sheet.Guard(text)
}
