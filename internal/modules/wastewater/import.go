package wastewater

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sheet"
)

// mostFile is the largest file that is read, in bytes.
const mostFile = 8 << 20

// mostHead is the last row in which a header may stand: forms have a title above it.
const mostHead = 30

// A column is one of a file of results, with the headers it may have.
type column struct {
	key   string
	heads []string
}

// columns are those of a file, one row for a residue on a day at a plant.
func columns() []column {
	return []column{{"plant", []string{"污水厂", "plant", "treatment plant"}}, {"day", []string{"日期", "day", "date"}}, {"flow", []string{"流量", "flow"}},
		{"residue", []string{"检测物", "residue"}}, {"concentration", []string{"浓度", "concentration"}}, {"limit", []string{"定量限", "limit of quantification", "limit", "loq"}}}
}

// label is what a column is called in a sentence.
func (c column) label() string { return c.heads[0] }

func columnOf(head string) string {
	head = strings.ToLower(strings.TrimSpace(sheet.Unguard(head)))
	head, _, _ = strings.Cut(strings.NewReplacer("(", "（", "\n", "（").Replace(head), "（") // units may follow in brackets
	for _, c := range columns() {
		if slices.Contains(c.heads, strings.TrimSpace(head)) {
			return c.key
		}
	}
	return ""
}

// A raw row is one line of a file.
type rawRow struct {
	sheet string
	line  int
	cells map[string]string
	at    map[string]int // column number, from 1
	bad   fault.Findings // what is wrong with its cells whatever is expected
}

// rowsOf reads a CSV file or the first sheet of a workbook that has the headers.
func rowsOf(name string, content []byte) ([]rawRow, error) {
	type line struct {
		no    int
		cells []string
		bad   fault.Findings
	}
	read := func(title string, lines []line) ([]rawRow, error) {
		for i, l := range lines {
			if l.no > mostHead {
				break
			}
			head := map[string]int{}
			var twice fault.Findings
			for j, c := range l.cells {
				k := columnOf(c)
				if k == "" {
					continue
				}
				if _, had := head[k]; had {
					twice = append(twice, fault.Finding{Sheet: title, Row: l.no, Value: c, Rule: "column", Format: "列“%s”出现了两次；请删去一列", Args: []any{c}})
				}
				head[k] = j
			}
			if _, p := head["plant"]; !p {
				continue
			}
			if _, d := head["residue"]; !d {
				continue
			}
			for _, c := range columns() {
				if _, ok := head[c.key]; !ok && c.key != "limit" {
					twice = append(twice, fault.Finding{Sheet: title, Row: l.no, Rule: "column", Format: "缺少列“%s”；请补上", Args: []any{c.label()}})
				}
			}
			if err := twice.Err(); err != nil {
				return nil, err
			}
			var out []rawRow
			for _, x := range lines[i+1:] {
				r := rawRow{sheet: title, line: x.no, cells: map[string]string{}, at: map[string]int{}, bad: x.bad}
				for k, j := range head {
					r.at[k] = j + 1
					if j < len(x.cells) {
						if v := strings.TrimSpace(sheet.Unguard(x.cells[j])); v != "" {
							r.cells[k] = v
						}
					}
				}
				// A row that names a plant and a day but has no numbers was left open in the form.
				if r.cells["flow"] != "" || r.cells["concentration"] != "" {
					out = append(out, r)
				}
			}
			return out, nil
		}
		return nil, nil
	}
	var out []rawRow
	found := false
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".csv", ".txt":
		rows, _, err := sheet.ReadCSV(bytes.NewReader(content))
		if err != nil {
			return nil, err
		}
		var lines []line
		for _, r := range rows {
			lines = append(lines, line{no: r.Line, cells: slices.Clone(r.Cells)})
		}
		if out, err = read("", lines); err != nil {
			return nil, err
		}
		found = out != nil
	case ".xlsx":
		b, err := sheet.OpenBytes(content, sheet.Limits{File: mostFile})
		if err != nil {
			return nil, err
		}
		for _, title := range b.Sheets() {
			var lines []line
			if err := b.Rows(title, func(row int, values []sheet.Value) error {
				l := line{no: row, cells: make([]string, len(values))}
				for i, v := range values {
					l.cells[i] = v.Text
					if d, ok := v.AsDate(); ok && v.Kind == sheet.Date {
						l.cells[i] = d
					}
					if f, ok := v.Fault(title, sheet.Address(i+1, row)); !ok {
						l.bad = append(l.bad, f)
					}
				}
				lines = append(lines, l)
				return nil
			}); err != nil {
				return nil, err
			}
			if out, err = read(title, lines); err != nil {
				return nil, err
			}
			if found = out != nil; found {
				break
			}
		}
	case ".xls", ".et":
		return nil, fault.New(fault.Invalid, "“%s”是旧格式；请另存为 .xlsx 后再传", name)
	default:
		return nil, fault.New(fault.Invalid, "“%s”不是 .csv 或 .xlsx 文件；请另存后再传", name)
	}
	if !found {
		return nil, fault.New(fault.Invalid, "没有找到结果表：前 %d 行里应有表头“污水厂、日期、流量、检测物、浓度、定量限”，下面要有数；请用本页的模板", mostHead)
	}
	return out, nil
}

// A reading turns rows into results and gathers all faults on the way.
type reading struct {
	c       Campaign
	names   map[string]string // residue by name or code, in lower case
	titles  map[string]string // name of a residue by its code
	out     Data
	flowRow map[cell]int
	seen    map[cell]int
	all     fault.Findings
	soft    fault.Findings
	wrong   map[int]bool
	rows    map[int]cell // what a line holds
}

func newReading(c Campaign, a Assumptions) *reading {
	r := &reading{c: c, names: map[string]string{}, titles: map[string]string{}, flowRow: map[cell]int{}, seen: map[cell]int{}, wrong: map[int]bool{}, rows: map[int]cell{}}
	for _, f := range a.Factors {
		r.titles[f.Code] = f.Residue
		for _, n := range []string{f.Code, f.Residue, f.ResidueEN} {
			if n != "" {
				r.names[strings.ToLower(n)] = f.Code
			}
		}
	}
	return r
}

func (r *reading) fault(row rawRow, key, rule, format string, args ...any) {
	f := fault.Finding{Sheet: row.sheet, Row: row.line, Value: row.cells[key], Rule: rule, Format: format, Args: args}
	for _, c := range columns() {
		if c.key == key {
			f.Field = c.label()
		}
	}
	if row.sheet != "" {
		f.Cell = sheet.Address(row.at[key], row.line)
	}
	r.all = append(r.all, f)
	r.wrong[row.line] = true
}

// below tells whether a concentration is written as below the limit: "<", "<2", "ND", 未检出. The
// number after the sign is the limit.
func below(s string) (limit string, yes bool) {
	s = strings.TrimSpace(measure.Halfwidth(s))
	switch strings.ToLower(s) {
	case "未检出", "低于定量限", "nd", "n.d.", "bql", "<loq", "<":
		return "", true
	}
	if rest, ok := strings.CutPrefix(s, "<"); ok {
		return strings.TrimSpace(rest), true
	}
	return "", false
}

func (r *reading) read(rows []rawRow) {
	for _, row := range rows {
		for _, b := range row.bad {
			r.all = append(r.all, b)
			r.wrong[row.line] = true
		}
		r.readRow(row)
	}
	r.unlike()
}

func (r *reading) readRow(row rawRow) {
	i := slices.IndexFunc(r.c.Sites, func(s Site) bool { return s.Name == row.cells["plant"] })
	if i < 0 {
		var names []string
		for _, s := range r.c.Sites {
			names = append(names, s.Name)
		}
		r.fault(row, "plant", "unknown-plant", "这次监测没有污水厂“%s”；有的是：%s", row.cells["plant"], strings.Join(names, "、"))
		return
	}
	at := cell{plant: r.c.Sites[i].Plant}
	text, ok := sheet.ParseDate(row.cells["day"])
	if !ok {
		r.fault(row, "day", "day", "日期“%s”读不出来；请写成 2018-03-12", row.cells["day"])
		return
	}
	day, err := period.ParseDay(text)
	if err != nil {
		r.fault(row, "day", "day", "日期“%s”读不出来；请写成 2018-03-12", row.cells["day"])
		return
	}
	if day < r.c.First || day > r.c.Last() {
		r.fault(row, "day", "outside", "%s 不在采样期 %s 至 %s 之内", day, r.c.First, r.c.Last())
		return
	}
	at.day = day
	r.readFlow(row, at)
	if row.cells["residue"] == "" && row.cells["concentration"] == "" {
		r.rows[row.line] = at
		return // a row with the flow alone
	}
	code, known := r.names[strings.ToLower(row.cells["residue"])]
	if !known {
		r.fault(row, "residue", "unknown-residue", "检测物“%s”不在假定表里；请用表中的名称", row.cells["residue"])
		return
	}
	if !slices.Contains(r.c.Residues, code) {
		r.fault(row, "residue", "not-chosen", "这次监测没有选检测物“%s”；请先在采样期里选上", row.cells["residue"])
		return
	}
	if row.cells["concentration"] == "" {
		r.rows[row.line] = at
		return
	}
	at.residue = code
	if line, had := r.seen[at]; had {
		r.fault(row, "residue", "twice", "与第 %d 行重复：同一污水厂、同一天、同一检测物", line)
		return
	}
	r.seen[at] = row.line
	r.rows[row.line] = at
	r.readResult(row, at)
}

func (r *reading) readFlow(row rawRow, at cell) {
	text := row.cells["flow"]
	if text == "" {
		return
	}
	v, err := measure.ParseValue(text, flowScale)
	if err != nil || v <= 0 {
		r.fault(row, "flow", "number", "流量“%s”应是大于 0 的数，最多 %d 位小数", text, flowScale)
		return
	}
	key := cell{plant: at.plant, day: at.day}
	if line, had := r.flowRow[key]; had {
		for _, f := range r.out.Flows {
			if f.Plant == at.plant && f.Day == at.day && f.Value != v {
				r.fault(row, "flow", "differs", "同一污水厂同一天的流量与第 %d 行不同（%s）；请核对", line, measure.Decimal(f.Value, flowScale))
			}
		}
		return
	}
	r.flowRow[key] = row.line
	r.out.Flows = append(r.out.Flows, Flow{at.plant, at.day, v})
}

func (r *reading) readResult(row rawRow, at cell) {
	s := Sample{Plant: at.plant, Day: at.day, Residue: at.residue}
	limit, under := below(row.cells["concentration"])
	if limit == "" {
		limit = row.cells["limit"]
	}
	var err error
	if limit != "" {
		if s.Limit, err = measure.ParseValue(limit, concentrationScale); err != nil || s.Limit <= 0 {
			r.fault(row, "limit", "number", "定量限“%s”应是大于 0 的数，最多 %d 位小数", limit, concentrationScale)
			return
		}
	}
	if s.Below = under; !under {
		if s.Value, err = measure.ParseValue(row.cells["concentration"], concentrationScale); err != nil {
			r.fault(row, "concentration", "number", "浓度“%s”不是数；低于定量限写“<”，最多 %d 位小数", row.cells["concentration"], concentrationScale)
			return
		}
	}
	if format, args := checkSample(s); format != "" {
		r.fault(row, "concentration", "result", format, args...)
		return
	}
	r.out.Samples = append(r.out.Samples, s)
}

// unlike notes flows that differ from the others of a plant by a factor of five: mostly m³ and
// 万m³ taken for each other. The note does not stop the import.
func (r *reading) unlike() {
	by := map[int64][]Flow{}
	for _, f := range r.out.Flows {
		by[f.Plant] = append(by[f.Plant], f)
	}
	for _, s := range r.c.Sites {
		list := by[s.Plant]
		if len(list) < 3 {
			continue
		}
		sorted := slices.Clone(list)
		slices.SortFunc(sorted, func(a, b Flow) int { return int(min(1, max(-1, a.Value-b.Value))) })
		middle := sorted[len(sorted)/2].Value
		for _, f := range list {
			if f.Value > 5*middle || f.Value*5 < middle {
				r.soft = append(r.soft, fault.Finding{Row: r.flowRow[cell{plant: f.Plant, day: f.Day}], Value: measure.Decimal(f.Value, flowScale), Rule: "unlike", Soft: true,
					Format: "%s %s 的流量 %s 与其他日子相差五倍以上；请核对单位是不是 %s", Args: []any{s.Name, f.Day.String(), measure.Decimal(f.Value, flowScale), s.Unit.Text()}})
			}
		}
	}
}

// say tells which value a row changes, from what to what, so that the reader sees it before writing.
func (r *reading) say(at cell, was, now Sample, oldFlow, newFlow int64, flow bool, line int) {
	plant := ""
	for _, s := range r.c.Sites {
		if s.Plant == at.plant {
			plant = s.Name
		}
	}
	if flow {
		r.soft = append(r.soft, fault.Finding{Row: line, Rule: "changed", Soft: true, Format: "%s %s 的流量由 %s 改为 %s",
			Args: []any{plant, at.day.String(), measure.Decimal(oldFlow, flowScale), measure.Decimal(newFlow, flowScale)}})
	}
	if at.residue != "" && was != now {
		r.soft = append(r.soft, fault.Finding{Row: line, Rule: "changed", Soft: true, Format: "%s %s 的%s由 %s 改为 %s",
			Args: []any{plant, at.day.String(), fault.Word(r.titles[at.residue]), was.written(), now.written()}})
	}
}

// tally counts the rows of a file by what becomes of them.
func (r *reading) tally(rep *measure.ImportReport, rows []rawRow, old Data) {
	flows, samples := old.flows(), old.samples()
	now := r.out.samples()
	newFlows := r.out.flows()
	for _, row := range rows {
		rep.Read++
		at, ok := r.rows[row.line]
		if r.wrong[row.line] || !ok {
			rep.Rejected++
			continue
		}
		was, had := samples[at]
		key := cell{plant: at.plant, day: at.day}
		oldFlow, hadFlow := flows[key]
		newFlow, hasFlow := newFlows[key]
		flowMoves := hasFlow && r.flowRow[key] == row.line && (!hadFlow || oldFlow != newFlow)
		switch {
		case at.residue != "" && !had || at.residue == "" && flowMoves && !hadFlow:
			rep.Created++
		case at.residue != "" && was != now[at] || flowMoves:
			rep.Updated++
			r.say(at, was, now[at], oldFlow, newFlow, flowMoves && hadFlow, row.line)
		default:
			rep.Unchanged++
		}
	}
}
