package indicators

import (
	"encoding/csv"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kaiyang/internal/core/perm"
)

// The comparison is calm until chance is asked for; the switch stands in the address and in the
// form, and turns back to the same page.
func TestTheSwitchOfChance(t *testing.T) {
	w := sqliteWorld(t, 12, 2)
	w.importing(fairYAML, "FA,520121,2017,≥,60,,,\n")
	const path = "/compare?period=2017&code=FA&code=R&by=FA"
	calm := w.page(path)
	for _, word := range []string{"chart-funnel", "平滑值", "排位范围", "值得核查的", `name="chance"`} {
		if strings.Contains(calm, word) {
			t.Errorf("the calm page has %q", word)
		}
	}
	if !strings.Contains(calm, "走势") || !strings.Contains(calm, `href="/compare?by=FA&amp;chance=1&amp;code=FA&amp;code=R&amp;period=2017">看偶然波动</a>`) {
		t.Error("no course, or no switch")
	}
	full := w.page(path + "&chance=1")
	for _, word := range []string{"chart chart-funnel", "分子/分母", "偶然波动范围", "平滑值", "波动判断", "排位范围", "分档", "正常波动范围", "怎样算出来的", "不存在抽样误差", "离散系数", "随机种子 20180312", "值得核查的", "共2项指标、23次比较",
		`<input type="hidden" name="chance" value="1">`, `href="/compare?by=FA&amp;code=FA&amp;code=R&amp;period=2017" aria-pressed="true">只看公布的排名</a>`} {
		if !strings.Contains(full, word) {
			t.Errorf("with chance, the page has no %q", word)
		}
	}
	if back := w.page(path); back != calm {
		t.Error("the calm page has changed")
	}
	// A sort by a column of chance does not outlive the switch.
	if sorted := w.page(path + "&chance=1&sort=shrunken&dir=desc"); !strings.Contains(sorted, `href="/compare?by=FA&amp;code=FA&amp;code=R&amp;period=2017" aria-pressed`) {
		t.Error("the switch keeps the order of a column that goes")
	}
}

// What is downloaded with chance is what is seen with it.
func TestDownloadsWithChance(t *testing.T) {
	w := sqliteWorld(t, 12, 2)
	w.importing(fairYAML, "")
	for _, path := range []string{"/compare?period=2017&code=FA&code=R&by=FA&chance=1", "/compare?period=2017&code=R&chance=1&sort=range"} {
		page := w.page(path)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.page(path+"&format=csv"), "\ufeff"))).ReadAll()
		w.must(err)
		if len(rows) != 13 || len(rows[0]) < 9 {
			t.Fatalf("%s: %d rows of %d", path, len(rows), len(rows[0]))
		}
		page = strings.ReplaceAll(page, ",", "") // files have numbers without separators
		at := 0
		for _, row := range rows[1:] {
			for _, cell := range row {
				cell = strings.ReplaceAll(cell, ",", "")
				if strings.Contains(cell, " ") {
					continue // lights and the side of a zone stand apart on the page
				}
				i := strings.Index(page[at:], html.EscapeString(cell))
				if i < 0 {
					t.Fatalf("%s: %q of the download does not stand on the page there", path, cell)
				}
				at += i
			}
		}
		if body := w.page(path + "&format=xlsx"); !strings.HasPrefix(body, "PK") {
			t.Errorf("%s: no workbook", path)
		}
		if body := w.page(path + "&format=json"); !strings.Contains(body, `"shrunken"`) {
			t.Errorf("%s: no shrunken values in the JSON", path)
		}
	}
}

// Counts and figures that are no ratios say why there is no funnel, and keep their comparison.
func TestComparisonsThatAreRefused(t *testing.T) {
	for _, towns := range []int{4, 12} {
		w := sqliteWorld(t, towns, 2)
		w.importing(fairYAML, "")
		for code, want := range map[string]string{"S": "这是数目或数量，不是比率", "REN": "这是数目或数量，不是比率", "V": "不是两个数目之比", "Q": "本级不报", "FA": map[int]string{4: "可比的单位只有4个，数据不足", 12: ""}[towns]} {
			page := w.page("/compare?period=2017&chance=1&code=" + code)
			if want == "" {
				continue
			}
			if !strings.Contains(page, want) || strings.Contains(page, "chart-funnel") || strings.Contains(page, "平滑值") {
				t.Errorf("%d towns, %s: no %q, or a funnel in spite of it", towns, code, want)
			}
			if !strings.Contains(page, "1号镇") || !strings.Contains(page, `id="units"`) {
				t.Errorf("%d towns, %s: the comparison is gone", towns, code)
			}
		}
	}
}

// Every page with chance answers in English, without a Chinese word of the product's own, on a wall
// and by today's boundaries; and for nobody without the right to read.
func TestComparisonsInEnglishAndOnWalls(t *testing.T) {
	w := sqliteWorld(t, 12, 2)
	w.importing(fairYAML, "")
	for _, path := range []string{"/compare?period=2017&code=FA&code=R&code=S&chance=1", "/compare?period=2017&code=S&chance=1", "/compare?period=2017&code=FA&chance=1&screen=1", "/compare?period=2017&code=FA&chance=1&screen=1&page=3",
		"/compare?period=2017&code=FB&level=village&chance=1", "/compare?period=2017&code=FA&chance=1&boundaries=today", "/compare?unit=520121101001&chance=1", "/compare?chance=1"} {
		for _, lang := range []string{"zh", "en"} {
			r := httptest.NewRequest("GET", path, nil)
			r.AddCookie(&http.Cookie{Name: "lang", Value: lang})
			rec := httptest.NewRecorder()
			w.site.ServeHTTP(rec, r)
			if rec.Code != http.StatusOK {
				t.Errorf("%s: GET %s = %d %s", lang, path, rec.Code, stripped(rec.Body.String()))
			}
		}
	}
	if wall := w.page("/compare?period=2017&code=FA&chance=1&screen=1&page=3"); !strings.Contains(wall, "chart-funnel") || strings.Contains(wall, "怎样算出来的") {
		t.Error("the third screen of the wall is not the funnel alone")
	}
	w.as = perm.Actor{Login: "x", Tree: w.Today()}
	if code, body := w.get("/compare?period=2017&code=FA&chance=1"); code != http.StatusForbidden && code != http.StatusSeeOther && code != http.StatusUnauthorized || strings.Contains(body, "chart-funnel") {
		t.Errorf("without a post: %d", code)
	}
}
