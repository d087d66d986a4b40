package accounts

import (
	"errors"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
)

// The deeds of this module. Granting, policy and screens also stand open to the system
// administrator, but only while nobody holds the post of security administrator; see
// Service.may.
var (
	ruleView    = perm.Rule{Deed: "accounts.view", Label: "查看账号和岗位", Roles: []perm.Role{perm.SysAdmin, perm.SecAdmin, perm.Auditor}}
	ruleEdit    = perm.Rule{Deed: "accounts.edit", Label: "建立、修改、停用账号", Roles: []perm.Role{perm.SysAdmin}}
	ruleGrant   = perm.Rule{Deed: "accounts.grant", Label: "设岗位、授予岗位", Roles: []perm.Role{perm.SecAdmin, perm.SysAdmin}}
	rulePolicy  = perm.Rule{Deed: "accounts.policy", Label: "设置安全参数", Roles: []perm.Role{perm.SecAdmin, perm.SysAdmin}}
	ruleScreens = perm.Rule{Deed: "accounts.screens", Label: "开设大屏", Roles: []perm.Role{perm.SecAdmin, perm.SysAdmin}}
	ruleRoles   = perm.Rule{Deed: "accounts.roles", Label: "查看角色与权限", Roles: perm.Roles()}
	ruleAudit   = perm.Rule{Deed: "audit.view", Label: "查阅审计记录", Roles: []perm.Role{perm.Auditor, perm.Office}}
	ruleCheck   = perm.Rule{Deed: "audit.check", Label: "校验审计链", Roles: []perm.Role{perm.Auditor, perm.Office}}
)

func rules() []perm.Rule {
	return []perm.Rule{ruleView, ruleEdit, ruleGrant, rulePolicy, ruleScreens, ruleRoles, ruleAudit, ruleCheck}
}

// borrowed tells whether a deed belongs to the security administrator and is lent to the system
// administrator until there is one.
func borrowed(deed string) bool {
	return deed == ruleGrant.Deed || deed == rulePolicy.Deed || deed == ruleScreens.Deed
}

// inForce gives the rule as it stands today: once a security administrator exists, the
// borrowed deeds are that role's alone.
func inForce(r perm.Rule, secAdminExists bool) perm.Rule {
	if secAdminExists && borrowed(r.Deed) {
		r.Roles = []perm.Role{perm.SecAdmin}
	}
	return r
}

// findings gives the faults of a form where an error holds them.
func findings(err error) (fault.Findings, bool) {
	var list fault.Findings
	ok := errors.As(err, &list)
	return list, ok
}
