package plan

import (
	"errors"
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

func (s *Service) getPlanForm(w http.ResponseWriter, r *http.Request) error {
	p := Plan{Near: 3, Grace: 2}
	y, _, _ := s.today().Date()
	p.From, _ = period.NewDay(y, 1, 1)
	p.To, _ = period.NewDay(y, 12, 31)
	if r.PathValue("plan") != "" {
		b, err := s.bookOf(r)
		if err != nil {
			return err
		}
		p = b.plan
	} else {
		t := s.units.Today()
		for _, u := range t.Preorder(org.Functional) {
			if t.Kind(u) == org.CommandPost {
				p.Host = u
				break
			}
		}
	}
	return planPage().Render(w, r, "计划", s.planForm(p))
}

func (s *Service) planForm(p Plan) planForm {
	v := planForm{ID: p.ID, Version: p.Version, Name: p.Name, From: p.From.String(), To: p.To.String(), Near: strconv.Itoa(p.Near), Grace: strconv.Itoa(p.Grace), Hosts: unitOptions(s.units.Today()), F: web.Faults{}, Save: "/plans/new", Cancel: "/plan"}
	if t := s.units.Today(); t.Has(p.Host) {
		v.Host = t.Name(p.Host)
	}
	if p.ID != 0 {
		v.Save, v.Cancel = underPlan(p.ID, "/settings"), frontPath(p.ID)
	}
	return v
}

func (s *Service) postPlanForm(w http.ResponseWriter, r *http.Request) error {
	v, _, err := form(r)
	if err != nil {
		return err
	}
	var f fault.Fields
	p := Plan{Name: v.Get("name"), Near: int(number(v, "near")), Grace: int(number(v, "grace")), Version: number(v, "version")}
	p.From, p.To, p.Host = day(v.Get("from"), "from", &f), day(v.Get("to"), "to", &f), s.unit(v.Get("host"), "host", &f)
	if r.PathValue("plan") != "" {
		if p.ID, err = web.PathNumber(r, "plan"); err != nil {
			return err
		}
	}
	id := p.ID
	if err = f.Err(); err == nil {
		id, err = s.SavePlan(r.Context(), web.ActorOf(r), p)
	}
	if err != nil {
		faults, ok := web.Refused(err, s.lens(r).Text)
		if !ok {
			return err
		}
		back := s.planForm(p)
		if fault.KindOf(err) == fault.Conflict {
			b, err := s.bookOf(r)
			if err != nil {
				return err
			}
			q := b.plan
			back.Version = q.Version
			back.Theirs = strings.Join([]string{q.Name, q.From.String() + " — " + q.To.String(), s.unitName(q.Host), strconv.Itoa(q.Near), strconv.Itoa(q.Grace)}, " · ")
		}
		back.F, back.Host, back.From, back.To, back.Near, back.Grace = faults, v.Get("host"), v.Get("from"), v.Get("to"), v.Get("near"), v.Get("grace")
		return planPage().RenderStatus(w, r, http.StatusUnprocessableEntity, "计划", back)
	}
	if p.ID == 0 {
		return web.Done(w, r, draftPath(id), "已新建计划；请写重点工作、目标和任务，或导入文件")
	}
	return web.Done(w, r, frontPath(id), "已保存计划")
}

func (s *Service) getVersions(w http.ResponseWriter, r *http.Request) error {
	return s.showVersions(w, r, http.StatusOK, nil)
}

func (s *Service) showVersions(w http.ResponseWriter, r *http.Request, status int, faults web.Faults) error {
	x, a := s.lens(r), web.ActorOf(r)
	b, err := s.bookOf(r)
	if err != nil {
		return err
	}
	v := versionsView{Head: s.headOf(r, b, "versions"), MayRevise: a.Can(ruleKeep) && b.draft == nil, F: faults, Path: underPlan(b.plan.ID, ""), ID: b.plan.ID, Today: b.today.String()}
	if v.F == nil {
		v.F = web.Faults{}
	}
	if b.draft != nil {
		v.Proposed, v.Draft = b.draft.State == Proposed, b.draft.State == Draft
	}
	last := 0
	var nos []int
	for _, e := range b.editions {
		nos = append(nos, e.No)
	}
	for _, e := range slices.Backward(b.editions) {
		l := x.edition(b, e)
		v.Lines = append(v.Lines, l)
		if last == 0 {
			last = e.No
		}
	}
	from, to := 0, last
	for _, e := range b.editions {
		if e.No < to && e.State == Approved {
			from = e.No
		}
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("a")); err == nil {
		from = n
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("b")); err == nil {
		to = n
	}
	for _, n := range nos {
		no := strconv.Itoa(n)
		v.From = append(v.From, option{no, x.t("第 %d 版", n), n == from})
		v.To = append(v.To, option{no, x.t("第 %d 版", n), n == to})
	}
	if from > 0 && from != to {
		list, err := s.Compare(r.Context(), a, b.plan.ID, from, to)
		if err != nil {
			return err
		}
		v.Changes = x.changes(list)
		v.Against = x.t("第 %d 版与第 %d 版相比：", to, from) + x.tallyText(list)
	}
	return versionsPage().RenderStatus(w, r, status, "计划版本", v)
}

func (s *Service) postRevise(w http.ResponseWriter, r *http.Request) error {
	v, _, err := form(r)
	if err != nil {
		return err
	}
	plan, err := web.PathNumber(r, "plan")
	if err != nil {
		return err
	}
	no, err := s.Revise(r.Context(), web.ActorOf(r), plan, v.Get("reason"))
	if err != nil {
		return s.versionsAgain(w, r, err)
	}
	return web.Done(w, r, draftPath(plan), "已新建第 %d 版草稿", no)
}

func (s *Service) versionsAgain(w http.ResponseWriter, r *http.Request, err error) error {
	x := s.lens(r)
	var list fault.Findings
	if errors.As(err, &list) && len(list) > 0 && list[0].Rule == "plan" {
		f := web.Faults{}
		for _, p := range list {
			f[""] = append(f[""], strings.TrimLeft(p.Say(x.Text), "："))
		}
		return s.showVersions(w, r, http.StatusUnprocessableEntity, f)
	}
	faults, ok := web.Refused(err, x.Text)
	if !ok {
		return err
	}
	return s.showVersions(w, r, http.StatusUnprocessableEntity, faults)
}

func (s *Service) getIssue(w http.ResponseWriter, r *http.Request) error {
	x := s.lens(r)
	b, err := s.bookOf(r)
	if err != nil {
		return err
	}
	no, err := web.PathNumber(r, "no")
	if err != nil {
		return err
	}
	q, err := s.Edition(r.Context(), web.ActorOf(r), b.plan.ID, int(no))
	if err != nil {
		return err
	}
	v := issueView{Head: s.headOf(r, b, "versions"), Line: x.edition(b, q.Edition), Programmes: x.outlines(b.plan.ID, q.Content, false)}
	if q.Edition.State == Proposed && v.Head.MayApprove {
		v.Decide = underPlan(b.plan.ID, "/versions#approve")
	}
	for _, f := range []string{"xlsx", "csv"} {
		v.Docs = append(v.Docs, option{Value: v.Line.Path + "/export/" + f, Label: map[string]string{"xlsx": "Excel", "csv": "CSV"}[f]})
	}
	if s.joints.Print != nil {
		for _, f := range []string{"docx", "pdf"} {
			v.Docs = append(v.Docs, option{Value: underPlan(b.plan.ID, "/document/plan/"+f) + "?no=" + v.Line.No, Label: map[string]string{"docx": "Word", "pdf": "PDF"}[f]})
		}
	}
	prev := 0
	for _, e := range b.editions {
		if e.No < int(no) && e.State == Approved {
			prev = e.No
		}
	}
	if prev > 0 {
		list, err := s.Compare(r.Context(), web.ActorOf(r), b.plan.ID, prev, int(no))
		if err != nil {
			return err
		}
		v.Changes = x.t("与第 %d 版相比：", prev) + x.tallyText(list)
		v.Compare = underPlan(b.plan.ID, "/versions?a="+strconv.Itoa(prev)+"&b="+v.Line.No)
	}
	return issuePage().Render(w, r, b.plan.Name, v)
}

func (s *Service) getExport(w http.ResponseWriter, r *http.Request) error {
	b, err := s.bookOf(r)
	if err != nil {
		return err
	}
	no, err := web.PathNumber(r, "no")
	if err != nil {
		return err
	}
	format := r.PathValue("format")
	media := map[string]string{"xlsx": web.MediaXLSX, "csv": web.MediaCSV}[format]
	if media == "" {
		return web.NoPage()
	}
	web.Attachment(w, b.plan.Name+" v"+num(no)+"."+format, media)
	return s.Export(r.Context(), web.ActorOf(r), b.plan.ID, int(no), format, w)
}

// postState leads back to the versions after a deed to the edition under work; a refusal shows
// them with the sentences.
func (s *Service) postState(do func(r *http.Request, plan int64, v url.Values) (done string, err error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, _, err := form(r)
		if err != nil {
			return err
		}
		plan, err := web.PathNumber(r, "plan")
		if err != nil {
			return err
		}
		done, err := do(r, plan, v)
		if err != nil {
			return s.versionsAgain(w, r, err)
		}
		return web.Done(w, r, underPlan(plan, "/versions"), done)
	}
}

func (s *Service) postPropose(r *http.Request, plan int64, _ url.Values) (string, error) {
	return "已提请批准", s.Propose(r.Context(), web.ActorOf(r), plan)
}

func (s *Service) postWithdraw(r *http.Request, plan int64, _ url.Values) (string, error) {
	return "已撤回，可以继续修改", s.Withdraw(r.Context(), web.ActorOf(r), plan)
}

func (s *Service) postDiscard(r *http.Request, plan int64, _ url.Values) (string, error) {
	return "草稿已作废", s.Discard(r.Context(), web.ActorOf(r), plan)
}

func (s *Service) postSendBack(r *http.Request, plan int64, v url.Values) (string, error) {
	return "已退回，禁毒办会收到通知", s.SendBack(r.Context(), web.ActorOf(r), plan, v.Get("reason"))
}

func (s *Service) postApprove(r *http.Request, plan int64, v url.Values) (string, error) {
	var f fault.Fields
	on := day(v.Get("force"), "force", &f)
	if err := f.Err(); err != nil {
		return "", err
	}
	return "已批准", s.Approve(r.Context(), web.ActorOf(r), plan, on)
}

// draftBook opens the draft of the plan of the address.
func (s *Service) draftBook(r *http.Request) (b book, q Issue, err error) {
	if b, err = s.bookOf(r); err != nil {
		return b, q, err
	}
	if b.draft == nil || b.draft.State != Draft {
		return b, q, fault.New(fault.Conflict, "计划没有在起草的版本；要修改计划，请先新建一版并写明原因")
	}
	q, err = s.Edition(r.Context(), web.ActorOf(r), b.plan.ID, b.draft.No)
	return b, q, err
}

func (s *Service) getEdit(w http.ResponseWriter, r *http.Request) error {
	x := s.lens(r)
	b, q, err := s.draftBook(r)
	if fault.KindOf(err) == fault.Conflict && b.plan.ID != 0 {
		return web.Redirect(w, r, underPlan(b.plan.ID, "/versions"))
	}
	if err != nil {
		return err
	}
	v := editView{Head: s.headOf(r, b, "edit"), No: strconv.Itoa(b.draft.No), Reason: b.draft.Reason, Note: b.draft.Note, Programmes: x.outlines(b.plan.ID, q.Content, true), Path: underPlan(b.plan.ID, ""), Tasks: len(q.Content.Tasks),
		Add: partPath(b.plan.ID, string(ProgrammeKind), "new"), F: web.Faults{}, MayDiscard: b.draft.No > 1}
	var list fault.Findings
	if errors.As(s.fit(b.plan, q.Content), &list) {
		for _, f := range list {
			v.Faults = append(v.Faults, strings.TrimLeft(f.Say(x.Text), "："))
		}
	}
	return editPage().Render(w, r, "编制计划", v)
}

func (s *Service) getNode(w http.ResponseWriter, r *http.Request) error {
	v, err := s.nodeView(r, nil)
	if err != nil {
		return err
	}
	return nodePage().Render(w, r, v.Title, v)
}

// nodeView readies the form of a part; typed brings back what was refused.
func (s *Service) nodeView(r *http.Request, typed *Node) (v nodeView, err error) {
	x := s.lens(r)
	b, q, err := s.draftBook(r)
	if err != nil {
		return v, err
	}
	kind, code := Kind(r.PathValue("kind")), r.PathValue("code")
	if kind.Text() == "" {
		return v, web.NoPage()
	}
	v = nodeView{Head: s.headOf(r, b, "edit"), Kind: string(kind), KindText: x.t(kind.Text()), New: code == "new", Save: partPath(b.plan.ID, string(kind), code), Cancel: draftPath(b.plan.ID), F: web.Faults{}, Units: unitOptions(s.units.Today()),
		IsProgramme: kind == ProgrammeKind, IsGoal: kind == GoalKind, IsTask: kind == TaskKind}
	var n Node
	for _, o := range q.Content.nodes() {
		if o.kind() == kind && o.code() == code {
			n = o
		}
	}
	if !v.New && n == (Node{}) {
		return v, fault.New(fault.Missing, "草稿里没有 %s；它可能刚被删去，请刷新页面", code)
	}
	if !v.New {
		v.Remove = underPlan(b.plan.ID, "/remove/"+string(kind)+"/"+url.PathEscape(code))
	}
	stored := n
	if typed != nil {
		n = *typed
	}
	if n == (Node{}) {
		parent := r.URL.Query().Get("parent")
		switch kind {
		case ProgrammeKind:
			n.Programme = &Programme{}
		case GoalKind:
			n.Goal = &Goal{Programme: parent}
		case TaskKind:
			n.Task = &Task{Goal: parent, Type: Prescribed, Rhythm: period.Months, Start: max(b.plan.From, s.today()), End: b.plan.To}
		}
	}
	v.Title = x.t("修改") + " " + n.name()
	if v.New {
		v.Title = x.t("新增") + x.t(kind.Text())
	}
	v.Code, v.Name = n.code(), n.name()
	if stored != (Node{}) && typed != nil && stored.row() != n.row() {
		// Somebody else saved meanwhile: both are shown, what was typed stays in the form.
		list, _ := fieldChanges(*typed, stored, s.unitName)
		for _, c := range list {
			v.Theirs = append(v.Theirs, FieldChange{Field: x.field(c.Field), Old: dash(c.Old), New: dash(c.New)})
		}
		v.Row = stored.row()
	} else {
		v.Row = n.row()
	}
	if s.joints.Figures != nil {
		for _, c := range s.joints.Figures.Bundles() {
			v.Bundles = append(v.Bundles, option{Value: c.Code, Label: c.Name, On: n.Goal != nil && n.Goal.Bundle == c.Code})
		}
		for _, c := range s.joints.Figures.Indicators() {
			v.Known = append(v.Known, option{Value: c.Code, Label: c.Name})
		}
	}
	switch {
	case n.Programme != nil:
		v.Text, v.Place = n.Programme.Text, place(n.Programme.Place)
	case n.Goal != nil:
		v.Text, v.Place, v.Parent, v.Bundle, v.Indicators = n.Goal.Text, place(n.Goal.Place), n.Goal.Programme, n.Goal.Bundle, strings.Join(n.Goal.Indicators, "、")
		for _, p := range q.Content.Programmes {
			v.Parents = append(v.Parents, option{p.Code, p.Code + " " + p.Name, p.Code == v.Parent})
		}
	default:
		s.taskForm(x, &v, q.Content, *n.Task)
	}
	return v, nil
}

func place(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (s *Service) taskForm(x lens, v *nodeView, c Content, t Task) {
	v.Text, v.Place, v.Parent, v.Indicators = t.Standard, place(t.Place), t.Goal, strings.Join(t.Indicators, "、")
	for _, g := range c.Goals {
		v.Parents = append(v.Parents, option{g.Code, g.Code + " " + g.Name, g.Code == t.Goal})
	}
	for _, q := range []Type{Prescribed, Own} {
		v.Type = append(v.Type, option{string(q), x.t(q.Text()), q == t.Type})
	}
	for _, g := range Rhythms() {
		v.Rhythm = append(v.Rhythm, option{g.String(), x.t(rhythmText(g)), g == t.Rhythm})
	}
	full := func(u org.UnitID) string {
		if tr := s.units.Today(); tr.Has(u) {
			return tr.Name(u)
		}
		return s.unitName(u)
	}
	if t.Lead != 0 {
		v.Lead = full(t.Lead)
	}
	v.Assist = unitList(t.Assist, full)
	for _, u := range s.forces() {
		v.Forces = append(v.Forces, option{s.unitCode(u), s.unitName(u), u == t.Force})
	}
	v.Start, v.End, v.After = t.Start.String(), t.End.String(), strings.Join(t.After, "、")
	for _, m := range t.Milestones {
		v.Marks = append(v.Marks, markForm{strconv.Itoa(m.No), m.Name, m.Day.String(), m.Evidence})
	}
	for range min(3, mostMilestones-len(t.Milestones)) {
		v.Marks = append(v.Marks, markForm{No: "0"})
	}
	for _, o := range c.Tasks {
		if o.Code != t.Code {
			v.Tasks = append(v.Tasks, option{Value: o.Code, Label: o.Name + " " + o.Start.String() + " — " + o.End.String()})
		}
	}
	for _, code := range dependents(c.Tasks, t.Code) {
		o, _ := c.Task(code)
		v.Waiting = append(v.Waiting, o.Code+" "+o.Name+"（"+o.Start.String()+" — "+o.End.String()+"）")
	}
}

// typedNode reads a part from its form.
func (s *Service) typedNode(r *http.Request, v url.Values) (n Node, err error) {
	var f fault.Fields
	code := r.PathValue("code")
	if code == "new" {
		code = v.Get("code")
	}
	at, row := int(number(v, "place")), number(v, "row")
	switch Kind(r.PathValue("kind")) {
	case ProgrammeKind:
		p := Programme{Code: code, Name: v.Get("name"), Text: v.Get("text"), Place: at, Row: row}.clean()
		return Node{Programme: &p}, nil
	case GoalKind:
		g := Goal{Code: code, Programme: v.Get("parent"), Name: v.Get("name"), Text: v.Get("text"), Bundle: v.Get("bundle"), Indicators: split(v.Get("indicators")), Place: at, Row: row}.clean()
		return Node{Goal: &g}, nil
	case TaskKind:
		t := Task{Code: code, Goal: v.Get("parent"), Name: v.Get("name"), Standard: v.Get("text"), Type: Type(v.Get("type")), Lead: s.unit(v.Get("lead"), "lead", &f), Start: day(v.Get("start"), "start", &f), End: day(v.Get("end"), "end", &f),
			Indicators: split(v.Get("indicators")), After: split(v.Get("after")), Place: at, Row: row}
		for _, x := range split(v.Get("assist")) {
			if u := s.unit(x, "assist", &f); u != 0 {
				t.Assist = append(t.Assist, u)
			}
		}
		t.Force = s.unit(v.Get("force"), "force", &f)
		t.Rhythm, err = period.ParseGrain(v.Get("rhythm"))
		f.Need(err == nil, "rhythm", "请选择每月或每半月报告进展")
		names, days, papers := v["mark"], v["markday"], v["markpaper"]
		for i, no := range v["markno"] {
			if i >= len(names) || i >= len(days) || i >= len(papers) {
				break
			}
			m := Milestone{Name: strings.TrimSpace(names[i]), Evidence: strings.TrimSpace(papers[i]), Day: day(days[i], "milestones", &f)}
			m.No, _ = strconv.Atoi(no)
			if m.Name != "" || m.Evidence != "" || !m.Day.IsZero() {
				t.Milestones = append(t.Milestones, m)
			}
		}
		t = t.clean()
		return Node{Task: &t}, f.Err()
	}
	return n, web.NoPage()
}

func (s *Service) postNode(w http.ResponseWriter, r *http.Request) error {
	v, _, err := form(r)
	if err != nil {
		return err
	}
	plan, err := web.PathNumber(r, "plan")
	if err != nil {
		return err
	}
	x := s.lens(r)
	n, err := s.typedNode(r, v)
	var warn []Clash
	var moved []string
	if err == nil {
		warn, moved, err = s.Save(r.Context(), web.ActorOf(r), plan, n, v.Get("along") != "")
	}
	if err != nil {
		faults, ok := web.Refused(err, x.Text)
		if !ok || n == (Node{}) {
			return err
		}
		back, err := s.nodeView(r, &n)
		if err != nil {
			return err
		}
		back.F, back.Along = faults, v.Get("along") != ""
		if n.Task != nil {
			back.Lead, back.Assist, back.Start, back.End = v.Get("lead"), v.Get("assist"), v.Get("start"), v.Get("end")
		}
		return nodePage().RenderStatus(w, r, http.StatusUnprocessableEntity, back.Title, back)
	}
	switch {
	case len(warn) > 0:
		return web.Done(w, r, draftPath(plan), "已保存 %s；日期冲突：%s", n.code(), x.clash(warn[0]))
	case len(moved) > 0:
		return web.Done(w, r, draftPath(plan), "已保存 %s，顺延了 %s", n.code(), strings.Join(moved, "、"))
	}
	return web.Done(w, r, draftPath(plan), "已保存 %s", n.code())
}

func (s *Service) postRemove(w http.ResponseWriter, r *http.Request) error {
	plan, err := web.PathNumber(r, "plan")
	if err != nil {
		return err
	}
	if err := s.Remove(r.Context(), web.ActorOf(r), plan, Kind(r.PathValue("kind")), r.PathValue("code")); err != nil {
		return err
	}
	return web.Done(w, r, draftPath(plan), "已从草稿删去 %s", r.PathValue("code"))
}
