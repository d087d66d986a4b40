package wastewater

import (
	"embed"
	"sync"

	"kaiyang/internal/platform/web"
)

//go:embed migrations/*.sql templates/*.html
var embedded embed.FS

var (
	listPage     = sync.OnceValue(func() *web.Page[listView] { return web.MustPage[listView](embedded, "list.html") })
	campaignPage = sync.OnceValue(func() *web.Page[campaignView] { return web.MustPage[campaignView](embedded, "campaign.html") })
	editPage     = sync.OnceValue(func() *web.Page[campaignForm] {
		return web.MustPage[campaignForm](embedded, "edit.html", "errors.html")
	})
	samplesPage = sync.OnceValue(func() *web.Page[samplesView] {
		return web.MustPage[samplesView](embedded, "samples.html", "errors.html")
	})
	importPage = sync.OnceValue(func() *web.Page[importView] { return web.MustPage[importView](embedded, "import.html") })
	plantsPage = sync.OnceValue(func() *web.Page[plantsView] { return web.MustPage[plantsView](embedded, "plants.html") })
	plantPage  = sync.OnceValue(func() *web.Page[plantForm] {
		return web.MustPage[plantForm](embedded, "plant.html", "errors.html")
	})
	assumptionsPage = sync.OnceValue(func() *web.Page[assumptionsView] {
		return web.MustPage[assumptionsView](embedded, "assumptions.html", "errors.html")
	})
)

// Module describes the module to the site.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:   "wastewater",
		Files:  embedded,
		Menu:   []web.MenuItem{{Group: "监测分析", Label: "污水监测", Path: listPath, Rule: ruleRead, Order: 42}},
		Routes: s.routes(),
		Rules:  rules(),
		Title:  "污水监测",
		Deeds:  deeds(),
	}
}
