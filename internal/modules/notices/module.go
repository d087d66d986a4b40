package notices

import (
	"embed"
	"sync"
	"time"

	"kaiyang/internal/platform/web"
)

//go:embed migrations/*.sql templates/*.html
var embedded embed.FS

// The pages, each proved against its view at first use.
var (
	inboxPage    = sync.OnceValue(func() *web.Page[inboxView] { return web.MustPage[inboxView](embedded, "inbox.html", "lines.html") })
	ownPage      = sync.OnceValue(func() *web.Page[ownView] { return web.MustPage[ownView](embedded, "own.html", "errors.html") })
	queuePage    = sync.OnceValue(func() *web.Page[queueView] { return web.MustPage[queueView](embedded, "queue.html") })
	channelsPage = sync.OnceValue(func() *web.Page[channelsView] {
		return web.MustPage[channelsView](embedded, "channels.html", "robot.html", "errors.html")
	})
	robotPage = sync.OnceValue(func() *web.Page[robotForm] {
		return web.MustPage[robotForm](embedded, "onerobot.html", "robot.html", "errors.html")
	})
)

// Module describes the module to the site.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:     "notices",
		Files:    embedded,
		Menu:     []web.MenuItem{{Group: "系统", Label: "外发通知", Path: "/outbound", Rule: ruleQueue, Order: 906}},
		Routes:   s.routes(),
		Rules:    rules(),
		Title:    "通知",
		Deeds:    deeds(),
		OnChange: s.change,
		Load:     s.Load,
		Jobs:     []web.Job{{Name: "send", Every: 20 * time.Second, Run: s.Run}},
	}
}
