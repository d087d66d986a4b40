package returns

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// The lists of what waits sort, filter and download like every other, and keep their boxes.
func TestTheListsOfWhatWaitsAreTables(t *testing.T) {
	f := newFront(t)
	f.publish(monthly())
	for _, x := range []struct {
		unit org.UnitID
		p    string
	}{{yi, "2018-03"}, {jia, "2018-04"}, {bing, "2018-02"}} {
		f.submit(f.person("填报员", perm.Reporter, x.unit), Place{"YB1", x.unit, period.MustParse(x.p)})
	}
	order := func(who, path string) string {
		t.Helper()
		var out []string
		f.get(who, path).wants(200).doc.Find("table.grid tbody tr").Each(func(_ int, s *goquery.Selection) {
			out = append(out, s.Find("th").Text()+s.Find("input[name=pick]").AttrOr("value", "!"))
		})
		return strings.Join(out, " ")
	}
	for path, want := range map[string]string{
		"":                           "乙乡1.1 甲镇2.1 丙乡3.1",
		"?sort=period&dir=asc":       "丙乡3.1 乙乡1.1 甲镇2.1",
		"?sort=period&dir=desc":      "甲镇2.1 乙乡1.1 丙乡3.1",
		"?sort=nothing&dir=desc":     "乙乡1.1 甲镇2.1 丙乡3.1",
		"?sort=at&dir=desc&pick=all": "乙乡1.1 甲镇2.1 丙乡3.1",
	} {
		if got := order("force", "/returns/review"+path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	p := f.get("force", "/returns/review?sort=period&dir=asc&pick=all").wants(200)
	if n := p.doc.Find("input[name=pick][checked]").Length(); n != 3 {
		t.Errorf("%d of 3 are ticked", n)
	}
	head := p.doc.Find("#to-review th[aria-sort=ascending] a")
	if to := head.AttrOr("href", ""); head.Text() != "期别" || !strings.Contains(to, "sort=period") || !strings.Contains(to, "dir=desc") || !strings.Contains(to, "pick=all") {
		t.Errorf("header %q leads to %q", head.Text(), to)
	}
	if p.doc.Find("input[data-filter='#to-review']").Length() != 1 {
		t.Error("no filter")
	}
	var csv string
	p.doc.Find(".toolbar a").Each(func(_ int, s *goquery.Selection) {
		if s.Text() == "CSV" {
			csv = s.AttrOr("href", "")
		}
	})
	got := strings.TrimPrefix(string(f.get("force", csv).body), "\ufeff")
	if lines := strings.Split(strings.TrimSpace(got), "\r\n"); len(lines) != 4 || lines[0] != "单位,报表,期别,提交,备注" || !strings.HasPrefix(lines[1], "丙乡,禁毒工作月报,2018年2月,") || !strings.HasSuffix(lines[1], "第 1 版 · 填报员 填报员的岗位,迟报 64 天") {
		t.Errorf("the file:\n%s", got)
	}
	// A tick for several at once; the other list is the office's.
	f.post("force", "/returns/review", url.Values{"deed": {"review"}, "pick": {"1.1", "3.1"}}).leads("/returns/review")
	if got, want := order("office", "/returns/review?sort=unit&dir=asc"), "丙乡3.1 乙乡1.1"; got != want {
		t.Errorf("for the office: %s, want %s", got, want)
	}
	if got := string(f.get("office", "/returns/review?list=approve&format=csv").body); strings.Count(got, "\r\n") != 3 || !strings.Contains(got, "乙乡") {
		t.Errorf("the office's file:\n%s", got)
	}
}
