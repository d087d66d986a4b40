package assessment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	schemeColumns   = `id, edition, name, span, basis, from_day, digits, least, note, content, state, published_on, published_by, by_name, at, version`
	schemesSQL      = `SELECT ` + schemeColumns + ` FROM assessment_scheme ORDER BY id, edition`
	editionsSQL     = `SELECT ` + schemeColumns + ` FROM assessment_scheme WHERE id = $1 ORDER BY edition`
	insertSchemeSQL = `INSERT INTO assessment_scheme (` + schemeColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'draft', '', '', $11, $12, 1)`
	updateSchemeSQL = `UPDATE assessment_scheme SET name = $1, span = $2, basis = $3, from_day = $4, digits = $5, least = $6, note = $7, content = $8, by_name = $9, at = $10,
		version = version + 1 WHERE id = $11 AND edition = $12 AND version = $13 AND state = 'draft'`
	publishSchemeSQL = `UPDATE assessment_scheme SET state = 'published', published_on = $1, published_by = $2, version = version + 1
		WHERE id = $3 AND edition = $4 AND version = $5 AND state = 'draft'`

	markColumns   = `id, scheme, unit, kind, day, points, reason, document, by_name, at, withdrawn, withdrawn_by, withdrawn_at, version`
	marksSQL      = `SELECT ` + markColumns + ` FROM assessment_mark WHERE scheme = $1 ORDER BY day, id`
	markSQL       = `SELECT ` + markColumns + ` FROM assessment_mark WHERE id = $1`
	insertMarkSQL = `INSERT INTO assessment_mark (` + markColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', '', '', 1)`
	withdrawSQL   = `UPDATE assessment_mark SET withdrawn = $1, withdrawn_by = $2, withdrawn_at = $3, version = version + 1 WHERE id = $4 AND version = $5 AND withdrawn = ''`

	recordColumns   = `id, scheme, edition, period, no, content, checksum, reason, by_name, at, published_by, published_on, version`
	recordsSQL      = `SELECT ` + recordColumns + ` FROM assessment_result WHERE scheme = $1 ORDER BY period DESC, no DESC`
	recordSQL       = `SELECT ` + recordColumns + ` FROM assessment_result WHERE id = $1`
	allRecordsSQL   = `SELECT ` + recordColumns + ` FROM assessment_result ORDER BY id`
	insertRecordSQL = `INSERT INTO assessment_result (` + recordColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', '', 1)`
	publishSQL      = `UPDATE assessment_result SET published_by = $1, published_on = $2, version = version + 1 WHERE id = $3 AND version = $4 AND published_on = ''`
)

// content is what an edition holds as text.
type content struct {
	Units []org.UnitID `json:"units,omitempty"`
	Items []Item       `json:"items"`
	Pairs []string     `json:"pairs,omitempty"`
}

func dayText(d period.Day) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func readDay(s string) (period.Day, error) {
	if s == "" {
		return 0, nil
	}
	return period.ParseDay(s)
}

// stale is said to a second editor of the same row.
func stale(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "内容刚被别人改过；您填写的内容还在下面，请核对后再保存")
	}
	return err
}

func scanScheme(r sqldb.Scanner) (s Scheme, err error) {
	var from, text, on string
	if err = r.Scan(&s.ID, &s.Edition, &s.Name, &s.Span, &s.Basis, &from, &s.Digits, &s.Least, &s.Note, &text, &s.State, &on, &s.PublishedBy, &s.By, &s.At, &s.Version); err != nil {
		return s, err
	}
	var c content
	if err = json.Unmarshal([]byte(text), &c); err != nil {
		return s, err
	}
	s.Units, s.Items, s.Pairs = c.Units, c.Items, c.Pairs
	if s.From, err = readDay(from); err != nil {
		return s, err
	}
	s.PublishedOn, err = readDay(on)
	return s, err
}

func schemesOf(tx *sqldb.Tx) ([]Scheme, error) { return sqldb.All(tx, scanScheme, schemesSQL) }

func editionsOf(tx *sqldb.Tx, id int64) ([]Scheme, error) {
	return sqldb.All(tx, scanScheme, editionsSQL, id)
}

func (s Scheme) text() (string, error) {
	b, err := json.Marshal(content{s.Units, s.Items, s.Pairs})
	return string(b), err
}

func (s Scheme) insert(tx *sqldb.Tx) error {
	text, err := s.text()
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertSchemeSQL, s.ID, s.Edition, s.Name, string(s.Span), s.Basis, dayText(s.From), s.Digits, s.Least, s.Note, text, tx.By().Name, tx.Stamp())
	return err
}

func (s Scheme) update(tx *sqldb.Tx) error {
	text, err := s.text()
	if err != nil {
		return err
	}
	return stale(tx.Exec(updateSchemeSQL, s.Name, string(s.Span), s.Basis, dayText(s.From), s.Digits, s.Least, s.Note, text, tx.By().Name, tx.Stamp(), s.ID, s.Edition, s.Version))
}

func (s Scheme) publish(tx *sqldb.Tx, on period.Day) error {
	return stale(tx.Exec(publishSchemeSQL, dayText(on), tx.By().Name, s.ID, s.Edition, s.Version))
}

func scanMark(r sqldb.Scanner) (m Mark, err error) {
	var day string
	if err = r.Scan(&m.ID, &m.Scheme, &m.Unit, &m.Kind, &day, &m.Points, &m.Reason, &m.Document, &m.By, &m.At, &m.Withdrawn, &m.WithdrawnBy, &m.WithdrawnAt, &m.Version); err != nil {
		return m, err
	}
	m.Day, err = readDay(day)
	return m, err
}

func marksOf(tx *sqldb.Tx, scheme int64) ([]Mark, error) {
	return sqldb.All(tx, scanMark, marksSQL, scheme)
}

func markOf(tx *sqldb.Tx, id int64) (Mark, error) {
	return sqldb.One(tx, scanMark, fault.New(fault.Missing, "没有这条扣分记录；请从扣分清单进入"), markSQL, id)
}

func (m Mark) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertMarkSQL, m.ID, m.Scheme, int64(m.Unit), string(m.Kind), dayText(m.Day), m.Points, m.Reason, m.Document, tx.By().Name, tx.Stamp())
	return err
}

func (m Mark) withdraw(tx *sqldb.Tx, reason string) error {
	return stale(tx.Exec(withdrawSQL, reason, tx.By().Name, tx.Stamp(), m.ID, m.Version))
}

// A Record is a result that was fixed (定稿): later corrections of figures do not change it.
type Record struct {
	ID          int64
	Scheme      int64
	Edition     int
	Period      period.Period
	No          int // counts the results of a period from 1; the newest holds
	Kept        Kept
	Checksum    string // SHA-256 of what is kept
	Reason      string // why it was fixed again
	By, At      string
	PublishedBy string
	PublishedOn period.Day
	Version     int64

	text string
}

// Kept is what a record keeps.
type Kept struct {
	Scheme Scheme `json:"scheme"`
	Result Result `json:"result"`
	Marks  []Mark `json:"marks,omitempty"`
}

func checksum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func scanRecord(r sqldb.Scanner) (x Record, err error) {
	var p, on string
	if err = r.Scan(&x.ID, &x.Scheme, &x.Edition, &p, &x.No, &x.text, &x.Checksum, &x.Reason, &x.By, &x.At, &x.PublishedBy, &on, &x.Version); err != nil {
		return x, err
	}
	if x.Period, err = period.Parse(p); err != nil {
		return x, err
	}
	if x.PublishedOn, err = readDay(on); err != nil {
		return x, err
	}
	return x, json.Unmarshal([]byte(x.text), &x.Kept)
}

// Proved tells whether what is kept still has its checksum.
func (x Record) Proved() bool { return checksum(x.text) == x.Checksum }

func recordsOf(tx *sqldb.Tx, scheme int64) ([]Record, error) {
	return sqldb.All(tx, scanRecord, recordsSQL, scheme)
}

func allRecords(tx *sqldb.Tx) ([]Record, error) { return sqldb.All(tx, scanRecord, allRecordsSQL) }

func noRecord() error {
	return fault.New(fault.Missing, "没有这个结果；请从综合评价清单进入")
}

func recordOf(tx *sqldb.Tx, id int64) (Record, error) {
	return sqldb.One(tx, scanRecord, noRecord(), recordSQL, id)
}

func (x *Record) insert(tx *sqldb.Tx) error {
	b, err := json.Marshal(x.Kept)
	if err != nil {
		return err
	}
	x.text, x.Checksum = string(b), checksum(string(b))
	_, err = tx.Exec(insertRecordSQL, x.ID, x.Scheme, x.Edition, x.Period.String(), x.No, x.text, x.Checksum, x.Reason, tx.By().Name, tx.Stamp())
	return err
}

func (x Record) publish(tx *sqldb.Tx, on period.Day) error {
	return stale(tx.Exec(publishSQL, tx.By().Name, dayText(on), x.ID, x.Version))
}
