package actions

import (
	"encoding/json"
	"fmt"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	newFeedbackSQL = `INSERT INTO actions_feedback (item, no, unit, round, at, account, name, post, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	feedbackSQL    = `SELECT no, unit, round, at, account, name, post, body FROM actions_feedback WHERE item = $1 ORDER BY no`

	newFileSQL = `INSERT INTO actions_file (item, line, no, hash, name, media, size) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	filesSQL   = `SELECT line, no, hash, name, media, size FROM actions_file WHERE item = $1 ORDER BY line, no`
	fileSQL    = `SELECT line, no, hash, name, media, size FROM actions_file WHERE item = $1 AND line = $2 AND no = $3`

	heldSQL = `SELECT 0, 0, hash, name, media, size FROM actions_held WHERE item = $1 AND account = $2 ORDER BY at, name, hash`
	holdSQL = `INSERT INTO actions_held (item, account, hash, name, media, size, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (item, account, hash) DO NOTHING`
	dropHeldSQL = `DELETE FROM actions_held WHERE item = $1 AND account = $2`

	newExtensionSQL = `INSERT INTO actions_extension (item, no, at, account, name, old_day, new_day, reason, granted, decided_at, decider, decider_name, remark)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, -1, '', '', '', '')`
	decideSQL = `UPDATE actions_extension SET granted = $3, decided_at = $4, decider = $5, decider_name = $6, remark = $7, new_day = $8
		WHERE item = $1 AND no = $2 AND granted = -1`
	extensionsSQL = `SELECT no, at, account, name, old_day, new_day, reason, granted, decided_at, decider, decider_name, remark
		FROM actions_extension WHERE item = $1 ORDER BY no`

	newStepSQL  = `INSERT INTO actions_step (item, round, deadline, step, at, on_day) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (item, round, deadline, step) DO NOTHING`
	stepsSQL    = `SELECT item, round, deadline, step, at, on_day FROM actions_step WHERE item = $1 ORDER BY at, step`
	allStepsSQL = `SELECT item, round, deadline, step, at, on_day FROM actions_step ORDER BY item, at, step`

	putReadingSQL = `INSERT INTO actions_reading (item, closing, code, unit, period, text, light) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (item, closing) DO UPDATE SET code = excluded.code, unit = excluded.unit, period = excluded.period, text = excluded.text, light = excluded.light`
	readingsSQL = `SELECT closing, code, unit, period, text, light FROM actions_reading WHERE item = $1 ORDER BY closing`

	newSlipSQL = `INSERT INTO actions_slip (item, round, level, year, seq, number, at, account, name, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (item, round, level) DO NOTHING`
	nextSlipSQL = `SELECT COALESCE(MAX(seq), 0) + 1 FROM actions_slip WHERE year = $1`
	slipsSQL    = `SELECT item, round, level, year, seq, number, at, account, name, body FROM actions_slip WHERE item = $1 ORDER BY at, seq`
	usesUnitSQL = `SELECT (SELECT COUNT(*) FROM actions_party WHERE unit = $1) + (SELECT COUNT(*) FROM actions_item WHERE force = $1 OR code_unit = $1)`
	allSlipsSQL = `SELECT item, round, level, year, seq, number, at, account, name, body FROM actions_slip ORDER BY year DESC, seq DESC`
)

func insertFeedback(tx *sqldb.Tx, item int64, f Feedback) error {
	_, err := tx.Exec(newFeedbackSQL, item, f.No, int64(f.Unit), f.Round, tx.Stamp(), f.Account, f.Name, f.Post, f.Text)
	return err
}

func feedbackOf(tx *sqldb.Tx, item int64) ([]Feedback, error) {
	return sqldb.All(tx, func(r sqldb.Scanner) (f Feedback, err error) {
		var unit int64
		err = r.Scan(&f.No, &unit, &f.Round, &f.At, &f.Account, &f.Name, &f.Post, &f.Text)
		f.Unit = org.UnitID(unit)
		return f, err
	}, feedbackSQL, item)
}

func scanFile(r sqldb.Scanner) (f File, err error) {
	err = r.Scan(&f.Line, &f.No, &f.Hash, &f.Name, &f.Media, &f.Size)
	return f, err
}

// insertFiles writes the files of a line of the log.
func insertFiles(tx *sqldb.Tx, item int64, line int, list []File) error {
	for i, f := range list {
		if _, err := tx.Exec(newFileSQL, item, line, i+1, f.Hash, f.Name, f.Media, f.Size); err != nil {
			return err
		}
	}
	return nil
}

func filesOf(tx *sqldb.Tx, item int64) ([]File, error) {
	return sqldb.All(tx, scanFile, filesSQL, item)
}

func fileOf(tx *sqldb.Tx, item int64, line, no int) (File, error) {
	return sqldb.One(tx, scanFile, fault.New(fault.Missing, "没有这个文件；它可能从未上传，或您无权查看"), fileSQL, item, line, no)
}

func heldOf(tx *sqldb.Tx, item int64, account string) ([]File, error) {
	return sqldb.All(tx, scanFile, heldSQL, item, account)
}

func dropHeld(tx *sqldb.Tx, item int64, account string) error {
	_, err := tx.Exec(dropHeldSQL, item, account)
	return err
}

// holdFiles keeps the files of a form that was refused in place of those kept before.
func holdFiles(tx *sqldb.Tx, item int64, account string, list []File) error {
	if err := dropHeld(tx, item, account); err != nil {
		return err
	}
	for _, f := range list {
		if _, err := tx.Exec(holdSQL, item, account, f.Hash, f.Name, f.Media, f.Size, tx.Stamp()); err != nil {
			return err
		}
	}
	return nil
}

func insertExtension(tx *sqldb.Tx, item int64, x Extension) error {
	_, err := tx.Exec(newExtensionSQL, item, x.No, tx.Stamp(), x.Account, x.Name, dayText(x.Old), dayText(x.New), x.Reason)
	return err
}

// decideExtension writes the decision; one that was decided already makes it fail.
func decideExtension(tx *sqldb.Tx, item int64, x Extension) error {
	n, err := tx.Exec(decideSQL, item, x.No, x.Granted, tx.Stamp(), x.Decider, x.DeciderName, x.Remark, dayText(x.New))
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "这次延期申请已经有了决定；请刷新页面")
	}
	return err
}

func extensionsOf(tx *sqldb.Tx, item int64) ([]Extension, error) {
	return sqldb.All(tx, func(r sqldb.Scanner) (x Extension, err error) {
		var was, is string
		if err = r.Scan(&x.No, &x.At, &x.Account, &x.Name, &was, &is, &x.Reason, &x.Granted, &x.DecidedAt, &x.Decider, &x.DeciderName, &x.Remark); err != nil {
			return x, err
		}
		return x, days([]string{was, is}, &x.Old, &x.New)
	}, extensionsSQL, item)
}

// ofStep pairs a step with its item.
type ofStep struct {
	item int64
	Step
}

func scanStep(r sqldb.Scanner) (s ofStep, err error) {
	var deadline, on string
	if err = r.Scan(&s.item, &s.Round, &deadline, &s.No, &s.At, &on); err != nil {
		return s, err
	}
	return s, days([]string{deadline, on}, &s.Deadline, &s.Day)
}

// insertStep writes a step; false says that it was taken before.
func insertStep(tx *sqldb.Tx, a *Action, step int, on period.Day) (bool, error) {
	n, err := tx.Exec(newStepSQL, a.ID, a.Round, dayText(a.Deadline), step, tx.Stamp(), dayText(on))
	return n == 1, err
}

func stepsOf(tx *sqldb.Tx, item int64) ([]Step, error) {
	list, err := sqldb.All(tx, scanStep, stepsSQL, item)
	out := make([]Step, len(list))
	for i, s := range list {
		out[i] = s.Step
	}
	return out, err
}

// allSteps gives the steps of every item.
func allSteps(tx *sqldb.Tx) (map[int64][]Step, error) {
	list, err := sqldb.All(tx, scanStep, allStepsSQL)
	out := map[int64][]Step{}
	for _, s := range list {
		out[s.item] = append(out[s.item], s.Step)
	}
	return out, err
}

func scanSlip(r sqldb.Scanner) (s Slip, err error) {
	var body string
	if err = r.Scan(&s.Item, &s.Round, &s.Level, &s.Year, &s.Seq, &s.Number, &s.At, &s.Account, &s.Name, &body); err != nil {
		return s, err
	}
	if err = json.Unmarshal([]byte(body), &s.Body); err != nil {
		err = fmt.Errorf("slip %s: %w", s.Number, err)
	}
	return s, err
}

// insertSlip gives a slip its number and writes it; false says that one of the level was issued
// in this round before.
func insertSlip(tx *sqldb.Tx, s *Slip, prefix string) (bool, error) {
	if err := tx.Get(nextSlipSQL, []any{s.Year}, &s.Seq); err != nil {
		return false, err
	}
	s.Number, s.At = numberText(prefix, s.Year, s.Seq), tx.Stamp()
	body, err := json.Marshal(s.Body)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(newSlipSQL, s.Item, s.Round, string(s.Level), s.Year, s.Seq, s.Number, s.At, s.Account, s.Name, string(body))
	return n == 1, err
}

func slipsOf(tx *sqldb.Tx, item int64) ([]Slip, error) {
	return sqldb.All(tx, scanSlip, slipsSQL, item)
}

// usesUnit counts what hangs on a unit.
func usesUnit(tx *sqldb.Tx, u org.UnitID) (n int, err error) {
	err = tx.Get(usesUnitSQL, []any{int64(u)}, &n)
	return n, err
}

func allSlips(tx *sqldb.Tx) ([]Slip, error) { return sqldb.All(tx, scanSlip, allSlipsSQL) }

func scanReading(r sqldb.Scanner) (x Reading, err error) {
	var closing, unit int64
	var p string
	if err = r.Scan(&closing, &x.Figure.Code, &unit, &p, &x.Text, &x.Light); err != nil {
		return x, err
	}
	x.Closing, x.Figure.Unit = closing == 1, org.UnitID(unit)
	x.Figure.Period, err = period.Parse(p)
	return x, err
}

// putReading keeps the figure of an item at its opening or closing in place of an earlier one.
func putReading(tx *sqldb.Tx, item int64, r Reading) error {
	_, err := tx.Exec(putReadingSQL, item, sqldb.Bool(r.Closing), r.Figure.Code, int64(r.Figure.Unit), r.Figure.Period.String(), r.Text, string(r.Light))
	return err
}

func readingsOf(tx *sqldb.Tx, item int64) ([]Reading, error) {
	return sqldb.All(tx, scanReading, readingsSQL, item)
}
