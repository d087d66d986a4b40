package pdf

import (
	"crypto/sha256"
	"fmt"
	"math"
	"strings"
	"unicode/utf16"

	"kaiyang/internal/platform/docgen/fonts"
)

// An embedded is a face as this document uses it. Every character gets a number of its own,
// so that the text extracted is exactly the text written, even where two characters share a
// shape.
type embedded struct {
	face   *fonts.Face
	name   string // resource name, "F1"
	id     int    // object number
	cids   map[rune]uint16
	runes  []rune
	glyphs []fonts.Glyph
}

// use gives the number of a character in the face.
func (w *writer) use(f *fonts.Face, r rune, g fonts.Glyph) (*embedded, uint16) {
	e := w.faces[f]
	if e == nil {
		e = &embedded{face: f, name: fmt.Sprintf("F%d", len(w.order)+1), id: w.file.alloc(), cids: map[rune]uint16{}}
		w.faces[f] = e
		w.order = append(w.order, e)
	}
	cid, ok := e.cids[r]
	if !ok {
		e.runes, e.glyphs = append(e.runes, r), append(e.glyphs, g)
		cid = uint16(len(e.runes))
		e.cids[r] = cid
	}
	return e, cid
}

// embed writes the objects of a face: the font, its descriptor, the shapes used and the map
// back to characters.
func (w *writer) embed(e *embedded) error {
	shapes := make([]cffGlyph, len(e.glyphs))
	box := [4]float64{0, -200, 1000, 900}
	var widths []byte
	for i, g := range e.glyphs {
		o, err := e.face.Outline(g)
		if err != nil {
			return fmt.Errorf("pdf: %q of %s: %w", e.runes[i], e.face.Name, err)
		}
		width := int(math.Round(e.face.Advance(g)))
		shapes[i] = cffGlyph{o, width}
		for _, s := range o {
			for _, p := range s.P {
				box = [4]float64{min(box[0], p.X), min(box[1], p.Y), max(box[2], p.X), max(box[3], p.Y)}
			}
		}
		if i > 0 {
			widths = append(widths, ' ')
		}
		widths = fmt.Append(widths, width)
	}
	plain := postScriptName(e.face.Name)
	program := cff(plain, shapes)
	sum := sha256.Sum256(program)
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	name := string(tag) + "+" + plain
	descendant, descriptor, data, unicode := w.file.alloc(), w.file.alloc(), w.file.alloc(), w.file.alloc()
	w.file.object(e.id, "<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", name, descendant, unicode)
	w.file.object(descendant, "<</Type/Font/Subtype/CIDFontType0/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/DW 1000/W[1[%s]]>>", name, descriptor, widths)
	w.file.object(descriptor, "<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 700/StemV 80/FontFile3 %d 0 R>>",
		name, int(math.Floor(box[0])), int(math.Floor(box[1])), int(math.Ceil(box[2])), int(math.Ceil(box[3])), data)
	w.file.stream(data, "/Subtype/CIDFontType0C", program)
	w.file.stream(unicode, "", e.toUnicode())
	return nil
}

func (e *embedded) toUnicode() []byte {
	b := []byte("/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n" +
		"/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	for at := 0; at < len(e.runes); at += 100 {
		part := e.runes[at:min(at+100, len(e.runes))]
		b = fmt.Appendf(b, "%d beginbfchar\n", len(part))
		for i, r := range part {
			b = fmt.Appendf(b, "<%04X><", at+i+1)
			for _, u := range utf16.Encode([]rune{r}) {
				b = fmt.Appendf(b, "%04X", u)
			}
			b = append(b, ">\n"...)
		}
		b = append(b, "endbfchar\n"...)
	}
	return append(b, "endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n"...)
}

// postScriptName makes a family name fit for a name object: "Noto Serif CJK SC" becomes
// "NotoSerifCJKSC", hanzi their code points.
func postScriptName(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-':
			b.WriteRune(r)
		case r > 0x7F:
			fmt.Fprintf(&b, "u%04X", r)
		}
	}
	if b.Len() == 0 {
		return "Font"
	}
	return b.String()
}
