package situation

import (
	"embed"
	"sync"
	"time"

	"kaiyang/internal/platform/web"
)

//go:embed migrations/*.sql templates/*.html
var embedded embed.FS

var (
	signalsPage = sync.OnceValue(func() *web.Page[listView] { return web.MustPage[listView](embedded, "list.html", "style.html") })
	signalPage  = sync.OnceValue(func() *web.Page[signalView] {
		return web.MustPage[signalView](embedded, "signal.html", "style.html", "errors.html")
	})
	chartsPage  = sync.OnceValue(func() *web.Page[chartsView] { return web.MustPage[chartsView](embedded, "charts.html", "style.html") })
	watchesPage = sync.OnceValue(func() *web.Page[watchesView] {
		return web.MustPage[watchesView](embedded, "watches.html", "style.html")
	})
	watchPage = sync.OnceValue(func() *web.Page[watchView] {
		return web.MustPage[watchView](embedded, "watch.html", "style.html", "errors.html")
	})
	editPage = sync.OnceValue(func() *web.Page[watchForm] { return web.MustPage[watchForm](embedded, "edit.html", "errors.html") })
)

// Module describes the module to the site.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:  "situation",
		Files: embedded,
		Menu: []web.MenuItem{
			{Group: "监测分析", Label: "毒情预警", Path: listPath, Rule: ruleRead, Order: 40},
		},
		Routes: s.routes(),
		Rules:  rules(),
		Title:  "毒情预警",
		Deeds:  deeds(),
		Jobs:   []web.Job{{Name: "situation.tick", Every: time.Minute, Run: s.Tick}},
	}
}
