package situation

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
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
	server *httptest.Server
	people map[string]perm.Actor
}

// Identify knows people by a header.
func (f *front) Identify(r *http.Request) (web.Session, error) {
	a, known := f.people[r.Header.Get("X-Who")]
	if !known {
		return web.Session{}, fault.New(fault.SignedOut, "请先登录")
	}
	return web.Session{ID: a.Login, Actor: a}, nil
}

func newFront(t *testing.T) *front {
	o := newOffice(t, sqldb.SQLite)
	f := &front{office: o, people: map[string]perm.Actor{"office": o.chief(), "second": o.second(), "owner": o.owner(), "other": o.other(), "leader": o.leader(), "reader": o.reader(), "auditor": o.auditor(), "town": o.town(big), "worker": o.worker()}}
	site := web.NewSite(web.Options{DB: o.db, Identity: f, Modules: []web.Module{o.Module()}, Clock: o.clock.Now, Title: "试验县", TitleEN: "Test"})
	f.server = httptest.NewServer(site)
	t.Cleanup(f.server.Close)
	return f
}

type page struct {
	t      testing.TB
	path   string
	status int
	to     string
	body   []byte
	doc    *goquery.Document
}

func (f *front) do(who, method, path string, body io.Reader) page {
	f.t.Helper()
	r, err := http.NewRequest(method, f.server.URL+path, body)
	ok(f.t, err)
	r.Header.Set("X-Who", who)
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	ok(f.t, err)
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	ok(f.t, err)
	p := page{t: f.t, path: path, status: res.StatusCode, to: res.Header.Get("Location"), body: content}
	p.doc, err = goquery.NewDocumentFromReader(bytes.NewReader(content))
	ok(f.t, err)
	return p
}

func (f *front) get(who, path string) page { f.t.Helper(); return f.do(who, "GET", path, nil) }

func (f *front) post(who, path string, fields ...string) page {
	f.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	return f.do(who, "POST", path, strings.NewReader(v.Encode()))
}

func (p page) is(status int) page {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("%s = %d, want %d: %s", p.path, p.status, status, p.text())
	}
	return p
}

func (p page) text() string { return strings.Join(strings.Fields(p.doc.Find("main").Text()), " ") }

func (p page) says(words ...string) page {
	p.t.Helper()
	for _, w := range words {
		if !strings.Contains(string(p.body), w) {
			p.t.Errorf("%s does not say %q: %s", p.path, w, p.text())
		}
	}
	return p
}

func (p page) hides(words ...string) page {
	p.t.Helper()
	for _, w := range words {
		if strings.Contains(string(p.body), w) {
			p.t.Errorf("%s says %q", p.path, w)
		}
	}
	return p
}

// From an empty list to a decided signal, as people do it on the pages.
func TestASignalOnThePages(t *testing.T) {
	f := newFront(t)
	f.figures.fill("XZS", "", county, "2016-01", append(flat(26, 3), 12)...)
	f.figures.fill("JG_JC", "", county, "2016-01", append(flat(26, 180), 240)...)
	f.get("office", "/situation").is(200).says("还没有监测项", "/situation/watches/new")
	f.get("leader", "/situation").is(200).says("还没有监测项").hides("/situation/watches/new")
	f.get("office", "/situation/charts").is(200).says("还没有监测项")
	f.get("office", "/situation/watches").is(200).says("还没有监测项")
	f.get("office", "/situation/watches/new").is(200).says("XZS|年龄=&lt;25", "新滋生吸毒人员（&lt;25）", `value="2018-01"`, `value="80"`).hides("JH", "XYRS")
	save := []string{"element", "XZS", "unit", "999901", "effort", "JG_JC", "since", "2018-01", "baseline", "12", "sigma", "0.5", "run", "80", "rise", "50"}
	f.post("office", "/situation/watches/new", append(save, "baseline", "3")...).is(303) // the first value counts
	f.post("office", "/situation/watches/new", save...).is(422).says("已有同样的监测项")
	f.post("office", "/situation/watches/new", "element", "AJ", "unit", "999901", "since", "春天", "baseline", "7", "sigma", "半", "run", "1", "rise", "50").is(422).says("月份 春天 写法不对", "对照的月数请写", "误报间隔请写", `value="春天"`, `value="7"`).hides("请写开始判断的月份")
	f.post("office", "/situation/watches/new", "element", "AJ", "unit", "999901", "since", "2018-01", "baseline", "7", "sigma", "半", "run", "1", "rise", "50").is(422).says("对照的月数请写", "最小波动请写", "误报间隔请写", "<details open>")
	// Judged at once.
	f.get("office", "/situation").is(200).says("新滋生吸毒人员", "待核实 2 条", "单月偏高", "连续偏高")
	p := f.get("owner", "/situation/signals/1").is(200).says("2018年3月12人，前12个月平均3人，超出平常波动，请核实", "多33%", "/figures/XZS?unit=1&amp;period=2018-03", "/figures/JG_JC", "3人（36÷12）", "去年同月", `formaction="/situation/signals/1/dismiss"`, "■").hides("立为事项，交单位办理")
	if n := p.doc.Find("svg.chart-line").Length(); n != 1 {
		t.Errorf("%d charts on the page of a signal", n)
	}
	f.get("office", "/situation/signals/1").is(200).says("立为事项，交单位办理", "核查2018年3月新滋生吸毒人员超出平常波动的原因", `value="2018-04-24"`)
	f.get("other", "/situation/signals/1").is(200).hides("/situation/signals/1/confirm")
	// Refused, with what was typed.
	f.post("owner", "/situation/signals/1/confirm", "version", "1", "text", "").is(422).says("请写核实情况")
	f.post("owner", "/situation/signals/1/dismiss", "version", "9", "text", "专项行动").is(409).says("刚被别人处理过", "专项行动")
	f.post("other", "/situation/signals/1/confirm", "version", "1", "text", "查过").is(403)
	f.post("office", "/situation/signals/1/confirm", "version", "1", "text", "属实", "item", "1", "title", "", "standard", "", "lead", "ZB4", "deadline", "明天").is(422).says("日期 明天 写法不对", "属实")
	f.post("office", "/situation/signals/1/confirm", "version", "1", "text", "属实", "item", "1", "title", "查明原因", "standard", "报告", "lead", "ZB4", "deadline", "2018-04-24").is(303)
	if d := f.drafts[0]; d.Lead != force4 || d.Title != "查明原因" {
		t.Errorf("the item is %+v", d)
	}
	f.get("office", "/situation/signals/1").is(200).says("已确认", "属实", "/actions/1", "处理记录").hides("/situation/signals/1/confirm", "处理有误")
	f.post("owner", "/situation/signals/2/dismiss", "version", "1", "text", "同一次集中查处").is(303)
	f.get("office", "/situation/signals/2").is(200).says("已排除", "同一次集中查处", "处理有误，重新核实")
	f.post("office", "/situation/signals/2/reopen", "version", "2", "text", "再看").is(303)
	f.post("office", "/situation/signals/2/nonsense", "version", "2").is(404)
	// Filter, files, machine-readable.
	f.get("office", "/situation?state=confirmed").is(200).says("signals/1").hides("signals/2")
	f.get("office", "/situation?state=dismissed").is(200).says("没有符合条件的预警")
	if csv := f.get("office", "/situation?format=csv").is(200); !strings.Contains(string(csv.body), "属实") {
		t.Errorf("the file holds %s", csv.body)
	}
	var out struct {
		Signals []signalJSON `json:"signals"`
	}
	ok(t, json.Unmarshal(f.get("reader", "/api/v1/situation/signals").is(200).body, &out))
	if len(out.Signals) != 1 || *out.Signals[0].Count != 12 || out.Signals[0].Mean != "3" || out.Signals[0].Unit != "999901" {
		t.Errorf("a reader gets %+v", out.Signals)
	}
	// Readers see what is confirmed, and no more.
	f.get("reader", "/situation").is(200).says("经核实确认", "signals/1").hides("signals/2", "/situation/charts")
	f.get("town", "/situation/signals/1").is(200).says("已确认").hides("重新核实", "/situation/watches/1")
	f.get("town", "/situation/signals/2").is(404)
}

func TestTheChartsOfAWatch(t *testing.T) {
	f := newFront(t)
	f.figures.fill("AJ", "", county, "2015-01", flat(38, 4)...)
	f.figures.open[key("AJ", "", county, "2018-03")] = 17
	f.save(usual("AJ", "2017-01"))
	f.get("leader", "/situation").is(200).says("没有预警", "/situation/charts")
	p := f.get("leader", "/situation/charts").is(200).says("近 12 个月没有超出平常波动。", "2018年3月：本月未报齐，不作判断。", "2018年2月：4起")
	if n := p.doc.Find(".st-cards svg").Length(); n != 2 {
		t.Errorf("%d small charts, want one by each method", n)
	}
	p = f.get("leader", "/situation/watches/1").is(200).says("2018年3月：本月未报齐，不作判断。", "还没有报的：乙镇", "未报齐 17/18", "以上年月平均 4 为准", "/figures/AJ?unit=1&amp;period=2018-02").hides("/edit", "停止监测")
	if n := p.doc.Find("svg.chart-line").Length(); n != 2 {
		t.Errorf("%d charts, want two", n)
	}
	if n := p.doc.Find("#months tbody tr").Length(); n != 36 {
		t.Errorf("%d months, want 36", n)
	}
	f.get("office", "/situation/watches/1?format=csv").is(200).says("2018-02")
	f.get("office", "/situation/watches").is(200).says("监测中", "/situation/watches/1")
	f.get("office", "/situation/watches/1/edit").is(200).says("破获毒品刑事案件").hides(`name="unit"`)
	edit := []string{"version", "1", "since", "2017-06", "baseline", "18", "sigma", "0.75", "run", "90", "rise", "60", "note", "试"}
	f.post("office", "/situation/watches/1/edit", edit...).is(303)
	f.post("office", "/situation/watches/1/edit", edit...).is(409).says("刚被别人改过", `value="0.75"`)
	f.post("office", "/situation/watches/1/stop", "version", "1", "stopped", "1").is(409).says("刚被别人改过")
	f.post("office", "/situation/watches/1/stop", "version", "2", "stopped", "1").is(303)
	f.get("office", "/situation/watches/1").is(200).says("已停止", "恢复监测", "与它前面各月")
	f.get("office", "/situation/watches/9").is(404)
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
		if p := f.do("", c.method, c.path, nil); p.status != 401 && p.status != 303 {
			t.Errorf("%s %s for a stranger: %d", c.method, c.path, p.status)
		}
		for who := range f.people {
			p := f.do(who, c.method, c.path, nil)
			may := strings.Contains(" "+c.may+" second ", " "+who+" ") && (who != "second" || strings.Contains(c.may, "office"))
			refused := p.status == 403 || p.status == 404
			if may && (refused || p.status >= 500) || !may && !refused {
				t.Errorf("%s %s for %s: %d", c.method, c.path, who, p.status)
			}
			if refused && len(p.body) < 20 {
				t.Errorf("%s %s for %s: no sentence", c.method, c.path, who)
			}
		}
	}
}
