package cube

import (
	"math/bits"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
)

// Select gives the series of an element's categories (SEMANTICS §3). No category, or the empty
// one, is the total: of a partition Σ of its cells where all are present, else the reported total,
// else missing; of other schemes the reported total. One category is what was reported for it.
// Several, of a partition only, are their sum where all are present. A sum is laid out when it is
// first asked for and kept up to date from then on.
func (c *Cube) Select(id measure.ElementID, categories []measure.Category) (Series, error) {
	c.mu.RLock()
	s, _, err := c.find(id, categories)
	c.mu.RUnlock()
	if s != 0 || err != nil {
		return s, err
	}
	c.w.Lock()
	defer c.w.Unlock()
	s, key, err := c.find(id, categories)
	if s != 0 || err != nil {
		return s, err
	}
	return c.derive(c.items[id], key), nil
}

// Reported gives the series of one category as it was reported; the empty category is the
// reported total, also where Select would add up the parts.
func (c *Cube) Reported(id measure.ElementID, category measure.Category) (Series, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e := c.items[id]
	if e == nil {
		return 0, errNoElement(id)
	}
	if s, ok := e.reported[category]; ok {
		return s, nil
	}
	return 0, errNoCategory(e, category)
}

func errNoCategory(e *element, k measure.Category) error {
	return fault.New(fault.Invalid, "数据项 %s 没有分类“%s”；请按该数据项的分类方式填写。", e.def.Code, string(k))
}

// find gives the series if there is one, or the key of the sum that has to be made: its cells in
// the order of the scheme; no cells for the total.
func (c *Cube) find(id measure.ElementID, categories []measure.Category) (Series, []measure.Category, error) {
	e := c.items[id]
	if e == nil {
		return 0, nil, errNoElement(id)
	}
	partition := e.def.Scheme.Kind == measure.Partition
	if len(categories) == 0 || len(categories) == 1 && categories[0] == "" {
		if partition {
			return e.total, nil, nil
		}
		return e.reported[""], nil, nil
	}
	for _, k := range categories {
		switch _, ok := e.reported[k]; {
		case !ok:
			return 0, nil, errNoCategory(e, k)
		case k == "":
			return 0, nil, fault.New(fault.Invalid, "数据项 %s 的合计不能与分类相加；请只选合计或只选分类。", e.def.Code)
		}
	}
	cells := slices.Clone(categories)
	slices.Sort(cells)
	cells = slices.Compact(cells)
	switch {
	case len(cells) == 1:
		return e.reported[cells[0]], nil, nil
	case !partition:
		return 0, nil, fault.New(fault.Invalid, "数据项 %s 的分类可重叠，不能相加；请只选合计或一个类别。", e.def.Code)
	case len(cells) == len(e.def.Scheme.All()):
		return e.total, nil, nil
	}
	return e.derived[joined(cells)], cells, nil
}

func joined(cells []measure.Category) string {
	var b strings.Builder
	for _, k := range cells {
		b.WriteString(string(k))
		b.WriteByte(0)
	}
	return b.String()
}

// derive makes the sum of cells, or the total for none. The writer calls it; readers go on until
// it is published.
func (c *Cube) derive(e *element, cells []measure.Category) Series {
	s := &series{element: e}
	c.setParts(s, cells)
	for _, y := range c.sourceYears(s) {
		s.setColumn(y, c.derivedColumn(s, c.years(e, y)))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(s)
	if cells == nil {
		e.total = s.id
	} else {
		e.derived[joined(cells)] = s.id
	}
	for _, p := range s.sources() {
		c.series[p].feeds = append(c.series[p].feeds, s.id)
	}
	return s.id
}

// setParts lists the series that s adds up.
func (c *Cube) setParts(s *series, cells []measure.Category) {
	e := s.element
	s.cells = cells
	if cells == nil {
		s.whole = e.reported[""]
		if e.def.Scheme.Kind == measure.Partition {
			s.cells = e.def.Scheme.All()
		}
	}
	s.parts = make([]Series, 0, len(s.cells))
	for _, k := range s.cells {
		s.parts = append(s.parts, e.reported[k])
	}
}

// sources lists all series that a derived one depends on.
func (s *series) sources() []Series {
	if s.whole != 0 {
		return append([]Series{s.whole}, s.parts...)
	}
	return s.parts
}

// sourceYears lists the years in which any source has a column.
func (c *Cube) sourceYears(s *series) []int {
	var years []int
	for _, id := range s.sources() {
		for _, col := range c.series[id].cols {
			if col != nil {
				years = append(years, col.year.number)
			}
		}
	}
	slices.Sort(years)
	return slices.Compact(years)
}

// rederive makes every derived series of an element anew after its scheme or years changed.
func (c *Cube) rederive(e *element) {
	for _, id := range e.all {
		c.series[id].feeds = nil
	}
	for _, id := range e.all {
		s := c.series[id]
		if !s.derived() {
			continue
		}
		if s.whole != 0 {
			c.setParts(s, nil)
		}
		s.cols = nil
		for _, y := range c.sourceYears(s) {
			s.setColumn(y, c.derivedColumn(s, c.years(e, y)))
		}
		for _, p := range s.sources() {
			c.series[p].feeds = append(c.series[p].feeds, id)
		}
	}
}

// derivedColumn computes a derived series in a year.
func (c *Cube) derivedColumn(s *series, y *year) *column {
	col := newColumn(y)
	for fi, f := range y.frames {
		src := c.sourceBlocks(s, y.number, fi, nil)
		if !src.any() {
			continue
		}
		b := newBlock(f, s.element.adds(), c.owner)
		src.fill(b)
		b.rollAll()
		col.blocks[fi] = b
	}
	c.bindExpect(s.element, col)
	return col
}

// sources are the blocks that a derived block is computed from; a block may be nil.
type sources struct {
	parts []*block
	whole *block
}

func (s sources) any() bool {
	for _, b := range s.parts {
		if b != nil {
			return true
		}
	}
	return s.whole != nil
}

// sourceBlocks finds the blocks of a frame, in from (which may be nil) before the published ones.
func (c *Cube) sourceBlocks(s *series, y, fi int, from func(id Series, y, fi int) *block) sources {
	of := func(id Series) *block {
		if from != nil {
			if b := from(id, y, fi); b != nil {
				return b
			}
		}
		if col := c.series[id].column(y); col != nil {
			return col.blocks[fi]
		}
		return nil
	}
	src := sources{parts: make([]*block, len(s.parts))}
	for i, id := range s.parts {
		src.parts[i] = of(id)
	}
	if s.whole != 0 {
		src.whole = of(s.whole)
	}
	return src
}

// cell gives one derived cell.
func (s sources) cell(row, j int) (int64, bool) {
	if len(s.parts) == 0 {
		return s.reported(row, j)
	}
	var sum int64
	for _, b := range s.parts {
		if b == nil {
			return s.reported(row, j)
		}
		v, ok := b.get(row, j)
		if !ok {
			return s.reported(row, j)
		}
		sum += v
	}
	return sum, true
}

func (s sources) reported(row, j int) (int64, bool) {
	if s.whole == nil {
		return 0, false
	}
	return s.whole.get(row, j)
}

// fill computes all rows of a derived block, 64 cells at a time.
func (s sources) fill(dst *block) {
	for w := range dst.bits {
		all := uint64(0)
		if len(s.parts) > 0 {
			all = ^all
		}
		for _, b := range s.parts {
			if b == nil {
				all = 0
				break
			}
			all &= b.bits[w]
		}
		rest := uint64(0)
		if s.whole != nil {
			rest = s.whole.bits[w] &^ all
		}
		dst.bits[w] = all | rest
		at := w * 64
		if at >= len(dst.cells) {
			continue
		}
		out := dst.cells[at:min(at+64, len(dst.cells))]
		clear(out)
		for _, b := range s.parts {
			for m := all; m != 0; m &= m - 1 {
				i := bits.TrailingZeros64(m)
				out[i] += b.cells[at+i]
			}
		}
		for m := rest; m != 0; m &= m - 1 {
			i := bits.TrailingZeros64(m)
			out[i] = s.whole.cells[at+i]
		}
	}
}
