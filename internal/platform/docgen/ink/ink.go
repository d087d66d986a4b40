// Package ink reads the pictures our charts write and draws them where there is no browser:
// as vectors and real text in a PDF (package pdf does that from a Drawing) and as a PNG picture
// for files that cannot hold vectors.
//
// It reads the part of SVG that package chart uses and no more. An element or attribute it does
// not know is an error, so that a chart never comes out with something left off.
package ink

import (
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen/fonts"
)

// A Drawing is a chart as operations, in the order they are drawn. Lengths are CSS pixels, x to
// the right and y downwards.
type Drawing struct {
	W, H float64
	Ops  []Op
}

// An Op draws a shape or, where Text is set, a line of text.
type Op struct {
	Path    []fonts.Segment // M, L, C and Z (closed) segments
	Fill    Paint
	EvenOdd bool
	Stroke  Paint
	Width   float64 // of the stroke
	Dash    []float64
	Round   bool // ends and corners of the stroke
	Text    *Text
	Href    string // where the shape leads; empty for nowhere
}

// A Paint is a colour; without On nothing is painted. A is the opacity from 0 to 1.
type Paint struct {
	On      bool
	R, G, B uint8
	A       float64
}

// An Anchor tells which part of a text stands at its point.
type Anchor uint8

// The anchors.
const (
	Start Anchor = iota
	Middle
	End
)

// A Text is a line of text; its parts differ in colour.
type Text struct {
	X, Y   float64 // of the base line
	Size   float64
	Anchor Anchor
	Bold   bool
	Rotate float64 // degrees, clockwise, about X and Y
	Parts  []Part
}

// A Part is a piece of text in one colour.
type Part struct {
	Text string
	Fill Paint
}

// Of gives the drawing of a chart; tr translates the chart's own words, nil leaves them Chinese.
func Of(c chart.Chart, tr func(string) string) (*Drawing, error) {
	return Parse(c.AppendSVG(nil, chart.Options{Tr: tr}))
}

// A Placed is one glyph of a text, at its place before the text is turned.
type Placed struct {
	Rune  rune
	Face  *fonts.Face
	Glyph fonts.Glyph
	X, Y  float64
	Fill  Paint
	OK    bool // false: no font has the character, 〓 stands for it
}

// Place sets the glyphs of the text in the font of charts.
func (t *Text) Place(set *fonts.Set) []Placed {
	var out []Placed
	x := 0.0
	for _, p := range t.Parts {
		for _, r := range p.Text {
			f, g, ok := set.Find(fonts.Chart, r)
			if f == nil {
				continue
			}
			out = append(out, Placed{r, f, g, x, t.Y, p.Fill, ok})
			x += f.Advance(g) * t.Size / 1000
		}
	}
	shift := t.X
	switch t.Anchor {
	case Middle:
		shift -= x / 2
	case End:
		shift -= x
	}
	for i := range out {
		out[i].X += shift
	}
	return out
}
