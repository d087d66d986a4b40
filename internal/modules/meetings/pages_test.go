package meetings

import "testing"

func TestPagesFitTheirViews(t *testing.T) {
	for _, page := range []func(){func() { listPage() }, func() { wholePage() }, func() { seriesPage() }, func() { runPage() }} {
		page()
	}
}
