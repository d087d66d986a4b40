package situation

import (
	"net/http"
	"net/url"
	"strconv"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

func (s *Service) getList(w http.ResponseWriter, r *http.Request) error {
	x, a, q := s.lens(web.LangOf(r)), web.ActorOf(r), r.URL.Query()
	all, err := s.List(r.Context(), a, Filter{})
	if err != nil {
		return err
	}
	watch, _ := strconv.ParseInt(q.Get("watch"), 10, 64)
	state := State(q.Get("state"))
	v := listView{MayCharts: a.Can(ruleCharts), MayWatch: a.Can(ruleWatch), Outside: !a.Can(ruleCharts)}
	for _, st := range States() {
		v.States = append(v.States, option{string(st), x.t(st.Text()), st == state})
	}
	seen := map[int64]bool{}
	var list []Listed
	for _, l := range all {
		if !seen[l.Watch.ID] {
			seen[l.Watch.ID] = true
			v.Watches = append(v.Watches, option{strconv.FormatInt(l.Watch.ID, 10), x.watch(l.Watch), l.Watch.ID == watch})
		}
		if l.Signal.State == Open {
			v.Wait++
		}
		if (state == "" || l.Signal.State == state) && (watch == 0 || l.Watch.ID == watch) {
			list = append(list, l)
		}
	}
	t := x.signalsTable(list)
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	if len(all) == 0 {
		if err := s.nothing(r, x, &v); err != nil {
			return err
		}
	}
	v.Grid, v.Count = web.NewGrid(r, t), len(list)
	v.XLSX, v.CSV = web.FileLinks(r)
	return signalsPage().Render(w, r, "毒情预警", v)
}

// nothing says why the list is empty and what to do next.
func (s *Service) nothing(r *http.Request, x lens, v *listView) error {
	if !v.MayCharts {
		v.Empty = x.t("没有已确认的预警。")
		return nil
	}
	watches, err := s.Watches(r.Context(), web.ActorOf(r))
	if err != nil {
		return err
	}
	v.Empty, v.EmptyPath, v.EmptyLink = x.t("没有预警。监测项的各月数都可以在监测图里看。"), chartsPath, x.t("看监测图")
	if len(watches) == 0 {
		v.Empty, v.EmptyPath, v.EmptyLink = x.t("还没有监测项。先选要监测的数据项，月报齐了系统就自动判断。"), "", ""
		if v.MayWatch {
			v.EmptyPath, v.EmptyLink = watchesPath+"/new", x.t("新增监测项")
		}
	}
	return nil
}

func (s *Service) getSignal(w http.ResponseWriter, r *http.Request) error {
	return s.showSignal(w, r, http.StatusOK, nil, nil)
}

// leads lists the units that may take an item: task forces and townships.
func (s *Service) leads(on org.UnitID) (out []option) {
	t := s.units.Today()
	add := func(u org.UnitID) { out = append(out, option{t.Code(u), t.Short(u), u == on}) }
	for _, u := range t.Preorder(org.Functional) {
		if k := t.Kind(u); k == org.TaskForce || k == org.Office {
			add(u)
		}
	}
	if places := s.Places(); len(places) > 0 {
		for _, u := range places[1:] {
			add(u)
		}
	}
	return out
}

// usualDays is how many working days an item from a signal is given unless said otherwise.
const usualDays = 10

// showSignal shows a signal; typed and faults bring back a form that was refused.
func (s *Service) showSignal(w http.ResponseWriter, r *http.Request, status int, faults formFaults, typed url.Values) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	x, a := s.lens(web.LangOf(r)), web.ActorOf(r)
	d, err := s.Signal(r.Context(), a, id)
	if err != nil {
		return err
	}
	y, trace := d.Signal, s.traces(d.Watch)
	v := signalView{ID: id, Version: y.Version, Name: x.watch(d.Watch), Month: x.in(y.Month), Method: x.t(y.Method.Text()), State: x.t(y.State.Text()), Tag: stateTags[y.State], Path: signalPath(id), WatchPath: watchPath(d.Watch.ID),
		Says: x.told(d.Watch, y.Method, y.Month, y.Reading), Facts: x.facts(d, trace), Effort: x.effort(d.Watch, d.Effort), Corrected: x.corrected(d.Watch, y), Hindsight: y.Hindsight, Settled: x.settled(y), Text: y.Text, By: y.By, Decided: dayText(y.Decided),
		MayDecide: d.MayDecide, MayItem: d.MayItem && s.joints.OpenItem != nil, MayCharts: d.MayCharts, Remarks: x.remarks(d.Watch, y), F: faults}
	if y.Reading.Uneven && y.Method == Creep {
		v.Uneven = x.say("uneven")
	}
	if d.Watch.Effort != "" && s.joints.Figures != nil {
		v.EffortPath = s.joints.Figures.Path(d.Watch.Effort, "", d.Watch.Unit, y.Month)
	}
	set := d.Watch
	set.Settings = y.Settings
	v.Counts, v.Sums, v.HasSums = x.suddenChart(set, d.Rows, false), x.creepChart(set, d.Rows, false), y.Method == Creep
	v.Figures = x.figuresTable(d, trace)
	if y.Item != 0 {
		v.Item = "/actions/" + strconv.FormatInt(y.Item, 10)
	}
	v.MayItemNow = v.MayItem && y.State == Confirmed && y.Item == 0
	v.MayReopen = d.MayItem && y.State != Open && y.Item == 0
	if (v.MayDecide || v.MayItemNow) && v.MayItem {
		deadline, _ := s.units.Calendar().AddWorkdays(s.today(), usualDays)
		force := s.force(d.Watch)
		v.Title, v.Standard, v.Deadline = s.lens(words.Chinese).t("核查%s%s超出平常波动的原因", y.Month.Chinese(), s.lens(words.Chinese).watch(d.Watch)), s.lens(words.Chinese).t("查明原因并提出措施，书面报禁毒办"), deadline.String()
		v.Leads = s.leads(force)
	}
	if typed != nil {
		v.Finding, v.WithItem = typed.Get("text"), typed.Get("item") == "1"
		if typed.Has("title") {
			v.Title, v.Standard, v.Deadline = typed.Get("title"), typed.Get("standard"), typed.Get("deadline")
			for i := range v.Leads {
				v.Leads[i].On = v.Leads[i].Value == typed.Get("lead")
			}
		}
	}
	return signalPage().RenderStatus(w, r, status, x.t("毒情预警")+" · "+v.Name, v)
}

func (x lens) settled(s Signal) string {
	switch s.State {
	case Confirmed:
		return x.t("核实情况")
	case Dismissed:
		return x.t("排除理由")
	}
	return ""
}

// typedWish reads the part of a form that asks for an item.
func (s *Service) typedWish(v url.Values) (Wish, error) {
	var f fault.Fields
	w := Wish{Title: field(v, "title"), Standard: field(v, "standard")}
	if u, ok := s.units.Register().ByCodeOn(field(v, "lead"), s.today()); ok {
		w.Lead = u
	}
	if text := field(v, "deadline"); text != "" {
		d, err := period.ParseDay(text)
		f.Need(err == nil, "deadline", "日期 %s 写法不对；请写成 2018-05-10 的样子", text)
		w.Deadline = d
	}
	return w, f.Err()
}

func (s *Service) postSignal(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	v, err := form(r)
	if err != nil {
		return err
	}
	a, ctx, version, text := web.ActorOf(r), r.Context(), number(v, "version"), field(v, "text")
	said := "已确认预警"
	switch r.PathValue("deed") {
	case "confirm":
		var wish *Wish
		if v.Get("item") == "1" {
			q, werr := s.typedWish(v)
			wish, err = &q, werr
			said = "已确认预警，并立为事项"
		}
		if err == nil {
			err = s.Confirm(ctx, a, id, version, text, wish)
		}
	case "dismiss":
		said = "已排除预警"
		err = s.Dismiss(ctx, a, id, version, text)
	case "item":
		said = "已立为事项"
		var q Wish
		if q, err = s.typedWish(v); err == nil {
			err = s.OpenItem(ctx, a, id, version, q)
		}
	case "reopen":
		said = "已重新打开，等待核实"
		err = s.Reopen(ctx, a, id, version, text)
	default:
		return web.NoPage()
	}
	if err != nil {
		faults, ok := s.lens(web.LangOf(r)).refused(err)
		if !ok {
			return err
		}
		return s.showSignal(w, r, web.Status(err), faults, v)
	}
	return web.Done(w, r, signalPath(id), said)
}

// signalJSON is a signal for other programs: what was decided and on which figures.
type signalJSON struct {
	ID        int64  `json:"id"`
	Element   string `json:"element"`
	Category  string `json:"category,omitempty"`
	Unit      string `json:"unit"`
	Month     string `json:"month"`
	Method    string `json:"method"`
	State     string `json:"state"`
	Count     *int64 `json:"count"`
	Mean      string `json:"mean,omitempty"`
	Text      string `json:"text"`
	Finding   string `json:"finding,omitempty"`
	Decided   string `json:"decided,omitempty"`
	Corrected bool   `json:"corrected"`
	Item      int64  `json:"item,omitempty"`
}

func (s *Service) getJSON(w http.ResponseWriter, r *http.Request) error {
	list, err := s.List(r.Context(), web.ActorOf(r), Filter{State: State(r.URL.Query().Get("state"))})
	if err != nil {
		return err
	}
	x := s.lens(web.LangOf(r))
	out := make([]signalJSON, 0, len(list))
	for _, q := range list {
		y := q.Signal
		j := signalJSON{ID: y.ID, Element: q.Watch.Element, Category: string(q.Watch.Category), Unit: s.code(q.Watch.Unit), Month: y.Month.String(), Method: string(y.Method), State: string(y.State), Text: x.told(q.Watch, y.Method, y.Month, y.Reading), Finding: y.Text, Decided: dayText(y.Decided), Corrected: y.Corrected(), Item: y.Item}
		if y.Reading.Hold == "" {
			j.Count, j.Mean = &y.Reading.Count, decimal(y.Reading.Mean())
		}
		out = append(out, j)
	}
	return web.WriteJSON(w, http.StatusOK, map[string]any{"signals": out})
}
