package stats

import (
	"math"
	"runtime"
	"sync"
)

// JoinpointPermutations is the number of permutations that the NCI program makes by default.
const JoinpointPermutations = 4499

// A PermutationResult tests ka joinpoints against kb. Seed and Permutations make it repeatable.
type PermutationResult struct {
	Less, More   int     // ka, kb
	Ratio        float64 // SSE(ka)/SSE(kb)
	F            float64 // the same as an F with 2(kb−ka) and n−2(kb+1) degrees of freedom; 0 if there are none
	P            float64 // (1 + number of permutations at least as extreme)/(permutations + 1)
	Permutations int
	Seed         uint64
}

// Permute permutes the weighted residuals of the ka model, adds them to its fitted values, refits
// both models and counts how often SSE(ka)/SSE(kb) is at least as large as observed. Source: Kim HJ,
// Fay MP, Feuer EJ, Midthune DN. Stat Med 2000;19:335. Each permutation draws from its own stream,
// so the result depends on the seed only. Reasons as Fit.
func (s *JoinpointSeries) Permute(ka, kb, permutations int, random Random) (PermutationResult, Reason) {
	if ka < 0 || kb <= ka || permutations < 1 || permutations > 1_000_000 {
		return PermutationResult{}, BadInput
	}
	if s.sets(kb)*float64(permutations) > 5e8 || s.sets(ka)*float64(permutations) > 5e8 {
		return PermutationResult{}, TooLong
	}
	less, why := s.Fit(ka)
	if why != "" {
		return PermutationResult{}, why
	}
	more, why := s.Fit(kb)
	if why != "" {
		return PermutationResult{}, why
	}
	n := len(s.x)
	fitted, residual := make([]float64, n), make([]float64, n)
	for i := range fitted {
		f := less.Fitted[i]
		if s.Log {
			f = math.Log(f)
		}
		fitted[i] = float64(s.root[i] * f)
		residual[i] = s.scaled[i] - fitted[i]
	}
	r := PermutationResult{Less: ka, More: kb, Ratio: less.SSE / more.SSE, Permutations: permutations, Seed: random.Seed()}
	if more.DF > 0 {
		r.F = (less.SSE - more.SSE) / float64(2*(kb-ka)) / (more.SSE / float64(more.DF))
	}
	hits := parallel(permutations, func() func(int) bool {
		values, order := make([]float64, n), make([]int, n)
		var small, large search
		return func(index int) bool {
			for i := range order {
				order[i] = i
			}
			random.Stream(index).Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
			for i, o := range order {
				values[i] = fitted[i] + residual[o]
			}
			a, _ := s.least(&small, values, ka)
			b, _ := s.least(&large, values, kb)
			return a >= float64(float64(r.Ratio*b)*(1-1e-10))
		}
	})
	r.P = float64(1+hits) / float64(permutations+1)
	return r, ""
}

// parallel runs the work for the indices 0..n−1 on all processors and counts the true answers.
// Each worker makes its own working space. The answer of an index must depend on the index only.
func parallel(n int, worker func() func(index int) bool) int {
	workers := min(runtime.GOMAXPROCS(0), n)
	counts := make([]int, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			work := worker()
			for i := w; i < n; i += workers {
				if work(i) {
					counts[w]++
				}
			}
		})
	}
	wait.Wait()
	total := 0
	for _, c := range counts {
		total += c
	}
	return total
}

// SelectByPermutation gives the number of joinpoints by the sequence of tests of the NCI program:
// starting with 0 against most, a rejection raises the lower number, else the higher falls; each
// test uses level 0.05/(most − ka). It returns the tests made, in order. Reasons as Permute.
func (s *JoinpointSeries) SelectByPermutation(most, permutations int, random Random) (int, []PermutationResult, Reason) {
	for most > 0 && len(s.x) < smallestFor(most) {
		most--
	}
	ka, kb := 0, most
	var tests []PermutationResult
	for ka < kb {
		t, why := s.Permute(ka, kb, permutations, random)
		if why != "" {
			return 0, nil, why
		}
		tests = append(tests, t)
		if t.P < 0.05/float64(most-ka) {
			ka++
		} else {
			kb--
		}
	}
	return ka, tests, ""
}
