package formula

import "strings"

// An ArgKind tells what may stand as an argument of a function.
type ArgKind uint8

// The kinds of arguments.
const (
	NumberArg    ArgKind = iota
	ConditionArg         // a comparison, or several joined by and, or, not
	ElementArg           // the name of an element, with or without a selector
	CountArg             // a whole number from 1 to 600, written out
	DigitsArg            // a whole number from 0 to 6, written out
	FormArg              // the code or name of a form in quotation marks
	UnitKindArg          // a kind of unit in quotation marks: "village"
)

// An Arg is one argument of a function.
type Arg struct {
	Name     string // short, for the help page
	NameEN   string // the same in English, where Name is not Latin already
	Kind     ArgKind
	Optional bool
	Repeats  bool // may stand any number of times
}

// A Function is one function of the language. The checker, the help page and the fuzz tests all
// read the same table.
type Function struct {
	Name    string // "prev"
	Chinese string // "上期"
	Args    []Arg
	Result  Kind
	About   string   // one sentence in Chinese
	AboutEN string   // the same in English
	Example string   // a formula that uses it, with made-up names
	Also    []string // words from elsewhere for the same, to be suggested, not understood

	id fnID
}

type fnID uint8

const (
	fnPrev fnID = iota
	fnYoY
	fnYTD
	fnSum
	fnAvg
	fnLast
	fnIf
	fnMin
	fnMax
	fnAbs
	fnRound
	fnCoalesce
	fnReportingRate
	fnOntimeRate
	fnCountUnits
	fnDays
)

var functions = []Function{
	{id: fnPrev, Name: "prev", Chinese: "上期", Also: []string{"环比", "previous", "lag"},
		Args:    []Arg{{Name: "x"}, {Name: "n", Kind: CountArg, Optional: true}},
		About:   "x 在前一期（同样长短的相邻期）的值；写 n 则往前 n 期。没有数据时答“无基期”。",
		AboutEN: "The value of x in the adjacent period before of equal length, or n periods before. Without data the answer is “no base period”.",
		Example: "查处人次 / prev(查处人次) - 1"},
	{id: fnYoY, Name: "yoy", Chinese: "去年同期", Also: []string{"同比"}, Args: []Arg{{Name: "x"}},
		About:   "x 在去年同期（往前 12 个月）的值；超过一年的区间没有同比。",
		AboutEN: "The value of x in the same period of the year before, twelve months back; refused for ranges over a year.",
		Example: "查处人次 / yoy(查处人次) - 1"},
	{id: fnYTD, Name: "ytd", Chinese: "年初至今", Also: []string{"累计", "本年累计"}, Args: []Arg{{Name: "x"}},
		About:   "x 从 1 月 1 日到本期末的值。",
		AboutEN: "The value of x from 1 January to the end of the period.",
		Example: "ytd(破案数)"},
	{id: fnSum, Name: "sum", Chinese: "合计", Also: []string{"求和", "总和", "total"}, Args: []Arg{{Name: "x", Kind: ElementArg}},
		About:   "先按单位汇总，再把本期内各填报期相加；用于存量时得到“人月”一类的数。",
		AboutEN: "Units are added first, then the reporting slots of the period; of a stock it gives figures such as person-months.",
		Example: "sum(在册人数)"},
	{id: fnAvg, Name: "avg", Chinese: "平均", Also: []string{"average", "mean", "均值", "平均值", "平均数"}, Args: []Arg{{Name: "x", Kind: ElementArg}},
		About:   "先按单位汇总，再对本期内有数据的填报期求平均；有缺期时加注。",
		AboutEN: "Units are added first, then the mean over those slots of the period that have data; marked if some have none.",
		Example: "吸毒人数 / avg(常住人口)"},
	{id: fnLast, Name: "last", Chinese: "期末", Also: []string{"末期", "期末值"}, Args: []Arg{{Name: "x", Kind: ElementArg}},
		About:   "本期内最后一个填报期的值；没有就是未报，不向前找。",
		AboutEN: "The value of the last slot of the period; missing if it is missing, never carried forward.",
		Example: "last(在册人数)"},
	{id: fnIf, Name: "if", Chinese: "如果", Also: []string{"iif", "若", "假如"},
		Args:    []Arg{{Name: "条件", NameEN: "condition", Kind: ConditionArg}, {Name: "a"}, {Name: "b"}},
		About:   "条件成立取 a，否则取 b；没有取用的一边缺数不影响结果。",
		AboutEN: "a if the condition holds, otherwise b; missing data on the side not taken do not matter.",
		Example: "if(应访 = 0, 1, 已访 / 应访)"},
	{id: fnMin, Name: "min", Chinese: "最小", Also: []string{"最小值", "minimum"}, Args: []Arg{{Name: "a"}, {Name: "b", Repeats: true}},
		About:   "各数中最小的一个。",
		AboutEN: "The smallest of the numbers.",
		Example: "min(完成率, 100%)"},
	{id: fnMax, Name: "max", Chinese: "最大", Also: []string{"最大值", "maximum"}, Args: []Arg{{Name: "a"}, {Name: "b", Repeats: true}},
		About:   "各数中最大的一个。",
		AboutEN: "The largest of the numbers.",
		Example: "max(应访 - 已访, 0)"},
	{id: fnAbs, Name: "abs", Chinese: "绝对值", Also: []string{"absolute"}, Args: []Arg{{Name: "x"}},
		About:   "x 的绝对值。",
		AboutEN: "The absolute value of x.",
		Example: "abs(破案数 - prev(破案数))"},
	{id: fnRound, Name: "round", Chinese: "四舍五入", Also: []string{"取整", "保留"},
		Args:    []Arg{{Name: "x"}, {Name: "位数", NameEN: "digits", Kind: DigitsArg, Optional: true}},
		About:   "把 x 四舍五入到若干位小数（不写为 0 位），逢五远离零。只在要用取整后的数继续算时才用，显示时会自动取位。",
		AboutEN: "x rounded to a number of decimals (0 if not given), halves away from zero. Needed only to go on with the rounded number; display rounds by itself.",
		Example: "round(应访 * 95%)"},
	{id: fnCoalesce, Name: "coalesce", Chinese: "首个有值", Also: []string{"ifnull", "nvl", "缺省"}, Args: []Arg{{Name: "x"}, {Name: "y", Repeats: true}},
		About:   "依次取第一个有值的数；coalesce(x, 0) 就是“未报算零”。本级不报、该期别无值一类问法不对的情形不会被填补。",
		AboutEN: "The first of the numbers that has a value; coalesce(x, 0) lets missing count as zero. It does not fill in where the question itself is wrong, such as below the reporting level.",
		Example: "coalesce(协查数, 0) + 自查数"},
	{id: fnReportingRate, Name: "reporting_rate", Chinese: "报送率", Also: []string{"上报率", "填报率"}, Args: []Arg{{Name: "报表", NameEN: "form", Kind: FormArg}},
		About:   "本期应报的报表中已报送的比例，汇总时分子分母各自相加。",
		AboutEN: "The share of the returns due in the period that were sent; numerators and denominators are added up separately.",
		Example: `reporting_rate("月报")`},
	{id: fnOntimeRate, Name: "ontime_rate", Chinese: "按时率", Also: []string{"及时率", "准时率"}, Args: []Arg{{Name: "报表", NameEN: "form", Kind: FormArg}},
		About:   "本期应报的报表中按时报送的比例，汇总时分子分母各自相加。",
		AboutEN: "The share of the returns due in the period that were sent on time; numerators and denominators are added up separately.",
		Example: `ontime_rate("月报")`},
	{id: fnCountUnits, Name: "count_units", Chinese: "单位数", Also: []string{"count", "计数", "单位个数"},
		Args:    []Arg{{Name: "类别", NameEN: "kind", Kind: UnitKindArg}, {Name: "条件", NameEN: "condition", Kind: ConditionArg, Optional: true}},
		About:   "本单位以下某类单位在期末那天的个数；写了条件就逐个单位判断，只数成立的，判断不了的单位会列出。",
		AboutEN: "The number of units of a kind at or beneath the unit on the last day of the period; with a condition, those for which it holds, and units that cannot be decided are named.",
		Example: `count_units("township", 破案数 >= 1)`},
	{id: fnDays, Name: "days", Chinese: "天数", Also: []string{"日数", "day"},
		About:   "本期的天数。",
		AboutEN: "The number of days of the period.",
		Example: "破案数 / days()"},
}

// Functions gives the table of all functions; it must not be changed.
func Functions() []Function { return functions }

// functionNamed finds a function by its Latin name in any case, or its Chinese name.
func functionNamed(word string) *Function {
	lower := strings.ToLower(word)
	for i := range functions {
		if f := &functions[i]; f.Name == lower || f.Chinese == word {
			return f
		}
	}
	return nil
}

// Signature gives the function as one writes it, "prev(x[, n])", in Chinese or Latin.
func (f Function) Signature(chinese bool) string {
	var b strings.Builder
	if chinese {
		b.WriteString(f.Chinese)
	} else {
		b.WriteString(f.Name)
	}
	b.WriteByte('(')
	for i, a := range f.Args {
		s := a.Name
		if !chinese && a.NameEN != "" {
			s = a.NameEN
		}
		if i > 0 {
			s = ", " + s
		}
		if a.Repeats {
			s += ", …"
		}
		if a.Optional {
			s = "[" + s + "]"
		}
		b.WriteString(s)
	}
	b.WriteByte(')')
	return b.String()
}

// arg gives the i-th argument, or the repeating last one.
func (f *Function) arg(i int) (Arg, bool) {
	if i < len(f.Args) {
		return f.Args[i], true
	}
	if n := len(f.Args); n > 0 && f.Args[n-1].Repeats {
		return f.Args[n-1], true
	}
	return Arg{}, false
}

// least gives the smallest number of arguments.
func (f *Function) least() int {
	n := 0
	for _, a := range f.Args {
		if !a.Optional {
			n++
		}
	}
	return n
}

// most gives the largest number of arguments, -1 for no limit.
func (f *Function) most() int {
	if n := len(f.Args); n > 0 && f.Args[n-1].Repeats {
		return -1
	}
	return len(f.Args)
}
