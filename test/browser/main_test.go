// Package browser_test walks through the demonstration county in a real browser, as the people do
// whose office it is.
package browser_test

import (
	"net/url"
	"strings"
	"testing"

	"kaiyang/internal/app"
	"kaiyang/internal/demo"
	"kaiyang/internal/testkit"
	"kaiyang/internal/testkit/county"
)

func TestMain(m *testing.M) { county.Main(m) }

// served gives a county of the test's own at an address.
func served(t *testing.T) (*app.Office, string) {
	t.Helper()
	o := county.Office(t)
	return o, county.Serve(t, o)
}

// signIn types name and password into the page that a stranger is led to.
func signIn(b *testkit.Tab, at, login string) {
	b.Go(at + "/")
	b.Type("#login", login)
	b.Type("#password", demo.Password)
	b.Follow(`form[action="/login"] button`)
}

// quiet fails the test when the pages asked other machines for anything, or a script failed.
func quiet(t *testing.T, at string, tabs ...*testkit.Tab) {
	t.Helper()
	home, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range tabs {
		list := b.Requests()
		if len(list) == 0 {
			t.Error("the browser asked for nothing; the listening is broken")
		}
		for _, r := range list {
			if u, err := url.Parse(r); err != nil || u.Host != home.Host {
				t.Errorf("a page asked another machine: %s", r)
			}
		}
		for _, f := range b.Faults() {
			t.Errorf("the browser complains: %s", f)
		}
	}
}

func has(t *testing.T, what, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q: %s", what, w, text)
		}
	}
}
