package indicators

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/web"
)

// todayLens is what pages about definitions are seen through: the units of today.
func (h *pages) todayLens(r *http.Request) lens {
	l := web.LangOf(r)
	reg := h.s.units.Register()
	return lens{Lang: l, reg: reg, tree: h.s.units.Today(), p: period.Months.Period(period.Months.SlotOf(h.s.today())), name: h.s.Names(l == "en")}
}

// help explains the formula language from the table that the checker reads.
func (h *pages) help(w http.ResponseWriter, r *http.Request) error {
	x := h.todayLens(r)
	return helpPage().Render(w, r, "公式怎么写", helpView{Functions: functionRows(x.Lang), Names: x.nameGroups(h.s.Elements(), h.s.Heads())})
}

// list shows all definitions, narrowed by text, task force and state.
func (h *pages) list(w http.ResponseWriter, r *http.Request) error {
	x, reader, q := h.todayLens(r), web.ActorOf(r), r.URL.Query()
	var all, shown []Defined
	for _, code := range h.s.Codes() {
		d, err := h.s.Defined(reader, code)
		if err != nil {
			return err
		}
		all = append(all, d)
		if d.fits(q.Get("q"), q.Get("force"), q.Get("state")) {
			shown = append(shown, d)
		}
	}
	t := x.definitionsTable(shown, h.forceName(x))
	if done, err := web.SendTable(w, r, x.Text("指标定义"), t); done || err != nil {
		return err
	}
	v := listView{Query: q.Get("q"), Grid: web.NewGrid(r, t), Edit: MayDefine(reader), Shown: len(shown), All: len(all), Tools: toolsOf(r)}
	v.Forces = append(v.Forces, option{"", x.Text("全部专班"), q.Get("force") == ""})
	for _, f := range h.s.Forces() {
		v.Forces = append(v.Forces, option{f.Code, f.Name, f.Code == q.Get("force")})
	}
	v.States = x.options(q.Get("state"), "", "全部状态", "filled", "已填", "unfilled", "由县填写", "fault", "公式有误")
	if len(all) == 0 {
		v.Empty = h.nothing(choice{unit: 1, last: 1, x: x}, reader)
	}
	return listPage().Render(w, r, "指标定义", v)
}

// show shows one definition with its history and targets.
func (h *pages) show(w http.ResponseWriter, r *http.Request) error {
	return h.showWith(w, r, http.StatusOK, nil)
}

// showWith shows a definition, with the target form as it was typed where it was refused.
func (h *pages) showWith(w http.ResponseWriter, r *http.Request, status int, form *targetForm) error {
	x, reader := h.todayLens(r), web.ActorOf(r)
	d, err := h.s.Defined(reader, r.PathValue("code"))
	if err != nil {
		return err
	}
	def := d.Latest()
	v := showView{Code: d.Code, Name: d.Name, NameEN: d.NameEN, Formula: x.formulaIn(d, def), FormulaCodes: def.Formula, Note: def.Note,
		Versions: x.versionsTable(d), Targets: x.targetRows(d.Targets, def), Edit: MayDefine(reader), Figures: "/indicators/" + d.Code}
	if d.Fault != nil {
		v.Fault = fault.Say(d.Fault, x.Text)
	}
	add := func(name, value string) {
		if value != "" {
			v.Facts = append(v.Facts, fact{x.Text(name), value, ""})
		}
	}
	add("施行日", def.From.String())
	add("格式", x.Text(def.Format.Text()))
	add("小数位数", itoa(def.Digits))
	add("计量单位", x.Pick(def.Unit, def.UnitEN))
	add("方向", x.Text(def.Direction.Label()))
	add("汇总方式", x.Text(rollupText(def)))
	add("最低报送覆盖率", itoa(def.MinCoverage)+"%")
	add("责任专班", h.forceName(x)(d.Force))
	if def.Effort != "" {
		v.Facts = append(v.Facts, fact{x.Text("工作量数据项"), x.name(def.Effort) + x.Text("（") + def.Effort + x.Text("）"), x.indicatorAt(def.Effort, 0)})
	}
	add("依据文件", def.Source)
	for _, u := range d.Users {
		v.Users = append(v.Users, link{Text: x.Pick(u.Name, u.NameEN), Path: "/definitions/" + u.Code})
	}
	for _, e := range d.Elements {
		v.Elements = append(v.Elements, link{Text: x.Pick(e.Name, e.NameEN), Path: "/indicators/" + e.Code})
	}
	if v.Edit {
		if form == nil {
			form = &targetForm{Comparator: string(AtLeast)}
		}
		form.Comparators, form.Units = x.comparators(form.Comparator), x.unitOptions(form.Unit)
		form.Bases = x.options(form.Base, "", "（仅上升、下降用）", "prev", "上期", "yoy", "去年同期")
		v.TargetForm = form
	}
	return showPage().RenderStatus(w, r, status, x.Pick(d.Name, d.NameEN), v)
}

// postTarget puts a target in force; one for the same unit and period goes into the history.
func (h *pages) postTarget(w http.ResponseWriter, r *http.Request) error {
	x, code := h.todayLens(r), r.PathValue("code")
	if err := r.ParseForm(); err != nil {
		return err
	}
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	f := targetForm{Unit: get("unit"), Period: get("period"), Comparator: get("comparator"), Value: get("value"), Upper: get("upper"), Base: get("base"),
		Margin: get("margin"), Source: get("source"), Why: get("why")}
	t := Target{Indicator: code, Comparator: Comparator(f.Comparator), Value: f.Value, Upper: f.Upper, Base: f.Base, Margin: f.Margin, Source: f.Source, Why: f.Why}
	if fixed := get("fixed"); fixed != "" && t.Base == "" {
		t.Base, f.Base = fixed, fixed
	}
	if t.Comparator != Rises && t.Comparator != Falls {
		t.Base = ""
	}
	if p, err := period.Parse(f.Period); err == nil {
		t.Period = p
		if u, err := h.s.FindUnit(f.Unit, p.Last()); err == nil {
			t.Unit = u
		}
	} else if u, err := h.s.FindUnit(f.Unit, h.s.today()); err == nil {
		t.Unit = u
	}
	err := h.s.SetTarget(r.Context(), web.ActorOf(r), t)
	if fault.KindOf(err) == fault.Invalid || fault.KindOf(err) == fault.Conflict {
		f.F = faultsIn(err, x.Lang)
		return h.showWith(w, r, web.Status(err), &f)
	}
	if err != nil {
		return err
	}
	return web.Done(w, r, "/definitions/"+code+"#targets", "已保存目标")
}

// postEndTarget withdraws a target.
func (h *pages) postEndTarget(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.New(fault.Missing, "没有这个目标；请刷新后再试")
	}
	why := strings.TrimSpace(r.FormValue("why"))
	if why == "" {
		return fault.New(fault.Invalid, "请写明为什么结束这个目标")
	}
	if err := h.s.EndTarget(r.Context(), web.ActorOf(r), code, id, why); err != nil {
		return err
	}
	return web.Done(w, r, "/definitions/"+code+"#targets", "已结束目标，历史保留")
}

// edit shows the form of a new definition or of a change.
func (h *pages) edit(w http.ResponseWriter, r *http.Request) error {
	x := h.todayLens(r)
	code := r.PathValue("code")
	if code == "" {
		v := editView{New: true, Digits: "0", MinCoverage: "100", Order: "0", From: epoch.String()} // no figure of before can change
		return h.renderEdit(w, r, http.StatusOK, x, v, "plain", string(Neutral), "operands")
	}
	d, err := h.s.Defined(web.ActorOf(r), code)
	if err != nil {
		return err
	}
	def := d.Latest()
	v := editView{Code: d.Code, Name: d.Name, NameEN: d.NameEN, Force: d.Force, Order: itoa(d.Order), From: def.From.String(), Formula: d.typedIn(x.Lang), Digits: itoa(def.Digits),
		Unit: def.Unit, UnitEN: def.UnitEN, MinCoverage: itoa(def.MinCoverage), Source: def.Source, Note: def.Note, Effort: def.Effort, Row: d.Row}
	return h.renderEdit(w, r, http.StatusOK, x, v, def.Format.String(), string(def.Direction), string(def.Rollup))
}

func (h *pages) renderEdit(w http.ResponseWriter, r *http.Request, status int, x lens, v editView, format, direction, rollup string) error {
	v.Formats, v.Directions, v.Rollups = x.formats(format), x.directions(direction), x.rollups(rollup)
	v.Forces = []option{{"", x.Text("（没有）"), v.Force == ""}}
	for _, f := range h.s.Forces() {
		v.Forces = append(v.Forces, option{f.Code, f.Name, f.Code == v.Force})
	}
	v.Efforts = x.efforts(h.s.Elements(), v.Effort)
	v.Functions, v.Names = functionRows(x.Lang), x.nameGroups(h.s.Elements(), h.s.Heads())
	title := "修改指标定义"
	if v.New {
		title = "新建指标"
	}
	return editPage().RenderStatus(w, r, status, title, v)
}

// postEdit previews a draft, or saves it.
func (h *pages) postEdit(w http.ResponseWriter, r *http.Request) error {
	x, by := h.todayLens(r), web.ActorOf(r)
	if err := r.ParseForm(); err != nil {
		return err
	}
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	v := editView{New: r.PathValue("code") == "", Code: get("code"), Name: get("name"), NameEN: get("name_en"), Force: get("force"), Order: get("order"), From: get("from"),
		Formula: get("formula"), Digits: get("digits"), Unit: get("unit"), UnitEN: get("unit_en"), MinCoverage: get("min_coverage"), Source: get("source"),
		Note: get("note"), Why: get("why"), Effort: get("effort"), TouchPast: get("touch_past") == "1", F: map[string][]string{}}
	if !v.New {
		v.Code = r.PathValue("code")
	}
	v.Row, _ = strconv.Atoi(get("row"))
	d := v.draft(get("format"), get("direction"), get("rollup"), x.Text)
	render := func(status int) error {
		return h.renderEdit(w, r, status, x, v, get("format"), get("direction"), get("rollup"))
	}
	if v.Formula != "" {
		shown, faults, err := h.s.FormulaFaults(by, v.Code, v.Formula)
		if err != nil {
			return err
		}
		v.Shown = shown
		for _, f := range faults {
			v.Carets = append(v.Carets, caretView{f.Say(x.Text), f.Caret(v.Formula)})
		}
	}
	if len(v.F) > 0 {
		return render(http.StatusUnprocessableEntity)
	}
	if get("do") == "preview" {
		p, err := h.s.Preview(r.Context(), by, d)
		if err != nil {
			return h.editFailed(err, x, &v, by, render)
		}
		v.Preview = x.previewOf(p)
		return render(http.StatusOK)
	}
	if err := h.s.Define(r.Context(), by, d); err != nil {
		return h.editFailed(err, x, &v, by, render)
	}
	return web.Done(w, r, "/definitions/"+d.Code, "已保存指标 %s", d.Name)
}

// editFailed shows the form again with what was typed: the sentences beside the fields, and for
// a conflict what the other editor saved.
func (h *pages) editFailed(err error, x lens, v *editView, by perm.Actor, render func(status int) error) error {
	switch fault.KindOf(err) {
	case fault.Invalid:
		v.F = faultsIn(err, x.Lang)
		if len(v.Carets) > 0 {
			delete(v.F, "formula") // they stand under the signs
		}
	case fault.Conflict:
		v.F = map[string][]string{"": {fault.Say(err, x.Text)}}
		if d, derr := h.s.Defined(by, v.Code); derr == nil && !v.New {
			v.Other, v.Row = x.other(d, *v), d.Row
		}
	default:
		return err
	}
	return render(web.Status(err))
}

// draft reads the form; what cannot be read at all is noted beside its field.
func (v *editView) draft(format, direction, rollup string, tr func(string) string) Draft {
	number := func(field, s string) int {
		n, err := strconv.Atoi(s)
		if s != "" && err != nil {
			v.F[field] = append(v.F[field], fault.Say(fault.New(fault.Invalid, "“%s”应为整数", s), tr))
		}
		return n
	}
	d := Draft{Code: v.Code, Name: v.Name, NameEN: v.NameEN, Force: v.Force, Row: v.Row, TouchPast: v.TouchPast, Order: number("order", v.Order)}
	d.Definition = Definition{Formula: v.Formula, Digits: number("digits", v.Digits), Direction: Direction(direction), Unit: v.Unit, UnitEN: v.UnitEN,
		MinCoverage: number("min_coverage", v.MinCoverage), Source: v.Source, Note: v.Note, Why: v.Why, Effort: v.Effort}
	var err error
	if d.Definition.From, err = period.ParseDay(v.From); err != nil {
		v.F["from"] = append(v.F["from"], fault.Say(fault.New(fault.Invalid, "“%s”不是日期；请写成 2018-01-01", v.From), tr))
	}
	if d.Definition.Format, err = formula.ParseFormat(format); err != nil {
		v.F["format"] = append(v.F["format"], fault.Say(err, tr))
	}
	var ok bool
	if d.Definition.Rollup, ok = formula.ParseRollup(rollup); !ok {
		d.Definition.Rollup = formula.Rollup(rollup) // Check names the choices
	}
	return d
}

// export sends all definitions, targets or bundles as a file that can be imported again.
func (h *pages) export(w http.ResponseWriter, r *http.Request) error {
	reader, kind := web.ActorOf(r), r.PathValue("kind")
	var columns []string
	var rows [][]string
	var err error
	switch kind {
	case "bundles":
		body, err := h.s.ExportBundles(reader)
		if err != nil {
			return err
		}
		web.Attachment(w, "bundles.yaml", "application/yaml; charset=utf-8")
		_, err = w.Write(body)
		return err
	case "indicators":
		columns, rows, err = h.s.ExportIndicators(reader)
	case "targets":
		columns, rows, err = h.s.ExportTargets(reader)
	default:
		return fault.New(fault.Missing, "没有这种导出；可用 indicators、targets、bundles")
	}
	if err != nil {
		return err
	}
	if r.URL.Query().Get("format") == "yaml" {
		body, err := yamlRows(columns, rows)
		if err != nil {
			return err
		}
		web.Attachment(w, kind+".yaml", "application/yaml; charset=utf-8")
		_, err = w.Write(body)
		return err
	}
	web.Attachment(w, kind+".csv", web.MediaCSV)
	if _, err := w.Write([]byte("\xef\xbb\xbf")); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.WriteAll(append([][]string{columns}, rows...)); err != nil {
		return err
	}
	return out.Error()
}

// yamlRows writes rows as a list of entries, without the empty fields.
func yamlRows(columns []string, rows [][]string) ([]byte, error) {
	var list []yaml.MapSlice
	for _, row := range rows {
		var m yaml.MapSlice
		for i, v := range row {
			if v != "" {
				m = append(m, yaml.MapItem{Key: columns[i], Value: v})
			}
		}
		list = append(list, m)
	}
	return yaml.Marshal(list)
}
