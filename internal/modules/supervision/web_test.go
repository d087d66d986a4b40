package supervision

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
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
	"kaiyang/internal/platform/words"
)

// Every page is proved against its view.
func TestPagesFitTheirViews(t *testing.T) {
	plansPage()
	planPage()
	editPage()
	poolPage()
	drawPage()
	visitPage()
	findingsPage()
	ownPage()
	listsPage()
	listPage()
}

// A front is the pages of an office as a browser without scripts sees them.
type front struct {
	*office
	server *httptest.Server
	people map[string]perm.Actor
	lang   string
}

// Identify knows people by a header or a cookie.
func (f *front) Identify(r *http.Request) (web.Session, error) {
	who := r.Header.Get("X-Who")
	if c, err := r.Cookie("who"); err == nil && who == "" {
		who = c.Value
	}
	a, known := f.people[who]
	if !known {
		return web.Session{}, fault.New(fault.SignedOut, "请先登录")
	}
	a.Tree = f.Today()
	return web.Session{ID: a.Login, Actor: a}, nil
}

func newFront(t *testing.T) *front {
	o := newOffice(t, sqldb.SQLite)
	f := &front{office: o, people: map[string]perm.Actor{"office": o.chief(), "second": o.second(), "member": o.member(), "other": o.other(), "leader": o.leader(), "reader": o.reader(), "auditor": o.auditor()}}
	for u := town1; u <= town6; u++ {
		f.people[fmt.Sprintf("town%d", u)] = o.town(u)
	}
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

func (f *front) do(who, method, path, media string, body io.Reader, headers ...string) page {
	f.t.Helper()
	r, err := http.NewRequest(method, f.server.URL+path, body)
	ok(f.t, err)
	r.Header.Set("X-Who", who)
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if f.lang != "" {
		r.AddCookie(&http.Cookie{Name: "lang", Value: f.lang})
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

func (f *front) get(who, path string) page { f.t.Helper(); return f.do(who, "GET", path, "", nil) }

func (f *front) post(who, path string, fields ...string) page {
	f.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	return f.do(who, "POST", path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
}

func (f *front) upload(who, path, name string, content []byte, fields ...string) page {
	f.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		ok(f.t, w.WriteField(fields[i], fields[i+1]))
	}
	part, err := w.CreateFormFile("photo", name)
	ok(f.t, err)
	_, err = part.Write(content)
	ok(f.t, err)
	ok(f.t, w.Close())
	return f.do(who, "POST", path, w.FormDataContentType(), &b)
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

func TestASupervisionOnThePages(t *testing.T) {
	f := newFront(t)
	f.get("office", "/supervision").is(200).says("先写一张检查表")
	starter := f.get("office", "/supervision/lists/new").is(200).says("领导重视", "禁种铲毒")
	if n := starter.doc.Find("textarea").Length(); n != 7 {
		t.Errorf("the starter has %d headings, want six and an empty one", n)
	}
	f.post("office", "/supervision/lists/new", "name", "", "block0", "宣传", "lines0", "有宣传栏 | 看").is(422).says("有宣传栏 | 看", "请写检查表名称")
	f.post("office", "/supervision/lists/new", "name", "检查表甲", "edition", "0", "block0", "宣传", "lines0", "有宣传栏 | 看\n有队伍").is(303)
	f.post("office", "/supervision/plans/new/edit", "title", "", "theme", "宣传", "repeat", "90").is(422).says("请写督导检查名称", `value="宣传"`)
	p := f.post("office", "/supervision/plans/new/edit", "title", "五月专项督查", "kind", "special", "theme", "宣传", "from", "2018-05-10", "to", "2018-05-31", "list", "1", "repeat", "90", "post", fmt.Sprint(postMember)).is(303)
	if p.to != "/supervision/plans/1/pool" {
		t.Errorf("a new plan leads to %s", p.to)
	}
	f.post("office", "/supervision/plans/1/edit", "version", "9", "title", "改名", "kind", "special", "theme", "宣传", "from", "2018-05-10", "to", "2018-05-31", "list", "1", "repeat", "90").is(409).says(`value="改名"`, "五月专项督查")
	f.post("office", p.to, "deed", "add", "kind", "township", "group", "全部").is(303)
	f.get("office", p.to).is(200).says("甲镇", "己乡", "抽取只做一次")
	save := []string{"deed", "save", "version", "2", "groups", "全部 9"}
	for u := town1; u <= town6; u++ {
		n := fmt.Sprint(int(u))
		save = append(save, "unit", n, "group"+n, "全部", "out"+n, "")
	}
	f.post("office", p.to, save...).is(422).says("可抽的只有 6 个", "全部 9")
	save[5] = "全部 2"
	f.post("office", p.to, save...).is(303)
	f.post("office", "/supervision/plans/1/draws", "kind", "public", "public", "", "origin", "").is(422).says("请写公开值", "请写出处")
	d := f.post("office", "/supervision/plans/1/draws", "kind", "public", "public", "18", "origin", "公开数").is(303)
	f.get("office", d.to).is(200).says("验算一致", SeedOf("18", "DD-2018-001"))
	f.get("town2", d.to).is(404)
	f.post("office", "/supervision/plans/1/publish").is(303)
	f.get("town2", d.to).is(200)
	var j struct {
		Verified bool
		Seed     string
		Drawn    []Pick
	}
	ok(t, json.Unmarshal(f.get("reader", "/api/v1/supervision/1/draws/1").is(200).body, &j))
	if !j.Verified || j.Seed != SeedOf("18", "DD-2018-001") || len(j.Drawn) != 2 {
		t.Errorf("the draw for programs: %+v", j)
	}

	visit, unit := "/supervision/visits/1", fmt.Sprintf("town%d", j.Drawn[0].Unit)
	f.get("member", visit).is(200).says("有宣传栏")
	f.get(unit, visit).is(404)
	// What was typed comes back when a part of it is refused, and nothing of it is kept.
	typed := []string{"version", "1", "day", "2018-05-10", "visitors", "专班二人", "mark.1.1", "unmet", "note.1.1", "两处没有", "note.1.2", "", "summary", "小结", "deed", "finding", "text", "没有宣传栏", "line", "1.1", "place", "106.751,27.051", "severity", "major", "demand", "补设", "days", "10"}
	back := f.upload("member", visit, "IMG.jpg", jpegWith(t), typed...).is(422).says("两处没有", "小结", "没有宣传栏", "不要写经纬度坐标", "专班二人")
	if v, _ := back.doc.Find(`input[name="mark.1.1"][checked]`).Attr("value"); v != "unmet" {
		t.Errorf("the mark came back as %q", v)
	}
	for i, x := range typed {
		if x == "place" {
			typed[i+1] = "村口"
		}
	}
	f.upload("member", visit, "a.jpg", []byte("GIF89a"), typed...).is(422).says("不是 jpg 或 png 照片")
	f.upload("member", visit, "IMG.jpg", jpegWith(t, segment(0xE1, "Exif\x00\x00"+string(gpsTIFF()))), typed...).is(303)
	shot := f.get("member", visit+"/photos/1").is(200)
	if bytes.Contains(shot.body, []byte("SECRETPHONE")) || !bytes.HasPrefix(shot.body, []byte{0xFF, 0xD8}) {
		t.Error("the picture is sent with what the camera wrote, or not at all")
	}
	// A second editor is shown what the first has saved.
	f.post("member", visit, "version", "1", "day", "2018-05-10", "visitors", "别人", "mark.1.1", "met", "note.1.1", "", "note.1.2", "", "deed", "save").is(409).says("别人刚保存了这些", "专班二人", "不符合 两处没有", `value="别人"`)
	// The script saves without leaving the page.
	auto := f.do("member", "POST", visit, "application/x-www-form-urlencoded", strings.NewReader("version=2&day=2018-05-10&visitors=x&mark.1.1=unmet&note.1.1=n&mark.1.2=met&note.1.2=&summary=s&text=half"), "Accept", "application/json").is(200)
	if !strings.Contains(string(auto.body), `"version":3`) {
		t.Errorf("saved by itself: %s", auto.body)
	}
	f.do("member", "POST", visit, "application/x-www-form-urlencoded", strings.NewReader("version=2"), "Accept", "application/json").is(409)
	if n := f.get("member", visit).doc.Find(".sv-found").Length(); n != 1 {
		t.Errorf("%d findings, want 1: half a finding is not saved by itself", n)
	}
	f.get("member", "/supervision/keep.js").is(200).says("localStorage")
	f.post("member", visit+"/findings/1/change", "fversion", "1", "text", "没有宣传栏两处", "line", "1.1", "severity", "grave", "demand", "补设两处", "days", "10").is(303)
	f.post("member", visit+"/feedback", "version", "3", "feedback", "").is(422).says("请写反馈意见")
	f.post("member", visit+"/feedback", "version", "3", "feedback", "宣传薄弱", "met", "专干").is(303)

	f.get(unit, "/supervision/mine").is(200).says("五月专项督查", "2018-06-09")
	f.get(unit, visit).is(200).says("没有宣传栏两处", "确认收到", "提出异议")
	f.get(unit, visit+"/photos/1").is(200)
	f.post(unit, visit+"/confirm", "note", "知悉").is(303)
	f.post(unit, visit+"/object", "finding", "1", "objection", "").is(422).says("请写明异议和理由")
	f.post(unit, visit+"/object", "finding", "1", "objection", "只有一处").is(303)
	f.get("second", visit).is(200).says("只有一处", "答复和理由")
	f.post("second", visit+"/objections/1", "version", "1", "ruling", "amended", "answer", "改为一处").is(303)
	f.post("office", visit+"/items").is(303)
	f.get("leader", visit).is(200).says("2018-0001", "2018-05-24")
	f.get("leader", "/supervision/findings?severity=grave&state=open").is(200).says("没有宣传栏两处", "2018-0001")
	f.get("leader", "/supervision/findings?severity=minor").is(200).says("没有符合条件的问题")
	if x := f.get("leader", "/supervision/findings?format=xlsx").is(200); !bytes.HasPrefix(x.body, []byte("PK")) {
		t.Error("no workbook")
	}
	f.get("office", "/supervision/plans/1/report/docx").is(200).says("docx 五月专项督查")
	f.get("office", "/supervision/plans/1/report/exe").is(404)
	f.get("office", "/supervision/plans/1").is(200).says("还有 1 个单位没有反馈")
	f.post("office", "/supervision/plans/1/close").is(409).says("还有 1 个单位没有反馈")
	f.post("office", "/supervision/visits/2/dropped", "reason", "道路中断").is(303)
	f.post("office", "/supervision/plans/1/close").is(303)
	again := f.post("office", visit+"/recheck").is(303)
	f.get("member", again.to).is(200).says("已整改", "没有宣传栏两处")
	f.post("office", "/supervision/plans/1/issue").is(303)

	// Every page in both languages for those who may open it.
	for _, lang := range []string{"zh", "en"} {
		f.lang = lang
		for _, path := range []string{"/supervision", "/supervision/findings", "/supervision/lists", "/supervision/lists/1", "/supervision/lists/new", "/supervision/plans/new/edit", "/supervision/plans/1", "/supervision/plans/1/edit", "/supervision/plans/1/pool", "/supervision/plans/1/draws/1", visit, again.to, "/supervision/visits/2"} {
			p := f.get("office", path).is(200)
			if strings.Contains(p.text(), "%!") || strings.Contains(p.text(), "<no value>") {
				t.Errorf("%s (%s): %s", path, lang, p.text())
			}
		}
		l := words.ParseLang(lang)
		f.get(unit, "/supervision/mine").is(200).says(words.T(l, "本单位的检查反馈"))
		f.get("member", again.to).is(200).says(words.T(l, "未整改"), words.T(l, "其余为未查"))
		f.get("office", "/supervision/plans/1/draws/1").says(words.T(l, "验算一致"))
	}
}

// Every route is refused to strangers and to those whose role it is not for.
func TestRoutesAreRefused(t *testing.T) {
	f := newFront(t)
	_, visits := f.drawn("宣传")
	f.visited(visits[0])
	for _, r := range f.routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = strings.NewReplacer("{id}", "1", "{visit}", fmt.Sprint(visits[0].ID), "{no}", "1", "{list}", "1", "{photo}", "1", "{objection}", "1", "{format}", "pdf", "{deed}", "close").Replace(path)
		if p := f.do("", method, path, "", nil); p.status != 401 && p.status != 303 {
			t.Errorf("%s for a stranger = %d", r.Pattern, p.status)
		}
		for who, a := range f.people {
			if !a.Can(r.Rule) {
				if p := f.do(who, method, path, "", nil); p.status != 403 {
					t.Errorf("%s for %s = %d, want 403", r.Pattern, who, p.status)
				}
			}
		}
	}
	if r := f.do("reader", "GET", fmt.Sprintf("/supervision/visits/%d", visits[0].ID), "", nil); r.status != 404 {
		t.Errorf("a reader sees a visit before the report: %d", r.status)
	}
	for _, who := range []string{"reader", "other", "town7"} {
		var list []planJSON
		ok(t, json.Unmarshal(f.get(who, "/api/v1/supervision").is(200).body, &list))
		if len(list) != 0 {
			t.Errorf("%s is told of %d plans", who, len(list))
		}
	}
}
