package actions

import (
	"embed"

	"kaiyang/internal/platform/web"
)

//go:embed migrations/*.sql templates/*.html
var embedded embed.FS

// Module describes the module to the site. Its clock, Tick, is joined by the programme, which
// also runs it for checks.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:  "actions",
		Files: embedded,
		Menu: []web.MenuItem{
			{Group: "调度", Label: "待我办理", Path: "/actions/mine", Rule: ruleMine, Order: 21},
			{Group: "调度", Label: "事项清单", Path: "/actions", Rule: ruleRead, Order: 22},
			{Group: "管理", Label: "事项设置", Path: "/actions/settings", Rule: ruleOffice, Order: 760},
		},
		Routes: s.routes(),
		Rules:  rules(),
		Title:  "事项",
		Deeds:  deeds(),
	}
}
