package archtest

import (
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"kaiyang/internal/platform/words"
)

// notForPeople lists where Chinese in the source is input, data or a name of its own, with the
// reason. A file or a folder.
var notForPeople = map[string]string{
	"internal/core/stats/verdict_words.go":         "its sentences have English beside them",
	"internal/core/stats/verdict_words_compare.go": "its sentences have English beside them",
	"internal/core/stats/verdict_words_score.go":   "its sentences have English beside them",
	"internal/core/stats/verdict_words_survey.go":  "its sentences have English beside them",
	"internal/core/stats/verdict_words_trend.go":   "its sentences have English beside them",
	"internal/core/stats/verdict_words_waste.go":   "its sentences have English beside them",
	"internal/platform/docgen/docx/names.go":       "names of fonts, words of titles, endings of marks",
	"internal/platform/docgen/docx/title.go":       "signs in titles",
	"internal/platform/docgen/pdf/title.go":        "words of titles",
	"internal/platform/docgen/pdf/fixed.go":        "words that GB/T 9704 fixes on paper",
	"internal/platform/docgen/fonts/names.go":      "names of fonts",
	"internal/core/fault/fill.go":                  "words of Chinese sentences that tell a name from a count",
	"internal/core/period":                         "Chinese() has English() beside it; the rest is what people type",
	"internal/core/calendar/data":                  "data",
	"internal/platform/pinyin":                     "a table of readings",
	"internal/core/org/names.go":                   "endings of unit names",
	"internal/demo":                                "demonstration data; its names have English beside them",
	"internal/bench":                               "an operator's report",
	"internal/testkit":                             "tests",
	"internal/app/check.go":                        "an operator's report",
	"internal/app/office.go":                       "default name of the office and of the command line, with English beside it",
	"internal/platform/sqldb/audit.go":             "the system's name in the audit",
	"internal/platform/sheet/fixed.go":             "names fixed inside workbooks and date signs that people type",
	"internal/core/formula/functions.go":           "names and examples of functions; its sentences have English beside them",
	"internal/core/formula/formulatest":            "the language of the case files",
	"internal/core/formula/lexer.go":               "signs that people type",
	"internal/core/formula/token.go":               "signs that people type",
	"internal/core/measure/category.go":            "signs that people type",
	"internal/core/measure/number.go":              "signs that people type",
	"internal/modules/accounts/data":               "data",
	"internal/modules/units/data":                  "data",
	"internal/modules/facts/elementfile.go":        "headers that a file may have",
	"internal/modules/surveys/headers.go":          "headers that a file may have, and the usual question",
}

// notSentences are literals with Chinese characters that are no words for a reader of the pages.
var notSentences = map[string]bool{}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// official holds the sentences of official documents, which are in Chinese in either language of
// the pages: what a document, an agenda or a frozen pack says.
var official = regexp.MustCompile(`^internal/modules/[a-z]+/(documents?(_[a-z]+)?|agenda|content)\.go$`)

func exempt(path string) bool {
	if official.MatchString(path) {
		return true
	}
	for p := range notForPeople {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}

var templateText = regexp.MustCompile(`\bt "((?:[^"\\]|\\.)*)"`)

// Every Chinese sentence of the product has English in the catalogue, and the catalogue holds
// nothing that is not used.
func TestEverySentenceHasEnglish(t *testing.T) {
	used := map[string]string{}
	for _, s := range sources(t) {
		if s.test || exempt(s.path) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			v, err := strconv.Unquote(lit.Value)
			if err != nil || !hasHan(v) || notSentences[v] {
				return true
			}
			if strings.HasPrefix(s.pkg, "cmd/") && strings.Contains(v, "/ ") {
				return true // help of the command line stands in both languages
			}
			used[v] = s.path
			return true
		})
	}
	count := 0
	filepath.WalkDir(filepath.Join(root(t), "internal"), func(p string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, ".html") {
			return err
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root(t), p)
		text := string(b)
		for _, m := range templateText.FindAllStringSubmatch(text, -1) {
			v, err := strconv.Unquote(`"` + m[1] + `"`)
			if err != nil {
				t.Errorf("%s: %s: %v", rel, m[0], err)
				continue
			}
			if hasHan(v) {
				used[v] = filepath.ToSlash(rel)
				count++
			}
		}
		// Examples of formulas stand in <code>: their names are those of the county's elements.
		rest := templateComment.ReplaceAllString(templateExample.ReplaceAllString(templateAction.ReplaceAllString(text, ""), ""), "")
		for _, line := range strings.Split(rest, "\n") {
			// A language is offered in its own name.
			if hasHan(strings.ReplaceAll(line, "中文", "")) {
				t.Errorf("%s: Chinese outside {{t …}}: %.60s", rel, strings.TrimSpace(line))
			}
		}
		return nil
	})
	if count == 0 {
		t.Error("no template text found; the walk is broken")
	}
	var missing []string
	for v, where := range used {
		if !words.Known(v) {
			missing = append(missing, where+": "+strconv.Quote(v))
		}
	}
	sort.Strings(missing)
	for _, m := range missing {
		t.Errorf("no English for %s", m)
	}
	for zh, en := range words.All() {
		if verbs(zh) != verbs(en) {
			t.Errorf("the English of %q takes other arguments: %q", zh, en)
		}
		if hasHan(en) && !strings.ContainsAny(en, "“{") && len(en) > 30 {
			t.Errorf("the English of %q still has Chinese: %q", zh, en)
		}
	}
}

var (
	templateAction  = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	templateExample = regexp.MustCompile(`(?s)<code>.*?</code>`)
	templateComment = regexp.MustCompile(`(?s)<!--.*?-->`)
	verb            = regexp.MustCompile(`%(\[\d+\])?[-+#0-9.]*[a-zA-Z]`)
)

// verbs gives the number of arguments a format takes.
func verbs(s string) int { return len(verb.FindAllString(strings.ReplaceAll(s, "%%", ""), -1)) }
