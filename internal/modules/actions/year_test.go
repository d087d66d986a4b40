package actions

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/docgen"
)

// year lets people do things at random to items from 2 January 2018 until a day, with the clock
// ticking in two processes, and proves after each deed that what happened was allowed by the log
// alone.
func year(t *testing.T, w *world, seed uint64, items int, until string) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 7))
	set := DefaultSettings()
	set.Prefix = "试禁督"
	w.clock.Set("2018-01-02")
	w.must(w.SaveSettings(w.ctx, w.officer(), set))
	other := w.service(w.db)
	people := []perm.Actor{w.boss(), w.officer(), w.officer2(), w.jia(), w.jia2(), w.yi(), w.memberA(), w.memberB(), w.reader(),
		// One person with two posts, who could verify the own work.
		{Login: "both", Name: "某both", Tree: w.Today(), Posts: []perm.Post{{ID: 1, Role: perm.Reporter, Unit: jia}, {ID: 2, Role: perm.Office, Unit: office}}}}
	pick := func() perm.Actor { return people[r.IntN(len(people))] }
	later := func(n int) period.Day { return w.today().AddDays(1 + r.IntN(n)) }
	var ids []int64
	numbers := map[int64]string{}
	counts := map[string]int{}
	units := []org.UnitID{jia, yi, police, jia1}
	for day := period.MustDay("2018-01-02"); day <= period.MustDay(until); day++ {
		w.clock.Set(day.String())
		w.must(w.Tick(w.ctx))
		if r.IntN(3) == 0 {
			w.must(other.Tick(w.ctx))
		}
		for n := r.IntN(5); n > 0; n-- {
			if len(ids) < items && r.IntN(3) == 0 {
				d := draft()
				d.Lead, d.Assist, d.Deadline = units[r.IntN(len(units))], nil, later(40)
				if u := units[r.IntN(len(units))]; u != d.Lead {
					d.Assist = []org.UnitID{u}
				}
				d.Force = []org.UnitID{0, forceA, forceB}[r.IntN(3)]
				d.Assigned = r.IntN(2) == 0
				if item, err := w.Propose(w.ctx, w.officer(), d, true); err == nil {
					ids = append(ids, item.ID)
				}
				continue
			}
			if len(ids) == 0 {
				continue
			}
			id, by := ids[r.IntN(len(ids))], pick()
			a := w.get1(id)
			if len(a.Parties) == 0 {
				continue
			}
			all := append(formOrder(), EditItem, Approve, Recalendar)
			d := all[r.IntN(len(all))]
			// Mostly somebody does what makes sense; else anybody tries anything.
			if r.IntN(5) > 0 {
				st := stand(&a, set, w.cal, w.today())
				all = slices.DeleteFunc(all, func(d Deed) bool {
					rare := slices.Contains([]Deed{Recall, HandBack, Reopen, Abandon, Recalendar, Decline, EditItem, AskLight, EndLight, IssueSlip}, d)
					return !possible(d, &a, w.today(), set, st) || rare && r.IntN(8) > 0
				})
				if len(all) == 0 {
					continue
				}
				d = all[r.IntN(len(all))]
				for _, p := range people {
					if _, err := w.may(p, ruleOf(d).Who, &a, a.Parties[0].Unit); err == nil && r.IntN(2) == 0 {
						by = p
						break
					}
				}
			}
			unit := a.Parties[r.IntN(len(a.Parties))].Unit
			if own := w.handles(by, &a); len(own) > 0 {
				unit = own[r.IntN(len(own))]
			}
			seen := a.Version - int64(r.IntN(12)/11)
			reason := []string{"理由", "理由", "理由", "理由", ""}[r.IntN(5)]
			files := []Upload{png(fmt.Sprint(id, day))}[:min(1, r.IntN(4))]
			var err error
			switch d {
			case Sign:
				err = w.Sign(w.ctx, by, id)
			case HandBack:
				err = w.HandBack(w.ctx, by, id, reason)
			case Recall:
				err = w.Recall(w.ctx, by, id, seen, reason)
			case FileFeedback:
				err = w.Report(w.ctx, by, id, Report{Unit: unit, Text: reason, Uploads: files})
			case Waive:
				err = w.Waive(w.ctx, by, id, a.Assist(), reason)
			case AskExtension:
				err = w.AskExtension(w.ctx, by, id, later(60), reason)
			case Grant, Refuse:
				err = w.DecideExtension(w.ctx, by, id, d == Grant, 0, reason)
			case Verify:
				err = w.Verify(w.ctx, by, id, seen, reason)
			case SendBack:
				err = w.SendBack(w.ctx, by, id, seen, reason, later(20), a.Assist()[:r.IntN(len(a.Assist())+1)])
			case Close:
				err = w.Close(w.ctx, by, id, seen, reason)
			case Reopen:
				err = w.Reopen(w.ctx, by, id, seen, reason, later(20))
			case Abandon:
				err = w.Abandon(w.ctx, by, id, seen, reason, reason, files, nil)
			case Decline:
				err = w.Decline(w.ctx, by, id, seen, reason)
			case AskLight:
				err = w.AskLight(w.ctx, by, id, Override{Light: "yellow", Reason: reason})
			case ApproveLight:
				err = w.ApproveLight(w.ctx, by, id)
			case EndLight:
				err = w.EndLight(w.ctx, by, id)
			case IssueSlip:
				_, err = w.IssueSlip(w.ctx, by, id, Levels()[r.IntN(3)])
			case EditItem:
				x := a.draft()
				x.Content = fmt.Sprint(day)
				if x.Deadline <= w.today() {
					x.Deadline = later(20)
				}
				err = w.EditItem(w.ctx, by, id, Edit{Version: seen, Draft: x, Reason: reason})
			case Approve:
				x := a.draft()
				if x.Deadline <= w.today() {
					x.Deadline = later(20)
				}
				err = w.Approve(w.ctx, by, id, Edit{Version: seen, Draft: x})
			case Recalendar:
				_, err = w.Recalendar(w.ctx, by, []int64{id})
			}
			if k := fault.KindOf(err); err != nil && k == fault.Internal {
				t.Fatalf("%s %s by %s: %v", day, d, by.Login, err)
			}
			counts[string(d)+map[bool]string{true: " done", false: " refused"}[err == nil]]++
			after := w.get1(id)
			if err != nil && (after.State != a.State || after.Version != a.Version) {
				t.Fatalf("a refused %s changed item %d: %+v → %+v", d, id, a, after)
			}
			if numbers[id] != "" && after.No != numbers[id] {
				t.Fatalf("item %d was %s and is %s", id, numbers[id], after.No)
			}
			numbers[id] = after.No
			if after.Deadline != 0 {
				if works, _ := w.cal.IsWorkday(after.Deadline); !works {
					t.Fatalf("item %d is due on %s, a day off", id, after.Deadline)
				}
			}
		}
	}
	for _, id := range ids {
		w.sound(id)
	}
	var given []string
	for _, n := range numbers {
		if n != "" {
			given = append(given, n)
		}
	}
	for _, id := range ids {
		if numbers[id] == "" && w.get1(id).No != "" {
			given = append(given, w.get1(id).No)
		}
	}
	slices.Sort(given)
	for i, n := range given {
		if n != fmt.Sprintf("2018-%04d", i+1) {
			t.Fatalf("numbers have a gap: %v", given)
		}
	}
	if len(w.told.twice) > 0 {
		t.Errorf("told twice: %v", w.told.twice)
	}
	if len(ids) != items || seed == 1 && (counts["verify done"] < 10 || counts["close done"] < 8 || counts["reopen done"] < 1 || counts["grant done"] < 1 || counts["abandon done"] < 1 || counts["light-ok done"] < 1) {
		t.Errorf("too little happened: %d items, %v", len(ids), counts)
	}
	t.Logf("%d items, %d events, %v", len(ids), len(w.told.events), counts)
}

// sound proves one item from its log: no state skipped, nobody verified or closed what they had
// handled, steps of escalation in order and once for a deadline, on working days.
func (w *world) sound(id int64) {
	w.Helper()
	got, err := w.Look(w.ctx, w.boss(), id)
	w.must(err)
	at := work.State("")
	handled := map[string]bool{}
	for i, e := range got.Log {
		if e.Before != at || e.No != i+1 {
			w.Fatalf("item %d line %d begins at %q, the one before ended at %q", id, e.No, e.Before, at)
		}
		if e.Before != e.After {
			ok := e.Deed == answerDeed && e.Before == work.Working && e.After == work.Answered
			for _, r := range Rules() {
				ok = ok || r.Deed == e.Deed && r.To == e.After && slices.Contains(r.From, e.Before)
			}
			if !ok {
				w.Fatalf("item %d: %s led from %q to %q", id, e.Deed, e.Before, e.After)
			}
		}
		if slices.Contains(handling(), e.Deed) {
			handled[e.Account] = true
		}
		if (e.Deed == Verify || e.Deed == Close || e.Deed == SendBack) && handled[e.Account] {
			w.Fatalf("item %d: %s by %s, who handled it", id, e.Deed, e.Account)
		}
		at = e.After
	}
	if at != got.Action.State {
		w.Fatalf("item %d: log ends at %q, the item is %q", id, at, got.Action.State)
	}
	last := map[string]int{}
	for _, x := range got.Steps {
		k := fmt.Sprint(x.Round, x.Deadline)
		if x.No != last[k]+1 {
			w.Fatalf("item %d: step %d after %d", id, x.No, last[k])
		}
		last[k] = x.No
		if works, _ := w.cal.IsWorkday(x.Day); !works {
			w.Fatalf("item %d: a step on %s, a day off", id, x.Day)
		}
		if x.No >= 2 && x.Day <= x.Deadline {
			w.Fatalf("item %d: step %d on %s before %s", id, x.No, x.Day, x.Deadline)
		}
	}
}

func documentText(d *docgen.Document) string {
	var b strings.Builder
	b.WriteString(d.Title + "\n")
	for _, x := range d.Body {
		switch x := x.(type) {
		case docgen.Paragraph:
			b.WriteString(docgen.Text(x.Runs))
		case docgen.Heading:
			b.WriteString(docgen.Text(x.Runs))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
