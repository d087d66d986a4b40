package actions

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

// The pages, each proved against its view at first use.
var (
	listPage     = sync.OnceValue(func() *web.Page[listView] { return web.MustPage[listView](embedded, "list.html", "tabs.html") })
	dutyPage     = sync.OnceValue(func() *web.Page[dutyView] { return web.MustPage[dutyView](embedded, "duties.html", "tabs.html") })
	slipsPage    = sync.OnceValue(func() *web.Page[slipsView] { return web.MustPage[slipsView](embedded, "slips.html", "tabs.html") })
	minePage     = sync.OnceValue(func() *web.Page[mineView] { return web.MustPage[mineView](embedded, "mine.html") })
	itemPage     = sync.OnceValue(func() *web.Page[itemView] { return web.MustPage[itemView](embedded, "item.html", "deed.html") })
	editPage     = sync.OnceValue(func() *web.Page[editView] { return web.MustPage[editView](embedded, "edit.html") })
	settingsPage = sync.OnceValue(func() *web.Page[settingsView] { return web.MustPage[settingsView](embedded, "settings.html") })
)

func (s *Service) routes() []web.Route {
	list := []web.Route{
		{Pattern: "GET /actions", Rule: ruleRead, Handle: s.getTasks},
		{Pattern: "GET /actions/problems", Rule: ruleRead, Handle: s.getProblems},
		{Pattern: "GET /actions/duties", Rule: ruleRead, Handle: s.getDuties},
		{Pattern: "GET /actions/mine", Rule: ruleMine, Handle: s.getMine},
		{Pattern: "GET /actions/slips", Rule: ruleEvidence, Handle: s.getSlips},
		{Pattern: "GET /actions/new", Rule: rulePropose, Handle: s.getNew},
		{Pattern: "POST /actions", Rule: rulePropose, Handle: s.postNew},
		{Pattern: "GET /actions/settings", Rule: ruleOffice, Handle: s.getSettings},
		{Pattern: "POST /actions/settings", Rule: ruleOffice, Handle: s.postSettings},
		{Pattern: "POST /actions/settings/calendar", Rule: ruleOffice, Handle: s.postCalendar},
		{Pattern: "GET /actions/{id}", Rule: ruleRead, Handle: s.getItem},
		{Pattern: "GET /actions/{id}/edit", Rule: ruleOffice, Handle: s.getEdit},
		{Pattern: "POST /actions/{id}/edit", Rule: ruleOffice, Handle: s.postEdit},
		{Pattern: "GET /actions/{id}/files/{line}/{no}", Rule: ruleEvidence, Handle: s.getFile},
		{Pattern: "GET /actions/{id}/slips/{round}/{level}", Rule: ruleEvidence, Handle: s.getSlip},
		{Pattern: "GET /api/v1/actions", Rule: ruleRead, Handle: s.apiList},
		{Pattern: "GET /api/v1/actions/{id}", Rule: ruleRead, Handle: s.apiItem},
	}
	for _, d := range formOrder() {
		route := web.Route{Pattern: "POST /actions/{id}/" + string(d), Rule: ruleOf(d).Who.permOf(), Handle: func(w http.ResponseWriter, r *http.Request) error { return s.postDeed(w, r, d) }}
		if d == FileFeedback || d == Abandon {
			route.MaxBody = maxForm
		}
		list = append(list, route)
	}
	return list
}

func (s *Service) lens(r *http.Request) lens {
	today := s.units.Today()
	return lens{Lang: web.LangOf(r), unit: s.standingName(web.LangOf(r)), then: s.unitName, code: s.unitCode, key: func(u org.UnitID) string { return today.Pinyin(s.now(u)) },
		exact: func(u, of org.UnitID) bool { return u == of || s.now(u) == of }, names: s.LightNames(r.Context())}
}

func idOf(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, fault.New(fault.Missing, "没有这件事项；请从事项清单进入")
	}
	return id, nil
}

// formOf reads a form, with files or without.
func formOf(r *http.Request) (url.Values, []Upload, error) {
	v, files, err := web.FormFiles(r)
	var list []Upload
	for _, f := range files {
		if f.Field == "file" {
			list = append(list, Upload{Name: f.Name, Content: f.Content})
		}
	}
	return v, list, err
}

// choiceOf reads what a list was asked for. Words that mean nothing are left out.
func (s *Service) choiceOf(r *http.Request) Choice {
	q := r.URL.Query()
	c := Choice{Query: strings.TrimSpace(q.Get("q")), Mine: q.Get("mine") != "", Raised: q.Get("raised") != ""}
	if x := q.Get("scope"); x == "ended" || x == "all" {
		c.Scope = x
	}
	if x := work.State(q.Get("state")); x.Text() != "" {
		c.State = x
		if !x.Open() && c.Scope == "" {
			c.Scope = "all"
		}
	}
	if x := measure.Light(q.Get("light")); lightWord(x) != "" {
		c.Light = x
	}
	if x := work.SourceKind(q.Get("source")); x.Text() != "" {
		c.Source = x
	}
	if x := q.Get("role"); x == "lead" || x == "assist" {
		c.Role = x
	}
	c.Unit, _ = s.unitOf(q.Get("unit"))
	c.Party, _ = s.unitOf(q.Get("party"))
	c.Force, _ = s.unitOf(q.Get("force"))
	return c
}

// Filter gives the part of a choice that the service knows.
func (c Choice) filter() work.Filter { return work.Filter{Unit: c.Unit, Force: c.Force} }

func (s *Service) getTasks(w http.ResponseWriter, r *http.Request) error {
	return s.showList(w, r, "/actions", "任务清单", func(x Settings) string { return x.Tasks }, func(Listed) bool { return true }, taskTable)
}

func (s *Service) getProblems(w http.ResponseWriter, r *http.Request) error {
	return s.showList(w, r, "/actions/problems", "问题清单", func(x Settings) string { return x.Problems }, isProblem, problemTable)
}

func (s *Service) showList(w http.ResponseWriter, r *http.Request, path, title string, own func(Settings) string, is func(Listed) bool, lay func(lens, string, []Listed) *table.Table) error {
	set, err := s.Settings(r.Context())
	if err != nil {
		return err
	}
	a, x, c := web.ActorOf(r), s.lens(r), s.choiceOf(r)
	list, err := s.list(r.Context(), a, c.filter())
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(i Listed) bool { return !is(i) })
	name := x.Text(title)
	if own(set) != "" {
		name = own(set)
	}
	rows := c.take(x, list)
	sortByDay(rows)
	t := lay(x, name, rows)
	if done, err := web.SendTable(w, r, name, t); done || err != nil {
		return err
	}
	wide, q := r.URL.Query().Get("columns") == "all", r.URL.Query()
	if q.Set("columns", "all"); wide {
		q.Del("columns")
	} else {
		t.Keep(mainColumns()...)
	}
	v := listView{Wide: wide, Columns: strings.TrimSuffix(path+"?"+q.Encode(), "?"), Title: name, Path: path, Tiles: tiles(x, path, list, c), Choice: c, Count: len(rows), Any: len(list) > 0, MayNew: a.Can(rulePropose),
		Filtered: c != Choice{}, Grid: web.NewGrid(r, t), Problems: path != "/actions", Role: c.Role, Tabs: listTabs(x, a, set, path)}
	if c.Party != 0 {
		v.Party, v.PartyCode = s.unitName(c.Party), s.unitCode(c.Party)
	}
	v.States = append(v.States, option{Label: x.say("全部状态"), On: c.State == ""})
	for _, st := range []work.State{work.Proposed, work.Assigned, work.Working, work.Answered, work.Verified, work.Closed, work.Abandoned} {
		v.States = append(v.States, option{Value: string(st), Label: x.Text(st.Text()), On: c.State == st})
	}
	v.Lights = append(v.Lights, option{Label: x.say("全部亮灯"), On: c.Light == ""})
	for _, l := range []measure.Light{measure.Red, measure.Yellow, measure.Green, measure.Grey} {
		v.Lights = append(v.Lights, option{Value: string(l), Label: x.light(l), On: c.Light == l})
	}
	v.Sources = append(v.Sources, option{Label: x.say("全部来源"), On: c.Source == ""})
	for _, k := range work.SourceKinds() {
		if path == "/actions" || slices.Contains(problemKinds(), k) {
			v.Sources = append(v.Sources, option{Value: string(k), Label: x.Text(sourceWord(k)), On: c.Source == k})
		}
	}
	for _, o := range [][2]string{{"", "在办"}, {"ended", "已办结"}, {"all", "在办和已办结"}} {
		v.Scopes = append(v.Scopes, option{Value: o[0], Label: x.Text(o[1]), On: c.Scope == o[0]})
	}
	v.Units = append([]option{{Label: x.say("全部单位"), On: c.Unit == 0}}, s.unitOptions(c.Unit, false)...)
	v.Forces = append([]option{{Label: x.say("全部专班"), On: c.Force == 0}}, s.forceOptions(c.Force)...)
	v.XLSX, v.CSV = web.FileLinks(r)
	return listPage().Render(w, r, name, v)
}

// sortByDay puts what is due first on top, and among equals what stands worse.
func sortByDay(list []Listed) {
	slices.SortStableFunc(list, func(a, b Listed) int {
		if a.State.Open() != b.State.Open() {
			if a.State.Open() {
				return -1
			}
			return 1
		}
		if !a.State.Open() {
			return int(b.Ended) - int(a.Ended)
		}
		return int(order(a.Deadline)) - int(order(b.Deadline))
	})
}

// unitOptions lists the units of today that may bear an item: those of the command post, then the
// county's; villages only where they are asked for, indented beneath their township.
func (s *Service) unitOptions(on org.UnitID, villages bool) []option {
	t := s.units.Today()
	var out []option
	for _, k := range []org.TreeKind{org.Functional, org.Territorial} {
		for _, u := range t.Preorder(k) {
			if t.Level(u) == org.LevelVillage && !villages && u != on || t.Kind(u) == org.Province || t.Kind(u) == org.City {
				continue
			}
			label := t.Short(u)
			if t.Level(u) == org.LevelVillage {
				label = "　" + label
			}
			out = append(out, option{Value: t.Code(u), Label: label, On: u == on})
		}
	}
	return out
}

func (s *Service) forceOptions(on org.UnitID) []option {
	t := s.units.Today()
	var out []option
	for _, u := range t.Preorder(org.Functional) {
		if t.Kind(u) == org.TaskForce {
			out = append(out, option{Value: t.Code(u), Label: t.Short(u), On: u == on})
		}
	}
	return out
}

type dutyView struct {
	Tabs      []option
	Title     string
	Grid      web.Grid
	XLSX, CSV string
	Any       bool
	MayNew    bool
}

func (s *Service) getDuties(w http.ResponseWriter, r *http.Request) error {
	set, err := s.Settings(r.Context())
	if err != nil {
		return err
	}
	a, x := web.ActorOf(r), s.lens(r)
	list, err := s.list(r.Context(), a, work.Filter{})
	if err != nil {
		return err
	}
	name := x.say("责任清单")
	if set.Duties != "" {
		name = set.Duties
	}
	tree := s.units.Today()
	units := slices.Concat(tree.Preorder(org.Functional), tree.Preorder(org.Territorial))
	for _, i := range list { // units that ceased to be and have no single successor
		for _, p := range i.Action.Parties {
			if now := s.now(p.Unit); !slices.Contains(units, now) {
				units = append(units, now)
			}
		}
	}
	t := dutyTable(x, name, list, units)
	if done, err := web.SendTable(w, r, name, t); done || err != nil {
		return err
	}
	v := dutyView{Title: name, Grid: web.NewGrid(r, t), Any: len(t.Rows) > 0, MayNew: a.Can(rulePropose), Tabs: listTabs(x, a, set, "/actions/duties")}
	v.XLSX, v.CSV = web.FileLinks(r)
	return dutyPage().Render(w, r, name, v)
}

type slipsView struct {
	Tabs      []option
	Grid      web.Grid
	XLSX, CSV string
	Prefix    string
	MaySet    bool
	NoPrint   bool
}

func (s *Service) getSlips(w http.ResponseWriter, r *http.Request) error {
	a, x := web.ActorOf(r), s.lens(r)
	set, err := s.Settings(r.Context())
	if err != nil {
		return err
	}
	list, items, err := s.Slips(r.Context(), a)
	if err != nil {
		return err
	}
	t := slipTable(x, x.say("督办单"), list, items, s.print != nil)
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	v := slipsView{Grid: web.NewGrid(r, t), Prefix: set.Prefix, MaySet: a.Can(ruleOffice), NoPrint: s.print == nil, Tabs: listTabs(x, a, set, "/actions/slips")}
	v.XLSX, v.CSV = web.FileLinks(r)
	return slipsPage().Render(w, r, "督办单", v)
}

func (s *Service) getSlip(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	round, _ := strconv.Atoi(r.PathValue("round"))
	level, format := Level(r.PathValue("level")), r.URL.Query().Get("format")
	var b strings.Builder
	if err := s.WriteSlip(r.Context(), web.ActorOf(r), id, round, level, format, &b); err != nil {
		return err
	}
	_, slip, err := s.Slip(r.Context(), web.ActorOf(r), id, round, level)
	if err != nil {
		return err
	}
	media := "application/pdf"
	if format == "docx" {
		media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	}
	web.Attachment(w, slipName(slip, format), media)
	_, err = io.WriteString(w, b.String())
	return err
}

func (s *Service) getFile(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	line, _ := strconv.Atoi(r.PathValue("line"))
	no, _ := strconv.Atoi(r.PathValue("no"))
	f, content, err := s.Evidence(r.Context(), web.ActorOf(r), id, line, no)
	if err != nil {
		return err
	}
	web.Attachment(w, f.Name, f.Media)
	_, err = w.Write(content)
	return err
}

// mineLimit is how many further items of the own units the page of what waits lists.
const mineLimit = 50

func (s *Service) getMine(w http.ResponseWriter, r *http.Request) error {
	a, x := web.ActorOf(r), s.lens(r)
	list, err := s.list(r.Context(), a, work.Filter{Open: true})
	if err != nil {
		return err
	}
	sortByDay(list)
	v := mineView{}
	var own []Listed
	at := map[Deed]int{}
	for _, d := range []Deed{Grant, ApproveLight, Sign, FileFeedback, Verify, Close, Approve} {
		at[d] = len(v.Groups)
		v.Groups = append(v.Groups, waitGroup{Label: x.Text(d.Label())})
	}
	v.Groups[at[Grant]].Label = x.say("决定延期申请")
	for _, i := range list {
		for _, t := range i.Waiting {
			g := &v.Groups[at[t.Deed]]
			g.Rows = append(g.Rows, waitRow(x, i, t))
			v.Count++
		}
		if len(i.Waiting) == 0 && i.Mine && len(own) < mineLimit {
			own = append(own, i)
		}
		if i.Step >= 4 && a.Has(perm.Leader) {
			v.Leader = append(v.Leader, waitRow(x, i, Todo{}))
		}
	}
	v.Groups = slices.DeleteFunc(v.Groups, func(g waitGroup) bool { return len(g.Rows) == 0 })
	for _, i := range own {
		row := waitRow(x, i, Todo{})
		row.State = x.Text(i.State.Text())
		v.Own = append(v.Own, row)
	}
	return minePage().Render(w, r, "待我办理", v)
}

func waitRow(x lens, i Listed, t Todo) waitView {
	v := waitView{No: i.No, Title: i.Title, Path: i.Path, Deadline: dayText(i.Deadline), Why: i.Standing.Why(x.Text), Light: i.Light, LightWord: x.light(i.Light), Urgent: i.Urgent}
	if t.Deed != "" {
		v.Deed = x.Text(t.Deed.Label())
		v.Path += "#" + string(t.Deed)
	}
	if t.Deed == Approve {
		v.Path = i.Path + "/edit"
	}
	u := t.Unit
	if u == 0 {
		u = i.Lead
	}
	v.Unit = x.unit(u)
	return v
}

// day reads a day that was typed; a fault goes to its field.
func day(f *fault.Fields, field, text string) period.Day {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0
	}
	d, err := period.ParseDay(text)
	if err != nil {
		f.Need(false, field, "%s", err)
	}
	return d
}
