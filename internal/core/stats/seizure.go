package stats

import (
	"cmp"
	"slices"
)

// A SeizureTable holds the quantity of each drug, in grams, that counts as "large" (数量大). Its
// name and date must be printed with every number made from it.
type SeizureTable struct {
	Name  string // name and number of the document, Chinese
	Grams map[string]float64
}

// StatutoryTable gives the "large quantity" table of Criminal Law art. 347 and Fa Shi [2016] No. 8
// art. 1 (in force 11 April 2016), by drug code, in grams. Quantities are not converted by purity
// (art. 357).
func StatutoryTable() SeizureTable {
	return SeizureTable{Name: "法释〔2016〕8号数量大标准", Grams: map[string]float64{
		"opium": 1000, "heroin": 50, "methamphetamine": 50, "cocaine": 50,
		"mdma_and_other_amphetamines": 100, "morphine": 100, "fentanyl": 125, "methcathinone": 200,
		"dihydroetorphine": 0.01, "pethidine": 250, "ketamine": 500, "methadone": 1000,
		"tramadol": 2000, "ghb": 2000, "cannabis_oil": 5000, "cannabis_resin": 10000,
		"cannabis_leaf": 150000, "codeine": 5000, "buprenorphine": 5000,
		"triazolam": 50000, "methaqualone": 50000, "alprazolam": 100000, "khat": 100000,
		"caffeine": 200000, "poppy_husk": 200000, "barbital": 250000, "phenobarbital": 250000,
		"sodium_benzoate_caffeine": 250000, "nimetazepam": 250000, "chlordiazepoxide": 500000,
		"estazolam": 500000, "diazepam": 500000, "bromazepam": 500000,
	}}
}

// A SeizedDrug is one drug of a sum: grams and the ratio to its threshold.
type SeizedDrug struct {
	Code         string
	Grams, Ratio float64
}

// A SeizureIndex compares grams of several drugs. Drugs are sorted by code; RawSum adds grams
// across drugs and says little; Equivalent is the heroin equivalent Σ grams·50/threshold in grams,
// for comparison only and no legal conversion; LargestShare is the share of the heaviest drug in
// RawSum. Table names the source.
type SeizureIndex struct {
	Drugs                            []SeizedDrug
	RawSum, Equivalent, LargestShare float64
	Table                            string
}

// SeizureEquivalent compares seized grams by drug with the thresholds of a table (METHODS 9). A
// drug without a threshold gives NoTable: nothing is added up without the table. List the grams
// by drug always, and show the number of cases and the median case beside any sum. Grams are 0 or
// more; with nothing seized the answer is NoData.
func SeizureEquivalent(grams map[string]float64, t SeizureTable) (SeizureIndex, Reason) {
	if len(grams) == 0 {
		return SeizureIndex{}, NoData
	}
	out := SeizureIndex{Table: t.Name}
	for code, g := range grams {
		if !(g >= 0 && g < 1e15) {
			return SeizureIndex{}, BadInput
		}
		limit, ok := t.Grams[code]
		if !ok {
			return SeizureIndex{}, NoTable
		}
		if !positive(limit) {
			return SeizureIndex{}, BadInput
		}
		out.Drugs = append(out.Drugs, SeizedDrug{code, g, g / limit})
	}
	slices.SortFunc(out.Drugs, func(a, b SeizedDrug) int { return cmp.Compare(a.Code, b.Code) })
	most := 0.0
	for _, d := range out.Drugs {
		out.RawSum += d.Grams
		out.Equivalent += d.Grams * 50 / t.Grams[d.Code]
		most = max(most, d.Grams)
	}
	if out.RawSum == 0 {
		return SeizureIndex{}, NoData
	}
	out.LargestShare = most / out.RawSum
	return out, ""
}

// A SeizureCases describes the cases behind a sum: their number, the median case and the share of
// the largest one. One big case dominates most sums.
type SeizureCases struct {
	Cases                int
	Median, LargestShare float64
}

// CasesOf describes cases of one drug by grams. The gate is one case with something seized.
func CasesOf(grams []float64) (SeizureCases, Reason) {
	if len(grams) == 0 {
		return SeizureCases{}, NoData
	}
	s := slices.Clone(grams)
	for _, g := range s {
		if !(g >= 0 && g < 1e15) {
			return SeizureCases{}, BadInput
		}
	}
	slices.Sort(s)
	sum := sumOf(s)
	if sum == 0 {
		return SeizureCases{}, NoData
	}
	return SeizureCases{Cases: len(s), Median: quantile7(s, 0.5), LargestShare: s[len(s)-1] / sum}, ""
}
