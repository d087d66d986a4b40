package plan

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sheet"
)

// columns are those of a file that holds a plan, in this order when it is written. A file may leave
// columns out and may have them in any order.
func columns() []string {
	return []string{"kind", "code", "parent", "order", "name", "text", "type", "lead", "assist", "force", "start", "end", "rhythm", "bundle", "indicators", "after"}
}

// milestoneKind is the kind of a row that holds a milestone of the task named as its parent.
const milestoneKind = "milestone"

// A raw row is one line of a file.
type rawRow struct {
	line  int
	cells map[string]string
}

// rowsOf reads a CSV file or the first sheet of a workbook.
func rowsOf(name string, content []byte) ([]rawRow, error) {
	var lines [][]string
	var numbers []int
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".csv", ".txt":
		rows, _, err := sheet.ReadCSV(bytes.NewReader(content))
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			lines, numbers = append(lines, r.Cells), append(numbers, r.Line)
		}
	case ".xlsx":
		b, err := sheet.OpenBytes(content, sheet.Limits{File: mostFile})
		if err != nil {
			return nil, err
		}
		err = b.Rows(b.Sheets()[0], func(row int, values []sheet.Value) error {
			cells := make([]string, len(values))
			for i, v := range values {
				cells[i] = v.Text
				if d, ok := v.AsDate(); ok && v.Kind == sheet.Date {
					cells[i] = d
				}
			}
			lines, numbers = append(lines, cells), append(numbers, row)
			return nil
		})
		if err != nil {
			return nil, err
		}
	case ".xls", ".et":
		return nil, fault.New(fault.Invalid, "“%s”是旧格式；请另存为 .xlsx 后再传", name)
	default:
		return nil, fault.New(fault.Invalid, "“%s”不是 .csv 或 .xlsx 文件；请另存后再传", name)
	}
	if len(lines) == 0 {
		return nil, fault.New(fault.Invalid, "文件是空的；第 1 行应是表头")
	}
	head := make([]string, len(lines[0]))
	var all fault.Findings
	for i, h := range lines[0] {
		h = strings.ToLower(strings.TrimSpace(sheet.Unguard(h)))
		if h != "" && !slices.Contains(columns(), h) {
			all = append(all, fault.Finding{Row: numbers[0], Field: h, Value: h, Rule: "column", Format: "不认识的列“%s”；可用的列：%s", Args: []any{h, strings.Join(columns(), ", ")}})
		}
		if h != "" && slices.Contains(head[:i], h) {
			all = append(all, fault.Finding{Row: numbers[0], Field: h, Value: h, Rule: "column", Format: "列“%s”出现了两次；请删去一列", Args: []any{h}})
		}
		head[i] = h
	}
	for _, need := range []string{"kind", "code", "name"} {
		if !slices.Contains(head, need) {
			all = append(all, fault.Finding{Row: numbers[0], Field: need, Rule: "column", Format: "缺少列“%s”；请补上", Args: []any{need}})
		}
	}
	if err := all.Err(); err != nil {
		return nil, err
	}
	var out []rawRow
	for i, cells := range lines[1:] {
		r := rawRow{line: numbers[i+1], cells: map[string]string{}}
		for j, c := range cells {
			if c = strings.TrimSpace(sheet.Unguard(c)); c != "" && j < len(head) && head[j] != "" {
				r.cells[head[j]] = c
			} else if c != "" {
				all = append(all, fault.Finding{Row: r.line, Value: c, Rule: "column", Format: "“%s”不在任何列下；请核对表头", Args: []any{c}})
			}
		}
		if len(r.cells) > 0 {
			out = append(out, r)
		}
	}
	return out, all.Err()
}

func split(s string) (out []string) {
	for _, x := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,，;；\n", r) }) {
		if x = strings.TrimSpace(x); x != "" && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// A reading turns rows into a content and gathers all faults on the way.
type reading struct {
	find func(text string) (org.UnitID, error)
	old  Content
	out  Content
	line map[nodeKey]int
	all  fault.Findings
}

func (r *reading) fault(row rawRow, field, format string, args ...any) {
	r.all = append(r.all, fault.Finding{Row: row.line, Field: field, Value: row.cells[field], Rule: "plan", Format: format, Args: args})
}

func (r *reading) unit(row rawRow, field, text string) org.UnitID {
	if text == "" {
		return 0
	}
	u, err := r.find(text)
	if err != nil {
		r.fault(row, field, "没有叫“%s”的单位，或有几个单位重名；请写编码或全称", text)
	}
	return u
}

func (r *reading) day(row rawRow, field string) period.Day {
	text := row.cells[field]
	if text == "" {
		return 0
	}
	if d, ok := sheet.ParseDate(text); ok {
		text = d
	}
	d, err := period.ParseDay(text)
	if err != nil {
		r.fault(row, field, "日期 %s 写法不对；请写成 2018-05-10 的样子", text)
	}
	return d
}

func (r *reading) order(row rawRow, siblings, kept int) int {
	text := row.cells["order"]
	if text == "" {
		if kept > 0 {
			return kept
		}
		return siblings + 1
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 9999 {
		r.fault(row, "order", "次序应为 1 到 9999 的整数；“%s”请改正", text)
	}
	return n
}

func oneOf[T comparable](text string, table map[string]T) (T, bool) {
	v, ok := table[strings.ToLower(text)]
	return v, ok
}

// read makes a content of rows; old gives the places of parts whose row leaves them open.
func (r *reading) read(rows []rawRow) {
	r.line = map[nodeKey]int{}
	kinds := map[string]string{"programme": "programme", "重点工作": "programme", "goal": "goal", "目标": "goal", "task": "task", "任务": "task", "milestone": milestoneKind, "里程碑": milestoneKind}
	for _, row := range rows {
		c := row.cells
		kind, ok := oneOf(c["kind"], kinds)
		if !ok {
			r.fault(row, "kind", "类别应为 programme、goal、task 或 milestone；“%s”请改正", c["kind"])
			continue
		}
		if kind != milestoneKind {
			k := nodeKey{Kind(kind), c["code"]}
			if first, twice := r.line[k]; twice {
				r.fault(row, "code", "编号 %s 与第 %d 行重复；请改用别的编号", c["code"], first)
				continue
			}
			r.line[k] = row.line
		}
		switch kind {
		case "programme":
			old, _ := r.old.Programme(c["code"])
			r.out.Programmes = append(r.out.Programmes, Programme{Code: c["code"], Name: c["name"], Text: c["text"], Place: r.order(row, len(r.out.Programmes), old.Place)}.clean())
		case "goal":
			old, _ := r.old.Goal(c["code"])
			n := 0
			for _, g := range r.out.Goals {
				if g.Programme == c["parent"] {
					n++
				}
			}
			r.out.Goals = append(r.out.Goals, Goal{Code: c["code"], Programme: c["parent"], Name: c["name"], Text: c["text"], Bundle: c["bundle"], Indicators: split(c["indicators"]), Place: r.order(row, n, old.Place)}.clean())
		case "task":
			r.task(row)
		case milestoneKind:
			r.milestone(row)
		}
	}
}

func (r *reading) task(row rawRow) {
	c := row.cells
	old, _ := r.old.Task(c["code"])
	n := 0
	for _, t := range r.out.Tasks {
		if t.Goal == c["parent"] {
			n++
		}
	}
	t := Task{Code: c["code"], Goal: c["parent"], Name: c["name"], Standard: c["text"], Lead: r.unit(row, "lead", c["lead"]), Force: r.unit(row, "force", c["force"]), Start: r.day(row, "start"), End: r.day(row, "end"),
		Indicators: split(c["indicators"]), After: split(c["after"]), Place: r.order(row, n, old.Place)}
	for _, x := range split(c["assist"]) {
		if u := r.unit(row, "assist", x); u != 0 {
			t.Assist = append(t.Assist, u)
		}
	}
	ok := false
	if t.Type, ok = oneOf(c["type"], map[string]Type{"": Prescribed, "prescribed": Prescribed, "规定": Prescribed, "own": Own, "自选": Own}); !ok {
		r.fault(row, "type", "类别应为 prescribed（规定）或 own（自选）；“%s”请改正", c["type"])
	}
	if t.Rhythm, ok = oneOf(c["rhythm"], map[string]period.Grain{"": period.Months, "month": period.Months, "每月": period.Months, "half-month": period.HalfMonths, "每半月": period.HalfMonths}); !ok {
		r.fault(row, "rhythm", "报告周期应为 month（每月）或 half-month（每半月）；“%s”请改正", c["rhythm"])
	}
	r.out.Tasks = append(r.out.Tasks, t.clean())
}

func (r *reading) milestone(row rawRow) {
	c := row.cells
	no, err := strconv.Atoi(strings.TrimPrefix(strings.ToUpper(c["code"]), "M"))
	if err != nil || no < 1 {
		r.fault(row, "code", "里程碑的编号应为 M1、M2 的样子；“%s”请改正", c["code"])
	}
	i := slices.IndexFunc(r.out.Tasks, func(t Task) bool { return t.Code == c["parent"] })
	if i < 0 {
		r.fault(row, "parent", "前面的行里没有编号为“%s”的任务；里程碑写在它的任务之后", c["parent"])
		return
	}
	t := &r.out.Tasks[i]
	t.Milestones = append(t.Milestones, Milestone{No: no, Name: c["name"], Day: r.day(row, "end"), Evidence: c["text"]})
	*t = t.clean()
}

// rowsFor writes a content as rows under columns, as read reads them.
func (c Content) rows(code naming) (out [][]string) {
	out = append(out, columns())
	row := func(cells map[string]string) {
		line := make([]string, len(columns()))
		for i, h := range columns() {
			line[i] = sheet.Guard(cells[h])
		}
		out = append(out, line)
	}
	c = c.sorted()
	for _, p := range c.Programmes {
		row(map[string]string{"kind": "programme", "code": p.Code, "order": strconv.Itoa(p.Place), "name": p.Name, "text": p.Text})
	}
	for _, g := range c.Goals {
		row(map[string]string{"kind": "goal", "code": g.Code, "parent": g.Programme, "order": strconv.Itoa(g.Place), "name": g.Name, "text": g.Text, "bundle": g.Bundle, "indicators": strings.Join(g.Indicators, "、")})
	}
	for _, t := range c.Tasks {
		force := ""
		if t.Force != 0 {
			force = code(t.Force)
		}
		row(map[string]string{"kind": "task", "code": t.Code, "parent": t.Goal, "order": strconv.Itoa(t.Place), "name": t.Name, "text": t.Standard, "type": string(t.Type), "lead": code(t.Lead), "assist": unitList(t.Assist, code),
			"force": force, "start": dayText(t.Start), "end": dayText(t.End), "rhythm": t.Rhythm.String(), "indicators": strings.Join(t.Indicators, "、"), "after": strings.Join(t.After, "、")})
		for _, m := range t.Milestones {
			row(map[string]string{"kind": milestoneKind, "code": fmt.Sprintf("M%d", m.No), "parent": t.Code, "name": m.Name, "text": m.Evidence, "end": dayText(m.Day)})
		}
	}
	return out
}
