package units

import (
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A strayed is how many facts of a unit would be in no sum any more, and of which periods.
type strayed struct {
	unit        string
	count       int
	first, last period.Period
}

// maxStrayed is how many units are named; the others are counted.
const maxStrayed = 12

// strays brings facts together by unit, in the order of their first one; more counts the units
// beyond maxStrayed.
func strays(list []Loose, reg *org.Register) (out []strayed, more int) {
	at := map[org.UnitID]int{}
	for _, l := range list {
		i, known := at[l.Unit]
		if !known {
			u, _ := reg.Unit(l.Unit)
			i, at[l.Unit] = len(out), len(out)
			out = append(out, strayed{unit: u.Last().Name, first: l.Period, last: l.Period})
		}
		x := &out[i]
		x.count++
		if l.Period.First() < x.first.First() {
			x.first = l.Period
		}
		if l.Period.Last() > x.last.Last() {
			x.last = l.Period
		}
	}
	if len(out) > maxStrayed {
		out, more = out[:maxStrayed], len(out)-maxStrayed
	}
	return out, more
}

const (
	sayStrayed     = "%s：%d 个数，%s 至 %s"
	sayStrayedOnce = "%s：%d 个数，%s"
	sayMoreStrayed = "另有 %d 个单位"
	sayFileLoose   = "按文件里的有效期，下列单位在这些期里不存在；它们已批准的数留着，但不再计入任何合计："
)

// looseWords tells on a page which facts would be in no sum any more.
func looseWords(t tr, in func(period.Period) string, list []Loose, reg *org.Register) []string {
	var out []string
	named, more := strays(list, reg)
	for _, x := range named {
		if x.first == x.last {
			out = append(out, t(sayStrayedOnce, x.unit, x.count, in(x.first)))
			continue
		}
		out = append(out, t(sayStrayed, x.unit, x.count, in(x.first), in(x.last)))
	}
	if more > 0 {
		out = append(out, t(sayMoreStrayed, more))
	}
	return out
}

// looseNotes tells the same in the report of a file.
func looseNotes(list []Loose, reg *org.Register) fault.Findings {
	if len(list) == 0 {
		return nil
	}
	out := fault.Findings{{Rule: "loose", Format: sayFileLoose}}
	named, more := strays(list, reg)
	for _, x := range named {
		f := fault.Finding{Rule: "loose", Format: sayStrayed, Args: []any{x.unit, x.count, x.first, x.last}}
		if x.first == x.last {
			f.Format, f.Args = sayStrayedOnce, f.Args[:3]
		}
		out = append(out, f)
	}
	if more > 0 {
		out = append(out, fault.Finding{Rule: "loose", Format: sayMoreStrayed, Args: []any{more}})
	}
	return out
}
