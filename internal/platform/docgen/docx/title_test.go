package docx

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// DOC-12: lines of a title keep words whole.
func TestTitlesBreakBetweenWords(t *testing.T) {
	office := []string{"茶山县禁毒人民战争指挥部", "茶山县禁毒委员会办公室"}
	cases := []struct{ title, want string }{
		{"关于做好半月调度工作的通知", "关于做好半月调度工作的通知"},
		{"茶山县禁毒人民战争指挥部关于2018年上半年工作情况的通报", "茶山县禁毒人民战争指挥部|关于2018年上半年工作情况的通报"},
		{"茶山县禁毒委员会办公室关于印发《茶山县重点整治工作实施方案》的通知", "茶山县禁毒委员会办公室关于印发|《茶山县重点整治工作实施方案》的通知"},
		{"自己\n断行", "自己|断行"},
	}
	for _, c := range cases {
		if got := strings.Join(cutTitle(c.title, 19.5, office, ""), "|"); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// No title loses a character, and up to four lines none is too long.
func TestTitlesKeepTheirCharacters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		title := strings.TrimSpace(rapid.StringOfN(rapid.SampledFrom([]rune("关于的通知2018年4月茶山县（一）《》和、工作")), 1, 70, -1).Draw(t, "title"))
		lines := cutTitle(title, 19.5, nil, "")
		if got := strings.Join(lines, ""); got != title {
			t.Fatalf("%q became %q", title, got)
		}
		for _, l := range lines {
			if len(lines) > 1 && (em(l) > 19.5 || utf8.RuneCountInString(l) == 0) {
				t.Fatalf("line %q of %q", l, lines)
			}
		}
	})
}
