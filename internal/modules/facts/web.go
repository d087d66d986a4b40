package facts

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/web"
)

// The pages of the module; each is proved against its view when it is first asked for, and a test
// asks for all of them.
var (
	listPage     = sync.OnceValue(func() *web.Page[listView] { return web.MustPage[listView](own, "list.html") })
	showPage     = sync.OnceValue(func() *web.Page[showView] { return web.MustPage[showView](own, "show.html") })
	editPage     = sync.OnceValue(func() *web.Page[formView] { return web.MustPage[formView](own, "edit.html") })
	importPage   = sync.OnceValue(func() *web.Page[importView] { return web.MustPage[importView](own, "import.html") })
	runPage      = sync.OnceValue(func() *web.Page[runView] { return web.MustPage[runView](own, "run.html") })
	closingsPage = sync.OnceValue(func() *web.Page[closingsView] { return web.MustPage[closingsView](own, "closings.html") })
	closingPage  = sync.OnceValue(func() *web.Page[closingView] { return web.MustPage[closingView](own, "closing.html") })
)

func (s *Service) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /definitions/elements", Rule: ruleView, Handle: s.getList, Static: true},
		{Pattern: "GET /definitions/elements/export", Rule: ruleView, Handle: s.getExport},
		{Pattern: "GET /definitions/elements/new", Rule: ruleDefine, Handle: s.getNew},
		{Pattern: "POST /definitions/elements/new", Rule: ruleDefine, Handle: s.postNew},
		{Pattern: "GET /admin/import/elements", Rule: ruleDefine, Handle: s.getElementImport},
		{Pattern: "POST /admin/import/elements", Rule: ruleDefine, Handle: s.postElementImport, MaxBody: 16 << 20},
		{Pattern: "GET /admin/import/elements/{id}", Rule: ruleDefine, Handle: s.getElementRun},
		{Pattern: "POST /admin/import/elements/{id}", Rule: ruleDefine, Handle: s.postElementRun},
		{Pattern: "GET /definitions/elements/{code}", Rule: ruleView, Handle: s.getShow, Static: true},
		{Pattern: "GET /definitions/elements/{code}/edit", Rule: ruleDefine, Handle: s.getEdit},
		{Pattern: "POST /definitions/elements/{code}/edit", Rule: ruleDefine, Handle: s.postEdit},
		{Pattern: "GET /definitions/elements/{code}/facts", Rule: ruleExport, Handle: s.getFacts},
		{Pattern: "GET /admin/import/facts", Rule: ruleImport, Handle: s.getImport},
		{Pattern: "POST /admin/import/facts", Rule: ruleImport, Handle: s.postImport, MaxBody: maxUpload + 1<<20},
		{Pattern: "GET /admin/import/facts/{id}", Rule: ruleImport, Handle: s.getRun},
		{Pattern: "POST /admin/import/facts/{id}", Rule: ruleImport, Handle: s.postRun},
		{Pattern: "GET /admin/import/files/{hash}", Rule: ruleImport, Handle: s.getUpload},
		{Pattern: "GET /admin/closings", Rule: ruleView, Handle: s.getClosings},
		{Pattern: "POST /admin/closings", Rule: ruleClose, Handle: s.postClosings},
		{Pattern: "GET /admin/closings/{no}", Rule: ruleView, Handle: s.getClosing, Static: true},
	}
}

func lensOf(r *http.Request) lens {
	return lens{t: func(chinese string, args ...any) string { return web.T(r, chinese, args...) }, lang: web.LangOf(r)}
}

func (s *Service) today() period.Day { return period.DayOf(s.clock()) }

func (s *Service) getList(w http.ResponseWriter, r *http.Request) error {
	x := lensOf(r)
	list := s.Catalogue().All()
	t := elementsTable(x, list, s.units.Register(), s.today())
	if sent, err := web.SendTable(w, r, x.t("数据项"), t); sent || err != nil {
		return err
	}
	v := listView{Count: len(list), CanChange: web.ActorOf(r).Can(ruleDefine)}
	v.XLSX, v.CSV = web.FileLinks(r)
	v.Grid = web.NewGrid(r, t)
	return listPage().Render(w, r, "数据项", v)
}

func (s *Service) getExport(w http.ResponseWriter, r *http.Request) error {
	format := cmp.Or(r.URL.Query().Get("as"), "csv")
	media := map[string]string{"csv": web.MediaCSV, "xlsx": web.MediaXLSX, "yaml": "application/yaml; charset=utf-8", "json": "application/json; charset=utf-8"}[format]
	if media == "" {
		return s.ExportElements(io.Discard, format)
	}
	web.Attachment(w, "elements-"+s.today().String()+"."+format, media)
	return s.ExportElements(w, format)
}

func (s *Service) getShow(w http.ResponseWriter, r *http.Request) error {
	x := lensOf(r)
	now, history, use, err := s.Element(r.Context(), r.PathValue("code"))
	if err != nil {
		return err
	}
	years, counts := valuesByYear(s.Cube().Clone(), now.Element)
	uses := s.usesOf(now.Element.Code)
	for i := range uses {
		if !web.MayOpen(r, uses[i].Path) {
			uses[i].Path = ""
		}
	}
	v := newShow(x, now, history, use, years, counts, uses, s.units.Register(), s.today())
	if !web.MayOpen(r, v.Figures) {
		v.Figures = ""
	}
	if a := web.ActorOf(r); a.Can(ruleDefine) {
		v.Edit = elementPath(now.Element.Code) + "/edit"
	}
	if web.ActorOf(r).Can(ruleExport) && use.Values > 0 {
		v.Export = elementPath(now.Element.Code) + "/facts"
	}
	return showPage().Render(w, r, v.Name, v)
}

func (s *Service) usesOf(code string) []Use {
	if s.joints.uses == nil {
		return nil
	}
	return s.joints.uses(code)
}

func (s *Service) getFacts(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	if !s.HasCode(code) {
		return fault.New(fault.Missing, "没有代码为 %s 的数据项；请先登记数据项，或核对代码", code)
	}
	a := web.ActorOf(r)
	if err := a.May(ruleExport, perm.On{}); err != nil {
		return err
	}
	if err := s.noteExport(r.Context(), code); err != nil {
		return err
	}
	web.Attachment(w, "facts-"+code+"-"+s.today().String()+".csv", web.MediaCSV)
	return s.ExportFacts(r.Context(), a, w, ExportIn{Element: code})
}

// typed reads the form of an element.
func typed(r *http.Request) elementForm {
	f := elementForm{Fields: map[string]string{}, Seen: r.PostFormValue("seen")}
	f.Version, _ = strconv.Atoi(r.PostFormValue("version"))
	for _, x := range elementFields {
		f.Fields[x.name] = strings.TrimSpace(r.PostFormValue(x.name))
	}
	year, grain := strings.TrimSpace(r.PostFormValue("grain_year")), r.PostFormValue("grain_new")
	switch {
	case year != "" && grain != "":
		f.Fields["grain"] += ";" + measure.Halfwidth(year) + "=" + grain
	case year != "" || grain != "":
		f.Fields["grain_year"], f.Fields["grain_new"] = year, grain
	}
	return f
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) error {
	f := formOf(measure.Element{Kind: measure.Flow, Grains: []measure.GrainFrom{{Grain: period.Months}}, Level: 4}, 0)
	return editPage().Render(w, r, "新建数据项", newForm(lensOf(r), f, "", Usage{}, s.units.Register(), s.today()))
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) error {
	return s.postForm(w, r, "新建数据项", "", measure.Element{}, Usage{}, nil)
}

func (s *Service) getEdit(w http.ResponseWriter, r *http.Request) error {
	now, _, use, err := s.Element(r.Context(), r.PathValue("code"))
	if err != nil {
		return err
	}
	f := formOf(now.Element, now.Version)
	return editPage().Render(w, r, "修改数据项", newForm(lensOf(r), f, now.Element.Code, use, s.units.Register(), s.today()))
}

func (s *Service) postEdit(w http.ResponseWriter, r *http.Request) error {
	now, history, use, err := s.Element(r.Context(), r.PathValue("code"))
	if err != nil {
		return err
	}
	return s.postForm(w, r, "修改数据项", now.Element.Code, now.Element, use, history)
}

// postForm shows the effect of a definition, or saves it once that was seen.
func (s *Service) postForm(w http.ResponseWriter, r *http.Request, title, code string, base measure.Element, use Usage, history []Revision) error {
	x, tr := lensOf(r), web.LangOf(r).Text
	f := typed(r)
	a := web.ActorOf(r)
	show := func(status int, fill func(*formView)) error {
		v := newForm(x, f, code, use, s.units.Register(), s.today())
		fill(&v)
		return editPage().RenderStatus(w, r, status, title, v)
	}
	refuse := func(err error) error {
		if fault.KindOf(err) != fault.Invalid {
			return err
		}
		return show(http.StatusUnprocessableEntity, func(v *formView) { v.refuse(err, tr) })
	}
	e, found := f.element(base)
	if f.Fields["grain_year"] != "" || f.Fields["grain_new"] != "" {
		found = append(found, fault.Finding{Field: "grain", Rule: "field", Format: "变更粒度要同时写明年份和新的粒度"})
	}
	if len(found) > 0 {
		return refuse(found)
	}
	if len(history) > 0 {
		if now := history[len(history)-1]; now.Version != f.Version {
			f.Version = now.Version
			return show(http.StatusConflict, func(v *formView) {
				v.Conflict = x.t("%s在 %s 保存了第 %d 版。", now.By, moment(now.At), now.Version)
				v.TheirDiff = differences(x, e, now.Element)
			})
		}
	}
	if _, err := s.checkOnly(r.Context(), a, e); err != nil {
		return refuse(err)
	}
	if r.PostFormValue("step") != "save" || f.Seen != f.digest() {
		return show(http.StatusOK, func(v *formView) {
			v.Preview, v.Uses = true, usesTable(x, s.usesOf(e.Code))
			if code != "" {
				v.Changes = differences(x, base, e)
			} else {
				v.Changes = []string{x.t("新建数据项 %s（%s）", e.Name, e.Code)}
			}
		})
	}
	err := s.saveFor(r.Context(), a, e, f.Version)
	if fault.KindOf(err) == fault.Conflict {
		return show(http.StatusConflict, func(v *formView) { v.Conflict = fault.Say(err, tr) })
	}
	if err != nil {
		return refuse(err)
	}
	return web.Done(w, r, elementPath(e.Code), "已保存数据项 %s", e.Code)
}

// uploaded reads the file of a form; the body is bounded by the route.
func uploaded(r *http.Request) (name string, body io.ReadCloser, err error) {
	none := func(err error) error {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return err
		}
		return fault.Because(err, fault.Invalid, "没有收到文件；请选择文件后再提交")
	}
	if err := r.ParseMultipartForm(8 << 20); err != nil {
		return "", nil, none(err)
	}
	f, head, err := r.FormFile("file")
	if err != nil {
		return "", nil, none(err)
	}
	return head.Filename, f, nil
}
