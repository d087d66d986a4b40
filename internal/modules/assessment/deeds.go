package assessment

// deeds are the words under which the audit names what is done to composite scores.
func deeds() map[string]string {
	return map[string]string{
		"assessment.scheme.new":     "建立评价办法",
		"assessment.scheme.change":  "修改评价办法",
		"assessment.scheme.edition": "修订评价办法",
		"assessment.scheme.publish": "公布评价办法",
		"assessment.scheme.weights": "两两比较定权重",
		"assessment.scheme.import":  "导入评价办法",
		"assessment.result.fix":     "综合得分定稿",
		"assessment.result.publish": "公布综合得分",
		"assessment.mark.add":       "登记扣分或一票否决",
		"assessment.mark.withdraw":  "撤销扣分或一票否决",
	}
}
