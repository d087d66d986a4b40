package situation

// deeds are the words under which the audit names what is done to warnings.
func deeds() map[string]string {
	return map[string]string{
		"situation.watch":   "设置监测项",
		"situation.raise":   "列入预警",
		"situation.correct": "预警数字更正",
		"situation.confirm": "确认预警",
		"situation.dismiss": "排除预警",
		"situation.item":    "预警立为事项",
		"situation.reopen":  "预警重新核实",
	}
}
