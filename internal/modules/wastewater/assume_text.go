package wastewater

import (
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
)

// parts reads a line of the form, cut at the strokes.
func parts(line string, want int) []string {
	out := strings.Split(strings.ReplaceAll(line, "｜", "|"), "|")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	for len(out) < want {
		out = append(out, "")
	}
	return out
}

func lines(text string) (out []string) {
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// fraction reads "12%", "0.12" or nothing.
func fraction(s string) (float64, bool) {
	s = measure.Halfwidth(s)
	if s == "" {
		return 0, true
	}
	p, isPercent := strings.CutSuffix(s, "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
	if isPercent {
		v /= 100
	}
	return v, err == nil && v >= 0 && v < 1e6
}

func origin(s string) Origin {
	for _, o := range Origins() {
		if s == o.Text() || s == string(o) {
			return o
		}
	}
	return ""
}

// readTable reads what was typed into the form of an edition; what is known in English of a residue
// is taken over from the edition before.
func readTable(a Assumptions, before Assumptions, errorText, factorText string) (Assumptions, error) {
	var f fault.Fields
	a.Errors, a.Factors = nil, nil
	for i, l := range lines(errorText) {
		p := parts(l, 5)
		v, ok := fraction(p[1])
		f.Need(len(p) == 5 && ok && p[1] != "", "errors", "误差第 %d 行应写成：名称 | 相对标准差 | 文献范围 | 来源 | 来历", i+1)
		a.Errors = append(a.Errors, Error{Name: p[0], RSD: v, Range: p[2], Source: p[3], Origin: origin(p[4])})
	}
	for i, l := range lines(factorText) {
		p := parts(l, 9)
		drug, ok1 := fraction(p[3])
		residue, ok2 := fraction(p[4])
		excreted, ok3 := fraction(p[5])
		loss, ok4 := fraction(p[6])
		f.Need(len(p) == 9 && ok1 && ok2 && ok3 && ok4, "factors", "检测物第 %d 行应写成：代码 | 检测物 | 毒品 | 毒品摩尔质量 | 检测物摩尔质量 | 排泄比例 | 管网损失 | 来源 | 来历", i+1)
		x := Factor{Code: p[0], Residue: p[1], Drug: p[2], DrugMass: drug, ResidueMass: residue, Excreted: excreted, Loss: loss, Source: p[7], Origin: origin(p[8])}
		if was, ok := before.Factor(x.Code); ok {
			if was.Residue == x.Residue {
				x.ResidueEN = was.ResidueEN
			}
			if was.Drug == x.Drug {
				x.DrugEN = was.DrugEN
			}
		}
		a.Factors = append(a.Factors, x)
	}
	return a, f.Err()
}
