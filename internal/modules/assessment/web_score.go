package assessment

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/web"
)

// chosenPeriod reads the period of the address; without one it is the latest that is over, or the
// running one where none is.
func (s *Service) chosenPeriod(r *http.Request, e Scheme) (period.Period, error) {
	if text := r.URL.Query().Get("period"); text != "" {
		return period.Parse(text)
	}
	list := s.periodsOf(e)
	if len(list) > 1 {
		return list[1], nil
	}
	return list[0], nil
}

// scores fills in what live and fixed results have in common; done tells that a file was sent.
func (s *Service) scores(w http.ResponseWriter, r *http.Request, o Outcome, path string, v *scoreView) (done bool, err error) {
	x := s.lens(r)
	e := o.Scheme
	v.Title, v.Period, v.Scheme, v.Edition = e.Name, x.in(o.Result.Period), linkView{Text: e.Name, Path: schemePath(e.ID) + "?edition=" + strconv.Itoa(e.Edition)}, e.Edition
	v.Basis, v.Published, v.Draft, v.Own = e.Basis, dayText(e.PublishedOn), e.State == Draft, !o.Whole
	if e.Late(o.Result.Period) {
		v.Late = x.t("本版办法于 %s 公布，晚于评价期开始的 %s：各单位事先并不知道权重。", dayText(e.PublishedOn), dayText(o.Result.Period.First()))
	}
	v.View = r.URL.Query().Get("view")
	if !slices.Contains(views(), v.View) {
		v.View = views()[0]
	}
	for _, k := range views() {
		v.Tabs = append(v.Tabs, linkView{x.viewName(k), path + "view=" + k, k == v.View})
	}
	t := x.scoreTable(v.View, o)
	if done, err := web.SendTable(w, r, strings.Join([]string{e.Name, v.Period, t.Name}, " "), t); done || err != nil {
		return true, err
	}
	v.Grid = web.NewGrid(r, t)
	v.XLSX, v.CSV = web.FileLinks(r)
	switch v.View {
	case "places":
		v.Lead = x.lead(o)
		if o.Whole && o.Result.Why == "" {
			v.Chart, v.Pairs = x.rankChart(o.Result), x.pairs(o.Result)
		}
		v.How = []string{x.t("得分是各项标准分按公布的权重加权平均，满分 100；名次按打印出来的得分，得分相同名次相同。"),
			x.t("换一种合理的权重或算法先后就变的，或者得分差没有超出偶然误差的，按并列处理；夹在并列单位之间的也并列。"),
			x.t("得分按可以对外的数计算，对谁都一样；人数太少的数不参加。"), x.say(stats.SayFullCount)}
		if o.Result.Draws > 0 {
			v.How = append(v.How, x.how(o.Result)[0])
		}
	case "checks":
		if o.Whole && len(o.Result.Shifts) > 0 {
			v.Extra = x.shiftsTable(o.Result)
		}
	}
	return false, nil
}

func (s *Service) getScores(w http.ResponseWriter, r *http.Request) error {
	return s.showScores(w, r, http.StatusOK, nil, "")
}

func (s *Service) showScores(w http.ResponseWriter, r *http.Request, status int, faults web.Faults, why string) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	x, a := s.lens(r), web.ActorOf(r)
	all, err := s.Show(r.Context(), a, id)
	if err != nil {
		return err
	}
	no := editionOf(r)
	e, ok := all.Edition(no)
	if !ok {
		return noScheme()
	}
	p, err := s.chosenPeriod(r, e)
	if err != nil {
		return err
	}
	o, err := s.Score(r.Context(), a, id, no, p)
	if err != nil {
		return err
	}
	v := scoreView{Live: true, Fix: schemePath(id) + "/fix", FixPeriod: p.String(), FixWhy: why, F: faults}
	if done, err := s.scores(w, r, o, scorePath(id, no, p)+"&", &v); done || err != nil {
		return err
	}
	if p.Last() >= s.today() {
		v.Lead = append([]string{x.t("%s 还没有结束，以下只按已有的数据试算。", x.in(p))}, v.Lead...)
	}
	for _, k := range s.periodsOf(e) {
		v.Periods = append(v.Periods, linkView{x.in(k), scorePath(id, no, k) + "&view=" + v.View, k == p})
	}
	for _, k := range all.Records {
		v.Refix = v.Refix || k.Period == p
	}
	f, inForce := InForce(all.Editions, p)
	v.CanFix = a.Can(ruleFix) && inForce && f.Edition == o.Scheme.Edition && p.Last() < s.today() && o.Result.Scored > 0
	return scorePage().RenderStatus(w, r, status, v.Title, v)
}

func (s *Service) postFix(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "id")
	if err != nil {
		return err
	}
	p, err := period.Parse(field(v, "period"))
	if err != nil {
		return err
	}
	no, err := s.Fix(r.Context(), web.ActorOf(r), id, p, field(v, "reason"))
	if err != nil {
		faults, ok := web.Refused(err, s.lens(r).Text)
		if !ok || fault.KindOf(err) != fault.Invalid {
			return err
		}
		q := r.URL.Query()
		q.Set("period", p.String())
		r.URL.RawQuery = q.Encode()
		return s.showScores(w, r, web.Status(err), faults, field(v, "reason"))
	}
	return web.Done(w, r, recordPath(no), "已定稿")
}

func (s *Service) getResult(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "result")
	if err != nil {
		return err
	}
	a := web.ActorOf(r)
	o, err := s.Result(r.Context(), a, id)
	if err != nil {
		return err
	}
	k := o.Record
	v := scoreView{Record: &recordView{No: k.No, At: minute(k.At), By: k.By, Checksum: k.Checksum, Reason: k.Reason, PublishedOn: dayText(k.PublishedOn), PublishedBy: k.PublishedBy, Sound: k.Proved(), Version: k.Version, Path: recordPath(id), Newest: true}}
	if done, err := s.scores(w, r, o, recordPath(id)+"?", &v); done || err != nil {
		return err
	}
	all, err := s.Show(r.Context(), a, k.Scheme)
	if err != nil {
		return err
	}
	for _, other := range all.Records {
		if other.Period == k.Period && other.No > k.No {
			v.Record.Newest = false
		}
	}
	v.Record.CanPublish = a.Can(ruleApprove) && k.PublishedOn.IsZero() && v.Record.Newest && v.Record.Sound
	if a.Can(ruleTry) {
		v.Record.Again = recordPath(id) + "/again"
	}
	return scorePage().Render(w, r, v.Title, v)
}

func (s *Service) postPublishResult(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "result")
	if err != nil {
		return err
	}
	if err := s.PublishResult(r.Context(), web.ActorOf(r), id, web.Version(v)); err != nil {
		return err
	}
	return web.Done(w, r, recordPath(id), "结果已公布")
}

func (s *Service) getAgain(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "result")
	if err != nil {
		return err
	}
	o, list, err := s.Again(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	x := s.lens(r)
	t, scores, places := x.againTable(o, list)
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	v := againView{Title: o.Scheme.Name, Back: recordPath(id), Period: x.in(o.Record.Period), Same: !slices.ContainsFunc(list, func(d Difference) bool { return !d.Same }), Scores: scores, Places: places, Grid: web.NewGrid(r, t)}
	v.XLSX, v.CSV = web.FileLinks(r)
	return againPage().Render(w, r, "按今日数据重算", v)
}

func (s *Service) getMarks(w http.ResponseWriter, r *http.Request) error {
	return s.showMarks(w, r, http.StatusOK, nil, Mark{Kind: Deduction, Day: s.today()})
}

func (s *Service) showMarks(w http.ResponseWriter, r *http.Request, status int, faults web.Faults, typed Mark) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	x, a := s.lens(r), web.ActorOf(r)
	o, err := s.Show(r.Context(), a, id)
	if err != nil {
		return err
	}
	list, err := s.Marks(r.Context(), a, id)
	if err != nil {
		return err
	}
	t := x.marksTable(list)
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	e, _ := o.Edition(0)
	v := marksView{Title: e.Name, Path: schemePath(id), Save: schemePath(id) + "/marks", Grid: web.NewGrid(r, t), MayEdit: a.Can(ruleEdit), Day: dayText(typed.Day), Points: typed.Points, Reason: typed.Reason, Document: typed.Document, F: faults}
	for _, k := range []MarkKind{Deduction, Veto} {
		v.Kinds = append(v.Kinds, option{string(k), x.t(k.Label()), k == typed.Kind})
	}
	tree := s.units.Today()
	for _, u := range tree.Preorder(org.Territorial) {
		if tree.Level(u) == org.LevelTownship {
			v.Units = append(v.Units, option{strconv.Itoa(int(u)), tree.Short(u), u == typed.Unit})
		}
	}
	for _, m := range list {
		if m.Withdrawn == "" {
			v.Open = append(v.Open, markLine{strings.Join([]string{s.unitName(m.Unit), x.t(m.Kind.Label()), m.Points, dayText(m.Day), m.Reason}, " "), "/assessment/marks/" + strconv.FormatInt(m.ID, 10) + "/withdraw", m.Version})
		}
	}
	return marksPage().RenderStatus(w, r, status, "扣分和一票否决", v)
}

func (s *Service) postMark(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "id")
	if err != nil {
		return err
	}
	var f fault.Fields
	m := Mark{Scheme: id, Unit: org.UnitID(max(0, integer(v, "unit"))), Kind: MarkKind(field(v, "kind")), Day: day(v, "day", &f), Points: field(v, "points"), Reason: field(v, "reason"), Document: field(v, "document")}
	if err = fault.Together(f.Err(), m.Check(s.today())); err == nil {
		_, err = s.AddMark(r.Context(), web.ActorOf(r), m)
	}
	if err != nil {
		faults, ok := web.Refused(err, s.lens(r).Text)
		if !ok {
			return err
		}
		return s.showMarks(w, r, web.Status(err), faults, m)
	}
	return web.Done(w, r, schemePath(id)+"/marks", "已登记")
}

func (s *Service) postWithdraw(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "mark")
	if err != nil {
		return err
	}
	scheme, err := s.WithdrawMark(r.Context(), web.ActorOf(r), id, web.Version(v), field(v, "reason"))
	if err != nil {
		return err
	}
	return web.Done(w, r, schemePath(scheme)+"/marks", "已撤销，记录保留")
}
