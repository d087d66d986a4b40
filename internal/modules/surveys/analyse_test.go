package surveys

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit/desk"
)

// A case of the reference programs (R survey 4.1): its rows, and what the program says.
type referenceCase struct {
	Input struct {
		Columns map[string][]any `json:"columns"`
	} `json:"input"`
	Expected map[string]json.RawMessage `json:"expected"`
}

func reference(t *testing.T, id string, section string) (rows map[string][]any, logit []float64, p, se, deff float64) {
	t.Helper()
	b, err := os.ReadFile("../../core/stats/testdata/refcases/" + id + ".json")
	desk.OK(t, err)
	var c referenceCase
	desk.OK(t, json.Unmarshal(b, &c))
	var want struct {
		Share struct {
			Logit struct {
				P  float64   `json:"p"`
				CI []float64 `json:"ci"`
			} `json:"logit"`
			SE   float64 `json:"se"`
			Deff float64 `json:"deff"`
		} `json:"sch_wide_yes"`
	}
	desk.OK(t, json.Unmarshal(c.Expected[section], &want))
	return c.Input.Columns, want.Share.Logit.CI, want.Share.Logit.P, want.Share.SE, want.Share.Deff
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*math.Abs(b) }

func wide() Question {
	return Question{Text: "达标？", Name: "达标率", Answers: []Answer{{"Yes", Counted}, {"No", Other}}}
}

// The reference data go through the import as a file and come out with the reference numbers.
func TestTheReferenceCasesThroughTheImport(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	a := o.chief()
	through := func(x Survey, head string, row func(i int) string, n int) Result {
		id := desk.Must(o.Save(desk.As(a), a, x))(t)
		var b strings.Builder
		b.WriteString(head + "\n")
		for i := range n {
			b.WriteString(row(i) + "\n")
		}
		p := desk.Must(o.ImportAnswers(desk.As(a), a, id, "answers.csv", []byte(b.String()), false))(t)
		if !p.Report.Written || p.People != int64(n) {
			t.Fatalf("written %v, %d persons, findings %v", p.Report.Written, p.People, p.Report.Findings)
		}
		return desk.Must(o.Show(desk.As(a), a, id))(t).Results[0]
	}
	check := func(name string, r Result, ci []float64, p, se, deff float64) {
		t.Helper()
		e := r.Whole.Est
		if r.Held != nil || !near(e.Value, p) || !near(e.SE, se) || !near(e.Deff, deff) || !near(e.Interval.Lo, ci[0]) || !near(e.Interval.Hi, ci[1]) {
			t.Errorf("%s: %+v (%v %v), want p %v se %v deff %v ci %v", name, e, r.Whole.Why, r.Held, p, se, deff, ci)
		}
	}

	for section, known := range map[string]bool{"with_fpc": true, "without_fpc": false} {
		rows, ci, p, se, deff := reference(t, "survey_stratified", "with_fpc")
		x := phoned()
		x.Questions, x.Strata = []Question{wide()}, nil
		people := map[string]float64{}
		for i, s := range rows["stype"] {
			people[s.(string)] = rows["fpc"][i].(float64)
		}
		for _, s := range []string{"E", "M", "H"} {
			h := Stratum{Name: s}
			if known {
				h.People = int64(people[s])
			}
			x.Strata = append(x.Strata, h)
		}
		r := through(x, "层,权数,Q1", func(i int) string {
			return fmt.Sprintf("%s,%v,%s", rows["stype"][i], rows["pw"][i], rows["sch.wide"][i])
		}, len(rows["stype"]))
		if known {
			check("stratified", r, ci, p, se, deff)
			// The weights of the case are people by interviews: they need not be given.
			r = through(x, "层,Q1", func(i int) string { return fmt.Sprintf("%s,%s", rows["stype"][i], rows["sch.wide"][i]) }, len(rows["stype"]))
			if math.Abs(r.Whole.Est.Value-p) > 1e-6 || math.Abs(r.Whole.Est.Interval.Lo-ci[0]) > 1e-6 {
				t.Errorf("without a column of weights: %+v, want %v %v", r.Whole.Est, p, ci)
			}
		} else if !near(r.Whole.Est.Value, p) || r.Whole.Est.SE <= se {
			t.Errorf("without the number of people the error is %v, want more than %v", r.Whole.Est.SE, se)
		}

		rows, ci, p, se, deff = reference(t, "survey_cluster_one_stage", section)
		x = phoned()
		x.Design, x.Mode, x.Questions, x.WholeCluster, x.Strata = Cluster, Visit, []Question{wide()}, known, []Stratum{{Name: whole, Clusters: 757}}
		r = through(x, "群,权数,Q1", func(i int) string {
			return fmt.Sprintf("d%v,%v,%s", rows["dnum"][i], rows["pw"][i], rows["sch.wide"][i])
		}, len(rows["dnum"]))
		check("cluster "+section, r, ci, p, se, deff)
		if r.Whole.Est.DF != 14 {
			t.Errorf("%d degrees of freedom, want 14", r.Whole.Est.DF)
		}
	}
}

// What a survey may say, as a table of rules.
func TestWhatASurveyMaySay(t *testing.T) {
	clustered := func() Survey {
		x := phoned()
		x.Design, x.Mode = StratifiedCluster, Visit
		return x
	}
	points := func(town string, n int) (c Counts) {
		for i := range n {
			c = append(c, cells(town, fmt.Sprintf("村%d", i), 8, 7+int64(i%3), 1+int64(i%2), 0)...)
		}
		return c
	}
	for name, x := range map[string]struct {
		survey Survey
		change func(*Survey)
		counts Counts
		held   string
		why    stats.Reason
		said   string // of the sentences
		never  string
	}{
		"good sample":          {survey: phoned(), counts: twoTowns(), said: "随机访问300人，其中293人表态，满意率94.1%，全县18周岁以上居民实际大约在"},
		"target in doubt":      {survey: phoned(), counts: twoTowns(), said: "按数值没有达到≥95%的要求；但差距在抽样误差之内"},
		"unknown frame":        {survey: phoned(), change: func(s *Survey) { s.FrameKnown = false }, counts: twoTowns(), said: "由于抽样框不清楚，这一结果只作参考", never: "抽样误差不会改变"},
		"low response":         {survey: phoned(), change: func(s *Survey) { s.Approached = 601 }, counts: twoTowns(), said: "没有访问成功的超过一半"},
		"response of half":     {survey: phoned(), change: func(s *Survey) { s.Approached = 600 }, counts: twoTowns(), never: "参考"},
		"response unknown":     {survey: phoned(), change: func(s *Survey) { s.Approached = 0 }, counts: twoTowns(), said: "没有记录接触了多少人"},
		"under 30":             {survey: phoned(), counts: append(cells("甲镇", "", 10, 5, 1, 9), cells("乙镇", "", 8, 4, 1, 0)...), why: stats.TooFewAnswers, said: "有效回答只有29人，不足30人，只列人数", never: "%"},
		"all satisfied":        {survey: phoned(), counts: append(cells("甲镇", "", 40), cells("乙镇", "", 40)...), why: stats.NoIntervalAtEnd, said: "回答全部相同（满意率100.0%），无法由样本估计误差"},
		"stratum left out":     {survey: phoned(), counts: cells("甲镇", "", 100, 85, 10, 5), held: "乙镇"},
		"left out but joined":  {survey: phoned(), change: func(s *Survey) { s.Strata[1].Merge = "甲镇" }, counts: cells("甲镇", "", 100, 85, 10, 5), said: "乙镇的抽样点不足以单独估计误差，计算误差时并入甲镇"},
		"no people, no weight": {survey: phoned(), change: func(s *Survey) { s.Strata[0].People, s.Strata[1].People = 0, 0 }, counts: twoTowns(), held: "权数"},
		"more than there are":  {survey: phoned(), change: func(s *Survey) { s.Strata[1].People = 99 }, counts: twoTowns(), held: "多于人口数"},
		"one person":           {survey: phoned(), counts: append(cells("甲镇", "", 100, 85, 10, 5), cells("乙镇", "", 1)...), held: "只访问了一人"},
		"clusters":             {survey: clustered(), counts: append(points("甲镇", 6), points("乙镇", 4)...), said: "设计效应"},
		"one cluster":          {survey: clustered(), counts: append(points("甲镇", 6), points("乙镇", 1)...), held: "只有一个抽样点，不能估计误差：乙镇"},
		"one cluster joined":   {survey: clustered(), change: func(s *Survey) { s.Strata[1].Merge = "甲镇" }, counts: append(points("甲镇", 6), points("乙镇", 1)...), said: "并入甲镇"},
		"two lonely strata":    {survey: clustered(), counts: append(points("甲镇", 1), points("乙镇", 1)...), held: "甲镇、乙镇"},
		"street":               {survey: street(), counts: Counts{{Question: "Q1", Stratum: whole, Answer: 0, N: 98}, {Question: "Q1", Stratum: whole, Answer: 1, N: 2}}, why: stats.NotASample, said: "本次在活动现场回收100份问卷，只反映答卷人员的看法，不能代表全县群众", never: "%"},
	} {
		t.Run(name, func(t *testing.T) {
			s := x.survey
			if x.change != nil {
				x.change(&s)
			}
			s.tidy()
			if err := s.Check(); err != nil {
				t.Fatal(err)
			}
			r := s.Analyse(s.Questions[0], x.counts)
			if (r.Held == nil) != (x.held == "") || r.Held != nil && !strings.Contains(r.Held.Error(), x.held) {
				t.Errorf("held %v, want %q", r.Held, x.held)
			}
			if x.held == "" && r.Whole.Why != x.why {
				t.Errorf("why %q, want %q", r.Whole.Why, x.why)
			}
			if r.Whole.Why != "" && r.Whole.Est.Interval != (stats.Interval{}) {
				t.Errorf("an interval although %q", r.Whole.Why)
			}
			said, english := "", ""
			for _, st := range r.Sentences(s, s.Questions[0].Name, s.Population, "活动现场", "≥95%", nil, "") {
				said, english = said+st.Chinese()+"\n", english+st.English()+"\n"
			}
			if !strings.Contains(said, x.said) || x.never != "" && strings.Contains(said, x.never) {
				t.Errorf("said %q, want %q and never %q", said, x.said, x.never)
			}
			if x.held != "" && said != "" {
				t.Errorf("held, but says %q", said)
			}
			if strings.Contains(english, "%!") {
				t.Errorf("English %q", english)
			}
			for _, bad := range stats.NeverSaid() {
				if strings.Contains(said, bad) {
					t.Errorf("says %q", bad)
				}
			}
		})
	}
}

// A stratum has an estimate of its own from 30 answers on, with the error of its own clusters.
func TestStrata(t *testing.T) {
	s := phoned()
	s.tidy()
	r := s.Analyse(s.Questions[0], append(cells("甲镇", "", 100, 85, 10, 5), cells("乙镇", "", 20, 8, 1, 5)...))
	if len(r.Strata) != 2 || r.Strata[0].Why != "" || r.Strata[0].Est.DF != 199 || r.Strata[1].Why != stats.TooFewAnswers || r.Strata[1].Yes != 28 {
		t.Errorf("strata %+v", r.Strata)
	}
	s.Design, s.Mode = StratifiedCluster, Visit
	s.Strata[1].Merge = "甲镇"
	var c Counts
	for i := range 5 {
		c = append(c, cells("甲镇", fmt.Sprint(i), 10, 5+int64(i), 2, 0)...)
	}
	r = s.Analyse(s.Questions[0], append(c, cells("乙镇", "1", 30, 10, 5, 0)...))
	if r.Held != nil || r.Whole.Why != "" || r.Strata[0].Est.DF != 4 || r.Strata[1].Why != stats.LonelyCluster {
		t.Errorf("joined strata: %v %+v", r.Held, r.Strata)
	}
	// Both villages are called 1 and stay two.
	if r.Whole.Est.DF != 5 {
		t.Errorf("%d degrees of freedom of six villages in one group, want 5", r.Whole.Est.DF)
	}
}

func TestWaves(t *testing.T) {
	now, was := phoned(), phoned()
	was.Title, was.From, was.To = "2016年调查", was.From.AddDays(-365), was.To.AddDays(-365)
	now.tidy()
	was.tidy()
	low := append(cells("甲镇", "", 80, 70, 45, 5), cells("乙镇", "", 40, 35, 23, 2)...)
	r := now.Analyse(now.Questions[0], twoTowns())
	for name, x := range map[string]struct {
		change    func(*Survey)
		counts    Counts
		fault     stats.WaveFault
		beyond    bool
		reference bool
		said      string
	}{
		"a rise":      {counts: low, beyond: true, said: "超出了抽样误差"},
		"level":       {counts: twoTowns(), said: "视为持平"},
		"other words": {change: func(s *Survey) { s.Questions[0].Text = "满意吗" }, counts: low, fault: stats.OtherQuestion, said: "不作比较"},
		"other counting": {change: func(s *Survey) {
			s.Questions[0].Answers = slices.Clone(s.Questions[0].Answers)
			s.Questions[0].Answers[3].Class = Other
		}, counts: low, fault: stats.OtherQuestion},
		"other mode":     {change: func(s *Survey) { s.Mode = Visit }, counts: low, fault: stats.OtherMode, said: "调查方式不同"},
		"street":         {change: func(s *Survey) { s.Design, s.Mode = Convenience, Street }, counts: low, fault: stats.StreetWave, said: "不都是随机抽样"},
		"reference only": {change: func(s *Survey) { s.FrameKnown = false }, counts: low, beyond: true, reference: true, said: "不判断升降"},
		"held":           {counts: cells("甲镇", "", 80, 70, 45, 5), fault: stats.NoWave, reference: true},
	} {
		s := was
		s.Questions = []Question{was.Questions[0]}
		if x.change != nil {
			x.change(&s)
		}
		w := now.CompareWith(r, s, x.counts)
		if w.Fault != x.fault || w.Change.Beyond != x.beyond || w.Reference != x.reference {
			t.Errorf("%s: %q beyond %v reference %v", name, w.Fault, w.Change.Beyond, w.Reference)
		}
		said := ""
		for _, st := range r.Sentences(now, "满意率", "全县", "", "", &w, s.Title) {
			said += st.Chinese()
		}
		if !strings.Contains(said, x.said) {
			t.Errorf("%s says %q, want %q", name, said, x.said)
		}
	}
}

// Persons of a kind may be counted in one row or in many: nothing that is said changes.
func TestOrderAndGroupingDoNotMatter(t *testing.T) {
	s := phoned()
	s.tidy()
	rapid.Check(t, func(t *rapid.T) {
		var c Counts
		for _, town := range []string{"甲镇", "乙镇"} {
			c = append(c, cells(town, "", rapid.Int64Range(15, 60).Draw(t, "a"), rapid.Int64Range(1, 60).Draw(t, "b"), rapid.Int64Range(1, 20).Draw(t, "c"), rapid.Int64Range(0, 9).Draw(t, "d"))...)
		}
		one := s.Analyse(s.Questions[0], c)
		d := slices.Clone(c)
		slices.Reverse(d)
		d = append(d, Count{Question: "Q1", Stratum: "甲镇", N: 1})
		for i := range d {
			if d[i].Stratum == "甲镇" && d[i].Answer == 0 && d[i].N > 1 {
				d[i].N--
				break
			}
		}
		two := s.Analyse(s.Questions[0], d)
		if a, b := one.line(), two.line(); a.Value != b.Value || a.Low != b.Low || a.High != b.High || a.Deff != b.Deff || a.Yes != b.Yes {
			t.Fatalf("%+v and %+v", a, b)
		}
		if e := one.Whole.Est; one.Held == nil && one.Whole.Why == "" && !(e.Interval.Lo < e.Value && e.Value < e.Interval.Hi && e.Interval.Hi < 1) {
			t.Fatalf("interval %+v of %v", e.Interval, e.Value)
		}
	})
}

func TestCheckSaysEverythingAtOnce(t *testing.T) {
	x := Survey{Design: Stratified, Mode: Street, Questions: []Question{{Text: "？", Answers: []Answer{{"是", Counted}, {"是", Counted}}, Target: "101"}}, Strata: []Stratum{{Name: "甲镇", Merge: "丁镇"}, {Name: "甲 镇", People: 3}}}
	x.tidy()
	err := x.Check()
	for _, say := range []string{"请写调查名称", "请选择调查内容", "不合", "请选择开始日期", "由谁实施", "代表谁", "写了两次", "其余的回答", "百分数", "丁镇", "要么都写"} {
		if err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("the findings do not say %q: %v", say, err)
		}
	}
	want(t, "findings", err, fault.Invalid)
	good := phoned()
	good.tidy()
	desk.OK(t, good.Check())
	s := street()
	s.tidy()
	desk.OK(t, s.Check())
	if len(s.Strata) != 1 || s.Strata[0].Name != whole || s.Questions[0].Code != "Q1" || s.Questions[0].Name != "知晓率" {
		t.Errorf("tidied %+v", s)
	}
}
