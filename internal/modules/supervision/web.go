package supervision

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/web"
)

func (s *Service) routes() []web.Route {
	upload := int64(mostPhoto + 1<<20)
	return []web.Route{
		{Pattern: "GET /supervision", Rule: ruleRead, Handle: s.getPlans},
		{Pattern: "GET /supervision/findings", Rule: ruleRead, Handle: s.getFindings},
		{Pattern: "GET /supervision/mine", Rule: ruleAnswer, Handle: s.getMine},
		{Pattern: "GET /supervision/keep.js", Rule: ruleRead, Handle: s.getScript},
		{Pattern: "GET /supervision/lists", Rule: ruleRead, Handle: s.getLists},
		{Pattern: "GET /supervision/lists/{list}", Rule: ruleRead, Handle: s.getList},
		{Pattern: "POST /supervision/lists/{list}", Rule: rulePlan, Handle: s.postList},
		{Pattern: "GET /supervision/plans/{id}", Rule: ruleRead, Handle: s.getPlan},
		{Pattern: "GET /supervision/plans/{id}/edit", Rule: rulePlan, Handle: s.getEdit},
		{Pattern: "POST /supervision/plans/{id}/edit", Rule: rulePlan, Handle: s.postEdit},
		{Pattern: "GET /supervision/plans/{id}/pool", Rule: rulePlan, Handle: s.getPool},
		{Pattern: "POST /supervision/plans/{id}/pool", Rule: rulePlan, Handle: s.postPool},
		{Pattern: "POST /supervision/plans/{id}/draws", Rule: rulePlan, Handle: s.postDraw},
		{Pattern: "GET /supervision/plans/{id}/draws/{no}", Rule: ruleRead, Handle: s.getDraw},
		{Pattern: "GET /supervision/plans/{id}/draws/{no}/{format}", Rule: ruleRead, Handle: s.getDrawPaper},
		{Pattern: "GET /supervision/plans/{id}/report/{format}", Rule: ruleRead, Handle: s.getReport},
		{Pattern: "POST /supervision/plans/{id}/{deed}", Rule: rulePlan, Handle: s.postPlanDeed},
		{Pattern: "GET /supervision/visits/{visit}", Rule: ruleRead, Handle: s.getVisit},
		{Pattern: "POST /supervision/visits/{visit}", Rule: ruleVisit, Handle: s.postVisit, MaxBody: upload},
		{Pattern: "POST /supervision/visits/{visit}/findings/{no}/{deed}", Rule: ruleVisit, Handle: s.postFinding, MaxBody: upload},
		{Pattern: "GET /supervision/visits/{visit}/photos/{photo}", Rule: ruleRead, Handle: s.getPhoto},
		{Pattern: "POST /supervision/visits/{visit}/photos/{photo}/drop", Rule: ruleVisit, Handle: s.postDropPhoto},
		{Pattern: "POST /supervision/visits/{visit}/feedback", Rule: ruleVisit, Handle: s.postFeedback},
		{Pattern: "GET /supervision/visits/{visit}/paper/{format}", Rule: ruleRead, Handle: s.getPaper},
		{Pattern: "POST /supervision/visits/{visit}/confirm", Rule: ruleAnswer, Handle: s.postConfirm},
		{Pattern: "POST /supervision/visits/{visit}/object", Rule: ruleAnswer, Handle: s.postObject},
		{Pattern: "POST /supervision/visits/{visit}/objections/{objection}", Rule: ruleReview, Handle: s.postRule},
		{Pattern: "POST /supervision/visits/{visit}/items", Rule: rulePlan, Handle: s.postItems},
		{Pattern: "POST /supervision/visits/{visit}/dropped", Rule: rulePlan, Handle: s.postDropped},
		{Pattern: "POST /supervision/visits/{visit}/recheck", Rule: rulePlan, Handle: s.postRecheck},
		{Pattern: "GET /api/v1/supervision", Rule: ruleRead, Handle: s.getPlansJSON},
		{Pattern: "GET /api/v1/supervision/{id}", Rule: ruleRead, Handle: s.getPlanJSON},
		{Pattern: "GET /api/v1/supervision/{id}/draws/{no}", Rule: ruleRead, Handle: s.getDrawJSON},
	}
}

func (s *Service) lens(r *http.Request) lens { return lens{Lang: web.LangOf(r), name: s.unitName} }

// numbered reads a number of the path and the form.
func numbered(r *http.Request, name string) (id int64, v url.Values, err error) {
	if id, err = web.PathNumber(r, name); err != nil {
		return 0, nil, err
	}
	v, err = web.Form(r)
	return id, v, err
}

// field reads a field; browsers send line ends as two signs.
func field(v url.Values, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(v.Get(name), "\r\n", "\n"))
}

func count(v url.Values, name string) int64 {
	n, err := strconv.ParseInt(field(v, name), 10, 64)
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

var media = map[string]string{"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "pdf": "application/pdf"}

// send prints a document as a file.
func (s *Service) send(w http.ResponseWriter, r *http.Request, d *docgen.Document, err error) error {
	if err != nil {
		return err
	}
	f := r.PathValue("format")
	if media[f] == "" || s.joints.Print == nil {
		return web.NoPage()
	}
	web.Attachment(w, d.Meta.Subject+"."+f, media[f])
	return s.joints.Print(d, f, w)
}

func (s *Service) getPlans(w http.ResponseWriter, r *http.Request) error {
	x, a := s.lens(r), web.ActorOf(r)
	list, err := s.Plans(r.Context(), a)
	if err != nil {
		return err
	}
	t := x.plansTable(list)
	if done, err := web.SendTable(w, r, x.t("督导检查"), t); done || err != nil {
		return err
	}
	lists, err := s.Lists(r.Context(), a)
	if err != nil {
		return err
	}
	return plansPage().Render(w, r, "督导检查", plansView{Grid: web.NewGrid(r, t), MayPlan: a.Can(rulePlan), Empty: len(list) == 0, NoLists: len(lists) == 0, Mine: a.Can(ruleAnswer)})
}

func (s *Service) getFindings(w http.ResponseWriter, r *http.Request) error {
	x, a, q := s.lens(r), web.ActorOf(r), r.URL.Query()
	all, err := s.Findings(r.Context(), a, FindingFilter{})
	if err != nil {
		return err
	}
	plan, _ := strconv.ParseInt(q.Get("plan"), 10, 64)
	filter := FindingFilter{Plan: plan, Block: q.Get("block"), Severity: Severity(q.Get("severity")), State: q.Get("state")}
	if u, ok := s.units.Register().ByCode(q.Get("unit")); ok {
		filter.Unit = u
	}
	v := findingsView{Severities: x.severities(filter.Severity), States: []option{{"none", x.t("没有立项"), filter.State == "none"}, {"open", x.t("整改中"), filter.State == "open"}, {"closed", x.t("已结束"), filter.State == "closed"}}}
	add := func(to *[]option, o option) {
		if !slices.ContainsFunc(*to, func(p option) bool { return p.Value == o.Value }) {
			*to = append(*to, o)
		}
	}
	var list []Found
	for _, f := range all {
		add(&v.Plans, option{strconv.FormatInt(f.Plan.ID, 10), f.Plan.Title, f.Plan.ID == plan})
		if u, ok := s.units.Register().Unit(f.Visit.Unit); ok {
			add(&v.Units, option{u.Code, s.unitName(u.ID), u.ID == filter.Unit})
		}
		if f.Finding.Block != "" {
			add(&v.Blocks, option{f.Finding.Block, f.Finding.Block, f.Finding.Block == filter.Block})
		}
		if filter.takes(f) {
			list = append(list, f)
		}
	}
	t := x.findingsTable(list)
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	v.Grid, v.Count = web.NewGrid(r, t), len(list)
	v.XLSX, v.CSV = web.FileLinks(r)
	return findingsPage().Render(w, r, "督导检查发现的问题", v)
}

func (s *Service) getMine(w http.ResponseWriter, r *http.Request) error {
	x, a := s.lens(r), web.ActorOf(r)
	list, err := s.Mine(r.Context(), a)
	if err != nil {
		return err
	}
	var v mineView
	for _, q := range list {
		l := mineLine{Unit: s.unitName(q.Visit.Unit), Plan: q.Plan.Title, Path: visitPath(q.Visit.ID), Kind: x.t("首次检查"), Day: dayText(q.Visit.Day), ToldOn: dayText(q.Visit.ToldOn), State: x.t(q.Visit.State.Text()), Tag: progressTags[q.Visit.State], LastDay: q.LastDay.String(), Objections: len(q.Objections)}
		if q.Visit.Of != 0 {
			l.Kind = x.t("复查")
		}
		for _, f := range q.Findings {
			if !f.Gone {
				l.Findings++
			}
		}
		for _, o := range q.Objections {
			if o.Ruling == "" {
				l.Waiting++
			}
		}
		l.Left = s.today().DaysUntil(q.LastDay)
		l.MayObject = l.Left >= 0
		v.Visits = append(v.Visits, l)
	}
	return ownPage().Render(w, r, "本单位的检查反馈", v)
}

// getScript sends the small script that keeps what was typed on a visit when the line is down.
func (s *Service) getScript(w http.ResponseWriter, r *http.Request) error {
	b, err := embedded.ReadFile("static/keep.js")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, err = w.Write(b)
	return err
}

func (s *Service) getLists(w http.ResponseWriter, r *http.Request) error {
	a := web.ActorOf(r)
	list, err := s.Lists(r.Context(), a)
	if err != nil {
		return err
	}
	v := listsView{MayPlan: a.Can(rulePlan)}
	for _, c := range list {
		v.Lists = append(v.Lists, listLine{Name: c.Name, Path: listPath(c.ID), By: c.By, At: minute(c.At), Edition: c.Edition, Lines: len(c.Lines())})
	}
	return listsPage().Render(w, r, "检查表", v)
}

// second shows an instant to the second.
func second(at string) string {
	if len(at) >= 19 {
		return strings.Replace(at[:19], "T", " ", 1)
	}
	return at
}

// minute shortens a stored instant.
func minute(at string) string {
	if len(at) >= 16 {
		return strings.Replace(at[:16], "T", " ", 1)
	}
	return at
}

func (s *Service) listView(a perm.Actor, c Checklist) listView {
	v := listView{ID: c.ID, Edition: c.Edition, Name: c.Name, Save: listsPath + "/new", By: c.By, At: minute(c.At), MayPlan: a.Can(rulePlan), F: web.Faults{}}
	if c.ID != 0 {
		v.Save = listPath(c.ID)
	}
	for i, b := range c.Blocks {
		v.Blocks = append(v.Blocks, blockForm{No: i, Name: b.Name, Text: b.Text(), Lines: b.Lines})
	}
	return v
}

func (s *Service) getList(w http.ResponseWriter, r *http.Request) error {
	a := web.ActorOf(r)
	c := Starter()
	old := false
	if r.PathValue("list") == "new" {
		if err := a.May(rulePlan, perm.On{}); err != nil {
			return err
		}
	} else {
		id, err := web.PathNumber(r, "list")
		if err != nil {
			return err
		}
		edition, _ := strconv.Atoi(r.URL.Query().Get("edition"))
		if c, err = s.List(r.Context(), a, id, edition); err != nil {
			return err
		}
		last, err := s.List(r.Context(), a, id, 0)
		if err != nil {
			return err
		}
		old = last.Edition != c.Edition
	}
	v := s.listView(a, c)
	v.Old = old
	for e := c.Edition; e >= 1 && c.ID != 0 && !old; e-- {
		v.Editions = append(v.Editions, linkView{s.lens(r).t("第 %d 版", e), listPath(c.ID) + "?edition=" + strconv.Itoa(e)})
	}
	if v.MayPlan && !old {
		v.Blocks = append(v.Blocks, blockForm{No: len(v.Blocks)})
	}
	return listPage().Render(w, r, "检查表", v)
}

func (s *Service) postList(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	c := Checklist{Name: field(v, "name"), Edition: int(count(v, "edition"))}
	if r.PathValue("list") != "new" {
		if c.ID, err = web.PathNumber(r, "list"); err != nil {
			return err
		}
	}
	for i := 0; v.Has("block"+strconv.Itoa(i)) && i < 60; i++ {
		n := strconv.Itoa(i)
		c.Blocks = append(c.Blocks, parseBlock(v.Get("block"+n), v.Get("lines"+n)))
	}
	id, err := s.SaveList(r.Context(), web.ActorOf(r), c)
	if err != nil {
		faults, ok := web.Refused(err, s.lens(r).Text)
		if !ok {
			return err
		}
		back := s.listView(web.ActorOf(r), c)
		back.F = faults
		for i := range back.Blocks {
			back.Blocks[i].Text = v.Get("lines" + strconv.Itoa(i))
		}
		return listPage().RenderStatus(w, r, web.Status(err), "检查表", back)
	}
	return web.Done(w, r, listPath(id), "已保存检查表")
}
