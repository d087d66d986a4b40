package indicators

import (
	"net/http"
	"slices"

	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

// compare sets the units beneath a unit beside each other.
func (h *pages) compare(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	c, err := h.choose(r, q.Get("unit"))
	if err != nil {
		return err
	}
	x, reader := c.x, h.readerOf(r)
	v := compareView{Crumbs: x.crumbs(c.unit), Unit: x.unit(c.unit), Period: x.in(c.p), Switch: h.periods(r, c), Tools: toolsOf(r), Path: r.URL.Path,
		UnitKey: x.code(c.unit), Text: c.p.String(), Empty: h.nothing(c, reader)}
	spans := spansOf(x.tree, c.unit)
	if len(spans) == 0 || v.Empty != nil {
		if v.Empty == nil {
			v.Empty = &emptyView{Title: x.Text("没有可对比的单位"), Text: x.say("%s在 %s 没有下级单位；请换一个单位或期间。", v.Unit, v.Period)}
		}
		return comparePage().RenderStatus(w, r, c.status(), "对比排名", v)
	}
	span := spans[0]
	for _, s := range spans {
		if s.Key == q.Get("level") {
			span = s
		}
	}
	v.Fair = fairSwitch(r)
	for _, s := range spans {
		v.Levels = append(v.Levels, option{s.Key, x.Text(s.Label), s.Key == span.Key})
	}
	heads := h.s.Heads()
	codes := h.chosen(q["code"], heads)
	rows, err := h.s.Marks(r.Context(), reader, codes, span.Units, c.p, x.Lang)
	if err != nil {
		return err
	}
	by := q.Get("by")
	if !slices.Contains(codes, by) {
		by = leading(rows)
	}
	var courses []Passing
	var ranked []Answer
	var fair *fairness
	if len(span.Units) <= mostBars && by != "" {
		if !v.Fair.On {
			if courses, err = h.s.Courses(r.Context(), reader, by, span.Units, c.p, x.Lang); err != nil {
				return err
			}
		}
		list, err := h.s.Many(r.Context(), reader, []string{by}, span.Units, c.p)
		if err != nil {
			return err
		}
		ranked = list[0]
	}
	t := x.unitsTable(span.Units, rows, by, courses)
	if v.Fair.On && by != "" {
		list, err := h.s.compared(r.Context(), reader, codes, by, span.Units, c.p)
		if err != nil {
			return err
		}
		x.fairly(&v.Fair, list, by)
		fair = &list[slices.Index(codes, by)]
		x.withChance(t, fair)
	}
	if q.Get("sort") == "" {
		t.SortBy("rank", false)
	}
	if done, err := web.SendTable(w, r, x.say("%s %s 对比", v.Unit, c.p), t); done || err != nil {
		return err
	}
	g := web.NewGrid(r, t)
	v.Grid, v.Chosen, v.Whole = &g, len(codes), len(codes) <= mostChildColumns && len(span.Units) <= mostBars
	if v.Fair.Funnel != nil && len(codes) > 2 {
		v.Whole = false // the columns of chance need their room
	}
	v.Groups = x.groupsOf(heads, codes, h.forceName(x))
	for _, row := range rows {
		v.By = append(v.By, option{row.Code, row.Title, row.Code == by})
		if row.Code == by {
			v.ByName = row.Title
			none := func(Answer) bool { return false }
			v.Bars = x.rankBars(row.Title, ranked, none)
			if fair != nil {
				v.Bars = x.whiskers(v.Bars, fair)
			}
		}
	}
	if onWall(r) {
		v.wall(r, t)
	}
	return comparePage().RenderStatus(w, r, c.status(), "对比排名", v)
}

// fairSwitch reads whether chance is asked for, and gives the address that turns it. It stands in
// the address, so that a kept or sent page is seen alike.
func fairSwitch(r *http.Request) fairView {
	q := r.URL.Query()
	v := fairView{On: q.Get("chance") == "1"}
	q.Del("format")
	if q.Set("chance", "1"); v.On {
		q.Del("chance")
		if slices.Contains(chanceKeys(), q.Get("sort")) {
			q.Del("sort")
			q.Del("dir")
		}
	}
	v.Switch = r.URL.Path
	if s := q.Encode(); s != "" {
		v.Switch += "?" + s
	}
	return v
}

// wall cuts the comparison into screens: the table, the funnel, then the bars.
func (v *compareView) wall(r *http.Request, t *table.Table) {
	screens := tableScreens(r, t, func(v *compareView, g web.Grid) { v.Grid = &g })
	if fair := v.Fair; fair.Funnel != nil {
		screens = append(screens, func(v *compareView) { v.Fair = fairView{On: true, Funnel: fair.Funnel} })
	}
	if bars := v.Bars; bars != nil {
		screens = append(screens, func(v *compareView) { v.Bars = bars })
	}
	v.Grid, v.Bars, v.Fair = nil, nil, fairView{}
	v.Deck = turnTo(r, v, screens)
}
