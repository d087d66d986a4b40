package methods

import (
	"embed"
	"sync"
	"time"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/web"
)

//go:embed templates/*.html
var templates embed.FS

var (
	listPage   = sync.OnceValue(func() *web.Page[listView] { return web.MustPage[listView](templates, "list.html", "style.html") })
	methodPage = sync.OnceValue(func() *web.Page[methodView] { return web.MustPage[methodView](templates, "method.html", "style.html") })
	verifyPage = sync.OnceValue(func() *web.Page[verifyView] { return web.MustPage[verifyView](templates, "verify.html", "style.html") })
)

// Module describes the module to the site. It keeps nothing in the database.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:   "methods",
		Menu:   []web.MenuItem{{Group: "监测分析", Label: "方法", Path: listPath, Rule: ruleRead, Order: 46}},
		Routes: s.routes(),
		Rules:  []perm.Rule{ruleRead},
		Jobs:   []web.Job{{Name: "verifications", Every: time.Hour, Run: s.runs.CloseAfter}},
	}
}
