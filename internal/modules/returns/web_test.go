package returns

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/xuri/excelize/v2"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/web"
)

// Every page is proved against its view.
func TestPagesFitTheirViews(t *testing.T) {
	entryPage()
	comparePage()
	uploadPage()
	minePage()
	ratePage()
	reviewPage()
	seenPage()
	formsPage()
	formPage()
	formEditPage()
	dataPage()
}

// A front is the pages of an office as a browser without scripts sees them.
type front struct {
	*office
	server *httptest.Server
	people map[string]perm.Actor
}

// Identify knows people by a header, or by a cookie; without one nobody is signed in.
func (f *front) Identify(r *http.Request) (web.Session, error) {
	who := r.Header.Get("X-Who")
	if c, err := r.Cookie("who"); err == nil && who == "" {
		who = c.Value
	}
	a, ok := f.people[who]
	if !ok {
		return web.Session{}, fault.New(fault.SignedOut, "请先登录")
	}
	a.Tree, a.Account = f.units.Today(), 1
	return web.Session{ID: a.Login, Actor: a}, nil
}

func newFront(t *testing.T) *front {
	o := onSQLite(t)
	f := &front{office: o, people: map[string]perm.Actor{"town": o.reporter(), "town2": o.person("甲镇副手", perm.Reporter, jia), "neighbour": o.person("乙乡填报员", perm.Reporter, yi),
		"force": o.reviewer(), "office": o.chief(), "reader": o.person("查阅者", perm.Reader, county), "sys": o.person("管理员", perm.SysAdmin, 0), "leader": o.person("领导", perm.Leader, post)}}
	site := web.NewSite(web.Options{DB: o.db, Identity: f, Modules: []web.Module{o.Module()}, Clock: o.clock.Now, Title: "试验县", TitleEN: "Test"})
	f.server = httptest.NewServer(site)
	t.Cleanup(f.server.Close)
	return f
}

// A page is an answer, not followed when it leads elsewhere.
type page struct {
	t      *testing.T
	status int
	to     string // where it leads
	body   []byte
	doc    *goquery.Document
}

func (f *front) do(who, method, path, media string, body io.Reader) page {
	f.t.Helper()
	r, err := http.NewRequest(method, f.server.URL+path, body)
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("X-Who", who)
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	p := page{t: f.t.(*testing.T), status: res.StatusCode, to: res.Header.Get("Location"), body: content}
	if p.doc, err = goquery.NewDocumentFromReader(bytes.NewReader(content)); err != nil {
		f.t.Fatal(err)
	}
	return p
}

func (f *front) get(who, path string) page { f.t.Helper(); return f.do(who, "GET", path, "", nil) }

func (f *front) post(who, path string, v url.Values) page {
	f.t.Helper()
	return f.do(who, "POST", path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
}

func (f *front) upload(who, path string, files ...NamedFile) page {
	f.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, x := range files {
		part, err := w.CreateFormFile("file", x.Name)
		if err != nil {
			f.t.Fatal(err)
		}
		if _, err := part.Write(x.Content); err != nil {
			f.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		f.t.Fatal(err)
	}
	return f.do(who, "POST", path, w.FormDataContentType(), &b)
}

// fields reads a form of the page as a browser would send it.
func (p page) fields(selector string) url.Values {
	p.t.Helper()
	form := p.doc.Find(selector).First()
	if form.Length() == 0 {
		p.t.Fatalf("no form %s on the page: %.300s", selector, p.doc.Find("main").Text())
	}
	v := url.Values{}
	form.Find("input, textarea, select").Each(func(_ int, s *goquery.Selection) {
		name, _ := s.Attr("name")
		kind, _ := s.Attr("type")
		_, checked := s.Attr("checked")
		switch {
		case name == "":
		case kind == "checkbox" || kind == "radio":
			if checked {
				v.Add(name, s.AttrOr("value", "on"))
			}
		case goquery.NodeName(s) == "textarea":
			v.Add(name, s.Text())
		case goquery.NodeName(s) == "select":
			v.Add(name, s.Find("option[selected]").First().AttrOr("value", ""))
		default:
			v.Add(name, s.AttrOr("value", ""))
		}
	})
	return v
}

func (p page) main() string { return strings.Join(strings.Fields(p.doc.Find("main").Text()), " ") }

func (p page) wants(status int, parts ...string) page {
	p.t.Helper()
	if p.status != status {
		p.t.Errorf("status %d, want %d: %.300s", p.status, status, p.main())
	}
	for _, x := range parts {
		if !strings.Contains(p.main(), x) {
			p.t.Errorf("%q is not on the page: %.600s", x, p.main())
		}
	}
	return p
}

func (p page) leads(to string) {
	p.t.Helper()
	if p.status != http.StatusSeeOther || p.to != to {
		p.t.Errorf("status %d to %s, want 303 to %s: %.400s", p.status, p.to, to, p.main())
	}
}

// cells are the fields of the grid.
func cells(v url.Values) []string {
	var out []string
	for k := range v {
		if strings.HasPrefix(k, "c.") {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// soundFields types sound numbers into the fields of a grid.
func (f *front) soundFields(v url.Values, at Place) {
	form, err := f.owed(at)
	if err != nil {
		f.t.Fatal(err)
	}
	l, err := f.layout(form, at)
	if err != nil {
		f.t.Fatal(err)
	}
	for row := range l.Subjects {
		for col := range l.Columns {
			v.Set(l.field(row, col), sound(l.Key(row, col)))
		}
	}
}

const aprilPage = "/returns/YB1/999901101/2018-04"

// The whole way on the pages, without scripts: typed, refused with everything kept, mended, handed
// in, sent back, handed in again, reviewed, approved, seen by its source.
func TestAReturnOnThePages(t *testing.T) {
	f := newFront(t)
	f.get("office", "/forms").wants(200, "还没有报表")
	f.get("town", "/returns").wants(200, "现在没有要填的表")
	f.publish(monthly())
	f.get("town", "/returns").wants(200, "要办的 5 份", "逾期 4 份", "禁毒工作月报", "2018年4月")

	p := f.get("town", aprilPage).wants(200, "新填 24 格", "2018-05-08", "逾期 2 天", "试禁办〔2018〕1号")
	v := p.fields("#entry")
	if len(cells(v)) != 24 {
		t.Fatalf("%d cells on the page, want 24", len(cells(v)))
	}
	at := Place{"YB1", jia, april()}
	f.soundFields(v, at)
	first := cells(v)[0]
	v.Set(first, "十二")
	v.Set("comment", "本月专项行动")
	v.Set("deed", "submit")
	p = f.post("town", aprilPage, v).wants(422, "要改正的 1 处", "“十二”不是数字", "甲一村")
	kept := p.fields("#entry")
	if kept.Get(first) != "十二" || kept.Get("comment") != "本月专项行动" || p.doc.Find("td.bad input").Length() != 1 {
		t.Error("what was typed is not shown again with its mark")
	}
	// Refused a second time from the same page: the draft goes on, none is put aside.
	kept.Set(first, "十三")
	kept.Set("deed", "submit")
	p = f.post("town", aprilPage, kept).wants(422, "“十三”不是数字")
	if n := f.count(`SELECT COUNT(*) FROM returns_draft`); n != 1 {
		t.Errorf("%d drafts after two refusals, want 1", n)
	}
	kept = p.fields("#entry")
	kept.Set(first, "12")
	kept.Set("deed", "submit")
	f.post("town", aprilPage, kept).leads(aprilPage)
	f.get("town", aprilPage).wants(200, "第 1 版已提交", "已提交")

	// The chain.
	f.get("force", aprilPage).leads("/returns/review/1")
	f.get("force", "/returns/review").wants(200, "待审核 (1)", "甲镇")
	f.get("office", "/returns/review").wants(200, "没有等待批准的报表")
	p = f.get("force", "/returns/review/1").wants(200, "本月专项行动", "退回原因")
	p = f.post("force", "/returns/review/1", url.Values{"version": {"1"}, "deed": {"return"}, "reason": {""}}).wants(422, "请写明退回的原因")
	f.post("force", "/returns/review/1", url.Values{"version": {"1"}, "deed": {"return"}, "reason": {"甲二村数字偏大"}}).leads("/returns/review")
	p = f.get("town", aprilPage).wants(200, "退回意见", "甲二村数字偏大")
	v = p.fields("#entry")
	v.Set(first, "11")
	v.Set("deed", "submit")
	f.post("town", aprilPage, v).leads(aprilPage)
	f.post("force", "/returns/review", url.Values{"deed": {"review"}, "pick": {"1.2"}}).leads("/returns/review")
	f.get("town", aprilPage).wants(200, "专班已审核")
	f.post("office", "/returns/review", url.Values{"deed": {"approve"}, "pick": {"1.2"}}).leads("/returns/review")
	if got, want := f.fact(jia1, "N8", "", april()), "11"; got != want {
		t.Errorf("fact %s, want %s", got, want)
	}
	f.get("town", aprilPage).wants(200, "已批准，数据已生效")
	f.get("office", "/returns/source/1.2?cell=填报!C7").leads("/returns/review/1?version=2&cell=" + url.QueryEscape("填报!C7") + "#marked")
	p = f.get("office", "/returns/review/1?version=2&cell="+url.QueryEscape("填报!C7")).wants(200, "经过", "批准 第 2 版")
	if got := strings.TrimSpace(p.doc.Find("td.marked").Text()); got != "11" {
		t.Errorf("marked cell shows %q, want 11", got)
	}
	f.get("office", "/returns/review/1?version=1").wants(200, "这是旧版")

	// Correction.
	f.get("town", aprilPage+"?edit=1").wants(200, "更正原因（必填）")
	v = f.get("town", aprilPage+"?edit=1").fields("#entry")
	v.Set(first, "10")
	v.Set("deed", "submit")
	f.post("town", aprilPage, v).wants(422, "必须写明原因")
	v.Set("reason", "复核")
	f.post("town", aprilPage, v).leads(aprilPage)
	f.get("force", "/returns/review/1").wants(200, "与已批准的第 2 版相比，改动 1 格", "原 11")
	f.get("office", "/forms/YB1/data?period=2018-04").wants(200, "禁毒工作月报", "甲一村", "11")
}

func TestTwoEditorsOnThePages(t *testing.T) {
	f := newFront(t)
	f.publish(monthly())
	at := Place{"YB1", jia, april()}
	a, b := f.get("town", aprilPage).fields("#entry"), f.get("town2", aprilPage).fields("#entry")
	f.soundFields(a, at)
	f.soundFields(b, at)
	first := cells(a)[0]
	a.Set("deed", "submit")
	b.Set("deed", "submit")
	b.Set(first, "13")
	f.post("town", aprilPage, a).leads(aprilPage)
	p := f.post("town2", aprilPage, b).wants(409, "提交了第 1 版", "版本对比", "甲一村 · 查处吸毒人员", "13", "12")
	if p.doc.Find("tbody tr").Length() != 1 {
		t.Error("more than the one differing cell is listed")
	}
	f.get("town2", aprilPage).wants(200, "您的草稿是在第 1 版提交之前开始填的")
	side := p.fields(`form[action$="/take"]`)
	f.post("town2", aprilPage+"/take", side).leads(aprilPage + "?edit=1")
	v := f.get("town2", aprilPage+"?edit=1").fields("#entry")
	if v.Get(first) != "13" || v.Get("base") != "1" {
		t.Errorf("after taking one's own side: %s on %s", v.Get(first), v.Get("base"))
	}
	v.Set("deed", "submit")
	f.post("town2", aprilPage, v).leads(aprilPage)
}

// A window that was overtaken by another one of the same person, or by a colleague's draft, is not
// handed in without asking: both sides are shown, and whichever is chosen the other one stays.
func TestAnOvertakenWindowAsksFirst(t *testing.T) {
	f := newFront(t)
	f.publish(monthly())
	at := Place{"YB1", jia, april()}
	one, two := f.get("town", aprilPage).fields("#entry"), f.get("town", aprilPage).fields("#entry")
	f.soundFields(one, at)
	f.soundFields(two, at)
	first := cells(one)[0]
	one.Set(first, "13")
	f.post("town", aprilPage+"/draft", one).wants(200)
	f.post("town", aprilPage+"/draft", two).wants(409)
	two.Set("deed", "submit")
	p := f.post("town", aprilPage, two).wants(409, "在别的窗口保存过", "您刚填的", "甲镇填报员", "甲一村 · 查处吸毒人员", "12", "13")
	if got := f.at(at); got.Version != 0 {
		t.Fatalf("handed in without asking: %+v", got)
	}
	if got := p.doc.Find("tbody tr td").First().Text(); got != "12" || p.doc.Find("tbody tr").Length() != 1 {
		t.Errorf("left is %q, want what was typed here, 12", got)
	}
	take := p.fields(`form[action$="/take"]`)
	take.Set("deed", "submit")
	f.post("town", aprilPage+"/take", take).leads(aprilPage)
	if got := f.at(at); got.Version != 1 {
		t.Fatalf("not handed in after choosing: %+v", got)
	}
	f.get("town", aprilPage+"/compare?a=d2:"+f.people["town"].Login+"&b=v1").wants(200, "13", "12")

	// A colleague's draft that was not there when the page was opened.
	next := strings.Replace(aprilPage, "2018-04", "2018-03", 1)
	at.Period = period.MustParse("2018-03")
	one, two = f.get("town", next).fields("#entry"), f.get("town2", next).fields("#entry")
	f.soundFields(one, at)
	f.soundFields(two, at)
	two.Set(first, "14")
	f.post("town2", next+"/draft", two).wants(200)
	one.Set("deed", "submit")
	p = f.post("town", next, one).wants(409, "甲镇副手 于", "也保存了这份报表", "12", "14")
	f.post("town", next+"/take", p.fields(`form[action$="/take"]`)).leads(next + "?edit=1")
	one = f.get("town", next+"?edit=1").fields("#entry") // it tells of the colleague's draft
	one.Set("deed", "submit")
	f.post("town", next, one).leads(next)
}

// Scripts save drafts by themselves; another window is told and loses nothing.
func TestSavingByItself(t *testing.T) {
	f := newFront(t)
	f.publish(monthly())
	v := f.get("town", aprilPage).fields("#entry")
	first := cells(v)[0]
	v.Set(first, "1")
	p := f.post("town", aprilPage+"/draft", v)
	if p.status != 200 || !strings.Contains(string(p.body), `"seq":1`) {
		t.Fatalf("%d %s", p.status, p.body)
	}
	v.Set(first, "2")
	if p = f.post("town", aprilPage+"/draft", v); p.status != 409 || !strings.Contains(string(p.body), "两份都已保留") {
		t.Errorf("from another window: %d %s", p.status, p.body)
	}
	if got := f.get("town", aprilPage).fields("#entry").Get(first); got != "1" {
		t.Errorf("the draft shows %s, want 1", got)
	}
	f.get("town", aprilPage+"/compare").wants(200, "保留的草稿")
	// A new version of the form meanwhile.
	next := monthly()
	next.Items[0].Hint = "新"
	f.publish(next)
	if p = f.post("town", aprilPage+"/draft", v); p.status != 409 || !strings.Contains(string(p.body), "草稿会自动带入") {
		t.Errorf("after a new version: %d %s", p.status, p.body)
	}
	if got := f.get("town", aprilPage).fields("#entry").Get(first); got != "1" {
		t.Errorf("the draft was not carried over: %s", got)
	}
}

func TestWorkbooksOnThePages(t *testing.T) {
	f := newFront(t)
	f.publish(monthly())
	at := Place{"YB1", jia, april()}
	p := f.get("town", aprilPage+"/workbook")
	if x, err := excelize.OpenReader(bytes.NewReader(p.body)); err != nil || x.GetSheetName(1) == "" {
		t.Fatalf("no workbook: %v", err)
	}
	good, err := f.Fill(as(f.reporter()), f.reporter(), at, sound)
	if err != nil {
		t.Fatal(err)
	}
	bad := f.pen(f.reporter(), at, sound)
	bad.put(Key{jia2, "N8", ""}, "没数")
	f.upload("town", aprilPage+"/upload", bad.file()).leads(aprilPage + "?edit=1&check=1")
	f.get("town", aprilPage+"?edit=1&check=1").wants(200, "要改正的 1 处", "“没数”不是数字", "填报 C8", "来自文件")
	p = f.get("town", aprilPage+"/errors")
	if x, err := excelize.OpenReader(bytes.NewReader(p.body)); err != nil {
		t.Errorf("no error workbook: %v", err)
	} else if c, err := x.GetComments("填报"); err != nil || len(c) != 1 || c[0].Cell != "C8" {
		t.Errorf("comments %v %v", c, err)
	}
	f.upload("town", aprilPage+"/upload", NamedFile{"x.xlsx", []byte("PK\x03\x04 no")}).wants(422, "已损坏")
	f.do("town", "POST", aprilPage+"/upload", "multipart/form-data; boundary=x", strings.NewReader("--x--\r\n")).wants(422, "没有收到文件")
	f.upload("town", aprilPage+"/upload", good).leads(aprilPage + "?edit=1&check=1")
	// What an upload took the place of is one's own: told in one line, not as another editor's.
	p = f.get("town", aprilPage+"?check=1").wants(200, "检查通过，可以提交", "您先前的 1 份草稿也留着")
	// A file that is refused then says nothing of the draft before it.
	if p := f.upload("town", aprilPage+"/upload", NamedFile{"x.xlsx", []byte("PK\x03\x04 no")}).wants(422, "已损坏"); strings.Contains(string(p.body), "检查通过") {
		t.Error("a refused file is said to have passed")
	}
	if strings.Contains(string(p.body), "也存有一份草稿") {
		t.Error("an own earlier draft is shown as somebody else's")
	}

	// Several at once.
	march := Place{"YB1", jia, april().Prev()}
	other, err := f.Fill(as(f.reporter()), f.reporter(), march, sound)
	if err != nil {
		t.Fatal(err)
	}
	p = f.upload("town", "/returns/upload", good, other, NamedFile{"b.xlsx", []byte("nichts")}).wants(200, "可以提交", "有问题", "2018年3月")
	v := p.fields(`form[action="/returns/upload/submit"]`)
	if len(v["place"]) != 2 {
		t.Fatalf("%v ready, want 2", v["place"])
	}
	f.post("town", "/returns/upload/submit", v).wants(200, "已提交")
	if f.at(at).State != Submitted || f.at(march).State != Submitted {
		t.Error("not handed in")
	}
}

func TestRatePage(t *testing.T) {
	f := newFront(t)
	f.publish(monthly())
	f.submit(f.reporter(), Place{"YB1", jia, april()})
	p := f.get("reader", "/returns/rate?period=2018-04").wants(200, "报送率", "33.3%", "已报 1 / 应报 3", "尚未报送的 2 个单位：乙乡、丙乡", "迟报 1", "逾期 1")
	x := f.get("reader", "/returns/rate?period=2018-04&format=xlsx")
	book, err := excelize.OpenReader(bytes.NewReader(x.body))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil || !strings.Contains(fmt.Sprint(rows), "33.3%") {
		t.Errorf("the workbook is not the page: %v %v", err, rows)
	}
	if p.doc.Find("#rate tbody tr").Length() != 4 {
		t.Errorf("%d rows, want 3 units and a sum", p.doc.Find("#rate tbody tr").Length())
	}
	f.get("reader", "/returns/rate?period=2018-02a").wants(200, "这一期没有要报的表")
	f.get("reader", "/returns/rate?period=四月").wants(422, "四月")
}

func TestFormsOnThePages(t *testing.T) {
	f := newFront(t)
	v := f.get("office", "/forms/new").wants(200, "新建报表").fields(`form[action="/forms"]`)
	v.Set("code", "YB1")
	v.Set("name", "禁毒工作月报")
	v.Set("force", "ZB4")
	v.Set("from", "2018-01")
	v.Set("subjects", "village")
	v.Set("item.0.element", "N8")
	v.Set("item.0.required", "1")
	v.Set("item.1.element", "现有吸毒人员")
	v.Set("item.1.categories", "all+total")
	v.Set("item.2.element", "ZZ")
	v.Set("rule.0.code", "R1")
	v.Set("rule.0.left", "N8")
	v.Set("rule.0.op", "<=")
	v.Set("rule.0.right", "现有吸毒人员 * ")
	v.Set("deed", "save")
	p := f.post("office", "/forms", v).wants(422, "没有数据项 ZZ", "没有文号的，请写明理由", "读不懂")
	v = p.fields(`form[action="/forms"]`)
	if v.Get("name") != "禁毒工作月报" || v.Get("item.2.element") != "ZZ" || v.Get("rule.0.right") != "现有吸毒人员 *" {
		t.Error("what was typed is lost")
	}
	v.Set("item.2.element", "")
	v.Set("rule.0.right", "现有吸毒人员 * 3")
	v.Set("approval", "试禁办〔2018〕1号")
	v.Set("deed", "check")
	f.post("office", "/forms", v).wants(200, "检查通过", "3 个单位要报", "7 行 4 列 28 格", "2018-02-07")
	if len(f.Forms()) != 0 {
		t.Error("checking saved the form")
	}
	v.Set("deed", "more")
	if p = f.post("office", "/forms", v).wants(200); p.doc.Find(`input[name^="item."][name$=".element"]`).Length() != 2+5 {
		t.Error("no empty rows were added")
	}
	v.Set("deed", "save")
	f.post("office", "/forms", v).leads("/forms/YB1")
	f.get("reader", "/forms/YB1").wants(200, "查处吸毒人员", "现有吸毒人员", "合计、传统、合成", "必填", "3 个单位", "每期 28 格")
	f.get("reader", "/forms").wants(200, "试禁办〔2018〕1号", "在用的 1 张表", "336")
	f.post("office", "/forms", v).wants(422, "已有代码为 YB1 的报表")

	v = f.get("office", "/forms/YB1/edit").wants(200, "修订报表 YB1").fields(`form[action="/forms"]`)
	if v.Get("from") != "2018-05" || v.Get("item.1.categories") != "all+total" {
		t.Errorf("the page begins with %s and %s", v.Get("from"), v.Get("item.1.categories"))
	}
	v.Set("name", "禁毒工作月度报表")
	v.Set("deed", "check") // finds what saving would refuse
	f.post("office", "/forms", v).wants(422, "请写明修订的原因")
	v.Set("deed", "save")
	f.post("office", "/forms", v).wants(422, "请写明修订的原因")
	v.Set("reason", "改名")
	f.post("office", "/forms", v).leads("/forms/YB1")
	f.get("reader", "/forms/YB1").wants(200, "禁毒工作月度报表", "第 2 版", "改名")
	f.get("reader", "/forms/YB1?version=1").wants(200, "这是旧版")
	f.post("office", "/forms/YB1/end", url.Values{"last": {"2018"}, "reason": {""}}).wants(422, "请写明原因", "不是这张表的一期")
	f.post("office", "/forms/YB1/end", url.Values{"last": {"2018-06"}, "reason": {"并表"}}).leads("/forms/YB1")
	f.get("reader", "/forms/YB1").wants(200, "已停用，最后一期 2018-06")

	y := f.get("reader", "/forms/export")
	f.upload("office", "/forms/import", NamedFile{"forms.yaml", y.body}).wants(200, "读到 1 张表")
	f.upload("office", "/forms/import", NamedFile{"forms.yaml", bytes.ReplaceAll(y.body, []byte("ZB4"), []byte("ZB9"))}).wants(422, "ZB9")
}

// Who is refused where, before anything happens.
func TestRightsOnThePages(t *testing.T) {
	f := newFront(t)
	f.publish(monthly())
	f.submit(f.reporter(), Place{"YB1", jia, april()})
	cases := []struct {
		who, method, path string
		want              int
	}{
		{"", "GET", "/returns", 401}, {"", "POST", aprilPage, 401}, {"", "GET", "/forms", 401}, {"", "GET", "/returns/rate", 401},
		{"neighbour", "GET", aprilPage, 403}, {"neighbour", "POST", aprilPage, 403}, {"neighbour", "GET", aprilPage + "/workbook", 403}, {"neighbour", "GET", aprilPage + "/csv", 403},
		{"neighbour", "GET", aprilPage + "/errors", 403}, {"neighbour", "GET", aprilPage + "/compare", 403}, {"neighbour", "POST", aprilPage + "/discard", 403},
		{"neighbour", "POST", aprilPage + "/take", 403}, {"neighbour", "GET", "/returns/review/1", 403}, {"neighbour", "GET", "/returns/review/1/file", 403},
		{"reader", "GET", "/returns", 403}, {"reader", "GET", aprilPage, 403}, {"reader", "GET", "/returns/review", 403}, {"reader", "GET", "/returns/review/1", 403},
		{"reader", "GET", "/forms/new", 403}, {"reader", "POST", "/forms", 403}, {"reader", "GET", "/forms/YB1/data", 403}, {"reader", "POST", "/forms/YB1/end", 403}, {"reader", "POST", "/forms/import", 403},
		{"leader", "GET", "/returns/review/1", 403}, {"leader", "GET", "/returns/rate", 200}, {"leader", "GET", "/forms", 200},
		{"sys", "GET", "/returns", 403}, {"sys", "GET", "/returns/rate", 403}, {"sys", "GET", "/forms", 403}, {"sys", "GET", "/returns/review/1", 403},
		{"town", "GET", "/returns/review", 403}, {"town", "POST", "/returns/review", 403}, {"town", "POST", "/returns/review/1", 403}, {"town", "GET", "/forms/new", 403},
		{"force", "GET", "/forms/new", 403}, {"force", "GET", aprilPage + "/workbook", 403}, {"force", "GET", "/forms/YB1/data", 200},
		{"office", "GET", aprilPage + "/workbook", 403}, {"office", "GET", "/returns/review/1", 200},
		{"town", "GET", "/returns/YB1/999901101/2017-04", 404}, {"town", "GET", "/returns/NO/999901101/2018-04", 404}, {"town", "GET", "/returns/YB1/1/2018-04", 404},
		{"town", "GET", "/returns/YB1/999901101/x", 404}, {"office", "GET", "/returns/review/99", 404}, {"office", "GET", "/returns/source/x", 404}, {"office", "GET", "/forms/NO", 404},
	}
	for _, c := range cases {
		var p page
		if c.method == "GET" {
			p = f.get(c.who, c.path)
		} else {
			p = f.post(c.who, c.path, url.Values{"form_no": {"1"}})
		}
		if p.status != c.want {
			t.Errorf("%s %s as %q: %d, want %d: %.200s", c.method, c.path, c.who, p.status, c.want, p.main())
		}
	}
	if n := f.count(`SELECT COUNT(*) FROM returns_version`) + f.count(`SELECT COUNT(*) FROM returns_draft`); n != 1 {
		t.Errorf("%d versions and drafts, want the one", n)
	}
}

// The batch on the page: none is done, obstacles are listed, the rest stays ticked.
func TestBatchOnThePage(t *testing.T) {
	f := newFront(t)
	f.publish(monthly())
	a := f.submit(f.reporter(), Place{"YB1", jia, april()})
	second := f.people["neighbour"]
	huge := f.filled(second, Place{"YB1", yi, april()}, func(k Key) string {
		if k.Element == "N6" {
			return "5001"
		}
		if k.Element == "N3" && k.Category == "" {
			return "600"
		}
		return sound(k)
	})
	b, err := f.Submit(as(second), second, Place{"YB1", yi, april()}, huge)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Review(as(f.reviewer()), f.reviewer(), []Pick{{a.ID, 1}, {b.Return.ID, 1}}, ""); err != nil {
		t.Fatal(err)
	}
	p := f.post("office", "/returns/review", url.Values{"deed": {"approve"}, "pick": {SourceID(a.ID, 1), SourceID(b.Return.ID, 1)}}).wants(422, "一份也没有办理", "乙乡 禁毒工作月报 2018-04 填报 M7")
	ticked := p.fields("form[method=post]:has(input[name=pick])")["pick"]
	if !slices.Equal(ticked, []string{SourceID(a.ID, 1)}) {
		t.Errorf("ticked %v, want the sound one", ticked)
	}
	f.post("office", "/returns/review", url.Values{"deed": {"approve"}, "pick": ticked}).leads("/returns/review")
}

// A cell of words is never a script.
func TestTextIsEscaped(t *testing.T) {
	f := newFront(t)
	f.publish(monthly())
	v := f.get("town", aprilPage).fields("#entry")
	v.Set(cells(v)[0], `"><script>alert(1)</script>`)
	v.Set("deed", "submit")
	p := f.post("town", aprilPage, v)
	if bytes.Contains(p.body, []byte("<script>alert")) {
		t.Error("a script came through")
	}
}
