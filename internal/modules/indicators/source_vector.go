package indicators

import (
	"math/big"
	"slices"
	"strconv"
	"sync"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A seriesCache remembers which column of the cube each operand of the formulas is. It holds for
// one book and one cube.
type seriesCache struct {
	mu   sync.RWMutex
	cube *cube.Cube
	m    map[string]cube.Series
}

func (c *seriesCache) all(of *cube.Cube) map[string]cube.Series {
	c.mu.RLock()
	defer c.mu.RUnlock()
	out := make(map[string]cube.Series, len(c.m)+4)
	if c.cube == of {
		for k, v := range c.m {
			out[k] = v
		}
	}
	return out
}

func (c *seriesCache) add(of *cube.Cube, key string, s cube.Series) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cube == nil {
		c.cube, c.m = of, map[string]cube.Series{}
	}
	if c.cube == of {
		c.m[key] = s
	}
}

// An engine is a source with a runner over it. Engines are kept with the book, so that formulas
// are compiled once.
type engine struct {
	src    *source
	runner *formula.Runner
	block  formula.Block
}

func newEngine(s *source) *engine { return &engine{src: s, runner: formula.NewRunner(s)} }

var _ formula.VectorSource = (*source)(nil)

// A cellNotes collects the counts of persons behind a block of figures, cell by cell.
type cellNotes struct {
	units   []org.UnitID
	periods []period.Period
	lists   [][]reading // unit by unit
	lost    bool        // a count of a unit that the block does not ask: work cell by cell
}

func (c *cellNotes) clear() {
	c.lost = false
	for i := range c.lists {
		c.lists[i] = nil
	}
}

// Fill answers for a block of units and periods.
func (s *source) Fill(l formula.Load, out *formula.Column) {
	n := len(l.Units) * len(l.Periods)
	e, ok := s.book.catalogue.Code(l.Code)
	q := formula.Query{Code: l.Code, Categories: l.Categories, Agg: l.Agg}
	series, known := s.series[seriesKey(q)]
	if !ok || !known || series == 0 {
		why := formula.WhyOf(measure.NotDefined)
		if ok && !known {
			s.asked = append(s.asked, q)
			why = formula.WhyAbsent
		}
		clear(out.Values[:n])
		clear(out.Present[:n])
		clear(out.Expected[:n])
		clear(out.Slots)
		clear(out.Of)
		for i := range out.Why[:n] {
			out.Why[i] = why
		}
		return
	}
	x := s.axisOf(l.Units, l.Periods)
	if cap(s.why) < n {
		s.why = make([]cube.Why, n)
	}
	s.why = s.why[:n]
	s.view.Vector(series, x, aggs[l.Agg], cube.Columns{Sum: out.Values, Present: out.Present, Expected: out.Expected, Slots: out.Slots, Why: s.why})
	for i, w := range s.why {
		out.Why[i] = formula.Why(w)
	}
	for j, p := range l.Periods {
		if j < len(out.Of) {
			out.Of[j] = int32(len(slotsOf(e, p)))
		}
	}
	if s.cells != nil && e.Persons {
		s.cells.note(l, e, out)
	}
}

// axisOf keeps the axis of the units and periods last asked: the operands of a formula share it.
func (s *source) axisOf(units []org.UnitID, periods []period.Period) *cube.Axis {
	if s.axis == nil || !slices.Equal(s.axisUnits, units) || !slices.Equal(s.axisPeriods, periods) {
		s.axisUnits, s.axisPeriods = slices.Clone(units), slices.Clone(periods)
		s.axis = cube.NewAxis(s.axisUnits, s.axisPeriods)
	}
	return s.axis
}

// note keeps the counts of a column of persons.
func (c *cellNotes) note(l formula.Load, e measure.Element, out *formula.Column) {
	if !slices.Equal(l.Units, c.units) {
		c.lost = true
		return
	}
	for j := range l.Periods {
		r := readingOf(e, formula.Query{Code: l.Code, Categories: l.Categories, Agg: l.Agg, Period: l.Periods[j]}, nil)
		for u := range l.Units {
			i := u*len(l.Periods) + j
			if out.Why[i] != formula.WhyNot {
				continue
			}
			v := measure.Rat(out.Values[i], e.Scale)
			if l.Agg == formula.Average && out.Slots[i] > 0 {
				v.Quo(v, new(big.Rat).SetInt64(int64(out.Slots[i])))
			}
			// Of a load for several periods each column belongs to the cell of its own period;
			// bases (prev, yoy) come with periods that are not those asked, in the same order.
			if len(l.Periods) == len(c.periods) {
				c.lists[u*len(c.periods)+j] = append(c.lists[u*len(c.periods)+j], reading{r.key, v, r.whole, r.all})
			} else {
				c.lost = true
			}
		}
	}
}

// one is told of a count that was asked for cell by cell: fine where the block has it already.
func (c *cellNotes) one(q formula.Query, o formula.Operand) {
	if o.Reason != measure.NoReason {
		return
	}
	u := slices.Index(c.units, q.Unit)
	if u < 0 {
		c.lost = true
		return
	}
	key := noteKey(q.Code, q.Categories, q.Agg) + q.Period.String()
	for _, list := range c.lists[u*len(c.periods) : (u+1)*len(c.periods)] {
		for _, r := range list {
			if r.key == key {
				return
			}
		}
	}
	c.lost = true
}

func noteKey(code string, categories []measure.Category, agg formula.Agg) string {
	return seriesKey(formula.Query{Code: code, Categories: categories}) + "\x00" + strconv.Itoa(int(agg)) + "\x00"
}
