package actions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/sheet"
	"kaiyang/internal/platform/sqldb"
)

// An answer is what the site said.
type answer struct {
	w      *world
	status int
	to     string
	body   string
	doc    *goquery.Document
	header http.Header
}

func (w *world) send(a perm.Actor, lang string, r *http.Request) answer {
	w.Helper()
	w.as = a
	r.AddCookie(&http.Cookie{Name: "lang", Value: lang})
	rec := httptest.NewRecorder()
	w.site.ServeHTTP(rec, r)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(rec.Body.String()))
	w.must(err)
	return answer{w, rec.Code, rec.Header().Get("Location"), rec.Body.String(), doc, rec.Header()}
}

func (w *world) get(a perm.Actor, path string) answer {
	w.Helper()
	return w.send(a, "zh", httptest.NewRequest("GET", path, nil))
}

// page fetches a page that must be there.
func (w *world) page(a perm.Actor, path string) answer {
	w.Helper()
	x := w.get(a, path)
	if x.status != 200 {
		w.Fatalf("GET %s: %d %s", path, x.status, x.text())
	}
	return x
}

func (w *world) post(a perm.Actor, path string, pairs ...string) answer {
	w.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.send(a, "zh", r)
}

// upload posts a form with files.
func (w *world) upload(a perm.Actor, path string, list []Upload, pairs ...string) answer {
	w.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		w.must(m.WriteField(pairs[i], pairs[i+1]))
	}
	for _, f := range list {
		part, err := m.CreateFormFile("file", f.Name)
		w.must(err)
		part.Write(f.Content)
	}
	w.must(m.Close())
	r := httptest.NewRequest("POST", path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return w.send(a, "zh", r)
}

func (x answer) text() string {
	return strings.Join(strings.Fields(x.doc.Find("main").Text()), " ")
}

func (x answer) shows(words ...string) answer {
	x.w.Helper()
	for _, s := range words {
		if !strings.Contains(x.text(), s) {
			x.w.Errorf("the page does not say %q: %s", s, x.text())
		}
	}
	return x
}

func (x answer) hides(words ...string) answer {
	x.w.Helper()
	for _, s := range words {
		if strings.Contains(x.text(), s) {
			x.w.Errorf("the page says %q", s)
		}
	}
	return x
}

func (x answer) want(status int) answer {
	x.w.Helper()
	if x.status != status {
		x.w.Fatalf("status %d, want %d: %s", x.status, status, x.text())
	}
	return x
}

// version is that of the item as its page shows it.
func (w *world) version(id int64) string { return fmt.Sprint(w.get1(id).Version) }

// The whole way once more, by the pages alone.
func TestTheWayByPages(t *testing.T) {
	each(t, func(w *world) {
		w.page(w.reader(), "/actions").shows("还没有事项")
		w.page(w.jia(), "/actions/mine").shows("现在没有等您办理的事项")
		w.page(w.officer(), "/actions/duties").shows("还没有单位承担事项")
		w.page(w.officer(), "/actions/slips").shows("还没有签发过督办单", "由县填写")
		w.page(w.officer(), "/actions/problems").shows("还没有问题")

		form := w.page(w.officer(), "/actions/new?indicator=I5&unit=999901101&period=2018-04")
		if got, _ := form.doc.Find("#lead option[selected]").Attr("value"); got != "999901101" {
			t.Errorf("prefilled lead is %q", got)
		}
		if got, _ := form.doc.Find("#title").Attr("value"); !strings.Contains(got, "强制隔离戒毒执行率") {
			t.Errorf("prefilled title is %q", got)
		}
		ref, _ := form.doc.Find("input[name=ref]").Attr("value")
		bad := w.post(w.officer(), "/actions", "deed", "assign", "title", "查明原因", "kind", "indicator", "ref", ref, "source", "I5 2018年4月 甲镇", "lead", "999901101", "day", "2018-05-32", "indicator", "I5", "period", "2018-04").want(422)
		bad.shows("您填的都还在")
		if got, _ := bad.doc.Find("#title").Attr("value"); got != "查明原因" {
			t.Errorf("the title after a refusal is %q", got)
		}
		if got, _ := bad.doc.Find("#day").Attr("value"); got != "2018-05-32" {
			t.Errorf("the day after a refusal is %q", got)
		}
		// A Saturday moves to Monday and is said.
		done := w.post(w.officer(), "/actions", "deed", "assign", "title", "查明原因", "standard", "达到目标", "kind", "indicator", "ref", ref, "source", "I5 2018年4月 甲镇",
			"lead", "999901101", "assist", "999901202", "force", "ZB4", "day", "2018-05-26", "indicator", "I5", "indicator_unit", "999901101", "period", "2018-04").want(303)
		if done.to != "/actions/1" {
			t.Fatalf("led to %s", done.to)
		}
		w.page(w.officer(), "/actions/1").shows("2018-0001", "2018-05-28", "2018-05-26 是休息日", "下一步：甲镇签收")
		w.post(w.officer(), "/actions", "deed", "assign", "title", "再查", "standard", "达到目标", "kind", "indicator", "ref", ref, "source", "同一来源", "lead", "999901101", "day", "2018-05-25").want(409).shows("2018-0001", "仍要另立一件")

		w.page(w.jia(), "/actions/mine").shows("签收", "2018-0001 查明原因")
		w.page(w.reader(), "/actions/1").shows("反馈内容和佐证材料只有").hides("现在可以办的")
		w.post(w.jia(), "/actions/1/sign", "version", "1").want(303)
		// A refused report keeps its text and the files that were good.
		refused := w.upload(w.jia(), "/actions/1/feedback", []Upload{png("现场照片"), {Name: "全部.zip", Content: zipped("a")}}, "unit", "999901101", "reason", "已经逐户核对").want(422)
		refused.shows("不收压缩包“全部.zip”", "现场照片.png", "上次已收到的文件")
		if got := refused.doc.Find("#feedback textarea[name=reason]").Text(); got != "已经逐户核对" {
			t.Errorf("the text after a refusal is %q", got)
		}
		held, _ := refused.doc.Find("#feedback input[name=keep]").Attr("value")
		w.upload(w.jia(), "/actions/1/feedback", nil, "unit", "999901101", "reason", "已经逐户核对", "keep", held).want(303)
		w.page(w.jia(), "/actions/1").shows("已经逐户核对", "现场照片.png").hides("上次已收到的文件")
		w.post(w.yi(), "/actions/1/feedback", "unit", "999901202", "reason", "配合完毕").want(303)
		page := w.page(w.memberA(), "/actions/1").shows("下一步：没有经手办理的人核验", "核验通过")
		link, _ := page.doc.Find(".files a").First().Attr("href")
		file := w.get(w.memberA(), link)
		if file.status != 200 || file.body != string(png("现场照片").Content) || !strings.Contains(file.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("the evidence: %d %q", file.status, file.header.Get("Content-Disposition"))
		}
		w.get(w.reader(), link).want(403)
		w.post(w.memberA(), "/actions/1/verify", "version", w.version(1)).want(303)
		w.post(w.officer(), "/actions/1/close", "version", "2", "reason", "齐了").want(409).shows("最新情况")
		w.post(w.officer(), "/actions/1/close", "version", w.version(1)).want(303)
		w.page(w.reader(), "/actions/1").shows("已销号").hides("现在可以办的")
		w.page(w.reader(), "/actions/problems?columns=all&scope=ended").shows("已验收", "某memberA")
		// A form that is no longer offered gives its words back to be copied.
		w.post(w.jia(), "/actions/1/handback", "reason", "写了很久的理由").want(409).shows("写了很久的理由", "没有保存")
	})
}

// Closing shows what became of the indicator, without claiming a cause.
func TestTheMovementOfTheIndicatorIsShown(t *testing.T) {
	w := openWorld(t, sqldb.SQLite)
	d := draft()
	d.Figure = work.Figure{Code: "I5", Unit: jia, Period: period.MustParse("2018-03")}
	w.vals["2018-03"] = "97.1%"
	id := w.assigned(d)
	w.page(w.officer(), itemPath(id)).shows("立项时该指标为 97.1%（2018年3月），还没有更新一期的数")
	w.vals["2018-04"] = "97.8%"
	w.page(w.officer(), itemPath(id)).shows("立项以来该指标由 97.1%（2018年3月）变为 97.8%（2018年4月），不说明因果")
	w.closed(id)
	w.page(w.officer(), itemPath(id)).shows("销号时该指标为 97.8%（2018年4月），销号后还没有新一期的数")
	w.clock.Set("2018-08-02")
	w.vals["2018-06"] = "98.4%"
	x := w.page(w.officer(), itemPath(id)).shows("销号后该指标由 97.8%（2018年4月）变为 98.4%（2018年6月），不说明因果")
	if x.doc.Find("table.points tr").Length() != 3 {
		t.Errorf("%d points, want 3", x.doc.Find("table.points tr").Length())
	}
}

// A figure that is changed afterwards, by a late return, keeps what it was at the opening and at the
// closing; the page says how the period stands now.
func TestAFigureRestatedAfterwards(t *testing.T) {
	each(t, func(w *world) {
		d := draft()
		d.Figure = work.Figure{Code: "I5", Unit: jia, Period: period.MustParse("2018-04")}
		w.vals["2018-04"] = "88.9%"
		id := w.assigned(d)
		w.vals["2018-04"] = "94.4%"
		w.page(w.officer(), itemPath(id)).shows("立项时该指标为 88.9%（2018年4月），这一期的数经补报或更正现为 94.4%，不说明因果")
		w.closed(id)
		w.page(w.officer(), itemPath(id)).shows("销号时该指标为 94.4%（2018年4月），销号后还没有新一期的数")
		w.vals["2018-04"] = "100.0%"
		x := w.page(w.officer(), itemPath(id)).shows("销号时该指标为 94.4%（2018年4月），这一期的数经补报或更正现为 100.0%，不说明因果")
		var got []string
		x.doc.Find("table.points tr").Each(func(_ int, row *goquery.Selection) { got = append(got, row.Find("td").Eq(1).Text()) })
		if strings.Join(got, " ") != "88.9% 94.4% 100.0%" {
			t.Errorf("the points are %q", got)
		}
		// What is hidden from a reader stays hidden.
		delete(w.vals, "2018-04")
		w.page(w.officer(), itemPath(id)).hides("88.9%")
	})
}

// Two people edit one item: the second is shown both, and nothing typed is lost.
func TestTwoEditorsOfOneItem(t *testing.T) {
	each(t, func(w *world) {
		id := w.assigned(draft())
		seen := w.version(id)
		fields := func(version, title, standard string) []string {
			return []string{"version", version, "title", title, "standard", standard, "source", "2018年5月检查", "assist", "999901202", "force", "ZB4", "reason", "更正"}
		}
		path := itemPath(id) + "/edit"
		w.page(w.officer(), path)
		w.post(w.officer(), path, fields(seen, "甲的题目", "台账齐全并经现场核对")...).want(303)
		second := w.post(w.officer2(), path, fields(seen, "乙的题目", "乙的标准")...).want(409).shows("别人保存的", "甲的题目", "乙的题目", "乙的标准")
		if got, _ := second.doc.Find("#title").Attr("value"); got != "乙的题目" {
			t.Errorf("what the second typed is %q", got)
		}
		again, _ := second.doc.Find("input[name=version]").Attr("value")
		w.post(w.officer2(), path, fields(again, "乙的题目", "乙的标准")...).want(303)
		a := w.get1(id)
		if a.Title != "乙的题目" || a.Standard != "乙的标准" || a.Lead() != jia || a.Deadline != day18("05-25") || len(a.Parties) != 2 {
			t.Errorf("after both: %+v", a)
		}
		w.post(w.officer(), path, fields(w.version(id), "", "好")...).want(422).shows("一句话写明")

		form := []string{"near", "4", "signdays", "2", "redn", "5", "redm", "10", "prefix", "试禁督", "version", "0"}
		w.post(w.officer(), "/actions/settings", form...).want(303)
		form[1] = "7"
		w.post(w.officer2(), "/actions/settings", form...).want(409).shows("现在的设置", "提前 4")
		form[1] = "many"
		w.post(w.officer2(), "/actions/settings", append(form[:10], "version", "1")...).want(422).shows("1 到 30")
	})
}

// fill opens items in all states at random.
func (w *world) fill(seed uint64, n int) {
	w.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	kinds := work.SourceKinds()
	for i := range n {
		w.clock.Set("2018-05-10")
		d := draft()
		d.Title = fmt.Sprintf("第%d件", i)
		d.Source = work.Source{Kind: kinds[r.IntN(len(kinds))], Text: "来源"}
		d.Deadline = day18("05-11").AddDays(r.IntN(60))
		if r.IntN(3) == 0 {
			d.Force = forceB
		}
		if r.IntN(4) == 0 {
			_, err := w.Propose(w.ctx, w.officer(), d, true)
			w.must(err)
			continue
		}
		id := w.assigned(d)
		for _, do := range []func() error{
			func() error { return w.Sign(w.ctx, w.jia(), id) },
			func() error { return w.Report(w.ctx, w.yi(), id, Report{Unit: yi, Text: "好"}) },
			func() error {
				return w.Report(w.ctx, w.jia(), id, Report{Unit: jia, Text: "好", Uploads: []Upload{png("x")}})
			},
			func() error { return w.Verify(w.ctx, w.officer2(), id, w.get1(id).Version, "") },
			func() error { return w.Close(w.ctx, w.officer(), id, w.get1(id).Version, "") },
		}[:r.IntN(6)] {
			w.must(do())
		}
	}
	w.clock.Set("2018-06-15")
}

// The counts on top of a list are those of the lists behind them, for everybody and under every
// filter; so are the counts of the duty list; a download holds the rows of the page.
func TestCountsEqualTheListsBehindThem(t *testing.T) {
	w := openWorld(t, sqldb.SQLite)
	w.fill(5, 40)
	for day := day18("06-01"); day <= day18("06-15"); day++ {
		w.clock.Set(day.String())
		w.must(w.Tick(w.ctx))
	}
	rows := func(x answer) int { return x.doc.Find("table.grid tbody tr[id]").Length() }
	counted := 0
	for _, by := range []perm.Actor{w.officer(), w.jia(), w.reader()} {
		for _, path := range []string{"/actions", "/actions?unit=999901101&mine=1", "/actions?force=ZB1", "/actions?q=" + url.QueryEscape("第1"), "/actions?source=decision&state=working", "/actions/problems", "/actions/problems?light=red"} {
			page := w.page(by, path)
			page.doc.Find(".counts a").Each(func(_ int, s *goquery.Selection) {
				href, _ := s.Attr("href")
				if got, want := rows(w.page(by, href)), s.Find("b").Text(); fmt.Sprint(got) != want {
					t.Errorf("%s: %s leads to %s with %d rows", path, strings.TrimSpace(s.Text()), href, got)
				} else if got > 0 {
					counted++
				}
			})
		}
	}
	duties := w.page(w.officer(), "/actions/duties")
	duties.doc.Find("#duties tbody td a").Each(func(_ int, s *goquery.Selection) {
		href, _ := s.Attr("href")
		n := rows(w.page(w.officer(), href))
		if !strings.HasSuffix(strings.TrimSpace(s.Text()), fmt.Sprint(n)) {
			t.Errorf("a duty counts %q, %s has %d rows", s.Text(), href, n)
		}
		counted++
	})
	if counted < 60 {
		t.Errorf("only %d counts above zero", counted)
	}
	for _, path := range []string{"/actions?columns=all&scope=all", "/actions/problems?columns=all&scope=all", "/actions/duties", "/actions/slips"} {
		page := w.page(w.officer(), path)
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		x := w.get(w.officer(), path+sep+"format=xlsx").want(200)
		name := page.doc.Find("h1").First().Text()
		text := x.body
		if name == sheet.FindingsSheet { // a name that the reader of workbooks keeps for itself
			text = w.get(w.officer(), path+sep+"format=csv").want(200).body
		} else {
			book, err := sheet.OpenBytes([]byte(x.body), sheet.Limits{})
			w.must(err)
			text = bookText(t, book, name)
		}
		page.doc.Find("table.grid tbody th, table.grid tbody td").Each(func(_ int, s *goquery.Selection) {
			cell := strings.TrimLeft(strings.TrimSpace(s.Text()), "■▲ ") // the symbol is part of a number's format
			if s.Find("form, button").Length() == 0 && cell != "" && !strings.Contains(strings.Join(strings.Fields(text), " "), strings.Join(strings.Fields(cell), " ")) {
				t.Errorf("%s: %q is on the page and not in the workbook", path, cell)
			}
		})
	}
}

// Every page opens for everybody who may, in both languages, with and without items.
func TestEveryPageInBothLanguages(t *testing.T) {
	w := openWorld(t, sqldb.SQLite)
	for _, filled := range []bool{false, true} {
		if filled {
			w.fill(9, 24)
		}
		paths := []string{"/actions", "/actions?scope=all&sort=light", "/actions/problems?scope=all", "/actions/duties", "/actions/mine", "/actions/slips", "/actions/new", "/actions/settings", "/api/v1/actions", "/actions?state=nonsense&unit=xx&light=pink"}
		for id := 1; filled && id <= 24; id++ {
			paths = append(paths, fmt.Sprintf("/actions/%d", id), fmt.Sprintf("/api/v1/actions/%d", id))
			if a := w.get1(int64(id)); a.State.Open() {
				paths = append(paths, fmt.Sprintf("/actions/%d/edit", id))
			}
		}
		for name, by := range map[string]perm.Actor{"office": w.officer(), "boss": w.boss(), "jia": w.jia(), "memberA": w.memberA(), "reader": w.reader()} {
			for _, p := range paths {
				for _, lang := range []string{"zh", "en"} {
					x := w.send(by, lang, httptest.NewRequest("GET", p, nil))
					allowed := x.status == 200 || x.status == 403 && name != "office"
					if !allowed || strings.Contains(x.body, "%!") || strings.Contains(x.body, "ZgotmplZ") {
						t.Errorf("GET %s as %s in %s: %d %.300s", p, name, lang, x.status, x.text())
					}
				}
			}
		}
	}
	// No page leads where its reader would be refused.
	for name, by := range map[string]perm.Actor{"boss": w.boss(), "jia": w.jia(), "memberA": w.memberA(), "reader": w.reader()} {
		tried := map[string]bool{}
		for _, p := range []string{"/actions?scope=all", "/actions/duties", "/actions/problems?scope=all", "/actions/1", "/actions/5", "/actions/9"} {
			w.page(by, p).doc.Find("main a, .side a").Each(func(_ int, s *goquery.Selection) {
				href, _ := s.Attr("href")
				href, _, _ = strings.Cut(href, "#")
				if !strings.HasPrefix(href, "/actions") || tried[href] {
					return
				}
				tried[href] = true
				if x := w.get(by, href); x.status != 200 {
					t.Errorf("%s leads %s to %s: %d", p, name, href, x.status)
				}
			})
		}
	}
	for _, p := range []string{"/actions/999", "/actions/x", "/actions/999/edit", "/api/v1/actions/999", "/actions/1/files/99/1", "/actions/1/slips/1/blue?format=docx"} {
		w.get(w.officer(), p).want(404)
	}
}

func TestTheProgramsAnswer(t *testing.T) {
	w := openWorld(t, sqldb.SQLite)
	d := draft()
	d.Figure = work.Figure{Code: "I5", Unit: jia, Period: period.MustParse("2018-03")}
	id := w.assigned(d)
	w.answered(id)
	var list struct {
		Count int
		Items []map[string]any
	}
	w.must(json.Unmarshal([]byte(w.page(w.reader(), "/api/v1/actions?state=answered").body), &list))
	if list.Count != 1 || list.Items[0]["no"] != "2018-0001" || list.Items[0]["lead"] != "999901101" || list.Items[0]["answer"] != "" || list.Items[0]["deadline"] != "2018-05-25" {
		t.Errorf("the list for a reader: %+v", list)
	}
	var one map[string]any
	w.must(json.Unmarshal([]byte(w.page(w.jia(), "/api/v1/actions/1").body), &one))
	if len(one["feedback"].([]any)) != 2 || len(one["log"].([]any)) != 6 || one["indicator"].(map[string]any)["period"] != "2018-03" {
		t.Errorf("one item: %+v", one)
	}
	w.get(w.actor("aud", perm.Auditor, county), "/api/v1/actions").want(403)
}

// Slips are issued and taken from the page.
func TestSlipsByPages(t *testing.T) {
	w := openWorld(t, sqldb.SQLite)
	d := draft()
	d.Deadline = day18("05-11")
	id := w.assigned(d)
	w.page(w.officer(), itemPath(id)).shows("签发督办单", "发文字号由县填写")
	w.post(w.officer(), deedPath(id, IssueSlip), "level", "blue").want(409).shows("由县填写")
	w.post(w.officer(), "/actions/settings", "near", "3", "signdays", "2", "redn", "5", "redm", "10", "prefix", "试禁督", "version", "0").want(303)
	w.post(w.officer(), deedPath(id, IssueSlip), "level", "blue").want(303)
	page := w.page(w.jia(), itemPath(id)).shows("试禁督〔2018〕1号", "蓝色督办单")
	href, _ := page.doc.Find(`aside a[href*="format=docx"]`).Attr("href")
	if x := w.get(w.jia(), href); x.status != 200 || x.body != "docx 试禁督〔2018〕1号 蓝色督办单" {
		t.Errorf("the slip: %d %q", x.status, x.body)
	}
	w.get(w.jia(), strings.Replace(href, "docx", "exe", 1)).want(404)
	w.page(w.jia(), "/actions/slips").shows("试禁督〔2018〕1号", "甲镇、乙乡")
	w.page(w.actor("ga", perm.Reporter, police), "/actions/slips").hides("试禁督")
}

// bookText gives every cell of a sheet as it prints.
func bookText(t *testing.T, b *sheet.Book, name string) string {
	t.Helper()
	var out strings.Builder
	err := b.Rows(name, func(_ int, values []sheet.Value) error {
		for _, v := range values {
			out.WriteString(v.Text + "\n")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A list's page shows the columns that matter, and all of them on demand; the files hold all.
func TestListsShowTheMainColumns(t *testing.T) {
	w := openWorld(t, sqldb.SQLite)
	w.fill(5, 40)
	for path, want := range map[string][2]int{"/actions": {8, 12}, "/actions/problems?scope=all": {7, 13}} {
		page := w.page(w.officer(), path)
		main := page.doc.Find("table.grid thead th").Length()
		switchTo, ok := page.doc.Find("a.columns-switch").Attr("href")
		if !ok {
			t.Fatalf("%s has no switch", path)
		}
		whole := w.page(w.officer(), switchTo)
		all := whole.doc.Find("table.grid thead th").Length()
		if back := whole.doc.Find("a.columns-switch").AttrOr("href", ""); back != path {
			t.Errorf("back from all columns of %s leads to %s", path, back)
		}
		if main != want[0] || all != want[1] {
			t.Errorf("%s: %d columns, %d of all; want %v", path, main, all, want)
		}
		csv := w.get(w.officer(), path+map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")]+"format=csv").body
		head, _, _ := strings.Cut(csv, "\n")
		if n := strings.Count(head, ",") + 1; n < 12 {
			t.Errorf("the file of %s has %d columns", path, n)
		}
	}
}

// The county names the lights (STANDARDS LIGHT-01): the name stands on lists, items and choices in
// both languages; names that cannot be told apart are refused with what was typed.
func TestTheCountyNamesTheLights(t *testing.T) {
	w := openWorld(t, sqldb.SQLite)
	w.fill(5, 40)
	w.clock.Set("2018-08-01")
	now, err := w.Settings(w.ctx)
	w.must(err)
	form := []string{"version", fmt.Sprint(now.Version), "near", "3", "signdays", "2", "redn", "5", "redm", "10"}
	twice := w.post(w.officer(), "/actions/settings", append(form, "light-red", "超期", "light-yellow", "超期", "light-green-en", "fine")...).want(422)
	if twice.doc.Find("#light-yellow ~ .field-error").Length()+twice.doc.Find("#light-red ~ .field-error").Length() == 0 || twice.doc.Find("#light-red").AttrOr("value", "") != "超期" ||
		twice.doc.Find("#light-green ~ .field-error").Length() != 1 {
		t.Errorf("names that cannot be told apart: %s", twice.text())
	}
	w.post(w.officer(), "/actions/settings", append(form, "light-red", "超期", "light-red-en", "past due")...).want(303)
	page := w.page(w.reader(), "/actions")
	page.shows("超期：逾期")
	if s := page.doc.Find(`select[name=light] option[value=red]`).Text(); s != "超期" {
		t.Errorf("the choice says %q", s)
	}
	if s := page.doc.Find("#tasks tbody").Text(); !strings.Contains(s, "■ 超期") {
		t.Errorf("the light lost its symbol with its name: %s", s)
	}
	en := w.send(w.reader(), "en", httptest.NewRequest("GET", "/actions", nil))
	en.shows("past due")
	if again := w.page(w.officer(), "/actions/settings"); again.doc.Find("#light-red").AttrOr("value", "") != "超期" || again.doc.Find("#light-yellow").AttrOr("value", "x") != "" {
		t.Error("the form does not hold the names")
	}
}
