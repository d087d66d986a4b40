package indicators

import (
	"net/http"
	"strconv"

	"kaiyang/internal/core/fault"
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
	return web.WriteJSON(w, http.StatusOK, a.JSON(c.x.code, c.x.Lang))
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
	x, a := c.x, t.Answer
	v := traceView{Crumbs: x.crumbs(c.unit), Name: a.Title(x.Lang), Unit: x.unit(c.unit), Period: x.in(c.p), Switch: h.periods(r, c), Tools: toolsOf(r),
		Verdict: x.verdict(a), Done: achievement(a), Facts: x.traceFacts(t, h.forceName(x)), Path: x.figureOf(a), Notes: a.Notes(x.Lang),
		Missing: x.missingLinks(a), Cells: x.cellCards(t.Cells), Too: t.Too, Slots: x.slotLinks(a), Closings: x.closingsTable(t)}
	v.JSON = "/api/v1" + v.Path
	v.Value = x.tile(BundleMember{Indicator: a.Code, Claim: Followed}, map[string]Line{a.Code: {Now: a}})
	v.Value.Href = ""
	if q.AsOf > 0 {
		v.AsOf, v.Now = q.AsOf, v.Path
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
		if v.Tree = x.traceLines(a); len(v.Tree) == 1 {
			v.Tree = nil // the sentence says it all
		}
		v.Operands = x.operandsTable(a)
	}
	if len(t.Parts) > 0 {
		p := x.partsTable(t.Parts)
		if done, err := web.SendTable(w, r, x.say("%s %s %s", v.Name, v.Unit, c.p), p); done || err != nil {
			return err
		}
		g := web.NewGrid(r, p)
		v.Parts, v.PartsTitle = &g, x.partsTitle(a, t.PartOf, c.p)
	}
	return tracePage().RenderStatus(w, r, c.status(), v.Name, v)
}
