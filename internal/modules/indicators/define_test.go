package indicators

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

// both runs a story on SQLite and on PostgreSQL.
func both(t *testing.T, story func(t *testing.T, w *world)) {
	t.Helper()
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) { story(t, newWorld(t, 3, 2).open(testkit.Open(t, d, files))) })
	}
}

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// with gives a form with some fields changed.
func with(f url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for k, v := range f {
		out[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

var rateForm = form("row", "1", "name", "查处率", "name_en", "Rate", "formula", "查处人次 / 现有人员 * 2", "format", "percent", "digits", "1", "direction", "up", "rollup", "operands",
	"min_coverage", "100", "force", "ZB1", "order", "1", "from", "2017-01-01", "source", "新方案", "why", "口径调整")

// A change that begins within the running year shows its effect on the slots reported so far; a
// figure is not compared with one by another formula.
func TestAPreviewShowsTheRunningYear(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	draft := with(rateForm, "from", "2018-01-01")
	_, _, body := w.post("/definitions/edit/R", with(draft, "do", "preview"))
	if !strings.Contains(body, "个数会变") || !strings.Contains(body, "2018年") {
		t.Fatalf("no effect in the running year: %s", stripped(body))
	}
	if code, _, body := w.post("/definitions/edit/R", with(draft, "do", "save", "touch_past", "1")); code != http.StatusSeeOther {
		t.Fatalf("saving: %d %s", code, stripped(body))
	}
	if page := w.page("/?unit=520121&period=2018-01"); !strings.Contains(page, "两期的公式不同") {
		t.Error("a figure is compared with one by another formula")
	}
}

// The office previews a change, is asked before the past changes, saves, and the old version
// stays; a second editor loses nothing.
func TestDefiningStory(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		old := w.figure("R", "2017")
		code, _, body := w.post("/definitions/edit/R", with(rateForm, "do", "preview"))
		if code != http.StatusOK || !strings.Contains(body, old) || !strings.Contains(body, "个数会变") || !strings.Contains(body, "施行日已经过去") {
			t.Fatalf("preview: %d %s", code, stripped(body))
		}
		if now := w.figure("R", "2017"); now != old {
			t.Fatalf("the preview changed the figure from %s to %s", old, now)
		}
		// Not without asking.
		code, _, body = w.post("/definitions/edit/R", with(rateForm, "do", "save"))
		if code != http.StatusUnprocessableEntity || !strings.Contains(body, "会改变已经过去的期别") || !strings.Contains(body, `value="新方案"`) {
			t.Fatalf("saving without agreement: %d %s", code, stripped(body))
		}
		code, to, body := w.post("/definitions/edit/R", with(rateForm, "do", "save", "touch_past", "1"))
		if code != http.StatusSeeOther || to != "/definitions/R" {
			t.Fatalf("saving: %d %s %s", code, to, stripped(body))
		}
		if now := w.figure("R", "2017"); now == old {
			t.Error("the figure did not change")
		}
		if now := w.figure("R", "2016"); now != w.withDefinition("R", "2016", 1) {
			t.Errorf("2016 is %s, another definition than its own", now)
		}
		page := w.page("/definitions/R")
		for _, want := range []string{"口径调整", "新方案", "CHU / REN * 2", ">2<", ">1<"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page of the definition lacks %q: %s", want, stripped(page))
			}
		}
		// A second editor who began before.
		code, _, body = w.post("/definitions/edit/R", with(rateForm, "do", "save", "touch_past", "1", "name", "查处比例", "formula", "CHU / REN"))
		if code != http.StatusConflict || !strings.Contains(body, "已被别人修改") || !strings.Contains(body, "查处比例") || !strings.Contains(body, "查处率") || !strings.Contains(body, `name="row" value="2"`) {
			t.Fatalf("the second editor: %d %s", code, stripped(body))
		}
		code, _, body = w.post("/definitions/edit/R", with(rateForm, "do", "save", "touch_past", "1", "name", "查处比例", "formula", "CHU / REN", "row", "2"))
		if code != http.StatusSeeOther {
			t.Fatalf("the second editor again: %d %s", code, stripped(body))
		}
		if d, _ := w.s.Defined(w.office(), "R"); d.Name != "查处比例" || len(d.Versions) != 3 {
			t.Errorf("after both: %s with %d versions", d.Name, len(d.Versions))
		}
	})
}

func (w *world) figure(code, p string) string {
	w.t.Helper()
	body := w.page("/api/v1/figures/" + code + "?period=" + p)
	_, rest, _ := strings.Cut(body, `"text":"`)
	text, _, _ := strings.Cut(rest, `"`)
	return text
}

// withDefinition gives the figure if its definition has that version, else a sentence.
func (w *world) withDefinition(code, p string, version int) string {
	body := w.page("/api/v1/figures/" + code + "?period=" + p)
	if !strings.Contains(body, `"definition":`+measure.Decimal(int64(version), 0)) {
		return "another definition: " + body
	}
	return w.figure(code, p)
}

// Faults of a formula stand under their signs, the other faults beside their fields, all at once,
// and what was typed is still there.
func TestFaultsOfADefinition(t *testing.T) {
	w := sqliteWorld(t, 2, 1)
	code, _, body := w.post("/definitions/new", form("do", "save", "code", "9x", "name", "", "formula", "查处人次 / 现有人", "from", "昨天", "digits", "viele", "format", "percent", "direction", "up", "rollup", "operands", "min_coverage", "100"))
	if code != http.StatusUnprocessableEntity {
		t.Fatalf("%d", code)
	}
	for _, want := range []string{"查处人次 / 现有人\n　　　　   ^^^^^^", "现有人员", "“昨天”不是日期", "“viele”应为整数", `value="9x"`, `value="昨天"`} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %q: %s", want, body[strings.Index(body, "<main"):])
		}
	}
	code, _, body = w.post("/definitions/new", form("do", "save", "code", "9x", "name", "", "formula", "", "from", "2018-01-01", "digits", "9", "format", "percent", "direction", "up", "rollup", "operands", "min_coverage", "100"))
	for _, want := range []string{"指标代码应以字母开头", "请填写指标名称", "小数位数应在 0 到 6 之间"} {
		if code != http.StatusUnprocessableEntity || !strings.Contains(body, want) {
			t.Errorf("%d, lacks %q: %s", code, want, stripped(body))
		}
	}
	if code, _, body := w.post("/definitions/new", form("do", "save", "code", "CHU", "name", "重名", "formula", "REN", "from", "2018-01-01", "format", "plain", "direction", "up", "rollup", "operands", "min_coverage", "100")); code != http.StatusUnprocessableEntity || !strings.Contains(body, "已是数据项的代码") {
		t.Errorf("the code of an element: %d %s", code, stripped(body))
	}
	if code, _, body := w.post("/definitions/new", form("do", "save", "code", "R", "name", "重名", "formula", "REN", "from", "2018-01-01", "format", "plain", "direction", "up", "rollup", "operands", "min_coverage", "100")); code != http.StatusConflict || !strings.Contains(body, "已经存在") {
		t.Errorf("the code of an indicator: %d %s", code, stripped(body))
	}
	// The form of an indicator whose operand shares its name writes the code, so that it can be saved.
	if body := w.page("/definitions/edit/R"); !strings.Contains(body, "查处人次 / 现有人员") {
		t.Errorf("the form of R: %s", stripped(body))
	}
	if body := w.page("/definitions/edit/C"); !strings.Contains(body, "案件") {
		t.Errorf("the form of C: %s", stripped(body))
	}
}

// A target is set, replaced and ended; the history keeps all of them, figures go by the newest.
func TestTargetStory(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		verdict := func() string {
			body := w.page("/api/v1/figures/G?period=2016")
			_, rest, _ := strings.Cut(body, `"verdict":`)
			v, _, _ := strings.Cut(rest, ",")
			return v
		}
		if v := verdict(); v != "null" {
			t.Fatalf("without a target: %s", v)
		}
		good := form("unit", "520121", "period", "2016", "comparator", "≥", "value", "0.01", "source", "县文件")
		if code, _, body := w.post("/definitions/targets/G", with(good, "value", "很多", "period", "以后")); code != http.StatusUnprocessableEntity || !strings.Contains(body, "目标值应为数字") || !strings.Contains(body, "请填写目标的期别") || !strings.Contains(body, `value="很多"`) {
			t.Fatalf("a bad target: %d %s", code, stripped(body))
		}
		if code, to, _ := w.post("/definitions/targets/G", good); code != http.StatusSeeOther || to != "/definitions/G#targets" {
			t.Fatalf("setting: %d %s", code, to)
		}
		if v := verdict(); v != `"met"` {
			t.Errorf("with ≥0.01: %s", v)
		}
		if code, _, _ := w.post("/definitions/targets/G", with(good, "value", "100000", "why", "提高")); code != http.StatusSeeOther {
			t.Fatal("replacing failed")
		}
		if v := verdict(); v != `"not_met"` {
			t.Errorf("with ≥100000: %s", v)
		}
		page := w.page("/definitions/G")
		if strings.Count(page, "已于") != 1 || !strings.Contains(page, "≥0.01") || !strings.Contains(page, "≥100000") || !strings.Contains(page, "提高") {
			t.Errorf("history: %s", stripped(page))
		}
		// End it: not without a reason.
		id := ""
		for _, x := range w.s.now.Load().targets["G"] {
			if x.Ended == "" && x.Value == "100000" {
				id = measure.Decimal(x.ID, 0)
			}
		}
		if code, _, _ := w.post("/definitions/targets/G/"+id, form("why", "")); code != http.StatusUnprocessableEntity {
			t.Errorf("ending without a reason: %d", code)
		}
		if code, _, _ := w.post("/definitions/targets/G/"+id, form("why", "不再考核")); code != http.StatusSeeOther {
			t.Errorf("ending: %d", code)
		}
		if v := verdict(); v != "null" {
			t.Errorf("after its end: %s", v)
		}
		if code, _, _ := w.post("/definitions/targets/G/"+id, form("why", "again")); code != http.StatusConflict {
			t.Errorf("ending twice: %d", code)
		}
	})
}

// Members stand in the order of their numbers; one without a figure stays 由县填写; a second
// editor sees what the first saved.
func TestBundleStory(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		if body := w.page("/"); !strings.Contains(body, "拐点指标") || !strings.Contains(body, "由县填写") {
			t.Fatalf("front page: %s", stripped(body))
		}
		f := form("row", "1", "name", "拐点指标", "order", "1", "front", "1")
		for _, m := range [][4]string{{"2", "threshold", "R", ""}, {"1", "threshold", "G", ""}, {"3", "falls", "", ""}, {"4", "", "S", ""}, {"5", "system_built", "", "宣传体系"}} {
			f.Add("member_order", m[0])
			f.Add("claim", m[1])
			f.Add("indicator", m[2])
			f.Add("text", m[3])
			f.Add("text_en", "")
		}
		code, to, body := w.post("/definitions/bundles/BAO", f)
		if code != http.StatusSeeOther || to != "/definitions/bundles" {
			t.Fatalf("saving: %d %s", code, stripped(body))
		}
		b, err := w.s.Bundle(w.office(), "BAO")
		w.must(err)
		if len(b.Members) != 4 || b.Members[0].Indicator != "G" || b.Members[1].Indicator != "R" || !b.Members[2].Empty() || b.Members[3].Text != "宣传体系" {
			t.Errorf("members %+v", b.Members)
		}
		code, _, body = w.post("/definitions/bundles/BAO", with(f, "name", "拐点"))
		if code != http.StatusConflict || !strings.Contains(body, "已被别人修改") || !strings.Contains(body, "宣传体系") || !strings.Contains(body, `value="拐点"`) {
			t.Errorf("the second editor: %d %s", code, stripped(body))
		}
		if code, _, body := w.post("/definitions/bundles/new", form("new", "1", "code", "BAO", "name", "又一个")); code != http.StatusUnprocessableEntity || !strings.Contains(body, "已经存在") {
			t.Errorf("the same code again: %d %s", code, stripped(body))
		}
		if code, _, body := w.post("/definitions/bundles/new", form("new", "1", "code", "五大", "name", "五大体系")); code != http.StatusUnprocessableEntity || !strings.Contains(body, "目标包代码应以字母开头") {
			t.Errorf("a bad code: %d %s", code, stripped(body))
		}
		if code, _, body := w.post("/definitions/bundles/new", form("new", "1", "code", "WDTX", "name", "五大体系", "claim", "system_built")); code != http.StatusSeeOther {
			t.Errorf("a new one: %d %s", code, stripped(body))
		}
	})
}

// upload posts a file to the import page.
func (w *world) upload(do, kind, name, body string) (int, string, string) {
	w.t.Helper()
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	m.WriteField("do", do)
	m.WriteField("kind", kind)
	f, err := m.CreateFormFile("file", name)
	w.must(err)
	f.Write([]byte(body))
	m.Close()
	r := httptest.NewRequest("POST", "/definitions/import", &buf)
	r.Header.Set("Content-Type", m.FormDataContentType())
	rec := httptest.NewRecorder()
	w.site.ServeHTTP(rec, r)
	return rec.Code, rec.Header().Get("Location"), rec.Body.String()
}

// A trial writes nothing; a file with faults is refused whole with all of them; an exported file
// comes back without a change.
func TestImportStory(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		good := "code,name,formula,format\nNEU,新指标,CHU / REN,percent\n"
		code, _, body := w.upload("try", "indicators", "neu.csv", good)
		if code != http.StatusOK || !strings.Contains(body, "试运行：文件没有问题") || !strings.Contains(body, "新建 1") || !strings.Contains(body, "NEU,新指标") {
			t.Fatalf("trial: %d %s", code, stripped(body))
		}
		if w.s.CodeTaken("NEU") {
			t.Fatal("the trial wrote")
		}
		code, _, body = w.upload("import", "indicators", "schlecht.csv", good+"R,,CHU / NIX,percent\n8,x,REN,bunt\n")
		if code != http.StatusUnprocessableEntity || w.s.CodeTaken("NEU") {
			t.Errorf("a file with faults: %d, written: %v", code, w.s.CodeTaken("NEU"))
		}
		for _, want := range []string{"第 3 行", "请填写指标名称", "NIX", "第 4 行", "指标代码应以字母开头", "bunt"} {
			if !strings.Contains(body, want) {
				t.Errorf("findings lack %q: %s", want, stripped(body))
			}
		}
		code, to, body := w.upload("import", "indicators", "neu.csv", good)
		if code != http.StatusSeeOther || to != "/definitions" || !w.s.CodeTaken("NEU") {
			t.Errorf("import: %d %s", code, stripped(body))
		}
		for _, kind := range []string{"indicators", "targets", "bundles"} {
			for _, format := range []string{"csv", "yaml"} {
				if kind == "bundles" && format == "csv" {
					continue
				}
				file := w.page("/definitions/export/" + kind + "?format=" + format)
				code, _, body := w.upload("try", kind, "zurück."+format, file)
				if code != http.StatusOK || !strings.Contains(body, "文件没有问题") || !strings.Contains(body, "新建 0，更新 0") {
					t.Errorf("%s as %s comes back with changes: %d %s", kind, format, code, stripped(body))
				}
			}
		}
		if code, _, body := w.upload("try", "indicators", "leer.csv", ""); code != http.StatusUnprocessableEntity || !strings.Contains(body, "请选择一个") {
			t.Errorf("no file: %d %s", code, stripped(body))
		}
	})
}

// A short file keeps what it does not speak of, and says when it changes the past.
func TestAShortFileKeepsTheRest(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	before, ok := w.s.now.Load().indicator("R")
	if !ok || before.Force == "" || before.NameEN == "" {
		t.Fatalf("the world's R has no force or English name: %+v", before)
	}
	file := "code,name,formula,from\nR,查处率,查处人次 / 现有人员 * 2,2018-01-01\n"
	for _, dry := range []bool{true, false} {
		rep, err := w.s.ImportIndicators(t.Context(), w.office(), "r.csv", []byte(file), dry)
		w.must(err)
		if rep.Updated != 1 || len(rep.Notes) != 1 || rep.Written == dry {
			t.Fatalf("dry run %v: %+v", dry, rep)
		}
	}
	after, _ := w.s.now.Load().indicator("R")
	was, is := before.Latest(), after.Latest()
	if after.Force != before.Force || after.NameEN != before.NameEN || after.Order != before.Order || is.Digits != was.Digits || is.Format != was.Format || is.Direction != was.Direction || is.Source != was.Source {
		t.Errorf("the file changed what it does not speak of:\n%+v\n%+v", was, is)
	}
	rep, err := w.s.ImportIndicators(t.Context(), w.office(), "r.csv", []byte(file), false)
	w.must(err)
	if rep.Unchanged != 1 || len(rep.Notes) != 0 {
		t.Errorf("again: %+v", rep)
	}
}
