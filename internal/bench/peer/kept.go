package peer

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"kaiyang/internal/core/org"
)

// Kept sums are what SQL does best on these questions: the sum of each element and month at each
// unit with others beneath it, kept in one table and read by its key. What it costs to keep them
// right is not measured.
const (
	keptTable = `CREATE TABLE kept (month integer NOT NULL, unit integer NOT NULL, element integer NOT NULL, total bigint NOT NULL`
	keptKey   = `PRIMARY KEY (month, unit, element)`
)

// A keptStore answers a statement over kept sums row by row.
type keptStore struct {
	name  string
	query func(ctx context.Context, text string, row func(unit, month, element int, total int64)) error
	close func() error
}

// sums gives the sum of an element and month at every unit, by its number.
func (p *stand) sums(e, m int) []int64 {
	total := make([]int64, len(p.units)+1)
	for v, u := range p.set.Villages() {
		total[u], _ = p.set.Value(e, m, v)
	}
	for i := len(p.units) - 1; i >= 0; i-- { // children come after their parents
		if parent := p.units[i].Versions[0].Parent; parent != 0 {
			total[parent] += total[p.units[i].ID]
		}
	}
	return total
}

// eachKept calls f for every row of kept sums in the order of the key.
func (p *stand) eachKept(f func(month, unit, element int, total int64) error) error {
	for m := range p.set.Months {
		sums := make([][]int64, p.set.Elements)
		for e := range sums {
			sums[e] = p.sums(e, m)
		}
		for _, u := range p.units {
			if p.level[u.ID] == levels {
				continue
			}
			for e := range sums {
				if err := f(m, int(u.ID), e, sums[e][u.ID]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// keptInPostgres keeps the sums in the database of the stand-in.
func (p *stand) keptInPostgres(ctx context.Context) (keptStore, error) {
	s := keptStore{name: "PostgreSQL, kept sums", close: func() error { return nil }}
	if err := p.exec(ctx, keptTable+")"); err != nil {
		return s, err
	}
	rows := make(chan []any, 1024)
	var fault error
	filling, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer close(rows)
		fault = p.eachKept(func(m, u, e int, total int64) error {
			select {
			case rows <- []any{int32(m), int32(u), int32(e), total}:
				return nil
			case <-filling.Done():
				return filling.Err()
			}
		})
	}()
	_, err := p.main.CopyFrom(ctx, pgx.Identifier{"kept"}, []string{"month", "unit", "element", "total"}, pgx.CopyFromFunc(func() ([]any, error) {
		row, ok := <-rows
		if !ok {
			return nil, fault
		}
		return row, nil
	}))
	if err != nil {
		return s, err
	}
	s.query = func(ctx context.Context, text string, row func(unit, month, element int, total int64)) error {
		rows, err := p.main.Query(ctx, text)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var unit, month, element int
			var total int64
			if err := rows.Scan(&unit, &month, &element, &total); err != nil {
				return err
			}
			row(unit, month, element, total)
		}
		return rows.Err()
	}
	return s, p.exec(ctx, "ALTER TABLE kept ADD "+keptKey+"; ANALYZE kept")
}

// keptInSQLite keeps the sums in a file in a directory.
func (p *stand) keptInSQLite(ctx context.Context, dir string) (s keptStore, err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "kept.db")+"?_pragma=journal_mode(WAL)&_pragma=cache_size(-200000)")
	if err != nil {
		return s, err
	}
	s = keptStore{name: "SQLite, kept sums", close: db.Close}
	if _, err := db.ExecContext(ctx, keptTable+", "+keptKey+") WITHOUT ROWID"); err != nil {
		return s, err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return s, err
	}
	defer tx.Rollback()
	add, err := tx.PrepareContext(ctx, `INSERT INTO kept VALUES ($1, $2, $3, $4)`)
	if err != nil {
		return s, err
	}
	err = p.eachKept(func(m, u, e int, total int64) error { _, err := add.Exec(m, u, e, total); return err })
	if err != nil {
		return s, err
	}
	s.query = func(ctx context.Context, text string, row func(unit, month, element int, total int64)) error {
		rows, err := db.QueryContext(ctx, text)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var unit, month, element int
			var total int64
			if err := rows.Scan(&unit, &month, &element, &total); err != nil {
				return err
			}
			row(unit, month, element, total)
		}
		return rows.Err()
	}
	return s, tx.Commit()
}

// ask answers a question from kept sums.
func (s keptStore) ask(ctx context.Context, q question) (*answer, error) {
	unitAt, monthAt := map[int]int{}, map[int]int{}
	for i, u := range q.units {
		unitAt[int(u)] = i
	}
	for i, m := range q.months {
		if monthAt[m] = i; q.yearly {
			monthAt[m] = 0
		}
	}
	text := "SELECT unit, month, element, total FROM kept"
	if q.yearly {
		text = "SELECT unit, min(month), element, CAST(sum(total) AS bigint) FROM kept"
	}
	text += fmt.Sprintf(" WHERE month IN (%s) AND unit IN (%s) AND element IN (%s)", numbers(q.months), numbers(q.units), numbers(q.elements))
	if q.yearly {
		text += " GROUP BY unit, element"
	}
	a := newAnswer(q)
	err := s.query(ctx, text, func(unit, month, element int, total int64) {
		a.sums[element][unitAt[unit]*a.periods+monthAt[month]] = total
	})
	return a, err
}

func numbers[T int | org.UnitID](list []T) string {
	text := make([]string, len(list))
	for i, n := range list {
		text[i] = strconv.Itoa(int(n))
	}
	return strings.Join(text, ", ")
}
