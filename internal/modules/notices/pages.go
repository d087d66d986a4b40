package notices

import (
	"errors"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/words"
)

// option is one choice of a form.
type option struct {
	Value, Label string
	On           bool
}

// faults are the sentences of a refused form by field.
type faults map[string][]string

func faultsOf(err error, l words.Lang) faults {
	out := faults{}
	var list fault.Findings
	if !errors.As(err, &list) {
		out[""] = []string{fault.Say(err, l.Text)}
		return out
	}
	for _, f := range list {
		out[f.Field] = append(out[f.Field], f.Message(l.Text))
	}
	return out
}

// inboxView is the page of the inbox.
type inboxView struct {
	Q       string
	Kind    string
	Kinds   []option
	Unread  int
	Upto    int64 // newest notice listed
	Digest  string
	Fresh   []dayGroup // not read
	Past    []dayGroup
	Nothing bool // never got any
	None    bool // nothing fits the search
}

// dayGroup is the notices of one day.
type dayGroup struct {
	Day   string
	Lines []noticeLine
}

// noticeLine is one notice.
type noticeLine struct {
	ID     int64
	Kind   string
	Tag    string // class of the kind's tag
	Text   string
	Due    string // the day with its word
	Late   string // class of the deadline
	Urgent bool
	Time   string
	Leads  bool
	Unread bool
}

// buildInbox makes the page: unread first, grouped by day, newest first.
func buildInbox(l words.Lang, all []Notice, d Digest, q, kind string, set Settings, today period.Day) inboxView {
	v := inboxView{Q: q, Kind: kind, Nothing: len(all) == 0, Kinds: []option{{"", l.Text("全部"), kind == ""}}}
	for _, k := range Kinds() {
		v.Kinds = append(v.Kinds, option{string(k), l.Text(kindText(k)), kind == string(k)})
	}
	v.Digest = digestSentence(l, all, d, set, today)
	want := strings.ToLower(strings.TrimSpace(q))
	for _, n := range all {
		v.Upto = max(v.Upto, n.ID)
		if n.Read.IsZero() {
			v.Unread++
		}
		text := n.Say(l.Text)
		if kind != "" && string(n.Kind) != kind || want != "" && !strings.Contains(strings.ToLower(text), want) {
			continue
		}
		group := &v.Past
		if n.Read.IsZero() {
			group = &v.Fresh
		}
		day := dayWords(l, period.DayOf(n.Created), today)
		if k := len(*group); k == 0 || (*group)[k-1].Day != day {
			*group = append(*group, dayGroup{Day: day})
		}
		last := &(*group)[len(*group)-1]
		last.Lines = append(last.Lines, lineOf(l, n, text, set, today))
	}
	v.None = !v.Nothing && len(v.Fresh)+len(v.Past) == 0
	return v
}

func lineOf(l words.Lang, n Notice, text string, set Settings, today period.Day) noticeLine {
	x := noticeLine{ID: n.ID, Kind: l.Text(kindText(n.Kind)), Text: text, Urgent: n.Urgent, Time: n.Created.Format("15:04"), Leads: n.Path != "", Unread: n.Read.IsZero()}
	x.Tag = map[notify.Kind]string{notify.ToDo: "warn", notify.Deadline: "bad", notify.Result: "good", notify.Invite: "blue"}[n.Kind]
	if !n.Due.IsZero() {
		x.Due = words.T(l, "期限 %s", n.Due)
		if n.Kind == notify.Invite {
			x.Due = words.T(l, "日期 %s", n.Due)
			return x
		}
		switch {
		case n.Kind != notify.ToDo && n.Kind != notify.Deadline:
		case n.Due < today:
			x.Late = "bad"
		case set.presses(n.Kind, n.Due, today) == near:
			x.Late = "warn"
		}
	}
	return x
}

// digestSentence says in one line what the newest digest was about, if it is of today.
func digestSentence(l words.Lang, all []Notice, d Digest, set Settings, today period.Day) string {
	if d.Day != today {
		return ""
	}
	named := map[int64]bool{}
	for _, id := range d.Notices {
		named[id] = true
	}
	var count counter
	for _, n := range all {
		if named[n.ID] {
			count.add(n.Kind, n.Path, set.presses(n.Kind, n.Due, today))
		}
	}
	if count.total() == 0 {
		return ""
	}
	first, _, _ := strings.Cut(outside{counts: count.Counts}.body(l.Text), "\n")
	return first
}

// dayWords names a day: today and yesterday by these words.
func dayWords(l words.Lang, d, today period.Day) string {
	switch d.DaysUntil(today) {
	case 0:
		return l.Text("今天")
	case 1:
		return l.Text("昨天")
	}
	return d.String()
}

// ownView is the page of what a person wants outside, and of the calendar address.
type ownView struct {
	F        faults
	Mail     string
	Digest   bool
	Urgent   bool
	Kinds    []option
	Version  int64
	On       bool   // outbound is on, with a mail server
	Since    string // of the calendar address; "" for none
	Calendar string // the address itself, shown once
}

func buildOwn(l words.Lang, p Preference, set Settings, made time.Time, f faults) ownView {
	v := ownView{F: f, Mail: p.Mail, Digest: p.Digest, Urgent: p.Urgent, Version: p.Version, On: set.On && set.Mail.Server != ""}
	for _, k := range Kinds() {
		v.Kinds = append(v.Kinds, option{string(k), l.Text(kindText(k)), p.wants(k)})
	}
	if !made.IsZero() {
		v.Since = made.Format("2006-01-02 15:04")
	}
	return v
}

// noticeJSON is a notice in the interface for programs.
type noticeJSON struct {
	ID     int64  `json:"id"`
	Kind   string `json:"kind"`
	Text   string `json:"text"`
	Path   string `json:"path"`
	Due    string `json:"due"`
	Urgent bool   `json:"urgent"`
	At     string `json:"at"`
	Read   bool   `json:"read"`
}

func asJSON(l words.Lang, all []Notice) []noticeJSON {
	out := make([]noticeJSON, 0, len(all))
	for _, n := range all {
		out = append(out, noticeJSON{ID: n.ID, Kind: string(n.Kind), Text: n.Say(l.Text), Path: n.Path, Due: dayText(n.Due), Urgent: n.Urgent,
			At: n.Created.Format(time.RFC3339), Read: !n.Read.IsZero()})
	}
	return out
}
