package indicators

import (
	"context"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/words"
)

// owning is a world in which the first township handed in its returns of March 2017, which nobody
// approved yet: 7 events, and the persons of its two villages.
type owning struct{ *knowing }

func (o owning) Pending(_ context.Context, reader perm.Actor, unit org.UnitID, p period.Period, element string,
	tell func(string, measure.Category, org.UnitID, period.Period, int64, string, string)) error {
	march := period.MustParse("2017-03")
	if !reader.Tree.Under(town(0), reader.Posts[0].Unit) || !o.reg.On(march.Last()).Under(unit, town(0)) || !p.Contains(march) {
		return nil
	}
	cell := func(e string, c measure.Category, u org.UnitID, v int64) {
		if (element == "" || element == e) && o.reg.On(march.Last()).Under(u, unit) {
			tell(e, c, u, march, v, "待审核", "/returns/F/520121100/2017-03")
		}
	}
	cell("HD", "", town(0), 7)
	cell("REN", "", village(0, 0), 3)
	cell("REN", "", village(0, 1), 1)
	cell("XZS", "年龄=<25", village(0, 0), 2)
	cell("XZS", "年龄=>=25", village(0, 0), 1)
	return nil
}

// The owner sees what was handed in on the page of the figure, marked as such; nobody else does.
func TestUnapprovedFiguresAreTheirOwners(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	w.s.SetReturns(owning{&knowing{world: w, why: map[string]string{"HD": "待审核", "REN": "待审核", "XZS": "待审核"}}})
	w.gone(5, town(0), "2017-03")
	w.gone(1, village(0, 0), "2017-03")
	w.gone(1, village(0, 1), "2017-03")
	const mark = "待审核，仅本单位可见"
	figure := func(code, unit, p string) (f measure.FigureJSON) {
		t.Helper()
		w.must(json.Unmarshal([]byte(w.page("/api/v1/figures/"+code+"?unit="+unit+"&period="+p)), &f))
		return f
	}
	value := func(f measure.FigureJSON) string {
		if f.Value == nil {
			return "null"
		}
		return *f.Value
	}
	w.as = w.actor(perm.Reporter, town(0))
	f := figure("HD", "520121100", "2017-03")
	if value(f) != "7" || f.State != measure.Preview || f.Verdict != nil || f.Rank != nil || !slices.Contains(f.Notes, mark) {
		t.Errorf("to the owner: %s %s %v %v %q", value(f), f.State, f.Verdict, f.Rank, f.Notes)
	}
	if f := figure("REN", "520121100", "2017-03"); value(f) != "4" || f.State != measure.Preview || f.Coverage.Reported != 2 || f.Coverage.Expected != 2 {
		t.Errorf("added up from the villages: %s %s %+v", value(f), f.State, f.Coverage)
	}
	if f := figure("REN", "520121100001", "2017-03"); value(f) != "1" || f.State != measure.Preview {
		t.Errorf("of a village: %s %s", value(f), f.State)
	}
	for _, c := range [][3]string{{"HD", "520121", "2017-03"}, {"HD", "520121101", "2017-03"}, {"U", "520121100", "2017-03"}, {"HD", "520121100", "2017"}} {
		if f := figure(c[0], c[1], c[2]); f.State == measure.Preview || slices.Contains(f.Notes, mark) {
			t.Errorf("%v is shown as handed in: %+v", c, f)
		}
	}
	page := stripped(w.page("/figures/HD?unit=520121100&period=2017-03"))
	for _, want := range []string{"7场 预览", "还没有批准，不作判定。", "状态 " + mark, mark + " 数据 期间 已提交的数 状态 活动 2017年3月 7场 待审核"} {
		if !strings.Contains(page, want) {
			t.Errorf("the trace lacks %q: %.900s", want, page)
		}
	}
	if page := stripped(w.page("/units/520121100?period=2017-03")); !strings.Contains(page, mark) || !strings.Contains(page, "现有人员 2017年3月 4人 待审核") {
		t.Errorf("the unit's page: %.900s", page)
	}
	// Neither the chain nor the neighbour, nor the wall, sees anything of it.
	for name, who := range map[string]perm.Actor{"office": w.office(), "leader": w.actor(perm.Leader, 899), "force": w.actor(perm.Member, forceA), "reader": w.reader(), "neighbour": w.actor(perm.Reporter, town(1))} {
		w.as = who
		for _, path := range []string{"/figures/HD?unit=520121100&period=2017-03", "/units/520121100?period=2017-03"} {
			if page := stripped(w.page(path)); strings.Contains(page, "7场") || strings.Contains(page, "仅本单位可见") {
				t.Errorf("%s on %s: %.600s", name, path, page)
			}
		}
		if f := figure("HD", "520121100", "2017-03"); value(f) != "null" || f.State == measure.Preview {
			t.Errorf("%s: %+v", name, f)
		}
	}
	w.as = w.actor(perm.Reporter, town(0))
	if page := stripped(w.page("/figures/HD?unit=520121100&period=2017-03&screen=1")); strings.Contains(page, "7场") {
		t.Errorf("on the wall: %.600s", page)
	}
}

// A figure without a value is not called approved, and one of which a part lacks only in part.
func TestStateSaysHowFirmAFigureIs(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	w.s.SetReturns(&knowing{world: w, why: map[string]string{"HD": "待审核"}})
	if page := stripped(w.page("/figures/HD?unit=520121101&period=2017-04")); !strings.Contains(page, "状态 已批准") {
		t.Errorf("approved: %.600s", page)
	}
	w.gone(5, town(1), "2017-04")
	if page := stripped(w.page("/figures/HD?unit=520121101&period=2017-04")); strings.Contains(page, "状态 已批准") || !strings.Contains(page, "状态 待审核") {
		t.Errorf("waiting: %.600s", page)
	}
	w.must(w.cube.SetExpected(5, period.MustDay("2017-01-01"), period.MustDay("2017-12-31"), []org.UnitID{town(0), town(1), town(2)}))
	if page := stripped(w.page("/figures/HD?unit=520121&period=2017-04")); !strings.Contains(page, "状态 部分已批准，其余待审核") {
		t.Errorf("in part: %.900s", page)
	}
}

// Targets and places in rankings are told in words.
func TestTargetsAndPlacesInWords(t *testing.T) {
	d := Definition{Format: formula.Percent}
	for _, c := range []struct {
		t      Target
		zh, en string
	}{
		{Target{Comparator: AtLeast, Value: "98"}, "≥98%", "≥98%"},
		{Target{Comparator: Between, Value: "1", Upper: "4"}, "1–4%", "1–4%"},
		{Target{Comparator: Zero}, "= 0", "= 0"},
		{Target{Comparator: Falls, Base: "prev"}, "低于上期", "lower than last period"},
		{Target{Comparator: Rises, Base: "yoy"}, "高于去年同期", "higher than a year earlier"},
		{Target{Comparator: Falls, Base: "2015"}, "低于2015年", "lower than 2015"},
	} {
		if zh, en := c.t.Say(d, words.Chinese), c.t.Say(d, words.English); zh != c.zh || en != c.en {
			t.Errorf("%s %s: %q, %q; want %q, %q", c.t.Comparator, c.t.Base, zh, en, c.zh, c.en)
		}
	}
	place := Answer{Definition: Definition{Unit: "名", UnitEN: "place"}, Result: formula.Result{Value: big.NewRat(1, 1)}}
	if zh, en := place.Text(words.Chinese), place.Text(words.English); zh != "第1名" || en != "rank 1" {
		t.Errorf("a place: %q, %q", zh, en)
	}
	persons := Answer{Definition: Definition{Unit: "名", UnitEN: "persons"}, Result: formula.Result{Value: big.NewRat(12, 1)}}
	if got := persons.Text(words.Chinese); got != "12名" {
		t.Errorf("twelve people: %q", got)
	}
}

// Findings stand in the order of the file, and say what they mean.
func TestFindingsAreInTheOrderOfTheFile(t *testing.T) {
	w := sqliteWorld(t, 2, 1)
	rows := func(rep measure.ImportReport, err error) (out []int) {
		t.Helper()
		w.must(err)
		for _, f := range rep.Findings {
			out = append(out, f.Row)
		}
		return out
	}
	rep, err := w.s.ImportIndicators(t.Context(), w.office(), "i.csv", []byte("code,name,formula\nA1,甲,CHU / NIX\nA2,,REN\nA3,丙,REN / NIX\n"), true)
	if got := rows(rep, err); !slices.Equal(got, []int{2, 3, 4}) {
		t.Errorf("indicators: rows %v", got)
	}
	rep, err = w.s.ImportTargets(t.Context(), w.office(), "t.csv", []byte("indicator,unit,period,comparator,value\nR,520121,2018,>,viel\nNIX,520121,2018,>,1\nR,520121,,>,1\n"), true)
	if got := rows(rep, err); !slices.IsSorted(got) || len(got) < 3 {
		t.Errorf("targets: rows %v", got)
	}
	var said []string
	for _, f := range rep.Findings {
		said = append(said, f.Say(nil))
	}
	if all := strings.Join(said, "\n"); strings.Contains(all, "%%") || !strings.Contains(all, "98 表示 98%") {
		t.Errorf("targets: %s", all)
	}
}

// The page of an indicator leads to what chance does to the order of its units.
func TestIndicatorLeadsToChance(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	const path = "/compare?unit=520121&amp;period=2017&amp;code=R&amp;chance=1"
	if page := w.page("/indicators/R?unit=520121&period=2017"); !strings.Contains(page, `href="`+path+`">看偶然波动`) {
		t.Errorf("no link to %s", path)
	}
	w.page(strings.ReplaceAll(path, "&amp;", "&"))
}
