package wastewater

// deeds are the words under which the audit names what is done to wastewater monitoring.
func deeds() map[string]string {
	return map[string]string{
		"wastewater.plant":           "保存污水厂",
		"wastewater.assumptions":     "修改污水监测的假定",
		"wastewater.campaign.new":    "建立污水采样期",
		"wastewater.campaign.change": "修改污水采样期",
		"wastewater.sites":           "改用污水厂现在的资料",
		"wastewater.samples":         "录入污水样品",
		"wastewater.import":          "导入污水样品",
		"wastewater.final":           "污水监测结果定稿",
		"wastewater.reopen":          "撤回污水监测定稿",
	}
}
