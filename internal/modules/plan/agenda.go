package plan

import "fmt"

// markReason and missingReason say in Chinese, for agendas and documents, what is wrong.
func markReason(m Mark) string {
	return fmt.Sprintf(markMissed, m.Milestone.Name, m.Milestone.Day.Chinese())
}

func missingReason(list []Due) string {
	if len(list) == 1 {
		return fmt.Sprintf(reportMissed, list[0].Period.Chinese(), list[0].Day.Chinese())
	}
	return fmt.Sprintf(reportsMissed, len(list), list[0].Period.Chinese())
}

const (
	markMissed    = "里程碑“%s”应于%s完成，未见佐证"
	reportMissed  = "%s进展应于%s前报，未报"
	reportsMissed = "%d 期进展未报，最早一期为%s"
)

// Sayings are the formats of the reasons that this module gives to agendas, kept there in Chinese.
func Sayings() []string {
	return []string{markMissed, reportMissed, reportsMissed, "已完成，比计划晚 %d 个工作日", "已完成", "逾期 %d 个工作日报完成，待核验", "已报完成，待核验", "未到开始日", "已过完成日，完成情况 %s 前报", "逾期 %d 个工作日", "里程碑“%s”逾期 %d 个工作日", "今天到期", "还有 %d 个工作日到期", "里程碑“%s”还有 %d 个工作日", "进展被退回，待补报", "有 %d 期进展未报", "按计划，还有 %d 个工作日"}
}
