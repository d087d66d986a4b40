package pdf

import (
	"unicode"

	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/fonts"
)

// a style is the dress of a piece of text.
type style struct {
	role   docgen.Role
	size   float64
	tight  bool // squeezed to 28 characters a line
	bold   bool
	colour colour
	rise   float64
}

// a piece is text in one style.
type piece struct {
	text   string
	st     style
	href   string
	source int
}

// a glyph is a character with its shape and how far it moves the pen.
type glyph struct {
	face *fonts.Face
	id   fonts.Glyph
	r    rune
	adv  float64
	st   *style
}

// a kind tells how a cluster behaves at the ends of lines.
type kind uint8

const (
	plainKind kind = iota // a hanzi or anything else that may stand at either end
	opening               // （《“: never at the end of a line
	closing               // ，。）》”: never at the beginning
	word                  // letters and digits: never divided unless wider than the line
	space
	newline
	dash // — and …: not divided from their like
)

// a cluster is what no line end divides.
type cluster struct {
	gs      []glyph
	w       float64
	kind    kind
	squeeze float64 // how much it can give up when the line is too full
	gap     float64 // added after it to fill the line
	glued   bool    // stays with the cluster before it
	free    bool    // a line may end before it though both are words
	size    float64
	href    string
	source  int
}

// a line is the clusters of one line.
type line struct {
	cs    []cluster
	w     float64 // natural width without spaces at the end and without what hangs
	cut   float64 // part of the squeeze used, 0 to 1
	hang  float64 // width of a mark that hangs over the right edge
	final bool    // the last of a paragraph or one that ends by "\n"
}

const (
	openers = "（《〈「『【〔［｛“‘￥＄"
	closers = "，。、；：？！）》〉」』】〕］｝”’·％‰℃°,.;:?!)]}>%"
	hangers = "，。、；："
	signs   = "−±≥≤＞＜≈＋－№"                    // stay with the number behind them
	halves  = "，。、；：？！）》〉」』】〕］｝”’（《〈「『【〔［｛“‘" // whose empty half can be given up
)

func in(r rune, set string) bool {
	for _, x := range set {
		if x == r {
			return true
		}
	}
	return false
}

func kindOf(r rune) kind {
	switch {
	case r == '\n':
		return newline
	case r == ' ' || r == '\t':
		return space
	case in(r, openers) || in(r, signs):
		return opening
	case r >= 0x80 && in(r, closers):
		return closing
	case r == '—' || r == '…':
		return dash
	case fonts.Western(r) || r > 0x7F && r < 0x2E80 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
		return word
	}
	return plainKind
}

// clusters takes pieces of text apart.
func (w *writer) clusters(pieces []piece) []cluster {
	var out []cluster
	for i := range pieces {
		p := &pieces[i]
		fresh := true // a new piece may begin a new word cluster
		for _, r := range p.text {
			switch {
			case r == '\r' || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
				continue // marks without a shape of their own
			case r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f':
				r = '\n'
			}
			if r == '\t' {
				r = ' '
			}
			if r != '\n' && unicode.IsControl(r) {
				r = '\uFFFD'
			}
			k := kindOf(r)
			g := glyph{r: r, st: &p.st}
			if k != newline {
				var ok bool
				g.face, g.id, ok = w.set.Find(p.st.role, r)
				if !ok {
					w.missing[r] = true
				}
				if g.face == nil {
					continue
				}
				g.adv = g.face.Advance(g.id) * p.st.size / 1000
				if p.st.tight && g.adv > 0.9*p.st.size {
					g.adv += cell - size3
				}
			}
			var last *cluster
			if len(out) > 0 {
				last = &out[len(out)-1]
			}
			if k == space && last != nil && last.kind == opening {
				k = opening // a space behind a bracket is no place to end a line
			}
			if k == word && !fresh && last.kind == word && !breaksAfter(last) {
				last.gs = append(last.gs, g)
				last.w += g.adv
				continue
			}
			c := cluster{kind: k, w: g.adv, size: p.st.size, href: p.href, source: p.source}
			if k != newline {
				c.gs = []glyph{g}
			}
			if last != nil {
				switch {
				case p.source != 0 && p.href == "", unicode.Is(unicode.Mn, r):
					c.glued = true
				case k == dash && last.kind == dash && last.gs[0].r == r && !last.glued:
					c.glued = true
				case k == word && last.kind == word:
					c.free = breaksAfter(last)
				case r == '年' && last.kind == word && isDigit(last.gs[len(last.gs)-1].r):
					c.glued = true
				}
			}
			if (k == opening || k == closing) && g.adv > 0.9*p.st.size && in(r, halves) {
				c.squeeze = 0.45 * p.st.size
			}
			out = append(out, c)
			fresh = false
		}
	}
	return out
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// breaksAfter tells whether a long word such as an address may be divided behind its last mark.
func breaksAfter(c *cluster) bool {
	if len(c.gs) < 12 {
		return false
	}
	switch c.gs[len(c.gs)-1].r {
	case '/', '?', '&', '=', '-', '_':
		return true
	}
	return false
}

// may tells whether a line may end between a and b.
func may(a, b *cluster) bool {
	switch {
	case b.kind == newline || a.kind == newline:
		return true
	case b.glued || b.kind == closing || a.kind == opening || b.kind == space:
		return false
	case a.kind == word && b.kind == word:
		return b.free
	case a.kind == word && b.kind == dash, a.kind == dash && b.kind == word:
		return false // "87.94%—100.00%" is one piece
	case b.kind == word && a.kind != space && !b.free && in(b.gs[0].r, closers):
		return false
	}
	return true
}

// breakLines divides clusters into lines of the given widths; the last width holds for all
// further lines. Every line takes at least one cluster.
func breakLines(cs []cluster, widths ...float64) []line {
	var out []line
	for n := 0; len(cs) > 0; n++ {
		width := widths[min(n, len(widths)-1)]
		if cs[0].w > width && len(cs[0].gs) > 1 {
			cs = append(divide(cs[0]), cs[1:]...)
		}
		l, used := oneOf(cs, width)
		if used < 1 {
			used = 1 // never reached; a document must end whatever happens
		}
		cs = cs[used:]
		out = append(out, l)
	}
	return out
}

// divide makes a cluster of each glyph of a word that is wider than its line.
func divide(c cluster) []cluster {
	out := make([]cluster, len(c.gs))
	for i, g := range c.gs {
		out[i] = c
		out[i].gs, out[i].w, out[i].free, out[i].glued = c.gs[i:i+1], g.adv, true, i == 0 && c.glued
	}
	return out
}

const slackPt = 0.05 // rounding of 28 widths

// oneOf takes one line from the front of cs.
func oneOf(cs []cluster, width float64) (line, int) {
	w, fit, end := 0.0, 0, false
	for fit < len(cs) {
		c := &cs[fit]
		if c.kind == newline {
			end = true
			break
		}
		if c.kind != space && w+c.w > width+slackPt {
			break
		}
		w += c.w
		fit++
	}
	if end {
		l := finish(cs[:fit], true)
		return l, fit + 1
	}
	if fit == len(cs) {
		return finish(cs, true), fit
	}
	if fit > 0 && may(&cs[fit-1], &cs[fit]) {
		return finish(cs[:fit], false), fit
	}
	// Take in the next marks by squeezing marks of the line, or let one hang.
	over, room := w, 0.0
	for i := range fit {
		room += cs[i].squeeze
	}
	for k := fit; k < len(cs) && k < fit+3 && cs[k].kind != newline; k++ {
		over += cs[k].w
		room += cs[k].squeeze
		if k+1 < len(cs) && !may(&cs[k], &cs[k+1]) {
			continue
		}
		if need := over - width; need <= room && room > 0 {
			l := finish(cs[:k+1], k+1 == len(cs))
			l.cut = max(0, need/room)
			return l, k + 1
		}
		if k == fit && fit > 0 && w <= width+slackPt && len(cs[k].gs) == 1 && in(cs[k].gs[0].r, hangers) {
			l := finish(cs[:k+1], k+1 == len(cs))
			l.hang = cs[k].w
			l.w -= l.hang
			return l, k + 1
		}
		break
	}
	for k := fit - 1; k > 0; k-- {
		if may(&cs[k-1], &cs[k]) {
			return finish(cs[:k], false), k
		}
	}
	fit = max(fit, 1)
	return finish(cs[:fit], fit == len(cs)), fit
}

// finish makes a line of clusters; spaces at its end are dropped.
func finish(cs []cluster, final bool) line {
	for len(cs) > 0 && cs[len(cs)-1].kind == space {
		cs = cs[:len(cs)-1]
	}
	l := line{cs: append([]cluster(nil), cs...), final: final}
	for i := range l.cs {
		l.w += l.cs[i].w
	}
	return l
}

// fill spreads a line over the full width by equal gaps between its clusters.
func (l *line) fill(width float64) {
	if l.cut > 0 || len(l.cs) < 2 {
		return
	}
	n := len(l.cs) - 1
	if l.hang > 0 {
		n--
	}
	rest := width - l.w
	if n < 1 || rest <= 0 || rest > float64(n)*l.cs[0].size/2 {
		return
	}
	for i := range n {
		l.cs[i].gap = rest / float64(n)
	}
}

// oneLine gives text as a single line of its natural width.
func (w *writer) oneLine(s string, st style) line {
	return finish(w.clusters([]piece{{text: s, st: st}}), true)
}

// pieces dresses runs: the role, size and colour of the surroundings unless a run has its own.
func (w *writer) pieces(runs []docgen.Run, st style) []piece {
	var out []piece
	for _, r := range runs {
		own := st
		if r.Role != "" {
			own.role = r.Role
		}
		own.bold = own.bold || r.Bold
		if r.Red {
			own.colour = red
		}
		out = append(out, piece{text: r.Text, st: own, href: w.address(r.Href)})
		if r.Source != 0 {
			out = append(out, sourceMark(r.Source, own))
		}
	}
	return out
}

// sourceMark is the small number after a figure that is set like st.
func sourceMark(no int, st style) piece {
	mark := st
	mark.size, mark.rise, mark.tight, mark.bold = st.size*0.5, st.size*0.38, false, false
	return piece{text: "[" + itoa(no) + "]", st: mark, source: no}
}
