package wastewater

import (
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sheet"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit/desk"
)

// A front is the pages of an office as a browser without scripts sees them.
type front struct {
	*office
	*desk.Front
}

func newFront(t *testing.T) *front {
	o := newOffice(t, sqldb.SQLite)
	people := map[string]perm.Actor{"office": o.chief(), "member": o.member(), "other": o.other(), "leader": o.leader(), "reader": o.reader(), "auditor": o.auditor(), "town": o.town()}
	return &front{o, desk.Open(t, o.db, o.clock.Now, people, nil, o.Module())}
}

// Strangers, readers, other task forces and townships reach what they should and nothing else.
func TestWhoReachesWhat(t *testing.T) {
	f := newFront(t)
	p := f.plant("演示污水厂", 52000, CubicMetres)
	f.campaign("2018年3月", "2018-03-12", []string{methamphetamine}, p)
	read := []string{"/wastewater", "/wastewater/plants", "/wastewater/assumptions", "/wastewater/campaigns/1", "/wastewater/campaigns/1/template", "/api/v1/wastewater", "/api/v1/wastewater/1"}
	write := []string{"/wastewater/plants/new", "/wastewater/plants/1", "/wastewater/campaigns/new/edit", "/wastewater/campaigns/1/edit", "/wastewater/campaigns/1/samples", "/wastewater/campaigns/1/import"}
	deeds := []string{"/wastewater/plants/new", "/wastewater/campaigns/new/edit", "/wastewater/campaigns/1/edit", "/wastewater/campaigns/1/samples", "/wastewater/campaigns/1/import", "/wastewater/campaigns/1/import/apply", "/wastewater/campaigns/1/final", "/wastewater/campaigns/1/sites"}
	own := []string{"/wastewater/assumptions", "/wastewater/campaigns/1/reopen"}
	for who, may := range map[string]struct{ read, write, own bool }{"office": {true, true, true}, "member": {true, true, false}, "other": {true, false, false}, "leader": {true, false, false}, "reader": {true, false, false}, "auditor": {}, "town": {}} {
		for _, path := range read {
			if got := f.Get(who, path).Status; (got == 200) != may.read || !may.read && got != 403 {
				t.Errorf("GET %s as %s = %d", path, who, got)
			}
		}
		for _, path := range write {
			if got := f.Get(who, path).Status; (got == 200) != may.write || !may.write && got != 403 {
				t.Errorf("GET %s as %s = %d", path, who, got)
			}
		}
		for _, path := range deeds {
			if got := f.Post(who, path).Status; (got == 403) == may.write {
				t.Errorf("POST %s as %s = %d", path, who, got)
			}
		}
		for _, path := range own {
			if got := f.Post(who, path).Status; (got == 403) == may.own {
				t.Errorf("POST %s as %s = %d", path, who, got)
			}
		}
	}
	for _, path := range append(read, write...) {
		if got := f.Get("", path); got.Status == 200 {
			t.Errorf("%s answers a stranger", path)
		}
	}
	if text := f.Get("leader", "/wastewater/campaigns/1").Text(); strings.Contains(text, "录入结果") {
		t.Error("a leader is offered what he may not do: " + text)
	}
}

// Forms that are refused keep what was typed; a second editor sees what the first saved.
func TestNothingTypedIsLost(t *testing.T) {
	f := newFront(t)
	f.Post("member", "/wastewater/plants/new", "name", "演示污水厂", "people", "五万", "unit", "m3").Is(422).Says("服务人口请写大于 0 的整数", "来源")
	if got, _ := f.Post("member", "/wastewater/plants/new", "name", "演示污水厂", "people", "五万", "unit", "m3").Doc.Find("#people").Attr("value"); got != "五万" {
		t.Errorf("people %q", got)
	}
	f.Post("member", "/wastewater/plants/new", "name", "演示污水厂", "people", "52,000", "unit", "m3", "source", "演示").Is(303)
	f.Post("member", "/wastewater/plants/new", "name", "演示污水厂", "people", "5", "unit", "m3", "source", "演示").Is(422).Says("已有污水厂")
	f.Post("member", "/wastewater/campaigns/new/edit", "name", "三月", "first", "2018-06-01", "laboratory", "甲").Is(422).Says("还没有到", "请至少选择一座污水厂", "请至少选择一种检测物")
	f.Post("member", "/wastewater/campaigns/new/edit", "name", "", "first", "三月一日", "laboratory", "甲").Is(422).Says("写法不对", "请写采样期名称", "请至少选择一座污水厂")
	f.Post("member", "/wastewater/campaigns/new/edit", "name", "三月", "first", "2018-03-12", "laboratory", "甲", "plant", "1", "residue", methamphetamine, "residue", "ketamine").Is(303)
	grid := func(version string, more ...string) desk.Page {
		fields := []string{"version", version, "l.ketamine", "2", "q.2018-03-12", "9100", "q.2018-03-13", "9000", "c.2018-03-12.methamphetamine", "88", "c.2018-03-13.methamphetamine", "92", "c.2018-03-12.ketamine", "<", "c.2018-03-13.ketamine", "<0.5"}
		return f.Post("member", "/wastewater/campaigns/1/samples?plant=1", append(fields, more...)...)
	}
	bad := grid("1", "q.2018-03-14", "很多", "c.2018-03-14.methamphetamine", "0", "c.2018-03-14.ketamine", "1").Is(422)
	bad.Says("流量“很多”应是大于 0 的数")
	if got, _ := bad.Doc.Find(`input[name="q.2018-03-14"]`).Attr("value"); got != "很多" || bad.Doc.Find("td.bad").Length() != 1 {
		t.Errorf("flow %q, %d marked", got, bad.Doc.Find("td.bad").Length())
	}
	grid("1", "c.2018-03-14.methamphetamine", "0", "c.2018-03-14.ketamine", "1").Is(422).Says("低于定量限不等于没有", "浓度 1 低于定量限 2")
	grid("1").Is(303)
	d := desk.Must(f.Show(desk.As(f.member()), f.member(), 1))(t).Data
	if len(d.Flows) != 2 || len(d.Samples) != 4 || d.samples()[cell{1, d.Flows[1].Day, "ketamine"}].Limit != 500 {
		t.Errorf("%+v", d)
	}
	// Somebody opened the page before: told what stands there, what was typed is kept.
	late := grid("1", "c.2018-03-12.methamphetamine", "99").Is(409)
	late.Says("别人刚保存了这些", "内容刚被别人改过")
	// Emptying a cell takes the result away.
	f.Post("member", "/wastewater/campaigns/1/samples?plant=1", "version", "2", "q.2018-03-12", "9100", "c.2018-03-12.methamphetamine", "88").Is(303)
	if d = desk.Must(f.Show(desk.As(f.member()), f.member(), 1))(t).Data; len(d.Flows) != 1 || len(d.Samples) != 1 {
		t.Errorf("after emptying: %+v", d)
	}
	f.Get("reader", "/wastewater/campaigns/1").Is(200).Says("数据不足，暂不下结论；还需要：甲基苯丙胺至少3天的流量和检测结果", "还缺 6 天流量")
	f.Get("reader", "/wastewater").Is(200).Says("缺 19 格", "数据不足")
}

// A file with faults: all of them come at once, with cell and cure, and nothing is written.
func TestFaultsOfAFile(t *testing.T) {
	f := newFront(t)
	p := f.plant("演示污水厂", 52000, CubicMetres)
	id := f.campaign("2018年3月", "2018-03-12", []string{methamphetamine, "ketamine"}, p)
	a := f.member()
	for _, x := range []struct{ name, row, want string }{
		{"another plant", "别的厂,2018-03-12,9000,甲基苯丙胺,88,", "没有污水厂“别的厂”；有的是：演示污水厂"},
		{"no day", "演示污水厂,三月,9000,甲基苯丙胺,88,", "读不出来"},
		{"outside the week", "演示污水厂,2018-03-19,9000,甲基苯丙胺,88,", "不在采样期"},
		{"unknown residue", "演示污水厂,2018-03-12,9000,咖啡因,88,", "不在假定表里"},
		{"not chosen", "演示污水厂,2018-03-12,9000,吗啡,88,", "没有选检测物"},
		{"no number", "演示污水厂,2018-03-12,9000,甲基苯丙胺,很高,", "不是数"},
		{"too many decimals", "演示污水厂,2018-03-12,9000,甲基苯丙胺,1.2345,", "最多 3 位小数"},
		{"negative", "演示污水厂,2018-03-12,9000,甲基苯丙胺,-3,", "负数"},
		{"zero", "演示污水厂,2018-03-12,9000,甲基苯丙胺,0,", "不等于没有"},
		{"below without limit", "演示污水厂,2018-03-12,9000,甲基苯丙胺,<,", "要写定量限"},
		{"number under the limit", "演示污水厂,2018-03-12,9000,甲基苯丙胺,1,2", "请写成“<”"},
		{"no flow", "演示污水厂,2018-03-12,0,甲基苯丙胺,88,", "流量“0”应是大于 0 的数"},
	} {
		rep := desk.Must(f.Import(desk.As(a), a, id, "a.csv", []byte("污水厂,日期,流量,检测物,浓度,定量限\n演示污水厂,2018-03-13,9000,甲基苯丙胺,92,2\n"+x.row+"\n"), false))(t)
		if len(rep.Findings) != 1 || !strings.Contains(rep.Findings[0].Say(nil), x.want) || rep.Written || rep.Rejected != 1 || rep.Read != 2 || rep.Created != 1 {
			t.Errorf("%s: %+v", x.name, rep)
		}
	}
	rep := desk.Must(f.Import(desk.As(a), a, id, "a.csv", []byte("污水厂,日期,流量,检测物,浓度,定量限\n演示污水厂,2018-03-13,9000,甲基苯丙胺,92,\n演示污水厂,2018-03-13,9000,甲基苯丙胺,93,\n演示污水厂,2018-03-13,8000,氯胺酮,3,\n别的厂,,,氯胺酮,3,\n"), false))(t)
	if len(rep.Findings) != 3 || rep.Rejected != 3 {
		t.Errorf("twice, another flow, another plant: %v", rep.Findings)
	}
	for name, content := range map[string]string{"a.xls": "x", "a.pdf": "x", "a.csv": "日期,浓度\n2018-03-12,5\n", "b.csv": ""} {
		if _, err := f.Import(desk.As(a), a, id, name, []byte(content), false); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if w := desk.Must(f.Show(desk.As(a), a, id))(t); len(w.Data.Samples)+len(w.Data.Flows) != 0 || w.Campaign.Version != 1 {
		t.Errorf("something was written: %+v", w.Data)
	}
	// A flow in the wrong unit is asked about, not refused.
	flows := []string{"9100", "9000", "0.88", "9050", "9300", "9900", "9700"}
	rep = desk.Must(f.Import(desk.As(a), a, id, "a.csv", []byte(file("2018-03-12", "演示污水厂", methamphetamine, flows, weekC)), true))(t)
	if len(rep.Findings) != 0 || len(rep.Soft) != 1 || !strings.Contains(rep.Soft[0].Say(nil), "核对单位") || rep.Written || rep.Created != 7 {
		t.Errorf("%+v", rep)
	}
	f.Upload("member", "/wastewater/campaigns/1/import", "file", "a.csv", []byte(file("2018-03-12", "演示污水厂", methamphetamine, flows, weekC))).Is(200).Says("新增 7", "请核对，可以照样导入")
	f.Upload("member", "/wastewater/campaigns/1/import", "file", "a.csv", []byte(file("2018-03-11", "演示污水厂", methamphetamine, flows, weekC))).Is(422).Says("不在采样期", "什么都没有写入")
	f.Upload("member", "/wastewater/campaigns/1/import", "file", "a.csv", nil).Is(422).Says("请选择文件")
	// A file that changes what is there says what, before it is written.
	head := "污水厂,日期,流量,检测物,浓度,定量限\n"
	desk.Must(f.Import(desk.As(a), a, id, "a.csv", []byte(head+"演示污水厂,2018-03-13,9000,甲基苯丙胺,92,5\n演示污水厂,2018-03-14,9000,甲基苯丙胺,90,\n"), true))(t)
	desk.Must(f.Import(desk.As(a), a, id, "a.csv", []byte(head+"演示污水厂,2018-03-13,9000,甲基苯丙胺,92,5\n演示污水厂,2018-03-14,9000,甲基苯丙胺,90,\n"), false))(t)
	rep = desk.Must(f.Import(desk.As(a), a, id, "a.csv", []byte(head+"演示污水厂,2018-03-13,9100,甲基苯丙胺,<,5\n演示污水厂,2018-03-14,9000,甲基苯丙胺,90,\n"), true))(t)
	var said []string
	for _, x := range rep.Soft {
		said = append(said, x.Say(nil))
	}
	if got := strings.Join(said, "\n"); !strings.Contains(got, "演示污水厂 2018-03-13 的流量由 9000 改为 9100") || !strings.Contains(got, "的甲基苯丙胺由 92(5) 改为 <(5)") || strings.Contains(got, "03-14") {
		t.Errorf("the changes are told as %q", got)
	}
}

// The template that the laboratory fills in is read back, in either language, and the same file
// again changes nothing.
func TestTheTemplateComesBack(t *testing.T) {
	for _, lang := range []string{"", "en"} {
		f := newFront(t)
		f.Lang = lang
		p := f.plant("演示污水厂", 52000, CubicMetres)
		f.campaign("2018年3月", "2018-03-12", []string{methamphetamine}, p)
		f.load(1, file("2018-03-12", "演示污水厂", methamphetamine, weekQ, weekC))
		book := f.Get("reader", "/wastewater/campaigns/1/template").Is(200).Body
		b, err := sheet.OpenBytes(book, sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		intro := ""
		if err := b.Rows(b.Sheets()[0], func(_ int, values []sheet.Value) error {
			for _, v := range values {
				intro += v.Text
			}
			return nil
		}); err != nil || intro == "" || strings.Contains(intro, "请填 0") {
			t.Errorf("a laboratory must not be asked for zeros: %q, %v", intro, err)
		}
		a := f.member()
		rep := desk.Must(f.Import(desk.As(a), a, 1, "结果.xlsx", book, true))(t)
		if rep.Read != 7 || rep.Unchanged != 7 || len(rep.Findings) != 0 {
			t.Errorf("%q: %+v", lang, rep)
		}
		second := f.campaign("2018年4月", "2018-03-12", []string{methamphetamine}, p)
		up := f.Upload("member", campaignPath(second)+"/import", "file", "结果.xlsx", book).Is(200)
		hash, _ := up.Doc.Find("input[name=hash]").Attr("value")
		f.Post("member", campaignPath(second)+"/import/apply", "hash", hash).Is(303)
		if w := desk.Must(f.Show(desk.As(a), a, second))(t); !w.Results[0].All.Measured() || w.Campaign.Version != 2 {
			t.Errorf("%+v", w.Results[0].All)
		}
		f.Get("reader", campaignPath(second)).Is(200)
		j := f.Get("reader", "/api/v1/wastewater/1").Is(200)
		if !strings.Contains(string(j.Body), `"mean":19.18997`) {
			t.Errorf("%s", j.Body)
		}
		f.Get("reader", campaignPath(second)+"?format=xlsx").Is(200)
		f.Get("reader", "/wastewater?format=csv").Is(200)
	}
}
