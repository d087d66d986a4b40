package returns

import (
	"encoding/json"
	"fmt"

	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	formsSQL   = `SELECT code, no, body, at, account, name, reason FROM returns_form ORDER BY code, no`
	newFormSQL = `INSERT INTO returns_form (code, no, from_period, body, at, account, name, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	lastNoSQL  = `SELECT COALESCE(MAX(no), 0) FROM returns_form WHERE code = $1`
	endsSQL    = `SELECT code, last_period FROM returns_form_end ORDER BY code`
	endFormSQL = `INSERT INTO returns_form_end (code, last_period, at, account, reason) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (code) DO UPDATE SET last_period = $2, at = $3, account = $4, reason = $5`
	reopenFormSQL = `DELETE FROM returns_form_end WHERE code = $1`
)

func allForms(tx *sqldb.Tx) ([]*Form, error) {
	return sqldb.All(tx, func(r sqldb.Scanner) (*Form, error) {
		var code, text, at, account, name, reason string
		var no int
		if err := r.Scan(&code, &no, &text, &at, &account, &name, &reason); err != nil {
			return nil, err
		}
		f := &Form{}
		if err := json.Unmarshal([]byte(text), f); err != nil {
			return nil, fmt.Errorf("version %d of form %s cannot be read: %w", no, code, err)
		}
		f.Code, f.No, f.At, f.Account, f.By, f.Reason = code, no, at, account, name, reason
		return f, nil
	}, formsSQL)
}

func insertForm(tx *sqldb.Tx, f *Form) error {
	stored := *f
	stored.At, stored.Account, stored.By, stored.Reason = "", "", "", ""
	text, err := json.Marshal(stored)
	if err != nil {
		return err
	}
	_, err = tx.Exec(newFormSQL, f.Code, f.No, f.From.String(), string(text), f.At, f.Account, f.By, f.Reason)
	return err
}

func lastFormNo(tx *sqldb.Tx, code string) (n int, err error) {
	err = tx.Get(lastNoSQL, []any{code}, &n)
	return n, err
}

// ends gives the last period of forms that ended.
func ends(tx *sqldb.Tx) (map[string]period.Period, error) {
	out := map[string]period.Period{}
	_, err := sqldb.All(tx, func(r sqldb.Scanner) (struct{}, error) {
		var code, last string
		if err := r.Scan(&code, &last); err != nil {
			return struct{}{}, err
		}
		p, err := period.Parse(last)
		out[code] = p
		return struct{}{}, err
	}, endsSQL)
	return out, err
}

func endForm(tx *sqldb.Tx, code string, last period.Period, reason string) error {
	_, err := tx.Exec(endFormSQL, code, last.String(), tx.Stamp(), tx.By().Account, reason)
	return err
}

func reopenForm(tx *sqldb.Tx, code string) error {
	_, err := tx.Exec(reopenFormSQL, code)
	return err
}
