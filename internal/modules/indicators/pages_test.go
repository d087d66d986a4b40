package indicators

import "testing"

// Every page is proved against its view in both languages.
func TestPagesFitTheirViews(t *testing.T) {
	for _, page := range []func(){
		func() { frontPage() }, func() { unitPage() }, func() { cataloguePage() }, func() { indicatorPage() }, func() { comparePage() },
		func() { tracePage() }, func() { listPage() }, func() { showPage() }, func() { editPage() }, func() { helpPage() },
		func() { bundlesPage() }, func() { bundlePage() }, func() { importPage() },
	} {
		page()
	}
}
