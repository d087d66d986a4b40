package reports

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/docx"
)

func (w *world) want(p page, status int, words ...string) {
	w.t.Helper()
	if p.status != status {
		w.t.Errorf("status %d, want %d: %.600s", p.status, status, p.main())
	}
	for _, s := range words {
		if !strings.Contains(p.main(), s) {
			w.t.Errorf("the page does not say %q: %.3000s", s, p.main())
		}
	}
}

func TestTheStoryInThePages(t *testing.T) {
	w := sqlite(t)
	p := w.open("/reports")
	w.want(p, 200, "还没有文书", "生成文书")
	p = w.post("/reports", url.Values{"kind": {Notice}, "period": {"四月"}, "unit": {"无此镇"}})
	w.want(p, 422, "没有叫“无此镇”的单位")
	if v, _ := p.Find("#period").Attr("value"); v != "四月" {
		t.Errorf("what was typed is lost: %q", v)
	}
	p = w.post("/reports", url.Values{"kind": {Notice}, "period": {"2018-04"}})
	if p.status != http.StatusSeeOther || !strings.HasPrefix(p.header.Get("Location"), "/reports/1") {
		t.Fatalf("%d %s", p.status, p.header.Get("Location"))
	}
	p = w.open("/reports/1")
	w.want(p, 200, "草稿", "一、总体情况", "城关镇", "第 1 版", "数据来源")
	if p.Find(`article[lang="zh-CN"] a[href^="/figures/I2"]`).Length() == 0 || p.Find("article table").Length() == 0 {
		t.Error("the figures of the preview lead nowhere, or its tables are missing")
	}
	for _, f := range Formats() {
		a := w.open("/reports/1/1/" + f)
		if a.status != 200 || len(a.body) < 2000 || !strings.Contains(a.header.Get("Content-Disposition"), "."+f) {
			t.Errorf("%s: %d, %d bytes, %s", f, a.status, len(a.body), a.header.Get("Content-Disposition"))
		}
	}
	for _, path := range []string{"/reports/9", "/reports/x", "/reports/1?version=7", "/reports/1?version=x", "/reports/1/1/exe", "/reports/1/9/docx", "/reports/1/final/1"} {
		w.want(w.open(path), 404)
	}

	// The editor: a paragraph is added, moved and written; one figure is changed.
	p = w.open("/reports/1/edit")
	w.want(p, 200, "⟦3:37.52%⟧ 是系统算出的数")
	v := p.fields("form.editor")
	n := len(v["kind"])
	v.Set("deed", "add:0")
	p = w.post("/reports/1/edit", v)
	w.want(p, 200)
	v = p.fields("form.editor")
	if len(v["kind"]) != n+1 || v["from"][1] != "-1" {
		t.Fatalf("%d rows after adding one to %d", len(v["kind"]), n)
	}
	v["text"][1] = "新加的一段。\n第二段。"
	v.Set("deed", "up:1")
	p = w.post("/reports/1/edit", v)
	v = p.fields("form.editor")
	if v["from"][0] != "-1" || !strings.HasPrefix(v["text"][0], "新加的一段。") {
		t.Fatal("the paragraph did not move up")
	}
	for i, x := range v["text"] {
		if x == "一、总体情况" {
			v["text"][i] = "一、总体"
		}
		if strings.Contains(x, "⟦1:37.52%⟧") {
			v["text"][i] = strings.Replace(x, "⟦1:37.52%⟧", "⟦77:37.52%⟧", 1) + "⟦"
		}
	}
	v.Set("deed", "save")
	p = w.post("/reports/1/edit", v)
	w.want(p, 422, "没有编号为 77 的数据来源", "没有成对")
	if !strings.Contains(p.Find("form.editor").Text(), "新加的一段。") {
		t.Error("what was typed is lost")
	}
	for i, x := range v["text"] {
		v["text"][i] = strings.Replace(strings.TrimSuffix(x, "⟦"), "⟦77:37.52%⟧", "⟦1:39.99%⟧", 1)
	}
	p = w.post("/reports/1/edit", v)
	if p.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", p.status, p.main())
	}
	p = w.open("/reports/1")
	w.want(p, 200, "被人改动的数（1 处）", "39.99%", "新加的一段。", "编辑自第 1 版")
	if p.Find(`#changed a[href^="/figures/I2"]`).Length() != 1 {
		t.Error("the changed figure leads to its trace")
	}
	// A second editor of version 1 is told, keeps what was written, and sees the other's version.
	v.Set("base", "1")
	p = w.post("/reports/1/edit", v)
	w.want(p, 409, "您编辑的是第 1 版，别人已存了第 2 版", "在新窗口对照")
	if !strings.Contains(p.Find("form.editor").Text(), "39.99%") {
		t.Error("what was typed is lost")
	}

	made := w.open("/reports/1/2/docx").body
	w.want(w.upload("/reports/1/final", "通报.docx", []byte("MZ"), "no=2"), 422, "不是 Word 文件")
	p = w.upload("/reports/1/final", "通报.docx", retype(t, made, "40.00%", "41.00%"), "no=2", "all=1")
	if p.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", p.status, p.main())
	}
	p = w.open("/reports/1")
	w.want(p, 200, "定稿", "通报.docx", "40.00%", "41.00%", "重新编辑", "已发各单位")
	w.want(w.open("/reports/1/edit"), 409, "已经定稿")

	w.be(perm.Reporter)
	p = w.open("/reports/1")
	w.want(p, 200, "41.00%", "新加的一段。")
	if strings.Contains(p.main(), "被人改动的数") || strings.Contains(p.main(), "与系统版本的差别") || p.Find("#versions").Length() > 0 {
		t.Error("a township sees the office's working")
	}
	w.want(w.open("/reports/1/2/docx"), 404)
	w.want(w.open("/reports/1/1/docx"), 404)
	if a := w.open("/reports/1/final/1"); a.status != 200 {
		t.Errorf("the final file: %d", a.status)
	}
	w.want(w.post("/reports", url.Values{"kind": {Notice}, "period": {"2018-04"}}), 403)
	w.want(w.open("/reports/1/edit"), 403)
	w.want(w.open("/report-templates"), 403)

	w.be(perm.Office)
	w.want(w.post("/reports/1/reopen", url.Values{}), 422, "请写明重新编辑的原因")
	if p := w.post("/reports/1/reopen", url.Values{"reason": {"补充"}}); p.status != http.StatusSeeOther {
		t.Errorf("%d", p.status)
	}
	w.want(w.open("/reports?kind=notice&state=draft"), 200, "情况的通报")
	w.want(w.open("/reports?kind=bulletin"), 200, "没有符合条件的文书")
	w.be(perm.Reporter)
	w.want(w.open("/reports/1"), 404)
}

// template makes a Word file with these paragraphs.
func template(t *testing.T, paragraphs ...string) []byte {
	t.Helper()
	d := &docgen.Document{Kind: docgen.Material}
	for _, p := range paragraphs {
		d.Body = append(d.Body, docgen.Say(p))
	}
	var b bytes.Buffer
	if err := docx.Write(&b, d, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOwnTemplates(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.want(w.open("/report-templates"), 200, "还没有模板", "{{指标 I2}}")
		w.want(w.upload("/report-templates", "a.docx", []byte("no"), "name=月报"), 422)
		w.want(w.upload("/report-templates", "a.docx", template(t, "没有占位符"), "name=月报"), 422, "模板里没有占位符")
		p := w.upload("/report-templates", "a.docx", template(t, "一", "{{指标 I2 怪}}和{{文字 天气}}", "{{表 名单}}", "{{图 饼 I2}}"), "name=月报")
		w.want(p, 422, "正文第 2 段“{{指标 I2 怪}}和{{文字 天气}}”中的 {{指标 I2 怪}}：写法应为", "{{文字 天气}}：没有这段文字", "正文第 3 段“{{表 名单}}”中的 {{表 名单}}：没有这张表", "正文第 4 段“{{图 饼 I2}}”中的 {{图 饼 I2}}：没有这张图")
		good := template(t, "{{文字 单位}}{{文字 期别}}情况：{{指标 I2}}（{{指标 I2 分子}}/{{指标 I2 分母}}），目标{{指标 I2 目标}}，上期{{指标 I2 上期}}，去年同期{{指标 I2 去年同期}}；{{指标 JYL}}。", "{{文字 说明 I6}}", "{{文字 总体情况}}", "{{文字 未报}}", "{{表 排名 I2}}", "{{表 事项}}", "{{图 走势 I2}}", "{{图 排名 I2}}")
		p = w.upload("/report-templates", "月报.docx", good, "name=月报")
		if p.status != http.StatusSeeOther {
			t.Fatalf("%d %s", p.status, p.main())
		}
		w.want(w.open("/report-templates/1"), 200, "正文第 1 段", "指标 I2")
		p = w.open("/report-templates/1?period=2018-04")
		w.want(p, 200, "37.52%", "36.10%", "尚无数据", "“出所管控率”为96.00%")
		link, ok := p.Find(`a[href*="/fill?"]`).Attr("href")
		if !ok {
			t.Fatalf("no way to fill: %s", p.main())
		}
		a := w.open(link)
		lines, err := docx.Text(a.body)
		text := strings.Join(lines, "\n")
		if err != nil || a.status != 200 {
			t.Fatalf("%d %v", a.status, err)
		}
		for _, s := range []string{"茶山县2018年4月情况：37.52%（568/1,514），目标≥30%，上期36.10%，去年同期尚无数据；尚无数据。", "监测指标5项", "没有", "城关镇\t40.00%"} {
			if !strings.Contains(text, s) {
				t.Errorf("the filled file does not say %q:\n%s", s, text)
			}
		}
		if strings.Contains(text, "{{") || strings.Contains(text, "3人") {
			t.Errorf("left over: %s", text)
		}
		// A second version with a code that is not kept: it names the paragraph and fills nothing.
		p = w.upload("/report-templates/1", "月报2.docx", template(t, "好", "{{指标 QQ}}", "{{图 走势 I6}}"))
		if p.status != http.StatusSeeOther {
			t.Fatalf("%d %s", p.status, p.main())
		}
		p = w.open("/report-templates/1?period=2018-04")
		w.want(p, 200, "有 2 处填不上", "正文第 2 段“{{指标 QQ}}”中的 {{指标 QQ}}：没有编码为 QQ 的指标或数据项", "画不出走势", "第 2 版")
		page := w.open("/report-templates/1/fill?period=2018-04")
		w.want(page, 422)
		if page.Find("form[action='/report-templates/1'] #period").AttrOr("value", "") != "2018-04" || page.Find("td .field-error").Length() == 0 ||
			strings.Contains(page.Text(), "template：") {
			t.Errorf("what cannot be filled: %.600s", page.Text())
		}
		w.want(w.open("/report-templates/1?period=那时"), 422, "写法不对")
		if a := w.open("/report-templates/1/files/1"); !bytes.Equal(a.body, good) {
			t.Error("the first upload is not what it was")
		}
		if p := w.post("/report-templates/1/end", url.Values{"ended": {"1"}}); p.status != http.StatusSeeOther {
			t.Errorf("%d", p.status)
		}
		w.want(w.open("/report-templates"), 200, "已停用")
		if n, err := w.s.CheckDocuments(w.ctx()); err != nil {
			t.Errorf("%d %v", n, err)
		}
	})
}

// In English the frame is English; what stays Chinese is marked as such.
func TestTheFrameIsEnglish(t *testing.T) {
	w := sqlite(t)
	w.make(LeadingGroup, "2018-04")
	w.upload("/report-templates", "月报.docx", template(t, "{{指标 I2}}"), "name=月报")
	w.lang = "en"
	han := regexp.MustCompile(`\p{Han}[^\n]*`)
	for _, path := range []string{"/reports", "/reports/1", "/reports/1/edit", "/report-templates", "/report-templates/1?period=2018-04"} {
		p := w.open(path)
		w.want(p, 200)
		p.Find(`main [lang="zh-CN"], main script, main datalist`).Remove()
		p.Find("main tbody th a, main .muted, main tbody td").Remove() // names and people
		if s := han.FindString(p.main()); s != "" {
			t.Errorf("%s: Chinese in the frame: %.80s", path, s)
		}
	}
}

// A code that nobody knows is refused at the upload, all of them at once with their paragraphs and
// the nearest codes; nothing of it is kept.
func TestUnknownCodesAreRefusedAtTheUpload(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.s.joints.Codes = func() []Coded {
			return []Coded{{"I2", "戒断三年未复吸率"}, {"I6", "出所管控率"}, {"XXJ", "新滋生吸毒人员"}}
		}
		file := template(t, "一", "本期为{{指标 I9}}，上期为{{指标 出所管控率 上期}}。", "{{文字 说明 完全无关的名字}}", "{{表 排名 xxj}}", "{{图 走势 I2}}", "{{指标}}")
		p := w.upload("/report-templates", "月报.docx", file, "name=月报")
		w.want(p, 422, "正文第 6 段“{{指标}}”：占位符没有写对", "正文第 2 段“本期为{{指标 I9}}，上期为{{指标 出所管控率 上期}…”中的 {{指标 I9}}：没有编码为 I9 的指标或数据项；相近的有 I2（戒断三年未复吸率）、I6（出所管控率）",
			"{{指标 出所管控率 上期}}：没有编码为 出所管控率 的指标或数据项；相近的有 I6（出所管控率）", "正文第 3 段“{{文字 说明 完全无关的名字}}”中的 {{文字 说明 完全无关的名字}}：没有编码为 完全无关的名字 的指标或数据项；请核对编码",
			"正文第 4 段“{{表 排名 xxj}}”中的 {{表 排名 xxj}}：没有编码为 xxj 的指标或数据项；相近的有 XXJ（新滋生吸毒人员）")
		if strings.Contains(p.main(), "走势 I2}}：") {
			t.Error("a known code is refused")
		}
		w.want(w.open("/report-templates"), 200, "还没有模板")
		w.want(w.open("/report-templates/1"), 404)
		if p := w.upload("/report-templates", "月报.docx", template(t, "{{指标 I2}}"), "name=月报"); p.status != http.StatusSeeOther {
			t.Errorf("a known code: %d %s", p.status, p.main())
		}
		w.want(w.upload("/report-templates/1", "月报.docx", file), 422, "没有编码为 I9")
		if p := w.open("/report-templates/1"); strings.Contains(p.main(), "第 2 版") {
			t.Error("the refused upload became a version")
		}
	})
}
