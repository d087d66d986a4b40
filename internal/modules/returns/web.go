package returns

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
)

// The pages, each proved against its view at first use.
var (
	entryPage   = sync.OnceValue(func() *web.Page[entryView] { return web.MustPage[entryView](embedded, "entry.html", "grid.html") })
	comparePage = sync.OnceValue(func() *web.Page[historyView] { return web.MustPage[historyView](embedded, "compare.html") })
)

// maxForm is the largest body of a grid that is posted.
const maxForm = 8 << 20

func (s *Service) routes() []web.Route {
	at := "/returns/{form}/{unit}/{period}"
	return []web.Route{
		{Pattern: "GET /returns", Rule: ruleOpen, Handle: s.getMine},
		{Pattern: "GET " + at, Rule: ruleOpen, Handle: s.getEntry},
		{Pattern: "POST " + at, Rule: ruleFill, Handle: s.postEntry, MaxBody: maxForm},
		{Pattern: "POST " + at + "/draft", Rule: ruleFill, Handle: s.postDraft, MaxBody: maxForm},
		{Pattern: "POST " + at + "/upload", Rule: ruleFill, Handle: s.postUpload, MaxBody: maxUpload + 1<<20},
		{Pattern: "POST " + at + "/discard", Rule: ruleFill, Handle: s.postDiscard},
		{Pattern: "POST " + at + "/take", Rule: ruleFill, Handle: s.postTake},
		{Pattern: "GET " + at + "/workbook", Rule: ruleFill, Handle: s.getWorkbook},
		{Pattern: "GET " + at + "/csv", Rule: ruleFill, Handle: s.getCSV},
		{Pattern: "GET " + at + "/errors", Rule: ruleFill, Handle: s.getErrors},
		{Pattern: "GET " + at + "/compare", Rule: ruleFill, Handle: s.getCompare},
		{Pattern: "GET /returns/upload", Rule: ruleFill, Handle: s.getUploads},
		{Pattern: "POST /returns/upload", Rule: ruleFill, Handle: s.postUploads, MaxBody: 4 * maxUpload},
		{Pattern: "POST /returns/upload/submit", Rule: ruleFill, Handle: s.postUploadsSubmit},
		{Pattern: "GET /returns/review", Rule: ruleChain, Handle: s.getReview},
		{Pattern: "POST /returns/review", Rule: ruleChain, Handle: s.postReview},
		{Pattern: "GET /returns/review/{id}", Rule: ruleOpen, Handle: s.getSeen},
		{Pattern: "POST /returns/review/{id}", Rule: ruleChain, Handle: s.postSeen},
		{Pattern: "GET /returns/review/{id}/file", Rule: ruleOpen, Handle: s.getVersionFile},
		{Pattern: "GET /returns/source/{source}", Rule: ruleOpen, Handle: s.getSource},
		{Pattern: "GET /returns/rate", Rule: ruleRate, Handle: s.getRate},
		{Pattern: "GET /forms", Rule: ruleSeeForms, Handle: s.getForms},
		{Pattern: "GET /forms/export", Rule: ruleSeeForms, Handle: s.getFormsExport},
		{Pattern: "POST /forms/import", Rule: ruleForms, Handle: s.postFormsImport, MaxBody: 4 << 20},
		{Pattern: "GET /forms/new", Rule: ruleForms, Handle: s.getNewForm},
		{Pattern: "POST /forms", Rule: ruleForms, Handle: s.postForm, MaxBody: 4 << 20},
		{Pattern: "GET /forms/{code}", Rule: ruleSeeForms, Handle: s.getForm},
		{Pattern: "GET /forms/{code}/edit", Rule: ruleForms, Handle: s.getEditForm},
		{Pattern: "GET /forms/{code}/data", Rule: ruleChain, Handle: s.getFormData},
		{Pattern: "POST /forms/{code}/end", Rule: ruleForms, Handle: s.postEndForm},
	}
}

// placeOf reads form, unit and period of an address.
func (s *Service) placeOf(r *http.Request) (Place, error) {
	p, err := period.Parse(r.PathValue("period"))
	if err != nil {
		return Place{}, fault.Because(err, fault.Missing, "没有 %s 这一期；请从报送列表进入", r.PathValue("period"))
	}
	id, ok := s.units.Register().ByCodeOn(r.PathValue("unit"), p.Last())
	if !ok {
		return Place{}, fault.New(fault.Missing, "没有代码为 %s 的单位；请从报送列表进入", r.PathValue("unit"))
	}
	return Place{Form: r.PathValue("form"), Unit: id, Period: p}, nil
}

// formOf reads a form; a field that comes twice is refused, since it could mean two things.
func formOf(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return nil, fault.Because(err, fault.Invalid, "表单内容读不出来；请返回重填")
	}
	return r.PostForm, nil
}

func numberOf(v url.Values, field string) int64 {
	n, _ := strconv.ParseInt(strings.TrimSpace(v.Get(field)), 10, 64)
	return n
}

// typed reads a grid that was posted, by the layout it was shown in.
func (s *Service) typed(l *Layout, v url.Values) (Filling, error) {
	if no := numberOf(v, "form_no"); int(no) != l.Form.No {
		return Filling{}, fault.New(fault.Conflict, "报表刚发布了第 %d 版，您填的是第 %d 版；请刷新页面，草稿会自动带入", l.Form.No, no)
	}
	in := Filling{Cells: map[Key]Typed{}, Notes: map[Key]string{}, Comment: v.Get("comment"), Reason: v.Get("reason")}
	switch d := Declaration(v.Get("declared")); d {
	case NoDeclaration, RestZero, ZeroReport:
		in.Declared = d
	default:
		return in, fault.New(fault.Invalid, "空白声明不认识；请刷新页面后重选")
	}
	for row := range l.Subjects {
		for col := range l.Columns {
			if t := v.Get(l.field(row, col)); strings.TrimSpace(t) != "" {
				in.Cells[l.Key(row, col)] = Typed{Text: strings.TrimSpace(t)}
			}
			if n := v.Get(l.noteField(l.panelOf(col), row, col)); strings.TrimSpace(n) != "" {
				in.Notes[l.NoteKey(row, col)] = strings.TrimSpace(n)
			}
		}
	}
	return in, nil
}

func (s *Service) getEntry(w http.ResponseWriter, r *http.Request) error {
	at, err := s.placeOf(r)
	if err != nil {
		return err
	}
	a := web.ActorOf(r)
	if f, ferr := s.owed(at); ferr == nil && a.May(ruleFill, s.on(f, at)) != nil {
		// The chain reads what was handed in; what is being typed belongs to the unit.
		x := s.at(at)
		if x.Version > 0 && a.May(ruleChain, s.on(f, at)) == nil {
			return web.Redirect(w, r, "/returns/review/"+strconv.FormatInt(x.ID, 10))
		}
	}
	o, err := s.Open(r.Context(), a, at)
	if err != nil {
		return err
	}
	return s.showEntry(w, r, o, http.StatusOK, r.URL.Query().Get("check") != "", nil)
}

// showEntry renders the grid.
func (s *Service) showEntry(w http.ResponseWriter, r *http.Request, o *Opened, status int, tried bool, cause error) error {
	var list []Event
	if o.Standing.Return.State == Returned {
		err := s.db.View(r.Context(), func(tx *sqldb.Tx) (err error) {
			list, err = events(tx, o.Standing.Return.ID)
			return err
		})
		if err != nil {
			return err
		}
	}
	l := o.Layout
	v := newEntryView(entryIn{Lang: web.LangOf(r), Opened: o, Code: s.code(l.Place.Unit), Force: s.name(l.Form.Force, l.Place.Period.Last()),
		Actor: web.ActorOf(r), Edit: r.URL.Query().Get("edit") != "", Tried: tried, Events: list, Today: s.today(), Err: cause})
	if v.FromFile {
		rep := l.report(s.baseOf(o), o.Checked, o.Filling)
		v.Counted, v.Created, v.Updated, v.Unchanged = true, rep.Created, rep.Updated, rep.Unchanged
	}
	return entryPage().RenderStatus(w, r, status, v.Form, v)
}

func (s *Service) baseOf(o *Opened) map[Key]Value {
	if o.Newest.No > 0 {
		return o.Newest.Values
	}
	return o.Known
}

// opened is Open with what was just typed in place of what is stored, to show it again.
func (s *Service) opened(ctx context.Context, a perm.Actor, at Place, in Filling) (*Opened, error) {
	o, err := s.Open(ctx, a, at)
	if err != nil {
		return nil, err
	}
	if !o.Drafted || !sameFilling(o.Filling, in) {
		o.Filling, o.Door = in, ByGrid
	}
	o.Checked = s.check(o.Layout, o.Filling, o.Door)
	return o, nil
}

func (s *Service) postEntry(w http.ResponseWriter, r *http.Request) error {
	at, err := s.placeOf(r)
	if err != nil {
		return err
	}
	form, err := formOf(r)
	if err != nil {
		return err
	}
	f, err := s.owed(at)
	if err != nil {
		return err
	}
	l, err := s.layout(f, at)
	if err != nil {
		return err
	}
	in, err := s.typed(l, form)
	if err != nil {
		return err
	}
	a, path := web.ActorOf(r), address(at, s.code(at.Unit))
	if l.Cells() > maxGrid { // nothing was typed on the page; the draft counts
		o, err := s.Open(r.Context(), a, at)
		if err != nil {
			return err
		}
		o.Filling.Declared, o.Filling.Comment, o.Filling.Reason = in.Declared, in.Comment, in.Reason
		in = o.Filling
	}
	if deed := form.Get("deed"); deed != "submit" {
		return s.keepTyped(w, r, at, in, form, deed, path)
	}
	done, err := s.Submit(r.Context(), a, at, SubmitIn{Filling: in, Base: int(numberOf(form, "base")), Seq: numberOf(form, "seq"), Door: ByGrid, AcceptBlanks: form.Get("accept") != "", Watch: true, Seen: form.Get("seen")})
	switch k := fault.KindOf(err); {
	case err == nil && done.Unchanged:
		return web.Done(w, r, path, "与第 %d 版完全相同，没有改动，不需要再提交", done.Return.Version)
	case err == nil:
		return web.Done(w, r, path, "已提交第 %d 版，等待专班审核", done.Return.Version)
	case k == fault.Conflict:
		return s.showConflict(w, r, at, err)
	case k != fault.Invalid:
		return err
	}
	o, oerr := s.opened(r.Context(), a, at, in)
	if oerr != nil {
		return oerr
	}
	return s.showEntry(w, r, o, http.StatusUnprocessableEntity, true, err)
}

// keepTyped saves a draft from the page and says so, with or without the findings.
func (s *Service) keepTyped(w http.ResponseWriter, r *http.Request, at Place, in Filling, form url.Values, deed, path string) error {
	_, err := s.SaveDraft(r.Context(), web.ActorOf(r), at, DraftIn{Filling: in, Base: int(numberOf(form, "base")), Seq: numberOf(form, "seq"), Door: ByGrid, Detach: deed == "detach"})
	if fault.KindOf(err) == fault.Conflict && err != nil {
		return s.showConflict(w, r, at, err)
	}
	if err != nil {
		return err
	}
	if deed == "check" {
		return web.Redirect(w, r, path+"?check=1&edit=1")
	}
	return web.Done(w, r, path, "草稿已保存")
}

// postDraft saves by itself while somebody types; it answers with JSON.
func (s *Service) postDraft(w http.ResponseWriter, r *http.Request) error {
	say := func(err error) error {
		return web.WriteJSON(w, web.Status(err), map[string]any{"error": fault.Say(err, web.LangOf(r).Text)})
	}
	at, err := s.placeOf(r)
	if err != nil {
		return say(err)
	}
	form, err := formOf(r)
	if err != nil {
		return say(err)
	}
	f, err := s.owed(at)
	if err != nil {
		return say(err)
	}
	l, err := s.layout(f, at)
	if err != nil {
		return say(err)
	}
	in, err := s.typed(l, form)
	if err != nil {
		return say(err)
	}
	seq, err := s.SaveDraft(r.Context(), web.ActorOf(r), at, DraftIn{Filling: in, Base: int(numberOf(form, "base")), Seq: numberOf(form, "seq"), Door: ByGrid})
	if err != nil {
		return say(err)
	}
	return web.WriteJSON(w, http.StatusOK, map[string]any{"seq": seq, "at": shortStamp(s.clock().Format("2006-01-02T15:04:05Z07:00"))[11:]})
}

func (s *Service) postDiscard(w http.ResponseWriter, r *http.Request) error {
	at, err := s.placeOf(r)
	if err != nil {
		return err
	}
	form, err := formOf(r)
	if err != nil {
		return err
	}
	if err := s.Discard(r.Context(), web.ActorOf(r), at, int(numberOf(form, "slot"))); err != nil {
		return err
	}
	return web.Done(w, r, address(at, s.code(at.Unit)), "草稿已放弃")
}

func (s *Service) postTake(w http.ResponseWriter, r *http.Request) error {
	at, err := s.placeOf(r)
	if err != nil {
		return err
	}
	form, err := formOf(r)
	if err != nil {
		return err
	}
	a, path := web.ActorOf(r), address(at, s.code(at.Unit))
	if err := s.TakeSide(r.Context(), a, at, form.Get("side")); err != nil {
		return err
	}
	if form.Get("deed") != "submit" {
		return web.Done(w, r, path+"?edit=1", "已作为您的草稿，请核对后提交")
	}
	done := s.SubmitDrafts(r.Context(), a, []Place{at}, false)[0]
	switch k := fault.KindOf(done.Err); {
	case done.Err == nil && !done.Report.Written:
		return web.Done(w, r, path, "与第 %d 版完全相同，没有改动，不需要再提交", s.at(at).Version)
	case done.Err == nil:
		return web.Done(w, r, path, "已提交第 %d 版，等待专班审核", s.at(at).Version)
	case k == fault.Conflict:
		return s.showConflict(w, r, at, done.Err)
	case k == fault.Invalid: // the page says what is to be mended
		return web.Redirect(w, r, path+"?check=1&edit=1")
	}
	return done.Err
}

// showConflict shows both sides: what was typed, and what somebody else did meanwhile.
func (s *Service) showConflict(w http.ResponseWriter, r *http.Request, at Place, cause error) error {
	var c clash
	errors.As(cause, &c)
	v, err := s.compare(r, at, c.mine, c.other)
	if err != nil {
		return err
	}
	v.MayHandIn = c.error != nil
	v.Conflict = fault.Say(cause, web.LangOf(r).Text)
	return comparePage().RenderStatus(w, r, http.StatusConflict, "版本对比", v)
}

func (s *Service) getCompare(w http.ResponseWriter, r *http.Request) error {
	at, err := s.placeOf(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v, err := s.compare(r, at, q.Get("a"), q.Get("b"))
	if err != nil {
		return err
	}
	return comparePage().Render(w, r, "版本对比", v)
}

// compare builds the page of two sides; without a choice the own newest draft and the newest version.
func (s *Service) compare(r *http.Request, at Place, a, b string) (historyView, error) {
	lang := web.LangOf(r)
	l, sides, err := s.Sides(r.Context(), web.ActorOf(r), at)
	if err != nil {
		return historyView{}, err
	}
	return newCompareView(lang, l, s.code(at.Unit), sides, a, b), nil
}
