package indicators

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

func answer(printed string) *Answer {
	a := &Answer{Definition: Definition{Digits: 1}}
	if printed != "" {
		a.Printed = exactly(printed)
		a.Result.Value = a.Printed
	} else {
		a.Reason = measure.Absent
	}
	return a
}

// Equal values share a place and the next place is skipped; answers without a value, incomplete
// or withheld have none.
func TestRanksShareTies(t *testing.T) {
	list := []*Answer{answer("3"), answer("5"), answer("5"), answer(""), answer("1"), answer("9"), answer("8")}
	list[5].Incomplete, list[6].Withheld = true, true
	places := func(d Direction) []int {
		for _, a := range list {
			a.Rank = nil
		}
		rank(list, d)
		out := make([]int, len(list))
		for i, a := range list {
			if a.Rank != nil {
				out[i] = a.Rank.Place
				if a.Rank.Of != 4 {
					t.Errorf("place of %d, want of 4", a.Rank.Of)
				}
			}
		}
		return out
	}
	if got, want := places(Up), []int{3, 1, 1, 0, 4, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("up: places %v, want %v", got, want)
	}
	if got, want := places(Down), []int{2, 3, 3, 0, 1, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("down: places %v, want %v", got, want)
	}
	if got, want := places(Neutral), make([]int, 7); !slices.Equal(got, want) {
		t.Errorf("neutral: places %v, want none", got)
	}
}

func counts(values ...int64) (list []*Answer, reads [][]reading) {
	for _, v := range values {
		a := answer(fmt.Sprint(v))
		list = append(list, a)
		reads = append(reads, []reading{{key: "REN", value: big.NewRat(v, 1)}})
	}
	return list, reads
}

// A count of one to four is withheld; a lonely one takes a second with it, the smallest above zero.
func TestSmallCountsAreWithheldInPairs(t *testing.T) {
	for _, c := range []struct {
		values []int64
		want   []string // as shown
	}{
		{[]int64{10, 20, 0}, []string{"10.0", "20.0", "0.0"}},
		{[]int64{3, 20, 7, 0}, []string{"<5", "20.0", "已隐去", "0.0"}},
		{[]int64{3, 4, 7}, []string{"<5", "<5", "7.0"}},
		{[]int64{0, 0, 2}, []string{"已隐去", "0.0", "<5"}},
		{[]int64{2}, []string{"<5"}},
		{[]int64{5, 4, 5}, []string{"已隐去", "<5", "5.0"}},
	} {
		list, reads := counts(c.values...)
		hide := hidden(reads)
		var got []string
		for i, a := range list {
			a.withhold(hide[i])
			got = append(got, a.Text("zh"))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v is shown as %v, want %v", c.values, got, c.want)
		}
	}
}

// The parts of a whole are withheld together, of at least two siblings.
func TestPartsOfAWholeAreWithheldTogether(t *testing.T) {
	n := func(whole int64, parts ...int64) kin {
		out := kin{whole: big.NewRat(whole, 1)}
		for _, v := range parts {
			if v < 0 { // not reported
				out.parts = append(out.parts, nil)
				continue
			}
			out.parts = append(out.parts, big.NewRat(v, 1))
		}
		return out
	}
	for _, c := range []struct {
		list []kin
		want []bool
		why  string
	}{
		{[]kin{n(20, 10, 10), n(15, 5, 10), n(0, 0, 0)}, []bool{false, false, false}, "no small part"},
		{[]kin{n(20, 10, 10), n(12, 3, 9), n(30, 12, 18)}, []bool{true, true, false}, "one with a small part takes the smallest with it"},
		{[]kin{n(12, 3, 9), n(6, 2, 4), n(30, 12, 18)}, []bool{true, true, false}, "two with small parts are enough"},
		{[]kin{n(12, 3, 9), n(0, 0, 0), n(0, 0, 0)}, []bool{true, true, false}, "zeros only beside it"},
		{[]kin{n(12, 3, 9)}, []bool{true}, "alone"},
		{[]kin{n(4, 4, 0), n(9, 0, 9), n(30, 12, 18)}, []bool{true, true, false}, "a small whole hides its parts, and those of the second"},
		{[]kin{n(12, 3, 9), {}, n(30, -1, 30)}, []bool{true, false, true}, "what is not there covers nothing"},
	} {
		if got := together(c.list); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.why, got, c.want)
		}
	}
}

// A count hidden under its own name is hidden inside every ratio, and the other way round.
func TestWithholdingGoesByTheCountsBehindAFigure(t *testing.T) {
	w := sqliteWorld(t, 6, 3)
	k, err := w.s.ask(context.Background(), w.reader(), 0)
	w.must(err)
	hidden := 0
	for _, p := range []string{"2016-03", "2017-05", "2017", "2018-02", "2017-Q2"} {
		p := period.MustParse(p)
		for _, level := range []org.Level{org.LevelTownship, org.LevelVillage} {
			own := map[string]map[org.UnitID]Answer{}
			for _, code := range []string{"CHU", "REN", "R"} {
				own[code] = map[org.UnitID]Answer{}
				list, err := k.row(code, w.Today().Rows(level), p)
				w.must(err)
				for _, a := range list {
					own[code][a.Unit] = a
				}
			}
			for u, r := range own["R"] {
				parts := own["CHU"][u].Withheld || own["REN"][u].Withheld
				if parts && !r.Withheld && r.Reason == measure.NoReason {
					t.Errorf("%s %s: the rate %s is shown with %s though a part of it is hidden", w.Today().Name(u), p, r.Text("zh"), fraction(r))
				}
				if r.Withheld {
					hidden++
				}
			}
		}
	}
	if hidden == 0 {
		t.Fatal("nothing was hidden; the test proves nothing")
	}
}

// trueCount reads a count of persons as it is, without protection.
func (w *world) trueCount(code string, u org.UnitID, p period.Period) (int64, bool) {
	e, _ := w.cat.Code(code)
	s, err := w.cube.Select(e.ID, nil)
	w.must(err)
	a := w.cube.Read(s, u, p, cube.Natural)
	return a.Sum, a.Reason == measure.NoReason
}

// No reader without the right sees a count of one to four persons below the county, by any door:
// figure, row, course, trace, JSON. The office, the unit's own reporter and the owning force do.
func TestNobodyElseSeesSmallCounts(t *testing.T) {
	w := sqliteWorld(t, 5, 3)
	ctx := context.Background()
	p := period.MustParse("2017-05")
	small, shown := 0, map[string]int{}
	readers := map[string]perm.Actor{
		"reader": w.reader(), "leader": w.actor(perm.Leader, 899), "other force": w.actor(perm.Member, forceB), "neighbour": w.actor(perm.Reporter, town(4)),
		"office": w.office(), "force": w.actor(perm.Member, forceA), "own": w.actor(perm.Reporter, town(0)),
	}
	for _, code := range []string{"CHU", "REN", "XZS"} {
		e, _ := w.cat.Code(code)
		for _, u := range append([]org.UnitID{town(0)}, w.Today().Children(town(0))...) {
			v, ok := w.trueCount(code, u, p)
			if !ok || v < 1 || v > 4 || w.Today().Level(u) > e.Level {
				continue
			}
			small++
			for who, by := range readers {
				may := who == "office" || who == "force" || who == "own"
				a, err := w.s.Ask(ctx, by, Question{Code: code, Unit: u, Period: p, Explain: true, Rank: true})
				w.must(err)
				if may != (a.Printed != nil) {
					t.Errorf("%s of %s: printed %v to %s", code, w.Today().Name(u), a.Printed, who)
				}
				if may {
					shown[who]++
					continue
				}
				if a.Trace != nil || a.Result.Value != nil || a.Rank != nil || a.Judgement != nil {
					t.Errorf("%s of %s: %s gets %+v beside a withheld value", code, w.Today().Name(u), who, a)
				}
				j := a.JSON(w.code, "zh")
				if j.Value != nil || j.Text != "<5" || j.Reason == nil || *j.Reason != measure.WithheldSmall {
					t.Errorf("JSON to %s: %+v", who, j)
				}
				rows, err := w.s.Many(ctx, by, []string{code}, []org.UnitID{u}, p)
				w.must(err)
				if rows[0][0].Printed != nil {
					t.Errorf("a row of one unit shows %s of %s to %s", code, w.Today().Name(u), who)
				}
				course, err := w.s.Trend(ctx, by, code, u, []period.Period{p.Prev(), p})
				w.must(err)
				if course[1].Answer.Printed != nil {
					t.Errorf("a course shows %s of %s to %s", code, w.Today().Name(u), who)
				}
				tr, err := w.s.Trace(ctx, by, Question{Code: code, Unit: u, Period: p})
				w.must(err)
				if tr.Answer.Printed != nil || len(tr.Cells) > 0 {
					t.Errorf("a trace shows %s of %s to %s", code, w.Today().Name(u), who)
				}
			}
		}
	}
	if small < 3 || shown["office"] != small || shown["force"] != small || shown["own"] != small {
		t.Fatalf("%d small counts, shown %v; the test proves too little", small, shown)
	}
	// A count of the whole county is not protected, whatever it is.
	a, err := w.s.Ask(ctx, w.reader(), Question{Code: "CHU", Unit: county, Period: p})
	w.must(err)
	if a.Withheld {
		t.Error("the county's own count was withheld")
	}
	// Cases are no persons.
	a, err = w.s.Ask(ctx, w.reader(), Question{Code: "AN", Unit: town(1), Period: p})
	w.must(err)
	if a.Withheld {
		t.Error("a count of cases was withheld")
	}
}

func (w *world) code(u org.UnitID) string {
	x, _ := w.reg.Unit(u)
	return x.Code
}

// The hidden cells of siblings cannot be worked out from the total of their parent: never exactly
// one of them is hidden.
func TestHiddenCellsAreNeverAlone(t *testing.T) {
	w := sqliteWorld(t, 6, 4)
	found := 0
	for m := range 12 {
		p := period.Months.Period(period.Months.First(2017) + period.Slot(m))
		for _, code := range []string{"CHU", "REN", "XZS", "T", "R"} {
			for _, parent := range []org.UnitID{county, town(0), town(1)} {
				rows, err := w.s.Many(context.Background(), w.reader(), []string{code}, w.Today().Children(parent), p)
				w.must(err)
				n, values := 0, 0
				for _, a := range rows[0] {
					if a.Withheld {
						n++
					}
					if a.Printed != nil {
						values++
					}
				}
				if n == 1 && values > 0 {
					t.Errorf("%s %s beneath %s: one cell alone is hidden", code, p, w.Today().Name(parent))
				}
				found += n
			}
		}
	}
	if found == 0 {
		t.Fatal("nothing was hidden")
	}
}

// The answers of whole columns are those of cell by cell: every code, unit and kind of period.
func TestColumnsSayWhatCellsSay(t *testing.T) {
	w := sqliteWorld(t, 5, 3)
	k, err := w.s.ask(context.Background(), w.office(), 0)
	w.must(err)
	var periods []period.Period
	for _, s := range []string{"2017", "2016", "2015..2017", "2017-Q3", "2017-H1", "2017-03", "2018-04", "2018-05", "2018", "2017-03a", "2017-03-12", "2018-01..2018-02", "2014", "2017-11..2018-02"} {
		periods = append(periods, period.MustParse(s))
	}
	var units []org.UnitID
	for _, u := range w.reg.Units() {
		units = append(units, u.ID)
	}
	values, reasons := 0, map[measure.Reason]int{}
	for _, h := range w.s.Heads() {
		ref, err := k.refOf(h.Code)
		w.must(err)
		x := formula.Of(ref)
		got, _ := k.answers(ref, x, units, periods, false, nil)
		_, reads := k.answers(ref, x, units, periods, true, nil)
		for i, a := range got {
			u, p := units[i/len(periods)], periods[i%len(periods)]
			if a.Unit != u || a.Period != p {
				t.Fatalf("cell %d is of %d %s, want %d %s", i, a.Unit, a.Period, u, p)
			}
			if _, ok := k.head(ref, p); !ok {
				reasons[a.Reason]++
				continue
			}
			var want formula.Result
			note := &notebook{unit: u}
			k.src.notes = note
			k.src.run(func() { want = formula.Eval(k.src, x, u, p) })
			k.src.notes = nil
			same := func(a, b *big.Rat) bool { return (a == nil) == (b == nil) && (a == nil || a.Cmp(b) == 0) }
			r := a.Result
			if r.Reason != want.Reason || !same(r.Value, want.Value) || !same(r.Numerator, want.Numerator) || !same(r.Denominator, want.Denominator) ||
				r.Coverage.Reported != want.Coverage.Reported || r.Coverage.Expected != want.Coverage.Expected ||
				!slices.Equal(r.Coverage.Missing, want.Coverage.Missing) || !slices.Equal(r.Flags.Codes(), want.Flags.Codes()) {
				t.Fatalf("%s %s %s: columns say %+v, cells %+v", h.Code, w.code(u), p, r, want)
			}
			if a.Printed != nil {
				values++
			}
			reasons[a.Reason]++
			// The same counts of persons stand behind both; a count may be read twice.
			if missing := lacking(note.list, reads[i]); missing != "" {
				t.Fatalf("%s %s %s: the column did not note the count %s", h.Code, w.code(u), p, missing)
			}
		}
	}
	if values < 500 || len(reasons) < 6 {
		t.Fatalf("only %d values and the reasons %v; the test proves too little", values, reasons)
	}
}

func lacking(want, got []reading) string {
	for _, r := range want {
		if !slices.ContainsFunc(got, func(o reading) bool { return o.key == r.key && o.value.Cmp(r.value) == 0 }) {
			return fmt.Sprint(r)
		}
	}
	return ""
}

// A figure asked alone, in a row and in a course is the same figure.
func TestEveryDoorGivesTheSameFigure(t *testing.T) {
	w := sqliteWorld(t, 5, 3)
	ctx := context.Background()
	p := period.MustParse("2017")
	for _, by := range []perm.Actor{w.office(), w.reader()} {
		k, err := w.s.ask(ctx, by, 0)
		w.must(err)
		for _, h := range w.s.Heads() {
			units := w.Today().Children(county)
			row, err := k.row(h.Code, units, p)
			w.must(err)
			for i, u := range units {
				one, err := w.s.Ask(ctx, by, Question{Code: h.Code, Unit: u, Period: p, Rank: true})
				w.must(err)
				course, err := k.trend(h.Code, u, []period.Period{p})
				w.must(err)
				for _, o := range []Answer{row[i], course[0].Answer} {
					if o.Text("zh") != one.Text("zh") || fraction(o) != fraction(one) || o.Light != one.Light || o.Reason != one.Reason || o.Incomplete != one.Incomplete {
						t.Errorf("%s %s to %s: %s %s %s and %s %s %s", h.Code, w.code(u), by.Login, one.Text("zh"), fraction(one), one.Light, o.Text("zh"), fraction(o), o.Light)
					}
				}
				if place(row[i].Rank) != place(one.Rank) {
					t.Errorf("%s %s: place %s in the row, %s alone", h.Code, w.code(u), place(row[i].Rank), place(one.Rank))
				}
			}
		}
	}
}

// A target set for a unit goes before the one it would take over, in rows too.
func TestRowsTakeTheNearestTarget(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	rows, err := w.s.Many(context.Background(), w.office(), []string{"U"}, w.Today().Children(county), period.MustParse("2017-03"))
	w.must(err)
	for i, want := range []string{"100", "10", "100"} {
		if got := rows[0][i].Target; got == nil || got.Value != want {
			t.Errorf("target of %s = %+v, want %s", w.Today().Name(rows[0][i].Unit), got, want)
		}
	}
}

// Incomplete figures are shown, but verdict, light and rank are withheld.
func TestIncompleteFiguresAreNotJudged(t *testing.T) {
	w := sqliteWorld(t, 4, 3)
	found := false
	for m := period.Months.First(2015); m < period.Months.First(2018) && !found; m++ {
		rows, err := w.s.Many(context.Background(), w.office(), []string{"R"}, w.Today().Children(county), period.Months.Period(m))
		w.must(err)
		for _, a := range rows[0] {
			if a.Printed == nil || a.Result.Coverage.Complete() {
				continue
			}
			found = true
			if !a.Incomplete || a.Rank != nil || a.Judgement != nil || a.Light != measure.Grey || len(a.Result.Coverage.Missing) == 0 {
				t.Errorf("%s of %s with %s reported: %+v", a.Code, w.code(a.Unit), coverage(a.Result.Coverage), a)
			}
			j := a.JSON(w.code, "zh")
			if j.Verdict != nil || j.Value == nil || j.Coverage.Complete || len(j.Coverage.Missing) == 0 {
				t.Errorf("JSON %+v", j)
			}
		}
	}
	if !found {
		t.Fatal("no month is incomplete")
	}
}
