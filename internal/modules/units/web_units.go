package units

import (
	"cmp"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/web"
)

// baseName keeps the last part of a file's name and what can be shown of it.
func baseName(name string) string {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	name = strings.Map(func(c rune) rune {
		if c < 32 || c == 127 || c == 0xFFFD {
			return -1
		}
		return c
	}, name)
	if r := []rune(name); len(r) > 120 {
		name = string(r[:120])
	}
	return cmp.Or(name, "file")
}

func (s *Service) getList(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	day, err := s.dayAsked(r)
	if err != nil {
		return err
	}
	st := s.state.Load()
	reg, t := st.register, trOf(r)
	kind := org.Territorial
	if q.Get("tree") == "functional" {
		kind = org.Functional
	}
	at := org.UnitID(0)
	if n, err := strconv.Atoi(q.Get("at")); err == nil && reg.On(day).Has(org.UnitID(n)) {
		at = org.UnitID(n)
		kind = reg.On(day).Kind(at).Tree()
	}
	if q.Has("format") {
		if n := listed(reg.On(day), kind, at); n > maxExportBook {
			return fault.New(fault.TooLarge, "共 %d 个单位，超过一次下载的 %d 个；请选一个上级单位后下载，或用“导出全部”", n, maxExportBook)
		}
		_, err := web.SendTable(w, r, t("单位 %s", day), listTable(t, reg, kind, at, day))
		return err
	}
	v := newList(t, reg, kind, at, day)
	v.Today = day == s.today()
	if text := strings.TrimSpace(q.Get("q")); text != "" {
		v.search(t, reg, st.search(), text, at, day)
	}
	v.CanChange = web.ActorOf(r).Can(ruleChange)
	v.AddHref = "/admin/units/add"
	if roots := reg.On(day).Roots(kind); len(roots) > 0 {
		v.AddHref += "?parent=" + url.QueryEscape(reg.On(day).Code(cmp.Or(at, roots[0])))
	}
	v.XLSX, v.CSV = web.FileLinks(r)
	v.Export = "/admin/units/export"
	if len(v.Crumbs) > 1 {
		v.Export += "?under=" + url.QueryEscape(v.At)
	}
	return listPage().Render(w, r, "单位名册", v)
}

func listed(tree *org.Tree, kind org.TreeKind, at org.UnitID) int {
	if at != 0 {
		return len(tree.Beneath(at))
	}
	return len(tree.Preorder(kind))
}

func (s *Service) getExport(w http.ResponseWriter, r *http.Request) error {
	in := ExportIn{Format: cmp.Or(r.URL.Query().Get("as"), "csv"), Under: r.URL.Query().Get("under")}
	if _, err := s.exportRows(in); err != nil {
		return err
	}
	media := web.MediaCSV
	switch in.Format {
	case "xlsx":
		media = web.MediaXLSX
	case "json":
		media = "application/json; charset=utf-8"
	}
	web.Attachment(w, "units-"+s.today().String()+"."+path.Base(in.Format), media)
	return s.ExportUnits(r.Context(), w, in)
}

// unitAsked finds the unit of the address: its code, or the number of an older unit with the code.
func (s *Service) unitAsked(r *http.Request) (org.UnitID, error) {
	code := r.PathValue("code")
	id, ok := s.Register().ByCode(code)
	if !ok {
		return 0, fault.New(fault.Missing, "没有编码为 %s 的单位；请从单位列表进入", code)
	}
	return id, nil
}

func (s *Service) getUnit(w http.ResponseWriter, r *http.Request) error {
	id, err := s.unitAsked(r)
	if err != nil {
		return err
	}
	return s.showUnit(w, r, http.StatusOK, id, nil)
}

// showUnit shows a unit; fill completes the view with what was typed and what was wrong.
func (s *Service) showUnit(w http.ResponseWriter, r *http.Request, status int, id org.UnitID, fill func(*unitView)) error {
	st := s.state.Load()
	v := newUnit(trOf(r), st.register, id, s.today())
	list, err := s.History(r.Context(), id, 100)
	if err != nil {
		return err
	}
	v.History = historyOf(trOf(r), list, true)
	v.CanChange = web.ActorOf(r).Can(ruleChange)
	if at := "/units/" + v.Code; v.Territorial && v.Alive && web.MayOpen(r, at) {
		v.Figures = at
	}
	v.Form.Seen = st.revOf(id)
	if fill != nil {
		fill(&v)
	}
	return unitPage().RenderStatus(w, r, status, v.Name, v)
}

// formFields are the fields of the forms of changes.
var formFields = []string{"on", "reason", "name", "short", "code", "kind", "parent", "others", "into", "parts", "aliases", "order", "pinyin"}

func readForm(r *http.Request) changeForm {
	get := func(k string) string { return strings.TrimSpace(r.PostFormValue(k)) }
	f := changeForm{Deed: get("deed"), On: get("on"), Reason: get("reason"), Name: get("name"), Short: get("short"), Code: get("code"), Kind: get("kind"),
		Parent: get("parent"), Others: get("others"), Into: get("into"), Parts: get("parts"), Aliases: get("aliases"), Pinyin: get("pinyin"), Order: get("order")}
	f.Seen, _ = strconv.ParseInt(get("seen"), 10, 64)
	return f
}

// fields carries what was typed on to the next page.
func (f changeForm) fields() []field {
	out := []field{{"deed", f.Deed}, {"seen", strconv.FormatInt(f.Seen, 10)}}
	for _, k := range formFields {
		if v := f.Typed(f.Deed, k, ""); v != "" {
			out = append(out, field{k, v})
		}
	}
	return out
}

// change turns what was typed into a change; faults come as fault.Findings.
func (f changeForm) change(r *http.Request, reg *org.Register, unit org.UnitID, today period.Day) (Change, error) {
	c := Change{Deed: Deed(f.Deed), Unit: unit, Seen: f.Seen, Reason: f.Reason, Name: f.Name, Short: f.Short, Code: f.Code, Kind: org.Kind(f.Kind), Pinyin: f.Pinyin}
	var faults fault.Fields
	if f.On != "" {
		d, err := period.ParseDay(f.On)
		faults.Need(err == nil, "on", "%s", err)
		c.On = d
	}
	on := cmp.Or(c.On, today)
	find := func(field, text string) org.UnitID {
		id, err := reg.Find(text, on)
		if err != nil {
			// Of units that are about to end, or have just ended, the day before counts.
			if id, again := reg.Find(text, on.AddDays(-1)); again == nil {
				return id
			}
		}
		faults.Need(err == nil, field, "%s", err)
		return id
	}
	switch c.Deed {
	case Moved:
		if f.Parent != "" {
			c.Parent = find("parent", f.Parent)
		}
	case Merged:
		for text := range strings.Lines(f.Others) {
			if text = strings.TrimSpace(text); text != "" {
				c.Others = append(c.Others, find("others", text))
			}
		}
		if f.Into != "" {
			c.Into = find("into", f.Into)
		}
	case Split:
		for text := range strings.Lines(f.Parts) {
			code, name, _ := strings.Cut(strings.TrimSpace(text), " ")
			if code == "" {
				continue
			}
			p := Part{Code: code, Name: strings.TrimSpace(name)}
			if p.Name == "" {
				p.Unit = find("parts", code)
			}
			c.Parts = append(c.Parts, p)
		}
		c.Place = map[org.UnitID]int{}
		for _, id := range c.Placed(reg) {
			if n, err := strconv.Atoi(r.PostFormValue(placeName(id))); err == nil {
				c.Place[id] = n
			}
		}
	case Edited:
		for text := range strings.Lines(f.Aliases) {
			c.Aliases = append(c.Aliases, strings.TrimSpace(text))
		}
		if f.Order != "" {
			n, err := strconv.Atoi(f.Order)
			faults.Need(err == nil && n >= minOrder && n <= maxOrder, "order", "次序应是 -9999 至 9999 的整数")
			c.Order = n
		}
	}
	return c, withMissing(faults.Err(), c.Check())
}

// withMissing adds what is missing to what could not be read, so that a form is told all its faults
// at once; a field that could not be read is not missing.
func withMissing(unread, missing error) error {
	var all, more fault.Findings
	if !isFindings(unread, &all) || !isFindings(missing, &more) {
		return unread
	}
	for _, f := range more {
		if !slices.ContainsFunc(all, func(g fault.Finding) bool { return g.Field == f.Field }) {
			all = append(all, f)
		}
	}
	return all.Err()
}

func placeName(id org.UnitID) string { return "place-" + strconv.Itoa(int(id)) }

func (s *Service) postUnit(w http.ResponseWriter, r *http.Request) error {
	id, err := s.unitAsked(r)
	if err != nil {
		return err
	}
	if r.PostFormValue("deed") == "undo" {
		return s.postUndo(w, r, id)
	}
	f := readForm(r)
	if r.PostFormValue("step") == "back" {
		return s.showUnit(w, r, http.StatusOK, id, func(v *unitView) { v.keep(f) })
	}
	c, err := f.change(r, s.Register(), id, s.today())
	if err == nil && r.PostFormValue("step") == "apply" {
		if _, err = s.Apply(r.Context(), web.ActorOf(r), c); err == nil {
			code, _ := s.Register().Unit(id)
			return web.Done(w, r, unitPath(code.Code), "已登记：%s。", web.T(r, c.Deed.Text()))
		}
	} else if err == nil {
		var p Plan
		p, err = s.Preview(r.Context(), web.ActorOf(r), c)
		if err == nil || onlyPlaces(err) {
			return s.showPreview(w, r, f, c, p, err)
		}
	}
	if onlyPlaces(err) {
		return s.showPreview(w, r, f, c, Plan{Change: c}, err)
	}
	return s.againUnit(w, r, id, f, err)
}

// againUnit shows the form again with what was typed and what is wrong with it.
func (s *Service) againUnit(w http.ResponseWriter, r *http.Request, id org.UnitID, f changeForm, err error) error {
	status := web.Status(err)
	if k := fault.KindOf(err); k != fault.Invalid && k != fault.Conflict {
		return err
	}
	return s.showUnit(w, r, status, id, func(v *unitView) {
		v.keep(f)
		if fault.KindOf(err) == fault.Conflict {
			v.Conflict = fault.Say(err, sayOf(r))
			return
		}
		v.Form.Errors, v.Problems = explain(err, sayOf(r), formFields)
	})
}

// keep puts what was typed back into the form, with the revision that the page shows now.
func (v *unitView) keep(f changeForm) {
	seen, name, short, order, aliases, pinyin := v.Form.Seen, v.Form.Name, v.Form.Short, v.Form.Order, v.Form.Aliases, v.Form.Pinyin
	deed := f.Deed
	v.Form = f
	v.Form.Seen = seen
	if deed != string(Edited) {
		return
	}
	// The correction form begins with what is recorded; what was typed goes over it.
	v.Form.Name, v.Form.Short, v.Form.Order = cmp.Or(f.Name, name), cmp.Or(f.Short, short), cmp.Or(f.Order, order)
	v.Form.Aliases, v.Form.Pinyin = cmp.Or(f.Aliases, aliases), cmp.Or(f.Pinyin, pinyin)
}

// onlyPlaces tells whether nothing is wrong but that units beneath have no place yet.
func onlyPlaces(err error) bool {
	var list fault.Findings
	return isFindings(err, &list) && !slices.ContainsFunc(list, func(f fault.Finding) bool { return f.Field != "place" })
}

func (s *Service) showPreview(w http.ResponseWriter, r *http.Request, f changeForm, c Change, p Plan, lacking error) error {
	reg, t := s.Register(), trOf(r)
	p.Change = c
	v := p.view(t, reg)
	v.Closed = periodWords(r, p.Closed[:min(len(p.Closed), shownClosings)])
	v.Loose = looseWords(t, periodWord(r), p.Loose, reg)
	v.Action, v.Fields = "/admin/units/add", f.fields()
	if u, ok := reg.Unit(c.Unit); ok && c.Deed != Added {
		v.Action, v.Unit = unitPath(u.Code), u.Last().Name
	}
	status := http.StatusOK
	if lacking != nil {
		v.Ready = false
		if len(c.Place) > 0 {
			status = http.StatusUnprocessableEntity
			_, v.Problems = explain(lacking, sayOf(r), nil)
		}
	}
	for _, x := range c.Parts {
		name := x.Name
		if u, ok := reg.Unit(x.Unit); ok {
			name = u.Last().Name
		}
		v.Parts = append(v.Parts, name)
	}
	for _, id := range c.Placed(reg) {
		x := place{Name: placeName(id), Label: reg.On(c.On).Name(id), Value: -1}
		if n, ok := c.Place[id]; ok {
			x.Value = n
		}
		v.Places = append(v.Places, x)
	}
	return previewPage().RenderStatus(w, r, status, "确认变更", v)
}

func (s *Service) postUndo(w http.ResponseWriter, r *http.Request, id org.UnitID) error {
	change, err := strconv.ParseInt(r.PostFormValue("change"), 10, 64)
	if err != nil {
		return fault.New(fault.Invalid, "没有写明撤回哪项变更；请从单位页面操作")
	}
	u, _ := s.Register().Unit(id)
	err = s.Undo(r.Context(), web.ActorOf(r), change, r.PostFormValue("reason"))
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.Conflict) {
		return s.showUnit(w, r, web.Status(err), id, func(v *unitView) { _, v.Problems = explain(err, sayOf(r), nil) })
	}
	if err != nil {
		return err
	}
	to := unitPath(u.Code)
	if _, still := s.Register().Unit(id); !still {
		to = "/admin/units"
	}
	return web.Done(w, r, to, "已撤回。")
}

func (s *Service) getAdd(w http.ResponseWriter, r *http.Request) error {
	f := changeForm{Deed: string(Added), Parent: r.URL.Query().Get("parent"), On: s.today().String()}
	return s.showAdd(w, r, http.StatusOK, f, nil)
}

func (s *Service) showAdd(w http.ResponseWriter, r *http.Request, status int, f changeForm, problems []string) error {
	v := addView{Form: f, Problems: problems}
	parent := org.Kind("")
	if f.Parent != "" {
		id, ok := s.Register().ByCode(f.Parent)
		if !ok {
			return fault.New(fault.Missing, "没有编码为 %s 的单位；请从单位列表进入", f.Parent)
		}
		u, _ := s.Register().Unit(id)
		parent = u.Kind
		v.Parent = link{u.Last().Name, unitPath(u.Code), false}
	}
	v.Kinds = kindsBeneath(trOf(r), parent)
	return addPage().RenderStatus(w, r, status, "新增单位", v)
}

func (s *Service) postAdd(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	f.Deed = string(Added)
	if r.PostFormValue("step") == "back" {
		return s.showAdd(w, r, http.StatusOK, f, nil)
	}
	var c Change
	parent, ok := org.UnitID(0), true
	if f.Parent != "" {
		parent, ok = s.Register().ByCode(f.Parent)
	}
	err := fault.New(fault.Missing, "没有编码为 %s 的单位；请从单位列表进入", f.Parent)
	if ok {
		c, err = f.change(r, s.Register(), parent, s.today())
		c.Seen = 0 // the parent itself does not change
	}
	if err == nil && r.PostFormValue("step") == "apply" {
		var done Recorded
		if done, err = s.Apply(r.Context(), web.ActorOf(r), c); err == nil {
			u, _ := s.Register().Unit(done.Unit)
			return web.Done(w, r, unitPath(u.Code), "已新增单位 %s。", u.Last().Name)
		}
	} else if err == nil {
		var p Plan
		if p, err = s.Preview(r.Context(), web.ActorOf(r), c); err == nil {
			return s.showPreview(w, r, f, c, p, nil)
		}
	}
	if fault.KindOf(err) != fault.Invalid {
		return err
	}
	var problems []string
	f.Errors, problems = explain(err, sayOf(r), formFields)
	return s.showAdd(w, r, web.Status(err), f, problems)
}

func (s *Service) getImport(w http.ResponseWriter, r *http.Request) error {
	return s.showImport(w, r, http.StatusOK, importView{})
}

func (s *Service) showImport(w http.ResponseWriter, r *http.Request, status int, v importView) error {
	list, err := s.Recent(r.Context(), 10)
	if err != nil {
		return err
	}
	v.Columns, v.MaxBytes = Columns, MaxImport>>20
	v.Recent = historyOf(trOf(r), list, false)
	return importPage().RenderStatus(w, r, status, "导入单位", v)
}

// patience is how long a page waits for a check or an import before it shows progress.
const patience = 1500 * time.Millisecond

func (s *Service) postImport(w http.ResponseWriter, r *http.Request) error {
	name, body, err := uploadedFile(r)
	under := strings.TrimSpace(r.FormValue("under"))
	if fault.KindOf(err) == fault.Invalid && err != nil {
		return s.showImport(w, r, web.Status(err), importView{Problem: fault.Say(err, sayOf(r)), Under: under})
	}
	if err != nil {
		return err
	}
	id, err := s.uploadUnits(r.Context(), web.ActorOf(r), name, under, body)
	if err != nil {
		return err
	}
	j, err := s.jobOf(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	j.Wait(r.Context(), patience)
	return web.Redirect(w, r, "/admin/units/import/"+id)
}

func (s *Service) getJob(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	j, err := s.jobOf(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	j.Wait(r.Context(), patience)
	v := newJobView(trOf(r), sayOf(r), periodWord(r), s.Register(), j)
	if v.Running {
		w.Header().Set("Refresh", "1")
	}
	return jobPage().Render(w, r, "导入单位", v)
}

func (s *Service) postJob(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if r.PostFormValue("step") == "drop" {
		if err := s.dropUpload(r.Context(), web.ActorOf(r), id); err != nil {
			return err
		}
		return web.Done(w, r, "/admin/units/import", "已放弃，什么都没有写入。")
	}
	j, err := s.start(r.Context(), web.ActorOf(r), id, true, strings.TrimSpace(r.PostFormValue("restate")))
	if err != nil {
		return err
	}
	j.Wait(r.Context(), patience)
	return web.Redirect(w, r, "/admin/units/import/"+id)
}
