package plan

import "fmt"

// markReason and missingReason say in Chinese, for agendas and documents, what is wrong.
func markReason(m Mark) string {
	return fmt.Sprintf("里程碑“%s”应于 %s 完成，未见佐证", m.Milestone.Name, m.Milestone.Day)
}

func missingReason(list []Due) string {
	if len(list) == 1 {
		return fmt.Sprintf("%s进展应于 %s 前报，未报", list[0].Period.Chinese(), list[0].Day)
	}
	return fmt.Sprintf("%d 期进展未报，最早一期为%s", len(list), list[0].Period.Chinese())
}
