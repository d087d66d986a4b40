package actions

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/sqldb"
)

// An item that nobody touches climbs one step at a time, each once, on working days, however often
// the clock ticks and in however many processes.
func TestLateItemsClimbOneStepAtATime(t *testing.T) {
	each(t, func(w *world) {
		w.heads[jia] = true
		set := DefaultSettings()
		set.Deputy = "DEP-GA"
		w.must(w.SaveSettings(w.ctx, w.officer(), set))
		id := w.assigned(draft()) // due on Friday 05-25
		w.must(w.Sign(w.ctx, w.jia(), id))
		other := w.service(w.db)
		took := map[string]string{}
		for d := day18("05-10"); d <= day18("06-20"); d++ {
			w.clock.Set(d.String())
			for range 2 {
				w.must(w.Tick(w.ctx))
				w.must(other.Tick(w.ctx))
			}
		}
		got, err := w.Look(w.ctx, w.officer(), id)
		w.must(err)
		for _, x := range got.Steps {
			took[fmt.Sprint(x.No)] = x.Day.String()
		}
		// Yellow three working days before; red on the Monday after; five and ten working days late.
		want := map[string]string{"1": "2018-05-22", "2": "2018-05-28", "3": "2018-06-01", "4": "2018-06-08"}
		for k, v := range want {
			if took[k] != v {
				t.Errorf("step %s on %s, want %s", k, took[k], v)
			}
		}
		if len(got.Steps) != 4 || len(w.told.twice) > 0 {
			t.Errorf("steps %v, told twice %v", got.Steps, w.told.twice)
		}
		var who []string
		for _, e := range w.told.events {
			if strings.Contains(e.Key, ":step:") {
				who = append(who, fmt.Sprint(e.Roles, e.Units))
			}
		}
		if strings.Join(who, "|") != "[reporter member] [2]|[leader] [2]|[leader] [8]|[leader] [5]" {
			t.Errorf("told: %s", strings.Join(who, "|"))
		}
		logged := 0
		for _, e := range got.Log {
			if e.Deed == Escalate {
				logged++
			}
		}
		if logged != 4 {
			t.Errorf("%d steps in the log, want 4", logged)
		}
		// A server that was down for weeks takes one step a day.
		late := w.assigned(func() work.Draft { d := draft(); d.Deadline = day18("06-22"); return d }())
		for _, d := range []string{"07-20", "07-23", "07-24", "07-25", "07-26"} {
			w.clock.Set("2018-" + d)
			w.must(w.Tick(w.ctx))
		}
		got, err = w.Look(w.ctx, w.officer(), late)
		w.must(err)
		if len(got.Steps) != 4 || got.Steps[0].Day != day18("07-20") || got.Steps[3].Day != day18("07-25") {
			t.Errorf("steps after a pause: %+v", got.Steps)
		}
	})
}

// Two servers tick at the same moment: each item climbs once.
func TestTwoServersTickAtOnce(t *testing.T) {
	each(t, func(w *world) {
		var ids []int64
		for range 8 {
			ids = append(ids, w.assigned(draft()))
		}
		w.clock.Set("2018-05-23")
		var wg sync.WaitGroup
		for range 4 {
			s := w.service(w.db)
			wg.Add(1)
			go func() {
				defer wg.Done()
				if err := s.Tick(w.ctx); err != nil {
					t.Error(err)
				}
			}()
		}
		wg.Wait()
		for _, id := range ids {
			got, err := w.Look(w.ctx, w.officer(), id)
			w.must(err)
			if len(got.Steps) != 1 {
				t.Errorf("item %d took %d steps", id, len(got.Steps))
			}
		}
		if n := len(w.told.said("还有 2 个工作日")); n != len(ids) || len(w.told.twice) > 0 {
			t.Errorf("%d notices for %d items, twice %v", n, len(ids), w.told.twice)
		}
	})
}

// A notice that cannot be kept leaves no step behind: it is taken at the next tick.
func TestAStepAndItsNoticeStandTogether(t *testing.T) {
	each(t, func(w *world) {
		id := w.assigned(draft())
		w.clock.Set("2018-05-23")
		w.told.fail = true
		if err := w.Tick(w.ctx); err == nil {
			t.Error("a tick whose notice failed said nothing")
		}
		w.told.fail = false
		w.must(w.Tick(w.ctx))
		got, err := w.Look(w.ctx, w.officer(), id)
		w.must(err)
		if len(got.Steps) != 1 || len(w.told.said("还有 2 个工作日")) != 1 {
			t.Errorf("steps %+v", got.Steps)
		}
	})
}

func TestSettingsAreKeptAndGuarded(t *testing.T) {
	each(t, func(w *world) {
		set := DefaultSettings()
		set.Prefix = "试禁督"
		w.refused("a reporter", w.SaveSettings(w.ctx, w.jia(), set), fault.Forbidden, "")
		w.must(w.SaveSettings(w.ctx, w.officer(), set))
		w.refused("who looked at the older settings", w.SaveSettings(w.ctx, w.officer2(), set), fault.Conflict, "刚被别人改过")
		bad := Settings{Near: 0, SignDays: 99, RedN: 8, RedM: 8}
		err := w.SaveSettings(w.ctx, w.officer(), bad)
		for _, what := range []string{"提前天数", "签收期限", "领导清单"} {
			w.refused("bad settings", err, fault.Invalid, what)
		}
		got, err := w.Settings(w.ctx)
		w.must(err)
		if got.Prefix != "试禁督" || got.Version != 1 {
			t.Errorf("settings: %+v", got)
		}
	})
}

func TestSlipsAreIssuedOnceALevel(t *testing.T) {
	each(t, func(w *world) {
		id := w.assigned(draft())
		issue := func(by perm.Actor, l Level) (Slip, error) { return w.IssueSlip(w.ctx, by, id, l) }
		_, err := issue(w.officer(), BlueSlip)
		w.refused("without a prefix", err, fault.Conflict, "由县填写")
		set := DefaultSettings()
		set.Prefix = "试禁督"
		w.must(w.SaveSettings(w.ctx, w.officer(), set))
		_, err = issue(w.officer(), RedSlip)
		w.refused("a red slip in time", err, fault.Conflict, "不到签发")
		_, err = issue(w.memberA(), BlueSlip)
		w.refused("a member", err, fault.Forbidden, "")
		w.clock.Set("2018-05-23")
		blue, err := issue(w.officer(), BlueSlip)
		w.must(err)
		_, err = issue(w.officer(), BlueSlip)
		w.refused("a second blue slip", err, fault.Conflict, "已经签发过")
		w.clock.Set("2018-05-28")
		red, err := issue(w.officer2(), RedSlip)
		w.must(err)
		if blue.Number != "试禁督〔2018〕1号" || red.Number != "试禁督〔2018〕2号" {
			t.Errorf("numbers %s, %s", blue.Number, red.Number)
		}
		d, _, err := w.Slip(w.ctx, w.jia(), id, 1, RedSlip)
		w.must(err)
		text := documentText(d)
		for _, want := range []string{"红色督办单", "2018-0001 整改易制毒化学品台账", "检查", "台账齐全并经现场核对", "2018年5月25日", "逾期 1 个工作日", "主要负责人"} {
			if !strings.Contains(text, want) {
				t.Errorf("the slip does not say %q:\n%s", want, text)
			}
		}
		if d.Number != red.Number || d.Sign.Unit != "试验县禁毒委员会办公室" || d.Sign.Day != "2018年5月28日" || strings.Join(d.To, "、") != "甲镇、乙乡" {
			t.Errorf("head and signature: %s %+v %v", d.Number, d.Sign, d.To)
		}
		_, _, err = w.Slip(w.ctx, w.reader(), id, 1, RedSlip)
		w.refused("a reader's slip", err, fault.Forbidden, "")
		// What was issued does not change with the item.
		a := w.get1(id)
		dr := draft()
		dr.Title = "改了名"
		w.must(w.EditItem(w.ctx, w.officer(), id, Edit{Version: a.Version, Draft: dr, Reason: "更正"}))
		again, _, err := w.Slip(w.ctx, w.officer(), id, 1, RedSlip)
		w.must(err)
		if documentText(again) != text {
			t.Error("an issued slip changed with its item")
		}
	})
}

// A year of forty items: whatever happens, in whatever order, the rules hold.
func TestAYearOfItems(t *testing.T) {
	year(t, openWorld(t, sqldb.SQLite), 1, 40, "2018-12-31")
	year(t, openWorld(t, sqldb.Postgres), 2, 10, "2018-03-31")
}
