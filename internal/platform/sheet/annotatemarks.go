package sheet

import (
	"bytes"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

func sortedPlaces(cells map[place]string) []place {
	out := make([]place, 0, len(cells))
	for p := range cells {
		out = append(out, p)
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].row != out[j].row {
			return out[i].row < out[j].row
		}
		return out[i].col < out[j].col
	})
	return out
}

// comments brings the comments and their shapes up to date; tail is the end of the worksheet,
// which gets the reference to the shapes where it is new.
func (m *marker) comments(p sheetPart, tail *doc, prefix string, order []place, cells map[place]string) error {
	rels, err := m.a.relations(p.part)
	if err != nil {
		return err
	}
	var commentsPart, vmlPart string
	legacy, hasLegacy := tail.find("legacyDrawing")
	for _, r := range rels {
		if r.external || !m.a.has(r.target) {
			continue
		}
		switch {
		case r.kind == "comments":
			commentsPart = r.target
		case r.kind == "vmlDrawing" && hasLegacy && bytes.Contains(tail.b[legacy.from:legacy.to], []byte(`"`+r.id+`"`)):
			vmlPart = r.target
		}
	}
	if commentsPart == "" && len(order) == 0 {
		return nil
	}
	if len(order) > maxComments {
		order, m.capped = order[:maxComments], true
	}
	fresh := commentsPart == ""
	raw := []byte(xmlHeader + `<comments xmlns="` + mainNamespace + `"><authors></authors><commentList></commentList></comments>`)
	if !fresh {
		if raw, err = m.a.read(commentsPart); err != nil {
			return err
		}
	}
	list, shown, changed, err := editComments(raw, order, cells)
	if err != nil {
		return partFault(commentsPart, err)
	}
	if !changed {
		return nil
	}
	if fresh {
		commentsPart = m.newPart("xl/comments%d.xml")
		m.added = append(m.added, commentsPart)
		m.types = append(m.types, `Override PartName="/`+commentsPart+`" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"/>`)
		if _, err := m.relate(p.part, "comments", commentsPart); err != nil {
			return err
		}
	}
	m.changed[m.stored(commentsPart)] = list
	return m.vmlShapes(p, tail, prefix, vmlPart, shown)
}

const mainNamespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

// editComments drops old marks, keeps the users' comments and adds the new ones. shown lists
// the cells that have a comment afterwards.
func editComments(raw []byte, order []place, cells map[place]string) (out []byte, shown []place, changed bool, err error) {
	d, err := parseDoc(raw)
	if err != nil {
		return nil, nil, false, err
	}
	p := d.prefix
	list, ok := d.find("commentList")
	if !ok {
		if err := d.splice(d.closeFrom, d.closeFrom, "<"+p+"commentList></"+p+"commentList>"); err != nil {
			return nil, nil, false, err
		}
		list, _ = d.find("commentList")
	}
	old, err := parseComments(d.b)
	if err != nil {
		return nil, nil, false, err
	}
	wanted := make(map[place]bool, len(order))
	for _, c := range order {
		wanted[c] = true
	}
	var body strings.Builder
	used := map[place]bool{}
	for _, c := range old {
		own, _, marked := strings.Cut(c.text, commentMark)
		own = strings.TrimRight(own, " \r\n")
		switch {
		case wanted[c.at]:
			changed = true
			used[c.at] = true
			text := commentMark + cells[c.at]
			if own != "" {
				text = own + "\n" + text
			}
			body.WriteString(comment(p, c.at, c.author, text))
		case marked && own == "":
			changed = true
			continue
		case marked:
			changed = true
			body.WriteString(comment(p, c.at, c.author, own))
		default:
			body.Write(d.b[c.from:c.to])
		}
		shown = append(shown, c.at)
	}
	author, names := authorIndex(d, p)
	fresh := false
	for _, c := range order {
		if !used[c] {
			changed, fresh = true, true
			shown = append(shown, c)
			body.WriteString(comment(p, c, strconv.Itoa(author), commentMark+cells[c]))
		}
	}
	if err := d.splice(list.from, list.to, "<"+p+"commentList>"+body.String()+"</"+p+"commentList>"); err != nil {
		return nil, nil, false, err
	}
	if fresh && names != "" {
		if k, ok := d.find("authors"); ok {
			err = d.splice(k.from, k.to, names)
		} else {
			list, _ = d.find("commentList")
			err = d.splice(list.from, list.from, names)
		}
		if err != nil {
			return nil, nil, false, err
		}
	}
	return d.b, shown, changed, nil
}

// authorIndex gives the index of our author and, where it is not yet among the authors, the
// element of all authors with it.
func authorIndex(d *doc, p string) (index int, names string) {
	one := "<" + p + "author>" + commentAuthor + "</" + p + "author>"
	k, ok := d.find("authors")
	if !ok {
		return 0, "<" + p + "authors>" + one + "</" + p + "authors>"
	}
	inside := string(d.b[k.inner:k.innerTo])
	if before, _, found := strings.Cut(inside, ">"+commentAuthor+"</"); found {
		return strings.Count(before, "</"), ""
	}
	return k.count, "<" + p + "authors>" + inside + one + "</" + p + "authors>"
}

func comment(p string, at place, author, text string) string {
	return `<` + p + `comment ref="` + Address(at.col, at.row) + `" authorId="` + author + `"><` + p + `text><` + p + `r><` + p +
		`rPr><` + p + `sz val="10"/><` + p + `rFont val="` + Font + `"/></` + p + `rPr><` + p + `t xml:space="preserve">` + xmlText(text) +
		`</` + p + `t></` + p + `r></` + p + `text></` + p + `comment>`
}

type oldComment struct {
	at       place
	author   string
	text     string
	from, to int
}

func parseComments(b []byte) ([]oldComment, error) {
	var out []oldComment
	s := newScanner(bytes.NewReader(b))
	var cur *oldComment
	var text []byte
	inText, phonetic := false, 0
	for {
		if err := s.next(); err != nil {
			return nil, err
		}
		switch s.kind {
		case endOfPart:
			return out, nil
		case startTag:
			switch string(s.name) {
			case "comment":
				ref, _ := s.attr("ref", false)
				col, row, ok := ParseAddress(string(ref))
				author := s.str("authorId")
				if _, num := number([]byte(author)); !num {
					author = "0"
				}
				cur, text = nil, text[:0]
				if ok {
					cur = &oldComment{at: place{col, row}, author: author, from: int(s.from)}
				}
			case "t":
				inText = phonetic == 0
			case "rPh":
				phonetic++
			}
		case endTag:
			switch string(s.name) {
			case "comment":
				if cur != nil {
					cur.text, cur.to = valid(string(text)), int(s.to)
					out = append(out, *cur)
				}
				cur = nil
			case "t":
				inText = false
			case "rPh":
				phonetic--
			}
		case textToken:
			if inText && cur != nil {
				text = s.appendText(text)
			}
		}
	}
}

var (
	shapeElement = regexp.MustCompile(`(?is)<v:shape\b.*?</v:shape\s*>\s*`)
	shapeNote    = regexp.MustCompile(`(?i)ObjectType=["']Note["']`)
	shapeRow     = regexp.MustCompile(`(?i)<x:Row>\s*(\d+)\s*</x:Row>`)
	shapeColumn  = regexp.MustCompile(`(?i)<x:Column>\s*(\d+)\s*</x:Column>`)
	shapeID      = regexp.MustCompile(`_x0000_s(\d+)`)
)

// vmlShapes keeps one hidden box for each comment: old programs and new ones want it.
func (m *marker) vmlShapes(p sheetPart, tail *doc, prefix, part string, shown []place) error {
	want := make(map[place]bool, len(shown))
	for _, c := range shown {
		want[c] = true
	}
	var old string
	if part != "" {
		raw, err := m.a.read(part)
		if err != nil {
			return err
		}
		old = string(raw)
	}
	have := map[place]bool{}
	id := 1024
	for _, s := range shapeID.FindAllStringSubmatch(old, -1) {
		if n, ok := number([]byte(s[1])); ok {
			id = max(id, n)
		}
	}
	old = shapeElement.ReplaceAllStringFunc(old, func(s string) string {
		row, col := shapeRow.FindStringSubmatch(s), shapeColumn.FindStringSubmatch(s)
		if !shapeNote.MatchString(s) || row == nil || col == nil {
			return s
		}
		r, _ := strconv.Atoi(row[1])
		c, _ := strconv.Atoi(col[1])
		at := place{c + 1, r + 1}
		if !want[at] || have[at] {
			return ""
		}
		have[at] = true
		return s
	})
	var shapes strings.Builder
	for _, c := range shown {
		if !have[c] {
			id++
			shapes.WriteString(noteShape(id, c))
		}
	}
	if part == "" && len(shown) == 0 {
		return nil
	}
	if part == "" {
		part = m.newPart("xl/drawings/vmlDrawing%d.vml")
		m.added = append(m.added, part)
		m.vml = true
		rel, err := m.relate(p.part, "vmlDrawing", part)
		if err != nil {
			return err
		}
		m.shapes++
		old = fmt.Sprintf(vmlFrame, m.shapes)
		space := "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
		if m.relBase != "" {
			space = strings.TrimSuffix(m.relBase, "/")
		}
		element := `<` + prefix + `legacyDrawing xmlns:r="` + space + `" r:id="` + rel + `"/>`
		if err := tail.insert(sheetOrder(), "legacyDrawing", element); err != nil {
			return partFault(p.part, err)
		}
	}
	end := strings.LastIndex(old, "</xml>")
	if end < 0 {
		return partFault(part, errBroken)
	}
	m.changed[m.stored(part)] = []byte(old[:end] + shapes.String() + old[end:])
	return nil
}

const vmlFrame = `<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">` +
	`<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="%d"/></o:shapelayout>` +
	`<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>`

func noteShape(id int, c place) string {
	return fmt.Sprintf(`<v:shape id="_x0000_s%d" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;width:210pt;height:90pt;z-index:1;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">`+
		`<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>`+
		`<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>%d, 12, %d, 4, %d, 40, %d, 10</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>%d</x:Row><x:Column>%d</x:Column></x:ClientData></v:shape>`,
		id, c.col, max(c.row-2, 0), c.col+3, max(c.row-2, 0)+5, c.row-1, c.col-1)
}
