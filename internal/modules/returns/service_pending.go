package returns

import (
	"cmp"
	"context"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// Pending tells the cells that the reader's own units handed in for a period and that are not
// approved yet, as far as they are about a unit or about one beneath it: such figures are seen by
// their owner only (SEMANTICS §1). element narrows to one element by its code; empty means all.
// tell gets each cell with its value at the element's scale, the state of its return in Chinese
// (待审核 or 待批准) and the address of the return. Whoever hands in nothing for the unit is told
// nothing; that is no error.
func (s *Service) Pending(ctx context.Context, reader perm.Actor, unit org.UnitID, p period.Period, element string,
	tell func(element string, c measure.Category, subject org.UnitID, q period.Period, value int64, state, path string)) (err error) {
	defer fault.Wrap(&err, "returns.Pending(%d, %s, %s)", unit, p, element)
	var waiting []Return
	for _, post := range reader.Posts {
		if post.Role == perm.Reporter {
			waiting = s.pendingOf(waiting, reader, post.Unit, unit, p, element)
		}
	}
	if len(waiting) == 0 {
		return nil
	}
	reg := s.units.Register()
	return s.db.View(ctx, func(tx *sqldb.Tx) error {
		for _, x := range waiting {
			v, err := version(tx, x.ID, x.Version)
			if err != nil {
				return err
			}
			q := x.Place.Period
			t := reg.On(q.Last())
			state := WaitsReview
			if x.State == Reviewed {
				state = WaitsApprove
			}
			path := "/returns/" + x.Place.Form + "/" + t.Code(x.Place.Unit) + "/" + q.String()
			for _, k := range inKeyOrder(v.Values) {
				if t.Under(k.Subject, unit) && (element == "" || k.Element == element) {
					tell(k.Element, k.Category, k.Subject, q, v.Values[k].N, state, path)
				}
			}
		}
		return nil
	})
}

// pendingOf adds to a list the returns that wait for review or approval, of the units at or
// beneath a reader's own one, for the periods inside p.
func (s *Service) pendingOf(list []Return, reader perm.Actor, own, unit org.UnitID, p period.Period, element string) []Return {
	b, reg := s.book.Load(), s.units.Register()
	codes := b.codes
	if element != "" {
		codes = b.asking[element]
	}
	for _, code := range codes {
		slots, _ := b.slots(code, p)
		for _, q := range slots {
			f, t := b.at(code, q), reg.On(q.Last())
			if f == nil || !t.Has(unit) {
				continue
			}
			for _, u := range b.owing(f, q, reg).within(t, own) {
				x := s.at(Place{code, u, q})
				waits := (x.State == Submitted || x.State == Reviewed) && x.Version > x.Approved
				if !waits || !t.Under(unit, u) && t.Kind(u).Tree() != org.Functional || reader.May(ruleFill, s.on(f, x.Place)) != nil {
					continue
				}
				if !slices.ContainsFunc(list, func(o Return) bool { return o.ID == x.ID }) {
					list = append(list, x)
				}
			}
		}
	}
	return list
}

// inKeyOrder gives the cells of a version by element, category and subject.
func inKeyOrder(values map[Key]Value) []Key {
	out := make([]Key, 0, len(values))
	for k := range values {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.Element, b.Element), cmp.Compare(a.Category, b.Category), cmp.Compare(a.Subject, b.Subject))
	})
	return out
}
