package actions

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/web"
)

// settingsView is the page of settings, as text so that what was typed can be shown again.
type settingsView struct {
	Near, SignDays, RedN, RedM string
	Deputies                   []option
	Prefix, Office             string
	OfficeName                 string
	Tasks, Problems, Duties    string
	Lights                     []lightForm
	Version                    int64
	Example                    string
	F                          map[string][]string
	Say                        string
	Now                        *settingsNow // saved by somebody else meanwhile
	Shifts                     []shiftView
}

// lightForm is a line of the form that names the lights.
type lightForm struct{ Field, Light, Usual, Zh, En string }

type settingsNow struct{ Near, SignDays, RedN, RedM, Prefix, Office, Tasks, Problems, Duties string }

type shiftView struct {
	ID                           int64
	No, Title, Path, Was, Become string
}

func (s *Service) settingsView(x lens, set Settings) settingsView {
	n := strconv.Itoa
	v := settingsView{Near: n(set.Near), SignDays: n(set.SignDays), RedN: n(set.RedN), RedM: n(set.RedM), Prefix: set.Prefix, Office: set.Office,
		OfficeName: s.officeName(Settings{}), Tasks: set.Tasks, Problems: set.Problems, Duties: set.Duties, Version: set.Version, F: map[string][]string{}}
	for _, l := range ownLights() {
		v.Lights = append(v.Lights, lightForm{"light-" + string(l), string(l), x.Text(lightWord(l)), set.Lights[l].Zh, set.Lights[l].En})
	}
	y, _, _ := s.today().Date()
	prefix := set.Prefix
	if prefix == "" {
		prefix = x.say("由县填写")
	}
	v.Example = numberText(prefix, y, 1)
	v.Deputies = []option{{Label: x.unit(s.commandPost()), On: set.Deputy == ""}}
	t := s.units.Today()
	for _, u := range t.Preorder(org.Functional) {
		if u != s.commandPost() && t.Kind(u) != org.School && t.Kind(u) != org.Enterprise && t.Kind(u) != org.Venue {
			v.Deputies = append(v.Deputies, option{Value: t.Code(u), Label: t.Short(u), On: t.Code(u) == set.Deputy})
		}
	}
	return v
}

func (s *Service) getSettings(w http.ResponseWriter, r *http.Request) error {
	set, err := s.Settings(r.Context())
	if err != nil {
		return err
	}
	return s.showSettings(w, r, http.StatusOK, s.settingsView(s.lens(r), set))
}

func (s *Service) showSettings(w http.ResponseWriter, r *http.Request, status int, v settingsView) error {
	list, err := s.Shifts(r.Context(), web.ActorOf(r))
	if err != nil {
		return err
	}
	for _, x := range list {
		v.Shifts = append(v.Shifts, shiftView{ID: x.Item.ID, No: x.Item.No, Title: x.Item.Title, Path: itemPath(x.Item.ID), Was: x.Now.String(), Become: x.New.String()})
	}
	return settingsPage().RenderStatus(w, r, status, "事项设置", v)
}

func (s *Service) postSettings(w http.ResponseWriter, r *http.Request) error {
	v, _, err := formOf(r)
	if err != nil {
		return err
	}
	number := func(field string) int {
		n, err := strconv.Atoi(strings.TrimSpace(v.Get(field)))
		if err != nil {
			return -1
		}
		return n
	}
	text := func(field string) string { return strings.TrimSpace(v.Get(field)) }
	seen, ok := whole(v.Get("version"))
	if !ok {
		seen = -1
	}
	set := Settings{Near: number("near"), SignDays: number("signdays"), RedN: number("redn"), RedM: number("redm"), Deputy: text("deputy"), Prefix: text("prefix"),
		Office: text("office"), Tasks: text("tasks"), Problems: text("problems"), Duties: text("duties"), Version: seen}
	for _, l := range ownLights() {
		if n := (LightName{text("light-" + string(l)), text("light-" + string(l) + "-en")}); n != (LightName{}) {
			if set.Lights == nil {
				set.Lights = map[measure.Light]LightName{}
			}
			set.Lights[l] = n
		}
	}
	err = s.SaveSettings(r.Context(), web.ActorOf(r), set)
	k := fault.KindOf(err)
	if err == nil {
		return web.Done(w, r, "/actions/settings", "已保存")
	}
	if k != fault.Invalid && k != fault.Conflict {
		return err
	}
	x := s.lens(r)
	f := s.settingsView(x, set)
	f.Near, f.SignDays, f.RedN, f.RedM = v.Get("near"), v.Get("signdays"), v.Get("redn"), v.Get("redm")
	f.Say = fault.Say(err, x.Text)
	var list fault.Findings
	if errors.As(err, &list) {
		f.Say = x.say("有 %d 处要改，见各栏下面；您填的都还在。", len(list))
		for _, one := range list {
			f.F[one.Field] = append(f.F[one.Field], one.Message(x.Text))
		}
	}
	if k == fault.Conflict {
		now, nerr := s.Settings(r.Context())
		if nerr != nil {
			return nerr
		}
		n := s.settingsView(x, now)
		f.Version = now.Version
		f.Now = &settingsNow{n.Near, n.SignDays, n.RedN, n.RedM, n.Prefix, n.Office, n.Tasks, n.Problems, n.Duties}
	}
	return s.showSettings(w, r, web.Status(err), f)
}

func (s *Service) postCalendar(w http.ResponseWriter, r *http.Request) error {
	v, _, err := formOf(r)
	if err != nil {
		return err
	}
	var ids []int64
	for _, t := range v["item"] {
		if id, ok := whole(t); ok {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return fault.New(fault.Invalid, "请勾选要重算截止日的事项")
	}
	n, err := s.Recalendar(r.Context(), web.ActorOf(r), ids)
	if err != nil {
		return err
	}
	return web.Done(w, r, "/actions/settings", "已重算 %d 件事项的截止日", n)
}
