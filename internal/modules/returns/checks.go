package returns

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
)

// A Filling is what somebody typed into a return, as typed.
type Filling struct {
	Cells    map[Key]Typed
	Notes    map[Key]string // by Layout.NoteKey
	Declared Declaration
	Comment  string // about the whole return
	Reason   string // why, of a correction or of a late return of a closed period
	// Found is what is wrong with the file that it was read from: changed headers, errors of
	// formulas, numbers beside the table. The cells concerned are not checked again.
	Found fault.Findings
}

// A Typed is the content of one cell before it is understood.
type Typed struct {
	Text string
	Ref  string // "填报!C14", "12" for a line of a CSV file; "" for the grid
}

// A Found is what a check has to say about a cell, or about the whole return (Row < 0).
type Found struct {
	Row, Col int
	Key      Key
	Rule     string // stable code
	Severity Severity
	Value    string
	Format   string
	Args     []any
	Ref      string
	Note     string // the explanation that was given, of a soft one
	Also     []spot // the other cells it is about: those of the other side of a rule
}

// A spot is another cell of a finding; Row < 0 is the sum of all rows.
type spot struct {
	Row, Col int
	Ref      string
}

// maxSpots is how many other cells are named.
const maxSpots = 3

// also names the other cells of a finding, with the cells of the workbook where there is one; name
// names a column. It is "" if there are none.
func (f Found) also(l *Layout, tr func(string) string, name func(col int) string) string {
	var list []string
	for i, x := range f.Also {
		if i == maxSpots {
			list = append(list, fmt.Sprintf(tr("等 %d 格"), len(f.Also)))
			break
		}
		one := name(x.Col)
		if x.Row >= 0 && x.Row != f.Row {
			one = l.SubjectName(x.Row) + " · " + one
		}
		if sheet, cell, ok := strings.Cut(x.Ref, "!"); ok {
			if mine, _, _ := strings.Cut(f.Ref, "!"); mine != sheet {
				cell = sheet + " " + cell
			}
			one += fmt.Sprintf(tr("（%s）"), cell)
		}
		list = append(list, one)
	}
	return strings.Join(list, tr("、"))
}

// Explained tells whether a soft finding came with an explanation.
func (f Found) Explained() bool { return f.Severity == Soft && f.Note != "" }

// Stops tells whether the finding keeps the return from being handed in.
func (f Found) Stops() bool { return f.Severity == Hard || f.Severity == Soft && f.Note == "" }

// Message gives the sentence without the place.
func (f Found) Message(tr func(string) string) string {
	return fault.Finding{Format: f.Format, Args: f.Args}.Message(tr)
}

// Finding gives the finding with its place: sheet and cell of a workbook, line of a CSV file, or
// the names of row and column. Its sentence names the other cells, which have no place of their own.
func (f Found) Finding(l *Layout) fault.Finding {
	out := fault.Finding{Rule: f.Rule, Value: f.Value, Soft: f.Severity != Hard, Format: f.Format, Args: f.Args}
	if also := f.also(l, func(s string) string { return s }, l.Name); also != "" {
		out.Format, out.Args = "%s（同时看 %s）", []any{fault.New(fault.Invalid, f.Format, f.Args...), also}
	}
	sheet, cell, ok := strings.Cut(f.Ref, "!")
	line, err := strconv.Atoi(f.Ref)
	switch {
	case ok:
		out.Sheet, out.Cell = sheet, cell
	case err == nil:
		out.Row, out.Field = line, l.Where(f.Row, f.Col)
	case f.Row >= 0:
		out.Field = l.Where(f.Row, f.Col)
	}
	return out
}

// A Checked is a filling understood: its numbers and everything that was found.
type Checked struct {
	Values map[Key]Value
	Found  []Found
	Blanks int            // cells left blank that may be
	File   fault.Findings // wrong with the file itself
}

// Stops tells whether anything keeps the return from being handed in.
func (c Checked) Stops() bool { return len(c.File) > 0 || slices.ContainsFunc(c.Found, Found.Stops) }

// Findings gives what was found with its places, in order: the file itself, blanks, then cell by
// cell. With all unset only what stops.
func (c Checked) Findings(l *Layout, all bool) fault.Findings {
	out := slices.Clone(c.File)
	for _, f := range c.Found {
		if all || f.Stops() {
			out = append(out, f.Finding(l))
		}
	}
	return out
}

// Codes of the checks.
const (
	ruleNumber   = "number"         // no number
	ruleDecimals = "decimals"       // more decimals than the element keeps
	ruleRange    = "range"          // outside its bounds
	ruleRequired = "required"       // blank though required
	ruleBlank    = "blank"          // blank, counts as not reported
	ruleSum      = "sum"            // a partition does not add up
	ruleParts    = "parts"          // parts of a partition exceed the total
	ruleLabel    = "label"          // an overlapping label exceeds the total
	ruleJump     = "jump"           // far from the unit's own history
	ruleZero     = "zero-report"    // a zero report with numbers
	ruleText     = "text"           // words too long or with control characters
	ruleFormula  = "form-rule"      // a rule of the form cannot be checked any more
	ruleReason   = "reason"         // a reason is lacking
	maxNote      = 200              // characters of an explanation
	maxComment   = 500              // characters of what is said about the whole return
	maxNumber    = 60               // characters of a number
	historySlots = 6                // periods a jump is measured against
	rulePrefix   = "rule:"          // before the code of a form's rule
	ruleOutside  = "outside"        // something typed where nothing is asked
	ruleUnit     = "unknown-unit"   // a row of a CSV file is about an unknown unit
	ruleColumn   = "unknown-column" // a column of a CSV file is unknown
	ruleTwice    = "twice"          // given twice
	ruleRunning  = "running"        // the period is not over
	ruleTemplate = "template"       // a workbook of another form, version, period or unit
)

// check understands a filling and finds everything that is wrong with it, in one pass: blanks
// first, then cell by cell. Checks that need a number are passed over where there is none, so
// that one mistake is one finding.
// The cells in spoiled could not be read, which Filling.Found has said.
func (l *Layout) check(in Filling, c *checker, h history, spoiled map[Key]bool) Checked {
	k := checking{l: l, in: in, h: h, out: Checked{Values: make(map[Key]Value, l.Cells()), File: in.Found}, broken: map[Key]bool{}}
	for key := range spoiled {
		k.broken[key] = true
	}
	k.cells()
	k.words()
	k.sums()
	k.jumps()
	for i := range c.rules {
		k.rule(&c.rules[i])
	}
	k.sort()
	return k.out
}

type checking struct {
	l      *Layout
	in     Filling
	h      history
	out    Checked
	broken map[Key]bool // cells with something that is no number
}

func (k *checking) add(row, col int, rule string, s Severity, value, format string, args ...any) {
	f := Found{Row: row, Col: col, Rule: rule, Severity: s, Value: value, Format: format, Args: args}
	if row >= 0 {
		f.Key = k.l.Key(row, col)
		f.Ref = k.in.Cells[f.Key].Ref
		f.Note = strings.TrimSpace(k.in.Notes[k.l.NoteKey(row, col)])
	} else {
		f.Note = strings.TrimSpace(k.in.Comment)
	}
	k.out.Found = append(k.out.Found, f)
}

// with names other cells of the last finding.
func (k *checking) with(row int, cols ...int) {
	f := &k.out.Found[len(k.out.Found)-1]
	for _, col := range cols {
		if col == f.Col && row == f.Row && row >= 0 {
			continue
		}
		x := spot{Row: row, Col: col}
		if row >= 0 {
			x.Ref = k.in.Cells[k.l.Key(row, col)].Ref
		}
		f.Also = append(f.Also, x)
	}
}

// cells reads every cell: type, range, blank.
func (k *checking) cells() {
	for row := range k.l.Subjects {
		for col := range k.l.Columns {
			key := k.l.Key(row, col)
			if k.broken[key] {
				continue
			}
			typed := k.in.Cells[key]
			text := strings.TrimSpace(measure.Halfwidth(typed.Text))
			e := &k.l.Columns[col].Element
			if text == "" {
				switch {
				case k.in.Declared != NoDeclaration && e.Kind != measure.Point:
					k.out.Values[key] = Value{N: 0, Ref: typed.Ref}
				case k.l.Item(col).Required:
					k.add(row, col, ruleRequired, Hard, "", "这一格必须填写；没有发生请填 0，或声明“其余为零”")
				default:
					k.out.Blanks++
					k.add(row, col, ruleBlank, Info, "", "空白，按未报处理；没有发生请填 0")
				}
				continue
			}
			v, err := measure.ParseValue(text, e.Scale)
			if err != nil || len(text) > maxNumber {
				k.broken[key] = true
				k.unreadable(row, col, typed.Text, text, e.Scale)
				continue
			}
			lo, hi := k.l.bounds(col)
			if v < lo || v > hi {
				k.broken[key] = true
				k.outside(row, col, typed.Text, lo, hi)
				continue
			}
			if k.in.Declared == ZeroReport && v != 0 {
				k.add(row, col, ruleZero, Hard, typed.Text, "声明了本期零报告，这里却填了 %s；请改为 0，或撤销零报告声明", typed.Text)
			}
			k.out.Values[key] = Value{N: v, Ref: typed.Ref}
		}
	}
}

// unreadable says what is wrong with a text that is no value at the scale.
func (k *checking) unreadable(row, col int, shown, text string, scale int) {
	var r *big.Rat
	ok := len(text) <= maxNumber
	if ok {
		r, ok = measure.ParseNumber(text)
	} else {
		r := []rune(shown)
		shown = string(r[:min(len(r), maxNumber/2)]) + "…"
	}
	switch {
	case !ok && strings.ContainsAny(text, ",， ") && strings.Trim(text, "0123456789,，. ") == "":
		k.add(row, col, ruleNumber, Hard, shown, "“%s”里的逗号或空格不在千位上；请只填数字，小数点用“.”", shown)
	case !ok:
		k.add(row, col, ruleNumber, Hard, shown, "“%s”不是数字；请只填数字，不带单位和文字", shown)
	case r.Mul(r, new(big.Rat).SetInt64(tenTo(scale))).IsInt():
		k.add(row, col, ruleRange, Hard, shown, "%s 超出允许的范围；请核对数字和计量单位", shown)
	case scale == 0:
		k.add(row, col, ruleDecimals, Hard, shown, "%s 应为整数；请去掉小数", shown)
	default:
		k.add(row, col, ruleDecimals, Hard, shown, "%s 的小数超过 %d 位；请按 %d 位小数填写", shown, scale, scale)
	}
}

func (k *checking) outside(row, col int, shown string, lo, hi int64) {
	scale := k.l.Columns[col].Element.Scale
	switch {
	case lo == 0 && hi == measure.MaxValue:
		k.add(row, col, ruleRange, Hard, shown, "%s 小于 0；请核对，这一项不能是负数", shown)
	case hi == measure.MaxValue:
		k.add(row, col, ruleRange, Hard, shown, "%s 小于下限 %s；请核对数字和计量单位", shown, measure.Decimal(lo, scale))
	default:
		k.add(row, col, ruleRange, Hard, shown, "%s 不在 %s 到 %s 之间；请核对数字和计量单位", shown, measure.Decimal(lo, scale), measure.Decimal(hi, scale))
	}
}

// words checks what was said beside the numbers.
func (k *checking) words() {
	say := func(row, col int, ok bool, shown string, most int) {
		if !ok {
			k.add(row, col, ruleText, Hard, shown, "说明最多 %d 个字，不含控制字符；请缩短", most)
		}
	}
	seen := map[Key]bool{}
	for row := range k.l.Subjects {
		for col := range k.l.Columns {
			if len(k.in.Notes) == 0 {
				break
			}
			key := k.l.NoteKey(row, col)
			if note, ok := k.in.Notes[key]; ok && !seen[key] {
				seen[key] = true
				say(row, col, plain(strings.TrimSpace(note), 0, maxNote), note, maxNote)
			}
		}
	}
	say(-1, 0, wordsOK(k.in.Comment), k.in.Comment, maxComment)
	say(-1, 0, wordsOK(k.in.Reason), k.in.Reason, maxComment)
}

// wordsOK is plain for texts that may have several lines.
func wordsOK(s string) bool {
	return plain(strings.NewReplacer("\r", "", "\n", "").Replace(s), 0, maxComment) && utf8.ValidString(s)
}

// sums checks categories against their total (SEMANTICS §3).
func (k *checking) sums() {
	byElement := map[string][]int{}
	var order []string
	for col := range k.l.Columns {
		code := k.l.Columns[col].Element.Code
		if byElement[code] == nil {
			order = append(order, code)
		}
		byElement[code] = append(byElement[code], col)
	}
	for _, code := range order {
		cols := byElement[code]
		scheme := k.l.Columns[cols[0]].Element.Scheme
		total := slices.IndexFunc(cols, func(c int) bool { return k.l.Columns[c].Category == "" })
		if scheme.Kind == measure.NoScheme || total < 0 || len(cols) == 1 {
			continue
		}
		all := len(cols)-1 == len(scheme.All())
		for row := range k.l.Subjects {
			k.sum(row, cols[total], cols, scheme.Kind, all)
		}
	}
}

func (k *checking) sum(row, total int, cols []int, kind measure.SchemeKind, all bool) {
	t, ok := k.out.Values[k.l.Key(row, total)]
	if !ok {
		k.noTotal(row, total, cols, kind)
		return
	}
	scale := k.l.Columns[total].Element.Scale
	var sum int64
	full := all
	for _, c := range cols {
		if c == total {
			continue
		}
		v, ok := k.out.Values[k.l.Key(row, c)]
		if !ok {
			full = false
			continue
		}
		sum += v.N
		if kind == measure.Overlapping && v.N > t.N {
			k.add(row, c, ruleLabel, Hard, measure.Decimal(v.N, scale), "填的是 %s，大于合计 %s；请核对这一类或合计",
				measure.Decimal(v.N, scale), measure.Decimal(t.N, scale))
			k.with(row, total)
		}
	}
	if kind != measure.Partition {
		return
	}
	switch {
	case full && sum != t.N:
		k.add(row, total, ruleSum, Hard, measure.Decimal(t.N, scale), "合计是 %s，各类相加是 %s；请核对，两数应相等",
			measure.Decimal(t.N, scale), measure.Decimal(sum, scale))
	case !full && sum > t.N:
		k.add(row, total, ruleParts, Hard, measure.Decimal(t.N, scale), "合计是 %s，已填各类相加是 %s，超过合计；请核对",
			measure.Decimal(t.N, scale), measure.Decimal(sum, scale))
	}
}

// noTotal wants the total of overlapping labels, which nothing else can give.
func (k *checking) noTotal(row, total int, cols []int, kind measure.SchemeKind) {
	if kind != measure.Overlapping || k.broken[k.l.Key(row, total)] || k.l.Item(total).Required {
		return // said already
	}
	for _, c := range cols {
		if _, ok := k.out.Values[k.l.Key(row, c)]; ok {
			k.add(row, total, ruleLabel, Hard, "", "填了类别 %s，没有填合计；类别可以重叠，请填合计", k.l.Name(c))
			return
		}
	}
}

// jumps compares with the mean of the unit's own last periods.
func (k *checking) jumps() {
	for col := range k.l.Columns {
		j := k.l.Form.Jump
		if own := k.l.Item(col).Jump; own != nil {
			j = *own
		}
		if j.Hundredths == 0 {
			continue
		}
		e := &k.l.Columns[col].Element
		threshold := j.Threshold * tenTo(e.Scale)
		for row := range k.l.Subjects {
			key := k.l.Key(row, col)
			v, ok := k.out.Values[key]
			if !ok || v.N < 0 {
				continue
			}
			var sum, n int64
			p := k.l.Place.Period
			for range historySlots {
				p = p.Prev()
				if old, ok := k.h.value(key, p); ok && old >= 0 {
					sum, n = sum+old, n+1
				}
			}
			if n == 0 || abs(v.N*n-sum) <= threshold*n {
				continue
			}
			f := int64(j.Hundredths)
			if v.N*n*100 <= f*sum && f*v.N*n >= 100*sum {
				continue
			}
			mean := measure.Round(new(big.Rat).Quo(measure.Rat(sum, e.Scale), new(big.Rat).SetInt64(n)), max(e.Scale, 1))
			k.add(row, col, ruleJump, Soft, measure.Decimal(v.N, e.Scale), "填的是 %s，前 %d 期平均是 %s，相差悬殊；请核对，无误的请在“说明”中写明原因",
				measure.Decimal(v.N, e.Scale), n, mean)
		}
	}
}

// tenTo gives 10 to the n, for the scales of elements (0 to 6).
func tenTo(n int) int64 {
	t := int64(1)
	for range n {
		t *= 10
	}
	return t
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// sort puts blanks first, then by place; what stops before what does not at the same place.
func (k *checking) sort() {
	rank := func(f Found) int {
		switch {
		case f.Rule == ruleRequired:
			return 0
		case f.Rule == ruleBlank:
			return 1
		case f.Row < 0:
			return 2
		}
		return 3
	}
	panel := make([]int, len(k.l.Columns))
	for i, p := range k.l.Panels {
		for _, c := range p.Columns {
			panel[c] = i
		}
	}
	slices.SortStableFunc(k.out.Found, func(a, b Found) int {
		if c := cmp.Compare(rank(a), rank(b)); c != 0 || a.Row < 0 {
			return c
		}
		if c := cmp.Compare(panel[a.Col], panel[b.Col]); c != 0 {
			return c
		}
		if k.l.Turned {
			return cmp.Or(cmp.Compare(a.Col, b.Col), cmp.Compare(a.Row, b.Row))
		}
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col))
	})
}
