package org_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"kaiyang/internal/core/fault"
	. "kaiyang/internal/core/org"
	"kaiyang/internal/core/period"

	"pgregory.net/rapid"
)

// A tester is what rapid and testing have in common.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

// plain answers the questions to a tree the slow way, from the units alone.
type plain struct {
	r  *Register
	on period.Day
}

func (p plain) version(id UnitID) (Version, bool) {
	u, ok := p.r.Unit(id)
	if !ok {
		return Version{}, false
	}
	for _, v := range u.Versions {
		if v.From <= p.on && (v.To == 0 || p.on <= v.To) {
			return v, true
		}
	}
	return Version{}, false
}

func (p plain) path(id UnitID) []UnitID {
	var up []UnitID
	for {
		v, ok := p.version(id)
		if !ok {
			break
		}
		up = append(up, id)
		id = v.Parent
	}
	slices.Reverse(up)
	return up
}

func (p plain) walk(parent UnitID, k TreeKind) []UnitID {
	var kids []UnitID
	for _, u := range p.r.Units() {
		if v, ok := p.version(u.ID); ok && v.Parent == parent && u.Kind.Tree() == k {
			kids = append(kids, u.ID)
		}
	}
	slices.SortFunc(kids, func(a, b UnitID) int {
		v, _ := p.version(a)
		w, _ := p.version(b)
		x, _ := p.r.Unit(a)
		y, _ := p.r.Unit(b)
		return cmp.Or(cmp.Compare(v.Order, w.Order), cmp.Compare(x.Code, y.Code))
	})
	var out []UnitID
	for _, id := range kids {
		out = append(append(out, id), p.walk(id, k)...)
	}
	return out
}

// agree holds a tree against the slow answers.
func agree(t tester, r *Register, on period.Day) {
	t.Helper()
	tree, p := r.On(on), plain{r, on}
	if on < tree.From || tree.To != 0 && on > tree.To {
		t.Fatalf("%s has the tree of %s..%s", on, tree.From, tree.To)
	}
	count := 0
	for _, k := range []TreeKind{Territorial, Functional} {
		order := tree.Preorder(k)
		if want := p.walk(0, k); !slices.Equal(order, want) {
			t.Fatalf("%s %s: preorder = %v, want %v", on, k, order, want)
		}
		count += len(order)
	}
	if tree.Len() != count {
		t.Fatalf("Len = %d, want %d", tree.Len(), count)
	}
	for _, u := range r.Units() {
		id := u.ID
		v, alive := p.version(id)
		if tree.Has(id) != alive || tree.Name(id) != v.Name || tree.Parent(id) != v.Parent {
			t.Fatalf("%s unit %d: %v %q under %d, want %v %q under %d", on, id, tree.Has(id), tree.Name(id), tree.Parent(id), alive, v.Name, v.Parent)
		}
		path := p.path(id)
		if got := tree.Path(id); !slices.Equal(got, path) {
			t.Fatalf("%s unit %d: path = %v, want %v", on, id, got, path)
		}
		for _, a := range r.Units() {
			if got, want := tree.Under(id, a.ID), slices.Contains(path, a.ID); got != want {
				t.Fatalf("%s: Under(%d, %d) = %v, want %v", on, id, a.ID, got, want)
			}
		}
	}
	for _, l := range Levels() {
		rows := tree.Rows(l)
		for i, id := range rows {
			if got, ok := tree.Row(l, id); got != i || !ok {
				t.Fatalf("%s: row %d of %s is %d %v", on, i, l, got, ok)
			}
			if u, _ := r.Unit(id); u.Kind.Level() != l {
				t.Fatalf("%s: %s is a row of %s", on, u.Kind, l)
			}
		}
		var uppers []UnitID
		for _, id := range tree.Preorder(l.Tree()) {
			lo, hi := tree.Run(l, id)
			for i, row := range rows {
				if got, want := lo <= i && i < hi, tree.Under(row, id); got != want {
					t.Fatalf("%s: row %d of %s in the run of %d: %v, want %v", on, i, l, id, got, want)
				}
			}
			_, row := tree.Row(l, id)
			if hi > lo && !row || l == LevelFunctional && hi > lo+1 {
				uppers = append(uppers, id)
			}
		}
		if got := tree.Uppers(l); !slices.Equal(got, uppers) {
			t.Fatalf("%s: uppers of %s = %v, want %v", on, l, got, uppers)
		}
	}
}

// Any register, also one that skips levels and has several roots, answers as the slow way does.
func TestTreeAgreesWithTheUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := randomRegister(t)
		for range 4 {
			agree(t, r, day("2015-01-01").AddDays(rapid.IntRange(-2, 40).Draw(t, "day")))
		}
	})
}

var territorialKinds = []Kind{Nation, Province, City, County, Township, Village}

// randomRegister makes sound units with random lives, parents and orders.
func randomRegister(t *rapid.T) *Register {
	n := rapid.IntRange(1, 14).Draw(t, "n")
	first := day("2015-01-01")
	var units []Unit
	for i := range n {
		u := Unit{ID: UnitID(i*2 + 1), Code: fmt.Sprintf("%06d", rapid.IntRange(0, 9).Draw(t, "code")*1000+i)}
		from, to := first, period.Day(0)
		var above []int // units that may stand above
		if rapid.Bool().Draw(t, "functional") {
			u.Kind = rapid.SampledFrom([]Kind{Office, TaskForce, Department}).Draw(t, "kind")
		} else {
			u.Kind = rapid.SampledFrom(territorialKinds).Draw(t, "kind")
		}
		for j := range units {
			if units[j].Kind.Tree() == u.Kind.Tree() && (u.Kind.Tree() == Functional || u.Kind != Nation && units[j].Kind.Level() < u.Kind.Level()) {
				above = append(above, j)
			}
		}
		for range rapid.IntRange(1, 3).Draw(t, "versions") {
			to = from.AddDays(rapid.IntRange(0, 12).Draw(t, "length"))
			v := Version{From: from, To: to, Name: fmt.Sprintf("单位%d", i), Order: rapid.IntRange(0, 2).Draw(t, "order")}
			if len(above) > 0 && rapid.IntRange(0, 5).Draw(t, "root") > 0 {
				p := units[rapid.SampledFrom(above).Draw(t, "parent")]
				// The child lives within one unbroken life of the parent.
				for _, w := range p.Versions {
					if w.From <= v.From && v.From <= w.To {
						v.Parent, v.To = p.ID, min(v.To, w.To)
					}
				}
			}
			u.Versions = append(u.Versions, v)
			from = v.To.AddDays(1 + rapid.IntRange(0, 1).Draw(t, "gap"))
		}
		units = append(units, u)
	}
	r, err := New(units, nil)
	if err != nil {
		t.Fatalf("sound units are refused: %v", err)
	}
	return r
}

// Random changes: each is refused with findings, or gives a register that is sound on every day and
// still knows the past.
func TestChangesKeepTheTreesSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, err := New(smallUnits(), nil)
		if err != nil {
			t.Fatal(err)
		}
		start := day("2016-01-01")
		for step := range rapid.IntRange(1, 12).Draw(t, "steps") {
			pick := func(label string) UnitID { return UnitID(rapid.IntRange(1, r.Len()).Draw(t, label)) }
			on := start.AddDays(rapid.IntRange(0, 20).Draw(t, "on"))
			id, reason := pick("unit"), fmt.Sprintf("文件%d", step)
			fresh := func(n int) Unit {
				u, _ := r.Unit(id)
				return Unit{Code: fmt.Sprintf("N%d-%d", step, n), Kind: u.Kind, Versions: []Version{{Name: "新设", Parent: u.Last().Parent}}}
			}
			var next *Register
			var changed Changed
			var err error
			op := rapid.SampledFrom([]string{"rename", "move", "merge", "merge new", "split", "end", "add"}).Draw(t, "op")
			switch op {
			case "rename":
				next, changed, err = r.Rename(id, on, reason+"名", reason)
			case "move":
				next, changed, err = r.Move(id, on, pick("parent"), reason)
			case "merge":
				next, changed, err = r.Merge([]UnitID{id, pick("other")}, Unit{ID: pick("into")}, on, reason)
			case "merge new":
				next, changed, err = r.Merge([]UnitID{id, pick("other")}, fresh(1), on, reason)
			case "split":
				next, changed, err = r.Split(id, []Unit{fresh(1), fresh(2)}, on, reason)
			case "end":
				next, changed, err = r.End(id, on, reason)
			case "add":
				u := fresh(1)
				u.Versions[0].From = on
				next, changed, err = r.Add(u, reason)
			}
			if err != nil {
				if f := (fault.Findings)(nil); !errors.As(err, &f) || len(f) == 0 || next != nil {
					t.Fatalf("%s: refused without findings: %v", op, err)
				}
				continue
			}
			if len(changed.Units) == 0 {
				t.Fatalf("%s changed nothing", op)
			}
			// Days before the change are as they were.
			for _, d := range []period.Day{day("2015-06-30"), on.AddDays(-1)} {
				before, after := r.On(d), next.On(d)
				if !slices.Equal(before.Preorder(Territorial), after.Preorder(Territorial)) || !slices.Equal(before.Preorder(Functional), after.Preorder(Functional)) {
					t.Fatalf("%s on %s changed %s", op, on, d)
				}
			}
			// What an edit reports as changed is all that differs.
			for _, u := range next.Units() {
				old, ok := r.Unit(u.ID)
				same := ok && slices.Equal(old.Versions, u.Versions)
				if reported := slices.ContainsFunc(changed.Units, func(c Unit) bool { return c.ID == u.ID }); !same && !reported {
					t.Fatalf("%s changed unit %d silently", op, u.ID)
				}
			}
			if len(next.Successions()) != len(r.Successions())+len(changed.Successions) {
				t.Fatalf("%s: successions do not add up", op)
			}
			r = next
		}
		for _, tree := range r.Trees() {
			agree(t, r, tree.From)
		}
		for _, u := range r.Units() {
			for _, v := range u.Versions {
				id, err := r.Recast(u.ID, v.From, start.AddDays(30))
				if err != nil && RecastReason(err) == "" {
					t.Fatalf("no reason: %v", err)
				}
				if err == nil && !r.On(start.AddDays(30)).Has(id) {
					t.Fatalf("recast to a unit that has gone")
				}
			}
		}
	})
}

func TestTreesServeManyAtOnce(t *testing.T) {
	r, err := New(nation(2_000), nil)
	if err != nil {
		t.Fatal(err)
	}
	on := day("2016-01-01")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			tree := r.On(on)
			if lo, hi := tree.Run(LevelVillage, tree.Root(Territorial)); hi-lo == 0 || len(tree.Uppers(LevelVillage)) == 0 {
				t.Error("no villages")
			}
			if id, _ := r.Match("第100村", 0, on); id != 101 {
				t.Error("a name is not found")
			}
		})
	}
	wg.Wait()
}

// nation gives a table of about n units of the shape of the country: one nation, 31 provinces, 11
// cities each, 9 counties each, 14 townships each, the rest villages.
func nation(n int) []Unit {
	from := day("2015-01-01")
	units := make([]Unit, 0, n)
	add := func(k Kind, code, name string, parent UnitID) UnitID {
		id := UnitID(len(units) + 1)
		units = append(units, Unit{ID: id, Code: code, Kind: k, Versions: []Version{{From: from, Name: name, Pinyin: code, Parent: parent}}})
		return id
	}
	top := add(Nation, "000000", "全国", 0)
	per := max(1, (n-31*(1+11*(1+9*15)))/(31*11*9*14)+1)
	for p := range 31 {
		pc := fmt.Sprintf("%02d", p+11)
		pid := add(Province, pc+"0000", "省份"+pc, top)
		for c := range 11 {
			cc := fmt.Sprintf("%s%02d", pc, c+1)
			cid := add(City, cc+"00", "城市"+cc, pid)
			for y := range 9 {
				yc := fmt.Sprintf("%s%02d", cc, y+21)
				yid := add(County, yc, "县份"+yc, cid)
				for w := range 14 {
					wc := fmt.Sprintf("%s%03d", yc, w+100)
					wid := add(Township, wc, fmt.Sprintf("乡镇%d镇", len(units)), yid)
					for v := range per {
						add(Village, fmt.Sprintf("%s%03d", wc, v+200), fmt.Sprintf("第%d村村民委员会", len(units)), wid)
						if len(units) >= n {
							return units
						}
					}
				}
			}
		}
	}
	return units
}

const nationSize = 663_000

// The country's table of units is laid out well within the time a page may take to appear after a
// change (measured: 0.2 s to check, 0.1 s to lay out).
func TestTheNationIsLaidOutInTime(t *testing.T) {
	units := nation(nationSize)
	r, err := New(units, nil)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	tree := r.On(day("2016-01-01"))
	if got := tree.Len(); got != nationSize {
		t.Errorf("%d units, want %d", got, nationSize)
	}
	if took := time.Since(start); took > 1500*time.Millisecond {
		t.Errorf("laid out in %s, want at most 1.5 s", took)
	}
	villages := 0
	for _, u := range units {
		if u.Kind == Village {
			villages++
		}
	}
	if lo, hi := tree.Run(LevelVillage, tree.Root(Territorial)); lo != 0 || hi != villages {
		t.Errorf("villages from %d to %d, want 0 to %d", lo, hi, villages)
	}
	if got, want := len(tree.Uppers(LevelVillage)), nationSize-villages; got != want {
		t.Errorf("%d uppers, want %d", got, want)
	}
}

func BenchmarkNationNew(b *testing.B) {
	units := nation(nationSize)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(units, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNationTree(b *testing.B) {
	units := nation(nationSize)
	on := day("2016-01-01")
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		r, err := New(units, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if got := r.On(on).Len(); got != len(units) {
			b.Fatalf("%d units of %d", got, len(units))
		}
	}
}

func BenchmarkNationNames(b *testing.B) {
	units := nation(nationSize)
	on := day("2016-01-01")
	for b.Loop() {
		b.StopTimer()
		r, err := New(units, nil)
		if err != nil {
			b.Fatal(err)
		}
		r.On(on).Len()
		b.StartTimer()
		if id, _ := r.Match("第600000村", 0, on); id == 0 {
			b.Fatal("not found")
		}
	}
}

func BenchmarkNationRename(b *testing.B) {
	r, err := New(nation(nationSize), nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := r.Rename(500_000, day("2017-01-01"), "新名村", "改名"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNationAsk(b *testing.B) {
	r, err := New(nation(nationSize), nil)
	if err != nil {
		b.Fatal(err)
	}
	tree := r.On(day("2016-01-01"))
	rows := tree.Rows(LevelVillage)
	b.Run("Run", func(b *testing.B) {
		i := 0
		for b.Loop() {
			i = (i + 7919) % nationSize
			tree.Run(LevelVillage, UnitID(i+1))
		}
	})
	b.Run("Row", func(b *testing.B) {
		i := 0
		for b.Loop() {
			i = (i + 7919) % len(rows)
			tree.Row(LevelVillage, rows[i])
		}
	})
	b.Run("Under", func(b *testing.B) {
		i := 0
		for b.Loop() {
			i = (i + 7919) % nationSize
			tree.Under(UnitID(i+1), 5000)
		}
	})
	b.Run("Name", func(b *testing.B) {
		i := 0
		for b.Loop() {
			i = (i + 7919) % nationSize
			tree.Name(UnitID(i + 1))
		}
	})
	b.Run("Find", func(b *testing.B) {
		r.Match("第1村", 0, day("2016-01-01"))
		for b.Loop() {
			r.Match("第600000村", 0, day("2016-01-01"))
		}
	})
}
