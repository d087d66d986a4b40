package plan

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/web"
)

func (s *Service) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /plan", Rule: ruleRead, Handle: s.getOverview},
		{Pattern: "GET /plan/mine", Rule: ruleRead, Handle: s.getMine},
		{Pattern: "GET /plan/letters", Rule: ruleRead, Handle: s.getLetters},
		{Pattern: "POST /plan/letters", Rule: ruleKeep, Handle: s.postLetters},
		{Pattern: "GET /plan/letters/{letter}", Rule: ruleRead, Handle: s.getLetter},
		{Pattern: "POST /plan/letters/{letter}/sign", Rule: ruleKeep, Handle: s.postSign, MaxBody: mostFile + 1<<20},
		{Pattern: "GET /plan/letters/{letter}/scan", Rule: ruleEvidence, Handle: s.getScan},
		{Pattern: "GET /plan/letters/{letter}/document/{format}", Rule: ruleRead, Handle: s.getLetterDocument},
		{Pattern: "GET /plans/new", Rule: ruleKeep, Handle: s.getPlanForm},
		{Pattern: "POST /plans/new", Rule: ruleKeep, Handle: s.postPlanForm},
		{Pattern: "GET /plans/{plan}/settings", Rule: ruleKeep, Handle: s.getPlanForm},
		{Pattern: "POST /plans/{plan}/settings", Rule: ruleKeep, Handle: s.postPlanForm},
		{Pattern: "GET /plans/{plan}/tasks", Rule: ruleRead, Handle: s.getTasks},
		{Pattern: "GET /plans/{plan}/tasks/{code}", Rule: ruleRead, Handle: s.getTask},
		{Pattern: "GET /plans/{plan}/tasks/{code}/report", Rule: ruleReport, Handle: s.getReport},
		{Pattern: "POST /plans/{plan}/tasks/{code}/report", Rule: ruleReport, Handle: s.postReport, MaxBody: mostForm},
		{Pattern: "POST /plans/{plan}/reports/{report}/judge", Rule: ruleVerify, Handle: s.postJudge},
		{Pattern: "POST /plans/{plan}/reports/{report}/raise", Rule: ruleKeep, Handle: s.postRaise},
		{Pattern: "GET /plans/{plan}/files/{file}", Rule: ruleEvidence, Handle: s.getEvidence},
		{Pattern: "GET /plans/{plan}/document/{kind}/{format}", Rule: ruleRead, Handle: s.getDocument},
		{Pattern: "GET /plans/{plan}/versions", Rule: ruleRead, Handle: s.getVersions},
		{Pattern: "POST /plans/{plan}/versions", Rule: ruleKeep, Handle: s.postRevise},
		{Pattern: "GET /plans/{plan}/versions/{no}", Rule: ruleRead, Handle: s.getIssue},
		{Pattern: "GET /plans/{plan}/versions/{no}/export/{format}", Rule: ruleRead, Handle: s.getExport},
		{Pattern: "POST /plans/{plan}/state/propose", Rule: ruleKeep, Handle: s.postState(s.postPropose)},
		{Pattern: "POST /plans/{plan}/state/withdraw", Rule: ruleKeep, Handle: s.postState(s.postWithdraw)},
		{Pattern: "POST /plans/{plan}/state/discard", Rule: ruleKeep, Handle: s.postState(s.postDiscard)},
		{Pattern: "POST /plans/{plan}/state/return", Rule: ruleApprove, Handle: s.postState(s.postSendBack)},
		{Pattern: "POST /plans/{plan}/state/approve", Rule: ruleApprove, Handle: s.postState(s.postApprove)},
		{Pattern: "GET /plans/{plan}/edit", Rule: ruleKeep, Handle: s.getEdit},
		{Pattern: "GET /plans/{plan}/edit/{kind}/{code}", Rule: ruleKeep, Handle: s.getNode},
		{Pattern: "POST /plans/{plan}/edit/{kind}/{code}", Rule: ruleKeep, Handle: s.postNode},
		{Pattern: "POST /plans/{plan}/remove/{kind}/{code}", Rule: ruleKeep, Handle: s.postRemove},
		{Pattern: "GET /plans/{plan}/import", Rule: ruleKeep, Handle: s.getImport},
		{Pattern: "POST /plans/{plan}/import", Rule: ruleKeep, Handle: s.postImport, MaxBody: mostFile + 1<<20},
		{Pattern: "POST /plans/{plan}/import/apply", Rule: ruleKeep, Handle: s.postApply},
		{Pattern: "GET /api/v1/plan", Rule: ruleRead, Handle: s.apiPlan},
		{Pattern: "GET /api/v1/plan/{plan}/tasks/{code}", Rule: ruleRead, Handle: s.apiTask},
	}
}

func (s *Service) lens(r *http.Request) lens {
	t := s.units.Today()
	return lens{Lang: web.LangOf(r), unit: s.standingName(web.LangOf(r)), key: func(u org.UnitID) string { return t.Pinyin(s.now(u)) }}
}

// form reads a form with its files; files of a field "fileN" belong to milestone N.
func form(r *http.Request) (url.Values, []Upload, error) {
	v, files, err := web.FormFiles(r)
	var list []Upload
	for _, f := range files {
		no := 0
		if rest, ok := strings.CutPrefix(f.Field, "file"); ok {
			no, _ = strconv.Atoi(rest)
		}
		list = append(list, Upload{Milestone: no, Name: f.Name, Content: f.Content})
	}
	return v, list, err
}

func number(v url.Values, field string) int64 {
	n, _ := strconv.ParseInt(strings.TrimSpace(v.Get(field)), 10, 64)
	return n
}

// unit reads a unit that was typed: a code or a name.
func (s *Service) unit(text, field string, f *fault.Fields) org.UnitID {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0
	}
	id, err := s.units.Register().Find(text, s.today())
	f.Need(err == nil, field, "没有叫“%s”的单位，或有几个单位重名；请从列表里选", text)
	return id
}

func day(text, field string, f *fault.Fields) period.Day {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0
	}
	d, err := period.ParseDay(text)
	f.Need(err == nil, field, "日期 %s 写法不对；请写成 2018-05-10 的样子", text)
	return d
}

func (s *Service) headOf(r *http.Request, b book, on string) head {
	a := web.ActorOf(r)
	return s.lens(r).head(b, on, a.Can(ruleKeep), a.Can(ruleApprove))
}

// bookOf opens the plan of the address.
func (s *Service) bookOf(r *http.Request) (book, error) {
	id, err := web.PathNumber(r, "plan")
	if err != nil {
		return book{}, err
	}
	return s.open(r.Context(), web.ActorOf(r), id)
}

// queried gives the plan asked for by ?plan=, or the one that runs; ok is false without any.
func (s *Service) queried(r *http.Request) (b book, list []Plan, ok bool, err error) {
	if list, err = s.plans(r.Context()); err != nil {
		return b, nil, false, err
	}
	asked, _ := strconv.ParseInt(r.URL.Query().Get("plan"), 10, 64)
	id := s.chosen(list, asked)
	if id == 0 {
		return b, list, false, nil
	}
	b, err = s.open(r.Context(), web.ActorOf(r), id)
	return b, list, true, err
}

func (s *Service) getOverview(w http.ResponseWriter, r *http.Request) error {
	x, a := s.lens(r), web.ActorOf(r)
	b, list, ok, err := s.queried(r)
	if err != nil {
		return err
	}
	v := overviewView{NoneYet: !ok, MayKeep: a.Can(ruleKeep)}
	if !ok {
		return overviewPage().Render(w, r, "计划", v)
	}
	v.Head = s.headOf(r, b, "plan")
	for _, p := range list {
		v.Plans = append(v.Plans, option{Value: frontPath(p.ID), Label: p.Name, On: p.ID == b.plan.ID})
	}
	if d := b.draft; d != nil {
		state, _ := x.editionState(b, *d)
		v.Draft = &draftLine{No: strconv.Itoa(d.No), State: state, Path: editionPath(b.plan.ID, d.No), Note: d.Note}
		if d.State == Draft && v.MayKeep {
			v.Draft.Path = draftPath(b.plan.ID)
		}
	}
	lines := b.lines()
	c := count(lines)
	v.All = strconv.Itoa(c.All)
	v.Lights = x.lightLines(c, listPath(b.plan.ID)+"?")
	for _, p := range b.content.Programmes {
		card, err := s.card(r, b, p, lines)
		if err != nil {
			return err
		}
		v.Programmes = append(v.Programmes, card)
	}
	v.Gantts = b.gantts(lines, x.Text, 0, pageRows)
	v.Missing, v.MissText = x.missing(lines)
	for _, l := range lines {
		for _, m := range l.matters() {
			if m.Kind == HelpAsked {
				v.Helps = append(v.Helps, matterLine{Kind: x.t(m.Kind.Text()), Tag: m.Kind.tag(), Task: l.Code + " " + l.Name, Reason: m.Reason, Path: l.Path})
			}
		}
	}
	if s.joints.Print != nil && b.current != nil {
		for _, d := range []option{{"roadmap", x.t("时间表、路线图"), false}, {"plan", x.t("计划文本"), false}} {
			for _, f := range []string{"docx", "pdf"} {
				v.Docs = append(v.Docs, option{Value: underPlan(b.plan.ID, "/document/"+d.Value+"/"+f), Label: d.Label + " " + map[string]string{"docx": "Word", "pdf": "PDF"}[f]})
			}
		}
	}
	return overviewPage().Render(w, r, "计划", v)
}

// card is a programme with its counts and the figures of its goals.
func (s *Service) card(r *http.Request, b book, p Programme, lines []Line) (card programmeCard, err error) {
	x, a := s.lens(r), web.ActorOf(r)
	var of []Line
	for _, l := range lines {
		if l.Programme == p.Code {
			of = append(of, l)
		}
	}
	c := count(of)
	path := listPath(b.plan.ID) + "?programme=" + url.QueryEscape(p.Code)
	card = programmeCard{Code: p.Code, Name: p.Name, Text: p.Text, Path: path, Count: x.t("任务 %d 项，完成 %d 项", c.All, c.States[Done]), Lights: x.lightLines(c, path+"&")}
	for _, g := range b.content.Goals {
		if g.Programme != p.Code {
			continue
		}
		q := goalLine{Name: g.Name}
		list, err := s.shown(r.Context(), a, g.Indicators, s.units.Today().Root(org.Territorial))
		if err != nil {
			return card, err
		}
		if g.Bundle != "" && s.joints.Figures != nil {
			q.Bundle = s.bundleName(g.Bundle)
			more, err := s.joints.Figures.Bundle(r.Context(), a, g.Bundle, s.today())
			if err != nil && fault.KindOf(err) == fault.Internal {
				return card, err
			}
			list = append(list, more...)
		}
		for _, f := range list {
			q.Figures = append(q.Figures, x.figure(f))
		}
		card.Goals = append(card.Goals, q)
	}
	return card, nil
}

// filterOf reads the filter of the list from its address.
func (s *Service) filterOf(r *http.Request, plan int64) Filter {
	q := r.URL.Query()
	f := Filter{Plan: plan, Programme: q.Get("programme"), State: TaskState(q.Get("state")), Light: measure.Light(q.Get("light")), Type: Type(q.Get("type")), Query: q.Get("q")}
	unit := func(code string) org.UnitID { id, _ := s.units.Register().ByCode(code); return id }
	f.Unit, f.Force = unit(q.Get("unit")), unit(q.Get("force"))
	return f
}

func (s *Service) getTasks(w http.ResponseWriter, r *http.Request) error {
	x, t := s.lens(r), s.units.Today()
	b, err := s.bookOf(r)
	if err != nil {
		return err
	}
	f := s.filterOf(r, b.plan.ID)
	all := b.lines()
	var lines []Line
	for _, l := range all {
		if s.takes(f, l, t) {
			lines = append(lines, l)
		}
	}
	tab := x.tasksTable(lines)
	if done, err := web.SendTable(w, r, b.plan.Name, tab); done || err != nil {
		return err
	}
	v := tasksView{Head: s.headOf(r, b, "tasks"), Query: f.Query, Total: strconv.Itoa(len(all)), Shown: strconv.Itoa(len(lines)), Filtered: len(lines) != len(all), Clear: listPath(b.plan.ID)}
	for _, p := range b.content.Programmes {
		v.Programmes = append(v.Programmes, option{p.Code, p.Name, p.Code == f.Programme})
	}
	var leads, forces []org.UnitID
	for _, l := range all {
		if !slices.Contains(leads, l.Lead) {
			leads = append(leads, l.Lead)
		}
		if l.Force != 0 && !slices.Contains(forces, l.Force) {
			forces = append(forces, l.Force)
		}
	}
	slices.SortFunc(leads, func(a, b org.UnitID) int { return strings.Compare(x.key(a), x.key(b)) })
	for _, u := range leads {
		v.Units = append(v.Units, option{s.unitCode(u), x.unit(u), u == f.Unit})
	}
	for _, u := range forces {
		v.Forces = append(v.Forces, option{s.unitCode(u), x.unit(u), u == f.Force})
	}
	for _, q := range TaskStates() {
		v.States = append(v.States, option{string(q), x.t(q.Text()), q == f.State})
	}
	for _, l := range lights() {
		v.Lights = append(v.Lights, option{string(l), x.t(lightWord(l)), l == f.Light})
	}
	for _, q := range []Type{Prescribed, Own} {
		v.Types = append(v.Types, option{string(q), x.t(q.Text()), q == f.Type})
	}
	v.XLSX, v.CSV = web.FileLinks(r)
	v.Grid = web.NewGrid(r, tab)
	return tasksPage().Render(w, r, "任务", v)
}

// sendDocument writes a document as a download.
func (s *Service) sendDocument(w http.ResponseWriter, r *http.Request, d *docgen.Document, name string) error {
	format := r.PathValue("format")
	media := map[string]string{"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "pdf": "application/pdf"}[format]
	if media == "" {
		return web.NoPage()
	}
	if s.joints.Print == nil {
		return fault.New(fault.Unavailable, "这里没有启用文书打印；请系统管理员检查安装")
	}
	var b strings.Builder
	if _, err := s.joints.Print(&b, d, format); err != nil {
		return err
	}
	web.Attachment(w, name+"."+format, media)
	_, err := io.WriteString(w, b.String())
	return err
}

func (s *Service) getDocument(w http.ResponseWriter, r *http.Request) error {
	b, err := s.bookOf(r)
	if err != nil {
		return err
	}
	if r.PathValue("kind") == "roadmap" {
		return s.sendDocument(w, r, s.roadmapDocument(b), b.plan.Name+" "+s.lens(r).t("时间表、路线图"))
	}
	if r.PathValue("kind") != "plan" {
		return web.NoPage()
	}
	no := 0
	if b.current != nil {
		no = b.current.No
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("no")); err == nil {
		no = n
	}
	x, err := s.Edition(r.Context(), web.ActorOf(r), b.plan.ID, no)
	if err != nil {
		return err
	}
	return s.sendDocument(w, r, s.planDocument(b, x), b.plan.Name)
}

func (s *Service) getMine(w http.ResponseWriter, r *http.Request) error {
	x, a := s.lens(r), web.ActorOf(r)
	b, _, ok, err := s.queried(r)
	if err != nil {
		return err
	}
	v := mineView{None: !ok, MayReport: a.Can(ruleReport)}
	if ok {
		v.Head = s.headOf(r, b, "mine")
	}
	var own []Line
	for _, l := range b.lines() {
		if a.May(ruleReport, s.ownerNow(l.Task)) == nil && a.Can(ruleReport) {
			own = append(own, l)
			for _, d := range append(slices.Clone(l.Standing.Missing), l.Standing.Next) {
				if d.Period.IsZero() || d.Period.First() > b.today {
					continue
				}
				q := dueLine{Task: l.Code + " " + l.Name, Path: l.Path, Report: formPath(b.plan.ID, l.Code, d.Period.String()), Period: x.period(d.Period), Day: d.Day.String(), Unit: x.unit(l.Lead), Word: x.t("待报")}
				if d.Day < b.today {
					q.Tag, q.Word = "bad", x.t("逾期未报")
				} else if n, _ := b.cal.WorkdaysBetween(b.today, d.Day); n <= b.plan.Near {
					q.Tag = "warn"
				}
				v.Due = append(v.Due, q)
			}
		}
		if a.May(ruleVerify, perm.On{Unit: s.now(l.Lead), Force: l.forceOr()}) == nil {
			for _, p := range b.reports[l.Code] {
				if p.State == Filed && p.Login != a.Login {
					v.Judge = append(v.Judge, judgeLine{Task: l.Code + " " + l.Name, Path: l.Path + "#r" + num(p.ID), Period: x.period(p.Period), By: p.By + "（" + p.Post + "）", At: at16(p.At), Percent: strconv.Itoa(p.Percent) + "%"})
				}
			}
		}
	}
	slices.SortStableFunc(v.Due, func(a, b dueLine) int { return strings.Compare(a.Day, b.Day) })
	v.Own = web.NewGrid(r, x.tasksTable(own).Keep("code", "name", "end", "percent", "state", "light", "why", "milestones"))
	v.Own.Table.Empty = x.t("没有由您的单位牵头的任务。")
	return minePage().Render(w, r, "我的任务", v)
}
