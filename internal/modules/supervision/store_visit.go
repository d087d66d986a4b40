package supervision

import (
	"encoding/json"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/sqldb"
)

const (
	visitColumns   = `id, plan, draw, unit, again_of, day, visitors, answers, summary, state, feedback, met, told_on, note, confirmed_by, confirmed_on, authors, version`
	allVisitsSQL   = `SELECT ` + visitColumns + ` FROM supervision_visit ORDER BY plan, id`
	visitsSQL      = `SELECT ` + visitColumns + ` FROM supervision_visit WHERE plan = $1 ORDER BY id`
	visitSQL       = `SELECT ` + visitColumns + ` FROM supervision_visit WHERE id = $1`
	insertVisitSQL = `INSERT INTO supervision_visit (` + visitColumns + `) VALUES ($1, $2, $3, $4, $5, '', '', '{}', '', $6, '', '', '', '', '', '', '', 1)`
	updateVisitSQL = `UPDATE supervision_visit SET day = $1, visitors = $2, answers = $3, summary = $4, state = $5, feedback = $6, met = $7, told_on = $8, note = $9,
		confirmed_by = $10, confirmed_on = $11, authors = $12, version = version + 1 WHERE id = $13 AND version = $14`
	dropVisitsSQL = `DELETE FROM supervision_visit WHERE plan = $1 AND state = 'due' AND again_of = 0`

	findingColumns   = `id, visit, no, line, block, text, place, severity, demand, days, item, gone, version`
	allFindingsSQL   = `SELECT ` + findingColumns + ` FROM supervision_finding ORDER BY visit, no`
	findingsSQL      = `SELECT ` + findingColumns + ` FROM supervision_finding WHERE visit = $1 ORDER BY no`
	insertFindingSQL = `INSERT INTO supervision_finding (` + findingColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 1)`
	updateFindingSQL = `UPDATE supervision_finding SET line = $1, block = $2, text = $3, place = $4, severity = $5, demand = $6, days = $7, item = $8, gone = $9, version = version + 1
		WHERE id = $10 AND version = $11`

	photoColumns   = `id, finding, hash, name, media, by_name, at`
	photosSQL      = `SELECT p.id, p.finding, p.hash, p.name, p.media, p.by_name, p.at FROM supervision_photo p JOIN supervision_finding f ON f.id = p.finding WHERE f.visit = $1 ORDER BY p.id`
	insertPhotoSQL = `INSERT INTO supervision_photo (` + photoColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	dropPhotoSQL   = `DELETE FROM supervision_photo WHERE id = $1`

	objectionColumns   = `id, visit, finding, text, by_name, on_day, due, ruling, answer, judge, judged, version`
	allObjectionsSQL   = `SELECT ` + objectionColumns + ` FROM supervision_objection ORDER BY id`
	objectionsSQL      = `SELECT ` + objectionColumns + ` FROM supervision_objection WHERE visit = $1 ORDER BY id`
	insertObjectionSQL = `INSERT INTO supervision_objection (` + objectionColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, '', '', '', '', 1)`
	updateObjectionSQL = `UPDATE supervision_objection SET ruling = $1, answer = $2, judge = $3, judged = $4, version = version + 1 WHERE id = $5 AND version = $6`
)

func scanVisit(r sqldb.Scanner) (v Visit, err error) {
	var day, told, confirmed, answers, authors string
	if err = r.Scan(&v.ID, &v.Plan, &v.Draw, &v.Unit, &v.Of, &day, &v.Visitors, &answers, &v.Summary, &v.State, &v.Feedback, &v.Met, &told, &v.Note, &v.By, &confirmed, &authors, &v.Version); err != nil {
		return v, err
	}
	if err = json.Unmarshal([]byte(answers), &v.Answers); err != nil {
		return v, err
	}
	if v.Authors, err = readNumbers(authors); err != nil {
		return v, err
	}
	return v, days([]string{day, told, confirmed}, &v.Day, &v.ToldOn, &v.ByOn)
}

func visitOf(tx *sqldb.Tx, id int64) (Visit, error) {
	return sqldb.One(tx, scanVisit, noVisit(), visitSQL, id)
}

// noVisit is also said to those who may not know of a visit.
func noVisit() error {
	return fault.New(fault.Missing, "没有这次检查；请从督导检查页面进入")
}

func visitsOf(tx *sqldb.Tx, plan int64) ([]Visit, error) {
	return sqldb.All(tx, scanVisit, visitsSQL, plan)
}

func allVisits(tx *sqldb.Tx) ([]Visit, error) { return sqldb.All(tx, scanVisit, allVisitsSQL) }

func (v Visit) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertVisitSQL, v.ID, v.Plan, v.Draw, int64(v.Unit), v.Of, string(v.State))
	return err
}

func (v Visit) update(tx *sqldb.Tx) error {
	answers, err := json.Marshal(v.Answers)
	if err != nil {
		return err
	}
	return stale(tx.Exec(updateVisitSQL, dayText(v.Day), v.Visitors, string(answers), v.Summary, string(v.State), v.Feedback, v.Met, dayText(v.ToldOn), v.Note, v.By, dayText(v.ByOn), numbers(v.Authors), v.ID, v.Version))
}

// dropDue removes the visits of a draw that nobody has begun.
func dropDue(tx *sqldb.Tx, plan int64) error {
	_, err := tx.Exec(dropVisitsSQL, plan)
	return err
}

func scanFinding(r sqldb.Scanner) (x Finding, err error) {
	var gone int
	err = r.Scan(&x.ID, &x.Visit, &x.No, &x.Line, &x.Block, &x.Text, &x.Place, &x.Severity, &x.Demand, &x.Days, &x.Item, &gone, &x.Version)
	x.Gone = gone == 1
	return x, err
}

func findingsOf(tx *sqldb.Tx, visit int64) ([]Finding, error) {
	return sqldb.All(tx, scanFinding, findingsSQL, visit)
}

func allFindings(tx *sqldb.Tx) ([]Finding, error) { return sqldb.All(tx, scanFinding, allFindingsSQL) }

func (x Finding) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertFindingSQL, x.ID, x.Visit, x.No, x.Line, x.Block, x.Text, x.Place, string(x.Severity), x.Demand, x.Days)
	return err
}

func (x Finding) update(tx *sqldb.Tx) error {
	return stale(tx.Exec(updateFindingSQL, x.Line, x.Block, x.Text, x.Place, string(x.Severity), x.Demand, x.Days, x.Item, sqldb.Bool(x.Gone), x.ID, x.Version))
}

func scanPhoto(r sqldb.Scanner) (p Photo, err error) {
	err = r.Scan(&p.ID, &p.Finding, &p.Hash, &p.Name, &p.Media, &p.By, &p.At)
	return p, err
}

func photosOf(tx *sqldb.Tx, visit int64) ([]Photo, error) {
	return sqldb.All(tx, scanPhoto, photosSQL, visit)
}

func (p Photo) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertPhotoSQL, p.ID, p.Finding, p.Hash, p.Name, p.Media, p.By, p.At)
	return err
}

func dropPhoto(tx *sqldb.Tx, id int64) error {
	_, err := tx.Exec(dropPhotoSQL, id)
	return err
}

func scanObjection(r sqldb.Scanner) (o Objection, err error) {
	var on, due, judged string
	if err = r.Scan(&o.ID, &o.Visit, &o.Finding, &o.Text, &o.By, &on, &due, &o.Ruling, &o.Answer, &o.Judge, &judged, &o.Version); err != nil {
		return o, err
	}
	return o, days([]string{on, due, judged}, &o.On, &o.Due, &o.Judged)
}

func objectionsOf(tx *sqldb.Tx, visit int64) ([]Objection, error) {
	return sqldb.All(tx, scanObjection, objectionsSQL, visit)
}

func allObjections(tx *sqldb.Tx) ([]Objection, error) {
	return sqldb.All(tx, scanObjection, allObjectionsSQL)
}

func (o Objection) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertObjectionSQL, o.ID, o.Visit, o.Finding, o.Text, o.By, dayText(o.On), dayText(o.Due))
	return err
}

func (o Objection) update(tx *sqldb.Tx) error {
	return stale(tx.Exec(updateObjectionSQL, string(o.Ruling), o.Answer, o.Judge, dayText(o.Judged), o.ID, o.Version))
}
