package situation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
	"kaiyang/internal/testkit/desk"
)

// Three years of quiet months with a burst in March 2018, reported month by month: the clock runs
// as it does in an office, and each month is judged once, when it is complete.
func TestTheMonthsOfACounty(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.clock.Set("2018-01-10")
		o.figures.fill("XZS", "", county, "2015-01", flat(36, 3)...)
		o.save(usual("XZS", "2016-01"))
		o.tick()
		o.want(o.chief())
		for _, m := range []struct {
			day, month string
			count      int64
			signals    int
			told       int
		}{
			{"2018-02-05", "2018-01", 3, 0, 0}, {"2018-03-06", "2018-02", 4, 0, 0}, {"2018-04-04", "2018-03", 9, 1, 2}, {"2018-05-08", "2018-04", 3, 1, 2}, {"2018-06-08", "2018-05", 8, 2, 4},
		} {
			o.clock.Set(m.day)
			k := key("XZS", "", county, m.month)
			o.figures.open[k] = 15 // incomplete: no judgement, whatever the sum
			o.tick()
			delete(o.figures.open, k)
			o.figures.fill("XZS", "", county, m.month, m.count)
			bump(t, o)
			o.tick()
			o.tick()
			if n := len(desk.Must(o.List(desk.As(o.chief()), o.chief(), Filter{}))(t)); n != m.signals || len(o.told) != m.told {
				t.Errorf("after %s there are %d signals, %d events; want %d and %d", m.month, n, len(o.told), m.signals, m.told)
			}
		}
		o.want(o.chief(), "新滋生吸毒人员 2018-05 cusum open 8", "新滋生吸毒人员 2018-03 ears open 9")
		// Names and months only: a notice may leave the machine.
		for i, want := range []string{"[新滋生吸毒人员 2018年3月] [office] []", "[新滋生吸毒人员 2018年3月] [member] [5]", "[新滋生吸毒人员 2018年5月] [office] []", "[新滋生吸毒人员 2018年5月] [member] [5]"} {
			if got := fmt.Sprint(o.told[i].Args, o.told[i].Roles, o.told[i].Units); got != want {
				t.Errorf("event %d is %s, want %s", i, got, want)
			}
		}
	})
}

// bump makes a change in the database, as facts do when they come in.
func bump(t *testing.T, o *office) {
	t.Helper()
	desk.OK(t, o.db.InTx(context.Background(), func(tx *sqldb.Tx) error {
		_, err := tx.Change("facts", "test")
		return err
	}))
}

// watched is a county with one open signal of March 2018.
func watched(t *testing.T, o *office) Signal {
	t.Helper()
	o.figures.fill("XZS", "", county, "2016-01", append(flat(26, 3), 9)...)
	o.save(usual("XZS", "2018-01"))
	o.tick()
	list := desk.Must(o.List(desk.As(o.chief()), o.chief(), Filter{}))(t)
	for _, q := range list {
		if q.Signal.Method == Sudden {
			return q.Signal
		}
	}
	t.Fatalf("no signal among %d", len(list))
	return Signal{}
}

func (o *office) signal(id int64) Signal {
	o.t.Helper()
	return desk.Must(o.Signal(desk.As(o.chief()), o.chief(), id))(o.t).Signal
}

// Two processes on one database judge at once: every signal is there once and told once.
func TestTwoProcesses(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.figures.fill("XZS", "", county, "2016-01", append(flat(24, 3), 12, 3, 12)...)
		o.save(usual("XZS", "2017-06"))
		all := []*office{o}
		for range 3 {
			all = append(all, openOffice(t, o.db, o.clock, o.figures))
		}
		var wait sync.WaitGroup
		for _, x := range all {
			wait.Go(func() {
				if err := x.Tick(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		keys := map[string]int{}
		for _, x := range all {
			for _, e := range x.told {
				keys[e.Key]++
			}
		}
		list := desk.Must(o.List(desk.As(o.chief()), o.chief(), Filter{}))(t)
		seen := map[string]bool{}
		for _, q := range list {
			k := fmt.Sprint(q.Watch.ID, q.Signal.Month, q.Signal.Method)
			if seen[k] {
				t.Errorf("%s is there twice", k)
			}
			seen[k] = true
		}
		if len(list) != 3 || len(keys) != 6 {
			t.Errorf("%d signals, told %v; want 3 and each once to the office and the task force", len(list), keys)
		}
		for k, n := range keys {
			if n != 1 {
				t.Errorf("%s was told %d times", k, n)
			}
		}
	})
}

// The office and the owning task force decide, each once; nobody else does.
func TestWhoDecides(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		x := watched(t, o)
		for name, c := range map[string]struct {
			do   func() error
			want fault.Kind
		}{
			"another task force": {func() error { a := o.other(); return o.Confirm(desk.As(a), a, x.ID, x.Version, "查过", nil) }, fault.Forbidden},
			"a leader":           {func() error { a := o.leader(); return o.Dismiss(desk.As(a), a, x.ID, x.Version, "查过") }, fault.Forbidden},
			"a township":         {func() error { a := o.town(big); return o.Confirm(desk.As(a), a, x.ID, x.Version, "查过", nil) }, fault.Missing},
			"a reader":           {func() error { a := o.reader(); return o.Dismiss(desk.As(a), a, x.ID, x.Version, "查过") }, fault.Missing},
			"an auditor":         {func() error { a := o.auditor(); return o.Dismiss(desk.As(a), a, x.ID, x.Version, "查过") }, fault.Missing},
			"nothing said":       {func() error { a := o.owner(); return o.Confirm(desk.As(a), a, x.ID, x.Version, "", nil) }, fault.Invalid},
			"a person's number": {func() error {
				a := o.owner()
				return o.Confirm(desk.As(a), a, x.ID, x.Version, "联系 138-0000 0000", nil)
			}, fault.Invalid},
			"no such signal":          {func() error { a := o.owner(); return o.Confirm(desk.As(a), a, 99, 1, "查过", nil) }, fault.Missing},
			"an old version":          {func() error { a := o.owner(); return o.Confirm(desk.As(a), a, x.ID, x.Version+7, "查过", nil) }, fault.Conflict},
			"a member wants an item":  {func() error { a := o.owner(); return o.Confirm(desk.As(a), a, x.ID, x.Version, "查过", wish()) }, fault.Forbidden},
			"item before the finding": {func() error { a := o.chief(); return o.OpenItem(desk.As(a), a, x.ID, x.Version, *wish()) }, fault.Conflict},
			"reopening an open one":   {func() error { a := o.chief(); return o.Reopen(desk.As(a), a, x.ID, x.Version, "再看") }, fault.Conflict},
			"a member sets a watch":   {func() error { a := o.owner(); _, err := o.SaveWatch(desk.As(a), a, usual("AJ", "2018-01")); return err }, fault.Forbidden},
			"a leader stops a watch":  {func() error { a := o.leader(); return o.Stop(desk.As(a), a, 1, 1, true) }, fault.Forbidden},
			"a reader sees charts":    {func() error { a := o.reader(); _, err := o.Watches(desk.As(a), a); return err }, fault.Forbidden},
			"a case worker reads":     {func() error { a := o.worker(); _, err := o.List(desk.As(a), a, Filter{}); return err }, fault.Forbidden},
			"an auditor reads":        {func() error { a := o.auditor(); _, err := o.List(desk.As(a), a, Filter{}); return err }, fault.Forbidden},
		} {
			if err := c.do(); fault.KindOf(err) != c.want || err == nil {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		o.want(o.reader())
		o.want(o.town(big))
		// Two look at the same version; the second is told.
		a, b := o.owner(), o.chief()
		desk.OK(t, o.Confirm(desk.As(a), a, x.ID, x.Version, "三月集中查处，三个乡镇各有增加", nil))
		if err := o.Dismiss(desk.As(b), b, x.ID, x.Version, "偶然"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("the second decision: %v", err)
		}
		y := o.signal(x.ID)
		if y.State != Confirmed || y.By != a.Name || y.Decided != o.today() || y.Text != "三月集中查处，三个乡镇各有增加" {
			t.Errorf("decided %+v", y)
		}
		if err := o.Dismiss(desk.As(b), b, x.ID, y.Version, "偶然"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("deciding what is decided: %v", err)
		}
		// What is confirmed is seen by all who read.
		if got := o.lines(o.reader()); got != "新滋生吸毒人员 2018-03 ears confirmed 9" {
			t.Errorf("a reader sees %q", got)
		}
		d := desk.Must(o.Signal(desk.As(o.reader()), o.reader(), x.ID))(t)
		if d.MayDecide || d.MayItem || d.Rows[len(d.Rows)-1].Month.Period.String() != "2018-03" {
			t.Errorf("a reader gets %+v", d.Signal)
		}
	})
}

func wish() *Wish {
	return &Wish{Title: "核查新发现人数", Standard: "书面报告", Lead: force3, Deadline: period.MustDay("2018-04-25")}
}

// A confirmed signal becomes an action item, in the same transaction; where that fails nothing is
// confirmed either.
func TestFromASignalToAnItem(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		x := watched(t, o)
		a := o.chief()
		bad := *wish()
		bad.Deadline, bad.Lead = period.MustDay("2018-04-01"), 0
		err := o.Confirm(desk.As(a), a, x.ID, x.Version, "属实", &bad)
		var f fault.Findings
		if errors.As(err, &f); len(f) != 2 {
			t.Errorf("a late deadline and no unit: %v", err)
		}
		o.fail = fault.New(fault.Conflict, "同一来源已有事项 %s；请先打开它", "2018-0009")
		if err := o.Confirm(desk.As(a), a, x.ID, x.Version, "属实", wish()); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a refused item: %v", err)
		}
		if y := o.signal(x.ID); y.State != Open || y.Version != x.Version {
			t.Errorf("after a refused item: %+v", y)
		}
		o.fail = nil
		desk.OK(t, o.Confirm(desk.As(a), a, x.ID, x.Version, "属实", wish()))
		y := o.signal(x.ID)
		d := o.drafts[0]
		if y.Item != 1 || len(o.drafts) != 1 || d.Source.Kind != "signal" || d.Source.Ref != "situation:"+fmt.Sprint(x.ID) || d.Source.Text != "新滋生吸毒人员 2018年3月 单月偏高" || d.Force != force3 || !d.Assigned || d.Content != "属实" {
			t.Errorf("item %d from %+v", y.Item, d)
		}
		if err := o.OpenItem(desk.As(a), a, x.ID, y.Version, *wish()); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a second item: %v", err)
		}
		if err := o.Reopen(desk.As(a), a, x.ID, y.Version, "再看"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("reopening with an item: %v", err)
		}
		if n := len(y.Remarks); n != 2 || y.Remarks[0].Deed != deedConfirm || y.Remarks[1].Deed != deedItem {
			t.Errorf("remarks %+v", y.Remarks)
		}
	})
}

// A correction moves an open signal and is remarked on a decided one, whose record stays.
func TestACorrection(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		x := watched(t, o)
		o.figures.fill("XZS", "", county, "2018-03", 11)
		bump(t, o)
		o.tick()
		o.tick()
		y := o.signal(x.ID)
		if y.Reading.Count != 11 || len(y.Remarks) != 1 || y.Remarks[0].Before.Count != 9 || y.Remarks[0].After.Count != 11 || y.State != Open {
			t.Fatalf("an open signal after a correction: %+v", y)
		}
		if err := o.Confirm(desk.As(o.chief()), o.chief(), x.ID, x.Version, "属实", nil); fault.KindOf(err) != fault.Conflict {
			t.Errorf("deciding on figures that changed meanwhile: %v", err)
		}
		// A process whose figures are older changes nothing back.
		old := newFigures()
		old.fill("XZS", "", county, "2016-01", append(flat(26, 3), 9)...)
		old.seq = 0
		bump(t, o)
		desk.OK(t, openOffice(t, o.db, o.clock, old).Tick(context.Background()))
		if z := o.signal(x.ID); z.Version != y.Version {
			t.Errorf("older figures changed %+v to %+v", y, z)
		}
		desk.OK(t, o.Confirm(desk.As(o.chief()), o.chief(), x.ID, y.Version, "属实", nil))
		o.figures.fill("XZS", "", county, "2018-03", 4) // no longer beyond the limit
		bump(t, o)
		o.tick()
		z := o.signal(x.ID)
		if z.State != Confirmed || z.Reading.Count != 11 || z.Now.Count != 4 || z.Now.Above || z.Text != "属实" || len(z.Remarks) != 3 {
			t.Errorf("a decided signal after a correction: %+v", z)
		}
		bump(t, o)
		o.tick()
		if again := o.signal(x.ID); again.Version != z.Version {
			t.Errorf("a second look changed %+v", again)
		}
		// The month is taken back altogether; then the office looks again.
		delete(o.figures.cell, key("XZS", "", county, "2018-03"))
		o.figures.seq++
		bump(t, o)
		o.tick()
		if z = o.signal(x.ID); z.Now.Hold != HeldMonth {
			t.Errorf("after the month was taken back: %+v", z.Now)
		}
		desk.OK(t, o.Reopen(desk.As(o.chief()), o.chief(), x.ID, z.Version, "数字撤回，重新核实"))
		if z = o.signal(x.ID); z.State != Open || z.Reading.Hold != HeldMonth || z.Now != (Reading{}) || z.By != "" {
			t.Errorf("reopened: %+v", z)
		}
		// A meeting is not bothered with what no longer stands out.
		for _, q := range desk.Must(o.Signals(desk.As(o.chief()), o.chief(), o.today()))(t) {
			if q.Key == ref(x.ID) {
				t.Errorf("a meeting gets %+v", q)
			}
		}
	})
}

// What a meeting gets: open signals of recent months, and those confirmed in the month before.
func TestWhatAMeetingGets(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	x := watched(t, o)
	a := o.chief()
	get := func(day string) (out []string) {
		for _, q := range desk.Must(o.Signals(desk.As(a), a, period.MustDay(day)))(t) {
			if q.Code != "XZS" || q.Unit != county || q.Force != force3 || q.Path == "" {
				t.Errorf("topic %+v", q)
			}
			out = append(out, q.Title+"："+q.Reason)
		}
		return out
	}
	if got := get("2018-04-09"); len(got) != 0 {
		t.Errorf("before it was raised: %q", got)
	}
	want := "新滋生吸毒人员 2018年3月 单月偏高：新滋生吸毒人员：2018年3月9人，前12个月平均3人，超出平常波动，请核实是否集中查处或出现聚集。"
	if got := get("2018-04-16"); len(got) != 1 || got[0] != want {
		t.Errorf("open: %q", got)
	}
	confirmed := func(p string) []Topic {
		return desk.Must(o.Confirmed(desk.As(a), a, period.MustParse(p)))(t)
	}
	if got := confirmed("2018"); len(got) != 0 {
		t.Errorf("a document gets one that nobody confirmed: %+v", got)
	}
	desk.OK(t, o.Confirm(desk.As(a), a, x.ID, x.Version, "集中查处。", nil))
	if got := get("2018-05-11"); len(got) != 1 || got[0] != want+"核实情况：集中查处。" {
		t.Errorf("confirmed: %q", got)
	}
	if got := confirmed("2018"); len(got) != 1 || !strings.HasSuffix(want+"核实情况：集中查处。", got[0].Reason) || got[0].Month.String() != "2018-03" {
		t.Errorf("a document of the year gets %+v", got)
	}
	if got := confirmed("2017"); len(got) != 0 {
		t.Errorf("a document of another year gets %+v", got)
	}
	english := func(s string) string {
		said, ok := o.Sayings().Say(words.English, s, func(s string) string {
			if p, err := period.Parse(s); err == nil {
				return p.English()
			}
			return words.English.Text(s)
		})
		if !ok {
			t.Errorf("%q has no English", s)
		}
		return said
	}
	l := o.lens(words.Chinese)
	march, w := period.MustParse("2018-03"), Watch{Element: "XZS", Category: "年龄=<25", Unit: little}
	for kept, want := range map[string]string{
		"破获毒品刑事案件 2018年3月 单月偏高":                                                                                           "Cases solved, March 2018, high single month",
		l.told(w, Sudden, march, Reading{Count: 9, Past: 36, Months: 12, Above: true}):                                    "乙镇 New drug users (under 25), March 2018: 9 persons against an average of 3 persons in the 12 months before, above ordinary variation. Please check for a concentrated operation or a cluster.",
		l.told(w, Creep, march, Reading{Past: 40, Months: 12, Above: true, From: "2018-01", Total: 1018}) + "核实情况：属实；已处理": "乙镇 New drug users (under 25), January 2018 to March 2018: 1,018 persons in all against a monthly average of 3.3 persons in the year before. The months stay high, above ordinary variation. Please check for a concentrated operation or a cluster. Finding: 属实；已处理",
		l.told(w, Creep, march, Reading{Past: 40, Months: 12, Above: true, From: "2018-03", Total: 18}):                   "乙镇 New drug users (under 25), March 2018: 18 persons against a monthly average of 3.3 persons in the year before. The month is high, above ordinary variation. Please check for a concentrated operation or a cluster.",
		l.say("small_place", l.watch(w), march.Chinese()):                                                                 "乙镇 New drug users (under 25): March 2018 was above ordinary variation. Please check for a concentrated operation or a cluster.",
	} {
		if said := english(kept); said != want {
			t.Errorf("%s\n got %s\nwant %s", kept, said, want)
		}
	}
	if got := get("2018-05-12"); len(got) != 0 {
		t.Errorf("confirmed long ago: %q", got)
	}
	if _, err := o.Signals(desk.As(o.auditor()), o.auditor(), o.today()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("an auditor: %v", err)
	}
}

// Looking back raises by the same rule, tells nobody, and is no matter for a meeting.
func TestLookingBack(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	o.figures.fill("AJ", "", county, "2015-01", append(append(flat(20, 4), 15), flat(18, 4)...)...)
	id := o.save(usual("AJ", "2016-01"))
	o.tick()
	o.want(o.chief(), "破获毒品刑事案件 2016-09 ears open 15", "破获毒品刑事案件 2016-09 cusum open 15")
	if len(o.told) != 0 || len(desk.Must(o.Signals(desk.As(o.chief()), o.chief(), o.today()))(t)) != 0 {
		t.Errorf("told %+v", o.told)
	}
	// A stopped watch raises no more; its signals stay and follow corrections.
	desk.OK(t, o.Stop(desk.As(o.chief()), o.chief(), id, 1, true))
	o.figures.fill("AJ", "", county, "2018-03", 20)
	o.figures.fill("AJ", "", county, "2016-09", 16)
	o.tick()
	o.want(o.chief(), "破获毒品刑事案件 2016-09 ears open 16", "破获毒品刑事案件 2016-09 cusum open 16")
	if err := o.Stop(desk.As(o.chief()), o.chief(), id, 1, false); fault.KindOf(err) != fault.Conflict {
		t.Errorf("an old version: %v", err)
	}
	desk.OK(t, o.Stop(desk.As(o.chief()), o.chief(), id, 2, false))
	o.tick()
	if n := len(o.told); n != 4 {
		t.Errorf("%d events after going on, want 4", n)
	}
}

// What may be watched, and where: only counts that add up over months, and a township only where
// its counts are large enough.
func TestWhatMayBeWatched(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.figures.fill("XZS", "", county, "2016-01", flat(27, 30)...)
		o.figures.fill("XZS", "", big, "2016-01", flat(27, 2)...)
		o.figures.fill("XZS", "", little, "2016-01", append(flat(26, 0), 7)...)
		o.figures.fill("AJ", "", big, "2018-01", 5, 5, 5)
		for name, c := range map[string]struct {
			change func(*Watch)
			field  string
		}{
			"a stock":                {func(w *Watch) { w.Element = "XYRS" }, "element"},
			"a weight":               {func(w *Watch) { w.Element = "JH" }, "element"},
			"a yearly count":         {func(w *Watch) { w.Element = "CJ" }, "element"},
			"unknown":                {func(w *Watch) { w.Element = "NO" }, "element"},
			"unknown class":          {func(w *Watch) { w.Category = "年龄=老" }, "element"},
			"no place":               {func(w *Watch) { w.Unit = 0 }, "unit"},
			"a task force":           {func(w *Watch) { w.Unit = force3 }, "unit"},
			"a small township":       {func(w *Watch) { w.Unit = little }, "unit"},
			"a township's few years": {func(w *Watch) { w.Element, w.Unit = "AJ", big }, "unit"},
			"a quarter":              {func(w *Watch) { w.Since = period.MustParse("2018-Q1") }, "since"},
			"the future":             {func(w *Watch) { w.Since = period.MustParse("2018-05") }, "since"},
			"itself as effort":       {func(w *Watch) { w.Effort = "XZS" }, "effort"},
			"a stock as effort":      {func(w *Watch) { w.Effort = "XYRS" }, "effort"},
			"eleven months":          {func(w *Watch) { w.Settings.Baseline = 11 }, "baseline"},
			"no variation":           {func(w *Watch) { w.Settings.Sigma = 0 }, "sigma"},
			"often false":            {func(w *Watch) { w.Settings.Run = 12 }, "run"},
			"no rise":                {func(w *Watch) { w.Settings.Rise = 0 }, "rise"},
		} {
			w := usual("XZS", "2018-01")
			c.change(&w)
			_, err := o.SaveWatch(desk.As(o.chief()), o.chief(), w)
			var f fault.Findings
			if errors.As(err, &f); len(f) != 1 || f[0].Field != c.field {
				t.Errorf("%s: %v, want one sentence on %s", name, err, c.field)
			}
		}
		w := usual("XZS", "2018-01")
		w.Unit, w.Effort = big, "JG_JC"
		id := o.save(w)
		if _, err := o.SaveWatch(desk.As(o.chief()), o.chief(), w); fault.KindOf(err) != fault.Invalid {
			t.Errorf("the same watch twice: %v", err)
		}
		w.ID, w.Version, w.Element, w.Settings.Rise = id, 1, "AJ", 40
		o.save(w)
		if got := desk.Must(o.Watch(desk.As(o.chief()), o.chief(), id))(t).Watch; got.Element != "XZS" || got.Settings.Rise != 40 || got.Version != 2 {
			t.Errorf("changed to %+v", got)
		}
		if _, err := o.SaveWatch(desk.As(o.chief()), o.chief(), w); fault.KindOf(err) != fault.Conflict {
			t.Errorf("an old version: %v", err)
		}
	})
}

// Counts of persons below the county are for the office, the owning task force and the township.
func TestATownshipsPersonsAreNotForAll(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	o.figures.fill("XZS", "", big, "2016-01", append(flat(26, 2), 9)...)
	w := usual("XZS", "2018-03")
	w.Unit = big
	id := o.save(w)
	o.tick()
	x := desk.Must(o.List(desk.As(o.chief()), o.chief(), Filter{}))(t)[0].Signal
	a := o.owner()
	desk.OK(t, o.Confirm(desk.As(a), a, x.ID, x.Version, "9人都是集中查处", nil))
	for name, c := range map[string]struct {
		who  func() (string, error)
		want bool
	}{
		"office": {func() (string, error) { _, err := o.Signal(desk.As(o.chief()), o.chief(), x.ID); return "", err }, true},
		"owner":  {func() (string, error) { _, err := o.Signal(desk.As(a), a, x.ID); return "", err }, true},
		"own":    {func() (string, error) { _, err := o.Signal(desk.As(o.town(big)), o.town(big), x.ID); return "", err }, true},
		"other":  {func() (string, error) { _, err := o.Signal(desk.As(o.other()), o.other(), x.ID); return "", err }, false},
		"leader": {func() (string, error) { _, err := o.Signal(desk.As(o.leader()), o.leader(), x.ID); return "", err }, false},
		"reader": {func() (string, error) { _, err := o.Signal(desk.As(o.reader()), o.reader(), x.ID); return "", err }, false},
		"town": {func() (string, error) {
			_, err := o.Signal(desk.As(o.town(little)), o.town(little), x.ID)
			return "", err
		}, false},
		"chart": {func() (string, error) { _, err := o.Watch(desk.As(o.leader()), o.leader(), id); return "", err }, false},
	} {
		_, err := c.who()
		if c.want && err != nil || !c.want && fault.KindOf(err) != fault.Missing {
			t.Errorf("%s: %v", name, err)
		}
	}
	list := desk.Must(o.Signals(desk.As(o.chief()), o.chief(), o.today()))(t)
	if len(list) == 0 {
		t.Fatal("a meeting gets nothing")
	}
	for _, q := range list {
		if strings.Contains(q.Reason, "9") || !strings.Contains(q.Reason, "甲镇") {
			t.Errorf("a meeting with guests gets %q", q.Reason)
		}
	}
}
