package facts

import (
	"context"
	"database/sql"
	"errors"
	"math/bits"
	"sync"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const batchChangesSQL = `SELECT s.element, s.category, c.year, c.unit, c.slots, c.new_cells
	FROM facts_change c JOIN facts_series s ON s.id = c.series WHERE c.batch = $1 ORDER BY c.series, c.year, c.unit`

// batchChanges reads what a batch set, as the cube wants it.
func batchChanges(tx *sqldb.Tx, cat *measure.Catalogue, batch int64) ([]cube.Change, error) {
	return cubeChanges(tx, cat, batchChangesSQL, batch)
}

// cubeChanges reads rows of element, category, year, unit, slots and packed cells.
func cubeChanges(tx *sqldb.Tx, cat *measure.Catalogue, query string, args ...any) ([]cube.Change, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []cube.Change
	var category string
	var vals [cube.MaxSlots]int64
	for rows.Next() {
		var element, year, unit, slots int64
		var kind, packed sql.RawBytes
		if err := rows.Scan(&element, &kind, &year, &unit, &slots, &packed); err != nil {
			return nil, err
		}
		if string(kind) != category {
			category = string(kind)
		}
		e, ok := cat.ID(measure.ElementID(element))
		if !ok {
			return nil, fault.New(fault.Internal, "变更记录指向不存在的数据项 %d；请用 kaiyang check 检查。", element)
		}
		_, present, err := cube.Unpack(packed, &vals)
		if err != nil {
			return nil, err
		}
		g := e.GrainIn(int(year))
		for m := uint32(slots); m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m)
			out = append(out, cube.Change{Element: e.ID, Category: measure.Category(category), Unit: org.UnitID(unit),
				Period: g.Period(g.First(int(year)) + period.Slot(i)), Value: vals[i], Present: present>>i&1 == 1})
		}
	}
	return out, rows.Err()
}

// loadWorkers is how many connections read the columns at start.
const loadWorkers = 4

// errMoved says that the database changed between the beginnings of two readers.
var errMoved = errors.New("the database changed while it was read")

// load reads everything again, all of one change number.
func (s *Service) load(ctx context.Context) error {
	for try := 0; ; try++ {
		workers := loadWorkers
		if try == 3 {
			workers = 1 // others write all the time: one reader sees one moment
		}
		err := s.loadOnce(ctx, workers)
		if !errors.Is(err, errMoved) {
			return err
		}
	}
}

func (s *Service) loadOnce(ctx context.Context, workers int) error {
	return s.db.View(ctx, func(tx *sqldb.Tx) error {
		no, err := tx.LastChange()
		if err != nil {
			return err
		}
		all, err := revisions(tx)
		if err != nil {
			return err
		}
		list, err := readClosings(tx)
		if err != nil {
			return err
		}
		series, err := sqldb.All(tx, scanSeries, seriesSQL)
		if err != nil {
			return err
		}
		c := s.Cube()
		if err := c.SetRegister(s.units.Register()); err != nil {
			return err
		}
		if err := s.define(latest(all, no)); err != nil {
			return err
		}
		l := c.Load()
		defer l.Close()
		if workers == 1 {
			err = readSeries(tx, series, l)
		} else {
			err = s.readAll(ctx, no, series, workers, l)
		}
		if err != nil {
			return err
		}
		l.Done(workers, no)
		l.Close()
		s.closings.Store(&list)
		if err := s.loadRestated(tx); err != nil {
			return err
		}
		s.applied = no
		return s.applyExpect(nil)
	})
}

func readSeries(tx *sqldb.Tx, series []seriesRow, l *cube.Loader) error {
	var k chunk
	for _, x := range series {
		err := readColumn(tx, x, func() *chunk { k.reset(); return &k }, func(c *chunk) error { return c.load(l) })
		if err != nil {
			return err
		}
	}
	return nil
}

// A chunk is some rows of one series on their way from a reader to the loader.
type chunk struct {
	element  measure.ElementID
	category measure.Category
	year     int
	rows     []chunkRow
	packed   []byte
}

type chunkRow struct {
	unit org.UnitID
	end  int32 // of its bytes in packed
}

// chunkRows is how many rows a chunk holds.
const chunkRows = 4096

func (c *chunk) reset() { c.rows, c.packed = c.rows[:0], c.packed[:0] }

func (c *chunk) load(l *cube.Loader) error {
	from := int32(0)
	for _, r := range c.rows {
		if err := l.Row(c.element, c.category, r.unit, c.year, c.packed[from:r.end]); err != nil {
			return err
		}
		from = r.end
	}
	return nil
}

// readColumn reads all rows of a series in chunks.
func readColumn(tx *sqldb.Tx, s seriesRow, take func() *chunk, give func(*chunk) error) error {
	years, err := yearsOf(tx, s.id)
	if err != nil {
		return err
	}
	for _, y := range years {
		if err := readYear(tx, s, y, take, give); err != nil {
			return err
		}
	}
	return nil
}

func readYear(tx *sqldb.Tx, s seriesRow, year int, take func() *chunk, give func(*chunk) error) error {
	rows, err := tx.Query(colSQL, s.id, year)
	if err != nil {
		return err
	}
	defer rows.Close()
	var c *chunk
	var unit int64
	var packed sql.RawBytes
	for rows.Next() {
		if c == nil {
			c = take()
			c.element, c.category, c.year = s.element, s.category, year
		}
		if err := rows.Scan(&unit, &packed); err != nil {
			return err
		}
		c.packed = append(c.packed, packed...)
		c.rows = append(c.rows, chunkRow{org.UnitID(unit), int32(len(c.packed))})
		if len(c.rows) == chunkRows {
			if err := give(c); err != nil {
				return err
			}
			c = nil
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if c != nil {
		return give(c)
	}
	return nil
}

// readAll reads the series with several connections, each of which must see the same moment.
func (s *Service) readAll(ctx context.Context, no int64, series []seriesRow, workers int, l *cube.Loader) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	todo := make(chan seriesRow)
	full := make(chan *chunk, 2*workers)
	free := make(chan *chunk, 4*workers)
	go func() {
		defer close(todo)
		for _, x := range series {
			select {
			case todo <- x:
			case <-ctx.Done():
				return
			}
		}
	}()
	var readers sync.WaitGroup
	for range workers {
		readers.Go(func() {
			// Statements that cannot be interrupted are a good deal cheaper a row.
			err := s.db.View(context.WithoutCancel(ctx), func(tx *sqldb.Tx) error {
				n, err := tx.LastChange()
				if err != nil {
					return err
				}
				if n != no {
					return errMoved
				}
				for x := range todo {
					err := readColumn(tx, x, func() *chunk {
						select {
						case c := <-free:
							c.reset()
							return c
						default:
							return new(chunk)
						}
					}, func(c *chunk) error {
						select {
						case full <- c:
							return nil
						case <-ctx.Done():
							return ctx.Err()
						}
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				cancel(err)
			}
		})
	}
	go func() { readers.Wait(); close(full) }()
	var bad error
	for c := range full {
		if bad == nil {
			if bad = c.load(l); bad != nil {
				cancel(bad)
			}
		}
		select {
		case free <- c:
		default:
		}
	}
	if bad != nil {
		return bad
	}
	return context.Cause(ctx)
}
