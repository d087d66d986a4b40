package returns

import (
	"fmt"
	"strconv"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/words"
)

// dueWord says how many days are left, or by how many a return is late.
func dueWord(l words.Lang, st Standing, today period.Day) (say string, late bool) {
	n := st.Late(today)
	switch {
	case st.Return.Received() && n > 0:
		return words.T(l, "迟报 %d 天", n), true
	case st.Return.Received():
		return words.T(l, "按时"), false
	case n > 0:
		return words.T(l, "逾期 %d 天", n), true
	case st.Running(today):
		return words.T(l, "尚未到期，还有 %d 天", st.Left(today)), false
	case st.Left(today) == 0:
		return words.T(l, "今天截止"), false
	}
	return words.T(l, "还有 %d 天", st.Left(today)), false
}

// draftID names a draft among the sides of a comparison.
func draftID(slot int, account string) string { return fmt.Sprintf("d%d:%s", slot, account) }

// grouped writes a count as figures are written.
func grouped(n int) string { return measure.Group(strconv.Itoa(n)) }

// versionID names a version among the sides of a comparison.
func versionID(no int) string { return fmt.Sprintf("v%d", no) }
