package returns

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

var (
	minePage = sync.OnceValue(func() *web.Page[mineView] { return web.MustPage[mineView](embedded, "list.html") })
	ratePage = sync.OnceValue(func() *web.Page[rateView] { return web.MustPage[rateView](embedded, "rate.html") })
)

func (s *Service) openRows(list []Standing) []openRow {
	today, cal := s.today(), s.units.Calendar()
	out := make([]openRow, len(list))
	for i, st := range list {
		x := openRow{Standing: st, Unit: s.name(st.Return.Place.Unit, st.Return.Place.Period.Last()), Code: s.code(st.Return.Place.Unit)}
		x.All, x.Fresh = s.Burdened(st)
		x.Light, _ = st.Light(today, cal)
		out[i] = x
	}
	return out
}

func oneUnit(lists ...[]Standing) bool {
	seen := map[org.UnitID]bool{}
	for _, list := range lists {
		for _, st := range list {
			seen[st.Return.Place.Unit] = true
		}
	}
	return len(seen) <= 1
}

func (s *Service) getMine(w http.ResponseWriter, r *http.Request) error {
	a, l, today := web.ActorOf(r), web.LangOf(r), s.today()
	open, others, err := s.Mine(a, 60)
	if err != nil {
		return err
	}
	one := oneUnit(open, others)
	rows := s.openRows(open)
	t := mineTable(l, "open", "", words.T(l, "现在没有要填的表。"), rows, today, one)
	if done, err := web.SendTable(w, r, words.T(l, "我的报送"), t); done {
		return err
	}
	v := mineView{Count: len(open), Fills: a.Can(ruleFill), Open: web.NewGrid(r, t), Others0: len(others) > 0, HasForms: len(s.Forms()) > 0, MayEdit: a.Can(ruleForms)}
	v.Others = web.NewGrid(r, mineTable(l, "others", "", "", s.openRows(others), today, one))
	for _, x := range rows {
		if x.Standing.Overdue(today) {
			v.Overdue++
		}
		if x.Standing.Return.Place.Period.Last().Before(today) {
			v.Fresh += x.Fresh
		}
	}
	review, approve, err := s.ToReview(a)
	if err != nil {
		return err
	}
	v.Reviews = len(review) + len(approve)
	v.XLSX, _ = web.FileLinks(r)
	return minePage().Render(w, r, "我的报送", v)
}

// askedPeriod reads the period of an address; without one it is the last complete month.
func (s *Service) askedPeriod(r *http.Request) (period.Period, error) {
	if text := strings.TrimSpace(r.URL.Query().Get("period")); text != "" {
		return period.Parse(text)
	}
	return period.Months.Period(period.Months.Done(s.today().AddDays(-1))), nil
}

func (s *Service) getRate(w http.ResponseWriter, r *http.Request) error {
	a, l := web.ActorOf(r), web.LangOf(r)
	v := rateView{Form: r.URL.Query().Get("form")}
	p, err := s.askedPeriod(r)
	status := http.StatusOK
	if err != nil {
		status, v.FaultPeriod = web.Status(err), fault.Say(err, l.Text)
		p = period.Months.Period(period.Months.Done(s.today().AddDays(-1)))
	}
	v.Period, v.PeriodName = p.String(), periodName(l, p)
	v.Prev, v.Next = rateLink(p.Prev(), v.Form), rateLink(p.Next(), v.Form)
	var codes []string
	if v.Form != "" {
		codes = []string{v.Form}
	}
	forms, list, all, err := s.Rates(a, p, codes)
	if err != nil {
		return err
	}
	t := rateTable(rateIn{Lang: l, Tree: s.units.Register().On(p.Last()), Period: p, Forms: forms, List: list, All: all,
		Cell: func(u org.UnitID, f *Form) string { return s.rateCell(a, u, f, p) }})
	if done, err := web.SendTable(w, r, words.T(l, "报送率")+" "+p.String(), t); done {
		return err
	}
	v.Grid = web.NewGrid(r, t)
	v.XLSX, v.CSV = web.FileLinks(r)
	v.Forms = []choiceView{{Label: words.T(l, "全部报表"), On: v.Form == ""}}
	for _, f := range s.Forms() {
		v.Forms = append(v.Forms, choiceView{f.Code, f.Title(l == words.English), f.Code == v.Form})
	}
	v.Tiles = rateTiles(l, all.All)
	s.missing(&v, l, p, codes)
	v.NothingToSay, v.NotYet = len(forms) == 0, all.All.Due == 0 && all.All.Ahead > 0
	return ratePage().RenderStatus(w, r, status, "报送率", v)
}

func rateLink(p period.Period, form string) string {
	if p.IsZero() {
		return ""
	}
	out := "/returns/rate?period=" + p.String()
	if form != "" {
		out += "&form=" + form
	}
	return out
}

// rateCell leads from a count to the return, for those who may open it, when the period is one of
// the form's.
func (s *Service) rateCell(a perm.Actor, u org.UnitID, f *Form, p period.Period) string {
	if u == 0 || p.Kind() != f.Grain.Kind() {
		return ""
	}
	at := Place{f.Code, u, p}
	on := s.on(f, at)
	if a.May(ruleFill, on) == nil {
		return address(at, s.code(u))
	}
	if x := s.at(at); x.Version > 0 && a.May(ruleChain, on) == nil {
		return "/returns/review/" + intText(x.ID)
	}
	return ""
}

func rateTiles(l words.Lang, t Tally) []tileView {
	_, received := percent(t.Received, t.Due)
	_, onTime := percent(t.OnTime, t.Due)
	if t.Due == 0 { // nothing is owed: no rate, no light
		why := NotAsked
		if t.Ahead > 0 {
			why = NotYetDue
		}
		why = words.T(l, why)
		return []tileView{{words.T(l, "报送率"), "—", why, string(measure.Grey), ""}, {words.T(l, "按时率"), "—", why, string(measure.Grey), ""}, {words.T(l, "逾期未报"), "—", why, string(measure.Grey), ""}}
	}
	done := measure.Green
	if t.Received < t.Due {
		done = t.Light()
	}
	inTime := measure.Green
	if t.OnTime < t.Due {
		inTime = measure.Yellow
	}
	if t.Overdue > 0 {
		inTime = measure.Red
	}
	late := measure.Green
	if t.Overdue > 0 {
		late = measure.Red
	}
	word := func(m measure.Light, short string) string {
		switch m {
		case measure.Green:
			return words.T(l, "正常")
		case measure.Red:
			return words.T(l, "有逾期")
		}
		return words.T(l, short)
	}
	return []tileView{
		{words.T(l, "报送率"), received, words.T(l, "已报 %d / 应报 %d", t.Received, t.Due), string(done), word(done, "未报齐")},
		{words.T(l, "按时率"), onTime, words.T(l, "按时 %d / 应报 %d", t.OnTime, t.Due), string(inTime), word(inTime, "有晚报")},
		{words.T(l, "逾期未报"), intText(int64(t.Overdue)), words.T(l, "份"), string(late), word(late, "")},
	}
}

// missing lists who has not reported, and the same as a message to copy.
func (s *Service) missing(v *rateView, l words.Lang, p period.Period, codes []string) {
	today := s.today()
	var lines []string
	for _, x := range s.Missing(p, codes) {
		due, _ := x.Form.Due.Day(x.Period, s.units.Calendar())
		m := missingView{Form: x.Form.Title(l == words.English), Period: periodName(l, x.Period), Due: due.String()}
		t := s.units.Register().On(x.Period.Last())
		var names []string
		for _, u := range x.Units {
			names = append(names, unitName(t, u))
			m.Units = append(m.Units, linkView{Name: unitName(t, u)})
		}
		v.Missing = append(v.Missing, m)
		lines = append(lines, words.T(l, "《%s》%s，截止 %s，尚未报送的 %d 个单位：%s。", m.Form, m.Period, m.Due, len(names), strings.Join(names, words.T(l, "、"))))
	}
	if len(lines) > 0 {
		day := today.String()
		v.Copy = words.T(l, "截至 %s 报送情况：", day) + "\n" + strings.Join(slices.Concat(lines, []string{words.T(l, "请尽快在系统中填报。")}), "\n")
	}
}
