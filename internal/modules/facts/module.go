package facts

import (
	"embed"
	"time"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/web"
)

//go:embed migrations/*.sql templates/*.html
var own embed.FS

// Module lists what the module shows, keeps and does.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:  "facts",
		Files: own,
		Rules: []perm.Rule{ruleView, ruleDefine, ruleImport, ruleExport, ruleClose},
		Menu: []web.MenuItem{
			{Group: "定义", Label: "数据项", Path: "/definitions/elements", Rule: ruleView, Order: 52},
			{Group: "管理", Label: "导入数据", Path: "/admin/import/facts", Rule: ruleImport, Order: 740},
			{Group: "管理", Label: "封账", Path: "/admin/closings", Rule: ruleView, Order: 750},
		},
		Routes:   s.routes(),
		OnChange: s.OnChange,
		Load:     s.Load,
		Jobs:     []web.Job{{Name: "imports", Every: time.Second, Run: s.runs.CloseAfter}},
	}
}
