package reports

import (
	"embed"
	"sync"

	"kaiyang/internal/platform/web"
)

//go:embed migrations/*.sql templates/*.html
var embedded embed.FS

var (
	listPage     = sync.OnceValue(func() *web.Page[listView] { return web.MustPage[listView](embedded, "list.html", "errors.html") })
	documentPage = sync.OnceValue(func() *web.Page[documentView] {
		return web.MustPage[documentView](embedded, "document.html", "errors.html")
	})
	editPage      = sync.OnceValue(func() *web.Page[editView] { return web.MustPage[editView](embedded, "edit.html", "errors.html") })
	templatesPage = sync.OnceValue(func() *web.Page[templatesView] {
		return web.MustPage[templatesView](embedded, "templates.html", "errors.html")
	})
	templatePage = sync.OnceValue(func() *web.Page[templateView] {
		return web.MustPage[templateView](embedded, "template.html", "errors.html")
	})
)

// Module describes the module to the site.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:   "reports",
		Files:  embedded,
		Menu:   []web.MenuItem{{Group: "调度", Label: "文书", Path: "/reports", Rule: ruleRead, Order: 29}},
		Routes: s.routes(),
		Rules:  rules(),
		Title:  "文书",
		Deeds:  deeds(),
	}
}
