package cases

import (
	"math"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
)

// A Drug is one of the statutory table, in its order.
type Drug struct {
	Code, Name, NameEN string
	// Item of 法释〔2016〕8号 article 1 in which its "large" quantity stands; 0: Criminal Law art. 347.
	Item int
	// Confirmed says that the "fairly large" quantity, one fifth, was checked against the text;
	// for the others it is not shown (METHODS §9).
	Confirmed bool
}

// Where the quantities stand.
const (
	criminalLaw = "刑法第347条第2款"
	article1    = "法释〔2016〕8号第1条第%d项"
)

// Drugs lists the drugs of 刑法347 and 法释〔2016〕8号 article 1 in the order of the text.
func Drugs() []Drug {
	item := func(n int, confirmed bool, list ...Drug) []Drug {
		for i := range list {
			list[i].Item, list[i].Confirmed = n, confirmed
		}
		return list
	}
	return slices.Concat(
		[]Drug{{"opium", "鸦片", "opium", 0, true}, {"heroin", "海洛因", "heroin", 0, true}, {"methamphetamine", "甲基苯丙胺（冰毒）", "methamphetamine", 0, true}},
		item(1, true, Drug{Code: "cocaine", Name: "可卡因", NameEN: "cocaine"}),
		item(2, true, Drug{Code: "mdma_and_other_amphetamines", Name: "MDMA等苯丙胺类毒品（甲基苯丙胺除外）", NameEN: "MDMA and other amphetamines"}, Drug{Code: "morphine", Name: "吗啡", NameEN: "morphine"}),
		item(3, true, Drug{Code: "fentanyl", Name: "芬太尼", NameEN: "fentanyl"}),
		item(4, true, Drug{Code: "methcathinone", Name: "甲卡西酮", NameEN: "methcathinone"}),
		item(5, true, Drug{Code: "dihydroetorphine", Name: "二氢埃托啡", NameEN: "dihydroetorphine"}),
		item(6, false, Drug{Code: "pethidine", Name: "哌替啶（度冷丁）", NameEN: "pethidine"}),
		item(7, false, Drug{Code: "ketamine", Name: "氯胺酮", NameEN: "ketamine"}),
		item(8, false, Drug{Code: "methadone", Name: "美沙酮", NameEN: "methadone"}),
		item(9, false, Drug{Code: "tramadol", Name: "曲马多", NameEN: "tramadol"}, Drug{Code: "ghb", Name: "γ-羟丁酸", NameEN: "GHB"}),
		item(10, false, Drug{Code: "cannabis_oil", Name: "大麻油", NameEN: "cannabis oil"}, Drug{Code: "cannabis_resin", Name: "大麻脂", NameEN: "cannabis resin"}, Drug{Code: "cannabis_leaf", Name: "大麻叶及大麻烟", NameEN: "cannabis leaf"}),
		item(11, false, Drug{Code: "codeine", Name: "可待因", NameEN: "codeine"}, Drug{Code: "buprenorphine", Name: "丁丙诺啡", NameEN: "buprenorphine"}),
		item(12, false, Drug{Code: "triazolam", Name: "三唑仑", NameEN: "triazolam"}, Drug{Code: "methaqualone", Name: "安眠酮", NameEN: "methaqualone"}),
		item(13, false, Drug{Code: "alprazolam", Name: "阿普唑仑", NameEN: "alprazolam"}, Drug{Code: "khat", Name: "恰特草", NameEN: "khat"}),
		item(14, false, Drug{Code: "caffeine", Name: "咖啡因", NameEN: "caffeine"}, Drug{Code: "poppy_husk", Name: "罂粟壳", NameEN: "poppy husk"}),
		item(15, false, Drug{Code: "barbital", Name: "巴比妥", NameEN: "barbital"}, Drug{Code: "phenobarbital", Name: "苯巴比妥", NameEN: "phenobarbital"}, Drug{Code: "sodium_benzoate_caffeine", Name: "安钠咖", NameEN: "sodium benzoate and caffeine"}, Drug{Code: "nimetazepam", Name: "尼美西泮", NameEN: "nimetazepam"}),
		item(16, false, Drug{Code: "chlordiazepoxide", Name: "氯氮卓", NameEN: "chlordiazepoxide"}, Drug{Code: "estazolam", Name: "艾司唑仑", NameEN: "estazolam"}, Drug{Code: "diazepam", Name: "地西泮", NameEN: "diazepam"}, Drug{Code: "bromazepam", Name: "溴西泮", NameEN: "bromazepam"}),
	)
}

// DrugOf finds a drug by its code.
func DrugOf(code string) (Drug, bool) {
	list := Drugs()
	i := slices.IndexFunc(list, func(d Drug) bool { return d.Code == code })
	if i < 0 {
		return Drug{}, false
	}
	return list[i], true
}

// A TableKind tells what the numbers of a table are.
type TableKind string

// The kinds of tables.
const (
	Thresholds  TableKind = "thresholds"  // grams that count as large
	Equivalents TableKind = "equivalents" // grams of heroin that a gram stands for
)

// Text gives the kind in Chinese.
func (k TableKind) Text() string {
	return map[TableKind]string{Thresholds: "数量大标准（克）", Equivalents: "折算表（1克折合海洛因的克数）"}[k]
}

// A Row is one drug of a table.
type Row struct {
	Drug  string  `json:"drug"`
	Value float64 `json:"value"` // grams, or grams of heroin for a gram
}

// A Table is an official table that the county loaded, as it was issued; ID 0 is the statutory one.
type Table struct {
	ID     int64      `json:"-"`
	Name   string     `json:"name"`
	Number string     `json:"number"` // of the document
	Kind   TableKind  `json:"kind"`
	From   period.Day `json:"from"`
	Rows   []Row      `json:"rows"`
	Gone   bool       `json:"-"`
	Reason string     `json:"-"`
	By     string     `json:"-"`
	At     string     `json:"-"`
}

// Statutory gives the table of 法释〔2016〕8号, in force since 11 April 2016.
func Statutory() Table {
	s := stats.StatutoryTable()
	t := Table{Name: s.Name, Number: "法释〔2016〕8号", Kind: Thresholds, From: period.MustDay("2016-04-11")}
	for _, d := range Drugs() {
		t.Rows = append(t.Rows, Row{d.Code, s.Grams[d.Code]})
	}
	return t
}

// Large gives the grams that count as large by a table of thresholds.
func (t Table) Large(drug string) (grams float64, ok bool) {
	for _, r := range t.Rows {
		if r.Drug == drug && t.Kind == Thresholds {
			return r.Value, true
		}
	}
	return 0, false
}

// FairlyLarge gives one fifth of the statutory quantity, where it was checked against the text.
func FairlyLarge(drug string) (grams float64, ok bool) {
	d, known := DrugOf(drug)
	large, has := Statutory().Large(drug)
	if !known || !has || !d.Confirmed {
		return 0, false
	}
	return large / 5, true
}

// heroinGrams is the heroin quantity that the index is told in: 50 g count as large.
const heroinGrams = 50

// weights turns a table into thresholds that the index is made with.
func (t Table) weights() stats.SeizureTable {
	out := stats.SeizureTable{Name: t.Title(), Grams: map[string]float64{}}
	for _, r := range t.Rows {
		if t.Kind == Equivalents {
			out.Grams[r.Drug] = heroinGrams / r.Value
		} else {
			out.Grams[r.Drug] = r.Value
		}
	}
	return out
}

// Title names the table with its document.
func (t Table) Title() string {
	if t.ID == 0 || t.Number == "" {
		return t.Name
	}
	return t.Name + "（" + t.Number + "）"
}

// indexLabel is what stands before an index made with a table, with its name.
const indexLabel = "按%s折算的海洛因当量(仅供比较,不作执法依据)"

// Check reports all faults of a table to be loaded, by field.
func (t Table) Check() error {
	var f fault.Fields
	f.Need(t.Name != "", "name", "请写表的名称，例如“非法药物折算表”")
	f.Need(len([]rune(t.Name)) <= 60, "name", "最多 %d 个字；请缩短", 60)
	f.Need(t.Number != "", "number", "请写发布文件的文号；没有文号的表不能用")
	f.Need(len([]rune(t.Number)) <= 60, "number", "最多 %d 个字；请缩短", 60)
	f.Need(t.Kind.Text() != "", "kind", "请选择表的种类")
	f.Need(!t.From.IsZero(), "from", "请选择施行日期")
	f.Need(len(t.Rows) > 0, "rows", "请至少写一行：毒品 | 数值")
	seen := map[string]bool{}
	for i, r := range t.Rows {
		_, known := DrugOf(r.Drug)
		f.Need(known, "rows", "第 %d 行的毒品不在清单里；请用清单中的名称", i+1)
		f.Need(!seen[r.Drug], "rows", "第 %d 行的毒品重复", i+1)
		seen[r.Drug] = true
		f.Need(r.Value > 0 && r.Value < 1e9 && !math.IsNaN(r.Value), "rows", "第 %d 行的数值应大于 0", i+1)
		f.Need(t.Kind != Equivalents || r.Drug != "heroin" || r.Value == 1, "rows", "第 %d 行：1克海洛因只能折合 1 克海洛因", i+1)
	}
	return f.Err()
}
