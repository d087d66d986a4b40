package assessment

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/web"
)

func (s *Service) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /assessment", Rule: ruleRead, Handle: s.getList},
		{Pattern: "GET /assessment/schemes/{id}", Rule: ruleRead, Handle: s.getScheme},
		{Pattern: "GET /assessment/schemes/{id}/edit", Rule: ruleEdit, Handle: s.getEdit},
		{Pattern: "POST /assessment/schemes/{id}/edit", Rule: ruleEdit, Handle: s.postEdit},
		{Pattern: "POST /assessment/schemes/{id}/editions", Rule: ruleEdit, Handle: s.postEdition},
		{Pattern: "POST /assessment/schemes/{id}/import", Rule: ruleEdit, Handle: s.postImport, MaxBody: mostFile + 1<<16},
		{Pattern: "POST /assessment/schemes/{id}/publish", Rule: ruleApprove, Handle: s.postPublish},
		{Pattern: "POST /assessment/schemes/{id}/weights", Rule: ruleEdit, Handle: s.postWeights},
		{Pattern: "POST /assessment/schemes/{id}/fix", Rule: ruleFix, Handle: s.postFix},
		{Pattern: "GET /assessment/schemes/{id}/scores", Rule: ruleScores, Handle: s.getScores},
		{Pattern: "GET /assessment/schemes/{id}/compare", Rule: ruleTry, Handle: s.getCompare},
		{Pattern: "GET /assessment/schemes/{id}/marks", Rule: ruleRead, Handle: s.getMarks},
		{Pattern: "POST /assessment/schemes/{id}/marks", Rule: ruleEdit, Handle: s.postMark},
		{Pattern: "POST /assessment/marks/{mark}/withdraw", Rule: ruleEdit, Handle: s.postWithdraw},
		{Pattern: "GET /assessment/results/{result}", Rule: ruleRead, Handle: s.getResult},
		{Pattern: "GET /assessment/results/{result}/again", Rule: ruleTry, Handle: s.getAgain},
		{Pattern: "POST /assessment/results/{result}/publish", Rule: ruleApprove, Handle: s.postPublishResult},
		{Pattern: "GET /api/v1/assessment", Rule: ruleRead, Handle: s.getListJSON},
		{Pattern: "GET /api/v1/assessment/results/{result}", Rule: ruleRead, Handle: s.getResultJSON},
	}
}

func (s *Service) lens(r *http.Request) lens { return lens{Lang: web.LangOf(r), name: s.unitName} }

// unitName gives the short name of a unit as of today, or as of when it last lived.
func (s *Service) unitName(u org.UnitID) string {
	if t := s.units.Today(); t.Has(u) {
		return t.Short(u)
	}
	if x, ok := s.units.Register().Unit(u); ok {
		return x.Last().Name
	}
	return strconv.Itoa(int(u))
}

// numbered reads a number of the path and the form.
func numbered(r *http.Request, name string) (id int64, v url.Values, err error) {
	if id, err = web.PathNumber(r, name); err != nil {
		return 0, nil, err
	}
	v, err = web.Form(r)
	return id, v, err
}

func field(v url.Values, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(v.Get(name), "\r\n", "\n"))
}

func integer(v url.Values, name string) int64 {
	n, err := strconv.ParseInt(field(v, name), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func day(v url.Values, name string, f *fault.Fields) period.Day {
	text := field(v, name)
	if text == "" {
		return 0
	}
	d, err := period.ParseDay(text)
	f.Need(err == nil, name, "日期 %s 写法不对；请写成 2018-05-10 的样子", text)
	return d
}

func (s *Service) getList(w http.ResponseWriter, r *http.Request) error {
	x, a := s.lens(r), web.ActorOf(r)
	list, err := s.All(r.Context(), a)
	if err != nil {
		return err
	}
	t := x.listTable(list)
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	return listPage().Render(w, r, "综合评价", listView{Grid: web.NewGrid(r, t), Empty: len(list) == 0, MayEdit: a.Can(ruleEdit)})
}

func editionOf(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("edition"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func (s *Service) getScheme(w http.ResponseWriter, r *http.Request) error {
	return s.showScheme(w, r, http.StatusOK, nil)
}

func (s *Service) showScheme(w http.ResponseWriter, r *http.Request, status int, faults web.Faults) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	x, a := s.lens(r), web.ActorOf(r)
	o, err := s.Show(r.Context(), a, id)
	if err != nil {
		return err
	}
	e, ok := o.Edition(editionOf(r))
	if !ok {
		return noScheme()
	}
	t := x.itemsTable(e)
	if done, err := web.SendTable(w, r, e.Name+" "+t.Name, t); done || err != nil {
		return err
	}
	v := schemeView{ID: id, Version: e.Version, Title: e.Name, Path: schemePath(id), Span: x.t(e.Span.Label()), Basis: e.Basis, Note: e.Note, Edition: e.Edition, State: x.state(e), Tag: "good", From: dayText(e.From), PublishedOn: dayText(e.PublishedOn), PublishedBy: e.PublishedBy,
		Least: e.Least, Digits: e.Digits, Units: x.t("全部乡镇（街道）"), Grid: web.NewGrid(r, t), Records: x.records(o.Records), Draft: e.State == Draft, MayEdit: a.Can(ruleEdit), MayPublish: a.Can(ruleApprove), MayTry: a.Can(ruleTry), Pairs: e.Pairs != nil, F: faults}
	v.Files[0], v.Files[1] = web.FileLinks(r)
	if v.Draft {
		v.Tag = "warn"
	} else if e.PublishedOn > e.From {
		v.Late = x.t("本版办法于 %s 公布，晚于评价期开始的 %s：各单位事先并不知道权重。", dayText(e.PublishedOn), dayText(e.From))
	}
	if len(e.Units) > 0 {
		var names []string
		for _, u := range e.Units {
			names = append(names, s.unitName(u))
		}
		v.Units = strings.Join(names, "、")
	}
	for _, k := range slices.Backward(o.Editions) {
		v.Editions = append(v.Editions, linkView{x.t("第 %d 版", k.Edition) + " · " + x.state(k), schemePath(id) + "?edition=" + strconv.Itoa(k.Edition), k.Edition == e.Edition})
	}
	_, drafting := o.Draft()
	v.NewEdition = v.MayEdit && !drafting
	if a.Can(ruleScores) {
		for _, p := range s.periodsOf(e) {
			v.Scores = append(v.Scores, linkView{Text: x.in(p), Path: scorePath(id, e.Edition, p)})
		}
	}
	if v.MayTry {
		v.Common = schemePath(id) + "/compare?edition=" + strconv.Itoa(e.Edition)
	}
	return schemePage().RenderStatus(w, r, status, e.Name, v)
}

// periodsOf gives the periods to choose from, the newest first: those of the scheme that have
// begun, the running one too.
func (s *Service) periodsOf(e Scheme) (out []period.Period) {
	for _, p := range e.Span.Before(s.today(), 7) {
		if p.First() >= e.From || len(out) == 0 {
			out = append(out, p)
		}
	}
	return out
}

func (s *Service) editView(r *http.Request, e Scheme, f web.Faults) editView {
	x := s.lens(r)
	v := editView{ID: e.ID, Version: e.Version, Title: e.Name, Basis: e.Basis, From: dayText(e.From), Digits: strconv.Itoa(e.Digits), Least: strconv.Itoa(e.Least), Note: e.Note, Save: "/assessment/schemes/new/edit", Cancel: listPath, Edition: e.Edition, Pairs: e.Pairs != nil, F: f}
	if e.ID != 0 {
		v.Save, v.Cancel = schemePath(e.ID)+"/edit", schemePath(e.ID)+"?edition="+strconv.Itoa(e.Edition)
	}
	for _, k := range Spans() {
		v.Spans = append(v.Spans, option{string(k), x.t(k.Label()), k == e.Span})
	}
	v.Rows = x.rows(e, s.Choices(), f)
	t := s.units.Today()
	for _, u := range t.Preorder(org.Territorial) {
		if t.Level(u) == org.LevelTownship {
			v.Units = append(v.Units, option{strconv.Itoa(int(u)), t.Short(u), slices.Contains(e.Units, u)})
		}
	}
	return v
}

func (s *Service) getEdit(w http.ResponseWriter, r *http.Request) error {
	e := Scheme{Span: Yearly, Digits: 1, Least: 60, From: Yearly.Of(s.today()).Last().AddDays(1)}
	if r.PathValue("id") != "new" {
		id, err := web.PathNumber(r, "id")
		if err != nil {
			return err
		}
		o, err := s.Show(r.Context(), web.ActorOf(r), id)
		if err != nil {
			return err
		}
		var ok bool
		if e, ok = o.Draft(); !ok {
			return fault.New(fault.Conflict, "这个办法已经公布，不能再改；请先另起新版")
		}
	}
	return editPage().Render(w, r, "评价办法", s.editView(r, e, web.Faults{}))
}

// typedScheme reads the form of a draft.
func typedScheme(v url.Values, f *fault.Fields) Scheme {
	e := Scheme{Name: field(v, "name"), Span: Span(field(v, "span")), Basis: field(v, "basis"), From: day(v, "from", f), Digits: int(integer(v, "digits")), Least: int(integer(v, "least")), Note: field(v, "note"), Version: web.Version(v)}
	for i := 0; i < mostItems+spareRows && v.Has("code"+suffix(i)); i++ {
		at := suffix(i)
		it := Item{Code: field(v, "code"+at), Weight: field(v, "weight"+at), Higher: field(v, "higher"+at) != "down", Floor: field(v, "floor"+at), Target: field(v, "target"+at)}
		if it.Code != "" || it.Weight != "" || it.Floor != "" || it.Target != "" {
			e.Items = append(e.Items, it)
		}
	}
	for _, u := range v["unit"] {
		if n, err := strconv.ParseInt(u, 10, 32); err == nil {
			e.Units = append(e.Units, org.UnitID(n))
		}
	}
	return e
}

func (s *Service) postEdit(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	var f fault.Fields
	e := typedScheme(v, &f)
	if r.PathValue("id") != "new" {
		if e.ID, err = web.PathNumber(r, "id"); err != nil {
			return err
		}
	}
	id := e.ID
	if err = fault.Together(f.Err(), e.Check()); err == nil {
		id, err = s.SaveDraft(r.Context(), web.ActorOf(r), e)
	}
	if err == nil {
		return web.Done(w, r, schemePath(id)+"?edition="+strconv.Itoa(s.draftNo(r, id)), "已保存评价办法草稿")
	}
	x := s.lens(r)
	faults, ok := web.Refused(err, x.Text)
	if !ok {
		return err
	}
	if fault.KindOf(err) == fault.Conflict && e.ID != 0 {
		// The next save is meant to go on top of what somebody else has saved, which is said.
		o, serr := s.Show(r.Context(), web.ActorOf(r), e.ID)
		if serr != nil {
			return serr
		}
		now := o.Latest()
		faults[""] = append(faults[""], x.t("现在保存的是：%s", now.Name+" · "+x.saved(now)))
		e.Version = now.Version
	}
	back := s.editView(r, e, faults)
	back.From, back.Digits, back.Least = v.Get("from"), v.Get("digits"), v.Get("least")
	return editPage().RenderStatus(w, r, web.Status(err), "评价办法", back)
}

// saved says the items of an edition in a line.
func (x lens) saved(e Scheme) string {
	var out []string
	for _, it := range e.Items {
		out = append(out, it.Code+" "+it.Weight+"（"+it.Floor+"—"+it.Target+"）")
	}
	return strings.Join(out, "、")
}

func (s *Service) draftNo(r *http.Request, id int64) int {
	o, err := s.Show(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return 0
	}
	return o.Latest().Edition
}

func (s *Service) postEdition(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	if _, err := s.NewDraft(r.Context(), web.ActorOf(r), id); err != nil {
		return err
	}
	return web.Done(w, r, schemePath(id)+"/edit", "已另起新版，请修改后保存")
}

func (s *Service) postPublish(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "id")
	if err != nil {
		return err
	}
	if err := s.Publish(r.Context(), web.ActorOf(r), id, web.Version(v)); err != nil {
		return err
	}
	return web.Done(w, r, schemePath(id), "办法已公布")
}

func (s *Service) postImport(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	x := s.lens(r)
	o, err := s.Show(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	v := importView{Title: o.Latest().Name, Back: schemePath(id) + "?edition=" + strconv.Itoa(o.Latest().Edition)}
	name, content, err := upload(r)
	var n int
	if err == nil {
		v.File = name
		rep, ierr := s.ImportItems(r.Context(), web.ActorOf(r), id, name, content, false)
		err, n = ierr, rep.Read
		if ierr == nil && !rep.Written {
			for _, f := range rep.Findings {
				v.Findings = append(v.Findings, f.Say(x.Text))
			}
			return importPage().RenderStatus(w, r, http.StatusUnprocessableEntity, "导入指标", v)
		}
	}
	if err != nil {
		if k := fault.KindOf(err); k != fault.Invalid && k != fault.TooLarge {
			return err
		}
		v.Findings = []string{fault.Say(err, x.Text)}
		return importPage().RenderStatus(w, r, web.Status(err), "导入指标", v)
	}
	return web.Done(w, r, v.Back, "已导入 %d 项指标", n)
}

// upload reads the file of a form.
func upload(r *http.Request) (string, []byte, error) {
	_, list, err := web.FormFiles(r)
	switch {
	case err != nil:
		return "", nil, err
	case len(list) == 0 || len(list[0].Content) == 0:
		return "", nil, fault.New(fault.Invalid, "请选择文件")
	case len(list[0].Content) > mostFile:
		return "", nil, fault.New(fault.TooLarge, "文件超过 1 MB；请只留指标和权重再传")
	}
	return list[0].Name, list[0].Content, nil
}
