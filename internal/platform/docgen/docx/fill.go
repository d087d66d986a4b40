package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/words"
)

// A Value takes the place of a placeholder: runs for 指标 and 文字, a table for 表, a chart for 图.
type Value struct {
	Runs    []docgen.Run
	Table   *table.Table
	Chart   chart.Chart
	Caption string  // below a chart
	Alt     string  // of a chart, said by screen readers; the caption when empty
	Width   float64 // of a chart in millimetres, 0 as wide as the text
}

// Values are the values of a template by Placeholder.Key, "指标 I2".
type Values struct {
	Of       map[string]Value
	Pictures Pictures
	Base     string // address before the paths of links; empty drops links
	English  bool   // the writer's own words in English
}

// Fill writes the template with its values. Where a placeholder has no value, an empty one or
// one of another kind, it writes nothing and names all of them with their paragraphs. Parts
// without placeholders are copied byte for byte, and so is all else around the placeholders.
func (t *Template) Fill(w io.Writer, v Values) error {
	var faults fault.Findings
	for _, part := range t.parts {
		for _, p := range part.paras {
			for _, m := range p.marks {
				if !p.fallback {
					faults = append(faults, lacking(part, p, m, v)...)
				}
			}
		}
	}
	if len(faults) > 0 {
		return faults
	}
	changed := map[string][]byte{}
	var added []part
	for i, part := range t.parts {
		f := &filler{part: part, values: v}
		f.lang = words.Chinese
		if v.English {
			f.lang = words.English
		}
		f.base, f.pics, f.ns = v.Base, v.Pictures, " "+nsRel
		f.dir, f.prefix, f.ids = "/word/media/", t.freePrefix(i), 7000+100*i
		body := f.fill()
		if f.err != nil {
			return f.err
		}
		if body == nil {
			continue
		}
		changed[part.name] = body
		added = append(added, f.media...)
		if len(f.rels) > 0 {
			if err := t.addRels(relsName(part.name), f.rels, changed, &added); err != nil {
				return err
			}
		}
	}
	if slices.ContainsFunc(added, func(p part) bool { return strings.HasSuffix(p.name, ".png") }) {
		if err := t.addTypes(changed); err != nil {
			return err
		}
	}
	return t.pack(w, changed, added)
}

// lacking says what is wrong with the value of a placeholder.
func lacking(s *storyPart, p *paragraph, m mark, v Values) fault.Findings {
	key := string(m.kind) + " " + m.name
	say := func(rule, format string) fault.Findings {
		return fault.Findings{{Rule: rule, Value: key, Format: format, Args: []any{s.label, p.no, short(p.text), key}}}
	}
	val, ok := v.Of[key]
	if !ok {
		return say("unknown-placeholder", "%s第 %d 段“%s”：没有叫“%s”的内容；请改模板中的名称，或先在系统里补上这项内容")
	}
	empty := false
	switch m.kind {
	case FigureHere, TextHere:
		empty = strings.TrimSpace(clean(docgen.Text(val.Runs))) == ""
	case TableHere:
		empty = val.Table == nil || len(val.Table.Columns) == 0
	case ChartHere:
		empty = val.Chart == nil
	}
	if empty {
		return say("empty-placeholder", "%s第 %d 段“%s”：“%s”的内容是空的；请先补上内容，或从模板中删去这个占位符")
	}
	return nil
}

// freePrefix gives the beginning of relationship ids that no part uses yet.
func (t *Template) freePrefix(i int) string {
	for n := 0; ; n++ {
		s := fmt.Sprintf("ky%dx%dr", n, i)
		if !slices.ContainsFunc(t.zip.File, func(f *zip.File) bool { return strings.Contains(f.Name, s) }) &&
			!slices.ContainsFunc(t.parts, func(p *storyPart) bool { return bytes.Contains(p.raw, []byte(s)) }) {
			return s
		}
	}
}

// A filler fills one part.
type filler struct {
	story
	part   *storyPart
	values Values
	edits  []edit
}

// An edit puts new bytes in the place of old ones.
type edit struct {
	from, to int
	by       string
}

// fill gives the bytes of the part with its values, nil where it has no placeholder.
func (f *filler) fill() []byte {
	for _, p := range f.part.paras {
		if len(p.marks) == 0 {
			continue
		}
		switch p.marks[0].kind {
		case TableHere, ChartHere:
			f.block(p)
		default:
			f.inline(p)
		}
	}
	if len(f.edits) == 0 {
		return nil
	}
	slices.SortFunc(f.edits, func(a, b edit) int { return a.from - b.from })
	var out bytes.Buffer
	at := 0
	for _, e := range f.edits {
		out.Write(f.part.raw[at:e.from])
		out.WriteString(e.by)
		at = e.to
	}
	out.Write(f.part.raw[at:])
	return out.Bytes()
}

// room gives how wide a table or chart may be in the place of a paragraph, in twips.
func (f *filler) room(p *paragraph) int {
	if p.width > 600 {
		return p.width - 240
	}
	for _, t := range f.part.texts {
		if t.at >= p.to {
			return t.width
		}
	}
	return textWidth
}

// block puts a table or a chart in the place of a paragraph.
func (f *filler) block(p *paragraph) {
	m := p.marks[0]
	v := f.values.Of[string(m.kind)+" "+m.name]
	var b buf
	needs := false
	width := float64(f.room(p)) / mm10 * 10
	if v.Width <= 0 {
		v.Width = width
	}
	if m.kind == TableHere {
		if c := f.captionOf(v.Table); c != nil {
			c.write(&b)
		}
		f.grid(&b, v.Table, f.room(p))
		notes := f.notesOf(v.Table)
		for _, n := range notes {
			n.write(&b)
		}
		// A cell must end in a paragraph, and two tables in a row would become one.
		needs = len(notes) == 0 && (p.parent != "w:body" || p.beforeTbl)
	} else if c := f.pictureOf(v.Chart, v.Caption, v.Alt, min(width, v.Width)); c != nil {
		c.write(&b)
		if c := f.captionBelow(v.Caption); c != nil {
			c.write(&b)
		}
	}
	if p.section {
		b.raw("<w:p>", p.props, "</w:p>")
	} else if needs {
		(&para{line: 20, flush: true}).write(&b)
	}
	f.edits = append(f.edits, edit{p.from, p.to, b.String()})
}

// inline puts runs in the place of the placeholders of a paragraph. What follows a placeholder
// in its own piece of text keeps the format of that piece.
func (f *filler) inline(p *paragraph) {
	at := 0
	for _, q := range p.pieces {
		end := at + len(q.text)
		if q.from < 0 {
			at = end
			continue
		}
		var b buf
		touched := false
		pos := at
		for _, m := range p.marks {
			if m.to <= at || m.from >= end {
				continue
			}
			touched = true
			if m.from >= at {
				b.text(p.text[pos:m.from])
				f.value(&b, q, f.values.Of[string(m.kind)+" "+m.name])
			}
			pos = min(m.to, end)
		}
		if touched {
			b.text(p.text[pos:end])
			f.edits = append(f.edits, edit{q.tag, q.to, `<w:t xml:space="preserve">` + b.String()})
		}
		at = end
	}
}

// value appends runs inside the w:t of a piece: plain ones as words of its run, dressed ones as
// runs of their own.
func (f *filler) value(b *buf, q piece, v Value) {
	for _, r := range v.Runs {
		id := ""
		if q.linkable {
			id = f.link(r.Href)
		}
		font := fontOf(r.Role)
		if id == "" && font == "" && !r.Bold && !r.Red {
			lines := strings.Split(clean(strings.ReplaceAll(r.Text, "\t", " ")), "\n")
			for i, l := range lines {
				if i > 0 {
					b.raw(`</w:t><w:br/><w:t xml:space="preserve">`)
				}
				b.text(l)
			}
			continue
		}
		b.raw(`</w:t></w:r>`)
		if id != "" {
			b.raw(`<w:hyperlink `, nsRel, ` r:id="`, id, `" w:history="1">`)
		}
		b.raw(`<w:r>`, dressed(q.props, font, r.Bold, r.Red))
		b.words(clean(r.Text))
		b.raw(`</w:r>`)
		if id != "" {
			b.raw(`</w:hyperlink>`)
		}
		b.raw(`<w:r>`, q.props, `<w:t xml:space="preserve">`)
	}
}

// runOrder is the order of the schema for the properties of a run.
const runOrder = "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath"

// dressed gives the properties of a run with some changed, in the order of the schema.
func dressed(props, font string, bold, red bool) string {
	parts := children(props)
	set := func(name, markup string) { parts[name] = markup }
	if font != "" {
		attrs := ""
		if old := parts["rFonts"]; old != "" {
			for _, a := range attributes(old) {
				if a.Name.Local != "eastAsia" && a.Name.Local != "eastAsiaTheme" {
					attrs += ` w:` + a.Name.Local + `="` + a.Value + `"`
				}
			}
		}
		set("rFonts", `<w:rFonts`+attrs+` w:eastAsia="`+font+`"/>`)
	}
	if bold {
		set("b", `<w:b/>`)
		set("bCs", `<w:bCs/>`)
	}
	if red {
		set("color", `<w:color w:val="`+inkRed+`"/>`)
	}
	var b strings.Builder
	b.WriteString("<w:rPr>")
	for name := range strings.FieldsSeq(runOrder) {
		b.WriteString(parts[name])
		delete(parts, name)
	}
	b.WriteString("</w:rPr>")
	return b.String()
}

// children gives the elements right inside a w:rPr as written, by local name. Those of other
// namespaces and tracked changes are left out: they are not needed to look right.
func children(props string) map[string]string {
	out := map[string]string{}
	d := xml.NewDecoder(strings.NewReader(props))
	depth, from, name := 0, 0, ""
	for {
		at := int(d.InputOffset())
		tok, err := d.RawToken()
		if err != nil {
			return out
		}
		switch e := tok.(type) {
		case xml.StartElement:
			if depth == 1 {
				from, name = at, e.Name.Local
				if e.Name.Space != "w" {
					name = "other"
				}
			}
			depth++
		case xml.EndElement:
			depth--
			if depth == 1 && name != "other" {
				out[name] = props[from:d.InputOffset()]
			}
		}
	}
}

func attributes(element string) []xml.Attr {
	tok, err := xml.NewDecoder(strings.NewReader(element)).RawToken()
	if e, ok := tok.(xml.StartElement); ok && err == nil {
		for i := range e.Attr {
			var b buf
			b.text(e.Attr[i].Value)
			e.Attr[i].Value = b.String()
		}
		return e.Attr
	}
	return nil
}

func relsName(part string) string {
	i := strings.LastIndexByte(part, '/') + 1
	return part[:i] + "_rels/" + part[i:] + ".rels"
}

// addRels appends relationships to those a part has, or makes a new list.
func (t *Template) addRels(name string, list []rel, changed map[string][]byte, added *[]part) error {
	i := slices.IndexFunc(t.zip.File, func(f *zip.File) bool { return f.Name == name })
	if i < 0 {
		*added = append(*added, part{name, relsOf(list)})
		return nil
	}
	var b buf
	for _, r := range list {
		r.write(&b)
	}
	return t.insert(i, "Relationships", b.Bytes(), changed)
}

// addTypes adds the types of pictures that the file does not list yet.
func (t *Template) addTypes(changed map[string][]byte) error {
	i := slices.IndexFunc(t.zip.File, func(f *zip.File) bool { return f.Name == "[Content_Types].xml" })
	raw, err := readPart(t.zip.File[i])
	if err != nil {
		return err
	}
	low := bytes.ToLower(raw)
	var b buf
	for _, x := range [][2]string{{"png", "image/png"}, {"svg", "image/svg+xml"}} {
		if !bytes.Contains(low, []byte(`extension="`+x[0]+`"`)) {
			b.raw(`<Default Extension="`, x[0], `" ContentType="`, x[1], `"/>`)
		}
	}
	return t.insert(i, "Types", b.Bytes(), changed)
}

// insert puts markup at the end of a part's root element.
func (t *Template) insert(file int, root string, markup []byte, changed map[string][]byte) error {
	name := t.zip.File[file].Name
	raw, err := readPart(t.zip.File[file])
	if err != nil {
		return err
	}
	end := []byte("</" + root)
	if i := bytes.LastIndex(raw, end); i >= 0 {
		changed[name] = slices.Concat(raw[:i], markup, raw[i:])
		return nil
	}
	if i := bytes.LastIndex(raw, []byte("/>")); i >= 0 && bytes.Contains(raw, []byte("<"+root)) {
		changed[name] = slices.Concat(raw[:i], []byte(">"), markup, end, []byte(">"))
		return nil
	}
	return partFault(name, errBroken)
}

// pack writes the file: untouched parts as they were stored.
func (t *Template) pack(w io.Writer, changed map[string][]byte, added []part) error {
	z := zip.NewWriter(w)
	put := func(h zip.FileHeader, data []byte) error {
		h.Method = zip.Deflate
		f, err := z.CreateHeader(&zip.FileHeader{Name: h.Name, Method: zip.Deflate, Modified: h.Modified})
		if err == nil {
			_, err = f.Write(data)
		}
		return err
	}
	var last zip.FileHeader
	for _, f := range t.zip.File {
		last = f.FileHeader
		data, ok := changed[f.Name]
		var err error
		if ok {
			err = put(f.FileHeader, data)
		} else {
			err = z.Copy(f)
		}
		if err != nil {
			return err
		}
	}
	for _, p := range added {
		last.Name = p.name
		if err := put(last, p.data); err != nil {
			return err
		}
	}
	if err := z.SetComment(t.zip.Comment); err != nil {
		return err
	}
	return z.Close()
}
