package calendar

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
)

// A Year is the published holiday arrangement of one year (STANDARDS CAL-01).
type Year struct {
	Number int
	Papers []string // the notices it is taken from
	Days   []Entry  // by date; days that are as their weekday says need not be listed
}

// An Entry is a day off, or a day worked though it is a weekend.
type Entry struct {
	Name string // the holiday it belongs to
	Date period.Day
	Off  bool
}

// An Extra is a named list of a county's own days: those off beside the published ones, and those
// worked in spite of them.
type Extra struct {
	Name string
	Days []Entry
}

// The written form, which is also that of the public holiday-cn tables.
type (
	yearForm struct {
		Year   int         `json:"year"`
		Papers []string    `json:"papers"`
		Days   []entryForm `json:"days"`
	}
	extraForm struct {
		Name string      `json:"name"`
		Days []entryForm `json:"days"`
	}
	entryForm struct {
		Name string `json:"name"`
		Date string `json:"date"`
		Off  *bool  `json:"isOffDay"`
	}
)

// ParseYear reads the table of a year, {"year":2018,"papers":["…"],"days":[{"name":"春节",
// "date":"2018-02-15","isOffDay":true},…]}; other keys are ignored. The days lie in that year, or
// in December of the year before, which a notice may touch. What cannot be read is fault.Invalid
// with its place; faults in the days come all at once, as fault.Findings.
func ParseYear(text []byte) (Year, error) {
	var form yearForm
	if err := read(text, &form); err != nil {
		return Year{}, err
	}
	y := Year{Number: form.Year, Papers: form.Papers}
	var found fault.Findings
	y.Days, found = entries(form.Days)
	found = append(found, y.faults()...)
	if len(found) > 0 {
		return Year{}, found
	}
	return y, nil
}

// ParseExtra reads a county's own days, {"name":"…","days":[…]}, with days as in ParseYear, of
// any year and weekday. It fails as ParseYear does.
func ParseExtra(text []byte) (Extra, error) {
	var form extraForm
	if err := read(text, &form); err != nil {
		return Extra{}, err
	}
	x := Extra{Name: strings.TrimSpace(form.Name)}
	var found fault.Findings
	x.Days, found = entries(form.Days)
	found = append(found, x.faults()...)
	if len(found) > 0 {
		return Extra{}, found
	}
	return x, nil
}

// JSON writes the table in the form that ParseYear reads, one day a line.
func (y Year) JSON() []byte {
	var b bytes.Buffer
	b.WriteString("{\n  \"year\": ")
	b.Write(plain(y.Number))
	b.WriteString(",\n  \"papers\": ")
	writeList(&b, y.Papers, func(p string) any { return p })
	b.WriteString(",\n  \"days\": ")
	writeDays(&b, y.Days)
	b.WriteString("\n}\n")
	return b.Bytes()
}

// JSON writes the list in the form that ParseExtra reads, one day a line.
func (x Extra) JSON() []byte {
	var b bytes.Buffer
	b.WriteString("{\n  \"name\": ")
	b.Write(plain(x.Name))
	b.WriteString(",\n  \"days\": ")
	writeDays(&b, x.Days)
	b.WriteString("\n}\n")
	return b.Bytes()
}

func writeDays(b *bytes.Buffer, days []Entry) {
	writeList(b, days, func(e Entry) any { return entryForm{e.Name, e.Date.String(), &e.Off} })
}

func writeList[T any](b *bytes.Buffer, list []T, form func(T) any) {
	if len(list) == 0 {
		b.WriteString("[]")
		return
	}
	for i, x := range list {
		b.WriteString([...]string{"[\n    ", ",\n    "}[min(i, 1)])
		b.Write(plain(form(x)))
	}
	b.WriteString("\n  ]")
}

// plain is JSON in which "<" and "&" stay as they are.
func plain(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // only strings, numbers and booleans come here
	}
	return bytes.TrimSpace(b.Bytes())
}

func read(text []byte, form any) error {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	d := json.NewDecoder(bytes.NewReader(text))
	err := d.Decode(form)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			return fault.New(fault.Invalid, "节假日表的末尾有多余的内容，请只保留一个 JSON 对象。")
		}
		return nil
	}
	at := int64(len(text))
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
		before := text[:min(at, int64(len(text)))]
		return fault.Because(err, fault.Invalid, "节假日表第 %d 行“%s”的值类型不对，请按 2018 年的样表填写。",
			1+bytes.Count(before, []byte("\n")), kind.Field)
	}
	before := text[:min(at, int64(len(text)))]
	return fault.Because(err, fault.Invalid, "节假日表第 %d 行不是有效的 JSON，请按 2018 年的样表检查引号、逗号和括号。",
		1+bytes.Count(before, []byte("\n")))
}

// entries gives the days by date, and what is wrong with the form of each.
func entries(forms []entryForm) ([]Entry, fault.Findings) {
	var found fault.Findings
	var days []Entry
	for i, f := range forms {
		date, err := period.ParseDay(f.Date)
		if err != nil {
			found = append(found, fault.Finding{Row: i + 1, Value: f.Date, Rule: "date",
				Format: "“%s”不是日期，或没有这一天，请写成 2018-02-15 这样的日期。", Args: []any{f.Date}})
		}
		if f.Off == nil {
			found = append(found, fault.Finding{Row: i + 1, Value: f.Date, Rule: "off",
				Format: "%s 没有写明是放假还是上班，请补 isOffDay（true 放假，false 上班）。", Args: []any{f.Date}})
		}
		if err == nil && f.Off != nil {
			days = append(days, Entry{strings.TrimSpace(f.Name), date, *f.Off})
		}
	}
	slices.SortStableFunc(days, func(a, b Entry) int { return cmp.Compare(a.Date, b.Date) })
	return days, found
}

// faults finds what makes y unfit for a calendar.
func (y Year) faults() fault.Findings {
	var found fault.Findings
	if y.Number < 1949 || y.Number > 9999 {
		return append(found, fault.Finding{Field: "year", Rule: "year",
			Format: "节假日表的年份是 %d，应为 1949 至 9999 的四位数。", Args: []any{y.Number}})
	}
	if len(y.Days) == 0 {
		return append(found, fault.Finding{Field: "days", Rule: "empty",
			Format: "%d 年的节假日表没有一天，请按国务院办公厅通知逐日填写。", Args: []any{y.Number}})
	}
	found = common(y.Days)
	for _, e := range y.Days {
		year, month, _ := e.Date.Date()
		switch {
		case year == 0: // said already
		case year != y.Number && (year != y.Number-1 || month != 12):
			found = append(found, fault.Finding{Value: e.Date.String(), Rule: "other-year",
				Format: "%s 不在 %d 年内，也不在上年 12 月，请移到所属年份的表里。", Args: []any{e.Date, y.Number}})
		case !e.Off && !weekend(e.Date):
			found = append(found, fault.Finding{Value: e.Date.String(), Rule: "not-weekend",
				Format: "%s 不是周六、周日，不会是调休上班日，请核对日期，或改为放假。", Args: []any{e.Date}})
		}
	}
	return found
}

func (x Extra) faults() fault.Findings {
	found := common(x.Days)
	if x.Name == "" {
		found = append(found, fault.Finding{Field: "name", Rule: "name", Format: "本地放假名单没有名称，请填写名称。"})
	}
	return found
}

// common finds what neither list may have. An entry built in the program may lack its date.
func common(days []Entry) fault.Findings {
	var found fault.Findings
	seen := map[period.Day]bool{}
	for _, e := range days {
		switch {
		case e.Date.String() == "":
			found = append(found, fault.Finding{Rule: "date", Format: "“%s”没有日期，请填写日期。", Args: []any{e.Name}})
		case seen[e.Date]:
			found = append(found, fault.Finding{Value: e.Date.String(), Rule: "twice",
				Format: "%s 列了两次，请只保留一次。", Args: []any{e.Date}})
		case e.Name == "":
			found = append(found, fault.Finding{Value: e.Date.String(), Rule: "name",
				Format: "%s 没有写节日名称，请补上，如“春节”。", Args: []any{e.Date}})
		}
		seen[e.Date] = true
	}
	return found
}

func weekend(d period.Day) bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}
