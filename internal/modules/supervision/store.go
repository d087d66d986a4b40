package supervision

import (
	"encoding/json"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	listColumns   = `id, edition, name, blocks, by_name, at`
	listsSQL      = `SELECT ` + listColumns + ` FROM supervision_list ORDER BY id, edition`
	listSQL       = `SELECT ` + listColumns + ` FROM supervision_list WHERE id = $1 AND edition = $2`
	editionsSQL   = `SELECT ` + listColumns + ` FROM supervision_list WHERE id = $1 ORDER BY edition`
	insertListSQL = `INSERT INTO supervision_list (` + listColumns + `) VALUES ($1, $2, $3, $4, $5, $6)`

	planColumns   = `id, no, title, kind, from_day, to_day, theme, basis, list, edition, team, repeat_days, pool, pool_at, draw, published, state, issued, reason, version`
	plansSQL      = `SELECT ` + planColumns + ` FROM supervision_plan ORDER BY id`
	planSQL       = `SELECT ` + planColumns + ` FROM supervision_plan WHERE id = $1`
	insertPlanSQL = `INSERT INTO supervision_plan (` + planColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, 0, $15, '', '', 1)`
	updatePlanSQL = `UPDATE supervision_plan SET title = $1, kind = $2, from_day = $3, to_day = $4, theme = $5, basis = $6, list = $7, edition = $8, team = $9, repeat_days = $10,
		pool = $11, pool_at = $12, draw = $13, published = $14, state = $15, issued = $16, reason = $17, version = version + 1 WHERE id = $18 AND version = $19`

	drawsSQL      = `SELECT plan, no, record FROM supervision_draw WHERE plan = $1 ORDER BY no`
	insertDrawSQL = `INSERT INTO supervision_draw (plan, no, record) VALUES ($1, $2, $3)`
)

func numbers(list []int64) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(parts, ",")
}

func readNumbers(s string) (out []int64, err error) {
	if s == "" {
		return nil, nil
	}
	for _, x := range strings.Split(s, ",") {
		n, err := strconv.ParseInt(x, 10, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

func dayText(d period.Day) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// days reads stored days into their places.
func days(text []string, into ...*period.Day) (err error) {
	for i, s := range text {
		if s == "" {
			*into[i] = 0
			continue
		}
		if *into[i], err = period.ParseDay(s); err != nil {
			return err
		}
	}
	return nil
}

// stale is said to a second editor of the same row; nothing of the first is lost.
func stale(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "内容刚被别人改过；您填写的内容还在下面，请核对后再保存")
	}
	return err
}

func scanList(r sqldb.Scanner) (c Checklist, err error) {
	var blocks string
	if err = r.Scan(&c.ID, &c.Edition, &c.Name, &blocks, &c.By, &c.At); err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(blocks), &c.Blocks)
}

func listOf(tx *sqldb.Tx, id int64, edition int) (Checklist, error) {
	return sqldb.One(tx, scanList, fault.New(fault.Missing, "没有这张检查表；请从检查表清单进入"), listSQL, id, edition)
}

// newestList gives the newest edition of a checklist.
func newestList(tx *sqldb.Tx, id int64) (Checklist, error) {
	all, err := sqldb.All(tx, scanList, editionsSQL, id)
	if err != nil {
		return Checklist{}, err
	}
	if len(all) == 0 {
		return Checklist{}, fault.New(fault.Missing, "没有这张检查表；请从检查表清单进入")
	}
	return all[len(all)-1], nil
}

func listsOf(tx *sqldb.Tx) ([]Checklist, error) { return sqldb.All(tx, scanList, listsSQL) }

func (c Checklist) insert(tx *sqldb.Tx) error {
	blocks, err := json.Marshal(c.Blocks)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertListSQL, c.ID, c.Edition, c.Name, string(blocks), c.By, c.At)
	return err
}

func scanPlan(r sqldb.Scanner) (p Plan, err error) {
	var from, to, issued, team, pool string
	var published int
	if err = r.Scan(&p.ID, &p.No, &p.Title, &p.Kind, &from, &to, &p.Theme, &p.Basis, &p.List, &p.Edition, &team, &p.RepeatDays, &pool, &p.PoolAt, &p.Draw, &published, &p.State, &issued, &p.Reason, &p.Version); err != nil {
		return p, err
	}
	p.Published = published == 1
	if p.Team, err = readNumbers(team); err != nil {
		return p, err
	}
	if err = json.Unmarshal([]byte(pool), &p.Pool); err != nil {
		return p, err
	}
	return p, days([]string{from, to, issued}, &p.From, &p.To, &p.Issued)
}

func planOf(tx *sqldb.Tx, id int64) (Plan, error) {
	return sqldb.One(tx, scanPlan, noPlan(), planSQL, id)
}

func noPlan() error {
	return fault.New(fault.Missing, "没有这次督导检查；请从督导检查列表进入")
}

func plansOf(tx *sqldb.Tx) ([]Plan, error) { return sqldb.All(tx, scanPlan, plansSQL) }

func (p Plan) insert(tx *sqldb.Tx) error {
	pool, err := json.Marshal(p.Pool)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertPlanSQL, p.ID, p.No, p.Title, string(p.Kind), dayText(p.From), dayText(p.To), p.Theme, p.Basis, p.List, p.Edition, numbers(p.Team), p.RepeatDays, string(pool), p.PoolAt, string(p.State))
	return err
}

func (p Plan) update(tx *sqldb.Tx) error {
	pool, err := json.Marshal(p.Pool)
	if err != nil {
		return err
	}
	return stale(tx.Exec(updatePlanSQL, p.Title, string(p.Kind), dayText(p.From), dayText(p.To), p.Theme, p.Basis, p.List, p.Edition, numbers(p.Team), p.RepeatDays, string(pool), p.PoolAt, p.Draw,
		sqldb.Bool(p.Published), string(p.State), dayText(p.Issued), p.Reason, p.ID, p.Version))
}

func scanDraw(r sqldb.Scanner) (d Draw, err error) {
	var plan int64
	var no int
	var record string
	if err = r.Scan(&plan, &no, &record); err != nil {
		return d, err
	}
	err = json.Unmarshal([]byte(record), &d)
	d.Plan, d.No = plan, no
	return d, err
}

func drawsOf(tx *sqldb.Tx, plan int64) ([]Draw, error) {
	return sqldb.All(tx, scanDraw, drawsSQL, plan)
}

func (d Draw) insert(tx *sqldb.Tx) error {
	record, err := json.Marshal(d)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertDrawSQL, d.Plan, d.No, string(record))
	return err
}
