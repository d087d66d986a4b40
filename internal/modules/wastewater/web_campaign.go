package wastewater

import (
	"net/http"
	"slices"
	"strconv"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/web"
)

func (s *Service) getCampaign(w http.ResponseWriter, r *http.Request) error {
	return s.showCampaign(w, r, http.StatusOK, "")
}

func (s *Service) showCampaign(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	x, a := lensOf(r), web.ActorOf(r)
	q, err := s.Show(r.Context(), a, id)
	if err != nil {
		return err
	}
	c := q.Campaign
	t := x.resultsTable(q)
	if done, err := web.SendTable(w, r, c.Name, t); done || err != nil {
		return err
	}
	v := campaignView{ID: id, Version: c.Version, Name: c.Name, Span: c.First.String() + " — " + c.Last().String(), State: x.t(c.State.Text()), Tag: "warn", Laboratory: c.Laboratory, Report: c.Report, Path: campaignPath(id), Note: c.Note,
		Empty: len(q.Data.Samples) == 0, MayWrite: s.MayWrite(a), MayTable: a.Can(ruleTable), Draft: c.State == Draft, Final: c.State == Final, MissFlows: q.MissFlows, MissValues: q.MissValues, Gaps: q.MissFlows + q.MissValues,
		Grid: web.NewGrid(r, t), Says: x.sayings(q), Daily: x.dailyTable(q), Consumption: x.consumptionTable(q), Assumptions: x.assumptionList(q), Problem: problem}
	if v.Final {
		v.Tag, v.By = "good", x.t("%s 于 %s 定稿", c.By, c.On)
	}
	v.XLSX, v.CSV = web.FileLinks(r)
	v.Chosen = r.URL.Query().Get("residue")
	if !slices.Contains(c.Residues, v.Chosen) && len(c.Residues) > 0 {
		v.Chosen = c.Residues[0]
	}
	if res, ok := q.result(v.Chosen); ok && res.All.Days > 0 {
		v.Chart = x.dailyChart(q, res)
		if res.All.Below > 0 {
			v.ChartNote = x.t("有样品低于定量限：点画在定量限一半处，底色是 0 到定量限的范围。")
		}
	}
	v.Residues = web.Links(len(q.Results), func(i int) (string, string, bool) {
		f := q.Results[i].Factor
		return x.residue(f), campaignPath(id) + "?residue=" + f.Code, f.Code == v.Chosen
	})
	return campaignPage().RenderStatus(w, r, status, c.Name, v)
}

// campaignForm is the form of a campaign.
type campaignForm struct {
	ID, Version                                     int64
	Name, First, Laboratory, Report, Sampling, Note string
	Plants, Residues                                []option
	Save, Cancel                                    string
	F                                               web.Faults
}

// usual is how samples are taken where nothing else is written.
const usual = "进水口，24小时流量比例混合样，低温避光运送"

func (s *Service) campaignForm(r *http.Request, c Campaign) (v campaignForm, err error) {
	x, a := lensOf(r), web.ActorOf(r)
	v = campaignForm{ID: c.ID, Version: c.Version, Name: c.Name, First: dayText(c.First), Laboratory: c.Laboratory, Report: c.Report, Sampling: c.Sampling, Note: c.Note, Save: listPath + "/campaigns/new/edit", Cancel: listPath, F: web.Faults{}}
	if c.ID != 0 {
		v.Save, v.Cancel = campaignPath(c.ID)+"/edit", campaignPath(c.ID)
	}
	plants, err := s.Plants(r.Context(), a)
	if err != nil {
		return v, err
	}
	for _, p := range plants {
		_, on := c.Site(p.ID)
		if p.Closed && !on {
			continue
		}
		v.Plants = append(v.Plants, option{strconv.FormatInt(p.ID, 10), p.Name, on})
	}
	all, err := s.Editions(r.Context(), a)
	if err != nil {
		return v, err
	}
	for _, f := range all[len(all)-1].Factors {
		v.Residues = append(v.Residues, option{f.Code, x.residue(f), slices.Contains(c.Residues, f.Code)})
	}
	return v, nil
}

func (s *Service) getEdit(w http.ResponseWriter, r *http.Request) error {
	if err := s.mayWrite(web.ActorOf(r)); err != nil {
		return err
	}
	c := Campaign{Sampling: lensOf(r).t(usual), Residues: []string{methamphetamine, amphetamine, "ketamine", morphine}}
	if r.PathValue("id") != "new" {
		q, err := s.draft(r)
		if err != nil {
			return err
		}
		c = q.Campaign
	}
	v, err := s.campaignForm(r, c)
	if err != nil {
		return err
	}
	return editPage().Render(w, r, "采样期", v)
}

// draft gives the campaign of an address, if its results may still be changed.
func (s *Service) draft(r *http.Request) (Whole, error) {
	a := web.ActorOf(r)
	if err := s.mayWrite(a); err != nil {
		return Whole{}, err
	}
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return Whole{}, err
	}
	q, err := s.Show(r.Context(), a, id)
	if err != nil {
		return q, err
	}
	return q, q.Campaign.mayChange()
}

func (s *Service) postEdit(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	c := Campaign{Name: text(v, "name"), Laboratory: text(v, "laboratory"), Report: text(v, "report"), Sampling: text(v, "sampling"), Note: text(v, "note"), Version: web.Version(v)}
	var f fault.Fields
	if t := text(v, "first"); t != "" {
		c.First, err = period.ParseDay(t)
		f.Need(err == nil, "first", "日期 %s 写法不对；请写成 2018-05-10 的样子", t)
	}
	for _, p := range v["plant"] {
		if n, err := strconv.ParseInt(p, 10, 64); err == nil {
			c.Sites = append(c.Sites, Site{Plant: n})
		}
	}
	all, err := s.Editions(r.Context(), web.ActorOf(r))
	if err != nil {
		return err
	}
	for _, x := range all[len(all)-1].Factors { // in the order of the table
		if slices.Contains(v["residue"], x.Code) {
			c.Residues = append(c.Residues, x.Code)
		}
	}
	if r.PathValue("id") != "new" {
		if c.ID, err = web.PathNumber(r, "id"); err != nil {
			return err
		}
	}
	id := c.ID
	if err = fault.Together(f.Err(), c.Check(s.today())); err == nil {
		id, err = s.SaveCampaign(r.Context(), web.ActorOf(r), c)
	}
	if err != nil {
		faults, ok := web.Refused(err, lensOf(r).Text)
		if !ok {
			return err
		}
		back, err2 := s.campaignForm(r, c)
		if err2 != nil {
			return err2
		}
		back.F = faults
		if c.First == 0 {
			back.First = text(v, "first")
		}
		return editPage().RenderStatus(w, r, web.Status(err), "采样期", back)
	}
	return web.Done(w, r, campaignPath(id), "已保存采样期“%s”", c.Name)
}

// deed does a deed to the campaign of an address and shows it again where it was refused.
func (s *Service) deed(w http.ResponseWriter, r *http.Request, said string, do func(id int64, get func(string) string) error) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	if err := do(id, func(name string) string { return text(v, name) }); err != nil {
		if k := fault.KindOf(err); k == fault.Conflict || k == fault.Invalid {
			return s.showCampaign(w, r, web.Status(err), fault.Say(err, lensOf(r).Text))
		}
		return err
	}
	return web.Done(w, r, campaignPath(id), said)
}

func version(get func(string) string) int64 {
	n, err := strconv.ParseInt(get("version"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (s *Service) postFinal(w http.ResponseWriter, r *http.Request) error {
	return s.deed(w, r, "监测结果已定稿", func(id int64, get func(string) string) error {
		return s.Finish(r.Context(), web.ActorOf(r), id, version(get))
	})
}

func (s *Service) postSites(w http.ResponseWriter, r *http.Request) error {
	return s.deed(w, r, "已改用现在的服务人口和流量单位", func(id int64, _ func(string) string) error {
		return s.RefreshSites(r.Context(), web.ActorOf(r), id)
	})
}

func (s *Service) postReopen(w http.ResponseWriter, r *http.Request) error {
	return s.deed(w, r, "已撤回定稿", func(id int64, get func(string) string) error {
		return s.Reopen(r.Context(), web.ActorOf(r), id, version(get), get("reason"))
	})
}
