package wastewater

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

func (s *Service) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /wastewater", Rule: ruleRead, Handle: s.getList},
		{Pattern: "GET /wastewater/plants", Rule: ruleRead, Handle: s.getPlants},
		{Pattern: "GET /wastewater/plants/{plant}", Rule: ruleWrite, Handle: s.getPlant},
		{Pattern: "POST /wastewater/plants/{plant}", Rule: ruleWrite, Handle: s.postPlant},
		{Pattern: "GET /wastewater/assumptions", Rule: ruleRead, Handle: s.getAssumptions},
		{Pattern: "POST /wastewater/assumptions", Rule: ruleTable, Handle: s.postAssumptions},
		{Pattern: "GET /wastewater/campaigns/{id}", Rule: ruleRead, Handle: s.getCampaign},
		{Pattern: "GET /wastewater/campaigns/{id}/edit", Rule: ruleWrite, Handle: s.getEdit},
		{Pattern: "POST /wastewater/campaigns/{id}/edit", Rule: ruleWrite, Handle: s.postEdit},
		{Pattern: "GET /wastewater/campaigns/{id}/samples", Rule: ruleWrite, Handle: s.getSamples},
		{Pattern: "POST /wastewater/campaigns/{id}/samples", Rule: ruleWrite, Handle: s.postSamples},
		{Pattern: "GET /wastewater/campaigns/{id}/template", Rule: ruleRead, Handle: s.getTemplate},
		{Pattern: "GET /wastewater/campaigns/{id}/import", Rule: ruleWrite, Handle: s.getImport},
		{Pattern: "POST /wastewater/campaigns/{id}/import", Rule: ruleWrite, Handle: s.postImport, MaxBody: mostFile + 1<<20},
		{Pattern: "POST /wastewater/campaigns/{id}/import/apply", Rule: ruleWrite, Handle: s.postApply},
		{Pattern: "POST /wastewater/campaigns/{id}/final", Rule: ruleWrite, Handle: s.postFinal},
		{Pattern: "POST /wastewater/campaigns/{id}/sites", Rule: ruleWrite, Handle: s.postSites},
		{Pattern: "POST /wastewater/campaigns/{id}/reopen", Rule: ruleTable, Handle: s.postReopen},
		{Pattern: "GET /api/v1/wastewater", Rule: ruleRead, Handle: s.getListJSON},
		{Pattern: "GET /api/v1/wastewater/{id}", Rule: ruleRead, Handle: s.getCampaignJSON},
	}
}

func lensOf(r *http.Request) lens { return lens{web.LangOf(r)} }

// text reads a field; browsers send line ends as two signs.
func text(v url.Values, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(v.Get(name), "\r\n", "\n"))
}

func number(v url.Values, name string) int64 {
	n, err := strconv.ParseInt(text(v, name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// overviews gives all campaigns with their results, the newest first.
func (s *Service) overviews(r *http.Request) (out []overview, err error) {
	a := web.ActorOf(r)
	list, err := s.Campaigns(r.Context(), a)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		w, err := s.Show(r.Context(), a, c.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, overview{c, w.Results, w.MissFlows + w.MissValues})
	}
	return out, nil
}

func (s *Service) getList(w http.ResponseWriter, r *http.Request) error {
	x, a := lensOf(r), web.ActorOf(r)
	list, err := s.overviews(r)
	if err != nil {
		return err
	}
	t := x.campaignsTable(list)
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	plants, err := s.Plants(r.Context(), a)
	if err != nil {
		return err
	}
	v := listView{Grid: web.NewGrid(r, t), Count: len(list), MayWrite: s.MayWrite(a), NoPlants: len(plants) == 0}
	v.Able = v.MayWrite && !v.NoPlants
	v.XLSX, v.CSV = web.FileLinks(r)
	return listPage().Render(w, r, "污水监测", v)
}

// plantsView is the page of the plants.
type plantsView struct {
	Grid     web.Grid
	MayWrite bool
}

func (s *Service) getPlants(w http.ResponseWriter, r *http.Request) error {
	x, a := lensOf(r), web.ActorOf(r)
	list, err := s.Plants(r.Context(), a)
	if err != nil {
		return err
	}
	may := s.MayWrite(a)
	t := &table.Table{ID: "plants", Name: x.t("污水厂"), Empty: x.t("还没有污水厂"), Columns: []table.Column{{Head: []string{x.t("污水厂")}, Key: "name", RowHead: true, Sort: table.ByText}, {Head: []string{x.t("服务范围")}, Key: "area"},
		{Head: []string{x.t("服务人口")}, Key: "people", Sort: table.ByNumber}, {Head: []string{x.t("服务人口的来源")}, Key: "source"}, {Head: []string{x.t("流量单位")}, Key: "unit"}, {Head: []string{x.t("状态")}, Key: "state"}}}
	for _, p := range list {
		name, state := table.Text(p.Name), x.t("在用")
		if may {
			name = table.Link(p.Name, plantPath(p.ID))
		}
		if p.Closed {
			state = x.t("已停用")
		}
		n := strconv.FormatInt(p.People, 10)
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{name, table.Text(p.Area), table.Number(n, measure.Group(n)), table.Text(p.Source), table.Text(x.t(p.Unit.Text())), table.Text(state)}})
	}
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	return plantsPage().Render(w, r, "污水厂", plantsView{web.NewGrid(r, t), may})
}

// plantForm is the form of a plant.
type plantForm struct {
	ID, Version                      int64
	Name, Area, People, Source, Save string
	Units                            []option
	Closed                           bool
	F                                web.Faults
}

func plantFormOf(x lens, p Plant, people string) plantForm {
	v := plantForm{ID: p.ID, Version: p.Version, Name: p.Name, Area: p.Area, People: people, Source: p.Source, Closed: p.Closed, Save: plantsPath + "/new", F: web.Faults{}}
	if p.ID != 0 {
		v.Save = plantPath(p.ID)
	}
	for _, u := range FlowUnits() {
		v.Units = append(v.Units, option{string(u), x.t(u.Text()), u == p.Unit})
	}
	return v
}

func (s *Service) getPlant(w http.ResponseWriter, r *http.Request) error {
	a := web.ActorOf(r)
	if err := s.mayWrite(a); err != nil {
		return err
	}
	p, people := Plant{Unit: CubicMetres}, ""
	if r.PathValue("plant") != "new" {
		id, err := web.PathNumber(r, "plant")
		if err != nil {
			return err
		}
		list, err := s.Plants(r.Context(), a)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(p Plant) bool { return p.ID == id })
		if i < 0 {
			return fault.New(fault.Missing, "没有这座污水厂；请从污水厂清单进入")
		}
		p, people = list[i], strconv.FormatInt(list[i].People, 10)
	}
	return plantPage().Render(w, r, "污水厂", plantFormOf(lensOf(r), p, people))
}

func (s *Service) postPlant(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := Plant{Name: text(v, "name"), Area: text(v, "area"), Source: text(v, "source"), Unit: FlowUnit(text(v, "unit")), Closed: v.Get("closed") != "", Version: web.Version(v)}
	if n, err := measure.ParseValue(text(v, "people"), 0); err == nil {
		p.People = n
	}
	if r.PathValue("plant") != "new" {
		if p.ID, err = web.PathNumber(r, "plant"); err != nil {
			return err
		}
	}
	if _, err := s.SavePlant(r.Context(), web.ActorOf(r), p); err != nil {
		faults, ok := web.Refused(err, lensOf(r).Text)
		if !ok {
			return err
		}
		back := plantFormOf(lensOf(r), p, text(v, "people"))
		back.F = faults
		return plantPage().RenderStatus(w, r, web.Status(err), "污水厂", back)
	}
	return web.Done(w, r, plantsPath, "已保存污水厂“%s”", p.Name)
}

func (s *Service) assumptionsView(r *http.Request, edition int) (v assumptionsView, now Assumptions, err error) {
	x, a := lensOf(r), web.ActorOf(r)
	all, err := s.Editions(r.Context(), a)
	if err != nil {
		return v, now, err
	}
	newest := all[len(all)-1]
	now = newest
	for _, e := range all {
		if e.Edition == edition {
			now = e
		}
		v.Editions = append(v.Editions, linkView{x.t("第 %d 版", e.Edition), assumptionsPath + "?edition=" + strconv.Itoa(e.Edition)})
	}
	v.Editions[0].Text = x.t("文献起始值")
	v.Title = x.t("第 %d 版", now.Edition)
	if now.Edition == 0 {
		v.Title = x.t("文献起始值，实验室还没有核定")
	} else {
		v.By = minute(now.At) + " " + now.By + " · " + now.Owner
	}
	v.Edition, v.Owner, v.Reason, v.Consumption, v.MayTable, v.Newest, v.Save = now.Edition, now.Owner, now.Reason, now.Consumption, a.Can(ruleTable), now.Edition == newest.Edition, assumptionsPath
	v.Errors, v.Factors, v.ErrorText, v.FactorText = x.errorsTable(now), x.factorsTable(now), errorLines(now), factorLines(now)
	return v, now, nil
}

func (s *Service) getAssumptions(w http.ResponseWriter, r *http.Request) error {
	edition, err := strconv.Atoi(r.URL.Query().Get("edition"))
	if err != nil {
		edition = -1
	}
	v, _, err := s.assumptionsView(r, edition)
	if err != nil {
		return err
	}
	return assumptionsPage().Render(w, r, "假定和系数", v)
}

func (s *Service) postAssumptions(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := web.ActorOf(r).May(ruleTable, perm.On{}); err != nil {
		return err
	}
	v, now, err := s.assumptionsView(r, int(number(f, "edition")))
	if err != nil {
		return err
	}
	a, err := readTable(Assumptions{Edition: int(number(f, "edition")), Owner: text(f, "owner"), Reason: text(f, "reason"), Consumption: f.Get("consumption") != ""}, now, text(f, "errors"), text(f, "factors"))
	edition := 0
	if err == nil {
		edition, err = s.SaveAssumptions(r.Context(), web.ActorOf(r), a)
	}
	if err != nil {
		faults, ok := web.Refused(err, lensOf(r).Text)
		if !ok {
			return err
		}
		v.F, v.Newest, v.Owner, v.Consumption, v.ErrorText, v.FactorText = faults, true, a.Owner, a.Consumption, text(f, "errors"), text(f, "factors")
		return assumptionsPage().RenderStatus(w, r, web.Status(err), "假定和系数", v)
	}
	return web.Done(w, r, assumptionsPath, "已保存第 %d 版", edition)
}
