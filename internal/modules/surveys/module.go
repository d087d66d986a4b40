package surveys

import (
	"embed"
	"sync"

	"kaiyang/internal/platform/web"
)

//go:embed migrations/*.sql templates/*.html
var embedded embed.FS

var (
	listPage = sync.OnceValue(func() *web.Page[listView] { return web.MustPage[listView](embedded, "list.html", "style.html") })
	showPage = sync.OnceValue(func() *web.Page[showView] { return web.MustPage[showView](embedded, "show.html", "style.html") })
	editPage = sync.OnceValue(func() *web.Page[editView] {
		return web.MustPage[editView](embedded, "edit.html", "errors.html", "style.html")
	})
	countsPage = sync.OnceValue(func() *web.Page[countsView] {
		return web.MustPage[countsView](embedded, "counts.html", "errors.html", "style.html")
	})
	importPage  = sync.OnceValue(func() *web.Page[importView] { return web.MustPage[importView](embedded, "import.html", "style.html") })
	plannerPage = sync.OnceValue(func() *web.Page[plannerView] {
		return web.MustPage[plannerView](embedded, "planner.html", "errors.html", "style.html")
	})
)

// Module describes the module to the site.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:  "surveys",
		Files: embedded,
		Menu: []web.MenuItem{
			{Group: "监测分析", Label: "调查", Path: listPath, Rule: ruleRead, Order: 41},
		},
		Routes: s.routes(),
		Rules:  rules(),
		Title:  "调查",
		Deeds:  deeds(),
	}
}
