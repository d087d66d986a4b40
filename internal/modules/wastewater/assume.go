package wastewater

import (
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
)

// Codes of residues that the rules know by name.
const (
	methamphetamine = "methamphetamine"
	amphetamine     = "amphetamine"
	morphine        = "morphine"
)

// An Origin tells where a value of the assumptions comes from.
type Origin string

// The origins.
const (
	Literature Origin = "literature" // from published work, not checked for this county
	Laboratory Origin = "laboratory" // set by the testing laboratory
	County     Origin = "county"     // set by the county, with a document
)

// Origins lists the origins in the order of the form.
func Origins() []Origin { return []Origin{Literature, Laboratory, County} }

// Text gives the origin in Chinese.
func (o Origin) Text() string {
	return map[Origin]string{Literature: "取自文献", Laboratory: "实验室核定", County: "本县核定"}[o]
}

// An Error is one part of the error of a load: a relative standard deviation.
type Error struct {
	Name   string  `json:"name"`
	RSD    float64 `json:"rsd"` // fraction
	Range  string  `json:"range"`
	Source string  `json:"source"`
	Origin Origin  `json:"origin"`
}

// A Factor is a residue that may be measured, with what is needed to compute consumption from it.
// With no excreted share there is no factor and only the load is shown.
type Factor struct {
	Code        string  `json:"code"`
	Residue     string  `json:"residue"`
	ResidueEN   string  `json:"residue_en,omitempty"`
	Drug        string  `json:"drug,omitempty"`
	DrugEN      string  `json:"drug_en,omitempty"`
	DrugMass    float64 `json:"drug_mass,omitempty"`    // g/mol
	ResidueMass float64 `json:"residue_mass,omitempty"` // g/mol
	Excreted    float64 `json:"excreted,omitempty"`     // fraction of a dose
	Loss        float64 `json:"loss,omitempty"`         // fraction lost in the sewer
	Source      string  `json:"source,omitempty"`
	Origin      Origin  `json:"origin,omitempty"`
}

// An Assumptions is one edition of what results rest on. Editions are kept for ever; a finished
// campaign keeps the one it was finished with. Edition 0 is what stands in the literature.
type Assumptions struct {
	Edition     int      `json:"-"`
	Owner       string   `json:"owner"`       // the laboratory that answers for it
	Consumption bool     `json:"consumption"` // compute consumption; off unless the county asks for it
	Errors      []Error  `json:"errors"`
	Factors     []Factor `json:"factors"`
	Reason      string   `json:"reason"`
	By          string   `json:"-"`
	At          string   `json:"-"`
}

// Starter gives the assumptions that stand in the literature. Each value is to be checked by the
// testing laboratory (METHODS §8: K).
func Starter() Assumptions {
	castiglioni := "Castiglioni 等 2013"
	return Assumptions{
		Errors: []Error{
			{"采样", 0.10, "5%—15%", castiglioni, Literature}, {"检测", 0.12, "5%—20%", castiglioni, Literature}, {"流量", 0.15, "10%—20%", castiglioni, Literature},
			{"服务人口", 0.20, "7%—55%", castiglioni, Literature}, {"残留物稳定性", 0.05, "0%—10%", castiglioni, Literature},
		},
		Factors: []Factor{
			{Code: methamphetamine, Residue: "甲基苯丙胺", ResidueEN: "methamphetamine", Drug: "甲基苯丙胺（冰毒）", DrugEN: "methamphetamine", DrugMass: 149.23, ResidueMass: 149.23, Excreted: 0.41, Source: "Gracia-Lor 等 2016；较早的文献为 43%；国内研究不一", Origin: Literature},
			{Code: amphetamine, Residue: "苯丙胺", ResidueEN: "amphetamine", Source: "在国内多为甲基苯丙胺的代谢物，不单独推算；文献系数 2.77（36%）或 3.3（30%）", Origin: Literature},
			{Code: "ketamine", Residue: "氯胺酮", ResidueEN: "ketamine", Drug: "氯胺酮", DrugEN: "ketamine", DrugMass: 237.73, ResidueMass: 237.73, Excreted: 0.20, Source: "国内研究也用 30%；另有医疗使用和倾倒", Origin: Literature},
			{Code: "mdma", Residue: "MDMA（摇头丸）", ResidueEN: "MDMA", Drug: "MDMA", DrugEN: "MDMA", DrugMass: 193.24, ResidueMass: 193.24, Excreted: 0.225, Source: "较早的文献为 65%，相差三倍", Origin: Literature},
			{Code: "benzoylecgonine", Residue: "苯甲酰爱康宁", ResidueEN: "benzoylecgonine", Drug: "可卡因", DrugEN: "cocaine", DrugMass: 303.35, ResidueMass: 289.33, Excreted: 0.292, Source: "Castiglioni 等 2013；较早的文献为 45%", Origin: Literature},
			{Code: morphine, Residue: "吗啡", ResidueEN: "morphine", Source: "只列负荷。2022—2023年国内一座城市61座污水厂的研究：吗啡有44.9%来自医用吗啡、43.7%来自含罂粟壳药品、9.4%来自可待因，未检出6-单乙酰吗啡", Origin: Literature},
			{Code: "6-mam", Residue: "6-单乙酰吗啡", ResidueEN: "6-acetylmorphine", Source: "海洛因特有，但国内通常检不出；文献系数约 87（1.3%）", Origin: Literature},
			{Code: "codeine", Residue: "可待因", ResidueEN: "codeine", Source: "药品来源为主，只列负荷", Origin: Literature},
		},
	}
}

// Factor finds a residue by its code.
func (a Assumptions) Factor(code string) (Factor, bool) {
	i := slices.IndexFunc(a.Factors, func(f Factor) bool { return f.Code == code })
	if i < 0 {
		return Factor{Code: code, Residue: code}, false
	}
	return a.Factors[i], true
}

// rsd lists the relative standard deviations.
func (a Assumptions) rsd() (out []float64) {
	for _, e := range a.Errors {
		out = append(out, e.RSD)
	}
	return out
}

// Check reports all faults of an edition, by field.
func (a Assumptions) Check() error {
	var f fault.Fields
	f.Need(a.Owner != "", "owner", "请写对这张表负责的检测实验室")
	f.Need(a.Reason != "", "reason", "请写这一版改了什么、依据是什么")
	f.Need(len(a.Errors) > 0, "errors", "请至少保留一项误差来源")
	f.Need(len(a.Factors) > 0, "factors", "请至少保留一种检测物")
	for i, e := range a.Errors {
		f.Need(e.Name != "", "errors", "误差第 %d 行没有名称", i+1)
		f.Need(e.RSD >= 0 && e.RSD <= 2, "errors", "误差第 %d 行的相对标准差应在 0%% 到 200%% 之间", i+1)
		f.Need(e.Source != "", "errors", "误差第 %d 行没有写来源", i+1)
		f.Need(e.Origin.Text() != "", "errors", "误差第 %d 行请选择来历", i+1)
	}
	seen := map[string]bool{}
	for i, x := range a.Factors {
		f.Need(codeOK(x.Code), "factors", "检测物第 %d 行的代码请用小写字母、数字和短横", i+1)
		f.Need(!seen[x.Code], "factors", "检测物第 %d 行的代码“%s”重复", i+1, x.Code)
		seen[x.Code] = true
		f.Need(x.Residue != "", "factors", "检测物第 %d 行没有名称", i+1)
		f.Need(x.Source != "", "factors", "检测物第 %d 行没有写来源", i+1)
		f.Need(x.Origin.Text() != "", "factors", "检测物第 %d 行请选择来历", i+1)
		if x.Excreted == 0 && x.Drug == "" {
			continue
		}
		f.Need(x.Code != morphine && !strings.Contains(x.Residue, "吗啡") || x.Code == "6-mam", "factors", "第 %d 行：吗啡只列负荷，不推算海洛因；请把毒品和排泄比例留空", i+1)
		f.Need(x.Drug != "" && x.DrugMass > 0 && x.ResidueMass > 0 && x.Excreted > 0 && x.Excreted <= 1, "factors", "第 %d 行：推算消费量要写毒品、两个摩尔质量和 0 到 100%% 之间的排泄比例；不推算就都留空", i+1)
		f.Need(x.Loss >= 0 && x.Loss < 1, "factors", "第 %d 行：管网损失应在 0%% 到 100%% 之间", i+1)
	}
	return f.Err()
}

func codeOK(s string) bool {
	return s != "" && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
