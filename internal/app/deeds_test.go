package app_test

import (
	"context"
	"strings"
	"testing"
	"unicode"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
	"kaiyang/internal/testkit/county"
)

// Every deed that the demonstration county's audit holds is named in words, in both languages.
func TestDeedsOfTheAuditHaveWords(t *testing.T) {
	o := county.Office(t)
	var deeds []string
	err := o.DB.View(context.Background(), func(tx *sqldb.Tx) (err error) {
		deeds, err = sqldb.All(tx, func(s sqldb.Scanner) (v string, err error) { err = s.Scan(&v); return v, err }, `SELECT DISTINCT deed FROM sys_audit ORDER BY deed`)
		return err
	})
	if err != nil || len(deeds) < 40 {
		t.Fatalf("%d deeds: %v", len(deeds), err)
	}
	named, titles := o.Site.Deeds(), o.Site.Titles()
	parts := map[string]bool{}
	for deed, text := range named {
		part, _, _ := strings.Cut(deed, ".")
		parts[part] = true
		if !words.Known(text) {
			t.Errorf("%s: %q has no English", deed, text)
		}
		if titles[part] == "" {
			t.Errorf("the module of %s has no title", deed)
		}
	}
	for _, deed := range deeds {
		if part, _, _ := strings.Cut(deed, "."); parts[part] && named[deed] == "" {
			t.Errorf("the module of %s does not name it", deed)
		}
	}
	for _, part := range []string{"surveys", "situation", "wastewater", "cases", "assessment"} {
		if !parts[part] {
			t.Errorf("%s does not name its deeds", part)
		}
	}
	// The page of the audit shows no code where a word belongs.
	auditor := county.SignIn(t, county.Serve(t, o), "auditor")
	n := 0
	auditor.Page("/audit").Document().Find("select[name=deed] option").Each(func(_ int, s *goquery.Selection) {
		part, _, _ := strings.Cut(s.AttrOr("value", ""), ".")
		if n++; parts[part] && !strings.ContainsFunc(s.Text(), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("the audit offers %q", s.Text())
		}
	})
	if n < 40 {
		t.Errorf("the audit offers %d deeds", n)
	}
	// What the audit keeps of a deed of the statistics is labelled in words.
	for _, deed := range deeds {
		if part, _, _ := strings.Cut(deed, "."); !strings.Contains("surveys situation wastewater cases assessment", part) {
			continue
		}
		link := auditor.Page("/audit?deed="+deed).Document().Find("tbody a").First().AttrOr("href", "")
		auditor.Page(link).Document().Find("#detail dt, #detail th").Each(func(_ int, s *goquery.Selection) {
			if !strings.ContainsFunc(s.Text(), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%s is kept with %q", deed, s.Text())
			}
		})
	}
}
