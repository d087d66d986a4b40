package peer

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kaiyang/internal/bench/dataset"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A question is one of the set as a database is asked it.
type question struct {
	units    []org.UnitID
	level    int
	months   []int    // of the set, that are summed or told apart
	periods  []string // as DHIS2 names them
	yearly   bool     // one period, a whole year
	years    []int
	rank     bool
	elements []int
}

// question turns one of the set into months and names.
func (p *stand) question(q dataset.Query) question {
	x := question{units: q.Units, level: p.level[q.Units[0]], rank: q.Rank, elements: needed()}
	for _, t := range q.Periods {
		lo, hi, _ := t.Slots(period.Months)
		first := period.Months.First(p.set.FirstYear)
		for s := lo; s < hi; s++ {
			x.months = append(x.months, int(s-first))
			if y := period.Months.Year(s); !slices.Contains(x.years, y) {
				x.years = append(x.years, y)
			}
		}
		if hi-lo == 12 {
			x.yearly = true
			x.periods = append(x.periods, strconv.Itoa(x.years[0]))
			continue
		}
		x.periods = append(x.periods, p.iso(int(lo-first)))
	}
	slices.Sort(x.years)
	return x
}

// needed lists the elements of all indicators.
func needed() []int {
	var list []int
	for _, in := range dataset.Indicators() {
		list = append(append(list, in.Num...), in.Den...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// An answer holds a sum for each element, unit and period.
type answer struct {
	units, periods int
	sums           map[int][]int64
}

func newAnswer(q question) *answer {
	a := &answer{units: len(q.units), periods: len(q.periods), sums: map[int][]int64{}}
	for _, e := range q.elements {
		a.sums[e] = make([]int64, a.units*a.periods)
	}
	return a
}

// check evaluates the indicators over an answer, and the ranking if one is asked for, and gives the
// check sum.
func (a *answer) check(rank bool) float64 {
	n := a.units * a.periods
	var num, den []int64
	scores := make([]float64, n)
	for _, in := range dataset.Indicators() {
		for i := range n {
			x, y := int64(0), int64(0)
			for _, e := range in.Num {
				x += a.sums[e][i]
			}
			for _, e := range in.Den {
				y += a.sums[e][i]
			}
			num, den = append(num, x), append(den, y)
			if y > 0 {
				scores[i] += float64(in.Weight) * min(1, 100*float64(x)/float64(y)/float64(in.Target))
			}
		}
	}
	if rank {
		slices.Sort(scores)
		slices.Reverse(scores)
	}
	return dataset.Check(num, den)
}

// analytics asks the analytics tables as DHIS2 does: the elements are split over the connections,
// each sends one statement, and the rows are put together by their keys.
func (p *stand) analytics(ctx context.Context, q question) (*answer, error) {
	parts := make([]map[string]int64, len(p.conns))
	err := p.each(func(c *pgx.Conn, i int) (err error) {
		mine := q.elements[i*len(q.elements)/len(p.conns) : (i+1)*len(q.elements)/len(p.conns)]
		if len(mine) > 0 {
			parts[i], err = rowsOf(ctx, c, q.sql(mine))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	unitAt, periodAt, elementAt := map[string]int{}, map[string]int{}, map[string]int{}
	for i, u := range q.units {
		unitAt[unitUID(u)] = i
	}
	for i, t := range q.periods {
		periodAt[t] = i
	}
	for _, e := range q.elements {
		elementAt[elementUID(e)] = e
	}
	a := newAnswer(q)
	for _, part := range parts {
		for key, v := range part {
			f := strings.Split(key, "-")
			a.sums[elementAt[f[0]]][unitAt[f[1]]*a.periods+periodAt[f[2]]] = v
		}
	}
	return a, nil
}

// sql is the statement for some of the elements.
func (q question) sql(elements []int) string {
	var dx, ou, years []string
	for _, e := range elements {
		dx = append(dx, elementUID(e))
	}
	for _, u := range q.units {
		ou = append(ou, unitUID(u))
	}
	tables := make([]string, len(q.years))
	for i, y := range q.years {
		years, tables[i] = append(years, strconv.Itoa(y)), fmt.Sprintf("analytics_%d", y)
	}
	from := tables[0]
	if len(tables) > 1 {
		from = "(SELECT ap.* FROM " + strings.Join(tables, " AS ap UNION ALL SELECT ap.* FROM ") + " AS ap)"
	}
	pe := "monthly"
	if q.yearly {
		pe = "yearly"
	}
	unit := fmt.Sprintf("uidlevel%d", q.level)
	return fmt.Sprintf("SELECT ax.dx, ax.%[1]s, ax.%[2]s, sum(value) AS value FROM %[3]s AS ax WHERE ax.dx IN (%[4]s) AND ax.%[1]s IN (%[5]s) AND ax.%[2]s IN (%[6]s) AND ax.year IN (%[7]s) GROUP BY ax.dx, ax.%[1]s, ax.%[2]s",
		unit, pe, from, quoted(dx), quoted(ou), quoted(q.periods), strings.Join(years, ", "))
}

func quoted(list []string) string { return "'" + strings.Join(list, "', '") + "'" }

func rowsOf(ctx context.Context, c *pgx.Conn, text string) (map[string]int64, error) {
	rows, err := c.Query(ctx, text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var dx, ou, pe string
		var v float64
		if err := rows.Scan(&dx, &ou, &pe, &v); err != nil {
			return nil, err
		}
		out[dx+"-"+ou+"-"+pe] = int64(v) // sums of whole numbers are exact in double precision
	}
	return out, rows.Err()
}

// A timing is what a question took, over its repetitions.
type timing struct {
	took  []time.Duration // ascending
	check float64         // sum over the first three repetitions
	cpu   time.Duration   // of server and process a repetition; 0 where it is not known
}

// timed asks one of the six questions: once unmeasured, then as often as said but, after three,
// for a minute at most.
func (p *stand) timed(ctx context.Context, k, reps int, ask func(context.Context, question) (*answer, error)) (t timing, err error) {
	var used time.Duration
	begin := time.Now()
	for r := -1; r < reps; r++ {
		if r == 0 {
			used = p.used()
		}
		asked := p.set.Queries(max(r, 0))[k]
		start := time.Now()
		a, err := ask(ctx, p.question(asked))
		if err != nil {
			return t, err
		}
		sum := a.check(asked.Rank)
		took := time.Since(start)
		if r < 0 {
			continue
		}
		t.took = append(t.took, took)
		if r < 3 {
			t.check += sum
		}
		if r >= 2 && time.Since(begin) > time.Minute {
			break
		}
	}
	if used > 0 {
		t.cpu = (p.used() - used) / time.Duration(len(t.took))
	}
	slices.Sort(t.took)
	return t, nil
}
