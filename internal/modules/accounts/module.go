package accounts

import (
	"embed"
	"time"

	"kaiyang/internal/platform/web"
)

//go:embed migrations templates
var files embed.FS

// Files holds the migrations of the module, for programs that open the database without it.
func Files() embed.FS { return files }

// Module tells the site what there is: pages, rules, migrations, and what runs in the background.
func (s *Service) Module() web.Module {
	return web.Module{
		Name:     "accounts",
		Files:    files,
		Menu:     menu(),
		Routes:   s.routes(),
		Rules:    rules(),
		OnChange: s.change,
		Load:     s.Load,
		Jobs: []web.Job{
			{Name: "accounts.seen", Every: 20 * time.Second, Run: s.keepSeen},
			{Name: "accounts.sweep", Every: time.Hour, Run: s.sweep},
		},
	}
}

func menu() []web.MenuItem {
	const group = "系统"
	return []web.MenuItem{
		{Group: group, Label: "账号", Path: "/accounts", Rule: ruleView, Order: 900, Start: 1},
		{Group: group, Label: "岗位", Path: "/posts", Rule: ruleView, Order: 901},
		{Group: group, Label: "角色与权限", Path: "/roles", Rule: ruleRoles, Order: 902},
		{Group: group, Label: "审计", Path: "/audit", Rule: ruleAudit, Order: 903, Start: 2},
		{Group: group, Label: "安全参数", Path: "/settings/security", Rule: ruleView, Order: 904},
		{Group: group, Label: "大屏", Path: "/settings/screens", Rule: ruleView, Order: 905},
	}
}

func (s *Service) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /login", Public: true, Handle: s.getLogin},
		{Pattern: "POST /login", Public: true, Handle: s.postLogin},
		{Pattern: "POST /logout", Public: true, Handle: s.postLogout},
		{Pattern: "GET /screen/enter", Public: true, Handle: s.getScreenEnter},

		// Everybody signed in has these, also without any post and while the password must be
		// changed; the handlers ask for a log-in themselves.
		{Pattern: "GET /account", Public: true, Handle: s.getOwn},
		{Pattern: "POST /account", Public: true, Handle: s.postPassword},
		{Pattern: "GET /account/rights", Public: true, Handle: s.getOwnRights},
		{Pattern: "POST /account/logins/{login}/end", Public: true, Handle: s.postEndLogin},

		{Pattern: "GET /accounts", Rule: ruleView, Handle: s.getAccounts},
		{Pattern: "GET /accounts/new", Rule: ruleEdit, Handle: s.getNew},
		{Pattern: "POST /accounts", Rule: ruleEdit, Handle: s.postNew},
		{Pattern: "GET /accounts/{id}", Rule: ruleView, Handle: s.getAccount},
		{Pattern: "POST /accounts/{id}", Rule: ruleEdit, Handle: s.postAccount},
		{Pattern: "POST /accounts/{id}/reset", Rule: ruleEdit, Handle: s.postReset},
		{Pattern: "POST /accounts/{id}/disable", Rule: ruleEdit, Handle: s.postDisable},
		{Pattern: "POST /accounts/{id}/enable", Rule: ruleEdit, Handle: s.postEnable},
		{Pattern: "POST /accounts/{id}/unlock", Rule: ruleEdit, Handle: s.postUnlock},
		{Pattern: "POST /accounts/{id}/logins/end", Rule: ruleEdit, Handle: s.postEndLogins},
		{Pattern: "POST /accounts/{id}/grant", Rule: ruleGrant, Handle: s.postGrant},
		{Pattern: "POST /accounts/{id}/holdings/{holding}/end", Rule: ruleGrant, Handle: s.postEndHolding},
		{Pattern: "GET /accounts/{id}/rights", Rule: ruleView, Handle: s.getRights},
		{Pattern: "POST /accounts/unlock", Rule: ruleEdit, Handle: s.postUnlockAddress},

		{Pattern: "GET /posts", Rule: ruleView, Handle: s.getPosts},
		{Pattern: "POST /posts", Rule: ruleGrant, Handle: s.postPost},
		{Pattern: "GET /posts/{id}/end", Rule: ruleGrant, Handle: s.getEndPost},
		{Pattern: "POST /posts/{id}/end", Rule: ruleGrant, Handle: s.postEndPost},
		{Pattern: "GET /roles", Rule: ruleRoles, Handle: s.getRoles},

		{Pattern: "GET /audit", Rule: ruleAudit, Handle: s.getAudit},
		{Pattern: "GET /audit/{no}", Rule: ruleAudit, Handle: s.getAuditLine},
		{Pattern: "GET /audit/check", Rule: ruleCheck, Handle: s.getCheck},
		{Pattern: "POST /audit/check", Rule: ruleCheck, Handle: s.postCheck},

		{Pattern: "GET /settings/security", Rule: ruleView, Handle: s.getPolicy},
		{Pattern: "POST /settings/security", Rule: rulePolicy, Handle: s.postPolicy},
		{Pattern: "GET /settings/screens", Rule: ruleView, Handle: s.getScreens},
		{Pattern: "POST /settings/screens", Rule: ruleScreens, Handle: s.postScreen},
		{Pattern: "POST /settings/screens/{id}/link", Rule: ruleScreens, Handle: s.postScreenLink},
		{Pattern: "POST /settings/screens/{id}/revoke", Rule: ruleScreens, Handle: s.postScreenRevoke},
	}
}
