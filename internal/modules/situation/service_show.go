package situation

import (
	"context"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// A Listed is a signal with its watch.
type Listed struct {
	Watch  Watch
	Signal Signal
}

// A Filter chooses signals; zero fields choose all.
type Filter struct {
	State State
	Watch int64
}

// List lists the signals that a reader may see: open ones first, then by month, the newest first.
func (s *Service) List(ctx context.Context, reader perm.Actor, q Filter) (out []Listed, err error) {
	defer fault.Wrap(&err, "situation.List()")
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		watches, err := watchesOf(tx)
		if err != nil {
			return err
		}
		of := map[int64]Watch{}
		for _, w := range watches {
			of[w.ID] = w
		}
		signals, err := signalsOf(tx)
		for _, x := range slices.Backward(signals) {
			if s.sees(reader, of[x.Watch], x) && (q.State == "" || q.State == x.State) && (q.Watch == 0 || q.Watch == x.Watch) {
				out = append(out, Listed{of[x.Watch], x})
			}
		}
		return err
	})
	slices.SortStableFunc(out, func(a, b Listed) int { return sqldb.Bool(a.Signal.State != Open) - sqldb.Bool(b.Signal.State != Open) })
	return out, err
}

// A Detail is a signal with everything its page shows.
type Detail struct {
	Listed
	Rows       []Row   // the two years up to it, and what came after where the reader may see that
	Effort     []Month // as many months as it was compared with, and its own last; nil without an element
	YearBefore Month   // the same month a year before
	MayDecide  bool
	MayItem    bool
	MayCharts  bool
}

// Signal gives a signal.
func (s *Service) Signal(ctx context.Context, reader perm.Actor, id int64) (d Detail, err error) {
	defer fault.Wrap(&err, "situation.Signal(%d)", id)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return d, err
	}
	var all []Signal
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		if d.Signal, err = signalOf(tx, id); err != nil {
			return err
		}
		if d.Watch, err = watchOf(tx, d.Signal.Watch); err != nil {
			return err
		}
		if !s.sees(reader, d.Watch, d.Signal) {
			return noSignal()
		}
		all, err = signalsOf(tx)
		return err
	})
	if err != nil {
		return d, err
	}
	d.MayDecide = d.Signal.State == Open && s.decides(reader, d.Watch) == nil
	d.MayItem, d.MayCharts = reader.Can(ruleItem), reader.Can(ruleCharts)
	if s.joints.Figures == nil {
		return d, nil
	}
	at := slot(d.Signal.Month)
	to := at
	if d.MayCharts {
		to = min(at+6, max(s.over(), at))
	}
	seen := s.ofWatch(reader, d.Watch, all)
	if !d.MayCharts {
		seen = []Signal{d.Signal}
	}
	d.Rows = s.rows(d.Watch, d.Signal.Settings, at-23, to, seen)
	d.YearBefore = d.Rows[11].Month
	if d.Watch.Effort != "" {
		w := d.Watch
		w.Element, w.Category = d.Watch.Effort, ""
		list, first, _ := s.series(w, at, at)
		d.Effort = list[first-12:]
	}
	return d, nil
}

// A Topic is what a meeting or a document should know of a signal.
type Topic struct {
	Key, Title, Reason, Path string
	Code                     string // of the element
	Unit, Force              org.UnitID
	Month                    period.Period
}

// newDays is how many days after the decision a confirmed signal is still new to a meeting.
const newDays = 31

// Signals lists what a meeting on a day should know: signals that wait for a person and still
// stand out, and those that were confirmed in the 31 days before. Looking back over months long
// past is no matter for a meeting until somebody confirms it.
func (s *Service) Signals(ctx context.Context, reader perm.Actor, on period.Day) (out []Topic, err error) {
	list, err := s.List(ctx, reader, Filter{})
	l := s.lens(words.Chinese)
	for _, q := range list {
		x := q.Signal
		switch {
		case x.State == Open && !x.Hindsight && x.Reading.Above && x.Raised <= on:
		case x.State == Confirmed && x.Decided <= on && x.Decided.DaysUntil(on) <= newDays:
		default:
			continue
		}
		out = append(out, s.topic(l, q))
	}
	return out, err
}

// Confirmed lists the signals of the months of a period that a person confirmed, in the order of the
// months. Those of small places are left out: a document goes beyond those who may see them.
func (s *Service) Confirmed(ctx context.Context, reader perm.Actor, p period.Period) (out []Topic, err error) {
	list, err := s.List(ctx, reader, Filter{State: Confirmed})
	l := s.lens(words.Chinese)
	for _, q := range slices.Backward(list) {
		if p.Contains(q.Signal.Month) && !s.inner(q.Watch) {
			out = append(out, s.topic(l, q))
		}
	}
	return out, err
}

// topic words a signal for readers outside the module; a meeting has guests, who are not told of
// small places.
func (s *Service) topic(l lens, q Listed) Topic {
	x, w := q.Signal, q.Watch
	reason := l.told(w, x.Method, x.Month, x.Reading)
	if s.inner(w) {
		reason = l.say("small_place"+l.work(w.Element), l.watch(w), x.Month.Chinese())
	} else if x.State == Confirmed {
		reason += l.t(checkedText, x.Text)
	}
	t := Topic{Key: ref(x.ID), Title: l.t(titleForm, l.watch(w), x.Month.Chinese(), x.Method.Text()), Reason: reason, Path: signalPath(x.ID), Code: w.Element, Unit: w.Unit, Month: x.Month}
	if f := s.force(w); f != noForce {
		t.Force = f
	}
	return t
}
