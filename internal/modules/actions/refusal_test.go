package actions

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/sqldb"
)

// who lists the people of the county by what they are.
func (w *world) who() map[string]perm.Actor {
	both := perm.Actor{Login: "jia", Name: "某", Tree: w.Today(), Posts: []perm.Post{{ID: 1, Role: perm.Reporter, Unit: jia}, {ID: 2, Role: perm.Office, Unit: office}, {ID: 3, Role: perm.Member, Unit: forceA}}}
	return map[string]perm.Actor{"nobody": {}, "boss": w.boss(), "office": w.officer(), "memberA": w.memberA(), "memberB": w.memberB(), "jia": w.jia(), "yi": w.yi(),
		"village": w.actor("cun", perm.Reporter, jia1), "police": w.actor("ga", perm.Reporter, police), "worker": w.actor("sg", perm.Worker, jia), "reader": w.reader(),
		"sysadmin": w.actor("sys", perm.SysAdmin, county), "secadmin": w.actor("sec", perm.SecAdmin, county), "auditor": w.actor("aud", perm.Auditor, county),
		"doer": both} // signed and reported, and holds the posts to verify and close as well
}

// Each deed is tried by everybody on an item of 甲镇 and 乙乡 in the matter of force A, in the state
// in which it may be done. Those who are not named are refused; then one who is named does it.
func TestWhoMayDoWhat(t *testing.T) {
	w := openWorld(t, sqldb.SQLite)
	set := DefaultSettings()
	set.Prefix = "试"
	w.must(w.SaveSettings(w.ctx, w.officer(), set))
	assigned := func() int64 { return w.assigned(draft()) }
	working := func() int64 { id := assigned(); w.must(w.Sign(w.ctx, w.jia(), id)); return id }
	extending := func() int64 {
		id := working()
		w.must(w.AskExtension(w.ctx, w.jia(), id, day18("06-20"), "缺人"))
		return id
	}
	answered := func() int64 { id := assigned(); w.answered(id); return id }
	verified := func() int64 {
		id := answered()
		w.must(w.Verify(w.ctx, w.memberA(), id, w.get1(id).Version, ""))
		return id
	}
	proposed := func() int64 {
		item, err := w.Propose(w.ctx, w.officer(), draft(), true)
		w.must(err)
		return item.ID
	}
	lit := func() int64 {
		id := working()
		w.must(w.AskLight(w.ctx, w.officer2(), id, Override{Light: "grey", Reason: "停工"}))
		return id
	}
	closed := func() int64 { id := assigned(); w.closed(id); return id }
	v := func(id int64) int64 { return w.get1(id).Version }
	for _, c := range []struct {
		deed Deed
		item func() int64
		by   string // those who may, the first does it
		do   func(a perm.Actor, id int64) error
	}{
		{Propose, func() int64 { return 0 }, "office memberA doer", func(a perm.Actor, _ int64) error { _, err := w.Propose(w.ctx, a, draft(), true); return err }},
		{EditItem, assigned, "office doer", func(a perm.Actor, id int64) error {
			return w.EditItem(w.ctx, a, id, Edit{Version: v(id), Draft: draft(), Reason: "改"})
		}},
		{Approve, proposed, "office doer", func(a perm.Actor, id int64) error {
			return w.Approve(w.ctx, a, id, Edit{Version: v(id), Draft: draft()})
		}},
		{Decline, proposed, "office doer", func(a perm.Actor, id int64) error { return w.Decline(w.ctx, a, id, v(id), "不办") }},
		{Sign, assigned, "jia doer", func(a perm.Actor, id int64) error { return w.Sign(w.ctx, a, id) }},
		{HandBack, assigned, "jia doer", func(a perm.Actor, id int64) error { return w.HandBack(w.ctx, a, id, "不归我们") }},
		{Recall, working, "office doer", func(a perm.Actor, id int64) error { return w.Recall(w.ctx, a, id, v(id), "改派") }},
		{FileFeedback, working, "jia doer", func(a perm.Actor, id int64) error {
			return w.Report(w.ctx, a, id, Report{Unit: jia, Text: "办了", Uploads: []Upload{png("x")}})
		}},
		{FileFeedback, working, "yi", func(a perm.Actor, id int64) error { return w.Report(w.ctx, a, id, Report{Unit: yi, Text: "办了"}) }},
		{Waive, working, "jia doer", func(a perm.Actor, id int64) error { return w.Waive(w.ctx, a, id, []org.UnitID{yi}, "无关") }},
		{AskExtension, working, "jia doer", func(a perm.Actor, id int64) error { return w.AskExtension(w.ctx, a, id, day18("06-20"), "缺人") }},
		{Grant, extending, "office", func(a perm.Actor, id int64) error { return w.DecideExtension(w.ctx, a, id, true, 0, "") }},
		{Refuse, extending, "office", func(a perm.Actor, id int64) error { return w.DecideExtension(w.ctx, a, id, false, 0, "不行") }},
		{Verify, answered, "memberA office", func(a perm.Actor, id int64) error { return w.Verify(w.ctx, a, id, v(id), "") }},
		{SendBack, answered, "office memberA", func(a perm.Actor, id int64) error {
			return w.SendBack(w.ctx, a, id, v(id), "不清", day18("06-20"), nil)
		}},
		{Close, verified, "office", func(a perm.Actor, id int64) error { return w.Close(w.ctx, a, id, v(id), "") }},
		{Reopen, closed, "office doer", func(a perm.Actor, id int64) error { return w.Reopen(w.ctx, a, id, v(id), "反弹", day18("06-20")) }},
		{Abandon, assigned, "boss", func(a perm.Actor, id int64) error {
			return w.Abandon(w.ctx, a, id, v(id), "纪要", "并入专项", []Upload{png("x")}, nil)
		}},
		{AskLight, working, "office doer", func(a perm.Actor, id int64) error {
			return w.AskLight(w.ctx, a, id, Override{Light: "grey", Reason: "停工"})
		}},
		{ApproveLight, lit, "boss office doer", func(a perm.Actor, id int64) error { return w.ApproveLight(w.ctx, a, id) }},
		{EndLight, lit, "office doer", func(a perm.Actor, id int64) error { return w.EndLight(w.ctx, a, id) }},
		{IssueSlip, func() int64 { d := draft(); d.Deadline = day18("05-11"); return w.assigned(d) }, "office doer", func(a perm.Actor, id int64) error {
			_, err := w.IssueSlip(w.ctx, a, id, BlueSlip)
			return err
		}},
		{Recalendar, func() int64 {
			w.cal, _ = calendar.New() // nothing is published yet
			d := draft()
			d.Deadline = day18("10-01")
			id := w.assigned(d)
			w.cal = testCalendar(t)
			return id
		}, "office doer", func(a perm.Actor, id int64) error { _, err := w.Recalendar(w.ctx, a, []int64{id}); return err }},
	} {
		may := strings.Fields(c.by)
		id := c.item()
		for name, a := range w.who() {
			if slices.Contains(may, name) {
				continue
			}
			err := c.do(a, id)
			if err == nil || fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%s by %s: %v, want forbidden", c.deed, name, err)
			}
		}
		if err := c.do(w.who()[may[0]], id); err != nil {
			t.Errorf("%s by %s: %v", c.deed, may[0], err)
		}
		for _, name := range may[1:] {
			if err := c.do(w.who()[name], c.item()); err != nil {
				t.Errorf("%s by %s: %v", c.deed, name, err)
			}
		}
	}
	// An item without a task force is verified by the office alone, wherever a member sits.
	d := draft()
	d.Force = 0
	id := w.assigned(d)
	w.answered(id)
	for _, a := range []perm.Actor{w.memberA(), w.memberB(), w.actor("m", perm.Member, post)} {
		w.refused("a member of no force of the item", w.Verify(w.ctx, a, id, v(id), ""), fault.Forbidden, "")
	}
	w.must(w.Verify(w.ctx, w.officer(), id, v(id), ""))
	// Where a task force leads, its members handle the item, and verify no item they handled.
	d = draft()
	d.Lead, d.Assist = forceA, nil
	id = w.assigned(d)
	w.refused("a member of another force", w.Sign(w.ctx, w.memberB(), id), fault.Forbidden, "")
	w.must(w.Sign(w.ctx, w.memberA(), id))
	w.must(w.Report(w.ctx, w.memberA(), id, Report{Unit: forceA, Text: "好", Uploads: []Upload{png("x")}}))
	w.refused("the doer verifying", w.Verify(w.ctx, w.memberA(), id, v(id), ""), fault.Forbidden, "经手")
	w.must(w.Verify(w.ctx, w.actor("memberA2", perm.Member, forceA), id, v(id), ""))
}

func TestWhoMaySeeWhat(t *testing.T) {
	w := openWorld(t, sqldb.SQLite)
	id := w.assigned(draft())
	w.must(w.Sign(w.ctx, w.jia(), id))
	w.must(w.Report(w.ctx, w.jia(), id, Report{Unit: jia, Text: "台账已补齐", Uploads: []Upload{png("台账")}, Waive: []org.UnitID{yi}, Reason: "台账已补齐，无须协办"}))
	line := w.feedbackLine(id)
	for name, a := range w.who() {
		reads := !slices.Contains([]string{"nobody", "sysadmin", "secadmin", "auditor"}, name)
		sees := slices.Contains([]string{"boss", "office", "memberA", "jia", "yi", "doer"}, name)
		item, err := w.Item(w.ctx, a, id)
		if (err == nil) != reads {
			t.Errorf("item for %s: %v", name, err)
		}
		if list, lerr := w.Items(w.ctx, a, work.Filter{}); (lerr == nil) != reads || reads && len(list) != 1 {
			t.Errorf("list for %s: %v %v", name, list, lerr)
		}
		if err == nil && (item.Answer != "") != sees {
			t.Errorf("the answer for %s is %q, sees %v", name, item.Answer, sees)
		}
		if got, err := w.Look(w.ctx, a, id); err == nil {
			text := fmt.Sprint(got)
			if leaks := strings.Contains(text, "台账已补齐"); leaks != sees || got.Evidence != sees {
				t.Errorf("%s sees the feedback: %v, want %v", name, leaks, sees)
			}
		}
		_, content, err := w.Evidence(w.ctx, a, id, line, 1)
		if (err == nil) != sees || sees && len(content) == 0 {
			t.Errorf("the file for %s: %v, want seen %v", name, err, sees)
		}
		if !sees && err != nil && fault.KindOf(err) != fault.Forbidden {
			t.Errorf("the file for %s: %v, want forbidden", name, err)
		}
	}
}

// Every address is tried by a stranger and by each role that its rule does not name.
func TestEveryRouteRefuses(t *testing.T) {
	w := openWorld(t, sqldb.SQLite)
	id := w.assigned(draft())
	send := func(a perm.Actor, pattern string) int {
		w.as = a
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.NewReplacer("{id}", fmt.Sprint(id), "{line}", "1", "{no}", "1", "{round}", "1", "{level}", "blue").Replace(path)
		rec := httptest.NewRecorder()
		r := httptest.NewRequest(method, path, strings.NewReader(""))
		r.Header.Set("Accept", "application/json")
		w.site.ServeHTTP(rec, r)
		return rec.Code
	}
	tried := 0
	for _, route := range w.site.Routes() {
		if got := send(perm.Actor{}, route.Pattern); got != http.StatusUnauthorized {
			t.Errorf("%s for a stranger: %d, want 401", route.Pattern, got)
		}
		for name, a := range w.who() {
			if name != "nobody" && !a.Can(route.Rule) {
				tried++
				if got := send(a, route.Pattern); got != http.StatusForbidden {
					t.Errorf("%s for %s: %d, want 403", route.Pattern, name, got)
				}
			}
		}
	}
	if tried < 150 || w.get1(id).State != work.Assigned {
		t.Errorf("%d refusals tried, item is %s", tried, w.get1(id).State)
	}
}

// Two people do the same at the same moment: one does it, the other is told, nothing is done twice.
func TestTwoPeopleCloseOneItem(t *testing.T) {
	each(t, func(w *world) {
		id := w.assigned(draft())
		a := w.answered(id)
		w.must(w.Verify(w.ctx, w.memberA(), id, a.Version, ""))
		seen := w.get1(id).Version
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, by := range []perm.Actor{w.officer(), w.officer2()} {
			wg.Add(1)
			go func() { defer wg.Done(); errs[i] = w.Close(w.ctx, by, id, seen, "") }()
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("closing at once: %v and %v", errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil {
				w.refused("the second", err, fault.Conflict, "")
			}
		}
		got, err := w.Look(w.ctx, w.boss(), id)
		w.must(err)
		n := 0
		for _, e := range got.Log {
			if e.Deed == Close {
				n++
			}
		}
		if n != 1 {
			t.Errorf("closed %d times", n)
		}
		// Who verifies must have seen the newest feedback.
		id = w.assigned(draft())
		a = w.answered(id)
		w.must(w.Report(w.ctx, w.jia2(), id, Report{Unit: jia, Text: "补充", Uploads: []Upload{png("y")}}))
		w.refused("verifying what one has not seen", w.Verify(w.ctx, w.memberA(), id, a.Version, ""), fault.Conflict, "最新情况")
	})
}

// A deed of another part of the programme stands or falls with its transaction.
func TestAnItemFallsWithItsTransaction(t *testing.T) {
	each(t, func(w *world) {
		d := draft()
		d.Assigned = true
		err := w.db.InTx(w.ctx, func(tx *sqldb.Tx) error {
			if _, err := w.Open(tx, w.officer(), d); err != nil {
				return err
			}
			return fault.New(fault.Invalid, "后来出错")
		})
		w.refused("the transaction", err, fault.Invalid, "后来出错")
		if a := w.get1(w.assigned(draft())); a.ID != 1 || a.No != "2018-0001" {
			t.Errorf("after a failed opening: %d %s", a.ID, a.No)
		}
	})
}

// feedbackLine gives the number of the newest feedback.
func (w *world) feedbackLine(id int64) int {
	w.Helper()
	got, err := w.Look(w.ctx, w.boss(), id)
	w.must(err)
	return got.Feedback[len(got.Feedback)-1].No
}
