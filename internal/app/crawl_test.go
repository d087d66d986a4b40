package app_test

import (
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/testkit/county"
)

// links gives the addresses inside the site that a page leads to, without fragments.
func links(a county.Answer) []string {
	base, err := url.Parse(a.Path)
	if err != nil {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	a.Document().Find("a[href]").Each(func(_ int, s *goquery.Selection) {
		u, err := base.Parse(s.AttrOr("href", ""))
		if err != nil || u.Host != "" || u.Scheme != "" {
			return
		}
		u.Fragment = ""
		if at := u.String(); !seen[at] && strings.HasPrefix(at, "/") {
			seen[at] = true
			out = append(out, at)
		}
	})
	return out
}
