package notices

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/web"
)

func (s *Service) getQueue(w http.ResponseWriter, r *http.Request) error {
	a, l := web.ActorOf(r), web.LangOf(r)
	state := notify.State(r.URL.Query().Get("state"))
	if state.Text() == "" {
		state = ""
	}
	list, counts, err := s.Queue(r.Context(), a, state)
	if err != nil {
		return err
	}
	set := *s.settings.Load()
	t := buildQueue(l, list, func(m notify.Message) time.Time {
		switch {
		case !set.On:
			return time.Time{} // not before it is turned on
		case m.Class == notify.Test:
			return m.Next
		}
		at := m.Next
		if now := s.now(); at.Before(now) && set.quiet(now, s.works) {
			at = now
		}
		return set.goes(at, s.works)
	})
	if done, err := web.SendTable(w, r, l.Text("外发队列"), t); done || err != nil {
		return err
	}
	v := queueView{On: set.On, MaySet: a.Can(ruleSet), Grid: web.NewGrid(r, t)}
	v.States, v.All = stateOptions(l, state, counts)
	switch {
	case !set.On:
		v.Mute = l.Text("外发没有开通：一切通知只在系统内，没有任何内容离开本机。")
	case len(set.Hosts) == 0:
		v.Mute = l.Text("允许名单是空的：没有主机可以连接，消息会留在队列里。")
	case set.quiet(s.now(), s.works):
		v.Mute = l.Text("现在是免打扰时段：消息到时段结束才发出。")
	}
	return queuePage().Render(w, r, "外发通知", v)
}

func (s *Service) postResend(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	if err := s.Resend(r.Context(), web.ActorOf(r), id); err != nil {
		return err
	}
	return web.Done(w, r, "/outbound", "消息 %d 已重新排队", id)
}

func (s *Service) postDrop(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	if err := s.Drop(r.Context(), web.ActorOf(r), id); err != nil {
		return err
	}
	return web.Done(w, r, "/outbound", "消息 %d 已放弃", id)
}

// channelsPage shows the settings; change puts in what was typed.
func (s *Service) channelsPage(w http.ResponseWriter, r *http.Request, status int, change func(*channelsView)) error {
	a, l := web.ActorOf(r), web.LangOf(r)
	set, err := s.Settings(r.Context(), a)
	if err != nil {
		return err
	}
	robots, err := s.Robots(r.Context(), a)
	if err != nil {
		return err
	}
	own, err := s.Preference(r.Context(), a)
	if err != nil {
		return err
	}
	v := buildChannels(l, set, robots, s.unitName, faults{})
	v.R = buildRobot(l, Robot{Channel: notify.WeCom, Active: true}, s.unitOptions(), faults{})
	v.OwnMail = own.Mail != ""
	if err := s.vault.Ready(); err != nil {
		v.KeyFault = fault.Say(err, l.Text)
	}
	if change != nil {
		change(&v)
	}
	v.S.Mail.Sealed = ""
	return channelsPage().RenderStatus(w, r, status, "外发通知设置", v)
}

func (s *Service) unitName(u org.UnitID) string {
	if t := s.units.Today(); t.Has(u) {
		return t.Short(u)
	}
	return strconv.Itoa(int(u))
}

// unitOptions lists the units that have a group: functional ones and townships.
func (s *Service) unitOptions() (out []option) {
	t := s.units.Today()
	for _, u := range append(t.Preorder(org.Functional), t.Preorder(org.Territorial)...) {
		if l := t.Level(u); l == org.LevelFunctional || l <= org.LevelTownship {
			out = append(out, option{Value: strconv.Itoa(int(u)), Label: t.Short(u)})
		}
	}
	return out
}

func (s *Service) getChannels(w http.ResponseWriter, r *http.Request) error {
	return s.channelsPage(w, r, http.StatusOK, nil)
}

// settingsOf reads the form of the settings.
func settingsOf(v url.Values) Settings {
	text := func(field string) string { return strings.TrimSpace(v.Get(field)) }
	return Settings{On: text("on") != "", Hosts: strings.Fields(v.Get("hosts")), Base: strings.TrimSuffix(text("base"), "/"), DigestAt: text("digest_at"),
		SoonDays: int(number(v, "soon_days")), PerHour: int(number(v, "per_hour")), QuietFrom: text("quiet_from"), QuietTo: text("quiet_to"),
		QuietDaysOff: text("quiet_days_off") != "", Titles: text("titles") != "", Version: number(v, "version"),
		Mail: MailSettings{Server: text("server"), Security: notify.Security(text("security")), From: text("from"), FromName: text("from_name"), User: text("user"), Trust: text("trust")}}
}

func (s *Service) postChannels(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	set := settingsOf(form)
	err = s.SaveSettings(r.Context(), web.ActorOf(r), set, notify.NewSecret(form.Get("password")))
	if err == nil {
		return web.Done(w, r, "/outbound/settings", "已保存外发设置")
	}
	if !retry(err) {
		return err
	}
	return s.channelsPage(w, r, web.Status(err), func(v *channelsView) {
		now := v.S.Version
		l := web.LangOf(r)
		v.F, v.S, v.Hosts, v.SoonDays, v.PerHour, v.Securities = faultsOf(err, l), set, form.Get("hosts"), form.Get("soon_days"), form.Get("per_hour"), securityOptions(l, set.Mail.Security)
		v.S.Version = now
	})
}

// robotOfForm reads the form of a robot.
func robotOfForm(v url.Values) Robot {
	return Robot{Name: strings.TrimSpace(v.Get("name")), Channel: notify.Channel(v.Get("channel")), Unit: org.UnitID(number(v, "unit")), Active: v.Get("active") != "", Version: number(v, "version")}
}

func (s *Service) postNewRobot(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	in := robotOfForm(form)
	_, err = s.SaveRobot(r.Context(), web.ActorOf(r), in, form.Get("address"), notify.NewSecret(form.Get("sign")))
	if err == nil {
		return web.Done(w, r, "/outbound/settings", "已添加机器人 %s", in.Name)
	}
	if !retry(err) {
		return err
	}
	return s.channelsPage(w, r, web.Status(err), func(v *channelsView) {
		v.R = buildRobot(web.LangOf(r), in, s.unitOptions(), faultsOf(err, web.LangOf(r)))
		v.R.Address = withoutKey(in.Channel, form.Get("address"))
	})
}

// withoutKey gives an address back to the form without the key in it.
func withoutKey(c notify.Channel, address string) string {
	if base, _, ok := notify.SplitRobotURL(c, address); ok {
		return base
	}
	before, _, _ := strings.Cut(address, "?")
	return before
}

// robotByID finds a robot of the list.
func (s *Service) robotByID(r *http.Request) (Robot, error) {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return Robot{}, err
	}
	all, err := s.Robots(r.Context(), web.ActorOf(r))
	if err != nil {
		return Robot{}, err
	}
	for _, x := range all {
		if x.ID == id {
			return x, nil
		}
	}
	return Robot{}, fault.New(fault.Missing, "没有这个机器人；请从外发通知设置进入")
}

func (s *Service) getRobot(w http.ResponseWriter, r *http.Request) error {
	x, err := s.robotByID(r)
	if err != nil {
		return err
	}
	return robotPage().Render(w, r, "群机器人", buildRobot(web.LangOf(r), x, s.unitOptions(), faults{}))
}

func (s *Service) postRobot(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	old, err := s.robotByID(r)
	if err != nil {
		return err
	}
	in := robotOfForm(form)
	in.ID = old.ID
	_, err = s.SaveRobot(r.Context(), web.ActorOf(r), in, form.Get("address"), notify.NewSecret(form.Get("sign")))
	if err == nil {
		return web.Done(w, r, "/outbound/settings", "已保存机器人 %s", in.Name)
	}
	if !retry(err) {
		return err
	}
	in.Base, in.Signed, in.Version = withoutKey(in.Channel, form.Get("address")), old.Signed, old.Version
	return robotPage().RenderStatus(w, r, web.Status(err), "群机器人", buildRobot(web.LangOf(r), in, s.unitOptions(), faultsOf(err, web.LangOf(r))))
}

func (s *Service) postTestRobot(w http.ResponseWriter, r *http.Request) error {
	x, err := s.robotByID(r)
	if err != nil {
		return err
	}
	return s.test(w, r, x.ID)
}

func (s *Service) postTestMail(w http.ResponseWriter, r *http.Request) error { return s.test(w, r, 0) }

func (s *Service) test(w http.ResponseWriter, r *http.Request, robot int64) error {
	if err := s.TestOut(r.Context(), web.ActorOf(r), robot); err != nil {
		return err
	}
	return web.Done(w, r, "/outbound", "测试消息已排队，约半分钟内发出；结果见下表")
}
