package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	planColumns   = `id, name, first_day, last_day, host, near, grace, version`
	plansSQL      = `SELECT ` + planColumns + ` FROM plan_plan ORDER BY first_day DESC, id DESC`
	planSQL       = `SELECT ` + planColumns + ` FROM plan_plan WHERE id = $1`
	insertPlanSQL = `INSERT INTO plan_plan (` + planColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)`
	updatePlanSQL = `UPDATE plan_plan SET name = $1, first_day = $2, last_day = $3, host = $4, near = $5, grace = $6, version = version + 1 WHERE id = $7 AND version = $8`

	editionColumns   = `id, plan, no, state, reason, note, made_by, made_at, sent_login, sent_by, sent_at, approved_by, approved_post, approved_at, force_day, sum, version`
	editionsSQL      = `SELECT ` + editionColumns + ` FROM plan_edition WHERE plan = $1 ORDER BY no`
	insertEditionSQL = `INSERT INTO plan_edition (` + editionColumns + `) VALUES ($1, $2, $3, $4, $5, '', $6, $7, '', '', '', '', '', '', '', '', 1)`
	updateEditionSQL = `UPDATE plan_edition SET state = $1, reason = $2, note = $3, sent_login = $4, sent_by = $5, sent_at = $6, approved_by = $7, approved_post = $8, approved_at = $9,
		force_day = $10, sum = $11, version = version + 1 WHERE id = $12 AND version = $13`

	nodesSQL      = `SELECT kind, content, version FROM plan_node WHERE edition = $1 ORDER BY kind, code`
	nodeSQL       = `SELECT content, version FROM plan_node WHERE edition = $1 AND kind = $2 AND code = $3`
	insertNodeSQL = `INSERT INTO plan_node (edition, kind, code, content, version) VALUES ($1, $2, $3, $4, 1)`
	updateNodeSQL = `UPDATE plan_node SET content = $1, version = version + 1 WHERE edition = $2 AND kind = $3 AND code = $4 AND version = $5`
	dropNodeSQL   = `DELETE FROM plan_node WHERE edition = $1 AND kind = $2 AND code = $3`
	copyNodesSQL  = `INSERT INTO plan_node (edition, kind, code, content, version) SELECT CAST($1 AS BIGINT), kind, code, content, 1 FROM plan_node WHERE edition = $2`
	sinceSQL      = `SELECT n.code, MIN(e.force_day) FROM plan_node n JOIN plan_edition e ON e.id = n.edition WHERE e.plan = $1 AND e.state = 'approved' AND n.kind = 'task' GROUP BY n.code ORDER BY n.code`

	toldSQL       = `SELECT told FROM plan_told ORDER BY told`
	insertToldSQL = `INSERT INTO plan_told (told, day) VALUES ($1, $2)`
)

func dayText(d period.Day) string { return d.String() }

func readDay(s string) (period.Day, error) {
	if s == "" {
		return 0, nil
	}
	return period.ParseDay(s)
}

func scanPlan(r sqldb.Scanner) (p Plan, err error) {
	var from, to string
	if err = r.Scan(&p.ID, &p.Name, &from, &to, &p.Host, &p.Near, &p.Grace, &p.Version); err != nil {
		return p, err
	}
	if p.From, err = readDay(from); err != nil {
		return p, err
	}
	p.To, err = readDay(to)
	return p, err
}

func scanEdition(r sqldb.Scanner) (e Edition, err error) {
	var force string
	if err = r.Scan(&e.ID, &e.Plan, &e.No, &e.State, &e.Reason, &e.Note, &e.MadeBy, &e.MadeAt, &e.SentLogin, &e.SentBy, &e.SentAt, &e.ApprovedBy, &e.ApprovedPost, &e.ApprovedAt, &force, &e.Sum, &e.Version); err != nil {
		return e, err
	}
	e.Force, err = readDay(force)
	return e, err
}

func planOf(tx *sqldb.Tx, id int64) (Plan, error) {
	return sqldb.One(tx, scanPlan, fault.New(fault.Missing, "没有这个计划；请从计划页进入"), planSQL, id)
}

func editionsOf(tx *sqldb.Tx, plan int64) ([]Edition, error) {
	return sqldb.All(tx, scanEdition, editionsSQL, plan)
}

// stale is said to a second editor of the same row; nothing of the first is lost.
func stale(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "内容刚被别人改过；您填写的内容还在下面，请核对后再保存")
	}
	return err
}

func (p Plan) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertPlanSQL, p.ID, p.Name, dayText(p.From), dayText(p.To), int64(p.Host), p.Near, p.Grace)
	return err
}

func (p Plan) update(tx *sqldb.Tx) error {
	return stale(tx.Exec(updatePlanSQL, p.Name, dayText(p.From), dayText(p.To), int64(p.Host), p.Near, p.Grace, p.ID, p.Version))
}

func (e Edition) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertEditionSQL, e.ID, e.Plan, e.No, string(e.State), e.Reason, e.MadeBy, e.MadeAt)
	return err
}

func (e Edition) update(tx *sqldb.Tx) error {
	return stale(tx.Exec(updateEditionSQL, string(e.State), e.Reason, e.Note, e.SentLogin, e.SentBy, e.SentAt, e.ApprovedBy, e.ApprovedPost, e.ApprovedAt, dayText(e.Force), e.Sum, e.ID, e.Version))
}

// contentOf reads what an edition says, in its order.
func contentOf(tx *sqldb.Tx, edition int64) (c Content, err error) {
	type kept struct {
		kind, content string
		row           int64
	}
	list, err := sqldb.All(tx, func(r sqldb.Scanner) (k kept, err error) {
		err = r.Scan(&k.kind, &k.content, &k.row)
		return k, err
	}, nodesSQL, edition)
	if err != nil {
		return c, err
	}
	for _, k := range list {
		n, err := readNode(Kind(k.kind), k.content, k.row)
		if err != nil {
			return c, err
		}
		c.put(n)
	}
	return c.sorted(), nil
}

func readNode(k Kind, content string, row int64) (n Node, err error) {
	switch k {
	case ProgrammeKind:
		n.Programme = &Programme{Row: row}
		err = json.Unmarshal([]byte(content), n.Programme)
	case GoalKind:
		n.Goal = &Goal{Row: row}
		err = json.Unmarshal([]byte(content), n.Goal)
	case TaskKind:
		n.Task = &Task{Row: row}
		err = json.Unmarshal([]byte(content), n.Task)
	}
	return n, err
}

func (n Node) json() ([]byte, error) {
	switch {
	case n.Programme != nil:
		return json.Marshal(n.Programme)
	case n.Goal != nil:
		return json.Marshal(n.Goal)
	}
	return json.Marshal(n.Task)
}

func (n Node) row() int64 {
	switch {
	case n.Programme != nil:
		return n.Programme.Row
	case n.Goal != nil:
		return n.Goal.Row
	}
	return n.Task.Row
}

// save writes a part of an edition; row 0 makes a new one.
func (n Node) save(tx *sqldb.Tx, edition int64) error {
	b, err := n.json()
	if err != nil {
		return err
	}
	if n.row() == 0 {
		_, err = tx.Exec(insertNodeSQL, edition, string(n.kind()), n.code(), string(b))
		return err
	}
	return stale(tx.Exec(updateNodeSQL, string(b), edition, string(n.kind()), n.code(), n.row()))
}

// sum is the checksum of a content.
func (c Content) sum() (string, error) {
	h := sha256.New()
	for _, n := range c.nodes() {
		b, err := n.json()
		if err != nil {
			return "", err
		}
		h.Write(append(b, '\n'))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// sinceOf gives for each task the day from which an approved edition first asked for it.
func sinceOf(tx *sqldb.Tx, plan int64) (map[string]period.Day, error) {
	out := map[string]period.Day{}
	_, err := sqldb.All(tx, func(r sqldb.Scanner) (struct{}, error) {
		var code, day string
		if err := r.Scan(&code, &day); err != nil {
			return struct{}{}, err
		}
		d, err := readDay(day)
		out[code] = d
		return struct{}{}, err
	}, sinceSQL, plan)
	return out, err
}

func toldOf(tx *sqldb.Tx) (map[string]bool, error) {
	list, err := sqldb.All(tx, func(r sqldb.Scanner) (s string, err error) {
		err = r.Scan(&s)
		return s, err
	}, toldSQL)
	out := make(map[string]bool, len(list))
	for _, k := range list {
		out[k] = true
	}
	return out, err
}
