package app_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/period"
	"kaiyang/internal/modules/returns"
	"kaiyang/internal/testkit/county"
)

// The township whose figures strangers try to see is 520121204; its reporter is t204.
const (
	theirs   = "520121204"
	waitingV = "48613579" // handed in, not yet approved
	waitingT = "密标甲"
	draftV   = "59724681" // typed, not handed in
	draftT   = "密标乙"
)

// fields gives the names of the entry grid's cells by their labels.
func fields(a county.Answer) map[string]string {
	out := map[string]string{}
	a.Document().Find("#entry input[data-cell]").Each(func(_ int, s *goquery.Selection) {
		out[s.AttrOr("aria-label", "")] = s.AttrOr("name", "")
	})
	return out
}

// cellOf finds the first cell whose label holds all the words.
func cellOf(t *testing.T, a county.Answer, words ...string) string {
	t.Helper()
	found := ""
	a.Document().Find("#entry input[data-cell]").EachWithBreak(func(_ int, s *goquery.Selection) bool {
		label := s.AttrOr("aria-label", "")
		for _, w := range words {
			if !strings.Contains(label, w) {
				return true
			}
		}
		found = s.AttrOr("name", "")
		return false
	})
	if found == "" {
		t.Fatalf("no cell is labelled %q; there are %v", words, fields(a))
	}
	return found
}

// explain writes the same reason into every note of a grid.
func explain(form url.Values, a county.Answer, reason string) {
	a.Document().Find("#entry input[data-words]").Each(func(_ int, s *goquery.Selection) {
		form.Set(s.AttrOr("name", ""), reason)
	})
}

// plant lets t204 hand in a conspicuous number that waits for review, and keep another in a
// draft; it gives the number of the return.
func plant(t *testing.T, at string) (id string) {
	t.Helper()
	owner := county.SignIn(t, at, "t204")
	entry := "/returns/F_JD/" + theirs + "/2018-04"
	page := owner.Page(entry)
	form := page.Form("#entry")
	form.Set(cellOf(t, page, "现有吸毒人员"), waitingV)
	form.Set("comment", waitingT)
	explain(form, page, "已核对台账")
	form.Set("deed", "submit")
	if a := owner.Send(entry, form); a.Status != http.StatusSeeOther {
		t.Fatalf("handing in = %d: %s", a.Status, a.Text())
	}
	draft := "/returns/F_DJ/" + theirs + "/2018-05"
	page = owner.Page(draft)
	form = page.Form("#entry")
	form.Set(cellOf(t, page, "查处吸毒人员"), draftV)
	form.Set("comment", draftT)
	form.Set("deed", "draft")
	if a := owner.Send(draft, form); a.Status != http.StatusSeeOther {
		t.Fatalf("keeping a draft = %d: %s", a.Status, a.Text())
	}
	review := county.SignIn(t, at, "zb3").Page("/returns/review").Document()
	review.Find("table tr").Each(func(_ int, s *goquery.Selection) {
		if strings.Contains(s.Text(), "龙水乡") && strings.Contains(s.Text(), "戒毒管控月报") {
			id = strings.TrimPrefix(s.Find("a").AttrOr("href", ""), "/returns/review/")
		}
	})
	if id == "" {
		t.Fatalf("the task force does not see the return: %s", review.Find("main").Text())
	}
	return id
}

// places are the addresses under which the planted numbers might turn up.
func places(id string) []string {
	unit := "unit=" + theirs
	var out []string
	for _, q := range []string{"", "&format=xlsx", "&format=csv", "&format=json"} {
		out = append(out,
			"/?"+unit+"&period=2018-04"+q,
			"/units/"+theirs+"?period=2018-04"+q,
			"/compare?"+unit+"&level=village&period=2018-04&code=XYRS&code=I2&code=CC"+q,
			"/compare?level=township&period=2018-04&code=XYRS&code=I2"+q,
			"/compare?level=village&period=2018-04&code=XYRS"+q,
			"/indicators?show=elements&"+unit+"&period=2018-04"+q,
			"/indicators/XYRS?"+unit+"&period=2018-04"+q,
			"/figures/XYRS?"+unit+"&period=2018-04"+q,
			"/figures/XYRS?period=2018-04"+q,
			"/figures/I2?"+unit+"&period=2018-04"+q,
			"/figures/CC?"+unit+"&period=2018-05"+q,
			"/returns?x=1"+q,
			"/returns/rate?period=2018-04"+q,
			"/forms/F_JD/data?period=2018-04"+q,
			"/definitions/elements/XYRS?x=1"+q,
		)
	}
	for village := 200; village < 212; village++ {
		out = append(out, fmt.Sprintf("/figures/XYRS?unit=%s%03d&period=2018-04", theirs, village), fmt.Sprintf("/api/v1/figures/XYRS?unit=%s%03d&period=2018-04", theirs, village))
	}
	for _, entry := range []string{"/returns/F_JD/" + theirs + "/2018-04", "/returns/F_DJ/" + theirs + "/2018-05"} {
		out = append(out, entry, entry+"?edit=1", entry+"/workbook", entry+"/csv", entry+"/errors", entry+"/compare")
	}
	return append(out, "/api/v1/figures/XYRS?"+unit+"&period=2018-04", "/api/v1/figures/I2?"+unit+"&period=2018-04",
		"/returns/review", "/returns/review/"+id, "/returns/review/"+id+"?version=1", "/returns/review/"+id+"?version=2",
		"/returns/review/"+id+"/file", "/returns/review/"+id+"/file?version=1", "/returns/review/"+id+"/file?version=2",
		"/returns/source/"+id+".2", "/definitions/elements/XYRS/facts?period=2018-04", "/definitions/elements/export?format=csv",
		"/admin/closings", "/audit", "/audit?q="+waitingV, "/audit?format=csv", "/forms/export", "/admin/units/"+theirs)
}

func holds(a county.Answer, words ...string) string {
	raw := a.Raw()
	for _, w := range words {
		if bytes.Contains(raw, []byte(w)) {
			return w
		}
		if len(w) == 8 && bytes.Contains(raw, []byte(w[:2]+","+w[2:5]+","+w[5:])) {
			return w
		}
	}
	return ""
}

// What is not approved is seen by its owner and, on the review page only, by its chain
// (SEMANTICS §1); searched for in the raw answers (STANDARDS SEC-03, MLPS-10).
func TestUnapprovedFiguresStayWithTheirOwner(t *testing.T) {
	o, at := employed(t)
	id := plant(t, at)
	list := places(id)
	for _, login := range []string{"t101", "t202", "leader", "reader", "worker", "zb1", "zb4", "admin", "secadmin", "auditor", ""} {
		v := county.Visit(t, at)
		if login != "" {
			v = county.SignIn(t, at, login)
		}
		for _, path := range list {
			a := v.Get(path)
			if w := holds(a, waitingV, waitingT, draftV, draftT); w != "" && !strings.Contains(path, "q="+w) {
				t.Errorf("%s sees %s at %s (%d)", login, w, path, a.Status)
			}
			own := strings.HasPrefix(path, "/returns/F_") || strings.HasPrefix(path, "/returns/review/") || strings.HasPrefix(path, "/returns/source/")
			if own && a.Status == http.StatusSeeOther && login != "" {
				a = v.Get(a.To())
			}
			if own && login != "" && a.Status != http.StatusForbidden && a.Status != http.StatusNotFound {
				t.Errorf("%s gets %s = %d", login, path, a.Status)
			}
		}
	}
	for _, login := range []string{"zb3", "office"} {
		v := county.SignIn(t, at, login)
		seen := false
		for _, path := range list {
			a := v.Get(path)
			if w := holds(a, draftV, draftT); w != "" {
				t.Errorf("%s of the chain sees the draft %s at %s", login, w, path)
			}
			if w := holds(a, waitingV); w != "" {
				seen = true
				if !strings.HasPrefix(path, "/returns/review/") && !strings.HasPrefix(path, "/audit?q=") {
					t.Errorf("%s sees the unapproved %s outside the review page, at %s", login, w, path)
				}
			}
		}
		if !seen {
			t.Errorf("%s does not see what waits for the chain; the search is broken", login)
		}
	}
	owner := county.SignIn(t, at, "t204")
	if w := holds(owner.Page("/returns/F_DJ/"+theirs+"/2018-05"), draftV); w == "" {
		t.Error("the owner does not see the own draft")
	}
	if w := holds(owner.Page("/returns/F_JD/"+theirs+"/2018-04"), waitingV); w == "" {
		t.Error("the owner does not see the own return")
	}
	// On the page of the figure the owner sees it too, marked as what it is.
	seen := 0
	for village := 200; village < 212; village++ {
		at := fmt.Sprintf("XYRS?unit=%s%03d&period=2018-04", theirs, village)
		if page := owner.Get("/figures/" + at); holds(page, waitingV) != "" {
			seen++
			if !strings.Contains(string(page.Body), "待审核，仅本单位可见") || !strings.Contains(string(owner.Page("/api/v1/figures/"+at).Body), `"state":"preview"`) {
				t.Errorf("the owner's own number is not marked at %s", at)
			}
		}
	}
	if seen == 0 {
		t.Error("the owner does not see the own number at its figure")
	}

	// Once approved it is everybody's, which also proves that the search finds what is there.
	unit := county.Unit(t, o, theirs)
	var pick returns.Pick
	for _, login := range []string{"zb3", "office"} {
		ctx, a := county.As(t, o, login)
		review, approve, err := o.Returns.ToReview(a)
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range append(review, approve...) {
			if r := st.Return; r.Place.Form == "F_JD" && r.Place.Unit == unit && r.Place.Period == period.MustParse("2018-04") {
				pick = returns.Pick{ID: r.ID, Version: r.Version}
			}
		}
		if login == "zb3" {
			err = o.Returns.Review(ctx, a, []returns.Pick{pick}, "")
		} else {
			err = o.Returns.Approve(ctx, a, []returns.Pick{pick}, "")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	leader := county.SignIn(t, at, "leader")
	for _, q := range []string{"", "&format=csv", "&format=xlsx", "&format=json"} {
		if path := "/compare?unit=" + theirs + "&level=village&period=2018-04&code=XYRS" + q; holds(leader.Page(path), waitingV) == "" {
			t.Errorf("the approved number is not found at %s", path)
		}
	}
}
