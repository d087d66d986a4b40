package plan

// deeds are the words under which the audit names what is done to plans.
func deeds() map[string]string {
	return map[string]string{
		"plan.new":         "建立计划",
		"plan.change":      "修改计划",
		"plan.revise":      "修订计划",
		"plan.save":        "保存计划内容",
		"plan.remove":      "删去计划内容",
		"plan.import":      "导入计划",
		"plan.propose":     "提交计划审批",
		"plan.withdraw":    "撤回计划审批",
		"plan.discard":     "放弃修订",
		"plan.sendback":    "退回计划",
		"plan.approve":     "批准计划",
		"plan.report":      "报告任务进展",
		"plan.judge":       "核验任务进展",
		"plan.raise":       "困难立为事项",
		"plan.evidence":    "打开进展佐证",
		"plan.letter.new":  "制作责任书",
		"plan.letter.sign": "登记责任书签订",
	}
}
