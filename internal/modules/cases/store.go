package cases

import (
	"encoding/json"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	seizureColumns   = `id, day, drug, name, milligrams, unit, document, gone, reason, version`
	seizuresSQL      = `SELECT ` + seizureColumns + ` FROM cases_seizure WHERE day >= $1 AND day <= $2 ORDER BY day, id`
	seizureSQL       = `SELECT ` + seizureColumns + ` FROM cases_seizure WHERE id = $1`
	insertSeizureSQL = `INSERT INTO cases_seizure (` + seizureColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, '', 1)`
	updateSeizureSQL = `UPDATE cases_seizure SET day = $1, drug = $2, name = $3, milligrams = $4, unit = $5, document = $6, gone = $7, reason = $8, version = version + 1 WHERE id = $9 AND version = $10`

	mappingsSQL      = `SELECT id, content, by_name, at FROM cases_mapping ORDER BY id`
	insertMappingSQL = `INSERT INTO cases_mapping (id, content, by_name, at) VALUES ($1, $2, $3, $4)`

	tablesSQL      = `SELECT id, content, gone, reason, by_name, at FROM cases_table ORDER BY id`
	insertTableSQL = `INSERT INTO cases_table (id, content, gone, reason, by_name, at) VALUES ($1, $2, 0, '', $3, $4)`
	dropTableSQL   = `UPDATE cases_table SET gone = 1, reason = $1 WHERE id = $2 AND gone = 0`
)

// stale is said to a second editor of the same row; nothing of the first is lost.
func stale(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "内容刚被别人改过；您填写的内容还在下面，请核对后再保存")
	}
	return err
}

func scanSeizure(r sqldb.Scanner) (s Seizure, err error) {
	var day string
	var gone int
	if err = r.Scan(&s.ID, &day, &s.Drug, &s.Name, &s.Milligrams, &s.Unit, &s.Document, &gone, &s.Reason, &s.Version); err != nil {
		return s, err
	}
	s.Gone = gone == 1
	s.Day, err = period.ParseDay(day)
	return s, err
}

func seizuresOf(tx *sqldb.Tx, p period.Period) ([]Seizure, error) {
	return sqldb.All(tx, scanSeizure, seizuresSQL, p.First().String(), p.Last().String())
}

func seizureOf(tx *sqldb.Tx, id int64) (Seizure, error) {
	return sqldb.One(tx, scanSeizure, fault.New(fault.Missing, "没有这条缴获登记；请从登记清单进入"), seizureSQL, id)
}

func (s Seizure) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertSeizureSQL, s.ID, s.Day.String(), s.Drug, s.Name, s.Milligrams, int64(s.Unit), s.Document)
	return err
}

func (s Seizure) update(tx *sqldb.Tx) error {
	return stale(tx.Exec(updateSeizureSQL, s.Day.String(), s.Drug, s.Name, s.Milligrams, int64(s.Unit), s.Document, sqldb.Bool(s.Gone), s.Reason, s.ID, s.Version))
}

func scanMapping(r sqldb.Scanner) (m Mapping, err error) {
	var content string
	if err = r.Scan(&m.Edition, &content, &m.By, &m.At); err != nil {
		return m, err
	}
	return m, json.Unmarshal([]byte(content), &m)
}

// mappingOf gives the newest mapping; edition 0 where there is none.
func mappingOf(tx *sqldb.Tx) (Mapping, error) {
	all, err := sqldb.All(tx, scanMapping, mappingsSQL)
	if err != nil || len(all) == 0 {
		return Mapping{}, err
	}
	return all[len(all)-1], nil
}

func (m Mapping) insert(tx *sqldb.Tx) error {
	content, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertMappingSQL, m.Edition, string(content), m.By, m.At)
	return err
}

func scanTable(r sqldb.Scanner) (t Table, err error) {
	var content string
	var gone int
	if err = r.Scan(&t.ID, &content, &gone, &t.Reason, &t.By, &t.At); err != nil {
		return t, err
	}
	t.Gone = gone == 1
	return t, json.Unmarshal([]byte(content), &t)
}

// tablesOf lists the statutory table and those the county loaded.
func tablesOf(tx *sqldb.Tx) ([]Table, error) {
	list, err := sqldb.All(tx, scanTable, tablesSQL)
	return append([]Table{Statutory()}, list...), err
}

func (t Table) insert(tx *sqldb.Tx) error {
	content, err := json.Marshal(t)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertTableSQL, t.ID, string(content), t.By, t.At)
	return err
}
