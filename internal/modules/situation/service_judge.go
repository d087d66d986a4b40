package situation

import (
	"context"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// lookedBack is how many months before the first one judged are read: the longest baseline, and
// the calendar year before.
const lookedBack = 36

// series reads a count over months, with what is needed to judge each of them. first is the index
// of the month from.
func (s *Service) series(w Watch, from, to period.Slot) (list []Month, first int, seq int64) {
	var months []period.Period
	for m := from - lookedBack; m <= to; m++ {
		months = append(months, period.Months.Period(m))
	}
	list, seq = s.joints.Figures.Months(w.Element, w.Category, w.Unit, months)
	return list, lookedBack, seq
}

// over gives the last month that was over before today.
func (s *Service) over() period.Slot { return period.Months.SlotOf(s.today()) - 1 }

func slot(p period.Period) period.Slot { return period.Months.SlotOf(p.First()) }

// outcome is what judging finds to do.
type outcome struct {
	watch   Watch
	raised  []Signal // new
	changed []Signal // whose figures were corrected
}

// judgeAll compares the signals there are with what the figures say now. It writes nothing and is
// a function of figures, watches, signals and the day alone.
func (s *Service) judgeAll(watches []Watch, signals []Signal, stamp string) (out []outcome) {
	of := map[int64][]Signal{}
	for _, x := range signals {
		of[x.Watch] = append(of[x.Watch], x)
	}
	for _, w := range watches {
		o := s.judgeWatch(w, of[w.ID], stamp)
		if len(o.raised)+len(o.changed) > 0 {
			out = append(out, o)
		}
	}
	return out
}

func (s *Service) judgeWatch(w Watch, have []Signal, stamp string) outcome {
	o := outcome{watch: w}
	to, from := s.over(), slot(w.Since)
	for _, x := range have {
		from = min(from, slot(x.Month))
	}
	if from > to {
		return o
	}
	list, first, seq := s.series(w, from, to)
	d := designer{}
	at := map[Method]map[period.Period]bool{Sudden: {}, Creep: {}}
	for _, x := range have {
		at[x.Method][x.Month] = true
		if x.AsOf > seq {
			continue // judged by another process that has newer figures
		}
		now := d.judge(x.Method, x.Settings, list, first+int(slot(x.Month)-from))
		if now.same(x.last()) {
			continue
		}
		x.Remarks = append(x.Remarks, Remark{At: stamp, Deed: deedCorrect, Before: x.last(), After: now})
		x.AsOf = seq
		switch {
		case x.State == Open:
			x.Reading = now
		case now.same(x.Reading):
			x.Now = Reading{}
		default:
			x.Now = now
		}
		o.changed = append(o.changed, x)
	}
	if w.Stopped {
		return o
	}
	today := s.today()
	for i := first + int(slot(w.Since)-from); i < len(list); i++ {
		for _, m := range Methods() {
			p := list[i].Period
			if at[m][p] {
				continue
			}
			if r := d.judge(m, w.Settings, list, i); r.Alarm {
				o.raised = append(o.raised, Signal{Watch: w.ID, Month: p, Method: m, Settings: w.Settings, State: Open, Reading: r, Hindsight: p.Last().DaysUntil(today) > hindsightDays, Raised: today, AsOf: seq})
			}
		}
	}
	return o
}

// Tick judges every month that is complete, raises what stands out and follows corrections. It may
// run as often and in as many processes as one likes: a signal is a row with a unique key (watch,
// month, method), written with its notice in one transaction.
func (s *Service) Tick(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "situation.Tick()")
	if s.joints.Figures == nil {
		return nil
	}
	// Nothing new is judged twice: figures, watches and signals change the number of the database.
	now := judgedAt{s.db.Seq(), s.today()}
	if last := s.judged.Load(); last != nil && *last == now {
		return nil
	}
	var todo []outcome
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		todo, err = s.judgeIn(tx)
		return err
	})
	if err == nil && len(todo) > 0 {
		err = s.db.InTx(ctx, s.raiseAll)
	}
	if err != nil {
		return err
	}
	s.judged.Store(&now)
	return nil
}

func (s *Service) judgeIn(tx *sqldb.Tx) ([]outcome, error) {
	watches, err := watchesOf(tx)
	if err != nil || len(watches) == 0 {
		return nil, err
	}
	signals, err := signalsOf(tx)
	if err != nil {
		return nil, err
	}
	return s.judgeAll(watches, signals, tx.Stamp()), nil
}

// raiseAll judges again inside a writing transaction, where no other process writes, and keeps
// what comes out.
func (s *Service) raiseAll(tx *sqldb.Tx) error {
	todo, err := s.judgeIn(tx)
	if err != nil {
		return err
	}
	for _, o := range todo {
		for _, x := range o.changed {
			if err := x.update(tx); err != nil {
				return err
			}
			if err := done(tx, "correct", ref(x.ID), map[string]any{"watch": o.watch.Element, "month": x.Month.String(), "state": string(x.State), "as_of": x.AsOf}); err != nil {
				return err
			}
		}
		for _, x := range o.raised {
			if x.ID, err = tx.NextID("situation_signal"); err != nil {
				return err
			}
			if fresh, err := x.insert(tx); err != nil || !fresh {
				if err != nil {
					return err
				}
				continue
			}
			if err := done(tx, "raise", ref(x.ID), map[string]any{"watch": o.watch.Element, "month": x.Month.String(), "method": string(x.Method), "as_of": x.AsOf}); err != nil {
				return err
			}
			if err := s.tell(tx, o.watch, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell tells the office and the owning task force of a new signal, without its numbers: a notice
// may leave the machine. What was found by looking back is no news.
func (s *Service) tell(tx *sqldb.Tx, w Watch, x Signal) error {
	if s.joints.Notices == nil || x.Hindsight {
		return nil
	}
	e := notify.Event{Key: ref(x.ID), Kind: notify.ToDo, Roles: []perm.Role{perm.Office}, Text: "监测项 %s 在%s超出平常波动，请核实", Args: []any{s.lens(words.Chinese).watch(w), fault.Named(x.Month)}, Path: signalPath(x.ID)}
	if err := s.joints.Notices.Tell(tx, e); err != nil {
		return err
	}
	force := s.force(w)
	if force == noForce {
		return nil
	}
	e.Key, e.Roles, e.Units = ref(x.ID)+":force", []perm.Role{perm.Member}, []org.UnitID{force}
	return s.joints.Notices.Tell(tx, e)
}
