package returns

import "kaiyang/internal/core/perm"

// The deeds of this module. A unit hands in, the task force of the form reviews, the office
// approves: three different accounts, which the workflow demands beside these rules (SEMANTICS §1).
var (
	ruleFill    = perm.Rule{Deed: "returns.fill", Label: "填写并提交报表", Roles: []perm.Role{perm.Reporter}, Scoped: true}
	ruleReview  = perm.Rule{Deed: "returns.review", Label: "审核或退回本专班的报表", Roles: []perm.Role{perm.Member}, Scoped: true}
	ruleApprove = perm.Rule{Deed: "returns.approve", Label: "批准或退回报表", Roles: []perm.Role{perm.Office}}
	ruleChain   = perm.Rule{Deed: "returns.chain", Label: "查看待审核、待批准的报表", Roles: []perm.Role{perm.Member, perm.Office}, Scoped: true}
	ruleRate    = perm.Rule{Deed: "returns.rate", Label: "查看报送进度和报送率",
		Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter, perm.Worker, perm.Reader}}
	ruleSeeForms = perm.Rule{Deed: "forms.view", Label: "查看报表目录",
		Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter, perm.Worker, perm.Reader}}
	ruleForms  = perm.Rule{Deed: "forms.edit", Label: "建立、修订、停用报表", Roles: []perm.Role{perm.Office}}
	ruleImport = perm.Rule{Deed: "returns.import", Label: "从命令行导入并生效报表", Roles: []perm.Role{perm.Office}}
	// ruleOpen lets people reach their list of returns; what they may do there is asked again.
	ruleOpen = perm.Rule{Deed: "returns.open", Label: "打开报送页面", Roles: []perm.Role{perm.Reporter, perm.Member, perm.Office}}
)

func rules() []perm.Rule {
	return []perm.Rule{ruleOpen, ruleFill, ruleReview, ruleApprove, ruleChain, ruleRate, ruleSeeForms, ruleForms, ruleImport}
}
