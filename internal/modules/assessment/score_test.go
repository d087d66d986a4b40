package assessment

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
)

var year2017 = period.MustParse("2017")

func scheme(items ...Item) Scheme {
	return Scheme{ID: 1, Edition: 1, Name: "试验办法", Span: Yearly, From: period.MustDay("2017-01-01"), Digits: 1, Least: 60, Items: items, State: Published}
}

func up(code, weight, floor, target string) Item {
	return Item{Code: code, Weight: weight, Higher: true, Floor: floor, Target: target}
}

// units makes subjects from rows of printed values; "" is missing, "!" before a value incomplete.
func units(rows ...[]string) (out []Subject) {
	for i, row := range rows {
		s := Subject{Unit: org.UnitID(i + 1), Name: fmt.Sprintf("第%d镇", i+1)}
		for _, v := range row {
			c := Cell{Text: v, Value: v}
			switch {
			case v == "":
				c.Text = "未报"
			case v[0] == '!':
				c.Value, c.Incomplete = v[1:], true
			}
			s.Cells = append(s.Cells, c)
		}
		out = append(out, s)
	}
	return out
}

func find(t testing.TB, r Result, unit int) Line {
	t.Helper()
	i := slices.IndexFunc(r.Lines, func(l Line) bool { return l.Unit == org.UnitID(unit) })
	if i < 0 {
		t.Fatalf("no line of unit %d", unit)
	}
	return r.Lines[i]
}

// A value scores 0 at the floor and 100 at the target, in proportion between and never beyond.
func TestValuesBetweenTheGoalposts(t *testing.T) {
	high, low := up("A", "1", "80", "100"), Item{Code: "B", Weight: "1", Floor: "30", Target: "10"}
	for _, x := range []struct {
		item  Item
		value string
		want  string
	}{
		{high, "80", "0"}, {high, "100", "1"}, {high, "95", "3/4"}, {high, "79.99", "0"}, {high, "120", "1"}, {high, "80.005", "1/4000"},
		{low, "30", "0"}, {low, "10", "1"}, {low, "15", "3/4"}, {low, "0", "1"}, {low, "40", "0"}, {low, "-5", "1"},
	} {
		got, ok := x.item.normal(x.value)
		want, _ := new(big.Rat).SetString(x.want)
		if !ok || got.Cmp(want) != 0 {
			t.Errorf("%s from %s to %s: got %v, want %s", x.value, x.item.Floor, x.item.Target, got, x.want)
		}
	}
	for _, bad := range []string{"", "—", "1/3", "1e3", "<5"} {
		if _, ok := high.normal(bad); ok {
			t.Errorf("%q is taken as a number", bad)
		}
	}
}

// The published rule by hand: weights 2 and 1; what is missing or incomplete drops out, is never
// zero, and below the least share there is no score.
func TestScoresByHand(t *testing.T) {
	s := scheme(up("A", "2", "0", "100"), up("B", "1", "0", "10"))
	r := Compute(s, year2017, units([]string{"90", "6"}, []string{"90", ""}, []string{"", "6"}, []string{"!90", "6"}, []string{"0", "0"}, []string{"90", "!6"}, []string{"30", "3"}), stats.NewRandom(1))
	for _, x := range []struct {
		unit             int
		score, share     string
		missing          int
		place            int
		nothing, partial bool
	}{
		{1, "80.0", "100.0", 0, 3, false, false}, // (2·90 + 60) / 3
		{2, "90.0", "66.7", 1, 1, false, true},
		{3, "", "33.3", 1, 0, true, false},
		{4, "", "33.3", 1, 0, true, false},
		{5, "0.0", "100.0", 0, 5, false, false},
		{6, "90.0", "66.7", 1, 1, false, true},
		{7, "30.0", "100.0", 0, 4, false, false},
	} {
		l := find(t, r, x.unit)
		if l.Score != x.score || l.Share != x.share || l.Missing() != x.missing || l.Place != x.place {
			t.Errorf("unit %d: score %q share %s missing %d place %d, want %+v", x.unit, l.Score, l.Share, l.Missing(), l.Place, x)
		}
	}
	if r.Scored != 5 || r.Lines[5].Score != "" || r.Lines[6].Score != "" {
		t.Errorf("%d scored; units without a score stand last", r.Scored)
	}
}

// Fewer than five scores are not put in an order, and nothing is said of first places.
func TestFewUnitsAreNotOrdered(t *testing.T) {
	s := scheme(up("A", "1", "0", "100"))
	r := Compute(s, year2017, units([]string{"10"}, []string{"20"}, []string{"30"}, []string{"40"}, []string{""}), stats.NewRandom(1))
	if r.Why != stats.TooFewUnits || r.Scored != 4 {
		t.Fatalf("why %q, scored %d", r.Why, r.Scored)
	}
	for _, l := range r.Lines {
		if l.Place != 0 || l.Band != "" || l.Check != nil || l.Group != 0 {
			t.Errorf("unit %d has place %d, band %q", l.Unit, l.Place, l.Band)
		}
	}
}

// Two units are 并列 if any check changes their order or chance may: here the first two change
// places when one weight is larger, the last two differ by less than chance, and the third stands
// apart from all.
func TestWhatCannotBeToldApartSharesAPlace(t *testing.T) {
	s := scheme(up("A", "1", "0", "100"), up("B", "1", "0", "100"))
	list := units([]string{"90", "80"}, []string{"79", "90"}, []string{"50", "50"}, []string{"20", "20"}, []string{"19", "19"})
	for i := 3; i < 5; i++ {
		for j := range list[i].Cells {
			list[i].Cells[j].Lo, list[i].Cells[j].Hi = "10", "30"
		}
	}
	r := Compute(s, year2017, list, stats.NewRandom(1))
	want := map[int][3]int{1: {1, 1, 2}, 2: {1, 1, 2}, 3: {2, 3, 3}, 4: {3, 4, 5}, 5: {3, 4, 5}}
	for u, w := range want {
		l := find(t, r, u)
		if got := [3]int{l.Group, l.From, l.To}; got != w {
			t.Errorf("unit %d: group and places %v, want %v", u, got, w)
		}
	}
	if len(r.Pairs) != 4 || !r.Pairs[0].Swaps || r.Pairs[0].ByChance || !r.Pairs[3].ByChance || r.Pairs[3].Swaps || r.Pairs[1].Swaps || r.Pairs[1].ByChance {
		t.Errorf("pairs %+v", r.Pairs)
	}
	// 20 ± 10 in both columns: each standard error is 20/(2·1.96), the score's 1/√2 of it, and two such make 10 again.
	if got := r.Pairs[3].Chance; got != "10.0" {
		t.Errorf("the chance error of the last pair is %s, want 10.0", got)
	}
}

// A unit leaves the middle only if no check puts it on the other side of it.
func TestBands(t *testing.T) {
	for _, x := range []struct {
		from, to, best, worst int
		want                  stats.RankBand
	}{
		{1, 2, 1, 3, stats.BandBetter}, {1, 2, 1, 5, stats.BandSimilar}, {1, 8, 1, 2, stats.BandSimilar}, {8, 9, 7, 9, stats.BandWatch}, {8, 9, 4, 9, stats.BandSimilar}, {5, 5, 5, 5, stats.BandSimilar},
	} {
		l := Line{From: x.from, To: x.to, Check: &Checked{Best: x.best, Worst: x.worst}}
		if got := l.band(9); got != x.want {
			t.Errorf("%+v: %s", x, got)
		}
	}
}

// When all units are alike on everything they all share one place.
func TestAllAlike(t *testing.T) {
	s := scheme(up("A", "1", "0", "100"))
	r := Compute(s, year2017, units([]string{"7"}, []string{"7"}, []string{"7"}, []string{"7"}, []string{"7"}), stats.NewRandom(1))
	if r.Groups != 1 || r.Lines[4].Place != 1 || r.Lines[4].Band != stats.BandSimilar || r.Lines[0].Score != "7.0" {
		t.Errorf("%d groups, %+v", r.Groups, r.Lines[4])
	}
}

func matrix(t *rapid.T) (Scheme, []Subject) {
	columns, n := rapid.IntRange(1, 5).Draw(t, "columns"), rapid.IntRange(5, 9).Draw(t, "units")
	var items []Item
	for j := range columns {
		it := up(fmt.Sprintf("I%d", j), strconv.Itoa(rapid.IntRange(1, 9).Draw(t, "weight")), "0", "100")
		if rapid.Bool().Draw(t, "down") {
			it.Higher, it.Floor, it.Target = false, "100", "0"
		}
		items = append(items, it)
	}
	rows := make([][]string, n)
	for i := range rows {
		for range columns {
			v := strconv.Itoa(rapid.IntRange(-10, 110).Draw(t, "value"))
			if rapid.IntRange(0, 9).Draw(t, "gone") == 0 {
				v = ""
			}
			rows[i] = append(rows[i], v)
		}
	}
	return scheme(items...), units(rows...)
}

// The score, the place, the group and the range of a unit do not depend on the order in which the
// units come, nor on the scale of the weights.
func TestNothingHangsOnTheOrderOfUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, list := matrix(t)
		r := Compute(s, year2017, list, stats.NewRandom(3))
		turned := Compute(s, year2017, rapid.Permutation(list).Draw(t, "order"), stats.NewRandom(3))
		for j := range s.Items {
			w, _ := strconv.Atoi(s.Items[j].Weight)
			s.Items[j].Weight = strconv.Itoa(w * 7)
		}
		scaled := Compute(s, year2017, list, stats.NewRandom(3))
		for _, l := range r.Lines {
			for _, o := range []Result{turned, scaled} {
				i := slices.IndexFunc(o.Lines, func(x Line) bool { return x.Unit == l.Unit })
				x := o.Lines[i]
				if x.Score != l.Score || x.Place != l.Place || x.Share != l.Share || x.Error != l.Error || x.Group != l.Group || x.Band != l.Band {
					t.Fatalf("unit %d: %+v and %+v", l.Unit, x, l)
				}
				if (x.Check == nil) != (l.Check == nil) || x.Check != nil && (x.Check.RandomLow != l.Check.RandomLow || math.Abs(x.Check.First-l.Check.First) > 1e-9) {
					t.Fatalf("unit %d: checks %+v and %+v", l.Unit, x.Check, l.Check)
				}
			}
		}
	})
}

// An indicator that a unit has no figure of counts as if it were not in the scheme for that unit;
// one that nobody has changes nothing at all but the share of data.
func TestWeightsAreSharedOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, list := matrix(t)
		s.Least = 1
		more := s
		more.Items = append(slices.Clone(s.Items), up("X", "5", "0", "100"))
		longer := make([]Subject, len(list))
		for i, u := range list {
			longer[i] = u
			longer[i].Cells = append(slices.Clone(u.Cells), Cell{Text: "未报"})
		}
		a, b := Compute(s, year2017, list, stats.NewRandom(3)), Compute(more, year2017, longer, stats.NewRandom(3))
		for i := range a.Lines {
			x, y := a.Lines[i], b.Lines[i]
			if x.Unit != y.Unit || x.Score != y.Score && y.Score != "" || x.Place != y.Place && a.Scored == b.Scored {
				t.Fatalf("%+v and %+v", x, y)
			}
			if y.Missing() != x.Missing()+1 {
				t.Fatalf("unit %d lacks %d and %d", x.Unit, x.Missing(), y.Missing())
			}
		}
	})
}

// The case of the independent program (METHODS §7.1), with the goalposts at the ends of its data.
func TestTheReferenceCaseOfCompositeScores(t *testing.T) {
	var c struct {
		Input struct {
			Matrix  [][]float64
			Weights []float64
			Types   []int
		}
		Expected struct {
			Score []float64 `json:"score_arith_minmax"`
			Rank  []int     `json:"rank_arith_minmax"`
			Geo   []int     `json:"rank_geo"`
			Z     []int     `json:"rank_arith_z"`
			First []float64 `json:"smaa_first_rank"`
			Low   []float64 `json:"smaa_rank_low"`
			High  []float64 `json:"smaa_rank_high"`
		}
	}
	read(t, "composite_score_rank_robustness", &c)
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	s := Scheme{Span: Yearly, Digits: 3, Least: 100}
	for j, w := range c.Input.Weights {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, row := range c.Input.Matrix {
			lo, hi = min(lo, row[j]), max(hi, row[j])
		}
		it := up(fmt.Sprint(j), number(w), number(lo), number(hi))
		if c.Input.Types[j] < 0 {
			it.Higher, it.Floor, it.Target = false, number(hi), number(lo)
		}
		s.Items = append(s.Items, it)
	}
	var rows [][]string
	for _, row := range c.Input.Matrix {
		var cells []string
		for _, v := range row {
			cells = append(cells, number(v))
		}
		rows = append(rows, cells)
	}
	r := Compute(s, year2017, units(rows...), random())
	for i := range rows {
		l := find(t, r, i+1)
		score, _ := strconv.ParseFloat(l.Score, 64)
		if math.Abs(score-100*c.Expected.Score[i]) > 0.0005 || l.Place != c.Expected.Rank[i] || l.Check.Geometric != c.Expected.Geo[i] || l.Check.Standard != c.Expected.Z[i] {
			t.Errorf("unit %d: score %s place %d geometric %d z %d, want %v %d %d %d", i+1, l.Score, l.Place, l.Check.Geometric, l.Check.Standard, 100*c.Expected.Score[i], c.Expected.Rank[i], c.Expected.Geo[i], c.Expected.Z[i])
		}
		if math.Abs(l.Check.First-c.Expected.First[i]) > 0.015 || math.Abs(float64(l.Check.RandomLow)-c.Expected.Low[i]) > 1 || math.Abs(float64(l.Check.RandomHigh)-c.Expected.High[i]) > 1 {
			t.Errorf("unit %d: first %v range %d–%d, want %v %v–%v", i+1, l.Check.First, l.Check.RandomLow, l.Check.RandomHigh, c.Expected.First[i], c.Expected.Low[i], c.Expected.High[i])
		}
	}
	if r.Seed != stats.DefaultSeed || r.Draws != Draws {
		t.Errorf("seed %d, %d draws", r.Seed, r.Draws)
	}
}

func read(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile("../../core/stats/testdata/refcases/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

func TestSpans(t *testing.T) {
	for _, x := range []struct {
		span Span
		day  string
		want string
	}{
		{Yearly, "2018-05-10", "2018"}, {HalfYear, "2018-05-10", "2018-H1"}, {Quarterly, "2018-05-10", "2018-Q2"}, {TwoMonths, "2018-01-31", "2018-01..2018-02"}, {TwoMonths, "2018-04-01", "2018-03..2018-04"}, {Monthly, "2018-05-10", "2018-05"},
	} {
		p := x.span.Of(period.MustDay(x.day))
		if p.String() != x.want || !x.span.Fits(p) {
			t.Errorf("%s of %s is %s, want %s", x.span, x.day, p, x.want)
		}
	}
	if TwoMonths.Fits(period.MustParse("2018-02..2018-03")) || Yearly.Fits(period.MustParse("2018-H1")) || Quarterly.Fits(period.MustParse("2018-01..2018-02")) {
		t.Error("a period of another kind fits")
	}
	list := TwoMonths.Before(period.MustDay("2018-01-10"), 3)
	if list[0].String() != "2018-01..2018-02" || list[1].String() != "2017-11..2017-12" || list[2].String() != "2017-09..2017-10" {
		t.Errorf("before: %v", list)
	}
}
