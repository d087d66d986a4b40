package stats

import "math"

// A WasteSample is a 24-hour composite of one day at one plant: Concentration in ng/L, Flow in
// m³ a day, People the population served.
type WasteSample struct {
	Concentration, Flow, People float64
}

// A WasteLoad is a mass load: PerDay in mg a day, PerThousand in mg a day for 1000 people.
type WasteLoad struct {
	PerDay, PerThousand float64
}

func positive(v ...float64) bool {
	for _, x := range v {
		if !(x > 0 && x < 1e15) {
			return false
		}
	}
	return true
}

// LoadOf gives C·Q/1000 in mg a day and C·Q/P in mg a day for 1000 people (Zuccato 2008; METHODS
// 8). Concentrations may be 0; flow and people must be above 0.
func LoadOf(s WasteSample) (WasteLoad, Reason) {
	if !(s.Concentration >= 0 && s.Concentration < 1e15) || !positive(s.Flow, s.People) {
		return WasteLoad{}, BadInput
	}
	return WasteLoad{PerDay: s.Concentration * s.Flow / 1000, PerThousand: s.Concentration * s.Flow / s.People}, ""
}

// A LoadRange is the range of a load of which the concentration lies below the limit of
// quantification: 0 to the load at that limit. Plot is the load at half the limit, for a point on
// a chart only. For a measured value all three are the same.
type LoadRange struct {
	Lower, Upper, Plot float64
}

// CensoredLoad gives the load range of a sample in mg a day for 1000 people; below says that the
// laboratory reported "below limit", limit is that limit in ng/L (METHODS 8).
func CensoredLoad(s WasteSample, below bool, limit float64) (LoadRange, Reason) {
	if below {
		if !positive(limit) {
			return LoadRange{}, BadInput
		}
		s.Concentration = limit
	}
	l, r := LoadOf(s)
	if r != "" {
		return LoadRange{}, r
	}
	out := LoadRange{l.PerThousand, l.PerThousand, l.PerThousand}
	if below {
		out.Lower, out.Plot = 0, out.Upper/2
	}
	return out, ""
}

// A WasteFactor says how a residue comes from a drug. Molar masses are in g/mol, Excreted the
// share of a dose excreted as the residue, Loss the share lost in the sewer, Dose in mg. The
// values belong to the testing laboratory's table with source and version; none are kept here.
type WasteFactor struct {
	DrugMass, ResidueMass, Excreted, Loss, Dose float64
}

// A Consumption is an amount of drug behind a load. Factor is MassRatio over the excreted share.
// Amount is mg a day for 1000 people, Doses doses a day for 1000 people. It is never a number of
// users: dose, purity and frequency are unknown.
type Consumption struct {
	MassRatio, Factor, Amount, Doses float64
}

// ConsumptionOf gives load × (M drug/M residue)/excreted/(1 − loss) and doses (METHODS 8). All
// inputs must be above 0, Excreted at most 1 and Loss in [0, 1); the load may be 0.
func ConsumptionOf(load float64, f WasteFactor) (Consumption, Reason) {
	if !(load >= 0 && load < 1e15) || !positive(f.DrugMass, f.ResidueMass, f.Excreted, f.Dose) || f.Excreted > 1 || !(f.Loss >= 0 && f.Loss < 1) {
		return Consumption{}, BadInput
	}
	c := Consumption{MassRatio: f.DrugMass / f.ResidueMass}
	c.Factor = c.MassRatio / f.Excreted
	c.Amount = load * c.Factor / (1 - f.Loss)
	c.Doses = c.Amount / f.Dose
	if !finite(c.Amount, c.Doses) {
		return Consumption{}, BadInput
	}
	return c, ""
}

// A WasteWeek is a campaign of daily loads in mg a day for 1000 people. Mean is the mean of daily
// loads with its t interval (Lo may be below 0 and is then shown as 0), FlowWeighted the
// concentration by flow in ng/L, WeekendRatio mean of weekend over mean of working days
// (HasWeekend tells whether both occur and the latter is above 0).
type WasteWeek struct {
	Daily        []float64
	Mean, SD     float64
	Interval     Interval
	FlowWeighted float64
	WeekendRatio float64
	HasWeekend   bool
}

// WeekOf sums up days at one plant (SCORE protocol: seven consecutive days; mean of daily loads,
// not mean concentration times mean flow; METHODS 8). Weekend may be nil. The gate is three days.
func WeekOf(days []WasteSample, weekend []bool, level float64) (WasteWeek, Reason) {
	if len(days) < 3 {
		return WasteWeek{}, TooFewPoints
	}
	if weekend != nil && len(weekend) != len(days) || !levelOK(level) {
		return WasteWeek{}, BadInput
	}
	var w WasteWeek
	flow, mass := 0.0, 0.0
	var sum, count [2]float64
	for i, d := range days {
		l, r := LoadOf(d)
		if r != "" {
			return WasteWeek{}, r
		}
		w.Daily = append(w.Daily, l.PerThousand)
		flow += d.Flow
		mass += float64(d.Concentration * d.Flow)
		k := 0
		if weekend != nil && weekend[i] {
			k = 1
		}
		sum[k] += l.PerThousand
		count[k]++
	}
	n := float64(len(days))
	w.Mean = sumOf(w.Daily) / n
	for _, v := range w.Daily {
		w.SD += float64((v - w.Mean) * (v - w.Mean))
	}
	w.SD = math.Sqrt(w.SD / (n - 1))
	w.Interval = around(w.Mean, w.SD/math.Sqrt(n), tOf(level, n-1), level, "t")
	w.FlowWeighted = mass / flow
	if weekend != nil && count[0] > 0 && count[1] > 0 && sum[0] > 0 {
		w.WeekendRatio, w.HasWeekend = sum[1]/count[1]/(sum[0]/count[0]), true
	}
	return w, ""
}

// PlantsMean gives the mean of several plants' loads weighted by the people they serve, and the
// simple mean beside it (METHODS 8).
func PlantsMean(load, people []float64) (weighted, simple float64, r Reason) {
	if len(load) == 0 {
		return 0, 0, NoData
	}
	if len(load) != len(people) {
		return 0, 0, BadInput
	}
	sum := 0.0
	for i, l := range load {
		if !(l >= 0 && l < 1e15) || !positive(people[i]) {
			return 0, 0, BadInput
		}
		sum += float64(l * people[i])
	}
	return sum / sumOf(people), sumOf(load) / float64(len(load)), ""
}

// A WasteUncertainty is a value with its total relative standard deviation √Σ rsd² and lognormal
// limits. LogSD is √Σ ln(1+rsd²), the standard deviation of the logarithm of a product of
// lognormal factors; Product holds the exact limits of that product.
type WasteUncertainty struct {
	RSD, LogSD float64
	Interval   Interval
	Product    Interval
}

// UncertaintyOf combines relative standard deviations (sampling, analysis, flow, population,
// stability: Castiglioni 2013; METHODS 8). The gate is a value above 0 and one rsd, none above 5.
func UncertaintyOf(value float64, rsd []float64, level float64) (WasteUncertainty, Reason) {
	if len(rsd) == 0 {
		return WasteUncertainty{}, NoData
	}
	if !positive(value) || !levelOK(level) {
		return WasteUncertainty{}, BadInput
	}
	square, logs := 0.0, 0.0
	for _, r := range rsd {
		if !(r >= 0 && r <= 5) {
			return WasteUncertainty{}, BadInput
		}
		square += float64(r * r)
		logs += math.Log1p(r * r)
	}
	u := WasteUncertainty{RSD: math.Sqrt(square), LogSD: math.Sqrt(logs)}
	z := zOf(level)
	limits := func(sd float64, method string) Interval {
		return Interval{Lo: value * math.Exp(-z*sd), Hi: value * math.Exp(z*sd), Level: level, Method: method}
	}
	u.Interval = limits(math.Sqrt(math.Log1p(square)), "lognormal")
	u.Product = limits(u.LogSD, "lognormal product")
	return u, ""
}

// PeopleByAmmonium gives the population that a day's ammonium stands for: concentration in mg/L
// times flow in m³ over grams a person a day (6 to 8 g, to be calibrated locally; METHODS 8).
func PeopleByAmmonium(concentration, flow, perPerson float64) (float64, Reason) {
	if !positive(concentration, flow, perPerson) {
		return 0, BadInput
	}
	p := concentration * flow / perPerson
	if !positive(p) {
		return 0, BadInput
	}
	return p, ""
}
