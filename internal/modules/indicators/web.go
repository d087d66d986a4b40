package indicators

import (
	"net/http"
	"net/url"
	"sync/atomic"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/web"
)

// pages are the handlers of this module.
type pages struct {
	s   *Service
	geo atomic.Pointer[shapes]
}

// shapes is the boundary file, read once until another is uploaded.
type shapes struct {
	body []byte
	geo  *chart.Geo
}

func (h *pages) routes() []web.Route {
	read := func(pattern string, f web.Handler) web.Route {
		return web.Route{Pattern: "GET " + pattern, Rule: ruleRead, Handle: byBoundaries(f), Static: true}
	}
	see := func(pattern string, f web.Handler) web.Route {
		return web.Route{Pattern: "GET " + pattern, Rule: ruleRead, Handle: f}
	}
	edit := func(pattern string, f web.Handler) web.Route {
		return web.Route{Pattern: pattern, Rule: ruleDefine, Handle: f}
	}
	upload := edit("POST /definitions/import", h.postImport)
	upload.MaxBody = 16 << 20
	return []web.Route{
		read("/{$}", h.front),
		read("/units/{code}", h.unit),
		read("/indicators", h.catalogue),
		read("/indicators/{code}", h.indicator),
		read("/compare", h.compare),
		read("/figures/{code}", h.trace),
		read("/trend/{code}", h.trend),
		read("/api/v1/figures/{code}", h.figureJSON),
		see("/help/formula", h.help),
		see("/definitions", h.list),
		see("/definitions/{code}", h.show),
		see("/definitions/bundles", h.bundles),
		see("/definitions/export/{kind}", h.export),
		see("/definitions/starts", h.starts),
		see("/definitions/starts/{id}", h.start),
		edit("POST /definitions/starts", h.postStart),
		edit("POST /definitions/starts/{id}", h.postStart),
		edit("POST /definitions/starts/{id}/end", h.postEndStart),
		edit("GET /definitions/new", h.edit),
		edit("POST /definitions/new", h.postEdit),
		edit("GET /definitions/edit/{code}", h.edit),
		edit("POST /definitions/edit/{code}", h.postEdit),
		edit("POST /definitions/targets/{code}", h.postTarget),
		edit("POST /definitions/targets/{code}/{id}", h.postEndTarget),
		edit("GET /definitions/bundles/new", h.editBundle),
		edit("GET /definitions/bundles/{code}", h.editBundle),
		edit("POST /definitions/bundles/{code}", h.postBundle),
		edit("GET /definitions/import", h.importForm),
		upload,
	}
}

// A choice is what every page of figures is asked: which unit, which period.
type choice struct {
	unit  org.UnitID
	p     period.Period
	typed string     // the period as typed, where it cannot be read
	sorry string     // why it cannot
	last  period.Day // last day with data
	x     lens
}

// choose reads unit and period of a request. A period that cannot be read shows the default one
// with the sentence beside the field; a unit that is not known is Missing.
func (h *pages) choose(r *http.Request, unitText string) (c choice, err error) {
	reader, l := h.readerOf(r), web.LangOf(r)
	root := h.s.units.Today().Root(org.Territorial)
	if c.last, err = h.s.LatestData(r.Context(), reader, root); err != nil {
		return c, err
	}
	c.typed = r.URL.Query().Get("period")
	if c.typed != "" {
		if c.p, err = period.Parse(c.typed); err != nil {
			c.sorry = fault.Say(err, l.Text)
		}
	}
	if c.p.IsZero() {
		c.p = defaultPeriod(c.last, h.s.today(), h.s.hasYear)
	}
	reg := h.s.units.Register()
	seen := boundariesOf(r.Context())
	c.x = lens{Lang: l, reg: reg, tree: h.s.TreeOf(seen, c.p.Last()), p: c.p, name: h.s.Names(l == "en"), by: reader, seen: seen, file: asFile(r)}
	if r.URL.Query().Get("as_of") == "" && seen == OfTheTime {
		c.x.why = &whys{s: h.s, today: h.s.today(), by: reader}
	}
	on := c.p.Last()
	if seen == OfToday {
		on = h.s.today()
	}
	if c.unit, err = h.find(reg, unitText, on, root); err != nil {
		return c, err
	}
	return c, nil
}

// find reads a unit; a code of a unit that does not live on the day is found too, so that its page
// can say so.
func (h *pages) find(reg *org.Register, text string, on period.Day, root org.UnitID) (org.UnitID, error) {
	if text == "" {
		if u := reg.On(on).Root(org.Territorial); u != 0 {
			return u, nil
		}
		return root, nil
	}
	u, err := reg.Find(text, on)
	if err == nil {
		return u, nil
	}
	if u, ok := reg.ByCode(text); ok {
		return u, nil
	}
	return 0, err
}

// status of a page: 422 where the period could not be read.
func (c choice) status() int {
	if c.sorry != "" {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// periods builds the period switch of a page.
func (h *pages) periods(r *http.Request, c choice) switchView {
	v := newSwitch(c.x.Lang, r.URL.Path, r.URL.Query(), c.p, c.typed, c.sorry, c.last, h.s.today())
	v.By = h.switchBy(r, c)
	return v
}

// toolsOf gives the addresses of downloads and of the meeting-room view.
func toolsOf(r *http.Request) tools {
	t := tools{}
	t.XLSX, t.CSV = web.FileLinks(r)
	q := r.URL.Query()
	q.Del("page")
	q.Set("screen", "1")
	t.Screen = r.URL.Path + "?" + q.Encode()
	q.Del("screen")
	t.Plain = r.URL.Path
	if s := q.Encode(); s != "" {
		t.Plain += "?" + s
	}
	return t
}

// exact tells whether a table is asked for as JSON, which carries exact values.
func exact(r *http.Request) bool { return r.URL.Query().Get("format") == "json" }

// asFile tells whether a table is asked for as a file.
func asFile(r *http.Request) bool { return r.URL.Query().Get("format") != "" }

// boundaries gives the shapes of the units, nil without a boundary file or with one that cannot
// be drawn.
func (h *pages) boundaries() *chart.Geo {
	body := h.s.units.Geo()
	if len(body) == 0 {
		return nil
	}
	if k := h.geo.Load(); k != nil && len(k.body) == len(body) && &k.body[0] == &body[0] {
		return k.geo
	}
	g, err := chart.ParseGeo(body, "code")
	if err != nil {
		g = nil
	}
	h.geo.Store(&shapes{body, g})
	return g
}

// forceName gives a function that names task forces.
func (h *pages) forceName(x lens) func(code string) string {
	today := h.s.units.Today()
	return func(code string) string {
		if code == "" {
			return ""
		}
		if u, ok := x.reg.ByCode(code); ok {
			if s := today.Name(u); s != "" {
				return s
			}
			return x.unit(u)
		}
		return code
	}
}

// keepBut gives the parts of an address that a small form must carry on, without those it sets.
func keepBut(r *http.Request, without ...string) []pair {
	var out []pair
	q := r.URL.Query()
	for _, w := range append(without, "format") {
		q.Del(w)
	}
	for _, k := range sortedKeys(q) {
		for _, v := range q[k] {
			out = append(out, pair{k, v})
		}
	}
	return out
}

func sortedKeys(q url.Values) []string {
	keys := make([]string, 0, len(q))
	for k := range q {
		keys = append(keys, k)
	}
	for i := 1; i < len(keys); i++ {
		for j := i; j > 0 && keys[j] < keys[j-1]; j-- {
			keys[j], keys[j-1] = keys[j-1], keys[j]
		}
	}
	return keys
}

// noUnits says what to do in an office without units, noData in one without facts.
func (h *pages) nothing(c choice, reader perm.Actor) *emptyView {
	x := c.x
	switch {
	case c.unit == 0:
		return &emptyView{Title: x.Text("还没有单位"), Text: x.Text("请先导入行政区划和职能单位，再定义数据项和指标。"),
			Links: []link{{Text: x.Text("去单位页"), Path: "/admin/units"}}}
	case len(h.s.Codes()) == 0:
		e := &emptyView{Title: x.Text("还没有指标"), Text: x.Text("指标由禁毒办定义：写出公式，或从文件导入。")}
		if MayDefine(reader) {
			e.Links = []link{{Text: x.Text("新建指标"), Path: "/definitions/new"}, {Text: x.Text("从文件导入"), Path: "/definitions/import"}}
		}
		return e
	case c.last.IsZero():
		return &emptyView{Title: x.Text("还没有数据"), Text: x.Text("报表批准后，数字立刻出现在这里；也可以由禁毒办导入以往的数据。"),
			Links: []link{{Text: x.Text("去报表页"), Path: "/returns"}}}
	}
	return nil
}

// readerOf tells who reads a page of figures. What stands on a wall is read by everybody, so the
// meeting-room view withholds small counts from all, whoever opened it.
func (h *pages) readerOf(r *http.Request) perm.Actor {
	a := web.ActorOf(r)
	if r.URL.Query().Get("screen") == "1" {
		a.Posts = []perm.Post{{Role: perm.Reader, Unit: h.s.units.Today().Root(org.Territorial)}}
	}
	return a
}
