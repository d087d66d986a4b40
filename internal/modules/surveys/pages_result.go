package surveys

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

// showView is the page of one survey.
type showView struct {
	Title, Path, State, Tag, Span, Kind string
	Caption                             string // of a questionnaire that is no sample
	Facts                               []factLine
	Note, Reason                        string
	Warnings                            []string
	Questions                           []questionView
	Grid                                web.Grid
	XLSX, CSV                           string
	HasData, Empty, Hidden              bool
	Version                             int64
	MayEdit, MayFix, MayWithdraw, MayDo bool
	Problems                            []string
	Fixed                               string
	Earlier                             string
	Stale                               bool
	F                                   formFaults
	Convenience                         bool
}

type factLine struct{ Label, Value string }

type questionView struct {
	Head, Text, Lead string
	Sentences        []string
	Held             string
	Answers          *table.Table
	Strata, Waves    chart.Chart
	HasStrata        bool
	HasWaves         bool
	Tiles            []tile
	Method           []string
}

type tile struct{ Label, Value, Meta, Light string }

// reasonText says in Chinese why a part has no interval.
func reasonText(r stats.Reason) string {
	switch r {
	case unsaid:
		return "见上面的说明"
	case stats.NoData:
		return "没有访问"
	case stats.NotASample:
		return "只列人数"
	case stats.TooFewAnswers:
		return "不足30人，只列人数"
	case stats.NoIntervalAtEnd:
		return "回答全部相同，算不出误差"
	case stats.LonelyCluster:
		return "抽样点太少，算不出误差"
	}
	return r.Sentence()
}

// place names where questionnaires were returned.
func (x lens) place(m Mode) string {
	return x.t(map[Mode]string{Street: "街头", Event: "活动现场", School: "学校", Online: "网上"}[m])
}

func (x lens) facts(s Survey, answered int64) []factLine {
	out := []factLine{{x.t("调查内容"), x.t(s.Topic.Text())}, {x.t("时间"), span(s)}, {x.t("实施"), s.By}, {x.t("代表谁"), s.Population}, {x.t("抽样方法"), x.t(s.Design.Text())}, {x.t("调查方式"), x.t(s.Mode.Text())}}
	if s.Design == Convenience {
		out[3].Label = x.t("面向谁")
		return append(out, factLine{x.t("主管"), x.owner(s.Force)})
	}
	frame := s.Frame
	if !s.FrameKnown {
		frame = strings.TrimSpace(frame + " " + x.t("（不清楚）"))
	}
	out = append(out, factLine{x.t("抽样框"), frame})
	response := x.t("没有记录接触人数")
	if s.Approached > 0 && answered > 0 {
		response = x.t("接触 %s 人，访问成功 %s 人，应答率 %s%%", grouped(s.Approached), grouped(answered), stats.SurveyPercent(float64(answered)/float64(s.Approached)))
	} else if s.Approached > 0 {
		response = x.t("接触 %s 人", grouped(s.Approached))
	}
	return append(out, factLine{x.t("应答"), response}, factLine{x.t("主管"), x.owner(s.Force)})
}

// answersTable lists the counts of the answers. Only a sample drawn by chance may have shares, and
// these stand in the sentences with their range.
func (x lens) answersTable(q Question, n []int64) *table.Table {
	t := &table.Table{ID: "answers-" + q.Code, Name: q.Code, Columns: []table.Column{{Head: []string{x.t("回答")}, Key: "answer", RowHead: true}, {Head: []string{x.t("归入")}, Key: "class"}, {Head: []string{x.t("人数")}, Key: "n"}}}
	var all int64
	for i, a := range q.Answers {
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(a.Text), table.Text(x.class(a.Class, q)), countCell(n[i])}})
		all += n[i]
	}
	t.Rows = append(t.Rows, table.Row{Total: true, Cells: []table.Cell{table.Text(x.t("合计")), table.Text(""), countCell(all)}})
	return t
}

func (x lens) class(c AnswerClass, q Question) string {
	switch c {
	case Counted:
		return x.t("计入%s", x.t(q.Name))
	case Other:
		return x.t("不计入")
	}
	return x.t("不表态，不在分母中")
}

// parts lists the groups of a result that a reader may see: the whole, then its strata.
func (r Result) parts() []Part { return append([]Part{r.Whole}, r.Strata...) }

// numbersTable is the table of all figures of a survey, for the page and for download. Counts of
// answers below the whole are for those inside; others see them only in a share of 30 or more.
func (x lens) numbersTable(s Survey, list []Result, full bool) *table.Table {
	t := &table.Table{ID: "numbers", Name: x.t("全部数字"), Columns: []table.Column{
		{Head: []string{x.t("题")}, Key: "question"}, {Head: []string{x.t("范围")}, Key: "part", RowHead: true}, {Head: []string{x.t("访问人数")}, Key: "interviews"}, {Head: []string{x.t("计入的回答")}, Key: "yes"}, {Head: []string{x.t("其余的回答")}, Key: "no"}, {Head: []string{x.t("不表态")}, Key: "out"}}}
	convenience := s.Design == Convenience
	if !convenience {
		t.Columns = append(t.Columns, table.Column{Head: []string{x.t("比率")}, Key: "share"}, table.Column{Head: []string{x.t("大约在（下限）")}, Key: "low"}, table.Column{Head: []string{x.t("大约在（上限）")}, Key: "high"},
			table.Column{Head: []string{x.t("设计效应")}, Key: "deff"}, table.Column{Head: []string{x.t("相当于简单随机")}, Key: "effective", Unit: x.t("人")})
	}
	for _, r := range list {
		for i, p := range r.parts() {
			name := p.Name
			if i == 0 {
				name = x.t(whole)
			}
			row := table.Row{Total: i == 0, Cells: []table.Cell{table.Text(r.Question.Code), table.Text(name), countCell(p.Interviews), countCell(p.Yes), countCell(p.No), countCell(p.Left)}}
			if i > 0 && !full {
				for j := 3; j <= 5; j++ {
					row.Cells[j] = table.Missing(x.t("不公布"))
				}
			}
			if !convenience {
				row.Cells = append(row.Cells, x.estimateCells(p)...)
			}
			t.Rows = append(t.Rows, row)
		}
	}
	if convenience {
		t.Notes = []string{x.t("非概率样本，不作推断：只列人数，不算比率，不与其他调查相比，不排名次。")}
		return t
	}
	t.Notes = []string{x.t("比率按抽样设计加权，与人数直接相除会有出入。范围的把握程度为 95%。访问不足30人的层只列人数。")}
	if slices.ContainsFunc(list, func(r Result) bool { return len(r.Strata) > 0 }) {
		t.Notes = append(t.Notes, x.t("各层人数少，范围宽，不据此排名次。"))
		if !full {
			t.Notes = append(t.Notes, x.t("各层的回答人数只给禁毒办、主管专班和领导看。"))
		}
	}
	return t
}

func percentCell(v float64) table.Cell {
	return table.Number(fmt.Sprintf("%.6f", 100*v), stats.SurveyPercent(v)+"%")
}

func (x lens) estimateCells(p Part) []table.Cell {
	none := table.Missing("—")
	out := []table.Cell{table.Missing(x.t(reasonText(p.Why))), none, none, none, none}
	if p.Why == stats.NoIntervalAtEnd {
		out[0] = percentCell(p.Est.Value)
		out[0].Note = x.t(reasonText(p.Why))
	}
	if p.Why != "" {
		return out
	}
	out[0], out[1], out[2] = percentCell(p.Est.Value), percentCell(p.Est.Interval.Lo), percentCell(p.Est.Interval.Hi)
	if n := p.Effective(); n > 0 {
		out[3], out[4] = table.Number(deff(p.Est.Deff), deff(p.Est.Deff)), countCell(n)
	}
	return out
}

// ranges draws shares with their ranges, in per cent; the target is a dashed line.
func (x lens) ranges(title string, rows []chart.RangeRow, target string, want float64) chart.Chart {
	lo, hi := 100.0, 0.0
	var line *chart.Target
	for _, r := range rows {
		if r.At.OK {
			lo, hi = min(lo, r.Lo), max(hi, r.Hi)
		}
	}
	if target != "" {
		lo, hi = min(lo, want), max(hi, want)
		line = &chart.Target{V: want, Text: target}
	}
	first, last := max(0, int(math.Floor(lo-1))), min(100, int(math.Ceil(hi+0.5)))
	switch {
	case last-first > 24:
		first -= first % 10 // the numbers of the scale are round ones
	case last-first > 10:
		first -= first % 2
	}
	return chart.Ranges{Title: title, Axis: "%", First: first, Last: last, Rows: rows, Target: line, Width: 470}
}

func rangeRow(name string, p Part, own bool, gap string) chart.RangeRow {
	if p.Why != "" {
		return chart.RangeRow{Name: name, At: chart.Gap(gap)}
	}
	e := p.Est
	text := stats.SurveyPercent(e.Value) + "%"
	return chart.RangeRow{Name: name, At: chart.Num(100*e.Value, text), Lo: 100 * e.Interval.Lo, Hi: 100 * e.Interval.Hi, Text: text, Own: own, Note: fmt.Sprintf("%s%%—%s%%", stats.SurveyPercent(e.Interval.Lo), stats.SurveyPercent(e.Interval.Hi))}
}

// question shows one question.
func (x lens) question(s Survey, r Result, waves []Wave) questionView {
	q := r.Question
	subject := x.t(q.Name)
	v := questionView{Head: q.Code, Text: q.Text, Answers: x.answersTable(q, r.Answers)}
	target := ""
	want, has := q.target()
	if has {
		target = "≥" + q.Target + "%"
	}
	var wave *Wave
	earlier := ""
	if len(waves) > 0 {
		wave = &waves[0]
		earlier = waves[0].Earlier.Title
	}
	for i, st := range r.Sentences(s, subject, s.Population, x.place(s.Mode), target, wave, earlier) {
		if i == 0 {
			v.Lead = x.say(st)
			continue
		}
		v.Sentences = append(v.Sentences, x.say(st))
	}
	if r.Held != nil {
		v.Held = fault.Say(r.Held, x.Text)
		return v
	}
	if s.Design == Convenience || r.Whole.Why != "" && r.Whole.Why != stats.NoIntervalAtEnd {
		return v
	}
	v.Tiles = append(v.Tiles, tile{Label: subject, Value: stats.SurveyPercent(r.Whole.Est.Value) + "%", Meta: x.t("%d/%d 人（未加权）", r.Whole.Yes, r.Whole.Base())})
	if r.Whole.Why == "" {
		e := r.Whole.Est
		v.Tiles = append(v.Tiles, tile{Label: x.t("全体实际大约在"), Value: stats.SurveyPercent(e.Interval.Lo) + "%—" + stats.SurveyPercent(e.Interval.Hi) + "%", Meta: x.t("把握程度 95%")})
		v.Method = x.method(s, r)
	}
	if t, ok := r.Target(); ok {
		c := x.verdict(r.line())
		word := "未达标"
		if t.Met {
			word = "达标"
		}
		v.Tiles = append(v.Tiles, tile{Label: x.t("目标 %s", target), Value: x.t(word), Meta: c.Note, Light: string(c.Light)})
	}
	if len(r.Strata) > 1 && slices.ContainsFunc(r.Strata, func(p Part) bool { return p.Why == "" }) {
		rows := []chart.RangeRow{rangeRow(x.t(whole), r.Whole, true, x.t(reasonText(r.Whole.Why)))}
		for _, p := range r.Strata {
			rows = append(rows, rangeRow(p.Name, p, false, x.t(reasonText(p.Why))))
		}
		if len(rows) > 1 {
			rows[1].Rule = true
		}
		v.HasStrata, v.Strata = true, x.ranges(x.t("%s：全体和各层", subject), rows, target, 100*want)
	}
	var rows []chart.RangeRow
	for _, w := range slices.Backward(waves) {
		if w.Fault == "" {
			rows = append(rows, rangeRow(x.waveName(w.Earlier), w.Was.Whole, false, ""))
		}
	}
	if len(rows) > 0 {
		rows = append(rows, rangeRow(x.waveName(s), r.Whole, true, x.t(reasonText(r.Whole.Why))))
		v.HasWaves, v.Waves = true, x.ranges(x.t("%s：各次调查", subject), rows, target, 100*want)
	}
	return v
}

// waveName names a wave in a chart by when it was.
func (x lens) waveName(s Survey) string {
	y, m, _ := s.To.Date()
	return fmt.Sprintf("%04d-%02d", y, m)
}

// method says how a share was computed, for the fold-out.
func (x lens) method(s Survey, r Result) []string {
	e := r.Whole.Est
	out := []string{x.t(r.Weights)}
	switch s.Design {
	case Simple, Stratified:
		out = append(out, x.t("误差按各层内受访人之间的差别计算（泰勒线性化），自由度 %d", e.DF))
	default:
		out = append(out, x.t("误差按各层内村（组）之间的差别计算（泰勒线性化），自由度 %d", e.DF))
	}
	out = append(out, x.t("范围用对数比（logit）变换和 t 分布，不会超出 0 到 100%"))
	if e.Deff > 0 {
		out = append(out, x.t("设计效应 %s：误差的平方是同样人数简单随机抽样的 %s 倍", deff(e.Deff), deff(e.Deff)))
	}
	fpc := "没有按总数折减误差"
	if x.corrected(s) {
		fpc = "误差已按抽中的占总数的比例折减"
	}
	return append(out, x.t(fpc))
}

func (x lens) corrected(s Survey) bool {
	group := s.groups()
	for i := range s.Strata {
		if s.available(group, i) > 0 {
			return true
		}
	}
	return false
}
