package supervision

import (
	"embed"
	"sync"

	"kaiyang/internal/platform/web"
)

//go:embed migrations/*.sql templates/*.html static/keep.js
var embedded embed.FS

var (
	plansPage = sync.OnceValue(func() *web.Page[plansView] { return web.MustPage[plansView](embedded, "plans.html") })
	planPage  = sync.OnceValue(func() *web.Page[planView] {
		return web.MustPage[planView](embedded, "plan.html", "style.html", "repeats.html")
	})
	editPage = sync.OnceValue(func() *web.Page[planForm] { return web.MustPage[planForm](embedded, "edit.html", "errors.html") })
	poolPage = sync.OnceValue(func() *web.Page[poolView] {
		return web.MustPage[poolView](embedded, "pool.html", "errors.html", "repeats.html", "style.html")
	})
	drawPage  = sync.OnceValue(func() *web.Page[drawView] { return web.MustPage[drawView](embedded, "draw.html", "style.html") })
	visitPage = sync.OnceValue(func() *web.Page[visitView] {
		return web.MustPage[visitView](embedded, "visit.html", "errors.html", "style.html", "finding.html")
	})
	findingsPage = sync.OnceValue(func() *web.Page[findingsView] {
		return web.MustPage[findingsView](embedded, "findings.html", "style.html")
	})
	ownPage   = sync.OnceValue(func() *web.Page[mineView] { return web.MustPage[mineView](embedded, "mine.html") })
	listsPage = sync.OnceValue(func() *web.Page[listsView] { return web.MustPage[listsView](embedded, "lists.html") })
	listPage  = sync.OnceValue(func() *web.Page[listView] { return web.MustPage[listView](embedded, "list.html", "errors.html") })
)

// Module describes the module to the site.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:  "supervision",
		Files: embedded,
		Menu: []web.MenuItem{
			{Group: "调度", Label: "督导检查", Path: plansPath, Rule: ruleRead, Order: 27},
		},
		Routes: s.routes(),
		Rules:  rules(),
		Title:  "督导检查",
		Deeds:  deeds(),
	}
}
