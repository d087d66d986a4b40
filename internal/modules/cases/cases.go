// Package cases keeps what enforcement reports in numbers. Its first part is seizures (缴获): grams
// by drug as reported, set against the statutory quantities, beside a small register of single
// seizures: date, drug, grams, document. It holds counts and weights, never investigation detail
// and nothing about persons (METHODS §9, DOMAIN §7.1).
//
// Grams of different drugs are never added, except into an index that bears the name of the table
// it is made with; purity is never converted (Criminal Law art. 357).
package cases

import (
	"regexp"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// gramScale is how many decimals of a gram are kept: the smallest threshold is 10 mg.
const gramScale = 3

// otherDrug is the code of a seizure whose drug is not in the statutory table; it has a name of its own.
const otherDrug = "other"

// A Seizure is one line of the register.
type Seizure struct {
	ID         int64
	Day        period.Day
	Drug       string // code of the statutory table, or otherDrug
	Name       string // of a drug that is not in the table
	Milligrams int64
	Unit       org.UnitID // township; 0: not noted
	Document   string
	Gone       bool   // struck out
	Reason     string // of striking out
	Version    int64
}

// Grams gives the weight.
func (s Seizure) Grams() float64 { return float64(s.Milligrams) / 1000 }

// key tells drugs apart.
func (s Seizure) key() string {
	if s.Drug == otherDrug {
		return otherDrug + ":" + s.Name
	}
	return s.Drug
}

// persons finds numbers as long as those of identity cards and telephones, which have no place here.
var persons = regexp.MustCompile(`(^|\D)(\d{17}[\dXx]|\d{15}|1\d{10})(\D|$)`)

// Check reports all faults of a seizure, by field.
func (s Seizure) Check(today period.Day) error {
	var f fault.Fields
	f.Need(!s.Day.IsZero(), "day", "请选择查获日期")
	f.Need(s.Day <= today, "day", "日期 %s 还没有到；请核对", s.Day)
	_, known := DrugOf(s.Drug)
	f.Need(known || s.Drug == otherDrug, "drug", "请选择毒品")
	f.Need(s.Drug != otherDrug || s.Name != "", "name", "表中没有的毒品请写名称")
	f.Need(len([]rune(s.Name)) <= 30, "name", "最多 %d 个字；请缩短", 30)
	f.Need(s.Milligrams > 0, "grams", "请写大于 0 的克数，最多 %d 位小数；不按纯度折算", gramScale)
	f.Need(s.Document != "", "document", "请写文书编号，便于核对")
	f.Need(len([]rune(s.Document)) <= 60, "document", "最多 %d 个字；请缩短", 60)
	f.Need(!persons.MatchString(s.Document), "document", "这里像是证件或电话号码；登记只写文书编号，不写任何人员信息")
	f.Need(!persons.MatchString(s.Name), "name", "这里像是证件或电话号码；登记只写毒品名称，不写任何人员信息")
	return f.Err()
}

// A Pair sets a category of the reported element against a drug of the statutory table.
type Pair struct {
	Category measure.Category `json:"category"`
	Drug     string           `json:"drug"` // "" where it is no single drug
}

// A Mapping tells which element holds what was seized, and which drug each of its categories is.
// Edition 0 is none.
type Mapping struct {
	Edition int    `json:"-"`
	Element string `json:"element"`
	Pairs   []Pair `json:"pairs"`
	By      string `json:"-"`
	At      string `json:"-"`
}

// Drug gives the drug of a category; "" where it is no single one.
func (m Mapping) Drug(c measure.Category) string {
	for _, p := range m.Pairs {
		if p.Category == c {
			return p.Drug
		}
	}
	return ""
}

// gramsPer gives how many grams a unit of measure holds; 0 where it is none of weight.
func gramsPer(unit string) int64 {
	return map[string]int64{"克": 1, "g": 1, "公斤": 1000, "千克": 1000, "kg": 1000, "吨": 1_000_000}[unit]
}

// fits reports all faults of a mapping for an element, by field.
func (m Mapping) fits(e measure.Element) error {
	var f fault.Fields
	f.Need(gramsPer(e.Unit) > 0, "element", "“%s”的单位是 %s，不是重量（克、公斤、千克、吨）；请选择另一个数据项", e.Name, e.Unit)
	all := e.Scheme.All()
	f.Need(len(all) > 0, "element", "“%s”没有按毒品分类；请选择有分类的数据项", e.Name)
	var seen []string
	for _, p := range m.Pairs {
		field := "drug." + string(p.Category)
		f.Need(slices.Contains(all, p.Category), field, "“%s”没有分类 %s", e.Name, p.Category)
		if p.Drug == "" {
			continue
		}
		_, known := DrugOf(p.Drug)
		f.Need(known, field, "请选择表中的毒品")
		f.Need(!slices.Contains(seen, p.Drug), field, "一种毒品只能对应一个分类")
		seen = append(seen, p.Drug)
	}
	return f.Err()
}

// The deeds of this module.
var (
	ruleRead     = perm.Rule{Deed: "cases.read", Label: "查看缴获", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reader}}
	ruleRegister = perm.Rule{Deed: "cases.register", Label: "查看逐起缴获登记", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member}}
	ruleWrite    = perm.Rule{Deed: "cases.write", Label: "登记缴获", Roles: []perm.Role{perm.Office, perm.Member}, Scoped: true}
	ruleTables   = perm.Rule{Deed: "cases.tables", Label: "管理缴获的分类对照和标准表", Roles: []perm.Role{perm.Office}}
)

func rules() []perm.Rule { return []perm.Rule{ruleRead, ruleRegister, ruleWrite, ruleTables} }
