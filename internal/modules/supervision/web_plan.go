package supervision

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/web"
)

func (s *Service) getPlan(w http.ResponseWriter, r *http.Request) error {
	return s.showPlan(w, r, http.StatusOK, nil)
}

func (s *Service) showPlan(w http.ResponseWriter, r *http.Request, status int, faults web.Faults) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	x, a := s.lens(r), web.ActorOf(r)
	q, err := s.Show(r.Context(), a, id)
	if err != nil {
		return err
	}
	t := x.visitsTable(q)
	if done, err := web.SendTable(w, r, q.Plan.Title, t); done || err != nil {
		return err
	}
	p := q.Plan
	may := a.Can(rulePlan)
	v := planView{Title: p.Title, No: p.No, Kind: x.t(p.Kind.Text()), State: x.t(p.State.Text()), Tag: stateTags[p.State], Theme: p.Theme, Basis: p.Basis, Span: p.From.String() + " — " + p.To.String(), Path: planPath(id), Reason: p.Reason,
		List: linkView{fmt.Sprintf("%s · %s", q.List.Name, x.t("第 %d 版", q.List.Edition)), listPath(q.List.ID) + "?edition=" + strconv.Itoa(q.List.Edition)}, Grid: web.NewGrid(r, t), Visits: len(q.Visits) > 0, Repeats: x.repeatLines(q.Repeats),
		MayPlan: may, Open: p.State == Preparing || p.State == Visiting, Inside: q.Inside, Published: p.Published, CanPublish: may && p.Draw != 0 && !p.Published && p.State != Cancelled,
		CanClose: may && p.State == Visiting && q.Complete == nil, CanIssue: may && p.State == Closed && p.Issued.IsZero(), HasReport: p.Draw != 0 && s.joints.Print != nil && (q.Inside || !p.Issued.IsZero()), Issued: dayText(p.Issued), F: faults}
	v.CanDraw = may && v.Open && !slices.ContainsFunc(q.Visits, func(y VisitWhole) bool { return y.Visit.begun() })
	v.CanCancel = may && v.Open && q.FedBack == 0
	if p.State == Visiting && q.Complete != nil {
		v.Why = fault.Say(q.Complete, x.Text)
	}
	if q.Inside {
		holders, err := s.Holders(r.Context(), a)
		if err != nil {
			return err
		}
		for _, h := range holders {
			if slices.Contains(p.Team, h.Post.ID) {
				v.Team = append(v.Team, holderText(h))
			}
		}
	}
	v.Tiles = []tile{{x.t("检查单位"), fmt.Sprintf("%d/%d", q.Checked, q.Overview.Visits), x.t("已检查 / 抽取")}, {x.t("已反馈单位"), fmt.Sprint(q.FedBack), x.t("未检查 %d", q.Dropped)},
		{x.t("发现问题"), fmt.Sprint(q.Findings), x.t("没有立项 %d", q.Unopened)}, {x.t("整改"), fmt.Sprintf("%d/%d", q.PutRight, q.Opened), x.t("已销号 / 已立项")}, {x.t("异议"), fmt.Sprint(q.Objections), x.t("待答复 %d", q.WaitingObjections)}}
	for _, d := range q.Draws {
		v.Draws = append(v.Draws, drawLine{No: d.No, At: minute(d.At), By: d.By, Path: drawPath(id, d.No), Reason: d.Reason, Count: len(d.Drawn), Holds: d.No == p.Draw})
	}
	return planPage().RenderStatus(w, r, status, p.Title, v)
}

func holderText(h Holder) string {
	if len(h.Names) == 0 {
		return h.Post.Title
	}
	return h.Post.Title + "（" + strings.Join(h.Names, "、") + "）"
}

func (s *Service) planForm(r *http.Request, p Plan) (v planForm, err error) {
	x, a := s.lens(r), web.ActorOf(r)
	v = planForm{ID: p.ID, Version: p.Version, Title: p.Title, From: dayText(p.From), To: dayText(p.To), Theme: p.Theme, Basis: p.Basis, Repeat: strconv.Itoa(p.RepeatDays), Kinds: x.kinds(p.Kind), Save: "/supervision/plans/new/edit", Cancel: plansPath, F: web.Faults{}}
	if p.ID != 0 {
		v.Save, v.Cancel = planPath(p.ID)+"/edit", planPath(p.ID)
	}
	lists, err := s.Lists(r.Context(), a)
	if err != nil {
		return v, err
	}
	v.NoLists = len(lists) == 0
	for _, c := range lists {
		v.Lists = append(v.Lists, option{strconv.FormatInt(c.ID, 10), c.Name, c.ID == p.List})
	}
	holders, err := s.Holders(r.Context(), a)
	for _, h := range holders {
		v.Team = append(v.Team, option{strconv.FormatInt(h.Post.ID, 10), holderText(h), slices.Contains(p.Team, h.Post.ID)})
	}
	return v, err
}

func (s *Service) getEdit(w http.ResponseWriter, r *http.Request) error {
	p := Plan{Kind: Special, From: s.today(), To: s.today().AddDays(14), RepeatDays: 180}
	if r.PathValue("id") != "new" {
		id, err := web.PathNumber(r, "id")
		if err != nil {
			return err
		}
		q, err := s.Show(r.Context(), web.ActorOf(r), id)
		if err != nil {
			return err
		}
		p = q.Plan
	}
	v, err := s.planForm(r, p)
	if err != nil {
		return err
	}
	return editPage().Render(w, r, "督导检查计划", v)
}

func (s *Service) postEdit(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	var f fault.Fields
	p := Plan{Title: field(v, "title"), Kind: Kind(field(v, "kind")), From: day(v, "from", &f), To: day(v, "to", &f), Theme: field(v, "theme"), Basis: field(v, "basis"), List: max(0, count(v, "list")), Team: web.Numbers(v["post"]), RepeatDays: int(count(v, "repeat")), Version: count(v, "version")}
	if r.PathValue("id") != "new" {
		if p.ID, err = web.PathNumber(r, "id"); err != nil {
			return err
		}
	}
	id := p.ID
	if err = f.Err(); err == nil {
		id, err = s.SavePlan(r.Context(), web.ActorOf(r), p)
	}
	if err != nil {
		x := s.lens(r)
		faults, ok := web.Refused(err, x.Text)
		if !ok {
			return err
		}
		back, ferr := s.planForm(r, p)
		if ferr != nil {
			return ferr
		}
		if fault.KindOf(err) == fault.Conflict && p.ID != 0 {
			// The next save is meant to go on top of what somebody else has saved, which is said.
			now, serr := s.Show(r.Context(), web.ActorOf(r), p.ID)
			if serr != nil {
				return serr
			}
			o := now.Plan
			faults[""] = append(faults[""], x.t("现在保存的是：%s", strings.Join([]string{o.Title, x.t(o.Kind.Text()), o.From.String(), o.To.String(), o.Theme}, " · ")))
			back.Version = o.Version
		}
		back.F, back.From, back.To, back.Repeat = faults, v.Get("from"), v.Get("to"), v.Get("repeat")
		return editPage().RenderStatus(w, r, web.Status(err), "督导检查计划", back)
	}
	if p.ID == 0 {
		return web.Done(w, r, planPath(id)+"/pool", "已保存；下一步确定抽取范围")
	}
	return web.Done(w, r, planPath(id), "已保存")
}

func (s *Service) getPool(w http.ResponseWriter, r *http.Request) error {
	return s.showPool(w, r, http.StatusOK, nil, nil)
}

func (s *Service) showPool(w http.ResponseWriter, r *http.Request, status int, faults web.Faults, typed url.Values) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	x, a := s.lens(r), web.ActorOf(r)
	q, err := s.Show(r.Context(), a, id)
	if err != nil {
		return err
	}
	p := q.Plan
	v := poolView{Title: p.Title, Path: planPath(id), PlanNo: p.No, PoolAt: minute(p.PoolAt), Version: p.Version, Group: x.t("全部"), Groups: groupsText(p.Pool.Groups), Counts: counts(p.Pool), Ready: p.Pool.Check() == nil, Redraw: p.Draw != 0, Repeats: x.repeatLines(q.Repeats),
		Seed: seedForm{Kind: string(PublicSeed)}, F: faults}
	have := map[org.Kind]bool{}
	t := s.units.Today()
	for _, u := range append(t.Preorder(org.Territorial), t.Preorder(org.Functional)...) {
		have[t.Kind(u)] = true
	}
	for _, k := range org.Kinds() {
		if have[k] && k != org.Province && k != org.City && k != org.County {
			v.Kinds = append(v.Kinds, option{string(k), x.t(k.Text()), k == org.Township})
		}
	}
	repeated := map[org.UnitID]string{}
	for _, o := range q.Repeats {
		repeated[o.Unit] = o.Day.String()
	}
	for _, c := range p.Pool.Candidates {
		row := poolRow{Unit: int32(c.Unit), Code: c.Code, Name: c.Name, Group: c.Group, Out: c.Out, Repeated: repeated[c.Unit]}
		if n := strconv.Itoa(int(c.Unit)); typed.Has("group" + n) {
			row.Group, row.Out = typed.Get("group"+n), typed.Get("out"+n)
		}
		v.Rows = append(v.Rows, row)
	}
	if typed.Has("groups") {
		v.Groups = typed.Get("groups")
	}
	if typed.Has("origin") {
		v.Seed = seedForm{typed.Get("kind"), typed.Get("public"), typed.Get("seed"), typed.Get("origin"), typed.Get("reason")}
	}
	return poolPage().RenderStatus(w, r, status, "抽取单位", v)
}

func (s *Service) poolAgain(w http.ResponseWriter, r *http.Request, err error, v url.Values) error {
	faults, ok := web.Refused(err, s.lens(r).Text)
	if !ok {
		return err
	}
	return s.showPool(w, r, web.Status(err), faults, v)
}

func (s *Service) postPool(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "id")
	if err != nil {
		return err
	}
	a := web.ActorOf(r)
	if v.Get("deed") == "add" {
		n, err := s.AddUnits(r.Context(), a, id, org.Kind(v.Get("kind")), field(v, "group"))
		if err != nil {
			return s.poolAgain(w, r, err, v)
		}
		return web.Done(w, r, planPath(id)+"/pool", "已加入 %d 个单位", n)
	}
	var pool Pool
	if pool.Groups, err = parseGroups(v.Get("groups")); err == nil {
		gone := web.Numbers(v["gone"])
		for _, u := range web.Numbers(v["unit"]) {
			if n := strconv.FormatInt(u, 10); !slices.Contains(gone, u) {
				pool.Candidates = append(pool.Candidates, Candidate{Unit: org.UnitID(u), Name: s.unitName(org.UnitID(u)), Group: field(v, "group"+n), Out: field(v, "out"+n)})
			}
		}
		err = s.SetPool(r.Context(), a, id, count(v, "version"), pool)
	}
	if err != nil {
		return s.poolAgain(w, r, err, v)
	}
	return web.Done(w, r, planPath(id)+"/pool#draw", "已保存抽取范围")
}

func (s *Service) postDraw(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "id")
	if err != nil {
		return err
	}
	d, err := s.DrawUnits(r.Context(), web.ActorOf(r), id, Draw{Kind: SeedKind(v.Get("kind")), Public: v.Get("public"), Seed: v.Get("seed"), Origin: v.Get("origin"), Reason: v.Get("reason")})
	if err != nil {
		return s.poolAgain(w, r, err, v)
	}
	return web.Done(w, r, drawPath(id, d.No), "已抽取 %d 个单位", len(d.Drawn))
}

func (s *Service) askedDraw(r *http.Request) (p Plan, d Draw, err error) {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return p, d, err
	}
	no, err := web.PathNumber(r, "no")
	if err != nil {
		return p, d, err
	}
	return s.DrawOf(r.Context(), web.ActorOf(r), id, int(no))
}

func (s *Service) getDraw(w http.ResponseWriter, r *http.Request) error {
	p, d, err := s.askedDraw(r)
	if err != nil {
		return err
	}
	x := s.lens(r)
	v := drawView{Title: p.Title, Path: drawPath(p.ID, d.No), Plan: planPath(p.ID), No: d.No, Public: d.Public, Origin: d.Origin, Seed: d.Seed, PlanNo: d.PlanNo, At: second(d.At), PoolAt: second(d.PoolAt), By: d.By, Reason: d.Reason, Method: d.Method,
		IsPublic: d.Kind == PublicSeed, Holds: p.Draw == d.No, Drawn: x.drawnTable(d), Pool: x.poolTable(d), Counts: counts(d.Pool), Print: s.joints.Print != nil}
	if len(d.Drawn) > 0 {
		v.Example = d.Seed + "|" + d.Drawn[0].Code
	}
	if err := d.Verify(); err != nil {
		v.Bad = fault.Say(err, x.Text)
	} else {
		v.Good = true
	}
	return drawPage().Render(w, r, "抽取记录", v)
}

func (s *Service) getDrawPaper(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	no, err := web.PathNumber(r, "no")
	if err != nil {
		return err
	}
	d, err := s.DrawRecord(r.Context(), web.ActorOf(r), id, int(no))
	return s.send(w, r, d, err)
}

func (s *Service) getReport(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	d, err := s.Report(r.Context(), web.ActorOf(r), id)
	return s.send(w, r, d, err)
}

func (s *Service) postPlanDeed(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "id")
	if err != nil {
		return err
	}
	a, ctx := web.ActorOf(r), r.Context()
	said := "已保存"
	switch r.PathValue("deed") {
	case "publish":
		err, said = s.Publish(ctx, a, id), "已公布抽取结果"
	case "close":
		err, said = s.Close(ctx, a, id), "督导检查已办结"
	case "cancel":
		err, said = s.Cancel(ctx, a, id, field(v, "reason")), "督导检查已取消"
	case "issue":
		err, said = s.Issue(ctx, a, id), "已记录报告印发"
	default:
		return web.NoPage()
	}
	if err != nil {
		faults, ok := web.Refused(err, s.lens(r).Text)
		if !ok {
			return err
		}
		return s.showPlan(w, r, web.Status(err), faults)
	}
	return web.Done(w, r, planPath(id), said)
}

type planJSON struct {
	ID       int64       `json:"id"`
	No       string      `json:"no"`
	Title    string      `json:"title"`
	Kind     Kind        `json:"kind"`
	Theme    string      `json:"theme"`
	From     string      `json:"from"`
	To       string      `json:"to"`
	State    State       `json:"state"`
	Issued   string      `json:"issued,omitempty"`
	Draw     int         `json:"draw"`
	Visits   int         `json:"visits"`
	FedBack  int         `json:"fed_back"`
	Findings int         `json:"findings"`
	Opened   int         `json:"items"`
	Closed   int         `json:"items_closed"`
	List     []visitJSON `json:"list,omitempty"`
}

type visitJSON struct {
	ID       int64         `json:"id"`
	Unit     string        `json:"unit"`
	Name     string        `json:"name"`
	Again    int64         `json:"recheck_of,omitempty"`
	Day      string        `json:"day,omitempty"`
	State    Progress      `json:"state"`
	Told     string        `json:"told,omitempty"`
	Findings []findingJSON `json:"findings"`
}

type findingJSON struct {
	No       int      `json:"no"`
	Block    string   `json:"block"`
	Text     string   `json:"text"`
	Place    string   `json:"place"`
	Severity Severity `json:"severity"`
	Demand   string   `json:"demand"`
	Item     int64    `json:"item,omitempty"`
}

func overviewJSON(o Overview) planJSON {
	p := o.Plan
	return planJSON{ID: p.ID, No: p.No, Title: p.Title, Kind: p.Kind, Theme: p.Theme, From: p.From.String(), To: p.To.String(), State: p.State, Issued: dayText(p.Issued), Draw: p.Draw, Visits: o.Visits, FedBack: o.FedBack, Findings: o.Findings, Opened: o.Opened, Closed: o.PutRight}
}

func (s *Service) getPlansJSON(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Plans(r.Context(), web.ActorOf(r))
	if err != nil {
		return err
	}
	out := []planJSON{}
	for _, o := range list {
		out = append(out, overviewJSON(o))
	}
	return web.WriteJSON(w, http.StatusOK, out)
}

func (s *Service) getPlanJSON(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	q, err := s.Show(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	out := overviewJSON(q.Overview)
	for _, v := range q.Visits {
		j := visitJSON{ID: v.Visit.ID, Name: s.unitName(v.Visit.Unit), Again: v.Visit.Of, Day: dayText(v.Visit.Day), State: v.Visit.State, Told: dayText(v.Visit.ToldOn), Findings: []findingJSON{}}
		if u, ok := s.units.Register().Unit(v.Visit.Unit); ok {
			j.Unit = u.Code
		}
		for _, f := range v.Findings {
			if !f.Gone {
				j.Findings = append(j.Findings, findingJSON{f.No, f.Block, f.Text, f.Place, f.Severity, f.Demand, f.Item})
			}
		}
		out.List = append(out.List, j)
	}
	return web.WriteJSON(w, http.StatusOK, out)
}

func (s *Service) getDrawJSON(w http.ResponseWriter, r *http.Request) error {
	_, d, err := s.askedDraw(r)
	if err != nil {
		return err
	}
	out := struct {
		Draw
		Verified bool   `json:"verified"`
		Fault    string `json:"fault,omitempty"`
	}{Draw: d, Verified: true}
	if err := d.Verify(); err != nil {
		out.Verified, out.Fault = false, fault.Say(err, nil)
	}
	return web.WriteJSON(w, http.StatusOK, out)
}
