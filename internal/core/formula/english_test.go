package formula

import (
	"encoding/json"
	goast "go/ast"
	goparser "go/parser"
	gotoken "go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// Every Chinese sentence of the package has an English one with the same verbs, and the English
// catalogue of the cases holds no others.
func TestEnglishIsComplete(t *testing.T) {
	text, err := os.ReadFile("testdata/english.json")
	if err != nil {
		t.Fatal(err)
	}
	english := map[string]string{}
	if err := json.Unmarshal(text, &english); err != nil {
		t.Fatal(err)
	}
	sentences := chineseSentences(t)
	for _, f := range functions {
		sentences[f.About] = true
		if english[f.About] != f.AboutEN {
			t.Errorf("%s: the catalogue says %q, the table %q", f.Name, english[f.About], f.AboutEN)
		}
	}
	for _, r := range whyReasons[1:] {
		sentences[r.Text()] = true
	}
	verbs := regexp.MustCompile(`%[a-z]`)
	for s := range sentences {
		e, ok := english[s]
		if !ok {
			t.Errorf("no English for %q", s)
			continue
		}
		if got, want := verbs.FindAllString(e, -1), verbs.FindAllString(s, -1); !slices.Equal(got, want) {
			t.Errorf("%q has %v, its English %q has %v", s, want, e, got)
		}
	}
	for s := range english {
		if !sentences[s] {
			t.Errorf("%q is in the catalogue, not in the package", s)
		}
	}
	if len(sentences) < 80 {
		t.Errorf("found %d sentences only", len(sentences))
	}
}

// chineseSentences finds the string literals with Chinese in them that people read: all but the
// words of the language itself.
func chineseSentences(t *testing.T) map[string]bool {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "token.go" {
			continue
		}
		f, err := goparser.ParseFile(gotoken.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		goast.Inspect(f, func(n goast.Node) bool {
			switch n := n.(type) {
			case *goast.KeyValueExpr:
				if k, ok := n.Key.(*goast.Ident); ok && file == "functions.go" {
					return !slices.Contains([]string{"Name", "Chinese", "Example", "Also", "About"}, k.Name)
				}
			case *goast.BasicLit:
				if n.Kind != gotoken.STRING {
					return true
				}
				s, err := strconv.Unquote(n.Value)
				if err != nil {
					t.Fatal(err)
				}
				word := slices.Contains([]string{"},;、\n", "（"}, s)
				if strings.IndexFunc(s, func(r rune) bool {
					return unicode.Is(unicode.Han, r) || r >= '\u3000' && r <= '\u303f' || r >= '\uff01' && r <= '\uff5e'
				}) >= 0 && !word {
					out[s] = true
				}
			}
			return true
		})
	}
	return out
}
