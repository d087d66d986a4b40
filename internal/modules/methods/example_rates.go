package methods

import (
	"kaiyang/internal/core/stats"
)

func (s *sum) share(x, n int64, at string) {
	s.set("x"+at, x)
	s.set("n"+at, n)
	s.set("p"+at, percent(float64(x)/float64(n), 2))
}

func share(lens) (s sum) {
	for at, c := range map[string][2]int64{"1": clean, "2": titled} {
		s.share(c[0], c[1], at)
		i, why := stats.Wilson(c[0], c[1], level)
		s.need(why)
		s.set("lo"+at, percent(i.Lo, 1))
		s.set("hi"+at, percent(i.Hi, 1))
	}
	e, why := stats.ClopperPearson(titled[0], titled[1], level)
	s.need(why)
	s.set("elo2", percent(e.Lo, 1))
	s.set("ehi2", percent(e.Hi, 1))
	return s
}

func target(x lens) (s sum) {
	d, why := stats.TargetDecision(care[0], care[1], 0.98, stats.AtLeast, level)
	s.need(why)
	s.share(care[0], care[1], "")
	s.set("verdict", either(d.Met, x.t("按数值达标"), x.t("按数值未达标")))
	s.set("lo", percent(d.Interval.Lo, 1))
	s.set("hi", percent(d.Interval.Hi, 1))
	s.set("spare", d.Spare+1)
	s.set("need", stats.ClearFrom(0, 0.98, level))
	code := map[stats.Support]stats.WordingCode{stats.SupportMet: stats.SayShareMet, stats.SupportNotMet: stats.SayShareNotMet}[d.Support]
	if code == "" {
		code = stats.SayShareUnsure
		if !d.Met {
			code = stats.SayShareUnsureNo
		}
	}
	s.says = []stats.Statement{{Code: code, Args: []any{x.t("吸毒人员出所管控率"), care[0], care[1], s.places["p"], s.places["lo"], s.places["hi"], "≥98%"}}, {Code: stats.SayFullCount}}
	return s
}

func difference(x lens) (s sum) {
	s.share(mended[0][0], mended[0][1], "1")
	s.share(mended[1][0], mended[1][1], "2")
	d, why := stats.ProportionDifference(mended[0][0], mended[0][1], mended[1][0], mended[1][1], level)
	s.need(why)
	s.set("d", plain(100*d.Difference, 1))
	s.set("lo", plain(100*d.Interval.Lo, 1))
	s.set("hi", plain(100*d.Interval.Hi, 1))
	s.set("verdict", either(d.Interval.Lo > 0 || d.Interval.Hi < 0, x.t("差别超出偶然波动"), x.t("看不出差别")))
	return s
}

func funnel(x lens) (s sum) {
	var done, all []int64
	var a, b int64
	for _, t := range open().towns {
		done, all = append(done, t.Mended), append(all, t.Faults)
		a, b = a+t.Mended, b+t.Faults
	}
	f, why := stats.FunnelProportions(done, all)
	s.need(why)
	if why != "" {
		return s
	}
	s.set("units", len(all))
	s.share(a, b, "")
	one := townAt(miping)
	s.share(done[one], all[one], "1")
	s.set("l1", percent(f.Limits[one][1], 1))
	zone := map[stats.FunnelZone]string{stats.FunnelUsual: x.t("在正常波动之内"), stats.FunnelWatch: x.t("略超出正常波动，请留意"), stats.FunnelCheck: x.t("明显超出正常波动，需要核查原因")}
	s.set("z1", zone[f.Zones[one]])
	count := map[stats.FunnelZone]int{}
	for _, z := range f.Zones {
		count[z]++
	}
	s.set("out", count[stats.FunnelCheck])
	s.set("watch", count[stats.FunnelWatch])
	s.set("inside", count[stats.FunnelUsual])
	return s
}

func inspected() (found []int64, visits []float64) {
	for _, t := range open().towns {
		found, visits = append(found, t.Faults), append(visits, float64(t.Inspected))
	}
	return found, visits
}

func shrinkage(x lens) (s sum) {
	found, visits := inspected()
	r, why := stats.ShrinkMarshall(found, visits)
	s.need(why)
	if why != "" {
		return s
	}
	s.set("mean", plain(100*r.Mean, 1))
	for at, code := range map[string]string{"1": yongwen, "2": yunkai} {
		i := townAt(code)
		s.set("x"+at, found[i])
		s.set("n"+at, int64(visits[i]))
		s.set("r"+at, plain(100*r.Raw[i], 1))
		s.set("s"+at, plain(100*r.Rates[i], 1))
	}
	s.set("verdict", either(r.Between > 0, x.t("收缩后各地仍有差别。"), x.t("各地的差别没有超出偶然波动，收缩后都是全县的平均。")))
	return s
}

func ranks(x lens) (s sum) {
	found, visits := inspected()
	const draws = 10_000
	r, why := stats.RankUncertainty(found, visits, 10, 1, draws, stats.NewRandom(stats.DefaultSeed))
	s.need(why)
	if why != "" {
		return s
	}
	one := townAt(yongwen)
	s.set("units", len(found))
	s.set("draws", grouped(draws))
	s.set("seed", r.Seed)
	s.set("naive", plain(r.Naive[one], 0))
	s.set("low", plain(r.Low[one], 0))
	s.set("high", plain(r.High[one], 0))
	apart, pairs := 0, 0
	for i := range found {
		for j := range i {
			pairs++
			if r.Apart(i, j) {
				apart++
			}
		}
	}
	s.set("apart", apart)
	s.set("pairs", pairs)
	s.says = []stats.Statement{{Code: stats.SayRank, Args: []any{open().towns[one].in(x.Lang), int(r.Low[one]), int(r.High[one])}}}
	return s
}

func standardised(lens) (s sum) {
	counts, people, standard := []int64{27, 24, 6}, []float64{98_000, 152_000, 110_000}, []float64{90_000, 160_000, 150_000}
	r, why := stats.StandardiseRate(counts, people, standard, level)
	s.need(why)
	show := func(v float64) string { return grouped(rounded(v)) }
	s.set("counts", joined(counts, whole))
	s.set("people", joined(people, show))
	s.set("standard", joined(standard, show))
	for place, v := range map[string]float64{"crude": r.Crude, "adjusted": r.Adjusted, "lo": r.Interval.Lo, "hi": r.Interval.Hi} {
		s.set(place, 1e4*v)
	}
	return s
}

func manyLooks(lens) (s sum) {
	var p []float64
	for _, pair := range [][2]int{{0, 1}, {1, 2}, {0, 2}} {
		p = append(p, ratioOf(&s, under25[pair[0]], under25[pair[1]]).P)
	}
	holm, why := stats.Holm(p)
	s.need(why)
	s.set("p", joined(p, pvalue))
	s.set("holm", joined(holm, pvalue))
	clear := 0
	for _, v := range holm {
		if v < 0.05 {
			clear++
		}
	}
	s.set("clear", clear)
	const indicators, units = 10, 16
	const looks = indicators * units
	s.set("indicators", indicators)
	s.set("units", units)
	s.set("looks", looks)
	s.set("false", rounded(0.05*looks))
	return s
}
