package indicators

import (
	"net/http"
	"net/url"
	"slices"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

// front shows the dashboard of a unit. It opens on the unit of a post that reports, for all others
// on the county.
func (h *pages) front(w http.ResponseWriter, r *http.Request) error {
	unit := r.URL.Query().Get("unit")
	if unit == "" {
		unit = h.home(web.ActorOf(r))
	}
	c, err := h.choose(r, unit)
	if err != nil {
		return err
	}
	if u, ok := c.x.reg.Unit(c.unit); ok && u.Kind.Tree() == org.Functional {
		return h.unitPage(w, r, c)
	}
	x, reader := c.x, h.readerOf(r)
	v := frontView{Period: x.in(c.p), Tools: toolsOf(r), Switch: h.periods(r, c), Empty: h.nothing(c, reader)}
	if c.unit == 0 {
		return frontPage().RenderStatus(w, r, c.status(), "首页看板", v)
	}
	v.Name, v.Crumbs = x.unit(c.unit), x.crumbs(c.unit)
	lines, err := h.s.Lines(r.Context(), reader, h.s.Codes(), c.unit, c.p)
	if err != nil {
		return err
	}
	shown, _ := quietLines(lines, h.s.above(x.tree, c.unit))
	beneath := x.tree.Parent(c.unit) != 0
	if beneath {
		v.County = "/?unit=" + x.code(x.tree.Root(org.Territorial)) + "&period=" + c.p.String() + x.kept()
	} else {
		shown = lines
	}
	var t *table.Table
	v.Groups, t = x.figureGroups(r, shown, h.forceName(x), exact(r))
	if done, err := web.SendTable(w, withoutSort(r), x.say("%s %s 指标", v.Name, c.p), t); done || err != nil {
		return err
	}
	v.Lights, v.Waits = lightCounts(x.Lang, lines), x.waits(shown)
	byCode := map[string]Line{}
	for _, l := range lines {
		byCode[l.Now.Code] = l
	}
	x.task = h.s.tasksOf(r.Context(), web.ActorOf(r), h.s.Front(), x.Text)
	v.Bundles = x.bundleCards(h.s.Front(), byCode, beneath)
	if err := h.headlines(r, c, v.Bundles); err != nil {
		return err
	}
	if v.Map, err = h.mapOf(r, c, lines); err != nil {
		return err
	}
	if onWall(r) {
		v.wall(r, t)
	}
	return frontPage().RenderStatus(w, r, c.status(), "首页看板", v)
}

// wall cuts the dashboard into screens: the bundles, the map, all figures.
func (v *frontView) wall(r *http.Request, t *table.Table) {
	var screens []func(*frontView)
	for _, list := range bundleScreens(v.Bundles) {
		screens = append(screens, func(v *frontView) { v.Bundles = list })
	}
	if m := v.Map; m != nil {
		screens = append(screens, func(v *frontView) { v.Map = m })
	}
	screens = append(screens, tableScreens(withoutSort(r), t, func(v *frontView, g web.Grid) { v.Wall = &g })...)
	v.Bundles, v.Map, v.Groups = nil, nil, nil
	v.Deck = turnTo(r, v, screens)
}

// home gives the code of the unit whose dashboard a person starts on: that of the post, for those
// who report for a unit or work in one; empty for those who look after the county.
func (h *pages) home(by perm.Actor) string {
	if by.Has(perm.Leader, perm.Office, perm.Member, perm.Reader) {
		return ""
	}
	today := h.s.units.Today()
	for _, p := range by.Posts {
		if (p.Role == perm.Reporter || p.Role == perm.Worker) && today.Has(p.Unit) && p.Unit != today.Root(org.Territorial) {
			return today.Code(p.Unit)
		}
	}
	return ""
}

func hasRanks(lines []Line) bool {
	return slices.ContainsFunc(lines, func(l Line) bool { return l.Now.Rank != nil })
}

// mapOf colours the units beneath by the chosen indicator, or by the first that has a target and
// a value.
func (h *pages) mapOf(r *http.Request, c choice, lines []Line) (*mapCard, error) {
	x := c.x
	if !x.tree.Has(c.unit) {
		return nil, nil
	}
	kids := slices.DeleteFunc(slices.Clone(x.tree.Children(c.unit)), func(u org.UnitID) bool { return x.tree.Level(u) == org.LevelFunctional })
	if len(kids) < 2 {
		return nil, nil
	}
	code := r.URL.Query().Get("map")
	if !slices.ContainsFunc(lines, func(l Line) bool { return l.Now.Code == code }) {
		code = ""
	}
	m := &mapCard{Path: r.URL.Path, Keep: keepBut(r, "map", "page")}
	var judged, others []string
	for _, l := range lines {
		if asksNothing(l.Now.Reason) {
			continue
		}
		if l.Now.Target != nil && l.Now.Printed != nil {
			judged = append(judged, l.Now.Code)
		} else {
			others = append(others, l.Now.Code)
		}
		m.Choices = append(m.Choices, option{Value: l.Now.Code, Label: l.Now.Title(x.Lang)})
	}
	for _, next := range append(judged, others...) {
		if code != "" {
			break
		}
		rows, err := h.s.Marks(r.Context(), h.readerOf(r), []string{next}, kids, c.p, x.Lang)
		if err != nil {
			return nil, err
		}
		if telling(rows[0]) {
			code = next
		}
	}
	if code == "" && len(m.Choices) > 0 {
		code = append(judged, others...)[0]
	}
	if code == "" {
		return nil, nil
	}
	for i := range m.Choices {
		m.Choices[i].On = m.Choices[i].Value == code
	}
	rows, err := h.s.Many(r.Context(), h.readerOf(r), []string{code}, kids, c.p)
	if err != nil {
		return nil, err
	}
	m.Title = rows[0][0].Title(x.Lang)
	geo := h.boundaries()
	m.Chart = x.newMap(rows[0], m.Title, geo)
	m.Note = x.Text("示意图：按区划代码排列，不表示实际位置和边界。")
	if geo != nil {
		m.Note = x.Text("示意图：边界由用户上传，仅供内部使用。")
	}
	return m, nil
}

// telling tells whether a figure is shown for at least half of the units: one that is missing or
// withheld for most of them says nothing about them.
func telling(row MarkRow) bool {
	shown := 0
	for i := range row.Marks {
		if !row.Marks[i].None {
			shown++
		}
	}
	return 2*shown >= len(row.Marks) && shown > 0
}

// leading gives the code that units are ranked by before anybody chose: the first that is telling,
// else the first.
func leading(rows []MarkRow) string {
	for _, r := range rows {
		if telling(r) {
			return r.Code
		}
	}
	if len(rows) > 0 {
		return rows[0].Code
	}
	return ""
}

// unit shows a township, a village, a task force or a department.
func (h *pages) unit(w http.ResponseWriter, r *http.Request) error {
	c, err := h.choose(r, r.PathValue("code"))
	if err != nil {
		return err
	}
	return h.unitPage(w, r, c)
}

func (h *pages) unitPage(w http.ResponseWriter, r *http.Request, c choice) error {
	x := c.x
	v := unitView{Crumbs: x.crumbs(c.unit), Name: x.unit(c.unit), Code: x.code(c.unit), Period: x.in(c.p), Switch: h.periods(r, c), Tools: toolsOf(r),
		Empty: h.nothing(c, web.ActorOf(r)), Neighbours: x.neighbours(c.unit)}
	if u, ok := x.reg.Unit(c.unit); ok {
		v.Kind = x.Text(u.Kind.Text())
		if !x.tree.Has(c.unit) {
			v.Gone = x.say("%s在 %s 不存在；请换一个期间。", v.Name, x.in(c.p))
			if x.seen == OfToday {
				v.Gone = x.say("%s今日已不存在；请按当时区划查看，或查看承接它的单位。", v.Name)
			}
			if len(v.Crumbs) == 0 {
				v.Crumbs = []crumb{{v.Name, ""}}
			}
			return unitPage().RenderStatus(w, r, c.status(), v.Name, v)
		}
		if u.Kind.Tree() == org.Functional {
			return h.functional(w, r, c, v)
		}
	}
	lines, err := h.s.Lines(r.Context(), h.readerOf(r), h.s.Codes(), c.unit, c.p)
	if err != nil {
		return err
	}
	shown, quiet := quietLines(lines, h.s.above(x.tree, c.unit))
	t := x.figuresTable(shown, hasRanks(shown), exact(r))
	if done, err := web.SendTable(w, r, x.say("%s %s 指标", v.Name, c.p), t); done || err != nil {
		return err
	}
	g := web.NewGrid(r, t)
	v.Grid, v.Lights, v.Quiet = &g, lightCounts(x.Lang, shown), x.quietText(quiet)
	v.Best, v.Worst = x.standings(shown, 3)
	v.Waits = x.waits(shown)
	if !onWall(r) {
		own, err := h.s.pendings(r.Context(), h.readerOf(r), c.unit, c.p, "")
		if err != nil {
			return err
		}
		v.Pending = x.pendingTable(own, c.unit)
	}
	kids, err := h.children(r, c, lines)
	if err != nil {
		return err
	}
	v.Children = kids
	if onWall(r) {
		v.wall(r, t)
	}
	return unitPage().RenderStatus(w, r, c.status(), v.Name, v)
}

// wall cuts the page into screens: its own figures, then those of the units beneath.
func (v *unitView) wall(r *http.Request, t *table.Table) {
	screens := tableScreens(r, t, func(v *unitView, g web.Grid) { v.Grid = &g })
	if card := v.Children; card != nil {
		screens = append(screens, tableScreens(r, card.Grid.Table, func(v *unitView, g web.Grid) {
			part := *card
			part.Grid = g
			v.Children = &part
		})...)
	}
	v.Grid, v.Children, v.Best, v.Worst, v.Quiet = nil, nil, nil, nil, ""
	v.Deck = turnTo(r, v, screens)
}

// mostChildColumns is how many indicators the table of the units beneath shows by itself.
const mostChildColumns = 6

// children builds the table of the units beneath for the indicators they have figures of.
func (h *pages) children(r *http.Request, c choice, lines []Line) (*childrenCard, error) {
	x := c.x
	kids := x.tree.Children(c.unit)
	if len(kids) == 0 {
		return nil, nil
	}
	var rows []MarkRow
	for _, targeted := range []bool{true, false} {
		for _, l := range lines {
			if len(rows) == mostChildColumns || (l.Now.Target != nil) != targeted || asksNothing(l.Now.Reason) {
				continue
			}
			list, err := h.s.Marks(r.Context(), h.readerOf(r), []string{l.Now.Code}, kids, c.p, x.Lang)
			if err != nil {
				return nil, err
			}
			if slices.ContainsFunc(list[0].Marks, func(m Mark) bool { return !m.None || m.Withheld }) {
				rows = append(rows, list[0])
			}
		}
	}
	if len(rows) == 0 {
		return nil, nil
	}
	card := &childrenCard{Title: x.say("%s的下级单位", x.unit(c.unit)), More: "/compare?unit=" + x.code(c.unit) + "&period=" + c.p.String() + x.kept()}
	card.Grid = web.NewGrid(r, x.unitsTable(kids, rows, "", nil))
	return card, nil
}

// functional shows a unit of the functional tree: of a task force its indicators for the whole
// county, of every unit what it reports itself.
func (h *pages) functional(w http.ResponseWriter, r *http.Request, c choice, v unitView) error {
	x, reader := c.x, h.readerOf(r)
	var mine, own []string
	for _, d := range h.s.Heads() {
		if d.Force == v.Code && !d.Element {
			mine = append(mine, d.Code)
		}
		if !d.Element {
			continue
		}
		if e, ok := h.s.Element(d.Code); ok && e.Level == org.LevelFunctional {
			own = append(own, d.Code)
		} else if d.Force == v.Code {
			mine = append(mine, d.Code)
		}
	}
	root := x.tree.Root(org.Territorial)
	lines, err := h.s.Lines(r.Context(), reader, mine, root, c.p)
	if err != nil {
		return err
	}
	theirs, err := h.s.Lines(r.Context(), reader, own, c.unit, c.p)
	if err != nil {
		return err
	}
	for _, l := range theirs {
		if l.Now.Printed != nil || l.Now.Withheld {
			lines = append(lines, l)
		}
	}
	t := x.figuresTable(lines, false, exact(r))
	t.Empty = x.Text("没有归这个单位负责或填报的指标")
	for i, l := range lines {
		if l.Now.Element != nil { // it may have the name of an indicator
			t.Rows[i].Cells[0].Note = x.Text("数据项")
		}
	}
	if done, err := web.SendTable(w, r, x.say("%s %s 指标", v.Name, c.p), t); done || err != nil {
		return err
	}
	g := web.NewGrid(r, t)
	v.Grid, v.Lights = &g, lightCounts(x.Lang, lines)
	for _, u := range x.tree.Children(c.unit) {
		v.Beneath = append(v.Beneath, link{Text: x.unit(u), Path: x.unitAt(u)})
	}
	if onWall(r) {
		v.wall(r, t)
	}
	return unitPage().RenderStatus(w, r, c.status(), v.Name, v)
}

// catalogue lists all indicators, or all elements, with their values.
func (h *pages) catalogue(w http.ResponseWriter, r *http.Request) error {
	c, err := h.choose(r, r.URL.Query().Get("unit"))
	if err != nil {
		return err
	}
	x := c.x
	elements := r.URL.Query().Get("show") == "elements"
	v := catalogueView{Crumbs: x.crumbs(c.unit), Unit: x.unit(c.unit), Period: x.in(c.p), Switch: h.periods(r, c), Tools: toolsOf(r), Elements: elements,
		Empty: h.nothing(c, web.ActorOf(r))}
	at := "/indicators?unit=" + x.code(c.unit) + "&period=" + c.p.String() + x.kept()
	v.Tabs = []link{{x.Text("指标"), at, !elements}, {x.Text("数据项"), at + "&show=elements", elements}}
	var codes []string
	for _, d := range h.s.Heads() {
		if d.Element == elements {
			codes = append(codes, d.Code)
		}
	}
	if c.unit == 0 {
		codes = nil
	}
	lines, err := h.s.Lines(r.Context(), h.readerOf(r), codes, c.unit, c.p)
	if err != nil {
		return err
	}
	t := x.figuresTable(lines, hasRanks(lines), exact(r))
	if done, err := web.SendTable(w, r, x.say("%s %s 指标", v.Unit, c.p), t); done || err != nil {
		return err
	}
	v.Grid = web.NewGrid(r, t)
	if onWall(r) {
		v.Deck = turnTo(r, &v, tableScreens(r, t, func(v *catalogueView, g web.Grid) { v.Grid = g }))
	}
	return cataloguePage().RenderStatus(w, r, c.status(), "指标目录", v)
}

// indicator shows one indicator or element: its value, meaning, course, ranking and history.
func (h *pages) indicator(w http.ResponseWriter, r *http.Request) error {
	c, err := h.choose(r, r.URL.Query().Get("unit"))
	if err != nil {
		return err
	}
	x, reader, code := c.x, h.readerOf(r), r.PathValue("code")
	lines, err := h.s.Lines(r.Context(), reader, []string{code}, c.unit, c.p)
	if err != nil {
		return err
	}
	l := lines[0]
	a := l.Now
	v := indicatorView{Code: a.Code, Name: a.Title(x.Lang), Crumbs: x.crumbs(c.unit), Unit: x.unit(c.unit), Period: x.in(c.p), Switch: h.periods(r, c), Tools: toolsOf(r)}
	v.Now = x.tile(BundleMember{Indicator: a.Code, Claim: Followed}, map[string]Line{a.Code: {Now: a}})
	var units []org.UnitID
	if list := spansOf(x.tree, c.unit); len(list) > 0 {
		units = list[0].Units
	}
	if len(units) > 0 && (a.Element == nil || a.Element.Kind != measure.Point) {
		rows, err := h.s.Many(r.Context(), reader, []string{code}, units, c.p)
		if err != nil {
			return err
		}
		t := x.rankTable(rows[0], exact(r))
		if done, err := web.SendTable(w, r, x.say("%s %s 各单位", v.Name, c.p), t); done || err != nil {
			return err
		}
		if slices.ContainsFunc(rows[0], func(a Answer) bool { return a.Printed != nil || a.Withheld }) {
			g := web.NewGrid(r, t)
			v.Grid = &g
			if len(units) > 1 && len(units) <= mostBars {
				v.Compare = "/compare?unit=" + url.QueryEscape(x.code(c.unit)) + "&period=" + c.p.String() + x.kept() + "&code=" + url.QueryEscape(code) + "&chance=1"
			}
		}
		own := func(b Answer) bool { return b.Unit == c.unit }
		v.Bars = x.rankBars(x.say("%s：各单位", v.Name), rows[0], own)
	}
	v.Line, v.First, v.Trend = x.courseChart(v.Name, l.Trend), true, x.trendAt(a)
	if v.Chance, err = h.s.Statistics(r.Context(), reader, Question{Code: code, Unit: c.unit, Period: c.p}, x.Lang); err != nil {
		return err
	}
	if err := h.meaning(r, c, &v, a); err != nil {
		return err
	}
	if onWall(r) {
		v.wall(r)
	}
	return indicatorPage().RenderStatus(w, r, c.status(), v.Name, v)
}

// wall cuts the page into screens: value and course, the ranking, the units.
func (v *indicatorView) wall(r *http.Request) {
	bars, grid := v.Bars, v.Grid
	screens := []func(*indicatorView){func(v *indicatorView) { v.First = true }}
	if bars != nil {
		screens = append(screens, func(v *indicatorView) { v.Bars = bars })
	}
	if grid != nil {
		screens = append(screens, tableScreens(r, grid.Table, func(v *indicatorView, g web.Grid) { v.Grid = &g })...)
	}
	v.First, v.Bars, v.Grid, v.Targets, v.Versions = false, nil, nil, nil, nil
	v.Deck = turnTo(r, v, screens)
}

// meaning adds to an indicator's page what it means: definition, targets and versions.
func (h *pages) meaning(r *http.Request, c choice, v *indicatorView, a Answer) error {
	x, reader := c.x, h.readerOf(r)
	add := func(name, value, path string) {
		if value != "" {
			v.Facts = append(v.Facts, fact{x.Text(name), value, path})
		}
	}
	force := h.forceName(x)
	if e := a.Element; e != nil {
		v.Kind, v.Meaning = x.Text("数据项"), e.Note
		add("类型", x.Text(kindText(e.Kind)), "")
		add("填报层级", x.Text(e.Level.Text()), "")
		add("计量单位", x.Pick(e.Unit, e.UnitEN), "")
		add("责任专班", force(e.Force), "")
		add("依据文件", e.Source, "")
		for _, code := range h.s.Uses(a.Code) {
			v.Users = append(v.Users, link{Text: x.name(code), Path: x.indicatorAt(code, c.unit)})
		}
		return nil
	}
	d, err := h.s.Defined(reader, a.Code)
	if err != nil {
		return err
	}
	v.Kind, v.Meaning, v.Formula = x.Text("指标"), a.Definition.Note, x.formulaIn(d, a.Definition)
	add("方向", x.Text(a.Definition.Direction.Label()), "")
	add("汇总方式", x.Text(rollupText(a.Definition)), "")
	add("责任专班", force(d.Force), "")
	add("定义版本", x.say("第 %d 版，%s 起施行", a.Definition.Version, a.Definition.From), "/definitions/"+a.Code)
	add("依据文件", a.Definition.Source, "")
	for _, u := range d.Users {
		v.Users = append(v.Users, link{Text: x.Pick(u.Name, u.NameEN), Path: x.indicatorAt(u.Code, c.unit)})
	}
	if len(d.Targets) > 0 {
		v.Targets = x.targetsTable(d.Targets, a.Definition)
	}
	v.Versions = x.versionsTable(d)
	if MayDefine(reader) {
		v.Edit = "/definitions/edit/" + a.Code
	}
	return nil
}

// mostBars is how many units a bar chart and a column of small lines are legible for.
const mostBars = 40

// chosen gives the codes asked for that exist, or those of the front page.
func (h *pages) chosen(asked []string, heads []Head) []string {
	known := map[string]bool{}
	for _, d := range heads {
		known[d.Code] = d.Filled
	}
	var out []string
	add := func(code string) {
		if known[code] && !slices.Contains(out, code) && len(out) < mostCodes {
			out = append(out, code)
		}
	}
	for _, code := range asked {
		add(code)
	}
	if len(out) > 0 {
		return out
	}
	for _, b := range h.s.Front() {
		for _, m := range b.Members {
			if len(out) < mostChildColumns {
				add(m.Indicator)
			}
		}
	}
	for _, d := range heads {
		if len(out) < 4 {
			add(d.Code)
		}
	}
	return out
}
