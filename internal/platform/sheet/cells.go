package sheet

import (
	"bytes"

	"kaiyang/internal/core/fault"
)

// Types of cells as kept.
const (
	typeNumber byte = iota
	typeShared
	typeInline
	typeString
	typeBool
	typeError
	typeDate
)

// rawCell is a cell as it streams by; its bytes are used again for the next row.
type rawCell struct {
	col     int
	typ     byte
	style   int
	text    []byte
	formula []byte
	calc    bool
	valued  bool
}

func (c *rawCell) keep() stored {
	s := stored{style: int32(c.style), typ: c.typ, calc: c.calc, valued: c.valued, text: valid(string(c.text))}
	if c.typ == typeInline || c.typ == typeString {
		s.text = xstring(s.text)
	}
	if len(c.formula) > 0 {
		s.formula = valid(string(c.formula))
	}
	return s
}

// scanSheet streams the cells with content, row by row, and the merged ranges after them.
// Styled empty cells cost nothing but their reading.
func (b *Book) scanSheet(part string, row func(row int, cells []rawCell) error, merged func(merge)) error {
	r, err := b.a.open(part)
	if err != nil {
		return err
	}
	defer r.Close()
	in := &sheetReader{s: newScanner(r), row: row, merged: merged}
	for {
		if err := in.s.next(); err != nil {
			return partFault(part, err)
		}
		if in.s.kind == endOfPart {
			return nil
		}
		if err := in.token(); err != nil {
			return partFault(part, err)
		}
	}
}

type sheetReader struct {
	s      *scanner
	row    func(int, []rawCell) error
	merged func(merge)

	inData   bool
	at       int // current row
	col      int // current column
	cells    []rawCell
	n        int // cells of the row in use
	cell     *rawCell
	collect  *[]byte
	phonetic int
	merges   int
}

// maxMerges is far above any table; a file with more is none.
const maxMerges = 100_000

func (in *sheetReader) token() error {
	s := in.s
	switch s.kind {
	case textToken:
		if in.collect != nil {
			*in.collect = s.appendText(*in.collect)
			if len(*in.collect) > 1<<20 {
				return fault.New(fault.TooLarge, "第 %d 行有单元格内容过长；请缩短文字后再上传", in.at)
			}
		}
	case startTag:
		return in.start()
	case endTag:
		return in.end()
	}
	return nil
}

func (in *sheetReader) start() error {
	s := in.s
	name := s.name
	switch {
	case len(name) == 1 && in.inData:
		switch name[0] {
		case 'c':
			return in.startCell()
		case 'v':
			if in.cell != nil {
				in.cell.valued = true
				in.collect = &in.cell.text
			}
		case 't':
			if in.cell != nil && in.phonetic == 0 && in.cell.typ == typeInline {
				in.collect = &in.cell.text
			}
		case 'f':
			if in.cell != nil {
				in.cell.calc = true
				in.collect = &in.cell.formula
			}
		}
	case string(name) == "row" && in.inData:
		in.at++
		if v, ok := s.attr("r", false); ok {
			n, ok := number(v)
			if !ok || n < 1 || n > MaxRows {
				return errBroken
			}
			in.at = n
		}
		if in.at > MaxRows {
			return errBroken
		}
		in.col, in.n = 0, 0
		if !s.empty {
			return s.skipEmpty("</row>")
		}
	case string(name) == "rPh":
		in.phonetic++
	case string(name) == "sheetData":
		in.inData = true
	case string(name) == "mergeCell" && !in.inData:
		ref, _ := s.attr("ref", false)
		m, ok := parseRange(string(ref))
		if in.merges++; !ok || in.merges > maxMerges {
			return errBroken
		}
		if in.merged != nil {
			in.merged(m)
		}
	}
	return nil
}

func (in *sheetReader) startCell() error {
	s := in.s
	in.col++
	if v, ok := s.attr("r", false); ok {
		col, _, ok := addressBytes(v)
		if !ok {
			return errBroken
		}
		in.col = col
	}
	if in.col > MaxColumns {
		return errBroken
	}
	in.cell = nil
	if s.empty {
		return nil // styled, without content
	}
	if in.n == len(in.cells) {
		in.cells = append(in.cells, rawCell{})
	}
	c := &in.cells[in.n]
	*c = rawCell{col: in.col, text: c.text[:0], formula: c.formula[:0]}
	if v, ok := s.attr("s", false); ok {
		c.style, _ = number(v)
	}
	if v, ok := s.attr("t", false); ok {
		switch string(v) {
		case "s":
			c.typ = typeShared
		case "inlineStr":
			c.typ = typeInline
		case "str":
			c.typ = typeString
		case "b":
			c.typ = typeBool
		case "e":
			c.typ = typeError
		case "d":
			c.typ = typeDate
		}
	}
	in.cell = c
	return nil
}

func (in *sheetReader) end() error {
	name := in.s.name
	switch {
	case len(name) == 1 && in.inData:
		switch name[0] {
		case 'c':
			if in.cell != nil && (len(in.cell.text) > 0 || in.cell.calc) {
				in.n++
			}
			in.cell, in.collect = nil, nil
		case 'v', 't', 'f':
			in.collect = nil
		}
	case string(name) == "row" && in.inData:
		if in.n > 0 {
			n := in.n
			in.n = 0
			return in.row(in.at, in.cells[:n])
		}
	case string(name) == "rPh":
		in.phonetic--
	case string(name) == "sheetData":
		in.inData = false
	}
	return nil
}

func number(b []byte) (int, bool) {
	if len(b) == 0 || len(b) > 9 {
		return 0, false
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// addressBytes is ParseAddress for the plain addresses of a part.
func addressBytes(b []byte) (col, row int, ok bool) {
	i := 0
	for i < len(b) && b[i] >= 'A' && b[i] <= 'Z' {
		if col = col*26 + int(b[i]-'A') + 1; col > MaxColumns {
			return 0, 0, false
		}
		i++
	}
	row, ok = number(b[i:])
	return col, row, ok && i > 0
}

func parseRange(s string) (merge, bool) {
	a, z, two := bytes.Cut([]byte(s), []byte(":"))
	if !two {
		z = a
	}
	c1, r1, ok1 := ParseAddress(string(a))
	c2, r2, ok2 := ParseAddress(string(z))
	if c1 > c2 {
		c1, c2 = c2, c1
	}
	if r1 > r2 {
		r1, r2 = r2, r1
	}
	return merge{c1, r1, c2, r2}, ok1 && ok2
}
