package indicators

import (
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	startsSQL       = `SELECT id, version, name, name_en, day, source, why, ended, at, by_name FROM indicators_start ORDER BY id, version`
	startVersionSQL = `SELECT CAST(COUNT(*) AS BIGINT) FROM indicators_start WHERE id = $1`
	insertStartSQL  = `INSERT INTO indicators_start (id, version, name, name_en, day, source, why, ended, at, by_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
)

func loadStarts(tx *sqldb.Tx) (out []Start, err error) {
	type row struct {
		id int64
		v  StartVersion
	}
	rows, err := sqldb.All(tx, func(s sqldb.Scanner) (r row, err error) {
		var day string
		var ended int
		if err = s.Scan(&r.id, &r.v.Version, &r.v.Name, &r.v.NameEN, &day, &r.v.Source, &r.v.Why, &ended, &r.v.At, &r.v.By); err != nil {
			return r, err
		}
		r.v.Ended = ended == 1
		r.v.Day, err = period.ParseDay(day)
		return r, err
	}, startsSQL)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if n := len(out); n == 0 || out[n-1].ID != r.id {
			out = append(out, Start{ID: r.id})
		}
		last := &out[len(out)-1]
		last.Versions = append(last.Versions, r.v)
	}
	return out, nil
}

// startVersions counts the versions of a start, 0 for one that does not exist.
func startVersions(tx *sqldb.Tx, id int64) (int, error) {
	return sqldb.One(tx, func(s sqldb.Scanner) (n int, err error) { err = s.Scan(&n); return n, err },
		fault.New(fault.Internal, "起点 %d 读不出来", id), startVersionSQL, id)
}

func addStart(tx *sqldb.Tx, id int64, v StartVersion) error {
	_, err := tx.Exec(insertStartSQL, id, v.Version, v.Name, v.NameEN, v.Day.String(), v.Source, v.Why, sqldb.Bool(v.Ended), tx.Stamp(), tx.By().Name)
	return err
}
