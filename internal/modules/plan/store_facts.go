package plan

import (
	"encoding/json"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	reportColumns   = `id, plan, task, period, percent, text, help, claims, state, login, by_name, post, at, day, check_login, check_by, check_post, check_at, reason, item, version`
	reportsSQL      = `SELECT ` + reportColumns + ` FROM plan_report WHERE plan = $1 ORDER BY id`
	taskReportsSQL  = `SELECT ` + reportColumns + ` FROM plan_report WHERE plan = $1 AND task = $2 ORDER BY id`
	insertReportSQL = `INSERT INTO plan_report (` + reportColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '', '', '', '', '', 0, 1)`
	updateReportSQL = `UPDATE plan_report SET state = $1, check_login = $2, check_by = $3, check_post = $4, check_at = $5, reason = $6, item = $7, version = version + 1 WHERE id = $8 AND version = $9`

	evidenceColumns   = `v.id, v.report, v.milestone, v.hash, v.name, v.size`
	evidencesSQL      = `SELECT ` + evidenceColumns + ` FROM plan_evidence v JOIN plan_report r ON r.id = v.report WHERE r.plan = $1 ORDER BY v.id`
	taskEvidencesSQL  = `SELECT ` + evidenceColumns + ` FROM plan_evidence v JOIN plan_report r ON r.id = v.report WHERE r.plan = $1 AND r.task = $2 ORDER BY v.id`
	evidenceSQL       = `SELECT ` + evidenceColumns + ` FROM plan_evidence v JOIN plan_report r ON r.id = v.report WHERE r.plan = $1 AND v.id = $2`
	evidenceTaskSQL   = `SELECT r.task FROM plan_evidence v JOIN plan_report r ON r.id = v.report WHERE v.id = $1`
	insertEvidenceSQL = `INSERT INTO plan_evidence (id, report, milestone, hash, name, size) VALUES ($1, $2, $3, $4, $5, $6)`

	letterColumns   = `id, plan, year, unit, no, content, reason, made_by, made_at, signed_on, signed_post, host_post, recorded_by, hash, file, version`
	lettersSQL      = `SELECT ` + letterColumns + ` FROM plan_letter WHERE plan = $1 ORDER BY year, unit, no`
	letterSQL       = `SELECT ` + letterColumns + ` FROM plan_letter WHERE id = $1`
	insertLetterSQL = `INSERT INTO plan_letter (` + letterColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', '', '', '', '', 1)`
	updateLetterSQL = `UPDATE plan_letter SET signed_on = $1, signed_post = $2, host_post = $3, recorded_by = $4, hash = $5, file = $6, version = version + 1 WHERE id = $7 AND version = $8`
)

func scanReport(r sqldb.Scanner) (x Report, err error) {
	var p, claims, day string
	if err = r.Scan(&x.ID, &x.Plan, &x.Task, &p, &x.Percent, &x.Text, &x.Help, &claims, &x.State, &x.Login, &x.By, &x.Post, &x.At, &day, &x.CheckLogin, &x.CheckBy, &x.CheckPost, &x.CheckAt, &x.Reason, &x.Item, &x.Version); err != nil {
		return x, err
	}
	if x.Period, err = period.Parse(p); err != nil {
		return x, err
	}
	if claims != "" {
		if err = json.Unmarshal([]byte(claims), &x.Claims); err != nil {
			return x, err
		}
	}
	x.Day, err = readDay(day)
	return x, err
}

func scanEvidence(r sqldb.Scanner) (e Evidence, err error) {
	err = r.Scan(&e.ID, &e.Report, &e.Milestone, &e.Hash, &e.Name, &e.Size)
	return e, err
}

// reportsOf reads the reports of a plan by task, oldest first; of one task if it is named.
func reportsOf(tx *sqldb.Tx, plan int64, task string) (map[string][]Report, error) {
	q, args, fq := reportsSQL, []any{plan}, evidencesSQL
	if task != "" {
		q, args, fq = taskReportsSQL, []any{plan, task}, taskEvidencesSQL
	}
	list, err := sqldb.All(tx, scanReport, q, args...)
	if err != nil {
		return nil, err
	}
	files, err := sqldb.All(tx, scanEvidence, fq, args...)
	if err != nil {
		return nil, err
	}
	of := map[int64][]Evidence{}
	for _, f := range files {
		of[f.Report] = append(of[f.Report], f)
	}
	out := map[string][]Report{}
	for _, r := range list {
		r.Files = of[r.ID]
		out[r.Task] = append(out[r.Task], r)
	}
	return out, nil
}

func (x Report) insert(tx *sqldb.Tx) error {
	claims := ""
	if len(x.Claims) > 0 {
		b, err := json.Marshal(x.Claims)
		if err != nil {
			return err
		}
		claims = string(b)
	}
	_, err := tx.Exec(insertReportSQL, x.ID, x.Plan, x.Task, x.Period.String(), x.Percent, x.Text, x.Help, claims, string(x.State), x.Login, x.By, x.Post, x.At, dayText(x.Day))
	return err
}

func (x Report) update(tx *sqldb.Tx) error {
	return stale(tx.Exec(updateReportSQL, string(x.State), x.CheckLogin, x.CheckBy, x.CheckPost, x.CheckAt, x.Reason, x.Item, x.ID, x.Version))
}

func scanLetter(r sqldb.Scanner) (l Letter, err error) {
	var content, signed string
	if err = r.Scan(&l.ID, &l.Plan, &l.Year, &l.Unit, &l.No, &content, &l.Reason, &l.MadeBy, &l.MadeAt, &signed, &l.SignedPost, &l.HostPost, &l.RecordedBy, &l.Hash, &l.File, &l.Version); err != nil {
		return l, err
	}
	if err = json.Unmarshal([]byte(content), &l.Content); err != nil {
		return l, err
	}
	l.SignedOn, err = readDay(signed)
	return l, err
}

func letterOf(tx *sqldb.Tx, id int64) (Letter, error) {
	return sqldb.One(tx, scanLetter, fault.New(fault.Missing, "没有这份责任书；请从责任书页进入"), letterSQL, id)
}

func (l Letter) insert(tx *sqldb.Tx) error {
	b, err := json.Marshal(l.Content)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertLetterSQL, l.ID, l.Plan, l.Year, int64(l.Unit), l.No, string(b), l.Reason, l.MadeBy, l.MadeAt)
	return err
}

func (l Letter) update(tx *sqldb.Tx) error {
	return stale(tx.Exec(updateLetterSQL, dayText(l.SignedOn), l.SignedPost, l.HostPost, l.RecordedBy, l.Hash, l.File, l.ID, l.Version))
}
