package docgen

import (
	"bytes"
	"encoding/json"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/words"
)

// A Drawn is a chart that was drawn once and stays as it is: the SVG of a page and the SVG of a
// file of its own, in the language of its document.
type Drawn struct {
	Inline string
	File   string
}

// AppendSVG appends the drawing; it is not drawn again, whatever the language asked for.
func (d Drawn) AppendSVG(dst []byte, o chart.Options) []byte {
	if o.Standalone {
		return append(dst, d.File...)
	}
	return append(dst, d.Inline...)
}

// draw freezes a chart.
func draw(c chart.Chart, l words.Lang) Drawn {
	if d, ok := c.(Drawn); ok {
		return d
	}
	return Drawn{Inline: string(c.AppendSVG(nil, chart.Options{Tr: l.Text})), File: string(chart.SVG(c, l.Text))}
}

// frozenForm is the form of the frozen text; a later form is read beside it, never instead.
const frozenForm = 1

// The names of the kinds in the frozen text.
func kindNames() []string { return []string{"official", "letter", "minutes", "bulletin", "material"} }

// The types of blocks in the frozen text.
const (
	headingBlock   = "heading"
	paragraphBlock = "paragraph"
	tableBlock     = "table"
	pictureBlock   = "picture"
	breakBlock     = "break"
)

// plain is a document whose parts that need names of their own stand beside it.
type plain Document

type frozen struct {
	Form int
	Kind string
	plain
	Body     []frozenBlock
	Attached []frozenAttachment
}

type frozenAttachment struct {
	Name string
	Body []frozenBlock
}

// whole is a table as it stands in memory, not as it is sent to programs.
type whole table.Table

type frozenBlock struct {
	Block   string
	Level   int         `json:",omitempty"`
	Runs    []Run       `json:",omitempty"`
	Flush   bool        `json:",omitempty"`
	Align   table.Align `json:",omitempty"`
	Keep    bool        `json:",omitempty"`
	Table   *whole      `json:",omitempty"`
	Wide    bool        `json:",omitempty"`
	Drawn   *Drawn      `json:",omitempty"`
	Caption string      `json:",omitempty"`
	Width   float64     `json:",omitempty"`
	Alt     string      `json:",omitempty"`
}

// Freeze writes a document as text that keeps all of it: what is printed from the thawed document
// is what would have been printed from this one. Charts are kept as drawings. Equal documents give
// equal bytes. It fails with Invalid where a table or a picture holds nothing.
func Freeze(d *Document) ([]byte, error) {
	if int(d.Kind) >= len(kindNames()) {
		return nil, fault.New(fault.Invalid, "文书的版式 %d 不认识", d.Kind)
	}
	f := frozen{Form: frozenForm, Kind: kindNames()[d.Kind], plain: plain(*d)}
	lang := words.Chinese
	if d.Meta.English {
		lang = words.English
	}
	var err error
	if f.Body, err = freezeBlocks(d.Body, lang); err != nil {
		return nil, err
	}
	for _, a := range d.Attached {
		x := frozenAttachment{Name: a.Name}
		if x.Body, err = freezeBlocks(a.Body, lang); err != nil {
			return nil, err
		}
		f.Attached = append(f.Attached, x)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(f); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func freezeBlocks(list []Block, lang words.Lang) (out []frozenBlock, err error) {
	for i, b := range list {
		switch b := b.(type) {
		case Heading:
			out = append(out, frozenBlock{Block: headingBlock, Level: b.Level, Runs: b.Runs})
		case Paragraph:
			out = append(out, frozenBlock{Block: paragraphBlock, Runs: b.Runs, Flush: b.Flush, Align: b.Align, Keep: b.Keep})
		case Table:
			if b.Table == nil {
				return nil, fault.New(fault.Invalid, "文书第 %d 段的表是空的", i+1)
			}
			out = append(out, frozenBlock{Block: tableBlock, Table: (*whole)(b.Table), Wide: b.Wide})
		case Picture:
			if b.Chart == nil {
				return nil, fault.New(fault.Invalid, "文书第 %d 段的图是空的", i+1)
			}
			d := draw(b.Chart, lang)
			out = append(out, frozenBlock{Block: pictureBlock, Drawn: &d, Caption: b.Caption, Width: b.Width, Alt: b.Alt})
		case PageBreak:
			out = append(out, frozenBlock{Block: breakBlock})
		default:
			return nil, fault.New(fault.Invalid, "文书第 %d 段的种类不认识", i+1)
		}
	}
	return out, nil
}

// Thaw reads a frozen document. Text that is damaged, or of a form this program does not know, is
// refused.
func Thaw(text []byte) (*Document, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	var f frozen
	if err := dec.Decode(&f); err != nil {
		return nil, unread(err)
	}
	kind := slices.Index(kindNames(), f.Kind)
	if f.Form != frozenForm || kind < 0 {
		return nil, unread(nil)
	}
	d := Document(f.plain)
	d.Kind = Kind(kind)
	var err error
	if d.Body, err = thawBlocks(f.Body); err != nil {
		return nil, err
	}
	for _, a := range f.Attached {
		x := Attachment{Name: a.Name}
		if x.Body, err = thawBlocks(a.Body); err != nil {
			return nil, err
		}
		d.Attached = append(d.Attached, x)
	}
	return &d, nil
}

func unread(cause error) error {
	return fault.Because(cause, fault.Internal, "冻结的文书读不出来；请用 kaiyang check 核对数据库")
}

func thawBlocks(list []frozenBlock) (out []Block, err error) {
	for _, b := range list {
		switch {
		case b.Block == headingBlock:
			out = append(out, Heading{Level: b.Level, Runs: b.Runs})
		case b.Block == paragraphBlock:
			out = append(out, Paragraph{Runs: b.Runs, Flush: b.Flush, Align: b.Align, Keep: b.Keep})
		case b.Block == tableBlock && b.Table != nil:
			out = append(out, Table{Table: (*table.Table)(b.Table), Wide: b.Wide})
		case b.Block == pictureBlock && b.Drawn != nil:
			out = append(out, Picture{Chart: *b.Drawn, Caption: b.Caption, Width: b.Width, Alt: b.Alt})
		case b.Block == breakBlock:
			out = append(out, PageBreak{})
		default:
			return nil, unread(nil)
		}
	}
	return out, nil
}
