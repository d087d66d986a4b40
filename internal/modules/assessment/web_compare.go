package assessment

import (
	"net/http"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/web"
)

// getCompare shows pairwise comparisons, entropy weights and TOPSIS beside the scheme.
func (s *Service) getCompare(w http.ResponseWriter, r *http.Request) error {
	return s.showCompare(w, r, http.StatusOK, r.URL.Query()["pair"], nil)
}

func (s *Service) showCompare(w http.ResponseWriter, r *http.Request, status int, pairs []string, faults web.Faults) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	x, a := s.lens(r), web.ActorOf(r)
	all, err := s.Show(r.Context(), a, id)
	if err != nil {
		return err
	}
	e, ok := all.Edition(editionOf(r))
	if !ok {
		return noScheme()
	}
	p, err := s.chosenPeriod(r, e)
	if err != nil {
		return err
	}
	_, c, err := s.Compare(r.Context(), a, id, e.Edition, p)
	if err != nil {
		return err
	}
	v := compareView{Title: e.Name, Path: schemePath(id), Period: x.in(p), PeriodText: p.String(), Edition: e.Edition, Draft: e.State == Draft, Version: e.Version, F: faults}
	t := x.nearestTable(Common{})
	if c.Why == "" {
		t = x.nearestTable(c)
		v.Entropy, v.Use, v.Nearest = x.entropyTable(e, c), x.say(stats.SayEntropyUse), x.nearest(c)
	} else {
		v.Why = x.Text(c.Why.Sentence())
	}
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	v.Grid = web.NewGrid(r, t)
	v.XLSX, v.CSV = web.FileLinks(r)
	if len(c.Without) > 0 {
		v.Without = strings.Join(c.Without, "、")
	}
	for _, k := range s.periodsOf(e) {
		v.Periods = append(v.Periods, linkView{x.in(k), schemePath(id) + "/compare?edition=" + strconv.Itoa(e.Edition) + "&period=" + k.String(), k == p})
	}
	if err := s.pairwise(r, e, pairs, &v); err != nil {
		return err
	}
	v.CanTake = a.Can(ruleEdit) && v.Draft && v.Weights != nil
	return comparePage().RenderStatus(w, r, status, "常见算法对照", v)
}

// pairwise fills in the grid of comparisons and what they give.
func (s *Service) pairwise(r *http.Request, e Scheme, pairs []string, v *compareView) error {
	x := s.lens(r)
	asked := pairs != nil
	if !asked {
		if pairs = e.Pairs; pairs == nil {
			pairs = equalPairs(len(e.Items))
		} else {
			asked = true
		}
	}
	q, err := s.Priorities(r.Context(), web.ActorOf(r), len(e.Items), pairs)
	if err != nil {
		if fault.KindOf(err) != fault.Invalid {
			return err
		}
		v.PairWhy = fault.Say(err, x.Text)
		return nil
	}
	v.Pairs, v.Typed = x.pairRows(e, q.Words), pairs
	for _, it := range e.Items {
		v.Heads = append(v.Heads, x.item(it))
	}
	if !asked {
		return nil
	}
	cr := strconv.FormatFloat(q.CR, 'f', 3, 64)
	if q.Why != "" {
		v.Sentence, v.Refused = x.say(stats.SayPairsRefused, cr), true
		if o := q.Odd; o != nil {
			v.Odd = x.t("先核对这一对：“%[1]s”比“%[2]s”填的是 %[3]s，按其余的比较推算约为 %[4]s。", v.Heads[o.Left], v.Heads[o.Above], o.Typed, o.Fits)
		}
		return nil
	}
	v.Sentence, v.Weights = x.say(stats.SayPairsUsable, cr), x.weightsTable(e, q)
	return nil
}

func (s *Service) postWeights(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "id")
	if err != nil {
		return err
	}
	err = s.TakeWeights(r.Context(), web.ActorOf(r), id, web.Version(v), v["pair"])
	if err != nil {
		faults, ok := web.Refused(err, s.lens(r).Text)
		if !ok {
			return err
		}
		q := r.URL.Query()
		q.Set("edition", strconv.Itoa(s.draftNo(r, id)))
		r.URL.RawQuery = q.Encode()
		return s.showCompare(w, r, web.Status(err), v["pair"], faults)
	}
	return web.Done(w, r, schemePath(id)+"?edition="+strconv.Itoa(s.draftNo(r, id)), "已采用两两比较的权重")
}
