package reports

// deeds are the words under which the audit names what is done to documents.
func deeds() map[string]string {
	return map[string]string{
		"reports.make":          "生成文书",
		"reports.edit":          "修改文书",
		"reports.finish":        "文书定稿",
		"reports.reopen":        "重新起草文书",
		"reports.template.save": "保存文书模板",
		"reports.template.end":  "启用或停用文书模板",
	}
}
