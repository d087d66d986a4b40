package assessment

import (
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit/desk"
)

// A scheme is written by the office, published by the leader and never changed afterwards; the
// scores of a year are fixed, published, and stay as they are when figures are corrected.
func TestAYearIsScored(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		chief, leader := o.chief(), o.leader()
		id := desk.Must(o.SaveDraft(desk.As(chief), chief, plain()))(t)
		if _, err := o.Show(desk.As(o.reader()), o.reader(), id); fault.KindOf(err) != fault.Missing {
			t.Errorf("a reader sees a draft: %v", err)
		}
		wantKind(t, o.Publish(desk.As(chief), chief, id, 1), fault.Forbidden, "公布评价办法")
		_, err := o.Fix(desk.As(chief), chief, id, year2017, "")
		wantKind(t, err, fault.Conflict, "没有已公布的办法")
		x := desk.Must(o.Show(desk.As(chief), chief, id))(t).Latest()
		x.Basis = "县禁毒办〔2018〕1号"
		desk.Must(o.SaveDraft(desk.As(chief), chief, x))(t)
		_, err = o.SaveDraft(desk.As(chief), chief, x)
		wantKind(t, err, fault.Conflict, "刚被别人改过")
		wantKind(t, o.Publish(desk.As(leader), leader, id, 1), fault.Conflict, "重新核对")
		desk.OK(t, o.Publish(desk.As(leader), leader, id, 2))
		_, err = o.SaveDraft(desk.As(chief), chief, x)
		wantKind(t, err, fault.Conflict, "不能再改")

		now := desk.Must(o.Score(desk.As(chief), chief, id, 0, year2017))(t)
		if !now.Scheme.Late(year2017) {
			t.Error("a scheme published in 2018 was known before 2017")
		}
		// 甲镇: 3·(19/20) + 1·(9/10) over 4 = 93.75, printed half away from zero.
		if l := now.Result.Lines[0]; l.Name != "甲镇" || l.Score != "93.8" || l.Place != 1 {
			t.Errorf("the first line is %+v", l)
		}
		no := desk.Must(o.Fix(desk.As(chief), chief, id, year2017, ""))(t)
		_, err = o.Fix(desk.As(chief), chief, id, year2017, "")
		wantKind(t, err, fault.Invalid, "写明原因")
		_, err = o.Fix(desk.As(chief), chief, id, period.MustParse("2018"), "")
		wantKind(t, err, fault.Conflict, "还没有结束")
		_, err = o.Fix(desk.As(chief), chief, id, period.MustParse("2017-H1"), "")
		wantKind(t, err, fault.Conflict, "没有已公布的办法")
		_, err = o.Fix(desk.As(o.member()), o.member(), id, year2017, "")
		wantKind(t, err, fault.Forbidden, "定稿")

		o.cells["ZX/2"], o.cells["ZX/3"] = "84", ""
		r, diffs, err := o.Again(desk.As(chief), chief, no)
		desk.OK(t, err)
		if r.Result.Lines[0].Score != "93.8" || !r.Record.Proved() {
			t.Errorf("the record changed: %+v", r.Result.Lines[0])
		}
		changed := 0
		for _, d := range diffs {
			if !d.Same {
				changed++
			}
			if d.Unit == town2 && (d.Now.Score != "27.5" && d.Now.Score != "" || len(d.Changed) != 1) {
				t.Errorf("乙镇 today: %+v", d)
			}
		}
		if changed < 2 {
			t.Errorf("%d units differ", changed)
		}
		second := desk.Must(o.Fix(desk.As(leader), leader, id, year2017, "乙镇更正"))(t)
		wantKind(t, o.PublishResult(desk.As(leader), leader, no, 1), fault.Conflict, "更新的定稿")
		wantKind(t, o.PublishResult(desk.As(chief), chief, second, 1), fault.Forbidden, "公布")
		desk.OK(t, o.PublishResult(desk.As(leader), leader, second, 1))
		wantKind(t, o.PublishResult(desk.As(leader), leader, second, 2), fault.Conflict, "已于")
		if n := desk.Must(o.CheckResults(desk.As(chief)))(t); n != 2 {
			t.Errorf("%d results proved, want 2", n)
		}

		edition := desk.Must(o.NewDraft(desk.As(chief), chief, id))(t)
		_, err = o.NewDraft(desk.As(chief), chief, id)
		wantKind(t, err, fault.Conflict, "还是草稿")
		v := desk.Must(o.Show(desk.As(chief), chief, id))(t)
		if edition != 2 || len(v.Editions) != 2 || v.Editions[0].Basis != "县禁毒办〔2018〕1号" || v.Editions[1].From != period.MustDay("2019-01-01") {
			t.Errorf("edition %d of %+v", edition, v.Editions)
		}
		if e, _ := InForce(v.Editions, year2017); e.Edition != 1 {
			t.Errorf("2017 goes by edition %d", e.Edition)
		}
		if again := desk.Must(o.Result(desk.As(chief), chief, no))(t); again.Scheme.Edition != 1 || again.Result.Lines[0].Score != "93.8" {
			t.Error("the first record is no longer what it was")
		}
	})
}

// What was altered in the database outside of the program does not pass for the record.
func TestAnAlteredRecordIsFound(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		id := o.published()
		no := desk.Must(o.Fix(desk.As(o.chief()), o.chief(), id, year2017, ""))(t)
		desk.OK(t, o.db.InTx(desk.As(o.chief()), func(tx *sqldb.Tx) error {
			r, err := recordOf(tx, no)
			if err != nil {
				return err
			}
			_, err = tx.Exec(`UPDATE assessment_result SET content = $1 WHERE id = $2`, strings.Replace(r.text, `"93.8"`, `"99.8"`, 1), no)
			return err
		}))
		_, err := o.CheckResults(desk.As(o.chief()))
		wantKind(t, err, fault.Conflict, "改动过")
		wantKind(t, o.PublishResult(desk.As(o.leader()), o.leader(), no, 1), fault.Conflict, "校验码")
	})
}

// A township sees its own line, and the others' only once the result is published; a reader sees
// nothing before.
func TestWhoSeesWhichScores(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		id := o.published()
		no := desk.Must(o.Fix(desk.As(o.chief()), o.chief(), id, year2017, ""))(t)
		names := func(r Outcome) (out string) {
			for _, l := range r.Result.Lines {
				out += l.Name
				if len(l.Tied) > 0 && !r.Whole {
					t.Errorf("%s is told of %v", l.Name, l.Tied)
				}
			}
			return out
		}
		all := "甲镇乙镇丙镇丁乡戊乡己乡"
		for _, x := range []struct {
			who  string
			want string
		}{{"office", all}, {"leader", all}, {"member", all}, {"town1", "甲镇"}, {"worker1", "甲镇"}, {"town2", "乙镇"}} {
			a := o.everybody()[x.who]
			if got := names(desk.Must(o.Result(desk.As(a), a, no))(t)); got != x.want {
				t.Errorf("%s sees %s of the fixed result", x.who, got)
			}
			if got := names(desk.Must(o.Score(desk.As(a), a, id, 0, year2017))(t)); got != x.want {
				t.Errorf("%s sees %s today", x.who, got)
			}
		}
		reader := o.reader()
		_, err := o.Result(desk.As(reader), reader, no)
		wantKind(t, err, fault.Missing, "没有这个结果")
		_, err = o.Score(desk.As(reader), reader, id, 0, year2017)
		wantKind(t, err, fault.Forbidden, "公布以后")
		_, err = o.Result(desk.As(o.auditor()), o.auditor(), no)
		wantKind(t, err, fault.Forbidden, "查看综合评价")
		if n := len(desk.Must(o.Show(desk.As(reader), reader, id))(t).Records); n != 0 {
			t.Errorf("a reader is told of %d results", n)
		}
		for _, who := range []string{"town1", "reader"} {
			a := o.everybody()[who]
			_, _, err := o.Again(desk.As(a), a, no)
			wantKind(t, err, fault.Forbidden, "试算")
			_, _, err = o.Compare(desk.As(a), a, id, 0, year2017)
			wantKind(t, err, fault.Forbidden, "试算")
		}
		desk.OK(t, o.PublishResult(desk.As(o.leader()), o.leader(), no, 1))
		for _, who := range []string{"town1", "reader"} {
			a := o.everybody()[who]
			if got := names(desk.Must(o.Result(desk.As(a), a, no))(t)); got != all {
				t.Errorf("%s sees %s of the published result", who, got)
			}
		}
	})
}

// Deductions and veto items stand beside the score: they are listed, and no score changes.
func TestMarksStandBesideTheScore(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		id, chief := o.published(), o.chief()
		before := desk.Must(o.Score(desk.As(chief), chief, id, 0, year2017))(t)
		m := Mark{Scheme: id, Unit: town1, Kind: Deduction, Day: period.MustDay("2017-06-01"), Points: "2.5", Reason: "报表迟报", Document: "县禁毒办通报第3期"}
		for _, x := range []struct {
			change func(*Mark)
			want   string
		}{
			{func(m *Mark) { m.Points = "-1" }, "扣分应为大于 0"}, {func(m *Mark) { m.Points = "1001" }, "不超过 1000"}, {func(m *Mark) { m.Points = " " }, "填写扣几分"},
			{func(m *Mark) { m.Kind = Veto }, "一票否决不填扣分"}, {func(m *Mark) { m.Reason = " " }, "写明原因"}, {func(m *Mark) { m.Document = "" }, "依据文件"}, {func(m *Mark) { m.Unit = county }, "选择乡镇"},
			{func(m *Mark) { m.Day = period.MustDay("2018-06-01") }, "不能晚于今天"}, {func(m *Mark) { m.Kind = "bonus" }, "扣分或一票否决"}, {func(m *Mark) { m.Day = 0 }, "填写日期"},
		} {
			bad := m
			x.change(&bad)
			_, err := o.AddMark(desk.As(chief), chief, bad)
			wantKind(t, err, fault.Invalid, x.want)
		}
		_, err := o.AddMark(desk.As(o.leader()), o.leader(), m)
		wantKind(t, err, fault.Forbidden, "登记扣分")
		first := desk.Must(o.AddMark(desk.As(chief), chief, m))(t)
		m.Unit, m.Kind, m.Points, m.Day = town2, Veto, "", period.MustDay("2018-02-01")
		desk.Must(o.AddMark(desk.As(chief), chief, m))(t)
		after := desk.Must(o.Score(desk.As(chief), chief, id, 0, year2017))(t)
		if len(after.Marks) != 1 || after.Marks[0].Unit != town1 {
			t.Errorf("marks of 2017: %+v", after.Marks)
		}
		for i, l := range before.Result.Lines {
			if n := after.Result.Lines[i]; n.Score != l.Score || n.Place != l.Place {
				t.Errorf("a deduction moved %s from %s to %s", l.Name, l.Score, n.Score)
			}
		}
		for who, want := range map[string]int{"office": 2, "member": 2, "town1": 1, "town2": 1, "reader": 0} {
			a := o.everybody()[who]
			if got := len(desk.Must(o.Marks(desk.As(a), a, id))(t)); got != want {
				t.Errorf("%s sees %d marks, want %d", who, got, want)
			}
		}
		_, err = o.WithdrawMark(desk.As(chief), chief, first, 1, "")
		wantKind(t, err, fault.Invalid, "写明原因")
		desk.Must(o.WithdrawMark(desk.As(chief), chief, first, 1, "登记错了"))(t)
		_, err = o.WithdrawMark(desk.As(chief), chief, first, 2, "再来")
		wantKind(t, err, fault.Conflict, "已经撤销")
		if list := desk.Must(o.Marks(desk.As(chief), chief, id))(t); len(list) != 2 || list[0].Withdrawn != "登记错了" {
			t.Errorf("a withdrawn mark stays in the list: %+v", list)
		}
	})
}

// What is withheld for small counts takes no part, for the office neither; a unit with too little
// gets no score.
func TestWithheldFiguresTakeNoPart(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	id := o.published()
	o.cells["XZ/2"], o.cells["ZX/3"] = "hidden", "hidden"
	r := desk.Must(o.Score(desk.As(o.chief()), o.chief(), id, 0, year2017))(t).Result
	if l := find(t, r, int(town1)); l.Score != "95.0" || l.Missing() != 1 || l.Share != "75.0" {
		t.Errorf("甲镇 without 新滋生率: %+v", l)
	}
	if l := find(t, r, int(town2)); l.Score != "" || l.Share != "25.0" || l.Place != 0 {
		t.Errorf("乙镇 with a quarter of the weights: %+v", l)
	}
}

// Bad schemes are refused with all their faults at once.
func TestBadSchemesAreRefused(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	x := Scheme{Span: Yearly, From: period.MustDay("2017-02-01"), Digits: 9, Least: 0, Units: []org.UnitID{county},
		Items: []Item{{Code: "ZX", Weight: "0", Higher: false, Floor: "80", Target: "100"}, {Code: "NO", Weight: "1/3", Higher: true, Floor: "a", Target: "100"}, {Code: "ZX", Weight: "1", Higher: true, Floor: "100", Target: "100"}}}
	_, err := o.SaveDraft(desk.As(o.chief()), o.chief(), x)
	for _, want := range []string{"请写办法名称", "不是一个评价期的第一天", "0 到 3", "1 到 100", "权重应为大于 0 的数，现为“0”", "现为“1/3”", "底线值应为数", "选了两次", "目标值应小于底线值", "目标值应大于底线值", "没有指标 NO", "方向不对", "现有的乡镇"} {
		wantKind(t, err, fault.Invalid, want)
	}
	_, err = o.SaveDraft(desk.As(o.leader()), o.leader(), plain())
	wantKind(t, err, fault.Forbidden, "编制评价办法")
}

// Weights of consistent comparisons go into a draft; of inconsistent ones, or into a published
// edition, they do not.
func TestWeightsOfComparisonsGoIntoADraft(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		chief := o.chief()
		x := plain()
		x.Items = append(x.Items, Item{Code: "HD", Weight: "1", Higher: true, Floor: "0", Target: "10"})
		id := desk.Must(o.SaveDraft(desk.As(chief), chief, x))(t)
		wantKind(t, o.TakeWeights(desk.As(chief), chief, id, 1, []string{"9", "1/9", "9"}), fault.Invalid, "")
		wantKind(t, o.TakeWeights(desk.As(o.leader()), o.leader(), id, 1, []string{"2", "5", "3"}), fault.Forbidden, "编制")
		desk.OK(t, o.TakeWeights(desk.As(chief), chief, id, 1, []string{"2", "5", "3"}))
		e := desk.Must(o.Show(desk.As(chief), chief, id))(t).Latest()
		if e.Items[0].Weight != "58.15" || e.Items[1].Weight != "30.90" || e.Items[2].Weight != "10.95" || len(e.Pairs) != 3 {
			t.Errorf("weights %+v", e.Items)
		}
		wantKind(t, o.TakeWeights(desk.As(chief), chief, id, 1, []string{"2", "5", "3"}), fault.Conflict, "改过")
		e.Note = "说明"
		desk.Must(o.SaveDraft(desk.As(chief), chief, e))(t)
		if e = desk.Must(o.Show(desk.As(chief), chief, id))(t).Latest(); e.Pairs == nil {
			t.Error("the comparisons are lost although the weights are the same")
		}
		e.Items[0].Weight = "50"
		desk.Must(o.SaveDraft(desk.As(chief), chief, e))(t)
		if e = desk.Must(o.Show(desk.As(chief), chief, id))(t).Latest(); e.Pairs != nil {
			t.Error("other weights are still called those of the comparisons")
		}
		desk.OK(t, o.Publish(desk.As(o.leader()), o.leader(), id, e.Version))
		wantKind(t, o.TakeWeights(desk.As(chief), chief, id, e.Version+1, []string{"2", "5", "3"}), fault.Conflict, "不能再改")
	})
}

// A file replaces the items of a draft, or nothing is written and every fault is named by its row.
func TestItemsComeFromAFile(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	chief := o.chief()
	id := desk.Must(o.SaveDraft(desk.As(chief), chief, plain()))(t)
	rep, err := o.ImportItems(desk.As(chief), chief, id, "a.csv", []byte("指标代码,指标,权重,占比（%）,方向,底线值,目标值\nZX,执行率,3,75.0,越高越好,80,100\nHD,,2,,up,0,12\n"), false)
	desk.OK(t, err)
	if !rep.Written || rep.Read != 2 || rep.Created != 1 || rep.Updated+rep.Unchanged != 1 {
		t.Errorf("%+v", rep)
	}
	e := desk.Must(o.Show(desk.As(chief), chief, id))(t).Latest()
	if len(e.Items) != 2 || e.Items[1].Code != "HD" || e.Items[1].Name != "活动场次" || e.Items[1].Target != "12" {
		t.Errorf("items %+v", e.Items)
	}
	rep, err = o.ImportItems(desk.As(chief), chief, id, "b.csv", []byte("code,weight,direction,floor,target\nZX,x,up,80,100\nNO,1,sideways,0,1\n"), false)
	desk.OK(t, err)
	if rep.Written || len(rep.Findings) == 0 {
		t.Errorf("%+v", rep)
	}
	rep, err = o.ImportItems(desk.As(chief), chief, id, "b.csv", []byte("code,weight,floor,target\nZX,x,80,100\nNO,1,0,1\n"), false)
	desk.OK(t, err)
	rows := map[int]bool{}
	for _, f := range rep.Findings {
		rows[f.Row] = true
	}
	if rep.Written || rep.Rejected != 2 || !rows[2] || !rows[3] {
		t.Errorf("%+v", rep)
	}
	for name, want := range map[string]string{"a.xls": "另存为 .xlsx", "a.pdf": "不是 .csv 或 .xlsx"} {
		_, err := o.ImportItems(desk.As(chief), chief, id, name, []byte("x"), false)
		wantKind(t, err, fault.Invalid, want)
	}
	if rep, err := o.ImportItems(desk.As(chief), chief, id, "c.csv", []byte("code,weight\nZX,1\n"), false); err != nil || len(rep.Findings) != 2 {
		t.Errorf("missing columns: %+v, %v", rep, err)
	}
	_, err = o.ImportItems(desk.As(o.leader()), o.leader(), id, "a.csv", nil, false)
	wantKind(t, err, fault.Forbidden, "编制")
	if e := desk.Must(o.Show(desk.As(chief), chief, id))(t).Latest(); len(e.Items) != 2 || e.Items[1].Code != "HD" {
		t.Errorf("a refused file changed the items: %+v", e.Items)
	}
}
