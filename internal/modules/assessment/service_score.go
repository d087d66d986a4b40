package assessment

import (
	"context"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// An Outcome is a result as a reader sees it, by today's figures or as it was fixed.
type Outcome struct {
	Kept
	Whole  bool    // all units are there; else only the reader's own
	Record *Record // nil: made of today's figures
}

// owns tells whether a person answers for a unit.
func (s *Service) owns(a perm.Actor, u org.UnitID) bool {
	if t := s.units.Today(); !t.Has(u) {
		if x, ok := s.units.Register().Unit(u); ok {
			if n, err := s.units.Register().Recast(u, x.Last().From, s.today()); err == nil {
				u = n
			}
		}
	}
	return a.May(ruleScores, perm.On{Unit: u}) == nil
}

// seesRecord tells whether a person may know of a fixed result: all of a published one; before
// that those who may score, and a township for its own line.
func (s *Service) seesRecord(a perm.Actor, x Record) bool {
	return !x.PublishedOn.IsZero() || a.Can(ruleTry) || slices.ContainsFunc(x.Kept.Result.Lines, func(l Line) bool { return s.owns(a, l.Unit) })
}

// shown leaves of an outcome what a person may see.
func (s *Service) shown(a perm.Actor, k Kept, published bool) (Outcome, bool) {
	if published || a.Can(ruleTry) {
		return Outcome{Kept: k, Whole: true}, true
	}
	mine := func(u org.UnitID) bool { return s.owns(a, u) }
	k.Result = k.Result.only(mine)
	k.Marks = slices.DeleteFunc(slices.Clone(k.Marks), func(m Mark) bool { return !mine(m.Unit) })
	return Outcome{Kept: k}, len(k.Result.Lines) > 0
}

// subjects lists the units that an edition scores in a period, in the order of the tree.
func (s *Service) subjects(x Scheme, p period.Period) []org.UnitID {
	t := s.units.Register().On(p.Last())
	var out []org.UnitID
	for _, u := range t.Preorder(org.Territorial) {
		if t.Level(u) == org.LevelTownship && (len(x.Units) == 0 || slices.Contains(x.Units, u)) {
			out = append(out, u)
		}
	}
	return out
}

// compute scores all units by today's figures.
func (s *Service) compute(ctx context.Context, x Scheme, p period.Period) (Result, error) {
	if s.figures == nil {
		return Result{}, fault.New(fault.Conflict, "指标还没有接入，不能计算得分")
	}
	codes := make([]string, len(x.Items))
	for i, it := range x.Items {
		codes[i] = it.Code
	}
	units := s.subjects(x, p)
	cells, err := s.figures.Table(ctx, codes, units, p)
	if err != nil {
		return Result{}, err
	}
	t := s.units.Register().On(p.Last())
	list := make([]Subject, len(units))
	for i, u := range units {
		list[i] = Subject{Unit: u, Code: t.Code(u), Name: t.Short(u), Cells: cells[i]}
	}
	return Compute(x, p, list, random()), nil
}

// Score scores the units by today's figures. Edition 0 is the one in force in the period. Those who
// may not score are shown their own units.
func (s *Service) Score(ctx context.Context, reader perm.Actor, id int64, edition int, p period.Period) (o Outcome, err error) {
	defer fault.Wrap(&err, "assessment.Score(%d, %d, %s)", id, edition, p)
	all, err := s.Show(ctx, reader, id)
	if err != nil {
		return o, err
	}
	x, err := all.editionFor(edition, p)
	if err != nil {
		return o, err
	}
	if !reader.Can(ruleScores) {
		return o, notYet()
	}
	k := Kept{Scheme: x}
	if k.Result, err = s.compute(ctx, x, p); err != nil {
		return o, err
	}
	if k.Marks, err = s.marksIn(ctx, id, p); err != nil {
		return o, err
	}
	o, some := s.shown(reader, k, false)
	if !some {
		return o, notYet()
	}
	return o, nil
}

func notYet() error {
	return fault.New(fault.Forbidden, "得分在结果公布以后才能查看；可先查看办法")
}

// editionFor gives the edition to score a period by.
func (o Overview) editionFor(no int, p period.Period) (x Scheme, err error) {
	if no == 0 {
		if x, ok := InForce(o.Editions, p); ok {
			return x, nil
		}
	}
	x, ok := o.Edition(no)
	if !ok {
		return x, noScheme()
	}
	if !x.Span.Fits(p) {
		return x, fault.New(fault.Invalid, "%s 不是这个办法的评价期；评价周期是%s", fault.Named(p), fault.Word(x.Span.Label()))
	}
	return x, nil
}

func (s *Service) marksIn(ctx context.Context, id int64, p period.Period) (out []Mark, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := marksOf(tx, id)
		for _, m := range all {
			if p.ContainsDay(m.Day) {
				out = append(out, m)
			}
		}
		return err
	})
	return out, err
}

// Fix keeps the scores of a period as a record. Only a published edition in force can be fixed. A
// further record of the same period needs a reason; earlier ones stay.
func (s *Service) Fix(ctx context.Context, by perm.Actor, id int64, p period.Period, reason string) (no int64, err error) {
	defer fault.Wrap(&err, "assessment.Fix(%d, %s)", id, p)
	if err := by.May(ruleFix, perm.On{}); err != nil {
		return 0, err
	}
	all, err := s.Show(ctx, by, id)
	if err != nil {
		return 0, err
	}
	x, ok := InForce(all.Editions, p)
	if !ok {
		return 0, fault.New(fault.Conflict, "%s 没有已公布的办法；公布后才能定稿", fault.Named(p))
	}
	if p.Last() >= s.today() {
		return 0, fault.New(fault.Conflict, "%s 还没有结束，不能定稿", fault.Named(p))
	}
	k := Kept{Scheme: x}
	if k.Result, err = s.compute(ctx, x, p); err != nil {
		return 0, err
	}
	if k.Result.Scored == 0 {
		return 0, fault.New(fault.Conflict, "没有一个单位有得分，不能定稿；请先补齐数据")
	}
	if k.Marks, err = s.marksIn(ctx, id, p); err != nil {
		return 0, err
	}
	r := Record{Scheme: id, Edition: x.Edition, Period: p, No: 1, Kept: k, Reason: reason}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		before, err := recordsOf(tx, id)
		if err != nil {
			return err
		}
		for _, o := range before {
			if o.Period == p {
				r.No = max(r.No, o.No+1)
			}
		}
		if r.No > 1 && reason == "" {
			return fault.New(fault.Invalid, "%s 已经定稿；再次定稿请写明原因", fault.Named(p))
		}
		if r.ID, err = tx.NextID("assessment_result"); err != nil {
			return err
		}
		if err := r.insert(tx); err != nil {
			return err
		}
		return done(tx, "result.fix", schemeRef(id), map[string]any{"period": p.String(), "no": r.No, "checksum": r.Checksum, "reason": reason})
	})
	return r.ID, err
}

// Result gives a fixed result.
func (s *Service) Result(ctx context.Context, reader perm.Actor, id int64) (o Outcome, err error) {
	defer fault.Wrap(&err, "assessment.Result(%d)", id)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return o, err
	}
	var r Record
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		r, err = recordOf(tx, id)
		return err
	})
	if err != nil {
		return o, err
	}
	o, some := s.shown(reader, r.Kept, !r.PublishedOn.IsZero())
	if !some {
		return o, noRecord()
	}
	o.Record = &r
	return o, nil
}

// PublishResult shows a fixed result to all who may read assessments.
func (s *Service) PublishResult(ctx context.Context, by perm.Actor, id, version int64) (err error) {
	defer fault.Wrap(&err, "assessment.PublishResult(%d)", id)
	if err := by.May(ruleApprove, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		r, err := recordOf(tx, id)
		if err != nil {
			return err
		}
		if !r.PublishedOn.IsZero() {
			return fault.New(fault.Conflict, "这个结果已于 %s 公布", r.PublishedOn)
		}
		if !r.Proved() {
			return fault.New(fault.Conflict, "记录与校验码不符，不能公布；请联系系统管理员")
		}
		all, err := recordsOf(tx, r.Scheme)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(o Record) bool { return o.Period == r.Period && o.No > r.No }) {
			return fault.New(fault.Conflict, "这一期有更新的定稿；请公布最新的一稿")
		}
		r.Version = version
		if err := r.publish(tx, s.today()); err != nil {
			return err
		}
		return done(tx, "result.publish", schemeRef(r.Scheme), map[string]any{"period": r.Period.String(), "no": r.No, "checksum": r.Checksum})
	})
}

// A Difference is a unit whose score by today's figures is another than was fixed.
type Difference struct {
	Unit      org.UnitID
	Name      string
	Was, Now  Line
	Changed   []int // items whose figure is another
	Same      bool
	Gone, New bool // the unit is only in one of the two
}

// Again scores a fixed result by today's figures, with the same edition, and tells what differs.
func (s *Service) Again(ctx context.Context, reader perm.Actor, id int64) (o Outcome, list []Difference, err error) {
	defer fault.Wrap(&err, "assessment.Again(%d)", id)
	if err := reader.May(ruleTry, perm.On{}); err != nil {
		return o, nil, err
	}
	if o, err = s.Result(ctx, reader, id); err != nil {
		return o, nil, err
	}
	now, err := s.compute(ctx, o.Scheme, o.Record.Period)
	if err != nil {
		return o, nil, err
	}
	return o, differences(o.Kept.Result, now), nil
}

// differences sets a fixed result beside one by today's figures.
func differences(was, now Result) (out []Difference) {
	find := func(r Result, u org.UnitID) (Line, bool) {
		i := slices.IndexFunc(r.Lines, func(l Line) bool { return l.Unit == u })
		if i < 0 {
			return Line{}, false
		}
		return r.Lines[i], true
	}
	for _, l := range was.Lines {
		n, there := find(now, l.Unit)
		d := Difference{Unit: l.Unit, Name: l.Name, Was: l, Now: n, Gone: !there}
		for j := range l.Cells {
			if there && (l.Cells[j].Text != n.Cells[j].Text || l.Cells[j].Value != n.Cells[j].Value || l.Cells[j].Incomplete != n.Cells[j].Incomplete) {
				d.Changed = append(d.Changed, j)
			}
		}
		d.Same = there && len(d.Changed) == 0 && l.Score == n.Score && l.Place == n.Place
		out = append(out, d)
	}
	for _, n := range now.Lines {
		if _, there := find(was, n.Unit); !there {
			out = append(out, Difference{Unit: n.Unit, Name: n.Name, Now: n, New: true})
		}
	}
	return out
}

// Compare gives the common methods for a period, by today's figures.
func (s *Service) Compare(ctx context.Context, reader perm.Actor, id int64, edition int, p period.Period) (x Scheme, c Common, err error) {
	defer fault.Wrap(&err, "assessment.Compare(%d, %d, %s)", id, edition, p)
	if err := reader.May(ruleTry, perm.On{}); err != nil {
		return x, c, err
	}
	o, err := s.Score(ctx, reader, id, edition, p)
	if err != nil {
		return x, c, err
	}
	return o.Scheme, CommonOf(o.Scheme, o.Kept.Result), nil
}

// Marks lists the deductions and veto items of a scheme that a reader may see: all of them for
// those who may score, a township its own, and of others those in a published result's period.
func (s *Service) Marks(ctx context.Context, reader perm.Actor, id int64) (out []Mark, err error) {
	o, err := s.Show(ctx, reader, id)
	if err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := marksOf(tx, id)
		for _, m := range all {
			public := slices.ContainsFunc(o.Records, func(r Record) bool { return !r.PublishedOn.IsZero() && r.Period.ContainsDay(m.Day) })
			if reader.Can(ruleTry) || public || s.owns(reader, m.Unit) {
				out = append(out, m)
			}
		}
		return err
	})
	return out, err
}

// AddMark enters a deduction or a veto item.
func (s *Service) AddMark(ctx context.Context, by perm.Actor, m Mark) (id int64, err error) {
	defer fault.Wrap(&err, "assessment.AddMark(%d)", m.Scheme)
	if err := by.May(ruleEdit, perm.On{}); err != nil {
		return 0, err
	}
	if _, err := s.Show(ctx, by, m.Scheme); err != nil {
		return 0, err
	}
	m.Points = strings.TrimSpace(m.Points)
	var f fault.Fields
	t := s.units.Register().On(m.Day)
	f.Need(t != nil && t.Has(m.Unit) && t.Level(m.Unit) == org.LevelTownship, "unit", "请选择乡镇（街道）")
	if err := both(m.Check(s.today()), f.Err()); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		if m.ID, err = tx.NextID("assessment_mark"); err != nil {
			return err
		}
		if err := m.insert(tx); err != nil {
			return err
		}
		return done(tx, "mark.add", schemeRef(m.Scheme), map[string]any{"unit": t.Code(m.Unit), "kind": string(m.Kind), "day": m.Day.String(), "points": m.Points, "reason": m.Reason, "document": m.Document})
	})
	return m.ID, err
}

// WithdrawMark takes back a mark that was entered wrongly; it stays in the list with the reason.
func (s *Service) WithdrawMark(ctx context.Context, by perm.Actor, id, version int64, reason string) (scheme int64, err error) {
	defer fault.Wrap(&err, "assessment.WithdrawMark(%d)", id)
	if err := by.May(ruleEdit, perm.On{}); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		m, err := markOf(tx, id)
		if err != nil {
			return err
		}
		scheme = m.Scheme
		if m.Withdrawn != "" {
			return fault.New(fault.Conflict, "这一条已经撤销")
		}
		if reason == "" {
			return fault.New(fault.Invalid, "撤销请写明原因")
		}
		m.Version = version
		if err := m.withdraw(tx, reason); err != nil {
			return err
		}
		return done(tx, "mark.withdraw", schemeRef(m.Scheme), map[string]any{"mark": id, "reason": reason})
	})
	return scheme, err
}

// CheckResults proves the fixed results against their checksums and tells how many are sound.
func (s *Service) CheckResults(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "assessment.CheckResults")
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := allRecords(tx)
		if err != nil {
			return err
		}
		for _, r := range all {
			if !r.Proved() {
				return fault.New(fault.Conflict, "综合评价 %s 第 %d 稿的内容被改动过", r.Period.String(), r.No)
			}
			n++
		}
		return nil
	})
	return n, err
}
