package cases

import (
	"embed"
	"sync"

	"kaiyang/internal/platform/web"
)

//go:embed migrations/*.sql templates/*.html
var embedded embed.FS

var (
	sumPage      = sync.OnceValue(func() *web.Page[sumView] { return web.MustPage[sumView](embedded, "sum.html", "period.html") })
	registerPage = sync.OnceValue(func() *web.Page[registerView] {
		return web.MustPage[registerView](embedded, "register.html", "period.html")
	})
	seizurePage = sync.OnceValue(func() *web.Page[seizureForm] {
		return web.MustPage[seizureForm](embedded, "seizure.html", "errors.html")
	})
	mappingPage = sync.OnceValue(func() *web.Page[mappingForm] {
		return web.MustPage[mappingForm](embedded, "mapping.html", "errors.html")
	})
	tablesPage = sync.OnceValue(func() *web.Page[tablesView] { return web.MustPage[tablesView](embedded, "tables.html") })
	tablePage  = sync.OnceValue(func() *web.Page[tableView] {
		return web.MustPage[tableView](embedded, "table.html", "errors.html")
	})
	loadPage = sync.OnceValue(func() *web.Page[loadForm] {
		return web.MustPage[loadForm](embedded, "load.html", "errors.html")
	})
)

// Module describes the module to the site.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:   "cases",
		Files:  embedded,
		Menu:   []web.MenuItem{{Group: "监测分析", Label: "缴获", Path: sumPath, Rule: ruleRead, Order: 43}},
		Routes: s.routes(),
		Rules:  rules(),
		Title:  "缴获",
		Deeds:  deeds(),
	}
}
