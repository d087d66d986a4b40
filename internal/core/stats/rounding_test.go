package stats

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"strings"
	"testing"
)

// nothing imports no package: what comes from outside has no type here and counts as a float.
type nothing struct{}

func (nothing) Import(string) (*types.Package, error) { return nil, errors.New("not imported") }

// On some processors the compiler joins a product and a sum into one instruction that rounds once, and
// a branch that depends on it could turn the other way. A product that is added or subtracted is
// therefore rounded by its own: float64(a*b) + c. Halving is exact, so x/2 needs nothing.
func TestProductsAreRoundedBeforeTheyAreAdded(t *testing.T) {
	fset := token.NewFileSet()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: nothing{}, Error: func(error) {}}
	conf.Check("stats", fset, files, info)
	seen := 0
	float := func(e ast.Expr) bool {
		tv := info.Types[e]
		if tv.Value != nil {
			return false // a constant is exact
		}
		b, ok := tv.Type.(*types.Basic)
		return !ok || b.Kind() == types.Invalid || b.Info()&types.IsFloat != 0
	}
	var operand func(e ast.Expr)
	operand = func(e ast.Expr) {
		switch x := e.(type) {
		case *ast.ParenExpr:
			operand(x.X)
		case *ast.UnaryExpr:
			if x.Op == token.SUB {
				operand(x.X)
			}
		case *ast.CallExpr:
			if f, ok := x.Fun.(*ast.Ident); ok && f.Name == "float64" && len(x.Args) == 1 {
				if m, ok := x.Args[0].(*ast.BinaryExpr); ok && m.Op == token.MUL {
					seen++
				}
			}
		case *ast.BinaryExpr:
			if x.Op == token.MUL && float(x) {
				t.Errorf("%s: a product is added without being rounded; write float64(a*b)", fset.Position(x.Pos()))
			}
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.BinaryExpr:
				if (x.Op == token.ADD || x.Op == token.SUB) && float(x) {
					operand(x.X)
					operand(x.Y)
				}
			case *ast.AssignStmt:
				if x.Tok == token.ADD_ASSIGN || x.Tok == token.SUB_ASSIGN {
					operand(x.Rhs[0])
				}
			}
			return true
		})
	}
	if seen < 100 {
		t.Errorf("only %d rounded products seen; the walk is broken", seen)
	}
}
