package actions

// deeds are the words under which the audit names what is done to items.
func deeds() map[string]string {
	return map[string]string{
		"actions.propose":    "提出事项",
		"actions.edit":       "修改事项",
		"actions.approve":    "立项交办",
		"actions.decline":    "不予立项",
		"actions.sign":       "签收事项",
		"actions.handback":   "退回交办",
		"actions.recall":     "收回重办",
		"actions.feedback":   "反馈办理情况",
		"actions.waive":      "免予反馈",
		"actions.extend":     "申请延期",
		"actions.grant":      "批准延期",
		"actions.refuse":     "不批延期",
		"actions.verify":     "核验事项",
		"actions.sendback":   "退回重办",
		"actions.close":      "事项销号",
		"actions.reopen":     "重新打开事项",
		"actions.abandon":    "终止事项",
		"actions.light":      "申请人工定灯",
		"actions.light-ok":   "批准人工定灯",
		"actions.light-end":  "结束人工定灯",
		"actions.slip":       "签发督办单",
		"actions.recalendar": "按日历重算截止日",
		"actions.escalate":   "逐级提醒",
		"actions.answered":   "反馈齐备，转核验",
		"actions.evidence":   "打开佐证材料",
		"actions.settings":   "修改事项设置",
	}
}
