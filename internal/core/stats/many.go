package stats

import (
	"math"
	"slices"
)

// Holm gives p-values adjusted for formal claims about any one of many looks (Holm 1979; METHODS
// 4.6): sorted upwards, the running maximum of (m−i)·p, at most 1. The gate is one p in [0, 1].
func Holm(p []float64) ([]float64, Reason) {
	order, r := sortedP(p)
	if r != "" {
		return nil, r
	}
	out, most := make([]float64, len(p)), 0.0
	for place, i := range order {
		most = math.Max(most, math.Min(1, float64(float64(len(p)-place)*p[i])))
		out[i] = most
	}
	return out, ""
}

// BenjaminiHochberg gives p-values adjusted for a list of things to check, of which at most the
// stated share are false (Benjamini and Hochberg 1995; METHODS 4.6; 10 % for lists "需核查"):
// sorted downwards, the running minimum of m·p/rank. The gate is one p in [0, 1].
func BenjaminiHochberg(p []float64) ([]float64, Reason) {
	order, r := sortedP(p)
	if r != "" {
		return nil, r
	}
	out, least := make([]float64, len(p)), 1.0
	for place := len(order) - 1; place >= 0; place-- {
		i := order[place]
		least = math.Min(least, float64(float64(len(p))/float64(place+1)*p[i]))
		out[i] = least
	}
	return out, ""
}

func sortedP(p []float64) ([]int, Reason) {
	if len(p) == 0 {
		return nil, NoData
	}
	order := make([]int, len(p))
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return nil, BadInput
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case p[i] < p[j]:
			return -1
		case p[i] > p[j]:
			return 1
		}
		return 0
	})
	return order, ""
}
