package reports

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
)

// anyDocument draws a document with figures, links and fixed blocks.
func anyDocument(t *rapid.T) *docgen.Document {
	d := &docgen.Document{Kind: docgen.Official, Title: "题"}
	for i := range rapid.IntRange(1, 5).Draw(t, "sources") {
		d.Sources = append(d.Sources, docgen.Source{No: i + 1, Label: "数", Value: rapid.StringMatching(`[0-9]{1,3}(\.[0-9]{2}%)?`).Draw(t, "value"), Path: "/figures/" + string(rune('A'+i))})
	}
	words := rapid.StringMatching(`[一二三四，。a-z]{1,8}`)
	for range rapid.IntRange(1, 6).Draw(t, "blocks") {
		var runs []docgen.Run
		for range rapid.IntRange(1, 4).Draw(t, "runs") {
			switch rapid.IntRange(0, 2).Draw(t, "run") {
			case 0:
				runs = append(runs, docgen.Run{Text: words.Draw(t, "words")})
			case 1:
				s := rapid.SampledFrom(d.Sources).Draw(t, "source")
				runs = append(runs, docgen.Run{Text: s.Value, Source: s.No, Href: s.Path})
			default:
				runs = append(runs, docgen.Run{Text: words.Draw(t, "link"), Href: rapid.SampledFrom([]string{"/actions/1", "/meetings/2"}).Draw(t, "href")})
			}
		}
		switch rapid.IntRange(0, 3).Draw(t, "block") {
		case 0:
			d.Body = append(d.Body, docgen.Heading{Level: rapid.IntRange(1, 4).Draw(t, "level"), Runs: runs})
		case 1:
			d.Body = append(d.Body, docgen.Table{Table: &table.Table{Name: "表"}})
		default:
			d.Body = append(d.Body, docgen.Paragraph{Runs: runs, Flush: rapid.Bool().Draw(t, "flush")})
		}
	}
	d.Body = append(d.Body, docgen.Say("完。"), docgen.Picture{Chart: chart.Line{Title: "图"}, Caption: "图"})
	return d
}

// What nobody touched in the editor comes back exactly, with nothing listed as changed.
func TestAnUntouchedEditChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDocument(t)
		var f fault.Fields
		back, changed := rebuild(d, Rows(d), &f)
		if err := f.Err(); err != nil || len(changed) > 0 {
			t.Fatalf("%v, changed %+v", err, changed)
		}
		was, err := docgen.Freeze(d)
		if err != nil {
			t.Fatal(err)
		}
		if now, err := docgen.Freeze(&back); err != nil || !bytes.Equal(was, now) {
			t.Fatalf("%v\n%s\n%s", err, was, now)
		}
	})
}

// Whatever is typed, a run that claims a source has one, and a computed value that is printed
// otherwise is listed.
func TestWhateverIsTypedInTheEditor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDocument(t)
		rows := Rows(d)
		for i := range rows {
			if rows[i].Kind.Typed() && rapid.Bool().Draw(t, "typed") {
				rows[i].Text = rapid.StringMatching(`([一二，]|⟦|⟧|⟦[0-9]{1,2}:[0-9%一]{0,3}⟧|⟦→[0-9]:[一二]{0,2}⟧|\n){0,8}`).Draw(t, "text")
			}
		}
		rows = move(rows, rapid.StringMatching(`(up|down|drop|add):-?[0-9]`).Draw(t, "deed"))
		var f fault.Fields
		back, changed := rebuild(d, rows, &f)
		if f.Err() != nil {
			return
		}
		listed := map[string]bool{}
		for _, c := range changed {
			listed[c.Was+"→"+c.Now] = true
		}
		for _, b := range back.Body {
			for _, r := range runsOf(b) {
				if strings.ContainsAny(r.Text, "⟦⟧") {
					t.Fatalf("a mark is printed: %q", r.Text)
				}
				if r.Source == 0 {
					continue
				}
				s := d.Sources[r.Source-1]
				if r.Href != s.Path || r.Text != s.Value && !listed[s.Value+"→"+r.Text] {
					t.Fatalf("run %+v of source %+v, listed %v", r, s, listed)
				}
			}
		}
	})
}

func TestAChangeThatMayBeChanceIsNoProblem(t *testing.T) {
	apr, mar := period.MustParse("2018-04"), period.MustParse("2018-03")
	figure := func(p period.Period, value, num, den, unit string) measure.Shown {
		return measure.Shown{Code: "X", Name: "数", Unit: county, Period: p, Path: "/x?" + p.String(), Value: value, Text: value + unit, Numerator: num, Denominator: den, Percent: unit == "%", DownIsGood: true}
	}
	for _, c := range []struct {
		name        string
		then, now   measure.Shown
		clear, luck int
	}{
		{"two persons after one", figure(mar, "1", "", "", "人"), figure(apr, "2", "", "", "人"), 0, 1},
		{"sixty after twenty", figure(mar, "20", "", "", "人"), figure(apr, "60", "", "", "人"), 1, 0},
		{"3 of 17 after 1 of 6", figure(mar, "16.7", "1", "6", "%"), figure(apr, "17.6", "3", "17", "%"), 0, 1},
		{"half after a tenth, of a thousand", figure(mar, "10.0", "100", "1000", "%"), figure(apr, "50.0", "500", "1000", "%"), 1, 0},
		{"a place is no count", figure(mar, "1", "", "", "名"), figure(apr, "2", "", "", "名"), 1, 0},
		{"more than all: no share", figure(mar, "110.0", "11", "10", "%"), figure(apr, "120.0", "12", "10", "%"), 1, 0},
		{"better", figure(mar, "60", "", "", "人"), figure(apr, "20", "", "", "人"), 0, 0},
	} {
		b := testBrief()
		b.Figures, b.Before["X"] = []measure.Shown{c.now}, c.then
		clear, luck := b.worse()
		if len(clear) != c.clear || len(luck) != c.luck {
			t.Errorf("%s: %d clear, %d by chance; want %d and %d", c.name, len(clear), len(luck), c.clear, c.luck)
		}
		text := ""
		for _, x := range b.problems(&writer{b: b}) {
			text += docgen.Text(runsOf(x))
		}
		if got := strings.Contains(text, "偶然波动的范围之内，继续观察"); got != (c.luck > 0) {
			t.Errorf("%s: %s", c.name, text)
		}
		if strings.Contains(strings.Join(b.next(), ""), "查明原因") != (c.clear > 0) {
			t.Errorf("%s: next %v", c.name, b.next())
		}
	}
}
