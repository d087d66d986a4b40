package situation

import (
	"errors"
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
	"kaiyang/internal/platform/web"
)

func (s *Service) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /situation", Rule: ruleRead, Handle: s.getList},
		{Pattern: "GET /situation/charts", Rule: ruleCharts, Handle: s.getCharts},
		{Pattern: "GET /situation/signals/{id}", Rule: ruleRead, Handle: s.getSignal},
		{Pattern: "POST /situation/signals/{id}/{deed}", Rule: ruleDecide, Handle: s.postSignal},
		{Pattern: "GET /situation/watches", Rule: ruleCharts, Handle: s.getWatches},
		{Pattern: "GET /situation/watches/new", Rule: ruleWatch, Handle: s.getNew},
		{Pattern: "POST /situation/watches/new", Rule: ruleWatch, Handle: s.postEdit},
		{Pattern: "GET /situation/watches/{watch}", Rule: ruleCharts, Handle: s.getWatch},
		{Pattern: "GET /situation/watches/{watch}/edit", Rule: ruleWatch, Handle: s.getEdit},
		{Pattern: "POST /situation/watches/{watch}/edit", Rule: ruleWatch, Handle: s.postEdit},
		{Pattern: "POST /situation/watches/{watch}/stop", Rule: ruleWatch, Handle: s.postStop},
		{Pattern: "GET /api/v1/situation/signals", Rule: ruleRead, Handle: s.getJSON},
	}
}

// form reads a form.
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

// field reads a field; browsers send line ends as two signs.
func field(v url.Values, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(v.Get(name), "\r\n", "\n"))
}

func number(v url.Values, name string) int64 {
	n, err := strconv.ParseInt(field(v, name), 10, 64)
	if err != nil {
		return -1
	}
	return n
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
	case fault.Invalid, fault.Conflict, fault.TooLarge, fault.Unavailable:
		f[""] = []string{fault.Say(err, x.Text)}
		return f, true
	}
	return nil, false
}

func (s *Service) code(u org.UnitID) string {
	x, _ := s.units.Register().Unit(u)
	return x.Code
}

// traces gives the addresses of the counts of a watch.
func (s *Service) traces(w Watch) func(string) string {
	return func(month string) string {
		p, err := period.Parse(month)
		if err != nil || s.joints.Figures == nil {
			return ""
		}
		return s.joints.Figures.Path(w.Element, w.Category, w.Unit, p)
	}
}

// typedWatch reads the form of a watch.
func (s *Service) typedWatch(v url.Values) (w Watch, err error) {
	var f fault.Fields
	element, category, _ := strings.Cut(v.Get("element"), "|")
	w = Watch{Element: element, Category: measure.Category(category), Effort: field(v, "effort"), Note: field(v, "note"), Version: number(v, "version"),
		Settings: Settings{Baseline: int(number(v, "baseline")), Run: int(number(v, "run")), Rise: int(number(v, "rise"))}}
	if u, ok := s.units.Register().ByCodeOn(field(v, "unit"), s.today()); ok {
		w.Unit = u
	}
	if text := field(v, "since"); text != "" {
		p, perr := period.Parse(text)
		f.Need(perr == nil && p.Kind() == period.Month, "since", "月份 %s 写法不对；请写成 2018-01 的样子", text)
		w.Since = p
	}
	x, perr := strconv.ParseFloat(field(v, "sigma"), 64)
	if perr == nil && x > 0 && x <= 100 {
		w.Settings.Sigma = int64(x*100 + 0.5)
	}
	return w, f.Err()
}

func (s *Service) getWatches(w http.ResponseWriter, r *http.Request) error {
	x, a := s.lens(web.LangOf(r)), web.ActorOf(r)
	list, err := s.Watches(r.Context(), a)
	if err != nil {
		return err
	}
	t := x.watchesTable(list)
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	v := watchesView{Grid: web.NewGrid(r, t), MayWatch: a.Can(ruleWatch), Empty: len(list) == 0}
	v.XLSX, v.CSV = web.FileLinks(r)
	return watchesPage().Render(w, r, "监测项", v)
}

func (s *Service) getCharts(w http.ResponseWriter, r *http.Request) error {
	x, a := s.lens(web.LangOf(r)), web.ActorOf(r)
	list, err := s.Watches(r.Context(), a)
	if err != nil {
		return err
	}
	v := chartsView{MayWatch: a.Can(ruleWatch)}
	for _, q := range list {
		if !q.Watch.Stopped {
			v.Cards = append(v.Cards, x.card(q))
		}
	}
	return chartsPage().Render(w, r, "毒情监测图", v)
}

func (s *Service) getWatch(w http.ResponseWriter, r *http.Request) error {
	return s.showWatch(w, r, http.StatusOK, nil)
}

func (s *Service) showWatch(w http.ResponseWriter, r *http.Request, status int, faults formFaults) error {
	id, err := web.PathNumber(r, "watch")
	if err != nil {
		return err
	}
	x, a := s.lens(web.LangOf(r)), web.ActorOf(r)
	q, err := s.Watch(r.Context(), a, id)
	if err != nil {
		return err
	}
	trace := s.traces(q.Watch)
	t := x.monthsTable(q.Watch, q.Rows, func(p period.Period) string { return trace(p.String()) })
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	v := watchView{ID: id, Version: q.Watch.Version, Name: x.watch(q.Watch), Unit: s.unitName(q.Watch.Unit), Says: x.summary(q.Watch, q.Rows), Sudden: x.suddenChart(q.Watch, q.Rows, false), Creep: x.creepChart(q.Watch, q.Rows, false),
		HasCreep: judgedAny(q.Rows, Creep), Months: web.NewGrid(r, t), Signals: x.signalsTable(listed(q)), HasSignals: len(q.Signals) > 0, Note: q.Watch.Note, Since: x.in(q.Watch.Since), Stopped: q.Watch.Stopped, MayEdit: a.Can(ruleWatch), F: faults}
	v.XLSX, v.CSV = web.FileLinks(r)
	if q.Watch.Effort != "" {
		v.Effort = x.element(q.Watch.Effort)
	}
	if n := len(q.Rows); n > 0 {
		last := q.Rows[n-1]
		if v.Latest = x.later(q.Rows); v.Latest != "" {
			v.Missing = x.missing(last.Month)
		}
		if !v.HasCreep {
			v.CreepWhy = x.held(q.Watch, last.Creep)
		}
		for _, row := range slices.Backward(q.Rows) {
			if c := row.Creep; c.Hold == "" {
				v.Design = x.t("以上年月平均 %s 为准，每月超过 %d 的部分累加，不够的扣回，扣到 0 为止；累加数超过 %d 就提示。平常情况下大约 %d 个月才误报一次。", decimal(c.Mean()), c.K, c.H, c.Run)
				break
			}
		}
	}
	return watchPage().RenderStatus(w, r, status, v.Name, v)
}

func listed(v View) (out []Listed) {
	for _, x := range v.Signals {
		out = append(out, Listed{v.Watch, x})
	}
	return out
}

// missing names the units that have not reported a month, ten at most.
func (x lens) missing(m Month) string {
	var names []string
	for i, u := range m.Missing {
		if i == 10 {
			break
		}
		names = append(names, x.name(u))
	}
	if len(names) == 0 {
		return ""
	}
	text := strings.Join(names, x.t("、"))
	if n := len(m.Missing); n > len(names) {
		return x.t("还没有报的：%s 等 %d 个单位", text, n)
	}
	return x.t("还没有报的：%s", text)
}

func (s *Service) watchForm(x lens, w Watch) watchForm {
	list := s.Countable()
	v := watchForm{ID: w.ID, Version: w.Version, Elements: x.elements(list, w.Element, w.Category), Units: x.places(s.Places(), s.code, w.Unit), Efforts: x.efforts(list, w.Effort), Baseline: strconv.Itoa(w.Settings.Baseline), Sigma: hundredths(w.Settings.Sigma),
		Run: strconv.Itoa(w.Settings.Run), Rise: strconv.Itoa(w.Settings.Rise), Memo: w.Note, Save: watchesPath + "/new", Cancel: watchesPath, F: formFaults{}}
	if !w.Since.IsZero() {
		v.Since = w.Since.String()
	}
	if w.ID != 0 {
		v.Name, v.Save, v.Cancel = x.watch(w), watchPath(w.ID)+"/edit", watchPath(w.ID)
	}
	return v
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) error {
	if err := web.ActorOf(r).May(ruleWatch, perm.On{}); err != nil {
		return err
	}
	year, _, _ := s.today().Date()
	return editPage().Render(w, r, "新增监测项", s.watchForm(s.lens(web.LangOf(r)), Watch{Unit: s.county(), Since: period.Months.Period(period.Months.First(year)), Settings: Usual()}))
}

func (s *Service) getEdit(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "watch")
	if err != nil {
		return err
	}
	q, err := s.Watch(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	return editPage().Render(w, r, "修改监测项", s.watchForm(s.lens(web.LangOf(r)), q.Watch))
}

func (s *Service) postEdit(w http.ResponseWriter, r *http.Request) error {
	v, err := form(r)
	if err != nil {
		return err
	}
	x, a := s.lens(web.LangOf(r)), web.ActorOf(r)
	q, err := s.typedWatch(v)
	title := "新增监测项"
	if r.PathValue("watch") != "" {
		title = "修改监测项"
		id, perr := web.PathNumber(r, "watch")
		if perr != nil {
			return perr
		}
		old, perr := s.Watch(r.Context(), a, id)
		if perr != nil {
			return perr
		}
		q.ID, q.Element, q.Category, q.Unit = id, old.Watch.Element, old.Watch.Category, old.Watch.Unit
	}
	id := int64(0)
	if err != nil {
		err = fault.Together(err, q.Check())
	} else {
		id, err = s.SaveWatch(r.Context(), a, q)
	}
	if err == nil {
		// What the months say is known at once, not a minute later.
		err = s.Tick(r.Context())
	}
	if err != nil {
		faults, ok := x.refused(err)
		if !ok {
			return err
		}
		back := s.watchForm(x, q)
		back.F = faults
		back.Since, back.Baseline, back.Sigma, back.Run, back.Rise = v.Get("since"), v.Get("baseline"), v.Get("sigma"), v.Get("run"), v.Get("rise")
		return editPage().RenderStatus(w, r, web.Status(err), title, back)
	}
	return web.Done(w, r, watchPath(id), "已保存监测项")
}

func (s *Service) postStop(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "watch")
	if err != nil {
		return err
	}
	v, err := form(r)
	if err != nil {
		return err
	}
	stopped := v.Get("stopped") == "1"
	if err := s.Stop(r.Context(), web.ActorOf(r), id, number(v, "version"), stopped); err != nil {
		if faults, ok := s.lens(web.LangOf(r)).refused(err); ok {
			return s.showWatch(w, r, web.Status(err), faults)
		}
		return err
	}
	if stopped {
		return web.Done(w, r, watchPath(id), "已停止监测；已有的预警保留")
	}
	return web.Done(w, r, watchPath(id), "已恢复监测")
}
