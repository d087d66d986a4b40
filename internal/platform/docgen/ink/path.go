package ink

import (
	"fmt"
	"strconv"

	"kaiyang/internal/platform/docgen/fonts"
)

func move(x, y float64) fonts.Segment {
	return fonts.Segment{Op: 'M', P: [3]fonts.Point{{X: x, Y: y}}}
}

func line(x, y float64) fonts.Segment {
	return fonts.Segment{Op: 'L', P: [3]fonts.Point{{X: x, Y: y}}}
}

func cube(x1, y1, x2, y2, x, y float64) fonts.Segment {
	return fonts.Segment{Op: 'C', P: [3]fonts.Point{{X: x1, Y: y1}, {X: x2, Y: y2}, {X: x, Y: y}}}
}

func closing() fonts.Segment { return fonts.Segment{Op: 'Z'} }

// kappa places the handles of a cubic curve that is a quarter of a circle.
const kappa = 0.5522847498

func rect(x, y, w, h, r float64) []fonts.Segment {
	if w <= 0 || h <= 0 {
		return nil
	}
	r = min(r, w/2, h/2)
	if r <= 0 {
		return []fonts.Segment{move(x, y), line(x+w, y), line(x+w, y+h), line(x, y+h), closing()}
	}
	k := r * (1 - kappa)
	return []fonts.Segment{
		move(x+r, y), line(x+w-r, y), cube(x+w-k, y, x+w, y+k, x+w, y+r),
		line(x+w, y+h-r), cube(x+w, y+h-k, x+w-k, y+h, x+w-r, y+h),
		line(x+r, y+h), cube(x+k, y+h, x, y+h-k, x, y+h-r),
		line(x, y+r), cube(x, y+k, x+k, y, x+r, y), closing(),
	}
}

func ellipse(cx, cy, r float64) []fonts.Segment {
	k := r * kappa
	return []fonts.Segment{
		move(cx+r, cy), cube(cx+r, cy+k, cx+k, cy+r, cx, cy+r), cube(cx-k, cy+r, cx-r, cy+k, cx-r, cy),
		cube(cx-r, cy-k, cx-k, cy-r, cx, cy-r), cube(cx+k, cy-r, cx+r, cy-k, cx+r, cy), closing(),
	}
}

// a pathReader takes numbers off path data.
type pathReader struct {
	s  string
	at int
}

func (p *pathReader) skip() {
	for p.at < len(p.s) && (p.s[p.at] == ' ' || p.s[p.at] == ',' || p.s[p.at] == '\n' || p.s[p.at] == '\t') {
		p.at++
	}
}

func (p *pathReader) number() (float64, bool) {
	p.skip()
	i := p.at
	if i < len(p.s) && (p.s[i] == '-' || p.s[i] == '+') {
		i++
	}
	dot := false
	for i < len(p.s) && (p.s[i] >= '0' && p.s[i] <= '9' || p.s[i] == '.' && !dot) {
		dot = dot || p.s[i] == '.'
		i++
	}
	v, err := strconv.ParseFloat(p.s[p.at:i], 64)
	if err != nil {
		return 0, false
	}
	p.at = i
	return v, true
}

// path reads path data with the commands M, L, H, V, Q, C and Z, absolute or relative.
func path(d string) ([]fonts.Segment, error) {
	p := &pathReader{s: d}
	var out []fonts.Segment
	var x, y, sx, sy float64
	cmd := byte(0)
	need := map[byte]int{'M': 2, 'L': 2, 'H': 1, 'V': 1, 'Q': 4, 'C': 6}
	for {
		p.skip()
		if p.at >= len(p.s) {
			return out, nil
		}
		if c := p.s[p.at]; c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			cmd = c
			p.at++
			if cmd == 'Z' || cmd == 'z' {
				out = append(out, closing())
				x, y = sx, sy
				continue
			}
		}
		upper := cmd &^ 0x20
		n, ok := need[upper]
		if !ok {
			return nil, fmt.Errorf("ink: path command %q", cmd)
		}
		var v [6]float64
		for i := range n {
			if v[i], ok = p.number(); !ok {
				return nil, fmt.Errorf("ink: path data at %d of %q", p.at, d)
			}
			if cmd != upper {
				if upper == 'V' || upper != 'H' && i%2 == 1 {
					v[i] += y
				} else {
					v[i] += x
				}
			}
		}
		switch upper {
		case 'M':
			x, y = v[0], v[1]
			sx, sy = x, y
			out = append(out, move(x, y))
			cmd -= 'M' - 'L' // further pairs are lines
		case 'L':
			x, y = v[0], v[1]
			out = append(out, line(x, y))
		case 'H':
			x = v[0]
			out = append(out, line(x, y))
		case 'V':
			y = v[0]
			out = append(out, line(x, y))
		case 'Q':
			out = append(out, cube(x+(v[0]-x)*2/3, y+(v[1]-y)*2/3, v[2]+(v[0]-v[2])*2/3, v[3]+(v[1]-v[3])*2/3, v[2], v[3]))
			x, y = v[2], v[3]
		case 'C':
			out = append(out, cube(v[0], v[1], v[2], v[3], v[4], v[5]))
			x, y = v[4], v[5]
		}
	}
}
