package facts

import (
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	closingsSQL      = `SELECT no, first_day, last_day, reason, account, by_name, post, at FROM facts_closing ORDER BY no`
	insertClosingSQL = `INSERT INTO facts_closing (no, first_day, last_day, reason, account, by_name, post, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
)

func scanClosing(s sqldb.Scanner) (c Closing, err error) {
	var first, last, account, name string
	if err := s.Scan(&c.No, &first, &last, &c.Reason, &account, &name, &c.Post, &c.At); err != nil {
		return c, err
	}
	c.By = person(account, name)
	a, err := period.ParseDay(first)
	if err != nil {
		return c, err
	}
	b, err := period.ParseDay(last)
	if err != nil {
		return c, err
	}
	c.Period, err = period.Between(a, b)
	return c, err
}

// readClosings gives all closings, ascending by number.
func readClosings(tx *sqldb.Tx) (closings, error) {
	return sqldb.All(tx, scanClosing, closingsSQL)
}

func insertClosing(tx *sqldb.Tx, no int64, p period.Period, reason string) error {
	by := tx.By()
	_, err := tx.Exec(insertClosingSQL, no, p.First().String(), p.Last().String(), reason, by.Account, by.Name, by.Post, tx.Stamp())
	return err
}
