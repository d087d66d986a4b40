package stats

// grayTest computes Gray's score and variance for the first groups−1 groups. The weight of a
// group at a time is R = at risk / S(t−) of the group, the pooled incidence grows by d/ΣR, and
// the variance adds the hypergeometric variances of events and exits of every group (Gray 1988).
func grayTest(f []Followup, group []int, groups int) (GrayResult, Reason) {
	k, free := groups, groups-1
	score := make([]float64, free)
	square := func(n, m int) [][]float64 {
		out := make([][]float64, n)
		for i := range out {
			out[i] = make([]float64, m)
		}
		return out
	}
	v, c, v2, v3 := square(free, free), square(k, k), square(free, k), make([]float64, k)
	survLeft, surv := make([]float64, k), make([]float64, k)
	cifLeft, cif := make([]float64, k), make([]float64, k)
	for i := range surv {
		survLeft[i], surv[i] = 1, 1
	}
	pooledLeft := 0.0
	for _, s := range groupSteps(f, group, groups) {
		events, exits := sumOf(s.event), sumOf(s.compete)
		if events == 0 && exits == 0 {
			continue
		}
		total, weighted := 0.0, 0.0
		for i := range k {
			if s.risk[i] <= 0 || survLeft[i] <= 0 {
				continue
			}
			surv[i] = survLeft[i] * (s.risk[i] - s.event[i] - s.compete[i]) / s.risk[i]
			cif[i] = cifLeft[i] + survLeft[i]*s.event[i]/s.risk[i]
			total += s.risk[i] / survLeft[i]
			weighted += s.risk[i] * (1 - cifLeft[i]) / survLeft[i]
		}
		if total <= 0 || pooledLeft >= 1 {
			break
		}
		pooled := pooledLeft + events/total
		a := square(k, k)
		for i := range k {
			if s.risk[i] <= 0 {
				continue
			}
			ri := s.risk[i] / survLeft[i]
			for j := range k {
				if s.risk[j] <= 0 {
					continue
				}
				rj := s.risk[j] / survLeft[j]
				a[i][j] = -ri * rj / total
				if i == j {
					a[i][j] = ri * (1 - ri/total)
				}
				c[i][j] += a[i][j] * events / (total * (1 - pooledLeft))
			}
		}
		if events > 0 {
			for i := range free {
				if s.risk[i] > 0 && weighted > 0 {
					score[i] += s.event[i] - events*s.risk[i]*(1-cifLeft[i])/(survLeft[i]*weighted)
				}
			}
			for g := range k {
				if s.risk[g] <= 0 {
					continue
				}
				t4 := 1.0
				if surv[g] > 0 {
					t4 = 1 - (1-pooled)/surv[g]
				}
				tie := 1.0
				if events > 1 && total*survLeft[g] > 1 {
					tie = 1 - (events-1)/(float64(total*survLeft[g])-1)
				}
				w := tie * survLeft[g] * events / (total * s.risk[g])
				v3[g] += float64(t4 * t4 * w)
				for i := range free {
					x := a[i][g] - float64(t4*c[i][g])
					v2[i][g] += float64(x * t4 * w)
					for j := range free {
						v[i][j] += float64(x * (a[j][g] - float64(t4*c[j][g])) * w)
					}
				}
			}
		}
		if exits > 0 {
			for g := range k {
				if surv[g] <= 0 || s.compete[g] <= 0 {
					continue
				}
				t4, d := (1-pooled)/surv[g], s.compete[g]
				tie := 1.0
				if d > 1 {
					tie = 1 - (d-1)/(s.risk[g]-1)
				}
				w := tie * survLeft[g] * survLeft[g] * d / (s.risk[g] * s.risk[g])
				v3[g] += float64(t4 * t4 * w)
				for i := range free {
					x := t4 * c[i][g]
					v2[i][g] -= float64(x * t4 * w)
					for j := range free {
						v[i][j] += float64(x * t4 * c[j][g] * w)
					}
				}
			}
		}
		pooledLeft = pooled
		copy(survLeft, surv)
		copy(cifLeft, cif)
	}
	for i := range free {
		for j := range free {
			for g := range k {
				v[i][j] += float64(c[i][g]*c[j][g]*v3[g]) + float64(c[i][g]*v2[j][g]) + float64(c[j][g]*v2[i][g])
			}
		}
	}
	stat, p, ok := quadraticTest(score, v)
	if !ok {
		return GrayResult{}, NotDefined
	}
	return GrayResult{Statistic: stat, P: p, DF: free}, ""
}
