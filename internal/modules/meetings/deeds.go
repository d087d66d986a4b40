package meetings

// deeds are the words under which the audit names what is done to meetings.
func deeds() map[string]string {
	return map[string]string{
		"meetings.series.new":     "建立例会",
		"meetings.series.change":  "修改例会",
		"meetings.plan":           "安排会议",
		"meetings.change":         "修改会议",
		"meetings.move":           "推进会议",
		"meetings.invite":         "发出会议通知",
		"meetings.answer":         "回复会议通知",
		"meetings.seats":          "调整参会名单",
		"meetings.roll":           "会议签到",
		"meetings.agenda.propose": "按数据提出议题",
		"meetings.agenda.add":     "增加议题",
		"meetings.agenda.drop":    "移出议题",
		"meetings.agenda.note":    "记录议题情况",
		"meetings.agenda.order":   "调整议题次序",
		"meetings.agenda.turn":    "大屏转到议题",
		"meetings.decide":         "记录议定事项",
		"meetings.redecide":       "修改议定事项",
		"meetings.strike":         "删去议定事项",
		"meetings.pack":           "冻结会议材料",
		"meetings.hand":           "提交会议材料",
		"meetings.takeback":       "撤回会议材料",
	}
}
