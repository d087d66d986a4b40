package cases

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
	"kaiyang/internal/testkit/desk"
)

func near(t testing.TB, what string, got *float64, want float64) {
	t.Helper()
	if got == nil || math.Abs(*got-want) > 1e-12*math.Max(1, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// The list of drugs is the statutory table, drug for drug.
func TestTheStatutoryTableIsWhole(t *testing.T) {
	s, table := stats.StatutoryTable(), Statutory()
	if len(table.Rows) != len(s.Grams) {
		t.Errorf("%d drugs, want %d", len(table.Rows), len(s.Grams))
	}
	for _, r := range table.Rows {
		if r.Value != s.Grams[r.Drug] || r.Value <= 0 {
			t.Errorf("%s: %v, want %v", r.Drug, r.Value, s.Grams[r.Drug])
		}
	}
	if table.From != period.MustDay("2016-04-11") {
		t.Errorf("in force from %s", table.From)
	}
	confirmed := 0
	for _, x := range Drugs() {
		if v, ok := FairlyLarge(x.Code); ok {
			confirmed++
			if v != s.Grams[x.Code]/5 {
				t.Errorf("%s: fairly large %v", x.Code, v)
			}
		}
	}
	if _, ok := FairlyLarge("ketamine"); ok || confirmed != 9 {
		t.Errorf("%d confirmed, ketamine %v", confirmed, ok)
	}
	if got := (lens{Lang: words.Chinese}).label(table); got != "按法释〔2016〕8号数量大标准折算的海洛因当量(仅供比较,不作执法依据)" {
		t.Error(got)
	}
}

// The reference case comes out of the service: ratios and index of its two rows.
func TestTheReferenceCaseThroughTheService(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "core", "stats", "testdata", "refcases", "seizure_threshold_equivalent.json"))
	desk.OK(t, err)
	var c struct {
		Input struct {
			Seizures []struct{ Grams map[string]float64 } `json:"seizures"`
		} `json:"input"`
		Expected struct {
			Rows []struct {
				Ratio  map[string]float64 `json:"ratio_to_threshold"`
				Heroin float64            `json:"heroin_equivalent_g"`
			} `json:"rows"`
		} `json:"expected"`
	}
	desk.OK(t, json.Unmarshal(text, &c))
	onBoth(t, func(t *testing.T, o *office) {
		a := o.chief()
		for i, row := range c.Input.Seizures {
			var labels []string
			var pairs []Pair
			for drug, g := range row.Grams {
				labels = append(labels, drug)
				pairs = append(pairs, Pair{measure.Category("毒品=" + drug), drug})
				o.reported["毒品="+drug+" 2017"] = measure.Decimal(int64(math.Round(g)), 3)
			}
			o.elements = []measure.Element{element("JH", "公斤", labels...)}
			desk.OK(t, o.SaveMapping(desk.As(a), a, Mapping{Edition: i, Element: "JH", Pairs: pairs}))
			s := desk.Must(o.Summary(desk.As(a), o.reader(), period.MustParse("2017"), 0))(t)
			want := c.Expected.Rows[i]
			for _, l := range s.Lines {
				near(t, l.Drug, l.Large, want.Ratio[l.Drug])
			}
			if s.Index == nil {
				t.Fatal(s.IndexWhy)
			}
			near(t, "heroin equivalent", &s.Index.Equivalent, want.Heroin)
		}
	})
}

// Reported and registered figures stand side by side; a category that is no drug is not converted,
// and what is registered under it is listed drug by drug and never added.
func TestSideBySide(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.mapped()
		o.reported = map[string]string{"毒品=海洛因 2017": "0.310", "毒品=冰毒 2017": "0.370", "毒品=其他 2017": "0.070", "毒品=海洛因 2016": "0.4"}
		o.seized("2017-03-02", "heroin", "", 150_000, "演示01")
		o.seized("2017-05-02", "heroin", "", 20_000, "演示02")
		o.seized("2017-07-02", "heroin", "", 10_000, "演示03")
		o.seized("2017-08-02", "ketamine", "", 40_000, "演示04")
		o.seized("2017-09-02", otherDrug, "合成大麻素烟油", 12_500, "演示05")
		gone := o.seized("2017-10-02", "heroin", "", 5_000, "演示06")
		o.seized("2016-12-31", "heroin", "", 7_000, "演示07")
		a := o.member()
		desk.OK(t, o.StrikeSeizure(desk.As(a), a, gone, 1, "登记错误"))
		s := desk.Must(o.Summary(desk.As(o.reader()), o.reader(), period.MustParse("2017"), 0))(t)
		h, m, other := s.Lines[0], s.Lines[1], s.Lines[2]
		near(t, "large", h.Large, 6.2)
		near(t, "fairly large", h.FairlyLarge, 31)
		if h.Register[0].Milligrams != 180_000 || h.Register[0].Cases.Cases != 3 || h.Register[0].Cases.Median != 20 || h.Difference.FloatString(0) != "130" || h.Before.Grams.FloatString(0) != "400" {
			t.Errorf("%+v", h)
		}
		if len(m.Register) != 0 || m.Difference != nil {
			t.Errorf("%+v", m)
		}
		if other.Drug != "" || other.Large != nil || other.Difference != nil || len(other.Register) != 2 || other.Register[0].Drug != "ketamine" || other.Register[1].Name != "合成大麻素烟油" {
			t.Errorf("%+v", other)
		}
		if s.Index.Equivalent != 680 || len(s.LeftOut) != 1 || slices.Contains(s.InIndex, "ketamine") {
			t.Errorf("index %+v of %v", s.Index, s.InIndex)
		}
		x := lens{Lang: words.Chinese, element: o.elements[0], town: o.townName}
		said := strings.Join(x.sayings(s), "\n")
		for _, want := range []string{"2017年缴获海洛因 310 克、冰毒 370 克、其他 70 克。", "“其他”不是表中的一种毒品，不能折算", "登记的海洛因有3起，最大的一起占登记总量的83%，居中的一起20克", "海洛因：报表数310克，登记数180克，相差130克；两个数都保留", "多了不一定是毒情加重"} {
			if !strings.Contains(said, want) {
				t.Errorf("does not say %q:\n%s", want, said)
			}
		}
		for _, bad := range []string{"750", "打击有力", "同比"} {
			if strings.Contains(said, bad) {
				t.Errorf("says %q:\n%s", bad, said)
			}
		}
		if _, sentence, _ := x.index(s); !strings.HasPrefix(sentence, "按法释〔2016〕8号数量大标准折算的海洛因当量(仅供比较,不作执法依据)：约680克。只折算了海洛因、甲基苯丙胺（冰毒）") {
			t.Error(sentence)
		}
		table := x.sumTable(s)
		if len(table.Rows) != 5 || table.Rows[2].Cells[10].Text != "不相加" || table.Rows[3].Level != 1 {
			t.Errorf("%d rows: %+v", len(table.Rows), table.Rows[2].Cells)
		}
		for _, r := range table.Rows {
			if r.Total {
				t.Error("a sum over drugs")
			}
		}
		// What is missing is not zero.
		s = desk.Must(o.Summary(desk.As(o.reader()), o.reader(), period.MustParse("2016"), 0))(t)
		if s.Lines[1].Large != nil || s.Lines[1].Now.Reason != measure.Absent || !s.Early {
			t.Errorf("%+v", s.Lines[1])
		}
		if said := strings.Join(x.sayings(s), "\n"); !strings.Contains(said, "还需要：冰毒（") || strings.Contains(said, "冰毒 0") {
			t.Error(said)
		}
	})
}

// An incomplete figure is shown as one: no index, no talk of a difference, and what is needed.
func TestAnIncompleteFigureIsShownAsOne(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	o.mapped()
	whole := o.joints.Amount
	o.joints.Amount = func(ctx context.Context, a perm.Actor, e string, c measure.Category, p period.Period) (Amount, error) {
		x, err := whole(ctx, a, e, c, p)
		x.Incomplete = x.Grams != nil
		return x, err
	}
	o.reported = map[string]string{"毒品=海洛因 2017": "0.310", "毒品=冰毒 2017": "0.370", "毒品=其他 2017": "0.070"}
	o.seized("2017-03-02", "heroin", "", 150_000, "演示01")
	s := desk.Must(o.Summary(desk.As(o.reader()), o.reader(), period.MustParse("2017"), 0))(t)
	x := lens{Lang: words.Chinese, element: o.elements[0], town: o.townName}
	said := strings.Join(x.sayings(s), "\n")
	if s.Index != nil || !strings.Contains(said, "海洛因 310 克（不完整）") || !strings.Contains(said, "还需要：还没有报的单位的报表") || strings.Contains(said, "相差") {
		t.Errorf("%v\n%s", s.Index, said)
	}
	if c := x.sumTable(s).Rows[0].Cells; c[4].Note != "不完整" || c[1].Note != "不完整" {
		t.Errorf("%+v", c[4])
	}
}

// A county loads an official table with its number; the index then bears that name, and a table
// that was withdrawn is no longer used.
func TestFurtherTables(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.mapped()
		o.reported = map[string]string{"毒品=海洛因 2017": "0.310", "毒品=冰毒 2017": "0.370", "毒品=其他 2017": "0.070"}
		a := o.chief()
		for _, x := range []struct {
			what string
			t    Table
			want string
		}{
			{"no number", Table{Name: "折算表", Kind: Equivalents, From: period.MustDay("2017-01-01"), Rows: []Row{{"heroin", 1}}}, "文号"},
			{"no rows", Table{Name: "折算表", Number: "1号", Kind: Equivalents, From: period.MustDay("2017-01-01")}, "至少写一行"},
			{"unknown drug", Table{Name: "折算表", Number: "1号", Kind: Equivalents, From: period.MustDay("2017-01-01"), Rows: []Row{{"unobtainium", 1}}}, "不在清单里"},
			{"twice", Table{Name: "折算表", Number: "1号", Kind: Equivalents, From: period.MustDay("2017-01-01"), Rows: []Row{{"opium", 1}, {"opium", 2}}}, "重复"},
			{"zero", Table{Name: "折算表", Number: "1号", Kind: Equivalents, From: period.MustDay("2017-01-01"), Rows: []Row{{"opium", 0}}}, "大于 0"},
			{"heroin is not itself", Table{Name: "折算表", Number: "1号", Kind: Equivalents, From: period.MustDay("2017-01-01"), Rows: []Row{{"heroin", 2}}}, "1 克海洛因"},
			{"no day, no kind", Table{Name: "折算表", Number: "1号", Rows: []Row{{"opium", 1}}}, "施行日期"},
		} {
			if _, err := o.LoadTable(desk.As(a), a, x.t); err == nil || !strings.Contains(err.Error(), x.want) {
				t.Errorf("%s: %v", x.what, err)
			}
		}
		id := desk.Must(o.LoadTable(desk.As(a), a, Table{Name: "演示折算表", Number: "演示〔2017〕1号", Kind: Equivalents, From: period.MustDay("2017-01-01"), Rows: []Row{{"heroin", 1}, {"methamphetamine", 0.5}}}))(t)
		s := desk.Must(o.Summary(desk.As(a), a, period.MustParse("2017"), id))(t)
		if s.Index.Equivalent != 310+185 || s.Index.Table != "演示折算表（演示〔2017〕1号）" {
			t.Errorf("%+v", s.Index)
		}
		near(t, "the statute stands beside it", s.Lines[0].Large, 6.2)
		desk.OK(t, o.WithdrawTable(desk.As(a), a, id, "录入错误"))
		if _, err := o.Summary(desk.As(a), a, period.MustParse("2017"), id); fault.KindOf(err) != fault.Missing {
			t.Errorf("a withdrawn table: %v", err)
		}
		if err := o.WithdrawTable(desk.As(a), a, id, "再次"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("withdrawn twice: %v", err)
		}
		if err := o.WithdrawTable(desk.As(a), a, 0, "不要"); fault.KindOf(err) != fault.Missing {
			t.Errorf("the statute: %v", err)
		}
	})
}

// The register refuses what does not belong in it.
func TestWhatTheRegisterRefuses(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.mapped()
		a := o.member()
		good := Seizure{Day: period.MustDay("2018-03-02"), Drug: "heroin", Milligrams: 10, Document: "演示〔2018〕1号"}
		for _, x := range []struct {
			what, want string
			change     func(s *Seizure)
		}{
			{"no day", "查获日期", func(s *Seizure) { s.Day = 0 }},
			{"tomorrow", "还没有到", func(s *Seizure) { s.Day = period.MustDay("2018-05-11") }},
			{"no drug", "请选择毒品", func(s *Seizure) { s.Drug = "" }},
			{"unknown drug", "请选择毒品", func(s *Seizure) { s.Drug = "unobtainium" }},
			{"other without a name", "写名称", func(s *Seizure) { s.Drug = otherDrug }},
			{"nothing", "大于 0", func(s *Seizure) { s.Milligrams = 0 }},
			{"no document", "文书编号", func(s *Seizure) { s.Document = "" }},
			{"a number like that of a card", "人员信息", func(s *Seizure) { s.Document = "999999190001011234" }},
			{"a number like that of a telephone", "人员信息", func(s *Seizure) { s.Document = "案 10000000000" }},
			{"a unit that is no township", "请选择乡镇", func(s *Seizure) { s.Unit = county }},
		} {
			s := good
			x.change(&s)
			if _, err := o.SaveSeizure(desk.As(a), a, s); err == nil || !strings.Contains(err.Error(), x.want) {
				t.Errorf("%s: %v", x.what, err)
			}
		}
		id := desk.Must(o.SaveSeizure(desk.As(a), a, good))(t)
		if _, err := o.SaveSeizure(desk.As(a), a, good); err == nil || !strings.Contains(err.Error(), "已经登记过") {
			t.Errorf("twice: %v", err)
		}
		good.ID, good.Version, good.Milligrams = id, 1, 20
		desk.Must(o.SaveSeizure(desk.As(a), a, good))(t)
		if _, err := o.SaveSeizure(desk.As(a), a, good); fault.KindOf(err) != fault.Conflict {
			t.Errorf("an old version: %v", err)
		}
		desk.OK(t, o.StrikeSeizure(desk.As(a), a, id, 2, "登记错误"))
		good.Version = 3
		if _, err := o.SaveSeizure(desk.As(a), a, good); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a struck-out line: %v", err)
		}
		// A mapping that does not fit.
		c := o.chief()
		for what, m := range map[string]Mapping{"persons": {Edition: 1, Element: "REN"}, "no categories": {Edition: 1, Element: "ZONG"}, "no element": {Edition: 1, Element: "X"},
			"a drug twice": {Edition: 1, Element: "JH", Pairs: []Pair{{"毒品=海洛因", "heroin"}, {"毒品=冰毒", "heroin"}}}, "a category that is not there": {Edition: 1, Element: "JH", Pairs: []Pair{{"毒品=鸦片", "opium"}}}} {
			if err := o.SaveMapping(desk.As(c), c, m); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := o.SaveMapping(desk.As(c), c, Mapping{Element: "JH"}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("an old edition: %v", err)
		}
		n, err := o.db.CheckAudit(desk.As(c))
		if err != nil || n < 4 {
			t.Errorf("%d audit lines: %v", n, err)
		}
	})
}

// Without a task force that owns it only the office writes.
func TestWithoutAnOwnerTheOfficeWrites(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.joints.Owner = func(string) org.UnitID { return 0 }
		s := Seizure{Day: period.MustDay("2018-03-02"), Drug: "heroin", Milligrams: 10, Document: "演示"}
		if _, err := o.SaveSeizure(desk.As(o.member()), o.member(), s); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a member: %v", err)
		}
		desk.Must(o.SaveSeizure(desk.As(o.chief()), o.chief(), s))(t)
	})
}
