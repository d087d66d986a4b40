package wastewater

import (
	"math"
	"time"

	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
)

// level is that of all intervals here.
const level = 0.95

// A Daily is the load of one day in mg a day for 1000 people; below the limit of quantification
// it is a range from 0.
type Daily struct {
	Day   period.Day
	OK    bool // both flow and result are there
	Below bool
	Range stats.LoadRange
}

// A Load is the result for one residue: of one plant, or of all weighted by population.
type Load struct {
	Residue string
	Plant   int64 // 0: of all plants of the campaign
	Plants  int   // how many it is made of
	Daily   []Daily
	Days    int // days with a load
	Below   int // of them below the limit at one plant or more
	Why     stats.Reason
	Week    stats.WasteWeek // where no day lies below the limit
	Range   stats.LoadRange // of the mean; a point where no day lies below the limit
	Total   stats.WasteUncertainty
}

// Measured tells whether the mean is a number and not a range.
func (l Load) Measured() bool { return l.Why == "" && l.Below == 0 }

// Undetected tells whether every day lies below the limit.
func (l Load) Undetected() bool { return l.Why == "" && l.Below == l.Days }

// loadOf computes the loads of a residue at one plant.
func loadOf(c Campaign, s Site, d Data, residue string, rsd []float64) Load {
	out := Load{Residue: residue, Plant: s.Plant, Plants: 1}
	fl, sa := d.flows(), d.samples()
	for i := range Days {
		x := Daily{Day: c.First.AddDays(i)}
		flow, hasFlow := fl[cell{plant: s.Plant, day: x.Day}]
		result, has := sa[cell{s.Plant, x.Day, residue}]
		if hasFlow && has {
			r, why := stats.CensoredLoad(stats.WasteSample{Concentration: result.concentration(), Flow: toFloat(flow, flowScale) * s.Unit.metres(), People: float64(s.People)}, result.Below, result.limit())
			x.OK, x.Below, x.Range = why == "", result.Below, r
		}
		out.Daily = append(out.Daily, x)
	}
	out.sum(rsd)
	return out
}

// sum fills in what follows from the days: the mean of daily loads, never mean concentration times
// mean flow.
func (l *Load) sum(rsd []float64) {
	var days []stats.WasteSample
	var weekend []bool
	for _, x := range l.Daily {
		if !x.OK {
			continue
		}
		l.Days++
		if x.Below {
			l.Below++
		}
		l.Range.Lower += x.Range.Lower
		l.Range.Upper += x.Range.Upper
		l.Range.Plot += x.Range.Plot
		// A load is kept by a flow of 1 for 1 person.
		days = append(days, stats.WasteSample{Concentration: x.Range.Upper, Flow: 1, People: 1})
		w := x.Day.Weekday()
		weekend = append(weekend, w == time.Saturday || w == time.Sunday)
	}
	if l.Days == 0 {
		l.Why = stats.NoData
		return
	}
	week, why := stats.WeekOf(days, weekend, level)
	if why != "" {
		l.Why = why
		l.Range = stats.LoadRange{}
		return
	}
	n := float64(l.Days)
	l.Range.Lower, l.Range.Upper, l.Range.Plot = l.Range.Lower/n, l.Range.Upper/n, l.Range.Plot/n
	if l.Below > 0 {
		return
	}
	l.Week = week
	l.Total, _ = stats.UncertaintyOf(week.Mean, rsd, level)
}

// together weights the loads of several plants by the people they serve, day by day; a day on
// which a plant has no load has none. The week's interval is then that of the weighted days.
func together(list []Load, people []float64, rsd []float64) Load {
	if len(list) == 1 {
		out := list[0]
		out.Plant = 0
		return out
	}
	out := Load{Residue: list[0].Residue, Plants: len(list)}
	for i := range Days {
		x := Daily{Day: list[0].Daily[i].Day, OK: true}
		var lower, upper, plot []float64
		for _, l := range list {
			d := l.Daily[i]
			x.OK = x.OK && d.OK
			x.Below = x.Below || d.Below
			lower, upper, plot = append(lower, d.Range.Lower), append(upper, d.Range.Upper), append(plot, d.Range.Plot)
		}
		if x.OK {
			var why [3]stats.Reason
			x.Range.Lower, _, why[0] = stats.PlantsMean(lower, people)
			x.Range.Upper, _, why[1] = stats.PlantsMean(upper, people)
			x.Range.Plot, _, why[2] = stats.PlantsMean(plot, people)
			x.OK = why == [3]stats.Reason{}
		}
		if !x.OK {
			x.Below, x.Range = false, stats.LoadRange{}
		}
		out.Daily = append(out.Daily, x)
	}
	out.sum(rsd)
	return out
}

// A Result is all that follows from one residue of a campaign.
type Result struct {
	Factor      Factor
	All         Load
	ByPlant     []Load
	Consumption *stats.Consumption // nil: not computed
}

// A Picture is what a campaign shows.
type Picture struct {
	Campaign    Campaign
	Assumptions Assumptions
	Results     []Result
	RSD         float64  // total relative standard deviation of one load
	Ratio       *float64 // amphetamine to methamphetamine; nil where one is no number
}

// PictureOf computes everything of a campaign.
func PictureOf(c Campaign, d Data, a Assumptions) Picture {
	p := Picture{Campaign: c, Assumptions: a, RSD: rootSum(a.rsd())}
	for _, code := range c.Residues {
		f, _ := a.Factor(code)
		r := Result{Factor: f}
		var people []float64
		for _, s := range c.Sites {
			r.ByPlant = append(r.ByPlant, loadOf(c, s, d, code, a.rsd()))
			people = append(people, float64(s.People))
		}
		if len(r.ByPlant) > 0 {
			r.All = together(r.ByPlant, people, a.rsd())
		}
		if a.Consumption && code != morphine && f.Excreted > 0 && r.All.Measured() {
			// No dose is needed: doses are not shown.
			if x, why := stats.ConsumptionOf(r.All.Week.Mean, stats.WasteFactor{DrugMass: f.DrugMass, ResidueMass: f.ResidueMass, Excreted: f.Excreted, Loss: f.Loss, Dose: 1}); why == "" {
				r.Consumption = &x
			}
		}
		p.Results = append(p.Results, r)
	}
	a1, ok1 := p.result(amphetamine)
	m1, ok2 := p.result(methamphetamine)
	if ok1 && ok2 && a1.All.Measured() && m1.All.Measured() && m1.All.Week.Mean > 0 {
		ratio := a1.All.Week.Mean / m1.All.Week.Mean
		p.Ratio = &ratio
	}
	return p
}

func (p Picture) result(code string) (Result, bool) {
	for _, r := range p.Results {
		if r.Factor.Code == code {
			return r, true
		}
	}
	return Result{}, false
}

func rootSum(list []float64) float64 {
	sum := 0.0
	for _, x := range list {
		sum += float64(x * x) // rounded, so that every processor agrees
	}
	return math.Sqrt(sum)
}

// Say gives the sentence on a load. Residue is its name in the reader's language, need what is
// missing, in it too; compared says that a comparison follows.
func (l Load) Say(residue, need string, rsd float64, compared bool) stats.Statement {
	switch {
	case l.Why != "":
		return stats.Statement{Code: stats.SayNotEnough, Args: []any{need}}
	case l.Below > 0:
		return stats.SayCensored(residue, l.Days, l.Below, l.Range)
	}
	return stats.SayWeek(residue, l.Week, rsd, compared)
}
