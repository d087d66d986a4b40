package supervision

// deeds are the words under which the audit names what is done in supervision.
func deeds() map[string]string {
	return map[string]string{
		"supervision.list":        "修改检查表",
		"supervision.plan.new":    "制定督导计划",
		"supervision.plan.change": "修改督导计划",
		"supervision.publish":     "公布抽取办法",
		"supervision.pool":        "确定抽取范围",
		"supervision.draw":        "随机抽取",
		"supervision.issue":       "下达检查任务",
		"supervision.close":       "督导计划办结",
		"supervision.cancel":      "取消督导计划",
		"supervision.visit":       "登记检查",
		"supervision.finding":     "记录问题",
		"supervision.strike":      "删去问题",
		"supervision.photo":       "上传检查照片",
		"supervision.photo.drop":  "删去检查照片",
		"supervision.feedback":    "反馈检查结果",
		"supervision.confirm":     "确认检查结果",
		"supervision.object":      "提出异议",
		"supervision.rule":        "答复异议",
		"supervision.items":       "问题转为事项",
		"supervision.drop":        "取消检查",
		"supervision.recheck":     "安排复查",
	}
}
