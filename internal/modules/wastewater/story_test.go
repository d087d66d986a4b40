package wastewater

import (
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
	"kaiyang/internal/testkit/desk"
)

// The reference case's week, plants and uncertainty come out of the service as other programs
// computed them (refcases/wastewater_backcalculation).
func TestTheReferenceCaseThroughTheService(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		p := o.plant("演示污水厂", 52000, CubicMetres)
		id := o.campaign("参考周", "2018-03-12", []string{methamphetamine}, p)
		o.load(id, file("2018-03-12", "演示污水厂", "甲基苯丙胺", weekQ, weekC))
		w := desk.Must(o.Show(desk.As(o.reader()), o.reader(), id))(t)
		l := w.Results[0].All
		daily := []float64{15.4, 15.9230769230769, 13.3692307692308, 16.5336538461538, 21.6403846153846, 26.6538461538462, 24.8096153846154}
		for i, want := range daily {
			near(t, "daily load", l.Daily[i].Range.Upper, want)
		}
		near(t, "mean", l.Week.Mean, 19.1899725274725)
		near(t, "from", l.Week.Interval.Lo, 14.425028816125)
		near(t, "to", l.Week.Interval.Hi, 23.9549162388201)
		near(t, "weekend", l.Week.WeekendRatio, 1.55260440236247) // 12 March 2018 is a Monday
		if w.Results[0].Consumption != nil {
			t.Error("consumption was computed although nobody asked for it")
		}
		said := lens{words.Chinese}.sayings(w)
		if len(said) != 1 || !strings.Contains(said[0].Lines[0], "甲基苯丙胺负荷约为每天每千人19.2毫克") || !strings.Contains(said[0].Lines[0], "14.4到24.0") {
			t.Errorf("%+v", said)
		}
		text := pageText(lens{words.Chinese}, w)
		for _, want := range []string{"52,000 人", "2017年推算（演示）", "24小时混合样", "甲实验室", "默认关闭", "不由吗啡推算", "不能换算成人数", "文献起始值", "采样 10%（文献范围 5%—15%，取自文献）"} {
			if !strings.Contains(text, want) {
				t.Errorf("the assumptions do not say %q: %s", want, text)
			}
		}
	})
}

func pageText(x lens, w Whole) string {
	var b strings.Builder
	for _, a := range x.assumptionList(w) {
		b.WriteString(a.Name + "：" + a.Text + "\n")
	}
	return b.String()
}

// Three plants are weighted by people, and a plant below the limit makes a range of it.
func TestPlantsAreWeightedByPeople(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		// Loads of 12.1, 30.4 and 7.7 for 52,000, 118,000 and 9,000 people (reference case, plants).
		a, b, c := o.plant("甲厂", 52000, CubicMetres), o.plant("乙厂", 118000, TenThousandths), o.plant("丙厂", 9000, CubicMetres)
		id := o.campaign("三厂", "2018-03-12", []string{"ketamine"}, a, b, c)
		same := func(v string) []string { return []string{v, v, v, v, v, v, v} }
		o.load(id, file("2018-03-12", "甲厂", "氯胺酮", same("5200"), same("121")))
		o.load(id, file("2018-03-12", "乙厂", "氯胺酮", same("1.18"), same("304"))) // 11,800 m³
		o.load(id, file("2018-03-12", "丙厂", "氯胺酮", same("900"), same("77")))
		w := desk.Must(o.Show(desk.As(o.leader()), o.leader(), id))(t)
		near(t, "weighted", w.Results[0].All.Week.Mean, 23.9424581005587)
		if n := len(w.Results[0].ByPlant); n != 3 || w.Results[0].All.Plants != 3 {
			t.Errorf("%d plants", n)
		}
		// The case's censored plant: 90,000 m³, 118,000 people, limit 2 ng/L: 0 to 1.5254.
		id = o.campaign("低于定量限", "2018-04-02", []string{"ketamine"}, b)
		o.load(id, file("2018-04-02", "乙厂", "氯胺酮", same("9"), same("<2")))
		l := desk.Must(o.Show(desk.As(o.leader()), o.leader(), id))(t).Results[0].All
		near(t, "lower", l.Range.Lower, 0)
		near(t, "upper", l.Range.Upper, 1.52542372881356)
		near(t, "drawn at", l.Range.Plot, 0.76271186440678)
		if l.Measured() || !l.Undetected() {
			t.Errorf("%+v", l)
		}
		if s := l.Say("氯胺酮", "", 0.3, false).Chinese(); !strings.Contains(s, "全部低于定量限") || !strings.Contains(s, "0到1.53毫克") {
			t.Error(s)
		}
	})
}

// Two campaigns a year apart are compared; what differs is named and weakens the verdict.
func TestComparingWithTheYearBefore(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		p, a := o.plant("演示污水厂", 52000, CubicMetres), o.member()
		flat := []string{"9000", "9000", "9000", "9000", "9000", "9000", "9000"}
		before := o.campaign("2017年3月", "2017-03-06", []string{methamphetamine}, p)
		o.load(before, file("2017-03-06", "演示污水厂", methamphetamine, flat, []string{"110", "109", "111", "110", "112", "108", "110"}))
		now := o.campaign("2018年3月", "2018-03-12", []string{methamphetamine}, p)
		o.load(now, file("2018-03-12", "演示污水厂", methamphetamine, flat, []string{"70", "71", "69", "70", "72", "68", "70"}))
		c := desk.Must(o.Show(desk.As(a), a, now))(t).Earlier[methamphetamine]
		if c.Code != stats.SayLoadsLower || len(c.Grounds) != 0 || c.Earlier.ID != before {
			t.Errorf("equal conditions: %s %v", c.Code, c.Grounds)
		}
		// Another laboratory: a third less is no longer clear.
		q := desk.Must(o.Show(desk.As(a), a, now))(t).Campaign
		q.Laboratory = "乙实验室"
		desk.Must(o.SaveCampaign(desk.As(a), a, q))(t)
		w := desk.Must(o.Show(desk.As(a), a, now))(t)
		c = w.Earlier[methamphetamine]
		if c.Code != stats.SayLoadsWide || len(c.Grounds) != 1 || c.Grounds[0] != OtherLaboratory {
			t.Errorf("another laboratory: %s %v", c.Code, c.Grounds)
		}
		said := lens{words.Chinese}.sayings(w)[0].Lines
		if !strings.Contains(said[1], "实验室不同") || !strings.Contains(said[1], "变化到2倍以上才算清楚") || strings.Contains(said[1], "降到") {
			t.Errorf("%q", said)
		}
		// A campaign in autumn is not set against spring, but the spring before is still found.
		autumn := o.campaign("2017年9月", "2017-09-04", []string{methamphetamine}, p)
		o.load(autumn, file("2017-09-04", "演示污水厂", methamphetamine, flat, []string{"70", "71", "69", "70", "72", "68", "70"}))
		if c := desk.Must(o.Show(desk.As(a), a, autumn))(t).Earlier[methamphetamine]; c.Code != stats.SayLoadsRefused || c.Grounds[0] != OtherSeason {
			t.Errorf("autumn: %s %v", c.Code, c.Grounds)
		}
		if c := desk.Must(o.Show(desk.As(a), a, now))(t).Earlier[methamphetamine]; c.Earlier.ID != before {
			t.Errorf("spring is set against %s", c.Earlier.Name)
		}
	})
}

// A finished campaign stands: results, population and the assumptions it was finished with.
func TestAFinishedCampaignStands(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		p, a, chief := o.plant("演示污水厂", 52000, CubicMetres), o.member(), o.chief()
		id := o.campaign("2018年3月", "2018-03-12", []string{methamphetamine, "ketamine"}, p)
		kind := func(err error, want fault.Kind, part string) {
			t.Helper()
			if err == nil || fault.KindOf(err) != want || !strings.Contains(err.Error(), part) {
				t.Errorf("got %v, want %q", err, part)
			}
		}
		kind(o.Finish(desk.As(a), a, id, 1), fault.Conflict, "还没有样品数据")
		o.load(id, file("2018-03-12", "演示污水厂", methamphetamine, weekQ, weekC))
		c := desk.Must(o.Show(desk.As(a), a, id))(t).Campaign
		kind(o.Finish(desk.As(a), a, id, c.Version), fault.Conflict, "0 天流量、7 个检测结果")
		c.Note = "氯胺酮没有送检"
		desk.Must(o.SaveCampaign(desk.As(a), a, c))(t)
		kind(o.Finish(desk.As(a), a, id, c.Version), fault.Conflict, "别人改过")
		c = desk.Must(o.Show(desk.As(a), a, id))(t).Campaign
		desk.OK(t, o.Finish(desk.As(a), a, id, c.Version))
		c = desk.Must(o.Show(desk.As(a), a, id))(t).Campaign
		if c.State != Final || c.By != a.Name || c.On != period.MustDay("2018-05-10") {
			t.Errorf("%+v", c)
		}
		kind(o.SaveSamples(desk.As(a), a, id, c.Version, p, Data{}, Data{}), fault.Conflict, "已定稿")
		_, err := o.Import(desk.As(a), a, id, "a.csv", []byte(file("2018-03-12", "演示污水厂", methamphetamine, weekQ, weekC)), false)
		kind(err, fault.Conflict, "已定稿")
		// The plant grows and the laboratory writes a new edition: nothing of it moves.
		was := desk.Must(o.Show(desk.As(a), a, id))(t)
		desk.Must(o.SavePlant(desk.As(a), a, Plant{ID: p, Name: "演示污水厂", People: 99000, Source: "新普查", Unit: CubicMetres, Version: 1}))(t)
		e := Starter()
		e.Owner, e.Reason, e.Consumption, e.Errors = "甲实验室", "按本厂复核", true, e.Errors[:2]
		if n := desk.Must(o.SaveAssumptions(desk.As(chief), chief, e))(t); n != 1 {
			t.Errorf("edition %d", n)
		}
		e.Edition = 0
		_, err = o.SaveAssumptions(desk.As(chief), chief, e)
		kind(err, fault.Conflict, "别人改过")
		now := desk.Must(o.Show(desk.As(a), a, id))(t)
		if now.RSD != was.RSD || now.Results[0].All.Week.Mean != was.Results[0].All.Week.Mean || now.Results[0].Consumption != nil {
			t.Errorf("moved: %v %v", now.RSD, was.RSD)
		}
		kind(o.Reopen(desk.As(a), a, id, c.Version, "更正"), fault.Forbidden, "")
		kind(o.Reopen(desk.As(chief), chief, id, c.Version, ""), fault.Invalid, "写明原因")
		desk.OK(t, o.Reopen(desk.As(chief), chief, id, c.Version, "实验室更正报告"))
		now = desk.Must(o.Show(desk.As(a), a, id))(t)
		// Now the new edition counts: consumption by the laboratory's factor, and less error.
		x := now.Results[0].Consumption
		if x == nil || now.RSD >= was.RSD {
			t.Fatalf("%+v %v", x, now.RSD)
		}
		near(t, "consumption", x.Amount, now.Results[0].All.Week.Mean/0.41)
		desk.OK(t, o.RefreshSites(desk.As(a), a, id))
		if got := desk.Must(o.Show(desk.As(a), a, id))(t).Campaign.Sites[0].People; got != 99000 {
			t.Errorf("%d people after taking them over", got)
		}
		n, err := o.db.CheckAudit(desk.As(chief))
		if err != nil || n < 6 {
			t.Errorf("%d audit lines: %v", n, err)
		}
	})
}

// With amphetamine beside methamphetamine the ratio is told; morphine is a load and no heroin.
func TestRatioAndMorphine(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		p, chief := o.plant("演示污水厂", 52000, CubicMetres), o.chief()
		e := Starter()
		e.Owner, e.Reason, e.Consumption = "甲实验室", "打开推算", true
		desk.Must(o.SaveAssumptions(desk.As(chief), chief, e))(t)
		id := o.campaign("2018年3月", "2018-03-12", []string{methamphetamine, amphetamine, morphine}, p)
		o.load(id, file("2018-03-12", "演示污水厂", methamphetamine, weekQ, weekC))
		tenth := make([]string, 7)
		for i, c := range weekC {
			tenth[i] = c[:len(c)-1] + "." + c[len(c)-1:]
		}
		o.load(id, file("2018-03-12", "演示污水厂", "苯丙胺", weekQ, tenth))
		o.load(id, file("2018-03-12", "演示污水厂", "吗啡", weekQ, weekC))
		w := desk.Must(o.Show(desk.As(o.reader()), o.reader(), id))(t)
		near(t, "ratio", *w.Ratio, 0.1)
		m, _ := w.result(morphine)
		if m.Consumption != nil || !m.All.Measured() {
			t.Errorf("morphine: %+v", m.Consumption)
		}
		for _, l := range []words.Lang{words.Chinese, words.English} {
			var all string
			for _, s := range (lens{l}).sayings(w) {
				all += strings.Join(s.Lines, "\n") + "\n"
			}
			for _, bad := range []string{"吸毒人数", "users", "%!"} {
				if strings.Contains(all, bad) {
					t.Errorf("says %q: %s", bad, all)
				}
			}
			if l == words.Chinese && (!strings.Contains(all, "0.100") || !strings.Contains(all, "不推算海洛因")) {
				t.Error(all)
			}
		}
	})
}
