package indicators

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

// A deckView is the bar of the meeting-room view: a long page is cut into screens that each fit
// a wall of 1920 × 1080, and the bar says which of them is shown.
type deckView struct {
	On         bool // the page is shown on a wall
	At, Of     int
	Prev, Next string // addresses of the screens beside; empty at the ends
	Turn       string // where a wall without a person goes by itself after a while
	Plain      string // the same page at a desk
}

const (
	wallRows  = 10 // rows of a table on one screen, legible from five metres
	wallTiles = 5  // big figures in a row
	wallLines = 3  // rows of big figures on one screen
)

// onWall tells whether a page is asked for as the meeting-room view.
func onWall(r *http.Request) bool { return r.URL.Query().Get("screen") == "1" }

// turnTo fills a page with the one of its screens that is asked for; ?page counts from 1.
func turnTo[V any](r *http.Request, v *V, screens []func(*V)) deckView {
	d := deckView{On: true, Of: max(1, len(screens)), Plain: toolsOf(r).Plain}
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	d.At = min(max(n, 1), d.Of)
	if err != nil {
		d.At = 1
	}
	to := func(n int) string {
		q := r.URL.Query()
		q.Set("page", itoa(n))
		return r.URL.Path + "?" + q.Encode()
	}
	if d.At > 1 {
		d.Prev = to(d.At - 1)
	}
	if d.At < d.Of {
		d.Next = to(d.At + 1)
	}
	if d.Of > 1 && web.SessionOf(r).Screen {
		d.Turn = to(d.At%d.Of + 1)
	}
	if len(screens) > 0 {
		screens[d.At-1](v)
	}
	return d
}

// tableScreens cuts a table, sorted as the page asks, into screens.
func tableScreens[V any](r *http.Request, t *table.Table, show func(v *V, g web.Grid)) []func(*V) {
	q := r.URL.Query()
	if s := q.Get("sort"); s != "" {
		t.SortBy(s, q.Get("dir") == "desc")
	}
	var out []func(*V)
	n := (len(t.Rows) + wallRows - 1) / wallRows
	for i := range n {
		// Screens of the same height: twenty rows are ten and ten, not twelve and eight.
		lo, hi := i*len(t.Rows)/n, (i+1)*len(t.Rows)/n
		out = append(out, func(v *V) {
			part := *t
			part.Rows = t.Rows[lo:hi]
			show(v, web.NewGrid(r, &part))
		})
	}
	return out
}

// bundleScreens puts bundles on screens, as many as their rows of tiles leave room for. A bundle
// that is too long goes on on the next.
func bundleScreens(list []bundleCard) (out [][]bundleCard) {
	room := 0
	for _, b := range list {
		for rest := b.Tiles; len(rest) > 0; {
			lines := (len(rest) + wallTiles - 1) / wallTiles
			if room == 0 || lines > room && len(rest) == len(b.Tiles) {
				out, room = append(out, nil), wallLines
			}
			take := min(len(rest), room*wallTiles)
			part := b
			part.Tiles, rest = rest[:take], rest[take:]
			out[len(out)-1] = append(out[len(out)-1], part)
			room -= (take + wallTiles - 1) / wallTiles
		}
	}
	return out
}

// withoutSort gives a request for a table that is in its order already.
func withoutSort(r *http.Request) *http.Request {
	c := r.Clone(r.Context())
	q := c.URL.Query()
	q.Del("sort")
	q.Del("dir")
	c.URL = &url.URL{Path: r.URL.Path, RawQuery: q.Encode()}
	return c
}

// A figureGroup is the figures of one task force, to be folded away.
type figureGroup struct {
	Name   string
	Count  int
	Lights []lightCount
	Grid   web.Grid
}

// byForce brings lines into the order of their task forces, which is that of their first figures.
func byForce(lines []Line) (out [][]Line) {
	at := map[string]int{}
	for _, l := range lines {
		k, ok := at[l.Now.Force]
		if !ok {
			k = len(out)
			at[l.Now.Force] = k
			out = append(out, nil)
		}
		out[k] = append(out[k], l)
	}
	return out
}

// groupWidths are the widths of columns, so that the tables of all task forces stand in line.
func groupWidths(key string) int {
	switch key {
	case "value":
		return 6
	case "change":
		return 9
	case "trend":
		return 8
	case "light":
		return lightWidth
	case "name":
		return 0
	case "rank":
		return 4
	case "fraction":
		return shareWidth
	}
	return 5
}

// figureGroups lists figures by task force: one table a force with the columns of all, and all of
// them in one table for downloads, in the same order.
func (x lens) figureGroups(r *http.Request, lines []Line, forceName func(string) string, exact bool) (groups []figureGroup, all *table.Table) {
	all = x.figuresTable(lines, hasRanks(lines), exact)
	for i := range all.Columns {
		all.Columns[i].Width = groupWidths(all.Columns[i].Key)
	}
	rows := make(map[string]table.Row, len(all.Rows))
	for i, l := range lines {
		rows[l.Now.Code] = all.Rows[i]
	}
	q := r.URL.Query()
	all.Rows = nil
	for i, list := range byForce(lines) {
		t := *all
		t.ID, t.Rows = "figures-"+itoa(i+1), nil
		for _, l := range list {
			t.Rows = append(t.Rows, rows[l.Now.Code])
		}
		if s := q.Get("sort"); s != "" {
			t.SortBy(s, q.Get("dir") == "desc")
		}
		all.Rows = append(all.Rows, t.Rows...)
		name := strings.TrimSpace(forceName(list[0].Now.Force))
		if name == "" {
			name = x.Text("其他指标")
		}
		groups = append(groups, figureGroup{Name: name, Count: len(list), Lights: lightCounts(x.Lang, list), Grid: web.NewGrid(r, &t)})
	}
	return groups, all
}
