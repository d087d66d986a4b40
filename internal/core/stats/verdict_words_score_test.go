package stats

import (
	"strings"
	"testing"
)

// What shares a place is never said to lead, and only what holds in every check is put in an order.
func TestScoreSentencesSayNoMoreThanTheirCheck(t *testing.T) {
	for _, x := range []struct {
		s      Statement
		zh, en string
		tied   bool
	}{
		{Statement{SayTiedByChance, []any{"甲镇", "乙镇", "0.4", "12.1"}}, "甲镇与乙镇得分相差0.4分，没有超出偶然波动的范围（约12.1分），按并列处理", "within chance", true},
		{Statement{SayTiedInGroup, []any{"甲镇", "乙镇", "0.4"}}, "也按并列处理", "share the place", true},
		{Statement{SayScoresEqual, []any{"甲镇", "乙镇"}}, "得分相同，并列", "same score", true},
		{Statement{SayScoreOneGroup, []any{18}}, "18个单位的得分分不出先后", "do not put them in an order", true},
		{Statement{SayScoreApart, []any{"甲镇", "乙镇", "9.0", "2.0"}}, "先后都不变，也超出了偶然波动的范围（约2.0分）", "their order holds", false},
		{Statement{SayScoreWithheld, []any{"甲镇", "33.3", 60}}, "只占权重的33.3%，不到60%，不计得分；还需要", "gets no score", false},
		{Statement{SayPairsRefused, []any{"0.229"}}, "一致性比率0.229，应小于0.10），这组权重不能采用", "cannot be used", false},
	} {
		zh, en := x.s.Chinese(), x.s.English()
		if !strings.Contains(zh, x.zh) || !strings.Contains(en, x.en) || strings.Contains(zh+en, "%!") {
			t.Errorf("got %q / %q, want %q / %q", zh, en, x.zh, x.en)
		}
		if x.tied && strings.Contains(zh, "先后都不变") {
			t.Errorf("%q", zh)
		}
	}
}
