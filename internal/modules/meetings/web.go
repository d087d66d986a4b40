package meetings

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/web"
)

func (s *Service) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /meetings", Rule: ruleRead, Handle: s.getList},
		{Pattern: "POST /meetings", Rule: ruleKeep, Handle: s.postPlan},
		{Pattern: "GET /meeting-series/{series}", Rule: ruleKeep, Handle: s.getSeries},
		{Pattern: "POST /meeting-series/{series}", Rule: ruleKeep, Handle: s.postSeries},
		{Pattern: "GET /meetings/{id}", Rule: ruleRead, Handle: s.getWhole},
		{Pattern: "POST /meetings/{id}", Rule: ruleKeep, Handle: s.postChange},
		{Pattern: "POST /meetings/{id}/state", Rule: ruleKeep, Handle: s.postState},
		{Pattern: "POST /meetings/{id}/invite", Rule: ruleKeep, Handle: s.postInvite},
		{Pattern: "POST /meetings/{id}/seats", Rule: ruleKeep, Handle: s.postSeats},
		{Pattern: "POST /meetings/{id}/seats/{post}", Rule: ruleAnswer, Handle: s.postAnswer},
		{Pattern: "POST /meetings/{id}/roll", Rule: ruleKeep, Handle: s.postRoll},
		{Pattern: "POST /meetings/{id}/proposals", Rule: ruleKeep, Handle: s.postProposals},
		{Pattern: "POST /meetings/{id}/topics", Rule: ruleKeep, Handle: s.postTopic},
		{Pattern: "POST /meetings/{id}/order", Rule: ruleKeep, Handle: s.postOrder},
		{Pattern: "POST /meetings/{id}/topics/{topic}/{deed}", Rule: ruleKeep, Handle: s.postTopicDeed},
		{Pattern: "POST /meetings/{id}/decisions", Rule: ruleKeep, Handle: s.postDecision},
		{Pattern: "POST /meetings/{id}/decisions/{decision}", Rule: ruleKeep, Handle: s.postRedecide},
		{Pattern: "POST /meetings/{id}/decisions/{decision}/strike", Rule: ruleKeep, Handle: s.postStrike},
		{Pattern: "POST /meetings/{id}/papers", Rule: rulePaper, Handle: s.postPaper, MaxBody: mostHandout + 1<<20},
		{Pattern: "POST /meetings/{id}/papers/{paper}/take", Rule: rulePaper, Handle: s.postTakeBack},
		{Pattern: "GET /meetings/{id}/papers/{paper}", Rule: ruleRead, Handle: s.getPaper},
		{Pattern: "POST /meetings/{id}/packs", Rule: ruleKeep, Handle: s.postPack},
		{Pattern: "GET /meetings/{id}/packs/{version}", Rule: ruleRead, Handle: s.showPack},
		{Pattern: "GET /meetings/{id}/packs/{version}/{format}", Rule: ruleRead, Handle: s.getPack},
		{Pattern: "GET /meetings/{id}/minutes/{format}", Rule: ruleRead, Handle: s.getMinutes},
		{Pattern: "GET /meetings/{id}/run", Rule: ruleRead, Handle: s.getRun},
		{Pattern: "GET /meetings/{id}/current", Rule: ruleRead, Handle: s.getCurrent},
		{Pattern: "GET /api/v1/meetings", Rule: ruleRead, Handle: s.getJSON},
	}
}

func (s *Service) lens(r *http.Request) lens {
	x := lens{Lang: web.LangOf(r), tree: s.units.Today(), name: s.unitName, others: s.joints.Sayings, named: s.joints.English}
	if f := s.joints.ItemLight; f != nil {
		x.lights = func(l measure.Light) (zh, en string) { return f(r.Context(), l) }
	}
	return x
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

func day(v url.Values, field string, f *fault.Fields) period.Day {
	text := strings.TrimSpace(v.Get(field))
	if text == "" {
		return 0
	}
	d, err := period.ParseDay(text)
	f.Need(err == nil, field, "日期 %s 写法不对；请写成 2018-05-10 的样子", text)
	return d
}

// horizon is how far ahead the days of a series are shown.
const horizon = 62

func (s *Service) getList(w http.ResponseWriter, r *http.Request) error {
	x, a := s.lens(r), web.ActorOf(r)
	list, err := s.Meetings(r.Context(), a, period.MustDay("2000-01-01"), period.MustDay("2999-12-31"))
	if err != nil {
		return err
	}
	series, err := s.AllSeries(r.Context(), a)
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, q := range series {
		names[q.ID] = q.Name
	}
	t := x.meetingsTable(list, names)
	if done, err := web.SendTable(w, r, x.t("会议"), t); done || err != nil {
		return err
	}
	v := listView{Grid: web.NewGrid(r, t), MayKeep: a.Can(ruleKeep), Empty: len(series) == 0}
	for _, q := range series {
		v.Series = append(v.Series, x.seriesLine(q))
		dates, err := s.Dates(r.Context(), a, q.ID, s.today(), s.today().AddDays(horizon))
		if err != nil {
			return err
		}
		for _, d := range dates[:min(len(dates), 4)] {
			v.Coming = append(v.Coming, x.dateLine(q, d))
		}
	}
	for _, m := range list {
		if m.Day < s.today() || m.State == Held || m.State == Cancelled {
			continue
		}
		whole, err := s.Show(r.Context(), a, m.ID)
		if err != nil {
			return err
		}
		n := &nextView{Title: m.Title, Day: m.Day.String(), Weekday: weekday(x.Lang, m.Day), Time: m.Time, Place: m.Place, State: x.t(m.State.Text()), Path: meetingPath(m.ID), Topics: len(whole.Topics), Seats: len(whole.Seats), Packs: len(whole.Packs)}
		for _, q := range whole.Seats {
			if q.Answer != NoAnswer {
				n.Answers++
			}
		}
		switch left := s.today().DaysUntil(m.Day); left {
		case 0:
			n.In = x.t("今天")
		case 1:
			n.In = x.t("明天")
		default:
			n.In = x.t("%d 天后", left)
		}
		v.Next = n
		break
	}
	return listPage().Render(w, r, x.t("会议"), v)
}

func (x lens) dateLine(q Series, d Date) dateLine {
	return dateLine{Series: q.ID, Name: q.Name, Period: d.Period.String(), Label: x.period(d.Period), Day: d.Day.String(), Weekday: weekday(x.Lang, d.Day), Shifted: x.t(d.Shifted), Unknown: d.Unknown}
}

func (s *Service) postPlan(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(v.Get("series"), 10, 64)
	p, err := period.Parse(v.Get("period"))
	if err != nil {
		return err
	}
	m, err := s.Plan(r.Context(), web.ActorOf(r), id, p, 0)
	if err != nil {
		return err
	}
	return web.Done(w, r, meetingPath(m), "已排定会议")
}

func (s *Service) getSeries(w http.ResponseWriter, r *http.Request) error {
	x := s.lens(r)
	q := Series{Rhythm: HalfMonthly, Day: 11, Shift: Later, Time: "09:00", From: s.today()}
	if id := r.PathValue("series"); id != "new" {
		n, err := web.PathNumber(r, "series")
		if err != nil {
			return err
		}
		list, err := s.AllSeries(r.Context(), web.ActorOf(r))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(o Series) bool { return o.ID == n })
		if i < 0 {
			return fault.New(fault.Missing, "没有这个会议系列；请从会议列表进入")
		}
		q = list[i]
	}
	v, err := s.seriesView(r, q)
	if err != nil {
		return err
	}
	return seriesPage().Render(w, r, x.t("会议系列"), v)
}

func (s *Service) seriesView(r *http.Request, q Series) (v seriesView, err error) {
	x := s.lens(r)
	v = seriesView{ID: q.ID, Version: q.Version, Name: q.Name, Rhythms: x.rhythms(q.Rhythm), Day: strconv.Itoa(q.Day), Time: q.Time, Place: q.Place, Host: s.unitName(q.Host), Chair: q.Chair, Ended: q.Ended, F: web.Faults{},
		Shifts: []option{{string(Later), x.t("遇休息日顺延"), q.Shift == Later}, {string(Earlier), x.t("遇休息日提前"), q.Shift == Earlier}}, Save: "/meeting-series/new", Cancel: "/meetings"}
	if !q.From.IsZero() {
		v.From = q.From.String()
	}
	if q.ID != 0 {
		v.Save = seriesPath(q.ID)
	}
	v.Hosts = s.unitOptions(org.LevelTownship)
	if v.Holders, err = s.holderLines(r, q.Posts); err != nil {
		return v, err
	}
	if q.Check() == nil {
		for _, p := range q.Rhythm.Periods(s.today(), s.today().AddDays(90)) {
			if d := q.Date(s.units.Calendar(), p); d.Day >= s.today() && len(v.Preview) < 6 {
				v.Preview = append(v.Preview, x.dateLine(q, d))
			}
		}
	}
	return v, nil
}

// unitOptions lists the units that people name in a meeting: functional ones, the county, townships.
func (s *Service) unitOptions(lowest org.Level) (out []option) {
	t := s.units.Today()
	for _, u := range append(t.Preorder(org.Functional), t.Preorder(org.Territorial)...) {
		if l := t.Level(u); l == org.LevelFunctional || l <= lowest {
			out = append(out, option{Value: t.Name(u), Label: t.Code(u)})
		}
	}
	return out
}

func (s *Service) holderLines(r *http.Request, on []int64) (out []holderLine, err error) {
	if s.joints.Posts == nil {
		return nil, nil
	}
	list, err := s.joints.Posts(r.Context())
	if err != nil {
		return nil, err
	}
	for _, h := range list {
		out = append(out, holderLine{Post: h.Post.ID, Title: h.Post.Title, Names: strings.Join(h.Names, "、"), On: slices.Contains(on, h.Post.ID)})
	}
	return out, nil
}

func (s *Service) postSeries(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	var f fault.Fields
	q := Series{Name: strings.TrimSpace(v.Get("name")), Rhythm: Rhythm(v.Get("rhythm")), Shift: Shift(v.Get("shift")), Time: strings.TrimSpace(v.Get("time")), Place: strings.TrimSpace(v.Get("place")),
		Chair: strings.TrimSpace(v.Get("chair")), Posts: web.Numbers(v["post"]), Ended: v.Get("ended") != "", Version: web.Version(v)}
	q.Day, _ = strconv.Atoi(strings.TrimSpace(v.Get("day")))
	q.Host = s.unit(v.Get("host"), "host", &f)
	q.From = day(v, "from", &f)
	if id := r.PathValue("series"); id != "new" {
		if q.ID, err = web.PathNumber(r, "series"); err != nil {
			return err
		}
	}
	err = f.Err()
	if err == nil {
		_, err = s.SaveSeries(r.Context(), web.ActorOf(r), q)
	}
	if err != nil {
		x := s.lens(r)
		faults, ok := web.Refused(err, x.Text)
		if !ok {
			return err
		}
		back, err := s.seriesView(r, q)
		if err != nil {
			return err
		}
		back.F, back.Host, back.Day = faults, v.Get("host"), v.Get("day")
		return seriesPage().RenderStatus(w, r, http.StatusUnprocessableEntity, x.t("会议系列"), back)
	}
	return web.Done(w, r, "/meetings", "已保存会议系列")
}
