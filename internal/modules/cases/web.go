package cases

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/web"
)

func (s *Service) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /seizures", Rule: ruleRead, Handle: s.getSum},
		{Pattern: "GET /seizures/register", Rule: ruleRegister, Handle: s.getRegister},
		{Pattern: "GET /seizures/register/{id}", Rule: ruleWrite, Handle: s.getSeizure},
		{Pattern: "POST /seizures/register/{id}", Rule: ruleWrite, Handle: s.postSeizure},
		{Pattern: "POST /seizures/register/{id}/strike", Rule: ruleWrite, Handle: s.postStrike},
		{Pattern: "GET /seizures/mapping", Rule: ruleTables, Handle: s.getMapping},
		{Pattern: "POST /seizures/mapping", Rule: ruleTables, Handle: s.postMapping},
		{Pattern: "GET /seizures/tables", Rule: ruleRead, Handle: s.getTables},
		{Pattern: "GET /seizures/tables/new", Rule: ruleTables, Handle: s.getLoad},
		{Pattern: "POST /seizures/tables/new", Rule: ruleTables, Handle: s.postLoad},
		{Pattern: "GET /seizures/tables/{table}", Rule: ruleRead, Handle: s.getTable},
		{Pattern: "POST /seizures/tables/{table}/withdraw", Rule: ruleTables, Handle: s.postWithdraw},
		{Pattern: "GET /api/v1/seizures", Rule: ruleRead, Handle: s.getSumJSON},
	}
}

// lens gives the lens of a request; the element is that of the mapping.
func (s *Service) lens(r *http.Request, m Mapping) lens {
	e, _ := s.element(m.Element)
	return lens{Lang: web.LangOf(r), element: e, town: s.townName}
}

// townName gives the short name of a unit as of today, or as of when it last lived.
func (s *Service) townName(u org.UnitID) string {
	if t := s.units.Today(); t.Has(u) {
		return t.Short(u)
	}
	if x, ok := s.units.Register().Unit(u); ok {
		return x.Last().Name
	}
	return strconv.Itoa(int(u))
}

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

// usualPeriod is what the page shows before anybody chose: the last whole year.
func (s *Service) usualPeriod() period.Period {
	year, _, _ := s.today().Date()
	return period.MustParse(strconv.Itoa(year - 1))
}

// periodOf reads the period of an address; a wrong one falls back with a sentence.
func (s *Service) periodOf(r *http.Request, x lens) (p period.Period, v periodView) {
	q := r.URL.Query()
	v.Path, v.Text = r.URL.Path, q.Get("period")
	p = s.usualPeriod()
	if v.Text != "" {
		q, err := period.Parse(v.Text)
		switch {
		case err != nil:
			v.Fault = fault.Say(err, x.Text)
		case q.First() > s.today():
			v.Fault = x.t("%s 还没有到；请选更早的期间", q.String())
		default:
			p = q
		}
	}
	v.Text = p.String()
	v.Now = x.period(p)
	for _, k := range []string{"table", "index"} {
		if q.Get(k) != "" {
			v.Keep = append(v.Keep, [2]string{k, q.Get(k)})
		}
	}
	at := func(p period.Period) string { return s.address(r, "period", p.String()) }
	v.Prev = at(p.Prev())
	if n := p.Next(); n.First() <= s.today() {
		v.Next = at(n)
	}
	year, _, _ := s.today().Date()
	var quick []period.Period
	for y := year - 3; y < year; y++ {
		quick = append(quick, period.MustParse(strconv.Itoa(y)))
	}
	quick = append(quick, period.MustParse(strconv.Itoa(year-3)+".."+strconv.Itoa(year-1)))
	this := period.MustParse(strconv.Itoa(year))
	if done, n := this.Completed(period.Months, s.today()); n > 0 {
		quick = append(quick, done)
	}
	v.Quick = web.Links(len(quick), func(i int) (string, string, bool) { return x.period(quick[i]), at(quick[i]), quick[i] == p })
	return p, v
}

// address gives the address of this page with one field changed; an empty value leaves it out.
func (s *Service) address(r *http.Request, key, value string) string {
	q := r.URL.Query()
	q.Del("format")
	if value == "" {
		q.Del(key)
	} else {
		q.Set(key, value)
	}
	if len(q) == 0 {
		return r.URL.Path
	}
	return r.URL.Path + "?" + q.Encode()
}

func (s *Service) getSum(w http.ResponseWriter, r *http.Request) error {
	a, ctx := web.ActorOf(r), r.Context()
	m, err := s.Mapping(ctx, a)
	if err != nil {
		return err
	}
	x := s.lens(r, m)
	p, sw := s.periodOf(r, x)
	chosen, _ := strconv.ParseInt(r.URL.Query().Get("table"), 10, 64)
	q, err := s.Summary(ctx, a, p, chosen)
	if err != nil {
		return err
	}
	t := x.sumTable(q)
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	v := sumView{Switch: sw, TableName: x.title(q.Standard), TablePath: tablePath(q.Standard.ID), Grid: web.NewGrid(r, t), Says: x.sayings(q), NoMapping: m.Edition == 0, NoElements: len(s.candidates()) == 0, Early: q.Early, From: q.Standard.From.String(),
		MayRegister: a.Can(ruleRegister), MayTables: a.Can(ruleTables)}
	v.MayWrite = a.Can(ruleWrite) && s.mayWrite(a, m.Element) == nil
	v.XLSX, v.CSV = web.FileLinks(r)
	if v.NoMapping {
		return sumPage().Render(w, r, "缴获", v)
	}
	v.Source = x.t("缴获数来自数据项“%s”", x.Pick(x.element.Name, x.element.NameEN))
	if r.URL.Query().Get("index") == "1" {
		v.IndexLabel, v.Index, v.IndexWhy = x.index(q)
		v.HideIndex = s.address(r, "index", "")
	} else {
		v.ShowIndex = s.address(r, "index", "1")
	}
	tables, err := s.Tables(ctx, a)
	if err != nil {
		return err
	}
	var use []Table
	for _, t := range tables {
		if !t.Gone && t.ID != q.Table.ID {
			use = append(use, t)
		}
	}
	if len(use) > 0 {
		v.Tables = web.Links(len(use), func(i int) (string, string, bool) {
			return x.title(use[i]), s.address(r, "table", strconv.FormatInt(use[i].ID, 10)), false
		})
	}
	last, _, _ := p.Last().Date()
	var years []period.Period
	for y := last - 4; y <= last; y++ {
		years = append(years, period.MustParse(strconv.Itoa(y)))
	}
	course, err := s.Course(ctx, a, years)
	if err != nil {
		return err
	}
	for len(years) > 0 { // years before anything was reported
		empty := true
		for _, list := range course {
			empty = empty && list[0].Grams == nil
		}
		if !empty {
			break
		}
		years = years[1:]
		for c := range course {
			course[c] = course[c][1:]
		}
	}
	if len(years) > 1 {
		v.Chart = x.yearsChart(years, course)
	}
	return sumPage().Render(w, r, "缴获", v)
}

func (s *Service) getRegister(w http.ResponseWriter, r *http.Request) error {
	a, ctx := web.ActorOf(r), r.Context()
	m, err := s.Mapping(ctx, a)
	if err != nil {
		return err
	}
	x := s.lens(r, m)
	p, sw := s.periodOf(r, x)
	list, err := s.Seizures(ctx, a, p)
	if err != nil {
		return err
	}
	may := s.mayWrite(a, m.Element) == nil
	t := x.registerTable(list, may)
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	v := registerView{Switch: sw, Grid: web.NewGrid(r, t), MayWrite: may, Count: len(list)}
	v.XLSX, v.CSV = web.FileLinks(r)
	return registerPage().Render(w, r, "缴获登记", v)
}

// sumJSON is a period for programs. Grams are exact decimals.
type sumJSON struct {
	Period string     `json:"period"`
	Table  string     `json:"table"`
	Lines  []lineJSON `json:"lines"`
}

type lineJSON struct {
	Category   string           `json:"category"`
	Drug       *string          `json:"drug"`
	Grams      *string          `json:"grams"`
	Reason     string           `json:"reason,omitempty"`
	Large      *float64         `json:"times_large"`
	Registered []registeredJSON `json:"registered"`
}

type registeredJSON struct {
	Drug    string  `json:"drug"`
	Cases   int     `json:"cases"`
	Grams   float64 `json:"grams"`
	Median  float64 `json:"median"`
	Largest float64 `json:"largest_share"`
}

func (s *Service) getSumJSON(w http.ResponseWriter, r *http.Request) error {
	a := web.ActorOf(r)
	p := s.usualPeriod()
	if text := r.URL.Query().Get("period"); text != "" {
		var err error
		if p, err = period.Parse(text); err != nil {
			return err
		}
	}
	chosen, _ := strconv.ParseInt(r.URL.Query().Get("table"), 10, 64)
	q, err := s.Summary(r.Context(), a, p, chosen)
	if err != nil {
		return err
	}
	registered := func(list []Registered) []registeredJSON {
		out := []registeredJSON{}
		for _, g := range list {
			name := g.Drug
			if g.Drug == otherDrug {
				name = g.Name
			}
			out = append(out, registeredJSON{name, g.Cases.Cases, g.Grams(), g.Cases.Median, g.Cases.LargestShare})
		}
		return out
	}
	out := sumJSON{Period: p.String(), Table: q.Table.Title(), Lines: []lineJSON{}}
	for _, l := range q.Lines {
		j := lineJSON{Category: string(l.Category), Large: l.Large, Reason: string(l.Now.Reason), Registered: registered(l.Register)}
		if l.Drug != "" {
			j.Drug = &l.Drug
		}
		if l.Now.Grams != nil {
			g := l.Now.Grams.FloatString(gramScale)
			j.Grams = &g
		}
		out.Lines = append(out.Lines, j)
	}
	return web.WriteJSON(w, http.StatusOK, out)
}

// mayTables asks for the office's right on a page of its own.
func mayTables(r *http.Request) error { return web.ActorOf(r).May(ruleTables, perm.On{}) }
