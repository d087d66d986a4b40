package reports

import (
	"encoding/json"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/sqldb"
)

const (
	documentColumns   = `id, kind, title, period, unit, state, newest, final_version, for_all, by_name, at, version`
	documentsSQL      = `SELECT ` + documentColumns + ` FROM reports_document ORDER BY at DESC, id DESC`
	documentSQL       = `SELECT ` + documentColumns + ` FROM reports_document WHERE id = $1`
	sameDocumentSQL   = `SELECT ` + documentColumns + ` FROM reports_document WHERE kind = $1 AND period = $2 AND unit = $3`
	insertDocumentSQL = `INSERT INTO reports_document (` + documentColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, $9, 1)`
	updateDocumentSQL = `UPDATE reports_document SET title = $1, state = $2, newest = $3, final_version = $4, for_all = $5, version = version + 1 WHERE id = $6 AND version = $7`

	versionColumns   = `document, no, base, sum, content, changed, by_name, at`
	versionsSQL      = `SELECT ` + versionColumns + ` FROM reports_version WHERE document = $1 ORDER BY no`
	allVersionsSQL   = `SELECT ` + versionColumns + ` FROM reports_version ORDER BY document, no`
	insertVersionSQL = `INSERT INTO reports_version (` + versionColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

	issueColumns   = `id, document, no, hash, file, changed, for_all, by_name, at, reopened, reopened_by, reopened_at`
	issuesSQL      = `SELECT ` + issueColumns + ` FROM reports_issue WHERE document = $1 ORDER BY id`
	allIssuesSQL   = `SELECT ` + issueColumns + ` FROM reports_issue ORDER BY id`
	insertIssueSQL = `INSERT INTO reports_issue (` + issueColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', '')`
	reopenIssueSQL = `UPDATE reports_issue SET reopened = $1, reopened_by = $2, reopened_at = $3 WHERE id = $4`

	templateColumns   = `id, name, newest, ended, version`
	templatesSQL      = `SELECT ` + templateColumns + ` FROM reports_template ORDER BY ended, name, id`
	templateSQL       = `SELECT ` + templateColumns + ` FROM reports_template WHERE id = $1`
	insertTemplateSQL = `INSERT INTO reports_template (` + templateColumns + `) VALUES ($1, $2, $3, 0, 1)`
	updateTemplateSQL = `UPDATE reports_template SET name = $1, newest = $2, ended = $3, version = version + 1 WHERE id = $4 AND version = $5`

	uploadColumns   = `template, no, hash, file, by_name, at`
	uploadsSQL      = `SELECT ` + uploadColumns + ` FROM reports_template_version WHERE template = $1 ORDER BY no`
	allUploadsSQL   = `SELECT ` + uploadColumns + ` FROM reports_template_version ORDER BY template, no`
	insertUploadSQL = `INSERT INTO reports_template_version (` + uploadColumns + `) VALUES ($1, $2, $3, $4, $5, $6)`
)

func scanDocument(r sqldb.Scanner) (d Document, err error) {
	var all int
	err = r.Scan(&d.ID, &d.Kind, &d.Title, &d.Period, &d.Unit, &d.State, &d.Newest, &d.Final, &all, &d.By, &d.At, &d.Version)
	d.ForAll = all == 1
	return d, err
}

func scanVersion(r sqldb.Scanner) (v Version, err error) {
	var changed string
	if err = r.Scan(&v.Document, &v.No, &v.Base, &v.Sum, &v.Content, &changed, &v.By, &v.At); err != nil {
		return v, err
	}
	v.Changed, err = readChanged(changed)
	return v, err
}

func scanIssue(r sqldb.Scanner) (i Issue, err error) {
	var changed string
	var all int
	if err = r.Scan(&i.ID, &i.Document, &i.No, &i.Hash, &i.File, &changed, &all, &i.By, &i.At, &i.Reopened, &i.ReopenedBy, &i.ReopenedAt); err != nil {
		return i, err
	}
	i.ForAll = all == 1
	i.Changed, err = readChanged(changed)
	return i, err
}

func scanTemplate(r sqldb.Scanner) (t Template, err error) {
	var ended int
	err = r.Scan(&t.ID, &t.Name, &t.Newest, &ended, &t.Version)
	t.Ended = ended == 1
	return t, err
}

func scanUpload(r sqldb.Scanner) (u TemplateVersion, err error) {
	err = r.Scan(&u.Template, &u.No, &u.Hash, &u.File, &u.By, &u.At)
	return u, err
}

// changedText writes what a person changed; readChanged reads it.
func changedText(list []Changed) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	b, err := json.Marshal(list)
	return string(b), err
}

func readChanged(text string) (list []Changed, err error) {
	if text == "" {
		return nil, nil
	}
	err = json.Unmarshal([]byte(text), &list)
	return list, err
}

func documentOf(tx *sqldb.Tx, id int64) (Document, error) {
	return sqldb.One(tx, scanDocument, noDocument(), documentSQL, id)
}

func noDocument() error {
	return fault.New(fault.Missing, "没有这份文书；请从文书列表进入")
}

func versionsOf(tx *sqldb.Tx, id int64) ([]Version, error) {
	return sqldb.All(tx, scanVersion, versionsSQL, id)
}

func issuesOf(tx *sqldb.Tx, id int64) ([]Issue, error) {
	return sqldb.All(tx, scanIssue, issuesSQL, id)
}

func templateOf(tx *sqldb.Tx, id int64) (Template, error) {
	return sqldb.One(tx, scanTemplate, fault.New(fault.Missing, "没有这个模板；请从模板列表进入"), templateSQL, id)
}

func uploadsOf(tx *sqldb.Tx, id int64) ([]TemplateVersion, error) {
	return sqldb.All(tx, scanUpload, uploadsSQL, id)
}

// stale is said to a second editor of the same row.
func stale(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "内容刚被别人改过；您填写的内容还在下面，请核对后再保存")
	}
	return err
}

func (d Document) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertDocumentSQL, d.ID, d.Kind, d.Title, d.Period, int64(d.Unit), string(d.State), d.Newest, d.By, d.At)
	return err
}

func (d Document) update(tx *sqldb.Tx) error {
	return stale(tx.Exec(updateDocumentSQL, d.Title, string(d.State), d.Newest, d.Final, sqldb.Bool(d.ForAll), d.ID, d.Version))
}

func (v Version) insert(tx *sqldb.Tx) error {
	changed, err := changedText(v.Changed)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertVersionSQL, v.Document, v.No, v.Base, v.Sum, v.Content, changed, v.By, v.At)
	return err
}

func (i Issue) insert(tx *sqldb.Tx) error {
	changed, err := changedText(i.Changed)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertIssueSQL, i.ID, i.Document, i.No, i.Hash, i.File, changed, sqldb.Bool(i.ForAll), i.By, i.At)
	return err
}

func (t Template) update(tx *sqldb.Tx) error {
	return stale(tx.Exec(updateTemplateSQL, t.Name, t.Newest, sqldb.Bool(t.Ended), t.ID, t.Version))
}

func (u TemplateVersion) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertUploadSQL, u.Template, u.No, u.Hash, u.File, u.By, u.At)
	return err
}
