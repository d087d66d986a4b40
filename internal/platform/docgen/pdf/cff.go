package pdf

import (
	"math"

	"kaiyang/internal/platform/docgen/fonts"
)

// A cffGlyph is a shape for the font that goes into the file.
type cffGlyph struct {
	outline fonts.Outline
	width   int // thousandths
}

// cff builds a font program in the Compact Font Format, keyed by number (CIDFontType0C), from
// outlines: glyph 0 is empty, the others follow in order. Hints are left out; every kind of
// font found thus takes one way into the file.
func cff(name string, glyphs []cffGlyph) []byte {
	const header = 4
	charstrings := make([][]byte, 0, len(glyphs)+1)
	charstrings = append(charstrings, []byte{14})
	for _, g := range glyphs {
		charstrings = append(charstrings, charstring(g))
	}
	private := append(num(nil, 1000), 20) // defaultWidthX
	private = append(num(private, 0), 21) // nominalWidthX

	nameIndex := index([][]byte{[]byte(name)})
	stringIndex := index([][]byte{[]byte("Adobe"), []byte("Identity")})
	globals := []byte{0, 0}
	n := len(charstrings)
	charset := []byte{2, 0, 1, byte((n - 2) >> 8), byte(n - 2)}
	if n == 1 {
		charset = []byte{0}
	}
	selector := []byte{3, 0, 1, 0, 0, 0, byte(n >> 8), byte(n)}
	shapes := index(charstrings)

	top := func(charsetAt, selectAt, shapesAt, arrayAt int) []byte {
		b := long(nil, 391)
		b = long(b, 392)
		b = append(num(b, 0), 12, 30) // ROS
		b = append(long(b, n), 12, 34)
		b = append(long(b, charsetAt), 15)
		b = append(long(b, selectAt), 12, 37)
		b = append(long(b, shapesAt), 17)
		b = append(long(b, arrayAt), 12, 36)
		return b
	}
	size := len(index([][]byte{top(0, 0, 0, 0)}))
	charsetAt := header + len(nameIndex) + size + len(stringIndex) + len(globals)
	selectAt := charsetAt + len(charset)
	privateAt := selectAt + len(selector)
	arrayAt := privateAt + len(private)
	fontDict := append(long(long(nil, len(private)), privateAt), 18)
	array := index([][]byte{fontDict})
	shapesAt := arrayAt + len(array)

	out := make([]byte, 0, shapesAt+len(shapes))
	out = append(out, 1, 0, header, 4)
	out = append(out, nameIndex...)
	out = append(out, index([][]byte{top(charsetAt, selectAt, shapesAt, arrayAt)})...)
	out = append(out, stringIndex...)
	out = append(out, globals...)
	out = append(out, charset...)
	out = append(out, selector...)
	out = append(out, private...)
	out = append(out, array...)
	return append(out, shapes...)
}

// index writes a list of byte strings as the format wants it.
func index(items [][]byte) []byte {
	total := 1
	for _, x := range items {
		total += len(x)
	}
	b := make([]byte, 0, 3+4*(len(items)+1)+total)
	b = append(b, byte(len(items)>>8), byte(len(items)), 4)
	at := 1
	put := func() { b = append(b, byte(at>>24), byte(at>>16), byte(at>>8), byte(at)) }
	put()
	for _, x := range items {
		at += len(x)
		put()
	}
	for _, x := range items {
		b = append(b, x...)
	}
	return b
}

// num writes an integer in its shortest form; 16 bits suffice for coordinates.
func num(b []byte, v int) []byte {
	switch {
	case v >= -107 && v <= 107:
		return append(b, byte(v+139))
	case v >= 108 && v <= 1131:
		v -= 108
		return append(b, byte(v>>8+247), byte(v))
	case v >= -1131 && v <= -108:
		v = -v - 108
		return append(b, byte(v>>8+251), byte(v))
	}
	return append(b, 28, byte(v>>8), byte(v))
}

// long writes an integer in five bytes, for dictionaries only.
func long(b []byte, v int) []byte {
	return append(b, 29, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}

// charstring writes an outline as a Type 2 program.
func charstring(g cffGlyph) []byte {
	var b []byte
	if g.width != 1000 {
		b = num(b, g.width)
	}
	x, y := 0, 0
	to := func(p fonts.Point) {
		nx, ny := clip(p.X), clip(p.Y)
		b = num(num(b, nx-x), ny-y)
		x, y = nx, ny
	}
	pending, operands := byte(0), 0
	flush := func() {
		if pending != 0 {
			b = append(b, pending)
		}
		pending, operands = 0, 0
	}
	for _, s := range g.outline {
		op, n := byte(0), 2
		switch s.Op {
		case 'M':
			op = 21
		case 'L':
			op = 5
		case 'C':
			op, n = 8, 6
		default:
			continue
		}
		if op != pending || op == 21 || operands+n > 48 {
			flush()
		}
		for i := range n / 2 {
			to(s.P[i])
		}
		pending, operands = op, operands+n
		if op == 21 {
			flush()
		}
	}
	flush()
	return append(b, 14)
}

func clip(v float64) int { return int(math.Round(max(-15000, min(v, 15000)))) }
