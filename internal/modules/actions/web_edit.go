package actions

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/web"
)

// editView is the form of a new item, of a proposed one to be approved, and of one under way.
type editView struct {
	New, Proposed  bool
	ID             int64
	No, Path, Back string
	Version        int64
	Title, Content string
	Standard       string
	Kinds          []option
	Ref, Text      string
	SourcePath     string
	Lead, Forces   []option
	LeadName       string
	Assist         []option
	AssistOpen     bool
	Day            string
	Deadline       string
	Urgent         bool
	Indicators     []option
	Indicator      string
	FigureUnits    []option
	Period         string
	Reason         string
	Again          bool
	AskAgain       bool
	MayAssign      bool
	F              map[string][]string
	Say            string
	Differ         []differView // what somebody else saved meanwhile
}

// differView is one field in which two editors differ.
type differView struct{ Label, Theirs, Yours string }

func whole(s string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	return n, err == nil
}

// draftOf reads the form of an item; what cannot be read is found.
func (s *Service) draftOf(v url.Values) (d work.Draft, list fault.Findings) {
	var f fault.Fields
	unit := func(field string) org.UnitID {
		u, err := s.unitOf(v.Get(field))
		if err != nil {
			f.Need(false, field, "%s", err)
		}
		return u
	}
	d = work.Draft{Title: v.Get("title"), Content: v.Get("content"), Standard: v.Get("standard"), Lead: unit("lead"), Force: unit("force"), Urgent: v.Get("urgent") != "",
		Source: work.Source{Kind: work.SourceKind(v.Get("kind")), Ref: v.Get("ref"), Text: v.Get("source")}}
	if p := v.Get("path"); p != "" && web.LocalPath(p) == p {
		d.Source.Path = p
	}
	for _, code := range v["assist"] {
		u, err := s.unitOf(code)
		if err != nil {
			f.Need(false, "assist", "%s", err)
			continue
		}
		d.Assist = append(d.Assist, u)
	}
	d.Deadline = day(&f, "day", v.Get("day"))
	if code := strings.TrimSpace(v.Get("indicator")); code != "" {
		d.Figure = work.Figure{Code: code, Unit: unit("indicator_unit")}
		if t := strings.TrimSpace(v.Get("period")); t != "" {
			p, err := period.Parse(t)
			if err != nil {
				f.Need(false, "period", "%s", err)
			}
			d.Figure.Period = p
		}
		if d.Figure.Unit == 0 {
			d.Figure.Unit = s.units.Today().Root(org.Territorial)
		}
	}
	if err := f.Err(); err != nil {
		list = err.(fault.Findings)
	}
	return d, list
}

// newEditView lays out the form with a draft.
func (s *Service) newEditView(x lens, d work.Draft) editView {
	v := editView{Title: d.Title, Content: d.Content, Standard: d.Standard, Ref: d.Source.Ref, Text: d.Source.Text, SourcePath: d.Source.Path, Urgent: d.Urgent,
		Day: dayText(d.Deadline), Indicator: d.Figure.Code, F: map[string][]string{}}
	for _, k := range work.SourceKinds() {
		v.Kinds = append(v.Kinds, option{Value: string(k), Label: x.Text(sourceWord(k)), On: k == d.Source.Kind || d.Source.Kind == "" && k == work.ByHand})
	}
	v.Lead = append([]option{{Label: x.say("请选择")}}, s.unitOptions(d.Lead, true)...)
	v.Forces = append([]option{{Label: x.say("不属于专班")}}, s.forceOptions(d.Force)...)
	for _, o := range s.unitOptions(0, false) {
		if u, err := s.unitOf(o.Value); err == nil {
			for _, a := range d.Assist {
				o.On = o.On || a == u
			}
		}
		v.Assist = append(v.Assist, o)
	}
	for _, a := range d.Assist {
		if t := s.units.Today(); t.Level(a) == org.LevelVillage {
			v.Assist = append(v.Assist, option{Value: t.Code(a), Label: t.Short(a), On: true})
		}
	}
	v.AssistOpen = len(d.Assist) > 0
	if s.named != nil {
		v.Indicators = append(v.Indicators, option{Label: x.say("不关联指标")})
		found := d.Figure.Code == ""
		for _, n := range s.named() {
			v.Indicators = append(v.Indicators, option{Value: n.Code, Label: n.Code + " " + x.Pick(n.Name, n.NameEN), On: n.Code == d.Figure.Code})
			found = found || n.Code == d.Figure.Code
		}
		if !found {
			v.Indicators = append(v.Indicators, option{Value: d.Figure.Code, Label: d.Figure.Code, On: true})
		}
	}
	on := d.Figure.Unit
	if on == 0 {
		on = s.units.Today().Root(org.Territorial)
	}
	v.FigureUnits = s.unitOptions(on, false)
	if !d.Figure.Period.IsZero() {
		v.Period = d.Figure.Period.String()
	}
	return v
}

// refuse puts the sentences beside the fields, and on top what belongs to none.
func (v *editView) refuse(x lens, cause error) {
	var list fault.Findings
	if !errors.As(cause, &list) {
		v.Say = fault.Say(cause, x.Text)
		return
	}
	v.Say = x.say("有 %d 处要改，见各栏下面；您填的都还在。", len(list))
	for _, f := range list {
		v.F[f.Field] = append(v.F[f.Field], f.Message(x.Text))
	}
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) error {
	x, q := s.lens(r), r.URL.Query()
	d := work.Draft{Title: strings.TrimSpace(q.Get("title")), Source: work.Source{Kind: work.ByHand}}
	code := strings.TrimSpace(q.Get("indicator"))
	if code != "" {
		d.Figure.Code = code
		d.Figure.Unit, _ = s.unitOf(q.Get("unit"))
		d.Figure.Period, _ = period.Parse(q.Get("period"))
		s.fromFigure(x, &d)
	} else if u, _ := s.unitOf(q.Get("unit")); u != 0 {
		d.Lead = u
	}
	if ref := strings.TrimSpace(q.Get("decision")); ref != "" {
		d.Source = work.Source{Kind: work.FromDecision, Ref: ref, Text: q.Get("source"), Path: web.LocalPath(q.Get("path"))}
		if d.Source.Path == "/" {
			d.Source.Path = ""
		}
	}
	v := s.newEditView(x, d)
	v.New, v.Path, v.Back, v.MayAssign = true, "/actions", "/actions", web.ActorOf(r).Can(ruleOffice)
	return editPage().Render(w, r, "新建事项", v)
}

// fromFigure fills a draft from an indicator that was found wanting.
func (s *Service) fromFigure(x lens, d *work.Draft) {
	f := d.Figure
	name := f.Code
	if s.named != nil {
		for _, n := range s.named() {
			if n.Code == f.Code {
				name = x.Pick(n.Name, n.NameEN)
			}
		}
	}
	root := s.units.Today().Root(org.Territorial)
	where := f.Unit
	if where == 0 {
		where = root
	}
	d.Source = work.Source{Kind: work.FromIndicator, Ref: f.Code + "/" + s.unitCode(where) + "/" + f.Period.String(), Path: figurePath(f.Code, s.codeOrNone(f.Unit), f.Period)}
	if f.Period.IsZero() {
		d.Source.Ref, d.Source.Text = "", name
	} else {
		d.Source.Text = name + " " + x.period(f.Period) + " " + s.unitName(where)
	}
	if where != root {
		d.Lead = where
	}
	if d.Title == "" {
		d.Title = x.say("查明“%s”未达标的原因并整改", name)
	}
	d.Standard = x.say("“%s”达到目标值", name)
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) error {
	v, _, err := formOf(r)
	if err != nil {
		return err
	}
	a, x := web.ActorOf(r), s.lens(r)
	d, list := s.draftOf(v)
	d.Assigned = v.Get("deed") == "assign"
	err = list.Err()
	var item work.Item
	if err == nil {
		item, err = s.Propose(r.Context(), a, d, v.Get("again") != "")
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict:
		e := s.newEditView(x, d)
		e.typed(v)
		e.New, e.Path, e.Back, e.MayAssign = true, "/actions", "/actions", a.Can(ruleOffice)
		e.AskAgain, e.Again = fault.KindOf(err) == fault.Conflict || v.Get("again") != "", v.Get("again") != ""
		if err != nil {
			e.refuse(x, err)
			return editPage().RenderStatus(w, r, web.Status(err), "新建事项", e)
		}
	}
	if err != nil {
		return err
	}
	return s.doneItem(w, r, item, d)
}

// typed puts back what could not be read.
func (e *editView) typed(v url.Values) {
	e.Day, e.Period, e.Reason = v.Get("day"), v.Get("period"), v.Get("reason")
}

// doneItem leads to an item and says if its day was moved.
func (s *Service) doneItem(w http.ResponseWriter, r *http.Request, item work.Item, d work.Draft) error {
	path := itemPath(item.ID)
	if d.Deadline != 0 && item.Deadline != d.Deadline {
		return web.Done(w, r, path, "已保存；%s 是休息日，截止日顺延到 %s", d.Deadline, item.Deadline)
	}
	return web.Done(w, r, path, "已保存")
}

func (a *Action) draft() work.Draft {
	return work.Draft{Title: a.Title, Content: a.Content, Standard: a.Standard, Lead: a.Lead(), Assist: a.Assist(), Force: a.Force, Deadline: a.Asked, Source: a.Source, Figure: a.Figure, Urgent: a.Urgent}
}

func (s *Service) getEdit(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	whole, err := s.Look(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	if !whole.Action.State.Open() {
		return fault.New(fault.Conflict, "事项已经办结，不能修改；需要时请重新启动")
	}
	return editPage().Render(w, r, "修改事项", s.editViewOf(s.lens(r), &whole.Action, whole.Action.draft()))
}

func (s *Service) editViewOf(x lens, a *Action, d work.Draft) editView {
	v := s.newEditView(x, d)
	v.ID, v.No, v.Path, v.Back, v.Version = a.ID, a.No, itemPath(a.ID)+"/edit", itemPath(a.ID), a.Version
	v.Proposed, v.LeadName, v.Deadline, v.MayAssign = a.State == work.Proposed, x.unit(a.Lead()), dayText(a.Deadline), true
	return v
}

func (s *Service) postEdit(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	v, _, err := formOf(r)
	if err != nil {
		return err
	}
	a, x := web.ActorOf(r), s.lens(r)
	d, list := s.draftOf(v)
	seen, ok := whole(v.Get("version"))
	if !ok {
		seen = -1
	}
	e := Edit{Version: seen, Draft: d, Reason: v.Get("reason")}
	err = list.Err()
	if err == nil {
		if v.Get("deed") == "approve" {
			err = s.Approve(r.Context(), a, id, e)
		} else {
			err = s.EditItem(r.Context(), a, id, e)
		}
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict:
		if err == nil {
			break
		}
		whole, lerr := s.Look(r.Context(), a, id)
		if lerr != nil {
			return lerr
		}
		now := &whole.Action
		if !now.State.Open() {
			return err
		}
		f := s.editViewOf(x, now, d)
		f.typed(v)
		f.refuse(x, err)
		if fault.KindOf(err) == fault.Conflict {
			f.Differ = s.differ(x, now.draft(), d, now.State == work.Proposed)
		} else {
			f.Version = seen
		}
		return editPage().RenderStatus(w, r, web.Status(err), "修改事项", f)
	}
	if err != nil {
		return err
	}
	item, err := s.Item(r.Context(), a, id)
	if err != nil {
		return err
	}
	return s.doneItem(w, r, item, d)
}

// differ lists the fields in which what is saved and what was typed differ.
func (s *Service) differ(x lens, theirs, yours work.Draft, proposed bool) []differView {
	var out []differView
	add := func(label, a, b string) {
		if strings.TrimSpace(a) != strings.TrimSpace(b) {
			out = append(out, differView{x.Text(label), a, b})
		}
	}
	yes := func(b bool) string {
		if b {
			return x.say("是")
		}
		return x.say("否")
	}
	add("任务", theirs.Title, yours.Title)
	add("内容", theirs.Content, yours.Content)
	add("完成标准", theirs.Standard, yours.Standard)
	add("来源", theirs.Source.Text, yours.Source.Text)
	if proposed {
		add("牵头单位", x.unit(theirs.Lead), x.unit(yours.Lead))
		add("截止", dayText(theirs.Deadline), dayText(yours.Deadline))
	}
	add("协办单位", x.units(theirs.Assist), x.units(yours.Assist))
	add("所属专班", x.unit(theirs.Force), x.unit(yours.Force))
	add("加急", yes(theirs.Urgent), yes(yours.Urgent))
	add("关联指标", theirs.Figure.Code+" "+theirs.Figure.Period.String(), yours.Figure.Code+" "+yours.Figure.Period.String())
	return out
}
