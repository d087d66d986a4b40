package actions

import (
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/sqldb"
)

// The whole way: a member proposes, the office approves, two units report, the task force
// verifies, the office closes, the item is reopened under its number.
func TestAnItemGoesItsWay(t *testing.T) {
	each(t, func(w *world) {
		d := draft()
		d.Lead, d.Deadline, d.Standard = 0, 0, ""
		item, err := w.Propose(w.ctx, w.memberA(), d, false)
		w.must(err)
		id := item.ID
		if item.No != "" || item.State != work.Proposed || item.Light != "grey" {
			t.Errorf("a proposal is %+v", item)
		}
		err = w.Approve(w.ctx, w.officer(), id, Edit{Version: 1, AsIs: true})
		for _, what := range []string{"牵头单位", "完成标准", "截止日"} {
			w.refused("approving an incomplete proposal", err, fault.Invalid, what)
		}
		w.must(w.Approve(w.ctx, w.officer(), id, Edit{Version: 1, Draft: draft()}))
		a := w.state(id, work.Assigned)
		if a.No != "2018-0001" || a.Deadline != day18("05-25") || a.Assigned != day18("05-10") {
			t.Errorf("approved: %+v", a)
		}
		w.must(w.Sign(w.ctx, w.jia(), id))
		w.state(id, work.Working)

		err = w.Report(w.ctx, w.jia(), id, Report{Unit: jia, Text: "已补齐"})
		w.refused("the lead's report without evidence", err, fault.Invalid, "至少要附一份")
		w.must(w.Report(w.ctx, w.jia(), id, Report{Unit: jia, Text: "已补齐\n详见附件", Uploads: []Upload{png("a"), png("b")}}))
		w.state(id, work.Working) // 乙乡 has not reported
		w.must(w.Report(w.ctx, w.yi(), id, Report{Unit: yi, Text: "已配合"}))
		a = w.state(id, work.Answered)
		if a.Answer != "乙乡：已配合" || a.Answered != day18("05-10") {
			t.Errorf("answered: %+v", a)
		}
		w.must(w.SendBack(w.ctx, w.memberA(), id, a.Version, "照片看不清", day18("05-31"), []org.UnitID{yi}))
		a = w.state(id, work.Working)
		if a.Returned != 1 || !a.SentBack || a.Deadline != day18("05-31") || a.First != day18("05-25") || a.Parties[0].Done || a.Parties[1].Done {
			t.Errorf("sent back: %+v", a)
		}
		w.must(w.Waive(w.ctx, w.jia(), id, []org.UnitID{yi}, "乙乡已无相关企业"))
		w.must(w.Report(w.ctx, w.jia(), id, Report{Unit: jia, Text: "已重拍", Uploads: []Upload{png("c")}}))
		a = w.state(id, work.Answered)
		w.must(w.Verify(w.ctx, w.memberA(), id, a.Version, ""))
		a = w.state(id, work.Verified)
		w.must(w.Close(w.ctx, w.officer(), id, a.Version, "同意"))
		a = w.state(id, work.Closed)
		if a.Ended != day18("05-10") {
			t.Errorf("closed: %+v", a)
		}
		w.clock.Set("2018-07-02")
		w.must(w.Reopen(w.ctx, w.officer(), id, a.Version, "抽查发现反弹", day18("07-20")))
		a = w.state(id, work.Working)
		if a.No != "2018-0001" || a.Round != 2 || a.First != day18("05-25") || a.Ended != 0 || a.complete() {
			t.Errorf("reopened: %+v", a)
		}
		got, err := w.Look(w.ctx, w.officer(), id)
		w.must(err)
		var deeds []string
		for _, e := range got.Log {
			deeds = append(deeds, string(e.Deed))
			if e.Account == "" || e.At == "" {
				t.Errorf("a line without person or time: %+v", e)
			}
		}
		want := "propose approve sign feedback feedback answered sendback waive feedback answered verify close reopen"
		if strings.Join(deeds, " ") != want {
			t.Errorf("log: %s\nwant %s", strings.Join(deeds, " "), want)
		}
		if len(got.Feedback) != 3 || len(got.Feedback[0].Files) != 2 || got.Feedback[0].Round != 1 {
			t.Errorf("feedback: %+v", got.Feedback)
		}
		if n, err := w.db.CheckAudit(w.ctx); err != nil || n < 13 {
			t.Errorf("audit: %d lines, %v", n, err)
		}
		if len(w.told.twice) > 0 {
			t.Errorf("told twice: %v", w.told.twice)
		}
	})
}

func TestHandedBackRecalledAndDeclined(t *testing.T) {
	each(t, func(w *world) {
		id := w.assigned(draft())
		w.refused("handing back without a reason", w.HandBack(w.ctx, w.jia(), id, " "), fault.Invalid, "理由")
		w.must(w.HandBack(w.ctx, w.jia(), id, "不在本镇"))
		a := w.state(id, work.Proposed)
		w.refused("declining what was approved once", w.Decline(w.ctx, w.officer(), id, a.Version, "不办"), fault.Conflict, "已经立过项")
		d := draft()
		d.Lead, d.Assist, d.Deadline = yi, nil, day18("05-28")
		w.must(w.Approve(w.ctx, w.officer(), id, Edit{Version: a.Version, Draft: d}))
		a = w.state(id, work.Assigned)
		if a.No != "2018-0001" || a.Lead() != yi || a.First != day18("05-25") {
			t.Errorf("approved anew: %+v", a)
		}
		w.must(w.Sign(w.ctx, w.yi(), id))
		w.must(w.Recall(w.ctx, w.officer(), id, w.get1(id).Version, "职责调整"))
		w.state(id, work.Proposed)

		other, err := w.Propose(w.ctx, w.memberA(), draft(), true)
		w.must(err)
		w.must(w.Decline(w.ctx, w.officer(), other.ID, 1, "重复"))
		w.state(other.ID, work.Abandoned)
		// Numbers go to committed items only, without gaps.
		if a := w.get1(w.assigned(draft())); a.No != "2018-0002" {
			t.Errorf("number after a declined proposal: %s, want 2018-0002", a.No)
		}
	})
}

func TestOneSourceOneItem(t *testing.T) {
	each(t, func(w *world) {
		d := draft()
		d.Assigned, d.Source = true, work.Source{Kind: work.FromDecision, Ref: "7", Text: "2018年5月上半月调度会 第3项", Path: "/meetings/1#d3"}
		open := func(by perm.Actor, d work.Draft) (item work.Item, err error) {
			err = w.db.InTx(w.ctx, func(tx *sqldb.Tx) error { item, err = w.Open(tx, by, d); return err })
			return item, err
		}
		first, err := open(w.officer(), d)
		w.must(err)
		if first.State != work.Assigned || first.No != "2018-0001" {
			t.Errorf("opened: %+v", first)
		}
		_, err = open(w.officer(), d)
		w.refused("a second item of a decision", err, fault.Conflict, "2018-0001")
		if _, err := w.Propose(w.ctx, w.officer(), d, true); err != nil {
			t.Errorf("a second item on purpose: %v", err)
		}
		d.Source.Ref = "8"
		_, err = open(w.memberA(), d)
		w.refused("a member assigning", err, fault.Forbidden, "")
		d.Standard = ""
		_, err = open(w.officer(), d)
		w.refused("an item without a standard", err, fault.Invalid, "完成标准")
		// What fails leaves no number behind.
		d.Standard = "好"
		third, err := open(w.officer(), d)
		w.must(err)
		if third.No != "2018-0003" {
			t.Errorf("number %s, want 2018-0003", third.No)
		}
	})
}

func TestExtensions(t *testing.T) {
	each(t, func(w *world) {
		id := w.assigned(draft())
		w.must(w.Sign(w.ctx, w.jia(), id))
		w.refused("an earlier day", w.AskExtension(w.ctx, w.jia(), id, day18("05-25"), "缺人"), fault.Invalid, "应晚于")
		w.clock.Set("2018-05-25") // the last day on which one may ask
		w.must(w.AskExtension(w.ctx, w.jia(), id, day18("06-16"), "缺人"))
		w.refused("a second request", w.AskExtension(w.ctx, w.jia(), id, day18("06-20"), "缺人"), fault.Conflict, "等待决定")
		w.state(id, work.Working)
		w.clock.Set("2018-05-28")
		w.refused("refusing without a reason", w.DecideExtension(w.ctx, w.officer(), id, false, 0, ""), fault.Invalid, "理由")
		w.must(w.DecideExtension(w.ctx, w.officer(), id, true, 0, ""))
		a := w.get1(id)
		// 2018-06-16 is a Saturday, and 06-18 is the Dragon Boat festival.
		if a.Deadline != day18("06-19") || a.Asked != day18("06-16") || a.First != day18("05-25") || a.Extending {
			t.Errorf("extended: %+v", a)
		}
		w.refused("deciding twice", w.DecideExtension(w.ctx, w.officer(), id, true, 0, ""), fault.Conflict, "没有等待决定")
		w.clock.Set("2018-06-20")
		w.refused("asking when it is late", w.AskExtension(w.ctx, w.jia(), id, day18("07-20"), "缺人"), fault.Conflict, "已过")
		// An answer settles a request that waits.
		id = w.assigned(func() work.Draft { d := draft(); d.Deadline = day18("06-29"); return d }())
		w.must(w.Sign(w.ctx, w.jia(), id))
		w.must(w.AskExtension(w.ctx, w.jia(), id, day18("07-16"), "缺人"))
		w.must(w.Report(w.ctx, w.yi(), id, Report{Unit: yi, Text: "好"}))
		w.must(w.Report(w.ctx, w.jia(), id, Report{Unit: jia, Text: "好", Uploads: []Upload{png("x")}}))
		if a := w.state(id, work.Answered); a.Extending {
			t.Errorf("still extending: %+v", a)
		}
	})
}

func TestAbandonNeedsADocument(t *testing.T) {
	each(t, func(w *world) {
		id := w.assigned(draft())
		v := w.get1(id).Version
		err := w.Abandon(w.ctx, w.boss(), id, v, "", "", nil, nil)
		for _, what := range []string{"理由", "依据文件", "附上文件"} {
			w.refused("abandoning on nothing", err, fault.Invalid, what)
		}
		w.must(w.Abandon(w.ctx, w.boss(), id, v, "县禁毒委会议纪要〔2018〕5号", "任务并入专项", []Upload{png("纪要")}, nil))
		a := w.state(id, work.Abandoned)
		got, err := w.Look(w.ctx, w.boss(), id)
		w.must(err)
		if a.Ended == 0 || a.Ending == "" || len(got.Documents) != 1 {
			t.Errorf("abandoned: %+v, documents %v", a, got.Documents)
		}
		w.refused("signing what is abandoned", w.Sign(w.ctx, w.jia(), id), fault.Conflict, "已终止")
	})
}

// The light can be overridden by two people, and says so.
func TestAnotherPersonApprovesALight(t *testing.T) {
	each(t, func(w *world) {
		id := w.assigned(draft())
		w.clock.Set("2018-05-28")
		w.refused("a light without a reason", w.AskLight(w.ctx, w.officer(), id, Override{Light: "green"}), fault.Invalid, "理由")
		w.must(w.AskLight(w.ctx, w.officer(), id, Override{Light: "yellow", Reason: "洪水停工"}))
		item, err := w.Item(w.ctx, w.officer(), id)
		w.must(err)
		if item.Light != "red" {
			t.Errorf("light before approval: %s", item.Light)
		}
		w.refused("approving the own light", w.ApproveLight(w.ctx, w.officer(), id), fault.Forbidden, "本人")
		w.must(w.ApproveLight(w.ctx, w.boss(), id))
		got, err := w.Look(w.ctx, w.reader(), id)
		w.must(err)
		if got.Standing.Light != "yellow" || got.Standing.Computed != "red" || !strings.Contains(got.Action.Override.Approver, "某boss") {
			t.Errorf("override: %+v %+v", got.Standing, got.Action.Override)
		}
		w.must(w.EndLight(w.ctx, w.officer2(), id))
		if got, _ := w.Item(w.ctx, w.officer(), id); got.Light != "red" {
			t.Errorf("light after the end: %s", got.Light)
		}
	})
}

// A unit is merged while it owns items: the successor handles them; after a split the office
// assigns anew.
func TestAMergedUnitsItemsGoToItsSuccessor(t *testing.T) {
	each(t, func(w *world) {
		id := w.assigned(draft())
		next, _, err := w.reg.Merge([]org.UnitID{jia, yi}, org.Unit{ID: 50, Code: "999901300", Kind: org.Township, Versions: []org.Version{{Name: "新镇", Parent: county}}}, day18("05-14"), "合并")
		w.must(err)
		w.reg = next
		w.clock.Set("2018-05-15")
		w.refused("the reporter of the old unit", w.Sign(w.ctx, w.jia(), id), fault.Forbidden, "")
		newcomer := w.actor("xin", perm.Reporter, 50)
		w.must(w.Sign(w.ctx, newcomer, id))
		list, err := w.Items(w.ctx, newcomer, work.Filter{Unit: 50})
		w.must(err)
		if len(list) != 1 || list[0].Lead != jia {
			t.Errorf("items of the successor: %+v", list)
		}
		// Whoever takes over is told so, once for each unit that is no more.
		w.must(w.Tick(w.ctx))
		w.must(w.Tick(w.ctx))
		passed := 0
		for _, e := range w.told.events {
			if strings.Contains(e.Text, "现由本单位承接") {
				if passed++; len(e.Units) != 1 || e.Units[0] != 50 {
					t.Errorf("told of what it takes over: %+v", e)
				}
			}
		}
		if passed != 2 {
			t.Errorf("%d notices of what is taken over, want 2", passed)
		}
		for _, e := range w.told.events[1:] {
			for _, u := range e.Units {
				if u == jia || u == yi {
					t.Errorf("told a unit that is no more: %+v", e)
				}
			}
		}
		// An edit keeps the units that the form can no longer offer.
		e := Edit{Version: w.get1(id).Version, Draft: draft(), Reason: "更正"}
		e.Draft.Assist = nil
		w.must(w.EditItem(w.ctx, w.officer(), id, e))
		if a := w.get1(id); len(a.Parties) != 2 || a.Lead() != jia {
			t.Errorf("units after an edit: %+v", a.Parties)
		}
		todo, err := w.Waiting(w.ctx, newcomer)
		w.must(err)
		if len(todo) != 2 || todo[0].Deed != FileFeedback || todo[0].Unit != jia || todo[1].Unit != yi {
			t.Errorf("what waits for the successor: %+v", todo)
		}
		// The merged parties each report; one person may do it for both.
		w.must(w.Report(w.ctx, newcomer, id, Report{Unit: jia, Text: "好", Uploads: []Upload{png("x")}}))
		w.must(w.Report(w.ctx, newcomer, id, Report{Unit: yi, Text: "好"}))
		w.state(id, work.Answered)
	})
}

// A deadline is a working day of the calendar: across the spring festival, on a make-up day, and
// in a year whose days off are not known.
func TestDeadlinesFollowTheCalendar(t *testing.T) {
	w := openWorld(t, sqldb.SQLite)
	for _, c := range []struct{ asked, want string }{
		{"2018-02-14", "2018-02-14"}, {"2018-02-15", "2018-02-22"}, {"2018-02-21", "2018-02-22"},
		{"2018-02-24", "2018-02-24"}, // a Saturday that is worked
		{"2018-02-25", "2018-02-26"}, {"2018-04-05", "2018-04-08"}, {"2018-10-01", "2018-10-08"},
	} {
		got, moved, _ := w.dayOf(period.MustDay(c.asked))
		if got.String() != c.want || moved != (c.asked != c.want) {
			t.Errorf("deadline asked %s = %s (moved %v), want %s", c.asked, got, moved, c.want)
		}
	}
	w.clock.Set("2018-05-10")
	d := draft()
	d.Deadline = period.MustDay("2022-05-06")
	known, err := calendar.New() // nothing is published
	w.must(err)
	w.cal = known
	id := w.assigned(d)
	got, err := w.Item(w.ctx, w.officer(), id)
	w.must(err)
	if !strings.Contains(got.Why, "节假日安排未发布") {
		t.Errorf("why = %q, want the flag of an unpublished year", got.Why)
	}
	d.Deadline = period.MustDay("2018-10-01") // a Monday, off in the published table
	id = w.assigned(d)
	w.cal = testCalendar(t)
	list, err := w.Shifts(w.ctx, w.officer())
	w.must(err)
	if len(list) != 1 || list[0].Item.ID != id || list[0].New != day18("10-08") {
		t.Fatalf("shifts after the table came: %+v", list)
	}
	if _, err := w.Recalendar(w.ctx, w.officer(), []int64{id}); err != nil {
		t.Fatal(err)
	}
	if a := w.get1(id); a.Deadline != day18("10-08") || a.First != day18("10-01") {
		t.Errorf("recalculated: %s, first %s", a.Deadline, a.First)
	}
}

func TestUnitsThatItemsHangOn(t *testing.T) {
	each(t, func(w *world) {
		w.assigned(draft())
		for u, want := range map[org.UnitID]bool{jia: true, yi: true, forceA: true, forceB: false, police: false} {
			if got, err := w.UsesUnit(w.ctx, u); err != nil || got != want {
				t.Errorf("unit %d is used: %v %v, want %v", u, got, err, want)
			}
		}
	})
}

func TestFiltersChooseItems(t *testing.T) {
	w := openWorld(t, sqldb.SQLite)
	a := w.assigned(draft())
	d := draft()
	d.Lead, d.Assist, d.Force = jia1, nil, 0
	d.Source = work.Source{Kind: work.FromDecision, Ref: "9", Text: "调度会"}
	d.Figure = work.Figure{Code: "I5", Unit: county, Period: period.MustParse("2018-04")}
	b := w.assigned(d)
	w.closed(a)
	w.clock.Set("2018-06-01")
	d.Source.Ref, d.Lead = "10", police
	d.Deadline = day18("06-29")
	c := w.assigned(d)
	for _, x := range []struct {
		f    work.Filter
		want []int64
	}{
		{work.Filter{}, []int64{a, b, c}}, {work.Filter{Open: true}, []int64{b, c}}, {work.Filter{Unit: jia}, []int64{a, b}}, {work.Filter{Unit: yi}, []int64{a}},
		{work.Filter{Unit: county}, []int64{a, b}}, {work.Filter{Unit: forceA}, []int64{c}}, {work.Filter{Unit: post}, []int64{c}}, {work.Filter{Force: forceA}, []int64{a}},
		{work.Filter{Source: work.FromDecision}, []int64{b, c}}, {work.Filter{Source: work.FromDecision, Ref: "9"}, []int64{b}}, {work.Filter{Code: "I5"}, []int64{b, c}},
		{work.Filter{Since: day18("05-11")}, []int64{c}}, {work.Filter{Since: day18("05-10")}, []int64{a, b, c}}, {work.Filter{Until: day18("05-31")}, []int64{a, b}},
	} {
		list, err := w.Items(w.ctx, w.reader(), x.f)
		w.must(err)
		var got []int64
		for _, i := range list {
			got = append(got, i.ID)
		}
		if !slices.Equal(got, x.want) {
			t.Errorf("%+v chooses %v, want %v", x.f, got, x.want)
		}
	}
}
