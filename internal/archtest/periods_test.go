package archtest

import (
	"go/ast"
	"strings"
	"testing"
)

// A sentence that is said in the reader's language takes a period as fault.Named, not by its
// Chinese name. Grains are words of the catalogue.
func TestSentencesNamePeriodsInBothLanguages(t *testing.T) {
	sayers := map[string]bool{"New": true, "Because": true, "Word": true, "Need": true, "note": true, "bad": true}
	for _, s := range sources(t) {
		if s.test || strings.HasPrefix(s.path, "internal/core/") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !sayers[called(call)] {
				return true
			}
			for _, a := range call.Args {
				in, ok := a.(*ast.CallExpr)
				if !ok || called(in) != "Chinese" {
					continue
				}
				of := ""
				switch x := in.Fun.(*ast.SelectorExpr).X.(type) {
				case *ast.Ident:
					of = x.Name
				case *ast.SelectorExpr:
					of = x.Sel.Name
				}
				if of != "g" && of != "Grain" {
					t.Errorf("%s: %s.Chinese() stays Chinese in an English sentence; pass fault.Named(…)", s.path, of)
				}
			}
			return true
		})
	}
}

// called gives the last name of what is called.
func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}
