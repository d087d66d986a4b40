// Package cube keeps the approved facts in memory and adds them up: over units by the tree of
// each slot's last day, over slots by the kind of the element. It counts beside every sum how
// many values it is made of and how many were expected (SEMANTICS §1–§4).
//
// Cells are whole numbers at the element's scale, laid out [series][year][unit][slot of the
// year], so that a subtree is one contiguous run of memory. Sums are kept for every unit above
// the reporting level and added up again from their children whenever a cell beneath changes;
// Verify proves them. The database is the truth; a cube is loaded from it, follows its changes by
// their numbers, and can be thrown away at any time.
//
// One writer and many readers may use a cube at once. Readers hold a read lock for the
// microseconds of one answer; View gives several answers of the same moment.
package cube

import (
	"hash/maphash"
	"maps"
	"slices"
	"sync"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Series names a column of the cube: an element with a category, or a sum of categories. It
// holds for the life of the cube and of its clones. The zero Series is none.
type Series int32

// A series is an element × category, reported or derived.
type series struct {
	id      Series
	element *element
	cells   []measure.Category // the category, or those that are added up
	parts   []Series           // derived only: the series of cells
	whole   Series             // derived total only: the reported total, used where a part is missing
	feeds   []Series           // reported only: the derived series to keep up to date
	first   int                // year of cols[0]
	cols    []*column
}

func (s *series) derived() bool { return s.parts != nil }

// weight bounds the facts that are added up in one cell.
func (s *series) weight() int64 { return int64(max(len(s.parts), 1)) }

func (s *series) column(y int) *column {
	if i := y - s.first; i >= 0 && i < len(s.cols) {
		return s.cols[i]
	}
	return nil
}

func (s *series) setColumn(y int, col *column) {
	switch {
	case len(s.cols) == 0:
		s.first = y
		s.cols = []*column{col}
		return
	case y < s.first:
		s.cols = append(make([]*column, s.first-y), s.cols...)
		s.first = y
	}
	for len(s.cols) <= y-s.first {
		s.cols = append(s.cols, nil)
	}
	s.cols[y-s.first] = col
}

// An element is a measure.Element with its series.
type element struct {
	def      measure.Element
	reported map[measure.Category]Series
	derived  map[string]Series // by the joined categories
	all      []Series
	total    Series // what Select without categories gave, 0 if it was not asked yet
	expect   []expectation
	edition  int // counts the changes of expect and def
}

func (e *element) adds() bool { return e.def.Kind != measure.Point }

// A Cube is the approved facts of one database, up to a change number.
type Cube struct {
	w       sync.Mutex   // held by the one who changes the cube
	mu      sync.RWMutex // guards everything below for readers; the writer takes it to publish
	layout  *layout
	items   map[measure.ElementID]*element
	series  []*series // by Series; none has number 0
	orphans map[orphan]int64
	seq     int64
	rev     int64 // counts the changes of facts, units, definitions and expectations
	owner   *token
	sets    map[uint64][]*unitSet // w only
	seed    maphash.Seed
	recast  *recast // by other boundaries than those of the time; nil for most
}

// New makes an empty cube over the units of a register.
func New(reg *org.Register) *Cube {
	return &Cube{
		layout:  newLayout(reg),
		items:   map[measure.ElementID]*element{},
		series:  []*series{nil},
		orphans: map[orphan]int64{},
		owner:   new(token),
		sets:    map[uint64][]*unitSet{},
		seed:    maphash.MakeSeed(),
	}
}

// Define adds elements or replaces their definitions. Kind, scale and level of an element with
// facts are fixed (SEMANTICS §3), so are the grain of a year with facts and a category with facts;
// to change one of them is fault.Conflict, and then nothing is defined. Sums of categories follow
// a changed scheme.
func (c *Cube) Define(defs ...measure.Element) error {
	c.w.Lock()
	defer c.w.Unlock()
	for _, d := range defs {
		if err := c.mayDefine(d); err != nil {
			return err
		}
	}
	k := c.shadow()
	for _, d := range defs {
		k.define(d)
	}
	c.become(k)
	return nil
}

func (c *Cube) mayDefine(d measure.Element) error {
	if err := d.Check(); err != nil {
		return err
	}
	if err := checkScheme(d, c.layout.reg); err != nil {
		return err
	}
	e := c.items[d.ID]
	if e == nil {
		return nil
	}
	known := map[measure.Category]bool{"": true}
	for _, k := range d.Scheme.All() {
		known[k] = true
	}
	may := func(k measure.Category, y int) error {
		switch {
		case d.Kind != e.def.Kind || d.Scale != e.def.Scale || d.Level != e.def.Level:
			return fault.New(fault.Conflict, "数据项 %s 已有数据，类型、小数位数和填报层级不能再改；请另建数据项。", d.Code)
		case d.GrainIn(y) != e.def.GrainIn(y):
			return fault.New(fault.Conflict, "数据项 %s 在 %d 年已有数据，当年的填报粒度不能再改；请从下一年起变更。", d.Code, y)
		case !known[k]:
			return fault.New(fault.Conflict, "数据项 %s 的分类“%s”已有数据，不能取消；请保留该类别。", d.Code, string(k))
		}
		return nil
	}
	for k, id := range e.reported {
		for _, col := range c.series[id].cols {
			if col.any() {
				if err := may(k, col.year.number); err != nil {
					return err
				}
			}
		}
	}
	for o := range c.orphans {
		if s := c.series[o.series]; s.element == e {
			if err := may(s.cells[0], int(o.year)); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxScheme bounds the cells of a scheme that does not add up.
const maxScheme = 10_000

func checkScheme(d measure.Element, reg *org.Register) error {
	size := 1
	for _, x := range d.Scheme.Dimensions {
		if size *= len(x.Labels); size > maxScheme {
			break
		}
	}
	if size > maxScheme || d.Scheme.Kind == measure.Partition && !fits(reg, size) {
		return fault.New(fault.TooLarge, "数据项 %s 的分类组合太多，无法精确汇总；请减少维度或类别。", d.Code)
	}
	return nil
}

// any tells whether anything is present in the column.
func (col *column) any() bool {
	if col == nil {
		return false
	}
	for _, b := range col.blocks {
		if b != nil && countBits(b.bits, 0, len(b.cells)) > 0 {
			return true
		}
	}
	return false
}

func (c *Cube) define(d measure.Element) {
	e := c.items[d.ID]
	if e == nil {
		e = &element{def: d, reported: map[measure.Category]Series{}, derived: map[string]Series{}}
		c.items[d.ID] = e
	}
	old := e.def
	e.def = d
	e.edition++
	for _, k := range append([]measure.Category{""}, d.Scheme.All()...) {
		if _, ok := e.reported[k]; !ok {
			e.reported[k] = c.add(&series{element: e, cells: []measure.Category{k}}).id
		}
	}
	// Years of another grain, level or kind held nothing.
	for _, id := range e.all {
		s := c.series[id]
		for i, col := range s.cols {
			if col != nil && (!col.any() || s.derived()) &&
				(d.Level != old.Level || d.Kind != old.Kind || d.GrainIn(col.year.number) != col.year.grain) {
				s.cols[i] = nil
			}
		}
	}
	c.rederive(e)
}

func (c *Cube) add(s *series) *series {
	s.id = Series(len(c.series))
	c.series = append(c.series, s)
	s.element.all = append(s.element.all, s.id)
	return s
}

// Seq gives the number of the last change that was applied.
func (c *Cube) Seq() int64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.seq
}

// Revision counts what changed answers of the cube: facts, units, definitions and expectations. A
// recast cube has that of the cube it was made from.
func (c *Cube) Revision() int64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.rev
}

// Register gives the units that the cube is bound to now.
func (c *Cube) Register() *org.Register {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.layout.reg
}

// Element gives the definition of an element.
func (c *Cube) Element(id measure.ElementID) (measure.Element, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if e := c.items[id]; e != nil {
		return e.def, true
	}
	return measure.Element{}, false
}

// Describe gives the element of a series and the categories that it adds up; the total is the
// empty category.
func (c *Cube) Describe(id Series) (measure.ElementID, []measure.Category) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s := c.known(id)
	if s.whole != 0 {
		return s.element.def.ID, []measure.Category{""}
	}
	return s.element.def.ID, slices.Clone(s.cells)
}

// known gives a series; a number that the cube never gave is a fault of the program.
func (c *Cube) known(id Series) *series {
	if id <= 0 || int(id) >= len(c.series) {
		panic("cube: no such series")
	}
	return c.series[id]
}

// Clone gives a cube of the same facts that changes by itself. Cells are shared until one of the
// two is written to, so a clone costs little; a question about the past (SEMANTICS §5) is asked
// of a clone on which the newer changes were taken back, see AsOf.
func (c *Cube) Clone() *Cube {
	c.w.Lock()
	defer c.w.Unlock()
	return c.clone()
}

func (c *Cube) clone() *Cube {
	k := c.shadow()
	k.owner, c.owner = new(token), new(token) // from now on both copy what they write
	return k
}

// shadow gives a copy that shares blocks and the right to write them. The writer changes it
// without holding up readers, by putting new blocks in place of old ones, and then lets the cube
// become it.
func (c *Cube) shadow() *Cube {
	k := &Cube{
		layout: c.layout, seq: c.seq, owner: c.owner, seed: c.seed,
		items: make(map[measure.ElementID]*element, len(c.items)), series: make([]*series, len(c.series)),
		orphans: maps.Clone(c.orphans), sets: maps.Clone(c.sets), recast: c.recast,
	}
	for id, e := range c.items {
		f := *e
		f.reported, f.derived = maps.Clone(e.reported), maps.Clone(e.derived)
		f.all, f.expect = slices.Clone(e.all), slices.Clone(e.expect)
		k.items[id] = &f
	}
	for i, s := range c.series {
		if s == nil {
			continue
		}
		t := *s
		t.element = k.items[s.element.def.ID]
		t.feeds = slices.Clone(s.feeds)
		t.cols = slices.Clone(s.cols)
		for j, col := range t.cols {
			if col != nil {
				d := *col
				d.blocks, d.extra = slices.Clone(col.blocks), slices.Clone(col.extra)
				t.cols[j] = &d
			}
		}
		k.series[i] = &t
	}
	return k
}

// become publishes what a shadow holds.
func (c *Cube) become(k *Cube) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.layout, c.items, c.series, c.orphans, c.seq = k.layout, k.items, k.series, k.orphans, k.seq
	c.rev++
}

// AsOf gives a clone in which changes are taken back, the newest first: each entry holds what
// stood in the cell before. seq is the number of the last change that remains. The cube itself
// stays as it is.
func (c *Cube) AsOf(undo []Change, seq int64) (*Cube, error) {
	k := c.Clone()
	k.w.Lock()
	defer k.w.Unlock()
	if err := k.apply(undo, seq); err != nil {
		return nil, err
	}
	return k, nil
}

// Size tells how much a cube holds: the reported values and the bytes of each part. Derived sums
// count into the bytes.
type Size struct {
	Values                         int // reported cells that are present
	Derived                        int // derived cells that are present
	Cells, Presence, Sums, Counts  int64
	Blocks, Series, Shapes, Orphan int
}

// Bytes gives the sum of all parts.
func (s Size) Bytes() int64 { return s.Cells + s.Presence + s.Sums + s.Counts }

// Size measures the cube.
func (c *Cube) Size() Size {
	c.mu.RLock()
	defer c.mu.RUnlock()
	z := Size{Series: len(c.series) - 1, Orphan: len(c.orphans)}
	shapes := map[*shape]bool{}
	for _, s := range c.series[1:] {
		for _, col := range s.cols {
			if col == nil {
				continue
			}
			for _, b := range col.blocks {
				if b == nil {
					continue
				}
				if n := countBits(b.bits, 0, len(b.cells)); s.derived() {
					z.Derived += n
				} else {
					z.Values += n
				}
				z.Blocks++
				shapes[b.frame.shape] = true
				z.Cells += int64(len(b.cells)) * 8
				z.Presence += int64(len(b.bits)) * 8
				z.Sums += int64(len(b.sums)) * 8
				z.Counts += int64(len(b.counts)) * 4
			}
		}
	}
	z.Shapes = len(shapes)
	return z
}

func errNoElement(id measure.ElementID) error {
	return fault.New(fault.Missing, "没有编号为 %d 的数据项；请先登记数据项。", int(id))
}

// years gives the frames of an element in a year.
func (c *Cube) years(e *element, y int) *year { return c.layout.year(e.def.Level, e.def.GrainIn(y), y) }

// slotText names a slot for a message.
func (y *year) slotText(slot int) period.Period { return y.grain.Period(y.slot(slot)) }
