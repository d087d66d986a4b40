package indicators

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

const (
	union = org.UnitID(2000) // of the townships 0 and 1, from 1 July 2017
	east  = org.UnitID(2001) // of the village (2,1), from 1 July 2017
	west  = org.UnitID(2002)
)

// redrawn is a world whose townships 0 and 1 were merged; of the township 2 the village 0 moved to
// the township 3 and the village 1 was split.
func redrawn(t *testing.T) *world {
	t.Helper()
	w := sqliteWorld(t, 4, 3)
	on := period.MustDay("2017-07-01")
	part := func(id org.UnitID, code, name string, k org.Kind, parent org.UnitID) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: k, Versions: []org.Version{{Name: name, Parent: parent}}}
	}
	reg, _, err := w.reg.Edit().
		Merge([]org.UnitID{town(0), town(1)}, part(union, "520121199", "合镇", org.Township, county), on, "合并").
		Move(village(2, 0), on, town(3), "改隶").
		Split(village(2, 1), []org.Unit{part(east, "520121102901", "东村", org.Village, town(2)), part(west, "520121102902", "西村", org.Village, town(2))}, on, "拆分").Done()
	w.must(err)
	w.reg = reg
	w.must(w.cube.SetRegister(reg))
	var list []cube.Change
	for _, p := range period.MustParse("2017-07..2018-04").Parts(period.Month) {
		list = append(list, cube.Change{Element: 5, Unit: union, Period: p, Value: 7, Present: true},
			cube.Change{Element: 1, Unit: east, Period: p, Value: 6, Present: true}, cube.Change{Element: 1, Unit: west, Period: p, Value: 8, Present: true})
	}
	w.must(w.cube.Apply(list, 4))
	return w
}

func (w *world) by(by perm.Actor, b Boundaries, code string, unit org.UnitID, p string) Answer {
	w.t.Helper()
	a, err := w.s.Ask(w.t.Context(), by, Question{Code: code, Unit: unit, Period: period.MustParse(p), Rank: true, Boundaries: b})
	w.must(err)
	return a
}

func number(t *testing.T, a Answer) int64 {
	t.Helper()
	v, ok := a.Value()
	n, whole := wholeNumber(v)
	if !ok || !whole {
		t.Fatalf("%s of %d in %s has no value: %q", a.Code, a.Unit, a.Period, a.Reason)
	}
	return n
}

func TestFiguresByTodaysBoundaries(t *testing.T) {
	w := redrawn(t)
	by := w.office()
	sum := func(code, p string, units ...org.UnitID) (n int64) {
		for _, u := range units {
			n += number(t, w.by(by, OfTheTime, code, u, p))
		}
		return n
	}
	if got, want := number(t, w.by(by, OfToday, "CHU", union, "2017-03")), sum("CHU", "2017-03", town(0), town(1)); got != want {
		t.Errorf("the merged township had %d, want %d", got, want)
	}
	if got := w.by(by, OfTheTime, "CHU", union, "2017-03"); got.Reason != measure.NotAlive || got.Boundaries != OfTheTime {
		t.Errorf("by the boundaries of the time it answers %q", got.Reason)
	}
	if got, want := number(t, w.by(by, OfToday, "JH", union, "2016")), sum("JH", "2016", town(0), town(1)); got != want {
		t.Errorf("the merged township seized %d, want %d", got, want)
	}
	if got, want := number(t, w.by(by, OfToday, "REN", town(3), "2017-03")), sum("REN", "2017-03", town(3), village(2, 0)); got != want {
		t.Errorf("the township with the new village had %d, want %d", got, want)
	}
	if got, want := number(t, w.by(by, OfToday, "REN", town(2), "2017-03")), sum("REN", "2017-03", village(2, 1), village(2, 2)); got != want {
		t.Errorf("the township of the village that was split had %d, want %d", got, want)
	}
	for _, c := range []struct {
		unit org.UnitID
		p    string
		want measure.Reason
	}{
		{east, "2017-03", measure.CannotSplit}, {west, "2015", measure.CannotSplit}, {east, "2017-08", measure.NoReason},
		{town(0), "2017-03", measure.NotAlive}, {village(2, 1), "2017-03", measure.NotAlive},
	} {
		if a := w.by(by, OfToday, "XZS", c.unit, c.p); c.want != measure.NoReason && a.Reason != c.want {
			t.Errorf("XZS of %d in %s: %q, want %q", c.unit, c.p, a.Reason, c.want)
		}
	}
	if a := w.by(by, OfToday, "R", east, "2017-03"); a.Reason != measure.BelowLevel && a.Reason != measure.CannotSplit {
		t.Errorf("a rate over a part: %q", a.Reason)
	}
	// Returns were owed by the predecessors; the units of a step are those that people know.
	if a := w.by(by, OfToday, "P", union, "2017-03"); a.Result.Denominator == nil || a.Result.Denominator.RatString() != "8" {
		t.Errorf("reporting rate of the merged township: %s of %v", a.Text("zh"), a.Result.Denominator)
	}
	full, err := w.s.Ask(t.Context(), by, Question{Code: "U", Unit: county, Period: period.MustParse("2017-03"), Explain: true, Boundaries: OfToday})
	w.must(err)
	for _, step := range full.Trace.Children {
		if _, known := w.reg.Unit(step.Unit); !known {
			t.Errorf("a step is about the unit %d, which nobody knows", step.Unit)
		}
	}
	// The county is the same, whatever is asked.
	for _, code := range append(w.s.Codes(), "REN", "CHU", "AN", "XZS", "HD", "JH") {
		for _, p := range []string{"2015", "2016-Q2", "2017-03", "2017-06", "2016-01..2017-06"} {
			then, now := w.by(by, OfTheTime, code, county, p), w.by(by, OfToday, code, county, p)
			if code == "C" || then.Incomplete { // how many townships there are is not the same
				continue
			}
			if then.Text("zh") != now.Text("zh") || then.Verdict() != now.Verdict() || now.AsOf != then.AsOf {
				t.Errorf("%s of the county in %s: %s, by today's boundaries %s", code, p, then.Text("zh"), now.Text("zh"))
			}
		}
	}
	// Three townships are ranked today, and their target is that of the county.
	a := w.by(by, OfToday, "G", union, "2016")
	if a.Rank == nil || a.Rank.Of != 3 || a.Target != nil && a.Target.Unit == union {
		t.Errorf("rank %+v", a.Rank)
	}
	var f map[string]any
	body, err := json.Marshal(a.JSON(func(org.UnitID) string { return "" }, "zh"))
	w.must(err)
	w.must(json.Unmarshal(body, &f))
	if f["boundaries"] != "today" {
		t.Errorf("for programs: %s", body)
	}
}

// Tables, courses and traces go by the same boundaries as single figures.
func TestTablesGoByTodaysBoundaries(t *testing.T) {
	w := redrawn(t)
	by := w.office()
	ctx := By(t.Context(), OfToday)
	p := period.MustParse("2017-03")
	units := w.s.TreeOf(OfToday, p.Last()).Children(county)
	if !slices.Equal(units, []org.UnitID{town(2), town(3), union}) {
		t.Fatalf("townships of today: %v", units)
	}
	codes := []string{"G", "CHU", "R"}
	many, err := w.s.Many(ctx, by, codes, units, p)
	w.must(err)
	marks, err := w.s.Marks(ctx, by, codes, units, p, "zh")
	w.must(err)
	for i, code := range codes {
		lines, err := w.s.Lines(ctx, by, []string{code}, union, p)
		w.must(err)
		for j, u := range units {
			a := w.by(by, OfToday, code, u, "2017-03")
			if many[i][j].Text("zh") != a.Text("zh") || marks[i].Marks[j].Text != a.Text("zh") {
				t.Errorf("%s of %d: %s in a table, %s as a mark, %s alone", code, u, many[i][j].Text("zh"), marks[i].Marks[j].Text, a.Text("zh"))
			}
			if u == union && lines[0].Now.Text("zh") != a.Text("zh") {
				t.Errorf("%s: a line says %s", code, lines[0].Now.Text("zh"))
			}
		}
	}
	trace, err := w.s.Trace(t.Context(), by, Question{Code: "REN", Unit: town(2), Period: p, Boundaries: OfToday})
	w.must(err)
	var parts []org.UnitID
	for _, a := range trace.Parts {
		parts = append(parts, a.Unit)
	}
	if !slices.Equal(parts, []org.UnitID{village(2, 2), east, west}) || !slices.Equal(trace.Ghosts, []org.UnitID{village(2, 1)}) {
		t.Errorf("the trace names %v, and beside them %v", parts, trace.Ghosts)
	}
	slot := period.Months.SlotOf(p.Last())
	for i := range 2 {
		w.history[fmt.Sprint("CHU", "/", "", "/", town(i), "/", slot)] = []measure.Version{{No: int64(i + 1), Value: int64(i)}}
	}
	trace, err = w.s.Trace(t.Context(), by, Question{Code: "CHU", Unit: union, Period: p, Boundaries: OfToday})
	w.must(err)
	if len(trace.Cells) != 2 || trace.Cells[0].Unit != town(0) || trace.Cells[1].Unit != town(1) {
		t.Errorf("cells of the predecessors: %+v", trace.Cells)
	}
}

// By both boundaries together nothing can be worked out that is withheld by one of them.
func TestBothBoundariesTogetherRevealNothing(t *testing.T) {
	w := redrawn(t)
	reader, office := w.reader(), w.office()
	told := func(b Boundaries, u org.UnitID, p string) (v int64, shown bool) {
		a := w.by(reader, b, "REN", u, p)
		if a.Withheld || a.Printed == nil {
			return 0, false
		}
		return number(t, a), true
	}
	hidden, seen, alone := 0, 0, 0
	for y := 2015; y <= 2017; y++ {
		for m := 1; m <= 12 && (y < 2017 || m < 7); m++ {
			p := fmt.Sprintf("%d-%02d", y, m)
			// The village that moved is the difference of its township by both boundaries.
			truth := w.by(office, OfTheTime, "REN", village(2, 0), p)
			for _, u := range []org.UnitID{town(2), town(3)} {
				_, then := told(OfTheTime, u, p)
				_, now := told(OfToday, u, p)
				if then && now && truth.Printed != nil && smallNumber(truth.Printed) {
					t.Errorf("%s: the village of %s is the difference of %d by both boundaries", p, truth.Text("zh"), u)
				}
				if now {
					seen++
				} else {
					hidden++
				}
			}
			// A ghost is the difference of a township and its villages.
			ghost := w.by(office, OfTheTime, "REN", village(2, 1), p)
			_, total := told(OfToday, town(2), p)
			_, other := told(OfToday, village(2, 2), p)
			if total && ghost.Printed != nil && smallNumber(ghost.Printed) {
				alone++
			}
			if total && other && ghost.Printed != nil && smallNumber(ghost.Printed) {
				t.Errorf("%s: the village that was split is seen by subtracting", p)
			}
		}
	}
	if hidden == 0 || seen == 0 || alone == 0 {
		t.Errorf("%d hidden, %d shown, %d with a small ghost: the test proves nothing", hidden, seen, alone)
	}
}

// The facts by today's boundaries are made once, by one of those who ask, and again after a change.
func TestTodaysFactsAreMadeOnce(t *testing.T) {
	w := redrawn(t)
	by := w.office()
	before := w.by(by, OfToday, "CHU", union, "2017-03")
	view := w.s.todays.view
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			a, err := w.s.Ask(t.Context(), by, Question{Code: "CHU", Unit: union, Period: period.MustParse("2017-03"), Boundaries: OfToday})
			if err != nil || a.Text("zh") != before.Text("zh") {
				t.Errorf("%v, %v", a.Text("zh"), err)
			}
		})
	}
	group.Wait()
	if w.s.todays.view != view {
		t.Error("made again although nothing changed")
	}
	w.must(w.cube.Apply([]cube.Change{{Element: 2, Unit: town(0), Period: period.MustParse("2017-03"), Value: 1000, Present: true}}, 5))
	after := w.by(by, OfToday, "CHU", union, "2017-03")
	if number(t, after) < 1000 || after.AsOf != 5 {
		t.Errorf("after a change: %s as of %d", after.Text("zh"), after.AsOf)
	}
	w.must(w.cube.Apply(nil, 6)) // a change of something else
	view = w.s.todays.view
	if a := w.by(by, OfToday, "CHU", union, "2017-03"); a.AsOf != 6 || w.s.todays.view != view {
		t.Errorf("as of %d, made again: %t", a.AsOf, w.s.todays.view != view)
	}
}

// Where nothing was redrawn, today's boundaries cost nothing and pages do not offer them.
func TestTodaysBoundariesOfAnUnchangedCounty(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	a := w.by(w.office(), OfToday, "G", town(0), "2017")
	if b := w.by(w.office(), OfTheTime, "G", town(0), "2017"); a.Text("zh") != b.Text("zh") || a.Boundaries != OfToday || w.s.todays.view != nil {
		t.Errorf("%s and %s; a view was made: %t", a.Text("zh"), b.Text("zh"), w.s.todays.view != nil)
	}
	if body := w.page("/units/520121100?period=2017"); strings.Contains(body, "按今日区划") {
		t.Error("the switch is offered although it makes no difference")
	}
}

func TestPagesSwitchBoundaries(t *testing.T) {
	w := redrawn(t)
	for _, path := range []string{"/units/520121102?period=2017-03", "/indicators/G?period=2017-03", "/compare?period=2017-03", "/figures/REN?unit=520121102&period=2017-03"} {
		then := w.page(path)
		if !strings.Contains(then, "按当时区划") || !strings.Contains(then, "boundaries=today") {
			t.Errorf("%s does not lead to today's boundaries", path)
		}
		now := w.page(path + "&boundaries=today")
		if at := strings.Index(now, "按今日区划</span>"); at < 0 || !strings.Contains(now, "boundaries=today") {
			t.Errorf("%s by today's boundaries does not say so, or its links forget it", path)
		}
		if strings.Contains(now, "~2017") {
			t.Errorf("%s shows a ghost", path)
		}
	}
	if body := stripped(w.page("/compare?period=2017-03&boundaries=today&code=G")); !strings.Contains(body, "合镇") || strings.Contains(body, "1号镇") {
		t.Errorf("compared are %.300s", body)
	}
	if body := w.page("/units/520121102?period=2018-04"); strings.Contains(body, "按今日区划</a>") != true {
		t.Error("the trend of the last year reaches over the change, and yet the switch is not there")
	}
	if body := stripped(w.page("/figures/REN?unit=520121102&period=2017-03&boundaries=today")); !strings.Contains(body, "合计含今日已不存在、不能归入任何单位的：3号镇2村") {
		t.Errorf("the trace does not name the ghost: %.600s", body)
	}
	if body := stripped(w.page("/units/520121100?period=2017-03&boundaries=today")); !strings.Contains(body, "今日已不存在") {
		t.Errorf("the page of a merged township: %.300s", body)
	}
	if code, body := w.get("/units/520121102?boundaries=yesterday"); code != 400 && code != 422 {
		t.Errorf("an unknown word: %d %.200s", code, stripped(body))
	}
}
