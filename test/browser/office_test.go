package browser_test

import (
	"strings"
	"testing"

	"kaiyang/internal/testkit"
)

// The office defines an indicator, sees beforehand what it changes, and is warned about the past.
func TestAnIndicatorIsDefined(t *testing.T) {
	_, at := served(t)
	b := testkit.Browser(t)
	signIn(b, at, "office")
	b.Go(at + "/definitions/new")
	b.Type("#code", "XIN1")
	b.Type("#name", "每起案件打击人数")
	b.Type("#formula", "XYR ／ 破获毒品刑事案") // full-width sign; the name is not quite right
	b.Type("#digits", "2")
	b.Type("#from", "2018-01-01")
	b.Follow(`button[value="preview"]`)
	has(t, "the page", b.Text("main"), "第 1 行第 7 列", "破获毒品刑事案件")
	b.Type("#formula", "XYR ／ 破获毒品刑事案件")
	b.Follow(`button[value="preview"]`)
	has(t, "the preview", b.Text("section.preview"), "当时无定义")
	b.Follow(`button[value="save"]`)
	if b.Path() != "/definitions/XIN1" {
		t.Fatalf("saving leads to %s: %s", b.Path(), b.Text("main"))
	}
	answer := func(period string) string {
		b.Go(at + "/figures/XIN1?period=" + period)
		return strings.Fields(b.Text("p.answer"))[0]
	}
	january, march := answer("2018-01"), answer("2018-03")
	has(t, "the new figure", b.Text("main"), "每起案件打击人数", "打击犯罪嫌疑人")
	if !strings.Contains(january, ".") || !strings.Contains(march, ".") {
		t.Errorf("the new figure is %q in January and %q in March", january, march)
	}

	// A change that reaches into the past says what it changes and wants to be asked for.
	b.Go(at + "/definitions/edit/XIN1")
	b.Type("#formula", "XYR * 10 / AJ")
	b.Type("#from", "2018-03-01")
	b.Type("#why", "演示")
	b.Follow(`button[value="preview"]`)
	has(t, "the preview", b.Text("section.preview"), "个数会变", "施行日已经过去")
	b.Follow(`button[value="save"]`)
	if b.Path() == "/definitions/XIN1" {
		t.Error("the past was changed without being asked for")
	}
	b.Click(`input[name="touch_past"]`)
	b.Follow(`button[value="save"]`)
	if b.Path() != "/definitions/XIN1" {
		t.Fatalf("saving leads to %s: %s", b.Path(), b.Text("main"))
	}
	if got := answer("2018-01"); got != january {
		t.Errorf("January became %s, it was %s", got, january)
	}
	if got := answer("2018-03"); got == march {
		t.Errorf("March is still %s", got)
	}
	b.Go(at + "/figures/XIN1?period=2017")
	has(t, "a period before it", b.Text("p.answer"), "当时无定义")
	quiet(t, at, b)
}

// A unit is renamed from a day on; what was before keeps the old name.
func TestAUnitIsRenamed(t *testing.T) {
	_, at := served(t)
	b := testkit.Browser(t)
	leader := b.Another()
	signIn(leader, at, "leader")
	signIn(b, at, "office")
	b.Go(at + "/admin/units/520121102")
	b.Eval(`document.querySelectorAll('details').forEach(d => { d.open = true })`)
	b.Type("#rename-name", "金中新镇")
	b.Eval(`document.getElementById('rename-on').value = '2018-05-01'`)
	b.Type("#rename-reason", "演示批复〔2018〕3号")
	b.Follow(`form:has(#rename-name) button`)
	has(t, "the preview", b.Text("main"), "金中镇", "金中新镇", "2018-05-01")
	leader.Go(at + "/units/520121102?period=2018-05")
	has(t, "before it is confirmed", leader.Text("h1"), "金中镇")
	b.Follow(`button[value="apply"]`)
	has(t, "the unit", b.Text("main"), "金中新镇", "演示批复〔2018〕3号")
	leader.Go(at + "/units/520121102?period=2018-05")
	has(t, "from that day on", leader.Text("h1"), "金中新镇")
	leader.Go(at + "/units/520121102?period=2017")
	has(t, "before that day", leader.Text("h1"), "金中镇")
	quiet(t, at, b, leader)
}

// After leaving, the button that goes back shows nothing (STANDARDS MLPS-28).
func TestAfterLeavingGoingBackShowsNothing(t *testing.T) {
	_, at := served(t)
	b := testkit.Browser(t)
	for _, login := range []string{"office", "auditor"} {
		signIn(b, at, login)
		pages := []string{"/units/520121101?period=2017", "/figures/I2?period=2017", "/returns/review"}
		if login == "auditor" {
			pages = []string{"/accounts", "/audit"}
		}
		for _, p := range pages {
			b.Go(at + p)
		}
		b.Follow(`form[action="/logout"] button`)
		if b.Path() != "/login" {
			t.Fatalf("leaving leads to %s", b.Path())
		}
		for range pages {
			b.Back()
			b.Until("document.readyState === 'complete'")
			if text := b.Text("body"); !strings.HasPrefix(b.Path(), "/login") || strings.Contains(text, "37.52") || strings.Contains(text, "演示禁毒办甲") {
				t.Errorf("going back after leaving shows %s: %.300s", b.Path(), text)
			}
		}
	}
	quiet(t, at, b)
}

// Without scripts every main deed is still possible.
func TestWithoutScripts(t *testing.T) {
	_, at := served(t)
	b := testkit.Browser(t)
	b.Scripts(false)
	signIn(b, at, "t101")
	b.Go(at + "/returns/F_JD/520121101/2018-05")
	b.Type("#c0-2", "12")
	b.Follow(`#entry button[value="draft"]`)
	has(t, "the page", b.Text("main"), "草稿已保存")
	if got := values(b, "c0-2"); got != "12" {
		t.Errorf("the draft holds %q", got)
	}
	b.Follow(`#entry button[value="check"]`)
	has(t, "the page", b.Text("#findings"), "必须填写")
	b.Follow(`form[action="/lang"] button`)
	has(t, "the page", b.Text("main"), "Save draft")
	b.Follow(`form[action="/lang"] button`)
	b.Follow(`form[action="/logout"] button`)

	signIn(b, at, "office")
	b.Type(`.any input[name="period"]`, "2015..2017")
	b.Follow(".any button")
	has(t, "three years", b.Text("main"), "179起")
	b.Follow(`form:has(select[name="map"]) button`)
	b.Go(at + "/compare?level=township&period=2018-03")
	b.Eval(`document.querySelector('select[name="level"]').value = 'village'`)
	b.Follow(`form:has(select[name="level"]) button`)
	has(t, "the comparison", b.Text("main"), "白马村")
	b.Go(at + "/returns/review")
	b.Click(`input[name="pick"]`)
	b.Follow(`button[value="approve"]`)
	has(t, "the review", b.Text("main"), "已批准 1 份")
	b.Go(at + "/definitions/edit/N1")
	b.Follow(`button[value="preview"]`)
	has(t, "the definition", b.Text("main"), "保存后的影响")
	quiet(t, at, b)
}

// No page is wider than a phone, and none asks another machine for anything.
func TestPagesFitAPhone(t *testing.T) {
	_, at := served(t)
	b := testkit.Browser(t)
	b.Size(390, 844)
	pages := map[string][]string{
		"office": {"/", "/?period=2015..2017", "/units/520121101", "/units/520121101001", "/units/ZB3", "/indicators", "/indicators?show=elements", "/indicators/I2", "/compare",
			"/figures/I2?period=2017", "/figures/CC?unit=520121106&period=2018-01", "/returns", "/returns/review", "/returns/review/7", "/returns/rate", "/forms", "/forms/F_JD", "/forms/F_JD/edit", "/forms/F_JD/data?period=2018-03",
			"/definitions", "/definitions/I2", "/definitions/edit/I2", "/definitions/bundles", "/definitions/bundles/SXGD", "/definitions/import", "/definitions/elements", "/definitions/elements/XZS",
			"/definitions/elements/XZS/edit", "/admin/units", "/admin/units/520121102", "/admin/units/add", "/admin/units/import", "/admin/calendar", "/admin/map", "/admin/import/facts", "/admin/closings", "/help/formula", "/roles", "/audit", "/account", "/account/rights"},
		"t101":  {"/returns", "/returns/F_JD/520121101/2018-04", "/returns/F_DJ/520121101/2018-05", "/returns/upload", "/returns/F_JD/520121101/2018-03/compare"},
		"admin": {"/accounts", "/accounts/2", "/accounts/new", "/posts", "/settings/security", "/settings/screens"},
	}
	for _, login := range []string{"office", "t101", "admin"} {
		signIn(b, at, login)
		for _, lang := range []string{"zh", "en"} {
			for _, p := range pages[login] {
				b.Go(at + p)
				if wide := b.Eval(`document.documentElement.scrollWidth - window.innerWidth`); len(wide) > 1 && !strings.HasPrefix(wide, "-") || len(wide) == 1 && wide > "1" {
					who := b.Eval(`(() => { const w = window.innerWidth + 1; const e = Array.from(document.querySelectorAll('main *')).find(e => e.getBoundingClientRect().right > w && !e.closest('.scroll,.flow,svg')); return e ? e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 60) : '' })()`)
					t.Errorf("%s (%s) is %s pixels wider than a phone: %s", p, lang, wide, who)
				}
			}
			b.Follow(`form[action="/lang"] button`)
		}
		b.Follow(`form[action="/logout"] button`)
	}
	quiet(t, at, b)
}
