package returns

import (
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// The answers of WhyMissing, in Chinese; the English catalogue translates them.
const (
	NotAsked     = "无应报"  // no form asks the units concerned for it
	NotYetDue    = "尚未到期" // the period is not over, or the due day has not passed
	WaitsApprove = "待批准"
	WaitsReview  = "待审核"
	SentBack     = "被退回"
	NotReported  = "未报"
)

// WhyMissing tells why the figure of an element for a unit and a period may be missing, as far as
// returns know: the worst state among the returns that bring its parts, 未报 before 被退回 before
// 待审核 before 待批准 before 尚未到期 before 无应报. Of a stock only the last slot of the period
// counts (SEMANTICS §3). A return that was approved with the cell left blank counts as 未报 where no
// other state tells more. It reads memory only.
func (s *Service) WhyMissing(element string, unit org.UnitID, p period.Period) (state string) {
	b, reg, cal, today := s.book.Load(), s.units.Register(), s.units.Calendar(), s.today()
	e, known := s.facts.Catalogue().Code(element)
	stock := known && e.Kind == measure.Stock
	rank := 0
	for _, code := range b.asking[element] {
		list, _ := b.slots(code, p)
		for _, q := range list {
			f := b.at(code, q)
			if f == nil || stock && q.Last() != p.Last() || !f.counts(element) {
				continue
			}
			t := reg.On(q.Last())
			if !t.Has(unit) {
				continue
			}
			due, _ := f.Due.Day(q, cal)
			s.mu.RLock()
			for _, u := range b.owing(f, q, reg).list {
				if !f.concerns(t, u, unit) {
					continue
				}
				state := NotStarted
				if x := s.byAt[Place{code, u, q}]; x != nil {
					state = x.State
				}
				rank = max(rank, rankOf(missingBy(state, q, due, today)))
			}
			s.mu.RUnlock()
		}
	}
	return missingRanks()[rank]
}

// blank is the state of what was approved without the number; it says less than any other.
const blank = ""

// missingRanks are the states from the mildest.
func missingRanks() [7]string {
	return [...]string{NotAsked, NotReported, NotYetDue, WaitsApprove, WaitsReview, SentBack, NotReported}
}

func rankOf(state string) int {
	switch state {
	case blank:
		return 1
	case NotYetDue:
		return 2
	case WaitsApprove:
		return 3
	case WaitsReview:
		return 4
	case SentBack:
		return 5
	case NotReported:
		return 6
	}
	return 0
}

// missingBy gives what one return says.
func missingBy(state State, p period.Period, due, today period.Day) string {
	switch state {
	case Submitted:
		return WaitsReview
	case Reviewed:
		return WaitsApprove
	case Returned:
		return SentBack
	case Approved:
		return blank
	}
	if !p.Last().Before(today) || !today.After(due) {
		return NotYetDue
	}
	return NotReported
}

// counts tells whether the form has an element.
func (f *Form) counts(element string) bool {
	for i := range f.Items {
		if f.Items[i].Element == element {
			return true
		}
	}
	return false
}

// concerns tells whether the return of a reporting unit has a part of the figures of another: it
// is about a unit at or beneath it. The root of the territory stands for the departments too.
func (f *Form) concerns(t *org.Tree, reporter, unit org.UnitID) bool {
	if f.Subjects == org.LevelNone {
		return t.Under(reporter, unit) || unit == t.Root(org.Territorial) && t.Kind(reporter).Tree() == org.Functional
	}
	if unit == t.Root(org.Territorial) && f.Subjects.Tree() == org.Functional {
		return true
	}
	lo, hi := t.Run(f.Subjects, unit)
	if t.Kind(reporter).Tree() != f.Subjects.Tree() {
		return lo < hi // it has a row for every unit of the level
	}
	from, to := t.Run(f.Subjects, reporter)
	return max(lo, from) < min(hi, to)
}
