package surveys

import (
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
)

// Check reports all faults of a survey's own fields, by field. It takes a draft that still lacks
// its counts.
func (s Survey) Check() error {
	var f fault.Fields
	f.Need(s.Title != "", "title", "请写调查名称")
	for _, x := range []struct {
		field, text string
		most        int
	}{{"title", s.Title, 60}, {"by", s.By, 60}, {"population", s.Population, 100}, {"frame", s.Frame, 300}, {"note", s.Note, 500}} {
		f.Need(len([]rune(x.text)) <= x.most, x.field, "最多 %d 个字；请缩短", x.most)
	}
	f.Need(s.Topic.Text() != "", "topic", "请选择调查内容")
	f.Need(s.Design.Text() != "", "design", "请选择抽样方法")
	f.Need(s.Mode.Text() != "", "mode", "请选择调查方式")
	f.Need(s.Mode.Text() == "" || s.Design.Text() == "" || s.Mode.chance() == (s.Design != Convenience), "mode", "调查方式与抽样方法不合：电话、入户、自填配随机抽样，街头、活动、学校、网上问卷属于非概率样本")
	f.Need(!s.From.IsZero(), "from", "请选择开始日期")
	f.Need(!s.To.IsZero(), "to", "请选择结束日期")
	f.Need(s.From.IsZero() || s.To.IsZero() || s.From <= s.To, "to", "结束日期早于开始日期；请核对")
	f.Need(s.By != "", "by", "请写由谁实施调查")
	f.Need(s.Population != "", "population", "请写调查代表谁，例如“全县18周岁以上常住居民”")
	f.Need(s.Approached >= 0 && s.Approached < 1e9, "approached", "接触人数请写整数；没有记录就留空")
	f.Need(s.Previous == 0 || s.Previous != s.ID, "previous", "上一次调查不能是它自己")
	f.Need(!s.FrameKnown || s.Frame != "", "frame", "请写明抽样框：从哪份名单或号码中抽")
	s.checkQuestions(&f)
	s.checkStrata(&f)
	return f.Err()
}

func (s Survey) checkQuestions(f *fault.Fields) {
	f.Need(len(s.Questions) > 0, "questions", "请至少写一道题")
	f.Need(len(s.Questions) <= mostQuestions, "questions", "最多 %d 道题", mostQuestions)
	for i, q := range s.Questions {
		at := "q" + strconv.Itoa(i)
		f.Need(q.Text != "", at, "请写第 %d 题的题目", i+1)
		f.Need(len([]rune(q.Text)) <= 200, at, "最多 %d 个字；请缩短", 200)
		f.Need(q.Name != "" && len([]rune(q.Name)) <= 20, at, "请写第 %d 题的比率叫什么，例如“满意率”，最多 20 个字", i+1)
		classes := map[AnswerClass]int{}
		seen := map[string]bool{}
		for _, a := range q.Answers {
			classes[a.Class]++
			f.Need(a.Text != "" && len([]rune(a.Text)) <= 40, at, "第 %d 题的回答要有文字，最多 40 个字", i+1)
			f.Need(!seen[fold(a.Text)], at, "第 %d 题的回答“%s”写了两次", i+1, a.Text)
			seen[fold(a.Text)] = true
		}
		f.Need(classes[Counted] > 0, at, "第 %d 题请写哪些回答计入比率，例如“满意”", i+1)
		f.Need(classes[Other] > 0, at, "第 %d 题请写其余的回答，例如“不满意”", i+1)
		f.Need(len(q.Answers) <= mostAnswers, at, "第 %d 题的回答最多 %d 种", i+1, mostAnswers)
		if q.Target != "" {
			v, err := strconv.ParseFloat(q.Target, 64)
			_, decimals, _ := strings.Cut(q.Target, ".")
			f.Need(err == nil && v > 0 && v < 100 && len(decimals) <= 1, at, "第 %d 题的目标写 0 到 100 之间的百分数，最多一位小数", i+1)
		}
	}
}

func (s Survey) checkStrata(f *fault.Fields) {
	f.Need(len(s.Strata) <= mostStrata, "strata", "最多 %d 层", mostStrata)
	names := map[string]int{}
	for i, x := range s.Strata {
		f.Need(x.Name != "" && len([]rune(x.Name)) <= 40, "strata", "第 %d 层请写名称，最多 40 个字", i+1)
		names[fold(x.Name)]++
		f.Need(names[fold(x.Name)] < 2, "strata", "层“%s”写了两次", x.Name)
		f.Need(x.People >= 0 && x.People < 1e10, "strata", "“%s”的人口数请写整数；不知道就留空", x.Name)
		f.Need(x.Clusters >= 0 && x.Clusters < 1e8, "strata", "“%s”的村（组）总数请写整数；不知道就留空", x.Name)
	}
	f.Need(!s.Design.strata() || len(s.Strata) >= 2, "strata", "分层抽样至少写两层")
	for _, x := range s.Strata {
		if x.Merge == "" {
			continue
		}
		j := s.stratum(x.Merge)
		f.Need(j >= 0 && x.Merge != x.Name, "strata", "“%s”要并入的“%s”不是另外一层；请核对", x.Name, x.Merge)
		f.Need(j < 0 || s.Strata[j].Merge == "", "strata", "“%s”要并入的“%s”自己又并入别的层；请直接写最后的那一层", x.Name, x.Merge)
	}
	if s.Design.strata() {
		known := 0
		for _, x := range s.Strata {
			if x.People > 0 {
				known++
			}
		}
		f.Need(known == 0 || known == len(s.Strata), "strata", "各层的人口数要么都写，要么都不写（这时数据中要有权数）")
	}
}

// fold makes a text comparable: width, case and spaces make no difference.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 0x3000 || r == ' ' || r == '\t' || r == 0xA0:
			return -1
		case r >= 0xFF01 && r <= 0xFF5E:
			r -= 0xFEE0
		}
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

// CheckCounts reports why a survey cannot be fixed with its counts, all reasons at once.
func (s Survey) CheckCounts(c Counts) error {
	var f fault.Fields
	if len(c) == 0 {
		f.Need(false, "", "还没有结果数据；请先导入或录入")
		return f.Err()
	}
	answered := c.interviews()
	f.Need(s.Approached == 0 || s.Approached >= answered, "", "接触人数 %d 少于访问成功的 %d 人；请核对", s.Approached, answered)
	for _, q := range s.Questions {
		f.Need(c.of(q.Code).total() > 0, "", "%s 还没有数据；请先导入或录入", q.Code)
		f.Need(s.Analyse(q, c).Held == nil, "", "%s 还不能按抽样设计估计，原因写在那一题里；请改好再定稿", q.Code)
	}
	return f.Err()
}

// keeps reports what of a changed survey no longer fits the counts that are there.
func (s Survey) keeps(was Survey, c Counts) error {
	var f fault.Fields
	if len(c) == 0 {
		return nil
	}
	f.Need(s.Design.clusters() == was.Design.clusters(), "design", "已有数据，整群与非整群之间不能改；请先清空数据")
	for _, x := range c {
		q, ok := s.question(x.Question)
		old, _ := was.question(x.Question)
		if !ok || !slices.Equal(q.Answers, old.Answers) && !sameTexts(q, old) {
			f.Need(false, "questions", "%s 已有数据，题目的回答不能增减改名；请先清空数据", x.Question)
			break
		}
	}
	for _, x := range c {
		if s.stratum(x.Stratum) < 0 {
			f.Need(false, "strata", "“%s”已有数据，不能删去或改名；请先清空数据", x.Stratum)
			break
		}
	}
	return f.Err()
}

// sameTexts tells whether the answers are the same but for their classes.
func sameTexts(a, b Question) bool {
	return slices.EqualFunc(a.Answers, b.Answers, func(x, y Answer) bool { return x.Text == y.Text })
}
