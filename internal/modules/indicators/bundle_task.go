package indicators

import (
	"context"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/perm"
)

// A TaskShown is a task of the plan as a member of a bundle shows it.
type TaskShown struct {
	Name    string
	Percent int    // as last verified
	Why     string // sentence of the light, in the reader's language
	Path    string
	Light   measure.Light
}

// A TaskChoice is a task that a member may point to.
type TaskChoice struct{ Ref, Name string }

// Tasks is what bundles ask of the plan. A reference is what the plan calls its task by, "1:Z1T2".
type Tasks interface {
	// Task gives a task as it stands today; ok is false where there is none or the reader may not see it.
	Task(ctx context.Context, reader perm.Actor, ref string, tr func(string) string) (t TaskShown, ok bool)
	// Choices lists the tasks of the plans that run.
	Choices(ctx context.Context, reader perm.Actor) ([]TaskChoice, error)
}

// SetTasks joins the plan; without it members point to indicators only.
func (s *Service) SetTasks(t Tasks) { s.tasks = t }

// tasksOf gives the tasks that bundles point to, as they stand.
func (s *Service) tasksOf(ctx context.Context, reader perm.Actor, list []Bundle, tr func(string) string) map[string]TaskShown {
	out := map[string]TaskShown{}
	if s.tasks == nil {
		return out
	}
	for _, b := range list {
		for _, m := range b.Members {
			if m.Task == "" {
				continue
			}
			if t, ok := s.tasks.Task(ctx, reader, m.Task, tr); ok {
				out[m.Task] = t
			}
		}
	}
	return out
}

// taskChoices lists the tasks of the form, none where no plan is joined.
func (s *Service) taskChoices(ctx context.Context, reader perm.Actor) ([]TaskChoice, error) {
	if s.tasks == nil {
		return nil, nil
	}
	return s.tasks.Choices(ctx, reader)
}
