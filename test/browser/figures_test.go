package browser_test

import (
	"fmt"
	"strings"
	"testing"

	"kaiyang/internal/testkit"
)

// From the dashboard a number leads to its trace, to what it is made of, to the township, to the
// village, to the cell of the return; and back.
func TestANumberIsFollowedToItsCell(t *testing.T) {
	_, at := served(t)
	b := testkit.Browser(t)
	signIn(b, at, "office")
	if got := b.Path(); got != "/" {
		t.Fatalf("signing in leads to %s", got)
	}
	b.Follow(`.quick a[href="/?period=2017"]`)
	if got := strings.TrimSpace(b.Text(`a.tile[href^="/figures/I2?"] .value`)); got != "37.52%" {
		t.Errorf("the dashboard of 2017 shows I2 as %q", got)
	}
	has(t, "the tile", b.Text(`a.tile[href^="/figures/I2?"]`), ">30%")

	b.Go(at + "/?period=2018-03")
	shown := strings.TrimSpace(b.Text(`a.tile[href^="/figures/I2?"] .value`))
	b.Follow(`a.tile[href^="/figures/I2?"]`)
	has(t, "the trace", b.Text("p.answer"), shown)
	has(t, "the trace", b.Text("p.formula"), "戒断三年未复吸人员")
	b.Follow(`ul.steps a[href^="/figures/JD3N"]`)
	county := b.Text("p.answer")
	sum := b.Eval(`Array.from(document.querySelectorAll('table.grid a[href*="unit=520121"], table a[href^="/figures/JD3N?"]')).length`)
	if sum == "0" {
		t.Fatalf("the county's number is not opened into townships: %s", b.Text("main"))
	}
	b.Follow(`td a[href^="/figures/JD3N?"][href*="unit=520121106"]`)
	has(t, "the township's trace", b.Text("h1"), "永温镇")
	b.Follow(`td a[href^="/figures/JD3N?"][href*="unit=520121106"]`)
	value := strings.TrimSuffix(b.Text(`tr:has(a[href^="/returns/source/"]) td.num`), "人")
	has(t, "the village's trace", b.Text(`tr:has(a[href^="/returns/source/"])`), "戒毒管控月报")
	b.Follow(`a[href^="/returns/source/"]`)
	marked := b.Text("td:has(#marked)")
	if got := strings.Fields(marked); len(got) == 0 || got[0] != value {
		t.Errorf("the marked cell holds %q, the trace said %s", marked, value)
	}
	if !strings.HasPrefix(b.Path(), "/returns/review/") {
		t.Errorf("the cell is at %s", b.Path())
	}
	for range 3 {
		b.Back()
	}
	b.Until(`location.pathname === '/figures/JD3N'`)
	if got := b.Text("p.answer"); got != county {
		t.Errorf("going back shows %q, it was %q", got, county)
	}
	quiet(t, at, b)
}

func TestLanguageAndPeriodAreSwitched(t *testing.T) {
	_, at := served(t)
	b := testkit.Browser(t)
	signIn(b, at, "leader")
	b.Go(at + "/units/520121101?period=2018-Q1")
	b.Follow(`form[action="/lang"] button`)
	if got := b.Eval("document.documentElement.lang"); got != "en" || b.Path() != "/units/520121101?period=2018-Q1" {
		t.Errorf("the English page is %s at %s", got, b.Path())
	}
	has(t, "the English page", b.Text("main"), "Q1 2018", "Three-year non-relapse rate")
	b.Follow(`form[action="/lang"] button`)
	if got := b.Eval("document.documentElement.lang"); got != "zh-CN" {
		t.Errorf("switched back, the page is %s", got)
	}

	b.Go(at + "/?period=2018-04")
	n := b.Eval(`document.querySelectorAll('.choices a').length`)
	if n != "7" {
		t.Errorf("there are %s lengths of period, want half month, month, two months, quarter, half-year, year, three years", n)
	}
	seen := map[string]bool{}
	for i := range 7 {
		b.Go(at + "/?period=2018-04")
		b.Follow(fmt.Sprintf(".choices a:nth-of-type(%d)", i+1))
		label := b.Text(".period-now b")
		seen[label] = true
		if b.Eval(`document.querySelectorAll('a.tile').length`) == "0" {
			t.Errorf("the dashboard of %s is empty", label)
		}
	}
	if len(seen) != 7 {
		t.Errorf("seven lengths show %d periods: %v", len(seen), seen)
	}
	for typed, want := range map[string]string{"2015..2017": "2015—2017年", "2017年": "2017年", "2018-01..2018-02": "2018年1—2月"} {
		b.Type(`.any input[name="period"]`, typed)
		b.Follow(".any button")
		if got := b.Text(".period-now b"); got != want {
			t.Errorf("typed %q shows %q, want %q", typed, got, want)
		}
	}
	b.Type(`.any input[name="period"]`, "2018-13")
	b.Follow(".any button")
	has(t, "a wrong period", b.Text(".period-switch .field-error"), "2018-13")
	b.Type(`.any input[name="period"]`, "2015..2017")
	b.Follow(".any button")
	has(t, "three years", b.Text("main"), "179起", "2,071人次", "2.49公斤")
	b.Follow(".period-now a[rel=prev]")
	if got := b.Text(".period-now b"); got != "2012—2014年" {
		t.Errorf("the three years before are %q", got)
	}
	quiet(t, at, b)
}

// The comparison sorts, filters and downloads what it shows; a screen view hides the tools.
func TestComparingAndTheMeetingRoom(t *testing.T) {
	_, at := served(t)
	b := testkit.Browser(t)
	signIn(b, at, "leader")
	b.Go(at + "/compare?level=township&period=2018-03&code=I2&code=N2")
	first := func() string { return b.Text("table tbody tr:first-child th") }
	best := first()
	b.Follow(`thead a[href*="sort=v_I2"]`)
	up := first()
	b.Follow(`thead a[href*="sort=v_I2"]`)
	down := first()
	if up == down {
		t.Errorf("sorting the other way keeps %s first (ranked first is %s)", up, best)
	}
	b.Go(at + "/?screen=1")
	if b.Eval(`getComputedStyle(document.querySelector('nav.side')).display`) != "none" {
		t.Error("the screen view shows the menu")
	}
	quiet(t, at, b)
}
