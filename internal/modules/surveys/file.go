package surveys

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/sheet"
)

// mostFile, mostRows and mostInterviews bound a file of answers.
const (
	mostFile       = 20 << 20
	mostRows       = 300_000
	mostInterviews = 300_000
)

// mostFindings bounds how many faults of a file are told one by one; the rest are counted.
const mostFindings = 500

// A column is what stands in a column of a file of answers.
type column struct {
	kind     string // stratum, cluster, weight, count, question; "" for one that is not read
	question int
}

// asksPersonal tells whether a header looks like that of personal data.
func asksPersonal(head string) bool {
	h := fold(strings.NewReplacer("_", "", "-", "", ".", "").Replace(head))
	for _, p := range personal() {
		if h == p || len(p) > 4 && strings.Contains(h, p) || p > "\x7f" && strings.Contains(h, p) {
			return true
		}
	}
	return false
}

// looksPersonal tells whether a value holds the number of an identity card, of a mobile phone or of
// a bank card, whatever stands around it. The decimals of a number are none.
func looksPersonal(v string) bool {
	v = strings.ReplaceAll(fold(v), "-", "")
	for i := 0; i < len(v); {
		j := i
		for j < len(v) && v[j] >= '0' && v[j] <= '9' {
			j++
		}
		if j == i {
			i++
			continue
		}
		decimal := i > 0 && v[i-1] == '.' || j < len(v) && v[j] == '.'
		switch n := j - i; {
		case decimal:
		case n == 11 && v[i] == '1' && v[i+1] >= '3', n == 15, n == 16, n == 18, n == 19, n == 17 && j < len(v) && v[j] == 'x':
			return true
		}
		i = j
	}
	return false
}

// A reading is what a file of answers says.
type reading struct {
	survey  Survey
	columns []column
	head    []string
	tally   tally
	rows    int64
	people  int64
	bad     fault.Findings
	skipped int // faults beyond mostFindings
	private bool
	weights [2]int64 // rows with and without a weight
}

func (r *reading) fault(row int, field, value, rule, format string, args ...any) {
	if len(r.bad) >= mostFindings {
		r.skipped++
		return
	}
	for _, names := range heads() {
		if names[0] == field {
			field = names[1] // the column as people call it
		}
	}
	r.bad = append(r.bad, fault.Finding{Row: row, Field: field, Value: value, Rule: rule, Format: format, Args: args})
}

// ReadAnswers reads a file of answers (.csv or .xlsx) for a survey: a head row, then a row for each
// person or, with a column of counts, for equal persons. All faults come at once as findings. Faults
// of a file with personal data never repeat what stands in its cells.
func (s Survey) ReadAnswers(name string, content []byte) (c Counts, people int64, err error) {
	if len(content) > mostFile {
		return nil, 0, fault.New(fault.TooLarge, "文件超过 %d MB；请拆分后再传", mostFile>>20)
	}
	r := &reading{survey: s, tally: tally{}}
	if err := r.each(name, content); err != nil {
		return nil, 0, err
	}
	if r.private {
		return nil, 0, slices.DeleteFunc(r.bad, func(f fault.Finding) bool { return f.Rule != "personal" })
	}
	if r.rows == 0 && len(r.bad) == 0 {
		r.fault(0, "", "", "empty", "文件里没有回答；第 1 行是表头，从第 2 行起每人一行")
	}
	if r.weights[0] > 0 && r.weights[1] > 0 {
		r.fault(0, "weight", "", "weight", "有 %d 行写了权数，%d 行没有写；要么都写，要么都不写", r.weights[0], r.weights[1])
	}
	if r.people > mostInterviews {
		r.fault(0, "", "", "rows", "共 %d 人，超过 %d 人的上限；请核对份数", r.people, mostInterviews)
	}
	if r.skipped > 0 {
		r.bad = append(r.bad, fault.Finding{Rule: "more", Format: "另有 %d 处问题没有列出；请先改好上面的", Args: []any{r.skipped}})
	}
	if err := r.bad.Err(); err != nil {
		return nil, 0, err
	}
	return r.tally.counts(), r.people, nil
}

// errEnough stops the reading of a workbook.
var errEnough = errors.New("enough rows")

// each visits the rows of a file.
func (r *reading) each(name string, content []byte) error {
	n := 0
	visit := func(row int, cells []string) error {
		n++
		if n > mostRows {
			r.fault(0, "", "", "rows", "文件超过 %d 行；请改用带份数的汇总表", mostRows)
			return errEnough
		}
		if n == 1 {
			return r.readHead(row, cells)
		}
		r.readRow(row, cells)
		return nil
	}
	err := walk(name, content, visit)
	if errors.Is(err, errEnough) {
		return nil
	}
	if err == nil && n == 0 {
		return fault.New(fault.Invalid, "文件是空的；第 1 行应是表头")
	}
	return err
}

// walk visits the records of a CSV file or of the first sheet of a workbook.
func walk(name string, content []byte, visit func(row int, cells []string) error) error {
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".csv", ".txt":
		c, err := sheet.OpenCSV(bytes.NewReader(content))
		if err != nil {
			return err
		}
		for {
			record, line, err := c.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			for i := range record {
				record[i] = strings.TrimSpace(sheet.Unguard(record[i]))
			}
			if err := visit(line, record); err != nil {
				return err
			}
		}
	case ".xlsx":
		b, err := sheet.OpenBytes(content, sheet.Limits{File: mostFile})
		if err != nil {
			return err
		}
		if len(b.Sheets()) == 0 {
			return fault.New(fault.Invalid, "工作簿里没有可见的工作表；请核对文件")
		}
		return b.Rows(b.Sheets()[0], func(row int, values []sheet.Value) error {
			cells := make([]string, len(values))
			for i, v := range values {
				cells[i] = v.Text
				if v.Number != "" {
					cells[i] = v.Number
				}
			}
			return visit(row, cells)
		})
	case ".xls", ".et":
		return fault.New(fault.Invalid, "“%s”是旧格式；请另存为 .xlsx 后再传", filepath.Base(name))
	}
	return fault.New(fault.Invalid, "“%s”不是 .csv 或 .xlsx 文件；请另存后再传", filepath.Base(name))
}

// readHead finds out what stands in each column.
func (r *reading) readHead(row int, cells []string) error {
	r.head = slices.Clone(cells)
	seen := map[column]bool{}
	for i, h := range cells {
		col := column{}
		switch {
		case h == "":
		case asksPersonal(h):
			r.private = true
			r.fault(row, sheet.ColumnName(i+1), "", "personal", "第 %s 列“%s”像是个人信息。调查只收不记名的回答，文件没有读入，也没有留存；请删去这一列再传", sheet.ColumnName(i+1), h)
		default:
			if col = r.columnOf(h); col.kind == "" {
				r.fault(row, sheet.ColumnName(i+1), h, "column", "不认识的列“%s”；可用的列是层、群、权数、份数和题号，请删去或改名", h)
			} else if seen[col] {
				r.fault(row, sheet.ColumnName(i+1), h, "column", "列“%s”出现了两次；请删去一列", h)
			}
			seen[col] = true
		}
		r.columns = append(r.columns, col)
	}
	if r.private {
		return errEnough
	}
	d := r.survey.Design
	if !seen[column{kind: "stratum"}] && len(r.survey.Strata) > 1 {
		r.fault(row, "stratum", "", "column", "缺少“层”一列；这项调查分 %d 层，请补上", len(r.survey.Strata))
	}
	if !seen[column{kind: "cluster"}] && d.clusters() {
		r.fault(row, "cluster", "", "column", "缺少“群”一列（村、组或社区）；整群抽样算误差要用，请补上")
	}
	if seen[column{kind: "weight"}] && d == Convenience {
		r.fault(row, "weight", "", "column", "非概率样本没有权数；请删去“权数”一列")
	}
	asked := false
	for i, q := range r.survey.Questions {
		asked = asked || seen[column{"question", i}]
		if !seen[column{"question", i}] {
			r.fault(row, q.Code, "", "column", "缺少“%s”一列（%s）；请补上", q.Code, q.Text)
		}
	}
	if !asked {
		return errEnough
	}
	return nil
}

func (r *reading) columnOf(head string) column {
	h := fold(head)
	for _, names := range heads() {
		for _, n := range names {
			if h == fold(n) {
				return column{kind: names[0]}
			}
		}
	}
	for i, q := range r.survey.Questions {
		if h == fold(q.Code) || h == fold(q.Text) || strings.HasPrefix(h, fold(q.Code)+".") || strings.HasPrefix(h, fold(q.Code)+"、") {
			return column{"question", i}
		}
	}
	return column{}
}

// readRow reads one person, or equal persons.
func (r *reading) readRow(row int, cells []string) {
	base := Count{N: 1}
	answers := make([]string, len(r.survey.Questions))
	blank := true
	for i, v := range cells {
		if v == "" {
			continue
		}
		blank = false
		if looksPersonal(v) {
			r.private = true
			r.fault(row, sheet.ColumnName(i+1), "", "personal", "第 %s 列里有像身份证号、手机号或银行卡号的数字。调查只收不记名的回答，文件没有读入，也没有留存；请删去再传", sheet.ColumnName(i+1))
			continue
		}
		if i >= len(r.columns) || r.columns[i].kind == "" {
			if i >= len(r.head) || r.head[i] == "" {
				r.fault(row, sheet.ColumnName(i+1), v, "column", "“%s”不在任何列下；请核对表头", v)
			}
			continue
		}
		switch col := r.columns[i]; col.kind {
		case "stratum":
			base.Stratum = v
		case "cluster":
			base.Cluster = v
		case "weight":
			base.Weight = v
		case "count":
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil || n < 1 || n > mostInterviews {
				r.fault(row, "count", v, "count", "份数应为 1 到 %d 的整数", mostInterviews)
				n = 1
			}
			base.N = n
		default:
			answers[col.question] = v
		}
	}
	if blank || r.private {
		return
	}
	r.rows++
	r.people += base.N
	r.place(row, &base)
	any := false
	for i, v := range answers {
		if v == "" {
			continue // not asked, or nothing said
		}
		any = true
		q := r.survey.Questions[i]
		c := base
		c.Question, c.Answer = q.Code, q.find(v)
		if c.Answer < 0 {
			r.fault(row, q.Code, v, "answer", "%s 没有“%s”这个回答；可用的是：%s（或写序号）", q.Code, v, q.list())
			continue
		}
		r.tally.add(c)
	}
	if !any {
		r.fault(row, "", "", "answer", "这一行没有任何回答；请补上或删去这一行")
	}
}

// place checks where a row belongs.
func (r *reading) place(row int, c *Count) {
	d := r.survey.Design
	switch {
	case c.Stratum == "" && len(r.survey.Strata) == 1:
		c.Stratum = r.survey.Strata[0].Name
	case c.Stratum == "":
		r.fault(row, "stratum", "", "stratum", "缺少层；请写明属于哪一层")
	default:
		i := slices.IndexFunc(r.survey.Strata, func(x Stratum) bool { return fold(x.Name) == fold(c.Stratum) })
		if i < 0 && len(r.survey.Strata) == 1 && !d.strata() && d != Convenience {
			i = 0 // a survey without strata does not look at the place
		}
		if i < 0 {
			r.fault(row, "stratum", c.Stratum, "stratum", "分层里没有“%s”；请改成调查里的层名，或先在调查里补上", c.Stratum)
			return
		}
		c.Stratum = r.survey.Strata[i].Name
	}
	if !d.clusters() {
		c.Cluster = ""
	} else if c.Cluster == "" {
		r.fault(row, "cluster", "", "cluster", "缺少群；请写明是哪个村、组或社区")
	} else if len([]rune(c.Cluster)) > 60 {
		r.fault(row, "cluster", "", "cluster", "群的名称最多 %d 个字；请缩短", 60)
	}
	if c.Weight == "" {
		r.weights[1]++
		return
	}
	r.weights[0]++
	if w, err := strconv.ParseFloat(c.Weight, 64); err != nil || !(w > 0) || w > 1e9 || len(c.Weight) > 24 {
		r.fault(row, "weight", c.Weight, "weight", "权数“%s”应为大于 0 的数", c.Weight)
	}
}

// find gives the place of an answer by its words or its number from 1; -1 for none.
func (q Question) find(v string) int {
	for i, a := range q.Answers {
		if fold(a.Text) == fold(v) {
			return i
		}
	}
	if n, err := strconv.Atoi(v); err == nil && n >= 1 && n <= len(q.Answers) {
		return n - 1
	}
	return -1
}

func (q Question) list() string {
	var out []string
	for _, a := range q.Answers {
		out = append(out, a.Text)
	}
	return strings.Join(out, "、")
}
