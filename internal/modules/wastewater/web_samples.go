package wastewater

import (
	"fmt"
	"net/http"
	"strconv"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/web"
)

// samplesView is the grid of one plant.
type samplesView struct {
	Name, Path, Save, Plant, Unit string
	Version                       int64
	Plants                        web.HTML
	Heads                         []string
	Limits                        []gridCell
	Rows                          []gridRow
	Others, Faults                []string
	F                             web.Faults
}

type gridCell struct{ Name, Value, Label, Class string }

type gridRow struct {
	Day   string
	Cells []gridCell
}

// samplesView shows what stands in the database, or what was typed.
func (s *Service) samplesView(r *http.Request, q Whole, plant int64, typed func(name string) (string, bool), faults web.Faults) (v samplesView, err error) {
	x, c := lensOf(r), q.Campaign
	site, ok := c.Site(plant)
	if !ok {
		return v, fault.New(fault.Missing, "这次监测没有这座污水厂；请从采样期页面进入")
	}
	path := campaignPath(c.ID)
	at := func(p int64) string { return fmt.Sprintf("%s/samples?plant=%d", path, p) }
	v = samplesView{Name: c.Name, Path: path, Save: at(plant), Plant: site.Name, Unit: x.t(site.Unit.Text()), Version: c.Version, F: faults}
	if len(c.Sites) > 1 {
		v.Plants = web.Links(len(c.Sites), func(i int) (string, string, bool) {
			return c.Sites[i].Name, at(c.Sites[i].Plant), c.Sites[i].Plant == plant
		})
	}
	flows, samples := q.Data.flows(), q.Data.samples()
	one := func(name, stored, label string) gridCell {
		cell := gridCell{Name: name, Value: stored, Label: label}
		if t, ok := typed(name); ok {
			cell.Value = t
		}
		if list := faults[name]; len(list) > 0 {
			cell.Class = "bad"
			for _, f := range list {
				v.Faults = append(v.Faults, label+" "+f)
			}
		}
		return cell
	}
	for _, code := range c.Residues {
		f, _ := q.Assumptions.Factor(code)
		v.Heads = append(v.Heads, x.residue(f))
		v.Limits = append(v.Limits, one("l."+code, commonLimit(q.Data, plant, code), x.residue(f)+" "+x.t("定量限")))
	}
	for i := range Days {
		day := c.First.AddDays(i)
		row := gridRow{Day: x.weekday(day)}
		stored := ""
		if f, ok := flows[cell{plant: plant, day: day}]; ok {
			stored = measure.Decimal(f, flowScale)
		}
		row.Cells = append(row.Cells, one(field("q", day, ""), stored, day.String()+" "+x.t("流量")))
		for n, code := range c.Residues {
			stored := ""
			if r, ok := samples[cell{plant, day, code}]; ok {
				stored = cellText(r)
			}
			row.Cells = append(row.Cells, one(field("c", day, code), stored, day.String()+" "+v.Heads[n]))
		}
		v.Rows = append(v.Rows, row)
	}
	return v, nil
}

func chosenPlant(r *http.Request, c Campaign) int64 {
	if n, err := strconv.ParseInt(r.URL.Query().Get("plant"), 10, 64); err == nil {
		return n
	}
	if len(c.Sites) > 0 {
		return c.Sites[0].Plant
	}
	return 0
}

func (s *Service) getSamples(w http.ResponseWriter, r *http.Request) error {
	q, err := s.draft(r)
	if err != nil {
		return err
	}
	v, err := s.samplesView(r, q, chosenPlant(r, q.Campaign), func(string) (string, bool) { return "", false }, web.Faults{})
	if err != nil {
		return err
	}
	return samplesPage().Render(w, r, "录入结果", v)
}

func (s *Service) postSamples(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	q, err := s.draft(r)
	if err != nil {
		return err
	}
	plant := chosenPlant(r, q.Campaign)
	in, empty, err := typed(q.Campaign, plant, q.Data, func(name string) string { return text(f, name) })
	if err == nil {
		err = s.SaveSamples(r.Context(), web.ActorOf(r), q.Campaign.ID, web.Version(f), plant, in, empty)
	}
	if err != nil {
		x := lensOf(r)
		faults, ok := web.Refused(err, x.Text)
		if !ok {
			return err
		}
		back, err2 := s.samplesView(r, q, plant, func(name string) (string, bool) { return text(f, name), f.Has(name) }, faults)
		if err2 != nil {
			return err2
		}
		if fault.KindOf(err) == fault.Conflict {
			back.Others = s.others(x, q, plant, f.Get)
		}
		return samplesPage().RenderStatus(w, r, web.Status(err), "录入结果", back)
	}
	return web.Done(w, r, campaignPath(q.Campaign.ID), "已保存 %d 个结果", len(in.Samples))
}

// others lists what stands in the database and differs from what was typed.
func (s *Service) others(x lens, q Whole, plant int64, get func(string) string) (out []string) {
	for _, r := range q.Data.Samples {
		if name := field("c", r.Day, r.Residue); r.Plant == plant && get(name) != cellText(r) {
			f, _ := q.Assumptions.Factor(r.Residue)
			out = append(out, r.Day.String()+" "+x.residue(f)+" "+cellText(r))
		}
	}
	for _, r := range q.Data.Flows {
		if text := measure.Decimal(r.Value, flowScale); r.Plant == plant && get(field("q", r.Day, "")) != text {
			out = append(out, r.Day.String()+" "+x.t("流量")+" "+text)
		}
	}
	return out
}
