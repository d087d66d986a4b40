package supervision

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/testkit/desk"
)

func poolOf(groups ...int) (p Pool) {
	n := 0
	for g, size := range groups {
		name := fmt.Sprintf("组%d", g+1)
		for range size {
			n++
			p.Candidates = append(p.Candidates, Candidate{Unit: org.UnitID(n), Code: fmt.Sprintf("9999011%02d", n), Name: fmt.Sprintf("第%d镇", n), Group: name})
		}
		p.Groups = append(p.Groups, Group{name, 1 + size/3})
	}
	return p
}

// The example of the manual: computed with sha256sum, so that the algorithm cannot drift.
func TestTheAlgorithmIsTheOnePrinted(t *testing.T) {
	// printf '%s' '3159.15|DD-2018-001' | sha256sum
	if got, want := SeedOf(" 3159.15 ", "DD-2018-001"), seedByHand; got != want {
		t.Errorf("seed %s, want %s", got, want)
	}
	// printf '%s' 'abc|999901101' | sha256sum
	if got, want := Key("abc", "999901101"), keyByHand; got != want {
		t.Errorf("key %s, want %s", got, want)
	}
}

func TestADrawDependsOnSeedAndUnitsOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := poolOf(rapid.SliceOfN(rapid.IntRange(1, 12), 1, 4).Draw(t, "groups")...)
		for i := range p.Candidates {
			// Each group keeps enough units: only those beyond its take are excluded.
			g := p.Candidates[i].Group
			k := slices.IndexFunc(p.Groups, func(x Group) bool { return x.Name == g })
			if p.open(g) > p.Groups[k].Take && rapid.Bool().Draw(t, "out") {
				p.Candidates[i].Out = "原因"
			}
		}
		seed := rapid.StringN(1, 20, 40).Draw(t, "seed")
		first := Choose(p, seed)
		again := p
		again.Candidates = slices.Clone(p.Candidates)
		rand.New(rand.NewPCG(uint64(len(seed)), 7)).Shuffle(len(again.Candidates), func(i, j int) {
			again.Candidates[i], again.Candidates[j] = again.Candidates[j], again.Candidates[i]
		})
		if !slices.Equal(first, Choose(again, seed)) {
			t.Fatal("the order of the pool changed the draw")
		}
		if err := (Draw{Method: Method, Kind: TypedSeed, Seed: seed, Pool: again, Drawn: first}).Verify(); err != nil {
			t.Fatal(err)
		}
		for _, g := range p.Groups {
			n := 0
			for _, k := range first {
				if k.Group == g.Name {
					n++
				}
			}
			if n != g.Take {
				t.Fatalf("group %s got %d units, want %d", g.Name, n, g.Take)
			}
		}
		for _, k := range first {
			i := slices.IndexFunc(p.Candidates, func(c Candidate) bool { return c.Code == k.Code })
			if p.Candidates[i].Out != "" {
				t.Fatalf("%s was excluded and drawn", k.Code)
			}
		}
	})
}

// Over many seeds each unit comes as often as any other, and each pair as well: 4,000 draws of 3
// of 10. The bounds are five standard deviations.
func TestDrawsAreUniform(t *testing.T) {
	p := poolOf(10)
	p.Groups[0].Take = 3
	const draws = 4000
	units, pairs := map[string]int{}, map[string]int{}
	for i := range draws {
		d := Choose(p, SeedOf(fmt.Sprint(i), "DD-2018-001"))
		for x, k := range d {
			units[k.Code]++
			for _, l := range d[x+1:] {
				pairs[min(k.Code, l.Code)+max(k.Code, l.Code)]++
			}
		}
	}
	if len(units) != 10 || len(pairs) != 45 {
		t.Fatalf("%d units and %d pairs came, want 10 and 45", len(units), len(pairs))
	}
	for c, n := range units {
		if n < 1200-145 || n > 1200+145 {
			t.Errorf("%s came %d times, want about 1200", c, n)
		}
	}
	for c, n := range pairs {
		if n < 267-79 || n > 267+79 {
			t.Errorf("pair %s came %d times, want about 267", c, n)
		}
	}
}

func TestAChangedDrawIsNoticed(t *testing.T) {
	p := poolOf(6, 4)
	d := Draw{Method: Method, Kind: PublicSeed, PlanNo: "DD-2018-001", Public: "18", Seed: SeedOf("18", "DD-2018-001"), Pool: p}
	d.Drawn = Choose(p, d.Seed)
	desk.OK(t, d.Verify())
	for name, change := range map[string]func(*Draw){
		"seed":     func(d *Draw) { d.Seed = SeedOf("19", "DD-2018-001") },
		"public":   func(d *Draw) { d.Public = "19" },
		"plan":     func(d *Draw) { d.PlanNo = "DD-2018-002" },
		"unit":     func(d *Draw) { d.Drawn = slices.Clone(d.Drawn); d.Drawn[0].Code = "999901199" },
		"one less": func(d *Draw) { d.Drawn = d.Drawn[1:] },
		"excluded": func(d *Draw) {
			d.Pool.Candidates = slices.Clone(p.Candidates)
			d.Pool.Candidates[slices.IndexFunc(p.Candidates, func(c Candidate) bool { return c.Code == d.Drawn[0].Code })].Out = "x"
		},
		"more taken": func(d *Draw) { d.Pool.Groups = []Group{{"组1", 5}, {"组2", 2}} },
		"method":     func(d *Draw) { d.Method = "other" },
	} {
		x := d
		change(&x)
		if x.Verify() == nil {
			t.Errorf("a changed %s was not noticed", name)
		}
	}
}

func TestPoolsThatCannotBeDrawnAreRefused(t *testing.T) {
	for name, p := range map[string]Pool{
		"empty":         {},
		"no groups":     {Candidates: poolOf(3).Candidates},
		"too many":      {Candidates: poolOf(3).Candidates, Groups: []Group{{"组1", 4}}},
		"none":          {Candidates: poolOf(3).Candidates, Groups: []Group{{"组1", 0}}},
		"unknown group": {Candidates: poolOf(3, 2).Candidates, Groups: []Group{{"组1", 1}}},
		"twice":         {Candidates: poolOf(3).Candidates, Groups: []Group{{"组1", 1}, {"组1", 1}}},
	} {
		if err := p.Check(); fault.KindOf(err) != fault.Invalid || err == nil {
			t.Errorf("%s: %v, want refused", name, err)
		}
	}
	got, err := parseGroups("东片 2\n\n西 片　1 \n")
	if want := []Group{{"东片", 2}, {"西 片", 1}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("groups %v %v, want %v", got, err, want)
	}
	if _, err := parseGroups("东片"); err == nil {
		t.Error("a group without number was taken")
	}
}

// By sha256sum.
const (
	seedByHand = "f5bd0fc58afddf138230998b819d5cb2c54da601f91ad02b005aa6f42c9ea331"
	keyByHand  = "3ab91ace2ef15e002c810e49cc644e8f0fee378e4b3970b2a085a7a0bddd0516"
)
