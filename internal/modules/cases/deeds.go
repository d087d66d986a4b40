package cases

// deeds are the words under which the audit names what is done to seizures.
func deeds() map[string]string {
	return map[string]string{
		"cases.mapping":        "修改缴获的分类对照",
		"cases.seizure.new":    "登记缴获",
		"cases.seizure.change": "修改缴获登记",
		"cases.seizure.strike": "删去缴获登记",
		"cases.table.load":     "录入标准表",
		"cases.table.withdraw": "停用标准表",
	}
}
