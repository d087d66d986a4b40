package plan

import (
	"context"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/sqldb"
)

// Running gives the plan that runs today, or the newest; 0 where there is none.
func (s *Service) Running(ctx context.Context, reader perm.Actor) (int64, error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return 0, err
	}
	list, err := s.plans(ctx)
	return s.chosen(list, 0), err
}

// PlanText gives the document of an edition of a plan; no 0 is the one in force.
func (s *Service) PlanText(ctx context.Context, reader perm.Actor, plan int64, no int) (*docgen.Document, error) {
	b, err := s.open(ctx, reader, plan)
	if err != nil {
		return nil, err
	}
	if no == 0 && b.current != nil {
		no = b.current.No
	}
	x, err := s.Edition(ctx, reader, plan, no)
	if err != nil {
		return nil, err
	}
	return s.planDocument(b, x), nil
}

// Gantt gives the timetable and roadmap of a plan as a document, as the tasks stand today.
func (s *Service) Gantt(ctx context.Context, reader perm.Actor, plan int64) (*docgen.Document, error) {
	b, err := s.open(ctx, reader, plan)
	if err != nil {
		return nil, err
	}
	return s.roadmapDocument(b), nil
}

// LetterText gives a responsibility letter as a document.
func (s *Service) LetterText(ctx context.Context, reader perm.Actor, id int64) (*docgen.Document, error) {
	l, b, err := s.Letter(ctx, reader, id)
	if err != nil {
		return nil, err
	}
	return s.letterDocument(b, l), nil
}

// TaskRef names a task for other parts of the programme, such as a member of a bundle: "1:T05".
func TaskRef(plan int64, code string) string { return num(plan) + ":" + code }

// Referred gives the task that TaskRef names, as it stands today.
func (s *Service) Referred(ctx context.Context, reader perm.Actor, ref string) (l Line, err error) {
	defer fault.Wrap(&err, "plan.Referred(%s)", ref)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return l, err
	}
	id, code, _ := strings.Cut(ref, ":")
	plan, _ := strconv.ParseInt(id, 10, 64)
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		b, err := s.book(tx, plan, s.today())
		if err != nil {
			return err
		}
		t, err := b.task(code)
		l = b.line(t)
		return err
	})
	return l, err
}
