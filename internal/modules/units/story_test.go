package units_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/units"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

// An office is a service over a database, with people to act as.
type office struct {
	*testing.T
	*units.Service
	db  *sqldb.DB
	ctx context.Context
}

// each runs a story on both databases, on 10 May 2018.
func each(t *testing.T, story func(o *office)) {
	t.Helper()
	testkit.Each(t, []fs.FS{files(t)}, func(t *testing.T, db *sqldb.DB) { story(open(t, db)) })
}

func files(t testing.TB) fs.FS {
	t.Helper()
	return units.New(nil, nil).Module().Files
}

func open(t *testing.T, db *sqldb.DB) *office {
	t.Helper()
	s := units.New(db, testkit.NewClock("2018-05-10").Now)
	db.OnChange(s.OnChange)
	o := &office{t, s, db, context.Background()}
	if err := s.Load(o.ctx); err != nil {
		t.Fatal(err)
	}
	return o
}

// who acts as a role at the root of the county.
func (o *office) who(role perm.Role) perm.Actor { return who(o.Service, role) }

func clerkOf(s *units.Service) perm.Actor { return who(s, perm.Office) }

func who(s *units.Service, role perm.Role) perm.Actor {
	tree := s.Today()
	return perm.Actor{Login: string(role), Name: role.Label(), Tree: tree,
		Posts: []perm.Post{{ID: 1, Role: role, Unit: tree.Root(org.Territorial), Title: "开阳县 " + role.Label()}}}
}

func (o *office) clerk() perm.Actor { return o.who(perm.Office) }

// demo brings the demo county in by the public way.
func (o *office) demo() {
	o.Helper()
	for _, r := range []units.ImportIn{{Name: "kaiyang-520121.csv", Reader: units.DemoUnits()}, {Name: "functional.csv", Reader: units.DemoFunctional()}} {
		rep, err := o.ImportUnits(o.ctx, r, nil)
		o.must(err)
		if !rep.Written || len(rep.Findings) > 0 {
			o.Fatalf("%s: %+v", r.Name, rep)
		}
	}
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// load imports lines under the usual header.
func (o *office) load(lines string, opts ...func(*units.ImportIn)) measure.ImportReport {
	o.Helper()
	in := units.ImportIn{Name: "test.csv", Reader: strings.NewReader("code,name,kind,parent,from,to\n" + lines)}
	for _, f := range opts {
		f(&in)
	}
	rep, err := o.ImportUnits(o.ctx, in, nil)
	o.must(err)
	return rep
}

func (o *office) id(code string) org.UnitID {
	o.Helper()
	id, ok := o.Register().ByCode(code)
	if !ok {
		o.Fatalf("no unit %s", code)
	}
	return id
}

// say gives the findings of an error or a report, one a line.
func say(x any) string {
	switch x := x.(type) {
	case nil:
		return ""
	case measure.ImportReport:
		return x.Findings.Error()
	case fault.Findings:
		return x.Error()
	case error:
		return fault.Say(x, nil)
	}
	return fmt.Sprint(x)
}

func count(rep measure.ImportReport) string {
	return fmt.Sprintf("read %d created %d updated %d unchanged %d rejected %d written %v",
		rep.Read, rep.Created, rep.Updated, rep.Unchanged, rep.Rejected, rep.Written)
}

func (o *office) same(what string, got, want any) {
	o.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		o.Errorf("%s:\ngot  %v\nwant %v", what, got, want)
	}
}

// names lists the names of a tree in preorder, indented.
func names(t *org.Tree, k org.TreeKind) string {
	var b strings.Builder
	for _, id := range t.Preorder(k) {
		fmt.Fprintf(&b, "%s%s %s\n", strings.Repeat(" ", len(t.Path(id))-1), t.Code(id), t.Name(id))
	}
	return b.String()
}

func roleOf(s string) perm.Role { return perm.Role(s) }

func on(s string) period.Day { return period.MustDay(s) }

func asFindings(err error, f *fault.Findings) bool { return errors.As(err, f) }

func newSQLite(t *testing.T) *sqldb.DB {
	t.Helper()
	return testkit.Open(t, sqldb.SQLite, files(t))
}
