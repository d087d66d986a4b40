package pdf

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"kaiyang/internal/platform/docgen"
)

func testWriter(t testing.TB) *writer {
	return &writer{doc: &docgen.Document{}, set: system(t), missing: map[rune]bool{}}
}

func (l *line) text() string {
	var b strings.Builder
	for _, c := range l.cs {
		for _, g := range c.gs {
			b.WriteRune(g.r)
		}
	}
	return b.String()
}

func (w *writer) broken(s string, chars float64) []string {
	var out []string
	for _, l := range breakLines(w.clusters([]piece{{text: s, st: body(docgen.Fangsong)}}), chars*cell) {
		out = append(out, l.text())
	}
	return out
}

func TestLinesEndWhereTheyMay(t *testing.T) {
	w := testWriter(t)
	for _, c := range []struct {
		about, text string
		chars       float64
		want        string
	}{
		{"plain", "一二三四五六七八九十", 4, "一二三四|五六七八|九十"},
		{"a comma hangs", "一二三四，五六七八", 4, "一二三四，|五六七八"},
		{"two marks go back", "一二三四？”五六七八", 4, "一二三|四？”五|六七八"},
		{"marks are squeezed", "一，三（五）。六七八九", 6, "一，三（五）。|六七八九"},
		{"an opening bracket goes down", "一二三（五六）七八九", 4, "一二三|（五六）|七八九"},
		{"a number stays whole", "一二三37.52%四五", 4, "一二三|37.52%|四五"},
		{"a grouped number stays whole", "一二三2,071人次", 4, "一二三|2,071人|次"},
		{"a year stays with its word", "一二2018年三四", 4, "一二|2018年|三四"},
		{"dashes stay together", "一二三——四五", 4, "一二三|——四五"},
		{"dots stay together", "一二三……四五", 4, "一二三|……四五"},
		{"spaces vanish at the end", "alpha beta gamma", 4, "alpha|beta|gamma"},
		{"a word wider than a line is divided", "00000000000000000000", 4, "0000000|0000000|000000"},
		{"given breaks stay", "一\n二\n\n三", 4, "一|二||三"},
		{"a sign stays with its number", "一二三−37.5四", 4, "一二三|−37.5四"},
		{"a unit stays with its number", "一二三四36℃五", 5, "一二三四|36℃五"},
		{"only marks", "，，，，，，，，，，", 4, "，，，，|，，，，，，"},
	} {
		if got := strings.Join(w.broken(c.text, c.chars), "|"); got != c.want {
			t.Errorf("%s: %q in lines of %v: %q, want %q", c.about, c.text, c.chars, got, c.want)
		}
	}
}

// Whatever the text and the width: every line takes something, nothing is lost or doubled, no
// line is too wide but by a mark that hangs, and no line begins or ends with a mark that must
// not, unless there was no other way.
func TestBreakingIsSound(t *testing.T) {
	w := testWriter(t)
	alphabet := []rune("一二三四五六七禁毒镕𠮷，。、；：？！）》」”（《「“—…·37.%2,ab -/\n年〔〕①")
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOfN(rapid.SampledFrom(alphabet), 40, 140).Draw(t, "text"))
		width := rapid.Float64Range(2.5, 28).Draw(t, "chars") * cell
		cs := w.clusters([]piece{{text: s, st: body(docgen.Fangsong)}})
		lines := breakLines(cs, width, width*0.8)
		spaced := map[int]bool{} // by count of characters before: there is white space
		solid := 0
		for _, r := range s {
			if unicode.IsSpace(r) {
				spaced[solid] = true
			} else {
				solid++
			}
		}
		solid = 0
		var got strings.Builder
		for i := range lines {
			l := &lines[i]
			room := width
			if i > 0 {
				room = width * 0.8
			}
			got.WriteString(l.text())
			l.fill(room)
			n, wide := 0, 0.0
			for k := range l.cs {
				c := &l.cs[k]
				wide += c.w - l.cut*c.squeeze + c.gap
				n += len(c.gs)
			}
			if wide-l.hang > room+0.1 && n > 1 && len(l.cs) > 1 {
				t.Fatalf("line %d %q is %.2f wide, room %.2f", i, l.text(), wide, room)
			}
			if l.cut < 0 || l.cut > 1 {
				t.Fatalf("line %d: cut %v", i, l.cut)
			}
			at := solid
			for _, r := range l.text() {
				if !unicode.IsSpace(r) {
					solid++
				}
			}
			if i == 0 || spaced[at] || len(l.cs) == 0 || len(lines[i-1].cs) == 0 || lines[i-1].final {
				continue
			}
			// A bad end is only allowed where the line before offered no better one.
			before := lines[i-1].cs
			if a, b := &before[len(before)-1], &l.cs[0]; !may(a, b) {
				for k := 1; k < len(before); k++ {
					if may(&before[k-1], &before[k]) {
						t.Fatalf("line %d begins with %q after %q though it could end before", i, b.gs[0].r, lines[i-1].text())
					}
				}
			}
		}
		drop := func(r rune) rune {
			if unicode.IsSpace(r) {
				return -1
			}
			return r
		}
		if a, b := strings.Map(drop, got.String()), strings.Map(drop, s); a != b {
			t.Fatalf("got %q, want %q", a, b)
		}
		if len(lines) > len([]rune(s)) {
			t.Fatalf("%d lines from %d characters", len(lines), len([]rune(s)))
		}
	})
}

func TestTitlesBreakBetweenWords(t *testing.T) {
	for title, want := range map[string]string{
		"督办单": "督办单",
		"茶山县禁毒人民战争指挥部关于2018年4月份三项重点工作进展情况的通报": "茶山县禁毒人民战争指挥部关于2018年4月份|三项重点工作进展情况的通报",
		"关于进一步加强全县社区戒毒社区康复工作的通知":              "关于进一步加强全县社区|戒毒社区康复工作的通知",
		"第一行\n第二行": "第一行|第二行",
		"茶山县禁毒人民战争指挥部办公室关于印发《2018年度禁毒工作考核办法》的通知": "茶山县禁毒人民战争指挥部办公室关于印发|《2018年度禁毒工作考核办法》的通知",
	} {
		if got := strings.Join(breakTitle(title, areaW/size2), "|"); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", title, got, want)
		}
	}
}

// Lines of titles never exceed the width, and their text is the title.
func TestTitlesLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOfN(rapid.SampledFrom([]rune("关于的和禁毒工作通报2018年（《》）、")), 15, 150).Draw(t, "title"))
		lines := breakTitle(s, 20)
		if got := strings.Join(lines, ""); got != s {
			t.Fatalf("%q became %q", s, got)
		}
		for _, l := range lines {
			if len(lines) > 1 && ems(l) > 20 {
				t.Fatalf("%q is too long", l)
			}
		}
	})
}
