// Package docgen holds official documents as one typed value: what stands on the paper, without
// how a file format stores it. The packages beneath it write the value: docx for editing, pdf
// for reading and printing; a workbook is made from the same tables. The layout is that of
// GB/T 9704 (STANDARDS DOC-01..55).
package docgen

import (
	"time"

	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
)

// A Kind is the form of a document on the paper.
type Kind uint8

// The kinds.
const (
	// Official is the general form: red mark, number, red rule, title, addressees, text,
	// signature, colophon (DOC-06..23).
	Official Kind = iota
	// Letter is the letter form of notices and slips (DOC-30).
	Letter
	// Minutes is the form of minutes: mark "…纪要", text, attendance (DOC-32).
	Minutes
	// Bulletin is a 简报: red name, issue, editing unit and day, red rule, text, colophon (DOC-43).
	Bulletin
	// Material is a paper for a meeting: title and text without head and colophon.
	Material
)

// A Document is one official document. Empty fields leave out their line.
type Document struct {
	Kind      Kind
	Mark      string       // issuing body on top, red: "茶山县禁毒人民战争指挥部文件", "…纪要", the bulletin's name
	CopyNo    string       // 份号, six digits
	Urgency   string       // 特急, 加急; there is no secrecy field (DOC-07)
	Number    string       // 发文字号, "茶禁指〔2018〕3号"
	Signers   []string     // 签发人, upward documents only (DOC-10)
	Issue     string       // bulletins: "第3期"
	Editor    string       // bulletins: editing unit
	Day       string       // bulletins: day of issue, "2018年5月11日"
	Title     string       // breaks may be given by "\n"; else the writer breaks between words
	To        []string     // 主送机关
	Body      []Block      //
	Attached  []Attachment // listed below the body, each beginning a page of its own
	Sign      *Signature   //
	Remark    string       // 附注, without its brackets
	Present   []Attendance // minutes: 出席, 请假, 列席
	Colophon  *Colophon    // 版记
	Sources   []Source     // of the figures in the text; printed as a last page "数据来源"
	Watermark string       // "内部" where personal data stand in it (DOC-55)
	Meta      Meta
}

// A Meta is what the file says of itself, in its properties and in a small last line (DOC-55).
type Meta struct {
	Subject   string
	Author    string // the unit, never a person's log-in
	Cutoff    string // cut-off time, "2018年5月10日 18:00"
	Made      string // RFC 3339 instant the file says it was made at; equal content gives equal bytes
	Generator string // "开阳 0.1"
	Base      string // address before the paths of links, "https://kaiyang.example"; empty drops links
	English   bool   // words of the writer itself in English
}

// A Block is a part of the text.
type Block interface{ block() }

// A Heading is a heading of the text, level 1 to 4 ("一、", "（一）", "1.", "（1）"); its
// number is part of the text (DOC-15).
type Heading struct {
	Level int
	Runs  []Run
}

// A Paragraph is a paragraph of the text, indented by two characters unless it is Flush.
type Paragraph struct {
	Runs  []Run
	Flush bool
	Align table.Align
	Keep  bool // stays with the next block
}

// A Table is a table; its header repeats on each page. A Wide one gets landscape pages (DOC-24).
type Table struct {
	Table *table.Table
	Wide  bool
}

// A Picture is a chart with its caption below.
type Picture struct {
	Chart   chart.Chart
	Caption string
	Width   float64 // millimetres, 0 as wide as the text
	Alt     string  // said by screen readers; the caption when empty
}

// A PageBreak begins a new page.
type PageBreak struct{}

func (Heading) block()   {}
func (Paragraph) block() {}
func (Table) block()     {}
func (Picture) block()   {}
func (PageBreak) block() {}

// A Role is the font a run is set in; the empty role is that of its surroundings.
type Role string

// The five fonts of official documents (DOC-50).
const (
	Fangsong Role = "仿宋"  // text
	Heiti    Role = "黑体"  // first headings, labels
	Kaiti    Role = "楷体"  // second headings, names of signers
	Xiaobiao Role = "小标宋" // title, mark
	Songti   Role = "宋体"  // page numbers
)

// Roles lists the fonts.
func Roles() []Role { return []Role{Fangsong, Heiti, Kaiti, Xiaobiao, Songti} }

// Moment gives an instant as documents write it, "2018年5月10日 09:01" (DOC-20).
func Moment(t time.Time) string { return period.DayOf(t).Chinese() + t.Format(" 15:04") }

// A Run is a piece of text set in one way.
type Run struct {
	Text   string
	Role   Role
	Bold   bool
	Red    bool
	Href   string // path or address it leads to; paths get Meta.Base before them
	Source int    // number in Sources of the figure it prints, set as a small mark after it; 0 none
}

// A Source says where a printed figure comes from.
type Source struct {
	No    int
	Label string // "吸毒人员戒断三年未复吸率 · 茶山县 · 2018年4月"
	Value string // as printed
	Path  string // of its trace
	// Beside lists the figures of other periods that stand in the same row of a table, each leading to
	// its own trace: "上期 100.0%，去年同期 97.2%"; "" for none.
	Beside string `json:",omitempty"`
}

// An Attachment begins a page of its own after the signature, under its number.
type Attachment struct {
	Name string // listed without a full stop
	Body []Block
}

// A Signature is the issuing body and the day under the text.
type Signature struct {
	Unit   string
	Day    string // "2018年5月11日"
	Sealed bool   // room for a seal (DOC-18); else DOC-19
}

// An Attendance is one list of people in minutes.
type Attendance struct {
	Label string // 出席, 请假, 列席
	Text  string
}

// A Colophon is the 版记 at the foot of the last page.
type Colophon struct {
	CopyTo []string // 抄送
	SendTo []string // bulletins: 送, 发
	Office string   // 印发机关
	Day    string   // 印发日期, "2018年5月11日"
	Prints int      // bulletins: copies printed, 0 leaves it out
}

// Say gives a plain paragraph.
func Say(text string) Paragraph { return Paragraph{Runs: []Run{{Text: text}}} }

// Head gives a plain heading.
func Head(level int, text string) Heading { return Heading{Level: level, Runs: []Run{{Text: text}}} }

// Text gives the words of runs without their dress.
func Text(runs []Run) string {
	var out []byte
	for _, r := range runs {
		out = append(out, r.Text...)
	}
	return string(out)
}
