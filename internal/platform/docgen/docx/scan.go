package docx

import (
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// A paragraph is one w:p of a template: where it stands in the part, and its words.
type paragraph struct {
	no        int
	from, to  int    // of the whole element
	props     string // its w:pPr as written
	section   bool   // a section ends in it
	parent    string // local name of the element around it
	beforeTbl bool   // a table follows at once
	fallback  bool   // stands in the copy of a text box for old programs
	width     int    // of its cell in twips, 0 outside tables or where it is not said
	pieces    []piece
	text      string
	marks     []mark
}

// A piece is one w:t with words.
type piece struct {
	tag, from, to int    // of the start tag, and of the content
	text          string // decoded
	props         string // w:rPr of its run as written
	linkable      bool   // its run stands right in the paragraph
}

// A mark is a placeholder inside a paragraph.
type mark struct {
	kind     PlaceholderKind
	name     string
	from, to int // in the text
}

var fileField = regexp.MustCompile(`(?i)^\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|LINK|DATABASE|RD|MACROBUTTON)\b`)

// A scanner finds the paragraphs of a part with their places in the bytes.
type scanner struct {
	raw    []byte
	names  []string // of the open elements, prefix and local name
	paras  []*paragraph
	open   []*paragraph
	runs   []openRun
	last   *paragraph // the one that ended last, for what follows it
	depth  int        // inside this many fallbacks
	text   int        // start of the w:t being read, -1 outside
	tag    int
	words  strings.Builder
	field  bool
	fields strings.Builder
	pPr    int
	rPr    int
	cells  []int // widths of the open cells
	texts  []textArea
	page   [3]int // of the section being read: width and both margins
}

// A textArea is how wide the text of a section is, and where its properties stand.
type textArea struct{ at, width int }

type openRun struct {
	props    string
	linkable bool
}

// scan reads a part. It gives errBroken for XML that does not nest and errForeign for a part
// that does not use the main namespace under its usual prefix.
func scan(raw []byte) ([]*paragraph, []textArea, error) {
	s := &scanner{raw: raw, text: -1, pPr: -1, rPr: -1}
	d := xml.NewDecoder(bytes.NewReader(raw))
	for {
		from := int(d.InputOffset())
		tok, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		to := int(d.InputOffset())
		switch e := tok.(type) {
		case xml.Directive:
			return nil, nil, errDoctype
		case xml.StartElement:
			if err := s.start(e, from, to); err != nil {
				return nil, nil, err
			}
		case xml.EndElement:
			if err := s.end(full(e.Name), from, to); err != nil {
				return nil, nil, err
			}
		case xml.CharData:
			if s.text >= 0 {
				s.words.Write(e)
			} else if s.field {
				s.fields.Write(e)
			}
		}
	}
	if len(s.names) > 0 {
		return nil, nil, errBroken
	}
	for i, p := range s.paras {
		p.no = i + 1
		for _, q := range p.pieces {
			p.text += q.text
		}
		for _, m := range placeholderForm.FindAllStringSubmatchIndex(p.text, -1) {
			p.marks = append(p.marks, mark{PlaceholderKind(p.text[m[2]:m[3]]), strings.Join(strings.Fields(p.text[m[4]:m[5]]), " "), m[0], m[1]})
		}
	}
	return s.paras, s.texts, nil
}

// twips reads an attribute that is a number, 0 for anything else.
func twips(e xml.StartElement, name string) int {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			if n, err := strconv.Atoi(a.Value); err == nil && n > 0 && n < 40000 {
				return n
			}
		}
	}
	return 0
}

func full(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

func (s *scanner) parent() string {
	if len(s.names) == 0 {
		return ""
	}
	return s.names[len(s.names)-1]
}

func (s *scanner) start(e xml.StartElement, from, to int) error {
	name := full(e.Name)
	if len(s.names) == 0 {
		ok := false
		for _, a := range e.Attr {
			ok = ok || full(a.Name) == "xmlns:w" && a.Value == nsMainURI
		}
		if !ok || !strings.HasPrefix(name, "w:") {
			return errForeign
		}
	}
	if len(s.names) > maxDepth {
		return errBroken
	}
	parent := s.parent()
	s.names = append(s.names, name)
	if s.last != nil && name == "w:tbl" {
		s.last.beforeTbl = true
	}
	s.last = nil
	switch name {
	case "mc:Fallback":
		s.depth++
	case "w:p":
		p := &paragraph{from: from, parent: parent, fallback: s.depth > 0}
		if n := len(s.cells); n > 0 && parent == "w:tc" {
			p.width = s.cells[n-1]
		}
		s.paras, s.open = append(s.paras, p), append(s.open, p)
	case "w:pPr":
		if parent == "w:p" {
			s.pPr = from
		}
	case "w:sectPr":
		if parent == "w:pPr" && len(s.open) > 0 {
			s.open[len(s.open)-1].section = true
		}
	case "w:tc":
		s.cells = append(s.cells, 0)
	case "w:tcW":
		if n := len(s.cells); n > 0 && parent == "w:tcPr" {
			s.cells[n-1] = twips(e, "w")
		}
	case "w:pgSz":
		s.page[0] = twips(e, "w")
	case "w:pgMar":
		s.page[1], s.page[2] = twips(e, "left"), twips(e, "right")
	case "w:r":
		s.runs = append(s.runs, openRun{linkable: parent == "w:p"})
	case "w:rPr":
		if parent == "w:r" {
			s.rPr = from
		}
	case "w:t":
		s.text, s.tag = to, from
		s.words.Reset()
	case "w:tab", "w:br", "w:cr":
		if parent == "w:r" && len(s.open) > 0 { // no placeholder reaches over a tab or a line break
			p := s.open[len(s.open)-1]
			p.pieces = append(p.pieces, piece{from: -1, text: "\t"})
		}
	case "w:instrText":
		s.field = true // the words of one field may be split over several runs
	case "w:fldChar":
		for _, a := range e.Attr {
			if a.Name.Local == "fldCharType" && a.Value == "begin" {
				s.fields.Reset()
			}
		}
	case "w:fldSimple":
		for _, a := range e.Attr {
			if a.Name.Local == "instr" && fileField.MatchString(a.Value) {
				return errField
			}
		}
	}
	return nil
}

func (s *scanner) end(name string, from, to int) error {
	if len(s.names) == 0 || s.parent() != name {
		return errBroken
	}
	s.names = s.names[:len(s.names)-1]
	s.last = nil
	switch name {
	case "mc:Fallback":
		s.depth--
	case "w:p":
		p := s.open[len(s.open)-1]
		p.to = to
		s.open = s.open[:len(s.open)-1]
		s.last = p
	case "w:tc":
		s.cells = s.cells[:len(s.cells)-1]
	case "w:sectPr":
		if w := s.page[0] - s.page[1] - s.page[2]; s.page[0] > 0 && w > 1000 {
			s.texts = append(s.texts, textArea{to, w})
		}
	case "w:pPr":
		if s.pPr >= 0 && len(s.open) > 0 && s.parent() == "w:p" {
			s.open[len(s.open)-1].props = string(s.raw[s.pPr:to])
			s.pPr = -1
		}
	case "w:r":
		s.runs = s.runs[:len(s.runs)-1]
	case "w:rPr":
		if s.rPr >= 0 && len(s.runs) > 0 && s.parent() == "w:r" {
			s.runs[len(s.runs)-1].props = string(s.raw[s.rPr:to])
			s.rPr = -1
		}
	case "w:t":
		if len(s.open) > 0 && len(s.runs) > 0 && s.words.Len() > 0 && from >= s.text {
			r := s.runs[len(s.runs)-1]
			p := s.open[len(s.open)-1]
			p.pieces = append(p.pieces, piece{tag: s.tag, from: s.text, to: from, text: s.words.String(), props: r.props, linkable: r.linkable})
		}
		s.text = -1
	case "w:instrText":
		s.field = false
		if fileField.MatchString(s.fields.String()) {
			return errField
		}
	}
	return nil
}
