package plan

import (
	"embed"
	"sync"
	"time"

	"kaiyang/internal/platform/web"
)

//go:embed migrations/*.sql templates/*.html
var embedded embed.FS

var (
	overviewPage = sync.OnceValue(func() *web.Page[overviewView] {
		return web.MustPage[overviewView](embedded, "plan.html", "head.html", "lights.html")
	})
	tasksPage = sync.OnceValue(func() *web.Page[tasksView] {
		return web.MustPage[tasksView](embedded, "tasks.html", "head.html", "lights.html")
	})
	taskPage = sync.OnceValue(func() *web.Page[taskView] {
		return web.MustPage[taskView](embedded, "task.html", "head.html", "errors.html")
	})
	reportPage = sync.OnceValue(func() *web.Page[reportView] {
		return web.MustPage[reportView](embedded, "report.html", "head.html", "errors.html")
	})
	minePage     = sync.OnceValue(func() *web.Page[mineView] { return web.MustPage[mineView](embedded, "mine.html", "head.html") })
	planPage     = sync.OnceValue(func() *web.Page[planForm] { return web.MustPage[planForm](embedded, "form.html", "errors.html") })
	versionsPage = sync.OnceValue(func() *web.Page[versionsView] {
		return web.MustPage[versionsView](embedded, "versions.html", "head.html", "errors.html", "changes.html")
	})
	issuePage = sync.OnceValue(func() *web.Page[issueView] {
		return web.MustPage[issueView](embedded, "version.html", "head.html", "outline.html")
	})
	editPage = sync.OnceValue(func() *web.Page[editView] {
		return web.MustPage[editView](embedded, "edit.html", "head.html", "outline.html")
	})
	nodePage = sync.OnceValue(func() *web.Page[nodeView] {
		return web.MustPage[nodeView](embedded, "node.html", "head.html", "errors.html")
	})
	importPage = sync.OnceValue(func() *web.Page[importView] {
		return web.MustPage[importView](embedded, "import.html", "head.html", "changes.html")
	})
	lettersPage = sync.OnceValue(func() *web.Page[letterListView] {
		return web.MustPage[letterListView](embedded, "letters.html", "head.html", "errors.html", "lights.html")
	})
	letterPage = sync.OnceValue(func() *web.Page[letterView] {
		return web.MustPage[letterView](embedded, "letter.html", "head.html", "errors.html", "changes.html")
	})
)

// Module describes the module to the site.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:   "plan",
		Files:  embedded,
		Menu:   []web.MenuItem{{Group: "调度", Label: "计划", Path: "/plan", Rule: ruleRead, Order: 26}},
		Routes: s.routes(),
		Rules:  rules(),
		Title:  "计划",
		Deeds:  deeds(),
		Jobs:   []web.Job{{Name: "plan.tick", Every: time.Minute, Run: s.Tick}},
	}
}
