// Package chart draws typed charts as SVG on the server, by plain appends: the same picture on a
// page, in print and as a file of its own.
//
// Every shape carries its colour as a presentation attribute (so a lone file is complete, and a
// content security policy without inline styles is kept) and a class that CSS may override
// through the variables of the palette. Text is at least MinText units high; the classes of CSS
// keep a chart wide enough on small screens for that to hold on the glass too.
package chart

import (
	"kaiyang/internal/core/measure"
)

// MinText is the smallest height of text in a chart, in CSS pixels at natural size.
const MinText = 12

// A Chart is anything that draws itself.
type Chart interface {
	// AppendSVG appends the chart as one svg element and returns the longer slice.
	AppendSVG(dst []byte, o Options) []byte
}

// Options tell how a chart is to be drawn.
type Options struct {
	Tr         func(string) string // translates the chart's own words ("目标", "未报"); nil leaves them Chinese
	Standalone bool                // a file of its own: namespace, fonts and a white ground
}

func (o Options) tr(s string) string {
	if o.Tr == nil {
		return s
	}
	return o.Tr(s)
}

// SVG gives c as a complete SVG file.
func SVG(c Chart, tr func(string) string) []byte {
	return c.AppendSVG(nil, Options{Tr: tr, Standalone: true})
}

// AppendBox appends c inside a box that scrolls sideways where the screen is narrower than the
// chart may shrink. A Slimmer is drawn a second time, and CSS shows that one on a phone.
func AppendBox(dst []byte, c Chart, o Options) []byte {
	s, ok := c.(Slimmer)
	if !ok {
		return append(c.AppendSVG(append(dst, `<div class="chart-box" tabindex="0">`...), o), `</div>`...)
	}
	dst = append(c.AppendSVG(append(dst, `<div class="chart-box chart-wide" tabindex="0">`...), o), `</div>`...)
	return append(s.Slim().AppendSVG(append(dst, `<div class="chart-slim">`...), o), `</div>`...)
}

// A Value is one point to draw: the number that places it, and the words printed for it.
// Without OK the value is missing, which is never drawn as zero.
type Value struct {
	V    float64
	OK   bool
	Text string // as printed, "37.52%"; for a missing value the reason, "未报"
}

// Num gives a value with its printed text.
func Num(v float64, text string) Value { return Value{V: v, OK: true, Text: text} }

// Gap gives a missing value with its reason.
func Gap(reason string) Value { return Value{Text: reason} }

// A Target is a straight line to compare with.
type Target struct {
	V    float64
	Text string // "≥98%"
}

// LightWord gives the usual word of a light, in Chinese; lists of other things have words of
// their own.
func LightWord(l measure.Light) string {
	switch l {
	case measure.Green:
		return "达标"
	case measure.Yellow:
		return "临界"
	case measure.Red:
		return "未达标"
	case measure.Grey:
		return "未判定"
	}
	return ""
}

// LightSymbol gives the shape of a light, for eyes and printers that do not tell the colours.
func LightSymbol(l measure.Light) string {
	switch l {
	case measure.Green:
		return "●"
	case measure.Yellow:
		return "▲"
	case measure.Red:
		return "■"
	case measure.Grey:
		return "○"
	}
	return ""
}

// LightClass gives the CSS class of a light, "lt-g"; empty without a light.
func LightClass(l measure.Light) string {
	switch l {
	case measure.Green:
		return "lt-g"
	case measure.Yellow:
		return "lt-y"
	case measure.Red:
		return "lt-r"
	case measure.Grey:
		return "lt-n"
	}
	return ""
}

// LightInk gives the colour of a light as text on white, "#1f7a5a"; at least 4.5:1.
func LightInk(l measure.Light) string {
	switch l {
	case measure.Green:
		return inkGreen
	case measure.Yellow:
		return inkYellow
	case measure.Red:
		return inkRed
	}
	return inkGrey
}

// The palette. Blue, ochre, teal, plum, olive and rose keep apart for the common kinds of
// colour blindness and in grey print; lights differ in lightness and in shape as well.
const (
	ink      = "#22303c"
	soft     = "#566370"
	axis     = "#93a0ab"
	grid     = "#e4e8ec"
	ground   = "#ffffff"
	noFill   = "#eef1f4"
	hairline = "#c9d1d8"
	target   = "#7a3b1d"

	inkGreen  = "#1f7a5a"
	inkYellow = "#946400"
	inkRed    = "#b3382d"
	inkGrey   = "#66727d"
)

func seriesColour(i int) string {
	return [...]string{"#2f5d8a", "#ad5f1c", "#2f7a6a", "#7d5a94", "#6b7024", "#a84d60"}[i%6]
}

// tint gives the ground of a tile or bar of a light.
func tint(l measure.Light) string {
	switch l {
	case measure.Green:
		return "#cfe8dc"
	case measure.Yellow:
		return "#f8e3ae"
	case measure.Red:
		return "#f2c4bd"
	}
	return noFill
}

// bar gives the full colour of a light.
func bar(l measure.Light) string {
	switch l {
	case measure.Green:
		return "#4fa283"
	case measure.Yellow:
		return "#dfa72f"
	case measure.Red:
		return "#c85a4e"
	case measure.Grey:
		return "#a9b3bb"
	}
	return "#5c86ad"
}

// barClass is the class that goes with bar.
func barClass(l measure.Light) string {
	switch l {
	case measure.Green:
		return "k-bg"
	case measure.Yellow:
		return "k-by"
	case measure.Red:
		return "k-br"
	case measure.Grey:
		return "k-bn"
	}
	return "k-b"
}

// tintClass is the class that goes with tint.
func tintClass(l measure.Light) string {
	switch l {
	case measure.Green:
		return "k-g"
	case measure.Yellow:
		return "k-y"
	case measure.Red:
		return "k-r"
	}
	return "k-n"
}

// CSS holds the rules of all charts. A page gives other colours by setting the variables, on
// :root or on any element around a chart.
const CSS = `.chart-box{overflow-x:auto;max-width:100%}
.chart{display:block;width:100%;height:auto;font-family:inherit;overflow:visible}
.chart text{fill:var(--k-ink,#22303c)}
.chart text.k-inv{fill:var(--k-ground,#fff)}
.chart .k-soft{fill:var(--k-soft,#566370)}
.chart .k-grid{stroke:var(--k-grid,#e4e8ec)}
.chart .k-axis{stroke:var(--k-axis,#93a0ab)}
.chart .k-span{stroke:var(--k-ink,#22303c)}
.chart .k-target{stroke:var(--k-target,#7a3b1d)}
.chart .k-target-t{fill:var(--k-target,#7a3b1d)}
.chart a{cursor:pointer}
.chart a:focus rect,.chart a:focus path,.chart a:hover rect.k-tile,.chart a:hover path.k-area{stroke:var(--k-ink,#22303c);stroke-width:2.5}
.chart-line{min-width:600px}
.chart-bars{min-width:480px}
.chart-funnel{min-width:600px}
.chart-map{min-width:480px}
.chart-gantt{min-width:760px}
.chart-t3{min-width:264px}.chart-t4{min-width:352px}.chart-t5{min-width:440px}.chart-t6{min-width:528px}.chart-t7{min-width:616px}.chart-t8{min-width:704px}.chart-t9{min-width:792px}
.chart-wide .chart{max-width:960px}
.chart-slim{display:none}.chart-slim .chart{min-width:0}
@media screen and (max-width:640px){.chart-wide{display:none}.chart-slim{display:block}}
.spark{display:inline-block;width:auto;height:1.75em;vertical-align:middle;overflow:visible}
.k-s1{stroke:var(--k-s1,#2f5d8a)}.k-s2{stroke:var(--k-s2,#ad5f1c)}.k-s3{stroke:var(--k-s3,#2f7a6a)}.k-s4{stroke:var(--k-s4,#7d5a94)}.k-s5{stroke:var(--k-s5,#6b7024)}.k-s6{stroke:var(--k-s6,#a84d60)}
.k-f1,.chart text.k-f1{fill:var(--k-s1,#2f5d8a)}.k-f2,.chart text.k-f2{fill:var(--k-s2,#ad5f1c)}.k-f3,.chart text.k-f3{fill:var(--k-s3,#2f7a6a)}.k-f4,.chart text.k-f4{fill:var(--k-s4,#7d5a94)}.k-f5,.chart text.k-f5{fill:var(--k-s5,#6b7024)}.k-f6,.chart text.k-f6{fill:var(--k-s6,#a84d60)}
.k-g{fill:var(--k-green-ground,#cfe8dc)}.k-y{fill:var(--k-yellow-ground,#f8e3ae)}.k-r{fill:var(--k-red-ground,#f2c4bd)}.k-n{fill:var(--k-none,#eef1f4)}
.k-bg{fill:var(--k-green-bar,#4fa283)}.k-by{fill:var(--k-yellow-bar,#dfa72f)}.k-br{fill:var(--k-red-bar,#c85a4e)}.k-bn{fill:var(--k-grey-bar,#a9b3bb)}.k-b{fill:var(--k-bar,#5c86ad)}
.chart text.lt-g,.lt-g{fill:var(--k-green,#1f7a5a);color:var(--k-green,#1f7a5a)}
.chart text.lt-y,.lt-y{fill:var(--k-yellow,#946400);color:var(--k-yellow,#946400)}
.chart text.lt-r,.lt-r{fill:var(--k-red,#b3382d);color:var(--k-red,#b3382d)}
.chart text.lt-n,.lt-n{fill:var(--k-grey,#66727d);color:var(--k-grey,#66727d)}
@media print{.chart-box{overflow:visible}.chart{-webkit-print-color-adjust:exact;color-adjust:exact}.chart-line,.chart-bars,.chart-map,.chart-gantt{min-width:0}}
`
