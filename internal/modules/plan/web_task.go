package plan

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
)

func (s *Service) getTask(w http.ResponseWriter, r *http.Request) error {
	return s.showTask(w, r, r.PathValue("code"), http.StatusOK, nil)
}

// taskOf gives a task of the plan in force, or one that was cancelled.
func (s *Service) taskOf(r *http.Request, b book, code string) (t Task, gone bool, err error) {
	if t, err = b.task(code); err == nil {
		return t, false, nil
	}
	err = s.db.View(r.Context(), func(tx *sqldb.Tx) error {
		t, err = s.anyTask(tx, b.plan.ID, code)
		return err
	})
	return t, true, err
}

func (s *Service) showTask(w http.ResponseWriter, r *http.Request, code string, status int, faults web.Faults) error {
	x, a := s.lens(r), web.ActorOf(r)
	b, err := s.bookOf(r)
	if err != nil {
		return err
	}
	t, gone, err := s.taskOf(r, b, code)
	if err != nil {
		return err
	}
	l := b.line(t)
	st := l.Standing
	g, _ := b.content.Goal(t.Goal)
	v := taskView{Head: s.headOf(r, b, "tasks"), Code: t.Code, Name: t.Name, Type: x.t(t.Type.Text()), Programme: b.content.programmeOf(t).Name, Goal: g.Name, Lead: x.unit(t.Lead), Assist: unitList(t.Assist, x.unit), Force: x.unit(t.Force),
		Start: t.Start.String(), End: t.End.String(), Standard: t.Standard, Rhythm: x.t(rhythmText(t.Rhythm)), State: x.t(st.State.Text()), Light: string(st.Light), Word: x.t(st.word()), Why: st.Why(x.Text),
		Percent: strconv.Itoa(st.Percent) + "%", Gone: gone, F: faults, Path: l.Path, Units: unitOptions(s.units.Today()),
		MayReport: !gone && st.State != Done && a.May(ruleReport, s.ownerNow(t)) == nil && a.Can(ruleReport) && len(b.periods(t)) > 0}
	if v.F == nil {
		v.F = web.Faults{}
	}
	if st.Claimed >= 0 {
		v.Claimed = strconv.Itoa(st.Claimed) + "%"
	}
	if d, _ := b.cal.AddWorkdays(b.today, 10); !d.IsZero() {
		v.Deadline = d.String()
	}
	if v.MayReport {
		v.Report = ofTask(b.plan.ID, t.Code) + "/report"
	}
	if !st.Next.Period.IsZero() && !gone {
		v.NextDue = x.t("%s的进展，%s 前报", x.period(st.Next.Period), st.Next.Day)
	}
	v.Missing, _ = x.missing([]Line{l})
	for _, m := range st.Marks {
		v.Marks = append(v.Marks, x.mark(m))
	}
	for _, p := range slices.Backward(b.reports[t.Code]) {
		v.Reports = append(v.Reports, s.reportLine(x, a, b, t, p))
	}
	link := func(o Task) linkLine {
		q := b.line(o)
		return linkLine{Text: o.Code + " " + o.Name, Path: q.Path, Note: o.Start.String() + " — " + o.End.String() + " · " + x.t(q.Standing.State.Text())}
	}
	for _, c := range t.After {
		if o, ok := b.content.Task(c); ok {
			v.Before = append(v.Before, link(o))
		}
	}
	for _, o := range b.content.Tasks {
		if slices.Contains(o.After, t.Code) {
			q := link(o)
			if st.State == Late || st.Ended > o.Start {
				q.Tag = x.t("可能受影响")
			}
			v.Next = append(v.Next, q)
		}
	}
	codes := slices.Clone(t.Indicators)
	for _, c := range g.Indicators {
		if !slices.Contains(codes, c) {
			codes = append(codes, c)
		}
	}
	figures, err := s.shown(r.Context(), a, codes, s.units.Today().Root(org.Territorial))
	if err != nil {
		return err
	}
	for _, f := range figures {
		v.Figures = append(v.Figures, x.figure(f))
	}
	if s.joints.Items != nil {
		list, err := s.joints.Items.Items(r.Context(), a, work.Filter{Source: work.FromPlan})
		if err != nil && fault.KindOf(err) != fault.Forbidden {
			return err
		}
		for _, i := range list {
			if strings.HasPrefix(i.Source.Ref, num(b.plan.ID)+":"+t.Code+":") {
				v.Items = append(v.Items, x.item(i))
			}
		}
	}
	one := book{plan: b.plan, content: Content{Programmes: []Programme{b.content.programmeOf(t)}}, today: b.today}
	if charts := one.gantts([]Line{l}, x.Text, 0, pageRows); len(charts) > 0 {
		v.Chart = charts[0]
		v.Chart.Rows = v.Chart.Rows[1:]
		v.Chart.From, v.Chart.To = t.Start, max(t.End, min(b.today, b.plan.To))
	}
	return taskPage().RenderStatus(w, r, status, t.Name, v)
}

func (s *Service) getReport(w http.ResponseWriter, r *http.Request) error {
	v, err := s.reportView(r, nil)
	if err != nil {
		return err
	}
	return reportPage().Render(w, r, "报告进展", v)
}

func (s *Service) reportView(r *http.Request, typed url.Values) (v reportView, err error) {
	x := s.lens(r)
	b, err := s.bookOf(r)
	if err != nil {
		return v, err
	}
	t, err := b.task(r.PathValue("code"))
	if err != nil {
		return v, err
	}
	if err := web.ActorOf(r).May(ruleReport, s.ownerNow(t)); err != nil {
		return v, err
	}
	st := b.line(t).Standing
	v = reportView{Head: s.headOf(r, b, "mine"), Code: t.Code, Name: t.Name, Path: ofTask(b.plan.ID, t.Code), Save: ofTask(b.plan.ID, t.Code) + "/report", Standard: t.Standard, Percent: strconv.Itoa(st.Percent), Accept: ".pdf,.docx,.xlsx,.pptx,.ofd,.png,.jpg,.jpeg", F: web.Faults{}}
	asked := r.URL.Query().Get("period")
	if typed != nil {
		asked, v.Percent, v.Text, v.Help = typed.Get("period"), typed.Get("percent"), typed.Get("text"), typed.Get("help")
	}
	list := b.periods(t)
	for i, d := range list {
		v.Periods = append(v.Periods, option{Value: d.Period.String(), Label: x.period(d.Period) + " · " + x.t("%s 前报", d.Day), On: d.Period.String() == asked || asked == "" && i == 0})
	}
	v.None = len(list) == 0 && typed == nil
	if v.None {
		v.NoneWhy = x.t("现在没有要报的期：已报的等核验，下一期还没到。")
	}
	for _, m := range st.Marks {
		if m.State != Open {
			continue
		}
		no := strconv.Itoa(m.Milestone.No)
		c := claimLine{No: no, Name: m.Milestone.Name, Day: m.Milestone.Day.String(), Evidence: m.Milestone.Evidence, Reached: b.today.String()}
		if typed != nil {
			c.On, c.Reached = typed.Get("done"+no) != "", typed.Get("day"+no)
		}
		v.Marks = append(v.Marks, c)
	}
	for _, p := range slices.Backward(b.reports[t.Code]) {
		if p.State == Returned {
			v.Last = x.t("%s的进展被退回：%s", x.period(p.Period), p.Reason)
		}
		break
	}
	return v, nil
}

func (s *Service) postReport(w http.ResponseWriter, r *http.Request) error {
	v, files, err := form(r)
	if err != nil {
		return err
	}
	plan, err := web.PathNumber(r, "plan")
	if err != nil {
		return err
	}
	x := s.lens(r)
	var f fault.Fields
	in := Filing{Text: v.Get("text"), Help: v.Get("help"), Files: files}
	in.Period, err = period.Parse(v.Get("period"))
	f.Need(err == nil, "period", "请选择要报告的期；这一期还没到，或不归这项任务")
	in.Percent, err = strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(v.Get("percent")), "%")))
	f.Need(err == nil, "percent", "完成比例应为 0 到 100 的整数")
	for name := range v {
		rest, ok := strings.CutPrefix(name, "done")
		if no, err := strconv.Atoi(rest); ok && err == nil && v.Get(name) != "" {
			in.Claims = append(in.Claims, Claim{Milestone: no, Day: day(v.Get("day"+rest), "claims", &f)})
		}
	}
	slices.SortFunc(in.Claims, func(a, b Claim) int { return a.Milestone - b.Milestone })
	if err = f.Err(); err == nil {
		_, err = s.File(r.Context(), web.ActorOf(r), plan, r.PathValue("code"), in)
	}
	if err != nil {
		faults, ok := web.Refused(err, x.Text)
		if !ok {
			return err
		}
		back, err := s.reportView(r, v)
		if err != nil {
			return err
		}
		back.F, back.Typed = faults, len(files) > 0
		return reportPage().RenderStatus(w, r, http.StatusUnprocessableEntity, "报告进展", back)
	}
	return web.Done(w, r, ofTask(plan, r.PathValue("code")), "已报出，等待核验")
}

// taskOfReport finds the task of a report for its page.
func (s *Service) taskOfReport(r *http.Request) (plan, report int64, code string, err error) {
	if plan, err = web.PathNumber(r, "plan"); err != nil {
		return 0, 0, "", err
	}
	if report, err = web.PathNumber(r, "report"); err != nil {
		return 0, 0, "", err
	}
	b, err := s.bookOf(r)
	if err != nil {
		return 0, 0, "", err
	}
	for c, list := range b.reports {
		if slices.ContainsFunc(list, func(p Report) bool { return p.ID == report }) {
			return plan, report, c, nil
		}
	}
	return 0, 0, "", fault.New(fault.Missing, "没有这份进展报告；请从任务页进入")
}

func (s *Service) postJudge(w http.ResponseWriter, r *http.Request) error {
	v, _, err := form(r)
	if err != nil {
		return err
	}
	plan, report, code, err := s.taskOfReport(r)
	if err != nil {
		return err
	}
	ok := v.Get("verdict") == "verify"
	err = s.Judge(r.Context(), web.ActorOf(r), plan, report, number(v, "version"), ok, v.Get("reason"))
	if err != nil {
		faults, known := web.Refused(err, s.lens(r).Text)
		if !known {
			return err
		}
		return s.showTask(w, r, code, http.StatusUnprocessableEntity, faults)
	}
	if !ok {
		return web.Done(w, r, ofTask(plan, code), "已退回，报送人会收到通知")
	}
	return web.Done(w, r, ofTask(plan, code), "已核验")
}

func (s *Service) postRaise(w http.ResponseWriter, r *http.Request) error {
	v, _, err := form(r)
	if err != nil {
		return err
	}
	plan, report, code, err := s.taskOfReport(r)
	if err != nil {
		return err
	}
	var f fault.Fields
	d := work.Draft{Lead: s.unit(v.Get("lead"), "lead", &f), Deadline: day(v.Get("deadline"), "deadline", &f), Standard: strings.TrimSpace(v.Get("standard")), Assigned: true}
	if err = f.Err(); err == nil {
		_, err = s.Raise(r.Context(), web.ActorOf(r), plan, report, d)
	}
	if err != nil {
		faults, known := web.Refused(err, s.lens(r).Text)
		if !known {
			return err
		}
		return s.showTask(w, r, code, http.StatusUnprocessableEntity, faults)
	}
	return web.Done(w, r, ofTask(plan, code), "已立为事项")
}

func (s *Service) getEvidence(w http.ResponseWriter, r *http.Request) error {
	plan, err := web.PathNumber(r, "plan")
	if err != nil {
		return err
	}
	file, err := web.PathNumber(r, "file")
	if err != nil {
		return err
	}
	f, content, err := s.Evidence(r.Context(), web.ActorOf(r), plan, file)
	if err != nil {
		return err
	}
	web.Attachment(w, f.Name, f.Media)
	_, err = w.Write(content)
	return err
}

// apiLine is a task in the interface for programs.
type apiLine struct {
	Plan      int64     `json:"plan"`
	Code      string    `json:"code"`
	Name      string    `json:"name"`
	Type      string    `json:"type"`
	Programme string    `json:"programme"`
	Goal      string    `json:"goal"`
	Lead      string    `json:"lead"`
	Assist    []string  `json:"assist"`
	Force     string    `json:"force"`
	Start     string    `json:"start"`
	End       string    `json:"end"`
	Standard  string    `json:"standard"`
	State     string    `json:"state"`
	Percent   int       `json:"percent"`
	Light     string    `json:"light"`
	Reason    string    `json:"reason"`
	After     []string  `json:"after"`
	Missing   []string  `json:"missing"`
	Marks     []apiMark `json:"milestones"`
}

type apiMark struct {
	No    int    `json:"no"`
	Name  string `json:"name"`
	Day   string `json:"day"`
	State string `json:"state"`
}

func (s *Service) api(x lens, l Line) apiLine {
	out := apiLine{Plan: l.Plan, Code: l.Code, Name: l.Name, Type: string(l.Type), Programme: l.Programme, Goal: l.Goal, Lead: s.unitCode(l.Lead), Assist: []string{}, Start: l.Start.String(), End: l.End.String(), Standard: l.Standard,
		State: string(l.Standing.State), Percent: l.Standing.Percent, Light: string(l.Standing.Light), Reason: l.Standing.Why(x.Text), After: append([]string{}, l.After...), Missing: []string{}, Marks: []apiMark{}}
	if l.Force != 0 {
		out.Force = s.unitCode(l.Force)
	}
	for _, u := range l.Assist {
		out.Assist = append(out.Assist, s.unitCode(u))
	}
	for _, d := range l.Standing.Missing {
		out.Missing = append(out.Missing, d.Period.String())
	}
	for _, m := range l.Standing.Marks {
		out.Marks = append(out.Marks, apiMark{m.Milestone.No, m.Milestone.Name, m.Milestone.Day.String(), string(m.State)})
	}
	return out
}

func (s *Service) apiPlan(w http.ResponseWriter, r *http.Request) error {
	x := s.lens(r)
	b, list, ok, err := s.queried(r)
	if err != nil {
		return err
	}
	out := struct {
		Plans   []Plan    `json:"plans"`
		Plan    int64     `json:"plan"`
		Edition int       `json:"edition"`
		Tasks   []apiLine `json:"tasks"`
	}{Plans: append([]Plan{}, list...), Tasks: []apiLine{}}
	if ok {
		out.Plan = b.plan.ID
		if b.current != nil {
			out.Edition = b.current.No
		}
		f := s.filterOf(r, b.plan.ID)
		for _, l := range b.lines() {
			if s.takes(f, l, s.units.Today()) {
				out.Tasks = append(out.Tasks, s.api(x, l))
			}
		}
	}
	return web.WriteJSON(w, http.StatusOK, out)
}

func (s *Service) apiTask(w http.ResponseWriter, r *http.Request) error {
	b, err := s.bookOf(r)
	if err != nil {
		return err
	}
	t, err := b.task(r.PathValue("code"))
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, s.api(s.lens(r), b.line(t)))
}
