package indicators

import (
	"net/http"

	"kaiyang/internal/platform/web"
)

// byBoundaries lets a page be asked by today's boundaries: ?boundaries=today.
func byBoundaries(f web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		b, err := ParseBoundaries(r.URL.Query().Get("boundaries"))
		if err != nil {
			return err
		}
		if b == OfTheTime {
			return f(w, r)
		}
		return f(w, r.WithContext(By(r.Context(), b)))
	}
}

// A bySwitch says by whose boundaries a page is shown, and leads to the same page by the others.
type bySwitch struct {
	Today      bool
	Now, Other string
	Hint, Path string
}

// switchBy offers the other boundaries where units were moved, merged, split or ended since the
// first period that the page shows; nil elsewhere.
func (h *pages) switchBy(r *http.Request, c choice) *bySwitch {
	x := c.x
	v := &bySwitch{Today: x.seen == OfToday, Now: x.Text("按当时区划"), Other: x.Text("按今日区划"),
		Hint: x.Text("按今日区划：以前各期按现在的乡镇、村归属合并计算；拆分前的数不能分摊")}
	if !v.Today {
		first := c.p.First()
		if list := TrendPeriods(c.p, trendLength(c.p.Kind())); len(list) > 0 {
			first = min(first, list[0].First())
		}
		if changed, last, err := h.s.Recast(); err != nil || !changed || last <= first {
			return nil
		}
	}
	q := r.URL.Query()
	for _, k := range []string{"boundaries", "format", "page"} {
		q.Del(k)
	}
	if v.Today {
		v.Now, v.Other = v.Other, v.Now
	} else {
		q.Set("boundaries", string(OfToday))
	}
	v.Path = r.URL.Path
	if s := q.Encode(); s != "" {
		v.Path += "?" + s
	}
	return v
}

// kept is what addresses carry on of the boundaries.
func (x lens) kept() string {
	if x.seen == OfToday {
		return "&boundaries=" + string(OfToday)
	}
	return ""
}
