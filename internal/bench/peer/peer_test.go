package peer

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"testing"

	"kaiyang/internal/bench/dataset"
	"kaiyang/internal/core/org"
	"kaiyang/internal/testkit"
)

// sums adds a question's values up one by one.
func sums(p *stand, q question) map[int][]int64 {
	beneath := map[org.UnitID]int{} // place of the unit of the question above a village
	for v, u := range p.set.Villages() {
		for _, a := range p.path(u) {
			if i := slices.Index(q.units, a); i >= 0 {
				beneath[org.UnitID(v)] = i
			}
		}
	}
	a := newAnswer(q)
	for _, e := range q.elements {
		for i, m := range q.months {
			if q.yearly {
				i = 0
			}
			for v := range p.set.Villages() {
				at, ok := beneath[org.UnitID(v)]
				if x, reported := p.set.Value(e, m, v); ok && reported {
					a.sums[e][at*a.periods+i] += x
				}
			}
		}
	}
	return a.sums
}

// A county of two years goes through datavalue and the analytics job, and into kept sums on both
// databases; each answers all six questions as adding up does.
func TestEveryStoreAnswersTheSame(t *testing.T) {
	s, err := dataset.New("S")
	if err != nil {
		t.Fatal(err)
	}
	s.Months = 24
	ctx := context.Background()
	p, err := open(ctx, testkit.PostgresURL(t), s, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close(ctx)
	if n, err := p.load(ctx); err != nil || n < 180_000 {
		t.Fatal(n, err)
	}
	if err := p.generate(ctx); err != nil {
		t.Fatal(err)
	}
	postgres, err := p.keptInPostgres(ctx)
	if err != nil {
		t.Fatal(err)
	}
	sqlite, err := p.keptInSQLite(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer sqlite.close()
	for k, asked := range s.Queries(0) {
		q := p.question(asked)
		want := sums(p, q)
		for name, ask := range map[string]func(context.Context, question) (*answer, error){"analytics": p.analytics, postgres.name: postgres.ask, sqlite.name: sqlite.ask} {
			a, err := ask(ctx, q)
			if err != nil {
				t.Fatal(name, err)
			}
			if !maps.EqualFunc(a.sums, want, slices.Equal) {
				t.Errorf("%s, Q%d: %s, want %s", name, k+1, sample(a.sums), sample(want))
			}
		}
	}
}

func sample(m map[int][]int64) string {
	e := slices.Min(slices.Collect(maps.Keys(m)))
	return fmt.Sprint(m[e][:min(len(m[e]), 5)])
}

// Identifiers are told apart, whatever has them.
func TestIdentifiers(t *testing.T) {
	seen := map[string]bool{}
	for kind := unitKind; kind <= comboKind; kind++ {
		for i := range 20_000 {
			id := uid(kind, i)
			if seen[id] || len(id) != 11 || id[0] < 'A' {
				t.Fatalf("identifier %q of %d/%d", id, kind, i)
			}
			seen[id] = true
		}
	}
}
