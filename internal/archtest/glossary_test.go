package archtest

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The office's word comes before the code's: every exported type of core is in the glossary.
func TestEveryWordOfCoreIsInTheGlossary(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root(t), "docs/glossary.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, s := range sources(t) {
		if s.test || floor(s.pkg) != 0 || strings.HasSuffix(s.pkg, "/formulatest") {
			continue
		}
		for _, d := range s.file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			for _, sp := range g.Specs {
				name := sp.(*ast.TypeSpec).Name
				word := "`" + filepath.Base(s.pkg) + "." + name.Name + "`"
				if name.IsExported() && !strings.Contains(text, word) {
					t.Errorf("%s: type %s is not in docs/glossary.md; write the office's word there first", s.path, word)
				}
			}
		}
	}
}
