package surveys

// deeds are the words under which the audit names what is done to surveys.
func deeds() map[string]string {
	return map[string]string{
		"surveys.new":      "建立调查",
		"surveys.change":   "修改调查",
		"surveys.counts":   "录入调查结果",
		"surveys.import":   "导入调查结果",
		"surveys.clear":    "清空调查数据",
		"surveys.fix":      "调查结果定稿",
		"surveys.withdraw": "撤回调查",
	}
}
