// Package archtest holds the floors of the program as tests, each with its reason in the message.
package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const module = "kaiyang/"

// A source is one Go file of the program.
type source struct {
	path    string // "internal/core/org/tree.go"
	pkg     string // "internal/core/org"
	test    bool
	file    *ast.File
	imports []string
	lines   int
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(filepath.Dir(dir))
}

func sources(t *testing.T) []source {
	t.Helper()
	top := root(t)
	var out []source
	for _, part := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join(top, part), func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") {
				return err
			}
			text, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), p, text, parser.ParseComments)
			if err != nil {
				return err
			}
			rel, _ := filepath.Rel(top, p)
			rel = filepath.ToSlash(rel)
			s := source{path: rel, pkg: filepath.ToSlash(filepath.Dir(rel)), test: strings.HasSuffix(rel, "_test.go"), file: f, lines: strings.Count(string(text), "\n")}
			for _, i := range f.Imports {
				v, _ := strconv.Unquote(i.Path.Value)
				s.imports = append(s.imports, v)
			}
			out = append(out, s)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(out) < 50 {
		t.Fatalf("only %d files found; the walk is broken", len(out))
	}
	return out
}

// floor gives the height of a package: a package may import only its own floor's allowance.
func floor(pkg string) int {
	switch {
	case strings.HasPrefix(pkg, "internal/core/"):
		return 0
	case strings.HasPrefix(pkg, "internal/platform/"):
		return 1
	case strings.HasPrefix(pkg, "internal/modules/"):
		return 2
	case pkg == "cmd/kaiyang":
		return 4
	}
	return 3 // app, demo, bench, testkit, archtest
}

func TestImportsPointDown(t *testing.T) {
	for _, s := range sources(t) {
		for _, imp := range s.imports {
			if !strings.HasPrefix(imp, module) {
				continue
			}
			to := strings.TrimPrefix(imp, module)
			if s.test && (to == "internal/testkit" || to == "internal/testkit/desk" || strings.HasPrefix(to, "internal/bench")) {
				continue
			}
			if floor(to) > floor(s.pkg) {
				t.Errorf("%s imports %s: imports point down, core ← platform ← modules ← app ← cmd", s.path, to)
			}
			if floor(s.pkg) == 2 && floor(to) == 2 && moduleOf(to) != moduleOf(s.pkg) {
				t.Errorf("%s imports %s: a module never imports another; state a small interface and join them in app", s.path, to)
			}
		}
	}
}

func moduleOf(pkg string) string {
	parts := strings.Split(pkg, "/")
	return parts[2]
}

func TestCoreUsesTheStandardLibraryOnly(t *testing.T) {
	for _, s := range sources(t) {
		if floor(s.pkg) != 0 || s.test || strings.HasSuffix(s.pkg, "/formulatest") {
			continue
		}
		for _, imp := range s.imports {
			first, _, _ := strings.Cut(imp, "/")
			outside := strings.Contains(first, ".")
			if outside && !(s.pkg == "internal/core/stats" && strings.HasPrefix(imp, "gonum.org/")) {
				t.Errorf("%s imports %s: core is county words and sums, standard library only", s.path, imp)
			}
			if imp == "net/http" || imp == "database/sql" || imp == "html/template" {
				t.Errorf("%s imports %s: core knows no technology", s.path, imp)
			}
		}
	}
}

// Inside a module the floors are files: rules and pages are pure, SQL stands in store files,
// HTTP in web files.
func TestFilesOfAModuleKeepTheirFloor(t *testing.T) {
	for _, s := range sources(t) {
		if floor(s.pkg) != 2 || s.test {
			continue
		}
		name := filepath.Base(s.path)
		web := strings.HasPrefix(name, "web") || name == "module.go"
		service := strings.HasPrefix(name, "service") || name == "module.go" || strings.HasPrefix(name, "web")
		store := strings.HasPrefix(name, "store")
		for _, imp := range s.imports {
			switch {
			case imp == "net/http" && !web && !isIdentity(s.path):
				t.Errorf("%s imports net/http: only web*.go and module.go talk HTTP", s.path)
			case imp == "database/sql" && !store:
				t.Errorf("%s imports database/sql: SQL stands in store*.go", s.path)
			case imp == module+"internal/platform/sqldb" && !store && !service && !web:
				t.Errorf("%s imports sqldb: rules and pages are pure; ask a service or a store", s.path)
			case imp == "html/template" && !web:
				t.Errorf("%s imports html/template: the kit renders pages", s.path)
			}
		}
		if store {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if ok && lit.Kind == token.STRING && sqlText.MatchString(lit.Value) {
				t.Errorf("%s holds SQL outside store*.go: %.60s", s.path, lit.Value)
			}
			return true
		})
	}
}

// isIdentity: finding the session of a request is accounts' use-case and needs the request.
func isIdentity(path string) bool { return path == "internal/modules/accounts/service_session.go" }

var sqlText = regexp.MustCompile("(?s)^[`\"]\\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM)\\s.+\\b(FROM|VALUES|SET|WHERE)\\b")

// The part of SQL that SQLite and PostgreSQL share (docs/decisions/2026-11-shared-sql.md).
func TestSQLStaysInTheSharedPart(t *testing.T) {
	bad := map[*regexp.Regexp]string{
		regexp.MustCompile(`(?i)\b(AVG|ROUND)\s*\(`):                    "rounding differs between the databases; do arithmetic in Go",
		regexp.MustCompile(`(?i)\sLIKE\s`):                              "LIKE ignores case in SQLite only",
		regexp.MustCompile(`(?i)\bFOR UPDATE\b`):                        "a syntax error in SQLite",
		regexp.MustCompile(`(?i)last_insert_rowid|\bRETURNING id\b.*;`): "ask tx.NextID",
	}
	for _, s := range sources(t) {
		if s.test || !(floor(s.pkg) == 2) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING || !sqlText.MatchString(lit.Value) {
				return true
			}
			for re, why := range bad {
				if re.MatchString(lit.Value) {
					t.Errorf("%s: %s in %.80s", s.path, why, lit.Value)
				}
			}
			return true
		})
	}
}

func TestTablesCarryTheirModulesName(t *testing.T) {
	create := regexp.MustCompile(`(?i)CREATE TABLE (\w+)`)
	found := 0
	filepath.WalkDir(filepath.Join(root(t), "internal/modules"), func(p string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, ".sql") {
			return err
		}
		rel, _ := filepath.Rel(root(t), p)
		m := moduleOf(filepath.ToSlash(rel))
		b, _ := os.ReadFile(p)
		for _, x := range create.FindAllStringSubmatch(string(b), -1) {
			found++
			if !strings.HasPrefix(x[1], m+"_") {
				t.Errorf("%s makes table %s: a module's tables begin with its name, so that nobody else touches them", rel, x[1])
			}
		}
		return nil
	})
	if found == 0 {
		t.Error("no tables found; the walk is broken")
	}
}

func TestOneModuleTouchesOnlyItsOwnTables(t *testing.T) {
	names := []string{"accounts", "units", "facts", "indicators", "returns"}
	for _, s := range sources(t) {
		if floor(s.pkg) != 2 || s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING || !sqlText.MatchString(lit.Value) {
				return true
			}
			for _, m := range names {
				if m != moduleOf(s.pkg) && regexp.MustCompile(`(FROM|INTO|UPDATE|JOIN)\s+`+m+`_`).MatchString(lit.Value) {
					t.Errorf("%s reads or writes a table of module %s: ask it through a joint", s.path, m)
				}
			}
			return true
		})
	}
}

func TestForbiddenHabits(t *testing.T) {
	for _, s := range sources(t) {
		base := filepath.Base(s.pkg)
		switch base {
		case "utils", "util", "common", "helpers", "models", "types", "interfaces", "mocks":
			t.Errorf("%s: a package called %s hides rules without a name", s.path, base)
		}
		if s.test {
			continue
		}
		if s.lines > 640 {
			t.Errorf("%s has %d lines: split it by meaning at about 600", s.path, s.lines)
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has func init: wiring is a list one can read, in app", s.path)
			}
		}
		if floor(s.pkg) < 3 {
			ast.Inspect(s.file, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && sel.Sel.Name == "Now" {
					t.Errorf("%s calls time.Now: below app the clock is an argument", s.path)
				}
				return true
			})
		}
	}
}

func TestExportedThingsAreExplained(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && !implementsKnown(d) && !ofHiddenType(d) {
					t.Errorf("%s: %s has no sentence of its own", s.path, d.Name.Name)
				}
			case *ast.GenDecl:
				if d.Tok != token.TYPE {
					continue
				}
				for _, sp := range d.Specs {
					ts := sp.(*ast.TypeSpec)
					if ts.Name.IsExported() && d.Doc == nil && ts.Doc == nil {
						t.Errorf("%s: type %s has no sentence of its own", s.path, ts.Name.Name)
					}
				}
			}
		}
	}
}

// ofHiddenType: a method of an unexported type is not for other packages.
func ofHiddenType(f *ast.FuncDecl) bool {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return false
	}
	t := f.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	id, ok := t.(*ast.Ident)
	return ok && !id.IsExported()
}

// implementsKnown: methods whose meaning is that of a standard interface need no words.
func implementsKnown(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return false
	}
	switch f.Name.Name {
	case "String", "Error", "Len", "Less", "Swap", "MarshalText", "UnmarshalText", "MarshalJSON", "UnmarshalJSON", "Unwrap", "Write", "Read":
		return true
	}
	return false
}
