package surveys

import (
	"encoding/json"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	surveyColumns = `id, title, topic, force_unit, from_day, to_day, made_by, population, frame, frame_known, design, mode, whole_cluster, approached, previous, note, questions, strata, state, fixed_by, fixed_on, reason, record, version`
	listSQL       = `SELECT ` + surveyColumns + ` FROM surveys_survey ORDER BY from_day, id`
	oneSQL        = `SELECT ` + surveyColumns + ` FROM surveys_survey WHERE id = $1`
	insertSQL     = `INSERT INTO surveys_survey (` + surveyColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, '', '', '', '', 1)`
	updateSQL     = `UPDATE surveys_survey SET title = $1, topic = $2, force_unit = $3, from_day = $4, to_day = $5, made_by = $6, population = $7, frame = $8, frame_known = $9, design = $10, mode = $11,
		whole_cluster = $12, approached = $13, previous = $14, note = $15, questions = $16, strata = $17, state = $18, fixed_by = $19, fixed_on = $20, reason = $21, record = $22, version = version + 1 WHERE id = $23 AND version = $24`
	countsSQL  = `SELECT question, stratum, cluster, weight, answer, n FROM surveys_count WHERE survey = $1 ORDER BY question, stratum, cluster, weight, answer`
	addSQL     = `INSERT INTO surveys_count (survey, question, stratum, cluster, weight, answer, n) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	clearSQL   = `DELETE FROM surveys_count WHERE survey = $1`
	clearOfSQL = `DELETE FROM surveys_count WHERE survey = $1 AND question = $2`
)

func dayText(d period.Day) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func storedDay(text string) (period.Day, error) {
	if text == "" {
		return 0, nil
	}
	return period.ParseDay(text)
}

// stale is said to a second editor of the same survey; nothing of the first is lost.
func stale(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "内容刚被别人改过；您填写的内容还在下面，请核对后再保存")
	}
	return err
}

func noSurvey() error {
	return fault.New(fault.Missing, "没有这项调查；请从调查列表进入")
}

func scanSurvey(r sqldb.Scanner) (s Survey, err error) {
	var force, known, wholly int64
	var from, to, fixed, questions, strata string
	if err = r.Scan(&s.ID, &s.Title, &s.Topic, &force, &from, &to, &s.By, &s.Population, &s.Frame, &known, &s.Design, &s.Mode, &wholly, &s.Approached, &s.Previous, &s.Note, &questions, &strata,
		&s.State, &s.FixedBy, &fixed, &s.Reason, &s.Record, &s.Version); err != nil {
		return s, err
	}
	s.Force, s.FrameKnown, s.WholeCluster = org.UnitID(force), known == 1, wholly == 1
	if s.From, err = storedDay(from); err != nil {
		return s, err
	}
	if s.To, err = storedDay(to); err != nil {
		return s, err
	}
	if s.FixedOn, err = storedDay(fixed); err != nil {
		return s, err
	}
	if err = json.Unmarshal([]byte(questions), &s.Questions); err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(strata), &s.Strata)
}

func surveyOf(tx *sqldb.Tx, id int64) (Survey, error) {
	return sqldb.One(tx, scanSurvey, noSurvey(), oneSQL, id)
}

func surveysOf(tx *sqldb.Tx) ([]Survey, error) { return sqldb.All(tx, scanSurvey, listSQL) }

// design gives the columns that the form of a survey fills, in their order.
func (s Survey) fields() ([]any, error) {
	questions, err := json.Marshal(s.Questions)
	if err != nil {
		return nil, err
	}
	strata, err := json.Marshal(s.Strata)
	if err != nil {
		return nil, err
	}
	return []any{s.Title, string(s.Topic), int64(s.Force), dayText(s.From), dayText(s.To), s.By, s.Population, s.Frame, sqldb.Bool(s.FrameKnown), string(s.Design), string(s.Mode), sqldb.Bool(s.WholeCluster),
		s.Approached, s.Previous, s.Note, string(questions), string(strata), string(s.State)}, nil
}

func (s Survey) insert(tx *sqldb.Tx) error {
	f, err := s.fields()
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertSQL, append([]any{s.ID}, f...)...)
	return err
}

func (s Survey) update(tx *sqldb.Tx) error {
	f, err := s.fields()
	if err != nil {
		return err
	}
	return stale(tx.Exec(updateSQL, append(f, s.FixedBy, dayText(s.FixedOn), s.Reason, s.Record, s.ID, s.Version)...))
}

func scanCount(r sqldb.Scanner) (c Count, err error) {
	err = r.Scan(&c.Question, &c.Stratum, &c.Cluster, &c.Weight, &c.Answer, &c.N)
	return c, err
}

func countsOf(tx *sqldb.Tx, survey int64) (Counts, error) {
	return sqldb.All(tx, scanCount, countsSQL, survey)
}

// replace puts counts in place of all those of a survey.
func (c Counts) replace(tx *sqldb.Tx, survey int64) error {
	if _, err := tx.Exec(clearSQL, survey); err != nil {
		return err
	}
	return c.insert(tx, survey)
}

// replaceOf puts counts in place of those of one question.
func (c Counts) replaceOf(tx *sqldb.Tx, survey int64, question string) error {
	if _, err := tx.Exec(clearOfSQL, survey, question); err != nil {
		return err
	}
	return c.insert(tx, survey)
}

func (c Counts) insert(tx *sqldb.Tx, survey int64) error {
	for _, x := range c {
		if _, err := tx.Exec(addSQL, survey, x.Question, x.Stratum, x.Cluster, x.Weight, x.Answer, x.N); err != nil {
			return err
		}
	}
	return nil
}
