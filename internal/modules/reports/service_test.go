package reports

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/sqldb"
)

func (w *world) make(kind, p string) Document {
	w.t.Helper()
	d, err := w.s.Make(w.ctx(), w.as, kind, p, 0)
	w.must(err)
	return d
}

func (w *world) ctx() context.Context {
	return sqldb.WithBy(context.Background(), sqldb.By{Account: w.as.Login, Name: w.as.Name})
}

func TestEveryKindSaysWhatTheDataSay(t *testing.T) {
	w := sqlite(t)
	w.items = []work.Item{{ID: 1, No: "2018-0001", Title: "查明原因", Lead: townB, State: work.Working, Overdue: 3, Light: measure.Red, Deadline: period.MustDay("2018-04-20"), Path: "/actions/1"}}
	w.late = []Late{{Form: "宣传月报", Name: "城关镇", Period: period.MustParse("2018-04"), Days: 4}, {Form: "宣传月报", Name: "水口镇", Period: period.MustParse("2018-04"), Days: 4}, {Form: "年报", Name: "水口镇", Period: period.MustParse("2016"), Days: 300}}
	w.held = []Held{{Title: "2018年4月上半月调度会", Day: period.MustDay("2018-04-11"), Path: "/meetings/1", Decided: []Decided{{Text: "青石乡限期整改。", Lead: "青石乡", Until: period.MustDay("2018-04-20"), State: "办理中", Open: true, Path: "/actions/1"}, {Text: "通报表扬", State: ""}}}}
	for kind, want := range map[string][]string{
		LeadingGroup: {"一、工作开展情况", "二、存在问题", "三、下步打算", "监测指标5项，达标1项", "未达标1项", "“出所管控率”为96.00%（24/25），未达到≥98%的目标（按数值判断", "本期召开调度会1次，议定事项2项，其中已办结或无需续办的1项",
			"在办事项1件，其中逾期1件", "尚无数据的指标1项：“教育覆盖率”（未报单位：城关镇、水口镇）", "到期未报的报表2份：宣传月报（2018年4月）城关镇、水口镇", "由全网络戒毒管控专班就“出所管控率”查明原因", "事项2018-0001“查明原因”逾期"},
		Bulletin: {"一、本期要点", "二、调度会议定事项", "三、指标进度", "四、存在问题和下步工作", "青石乡限期整改，青石乡，2018年4月20日前，办理中。", "37.52%"},
		Notice:   {"二、各乡镇进度", "参加比较的单位3个，达到目标的2个，未达到的0个，尚无数据的：水口镇", "1 | 城关镇 | 40.00%", "— | 水口镇 | 未报", "四、工作要求"},
	} {
		d, err := w.s.Compose(w.ctx(), w.as, kind, "2018-04", 0)
		w.must(err)
		text := textOf(d)
		for _, s := range want {
			if !strings.Contains(text, s) {
				t.Errorf("%s does not say %q:\n%s", kind, s, text)
			}
		}
		if strings.Contains(text, "请示") || strings.Contains(text, "当否") {
			t.Errorf("%s carries a request", kind)
		}
		checkSources(t, d)
	}
}

func TestNothingIsWrongIsSaid(t *testing.T) {
	w := sqlite(t)
	w.figures, w.order = map[string]measure.Shown{}, nil
	w.put(measure.Shown{Code: "I2", Name: "率", Period: period.MustParse("2018-04"), Value: "40.00", Text: "40.00%", Target: "≥30%", Verdict: "met", Light: measure.Green})
	d, err := w.s.Compose(w.ctx(), w.as, LeadingGroup, "2018-04", 0)
	w.must(err)
	for _, s := range []string{"没有未达标或变差的指标、逾期事项和到期未报的报表。", "继续按计划推进各项任务，保持监测。", "本期没有召开调度会。"} {
		if !strings.Contains(textOf(d), s) {
			t.Errorf("%q is not said:\n%s", s, textOf(d))
		}
	}
}

func TestTheYearlyAnalysis(t *testing.T) {
	w := sqlite(t)
	for i, v := range []string{"101", "49", "27"} {
		y := period.MustParse("2015").Shift(i)
		w.put(measure.Shown{Code: "N1", Name: "25岁以下新滋生吸毒人员", Period: y, Value: v, Text: v + "人", DownIsGood: true})
		w.put(measure.Shown{Code: "XZS", Name: "新滋生吸毒人员", Period: y, Value: "108", Text: "108人"})
	}
	y := period.MustParse("2017")
	w.put(measure.Shown{Code: "N3", Name: "打击犯罪嫌疑人", Period: y, Value: "80", Text: "80人"})
	w.put(measure.Shown{Code: "N5", Name: "打击贩卖合成毒品", Period: y, Value: "20", Text: "20人"})
	w.put(measure.Shown{Code: "N10a", Name: "省级目标案件", Period: y, Value: "0", Text: "0起"})
	w.put(measure.Shown{Code: "N13", Name: "容留他人吸毒案件", Period: y, Text: "未报"})
	w.put(measure.Shown{Code: "JH", Name: "缴获各类毒品", Period: y, Value: "2.00", Text: "2.00公斤"})
	w.s.joints.Parts = func(_ context.Context, _ perm.Actor, _ string, _ org.UnitID, p period.Period) ([]measure.Shown, error) {
		return []measure.Shown{{Code: "JH", Name: "海洛因", Unit: county, Period: p, Value: "1.50", Text: "1.50公斤", Path: "/h"}, {Code: "JH", Name: "冰毒", Unit: county, Period: p, Value: "0.50", Text: "0.50公斤", Path: "/b"}}, nil
	}
	d, err := w.s.Compose(w.ctx(), w.as, Annual, "2017", 0)
	w.must(err)
	if text := textOf(d); strings.Contains(text, "预警") {
		t.Errorf("where nobody watches, nothing is said of signals:\n%s", text)
	}
	w.s.joints.Warnings = func(context.Context, perm.Actor, period.Period) ([]Warning, error) { return nil, nil }
	d, err = w.s.Compose(w.ctx(), w.as, Annual, "2017", 0)
	w.must(err)
	if text := textOf(d); !strings.Contains(text, "毒情预警：2017年没有经核实确认的预警；没有预警不等于没有问题。") {
		t.Errorf("a year without a signal:\n%s", text)
	}
	w.s.joints.Warnings = func(_ context.Context, _ perm.Actor, p period.Period) ([]Warning, error) {
		return []Warning{{Said: "查处吸毒人员：2017年9月73人次，上年平均每月53.7人次，超出平常波动，请核实是否集中查处或出现聚集。核实情况：集中查处", Unit: county, Month: p.Parts(period.Month)[8], Path: "/situation/signals/2"}}, nil
	}
	d, err = w.s.Compose(w.ctx(), w.as, Annual, "2017", 0)
	w.must(err)
	text := textOf(d)
	for _, s := range []string{"下降可以确认,是否出现拐点无法判断。", "2015年101人，2016年49人，2017年27人", "25岁以下的占25.0%（27人/108人）", "2017年零发生的：“省级目标案件”0起。以上为报送的零，不是缺数。", "尚无数据的：“团伙案件”、“容留他人吸毒案件”。尚无数据不等于零",
		"“打击贩卖合成毒品”为20人，占“打击犯罪嫌疑人”80人的25.0%", "海洛因1.50公斤（占75.0%），冰毒0.50公斤（占25.0%）", "“制毒场所”“规模贩毒”没有登记数据项", "较2016年的49人下降", "没有登记以下编码",
		"毒情预警：2017年经核实确认1条。", "查处吸毒人员：2017年9月73人次", "核实情况：集中查处。"} {
		if !strings.Contains(text, s) {
			t.Errorf("%q is not said:\n%s", s, text)
		}
	}
	checkSources(t, d)
	if _, err := w.s.Compose(w.ctx(), w.as, Annual, "2018-04", 0); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a month is no year: %v", err)
	}
}

func TestSmallCountsStaySmallWhoeverMakesTheDocument(t *testing.T) {
	w := sqlite(t)
	w.put(measure.Shown{Code: "N1", Name: "新滋生", Unit: townA, Period: period.MustParse("2018-04"), Value: "3", Text: "3人", Target: "≤5人", Verdict: "met", Light: measure.Green})
	d, err := w.s.Compose(w.ctx(), w.be(perm.Office), LeadingGroup, "2018-04", townA)
	w.must(err)
	text := textOf(d)
	if !strings.Contains(text, "「<5」") || strings.Contains(text, "3人") {
		t.Errorf("the office's own sight is no reason to print a small count:\n%s", text)
	}
}

func TestVersionsStayAsTheyWere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.make(LeadingGroup, "2018-04")
		first, err := w.s.Show(w.ctx(), w.as, d.ID, 1)
		w.must(err)
		_, _, file1, err := w.s.File(w.ctx(), w.as, d.ID, 1, "docx")
		w.must(err)
		w.clock.Set("2018-05-11")
		w.put(measure.Shown{Code: "I2", Name: "戒断三年未复吸率", Force: "ZB3", Period: period.MustParse("2018-04"), Value: "38.00", Text: "38.00%", Target: "≥30%", Verdict: "met", Light: measure.Green, Percent: true})
		again := w.make(LeadingGroup, "2018-04")
		if again.ID != d.ID || again.Newest != 2 {
			t.Fatalf("made again: %+v after %+v", again, d)
		}
		back, err := w.s.Show(w.ctx(), w.as, d.ID, 1)
		w.must(err)
		_, _, file2, err := w.s.File(w.ctx(), w.as, d.ID, 1, "docx")
		w.must(err)
		if back.Shown.Content != first.Shown.Content || !bytes.Equal(file1, file2) {
			t.Error("version 1 is not what it was")
		}
		second, err := w.s.Show(w.ctx(), w.as, d.ID, 0)
		w.must(err)
		if second.Shown.No != 2 || !strings.Contains(textOf(second.Text), "38.00%") || strings.Contains(textOf(first.Text), "38.00%") {
			t.Error("the second version does not hold the new figure alone")
		}
		if n, err := w.s.CheckDocuments(w.ctx()); err != nil || n != 2 {
			t.Errorf("check: %d %v", n, err)
		}
		w.must(w.db.InTx(w.ctx(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`UPDATE reports_version SET content = $1 WHERE document = $2 AND no = 1`, strings.Replace(first.Shown.Content, "37.52%", "47.52%", 1), d.ID)
			return err
		}))
		if _, err := w.s.CheckDocuments(w.ctx()); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a changed version passes the check: %v", err)
		}
	})
}

func TestEditFinishReopen(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.make(LeadingGroup, "2018-04")
		q, err := w.s.Show(w.ctx(), w.as, d.ID, 0)
		w.must(err)
		rows := Rows(q.Text)
		if saved, err := w.s.Save(w.ctx(), w.as, d.ID, Edit{Base: 1, Head: HeadOf(q.Text), Rows: rows}); err != nil || len(saved.Changed) != 0 {
			t.Fatalf("saving what nobody touched: %v, %+v", err, saved.Changed)
		}
		same, err := w.s.Show(w.ctx(), w.as, d.ID, 2)
		w.must(err)
		if same.Shown.Content != q.Shown.Content {
			t.Error("an untouched edit changed the document")
		}
		changed, gone := false, false
		for i := range rows {
			if strings.Contains(rows[i].Text, ":37.52%⟧") && !changed {
				rows[i].Text, changed = strings.Replace(rows[i].Text, ":37.52%⟧", ":47.52%⟧", 1), true
			}
		}
		for i := range rows {
			if !gone && strings.Contains(rows[i].Text, ":96.00%⟧") {
				gone = true
				m := markOf(rows[i].Text, ":96.00%⟧")
				for k := range rows {
					rows[k].Text = strings.ReplaceAll(rows[k].Text, m, "约九成六")
				}
			}
		}
		if !changed || !gone {
			t.Fatal("the figures are not in the editor")
		}
		e := Edit{Base: 2, Head: HeadOf(q.Text), Rows: rows}
		e.Head.Number, e.Head.Signers, e.Head.CopyTo = "茶禁指〔2018〕3号", "甲某某", "县委办公室、县政府办公室"
		if _, err := w.s.Save(w.ctx(), w.as, d.ID, Edit{Base: 1, Head: e.Head, Rows: rows}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("an edit of an older version is kept: %v", err)
		}
		v, err := w.s.Save(w.ctx(), w.as, d.ID, e)
		w.must(err)
		var was []string
		for _, c := range v.Changed {
			was = append(was, c.Was+"→"+c.Now)
			if c.Text == "" || c.Path == "" {
				t.Errorf("change %+v says not where", c)
			}
		}
		if got := strings.Join(was, " "); v.No != 3 || !strings.Contains(got, "37.52%→47.52%") || !strings.Contains(got, "96.00%→") {
			t.Errorf("version %d, changed %s", v.No, got)
		}
		q, err = w.s.Show(w.ctx(), w.as, d.ID, 0)
		w.must(err)
		if x := q.Text; x.Number != "茶禁指〔2018〕3号" || len(x.Signers) != 1 || x.Colophon == nil || len(x.Colophon.CopyTo) != 2 {
			t.Errorf("the head that was typed: %q %q %+v", x.Number, x.Signers, x.Colophon)
		}
		v, err = w.s.Save(w.ctx(), w.as, d.ID, Edit{Base: 3, Head: HeadOf(q.Text), Rows: Rows(q.Text)})
		w.must(err)
		if len(v.Changed) != len(was) {
			t.Errorf("a later edit forgets what was changed: %+v", v.Changed)
		}

		_, _, made, err := w.s.File(w.ctx(), w.as, d.ID, 1, "docx")
		w.must(err)
		edited := retype(t, made, "37.52%", "57.52%")
		if _, err := w.s.Finish(w.ctx(), w.as, d.ID, Finishing{No: 1, Name: "报告.doc", Content: []byte("old")}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a file that is no docx is kept: %v", err)
		}
		i, err := w.s.Finish(w.ctx(), w.as, d.ID, Finishing{No: 1, ForAll: true, Name: "报告.docx", Content: edited})
		w.must(err)
		if len(i.Changed) == 0 || i.Changed[0].Was != "37.52%" || i.Changed[0].Now != "57.52%" {
			t.Errorf("changed in Word: %+v", i.Changed)
		}
		if _, err := w.s.Make(w.ctx(), w.as, LeadingGroup, "2018-04", 0); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a final document is made again: %v", err)
		}
		if _, err := w.s.Save(w.ctx(), w.as, d.ID, Edit{Base: 4, Head: e.Head, Rows: rows}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a final document is edited: %v", err)
		}
		f, content, err := w.s.IssueFile(w.ctx(), w.be(perm.Reporter), d.ID, i.ID)
		if err != nil || f.Name != "报告.docx" || !bytes.Equal(content, edited) {
			t.Errorf("the final file: %s, %d bytes, %v", f.Name, len(content), err)
		}
		w.be(perm.Office)
		if err := w.s.Reopen(w.ctx(), w.as, d.ID, "  "); fault.KindOf(err) != fault.Invalid {
			t.Errorf("reopened without a reason: %v", err)
		}
		w.must(w.s.Reopen(w.ctx(), w.as, d.ID, "领导要求补充"))
		q, err = w.s.Show(w.ctx(), w.as, d.ID, 0)
		w.must(err)
		if q.Document.State != Draft || q.Shown.No != 4 || q.Issues[0].Reopened != "领导要求补充" {
			t.Errorf("after reopening: %+v", q.Document)
		}
		if n, err := w.s.CheckDocuments(w.ctx()); err != nil || n != 4 {
			t.Errorf("check: %d %v", n, err)
		}
	})
}

// markOf gives the whole mark that ends as told.
func markOf(text, end string) string {
	b := strings.Index(text, end)
	return text[strings.LastIndex(text[:b], "⟦") : b+len(end)]
}

func TestWhoMayDoWhat(t *testing.T) {
	w := sqlite(t)
	draft := w.make(Bulletin, "2018-04")
	final := w.make(Notice, "2018-04")
	_, err := w.s.Finish(w.ctx(), w.as, final.ID, Finishing{No: 1, ForAll: true})
	w.must(err)
	inner := w.make(LeadingGroup, "2018-03")
	_, err = w.s.Finish(w.ctx(), w.as, inner.ID, Finishing{No: 1})
	w.must(err)
	for _, c := range []struct {
		role               perm.Role
		draft, final, in   fault.Kind // of Show; 255 where it is allowed
		listed             int
		makes, edits, does fault.Kind
	}{
		{perm.Office, 255, 255, 255, 3, 255, 255, 255},
		{perm.Leader, 255, 255, 255, 3, fault.Forbidden, fault.Forbidden, fault.Forbidden},
		{perm.Member, fault.Missing, 255, fault.Missing, 1, fault.Forbidden, fault.Forbidden, fault.Forbidden},
		{perm.Reporter, fault.Missing, 255, fault.Missing, 1, fault.Forbidden, fault.Forbidden, fault.Forbidden},
		{perm.Reader, fault.Missing, 255, fault.Missing, 1, fault.Forbidden, fault.Forbidden, fault.Forbidden},
		{perm.Worker, fault.Forbidden, fault.Forbidden, fault.Forbidden, -1, fault.Forbidden, fault.Forbidden, fault.Forbidden},
		{perm.SysAdmin, fault.Forbidden, fault.Forbidden, fault.Forbidden, -1, fault.Forbidden, fault.Forbidden, fault.Forbidden},
	} {
		a := w.be(c.role)
		check := func(what string, err error, want fault.Kind) {
			t.Helper()
			if want == 255 {
				if err != nil {
					t.Errorf("%s %s: %v", c.role, what, err)
				}
			} else if err == nil || fault.KindOf(err) != want {
				t.Errorf("%s %s: %v, want kind %d", c.role, what, err, want)
			}
		}
		_, err := w.s.Show(w.ctx(), a, draft.ID, 0)
		check("draft", err, c.draft)
		_, err = w.s.Show(w.ctx(), a, final.ID, 0)
		check("final", err, c.final)
		_, err = w.s.Show(w.ctx(), a, inner.ID, 0)
		check("final of the office", err, c.in)
		_, _, _, err = w.s.File(w.ctx(), a, draft.ID, 1, "docx")
		check("file of a draft", err, c.draft)
		list, err := w.s.List(w.ctx(), a)
		if c.listed >= 0 && len(list) != c.listed || c.listed < 0 && fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s lists %d, %v", c.role, len(list), err)
		}
		_, err = w.s.Make(w.ctx(), a, Bulletin, "2018-04", 0)
		check("make", err, c.makes)
		_, err = w.s.Compose(w.ctx(), a, Bulletin, "2018-04", 0)
		check("compose", err, c.makes)
		if c.edits != 255 {
			_, err = w.s.Save(w.ctx(), a, draft.ID, Edit{Base: 1, Rows: []Row{{Kind: TextRow, From: -1, Text: "我写的"}}})
			check("edit", err, c.edits)
			_, err = w.s.Finish(w.ctx(), a, draft.ID, Finishing{No: 1})
			check("finish", err, c.does)
			check("reopen", w.s.Reopen(w.ctx(), a, final.ID, "因为"), c.does)
			_, err = w.s.Templates(w.ctx(), a)
			check("templates", err, c.does)
			_, err = w.s.SaveTemplate(w.ctx(), a, 0, "我的", "a.docx", []byte("x"))
			check("template", err, c.does)
		}
	}
}

func TestOtherModulesMakeTheirKinds(t *testing.T) {
	w := sqlite(t)
	d := w.make(Minutes, "2018-05a")
	if d.Title != "调度会纪要" || d.Kind != Minutes {
		t.Errorf("%+v", d)
	}
	if _, err := w.s.Make(w.ctx(), w.as, Minutes, "2018-06a", 0); fault.KindOf(err) != fault.Missing {
		t.Errorf("no such meeting: %v", err)
	}
	for _, bad := range [][2]string{{"poem", "2018-04"}, {Bulletin, "四月"}, {Bulletin, "2019-04"}, {Annual, "2018-Q1"}} {
		if _, err := w.s.Make(w.ctx(), w.as, bad[0], bad[1], 0); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if _, err := w.s.Make(w.ctx(), w.as, Notice, "2018-04", townA); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a notice of one township: %v", err)
	}
	var kinds []string
	for _, k := range w.s.Kinds() {
		kinds = append(kinds, k.Code)
	}
	if got := strings.Join(kinds, " "); got != "leading-group bulletin notice annual minutes" {
		t.Errorf("kinds %s", got)
	}
}

// Two people press the button at once: two versions of one document, none lost.
func TestTwoMakeTheSameAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if _, err := w.s.Make(w.ctx(), w.as, Bulletin, "2018-04", 0); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		list, err := w.s.List(w.ctx(), w.as)
		w.must(err)
		if len(list) != 1 || list[0].Newest != 4 {
			t.Fatalf("%d documents, %+v", len(list), list)
		}
		if n, err := w.s.CheckDocuments(w.ctx()); err != nil || n != 4 {
			t.Errorf("check: %d %v", n, err)
		}
	})
}

func TestWhatIsNoPlainWordFileIsRefused(t *testing.T) {
	w := sqlite(t)
	d := w.make(Bulletin, "2018-04")
	_, _, made, err := w.s.File(w.ctx(), w.as, d.ID, 1, "docx")
	w.must(err)
	for name, in := range map[string]Finishing{
		"empty":     {Name: "a.docx", Content: []byte{}},
		"cut off":   {Name: "a.docx", Content: made[:len(made)/2]},
		"a macro":   {Name: "a.docx", Content: withMacro(t, made)},
		"a PDF":     {Name: "a.docx", Content: []byte("%PDF-1.7")},
		"old .doc":  {Name: "a.doc", Content: made},
		"too large": {Name: "a.docx", Content: make([]byte, mostFinal+1)},
	} {
		in.No = 1
		if _, err := w.s.Finish(w.ctx(), w.as, d.ID, in); fault.KindOf(err) != fault.Invalid || fault.Say(err, nil) == "" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := w.s.SaveTemplate(w.ctx(), w.as, 0, "模板", in.Name, in.Content); err == nil || fault.KindOf(err) == fault.Internal {
			t.Errorf("%s as a template: %v", name, err)
		}
	}
	q, err := w.s.Show(w.ctx(), w.as, d.ID, 0)
	w.must(err)
	if q.Document.State != Draft || len(q.Issues) != 0 {
		t.Errorf("something of the refused is kept: %+v", q.Document)
	}
	i, err := w.s.Finish(w.ctx(), w.as, d.ID, Finishing{No: 1, Name: "a.docx", Content: made})
	if err != nil || len(i.Changed) != 0 {
		t.Errorf("the file as it was made: %v, changed %+v", err, i.Changed)
	}
}

// A figure that changed in the data between opening the editor and saving does not slip into the
// edited version: the versions are frozen.
func TestAnEditKeepsTheFiguresOfItsVersion(t *testing.T) {
	w := sqlite(t)
	d := w.make(LeadingGroup, "2018-04")
	q, err := w.s.Show(w.ctx(), w.as, d.ID, 0)
	w.must(err)
	w.put(measure.Shown{Code: "I2", Name: "戒断三年未复吸率", Force: "ZB3", Period: period.MustParse("2018-04"), Value: "11.11", Text: "11.11%"})
	_, err = w.s.Save(w.ctx(), w.as, d.ID, Edit{Base: 1, Head: HeadOf(q.Text), Rows: append(Rows(q.Text), Row{Kind: TextRow, From: -1, Text: "加一段"})})
	w.must(err)
	q, err = w.s.Show(w.ctx(), w.as, d.ID, 2)
	w.must(err)
	if text := textOf(q.Text); strings.Contains(text, "11.11%") || !strings.Contains(text, "37.52%") || !strings.Contains(text, "加一段") {
		t.Errorf("version 2:\n%s", text)
	}
}
