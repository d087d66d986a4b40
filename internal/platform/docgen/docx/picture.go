package docx

import (
	"strconv"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
)

// The largest picture, in millimetres: the text of an upright page with room for its caption.
const (
	pictureWidth  = 156.0
	pictureHeight = 195.0
)

// pictureBlock writes a chart with its caption below.
func (x *writer) pictureBlock(b docgen.Picture) {
	p := x.pictureOf(b.Chart, b.Caption, b.Alt, b.Width)
	if p == nil {
		return
	}
	p.keepNext = b.Caption != ""
	x.add(p)
	if c := x.captionBelow(b.Caption); c != nil {
		c.style = "Caption"
		x.add(c)
	}
}

// captionBelow gives the caption of a picture, nil without one.
func (s *story) captionBelow(caption string) *para {
	if caption == "" {
		return nil
	}
	p := &para{keepLines: true, before: 40, after: 160, line: 400, flush: true, align: "center"}
	p.body.run(caption, look{font: fontHeiti, latin: fontLatin, size: sizeS4, tight: true})
	return p
}

// pictureOf gives a paragraph with a chart: the SVG, and a PNG for programs that know no SVG.
// It records an error and gives nil where the chart cannot be drawn.
func (s *story) pictureOf(c chart.Chart, caption, alt string, widthMM float64) *para {
	name := caption
	if name == "" {
		name = alt
	}
	if c == nil || s.pics == nil {
		s.fail(fault.New(fault.Invalid, "图“%s”没有内容或无法绘制；请检查图的数据后再生成", name))
		return nil
	}
	if widthMM <= 0 || widthMM > pictureWidth {
		widthMM = pictureWidth
	}
	png, w, h, err := s.pics(c, widthMM)
	if err == nil && (w <= 0 || h <= 0 || len(png) == 0) {
		err = fault.New(fault.Internal, "empty picture")
	}
	if err != nil {
		s.fail(fault.Because(err, fault.Invalid, "图“%s”没有内容或无法绘制；请检查图的数据后再生成", name))
		return nil
	}
	heightMM := widthMM * float64(h) / float64(w)
	if heightMM > pictureHeight {
		widthMM, heightMM = widthMM*pictureHeight/heightMM, pictureHeight
	}
	s.ids++
	no := strconv.Itoa(len(s.media)/2 + 1)
	stem := s.prefix + "-" + no
	if s.prefix == "rId" {
		stem = "chart-" + no
	}
	s.media = append(s.media,
		part{"word/media/" + stem + ".png", png},
		part{"word/media/" + stem + ".svg", chart.SVG(c, s.lang.Text)})
	pngID := s.relate("image", s.dir+stem+".png", false)
	svgID := s.relate("image", s.dir+stem+".svg", false)
	if alt == "" {
		alt = caption
	}
	const perMM = 36000
	cx, cy := strconv.Itoa(int(widthMM*perMM)), strconv.Itoa(int(heightMM*perMM))
	p := &para{line: 240, rule: "auto", before: 80, flush: true, align: "center"}
	b := &p.body
	b.raw(`<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0"><wp:extent cx="`, cx, `" cy="`, cy, `"/>`)
	b.num(`<wp:docPr id="`, 1000+s.ids, `" name="chart `+no+`" descr="`)
	b.text(clean(alt))
	b.raw(`"/><wp:cNvGraphicFramePr/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr>`)
	b.num(`<pic:cNvPr id="`, 1000+s.ids, `" name="`+stem+`.png"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>`)
	b.raw(`<a:blip `, nsRel, ` r:embed="`, pngID, `"><a:extLst><a:ext uri="{96DAC541-7B7A-43D3-8B79-37D633B846F1}"><asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" r:embed="`, svgID, `"/></a:ext></a:extLst></a:blip><a:stretch><a:fillRect/></a:stretch></pic:blipFill>`)
	b.raw(`<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="`, cx, `" cy="`, cy, `"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`)
	return p
}
