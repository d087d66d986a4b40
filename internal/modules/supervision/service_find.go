package supervision

import (
	"context"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/sqldb"
)

// A Found is a finding with where it belongs.
type Found struct {
	Plan    Plan
	Visit   Visit
	Finding Finding
	Item    *work.Item // nil while none is opened, or where the reader may not see it
	Held    bool       // an objection waits for its answer
}

// A FindingFilter chooses findings; zero fields choose all.
type FindingFilter struct {
	Plan     int64
	Unit     org.UnitID // as it was drawn
	Block    string
	Severity Severity
	State    string // "none" without item, "open", "closed"
}

func (q FindingFilter) takes(x Found) bool {
	state := "none"
	if x.Finding.Item != 0 {
		state = "open"
		if x.Item != nil && !x.Item.State.Open() {
			state = "closed"
		}
	}
	return (q.Plan == 0 || q.Plan == x.Plan.ID) && (q.Unit == 0 || q.Unit == x.Visit.Unit) && (q.Block == "" || q.Block == x.Finding.Block) &&
		(q.Severity == "" || q.Severity == x.Finding.Severity) && (q.State == "" || q.State == state)
}

// Findings lists the findings that a reader may see, by plan, visit and number.
func (s *Service) Findings(ctx context.Context, reader perm.Actor, q FindingFilter) (list []Found, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	items, err := s.itemsOf(ctx, reader)
	if err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		plans, visits, err := everything(tx)
		if err != nil {
			return err
		}
		findings, err := allFindings(tx)
		if err != nil {
			return err
		}
		objections, err := allObjections(tx)
		if err != nil {
			return err
		}
		held := map[int64]bool{}
		for _, o := range objections {
			if o.Ruling == "" {
				held[o.Finding] = true
			}
		}
		for _, f := range findings {
			v := visits[f.Visit]
			p := plans[v.Plan]
			if f.Gone || !s.seesVisit(reader, p, v) {
				continue
			}
			x := Found{Plan: p, Visit: v, Finding: f, Held: held[f.ID]}
			if i, ok := items[f.Item]; ok && f.Item != 0 {
				x.Item = &i
			}
			if q.takes(x) {
				list = append(list, x)
			}
		}
		return nil
	})
	return list, err
}

func everything(tx *sqldb.Tx) (map[int64]Plan, map[int64]Visit, error) {
	all, err := plansOf(tx)
	if err != nil {
		return nil, nil, err
	}
	list, err := allVisits(tx)
	if err != nil {
		return nil, nil, err
	}
	plans, visits := map[int64]Plan{}, map[int64]Visit{}
	for _, p := range all {
		plans[p.ID] = p
	}
	for _, v := range list {
		visits[v.ID] = v
	}
	return plans, visits, nil
}

// Mine lists the visits to the units that a person answers for, once they were fed back, the
// newest first.
func (s *Service) Mine(ctx context.Context, reader perm.Actor) (list []Seen, err error) {
	defer fault.Wrap(&err, "supervision.Mine")
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	if !reader.Can(ruleAnswer) {
		_, err := reader.Why(ruleAnswer, perm.On{})
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := allVisits(tx)
		if err != nil {
			return err
		}
		for i := len(all) - 1; i >= 0; i-- {
			if v := all[i]; v.State.fedBack() && s.answers(reader, v.Unit) {
				x, err := s.seen(tx, reader, v.ID)
				if err != nil {
					return err
				}
				list = append(list, x)
			}
		}
		return nil
	})
	return list, err
}

func (s *Service) meta(subject string) docgen.Meta {
	now := s.clock()
	return docgen.Meta{Subject: subject, Cutoff: docgen.Moment(now), Made: now.Format("2006-01-02T15:04:05Z07:00"), Generator: s.joints.Generator, Base: s.base()}
}

// Report gives the report of a plan as it stands.
func (s *Service) Report(ctx context.Context, reader perm.Actor, id int64) (*docgen.Document, error) {
	w, err := s.Show(ctx, reader, id)
	if err != nil {
		return nil, err
	}
	if !w.Inside && w.Plan.Issued.IsZero() {
		return nil, fault.New(fault.Missing, "报告还没有印发；印发后可以查看")
	}
	if w.Plan.Draw == 0 {
		return nil, fault.New(fault.Conflict, "还没有抽取单位，没有可以写进报告的内容")
	}
	return report(w, s.unitName, s.meta(reportName(w.Plan))), nil
}

// DrawRecord gives the record of a draw with all that is needed to repeat it.
func (s *Service) DrawRecord(ctx context.Context, reader perm.Actor, id int64, no int) (*docgen.Document, error) {
	p, d, err := s.DrawOf(ctx, reader, id, no)
	if err != nil {
		return nil, err
	}
	return drawRecord(p, d, s.meta(recordName(p))), nil
}

// FeedbackPaper gives the feedback to a unit as a paper for both sides.
func (s *Service) FeedbackPaper(ctx context.Context, reader perm.Actor, id int64) (*docgen.Document, error) {
	x, err := s.Visit(ctx, reader, id)
	if err != nil {
		return nil, err
	}
	if !x.Visit.State.fedBack() {
		return nil, fault.New(fault.Conflict, "检查情况还没有反馈；反馈后才有反馈书")
	}
	return feedbackPaper(x, s.unitName, s.meta(paperName(x.Plan))), nil
}
