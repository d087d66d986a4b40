package facts

import (
	"bytes"
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

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit"
)

// people says who asks by a header.
type people struct{ tree *org.Tree }

func (p people) Identify(r *http.Request) (web.Session, error) {
	a := officer
	switch r.Header.Get("X-Who") {
	case "reader":
		a = reader
	case "colleague":
		a.Login = "colleague"
	}
	a.Tree = p.tree
	return web.Session{ID: a.Login, Actor: a}, nil
}

// A visit is a browser without a screen.
type visit struct {
	t    *testing.T
	o    *office
	site *web.Site
	who  string
	lang string
	at   string // where the last answer led
}

func newVisit(t *testing.T, o *office) *visit {
	// Pages of other modules that these pages lead to.
	there := func(w http.ResponseWriter, _ *http.Request) error { w.WriteHeader(http.StatusNoContent); return nil }
	others := web.Module{Name: "others", Routes: []web.Route{
		{Pattern: "GET /figures/{code}", Rule: ruleView, Handle: there}, {Pattern: "GET /definitions/{code}", Rule: ruleView, Handle: there}}}
	return &visit{t: t, o: o, site: web.NewSite(web.Options{DB: o.db, Identity: people{o.units.Today()}, Modules: []web.Module{o.Module(), others}, Clock: o.clock.Now, Title: "试验县"})}
}

func (v *visit) do(method, path string, body io.Reader, media string) (*goquery.Document, *http.Response) {
	v.t.Helper()
	r := httptest.NewRequest(method, path, body)
	r.Header.Set("Content-Type", media)
	r.Header.Set("X-Who", v.who)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if v.lang != "" {
		r.AddCookie(&http.Cookie{Name: "lang", Value: v.lang})
	}
	w := httptest.NewRecorder()
	v.site.ServeHTTP(w, r)
	res := w.Result()
	if res.StatusCode == http.StatusSeeOther {
		v.at = res.Header.Get("Location")
		return v.do("GET", v.at, nil, "")
	}
	text := w.Body.String()
	if strings.Contains(text, "%!") || strings.Contains(text, "<no value>") {
		v.t.Errorf("%s %s has a hole: %s", method, path, regexp.MustCompile(`.{0,60}(%!|<no value>).{0,60}`).FindString(text))
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(text))
	if err != nil {
		v.t.Fatal(err)
	}
	res.Body = io.NopCloser(strings.NewReader(text))
	return doc, res
}

func (v *visit) get(path string, status int) *goquery.Document {
	v.t.Helper()
	doc, res := v.do("GET", path, nil, "")
	if res.StatusCode != status {
		v.t.Fatalf("GET %s = %d, want %d: %s", path, res.StatusCode, status, doc.Find("main").Text())
	}
	return doc
}

func (v *visit) post(path string, status int, fields ...string) *goquery.Document {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	doc, res := v.do("POST", path, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
	if res.StatusCode != status {
		v.t.Fatalf("POST %s = %d, want %d: %s", path, res.StatusCode, status, doc.Find("main").Text())
	}
	return doc
}

func (v *visit) upload(path, name string, content []byte, status int, fields ...string) *goquery.Document {
	v.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		m.WriteField(fields[i], fields[i+1])
	}
	if name != "" {
		f, _ := m.CreateFormFile("file", name)
		f.Write(content)
	}
	m.Close()
	doc, res := v.do("POST", path, &b, m.FormDataContentType())
	if res.StatusCode != status {
		v.t.Fatalf("POST %s = %d, want %d: %s", path, res.StatusCode, status, doc.Find("main").Text())
	}
	return doc
}

// fieldsIn gives the fields of the first form of a page as they stand.
func fieldsIn(doc *goquery.Document) []string {
	var out []string
	doc.Find("main form input, main form textarea, main form select").Each(func(_ int, s *goquery.Selection) {
		name, ok := s.Attr("name")
		if !ok {
			return
		}
		value := s.AttrOr("value", "")
		switch goquery.NodeName(s) {
		case "textarea":
			value = s.Text()
		case "select":
			on := s.Find("option[selected]")
			if on.Length() == 0 {
				on = s.Find("option").First()
			}
			value = on.AttrOr("value", "")
		}
		out = append(out, name, value)
	})
	return out
}

func has(t *testing.T, doc *goquery.Document, selector, text string) {
	t.Helper()
	found := strings.Join(strings.Fields(doc.Find(selector).Text()), " ")
	if !strings.Contains(found, text) {
		t.Errorf("%s says %q, want %q", selector, found, text)
	}
}

func TestEveryPageIsProvedAgainstItsView(t *testing.T) {
	listPage()
	showPage()
	editPage()
	importPage()
	runPage()
	closingsPage()
	closingPage()
}

func TestPagesOfElements(t *testing.T) {
	o := newOffice(t, testkit.Open(t, sqldb.SQLite, folders...)).define(smallElements()...)
	o.record("F1 北镇 2018-01 7", "F1 北镇 2018-02 8")
	o.SetUses(func(code string) []Use {
		if code == "F1" {
			return []Use{{Kind: "指标", Code: "I1", Name: "查处率", Path: "/definitions/I1"}}
		}
		return nil
	})
	v := newVisit(t, o)
	doc := v.get("/definitions/elements", 200)
	if n := doc.Find("#elements tbody tr").Length(); n != 6 {
		t.Errorf("%d rows", n)
	}
	has(t, doc, "#elements", "查处人次")
	doc = v.get("/definitions/elements/F1", 200)
	has(t, doc, "#years", "2018月2")
	has(t, doc, "#uses", "查处率")
	if href := doc.Find(".tools a").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Text() == "看数" }).AttrOr("href", ""); href != "/figures/F1" {
		t.Errorf("figures at %q", href)
	}
	v.get("/definitions/elements/XX", 404)

	// The form: what was typed stays, faults stand beside their fields, the effect is shown before.
	doc = v.get("/definitions/elements/F1/edit", 200)
	fields := fieldsIn(doc)
	with := func(pairs ...string) []string { return append(append([]string{}, fields...), pairs...) }
	doc = v.post("/definitions/elements/F1/edit", 422, with("name", "", "kind", "stock", "step", "preview")...)
	has(t, doc, ".field-error", "请填写数据项名称")
	has(t, doc, ".field-error", "类型不能再改")
	doc = v.post("/definitions/elements/F1/edit", 200, with("name", "查处吸毒人次", "note", "新口径", "step", "preview")...)
	has(t, doc, ".preview-box", "名称：查处人次 → 查处吸毒人次")
	has(t, doc, ".preview-box", "已有 2 个数值")
	has(t, doc, ".preview-box", "查处率")
	if e, _ := o.Catalogue().Code("F1"); e.Name != "查处人次" {
		t.Error("a preview saved")
	}
	seen := doc.Find("input[name=seen]").AttrOr("value", "")
	// Something else than what was seen is shown again before it is saved.
	doc = v.post("/definitions/elements/F1/edit", 200, with("name", "别的名称", "seen", seen, "step", "save")...)
	has(t, doc, ".preview-box", "别的名称")
	doc = v.post("/definitions/elements/F1/edit", 200, with("name", "查处吸毒人次", "note", "新口径", "seen", seen, "step", "save")...)
	has(t, doc, "h1", "查处吸毒人次")
	has(t, doc, "#history", "说明：（空） → 新口径")
	// A second editor with the old version is shown both.
	doc = v.post("/definitions/elements/F1/edit", 409, with("name", "第三个名称", "step", "preview")...)
	has(t, doc, ".warning", "第 2 版")
	has(t, doc, ".warning", "名称：第三个名称 → 查处吸毒人次")
	if got := doc.Find("#name").AttrOr("value", ""); got != "第三个名称" {
		t.Errorf("what was typed became %q", got)
	}
	doc = v.post("/definitions/elements/F1/edit", 200, append(fieldsIn(doc), "step", "preview")...)
	doc = v.post("/definitions/elements/F1/edit", 200, append(fieldsIn(doc), "step", "save")...)
	has(t, doc, "h1", "第三个名称")
	// A grain of a later year.
	doc = v.get("/definitions/elements/F1/edit", 200)
	doc = v.post("/definitions/elements/F1/edit", 422, append(fieldsIn(doc), "grain_year", "2018", "grain_new", "quarter", "step", "preview")...)
	has(t, doc, ".field-error", "2018 年已有数据")
	doc = v.get("/definitions/elements/F1/edit", 200)
	doc = v.post("/definitions/elements/F1/edit", 200, append(fieldsIn(doc), "grain_year", "2019", "grain_new", "quarter", "step", "preview")...)
	has(t, doc, ".preview-box", "month;2019=quarter")
	doc = v.post("/definitions/elements/F1/edit", 200, append(fieldsIn(doc), "step", "save")...)
	has(t, doc, "dl.facts", "月；自 2019 年起季")

	// A new one.
	doc = v.get("/definitions/elements/new", 200)
	doc = v.post("/definitions/elements/new", 200, append(fieldsIn(doc), "code", "N1", "name", "新滋生", "scheme", "partition", "dimensions", "年龄=<25|>=25", "step", "preview")...)
	doc = v.post("/definitions/elements/new", 200, append(fieldsIn(doc), "step", "save")...)
	has(t, doc, "dl.facts", "25岁以下、25岁及以上")
	doc = v.get("/definitions/elements/new", 200)
	doc = v.post("/definitions/elements/new", 422, append(fieldsIn(doc), "code", "N1", "name", "", "step", "preview")...)
	has(t, doc, ".field-error", "代码 N1 已有数据项使用")

	// Who may only read.
	v.who = "reader"
	doc = v.get("/definitions/elements/F1", 200)
	if doc.Find(".tools a.button").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Text() == "修改" }).Length() > 0 {
		t.Error("a reader is offered to edit")
	}
	v.get("/definitions/elements/F1/edit", 403)
	v.post("/definitions/elements/new", 403)
	v.get("/definitions/elements/F1/facts", 403)
	v.get("/admin/import/facts", 403)
	v.post("/admin/closings", 403)
	v.who = ""
	// In English nothing falls apart.
	v.lang = "en"
	for _, p := range []string{"/definitions/elements", "/definitions/elements/F1", "/definitions/elements/F1/edit", "/definitions/elements/new", "/admin/import/facts", "/admin/import/elements", "/admin/closings"} {
		v.get(p, 200)
	}
	for format, want := range map[string]string{"xlsx": "PK", "csv": "\uFEFF代码", "json": "{"} {
		v.lang = ""
		_, res := v.do("GET", "/definitions/elements?format="+format, nil, "")
		b, _ := io.ReadAll(res.Body)
		if !strings.HasPrefix(string(b), want) {
			t.Errorf("%s begins with %.20q", format, b)
		}
	}
	for _, format := range []string{"csv", "yaml", "xlsx", "json"} {
		if _, res := v.do("GET", "/definitions/elements/export?as="+format, nil, ""); res.StatusCode != 200 {
			t.Errorf("export as %s = %d", format, res.StatusCode)
		}
	}
	v.get("/definitions/elements/export?as=docx", 422)
	_, res := v.do("GET", "/definitions/elements/F1/facts", nil, "")
	if b, _ := io.ReadAll(res.Body); strings.Count(string(b), "\r\n") != 3 {
		t.Errorf("facts = %q", b)
	}
}

func TestPagesOfImport(t *testing.T) {
	o := newOffice(t, testkit.Open(t, sqldb.SQLite, folders...)).define(smallElements()...)
	v := newVisit(t, o)
	doc := v.get("/admin/import/facts", 200)
	has(t, doc, "code", "element")
	doc = v.upload("/admin/import/facts", "", nil, 422)
	has(t, doc, ".problem", "没有收到文件")
	doc = v.upload("/admin/import/facts", "旧.xls", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1xxxx"), 200)
	has(t, doc, ".problem", "请另存为不加密的 .xlsx")

	doc = v.upload("/admin/import/facts", "台账.csv", []byte(goodCSV), 200)
	has(t, doc, ".warning", "检查通过")
	has(t, doc, "dl.facts", "新增6")
	if o.sound().Rows != 0 {
		t.Error("a check wrote")
	}
	action := doc.Find("main form").AttrOr("action", "")
	doc = v.post(action, 200, "step", "apply")
	has(t, doc, ".flash", "已导入")
	o.wants(map[string]string{"F1 北镇 2018-01": "7"})
	doc = v.get("/admin/import/facts", 200)
	has(t, doc, "#batches", "台账.csv")
	_, res := v.do("GET", doc.Find("#batches a").AttrOr("href", ""), nil, "")
	if b, _ := io.ReadAll(res.Body); string(b) != goodCSV {
		t.Errorf("the source came back as %q", b)
	}

	// Faults are listed with their places; nothing can be confirmed.
	doc = v.upload("/admin/import/facts", "坏.csv", []byte("element,unit,period,value\nF1,北方,2018-01,x\n"), 200)
	has(t, doc, "#findings", "第 2 行 unit")
	_, res = v.do("GET", v.at+"?format=csv", nil, "")
	if b, _ := io.ReadAll(res.Body); !strings.Contains(string(b), "第 2 行 unit") {
		t.Errorf("the list of faults came as %q", b)
	}
	if doc.Find("button[value=apply]").Length() > 0 {
		t.Error("a file with faults can be confirmed")
	}
	v.post(v.at, 409, "step", "apply")

	// A ledger of another shape: the columns are asked for, with a proposal.
	ledger := []byte("乡镇,查处人次,备注\n北镇,11,\n南镇,12,好\n合计,23,\n")
	doc = v.upload("/admin/import/facts", "情况.csv", ledger, 200)
	has(t, doc, "main", "这份台账的列是什么")
	if got := doc.Find("select#column-1 option[selected]").AttrOr("value", ""); got != "value:F1" {
		t.Errorf("proposal for 查处人次 = %q", got)
	}
	doc = v.post(doc.Find("form.card").AttrOr("action", ""), 200, append(fieldsIn(doc), "step", "map")...)
	has(t, doc, "#findings", "没有说明“期”在哪一列")
	doc = v.post(doc.Find("form.card").AttrOr("action", ""), 200, append(fieldsIn(doc), "const-period", "2018-04", "step", "map")...)
	has(t, doc, "dl.facts", "新增2")
	doc = v.post(doc.Find("main form").AttrOr("action", ""), 200, "step", "apply")
	has(t, doc, ".flash", "已导入")
	o.wants(map[string]string{"F1 试验县 2018-04": "23"})

	// A closed period asks for a reason.
	if err := o.Close(ctxBy("office"), officer, period.MustParse("2018-01"), ""); err != nil {
		t.Fatal(err)
	}
	doc = v.upload("/admin/import/facts", "更正.csv", []byte("element,unit,period,value\nF1,北镇,2018-01,9\n"), 200)
	has(t, doc, "#findings", "封账")
	doc = v.post(v.at, 200, "step", "check", "restate", "复核")
	has(t, doc, "dl.facts", "更新1")
	// What stood there before is shown beside what comes; the workbook has all of it.
	for _, x := range []string{"第 2 行", "北镇", "2018年1月", "79"} {
		has(t, doc, "#replaced", x)
	}
	_, res = v.do("GET", v.at+"?format=csv", nil, "")
	if b, _ := io.ReadAll(res.Body); strings.Count(string(b), "\r\n") != 2 || !strings.Contains(string(b), ",7,9") {
		t.Errorf("the list of replaced values came as %q", b)
	}
	doc = v.post(v.at, 200, "step", "apply")
	has(t, doc, ".flash", "已导入")
	list, err := o.Restatements(t.Context(), period.Period{})
	if err != nil || len(list) != 1 || list[0].Version.Reason != "复核" {
		t.Errorf("restatements = %+v, %v", list, err)
	}
	v.get("/admin/import/facts/none", 404)
	v.get(v.at, 200)
	v.who = "colleague" // a run is its owner's
	v.get(v.at, 404)
	v.post(v.at, 404, "step", "apply")
	v.who = ""

	// Elements.
	doc = v.upload("/admin/import/elements", "数据项.csv", []byte(elementCSV), 200)
	has(t, doc, "dl.facts", "新增3")
	doc = v.post(v.at, 200, "step", "apply")
	has(t, doc, ".flash", "已导入")
	if !o.HasCode("N8") {
		t.Error("the elements are not there")
	}
	doc = v.upload("/admin/import/elements", "坏.yaml", []byte("- code: 9\n"), 200)
	has(t, doc, "#findings", "缺少键")
}

func TestPagesOfClosings(t *testing.T) {
	o := newOffice(t, testkit.Open(t, sqldb.SQLite, folders...)).define(smallElements()...)
	o.record("F2/年龄=<25 北一村 2018-01 3", "F2/年龄=>=25 北一村 2018-01 40", "F1 北镇 2018-01 3")
	o.SetWaiting(func(p period.Period) []Waiting {
		if p.String() == "2018-01" {
			return []Waiting{{Form: "月报表", Unit: "南镇", Path: "/returns/M/990101102/2018-01"}}
		}
		return nil
	})
	v := newVisit(t, o)
	doc := v.get("/admin/closings", 200)
	// Periods to close are offered as buttons; a press checks and closes nothing.
	if got := doc.Find("#suggested button[name=period][value='2018-04']").Text(); got != "2018年4月" {
		t.Errorf("the button of April says %q", got)
	}
	doc = v.post("/admin/closings", 200, "period", "2018-04", "step", doc.Find("#suggested input[name=step]").AttrOr("value", ""))
	has(t, doc, "main", "确认封账 2018年4月")
	if len(o.Closings()) > 0 || doc.Find("#suggested").Length() > 0 {
		t.Error("a press on a suggestion closed, or the suggestions stay")
	}
	doc = v.post("/admin/closings", 422, "period", "下个月", "step", "preview")
	if doc.Find(".problem").Length() == 0 || doc.Find("#period").AttrOr("value", "") != "下个月" {
		t.Error("a period that is none")
	}
	doc = v.post("/admin/closings", 422, "period", "2018-05", "step", "preview")
	has(t, doc, ".problem", "还没有结束")
	doc = v.post("/admin/closings", 200, "period", "2018-01", "reason", "例行", "step", "preview")
	has(t, doc, ".warning", "1 份报送没有批准")
	has(t, doc, "#waiting", "南镇")
	if o.Closed(period.MustParse("2018-01")) {
		t.Error("a preview closed")
	}
	doc = v.post("/admin/closings", 200, "period", "2018-01", "reason", "例行", "step", "close")
	has(t, doc, "#closings", "2018年1月")
	doc = v.post("/admin/closings", 409, "period", "2018-01", "step", "close")
	has(t, doc, ".problem", "不必再封")

	b := o.batch("F2/年龄=<25 北一村 2018-01 4", "F2/年龄=>=25 北一村 2018-01 41", "F1 北镇 2018-01 4")
	b.Restate, b.Reason = true, "补报"
	if _, err := o.try(b); err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprint("/admin/closings/", o.Closings()[0].No)
	row := func(who, text string) string {
		t.Helper()
		v.who = who
		var out string
		v.get(path, 200).Find("#restated tbody tr").Each(func(_ int, s *goquery.Selection) {
			if line := strings.Join(strings.Fields(s.Text()), " "); strings.Contains(line, text) {
				out = line
			}
		})
		return out
	}
	if got := row("", "<25"); !strings.Contains(got, "3 4 补报") && !strings.Contains(got, "34补报") {
		t.Errorf("the office sees %q", got)
	}
	// Small counts of persons below the county are withheld from others; counts of cases are not.
	if got := row("reader", "年龄=<25"); strings.Contains(got, "3") && !strings.Contains(got, "<5<5") {
		t.Errorf("a reader sees %q", got)
	}
	if got := row("reader", "查处人次"); !strings.Contains(got, "34补报") {
		t.Errorf("a reader sees %q of cases", got)
	}
	// A figure leads to that of its unit and period.
	if got := v.get(path, 200).Find("#restated tbody a").First().AttrOr("href", ""); got != "/figures/F1?unit=990101101&period=2018-01" {
		t.Errorf("a restated figure leads to %q", got)
	}
	v.get("/admin/closings/999", 404)
	v.lang = "en"
	v.get(path, 200)
}

func TestSmallCountsOfPersons(t *testing.T) {
	e := measure.Element{Persons: true}
	for _, c := range []struct {
		level org.Level
		v     int64
		who   perm.Actor
		want  bool
	}{{org.LevelVillage, 0, reader, false}, {org.LevelVillage, 1, reader, true}, {org.LevelVillage, 4, reader, true}, {org.LevelVillage, 5, reader, false},
		{org.LevelCounty, 4, reader, false}, {org.LevelVillage, 4, officer, false}, {org.LevelFunctional, 4, reader, true}} {
		if got := small(e, c.level, c.v, c.who); got != c.want {
			t.Errorf("%v: %v", c, got)
		}
	}
}
