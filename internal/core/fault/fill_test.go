package fault_test

import (
	"testing"

	"kaiyang/internal/core/fault"
)

func TestReadersSeeNumbersWithSeparators(t *testing.T) {
	for _, c := range []struct {
		chinese, format string
		args            []any
		want            string
	}{
		{"读入 %d，新增 %d", "", []any{1234567, 999}, "读入 1,234,567，新增 999"},
		{"%[1]s：%[2]d/%[3]d，%[4]s%%", "", []any{"率", 568, 1514, "37.52"}, "率：568/1,514，37.52%"},
		{"%[1]s由%[2]d年的%[3]d人减少到%[4]d年的%[5]d人", "%[1]s fell from %[3]d in %[2]d to %[5]d in %[4]d", []any{"Users", 2015, 1630, 2017, 1057}, "Users fell from 1,630 in 2015 to 1,057 in 2017"},
		{"补录%[1]d—%[2]d年数据", "", []any{2011, 2014}, "补录2011—2014年数据"},
		{"第 %d 行：数据项 %d 超出", "row %d: %d", []any{12345, -1000}, "row 12345: -1,000"},
		{"数字按变更号 %d 时的数据定格，共 %d 个", "", []any{20480, int64(20480)}, "数字按变更号 20480 时的数据定格，共 20,480 个"},
		{"没有 %d 年 %d 月", "", []any{2018, 13}, "没有 2018 年 13 月"},
		{"禁毒〔%d〕%d号 -%d", "", []any{2018, 1001, -123456}, "禁毒〔2018〕1001号 --123,456"},
		{"%05d %+d", "", []any{1234, 5678}, "01234 +5678"},
	} {
		format := c.format
		if format == "" {
			format = c.chinese
		}
		if got := fault.Fill(c.chinese, format, c.args); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
