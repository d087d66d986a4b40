package web_test

import (
	"testing"

	"kaiyang/internal/platform/web"
)

// Links and boxes escape what they are given, and no link leads to a script.
func TestListsAreEscaped(t *testing.T) {
	nasty := `"><script>'&`
	const safe = "&#34;&gt;&lt;script&gt;&#39;&amp;"
	links := web.Links(2, func(i int) (text, path string, on bool) {
		return nasty, []string{"javascript:alert(1)", "/a?b=" + nasty}[i], i == 1
	})
	if want := web.HTML(`<a href="#">` + safe + `</a><a href="/a?b=` + safe + `" aria-current="true">` + safe + `</a>`); links != want {
		t.Errorf("links %s, want %s", links, want)
	}
	ticks := web.Ticks("code", 2, func(i int) (value, label string, on bool) { return nasty, nasty, i == 0 })
	box := `<label><input type="checkbox" name="code" value="` + safe + `"`
	if want := web.HTML(box + " checked> " + safe + "</label>" + box + "> " + safe + "</label>"); ticks != want {
		t.Errorf("boxes %s, want %s", ticks, want)
	}
}
