package indicators

import (
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	closingsSQL      = `SELECT no, period, change_no, figures, checksum, at, by_name FROM indicators_closing ORDER BY no`
	insertClosingSQL = `INSERT INTO indicators_closing (no, period, change_no, figures, checksum, at, by_name) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	insertClosedSQL  = `INSERT INTO indicators_closed (closing, code, unit, period, definition, value, numerator, denominator, reason, reported, expected)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	closedFiguresSQL = `SELECT closing, code, unit, period, definition, value, numerator, denominator, reason, reported, expected
		FROM indicators_closed WHERE closing = $1 ORDER BY code, unit, period`
	closedOfSQL = `SELECT closing, code, unit, period, definition, value, numerator, denominator, reason, reported, expected
		FROM indicators_closed WHERE code = $1 AND unit = $2 AND period = $3 ORDER BY closing`
)

func loadClosings(tx *sqldb.Tx) ([]closing, error) {
	return sqldb.All(tx, func(s sqldb.Scanner) (c closing, err error) {
		var p string
		if err = s.Scan(&c.No, &p, &c.Change, &c.Figures, &c.Checksum, &c.At, &c.By); err != nil {
			return c, err
		}
		c.Period, err = period.Parse(p)
		return c, err
	}, closingsSQL)
}

func scanClosed(s sqldb.Scanner) (f closedFigure, err error) {
	err = s.Scan(&f.Closing, &f.Code, &f.Unit, &f.Period, &f.Definition, &f.Value, &f.Numerator, &f.Denominator, &f.Reason, &f.Reported, &f.Expected)
	return f, err
}

func insertClosing(tx *sqldb.Tx, c closing, list []closedFigure) error {
	if _, err := tx.Exec(insertClosingSQL, c.No, c.Period.String(), c.Change, len(list), c.Checksum, tx.Stamp(), tx.By().Name); err != nil {
		return err
	}
	for _, f := range list {
		if _, err := tx.Exec(insertClosedSQL, c.No, f.Code, int64(f.Unit), f.Period, f.Definition, f.Value, f.Numerator, f.Denominator, f.Reason,
			f.Reported, f.Expected); err != nil {
			return err
		}
	}
	return nil
}

func closedFigures(tx *sqldb.Tx, no int64) ([]closedFigure, error) {
	return sqldb.All(tx, scanClosed, closedFiguresSQL, no)
}

func closedOf(tx *sqldb.Tx, code string, unit int64, p string) ([]closedFigure, error) {
	return sqldb.All(tx, scanClosed, closedOfSQL, code, unit, p)
}
