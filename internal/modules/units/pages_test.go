package units_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/units"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit"
)

// A browser asks the pages of one office as one person.
type browser struct {
	*office
	site  http.Handler
	actor perm.Actor
	lang  string
}

func (b *browser) Identify(*http.Request) (web.Session, error) {
	return web.Session{ID: "test", Actor: b.actor}, nil
}

func (o *office) browse(role perm.Role) *browser {
	b := &browser{office: o, actor: o.who(role)}
	b.site = web.NewSite(web.Options{DB: o.db, Identity: b, Modules: []web.Module{o.Module()}, Clock: testkit.NewClock("2018-05-10").Now, Title: "开阳"})
	return b
}

// A page is an answer, ready to be looked at.
type page struct {
	*goquery.Document
	status int
	header http.Header
	body   string
}

func (b *browser) do(r *http.Request) page {
	b.Helper()
	if b.lang != "" {
		r.AddCookie(&http.Cookie{Name: "lang", Value: b.lang})
	}
	w := httptest.NewRecorder()
	b.site.ServeHTTP(w, r)
	body := w.Body.String()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	b.must(err)
	return page{doc, w.Code, w.Header(), body}
}

func (b *browser) get(path string) page {
	b.Helper()
	return b.do(httptest.NewRequest("GET", path, nil))
}

// post submits fields: "name=value" each.
func (b *browser) post(path string, fields ...string) page {
	b.Helper()
	v := url.Values{}
	for _, f := range fields {
		k, x, _ := strings.Cut(f, "=")
		v.Add(k, x)
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

// upload submits a form with a file.
func (b *browser) upload(path, name string, file []byte, fields ...string) page {
	b.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for _, f := range fields {
		k, x, _ := strings.Cut(f, "=")
		b.must(m.WriteField(k, x))
	}
	w, err := m.CreateFormFile("file", name)
	b.must(err)
	_, err = w.Write(file)
	b.must(err)
	b.must(m.Close())
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return b.do(r)
}

// want looks for words on a page.
func (b *browser) want(p page, status int, words ...string) {
	b.Helper()
	if p.status != status {
		b.Errorf("status %d, want %d: %s", p.status, status, strings.TrimSpace(p.Find("main").Text()))
	}
	text := p.Find("main").Text()
	for _, w := range words {
		if !strings.Contains(text, w) {
			b.Errorf("the page does not say %q:\n%s", w, squeeze(text))
		}
	}
}

func squeeze(s string) string { return regexp.MustCompile(`\s+`).ReplaceAllString(s, " ") }

func TestEveryPageInBothLanguages(t *testing.T) {
	each(t, func(o *office) {
		o.demo()
		b := o.browse(perm.Office)
		b.want(b.upload("/admin/map", "map.geojson", boundary("双流镇", "金中镇"), "system=CGCS2000"), http.StatusSeeOther)
		for _, path := range []string{"/admin/units", "/admin/units?tree=functional", "/admin/units?on=2014-12-31", "/admin/units?q=slz", "/admin/units?at=2",
			"/admin/units/520121101", "/admin/units/ZB3", "/admin/units/add", "/admin/units/add?parent=520121", "/admin/units/import",
			"/admin/calendar", "/admin/calendar?year=2027", "/admin/map"} {
			b.lang = ""
			zh := b.get(path)
			b.want(zh, http.StatusOK)
			if n := zh.Find("main h1").Length(); n != 1 {
				o.Errorf("%s has %d headings", path, n)
			}
			b.lang = "en"
			en := b.get(path)
			b.want(en, http.StatusOK)
			if en.Find("html").AttrOr("lang", "") != "en" {
				o.Errorf("%s is not in English", path)
			}
			if strings.Contains(zh.body, "%!") || strings.Contains(en.body, "%!") {
				o.Errorf("%s prints a format wrongly", path)
			}
		}
	})
}

func TestListOfUnits(t *testing.T) {
	each(t, func(o *office) {
		o.demo()
		b := o.browse(perm.Reporter)
		p := b.get("/admin/units")
		b.want(p, http.StatusOK, "县 1 · 乡镇（街道） 18 · 村（社区） 136", "双流镇", "520121101")
		o.same("units on the page", p.Find(".unit-tree .u-name a").Length(), 155)
		o.same("forms for others", p.Find(`a[href="/admin/units/import"]`).Length(), 0)
		p = b.get("/admin/units?q=SLZ")
		o.same("by initials", p.Find("tbody th a").First().Text(), "双流镇")
		p = b.get("/admin/units?q=" + url.QueryEscape("５２０１２１１０１００１"))
		o.same("by a code in full width", p.Find("tbody th a").Text(), "白马新村社区")
		b.want(b.get("/admin/units?q=nowhere"), http.StatusOK, "查到 0 个单位")
		b.want(b.get("/admin/units?on=2018-02-30"), http.StatusUnprocessableEntity, "没有“2018-02-30”这一天")
		b.want(b.get("/admin/units/999999"), http.StatusNotFound, "没有编码为 999999 的单位")

		csv := b.get("/admin/units?format=csv")
		o.same("rows of the table", strings.Count(csv.body, "\n"), 156)
		if !strings.HasPrefix(csv.body, "\ufeff名称,编码,类别,上级编码,上级,生效日期,失效日期,下级单位数\r\n开阳县,520121,县,,,2015-01-01,,154\r\n") {
			o.Errorf("csv begins %.200s", csv.body)
		}
		o.same("a workbook", b.get("/admin/units?format=xlsx").body[:2], "PK")
		export := b.get("/admin/units/export?under=520121101")
		o.same("export", strings.Count(export.body, "\n"), 9)
		first := b.get("/admin/units")
		r := httptest.NewRequest("GET", "/admin/units", nil)
		r.Header.Set("If-None-Match", first.header.Get("Etag"))
		o.same("unchanged", b.do(r).status, http.StatusNotModified)
	})
}

// Nothing stands beneath a village, nor beneath a unit that has ended.
func TestAddBeneathIsOfferedWhereItCan(t *testing.T) {
	each(t, func(o *office) {
		o.demo2()
		b := o.browse(perm.Office)
		for code, want := range map[string]int{"520121101": 1, "520121101200": 0} {
			o.same(code, b.get("/admin/units/"+code).Find(`a[href^="/admin/units/add"]`).Length(), want)
		}
	})
}

func TestRenameThroughThePages(t *testing.T) {
	each(t, func(o *office) {
		o.Join(units.Joints{Closed: closedMarch})
		o.demo2()
		b := o.browse(perm.Office)
		form := b.get("/admin/units/520121101")
		seen := "seen=" + form.Find(`form:has(input[value=rename]) input[name=seen]`).AttrOr("value", "?")
		p := b.post("/admin/units/520121101", "deed=rename", seen, "name=双流街道", "on=2018-03-01", "reason=")
		b.want(p, http.StatusUnprocessableEntity, "请写明依据或原因")
		o.same("typed name kept", p.Find("#rename-name").AttrOr("value", ""), "双流街道")
		o.same("its form is open", p.Find("details[open] #rename-name").Length(), 1)
		// What cannot be read does not hide what is missing: all faults at once.
		p = b.post("/admin/units/520121101", "deed=rename", seen, "name=", "on=2018-13-01", "reason=")
		b.want(p, http.StatusUnprocessableEntity, "没有“2018-13-01”这一天", "请写明依据或原因", "请填写名称")

		p = b.post("/admin/units/520121101", "deed=rename", seen, "name=双流街道", "on=2018-03-01", "reason=黔府函〔2018〕3号")
		b.want(p, http.StatusOK, "确认变更：更名", "双流镇", "双流街道", "2018-03-01 之前各期的区划和数字不变", "2018年3月")
		o.same("nothing yet", o.Today().Name(o.id("520121101")), "双流镇")
		fields := hidden(p)
		b.want(b.post("/admin/units/520121101", append(fields, "step=back")...), http.StatusOK)

		p = b.post("/admin/units/520121101", append(fields, "step=apply")...)
		o.same("done", p.status, http.StatusSeeOther)
		o.same("renamed", o.Today().Name(o.id("520121101")), "双流街道")

		// The same form once more: somebody has changed the unit since.
		p = b.post("/admin/units/520121101", append(fields, "step=apply")...)
		b.want(p, http.StatusConflict, "您打开表单之后", "黔府函〔2018〕3号")
		o.same("typed name kept", p.Find("#rename-name").AttrOr("value", ""), "双流街道")

		p = b.get("/admin/units/520121101")
		b.want(p, http.StatusOK, "双流街道", "自 2018-03-01 起", "黔府函〔2018〕3号", "禁毒办")
		change := p.Find("input[name=change]").AttrOr("value", "")
		b.want(b.post("/admin/units/520121101", "deed=undo", "change="+change, "reason="), http.StatusUnprocessableEntity, "请写明撤回的原因")
		o.same("undone", b.post("/admin/units/520121101", "deed=undo", "change="+change, "reason=误登").status, http.StatusSeeOther)
		o.same("as before", o.Today().Name(o.id("520121101")), "双流镇")
	})
}

func TestSplitAsksWhereTheUnitsBeneathGo(t *testing.T) {
	each(t, func(o *office) {
		o.demo()
		b := o.browse(perm.Office)
		p := b.post("/admin/units/520121003", "deed=split", "parts=520121003\n520121005 新街道", "on=2018-07-01", "reason=批复")
		b.want(p, http.StatusOK, "下级的归属", "紫兴街道", "新街道")
		o.same("places", p.Find("select").Length(), 4)
		o.same("no confirming yet", p.Find("button[value=apply]").Length(), 0)
		fields := hidden(p)
		var places []string
		p.Find("select").Each(func(i int, s *goquery.Selection) {
			places = append(places, s.AttrOr("name", "")+"="+fmt.Sprint(i%2))
		})
		p = b.post("/admin/units/520121003", append(fields, places[0], "step=preview")...)
		b.want(p, http.StatusUnprocessableEntity, "还没有选的有")
		p = b.post("/admin/units/520121003", append(append(fields, places...), "step=preview")...)
		b.want(p, http.StatusOK, "会改变的单位", "新增")
		p = b.post("/admin/units/520121003", append(append(fields, places...), "step=apply")...)
		o.same("done", p.status, http.StatusSeeOther)
		july := o.Register().On(on("2018-07-01"))
		o.same("beneath", fmt.Sprint(len(july.Children(o.id("520121003"))), len(july.Children(o.id("520121005")))), "2 2")
	})
}

func TestAddThroughThePages(t *testing.T) {
	each(t, func(o *office) {
		o.demo()
		b := o.browse(perm.Office)
		p := b.post("/admin/units/add", "parent=ZHB", "kind=taskforce", "code=ZB 7", "name=第七专班", "on=2018-06-01", "reason=增设")
		b.want(p, http.StatusUnprocessableEntity, "含有空格、逗号或斜杠等符号")
		p = b.post("/admin/units/add", "parent=ZHB", "kind=taskforce", "code=ZB7", "name=第七专班", "on=2018-06-01", "reason=增设")
		b.want(p, http.StatusOK, "确认变更：增设", "第七专班")
		p = b.post("/admin/units/add", append(hidden(p), "step=apply")...)
		o.same("goes to the unit", p.header.Get("Location"), "/admin/units/ZB7")
		o.same("alive in June", o.Register().On(on("2018-06-01")).Name(o.id("ZB7")), "第七专班")
		b.want(b.get("/admin/units/ZB7"), http.StatusOK, "这个单位今天不存在")
	})
}

func TestImportThroughThePages(t *testing.T) {
	each(t, func(o *office) {
		o.demo()
		b := o.browse(perm.Office)
		b.want(b.post("/admin/units/import"), http.StatusUnprocessableEntity)
		p := b.upload("/admin/units/import", "坏.csv", []byte("code,name,kind,parent\n520121301,,township,520121\n520121302,甲镇,town,520129\n"))
		p = b.get(b.location(p))
		b.want(p, http.StatusOK, "有 3 处问题，什么都没有写入", "第 2 行", "没有写名称", "上级 520129 不在文件中")
		o.same("no confirming", p.Find("button[value=apply]").Length(), 0)

		p = b.upload("/admin/units/import", `C:\表\好.csv`, []byte("code,name,kind,parent,from,to\n520121301,新城镇,township,520121,2018-05-01,\n"))
		at := b.location(p)
		p = b.get(at)
		b.want(p, http.StatusOK, "好.csv", "检查通过，还没有写入", "新城镇")
		if strings.Contains(p.body, `C:\`) {
			o.Error("the page shows the folder of the person's machine")
		}
		o.same("not yet", o.Register().Len(), 192)
		mine := b.actor
		b.actor.Login = "colleague"
		b.want(b.get(at), http.StatusForbidden, "这个文件是 office 上传的")
		b.want(b.post(at, "step=apply"), http.StatusForbidden)
		b.want(b.post(at, "step=drop"), http.StatusForbidden)
		b.actor = mine
		o.same("confirmed", b.post(at, "step=apply").status, http.StatusSeeOther)
		b.want(b.get(at), http.StatusOK, "已导入")
		o.same("written", o.Register().Len(), 193)

		p = b.upload("/admin/units/import", "好.csv", []byte("code,name,kind,parent,from,to\n520121301,新城镇,township,520121,2018-05-01,\n"))
		at = b.location(p)
		b.want(b.get(at), http.StatusOK, "文件与系统一致")
		o.same("dropped", b.post(at, "step=drop").status, http.StatusSeeOther)
		o.same("dropped twice", b.post(at, "step=drop").status, http.StatusSeeOther)
		b.want(b.get(at), http.StatusNotFound, "已经处理过或已过期")

		b.actor = o.who(perm.Leader)
		b.want(b.get("/admin/units/import"), http.StatusForbidden)
		b.want(b.upload("/admin/units/import", "x.csv", nil), http.StatusForbidden)
	})
}

func TestImportIntoClosedPeriodsAsksForAReason(t *testing.T) {
	each(t, func(o *office) {
		o.Join(units.Joints{Closed: closedMarch})
		o.demo2()
		b := o.browse(perm.Office)
		at := b.location(b.upload("/admin/units/import", "x.csv", []byte("code,name,kind,parent,from,to\n520121301,新城镇,township,520121,2018-01-01,\n")))
		p := b.get(at)
		b.want(p, http.StatusOK, "已封账", "更正已封账期的原因")
		o.same("without a reason", b.post(at, "step=apply").status, http.StatusSeeOther)
		o.same("not written", o.Register().Len(), 192)
		o.same("with a reason", b.post(at, "step=apply", "restate=漏登").status, http.StatusSeeOther)
		o.same("written", o.Register().Len(), 193)
	})
}

func (o *office) demo2() {
	o.Helper()
	for _, r := range []units.ImportIn{{Name: "a", Reader: units.DemoUnits(), Restate: "初次导入"}, {Name: "b", Reader: units.DemoFunctional(), Restate: "初次导入"}} {
		_, err := o.ImportUnits(o.ctx, r, nil)
		o.must(err)
	}
	o.same("units", o.Register().Len(), 192)
}

// location waits a little for the check and gives where the answer leads.
func (b *browser) location(p page) string {
	b.Helper()
	if p.status != http.StatusSeeOther {
		b.Fatalf("status %d: %s", p.status, squeeze(p.Find("main").Text()))
	}
	at := p.header.Get("Location")
	for range 100 {
		if q := b.get(at); q.Find("progress").Length() == 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	return at
}

// hidden gives the hidden fields of the page's form.
func hidden(p page) []string {
	var out []string
	p.Find("main form input[type=hidden]").Each(func(_ int, s *goquery.Selection) {
		out = append(out, s.AttrOr("name", "")+"="+s.AttrOr("value", ""))
	})
	return out
}

func TestNothingOnThePagesRunsWhatAFileSays(t *testing.T) {
	each(t, func(o *office) {
		o.load("520121,<script>alert(1)</script>,county,,,\nX-1,\"=HYPERLINK(\"\"x\"\")\",department,,,\n")
		b := o.browse(perm.Office)
		for _, path := range []string{"/admin/units", "/admin/units/520121", "/admin/units?q=script"} {
			if p := b.get(path); strings.Contains(p.body, "<script>alert") {
				o.Errorf("%s runs a name", path)
			}
		}
		if csv := b.get("/admin/units/export"); !strings.Contains(csv.body, `"'=HYPERLINK(""x"")"`) {
			o.Errorf("a formula is not guarded: %s", csv.body)
		}
	})
}
