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
			{Group: "调度", Label: "任务清单", Path: "/actions", Rule: ruleRead, Order: 22},
			{Group: "调度", Label: "问题清单", Path: "/actions/problems", Rule: ruleRead, Order: 23},
			{Group: "调度", Label: "责任清单", Path: "/actions/duties", Rule: ruleRead, Order: 24},
			{Group: "调度", Label: "督办单", Path: "/actions/slips", Rule: ruleEvidence, Order: 25},
			{Group: "管理", Label: "事项设置", Path: "/actions/settings", Rule: ruleOffice, Order: 760},
		},
		Routes: s.routes(),
		Rules:  rules(),
	}
}
