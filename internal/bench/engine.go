package bench

import (
	"math"
	"slices"

	"kaiyang/internal/bench/dataset"
	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/measure"
)

// fill makes a cube of a data set, in the way a database is read: a packed row a unit and year.
// disk is the size of the rows.
func fill(s *dataset.Set, workers int) (c *cube.Cube, disk int64, err error) {
	reg, err := s.Register()
	if err != nil {
		return nil, 0, err
	}
	c = cube.New(reg)
	if err := c.Define(s.Defs()...); err != nil {
		return nil, 0, err
	}
	l := c.Load()
	defer l.Close()
	var vals [12]int64
	var row []byte
	for e := range s.Elements {
		for y := 0; y < s.Months; y += 12 {
			for v, u := range s.Villages() {
				present := uint32(0)
				for m := range vals {
					x, ok := s.Value(e, y+m, v)
					vals[m] = x
					if ok {
						present |= 1 << m
					}
				}
				row = cube.AppendPack(row[:0], vals[:], present)
				disk += int64(len(row))
				if err := l.Row(dataset.ID(e), "", u, s.FirstYear+y/12, row); err != nil {
					return nil, 0, err
				}
			}
		}
	}
	l.Done(workers, 1)
	return c, disk, nil
}

// An asker answers the questions of a data set, as a page would: operands from the cube, exact
// numerators and denominators, then scores and places.
type asker struct {
	c      *cube.Cube
	ind    []dataset.Indicator
	series []cube.Series // by element
	cols   [][]int64     // by element: the operands that were read
	seen   [][]int32
	due    [][]int32
	num    []int64
	den    []int64
	value  []float64
	score  []int64
	order  []int64
	covers bool // read presence and expectation, too
}

func newAsker(c *cube.Cube, s *dataset.Set) (*asker, error) {
	a := &asker{c: c, ind: dataset.Indicators(), series: make([]cube.Series, s.Elements),
		cols: make([][]int64, s.Elements), seen: make([][]int32, s.Elements), due: make([][]int32, s.Elements)}
	for e := range a.series {
		var err error
		if a.series[e], err = c.Select(dataset.ID(e), []measure.Category{""}); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// ask answers one question into a.num and a.den, indicator by indicator, and for a ranking into
// a.order: the units, best first.
func (a *asker) ask(q dataset.Query) {
	x := cube.NewAxis(q.Units, q.Periods)
	n := x.Len()
	a.c.View(func(v *cube.View) {
		for _, in := range a.ind {
			for _, list := range [2][]int{in.Num, in.Den} {
				for _, e := range list {
					a.read(v, x, e, n)
				}
			}
		}
	})
	a.num, a.den = room(a.num, n*len(a.ind)), room(a.den, n*len(a.ind))
	for k, in := range a.ind {
		add(a.num[k*n:k*n+n], a.cols, in.Num)
		add(a.den[k*n:k*n+n], a.cols, in.Den)
	}
	for _, in := range a.ind {
		for _, e := range in.Den {
			a.cols[e] = a.cols[e][:0] // read anew by the next question
		}
		for _, e := range in.Num {
			a.cols[e] = a.cols[e][:0]
		}
	}
	a.value = room(a.value, len(a.num))
	for i, d := range a.den {
		a.value[i] = math.NaN()
		if d != 0 {
			a.value[i] = 100 * float64(a.num[i]) / float64(d)
		}
	}
	if q.Rank {
		a.rank(n)
	}
}

// read reads the operand of an element once a question.
func (a *asker) read(v *cube.View, x *cube.Axis, e, n int) {
	if len(a.cols[e]) == n {
		return
	}
	a.cols[e] = room(a.cols[e], n)
	out := cube.Columns{Sum: a.cols[e]}
	if a.covers {
		a.seen[e], a.due[e] = room(a.seen[e], n), room(a.due[e], n)
		out.Present, out.Expected = a.seen[e], a.due[e]
	}
	v.Vector(a.series[e], x, cube.Natural, out)
}

func room[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }

func add(dst []int64, cols [][]int64, elements []int) {
	copy(dst, cols[elements[0]])
	for _, e := range elements[1:] {
		for i, x := range cols[e][:len(dst)] {
			dst[i] += x
		}
	}
}

// scoreScale is how finely scores are kept: whole millionths of a point, each indicator rounded
// down once.
const scoreScale = 1_000_000

// rank scores n units and sorts them, the best first; equal ones keep the order of the tree.
func (a *asker) rank(n int) {
	a.score = room(a.score, n)
	clear(a.score)
	for k, in := range a.ind {
		full := in.Weight * scoreScale
		for i, d := range a.den[k*n : k*n+n] {
			if d <= 0 {
				continue
			}
			// value / target = 100 num / (den target); num is below 10^13 here.
			if x := a.num[k*n+i] * 100; x >= d*in.Target {
				a.score[i] += full
			} else {
				a.score[i] += x * scoreScale / (d * in.Target) * in.Weight
			}
		}
	}
	// A score is at most 1,000 × 10^6 < 2^30, so score and place fit one number.
	a.order = room(a.order, n)
	for i, s := range a.score {
		a.order[i] = -s<<32 | int64(i)
	}
	slices.Sort(a.order)
	for i, k := range a.order {
		a.order[i] = k & (1<<32 - 1)
	}
}
