package situation

import (
	"encoding/json"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	watchColumns   = `id, element, category, unit, effort, since, baseline, sigma, run, rise, note, stopped, version`
	watchesSQL     = `SELECT ` + watchColumns + ` FROM situation_watch ORDER BY id`
	watchSQL       = `SELECT ` + watchColumns + ` FROM situation_watch WHERE id = $1`
	insertWatchSQL = `INSERT INTO situation_watch (` + watchColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)`
	updateWatchSQL = `UPDATE situation_watch SET effort = $1, since = $2, baseline = $3, sigma = $4, run = $5, rise = $6, note = $7, stopped = $8, version = version + 1 WHERE id = $9 AND version = $10`

	signalColumns   = `id, watch, month, method, settings, state, reading, newest, hindsight, raised, as_of, finding, by_name, account, decided, item, remarks, version`
	signalsSQL      = `SELECT ` + signalColumns + ` FROM situation_signal ORDER BY month, watch, method`
	signalSQL       = `SELECT ` + signalColumns + ` FROM situation_signal WHERE id = $1`
	insertSignalSQL = `INSERT INTO situation_signal (` + signalColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', '', 0, '', 0, '[]', 1) ON CONFLICT (watch, month, method) DO NOTHING`
	updateSignalSQL = `UPDATE situation_signal SET state = $1, reading = $2, newest = $3, as_of = $4, finding = $5, by_name = $6, account = $7, decided = $8, item = $9, remarks = $10, version = version + 1 WHERE id = $11 AND version = $12`
)

func scanWatch(r sqldb.Scanner) (w Watch, err error) {
	var category, since string
	var unit, stopped int64
	if err = r.Scan(&w.ID, &w.Element, &category, &unit, &w.Effort, &since, &w.Settings.Baseline, &w.Settings.Sigma, &w.Settings.Run, &w.Settings.Rise, &w.Note, &stopped, &w.Version); err != nil {
		return w, err
	}
	w.Category, w.Unit, w.Stopped = measure.Category(category), org.UnitID(unit), stopped == 1
	w.Since, err = period.Parse(since)
	return w, err
}

func watchesOf(tx *sqldb.Tx) ([]Watch, error) { return sqldb.All(tx, scanWatch, watchesSQL) }

func watchOf(tx *sqldb.Tx, id int64) (Watch, error) {
	return sqldb.One(tx, scanWatch, noWatch(), watchSQL, id)
}

func noWatch() error {
	return fault.New(fault.Missing, "没有这个监测项；请从监测项清单进入")
}

func noSignal() error {
	return fault.New(fault.Missing, "没有这条预警；请从预警清单进入")
}

func (w Watch) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertWatchSQL, w.ID, w.Element, string(w.Category), int64(w.Unit), w.Effort, w.Since.String(), w.Settings.Baseline, w.Settings.Sigma, w.Settings.Run, w.Settings.Rise, w.Note, sqldb.Bool(w.Stopped))
	return err
}

func (w Watch) update(tx *sqldb.Tx) error {
	n, err := tx.Exec(updateWatchSQL, w.Effort, w.Since.String(), w.Settings.Baseline, w.Settings.Sigma, w.Settings.Run, w.Settings.Rise, w.Note, sqldb.Bool(w.Stopped), w.ID, w.Version)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "监测项刚被别人改过；您填写的内容还在下面，请核对后再保存")
	}
	return err
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

func scanSignal(r sqldb.Scanner) (s Signal, err error) {
	var month, settings, reading, newest, raised, decided, remarks string
	var hindsight int64
	if err = r.Scan(&s.ID, &s.Watch, &month, &s.Method, &settings, &s.State, &reading, &newest, &hindsight, &raised, &s.AsOf, &s.Text, &s.By, &s.Account, &decided, &s.Item, &remarks, &s.Version); err != nil {
		return s, err
	}
	s.Hindsight = hindsight == 1
	for text, into := range map[string]any{settings: &s.Settings, remarks: &s.Remarks} {
		if err = json.Unmarshal([]byte(text), into); err != nil {
			return s, err
		}
	}
	if err = json.Unmarshal([]byte(reading), &s.Reading); err != nil {
		return s, err
	}
	if newest != "" {
		if err = json.Unmarshal([]byte(newest), &s.Now); err != nil {
			return s, err
		}
	}
	if s.Month, err = period.Parse(month); err != nil {
		return s, err
	}
	if s.Raised, err = readDay(raised); err != nil {
		return s, err
	}
	s.Decided, err = readDay(decided)
	return s, err
}

func signalsOf(tx *sqldb.Tx) ([]Signal, error) { return sqldb.All(tx, scanSignal, signalsSQL) }

func signalOf(tx *sqldb.Tx, id int64) (Signal, error) {
	return sqldb.One(tx, scanSignal, noSignal(), signalSQL, id)
}

// texts writes the parts of a signal that are kept as JSON.
func (s Signal) texts() (settings, reading, newest, remarks string, err error) {
	parts := []any{s.Settings, s.Reading, s.Now, s.Remarks}
	out := make([]string, len(parts))
	for i, p := range parts {
		b, err := json.Marshal(p)
		if err != nil {
			return "", "", "", "", err
		}
		out[i] = string(b)
	}
	if s.Now == (Reading{}) {
		out[2] = ""
	}
	if s.Remarks == nil {
		out[3] = "[]"
	}
	return out[0], out[1], out[2], out[3], nil
}

// insert writes a new signal; fresh is false where another process has written it.
func (s Signal) insert(tx *sqldb.Tx) (fresh bool, err error) {
	settings, reading, newest, _, err := s.texts()
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(insertSignalSQL, s.ID, s.Watch, s.Month.String(), string(s.Method), settings, string(s.State), reading, newest, sqldb.Bool(s.Hindsight), dayText(s.Raised), s.AsOf)
	return n == 1, err
}

func (s Signal) update(tx *sqldb.Tx) error {
	_, reading, newest, remarks, err := s.texts()
	if err != nil {
		return err
	}
	n, err := tx.Exec(updateSignalSQL, string(s.State), reading, newest, s.AsOf, s.Text, s.By, s.Account, dayText(s.Decided), s.Item, remarks, s.ID, s.Version)
	if err == nil && n == 0 {
		return changedMeanwhile()
	}
	return err
}

func changedMeanwhile() error {
	return fault.New(fault.Conflict, "这条预警刚被别人处理过；您填写的内容还在下面，请看过现在的情况再定")
}
