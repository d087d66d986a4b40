package assessment

import (
	"embed"
	"sync"

	"kaiyang/internal/platform/web"
)

//go:embed migrations/*.sql templates/*.html
var embedded embed.FS

var (
	listPage   = sync.OnceValue(func() *web.Page[listView] { return web.MustPage[listView](embedded, "list.html") })
	schemePage = sync.OnceValue(func() *web.Page[schemeView] {
		return web.MustPage[schemeView](embedded, "scheme.html", "style.html")
	})
	editPage = sync.OnceValue(func() *web.Page[editView] {
		return web.MustPage[editView](embedded, "edit.html", "errors.html", "style.html")
	})
	importPage  = sync.OnceValue(func() *web.Page[importView] { return web.MustPage[importView](embedded, "import.html") })
	scorePage   = sync.OnceValue(func() *web.Page[scoreView] { return web.MustPage[scoreView](embedded, "score.html", "style.html") })
	againPage   = sync.OnceValue(func() *web.Page[againView] { return web.MustPage[againView](embedded, "again.html") })
	marksPage   = sync.OnceValue(func() *web.Page[marksView] { return web.MustPage[marksView](embedded, "marks.html", "errors.html") })
	comparePage = sync.OnceValue(func() *web.Page[compareView] {
		return web.MustPage[compareView](embedded, "compare.html", "style.html")
	})
)

// Module describes the module to the site.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:  "assessment",
		Files: embedded,
		Menu: []web.MenuItem{
			{Group: "监测分析", Label: "综合评价", Path: listPath, Rule: ruleRead, Order: 45},
		},
		Routes: s.routes(),
		Rules:  rules(),
		Title:  "综合评价",
		Deeds:  deeds(),
	}
}
