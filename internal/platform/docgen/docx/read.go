package docx

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"

	"kaiyang/internal/core/fault"
)

// A textLine is a paragraph, or a row of a table whose cells are divided by tabs.
type textLine struct {
	text    string
	row     bool
	figures []printed
}

// A printed is a figure inside a line.
type printed struct {
	from, to int
	source   int
}

// Text gives the words of a docx: a string a paragraph, and one a row of a table with its cells
// divided by tabs. Headers and footers are left out; of tracked changes the new state is read.
func Text(file []byte) ([]string, error) {
	lines, err := linesOf(file)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.text
	}
	return out, nil
}

// linesOf reads the text of a file that may come from anywhere.
func linesOf(file []byte) ([]textLine, error) {
	z, err := openPackage(bytes.NewReader(file), int64(len(file)), false)
	if err != nil {
		return nil, err
	}
	for _, f := range z.File {
		if f.Name != "word/document.xml" {
			continue
		}
		raw, err := readPart(f)
		if err != nil {
			return nil, err
		}
		r := &reader{}
		if err := r.read(raw); err != nil {
			return nil, partFault(f.Name, err)
		}
		return r.lines, nil
	}
	return nil, fault.New(fault.Invalid, "文件里没有 Word 正文；请用 Word 或 WPS 另存为 .docx 后再上传")
}

// A reader gathers lines while it walks over the document.
type reader struct {
	lines  []textLine
	open   []*textLine // paragraphs outside tables
	tables int
	row    *textLine
	fresh  bool // the present cell has no words yet
	cells  int
	style  string // of the present run
	inRun  bool
	inText bool
}

func (r *reader) read(raw []byte) error {
	d := xml.NewDecoder(bytes.NewReader(raw))
	depth := 0
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch e := tok.(type) {
		case xml.Directive:
			return errDoctype
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return errBroken
			}
			switch e.Name.Local {
			case "Fallback", "del", "moveFrom", "pPr", "tblPr", "tcPr", "trPr", "sectPr":
				if err := d.Skip(); err != nil {
					return err
				}
				depth--
				continue
			}
			r.start(e)
		case xml.EndElement:
			depth--
			r.end(e.Name.Local)
		case xml.CharData:
			if r.inText {
				r.words(string(e))
			}
		}
	}
}

func (r *reader) start(e xml.StartElement) {
	switch e.Name.Local {
	case "tbl":
		r.tables++
	case "tr":
		if r.tables == 1 {
			r.row, r.cells = &textLine{row: true}, 0
		}
	case "tc":
		if r.tables == 1 && r.row != nil {
			if r.cells++; r.cells > 1 {
				r.row.text += "\t"
			}
			r.fresh = true
		}
	case "p":
		if r.tables == 0 {
			r.open = append(r.open, &textLine{})
		} else if r.row != nil && !r.fresh {
			r.row.text += " "
		}
	case "r":
		r.inRun, r.style = true, ""
	case "rStyle":
		for _, a := range e.Attr {
			if a.Name.Local == "val" {
				r.style = a.Value
			}
		}
	case "t":
		r.inText = r.inRun
	case "tab":
		if r.inRun {
			r.words(map[bool]string{true: " ", false: "\t"}[r.tables > 0])
		}
	case "br", "cr":
		if r.inRun {
			r.words(map[bool]string{true: " ", false: "\n"}[r.tables > 0])
		}
	case "noBreakHyphen":
		r.words("-")
	}
}

func (r *reader) end(name string) {
	switch name {
	case "tbl":
		r.tables--
	case "tr":
		if r.tables == 1 && r.row != nil {
			r.lines = append(r.lines, *r.row)
			r.row = nil
		}
	case "p":
		if r.tables == 0 && len(r.open) > 0 {
			r.lines = append(r.lines, *r.open[len(r.open)-1])
			r.open = r.open[:len(r.open)-1]
		}
	case "r":
		r.inRun = false
	case "t":
		r.inText = false
	}
}

// words adds text to the present line, and notes figures and their marks.
func (r *reader) words(s string) {
	l := r.row
	if r.tables == 0 {
		l = nil
		if len(r.open) > 0 {
			l = r.open[len(r.open)-1]
		}
	}
	if l == nil || s == "" {
		return
	}
	from := len(l.text)
	l.text += s
	r.fresh = false
	n := len(l.figures)
	switch r.style {
	case figureStyle:
		if n > 0 && l.figures[n-1].to == from && l.figures[n-1].source == 0 && !l.row {
			l.figures[n-1].to = len(l.text)
			return
		}
		l.figures = append(l.figures, printed{from: from, to: len(l.text)})
	case markStyle:
		if n > 0 && l.figures[n-1].to == from {
			no := 0
			for _, c := range strings.Trim(s, "[]") {
				if c >= '0' && c <= '9' {
					no = no*10 + int(c-'0')
				}
			}
			l.figures[n-1].source = no
		}
	}
}
