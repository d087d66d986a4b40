package wastewater

import (
	"net/http"

	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/web"
)

// campaignJSON is a campaign for programs. Loads are mg a day for 1000 persons.
type campaignJSON struct {
	ID         int64      `json:"id"`
	Name       string     `json:"name"`
	First      string     `json:"first"`
	Last       string     `json:"last"`
	Laboratory string     `json:"laboratory"`
	State      State      `json:"state"`
	Edition    int        `json:"assumptions"`
	RSD        float64    `json:"total_rsd"`
	Unit       string     `json:"unit"`
	Loads      []loadJSON `json:"loads"`
}

type loadJSON struct {
	Residue  string            `json:"residue"`
	Days     int               `json:"days"`
	Below    int               `json:"below_limit"`
	Mean     *float64          `json:"mean"`
	Week     *[2]float64       `json:"week_interval"`
	Total    *[2]float64       `json:"total_interval"`
	Range    *[2]float64       `json:"range"`
	Reason   stats.Reason      `json:"reason,omitempty"`
	Compared stats.WordingCode `json:"compared,omitempty"`
	Sentence string            `json:"sentence"`
}

func (x lens) json(q Whole) campaignJSON {
	c := q.Campaign
	out := campaignJSON{ID: c.ID, Name: c.Name, First: c.First.String(), Last: c.Last().String(), Laboratory: c.Laboratory, State: c.State, Edition: q.Assumptions.Edition, RSD: q.RSD, Unit: "mg/1000 persons/day", Loads: []loadJSON{}}
	for _, r := range q.Results {
		l := loadJSON{Residue: r.Factor.Code, Days: r.All.Days, Below: r.All.Below, Reason: r.All.Why}
		switch {
		case r.All.Measured():
			w, t := r.All.Week, r.All.Total.Interval
			l.Mean, l.Week, l.Total = &w.Mean, &[2]float64{max(0, w.Interval.Lo), w.Interval.Hi}, &[2]float64{t.Lo, t.Hi}
		case r.All.Why == "":
			l.Range = &[2]float64{r.All.Range.Lower, r.All.Range.Upper}
		}
		l.Compared = q.Earlier[r.Factor.Code].Code
		name := x.residue(r.Factor)
		l.Sentence = x.say(r.All.Say(name, x.t("%s至少3天的流量和检测结果", name), q.RSD, false))
		out.Loads = append(out.Loads, l)
	}
	return out
}

func (s *Service) getListJSON(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Campaigns(r.Context(), web.ActorOf(r))
	if err != nil {
		return err
	}
	out := []campaignJSON{}
	for _, c := range list {
		q, err := s.Show(r.Context(), web.ActorOf(r), c.ID)
		if err != nil {
			return err
		}
		out = append(out, lensOf(r).json(q))
	}
	return web.WriteJSON(w, http.StatusOK, out)
}

func (s *Service) getCampaignJSON(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	q, err := s.Show(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, lensOf(r).json(q))
}
