package surveys

import (
	"context"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit/desk"
)

func (o *office) audits(deed string) (n int) {
	o.t.Helper()
	desk.OK(o.t, o.db.View(context.Background(), func(tx *sqldb.Tx) error {
		return tx.Get(`SELECT COUNT(*) FROM sys_audit WHERE deed = $1`, []any{deed}, &n)
	}))
	return n
}

func TestASurveyFromDraftToTheNextWave(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		m, c, town, leader := o.member(), o.chief(), o.town(), o.leader()
		was := phoned()
		was.Title, was.From, was.To = "2016年群众满意率调查", was.From.AddDays(-365), was.To.AddDays(-365)
		first := desk.Must(o.Save(desk.As(m), m, was))(t)

		// A draft is known to the office and its own task force only.
		for _, a := range []perm.Actor{town, leader, o.other(), o.reader()} {
			_, err := o.Show(desk.As(a), a, first)
			want(t, "a draft", err, fault.Missing)
			if list := desk.Must(o.List(desk.As(a), a))(t); len(list) != 0 {
				t.Errorf("%s lists %d drafts", a.Name, len(list))
			}
		}
		// A file with a fault writes nothing; a dry run writes nothing; then it is written.
		p := desk.Must(o.ImportAnswers(desk.As(m), m, first, "a.csv", []byte("层,份数,Q1\n甲镇,100,满意\n甲镇,5,坏\n"), false))(t)
		if p.Report.Written || len(p.Report.Findings) != 1 || len(desk.Must(o.Show(desk.As(m), m, first))(t).Counts) != 0 {
			t.Fatalf("a file with a fault: %+v", p.Report)
		}
		good := []byte("层,份数,Q1\n甲镇,80,很满意\n甲镇,70,满意\n甲镇,45,不满意\n甲镇,5,说不清\n乙镇,40,很满意\n乙镇,35,满意\n乙镇,23,不满意\n乙镇,2,说不清\n")
		p = desk.Must(o.ImportAnswers(desk.As(m), m, first, "a.csv", good, true))(t)
		if p.Report.Written || p.People != 300 || p.Token == "" || len(desk.Must(o.Show(desk.As(m), m, first))(t).Counts) != 0 {
			t.Fatalf("a dry run: %+v", p)
		}
		_, err := o.Apply(desk.As(o.other()), o.other(), first, p.Token)
		want(t, "another task force", err, fault.Missing)
		if n := desk.Must(o.Apply(desk.As(m), m, first, p.Token))(t); n != 300 {
			t.Fatalf("%d persons, want 300", n)
		}
		_, err = o.Apply(desk.As(m), m, first, p.Token)
		want(t, "after the survey has changed", err, fault.Conflict)
		if again := desk.Must(o.ImportAnswers(desk.As(m), m, first, "b.csv", good, true))(t); again.Report.Unchanged != 300 || again.Before != 300 {
			t.Errorf("the same file again: %+v", again.Report)
		}
		// What has counts keeps its answers and strata.
		x := desk.Must(o.Show(desk.As(m), m, first))(t).Survey
		y := x
		y.Strata = append([]Stratum(nil), x.Strata...)
		y.Strata[1].Name = "丙乡"
		_, err = o.Save(desk.As(m), m, y)
		if err == nil || !strings.Contains(err.Error(), "“乙镇”已有数据") {
			t.Errorf("a stratum with counts was renamed: %v", err)
		}
		// Two editors: the second is refused.
		x.Note = "第一人"
		desk.Must(o.Save(desk.As(m), m, x))(t)
		x.Note = "第二人"
		_, err = o.Save(desk.As(c), c, x)
		want(t, "the second editor", err, fault.Conflict)

		// Only the office fixes, and only what it has looked at.
		want(t, "a task force fixes", o.Fix(desk.As(m), m, first, 3), fault.Forbidden)
		want(t, "fixed after a change", o.Fix(desk.As(c), c, first, 2), fault.Conflict)
		desk.OK(t, o.Fix(desk.As(c), c, first, 3))
		want(t, "fixed twice", o.Fix(desk.As(c), c, first, 4), fault.Conflict)
		_, err = o.Save(desk.As(c), c, x)
		want(t, "changed after fixing", err, fault.Conflict)
		want(t, "counts after fixing", o.SetCounts(desk.As(c), c, first, 4, "Q1", twoTowns()), fault.Conflict)
		want(t, "cleared after fixing", o.Clear(desk.As(c), c, first, 4), fault.Conflict)
		w := desk.Must(o.Show(desk.As(town), town, first))(t)
		if w.Inside || len(w.Counts) != 0 || len(w.Results) != 1 || w.Results[0].Whole.Why != "" || w.Stale {
			t.Errorf("a township sees %+v", w)
		}
		if list := desk.Must(o.List(desk.As(town), town))(t); len(list) != 1 || list[0].Results[0].Value != stats.SurveyPercent(w.Results[0].Whole.Est.Value) {
			t.Errorf("the list of a township: %+v", list)
		}

		// The next wave begins with the same questions and strata and is compared.
		second := desk.Must(o.Again(desk.As(m), m, first))(t)
		next := desk.Must(o.Show(desk.As(m), m, second))(t).Survey
		if next.Previous != first || next.State != Draft || next.Approached != 0 || len(next.Strata) != 2 || next.FixedOn != 0 {
			t.Fatalf("the next wave %+v", next)
		}
		next.Title, next.From, next.To, next.Approached = "2017年群众满意率调查", phoned().From, phoned().To, 500
		desk.Must(o.Save(desk.As(m), m, next))(t)
		want(t, "without counts", o.Fix(desk.As(c), c, second, 2), fault.Invalid)
		desk.OK(t, o.SetCounts(desk.As(m), m, second, 2, "Q1", twoTowns()))
		desk.OK(t, o.Fix(desk.As(c), c, second, 3))
		w = desk.Must(o.Show(desk.As(leader), leader, second))(t)
		if len(w.Waves[0]) != 1 || w.Waves[0][0].Fault != "" || !w.Waves[0][0].Change.Beyond || w.Waves[0][0].Change.Difference < 0.15 {
			t.Errorf("the waves %+v", w.Waves)
		}
		if n := desk.Must(o.CheckFixed(context.Background()))(t); n != 2 {
			t.Errorf("%d surveys checked, want 2", n)
		}

		// Withdrawn with a reason: the figures are gone for those outside and for the comparison.
		want(t, "without a reason", o.Withdraw(desk.As(c), c, first, 4, ""), fault.Invalid)
		want(t, "a task force withdraws", o.Withdraw(desk.As(m), m, first, 4, "错了"), fault.Forbidden)
		want(t, "an old version", o.Withdraw(desk.As(c), c, first, 3, "错了"), fault.Conflict)
		desk.OK(t, o.Withdraw(desk.As(c), c, first, 4, "两个镇的数据录反了"))
		want(t, "withdrawn twice", o.Withdraw(desk.As(c), c, first, 5, "错了"), fault.Conflict)
		if w := desk.Must(o.Show(desk.As(town), town, first))(t); w.Survey.Reason == "" || len(w.Results) != 0 {
			t.Errorf("a withdrawn survey for a township: %+v", w)
		}
		if w := desk.Must(o.Show(desk.As(m), m, first))(t); len(w.Results) != 1 {
			t.Error("a withdrawn survey keeps its figures for the task force")
		}
		if w := desk.Must(o.Show(desk.As(town), town, second))(t); !w.Unfixed || len(w.Waves[0]) != 0 {
			t.Errorf("a withdrawn wave is compared with: %+v", w.Waves)
		}

		for deed, n := range map[string]int{"new": 2, "change": 2, "import": 1, "counts": 1, "fix": 2, "withdraw": 1, "clear": 0} {
			if got := o.audits("surveys." + deed); got != n {
				t.Errorf("%d audit lines of %s, want %d", got, deed, n)
			}
		}
	})
}

// A record that no longer agrees with its counts is found.
func TestTamperedCountsAreFound(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	id := o.fixed(phoned(), twoTowns())
	desk.OK(t, o.db.InTx(context.Background(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`UPDATE surveys_count SET n = 1 WHERE survey = $1 AND answer = 2`, id)
		return err
	}))
	if _, err := o.CheckFixed(context.Background()); err == nil {
		t.Error("nothing found")
	}
	if w := desk.Must(o.Show(desk.As(o.chief()), o.chief(), id))(t); !w.Stale {
		t.Error("the page does not say so")
	}
}

// Surveys of the office are the office's; those of a task force also the task force's.
func TestWhoMayWrite(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	for name, x := range map[string]struct {
		who   perm.Actor
		force bool // of ZB6, else the office's own
		kind  fault.Kind
		may   bool
	}{
		"office, own": {o.chief(), false, 0, true}, "office, force": {o.chief(), true, 0, true}, "member, own force": {o.member(), true, 0, true}, "member, of the office": {o.member(), false, fault.Forbidden, false}, "member, other force": {o.other(), true, fault.Forbidden, false},
		"leader": {o.leader(), true, fault.Forbidden, false}, "reader": {o.reader(), true, fault.Forbidden, false}, "township": {o.town(), true, fault.Forbidden, false}, "auditor": {o.auditor(), true, fault.Forbidden, false}, "nobody": {perm.Actor{}, true, fault.Forbidden, false},
	} {
		s := phoned()
		if !x.force {
			s.Force = 0
		}
		_, err := o.Save(desk.As(x.who), x.who, s)
		if (err == nil) != x.may || err != nil && fault.KindOf(err) != x.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A fixed survey is seen by all; its owner alone changes or repeats it.
	id, a := o.fixed(phoned(), twoTowns()), o.other()
	_, err := o.Again(desk.As(a), a, id)
	want(t, "another task force repeats it", err, fault.Forbidden)
	_, err = o.ImportAnswers(desk.As(a), a, id, "a.csv", nil, true)
	want(t, "another task force imports", err, fault.Forbidden)
	_, err = o.List(desk.As(o.auditor()), o.auditor())
	want(t, "an auditor lists", err, fault.Forbidden)
	// A force of the survey may not be changed to take it away from its owner.
	m := o.member()
	draft := desk.Must(o.Save(desk.As(m), m, phoned()))(t)
	x := desk.Must(o.Show(desk.As(m), m, draft))(t).Survey
	x.Force = force3
	_, err = o.Save(desk.As(a), a, x)
	want(t, "taken over by another task force", err, fault.Missing)
}

// The faults of typed counts.
func TestFaultsOfTypedCounts(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	a := o.chief()
	id := desk.Must(o.Save(desk.As(a), a, phoned()))(t)
	for name, x := range map[string]struct {
		counts Counts
		says   string
	}{
		"stratum":  {cells("丁镇", "", 1), "分层里没有“丁镇”"},
		"cluster":  {cells("甲镇", "一村", 1), "不是整群抽样"},
		"negative": {cells("甲镇", "", -1), "人数应为"},
		"answer":   {cells("甲镇", "", 1, 1, 1, 1, 1), "没有第 5 个回答"},
		"weight":   {Counts{{Stratum: "甲镇", Weight: "2", N: 1}}, "不带权数"},
		"twice":    {append(cells("甲镇", "", 1), cells("甲镇", "", 2)...), "写了两行"},
		"too many": {cells("甲镇", "", 200_000, 200_000), "上限"},
	} {
		err := o.SetCounts(desk.As(a), a, id, 1, "Q1", x.counts)
		if err == nil || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := o.Show(desk.As(a), a, 99)
	want(t, "no survey", err, fault.Missing)
	want(t, "no question", o.SetCounts(desk.As(a), a, id, 1, "Q9", nil), fault.Missing)
	desk.OK(t, o.SetCounts(desk.As(a), a, id, 1, "Q1", twoTowns()))
	desk.OK(t, o.Clear(desk.As(a), a, id, 2))
	if w := desk.Must(o.Show(desk.As(a), a, id))(t); len(w.Counts) != 0 {
		t.Errorf("cleared, but %v", w.Counts)
	}
}
