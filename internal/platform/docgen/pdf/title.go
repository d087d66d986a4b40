package pdf

import (
	"math"
	"strings"

	"kaiyang/internal/platform/docgen/fonts"
)

// ems measures text in character widths: letters and digits count half.
func ems(s string) float64 {
	n := 0.0
	for _, r := range s {
		n += em(r)
	}
	return n
}

func em(r rune) float64 {
	if r == ' ' || fonts.Western(r) {
		return 0.5
	}
	return 1
}

// mostLines is the number of lines up to which a title is shaped; longer ones are just broken.
const mostLines = 6

// breakTitle divides a title into lines of at most width characters. Breaks given by "\n" stay.
// Otherwise lines end between words as far as a small list of words tells, and their lengths
// make a trapezoid rather than an hourglass (DOC-12).
func breakTitle(title string, width float64) []string {
	if strings.Contains(title, "\n") {
		var out []string
		for _, s := range strings.Split(title, "\n") {
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, s)
			}
		}
		return out
	}
	title = strings.TrimSpace(title)
	total := ems(title)
	if total <= width {
		return []string{title}
	}
	runes := []rune(title)
	cost := breakCosts(runes)
	lines := int(math.Ceil(total / (width - 0.5)))
	for ; lines < min(len(runes), mostLines+1); lines++ {
		if out := divideTitle(runes, cost, lines, width); out != nil {
			return out
		}
	}
	return []string{title}
}

// divideTitle finds the cheapest division into n lines; nil when the lines do not fit.
func divideTitle(runes []rune, cost []float64, n int, width float64) []string {
	best := math.Inf(1)
	var found []int
	cuts := make([]int, 0, n)
	prefix := make([]float64, len(runes)+1)
	for i, r := range runes {
		prefix[i+1] = prefix[i] + em(r)
	}
	mean := prefix[len(runes)] / float64(n)
	var try func(from, left int, sum, before float64)
	try = func(from, left int, sum, before float64) {
		if sum >= best {
			return
		}
		if left == 1 {
			w := prefix[len(runes)] - prefix[from]
			if w > width {
				return
			}
			if total := sum + shape(w, before, mean); total < best {
				best, found = total, append([]int(nil), cuts...)
			}
			return
		}
		for to := from + 2; to < len(runes)-1; to++ {
			w := prefix[to] - prefix[from]
			if w > width {
				break
			}
			if rest := prefix[len(runes)] - prefix[to]; rest > width*float64(left-1) || cost[to] >= 1000 {
				continue
			}
			cuts = append(cuts, to)
			try(to, left-1, sum+cost[to]+shape(w, before, mean), w)
			cuts = cuts[:len(cuts)-1]
		}
	}
	try(0, n, 0, 0)
	if found == nil {
		return nil
	}
	var out []string
	from := 0
	for _, to := range append(found, len(runes)) {
		out = append(out, strings.TrimSpace(string(runes[from:to])))
		from = to
	}
	return out
}

// shape is the price of a line's length after that of the line before it.
func shape(w, before, mean float64) float64 {
	c := math.Abs(w-mean) * 0.6
	if before > 0 {
		switch d := before - w; {
		case math.Abs(d) < 1:
			c++ // a rectangle is no trapezoid
		case d < 0:
			c += 1.5 // the upper line is better the longer one
		}
	}
	return c
}

// breakCosts gives the price of ending a line before each character; 1000 forbids it.
func breakCosts(runes []rune) []float64 {
	n := len(runes)
	cost := make([]float64, n+1)
	least := make([]float64, n+1)
	s := string(runes)
	for i := 1; i < n; i++ {
		a, b := runes[i-1], runes[i]
		cost[i] = 5
		switch {
		case kindOf(b) == closing || kindOf(a) == opening || kindOf(a) == word && kindOf(b) == word:
			cost[i] = 1000
		case kindOf(a) == word || kindOf(b) == word:
			cost[i] = 9
		case kindOf(a) == closing:
			cost[i] = 1
		case b == '的' || b == '了':
			cost[i] = 30
		case a == '的':
			cost[i] = 0
		case b == '和' || b == '与' || b == '及' || b == '暨' || b == '《' || b == '（':
			cost[i] = 1
		case a == '和' || a == '与' || a == '及' || a == '暨':
			cost[i] = 8
		}
	}
	// Inside one of these words no line ends; before or after some of them it may well.
	for _, x := range titleWords() {
		at := 0
		word := []rune(x.word)
		for {
			i := strings.Index(s[at:], x.word)
			if i < 0 {
				break
			}
			from := len([]rune(s[:at+i]))
			for k := 1; k < len(word); k++ {
				cost[from+k] = max(cost[from+k], 20)
			}
			if from > 0 && cost[from] < 20 {
				cost[from] = min(cost[from], x.before)
			}
			if end := from + len(word); cost[end] < 20 {
				cost[end] = min(cost[end], x.after)
				least[end] = max(least[end], x.least)
			}
			at += i + len(x.word)
		}
	}
	for i := range cost {
		cost[i] = max(cost[i], least[i])
	}
	return cost
}

type titleWord struct {
	word          string
	before, after float64 // price of a line's end there
	least         float64 // the price after it is at least this
}

// titleWords lists words common in titles of official documents.
func titleWords() []titleWord {
	var out []titleWord
	out = append(out, titleWord{"关于", 0.5, 12, 12})
	for _, s := range strings.Fields("进一步 切实 全面 深入 开展 加强 做好 落实 推进 印发 转发 召开 报送 调整 成立") {
		out = append(out, titleWord{s, 2, 9, 4})
	}
	for _, s := range strings.Fields("上半月 下半月 上半年 下半年 季度 年度 月份 第一季度 第二季度 第三季度 第四季度") {
		out = append(out, titleWord{s, 9, 2, 0})
	}
	for _, s := range strings.Fields("工作 情况 会议 任务 进度 进展 措施 方案 计划 总结 分析 意见 指标 重点 专项 行动 问题 责任 清单 整改 督查 督办 考核 统计 数据 通报 通知 通告 报告 请示 批复 纪要 简报 决定 公告 函 人员 人民 单位 部门 乡镇 全县 全市 全省 全国 县级 年版 办公室 领导小组 指挥部 委员会 工作组") {
		out = append(out, titleWord{s, 5, 4, 0})
	}
	return out
}
