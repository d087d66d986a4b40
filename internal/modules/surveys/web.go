package surveys

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/web"
)

func (s *Service) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /surveys", Rule: ruleRead, Handle: s.getList},
		{Pattern: "GET /surveys/planner", Rule: ruleRead, Handle: s.getPlanner},
		{Pattern: "GET /surveys/{id}", Rule: ruleRead, Handle: s.getSurvey},
		{Pattern: "GET /surveys/{id}/edit", Rule: ruleWrite, Handle: s.getEdit},
		{Pattern: "POST /surveys/{id}/edit", Rule: ruleWrite, Handle: s.postEdit},
		{Pattern: "GET /surveys/{id}/counts", Rule: ruleWrite, Handle: s.getCounts},
		{Pattern: "POST /surveys/{id}/counts", Rule: ruleWrite, Handle: s.postCounts},
		{Pattern: "GET /surveys/{id}/import", Rule: ruleWrite, Handle: s.getImport},
		{Pattern: "POST /surveys/{id}/import", Rule: ruleWrite, Handle: s.postImport, MaxBody: mostFile + 1<<20},
		{Pattern: "POST /surveys/{id}/apply", Rule: ruleWrite, Handle: s.postApply},
		{Pattern: "GET /surveys/{id}/template/{format}", Rule: ruleWrite, Handle: s.getTemplate},
		{Pattern: "POST /surveys/{id}/clear", Rule: ruleWrite, Handle: s.postClear},
		{Pattern: "POST /surveys/{id}/again", Rule: ruleWrite, Handle: s.postAgain},
		{Pattern: "POST /surveys/{id}/fix", Rule: ruleFix, Handle: s.postFix},
		{Pattern: "POST /surveys/{id}/withdraw", Rule: ruleFix, Handle: s.postWithdraw},
		{Pattern: "GET /api/v1/surveys", Rule: ruleRead, Handle: s.getListJSON},
		{Pattern: "GET /api/v1/surveys/{id}", Rule: ruleRead, Handle: s.getSurveyJSON},
	}
}

func (s *Service) lens(r *http.Request) lens { return lens{Lang: web.LangOf(r), name: s.unitName} }

// form reads the fields of a form.
func form(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return nil, err
		}
		return nil, fault.Because(err, fault.Invalid, "表单内容读不出来；请返回重填")
	}
	return r.PostForm, nil
}

// numbered reads the number of a survey and the form.
func numbered(r *http.Request) (id int64, v url.Values, err error) {
	if id, err = web.PathNumber(r, "id"); err != nil {
		return 0, nil, err
	}
	v, err = form(r)
	return id, v, err
}

// field reads a field; browsers send line ends as two signs.
func field(v url.Values, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(v.Get(name), "\r\n", "\n"))
}

// count reads a whole number that may be left out; anything else is −1.
func count(v url.Values, name string) int64 {
	text := strings.ReplaceAll(strings.ReplaceAll(field(v, name), ",", ""), "，", "")
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
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

// refused sorts the sentences of a refused form by field; ok is false for errors that belong on a
// page of their own.
func (x lens) refused(err error) (f formFaults, ok bool) {
	f = formFaults{}
	var list fault.Findings
	if errors.As(err, &list) {
		for _, p := range list {
			f[p.Field] = append(f[p.Field], p.Message(x.Text))
		}
		return f, true
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.TooLarge:
		f[""] = []string{fault.Say(err, x.Text)}
		return f, true
	}
	return nil, false
}

func (s *Service) getList(w http.ResponseWriter, r *http.Request) error {
	x, a := s.lens(r), web.ActorOf(r)
	list, err := s.List(r.Context(), a)
	if err != nil {
		return err
	}
	t := x.listTable(list)
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	return listPage().Render(w, r, "调查", listView{Grid: web.NewGrid(r, t), MayWrite: a.Can(ruleWrite), Empty: len(list) == 0, Planner: plannerPath, New: newPath})
}

func (s *Service) getPlanner(w http.ResponseWriter, r *http.Request) error {
	x := s.lens(r)
	p, err := readPlan(r.URL.Query())
	if err != nil {
		faults, ok := x.refused(err)
		if !ok {
			return err
		}
		v, q := x.planner(p), r.URL.Query()
		v.F = faults
		v.Share, v.Half, v.Apart, v.Given, v.Population, v.Response = q.Get("share"), q.Get("half"), q.Get("apart"), q.Get("given"), q.Get("population"), q.Get("response")
		v.Deff, v.PerCluster, v.Rho = q.Get("deff"), q.Get("cluster"), q.Get("rho")
		return plannerPage().RenderStatus(w, r, web.Status(err), "样本量测算", v)
	}
	v := x.planner(p)
	list, why := p.Scenarios()
	if why != "" {
		v.Why = x.t("这样的要求算不出来：误差、比率或差别超出了范围；请改一改再算。")
		return plannerPage().RenderStatus(w, r, http.StatusUnprocessableEntity, "样本量测算", v)
	}
	t := x.plannerTable(p, list)
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	v.Done, v.Effect, v.Grid = true, deff(p.effect()), web.NewGrid(r, t)
	v.XLSX, v.CSV = web.FileLinks(r)
	for _, st := range p.Sentences(list) {
		v.Sentences = append(v.Sentences, x.say(st))
	}
	return plannerPage().Render(w, r, "样本量测算", v)
}

func (s *Service) getSurvey(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	return s.show(w, r, id, http.StatusOK, nil)
}

// full tells whether a reader sees the counts of answers below the whole.
func full(w Whole, a perm.Actor) bool { return w.Inside || a.Has(perm.Leader) }

func (s *Service) show(w http.ResponseWriter, r *http.Request, id int64, status int, faults formFaults) error {
	x, a := s.lens(r), web.ActorOf(r)
	q, err := s.Show(r.Context(), a, id)
	if err != nil {
		return err
	}
	p := q.Survey
	t := x.numbersTable(p, q.Results, full(q, a))
	if len(q.Results) > 0 {
		if done, err := web.SendTable(w, r, p.Title, t); done || err != nil {
			return err
		}
	}
	var answered int64
	for _, res := range q.Results {
		answered = max(answered, res.Whole.Interviews)
	}
	v := showView{Title: p.Title, Path: surveyPath(id), State: x.t(p.State.Text()), Tag: stateTags[p.State], Span: span(p), Kind: x.t(p.Topic.Text()), Facts: x.facts(p, answered), Note: p.Note, Reason: p.Reason, Version: p.Version,
		HasData: len(q.Results) > 0, Hidden: p.State == Withdrawn && !q.Inside, MayEdit: q.Inside && p.State == Draft, MayFix: a.Can(ruleFix) && p.State == Draft, MayWithdraw: a.Can(ruleFix) && p.State != Withdrawn, F: faults,
		Convenience: p.Design == Convenience, Stale: q.Stale}
	v.MayDo = q.Inside && p.State != Draft
	v.Empty = !v.HasData && !v.Hidden
	if v.Convenience {
		v.Caption = x.t(convenienceCaption)
	}
	if p.State == Fixed {
		v.Fixed = x.t("%s 由%s定稿", dayText(p.FixedOn), p.FixedBy)
	}
	if q.Unfixed && q.Earlier != "" {
		v.Warnings = append(v.Warnings, x.t("上一次调查“%s”没有定稿或已撤回，暂不比较。", q.Earlier))
	}
	for i, res := range q.Results {
		var waves []Wave
		if i < len(q.Waves) {
			waves = q.Waves[i]
		}
		v.Questions = append(v.Questions, x.question(p, res, waves))
	}
	if p.State == Draft && q.Inside && v.HasData {
		var list fault.Findings
		if errors.As(p.CheckCounts(q.Counts), &list) {
			for _, f := range list {
				v.Problems = append(v.Problems, f.Message(x.Text))
			}
		}
	}
	v.MayFix = v.MayFix && v.HasData && len(v.Problems) == 0
	v.Grid = web.NewGrid(r, t)
	v.XLSX, v.CSV = web.FileLinks(r)
	return showPage().RenderStatus(w, r, status, p.Title, v)
}

// deed does a deed to a survey and shows it; a refused deed shows the survey with the sentence.
func (s *Service) deed(w http.ResponseWriter, r *http.Request, said string, do func(id int64, v url.Values, a perm.Actor) (to string, err error)) error {
	id, v, err := numbered(r)
	if err != nil {
		return err
	}
	to, err := do(id, v, web.ActorOf(r))
	if err != nil {
		faults, ok := s.lens(r).refused(err)
		if !ok {
			return err
		}
		return s.show(w, r, id, web.Status(err), faults)
	}
	return web.Done(w, r, to, said)
}

func (s *Service) postClear(w http.ResponseWriter, r *http.Request) error {
	return s.deed(w, r, "已清空数据", func(id int64, v url.Values, a perm.Actor) (string, error) {
		return surveyPath(id), s.Clear(r.Context(), a, id, count(v, "version"))
	})
}

func (s *Service) postAgain(w http.ResponseWriter, r *http.Request) error {
	return s.deed(w, r, "已按这项调查新立一次；请核对日期和名称", func(id int64, v url.Values, a perm.Actor) (string, error) {
		next, err := s.Again(r.Context(), a, id)
		return surveyPath(next) + "/edit", err
	})
}

func (s *Service) postFix(w http.ResponseWriter, r *http.Request) error {
	return s.deed(w, r, "调查结果已定稿", func(id int64, v url.Values, a perm.Actor) (string, error) {
		return surveyPath(id), s.Fix(r.Context(), a, id, count(v, "version"))
	})
}

func (s *Service) postWithdraw(w http.ResponseWriter, r *http.Request) error {
	return s.deed(w, r, "调查已撤回", func(id int64, v url.Values, a perm.Actor) (string, error) {
		return surveyPath(id), s.Withdraw(r.Context(), a, id, count(v, "version"), field(v, "reason"))
	})
}

type surveyJSON struct {
	ID         int64  `json:"id"`
	Title      string `json:"title"`
	Topic      Topic  `json:"topic"`
	From       string `json:"from"`
	To         string `json:"to"`
	By         string `json:"by"`
	Population string `json:"population"`
	Design     Design `json:"design"`
	Mode       Mode   `json:"mode"`
	Inference  bool   `json:"inference"` // false: counts only, no sample drawn by chance
	Approached int64  `json:"approached,omitempty"`
	State      State  `json:"state"`
	Reason     string `json:"withdrawn_because,omitempty"`
	Results    []Line `json:"results"`
	Strata     []any  `json:"strata,omitempty"`
}

func overviewJSON(s Survey, list []Line) surveyJSON {
	return surveyJSON{ID: s.ID, Title: s.Title, Topic: s.Topic, From: dayText(s.From), To: dayText(s.To), By: s.By, Population: s.Population, Design: s.Design, Mode: s.Mode, Inference: s.Design != Convenience, Approached: s.Approached, State: s.State, Reason: s.Reason, Results: slices.Concat([]Line{}, list)}
}

func (s *Service) getListJSON(w http.ResponseWriter, r *http.Request) error {
	list, err := s.List(r.Context(), web.ActorOf(r))
	if err != nil {
		return err
	}
	out := []surveyJSON{}
	for _, o := range list {
		out = append(out, overviewJSON(o.Survey, o.Results))
	}
	return web.WriteJSON(w, http.StatusOK, out)
}

type partJSON struct {
	Question   string       `json:"question"`
	Stratum    string       `json:"stratum"`
	Interviews int64        `json:"interviews"`
	Share      string       `json:"share,omitempty"` // per cent
	Low        string       `json:"low,omitempty"`
	High       string       `json:"high,omitempty"`
	Why        stats.Reason `json:"reason,omitempty"`
}

func (s *Service) getSurveyJSON(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	q, err := s.Show(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	var list []Line
	for _, res := range q.Results {
		list = append(list, res.line())
	}
	out := overviewJSON(q.Survey, list)
	for _, res := range q.Results {
		for _, p := range res.Strata {
			j := partJSON{Question: res.Question.Code, Stratum: p.Name, Interviews: p.Interviews, Why: p.Why}
			if p.Why == "" {
				j.Share, j.Low, j.High = stats.SurveyPercent(p.Est.Value), stats.SurveyPercent(p.Est.Interval.Lo), stats.SurveyPercent(p.Est.Interval.Hi)
			}
			out.Strata = append(out.Strata, j)
		}
	}
	return web.WriteJSON(w, http.StatusOK, out)
}
