package plan

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/table"
)

// Import replaces the draft of a plan by the content of a file (.csv or .xlsx), or with dryRun only
// tells what it would do. All faults come at once and then nothing is written. What the file leaves
// out is taken out of the draft; earlier editions stay as they are.
func (s *Service) Import(ctx context.Context, by perm.Actor, plan int64, name string, content []byte, dryRun bool) (rep measure.ImportReport, changes []Change, err error) {
	defer fault.Wrap(&err, "plan.Import(%d)", plan)
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return rep, nil, err
	}
	do := func(tx *sqldb.Tx, write bool) error {
		rep, changes = measure.ImportReport{}, nil
		p, e, old, err := draftOf(tx, plan)
		if err != nil {
			return err
		}
		rows, err := rowsOf(name, content)
		var bad fault.Findings
		if errors.As(err, &bad) {
			rep.Findings, rep.Rejected, rep.Read = bad, len(bad), len(bad)
			return errRejected
		}
		if err != nil {
			return err
		}
		r := reading{old: old, find: func(text string) (org.UnitID, error) { return s.units.Register().Find(text, s.today()) }}
		r.read(rows)
		var list fault.Findings
		if errors.As(s.checker(p).check(r.out), &list) {
			read := r.all
			for _, x := range list {
				x.Row = r.rowOf(x.Sheet)
				x.Sheet = ""
				// What could not be read stands empty in the draft; that is no second fault.
				if !slices.ContainsFunc(read, func(y fault.Finding) bool { return y.Row == x.Row && y.Field == x.Field }) {
					r.all = append(r.all, x)
				}
			}
			slices.SortStableFunc(r.all, func(x, y fault.Finding) int { return cmp.Compare(x.Row, y.Row) })
		}
		changes = diff(old, r.out, s.unitName)
		rep.Findings = r.all
		r.tally(&rep, rows, changes)
		if len(r.all) > 0 {
			return errRejected
		}
		if !write {
			return nil
		}
		rep.Written = true
		for _, c := range changes {
			if err := s.put(tx, e, old, c); err != nil {
				return err
			}
		}
		return note(tx, "plan.import", plan, "plan:"+num(plan), map[string]any{"file": name, "rows": rep.Read, "changes": len(changes)})
	}
	if dryRun {
		err = s.db.View(ctx, func(tx *sqldb.Tx) error { return do(tx, false) })
	} else {
		err = s.db.InTx(ctx, func(tx *sqldb.Tx) error { return do(tx, true) })
	}
	if errors.Is(err, errRejected) {
		err = nil
	}
	return rep, changes, err
}

var errRejected = errors.New("the file has faults")

// tally counts the rows of a file by what becomes of them.
func (r *reading) tally(rep *measure.ImportReport, rows []rawRow, changes []Change) {
	wrong := map[int]bool{}
	for _, x := range r.all {
		wrong[x.Row] = true
	}
	became := map[nodeKey]Move{}
	for _, c := range changes {
		became[nodeKey{c.Kind, c.Code}] = c.Move
	}
	kinds := map[Kind][]string{ProgrammeKind: {"programme", "重点工作"}, GoalKind: {"goal", "目标"}, TaskKind: {"task", "任务"}}
	for _, row := range rows {
		rep.Read++
		move := Move("")
		of := row.cells["parent"]
		for k, names := range kinds {
			if slices.Contains(names, strings.ToLower(row.cells["kind"])) {
				of = ""
				move = became[nodeKey{k, row.cells["code"]}]
			}
		}
		if of != "" {
			move = became[nodeKey{TaskKind, of}]
			was, _ := r.old.Task(of)
			now, _ := r.out.Task(of)
			if move == Changed || move == Moved {
				move = milestoneMove(was, now, row.cells["code"])
			}
		}
		switch {
		case wrong[row.line]:
			rep.Rejected++
		case move == Added:
			rep.Created++
		case move == Moved || move == Changed:
			rep.Updated++
		default:
			rep.Unchanged++
		}
	}
}

func milestoneMove(was, now Task, code string) Move {
	at := func(t Task) (m Milestone, ok bool) {
		for _, m := range t.Milestones {
			if "M"+strconv.Itoa(m.No) == strings.ToUpper(code) || strconv.Itoa(m.No) == code {
				return m, true
			}
		}
		return m, false
	}
	a, had := at(was)
	b, _ := at(now)
	switch {
	case !had:
		return Added
	case a != b:
		return Changed
	}
	return ""
}

// put brings one change of a file into the draft.
func (s *Service) put(tx *sqldb.Tx, e Edition, old Content, c Change) error {
	if c.Move == Removed {
		_, err := tx.Exec(dropNodeSQL, e.ID, string(c.Kind), c.Code)
		return err
	}
	n := c.New
	for _, o := range old.nodes() {
		if o.kind() == c.Kind && o.code() == c.Code {
			switch {
			case n.Programme != nil:
				n.Programme.Row = o.row()
			case n.Goal != nil:
				n.Goal.Row = o.row()
			default:
				n.Task.Row = o.row()
			}
		}
	}
	return n.save(tx, e.ID)
}

// rowOf gives the line of the part with a code, of any kind.
func (r *reading) rowOf(code string) int {
	for _, k := range []Kind{TaskKind, GoalKind, ProgrammeKind} {
		if n, ok := r.line[nodeKey{k, code}]; ok {
			return n
		}
	}
	return 0
}

// Newest finds the latest plan with days in a period, the latest of all if none is given, and the number of its
// newest edition.
func (s *Service) Newest(ctx context.Context, reader perm.Actor, p period.Period) (plan int64, no int, err error) {
	defer fault.Wrap(&err, "plan.Newest(%s)", p)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return 0, 0, err
	}
	list, err := s.plans(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, x := range list {
		if !p.First().IsZero() && (p.Last().Before(x.From) || p.First().After(x.To)) {
			continue
		}
		err = s.db.View(ctx, func(tx *sqldb.Tx) error {
			editions, err := editionsOf(tx, x.ID)
			for _, e := range editions {
				no = max(no, e.No)
			}
			return err
		})
		return x.ID, no, err
	}
	if p.First().IsZero() {
		return 0, 0, fault.New(fault.Missing, "还没有计划；请先在“计划”页新建")
	}
	return 0, 0, fault.New(fault.Missing, "没有包含 %s 的计划；请先在“计划”页新建，或换一期", p)
}

// Export writes an edition as a file that Import reads, "csv" or "xlsx".
func (s *Service) Export(ctx context.Context, reader perm.Actor, plan int64, no int, format string, w io.Writer) error {
	x, err := s.Edition(ctx, reader, plan, no)
	if err != nil {
		return err
	}
	rows := x.Content.rows(s.unitCode)
	if format == "xlsx" {
		t := &table.Table{ID: "plan", Name: "plan"}
		for _, h := range rows[0] {
			t.Columns = append(t.Columns, table.Column{Head: []string{h}, Key: h})
		}
		for _, r := range rows[1:] {
			var cells []table.Cell
			for _, c := range r {
				cells = append(cells, table.Text(c))
			}
			t.Rows = append(t.Rows, table.Row{Cells: cells})
		}
		return t.XLSX(w, table.XLSXOptions{})
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	if err := c.WriteAll(rows); err != nil {
		return err
	}
	return c.Error()
}

func (s *Service) unitCode(u org.UnitID) string {
	if x, ok := s.units.Register().Unit(u); ok {
		return x.Code
	}
	return strconv.Itoa(int(u))
}

// forces lists the task forces of today in their order.
func (s *Service) forces() (out []org.UnitID) {
	t := s.units.Today()
	for _, u := range t.Preorder(org.Functional) {
		if t.Kind(u) == org.TaskForce {
			out = append(out, u)
		}
	}
	return slices.Clip(out)
}
