package methods

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the deviations into docs/statistics.md")

const document = "../../../docs/statistics.md"

// deviations writes the section of docs/statistics.md that content/ is the source of: Chinese first.
func deviations() string {
	var s strings.Builder
	b := open()
	section := func(title string, list []Said) {
		fmt.Fprintf(&s, "\n### %s\n\n", title)
		for _, d := range list {
			fmt.Fprintf(&s, "- %s\n  %s\n", d.ZH, d.EN)
		}
	}
	section("全部方法 / all methods", b.general)
	for _, m := range b.methods {
		if len(m.Deviations) > 0 {
			ids := "`" + strings.Join(m.cases(), "`, `") + "`"
			section(m.ZH.Name+" / "+m.EN.Name, m.Deviations)
			fmt.Fprintf(&s, "\n  %s\n", ids)
		}
	}
	return s.String()
}

// The document tells the same deviations as the pages, word for word.
func TestTheDocumentTellsTheSameDeviations(t *testing.T) {
	const from, to = "<!-- deviations: written from internal/modules/methods/content by go test ./internal/modules/methods -update -->\n", "<!-- end of deviations -->"
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), from)
	now, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatal("docs/statistics.md has no place for the deviations")
	}
	if want := deviations() + "\n"; now != want {
		if *update {
			if err := os.WriteFile(document, []byte(before+from+want+to+after), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		t.Error("docs/statistics.md tells other deviations than the pages; run go test ./internal/modules/methods -update")
	}
}
