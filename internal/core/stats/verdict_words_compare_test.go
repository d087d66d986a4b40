package stats

import (
	"strings"
	"testing"
)

// The sentences on a comparison, in the words of METHODS §12 (full-width punctuation) and in English.
func TestWordingsOfComparisons(t *testing.T) {
	for _, x := range []struct {
		s           Statement
		want, wants string
	}{
		{Statement{SayPairInside, []any{"甲镇", "100%", 9, 9, "乙镇", "93%", 28, 30, "人数"}}, "甲镇100%（9/9）与乙镇93%（28/30）的差别在人数少带来的正常波动范围之内，不能据此分先后；累计更多", "does not rank them"},
		{Statement{SayPairApart, []any{"甲镇", "99%", 990, 1000, "乙镇", "60%", 600, 1000}}, "甲镇99%（990/1,000）与乙镇60%（600/1,000）的差别超出了偶然波动的范围；其他单位", "larger than chance explains"},
		{Statement{SayLookCheck, []any{"甲镇", "执行率", "60.00%", 600, 1000}}, "甲镇：执行率60.00%（600/1,000），明显超出正常波动范围，需要核查原因。", "the cause must be checked"},
		{Statement{SayLookWatch, []any{"甲镇", "执行率", "60.00%", 600, 1000}}, "甲镇：执行率60.00%（600/1,000），略超出正常波动范围，请留意下一期。", "watch the next period"},
		{Statement{SayLooks, []any{10, 160, "8", 2}}, "共10项指标、160次比较；即使各单位没有差别，也会有大约8次碰巧超出95%界限。把这一点考虑进去（误报不超过一成），以下2处值得核查。", "at most one in ten false"},
		{Statement{SayLooksNone, []any{1, 18, "1"}}, "共1项指标、18次比较；即使各单位没有差别，也会有大约1次碰巧超出95%界限。把这一点考虑进去（误报不超过一成），没有需要核查的单位", "no unit needs checking"},
		{Statement{SayBands, []any{2, 14, 2}}, "按排位范围分档：较好2个，相当14个，需关注2个；同一档之内不分先后。", "within a band there is no order"},
		{Statement{SayTargetsAmong, []any{"≥98%", 1, 2, 15}}, "对照≥98%的要求：1个单位明确达标，2个明确未达标，15个因数目少尚难判断，不宜据此与其他单位比高低；累计更多", "larger numbers are needed to judge"},
		{Statement{SayFewUnits, []any{3}}, "可比的单位只有3个，数据不足，不作公平比较；还需要：至少5个单位的完整数据。", "too few for a fair comparison; needed"},
		{Statement{SaySmallLeftOut, []any{3}}, "3个单位人数少于5或为保护相邻单位而隐去，不列入；", "are left out"},
		{Statement{SayWidened, []any{"1.49", "1.22"}}, "离散系数1.49（1表示各单位的差别与单凭偶然相当），界限相应放宽到1.22倍。", "widened to 1.22 times"},
	} {
		if got := x.s.Chinese(); !strings.HasPrefix(got, x.want) {
			t.Errorf("got %q, want %q", got, x.want)
		}
		if got := x.s.English(); !strings.Contains(got, x.wants) || strings.Contains(got, "%!") {
			t.Errorf("got %q, want %q in it", got, x.wants)
		}
	}
}
