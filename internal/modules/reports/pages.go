package reports

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// lens shows things in a reader's language.
type lens struct {
	words.Lang
	name func(org.UnitID) string
}

func (x lens) t(chinese string, args ...any) string { return words.T(x.Lang, chinese, args...) }

// period says a period that was kept as text; what is no period stands as it is.
func (x lens) period(text string) string {
	p, err := period.Parse(text)
	switch {
	case err != nil:
		return text
	case x.Lang == words.English:
		return p.English()
	}
	return p.Chinese()
}

// kind names a kind of documents.
func (x lens) kind(code string) string {
	switch code {
	case LeadingGroup:
		return x.t("工作报告")
	case Bulletin:
		return x.t("工作简报")
	case Notice:
		return x.t("情况通报")
	case Annual:
		return x.t("毒情年度分析")
	case Pack:
		return x.t("会议材料")
	case Minutes:
		return x.t("会议纪要")
	}
	return code
}

func (x lens) hint(code string) string {
	switch code {
	case Annual:
		return x.t("期写年份，如 2017")
	case Pack, Minutes:
		return x.t("期写会议的半月或日期，如 2018-05a")
	case Bulletin:
		return x.t("期写半月、月或季，如 2018-04")
	}
	return x.t("期写月、季、半年或年，如 2018-04")
}

func moment(at string) string {
	if len(at) >= 16 {
		return at[:10] + " " + at[11:16]
	}
	return at
}

type option struct {
	Value, Label string
	On           bool
}

type listView struct {
	Grid    web.Grid
	Kinds   []option // filter
	States  []option
	MayKeep bool
	Empty   bool
	Make    makeForm
}

type makeForm struct {
	Kinds  []option
	Hints  []string
	Period string
	Unit   string
	Units  []option
	F      web.Faults
}

func (x lens) documentsTable(list []Document, all bool) *table.Table {
	t := &table.Table{ID: "documents", Name: x.t("文书"), Empty: x.t("没有符合条件的文书"), Columns: []table.Column{
		{Head: []string{x.t("标题")}, Key: "title", RowHead: true, Sort: table.ByText, Width: 24}, {Head: []string{x.t("类别")}, Key: "kind", Sort: table.ByText},
		{Head: []string{x.t("期")}, Key: "period", Sort: table.ByText}, {Head: []string{x.t("单位")}, Key: "unit", Sort: table.ByText},
		{Head: []string{x.t("状态")}, Key: "state", Sort: table.ByText}, {Head: []string{x.t("版")}, Key: "version", Sort: table.ByNumber}, {Head: []string{x.t("生成")}, Key: "at", Sort: table.ByText}, {Head: []string{x.t("生成人")}, Key: "by", Sort: table.ByText},
	}}
	for _, d := range list {
		state := x.t(d.State.Text())
		if d.ForAll && all {
			state += x.t("，已发各单位")
		}
		p := table.Text(x.period(d.Period))
		p.SortKey = d.Period
		n := strconv.Itoa(d.Newest)
		t.Rows = append(t.Rows, table.Row{ID: strconv.FormatInt(d.ID, 10), Cells: []table.Cell{table.Link(d.Title, documentPath(d.ID)), table.Text(x.kind(d.Kind)), p, table.Text(x.name(d.Unit)),
			table.Text(state), table.Number(n, n), table.Text(moment(d.At)), table.Text(d.By)}})
	}
	return t
}

type documentView struct {
	ID, Version             int64
	Path                    string
	Title, Kind, Period     string
	Unit, State, Tag        string
	No                      int
	All, MayKeep, Draft     bool
	Final, ForAll           bool
	Files                   []option         // formats and addresses
	Edit                    string           // address of the editor; "" where it may not be edited
	Old                     bool             // an earlier version is shown
	Paper                   *docgen.Document // the text with the sources of its figures
	Lines                   []string
	Changed                 []changedLine
	Versions                []versionLine
	Issues                  []issueView
	F                       web.Faults
	Numbers                 []option // versions a final file may rest on
	Reason                  string
	Cutoff, FontNote, Empty string
}

type sourceLine struct {
	No                 int
	Label, Value, Path string
}

type changedLine struct {
	Was, Now, Text, Label, Path string
	Line                        bool
}

type versionLine struct {
	No                 int
	Label, By, At      string
	Path               string
	Shown, Newest      bool
	Docx, PDF, XLSX    string
	Changed            int
	Final, FromVersion bool
}

type issueView struct {
	Label, File, Path, By, At        string
	ForAll                           bool
	Changed                          []changedLine
	Reopened, ReopenedBy, ReopenedAt string
	Stands                           bool
}

func changedLines(list []Changed) (out []changedLine) {
	for _, c := range list {
		out = append(out, changedLine{c.Was, c.Now, passage(c), c.Label, c.Path, c.Line})
	}
	// Figures first: a changed line is only wording.
	slices.SortStableFunc(out, func(a, b changedLine) int {
		switch {
		case a.Line == b.Line:
			return 0
		case b.Line:
			return -1
		}
		return 1
	})
	return out
}

// passage gives the words around a changed figure; a changed line stays whole.
func passage(c Changed) string {
	const before, after = 30, 30
	r := []rune(c.Text)
	if c.Line || len(r) <= before+after+20 {
		return c.Text
	}
	at := 0
	if i := strings.Index(c.Text, c.Now); c.Now != "" && i >= 0 {
		at = utf8.RuneCountInString(c.Text[:i])
	}
	from, to := max(0, at-before), min(len(r), at+utf8.RuneCountInString(c.Now)+after)
	out := string(r[from:to])
	if from > 0 {
		out = "…" + out
	}
	if to < len(r) {
		out += "…"
	}
	return out
}

func (x lens) versionLines(w Whole) (out []versionLine) {
	for i := len(w.Versions) - 1; i >= 0; i-- {
		v := w.Versions[i]
		l := versionLine{No: v.No, By: v.By, At: moment(v.At), Path: versionPath(w.Document.ID, v.No), Shown: v.No == w.Shown.No, Newest: v.No == w.Document.Newest, Final: v.No == w.Document.Final,
			Docx: filePath(w.Document.ID, v.No, "docx"), PDF: filePath(w.Document.ID, v.No, "pdf"), XLSX: filePath(w.Document.ID, v.No, "xlsx"), Changed: len(v.Changed), Label: x.t("由数据生成")}
		if v.Base != 0 {
			l.Label = x.t("编辑自第 %d 版", v.Base)
		}
		out = append(out, l)
	}
	return out
}

func (x lens) issueViews(w Whole) (out []issueView) {
	for i := len(w.Issues) - 1; i >= 0; i-- {
		q := w.Issues[i]
		v := issueView{Label: x.t("以第 %d 版定稿", q.No), File: q.File, By: q.By, At: moment(q.At), ForAll: q.ForAll, Reopened: q.Reopened, ReopenedBy: q.ReopenedBy, ReopenedAt: moment(q.ReopenedAt),
			Stands: q.Reopened == "" && w.Document.State == Final}
		if q.Hash != "" {
			v.Path = issuePath(w.Document.ID, q.ID)
		}
		if w.All {
			v.Changed = changedLines(q.Changed)
		}
		out = append(out, v)
	}
	return out
}

type editView struct {
	Path, Back, Save string
	Title            string
	Base             int
	Newest           int    // where somebody made a newer version meanwhile
	Theirs           string // address of it
	Head             Head
	HasTo, HasSign   bool
	HasIssue         bool
	HasSigners       bool
	Rows             []rowView
	Sources          []sourceLine
	F                web.Faults
}

type rowView struct {
	I           int // from 0
	No          int // from 1
	Kind        RowKind
	From        int
	Text        string
	Typed       bool
	Kinds       []option
	Lines       int // height of the field
	First, Last bool
	Word        string // of a fixed block
	Faults      []string
}

func (x lens) rowViews(rows []Row, f web.Faults) (out []rowView) {
	for i, r := range rows {
		v := rowView{I: i, No: i + 1, Kind: r.Kind, From: r.From, Text: r.Text, Typed: r.Kind.Typed(), First: i == 0, Last: i == len(rows)-1, Faults: f["row"+strconv.Itoa(i+1)]}
		v.Lines = min(max(2, len([]rune(r.Text))/46+1+strings.Count(r.Text, "\n")), 14)
		if r.Kind != TextRow {
			v.Lines = 1
		}
		for _, k := range []RowKind{TextRow, Heading1, Heading2, Heading3} {
			v.Kinds = append(v.Kinds, option{string(k), x.rowWord(k), k == r.Kind})
		}
		v.Word = x.rowWord(r.Kind)
		out = append(out, v)
	}
	return out
}

func (x lens) rowWord(k RowKind) string {
	switch k {
	case Heading1:
		return x.t("标题一、")
	case Heading2:
		return x.t("标题（一）")
	case Heading3:
		return x.t("标题 1.")
	case TableRow:
		return x.t("表")
	case ChartRow:
		return x.t("图")
	case BreakRow:
		return x.t("分页")
	case AttachRow:
		return x.t("附件")
	}
	return x.t("正文")
}

func sourceLines(d *docgen.Document) (out []sourceLine) {
	for _, s := range d.Sources {
		out = append(out, sourceLine{s.No, s.Label, s.Value, s.Path})
	}
	return out
}

type templatesView struct {
	List  []templateLine
	Name  string
	F     web.Faults
	Known []Known
}

type templateLine struct {
	Name, Path string
	Newest     int
	Ended      bool
}

type templateView struct {
	ID, Version  int64
	Path, Name   string
	Ended        bool
	Uploads      []uploadLine
	Period, Unit string
	Units        []option
	Asked        bool
	Fillings     []fillingLine
	Bad          int
	Fill         string // address of the filled file; "" where something cannot be filled
	Known        []Known
	F            web.Faults
}

type uploadLine struct {
	No                 int
	File, By, At, Path string
	Newest             bool
}

type fillingLine struct{ Place, Key, Becomes, Why string }

// minute shortens an instant of RFC 3339 to "2018-05-10 09:01".
func minute(at string) string {
	if len(at) < 16 {
		return at
	}
	return at[:10] + " " + at[11:16]
}
