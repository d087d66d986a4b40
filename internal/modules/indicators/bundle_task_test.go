package indicators

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/perm"
)

// tasksOfTest stands in for the plan.
type tasksOfTest map[string]TaskShown

func (p tasksOfTest) Task(_ context.Context, _ perm.Actor, ref string, _ func(string) string) (TaskShown, bool) {
	t, ok := p[ref]
	return t, ok
}

func (p tasksOfTest) Choices(context.Context, perm.Actor) (out []TaskChoice, err error) {
	for ref, t := range p {
		out = append(out, TaskChoice{Ref: ref, Name: t.Name})
	}
	return out, nil
}

// A member of a bundle may be a task of the plan: the front page shows how far it is, and the
// page and file that define the bundle keep it.
func TestAMemberMayBeATask(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		f := form("row", "1", "name", "拐点指标", "order", "1", "front", "1", "member_order", "1", "claim", "system_built", "indicator", "", "task", "1:T1", "text", "", "text_en", "")
		if code, _, body := w.post("/definitions/bundles/BAO", f); code != http.StatusUnprocessableEntity || !strings.Contains(body, "没有计划任务 1:T1") {
			t.Errorf("without a plan: %d %s", code, stripped(body))
		}
		w.s.SetTasks(tasksOfTest{"1:T1": {Name: "半月调度会按期召开", Percent: 60, Why: "进展正常", Path: "/plans/1/tasks/T1", Light: measure.Green}})
		if body := w.page("/definitions/bundles/BAO"); !strings.Contains(body, `<option value="1:T1"`) {
			t.Errorf("the form does not offer the task: %s", stripped(body))
		}
		if code, _, body := w.post("/definitions/bundles/BAO", with(f, "indicator", "G")); code != http.StatusUnprocessableEntity || !strings.Contains(body, "只选一种") {
			t.Errorf("a figure and a task at once: %d %s", code, stripped(body))
		}
		if code, _, body := w.post("/definitions/bundles/BAO", f); code != http.StatusSeeOther {
			t.Fatalf("saving: %d %s", code, stripped(body))
		}
		for _, path := range []string{"/", "/definitions/bundles"} {
			if body := w.page(path); !strings.Contains(body, "半月调度会按期召开") || !strings.Contains(body, `href="/plans/1/tasks/T1"`) {
				t.Errorf("%s lacks the task: %s", path, stripped(body))
			}
		}
		if body := stripped(w.page("/")); !strings.Contains(body, "完成 60%") || !strings.Contains(body, "进展正常") {
			t.Errorf("the front page does not say how far the task is: %s", body)
		}
		out, err := w.s.ExportBundles(w.office())
		w.must(err)
		if !strings.Contains(string(out), "task: \"1:T1\"") && !strings.Contains(string(out), "task: 1:T1") {
			t.Errorf("the file lacks the task:\n%s", out)
		}
		rep, err := w.s.ImportBundles(context.Background(), w.office(), "b.yaml", out, false)
		if err != nil || rep.Unchanged != rep.Read || len(rep.Findings) != 0 {
			t.Errorf("the file comes back changed: %+v %v", rep, err)
		}
		w.s.SetTasks(tasksOfTest{})
		if body := stripped(w.page("/")); !strings.Contains(body, "没有这项任务") {
			t.Errorf("a task that is gone is not named so: %s", body)
		}
		err = w.s.SaveBundle(context.Background(), w.office(), Bundle{Code: "X", Name: "x", Members: []BundleMember{{Claim: SystemBuilt, Task: "9:Z"}}})
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("a task that does not exist: %v", err)
		}
	})
}
