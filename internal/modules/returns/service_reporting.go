package returns

import (
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// Reporting counts the returns of a form that the units at and beneath a unit owe for the periods
// inside p that are over: owed, received (handed in and not sent back), and received on time. The
// root of the territory stands for the departments too. ok is false if there is no such form or p
// is no union of its periods.
func (s *Service) Reporting(form string, unit org.UnitID, p period.Period) (due, received, onTime int, ok bool) {
	list, ok := s.book.Load().slots(form, p)
	if !ok {
		return 0, 0, 0, false
	}
	today := s.today()
	var t Tally
	for _, q := range list {
		if !q.Last().Before(today) {
			continue
		}
		for _, st := range s.standings(form, unit, q) {
			t.Add(st, today)
		}
	}
	return t.Due, t.Received, t.OnTime, true
}

// standings gives the returns of a form and period that the units at or beneath a unit owe; 0
// means all units.
func (s *Service) standings(form string, unit org.UnitID, p period.Period) []Standing {
	b, reg, cal := s.book.Load(), s.units.Register(), s.units.Calendar()
	f := b.at(form, p)
	if f == nil {
		return nil
	}
	owing := b.owing(f, p, reg)
	list := owing.list
	if unit != 0 {
		list = owing.within(reg.On(p.Last()), unit)
	}
	if len(list) == 0 {
		return nil
	}
	out := make([]Standing, len(list))
	st := newStanding(f, Return{Place: Place{form, list[0], p}}, cal)
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i, u := range list {
		out[i] = st
		out[i].Return = Return{Place: Place{form, u, p}}
		if x := s.byAt[out[i].Return.Place]; x != nil {
			out[i].Return = *x
		}
	}
	return out
}

// standing gives one return that is owed.
func (s *Service) standing(f *Form, at Place) Standing {
	return newStanding(f, s.at(at), s.units.Calendar())
}

// A Waiting is what is still to come for a period, of one form: for those who close it.
type Waiting struct {
	Form   *Form
	Period period.Period
	Units  []org.UnitID // not handed in, or sent back
	Chain  []org.UnitID // handed in, not approved
}

// Waiting lists what is still to come of the returns inside a period, form by form.
func (s *Service) Waiting(p period.Period) []Waiting {
	b := s.book.Load()
	var out []Waiting
	for _, code := range b.codes {
		for _, span := range b.spans(code) {
			for slot := span.form.Grain.SlotOf(p.First()); slot <= span.form.Grain.SlotOf(p.Last()); slot++ {
				q := span.form.Grain.Period(slot)
				if b.at(code, q) != span.form || !p.Contains(q) {
					continue
				}
				w := Waiting{Form: span.form, Period: q}
				for _, st := range s.standings(code, 0, q) {
					switch {
					case !st.Return.Received():
						w.Units = append(w.Units, st.Return.Place.Unit)
					case st.Return.State != Approved:
						w.Chain = append(w.Chain, st.Return.Place.Unit)
					}
				}
				if len(w.Units)+len(w.Chain) > 0 {
					out = append(out, w)
				}
			}
		}
	}
	return out
}

// Late lists the returns that are overdue on a day, of the periods that ended within the days
// since a day, form by form.
func (s *Service) Late(since, on period.Day) []Standing {
	b := s.book.Load()
	var out []Standing
	for _, code := range b.codes {
		for _, span := range b.spans(code) {
			for slot := span.form.Grain.SlotOf(since); span.form.Grain.LastDay(slot) < on; slot++ {
				q := span.form.Grain.Period(slot)
				if b.at(code, q) != span.form || q.Last() < since {
					continue
				}
				for _, st := range s.standings(code, 0, q) {
					if st.Overdue(on) {
						out = append(out, st)
					}
				}
			}
		}
	}
	return out
}
