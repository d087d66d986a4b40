package returns

import (
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

func TestWhyAFigureIsMissing(t *testing.T) {
	o := onSQLite(t) // it is 10 May 2018
	f := monthly()
	f.From = period.MustParse("2018-03") // due on the fifth working day: April on 8 May
	o.publish(f)
	o.publish(Form{Code: "GA", From: period.MustParse("2018-01"), Name: "公安月报", Force: force, NoApproval: "指挥部要求", Grain: period.Months,
		Units: UnitSet{Include: []Dated{{Unit: police}}}, Due: Due{Days: 20}, Items: []Item{{Element: "AJ", Categories: []measure.Category{""}}}})
	check := func(element string, u org.UnitID, p, want string) {
		t.Helper()
		if got := o.WhyMissing(element, u, period.MustParse(p)); got != want {
			t.Errorf("%s of %d for %s: %s, want %s", element, u, p, got, want)
		}
	}
	check("N8", county, "2018-04", "未报")
	check("N8", jia, "2018-04", "未报")
	check("N8", jia1, "2018-04", "未报")     // a village is in its township's return
	check("N8", county, "2018-05", "尚未到期") // is running
	check("N8", jia1, "2019-01", "尚未到期")
	check("N8", county, "2018-02", "无应报") // before the form
	check("N8", county, "2018-04a", "无应报")
	check("N8", police, "2018-04", "无应报")
	check("N8", post, "2018-04", "无应报")
	check("XC", county, "2018-04", "无应报") // no form has it
	check("NO", county, "2018-04", "无应报")
	check("AJ", police, "2018-04", "尚未到期") // over, and due on 20 May
	check("AJ", police, "2018-03", "未报")
	check("AJ", county, "2018-03", "未报")
	check("AJ", force, "2018-03", "未报")
	check("AJ", jia, "2018-03", "无应报")

	at := func(u org.UnitID, p string) Place { return Place{"YB1", u, period.MustParse(p)} }
	r := o.submit(o.reporter(), at(jia, "2018-04"))
	check("N8", jia, "2018-04", "待审核")
	check("N8", jia2, "2018-04", "待审核")
	check("N8", yi, "2018-04", "未报")
	check("N8", county, "2018-04", "未报") // the worst of them
	check("N8", jia, "2018-03..2018-04", "未报")
	check("XY", jia, "2018-03..2018-04", "待审核") // a stock is that of the last slot
	early := o.submit(o.reporter(), at(jia, "2018-05"))
	check("N8", jia, "2018-05", "待审核") // handed in before the end

	if err := o.Review(as(o.reviewer()), o.reviewer(), []Pick{{r.ID, 1}}, ""); err != nil {
		t.Fatal(err)
	}
	check("N8", jia, "2018-04", "待批准")
	if err := o.SendBack(as(o.reviewer()), o.reviewer(), Pick{early.ID, 1}, "未到月底"); err != nil {
		t.Fatal(err)
	}
	check("N8", jia, "2018-05", "被退回")
	if err := o.Approve(as(o.chief()), o.chief(), []Pick{{r.ID, 1}}, ""); err != nil {
		t.Fatal(err)
	}
	check("N8", jia, "2018-04", "未报") // were the cell blank
	check("N8", jia, "2018-04..2018-06", "被退回")
	check("N8", jia, "2018-06", "尚未到期")
}

// Twenty rows of twelve months are asked for on one page.
func TestWhyMissingIsQuick(t *testing.T) {
	o := onSQLite(t)
	o.publish(monthly())
	year := period.MustParse("2018").Parts(period.Month)
	began := time.Now()
	for range 20 {
		for _, p := range year {
			o.WhyMissing("N8", county, p)
		}
	}
	if took := time.Since(began); took > time.Second { // a question that went to the database each time takes longer
		t.Errorf("240 questions took %v, want far less than a second", took)
	}
}

// What is not over yet is never called 未报 (SEMANTICS §4).
func TestRunningAndComingPeriodsAreNotYetDue(t *testing.T) {
	f := newFront(t)
	form := monthly()
	form.From = period.MustParse("2018-03")
	form.Units.Exclude = []Dated{{Unit: bing}}
	f.publish(form)
	other := Form{Code: "BJ", From: period.MustParse("2018-06b"), Name: "边界半月报", Force: force, NoApproval: "指挥部要求", Grain: period.HalfMonths,
		Units: UnitSet{Include: []Dated{{Unit: bing}}}, Due: Due{Days: 20}, Items: []Item{{Element: "XC", Categories: []measure.Category{""}}}}
	f.publish(other)

	text := func(p page) string { return strings.Join(strings.Fields(p.doc.Find("main").Text()), " ") }
	for _, when := range []string{"2018-05", "2018-06"} {
		p := f.get("office", "/returns/rate?period="+when).wants(200, "尚未到期")
		if s := text(p); strings.Contains(s, "未报") && !strings.Contains(s, "逾期未报") || strings.Contains(s, "应报的都已报齐") {
			t.Errorf("%s: %s", when, s)
		}
	}
	// 丙乡 owes the other form alone.
	p := f.get("office", "/returns/rate?period=2018-06")
	row := p.doc.Find("#rate tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), "丙乡") })
	if s := row.Text(); !strings.Contains(s, "无应报") || !strings.Contains(s, "尚未到期") {
		t.Errorf("丙乡: %q", s)
	}
	if s := text(f.get("office", "/returns/rate?period=2018-04")); strings.Contains(s, "尚未到期") || !strings.Contains(s, "尚未报送的 2 个单位") {
		t.Errorf("April: %s", s)
	}
	mine := f.get("town", "/returns").wants(200)
	may := mine.doc.Find("#open tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), "2018年5月") })
	if s := may.Text(); !strings.Contains(s, "尚未到期") {
		t.Errorf("May in one's own list: %q", s)
	}
	f.get("town", "/returns/YB1/999901101/2018-05").wants(200, "尚未到期")
}
