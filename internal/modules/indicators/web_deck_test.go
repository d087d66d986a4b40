package indicators

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

// Bundles share a screen while their rows fit; a long one goes on on the next. Nothing is lost.
func TestBundlesAreCutIntoScreens(t *testing.T) {
	for _, c := range []struct {
		tiles []int
		want  string
	}{
		{[]int{10, 3, 15, 5, 6}, "[[10 3] [15] [5 6]]"},
		{[]int{40}, "[[15] [15] [10]]"},
		{[]int{5, 15}, "[[5] [15]]"},
		{[]int{1, 1, 1, 1}, "[[1 1 1] [1]]"},
		{nil, "[]"},
	} {
		var list []bundleCard
		for _, n := range c.tiles {
			list = append(list, bundleCard{Tiles: make([]tile, n)})
		}
		var got [][]int
		for _, s := range bundleScreens(list) {
			var sizes []int
			for _, b := range s {
				sizes = append(sizes, len(b.Tiles))
			}
			got = append(got, sizes)
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%v tiles: %v, want %s", c.tiles, got, c.want)
		}
	}
}

// Tables are cut into screens of nearly the same height; ?page past either end gives the end.
func TestTablesAreCutIntoScreens(t *testing.T) {
	tab := &table.Table{ID: "x", Columns: []table.Column{{Head: []string{"n"}}}}
	for i := range 21 {
		tab.Rows = append(tab.Rows, table.Row{Cells: []table.Cell{table.Text(itoa(i))}})
	}
	type view struct{ rows int }
	for page, want := range map[string]struct {
		at, rows   int
		prev, next bool
	}{"": {1, 7, false, true}, "2": {2, 7, true, true}, "3": {3, 7, true, false}, "99": {3, 7, true, false}, "-4": {1, 7, false, true}, "x": {1, 7, false, true}} {
		r := httptest.NewRequest("GET", "/compare?screen=1&page="+page, nil)
		var v view
		d := turnTo(r, &v, tableScreens(r, tab, func(v *view, g web.Grid) { v.rows = len(g.Table.Rows) }))
		if d.At != want.at || d.Of != 3 || v.rows != want.rows || (d.Prev != "") != want.prev || (d.Next != "") != want.next {
			t.Errorf("page %q: %+v with %d rows", page, d, v.rows)
		}
		if d.Turn != "" {
			t.Error("a person's wall turns by itself and would never be idle")
		}
	}
	r := web.WithSession(httptest.NewRequest("GET", "/?screen=1&page=3", nil), web.Session{Screen: true})
	var v view
	if d := turnTo(r, &v, tableScreens(r, tab, func(*view, web.Grid) {})); d.Turn != "/?page=1&screen=1" {
		t.Errorf("a wall without a person goes on to %q", d.Turn)
	}
}

// Every page has its wall: with a way out, and every screen of it answers.
func TestEveryPageHasItsWall(t *testing.T) {
	w := sqliteWorld(t, 12, 2)
	for _, path := range []string{"/?period=2017", "/units/520121101?period=2017", "/units/ZB1?period=2017", "/compare?period=2017", "/indicators?period=2017", "/indicators/R?period=2017", "/figures/R?period=2017"} {
		body := w.page(path + "&screen=1")
		if !strings.Contains(body, "退出大屏") || !strings.Contains(body, `action="/lang"`) {
			t.Errorf("%s: no way out, or no language", path)
		}
		n := 1
		for ; strings.Contains(body, `rel="next">下一屏`) && n < 30; n++ {
			body = w.page(fmt.Sprintf("%s&screen=1&page=%d", path, n+1))
		}
		if !strings.Contains(body, fmt.Sprintf("第 %d 屏，共 %d 屏", n, n)) && n > 1 {
			t.Errorf("%s: screen %d is not the last", path, n)
		}
		if strings.Count(body, "<tr") > wallRows+3 {
			t.Errorf("%s: the last screen has %d rows", path, strings.Count(body, "<tr"))
		}
	}
}

// All figures stand by task force, folded on a phone, with the lights counted.
func TestFiguresAreFoldedByTaskForce(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	body := w.page("/?period=2017")
	if n := strings.Count(body, "data-fold"); n != 3 { // two task forces and the rest
		t.Errorf("%d folds", n)
	}
	at := strings.Index(body, "<b>甲专班</b>")
	if at < 0 || !strings.Contains(stripped(body[at:]), "2 项") {
		t.Errorf("the first fold: %.300s", stripped(body))
	}
}
