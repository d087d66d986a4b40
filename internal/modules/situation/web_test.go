package situation

import (
	"encoding/json"
	"strings"
	"testing"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit/desk"
)

// Every page is proved against its view.
func TestPagesFitTheirViews(t *testing.T) {
	signalsPage()
	signalPage()
	chartsPage()
	watchesPage()
	watchPage()
	editPage()
}

// A front is the pages of an office as a browser without scripts sees them.
type front struct {
	*office
	*desk.Front
}

func newFront(t *testing.T) *front {
	o := newOffice(t, sqldb.SQLite)
	people := map[string]perm.Actor{"office": o.chief(), "second": o.second(), "owner": o.owner(), "other": o.other(), "leader": o.leader(), "reader": o.reader(), "auditor": o.auditor(), "town": o.town(big), "worker": o.worker()}
	return &front{o, desk.Open(t, o.db, o.clock.Now, people, o.Today, o.Module())}
}

// From an empty list to a decided signal, as people do it on the pages.
func TestASignalOnThePages(t *testing.T) {
	f := newFront(t)
	f.figures.fill("XZS", "", county, "2016-01", append(flat(26, 3), 12)...)
	f.figures.fill("JG_JC", "", county, "2016-01", append(flat(26, 180), 240)...)
	f.Get("office", "/situation").Is(200).Says("还没有监测项", "/situation/watches/new")
	f.Get("leader", "/situation").Is(200).Says("还没有监测项").Hides("/situation/watches/new")
	f.Get("office", "/situation/charts").Is(200).Says("还没有监测项")
	f.Get("office", "/situation/watches").Is(200).Says("还没有监测项")
	f.Get("office", "/situation/watches/new").Is(200).Says("XZS|年龄=&lt;25", "新滋生吸毒人员（25岁以下）", `value="2018-01"`, `value="80"`).Hides("JH", "XYRS")
	save := []string{"element", "XZS", "unit", "999901", "effort", "JG_JC", "since", "2018-01", "baseline", "12", "sigma", "0.5", "run", "80", "rise", "50"}
	f.Post("office", "/situation/watches/new", append(save, "baseline", "3")...).Is(303) // the first value counts
	f.Post("office", "/situation/watches/new", save...).Is(422).Says("已有同样的监测项")
	f.Post("office", "/situation/watches/new", "element", "AJ", "unit", "999901", "since", "春天", "baseline", "7", "sigma", "半", "run", "1", "rise", "50").Is(422).Says("月份 春天 写法不对", "对照的月数请写", "误报间隔请写", `value="春天"`, `value="7"`).Hides("请写开始判断的月份")
	f.Post("office", "/situation/watches/new", "element", "AJ", "unit", "999901", "since", "2018-01", "baseline", "7", "sigma", "半", "run", "1", "rise", "50").Is(422).Says("对照的月数请写", "最小波动请写", "误报间隔请写", "<details open>")
	// Judged at once.
	f.Get("office", "/situation").Is(200).Says("新滋生吸毒人员", "待核实 2 条", "单月偏高", "连续偏高")
	p := f.Get("owner", "/situation/signals/1").Is(200).Says("2018年3月12人，前12个月平均3人，超出平常波动，请核实", "多33%", "/figures/XZS?unit=1&amp;period=2018-03", "/figures/JG_JC", "3人（36÷12）", "去年同月", `formaction="/situation/signals/1/dismiss"`, "■").Hides("立为事项，交单位办理")
	if n := p.Doc.Find("svg.chart-line").Length(); n != 1 {
		t.Errorf("%d charts on the page of a signal", n)
	}
	f.Get("office", "/situation/signals/1").Is(200).Says("立为事项，交单位办理", "核查2018年3月新滋生吸毒人员超出平常波动的原因", `value="2018-04-24"`)
	f.Get("other", "/situation/signals/1").Is(200).Hides("/situation/signals/1/confirm")
	// Refused, with what was typed.
	f.Post("owner", "/situation/signals/1/confirm", "version", "1", "text", "").Is(422).Says("请写核实情况")
	f.Post("owner", "/situation/signals/1/dismiss", "version", "9", "text", "专项行动").Is(409).Says("刚被别人处理过", "专项行动")
	f.Post("other", "/situation/signals/1/confirm", "version", "1", "text", "查过").Is(403)
	f.Post("office", "/situation/signals/1/confirm", "version", "1", "text", "属实", "item", "1", "title", "", "standard", "", "lead", "ZB4", "deadline", "明天").Is(422).Says("日期 明天 写法不对", "属实")
	f.Post("office", "/situation/signals/1/confirm", "version", "1", "text", "属实", "item", "1", "title", "查明原因", "standard", "报告", "lead", "ZB4", "deadline", "2018-04-24").Is(303)
	if d := f.drafts[0]; d.Lead != force4 || d.Title != "查明原因" {
		t.Errorf("the item is %+v", d)
	}
	f.Get("office", "/situation/signals/1").Is(200).Says("已确认", "属实", "/actions/1", "处理记录").Hides("/situation/signals/1/confirm", "处理有误")
	f.Post("owner", "/situation/signals/2/dismiss", "version", "1", "text", "同一次集中查处").Is(303)
	f.Get("office", "/situation/signals/2").Is(200).Says("已排除", "同一次集中查处", "处理有误，重新核实")
	f.Post("office", "/situation/signals/2/reopen", "version", "2", "text", "").Is(422).Says("请写重新核实的理由")
	f.Post("office", "/situation/signals/2/reopen", "version", "2", "text", "再看").Is(303)
	f.Post("office", "/situation/signals/2/nonsense", "version", "2").Is(404)
	// Filter, files, machine-readable.
	f.Get("office", "/situation?state=confirmed").Is(200).Says("signals/1").Hides("signals/2")
	f.Get("office", "/situation?state=dismissed").Is(200).Says("没有符合条件的预警")
	if csv := f.Get("office", "/situation?format=csv").Is(200); !strings.Contains(string(csv.Body), "属实") {
		t.Errorf("the file holds %s", csv.Body)
	}
	var out struct {
		Signals []signalJSON `json:"signals"`
	}
	desk.OK(t, json.Unmarshal(f.Get("reader", "/api/v1/situation/signals").Is(200).Body, &out))
	if len(out.Signals) != 1 || *out.Signals[0].Count != 12 || out.Signals[0].Mean != "3" || out.Signals[0].Unit != "999901" {
		t.Errorf("a reader gets %+v", out.Signals)
	}
	// Readers see what is confirmed, and no more.
	f.Get("reader", "/situation").Is(200).Says("经核实确认", "signals/1").Hides("signals/2", "/situation/charts")
	f.Get("town", "/situation/signals/1").Is(200).Says("已确认").Hides("重新核实", "/situation/watches/1")
	f.Get("town", "/situation/signals/2").Is(404)
}

func TestTheChartsOfAWatch(t *testing.T) {
	f := newFront(t)
	f.figures.fill("AJ", "", county, "2015-01", flat(38, 4)...)
	f.figures.open[key("AJ", "", county, "2018-03")] = 17
	f.save(usual("AJ", "2017-01"))
	f.Get("leader", "/situation").Is(200).Says("没有预警", "/situation/charts")
	p := f.Get("leader", "/situation/charts").Is(200).Says("近 12 个月没有超出平常波动。", "2018年3月：本月未报齐，不作判断。", "2018年2月：4起")
	if n := p.Doc.Find(".st-cards svg").Length(); n != 2 {
		t.Errorf("%d small charts, want one by each method", n)
	}
	p = f.Get("leader", "/situation/watches/1").Is(200).Says("2018年3月：本月未报齐，不作判断。", "还没有报的：乙镇", "未报齐 17/18", "以上年月平均 4 为准", "/figures/AJ?unit=1&amp;period=2018-02").Hides("/edit", "停止监测")
	if n := p.Doc.Find("svg.chart-line").Length(); n != 2 {
		t.Errorf("%d charts, want two", n)
	}
	if n := p.Doc.Find("#months tbody tr").Length(); n != 36 {
		t.Errorf("%d months, want 36", n)
	}
	f.Get("office", "/situation/watches/1?format=csv").Is(200).Says("2018-02")
	f.Get("office", "/situation/watches").Is(200).Says("监测中", "/situation/watches/1")
	f.Get("office", "/situation/watches/1/edit").Is(200).Says("破获毒品刑事案件").Hides(`name="unit"`)
	edit := []string{"version", "1", "since", "2017-06", "baseline", "18", "sigma", "0.75", "run", "90", "rise", "60", "note", "试"}
	f.Post("office", "/situation/watches/1/edit", edit...).Is(303)
	f.Post("office", "/situation/watches/1/edit", edit...).Is(409).Says("刚被别人改过", `value="0.75"`)
	f.Post("office", "/situation/watches/1/stop", "version", "1", "stopped", "1").Is(409).Says("刚被别人改过")
	f.Post("office", "/situation/watches/1/stop", "version", "2", "stopped", "1").Is(303)
	f.Get("office", "/situation/watches/1").Is(200).Says("已停止", "恢复监测", "与它前面各月")
	f.Get("office", "/situation/watches/9").Is(404)
}

// What a route's rule says is what happens.
func TestRefusalsOnThePages(t *testing.T) {
	f := newFront(t)
	f.figures.fill("XZS", "", county, "2016-01", append(flat(26, 3), 9)...)
	f.save(usual("XZS", "2018-01"))
	f.tick()
	for _, c := range []struct {
		method, path string
		may          string // those who get 200 or, for deeds without fields, no refusal by role
	}{
		{"GET", "/situation", "office owner other leader reader town"}, {"GET", "/situation/charts", "office owner other leader"}, {"GET", "/situation/watches", "office owner other leader"}, {"GET", "/situation/watches/1", "office owner other leader"},
		{"GET", "/situation/watches/new", "office"}, {"GET", "/situation/watches/1/edit", "office"}, {"GET", "/situation/signals/1", "office owner other leader"}, {"GET", "/api/v1/situation/signals", "office owner other leader reader town"},
		{"POST", "/situation/watches/new", "office"}, {"POST", "/situation/watches/1/edit", "office"}, {"POST", "/situation/watches/1/stop", "office"}, {"POST", "/situation/signals/1/confirm", "office owner"}, {"POST", "/situation/signals/1/dismiss", "office owner"},
		{"POST", "/situation/signals/1/item", "office"}, {"POST", "/situation/signals/1/reopen", "office"},
	} {
		if p := f.Do("", c.method, c.path, "", nil); p.Status != 401 && p.Status != 303 {
			t.Errorf("%s %s for a stranger: %d", c.method, c.path, p.Status)
		}
		for who := range f.People {
			p := f.Do(who, c.method, c.path, "", nil)
			may := strings.Contains(" "+c.may+" second ", " "+who+" ") && (who != "second" || strings.Contains(c.may, "office"))
			refused := p.Status == 403 || p.Status == 404
			if may && (refused || p.Status >= 500) || !may && !refused {
				t.Errorf("%s %s for %s: %d", c.method, c.path, who, p.Status)
			}
			if refused && len(p.Body) < 20 {
				t.Errorf("%s %s for %s: no sentence", c.method, c.path, who)
			}
		}
	}
}
