package indicators

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/web"
)

// bundles lists the bundles of goals with their members.
func (h *pages) bundles(w http.ResponseWriter, r *http.Request) error {
	x, reader := h.todayLens(r), web.ActorOf(r)
	list, err := h.s.Bundles(reader)
	if err != nil {
		return err
	}
	v := bundlesView{Bundles: bundleBlocks(x.Lang, list, x.name, h.s.tasksOf(r.Context(), reader, list, x.Text)), Edit: MayDefine(reader)}
	if len(list) == 0 {
		v.Empty = &emptyView{Title: x.Text("还没有目标包"), Text: x.Text("目标包把若干指标归在一起，例如“十项拐点指标”；没有公布的成员留空，由县填写。")}
		if v.Edit {
			v.Empty.Links = []link{{Text: x.Text("新建目标包"), Path: "/definitions/bundles/new"}, {Text: x.Text("从文件导入"), Path: "/definitions/import?kind=bundles"}}
		}
	}
	return bundlesPage().Render(w, r, "目标包", v)
}

// editBundle shows the form of a bundle.
func (h *pages) editBundle(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	if code == "" {
		e := newBundleEdit(Bundle{OnFront: true})
		e.New = true
		return h.renderBundle(w, r, http.StatusOK, e)
	}
	b, err := h.s.Bundle(web.ActorOf(r), code)
	if err != nil {
		return err
	}
	return h.renderBundle(w, r, http.StatusOK, newBundleEdit(b))
}

func (h *pages) renderBundle(w http.ResponseWriter, r *http.Request, status int, e bundleEdit) error {
	x := h.todayLens(r)
	for len(e.Members) == 0 || e.Members[max(0, len(e.Members)-spareRows)].Claim != "" {
		e.Members = append(e.Members, memberEdit{Order: itoa(len(e.Members) + 1)})
	}
	e.Claims = []option{{"", x.Text("（不是成员）"), false}}
	for _, c := range Claims() {
		e.Claims = append(e.Claims, option{Value: string(c), Label: x.Text(c.Label())})
	}
	e.Indicators = []option{{"", x.Text("（没有指标）"), false}}
	for _, d := range h.s.Heads() {
		if !d.Element {
			e.Indicators = append(e.Indicators, option{Value: d.Code, Label: d.Code + " " + x.Pick(d.Name, d.NameEN)})
		}
	}
	tasks, err := h.s.taskChoices(r.Context(), web.ActorOf(r))
	if err != nil {
		return err
	}
	if len(tasks) > 0 {
		e.Tasks = []option{{"", x.Text("（没有任务）"), false}}
		for _, t := range tasks {
			e.Tasks = append(e.Tasks, option{Value: t.Ref, Label: t.Name})
		}
	}
	title := "修改目标包"
	if e.New {
		title = "新建目标包"
	}
	return bundlePage().RenderStatus(w, r, status, title, e)
}

// postBundle saves a bundle.
func (h *pages) postBundle(w http.ResponseWriter, r *http.Request) error {
	x, by := h.todayLens(r), web.ActorOf(r)
	if err := r.ParseForm(); err != nil {
		return err
	}
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	e := bundleEdit{New: get("new") == "1", Code: get("code"), Name: get("name"), NameEN: get("name_en"), Order: get("order"), Note: get("note"), Source: get("source"),
		OnFront: get("front") == "1", F: map[string][]string{}}
	if !e.New {
		e.Code = r.PathValue("code")
	}
	e.Row, _ = strconv.Atoi(get("row"))
	claims, indicators, tasks, texts, english, orders := r.PostForm["claim"], r.PostForm["indicator"], r.PostForm["task"], r.PostForm["text"], r.PostForm["text_en"], r.PostForm["member_order"]
	at := func(list []string, i int) string {
		if i < len(list) {
			return strings.TrimSpace(list[i])
		}
		return ""
	}
	for i := range claims {
		m := memberEdit{Order: at(orders, i), Claim: at(claims, i), Indicator: at(indicators, i), Task: at(tasks, i), Text: at(texts, i), TextEN: at(english, i)}
		m.Empty = m.Claim != "" && m.Indicator == "" && m.Task == "" && m.Text == ""
		e.Members = append(e.Members, m)
	}
	order, err := strconv.Atoi(e.Order)
	if e.Order != "" && err != nil {
		e.F["order"] = []string{fault.Say(fault.New(fault.Invalid, "“%s”应为整数", e.Order), x.Text)}
	}
	if e.New {
		if !measure.ValidCode(e.Code) {
			e.F["code"] = []string{x.Text("目标包代码应以字母开头，只含字母、数字、下划线和点，最长 40 个字符")}
		} else if _, err := h.s.Bundle(by, e.Code); err == nil {
			e.F["code"] = []string{x.say("目标包 %s 已经存在；请打开它再修改", e.Code)}
		}
	}
	if len(e.F) > 0 {
		return h.renderBundle(w, r, http.StatusUnprocessableEntity, e)
	}
	b := Bundle{Code: e.Code, Name: e.Name, NameEN: e.NameEN, Order: order, Note: e.Note, Source: e.Source, OnFront: e.OnFront, Row: e.Row, Members: e.members()}
	err = h.s.SaveBundle(r.Context(), by, b)
	switch fault.KindOf(err) {
	case fault.Invalid:
		e.F = faultsIn(err, x.Lang)
		for i := range e.Members {
			e.Members[i].F = e.F[fmt.Sprintf("member%d", i+1)]
		}
	case fault.Conflict:
		e.F[""] = []string{fault.Say(err, x.Text)}
		if theirs, terr := h.s.Bundle(by, e.Code); terr == nil {
			block := bundleBlocks(x.Lang, []Bundle{theirs}, x.name, h.s.tasksOf(r.Context(), by, []Bundle{theirs}, x.Text))[0]
			e.Theirs, e.Row = &block, theirs.Row
		}
	default:
		if err != nil {
			return err
		}
		return web.Done(w, r, "/definitions/bundles", "已保存目标包 %s", b.Name)
	}
	return h.renderBundle(w, r, web.Status(err), e)
}

// importForm shows the page that reads definitions from a file.
func (h *pages) importForm(w http.ResponseWriter, r *http.Request) error {
	return h.renderImport(w, r, http.StatusOK, importView{Kind: r.URL.Query().Get("kind")})
}

func (h *pages) renderImport(w http.ResponseWriter, r *http.Request, status int, v importView) error {
	x := h.todayLens(r)
	if v.Kind == "" {
		v.Kind = "indicators"
	}
	v.Kinds = x.options(v.Kind, "indicators", "指标", "targets", "目标", "bundles", "目标包")
	v.Columns = []fact{{x.Text("指标"), strings.Join(indicatorColumns, ","), ""}, {x.Text("目标"), strings.Join(targetColumns, ","), ""},
		{x.Text("目标包"), strings.Join(bundleColumns, ","), ""}}
	return importPage().RenderStatus(w, r, status, "从文件导入", v)
}

// postImport tries a file, or imports it. After a trial the page carries the file along, so that
// it need not be chosen again.
func (h *pages) postImport(w http.ResponseWriter, r *http.Request) error {
	x, by := h.todayLens(r), web.ActorOf(r)
	if err := r.ParseMultipartForm(8 << 20); err != nil {
		return fault.Because(err, fault.Invalid, "没有收到文件；请选择文件后再上传")
	}
	v := importView{Kind: r.FormValue("kind"), Name: r.FormValue("name"), Content: r.FormValue("content"), F: map[string][]string{}}
	if f, head, err := r.FormFile("file"); err == nil {
		defer f.Close()
		body, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		v.Name, v.Content = head.Filename, string(body)
	}
	if v.Content == "" {
		v.F["file"] = []string{x.Text("请选择一个 .csv 或 .yaml 文件")}
		return h.renderImport(w, r, http.StatusUnprocessableEntity, v)
	}
	dryRun := r.FormValue("do") != "import"
	run := h.s.ImportIndicators
	switch v.Kind {
	case "targets":
		run = h.s.ImportTargets
	case "bundles":
		run = h.s.ImportBundles
	}
	rep, err := run(r.Context(), by, v.Name, []byte(v.Content), true)
	if err == nil && !dryRun && (len(rep.Notes) == 0 || r.FormValue("touch_past") != "") {
		rep, err = run(r.Context(), by, v.Name, []byte(v.Content), false)
	}
	if fault.KindOf(err) == fault.Invalid && err != nil {
		v.F["file"] = []string{fault.Say(err, x.Text)}
		return h.renderImport(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	if rep.Written {
		back := "/definitions"
		if v.Kind == "bundles" {
			back = "/definitions/bundles"
		}
		return web.Done(w, r, back, "已导入：新建 %d，更新 %d，不变 %d", rep.Created, rep.Updated, rep.Unchanged)
	}
	v.Report = reportOf(x.Lang, rep, dryRun)
	status := http.StatusOK
	if len(rep.Findings) > 0 || !dryRun && len(rep.Notes) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return h.renderImport(w, r, status, v)
}
