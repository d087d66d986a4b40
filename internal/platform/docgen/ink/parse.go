package ink

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"kaiyang/internal/platform/docgen/fonts"
)

// a state is what an element hands down to those within it.
type state struct {
	name   string
	fill   string
	stroke string
	href   string
	op     *Op // the text being read
}

// Parse reads a picture that package chart wrote.
func Parse(svg []byte) (*Drawing, error) {
	d := &Drawing{}
	dec := xml.NewDecoder(bytes.NewReader(svg))
	stack := []state{{fill: "#000000", stroke: "none"}}
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("ink: %w", err)
		}
		top := &stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			next := *top
			next.name = tok.Name.Local
			if err := d.element(&next, tok.Attr); err != nil {
				return nil, err
			}
			stack = append(stack, next)
		case xml.EndElement:
			if top.name == "text" && top.op != nil {
				d.Ops = append(d.Ops, *top.op)
			}
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if (top.name == "text" || top.name == "tspan") && top.op != nil {
				paint, err := paintOf(top.fill, 1)
				if err != nil {
					return nil, err
				}
				top.op.Text.Parts = append(top.op.Text.Parts, Part{string(tok), paint})
			}
		}
	}
	if d.W <= 0 || d.H <= 0 {
		return nil, fmt.Errorf("ink: the picture has no size")
	}
	return d, nil
}

// attrs are the attributes of an element that matter for drawing.
type attrs struct {
	m   map[string]string
	err error
}

func readAttrs(list []xml.Attr) attrs {
	a := attrs{m: map[string]string{}}
	for _, x := range list {
		switch x.Name.Local {
		case "class", "role", "aria-label", "xmlns", "font-family", "pointer-events", "stroke-linecap", "id":
		case "style", "clip-path", "mask", "filter", "opacity":
			a.err = fmt.Errorf("ink: attribute %s is not known", x.Name.Local)
		default:
			a.m[x.Name.Local] = x.Value
		}
	}
	return a
}

func (a *attrs) text(name, otherwise string) string {
	v, ok := a.m[name]
	if !ok {
		return otherwise
	}
	delete(a.m, name)
	return v
}

func (a *attrs) num(name string, otherwise float64) float64 {
	v, ok := a.m[name]
	if !ok {
		return otherwise
	}
	delete(a.m, name)
	n, err := strconv.ParseFloat(v, 64)
	if err != nil {
		a.err = fmt.Errorf("ink: %s=%q is no number", name, v)
	}
	return n
}

// rest tells of attributes nobody asked for.
func (a *attrs) rest(element string) error {
	if a.err != nil {
		return a.err
	}
	for name := range a.m {
		return fmt.Errorf("ink: attribute %s of <%s> is not known", name, element)
	}
	return nil
}

func (d *Drawing) element(s *state, list []xml.Attr) error {
	a := readAttrs(list)
	switch s.name {
	case "title", "desc":
		return nil
	case "svg":
		d.W, d.H = a.num("width", 0), a.num("height", 0)
		a.text("viewBox", "")
		return a.rest(s.name)
	case "a":
		s.href = a.text("href", "")
		return a.rest(s.name)
	case "g":
		s.fill, s.stroke = a.text("fill", s.fill), a.text("stroke", s.stroke)
		return a.rest(s.name)
	case "tspan":
		s.fill = a.text("fill", s.fill)
		return a.rest(s.name)
	}
	op := Op{Width: a.num("stroke-width", 1), Href: s.href}
	var err error
	if op.Fill, err = paintOf(a.text("fill", s.fill), a.num("fill-opacity", 1)); err != nil {
		return err
	}
	if op.Stroke, err = paintOf(a.text("stroke", s.stroke), a.num("stroke-opacity", 1)); err != nil {
		return err
	}
	op.Round = a.text("stroke-linejoin", "") == "round"
	op.EvenOdd = a.text("fill-rule", "") == "evenodd"
	for _, f := range strings.Fields(strings.ReplaceAll(a.text("stroke-dasharray", ""), ",", " ")) {
		n, err := strconv.ParseFloat(f, 64)
		if err != nil || n < 0 {
			return fmt.Errorf("ink: stroke-dasharray %q", f)
		}
		op.Dash = append(op.Dash, n)
	}
	switch s.name {
	case "rect":
		op.Path = rect(a.num("x", 0), a.num("y", 0), a.num("width", 0), a.num("height", 0), a.num("rx", 0))
	case "circle":
		op.Path = ellipse(a.num("cx", 0), a.num("cy", 0), a.num("r", 0))
	case "line":
		op.Path = []fonts.Segment{move(a.num("x1", 0), a.num("y1", 0)), line(a.num("x2", 0), a.num("y2", 0))}
		op.Fill.On = false
	case "path":
		if op.Path, err = path(a.text("d", "")); err != nil {
			return err
		}
	case "polygon", "polyline":
		end := ""
		if s.name == "polygon" {
			end = "Z"
		}
		if op.Path, err = path("M" + a.text("points", "") + end); err != nil {
			return err
		}
	case "text":
		t := &Text{X: a.num("x", 0), Y: a.num("y", 0), Size: a.num("font-size", 16)}
		switch v := a.text("text-anchor", ""); v {
		case "", "start":
		case "middle":
			t.Anchor = Middle
		case "end":
			t.Anchor = End
		default:
			return fmt.Errorf("ink: text-anchor %q", v)
		}
		switch v := a.text("font-weight", ""); v {
		case "600", "700", "bold":
			t.Bold = true
		case "", "400", "normal":
		default:
			return fmt.Errorf("ink: font-weight %q", v)
		}
		a.text("paint-order", "")
		if v := a.text("transform", ""); v != "" {
			if _, err := fmt.Sscanf(v, "rotate(%f", &t.Rotate); err != nil {
				return fmt.Errorf("ink: transform %q", v)
			}
		}
		op.Text = t
		s.op = &op
		s.fill = colourOf(op.Fill)
		return a.rest(s.name)
	default:
		return fmt.Errorf("ink: element <%s> is not known", s.name)
	}
	if err := a.rest(s.name); err != nil {
		return err
	}
	if op.Fill.On || op.Stroke.On {
		d.Ops = append(d.Ops, op)
	}
	return nil
}

func colourOf(p Paint) string {
	if !p.On {
		return "none"
	}
	return fmt.Sprintf("#%02x%02x%02x", p.R, p.G, p.B)
}

// paintOf reads "none", "#rgb" or "#rrggbb".
func paintOf(s string, opacity float64) (Paint, error) {
	switch {
	case s == "none" || s == "":
		return Paint{}, nil
	case len(s) == 4 && s[0] == '#':
		s = string([]byte{'#', s[1], s[1], s[2], s[2], s[3], s[3]})
	}
	if len(s) == 7 && s[0] == '#' {
		if n, err := strconv.ParseUint(s[1:], 16, 32); err == nil {
			return Paint{true, uint8(n >> 16), uint8(n >> 8), uint8(n), max(0, min(opacity, 1))}, nil
		}
	}
	return Paint{}, fmt.Errorf("ink: colour %q", s)
}
