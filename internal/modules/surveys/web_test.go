package surveys

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
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
	listPage()
	showPage()
	editPage()
	countsPage()
	importPage()
	plannerPage()
}

// A front is the pages of an office as a browser without scripts sees them.
type front struct {
	*office
	server *httptest.Server
	people map[string]perm.Actor
	lang   string
}

// Identify knows people by a header.
func (f *front) Identify(r *http.Request) (web.Session, error) {
	a, known := f.people[r.Header.Get("X-Who")]
	if !known {
		return web.Session{}, fault.New(fault.SignedOut, "请先登录")
	}
	a.Tree = f.Today()
	return web.Session{ID: a.Login, Actor: a}, nil
}

func newFront(t *testing.T) *front {
	o := newOffice(t, sqldb.SQLite)
	f := &front{office: o, people: map[string]perm.Actor{"office": o.chief(), "member": o.member(), "other": o.other(), "leader": o.leader(), "reader": o.reader(), "auditor": o.auditor(), "town": o.town()}}
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

func (f *front) do(who, method, path, media string, body io.Reader) page {
	f.t.Helper()
	r, err := http.NewRequest(method, f.server.URL+path, body)
	ok(f.t, err)
	r.Header.Set("X-Who", who)
	if media != "" {
		r.Header.Set("Content-Type", media)
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
	p.doc.Find("style").Remove()
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

func (f *front) upload(who, path, name, content string) page {
	f.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	ok(f.t, err)
	_, err = io.WriteString(part, content)
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

func (p page) never(words ...string) page {
	p.t.Helper()
	for _, w := range words {
		if strings.Contains(p.text(), w) {
			p.t.Errorf("%s says %q: %s", p.path, w, p.text())
		}
	}
	return p
}

// typed gives the fields of the form of a survey as it stands.
func typed(p page) (out []string) {
	p.doc.Find("main form input, main form textarea").Each(func(_ int, s *goquery.Selection) {
		name, _ := s.Attr("name")
		kind, _ := s.Attr("type")
		_, on := s.Attr("checked")
		if name == "" || kind == "checkbox" && !on {
			return
		}
		v, _ := s.Attr("value")
		if goquery.NodeName(s) == "textarea" {
			v = s.Text()
		}
		out = append(out, name, v)
	})
	p.doc.Find("main form select").Each(func(_ int, s *goquery.Selection) {
		name, _ := s.Attr("name")
		v, _ := s.Find("option[selected]").Attr("value")
		out = append(out, name, v)
	})
	return out
}

// with sets a field.
func with(fields []string, name, value string) []string {
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] == name {
			fields[i+1] = value
			return fields
		}
	}
	return append(fields, name, value)
}

func TestASurveyOnThePages(t *testing.T) {
	f := newFront(t)
	f.get("office", "/surveys").is(200).says("先用“样本量测算”看", "登记调查")
	f.get("town", "/surveys").is(200).says("还没有已定稿的调查").never("登记调查")
	f.get("town", "/surveys/planner").is(200).says("需要成功访问", "254")
	f.get("town", "/surveys/planner?share=x&half=3&response=50&way=phone&level=95").is(422).says("预计比率请写", `value="x"`)
	if x := f.get("town", "/surveys/planner?format=xlsx").is(200); !bytes.HasPrefix(x.body, []byte("PK")) {
		t.Error("no workbook")
	}

	form := f.get("member", "/surveys/new/edit?strata=townships").is(200).says("甲镇", "丙乡", "您对本县禁毒工作是否满意？")
	fields := typed(form)
	bad := with(append([]string{}, fields...), "title", "")
	bad = with(bad, "approached", "很多")
	f.post("member", "/surveys/new/edit", bad...).is(422).says("请写调查名称", "接触人数请写整数", `value="很多"`, "请写由谁实施")
	for name, v := range map[string]string{"title": "满意率调查甲", "by": "调查机构", "population": "全县居民", "frame": "随机拨号", "approached": "900", "design": "stratified", "from": "2018-04-01", "to": "2018-04-20", "qtarget0": "90",
		"speople0": "20000", "speople1": "10000", "speople2": "5000"} {
		fields = with(fields, name, v)
	}
	made := f.post("member", "/surveys/new/edit", fields...).is(303)
	if made.to != "/surveys/1" {
		t.Fatalf("led to %s", made.to)
	}
	f.get("member", "/surveys/1").is(200).says("还没有结果", "接触 900 人", "起草")
	f.get("town", "/surveys/1").is(404)
	f.get("other", "/surveys/1/edit").is(404)
	f.get("member", "/surveys/1/edit").is(200).says(`value="满意率调查甲"`, `value="20000"`)
	// A second editor is shown what the first has saved, and keeps what was typed.
	old := with(typed(f.get("member", "/surveys/1/edit")), "title", "改名")
	f.post("office", "/surveys/1/edit", with(append([]string{}, old...), "note", "先存")...).is(303)
	f.post("member", "/surveys/1/edit", with(old, "title", "再改名")...).is(409).says("刚被别人改过", "现在保存的是：改名", `value="再改名"`)

	tpl := f.get("member", "/surveys/1/template/csv").is(200)
	if got := strings.TrimSpace(strings.TrimPrefix(string(tpl.body), "\ufeff")); got != "层,份数,Q1" {
		t.Errorf("template %q", got)
	}
	if x := f.get("member", "/surveys/1/template/xlsx").is(200); !bytes.HasPrefix(x.body, []byte("PK")) {
		t.Error("no workbook")
	}
	f.get("member", "/surveys/1/template/doc").is(404)
	f.get("member", "/surveys/1/import").is(200).says("每人一行，不记名")
	f.upload("member", "/surveys/1/import", "a.csv", "层,姓名,Q1\n甲镇,张三丰,满意\n").is(422).says("像是个人信息").never("张三丰")
	f.upload("member", "/surveys/1/import", "a.csv", "层,份数,Q1\n丁镇,1,满意\n甲镇,x,很差\n").is(422).says("丁镇", "份数应为", "很差", "什么都没有写入")
	f.upload("member", "/surveys/1/import", "a.xls", "x").is(422).says("另存为 .xlsx")
	good := "层,份数,Q1\n甲镇,150,满意\n甲镇,50,很满意\n甲镇,20,不满意\n乙镇,100,满意\n乙镇,9,不满意\n丙乡,25,满意\n丙乡,2,不满意\n丙乡,1,说不清\n"
	look := f.upload("member", "/surveys/1/import", "a.csv", good).is(200).says("读了 357 人的回答", "不满意 31")
	token, _ := look.doc.Find(`input[name=token]`).Attr("value")
	f.get("member", "/surveys/1").says("还没有结果")
	f.post("member", "/surveys/1/apply", "token", token).is(303)
	f.post("member", "/surveys/1/apply", "token", token).is(409).says("调查又改过")
	p := f.get("member", "/surveys/1").is(200).says("随机访问357人，其中356人表态", "没有访问成功的超过一半", "仅供参考", "接触 900 人，访问成功 357 人，应答率 39.7%", "不足30人，只列人数")
	if n := p.doc.Find("#numbers tbody tr").Length(); n != 4 {
		t.Errorf("%d rows of numbers, want the whole and three strata", n)
	}
	if p.doc.Find("svg").Length() != 1 {
		t.Errorf("%d charts, want that of the strata", p.doc.Find("svg").Length())
	}
	if p.doc.Find(`form[action="/surveys/1/fix"]`).Length() != 0 {
		t.Error("a task force is offered to fix")
	}
	f.get("office", "/surveys/1/counts").is(200).says("甲镇", `value="150"`)
	counts := typed(f.get("office", "/surveys/1/counts"))
	f.post("office", "/surveys/1/counts", with(append([]string{}, counts...), "n0_2", "2x")...).is(422).says("应为整数", `value="2x"`)
	f.post("office", "/surveys/1/counts", with(append([]string{}, counts...), "n0_2", "21")...).is(303)
	f.post("office", "/surveys/1/counts", counts...).is(409).says("刚被别人改过")

	version, _ := f.get("office", "/surveys/1").doc.Find(`form[action="/surveys/1/fix"] input[name=version]`).Attr("value")
	f.post("office", "/surveys/1/fix", "version", "1").is(409).says("请核对新的结果后再定稿")
	f.post("office", "/surveys/1/fix", "version", version).is(303)
	f.get("town", "/surveys/1").is(200).says("随机访问358人", "不公布", "定稿").never("修改")
	f.get("leader", "/surveys/1").is(200).never("不公布")
	f.get("town", "/surveys").is(200).says("改名", "满意率 91.1% (", "仅供参考")
	f.get("town", "/surveys/1?format=csv").is(200).says("甲镇,221,不公布")
	var one surveyJSON
	ok(t, json.Unmarshal(f.get("town", "/api/v1/surveys/1").is(200).body, &one))
	if !one.Inference || len(one.Results) != 1 || one.Results[0].Low == "" || len(one.Strata) != 3 {
		t.Errorf("for programs: %+v", one)
	}
	again := f.post("member", "/surveys/1/again").is(303)
	f.get("member", again.to).is(200).says("登记", "改名")
	f.post("office", "/surveys/1/withdraw", "version", fmt.Sprint(4), "reason", "").is(422).says("请写撤回的原因")
	v, _ := f.get("office", "/surveys/1").doc.Find(`form[action="/surveys/1/withdraw"] input[name=version]`).Attr("value")
	f.post("office", "/surveys/1/withdraw", "version", v, "reason", "机构重复计数").is(303)
	f.get("town", "/surveys/1").is(200).says("已撤回：机构重复计数").never("随机访问")
	var list []surveyJSON
	ok(t, json.Unmarshal(f.get("reader", "/api/v1/surveys").is(200).body, &list))
	if len(list) != 1 || len(list[0].Results) != 0 || list[0].Reason == "" {
		t.Errorf("the list for programs: %+v", list)
	}
}

var percents = regexp.MustCompile(`\d[%％]`)

// A street questionnaire shows counts, nowhere a share, a range, a target, a comparison or a chart.
func TestAStreetQuestionnaireIsOnlyCounted(t *testing.T) {
	f := newFront(t)
	s := street()
	s.Questions[0].Target = "95"
	first := f.fixed(phoned(), twoTowns())
	s.Previous = first
	s.From, s.To = s.From.AddDays(200), s.To.AddDays(200)
	id := f.fixed(s, Counts{{Stratum: whole, Answer: 0, N: 98}, {Stratum: whole, Answer: 1, N: 2}})
	for _, lang := range []string{"zh", "en"} {
		f.lang = lang
		for _, who := range []string{"office", "town"} {
			p := f.get(who, fmt.Sprintf("/surveys/%d", id)).is(200)
			if lang == "zh" {
				p.says("非概率样本，不作推断", "回收100份问卷", "不能代表全县群众")
			}
			if got := percents.FindString(p.text()); got != "" || p.doc.Find("svg").Length() != 0 {
				t.Errorf("%s in %s: %q, %d charts", who, lang, got, p.doc.Find("svg").Length())
			}
			if n := p.doc.Find("#numbers thead th").Length(); n != 6 {
				t.Errorf("%d columns, want only those of counts", n)
			}
		}
	}
	f.lang = ""
	l := f.get("town", "/surveys").is(200)
	row := l.doc.Find("#surveys tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), "禁毒日现场问卷") }).Text()
	if !strings.Contains(row, "非概率样本，不作推断") || percents.MatchString(row) || strings.Contains(row, "达标") {
		t.Errorf("in the list: %q", row)
	}
	var one surveyJSON
	ok(t, json.Unmarshal(f.get("town", fmt.Sprintf("/api/v1/surveys/%d", id)).is(200).body, &one))
	if r := one.Results[0]; one.Inference || r.Value != "" || r.Low != "" || r.Met != nil || r.Yes != 98 || r.Base != 100 {
		t.Errorf("for programs: %+v", r)
	}
}

// A grid of a cluster sample takes new villages and keeps what was typed when it is refused.
func TestTheGridOfAClusterSample(t *testing.T) {
	f := newFront(t)
	x := phoned()
	x.Design, x.Mode = Cluster, Visit
	x.Questions = append(x.Questions, Question{Text: "您知道举报电话吗？", Name: "知晓率", Answers: []Answer{{"知道", Counted}, {"不知道", Other}}})
	a := f.chief()
	id := must(f.Save(as(a), a, x))(t)
	path := fmt.Sprintf("/surveys/%d/counts", id)
	fields := typed(f.get("office", path).is(200))
	fields = with(with(with(fields, "cluster0", "一村"), "n0_0", "20"), "n0_2", "3")
	f.post("office", path, with(append([]string{}, fields...), "cluster1", "二村")...).is(422).says("没有填人数", `value="二村"`, `value="20"`)
	fields = with(with(with(fields, "cluster1", "二村"), "n1_1", "15"), "n1_2", "2")
	next := f.post("office", path, fields...).is(303)
	if !strings.HasSuffix(next.to, "?q=Q2") {
		t.Errorf("led to %s, want the next question", next.to)
	}
	f.get("office", next.to).is(200).says(`value="一村"`, `value="二村"`, "您知道举报电话吗？")
	p := f.get("office", fmt.Sprintf("/surveys/%d", id)).is(200).says("定稿以前还要做", "Q2 还没有数据")
	if p.doc.Find(`form[action$="/fix"]`).Length() != 0 {
		t.Error("offered to fix although a question has no data")
	}
}

// Every route is refused to strangers and to those whose role it is not for.
func TestRoutesAreRefused(t *testing.T) {
	f := newFront(t)
	id := f.fixed(phoned(), twoTowns())
	draft := f.kept(phoned(), twoTowns())
	for _, r := range f.routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = strings.NewReplacer("{id}", fmt.Sprint(draft), "{format}", "csv").Replace(path)
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
		// Another task force may write surveys, but not this one, of which it does not even know.
		if r.Rule.Deed == ruleWrite.Deed {
			if p := f.do("other", method, path, "application/x-www-form-urlencoded", strings.NewReader("")); p.status != 404 {
				t.Errorf("%s for another task force = %d, want 404", r.Pattern, p.status)
			}
		}
	}
	for _, who := range []string{"leader", "reader", "town", "other"} {
		f.get(who, fmt.Sprintf("/surveys/%d", draft)).is(404)
		f.get(who, fmt.Sprintf("/surveys/%d", id)).is(200)
	}
	f.get("other", fmt.Sprintf("/surveys/%d/edit", id)).is(403)
	f.get("auditor", "/surveys").is(403)
	f.get("office", "/surveys/new/counts").is(404)
	f.get("office", "/surveys/0").is(404)
	f.get("office", fmt.Sprintf("/surveys/%d/edit", id)).is(409)
}
