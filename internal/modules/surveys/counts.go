package surveys

import (
	"cmp"
	"slices"
	"strconv"
)

// A Count is how many persons of a stratum, a cluster and a weight gave an answer to a question.
// Cluster and Weight are empty where the survey has none; Answer counts from 0.
type Count struct {
	Question string `json:"question"`
	Stratum  string `json:"stratum"`
	Cluster  string `json:"cluster,omitempty"`
	Weight   string `json:"weight,omitempty"`
	Answer   int    `json:"answer"`
	N        int64  `json:"n"`
}

// Counts are all counts of a survey; each combination stands once.
type Counts []Count

func (c Count) key() Count {
	c.N = 0
	return c
}

func compareCounts(a, b Count) int {
	return cmp.Or(cmp.Compare(a.Question, b.Question), cmp.Compare(a.Stratum, b.Stratum), cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Weight, b.Weight), cmp.Compare(a.Answer, b.Answer))
}

// A tally gathers counts.
type tally map[Count]int64

func (t tally) add(c Count) { t[c.key()] += c.N }

// counts gives what was gathered, in order.
func (t tally) counts() Counts {
	out := make(Counts, 0, len(t))
	for k, n := range t {
		if n > 0 {
			k.N = n
			out = append(out, k)
		}
	}
	slices.SortFunc(out, compareCounts)
	return out
}

// of gives the counts of one question.
func (c Counts) of(question string) Counts {
	var out Counts
	for _, x := range c {
		if x.Question == question {
			out = append(out, x)
		}
	}
	return out
}

// in gives the counts of one stratum.
func (c Counts) in(stratum string) Counts {
	var out Counts
	for _, x := range c {
		if x.Stratum == stratum {
			out = append(out, x)
		}
	}
	return out
}

func (c Counts) total() (n int64) {
	for _, x := range c {
		n += x.N
	}
	return n
}

// interviews gives the number of persons interviewed: those of the question that most answered.
func (c Counts) interviews() (most int64) {
	by := map[string]int64{}
	for _, x := range c {
		by[x.Question] += x.N
		most = max(most, by[x.Question])
	}
	return most
}

// answers counts each answer of a question.
func (c Counts) answers(q Question) []int64 {
	out := make([]int64, len(q.Answers))
	for _, x := range c {
		if x.Question == q.Code && x.Answer < len(out) {
			out[x.Answer] += x.N
		}
	}
	return out
}

// weighted tells whether the counts came with weights.
func (c Counts) weighted() bool {
	return slices.ContainsFunc(c, func(x Count) bool { return x.Weight != "" })
}

// weight reads a weight; one of a check before is never refused here.
func weight(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return v
}
