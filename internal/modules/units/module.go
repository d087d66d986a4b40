package units

import (
	"embed"
	"io"
	"strings"
	"time"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/web"
)

//go:embed migrations/*.sql templates/*.html
var files embed.FS

// data holds the tables of the demo county; data/ORIGIN.md says where they come from.
var (
	//go:embed data/kaiyang-520121.csv
	demoUnits string
	//go:embed data/functional.csv
	demoFunctional string
)

// DemoUnits gives the file of the demo county's territorial units, 1 county, 18 townships and 136
// villages and communities (STANDARDS DIV-10), to be brought in by ImportUnits.
func DemoUnits() io.Reader { return strings.NewReader(demoUnits) }

// DemoFunctional gives the file of the demo's command post, office, task forces and departments.
// The departments are plausible ones, not the county's published membership.
func DemoFunctional() io.Reader { return strings.NewReader(demoFunctional) }

// Module lists what the module shows, keeps and does.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:  "units",
		Files: files,
		Rules: []perm.Rule{ruleView, ruleChange, ruleCalendar, ruleMap},
		Menu: []web.MenuItem{
			{Group: "管理", Label: "单位名册", Path: "/admin/units", Rule: ruleView, Order: 710},
			{Group: "管理", Label: "工作日历", Path: "/admin/calendar", Rule: ruleView, Order: 720},
			{Group: "管理", Label: "边界图", Path: "/admin/map", Rule: ruleMap, Order: 730},
		},
		Routes:   s.routes(),
		OnChange: s.OnChange,
		Load:     s.Load,
		Jobs:     []web.Job{{Name: "imports", Every: time.Second, Run: s.jobs.CloseAfter}},
	}
}
