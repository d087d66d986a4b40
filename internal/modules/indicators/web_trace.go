package indicators

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/web"
)

// question reads which figure a request asks for.
func (h *pages) question(r *http.Request, c choice) (Question, error) {
	q := Question{Code: r.PathValue("code"), Unit: c.unit, Period: c.p, Pick: r.URL.Query().Get("pick")}
	if s := r.URL.Query().Get("as_of"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 1 {
			return q, fault.New(fault.Invalid, "变更号“%s”应为正整数；请从封账页或历史中选择", s)
		}
		q.AsOf = n
	}
	return q, nil
}

// figureJSON answers with one figure for programs (SEMANTICS §4).
func (h *pages) figureJSON(w http.ResponseWriter, r *http.Request) error {
	c, err := h.choose(r, r.URL.Query().Get("unit"))
	if err != nil {
		return err
	}
	if c.sorry != "" {
		return fault.New(fault.Invalid, "%s", c.sorry)
	}
	q, err := h.question(r, c)
	if err != nil {
		return err
	}
	q.Rank = true
	a, err := h.s.Ask(r.Context(), h.readerOf(r), q)
	if err != nil {
		return err
	}
	if _, err := h.preview(r, q, &a); err != nil {
		return err
	}
	f := a.JSON(c.x.code, c.x.Lang)
	f.Text = c.x.text(a)
	return web.WriteJSON(w, http.StatusOK, f)
}

// preview shows the owner of a return the element as handed in, before it is approved; nobody
// else sees anything of it, nor does a figure of the past.
func (h *pages) preview(r *http.Request, q Question, a *Answer) (list []pending, err error) {
	if a.Element == nil || q.AsOf > 0 || onWall(r) {
		return nil, nil
	}
	if list, err = h.s.pendings(r.Context(), h.readerOf(r), q.Unit, q.Period, a.Code); err == nil {
		a.preview(list)
	}
	return list, err
}

// trace opens a figure.
func (h *pages) trace(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Get("format") == "json" {
		return h.figureJSON(w, r)
	}
	c, err := h.choose(r, r.URL.Query().Get("unit"))
	if err != nil {
		return err
	}
	q, err := h.question(r, c)
	if err != nil {
		return err
	}
	t, err := h.s.Trace(r.Context(), h.readerOf(r), q)
	if err != nil {
		return err
	}
	own, err := h.preview(r, q, &t.Answer)
	if err != nil {
		return err
	}
	x, a := c.x, t.Answer
	cells, err := h.ownCells(r, q, &t, x)
	if err != nil {
		return err
	}
	v := traceView{Crumbs: x.crumbs(c.unit), Name: x.title(a), First: true, Unit: x.unit(c.unit), Period: x.in(c.p), Switch: h.periods(r, c), Tools: toolsOf(r),
		Verdict: x.verdict(a), Done: achievement(a), Path: x.figureOf(a), Notes: a.Notes(x.Lang),
		Missing: x.missingLinks(a), Cells: cells, Pending: x.pendingTable(own, c.unit), Too: t.Too, Slots: x.slotLinks(a), Closings: x.closingsTable(t)}
	v.Handed = slices.ContainsFunc(v.Cells, func(c cellCard) bool {
		return slices.ContainsFunc(c.Versions, func(r versionRow) bool { return r.Handed != "" })
	})
	v.JSON = "/api/v1" + v.Path
	v.Value = x.tile(BundleMember{Indicator: a.Code, Claim: Followed}, map[string]Line{a.Code: {Now: a}})
	v.Value.Href = ""
	if q.AsOf > 0 {
		v.AsOf, v.Now = q.AsOf, v.Path
	}
	if v.Chance, err = h.s.Statistics(r.Context(), h.readerOf(r), q, x.Lang); err != nil {
		return err
	}
	v.Trend = x.trendAt(a)
	var change fact
	if q.AsOf == 0 && q.Pick == "" && a.State != measure.Preview {
		if change, err = h.changeOf(r, x, q); err != nil {
			return err
		}
	}
	v.Facts = x.traceFacts(t, change, h.forceName(x))
	if len(t.Ghosts) > 0 {
		names := make([]string, len(t.Ghosts))
		for i, u := range t.Ghosts {
			names[i] = x.unit(u)
		}
		v.Notes = append(v.Notes, x.say("合计含今日已不存在、不能归入任何单位的：%s", strings.Join(names, x.Text("、"))))
	}
	if a.ClosedText != "" {
		v.Closed = x.closedShown(a, a.ClosedText)
	}
	if t.Expr != nil {
		v.Formula = t.Expr.Text(h.s.Names(false))
		if x.Lang == "en" {
			v.Formula = t.Expr.English(h.s.Names(true))
		}
	}
	if a.Trace != nil {
		v.Sentence = a.Trace.Sentence(x.words())
		if v.Tree = x.traceLines(a); len(v.Tree) <= 2 {
			v.Tree = nil // the sentence says it all
		}
		v.Operands = x.operandsTable(a)
	}
	if slices.ContainsFunc(t.Parts, func(p Answer) bool { return !notHere(p.Reason) }) { // not where the units beneath have none
		p := x.partsTable(t.Parts)
		if done, err := web.SendTable(w, r, x.say("%s %s %s", v.Name, v.Unit, c.p), p); done || err != nil {
			return err
		}
		g := web.NewGrid(r, p)
		v.Parts, v.PartsTitle = &g, x.partsTitle(a, t.PartOf, c.p)
	}
	if onWall(r) {
		v.wall(r)
	}
	return tracePage().RenderStatus(w, r, c.status(), v.Name, v)
}

// changeOf tells the change of a figure against a year before and leads to the figure of that year;
// the zero fact where there is nothing to compare with.
func (h *pages) changeOf(r *http.Request, x lens, q Question) (f fact, err error) {
	lines, err := h.s.Lines(r.Context(), h.readerOf(r), []string{q.Code}, q.Unit, q.Period)
	if err != nil || len(lines) == 0 {
		return f, err
	}
	text, _, ok := x.change(lines[0])
	if !ok {
		return f, nil
	}
	base := *lines[0].Base
	return fact{x.Text("比去年同期"), x.both(text, x.say("%s：%s", x.in(base.Period), base.Text(x.Lang))), x.figureOf(base)}, nil
}

// Handed tells who handed in the version of a return that is a source of facts, as far as the
// reader may see it: name and post, and when. What SetReturns joins may have it.
type Handed interface {
	HandedIn(ctx context.Context, reader perm.Actor, source string) (who, at string, ok bool)
}

// ownCells shows the cells behind a figure that its unit reports itself: of an element its own, of
// an indicator those of its operands, each as the reader may see it.
func (h *pages) ownCells(r *http.Request, q Question, t *Traced, x lens) ([]cellCard, error) {
	reader := h.readerOf(r)
	list, kinds := t.Cells, 0
	if !onWall(r) {
		for _, step := range x.ownSteps(t.Answer, h.s.levelOf) {
			step.AsOf = q.AsOf
			one, err := h.s.Trace(r.Context(), reader, step)
			if err != nil {
				return nil, err
			}
			t.Too = max(t.Too, one.Too)
			if len(one.Cells) > 0 {
				kinds++
				list = append(list, one.Cells...)
			}
		}
	}
	known := map[string]string{}
	from, _ := h.s.returns.(Handed)
	return x.cellCards(list, kinds > 0, func(source string) string {
		if from == nil {
			return ""
		}
		said, asked := known[source]
		if !asked {
			if who, at, ok := from.HandedIn(r.Context(), reader, source); ok {
				said = x.both(who, instant(at))
			}
			known[source] = said
		}
		return said
	}), nil
}

// levelOf gives the level at which an element is reported.
func (s *Service) levelOf(code string) (org.Level, bool) {
	e, ok := s.Element(code)
	return e.Level, ok
}

// wall cuts the page into screens: the figure with its explanation, then the units.
func (v *traceView) wall(r *http.Request) {
	parts := v.Parts
	screens := []func(*traceView){func(v *traceView) { v.First = true }}
	if parts != nil {
		screens = append(screens, tableScreens(r, parts.Table, func(v *traceView, g web.Grid) { v.Parts = &g })...)
	}
	v.First, v.Parts, v.Operands, v.Missing, v.Pending, v.Cells, v.Too, v.Slots, v.Closings = false, nil, nil, nil, nil, nil, 0, nil, nil
	v.Deck = turnTo(r, v, screens)
}
