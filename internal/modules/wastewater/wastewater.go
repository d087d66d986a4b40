// Package wastewater keeps the monitoring of drug residues in wastewater (污水监测): treatment
// plants, campaigns of seven days, the laboratory's results, and what follows from them: loads in
// mg per day and 1000 persons with all assumptions beside them (METHODS §8).
//
// Loads are the result. Consumption is computed only where the county switched it on in the
// laboratory's table, heroin never from morphine, and a number of persons never from anything.
package wastewater

import (
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// Days is the length of a campaign: seven days in a row (SCORE protocol, METHODS §8).
const Days = 7

// Decimals that are kept of concentrations (ng/L), limits (ng/L) and flows (in the plant's unit).
const (
	concentrationScale = 3
	flowScale          = 4
)

// A FlowUnit is the unit in which a plant tells its flow.
type FlowUnit string

// The units of flow.
const (
	CubicMetres    FlowUnit = "m3"    // m³/d
	TenThousandths FlowUnit = "10km3" // 万m³/d
)

// FlowUnits lists the units in the order of the form.
func FlowUnits() []FlowUnit { return []FlowUnit{CubicMetres, TenThousandths} }

// Text gives the unit as written.
func (u FlowUnit) Text() string {
	return map[FlowUnit]string{CubicMetres: "m³/d", TenThousandths: "万m³/d"}[u]
}

// metres gives how many m³ one unit holds.
func (u FlowUnit) metres() float64 {
	if u == TenThousandths {
		return 10000
	}
	return 1
}

// A Plant is a treatment plant with the population it serves.
type Plant struct {
	ID      int64
	Name    string
	Area    string // what it serves, in words
	People  int64
	Source  string // of the population figure
	Unit    FlowUnit
	Closed  bool // no longer sampled
	Version int64
}

// Check reports all faults of a plant, by field.
func (p Plant) Check() error {
	var f fault.Fields
	f.Need(p.Name != "", "name", "请写污水厂名称")
	f.Need(len([]rune(p.Name)) <= 40, "name", "最多 %d 个字；请缩短", 40)
	f.Need(len([]rune(p.Area)) <= 200, "area", "最多 %d 个字；请缩短", 200)
	f.Need(p.People > 0 && p.People <= 50_000_000, "people", "服务人口请写大于 0 的整数；负荷按它折算")
	f.Need(p.Source != "", "source", "请写服务人口的来源，例如“2017年常住人口普查推算”")
	f.Need(len([]rune(p.Source)) <= 200, "source", "最多 %d 个字；请缩短", 200)
	f.Need(p.Unit.Text() != "", "unit", "请选择流量单位")
	return f.Err()
}

// A Site is a plant as it took part in a campaign: population and unit are those of then.
type Site struct {
	Plant  int64    `json:"plant"`
	Name   string   `json:"name"`
	People int64    `json:"people"`
	Source string   `json:"source"`
	Unit   FlowUnit `json:"unit"`
}

// A State is how far a campaign has come.
type State string

// The states.
const (
	Draft State = "draft" // 录入中
	Final State = "final" // 结果已定稿
)

// Text gives the state in Chinese.
func (s State) Text() string {
	return map[State]string{Draft: "录入中", Final: "结果已定稿"}[s]
}

// A Campaign is seven days of samples at one or more plants.
type Campaign struct {
	ID         int64
	Name       string
	First      period.Day
	Laboratory string
	Report     string // number of the laboratory's report
	Sampling   string // how samples were taken
	Sites      []Site
	Residues   []string // codes of the residues that are measured
	Edition    int      // of the assumptions; that of a draft is the newest
	Note       string   // why days are missing, and the like
	State      State
	By         string // who finished it
	On         period.Day
	Version    int64
}

// Last is the last day.
func (c Campaign) Last() period.Day { return c.First.AddDays(Days - 1) }

// Span is the campaign's days as a period.
func (c Campaign) Span() period.Period {
	p, err := period.Between(c.First, c.Last())
	if err != nil {
		return period.Period{}
	}
	return p
}

// Site finds a plant of the campaign.
func (c Campaign) Site(plant int64) (Site, bool) {
	i := slices.IndexFunc(c.Sites, func(s Site) bool { return s.Plant == plant })
	if i < 0 {
		return Site{}, false
	}
	return c.Sites[i], true
}

// Check reports all faults of a campaign's own fields, by field.
func (c Campaign) Check(today period.Day) error {
	var f fault.Fields
	f.Need(c.Name != "", "name", "请写采样期名称，例如“2018年3月监测”")
	f.Need(len([]rune(c.Name)) <= 40, "name", "最多 %d 个字；请缩短", 40)
	f.Need(!c.First.IsZero(), "first", "请选择第一天；采样期为连续 %d 天", Days)
	f.Need(c.First.IsZero() || c.First <= today, "first", "第一天 %s 还没有到；请核对", c.First)
	f.Need(c.Laboratory != "", "laboratory", "请写检测实验室；不同实验室的结果不能直接比较")
	f.Need(len([]rune(c.Laboratory)) <= 60, "laboratory", "最多 %d 个字；请缩短", 60)
	f.Need(len([]rune(c.Report)) <= 60, "report", "最多 %d 个字；请缩短", 60)
	f.Need(len([]rune(c.Sampling)) <= 200, "sampling", "最多 %d 个字；请缩短", 200)
	f.Need(len([]rune(c.Note)) <= 300, "note", "最多 %d 个字；请缩短", 300)
	f.Need(len(c.Sites) > 0, "plant", "请至少选择一座污水厂")
	f.Need(len(c.Residues) > 0, "residue", "请至少选择一种检测物")
	return f.Err()
}

// mayChange refuses deeds to a campaign that is finished.
func (c Campaign) mayChange() error {
	if c.State == Final {
		return fault.New(fault.Conflict, "这次监测已定稿，不再改动；确需更正请由禁毒办先撤回定稿并写明原因")
	}
	return nil
}

// A Flow is what ran through a plant on a day, in the plant's unit.
type Flow struct {
	Plant int64
	Day   period.Day
	Value int64 // scale 4
}

// A Sample is the result for a residue in the 24-hour sample of a day.
type Sample struct {
	Plant   int64
	Day     period.Day
	Residue string
	Value   int64 // ng/L, scale 3; 0 where Below
	Below   bool  // the laboratory reported "below the limit of quantification"
	Limit   int64 // of quantification, ng/L, scale 3; 0 where it was not told
}

// written gives the value as the laboratory writes it, "<" below its limit; the limit in brackets.
func (s Sample) written() string {
	text := measure.Decimal(s.Value, concentrationScale)
	if s.Below {
		text = "<"
	}
	if s.Limit > 0 {
		text += "(" + measure.Decimal(s.Limit, concentrationScale) + ")"
	}
	return text
}

func (s Sample) concentration() float64 { return toFloat(s.Value, concentrationScale) }

func (s Sample) limit() float64 { return toFloat(s.Limit, concentrationScale) }

func toFloat(v int64, scale int) float64 {
	f, _ := measure.Rat(v, scale).Float64()
	return f
}

// A Data is all that was measured in a campaign.
type Data struct {
	Flows   []Flow
	Samples []Sample
}

type cell struct {
	plant   int64
	day     period.Day
	residue string
}

func (d Data) flows() map[cell]int64 {
	out := map[cell]int64{}
	for _, f := range d.Flows {
		out[cell{plant: f.Plant, day: f.Day}] = f.Value
	}
	return out
}

func (d Data) samples() map[cell]Sample {
	out := map[cell]Sample{}
	for _, s := range d.Samples {
		out[cell{s.Plant, s.Day, s.Residue}] = s
	}
	return out
}

// Gaps counts the cells of a campaign that are not filled: days without a flow, and results that
// are missing.
func (c Campaign) Gaps(d Data) (flows, samples int) {
	fl, sa := d.flows(), d.samples()
	for _, s := range c.Sites {
		for i := range Days {
			day := c.First.AddDays(i)
			if _, ok := fl[cell{plant: s.Plant, day: day}]; !ok {
				flows++
			}
			for _, r := range c.Residues {
				if _, ok := sa[cell{s.Plant, day, r}]; !ok {
					samples++
				}
			}
		}
	}
	return flows, samples
}

// checkSample says what is wrong with a result; nothing is wrong with a missing one.
func checkSample(s Sample) (format string, args []any) {
	switch {
	case s.Below && s.Limit <= 0:
		return "低于定量限的结果要写定量限（ng/L）；请补上", nil
	case s.Limit < 0:
		return "定量限不能是负数", nil
	case !s.Below && s.Value < 0:
		return "浓度不能是负数", nil
	case !s.Below && s.Value == 0:
		return "浓度为 0 请写成“<”并写定量限：低于定量限不等于没有", nil
	case !s.Below && s.Limit > 0 && s.Value < s.Limit:
		return "浓度 %s 低于定量限 %s；请写成“<”", []any{measure.Decimal(s.Value, concentrationScale), measure.Decimal(s.Limit, concentrationScale)}
	}
	return "", nil
}

// The deeds of this module.
var (
	ruleRead  = perm.Rule{Deed: "wastewater.read", Label: "查看污水监测", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reader}}
	ruleWrite = perm.Rule{Deed: "wastewater.write", Label: "录入污水监测、定稿", Roles: []perm.Role{perm.Office, perm.Member}, Scoped: true}
	ruleTable = perm.Rule{Deed: "wastewater.table", Label: "改污水监测的假定和系数、撤回定稿", Roles: []perm.Role{perm.Office}}
)

func rules() []perm.Rule { return []perm.Rule{ruleRead, ruleWrite, ruleTable} }
