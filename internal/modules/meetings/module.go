package meetings

import (
	"embed"
	"sync"
	"time"

	"kaiyang/internal/platform/web"
)

//go:embed migrations/*.sql templates/*.html
var embedded embed.FS

var (
	listPage  = sync.OnceValue(func() *web.Page[listView] { return web.MustPage[listView](embedded, "list.html") })
	wholePage = sync.OnceValue(func() *web.Page[wholeView] {
		return web.MustPage[wholeView](embedded, "meeting.html", "agenda.html", "decisions.html", "decide.html", "errors.html")
	})
	packPage   = sync.OnceValue(func() *web.Page[packView] { return web.MustPage[packView](embedded, "pack.html") })
	seriesPage = sync.OnceValue(func() *web.Page[seriesView] { return web.MustPage[seriesView](embedded, "series.html", "errors.html") })
	runPage    = sync.OnceValue(func() *web.Page[runView] {
		return web.MustPage[runView](embedded, "run.html", "decide.html", "errors.html")
	})
)

// Module describes the module to the site.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:   "meetings",
		Files:  embedded,
		Menu:   []web.MenuItem{{Group: "调度", Label: "会议", Path: "/meetings", Rule: ruleRead, Order: 20}},
		Routes: s.routes(),
		Rules:  rules(),
		Jobs:   []web.Job{{Name: "packs", Every: time.Second, Run: s.making.CloseAfter}},
		Title:  "会议",
		Deeds:  deeds(),
	}
}
