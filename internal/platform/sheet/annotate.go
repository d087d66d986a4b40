package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
)

// AnnotateOptions tell how findings are said.
type AnnotateOptions struct {
	Tr     func(string) string // translates sentences and headers; nil leaves them Chinese
	Limits Limits
}

func (o AnnotateOptions) tr(s string) string {
	if o.Tr == nil {
		return s
	}
	return o.Tr(s)
}

// maxComments bounds the comments of one sheet; further cells are still coloured and listed.
const maxComments = 2000

// Annotate gives the same workbook back with every finding at its cell: a comment, a red ground,
// and a line of the sheet 问题清单 at the end, with sheet, cell, value and how to mend it. Marks
// of an earlier round are taken away first. The rest of the file is copied as it is, so that the
// mended file can be uploaded again. The ground is a conditional format: the cell keeps its own.
func Annotate(original []byte, findings fault.Findings, o AnnotateOptions) ([]byte, error) {
	b, err := OpenBytes(original, o.Limits)
	if err != nil {
		return nil, err
	}
	m := &marker{b: b, a: b.a, o: o, findings: findings, changed: map[string][]byte{}, sheets: map[string]sheetEdit{}}
	if err := m.prepare(); err != nil {
		return nil, err
	}
	return m.write()
}

type marker struct {
	b        *Book
	a        *archive
	o        AnnotateOptions
	findings fault.Findings

	relBase string            // beginning of relationship types, strict or transitional
	changed map[string][]byte // new content by part name as stored
	added   []string          // names of new parts, in order
	sheets  map[string]sheetEdit
	redFill int // index of the differential format, -1 without styles
	looks   [2]int
	types   []string // overrides for new parts
	vml     bool     // content types need the default of vml
	shapes  int
	capped  bool
}

// sheetEdit is a worksheet part whose end is rewritten: bytes up to cut are copied.
type sheetEdit struct {
	cut  int64
	tail []byte
}

type place struct{ col, row int }

func (m *marker) prepare() error {
	if err := m.styles(); err != nil {
		return err
	}
	byCell := m.group()
	for _, p := range m.b.sheets {
		if p.name == FindingsSheet {
			continue
		}
		if err := m.mark(p, byCell[p.name]); err != nil {
			return err
		}
	}
	if err := m.list(); err != nil {
		return err
	}
	return m.contentTypes()
}

// group gathers the sentences of each cell; findings without a place in the workbook are in
// the list only.
func (m *marker) group() map[string]map[place]string {
	out := map[string]map[place]string{}
	for _, f := range m.findings {
		p := m.b.part(f.Sheet)
		if p == nil || p.name == FindingsSheet {
			continue
		}
		cell, _, _ := strings.Cut(f.Cell, ":")
		col, row, ok := ParseAddress(cell)
		if !ok {
			continue
		}
		if out[p.name] == nil {
			out[p.name] = map[place]string{}
		}
		text := out[p.name][place{col, row}]
		if text != "" {
			text += "\n"
		}
		out[p.name][place{col, row}] = text + m.sentence(f)
	}
	return out
}

func (m *marker) sentence(f fault.Finding) string {
	s := f.Message(m.o.Tr)
	if f.Soft {
		s += m.o.tr("（属实的可附说明）")
	}
	return clip(s, 1500)
}

func clip(s string, n int) string {
	if c := cutUnits(s, n); c != s {
		return c + "…"
	}
	return s
}

// styles adds the red ground and the looks of the list.
func (m *marker) styles() error {
	m.redFill = -1
	rels, err := m.a.relations(m.b.workbook)
	if err != nil {
		return err
	}
	part := ""
	for _, r := range rels {
		switch r.kind {
		case "styles":
			part = r.target
		case "worksheet":
			m.relBase = strings.TrimSuffix(r.typ, "worksheet")
		}
	}
	if part == "" || !m.a.has(part) {
		return nil
	}
	raw, err := m.a.read(part)
	if err != nil {
		return err
	}
	d, err := parseDoc(raw)
	if err != nil {
		return partFault(part, err)
	}
	p := d.prefix
	x := func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, "</", "\x00"), "<", "<"+p)
	}
	el := func(s string) string { return strings.ReplaceAll(x(s), "\x00", "</"+p) }
	steps := []struct {
		list, elements string
		n              int
		at             *int
	}{
		{"dxfs", `<dxf><font><color rgb="FF9C0006"/></font><fill><patternFill patternType="solid"><fgColor rgb="FFFFC7CE"/><bgColor rgb="FFFFC7CE"/></patternFill></fill></dxf>`, 1, &m.redFill},
		{"fonts", `<font><b/><sz val="11"/><name val="` + Font + `"/></font>`, 1, &m.looks[0]},
		{"fills", `<fill><patternFill patternType="solid"><fgColor rgb="FFE9EEF3"/><bgColor indexed="64"/></patternFill></fill>`, 1, &m.looks[1]},
	}
	for _, s := range steps {
		at, err := d.add(stylesOrder(), s.list, el(s.elements), s.n)
		if err != nil {
			return partFault(part, err)
		}
		*s.at = at
	}
	at, err := d.add(stylesOrder(), "cellXfs", el(fmt.Sprintf(
		`<xf numFmtId="0" fontId="%d" fillId="%d" borderId="0" xfId="0" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf>`+
			`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>`,
		m.looks[0], m.looks[1])), 2)
	if err != nil {
		return partFault(part, err)
	}
	m.looks = [2]int{at, at + 1}
	m.changed[m.stored(part)] = d.b
	return nil
}

// stored gives the name of a part as the archive spells it.
func (m *marker) stored(part string) string {
	if f := m.a.parts[strings.ToLower(part)]; f != nil {
		return f.Name
	}
	return part
}

// current gives the content of a small part with the changes so far.
func (m *marker) current(part string) ([]byte, error) {
	if b, ok := m.changed[m.stored(part)]; ok {
		return b, nil
	}
	return m.a.read(part)
}

// mark rewrites the end of one worksheet, its comments and its shapes.
func (m *marker) mark(p sheetPart, cells map[place]string) error {
	cut, tail, qualified, err := m.tail(p.part)
	if err != nil {
		return err
	}
	d, err := parseDoc(append([]byte("<"+qualified+">"), tail...))
	if err != nil {
		return partFault(p.part, err)
	}
	before := string(d.b)
	if err := dropOldFormats(d); err != nil {
		return partFault(p.part, err)
	}
	prefix := ""
	if i := strings.IndexByte(qualified, ':'); i >= 0 {
		prefix = qualified[:i+1]
	}
	order := sortedPlaces(cells)
	if m.redFill >= 0 && len(order) > 0 {
		if err := d.insert(sheetOrder(), "conditionalFormatting", redFormats(prefix, order, m.redFill, nextPriority(d.b))); err != nil {
			return partFault(p.part, err)
		}
	}
	if err := m.comments(p, d, prefix, order, cells); err != nil {
		return err
	}
	if string(d.b) != before {
		m.sheets[m.stored(p.part)] = sheetEdit{cut: cut, tail: d.b[len(qualified)+2:]}
	}
	return nil
}

// tail reads a worksheet to the end of its data and gives what follows.
func (m *marker) tail(part string) (cut int64, tail []byte, root string, err error) {
	r, err := m.a.open(part)
	if err != nil {
		return 0, nil, "", err
	}
	defer r.Close()
	s := newScanner(r)
	for {
		if err := s.next(); err != nil {
			return 0, nil, "", partFault(part, err)
		}
		if s.kind == startTag && s.depth() == 1 {
			root = s.prefix() + string(s.name)
		}
		if s.kind == startTag && s.depth() == 3 && !s.empty {
			if err := s.skipEmpty("</row>"); err != nil {
				return 0, nil, "", partFault(part, err)
			}
		}
		if s.kind == endTag && s.depth() == 1 && string(s.name) == "sheetData" {
			break
		}
		if s.kind == endOfPart {
			return 0, nil, "", partFault(part, errBroken)
		}
	}
	rest, err := io.ReadAll(io.LimitReader(io.MultiReader(bytes.NewReader(s.buf[s.pos:s.end]), r), m.a.limits.Part+1))
	if err != nil {
		return 0, nil, "", partFault(part, err)
	}
	if int64(len(rest)) > m.a.limits.Part {
		return 0, nil, "", fault.New(fault.TooLarge, "工作簿的部件 %s 超过 %d MB；请删去无关的工作表和文字后再上传", part, m.a.limits.Part>>20)
	}
	return s.base + int64(s.pos), rest, root, nil
}

// The formula by which a red ground of ours is known again, after any program has saved it.
const (
	markPlain   = `LEN("` + FindingsSheet + `")`
	markFormula = markPlain + `>0`
)

func redFormats(prefix string, cells []place, dxf, priority int) string {
	var b strings.Builder
	for len(cells) > 0 {
		n := min(200, len(cells))
		refs := make([]string, n)
		for i, c := range cells[:n] {
			refs[i] = Address(c.col, c.row)
		}
		cells = cells[n:]
		fmt.Fprintf(&b, `<%[1]sconditionalFormatting sqref="%[2]s"><%[1]scfRule type="expression" dxfId="%[3]d" priority="%[4]d"><%[1]sformula>%[5]s</%[1]sformula></%[1]scfRule></%[1]sconditionalFormatting>`,
			prefix, strings.Join(refs, " "), dxf, priority, xmlText(markFormula))
		priority++
	}
	return b.String()
}

var priorityAttr = regexp.MustCompile(`\spriority=["'](\d+)["']`)

func nextPriority(b []byte) int {
	n := 0
	for _, p := range priorityAttr.FindAllSubmatch(b, -1) {
		if v, ok := number(p[1]); ok {
			n = max(n, v)
		}
	}
	return n + 1
}

var (
	ruleElement = regexp.MustCompile(`(?s)<(?:\w+:)?cfRule\b[^>]*?(?:/>|>.*?</(?:\w+:)?cfRule\s*>)`)
	anyRule     = regexp.MustCompile(`<(?:\w+:)?cfRule\b`)
)

// dropOldFormats takes the red grounds of an earlier round away.
func dropOldFormats(d *doc) error {
	for i := len(d.kids) - 1; i >= 0; i-- {
		k := d.kids[i]
		if k.name != "conditionalFormatting" {
			continue
		}
		old := string(d.b[k.from:k.to])
		kept := ruleElement.ReplaceAllStringFunc(old, func(rule string) string {
			if strings.Contains(string(decode(nil, []byte(rule))), markPlain) {
				return ""
			}
			return rule
		})
		if kept == old {
			continue
		}
		if !anyRule.MatchString(kept) {
			kept = ""
		}
		if err := d.splice(k.from, k.to, kept); err != nil {
			return err
		}
	}
	return nil
}

// contentTypes declares the new parts.
func (m *marker) contentTypes() error {
	const part = "[Content_Types].xml"
	raw, err := m.current(part)
	if err != nil {
		return err
	}
	d, err := parseDoc(raw)
	if err != nil {
		return partFault(part, err)
	}
	if m.vml && !regexp.MustCompile(`(?i)Extension=["']vml["']`).Match(d.b) {
		at := d.closeFrom
		if len(d.kids) > 0 {
			at = d.kids[0].from
		}
		if err := d.splice(at, at, `<`+d.prefix+`Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>`); err != nil {
			return partFault(part, err)
		}
	}
	for _, t := range m.types {
		if err := d.splice(d.closeFrom, d.closeFrom, "<"+d.prefix+t); err != nil {
			return partFault(part, err)
		}
	}
	m.changed[m.stored(part)] = d.b
	return nil
}

// newPart names a part that is not there yet, "xl/comments%d.xml".
func (m *marker) newPart(pattern string) string {
	for n := 1; ; n++ {
		name := fmt.Sprintf(pattern, n)
		if !m.a.has(name) && m.changed[name] == nil {
			return name
		}
	}
}

// relate adds a relationship to a part and gives its id.
func (m *marker) relate(of, kind, target string) (string, error) {
	name := relsName(of)
	var raw []byte
	var err error
	if m.a.has(name) || m.changed[name] != nil {
		if raw, err = m.current(name); err != nil {
			return "", err
		}
	} else {
		raw = []byte(xmlHeader + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>`)
		m.added = append(m.added, name)
	}
	d, err := parseDoc(raw)
	if err != nil {
		return "", partFault(name, err)
	}
	id := ""
	for n := len(d.kids) + 1; id == "" || bytes.Contains(d.b, []byte(`"`+id+`"`)); n++ {
		id = "rId" + strconv.Itoa(n)
	}
	base := m.relBase
	if base == "" {
		base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	}
	line := fmt.Sprintf(`<%sRelationship Id="%s" Type="%s%s" Target="/%s"/>`, d.prefix, id, base, kind, xmlText(target))
	if err := d.splice(d.closeFrom, d.closeFrom, line); err != nil {
		return "", partFault(name, err)
	}
	m.changed[m.stored(name)] = d.b
	return id, nil
}

const xmlHeader = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// write makes the new file: unchanged parts are copied packed as they are.
func (m *marker) write() ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed) // the big parts are tables of styles, and somebody waits
	})
	for _, f := range m.a.zip.File {
		edit, isSheet := m.sheets[f.Name]
		content, isChanged := m.changed[f.Name]
		switch {
		case isSheet:
			if err := m.writeSheet(z, f.Name, edit); err != nil {
				return nil, err
			}
		case isChanged:
			if err := writePart(z, f.Name, content); err != nil {
				return nil, err
			}
		default:
			if err := z.Copy(f); err != nil {
				return nil, partFault(f.Name, err)
			}
		}
	}
	for _, name := range m.added {
		if err := writePart(z, name, m.changed[name]); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (m *marker) writeSheet(z *zip.Writer, name string, e sheetEdit) error {
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	r, err := m.a.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	if _, err := io.CopyN(w, r, e.cut); err != nil {
		return partFault(name, err)
	}
	_, err = w.Write(e.tail)
	return err
}

func writePart(z *zip.Writer, name string, content []byte) error {
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}
