package fonts

import (
	"os"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// A Glyph is the number of a shape in a face; 0 is none.
type Glyph uint16

// A Face is one font opened for use. It reads from its file what is asked for and remembers
// it; several documents may use a face at the same time.
type Face struct {
	Name string // the family as the font states it, "Noto Serif CJK SC"
	File string

	mu       sync.Mutex
	file     *os.File
	font     *sfnt.Font
	buf      sfnt.Buffer
	ppem     fixed.Int26_6
	glyphs   map[rune]Glyph
	advances map[Glyph]float64
	outlines map[Glyph]Outline
}

// An Outline is the shape of a glyph in thousandths of the font size, y upwards.
type Outline []Segment

// A Segment is one stroke of an outline: M moves, L draws a line, C a cubic curve.
type Segment struct {
	Op byte
	P  [3]Point
}

// A Point is a place in thousandths of the font size.
type Point struct{ X, Y float64 }

func open(e entry, name string) (*Face, error) {
	f, err := os.Open(e.file)
	if err != nil {
		return nil, err
	}
	c, err := sfnt.ParseCollectionReaderAt(f)
	if err != nil {
		f.Close()
		return nil, err
	}
	font, err := c.Font(e.index)
	if err != nil {
		f.Close()
		return nil, err
	}
	face := &Face{Name: name, File: e.file, file: f, font: font, ppem: fixed.I(int(font.UnitsPerEm())),
		glyphs: map[rune]Glyph{}, advances: map[Glyph]float64{}, outlines: map[Glyph]Outline{}}
	for _, r := range []rune{0x56FD, 0x4E00, 'A', '1'} { // 国 and 一; a file cut short or damaged often opens and has no shapes
		if g := face.Glyph(r); g != 0 {
			if o, err := face.Outline(g); err != nil || len(o) == 0 {
				f.Close()
				return nil, errNoFont
			}
		}
	}
	return face, nil
}

// Glyph gives the shape of a character, 0 where the face has none.
func (f *Face) Glyph(r rune) Glyph {
	f.mu.Lock()
	defer f.mu.Unlock()
	g, ok := f.glyphs[r]
	if !ok {
		if x, err := f.font.GlyphIndex(&f.buf, r); err == nil {
			g = Glyph(x)
		}
		f.glyphs[r] = g
	}
	return g
}

// Advance gives how far a glyph moves the pen, in thousandths of the font size.
func (f *Face) Advance(g Glyph) float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, ok := f.advances[g]
	if !ok {
		if x, err := f.font.GlyphAdvance(&f.buf, sfnt.GlyphIndex(g), f.ppem, font.HintingNone); err == nil {
			a = float64(x) * 1000 / float64(f.ppem)
		}
		f.advances[g] = a
	}
	return a
}

// Outline gives the shape of a glyph; a space has none. Quadratic curves become cubic ones.
func (f *Face) Outline(g Glyph) (Outline, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if o, ok := f.outlines[g]; ok {
		return o, nil
	}
	segments, err := f.font.LoadGlyph(&f.buf, sfnt.GlyphIndex(g), f.ppem, nil)
	if err != nil {
		return nil, err
	}
	scale := 1000 / float64(f.ppem)
	at := func(p fixed.Point26_6) Point { return Point{float64(p.X) * scale, -float64(p.Y) * scale} }
	o := make(Outline, 0, len(segments))
	var pen Point
	for _, s := range segments {
		var next Segment
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			next = Segment{Op: 'M', P: [3]Point{at(s.Args[0])}}
			pen = next.P[0]
		case sfnt.SegmentOpLineTo:
			next = Segment{Op: 'L', P: [3]Point{at(s.Args[0])}}
			pen = next.P[0]
		case sfnt.SegmentOpQuadTo:
			q, end := at(s.Args[0]), at(s.Args[1])
			next = Segment{Op: 'C', P: [3]Point{
				{pen.X + (q.X-pen.X)*2/3, pen.Y + (q.Y-pen.Y)*2/3},
				{end.X + (q.X-end.X)*2/3, end.Y + (q.Y-end.Y)*2/3}, end}}
			pen = end
		case sfnt.SegmentOpCubeTo:
			next = Segment{Op: 'C', P: [3]Point{at(s.Args[0]), at(s.Args[1]), at(s.Args[2])}}
			pen = next.P[2]
		}
		o = append(o, next)
	}
	f.outlines[g] = o
	return o, nil
}
