package units

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// Columns are the names of the columns of a file of units, in the order in which they are written
// (DESIGN §7). from and to are the first and the last day of what the line says; both may be empty.
// order is the place among siblings, a whole number: the smaller stands first, equal ones by code.
// Only the first four must be there; an empty order leaves what is known, 0 for a new unit.
var Columns = []string{"code", "name", "kind", "parent", "from", "to", "order"}

// cells are the texts of one line, in the order of Columns.
type cells [7]string

// The bounds of a place among siblings.
const minOrder, maxOrder = -9999, 9999

// columnWords are the other names under which a column is known.
var columnWords = map[string]string{
	"code": "code", "编码": "code", "代码": "code", "区划代码": "code", "单位编码": "code", "统计用区划代码": "code",
	"name": "name", "名称": "name", "单位名称": "name", "全称": "name",
	"kind": "kind", "类别": "kind", "单位类别": "kind", "类型": "kind",
	"parent": "parent", "上级": "parent", "上级编码": "parent", "上级代码": "parent",
	"from": "from", "生效日期": "from", "起": "from", "起始日期": "from", "有效期起": "from",
	"to": "to", "失效日期": "to", "止": "to", "终止日期": "to", "有效期止": "to",
	"order": "order", "次序": "order", "排序": "order", "排列次序": "order", "顺序": "order",
}

// kindWords are Chinese words for kinds beside those of org.Kind.Text.
var kindWords = map[string]org.Kind{
	"自治区": org.Province, "直辖市": org.Province, "州": org.City, "地区": org.City, "区": org.County, "旗": org.County,
	"乡": org.Township, "镇": org.Township, "街道": org.Township, "乡镇": org.Township, "村": org.Village, "社区": org.Village,
	"村社区": org.Village, "村（居）": org.Village,
}

// columnsOf reads the header of a file: for each of Columns its place, -1 where it is missing.
func columnsOf(header []string) ([len(cells{})]int, error) {
	at := [...]int{-1, -1, -1, -1, -1, -1, -1}
	for i, h := range header {
		key := columnWords[strings.ToLower(strings.TrimSpace(narrow(h)))]
		for j, c := range Columns {
			if c == key {
				if at[j] >= 0 {
					return at, fault.New(fault.Invalid, "表头有两列都是“%s”；请只保留一列", c)
				}
				at[j] = i
			}
		}
	}
	var lost []string
	for j, c := range Columns[:4] {
		if at[j] < 0 {
			lost = append(lost, c)
		}
	}
	if len(lost) > 0 {
		return at, fault.New(fault.Invalid, "第 1 行应是表头 %s，缺少 %s；请按此补上表头", strings.Join(Columns, ","), strings.Join(lost, "、"))
	}
	return at, nil
}

// A fileRow is one line of a file of units.
type fileRow struct {
	line               int32
	bad                bool
	code, name, parent string
	kind               org.Kind
	from, to           period.Day
	order              int
	ordered            bool // order is given
}

// parseRow reads a line and tells every fault of it.
func parseRow(line int, cell cells) (fileRow, fault.Findings) {
	r := fileRow{line: int32(line)}
	var found fault.Findings
	say := func(col int, rule, format string, args ...any) {
		found = append(found, fault.Finding{Row: line, Field: Columns[col], Value: cell[col], Rule: rule, Format: format, Args: args})
	}
	for i, c := range cell {
		if !utf8.ValidString(c) {
			say(i, "encoding", "这一格的文字不能识别；请把文件另存为 UTF-8 编码的 CSV")
			cell[i] = ""
		} else if strings.ContainsRune(c, 0) {
			say(i, "encoding", "这一格含有不可见的空字符；请删去后重新填写")
			cell[i] = ""
		}
	}
	kind := strings.TrimSpace(narrow(cell[2]))
	r.kind = org.Kind(strings.ToLower(kind))
	if !r.kind.Valid() {
		r.kind = wordOfKind(kind)
	}
	if !r.kind.Valid() {
		if kind == "" {
			say(2, "kind", "没有写单位类别；请用 province、city、county、township、village、department、taskforce、school、enterprise、venue 等")
		} else {
			_, err := org.ParseKind(kind)
			say(2, "unknown-kind", "%s", err)
		}
	}
	r.code = CodeOf(cell[0], r.kind)
	if err := checkCode(r.code, r.kind); err != nil {
		say(0, "code", "%s", err)
	}
	r.name = strings.TrimSpace(cell[1])
	switch {
	case r.name == "":
		say(1, "name", "没有写名称；请填写单位全称")
	case utf8.RuneCountInString(r.name) > 100:
		say(1, "name", "名称超过 100 个字；请用单位全称")
	}
	r.parent = narrow(strings.TrimSpace(cell[3]))
	r.from = day(cell[4], func(err error) { say(4, "date", "%s", err) })
	r.to = day(cell[5], func(err error) { say(5, "date", "%s", err) })
	if r.from != 0 && r.to != 0 && r.to < r.from {
		say(5, "date-order", "失效日期 %s 早于生效日期 %s；请更正其中之一", r.to, r.from)
	}
	if text := strings.TrimSpace(narrow(cell[6])); text != "" {
		n, err := strconv.Atoi(text)
		if r.order, r.ordered = n, true; err != nil || n < minOrder || n > maxOrder {
			say(6, "order", "次序应是 %d 至 %d 的整数；没有特别的次序可以留空", minOrder, maxOrder)
		}
	}
	r.bad = len(found) > 0
	return r, found
}

func day(s string, fail func(error)) period.Day {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0
	}
	d, err := period.ParseDay(s)
	if err != nil {
		fail(err)
	}
	return d
}

func wordOfKind(s string) org.Kind {
	s = strings.NewReplacer("(", "（", ")", "）").Replace(s)
	for _, k := range org.Kinds() {
		if k.Text() == s {
			return k
		}
	}
	return kindWords[s]
}
