package returns

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

var (
	reviewPage = sync.OnceValue(func() *web.Page[reviewView] { return web.MustPage[reviewView](embedded, "review.html") })
	seenPage   = sync.OnceValue(func() *web.Page[seenView] { return web.MustPage[seenView](embedded, "see.html", "grid.html") })
)

func (s *Service) newReviewView(r *http.Request) (reviewView, error) {
	a := web.ActorOf(r)
	review, approve, err := s.ToReview(a)
	if err != nil {
		return reviewView{}, err
	}
	var by map[int64]string
	err = s.db.View(r.Context(), func(tx *sqldb.Tx) (err error) { by, err = submitters(tx); return err })
	if err != nil {
		return reviewView{}, err
	}
	v := reviewView{MayReview: a.Can(ruleReview), MayApprove: a.Can(ruleApprove)}
	v.Review = s.newQueue(r, "review", "待审核", review, by)
	v.Approve = s.newQueue(r, "approve", "待批准", approve, by)
	v.Closed = slices.ContainsFunc(v.Approve.Rows, func(w waitingView) bool { return w.Closed })
	q := r.URL.Query()
	if v.All = q.Get("pick") == "all"; v.All {
		q.Del("pick")
	} else {
		q.Set("pick", "all")
	}
	v.Toggle = "?" + q.Encode()
	return v, nil
}

// newQueue makes one of the two lists, in the order that the request asks for.
func (s *Service) newQueue(r *http.Request, code, name string, list []Standing, by map[int64]string) queueView {
	l := web.LangOf(r)
	var rows []waitingView
	for _, st := range list {
		rows = append(rows, s.newWaitingView(l, st, by[st.Return.ID]))
	}
	v := queueView{ID: "to-" + code, Deed: code, Table: waitingTable(l, "to-"+code, words.T(l, name), rows)}
	q := r.URL.Query()
	key, desc := q.Get("sort"), q.Get("dir") == "desc"
	v.Rows = inOrder(rows, web.NewGrid(r, v.Table).Table)
	for _, c := range v.Table.Columns {
		h := sortHead{Text: c.Head[0], Sorted: "none", Width: c.Width*16 + 24}
		dir := "asc"
		if key == c.Key && !desc {
			h.Sorted, dir = "ascending", "desc"
		} else if key == c.Key {
			h.Sorted = "descending"
		}
		q.Set("sort", c.Key)
		q.Set("dir", dir)
		h.Path = r.URL.Path + "?" + q.Encode()
		v.Heads = append(v.Heads, h)
	}
	q = r.URL.Query()
	q.Del("pick")
	q.Set("list", code)
	q.Set("format", "xlsx")
	v.XLSX = r.URL.Path + "?" + q.Encode()
	q.Set("format", "csv")
	v.CSV = r.URL.Path + "?" + q.Encode()
	return v
}

func (s *Service) newWaitingView(l words.Lang, st Standing, by string) waitingView {
	x := st.Return
	at := x.Place
	tree := s.units.Register().On(at.Period.Last())
	w := waitingView{Pick: SourceID(x.ID, x.Version), Version: x.Version, Form: st.Form.Title(l == words.English), Unit: s.name(at.Unit, at.Period.Last()), UnitKey: tree.Pinyin(at.Unit),
		Period: periodName(l, at.Period), PeriodKey: at.Period.String(), At: shortStamp(x.LastAt), By: l.Last(by), Correcting: x.Approved > 0,
		Closed: s.facts.Closed(at.Period), Path: "/returns/review/" + intText(x.ID)}
	if n := st.Late(s.today()); n > 0 {
		w.Late = words.T(l, "迟报 %d 天", n)
	}
	return w
}

func (s *Service) getReview(w http.ResponseWriter, r *http.Request) error {
	v, err := s.newReviewView(r)
	if err != nil {
		return err
	}
	one := v.Review
	if !v.MayReview || r.URL.Query().Get("list") == "approve" {
		one = v.Approve
	}
	if done, err := web.SendTable(w, r, one.Table.Name, one.Table); done || err != nil {
		return err
	}
	for _, rows := range [][]waitingView{v.Review.Rows, v.Approve.Rows} {
		for i := range rows {
			rows[i].Picked = v.All
		}
	}
	return reviewPage().Render(w, r, "审核与批准", v)
}

// picksOf reads the ticked returns, "id.version" each.
func picksOf(form url.Values) ([]Pick, error) {
	var out []Pick
	for _, v := range form["pick"] {
		id, version, ok := ParseSource(v)
		if !ok {
			return nil, fault.New(fault.Invalid, "表单内容读不出来；请返回重填")
		}
		out = append(out, Pick{id, version})
	}
	return out, nil
}

func (s *Service) postReview(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	picks, err := picksOf(form)
	if err != nil {
		return err
	}
	a := web.ActorOf(r)
	if form.Get("deed") == "review" {
		err = s.Review(r.Context(), a, picks, "")
	} else {
		err = s.Approve(r.Context(), a, picks, form.Get("restate"))
	}
	if err == nil {
		if form.Get("deed") == "review" {
			return web.Done(w, r, "/returns/review", "已审核 %d 份", len(picks))
		}
		return web.Done(w, r, "/returns/review", "已批准 %d 份，数据已生效", len(picks))
	}
	if k := fault.KindOf(err); k != fault.Invalid && k != fault.Conflict && k != fault.Forbidden {
		return err
	}
	// None was done; those without an obstacle stay ticked, so that one more press does them.
	faulty := map[string]bool{}
	picked := map[string]bool{}
	for _, p := range picks {
		picked[SourceID(p.ID, p.Version)] = true
	}
	var list fault.Findings
	if errors.As(err, &list) {
		for _, f := range list {
			faulty[f.Value] = true
		}
	}
	v, verr := s.newReviewView(r)
	if verr != nil {
		return verr
	}
	l := web.LangOf(r)
	v.Say = words.T(l, "一份也没有办理：%s", fault.Say(err, l.Text))
	for _, f := range list {
		v.List = append(v.List, f.Say(l.Text))
	}
	keep := func(rows []waitingView) {
		for i := range rows {
			id := rows[i].Pick
			rows[i].Picked = picked[id] && !faulty[id] && !named(list, rows[i])
			v.Kept = v.Kept || rows[i].Picked
		}
	}
	keep(v.Review.Rows)
	keep(v.Approve.Rows)
	return reviewPage().RenderStatus(w, r, web.Status(err), "审核与批准", v)
}

// named tells whether a finding of a batch is about a return of the list.
func named(list fault.Findings, w waitingView) bool {
	for _, f := range list {
		if strings.HasPrefix(f.Sheet, w.Unit+" "+w.Form) {
			return true
		}
	}
	return false
}

func (s *Service) getSeen(w http.ResponseWriter, r *http.Request) error {
	return s.showSeen(w, r, http.StatusOK, nil, url.Values{})
}

func (s *Service) showSeen(w http.ResponseWriter, r *http.Request, status int, cause error, typed url.Values) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.New(fault.Missing, "没有这份报表；请刷新列表后再试")
	}
	q := r.URL.Query()
	no, _ := strconv.Atoi(q.Get("version"))
	seen, err := s.See(r.Context(), web.ActorOf(r), id, no)
	if err != nil {
		return err
	}
	v := newSeenView(web.LangOf(r), seen, s.code(seen.Return.Place.Unit), s.today(), q.Get("cell"))
	v.Restate, v.Why = typed.Get("restate"), typed.Get("reason")
	if cause != nil {
		v.Say = fault.Say(cause, web.LangOf(r).Text)
	}
	return seenPage().RenderStatus(w, r, status, v.Form, v)
}

func (s *Service) postSeen(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.New(fault.Missing, "没有这份报表；请刷新列表后再试")
	}
	form, err := formOf(r)
	if err != nil {
		return err
	}
	a := web.ActorOf(r)
	pick := Pick{id, int(numberOf(form, "version"))}
	said := ""
	switch form.Get("deed") {
	case "review":
		err, said = s.Review(r.Context(), a, []Pick{pick}, form.Get("remark")), "已审核，等待禁毒办批准"
	case "approve":
		err, said = s.Approve(r.Context(), a, []Pick{pick}, form.Get("restate")), "已批准，数据已生效"
	case "return":
		err, said = s.SendBack(r.Context(), a, pick, form.Get("reason")), "已退回，填报单位会看到原因"
	default:
		return fault.New(fault.Invalid, "请选择审核、批准或退回")
	}
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.Conflict) {
		return s.showSeen(w, r, web.Status(err), err, form)
	}
	if err != nil {
		return err
	}
	return web.Done(w, r, "/returns/review", said)
}

func (s *Service) getVersionFile(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.New(fault.Missing, "没有这份报表；请刷新列表后再试")
	}
	no, _ := strconv.Atoi(r.URL.Query().Get("version"))
	f, media, err := s.VersionFile(r.Context(), web.ActorOf(r), id, no, web.LangOf(r))
	if err != nil {
		return err
	}
	return send(w, f, media)
}

// getSource leads from the source of a fact to its version, with the cell marked.
func (s *Service) getSource(w http.ResponseWriter, r *http.Request) error {
	id, version, ok := ParseSource(r.PathValue("source"))
	if !ok {
		return fault.New(fault.Missing, "没有这个来源；请从数字的追溯页进入")
	}
	to := "/returns/review/" + intText(id) + "?version=" + strconv.Itoa(version)
	if c := r.URL.Query().Get("cell"); c != "" {
		to += "&cell=" + url.QueryEscape(c) + "#marked"
	}
	return web.Redirect(w, r, to)
}
