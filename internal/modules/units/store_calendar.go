package units

import (
	"fmt"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	calendarsSQL  = `SELECT year, body, rev FROM units_calendar ORDER BY year`
	putYearSQL    = `INSERT INTO units_calendar (year, body, rev) VALUES ($1, $2, 1) ON CONFLICT (year) DO UPDATE SET body = excluded.body, rev = units_calendar.rev + 1`
	dropYearSQL   = `DELETE FROM units_calendar WHERE year = $1`
	extraDaysSQL  = `SELECT day, name, off FROM units_extra_day ORDER BY day`
	putExtraSQL   = `INSERT INTO units_extra_day (day, name, off) VALUES ($1, $2, $3)`
	clearExtraSQL = `DELETE FROM units_extra_day`

	geoSQL     = `SELECT file, property, system, hash, at, account, name, body FROM units_geo ORDER BY id DESC LIMIT 1`
	putGeoSQL  = `INSERT INTO units_geo (id, file, property, system, hash, at, account, name, source, body) VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9)`
	dropGeoSQL = `DELETE FROM units_geo`
	geoFileSQL = `SELECT file, source FROM units_geo ORDER BY id DESC LIMIT 1`

	putUploadSQL  = `INSERT INTO units_upload (id, kind, file, detail, account, at, body) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	uploadSQL     = `SELECT id, kind, file, detail, account, at, body FROM units_upload WHERE id = $1`
	dropUploadSQL = `DELETE FROM units_upload WHERE id = $1`
	oldUploadsSQL = `DELETE FROM units_upload WHERE at < $1`
)

// readCalendar reads the imported years and the county's own days.
func readCalendar(tx *sqldb.Tx) (years []calendar.Year, extra []calendar.Entry, err error) {
	years, err = sqldb.All(tx, func(s sqldb.Scanner) (calendar.Year, error) {
		var n, rev int64
		var body string
		if err := s.Scan(&n, &body, &rev); err != nil {
			return calendar.Year{}, err
		}
		y, err := calendar.ParseYear([]byte(body))
		if err != nil {
			return y, fmt.Errorf("units_calendar %d: %w", n, err)
		}
		return y, nil
	}, calendarsSQL)
	if err != nil {
		return nil, nil, err
	}
	extra, err = sqldb.All(tx, func(s sqldb.Scanner) (e calendar.Entry, err error) {
		var day string
		var off int
		if err = s.Scan(&day, &e.Name, &off); err != nil {
			return e, err
		}
		e.Off = off == 1
		e.Date, err = period.ParseDay(day)
		return e, err
	}, extraDaysSQL)
	return years, extra, err
}

func putExtras(tx *sqldb.Tx, days []calendar.Entry) error {
	if _, err := tx.Exec(clearExtraSQL); err != nil {
		return err
	}
	for _, e := range days {
		if _, err := tx.Exec(putExtraSQL, e.Date.String(), e.Name, sqldb.Bool(e.Off)); err != nil {
			return err
		}
	}
	return nil
}

// A Boundary is the boundary file in use.
type Boundary struct {
	File     string // name of the uploaded file
	Property string // property of the file that named the units
	System   string // coordinate system: CGCS2000, WGS84, GCJ-02 or BD-09
	Hash     string // SHA-256 of the uploaded file
	At       string
	Account  string
	By       string
	body     []byte // as Geo gives it
}

// readGeo reads the boundary file in use; found is false when there is none.
func readGeo(tx *sqldb.Tx) (b Boundary, found bool, err error) {
	list, err := sqldb.All(tx, func(s sqldb.Scanner) (b Boundary, err error) {
		err = s.Scan(&b.File, &b.Property, &b.System, &b.Hash, &b.At, &b.Account, &b.By, &b.body)
		return b, err
	}, geoSQL)
	if err != nil || len(list) == 0 {
		return b, false, err
	}
	return list[0], true, nil
}

// An upload is a file that waits for somebody to confirm it.
type upload struct {
	id, kind, file, detail, account, at string
	body                                []byte
}

func readUpload(tx *sqldb.Tx, id, kind string) (upload, error) {
	gone := fault.New(fault.Missing, "这个文件已经处理过或已过期；请重新上传")
	u, err := sqldb.One(tx, func(s sqldb.Scanner) (u upload, err error) {
		err = s.Scan(&u.id, &u.kind, &u.file, &u.detail, &u.account, &u.at, &u.body)
		return u, err
	}, gone, uploadSQL, id)
	if err == nil && u.kind != kind {
		err = gone
	}
	return u, err
}

// putUpload keeps a file and forgets those older than keep.
func putUpload(tx *sqldb.Tx, u upload, keep string) error {
	if _, err := tx.Exec(oldUploadsSQL, keep); err != nil {
		return err
	}
	_, err := tx.Exec(putUploadSQL, u.id, u.kind, u.file, u.detail, u.account, tx.Stamp(), u.body)
	return err
}
