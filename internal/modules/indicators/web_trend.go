package indicators

import (
	"net/http"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

// trendQuestion reads which years and which two periods a request asks for; sorry says what cannot be
// read, faulty the fault of the two periods.
func trendQuestion(r *http.Request, x lens) (q TrendQuestion, sorry, faulty string) {
	get := func(name string) string { return strings.TrimSpace(r.URL.Query().Get(name)) }
	year := func(name string) int {
		s := get(name)
		if s == "" {
			return 0
		}
		n, err := strconv.Atoi(strings.TrimSuffix(s, "年"))
		if err != nil || n < 1900 || n > 9999 {
			sorry = x.say("“%s”不是年份；请写四位数，如 2015", s)
			return 0
		}
		return n
	}
	q.From, q.To = year("from"), year("to")
	if a, b := get("a"), get("b"); a != "" || b != "" {
		var err1, err2 error
		q.Earlier, err1 = period.Parse(a)
		q.Later, err2 = period.Parse(b)
		if err1 != nil || err2 != nil {
			err := err1
			if err == nil {
				err = err2
			}
			q.Earlier, q.Later = period.Period{}, period.Period{}
			faulty = fault.Say(err, x.Text)
		}
	}
	return q, sorry, faulty
}

// trend shows what the yearly counts of a figure show.
func (h *pages) trend(w http.ResponseWriter, r *http.Request) error {
	c, err := h.choose(r, r.URL.Query().Get("unit"))
	if err != nil {
		return err
	}
	x, reader, code := c.x, h.readerOf(r), r.PathValue("code")
	x.file = false
	q, sorry, faulty := trendQuestion(r, x)
	q.Code, q.Unit = code, c.unit
	t, err := h.s.Trends(r.Context(), reader, q)
	if fault.KindOf(err) == fault.Invalid { // years in the wrong order
		sorry = fault.Say(err, x.Text)
		q.From, q.To = 0, 0
		t, err = h.s.Trends(r.Context(), reader, q)
	}
	if err != nil {
		return err
	}
	v := trendView{Crumbs: x.crumbs(c.unit), Name: t.Head.Title(x.Lang), Code: code, Unit: x.unit(c.unit), Path: r.URL.Path, Keep: keepBut(r, "from", "to"),
		Figures: link{Text: x.Text("指标页"), Path: x.indicatorAt(code, c.unit)}, Fault: sorry, StartsPath: "/definitions/starts", Tools: toolsOf(r)}
	status := http.StatusOK
	if sorry != "" || faulty != "" {
		status = http.StatusUnprocessableEntity
	}
	switch {
	case t.Refused != "":
		v.Empty = &emptyView{Title: x.Text("这里没有走势可以判断"), Text: x.Text(t.Refused), Links: []link{v.Figures, {Text: x.Text("指标目录"), Path: "/indicators"}}}
		return trendPage().RenderStatus(w, r, status, "趋势与拐点", v)
	case len(t.Years) == 0:
		v.Empty = &emptyView{Title: x.Text("这些年度还没有数"), Text: x.Text("请换年份，或先补录数据。"), Links: []link{v.Figures}}
		if MayDefine(reader) {
			v.Empty.Links = append([]link{{Text: x.Text("导入数据"), Path: "/admin/import/facts"}}, v.Empty.Links...)
		}
		return trendPage().RenderStatus(w, r, status, "趋势与拐点", v)
	}
	from, to := yearOf(t.Years[0]), yearOf(t.Head)
	v.From, v.To, v.Span = itoa(from), itoa(to), x.say("%d—%d年", from, to)
	c.p = period.MustParse(v.From + ".." + v.To)
	c.x.p = c.p
	v.By, v.Units = h.switchBy(r, c), x.placeOptions(c.unit)
	v.Pair = x.pairOf(t)
	if v.Pair != nil {
		v.Pair.Open = r.URL.Query().Get("a") != ""
		if faulty != "" {
			v.Pair.Earlier, v.Pair.Later = r.URL.Query().Get("a"), r.URL.Query().Get("b")
			v.Pair.Fault, v.Pair.Said, v.Pair.Table = faulty, nil, nil
		}
	}
	v.Years, v.Rate, v.Order, v.Gate, v.Segments = x.yearsTable(t), x.rateFold(t), x.orderFold(t), x.gateFold(t), x.segmentsTable(t)
	for _, s := range t.Starts {
		v.Starts = append(v.Starts, x.startCardOf(s))
	}
	v.NoStarts = len(t.Starts) == 0
	v.Months = x.monthsTable(t.Months)
	if done, err := sendTables(w, r, x.say("%s %s 趋势", v.Name, v.Unit), v.tables()...); done || err != nil {
		return err
	}
	v.say(x, t)
	v.tabs(r, x, t)
	return trendPage().RenderStatus(w, r, status, "趋势与拐点", v)
}

// say fills in the verdict, what would settle the question, and where years before are entered.
func (v *trendView) say(x lens, t TrendAnswer) {
	run := t.Years[t.First:]
	switch {
	case t.Result != nil:
		v.Said = turnSaid(*t.Result, run, t.Effort, x.Lang)
		for _, s := range t.Result.SayNeeds() {
			v.Needs = append(v.Needs, said(s, x.Lang))
		}
		if t.Result.MoreYears() > 0 {
			v.Fill = x.fillSteps(v.From, t.Head, MayDefine(x.by))
		}
	case len(run) == 0:
		last := t.Head
		v.Said = []string{x.say("%s的数是：%s；不能判断走势。", x.in(last.Period), x.text(last))}
		if last.Incomplete {
			v.Said = []string{x.say("%s的数不完整，不能判断走势；请先补齐。", x.in(last.Period))}
		}
	default:
		v.Said = []string{x.Text(t.Why.Sentence())}
	}
	if t.First > 0 && len(run) > 0 {
		v.Notes = append(v.Notes, x.say("%s没有可用的数，只判断其后的%d个年度。", x.in(t.Years[t.First-1].Period), len(run)))
	}
}

// fillSteps tell where the years before, and the effort, are entered; define tells that the reader may
// change definitions.
func (x lens) fillSteps(from string, a Answer, define bool) []fillStep {
	out := []fillStep{
		{Text: x.Text("单位：要补录的年份里单位应当已经存在，把单位的“自何时起”改到那一年以前；涉及已封账期间的要写更正原因。"), Link: x.Text("单位"), Path: "/admin/units"},
		{Text: x.say("按原来的单位补录：把数据项的粒度写成“year;%s=month”，表示%s年以前按年、以后按月，再逐个单位导入，期别写年份。", from, from), Link: x.Text("数据项"), Path: "/definitions/elements"},
		{Text: x.Text("只有全县合计的：另建一个县级、按年的数据项导入合计，再把指标公式写成“首个有值(原数据项, 补录的数据项)”。"), Link: x.Text("指标定义"), Path: "/definitions"},
		{Text: x.Text("导入数据以后，本页立刻重新判断。")},
	}
	if define {
		out[3].Link, out[3].Path = x.Text("导入数据"), "/admin/import/facts"
	}
	if a.Element == nil && a.Definition.Effort == "" {
		path := "/definitions/" + a.Code
		if define {
			path = "/definitions/edit/" + a.Code
		}
		out = append(out, fillStep{Text: x.Text("查了多少：有检测人次一类数据项的，在指标定义里选作“工作量数据项”。"), Link: x.Text("指标定义"), Path: path})
	}
	return out
}

// tabs fills in the chart, the switch between years and months, and the switch that opens all folds.
func (v *trendView) tabs(r *http.Request, x lens, t TrendAnswer) {
	q := r.URL.Query()
	address := func(key, value string) string {
		q := r.URL.Query()
		q.Del("format")
		if value == "" {
			q.Del(key)
		} else {
			q.Set(key, value)
		}
		if s := q.Encode(); s != "" {
			return r.URL.Path + "?" + s
		}
		return r.URL.Path
	}
	monthly := q.Get("scale") == "month" && len(t.Months) > 0
	v.Tabs = []link{{x.Text("按年"), address("scale", ""), !monthly}}
	if len(t.Months) > 0 {
		v.Tabs = append(v.Tabs, link{x.Text("按月"), address("scale", "month"), monthly})
	}
	if monthly {
		v.Line = *x.countsChart(t.Months, nil, "")
		v.Notes = append(v.Notes, x.Text("走势和拐点按年度的数判断；各月有季节差别，前后相连，不能直接拿来判断。"))
	} else {
		v.Line = x.yearsChart(t)
		v.Months = nil
	}
	v.Open, v.OpenPath = q.Get("open") == "1", address("open", "1")
	if v.Open {
		v.OpenPath = address("open", "")
	}
}

// tables lists the tables of the page for the download.
func (v *trendView) tables() (out []*table.Table) {
	add := func(t *table.Table) {
		if t != nil && len(t.Rows) > 0 {
			out = append(out, t)
		}
	}
	add(v.Years)
	if v.Pair != nil {
		add(v.Pair.Table)
	}
	for _, f := range []*foldView{v.Rate, v.Order, v.Gate} {
		if f != nil {
			add(f.Table)
		}
	}
	add(v.Segments)
	for _, s := range v.Starts {
		add(s.Table)
	}
	add(v.Months)
	return out
}

// sendTables is web.SendTable for a page of several tables: a workbook has a sheet for each, the other
// formats carry the first.
func sendTables(w http.ResponseWriter, r *http.Request, name string, list ...*table.Table) (bool, error) {
	if r.URL.Query().Get("format") != "xlsx" {
		return web.SendTable(w, r, name, list[0])
	}
	web.Attachment(w, name+".xlsx", web.MediaXLSX)
	return true, table.Workbook(w, table.XLSXOptions{Tr: web.LangOf(r).Text, Title: name}, list...)
}

// mostHeadlines bounds the sentences on trends of a dashboard.
const mostHeadlines = 6

// headlines adds to the bundles of a dashboard what the years say of counts that should fall or rise.
func (h *pages) headlines(r *http.Request, c choice, list []bundleCard) error {
	left := mostHeadlines
	for i := range list {
		codes := list[i].claimed[:min(left, len(list[i].claimed))]
		left -= len(codes)
		if len(codes) == 0 {
			continue
		}
		said, err := h.s.Headlines(r.Context(), h.readerOf(r), codes, c.unit, c.x.Lang)
		if err != nil {
			return err
		}
		for _, t := range said {
			list[i].Trends = append(list[i].Trends, link{Text: t.Name + c.x.Text("：") + t.Said, Path: "/trend/" + t.Code + "?unit=" + c.x.code(c.unit) + c.x.kept()})
		}
	}
	return nil
}

// starts lists the known starts.
func (h *pages) starts(w http.ResponseWriter, r *http.Request) error {
	return h.startsWith(w, r, http.StatusOK, &startForm{})
}

func (h *pages) startsWith(w http.ResponseWriter, r *http.Request, status int, f *startForm) error {
	x := h.todayLens(r)
	list, err := h.s.Starts(web.ActorOf(r))
	if err != nil {
		return err
	}
	v := startsView{Table: x.startsTable(list), Empty: len(list) == 0}
	if done, err := web.SendTable(w, r, x.Text("已知起点"), v.Table); done || err != nil {
		return err
	}
	if MayDefine(web.ActorOf(r)) {
		f.New, f.Path, v.Form = true, "/definitions/starts", f
	}
	return startsPage().RenderStatus(w, r, status, "已知起点", v)
}

// start shows one known start with its history.
func (h *pages) start(w http.ResponseWriter, r *http.Request) error {
	return h.startWith(w, r, http.StatusOK, nil, nil)
}

func (h *pages) startWith(w http.ResponseWriter, r *http.Request, status int, f *startForm, end []string) error {
	x := h.todayLens(r)
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	s, err := h.s.Start(web.ActorOf(r), id)
	if err != nil {
		return err
	}
	now := s.Latest()
	v := startView{Name: x.Pick(now.Name, now.NameEN), Day: now.Day.String(), Source: now.Source, Entered: s.Entered(), Late: s.Late(), Ended: now.Ended, History: x.startHistory(s), EndFault: end}
	if MayDefine(web.ActorOf(r)) {
		if f == nil {
			f = &startForm{Name: now.Name, NameEN: now.NameEN, Day: now.Day.String(), Source: now.Source, Row: now.Version}
		}
		f.Path, v.Form, v.End = startPath(id), f, startPath(id)+"/end"
	}
	return startPage().RenderStatus(w, r, status, v.Name, v)
}

// postStart keeps a new start or a change of one.
func (h *pages) postStart(w http.ResponseWriter, r *http.Request) error {
	x := h.todayLens(r)
	if err := r.ParseForm(); err != nil {
		return err
	}
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	f := &startForm{Name: get("name"), NameEN: get("name_en"), Day: get("day"), Source: get("source"), Why: get("why")}
	f.Row, _ = strconv.Atoi(get("row"))
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if r.PathValue("id") != "" && id < 1 {
		return fault.New(fault.Missing, "没有这个起点；请从起点列表中选择")
	}
	if id == 0 {
		f.Row = 0
	}
	day, err := period.ParseDay(f.Day)
	if err != nil && f.Day != "" {
		err = fault.Findings{{Field: "day", Rule: "day", Value: f.Day, Format: "“%s”不是日期；请写成 2018-01-01", Args: []any{f.Day}}}
	} else {
		id, err = h.s.SaveStart(r.Context(), web.ActorOf(r), id, f.Row, StartVersion{Name: f.Name, NameEN: f.NameEN, Day: day, Source: f.Source, Why: f.Why})
	}
	switch kind := fault.KindOf(err); {
	case err == nil:
		return web.Done(w, r, startPath(id), "已保存起点 %s", f.Name)
	case kind != fault.Invalid && kind != fault.Conflict:
		return err
	case kind == fault.Conflict:
		if s, err2 := h.s.Start(web.ActorOf(r), id); err2 == nil {
			o := s.Latest()
			f.Row, f.Other = o.Version, strings.Join([]string{o.Name, o.Day.String(), o.Source, o.By, instant(o.At)}, " · ")
		}
	}
	f.F = faultsIn(err, x.Lang)
	if r.PathValue("id") == "" {
		return h.startsWith(w, r, web.Status(err), f)
	}
	return h.startWith(w, r, web.Status(err), f, nil)
}

// postEndStart withdraws a start.
func (h *pages) postEndStart(w http.ResponseWriter, r *http.Request) error {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	row, _ := strconv.Atoi(r.FormValue("row"))
	err := h.s.EndStart(r.Context(), web.ActorOf(r), id, row, strings.TrimSpace(r.FormValue("why")))
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict:
		return h.startWith(w, r, web.Status(err), nil, []string{fault.Say(err, h.todayLens(r).Text)})
	}
	if err != nil {
		return err
	}
	return web.Done(w, r, startPath(id), "已停用起点，历史保留")
}
