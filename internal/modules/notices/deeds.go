package notices

// deeds are the words under which the audit names what is done about notices.
func deeds() map[string]string {
	return map[string]string{
		"notices.preference":      "修改通知偏好",
		"notices.calendar.make":   "建立日历订阅",
		"notices.calendar.revoke": "收回日历订阅",
		"notices.robot":           "修改群机器人",
		"notices.test":            "发送测试消息",
		"notices.set":             "修改外发设置",
		"notices.resend":          "重发消息",
		"notices.drop":            "放弃消息",
	}
}
