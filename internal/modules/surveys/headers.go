package surveys

// heads names the columns of a file, in the order of the template. Further spellings are taken.
func heads() [][]string {
	return [][]string{{"stratum", "层", "分层", "乡镇", "街道"}, {"cluster", "群", "村", "村组", "抽样点", "社区"}, {"weight", "权数", "权重"}, {"count", "份数", "人数"}}
}

// personal are headers of columns that hold personal data. No file with one of them is read.
func personal() []string {
	return []string{"姓名", "名字", "户主", "身份证", "证件", "手机", "电话", "联系方式", "住址", "地址", "门牌", "微信", "qq", "邮箱", "车牌", "出生", "生日", "银行卡", "账号", "受访者", "被访者", "ip",
		"name", "idcard", "idno", "idnumber", "phone", "mobile", "tel", "address", "email", "birth", "account", "wechat", "openid", "userid"}
}

// answerSheet names the worksheet of the template.
const answerSheet = "回答"

// usualQuestion is what the form of a new survey begins with; questions are put in Chinese.
func usualQuestion() Question {
	return Question{Text: "您对本县禁毒工作是否满意？", Name: "满意率", Answers: []Answer{{"很满意", Counted}, {"满意", Counted}, {"不满意", Other}, {"很不满意", Other}, {"说不清", LeftOut}}}
}
