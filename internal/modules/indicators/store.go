package indicators

import (
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	indicatorsSQL  = `SELECT code, name, name_en, force, ord, version FROM indicators_indicator ORDER BY ord, code`
	definitionsSQL = `SELECT indicator, version, from_day, formula, format, digits, direction, rollup, unit, unit_en, min_coverage, source, note, why, at, by_name, effort
		FROM indicators_definition ORDER BY indicator, version`
	rowVersionSQL      = `SELECT version FROM indicators_indicator WHERE code = $1`
	insertIndicatorSQL = `INSERT INTO indicators_indicator (code, name, name_en, force, ord, version) VALUES ($1, $2, $3, $4, $5, 1)`
	updateIndicatorSQL = `UPDATE indicators_indicator SET name = $2, name_en = $3, force = $4, ord = $5, version = version + 1 WHERE code = $1`
	insertDefinition   = `INSERT INTO indicators_definition (indicator, version, from_day, formula, format, digits, direction, rollup, unit, unit_en, min_coverage, source, note, why, at, by_name, effort)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`

	targetsSQL = `SELECT id, indicator, unit, period, comparator, value, upper_value, base, margin, source, why, at, by_name, ended
		FROM indicators_target ORDER BY indicator, id`
	insertTargetSQL = `INSERT INTO indicators_target (id, indicator, unit, period, comparator, value, upper_value, base, margin, source, why, at, by_name, ended)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '')`
	endTargetSQL = `UPDATE indicators_target SET ended = $2 WHERE id = $1 AND ended = ''`

	bundlesSQL      = `SELECT code, name, name_en, ord, note, source, on_front, version FROM indicators_bundle ORDER BY ord, code`
	membersSQL      = `SELECT bundle, ord, claim, indicator, body, body_en, task FROM indicators_member ORDER BY bundle, ord`
	upsertBundleSQL = `INSERT INTO indicators_bundle (code, name, name_en, ord, note, source, on_front, version) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
		ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, ord = excluded.ord, note = excluded.note,
		source = excluded.source, on_front = excluded.on_front, version = indicators_bundle.version + 1`
	bundleRowSQL    = `SELECT version FROM indicators_bundle WHERE code = $1`
	clearMembersSQL = `DELETE FROM indicators_member WHERE bundle = $1`
	insertMemberSQL = `INSERT INTO indicators_member (bundle, ord, claim, indicator, body, body_en, task) VALUES ($1, $2, $3, $4, $5, $6, $7)`
)

func loadIndicators(tx *sqldb.Tx) ([]Indicator, error) {
	list, err := sqldb.All(tx, func(s sqldb.Scanner) (i Indicator, err error) {
		err = s.Scan(&i.Code, &i.Name, &i.NameEN, &i.Force, &i.Order, &i.Row)
		return i, err
	}, indicatorsSQL)
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for k, i := range list {
		at[i.Code] = k
	}
	type row struct {
		code string
		d    Definition
	}
	defs, err := sqldb.All(tx, func(s sqldb.Scanner) (r row, err error) {
		var from, format string
		d := &r.d
		if err = s.Scan(&r.code, &d.Version, &from, &d.Formula, &format, &d.Digits, &d.Direction, &d.Rollup, &d.Unit, &d.UnitEN,
			&d.MinCoverage, &d.Source, &d.Note, &d.Why, &d.At, &d.By, &d.Effort); err != nil {
			return r, err
		}
		if d.From, err = period.ParseDay(from); err != nil {
			return r, err
		}
		d.Format, err = formula.ParseFormat(format)
		return r, err
	}, definitionsSQL)
	if err != nil {
		return nil, err
	}
	for _, r := range defs {
		k, ok := at[r.code]
		if !ok {
			return nil, fault.New(fault.Internal, "指标定义 %s 没有指标", r.code)
		}
		list[k].Versions = insertVersion(list[k].Versions, r.d)
	}
	return list, nil
}

func loadTargets(tx *sqldb.Tx) (map[string][]Target, error) {
	list, err := sqldb.All(tx, func(s sqldb.Scanner) (t Target, err error) {
		var p string
		if err = s.Scan(&t.ID, &t.Indicator, &t.Unit, &p, &t.Comparator, &t.Value, &t.Upper, &t.Base, &t.Margin, &t.Source, &t.Why,
			&t.At, &t.By, &t.Ended); err != nil {
			return t, err
		}
		t.Period, err = period.Parse(p)
		return t, err
	}, targetsSQL)
	if err != nil {
		return nil, err
	}
	out := map[string][]Target{}
	for _, t := range list {
		out[t.Indicator] = append(out[t.Indicator], t)
	}
	return out, nil
}

func loadBundles(tx *sqldb.Tx) ([]Bundle, error) {
	list, err := sqldb.All(tx, func(s sqldb.Scanner) (b Bundle, err error) {
		var front int
		err = s.Scan(&b.Code, &b.Name, &b.NameEN, &b.Order, &b.Note, &b.Source, &front, &b.Row)
		b.OnFront = front == 1
		return b, err
	}, bundlesSQL)
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for k, b := range list {
		at[b.Code] = k
	}
	type row struct {
		bundle string
		m      BundleMember
	}
	rows, err := sqldb.All(tx, func(s sqldb.Scanner) (r row, err error) {
		err = s.Scan(&r.bundle, &r.m.Order, &r.m.Claim, &r.m.Indicator, &r.m.Text, &r.m.TextEN, &r.m.Task)
		return r, err
	}, membersSQL)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if k, ok := at[r.bundle]; ok {
			list[k].Members = append(list[k].Members, r.m)
		}
	}
	return list, nil
}

func insertIndicator(tx *sqldb.Tx, i Indicator) error {
	_, err := tx.Exec(insertIndicatorSQL, i.Code, i.Name, i.NameEN, i.Force, i.Order)
	return err
}

func updateIndicator(tx *sqldb.Tx, i Indicator) error {
	_, err := tx.Exec(updateIndicatorSQL, i.Code, i.Name, i.NameEN, i.Force, i.Order)
	return err
}

func addDefinition(tx *sqldb.Tx, code string, d Definition) error {
	_, err := tx.Exec(insertDefinition, code, d.Version, d.From.String(), d.Formula, d.Format.String(), d.Digits, string(d.Direction),
		string(d.Rollup), d.Unit, d.UnitEN, d.MinCoverage, d.Source, d.Note, d.Why, tx.Stamp(), tx.By().Name, d.Effort)
	return err
}

func rowVersion(tx *sqldb.Tx, code string) (int, error) {
	v, err := sqldb.One(tx, func(s sqldb.Scanner) (v int, err error) { err = s.Scan(&v); return v, err },
		fault.New(fault.Missing, "没有指标 %s", code), rowVersionSQL, code)
	return v, err
}

func addTarget(tx *sqldb.Tx, t Target) (int64, error) {
	id, err := tx.NextID("indicators_target")
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(insertTargetSQL, id, t.Indicator, int64(t.Unit), t.Period.String(), string(t.Comparator), t.Value, t.Upper, t.Base,
		t.Margin, t.Source, t.Why, tx.Stamp(), tx.By().Name)
	return id, err
}

func endTarget(tx *sqldb.Tx, id int64) error {
	n, err := tx.Exec(endTargetSQL, id, tx.Stamp())
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "这个目标已被别人修改；请刷新后再试")
	}
	return err
}

// bundleRow counts the changes of a bundle's row, 0 for a new one.
func bundleRow(tx *sqldb.Tx, code string) (int, error) {
	list, err := sqldb.All(tx, func(s sqldb.Scanner) (v int, err error) { err = s.Scan(&v); return v, err }, bundleRowSQL, code)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0], nil
}

func putBundle(tx *sqldb.Tx, b Bundle) error {
	if _, err := tx.Exec(upsertBundleSQL, b.Code, b.Name, b.NameEN, b.Order, b.Note, b.Source, sqldb.Bool(b.OnFront)); err != nil {
		return err
	}
	if _, err := tx.Exec(clearMembersSQL, b.Code); err != nil {
		return err
	}
	for k, m := range b.Members {
		if _, err := tx.Exec(insertMemberSQL, b.Code, k+1, string(m.Claim), m.Indicator, m.Text, m.TextEN, m.Task); err != nil {
			return err
		}
	}
	return nil
}

// closedFigure is one figure as it stood when its period was closed.
type closedFigure struct {
	Closing                               int64
	Code                                  string
	Unit                                  org.UnitID
	Period                                string
	Definition                            int
	Value, Numerator, Denominator, Reason string
	Reported, Expected                    int
}
