package period

import (
	"fmt"
	"strconv"
	"time"
)

// String gives the one canonical form: 2018, 2018-H1, 2018-Q1, 2018-03, 2018-03a, 2018-03-12,
// 2018-03@26, or a range of the largest that fits, 2018-01..2018-02. No period gives "".
func (p Period) String() string {
	if p.IsZero() {
		return ""
	}
	u, lo, hi := p.units()
	b := u.append(make([]byte, 0, 24), lo)
	if lo < hi {
		b = u.append(append(b, '.', '.'), hi)
	}
	return string(b)
}

func (u unit) append(b []byte, n int) []byte {
	if u == (unit{}) {
		return Day(n).append(b)
	}
	g := u.grain
	if u.start > 0 {
		g = Months
	}
	y, i := g.split(Slot(n))
	b = append(b, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10))
	switch g {
	case Years:
		return b
	case HalfYears:
		return append(b, '-', 'H', byte('1'+i))
	case Quarters:
		return append(b, '-', 'Q', byte('1'+i))
	}
	m, half := i+1, 0
	if g == HalfMonths {
		m, half = i/2+1, i%2
	}
	b = append(b, '-', byte('0'+m/10), byte('0'+m%10))
	switch {
	case g == HalfMonths:
		b = append(b, byte('a'+half))
	case u.start > 0:
		b = append(b, '@', '0'+u.start/10, '0'+u.start%10)
	}
	return b
}

// Chinese gives the period as official papers write it: 2018年, 2018年上半年, 2018年第一季度,
// 2018年3月上半月, 2018年3月12日, 2018年1—2月, 2015—2017年, 2018年3月考核月（2月26日—3月25日）.
// Parse reads it back. No period gives "".
func (p Period) Chinese() string {
	if p.IsZero() {
		return ""
	}
	u, lo, hi := p.units()
	y, i := p.place(u, lo)
	z, j := p.place(u, hi)
	year := fmt.Sprintf("%04d年", y)
	one := lo == hi
	again := "" // the year, where the far end has another
	if y != z {
		again = fmt.Sprintf("%04d年", z)
	}
	switch {
	case u.start > 0:
		return chineseMonths(year, again, i, j, one) + "考核月（" + p.chineseDays(y) + "）"
	case u.grain == Years && one:
		return year
	case u.grain == Years:
		return fmt.Sprintf("%04d—%04d年", y, z)
	case u.grain == HalfYears:
		return pair(year, [...]string{"上半年", "下半年"}[i], again, [...]string{"上半年", "下半年"}[j], one)
	case u.grain == Quarters:
		n := [...]string{"一", "二", "三", "四"}
		if !one && again == "" {
			return year + "第" + n[i] + "—" + n[j] + "季度"
		}
		return pair(year, "第"+n[i]+"季度", again, "第"+n[j]+"季度", one)
	case u.grain == Months:
		return chineseMonths(year, again, i, j, one)
	case u.grain == HalfMonths:
		n := [...]string{"月上半月", "月下半月"}
		return pair(year, strconv.Itoa(i/2+1)+n[i%2], again, strconv.Itoa(j/2+1)+n[j%2], one)
	}
	return year + p.chineseDays(y)
}

// place gives the year and the index in the year of the n-th unit; days have no index.
func (p Period) place(u unit, n int) (year, index int) {
	switch {
	case u.start > 0:
		return Months.split(Slot(n))
	case u.grain > 0:
		return u.grain.split(Slot(n))
	}
	year, _, _ = Day(n).Date()
	return year, 0
}

func pair(year, from, again, to string, one bool) string {
	if one {
		return year + from
	}
	return year + from + "—" + again + to
}

func chineseMonths(year, again string, i, j int, one bool) string {
	from, to := strconv.Itoa(i+1), strconv.Itoa(j+1)
	switch {
	case one:
		return year + from + "月"
	case again == "":
		return year + from + "—" + to + "月"
	}
	return year + from + "月—" + again + to + "月"
}

// chineseDays gives the first and last day, with the years that are not the year given.
func (p Period) chineseDays(year int) string {
	y, m, d := p.first.Date()
	z, n, e := p.last.Date()
	from, to := fmt.Sprintf("%d月%d日", m, d), fmt.Sprintf("%d月%d日", n, e)
	if y != year {
		from = fmt.Sprintf("%04d年", y) + from
	}
	switch {
	case p.first == p.last:
		return from
	case z != y:
		to = fmt.Sprintf("%04d年", z) + to
	case m == n:
		return fmt.Sprintf("%d月%d—%d日", m, d, e)
	}
	return from + "—" + to
}

// English gives the period in English: 2018, H1 2018, Q1 2018, March 2018, 1–15 March 2018,
// January–February 2018, 2015–2017, assessment month March 2018 (26 February – 25 March 2018). No
// period gives "".
func (p Period) English() string {
	if p.IsZero() {
		return ""
	}
	u, lo, hi := p.units()
	y, i := p.place(u, lo)
	z, j := p.place(u, hi)
	switch {
	case u.start > 0:
		name := "assessment month "
		if lo < hi {
			name = "assessment months "
		}
		return name + englishRun(month(i), y, month(j), z) + " (" + p.englishDays() + ")"
	case u.grain == Years && lo == hi:
		return year(y)
	case u.grain == Years:
		return year(y) + "–" + year(z)
	case u.grain == HalfYears:
		return englishRun("H"+strconv.Itoa(i+1), y, "H"+strconv.Itoa(j+1), z)
	case u.grain == Quarters:
		return englishRun("Q"+strconv.Itoa(i+1), y, "Q"+strconv.Itoa(j+1), z)
	case u.grain == Months:
		return englishRun(month(i), y, month(j), z)
	}
	return p.englishDays()
}

func month(index int) string { return time.Month(index + 1).String() }

func year(y int) string { return fmt.Sprintf("%04d", y) }

// englishRun gives "Q1 2018", "Q2–Q3 2018" or "Q4 2018 – Q1 2019".
func englishRun(from string, y int, to string, z int) string {
	switch {
	case y != z:
		return from + " " + year(y) + " – " + to + " " + year(z)
	case from == to:
		return from + " " + year(y)
	}
	return from + "–" + to + " " + year(y)
}

func (p Period) englishDays() string {
	y, m, d := p.first.Date()
	z, n, e := p.last.Date()
	to := fmt.Sprintf("%d %s %04d", e, time.Month(n), z)
	switch {
	case p.first == p.last:
		return to
	case y != z:
		return fmt.Sprintf("%d %s %04d – %s", d, time.Month(m), y, to)
	case m != n:
		return fmt.Sprintf("%d %s – %s", d, time.Month(m), to)
	}
	return fmt.Sprintf("%d–%s", d, to)
}
