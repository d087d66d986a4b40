package meetings

import (
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/work"
)

// A Late is a return that was due and is not there.
type Late struct {
	Form   string
	Unit   org.UnitID
	Name   string     // of the unit
	Force  org.UnitID // the task force that the form belongs to
	Period period.Period
	Days   int // working days since it was due
	Path   string
}

// A Signal is a statistical alarm that a person confirmed or has yet to look at.
type Signal struct {
	Key, Title, Reason, Path string
	Code                     string
	Unit, Force              org.UnitID
}

// A Known is what an agenda is proposed from, as the office may see it on the day of asking.
type Known struct {
	Day     period.Day
	Figures []measure.Shown          // of the county, each at its own latest complete period
	Before  map[string]measure.Shown // the same in the pack of the meeting before, by code
	Items   []work.Item              // open ones
	Last    *Meeting                 // the meeting before; nil for the first
	Decided []Decision               // its assignments
	Put     []Topic                  // what it put off
	Late    []Late
	Signals []Signal
	Matters []Signal // of the plan: tasks late, milestones missed, help asked for
	Unit    func(org.UnitID) string
	Force   func(code string) org.UnitID
}

// Propose gives the topics that the data ask for, in the order in which a meeting takes them: what
// became of the last decisions, what was put off, red indicators, those that turned worse, overdue
// items, new signals, matters of the plan, missing returns. Each says why it is there and leads to its trace.
func Propose(k Known) []Topic {
	var out []Topic
	if n := len(k.Decided); n > 0 {
		closed := 0
		open := map[int64]bool{}
		for _, i := range k.Items {
			open[i.ID] = i.State.Open()
		}
		for _, d := range k.Decided {
			if d.Item != 0 && !open[d.Item] {
				closed++
			}
		}
		out = append(out, Topic{Kind: Followup, Title: "上次议定事项办理情况", Path: meetingPath(k.Last.ID), Key: fmt.Sprintf("followup:%d", k.Last.ID),
			Reason: fmt.Sprintf(followupReason, k.Last.Title, n, closed, n-closed)})
	}
	var waited []Topic // undiscussed, and there only as long as the data ask for them
	for _, t := range k.Put {
		if t.Outcome == Pending && t.Kind != Free && t.Kind != Paper && t.Kind != Deferred {
			waited = append(waited, t)
			continue
		}
		t.ID, t.Meeting, t.Order, t.Outcome, t.Note, t.Version = 0, 0, 0, Pending, "", 0
		t.Carried++
		t.Kind = Deferred
		t.Reason = fmt.Sprintf(putReason, t.Carried)
		out = append(out, t)
	}
	var worse []Topic
	for _, s := range k.Figures {
		t := Topic{Title: s.Name, Path: s.Path, Unit: s.Unit, Code: s.Code, Key: figureKey(s), Force: k.Force(s.Force)}
		before, had := k.Before[s.Code]
		turned := had && s.Worse(before.Value) && before.Period != s.Period
		switch {
		case s.Light == measure.Red:
			t.Kind, t.Reason = RedFigure, redReason(s)
			if turned {
				t.Reason += "；" + fmt.Sprintf(redTurned, before.Period.Chinese(), before.Text)
			}
			out = append(out, t)
		case turned:
			t.Kind = Worse
			t.Reason = fmt.Sprintf(turnedReason, s.Period.Chinese(), s.Text, before.Period.Chinese(), before.Text)
			worse = append(worse, t)
		}
	}
	out = append(out, worse...)
	items := slices.Clone(k.Items)
	slices.SortStableFunc(items, func(a, b work.Item) int { return b.Overdue - a.Overdue })
	for _, i := range items {
		if i.Overdue <= 0 || !i.State.Open() {
			continue
		}
		out = append(out, Topic{Kind: Overdue, Title: strings.TrimRight(i.Title, "。"), Path: i.Path, Unit: i.Lead, Force: i.Force, Code: i.Figure.Code, Key: fmt.Sprintf("item:%d", i.ID),
			Reason: fmt.Sprintf(overdueReason, k.Unit(i.Lead), i.Deadline.Chinese(), i.Overdue, i.State.Text())})
	}
	for _, s := range k.Signals {
		out = append(out, Topic{Kind: Signalled, Title: s.Title, Reason: s.Reason, Path: s.Path, Key: "signal:" + s.Key, Code: s.Code, Unit: s.Unit, Force: s.Force})
	}
	for _, s := range k.Matters {
		out = append(out, Topic{Kind: OfPlan, Title: s.Title, Reason: s.Reason, Path: s.Path, Key: s.Key, Code: s.Code, Unit: s.Unit, Force: s.Force})
	}
	out = append(out, lateTopics(k.Late)...)
	for i := range out {
		for _, t := range waited {
			if t.Key == out[i].Key {
				out[i].Carried = t.Carried + 1
			}
		}
	}
	return unique(out)
}

// unique keeps the first topic of each key.
func unique(list []Topic) []Topic {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(t Topic) bool {
		if seen[t.Key] {
			return true
		}
		seen[t.Key] = true
		return false
	})
}

func figureKey(s measure.Shown) string {
	return fmt.Sprintf("figure:%s:%d:%s", s.Code, s.Unit, s.Period)
}

func redReason(s measure.Shown) string {
	r := fmt.Sprintf(redText, s.Period.Chinese(), s.Text, s.Target)
	if s.YearBefore != "" {
		r += "；" + fmt.Sprintf(redTextYear, s.YearBefore)
	}
	return r
}

// lateTopics makes one topic of each form and period, naming at most six units.
func lateTopics(list []Late) (out []Topic) {
	type key struct {
		form string
		p    period.Period
	}
	at := map[key]int{}
	count := map[key]int{}
	for _, l := range list {
		k := key{l.Form, l.Period}
		count[k]++
		i, known := at[k]
		if !known {
			i = len(out)
			at[k] = i
			out = append(out, Topic{Kind: Missing, Title: fmt.Sprintf(lateTitle, l.Form, l.Period.Chinese()), Path: l.Path, Key: "late:" + l.Form + ":" + l.Period.String(), Reason: l.Name, Force: l.Force, Unit: l.Unit})
			continue
		}
		out[i].Unit = 0 // several units: none of them leads
		if count[k] <= 6 {
			out[i].Reason += "、" + l.Name
		}
	}
	for k, i := range at {
		n := count[k]
		if n > 6 {
			out[i].Reason += "等"
		}
		out[i].Reason = fmt.Sprintf(lateReason, n, out[i].Reason)
	}
	return out
}

// merge puts newly proposed topics behind those already there. What a person ordered, wrote or
// settled stays; the reasons of untouched proposals are brought up to date.
func merge(have, proposed []Topic) (add, refresh []Topic) {
	known := map[string]Topic{}
	for _, t := range have {
		known[t.Key] = t
	}
	for _, t := range proposed {
		old, ok := known[t.Key]
		switch {
		case !ok:
			add = append(add, t)
		case old.Outcome == Pending && old.Note == "" && old.Reason != t.Reason:
			old.Reason, old.Path = t.Reason, t.Path
			refresh = append(refresh, old)
		}
	}
	return add, refresh
}

// minutesText gives a decision as the minutes print it: "由双流镇牵头，…，于2018年5月25日前完成。".
func (d Decision) minutesText(unit func(org.UnitID) string) string {
	s := strings.TrimRight(strings.TrimSpace(d.Text), "。")
	if d.Kind != Assignment {
		return s + "。"
	}
	var who string
	if d.Lead != 0 {
		who = "由" + unit(d.Lead) + "牵头"
		if len(d.Assist) > 0 {
			var names []string
			for _, u := range d.Assist {
				names = append(names, unit(u))
			}
			who += "，" + strings.Join(names, "、") + "配合"
		}
		who = "（" + who
		if !d.Deadline.IsZero() {
			who += "，" + d.Deadline.Chinese() + "前完成"
		}
		who += "）"
	}
	return s + who + "。"
}

// periodOfKey reads the period of a topic about a figure.
func periodOfKey(key string) (period.Period, bool) {
	rest, ok := strings.CutPrefix(key, "figure:")
	if !ok {
		return period.Period{}, false
	}
	p, err := period.Parse(rest[strings.LastIndexByte(rest, ':')+1:])
	return p, err == nil
}
