package cases

import (
	"math/big"
	"slices"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
)

// An Amount is what was reported of a category, in grams; or why there is no number.
type Amount struct {
	Grams      *big.Rat // nil with a reason
	Reason     measure.Reason
	Incomplete bool   // not all units have reported
	Path       string // of its trace
}

func (a Amount) float() float64 {
	if a.Grams == nil {
		return 0
	}
	f, _ := a.Grams.Float64()
	return f
}

// A Reported is a category as reported for a period and for the same period a year before.
type Reported struct {
	Category    measure.Category
	Now, Before Amount
}

// A Registered is what the register holds of one drug in a period.
type Registered struct {
	Drug, Name string // code, or otherDrug with a name
	Milligrams int64
	Cases      stats.SeizureCases
	Why        stats.Reason
}

// Grams gives the weight of all seizures together.
func (r Registered) Grams() float64 { return float64(r.Milligrams) / 1000 }

// A Line is one category with what the register holds of it. Several registered drugs under one
// category (Other) are listed and never added.
type Line struct {
	Reported
	Drug        string
	Large       *float64 // reported grams over the quantity that counts as large
	FairlyLarge *float64
	Register    []Registered
	Difference  *big.Rat // reported less registered; only where both are of one drug
}

// A Sum is the page of a period.
type Sum struct {
	Period   period.Period
	Mapping  Mapping
	Standard Table // of thresholds
	Table    Table // that the index is made with
	Lines    []Line
	Loose    []Registered // registered drugs that no category takes
	Early    bool         // the period begins before the standard came into force
	Unready  bool         // an amount of the index is incomplete, and so there is no index
	Index    *stats.SeizureIndex
	IndexWhy stats.Reason
	InIndex  []string // drugs that went into the index
	LeftOut  []measure.Category
}

// groups sorts the register by drug, in the order of the statutory table, then by name.
func groups(list []Seizure) (out []Registered) {
	grams := map[string][]float64{}
	for _, s := range list {
		if s.Gone {
			continue
		}
		k := s.key()
		if grams[k] == nil {
			out = append(out, Registered{Drug: s.Drug, Name: s.Name})
		}
		grams[k] = append(grams[k], s.Grams())
		for i := range out {
			if (Seizure{Drug: out[i].Drug, Name: out[i].Name}).key() == k {
				out[i].Milligrams += s.Milligrams
			}
		}
	}
	order := map[string]int{otherDrug: 1000}
	for i, d := range Drugs() {
		order[d.Code] = i
	}
	slices.SortStableFunc(out, func(a, b Registered) int { return order[a.Drug] - order[b.Drug] })
	for i := range out {
		out[i].Cases, out[i].Why = stats.CasesOf(grams[Seizure{Drug: out[i].Drug, Name: out[i].Name}.key()])
	}
	return out
}

// sum sets what was reported in a period against the table and the register.
func sum(p period.Period, m Mapping, t Table, reported []Reported, register []Seizure) Sum {
	out := Sum{Period: p, Mapping: m, Standard: t, Table: t}
	if t.Kind == Equivalents {
		out.Standard = Statutory()
	}
	out.Early = p.First() < out.Standard.From
	rest := groups(register)
	take := func(drug string) (found []Registered) {
		rest = slices.DeleteFunc(rest, func(r Registered) bool {
			if r.Drug == drug {
				found = append(found, r)
				return true
			}
			return false
		})
		return found
	}
	loose := -1
	grams := map[string]float64{}
	weights := t.weights()
	for _, r := range reported {
		l := Line{Reported: r, Drug: m.Drug(r.Category)}
		if l.Drug != "" {
			l.Register = take(l.Drug)
			if r.Now.Grams != nil {
				l.Large = ratio(r.Now.float(), out.Standard.Large, l.Drug)
				l.FairlyLarge = ratio(r.Now.float(), FairlyLarge, l.Drug)
				if len(l.Register) == 1 {
					l.Difference = new(big.Rat).Sub(r.Now.Grams, measure.Rat(l.Register[0].Milligrams, gramScale))
				}
			}
		} else if loose < 0 {
			loose = len(out.Lines)
		}
		if _, in := weights.Grams[l.Drug]; l.Drug != "" && in && r.Now.Grams != nil {
			grams[l.Drug] = r.Now.float()
			out.InIndex = append(out.InIndex, l.Drug)
			out.Unready = out.Unready || r.Now.Incomplete
		} else {
			out.LeftOut = append(out.LeftOut, r.Category)
		}
		out.Lines = append(out.Lines, l)
	}
	// What no category takes by name belongs under the one that is no single drug.
	if loose >= 0 {
		out.Lines[loose].Register = rest
	} else {
		out.Loose = rest
	}
	x, why := stats.SeizureEquivalent(grams, weights)
	if out.IndexWhy = why; why == "" && !out.Unready {
		out.Index = &x
	}
	return out
}

func ratio(grams float64, of func(string) (float64, bool), drug string) *float64 {
	limit, ok := of(drug)
	if !ok {
		return nil
	}
	v := grams / limit
	return &v
}
