package returns

import (
	"embed"

	"kaiyang/internal/platform/web"
)

//go:embed migrations/*.sql templates/*.html
var embedded embed.FS

// Module describes the module to the site.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:  "returns",
		Files: embedded,
		Menu: []web.MenuItem{
			{Group: "报送审核", Label: "我的报送", Path: "/returns", Rule: ruleOpen, Order: 30},
			{Group: "报送审核", Label: "审核与批准", Path: "/returns/review", Rule: ruleChain, Order: 31},
			{Group: "报送审核", Label: "报送率", Path: "/returns/rate", Rule: ruleRate, Order: 32},
			{Group: "报送审核", Label: "报表目录", Path: "/forms", Rule: ruleSeeForms, Order: 33},
		},
		Routes:   s.routes(),
		Rules:    rules(),
		OnChange: s.OnChange,
		Load:     s.Load,
	}
}
