package pdf

import (
	"strings"
	"testing"

	"kaiyang/internal/platform/docgen"
)

// No heading is the last line of a page, and no signature stands on a page without text,
// wherever the text ends.
func TestNothingStandsAlone(t *testing.T) {
	set := system(t)
	for n := range 24 {
		d := &docgen.Document{Kind: docgen.Material, Title: "题", Sign: &docgen.Signature{Unit: "茶山县禁毒办", Day: "2018年5月11日", Sealed: n%2 == 0}}
		for range n {
			d.Body = append(d.Body, docgen.Say("正文一行。"))
		}
		d.Body = append(d.Body, docgen.Head(1, "一、标题在此"), docgen.Say("标题之后的正文。"))
		path, r := made(t, "alone", d, set)
		for p := 1; p <= r.Pages; p++ {
			got := bare(strings.Split(pageText(t, path, p), "—")[0])
			if strings.HasSuffix(got, "一、标题在此") {
				t.Errorf("%d lines before: the heading is the last of page %d", n, p)
			}
			if strings.Contains(got, "茶山县禁毒办") && !strings.Contains(got, "正文") {
				t.Errorf("%d lines before: the signature is alone on page %d", n, p)
			}
		}
	}
}

// The colophon ends at the foot of the type area of the last page, also when it needs a page
// of its own; the letter form has none of the rules, office and day.
func TestTheColophonStandsAtTheFoot(t *testing.T) {
	set := system(t)
	for _, n := range []int{1, 9, 10, 11, 12, 13, 14, 15, 30} {
		d := notice()
		d.Body, d.Attached, d.Sources, d.Sign, d.Remark = nil, nil, nil, nil, ""
		for range n {
			d.Body = append(d.Body, docgen.Say("正文一行。"))
		}
		path, r := made(t, "colophon", d, set)
		words := places(t, path)[r.Pages-1]
		bottom := 0.0
		for _, w := range words {
			if strings.Contains(w.text, "印发") {
				bottom = w.y2
			}
		}
		if want := marginTop + areaH; bottom < want-14 || bottom > want {
			t.Errorf("%d lines: the colophon ends at %.1f, want just above %.1f", n, bottom, want)
		}
	}
	path, _ := made(t, "slip", slip(), set)
	got := pageText(t, path, 1)
	if strings.Contains(got, "印发") || strings.Contains(got, "— 1 —") || !strings.Contains(got, "抄送：县纪委监委。") {
		t.Errorf("letter: %s", got)
	}
}

// The red mark begins 35 mm below the type area's top, in the letter form 30 mm below the edge
// of the paper; the number has its brackets (DOC-08, DOC-30, DOC-54).
func TestTheHeadStandsWhereTheStandardWantsIt(t *testing.T) {
	set := system(t)
	for _, c := range []struct {
		name string
		d    *docgen.Document
		top  float64
	}{{"notice", notice(), marginTop + 35*mm}, {"minutes", minutes(), marginTop + 35*mm}, {"bulletin", bulletin(), marginTop + 35*mm}, {"slip", slip(), 30 * mm}} {
		path, _ := made(t, c.name, c.d, set)
		found := false
		for _, w := range places(t, path)[0] {
			if strings.Contains(c.d.Mark, w.text) && w.y2-w.y1 > 20 && w.y2-w.y1 < 60 {
				found = true
				if w.y1 < c.top-3 || w.y1 > c.top+3 {
					t.Errorf("%s: the mark is %.1f down, want %.1f", c.name, w.y1, c.top)
				}
			}
		}
		if !found {
			t.Errorf("%s: no mark", c.name)
		}
	}
}

// The signature stands as the standard wants it, sealed and unsealed (DOC-18, DOC-19), and so
// do lists of those present, whose lines begin behind the colon (DOC-32).
func TestSignatureAndAttendance(t *testing.T) {
	set := system(t)
	near := func(what string, got, want float64) {
		t.Helper()
		if got < want-0.6 || got > want+0.6 {
			t.Errorf("%s at %.1f, want %.1f", what, got, want)
		}
	}
	const right = marginLeft + areaW
	for _, unit := range []string{"茶山县禁毒办", "茶山县禁毒人民战争指挥部办公室"} {
		for _, sealed := range []bool{true, false} {
			d := paper(docgen.Say("正文。"))
			d.Sign = &docgen.Signature{Unit: unit, Day: "二〇一八年五月", Sealed: sealed}
			path, _ := made(t, "sign", d, set)
			var u, day, text wordAt
			for _, w := range places(t, path)[0] {
				switch w.text {
				case unit:
					u = w
				case d.Sign.Day:
					day = w
				case "正文。":
					text = w
				}
			}
			lines := (u.y1 - text.y1) / row
			switch long := len([]rune(unit)) > 12; {
			case sealed && !long:
				near("sealed: the day ends", day.x2, right-4*cell)
				near("sealed: the middle of the unit is", (u.x1+u.x2)/2, (day.x1+day.x2)/2)
				near("sealed: lines below the text", lines, 3)
			case sealed:
				near("sealed: the middle of the long unit is", (u.x1+u.x2)/2, (day.x1+day.x2)/2)
			case long:
				near("the unit ends", u.x2, right-2*cell)
				near("the day begins", day.x1, u.x1+2*cell)
				near("lines below the text", lines, 2)
			default:
				near("the long day ends", day.x2, right-2*cell)
				near("the unit begins before the day", u.x1, day.x1-2*cell)
			}
		}
	}
	d := paper(docgen.Say("正文。"))
	d.Present = []docgen.Attendance{{Label: "出席", Text: strings.Repeat("县公安局甲某、", 9)}}
	path, _ := made(t, "present", d, set)
	seen := 0
	for _, w := range places(t, path)[0] {
		if strings.Contains(w.text, "县公安局") {
			if seen++; seen > 1 {
				near("a wrapped line begins", w.x1, marginLeft+5*cell)
			}
		}
	}
	if seen < 3 {
		t.Errorf("%d lines of those present", seen)
	}
}

// The colophon closes the document; the list of sources, which is no part of it, comes after.
func TestTheSourcesComeAfterTheColophon(t *testing.T) {
	d := notice()
	d.To, d.Attached, d.Sources = []string{"各乡镇人民政府", "县直各部门"}, nil, nil
	for no := range 60 {
		d.Sources = append(d.Sources, docgen.Source{No: no + 1, Label: "戒断三年未复吸率 · 茶山县 · 2018年4月", Value: "37.52%", Path: "/figure"})
	}
	path, r := made(t, "sources", d, system(t))
	colophon, sources := 0, 0
	for p := 1; p <= r.Pages; p++ {
		got := pageText(t, path, p)
		if strings.Contains(got, "印发") {
			colophon = p
		}
		if strings.Contains(got, "[60] 戒断") {
			sources = p
			if n := strings.Count(got, "戒断三年未复吸率"); n < 4 {
				t.Errorf("%d sources stand on the last page", n)
			}
		}
		if strings.HasPrefix(got, "数据来源\n") && !strings.Contains(got, "不属于公文正文") {
			t.Errorf("page %d does not say what the list is for:\n%s", p, got)
		}
	}
	if colophon == 0 || sources <= colophon {
		t.Errorf("the colophon is on page %d, the last source on page %d", colophon, sources)
	}
	if got := pageText(t, path, 1); !strings.Contains(got, "各乡镇人民政府、县直各部门：") {
		t.Errorf("addressees: %s", got)
	}
}
