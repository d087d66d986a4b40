package facts

import (
	"kaiyang/internal/core/period"
)

// closings are all closings, ascending by number. A period is closed when it lies within one of
// them. Closing March does not close the first quarter: a quarterly value of it may still come.
type closings []Closing

// of gives the first closing that holds the period, nil if it is open.
func (c closings) of(p period.Period) *Closing {
	for i := range c {
		if c[i].Period.Contains(p) {
			return &c[i]
		}
	}
	return nil
}

// closed tells whether the figures of a period are frozen: it lies within a closing, or it is a
// range each day of which lies within one, as two closed months.
func (c closings) closed(p period.Period) bool {
	if c.of(p) != nil {
		return true
	}
	if p.Kind() != period.Range {
		return false
	}
	for d := p.First(); d <= p.Last(); {
		next := d
		for i := range c {
			if c[i].Period.ContainsDay(d) && c[i].Period.Last() >= next {
				next = c[i].Period.Last().AddDays(1)
			}
		}
		if next == d {
			return false
		}
		d = next
	}
	return true
}

// restated tells whether a change with this number came after the period was closed.
func (c closings) restated(no int64, p period.Period) bool {
	x := c.of(p)
	return x != nil && x.No < no
}
