package facts

import (
	"context"
	"slices"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

// A restatedCell is a reported cell that was changed after its period was closed.
type restatedCell struct {
	unit org.UnitID
	slot period.Period
	no   int64 // change number of the restatement
}

// restatedCells are those of every element, by code.
type restatedCells map[string][]restatedCell

// Restated lists the units of which a cell behind the figures of an element in a period was
// changed after the period was closed; of a stock only the slot that counts. It is answered from
// memory and mostly empty.
func (s *Service) Restated(element string, p period.Period) []org.UnitID {
	cells := (*s.restated.Load())[element]
	if len(cells) == 0 {
		return nil
	}
	e, ok := s.Catalogue().Code(element)
	if !ok {
		return nil
	}
	slots, ok := slotsOf(e, p)
	if !ok {
		return nil
	}
	closed := s.closings.Load()
	var out []org.UnitID
	for _, c := range cells {
		if !closed.restated(c.no, p) || slices.Contains(out, c.unit) {
			continue
		}
		if slices.ContainsFunc(slots, func(x slotAt) bool { return x.grain.Period(x.slot) == c.slot }) {
			out = append(out, c.unit)
		}
	}
	return out
}

// loadRestated reads the restated cells.
func (s *Service) loadRestated(tx *sqldb.Tx) error {
	list, err := readRestatements(tx, s.Catalogue(), s.closings.Load().restated)
	if err != nil {
		return err
	}
	out := restatedCells{}
	for _, r := range list {
		out[r.Element.Code] = append(out[r.Element.Code], restatedCell{r.Unit, r.Period, r.Version.No})
	}
	s.restated.Store(&out)
	return nil
}

// followRestated reads them again where a change may have added some.
func (s *Service) followRestated(ctx context.Context, batches []int64, closed bool) error {
	if len(batches) == 0 && !closed || len(*s.closings.Load()) == 0 {
		return nil
	}
	return s.db.View(ctx, func(tx *sqldb.Tx) error {
		for _, id := range batches {
			restates, err := batchRestates(tx, id)
			if err != nil {
				return err
			}
			closed = closed || restates
		}
		if !closed {
			return nil
		}
		return s.loadRestated(tx)
	})
}
