package situation

import (
	"math"
	"strconv"
	"strings"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
)

// A Method is a way of telling that a month stands out. The two look for different things: one
// month far above its past, and months that stay a little above it.
type Method string

// The methods.
const (
	Sudden Method = "ears"  // EARS C1 on months
	Creep  Method = "cusum" // Poisson CUSUM from January on, against the calendar year before
)

// Methods lists the methods in the order they are shown.
func Methods() []Method { return []Method{Sudden, Creep} }

// Text gives the method in plain Chinese.
func (m Method) Text() string {
	return map[Method]string{Sudden: "单月偏高", Creep: "连续偏高"}[m]
}

// A Month is what is known of a count in a month. Incomplete is not zero.
type Month struct {
	Period             period.Period
	Count              int64
	Complete           bool
	Reported, Expected int
	Missing            []org.UnitID // units that were expected and did not report
}

// A Hold is why a month is not judged; empty means that it is.
type Hold string

// The holds (METHODS §11).
const (
	HeldMonth Hold = "month" // the month itself is not complete
	HeldPast  Hold = "past"  // a month that is needed for comparison is not complete
	HeldShort Hold = "short" // the series is too short
	HeldSmall Hold = "small" // less than one a month in the past
	HeldLarge Hold = "large" // the running sum does not suit so large counts
)

// A Reading is what a method says of a month. Past is the sum of the Months compared with. Upper
// belongs to Sudden; Sum, K, H, From and Total to Creep.
type Reading struct {
	Hold   Hold   `json:"hold,omitempty"`
	Need   int    `json:"need,omitempty"` // months lacking
	Gap    string `json:"gap,omitempty"`  // first month that is not complete
	Count  int64  `json:"count"`
	Past   int64  `json:"past"`
	Months int    `json:"months"`

	Upper float64 `json:"upper,omitempty"`

	Sum    int64  `json:"sum,omitempty"`
	K      int    `json:"k,omitempty"`
	H      int    `json:"h,omitempty"`
	Run    int    `json:"run,omitempty"`  // mean months until a false signal
	From   string `json:"from,omitempty"` // month in which the present rise began
	Total  int64  `json:"total,omitempty"`
	Uneven bool   `json:"uneven,omitempty"` // the year before varied more than chance

	Above bool `json:"above,omitempty"` // beyond the limit
	Alarm bool `json:"alarm,omitempty"` // beyond it, and for Creep not already the month before
}

// Mean is the average that a count is compared with.
func (r Reading) Mean() float64 {
	if r.Months == 0 {
		return 0
	}
	return float64(r.Past) / float64(r.Months)
}

// same tells whether two readings rest on the same figures and say the same. Limits are functions
// of the whole numbers and are not compared.
func (r Reading) same(o Reading) bool {
	r.Upper, o.Upper = 0, 0
	return r == o
}

// A designer designs running sums and remembers them: the design depends on whole numbers only.
type designer map[[4]int64]stats.PoissonCUSUM

// highest is the largest limit of a running sum that is tried.
const highest = 200

func (d designer) design(past int64, months int, s Settings) (stats.PoissonCUSUM, bool) {
	key := [4]int64{past, int64(months), int64(s.Run), int64(s.Rise)}
	p, known := d[key]
	if !known {
		mean := float64(past) / float64(months)
		var why stats.Reason
		if p, why = stats.DesignCUSUM(mean, mean*float64(100+s.Rise)/100, float64(s.Run), highest); why != "" {
			p = stats.PoissonCUSUM{}
		}
		d[key] = p
	}
	return p, p.K > 0 && p.RunLength0 >= float64(s.Run)
}

// judge tells what a method says of month i of a series without gaps in time.
func (d designer) judge(m Method, s Settings, list []Month, i int) Reading {
	if !list[i].Complete {
		return Reading{Hold: HeldMonth}
	}
	if m == Creep {
		return d.creep(s, list, i)
	}
	return sudden(s, list, i)
}

// begins gives the first month of which anything is known.
func begins(list []Month) int {
	for i, m := range list {
		if m.Complete || m.Reported > 0 {
			return i
		}
	}
	return len(list)
}

// counts gives the counts of months lo to hi-1, or why they cannot be compared with.
func counts(list []Month, lo, hi int) (out []int64, sum int64, held Reading) {
	if first := begins(list); lo < first {
		return nil, 0, Reading{Hold: HeldShort, Need: first - lo}
	}
	for _, m := range list[lo:hi] {
		if !m.Complete {
			held.Need++
			if held.Hold == "" {
				held.Hold, held.Gap = HeldPast, m.Period.String()
			}
		}
		out = append(out, m.Count)
		sum += m.Count
	}
	return out, sum, held
}

func sudden(s Settings, list []Month, i int) Reading {
	past, sum, r := counts(list, i-s.Baseline, i)
	r.Count = list[i].Count
	if r.Hold != "" {
		return r
	}
	r.Past, r.Months = sum, s.Baseline
	if why := stats.AlarmGate(past); why != "" {
		r.Hold = HeldSmall
		return r
	}
	plan := stats.MonthlyEARS()
	plan.Baseline, plan.MinSigma = s.Baseline, float64(s.Sigma)/100
	points, why := stats.EARS(append(past, r.Count), len(past), plan)
	if why != "" {
		r.Hold = HeldLarge // beyond what the method accepts
		return r
	}
	r.Upper, r.Above, r.Alarm = points[0].Upper, points[0].Alarm, points[0].Alarm
	return r
}

// unevenLimit is the 97.5 % point of χ² with 11 degrees of freedom: beyond it the twelve months of
// a year vary more than a Poisson count does by chance.
const unevenLimit = 21.92

// creep judges by a running sum that begins at zero each January and compares with the calendar
// year before, so that the level it rests on is fixed and can be read off the figures.
func (d designer) creep(s Settings, list []Month, i int) Reading {
	january := i - period.Months.Index(period.Months.SlotOf(list[i].Period.First()))
	_, _, r := counts(list, january-12, i+1)
	r.Count = list[i].Count
	if r.Hold != "" {
		return r
	}
	year, past, _ := counts(list, january-12, january)
	r.Past, r.Months = past, 12
	if why := stats.AlarmGate(year); why != "" {
		r.Hold = HeldSmall
		return r
	}
	p, ok := d.design(past, 12, s)
	if !ok {
		r.Hold = HeldLarge
		return r
	}
	now, _, _ := counts(list, january, i+1)
	sums, _, why := p.Watch(now)
	if why != "" {
		r.Hold = HeldLarge
		return r
	}
	last := len(sums) - 1
	r.Sum, r.K, r.H, r.Run = sums[last], p.K, p.H, int(math.Round(math.Min(p.RunLength0, 1e6)))
	r.Above = r.Sum > int64(p.H)
	r.Alarm = r.Above && (last == 0 || sums[last-1] <= int64(p.H)) // the signal is C > H, METHODS §13.2
	if r.Above {
		from := last
		for from > 0 && sums[from-1] > 0 {
			from--
		}
		r.From = list[january+from].Period.String()
		for _, c := range now[from:] {
			r.Total += c
		}
	}
	mean, spread := float64(past)/12, 0.0
	for _, c := range year {
		x := float64(c) - mean
		spread += float64(x * x)
	}
	r.Uneven = spread > unevenLimit*mean
	return r
}

// decimal writes a number with at most one decimal, "3", "4.8".
func decimal(v float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
}

// whole writes a whole number with commas, "2,071".
func whole(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
