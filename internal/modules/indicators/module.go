package indicators

import (
	"embed"
	"sync"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/web"
)

//go:embed migrations templates
var files embed.FS

// The pages of this module, each proved against its view when it is first used.
var (
	frontPage     = sync.OnceValue(func() *web.Page[frontView] { return web.MustPage[frontView](files, "front.html", partials...) })
	unitPage      = sync.OnceValue(func() *web.Page[unitView] { return web.MustPage[unitView](files, "unit.html", partials...) })
	cataloguePage = sync.OnceValue(func() *web.Page[catalogueView] {
		return web.MustPage[catalogueView](files, "catalogue.html", partials...)
	})
	indicatorPage = sync.OnceValue(func() *web.Page[indicatorView] {
		return web.MustPage[indicatorView](files, "indicator.html", partials...)
	})
	comparePage = sync.OnceValue(func() *web.Page[compareView] { return web.MustPage[compareView](files, "compare.html", partials...) })
	tracePage   = sync.OnceValue(func() *web.Page[traceView] { return web.MustPage[traceView](files, "trace.html", partials...) })
	listPage    = sync.OnceValue(func() *web.Page[listView] { return web.MustPage[listView](files, "list.html", partials...) })
	showPage    = sync.OnceValue(func() *web.Page[showView] { return web.MustPage[showView](files, "show.html", partials...) })
	editPage    = sync.OnceValue(func() *web.Page[editView] { return web.MustPage[editView](files, "edit.html", partials...) })
	trendPage   = sync.OnceValue(func() *web.Page[trendView] { return web.MustPage[trendView](files, "trend.html", partials...) })
	startsPage  = sync.OnceValue(func() *web.Page[startsView] { return web.MustPage[startsView](files, "starts.html", partials...) })
	startPage   = sync.OnceValue(func() *web.Page[startView] { return web.MustPage[startView](files, "start.html", partials...) })
	helpPage    = sync.OnceValue(func() *web.Page[helpView] { return web.MustPage[helpView](files, "help.html", partials...) })
	bundlesPage = sync.OnceValue(func() *web.Page[bundlesView] { return web.MustPage[bundlesView](files, "bundles.html", partials...) })
	bundlePage  = sync.OnceValue(func() *web.Page[bundleEdit] { return web.MustPage[bundleEdit](files, "bundle.html", partials...) })
	importPage  = sync.OnceValue(func() *web.Page[importView] { return web.MustPage[importView](files, "import.html", partials...) })
)

// partials are the parts that pages share.
var partials = []string{"parts.html"}

// Module gives the part of the office that answers with figures.
func (s *Service) Module() web.Module {
	h := &pages{s: s}
	return web.Module{
		Name:  "indicators",
		Files: files,
		Menu: []web.MenuItem{
			{Group: "看板", Label: "首页看板", Path: "/", Rule: ruleRead, Order: 10},
			{Group: "看板", Label: "对比排名", Path: "/compare", Rule: ruleRead, Order: 11},
			{Group: "看板", Label: "指标目录", Path: "/indicators", Rule: ruleRead, Order: 12},
			{Group: "定义", Label: "指标定义", Path: "/definitions", Rule: ruleRead, Order: 50},
			{Group: "定义", Label: "目标包", Path: "/definitions/bundles", Rule: ruleRead, Order: 51},
			{Group: "定义", Label: "已知起点", Path: "/definitions/starts", Rule: ruleRead, Order: 52},
		},
		Routes:   h.routes(),
		Rules:    []perm.Rule{ruleRead, ruleDefine},
		OnChange: s.OnChange,
		Load:     s.Load,
	}
}
