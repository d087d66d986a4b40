package actions

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/web"
)

func (s *Service) getItem(w http.ResponseWriter, r *http.Request) error {
	return s.showItem(w, r, http.StatusOK, "", nil, nil)
}

// showItem renders the page of an item; after a refused deed its form is open with what was typed.
func (s *Service) showItem(w http.ResponseWriter, r *http.Request, status int, tried Deed, typed url.Values, cause error) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	a, x := web.ActorOf(r), s.lens(r)
	whole, err := s.Look(r.Context(), a, id)
	if err != nil {
		return err
	}
	set, err := s.Settings(r.Context())
	if err != nil {
		return err
	}
	item := &whole.Action
	v := newItemView(x, &whole, web.MayOpen(r, item.Source.Path))
	v.NoPrint, v.MayMine = s.print == nil, a.Can(ruleMine)
	if item.Deadline != 0 && item.State.Open() {
		_, _, v.Unknown = s.dayOf(item.Asked)
	}
	for i, p := range item.Parties {
		if s.now(p.Unit) == p.Unit && !s.units.Today().Has(p.Unit) {
			v.Parties[i].Gone = true
		}
	}
	if v.Effect != nil && !web.MayOpen(r, v.Effect.Path) {
		v.Effect.Path = ""
	}
	if _, err := s.may(a, TheOffice, item, 0); err == nil {
		if item.State == work.Proposed {
			v.ApprovePath = itemPath(id) + "/edit"
		} else if item.State.Open() {
			v.EditPath = itemPath(id) + "/edit"
		}
	}
	v.Forms = s.forms(x, a, &whole, set)
	if cause != nil {
		v.refuse(x, tried, typed, cause)
	}
	return itemPage().RenderStatus(w, r, status, strings.TrimSpace(item.No+" "+item.Title), v)
}

// forms lays out what the reader can do to an item now.
func (s *Service) forms(x lens, a perm.Actor, w *Whole, set Settings) []formView {
	item := &w.Action
	waits := map[Deed]bool{}
	for _, t := range w.Waiting {
		waits[t.Deed] = true
	}
	outsider := true
	for _, h := range w.Handlers {
		outsider = outsider && h != a.Login
	}
	var out []formView
	for _, d := range formOrder() {
		rule := ruleOf(d)
		if !possible(d, item, s.today(), set, w.Standing) || !outsider && (rule.Needs&Outsider != 0 || d == Grant || d == Refuse) {
			continue
		}
		if d == FileFeedback {
			for _, u := range s.handles(a, item) {
				waiting := false
				for _, t := range w.Waiting {
					waiting = waiting || t.Deed == d && t.Unit == u
				}
				f := formFor(x, w, d, u, waiting)
				if item.parties(u).Done {
					f.Label = x.say("补充办理情况（%s）", x.unit(u))
				}
				out = append(out, f)
			}
			continue
		}
		if d == Waive && slices.ContainsFunc(out, func(f formView) bool { return f.AskWhy }) {
			continue // it stands in the lead's own report
		}
		if _, err := s.may(a, rule.Who, item, 0); err != nil {
			continue
		}
		f := formFor(x, w, d, 0, waits[d])
		if d == IssueSlip {
			f.SelectField, f.SelectLabel = "level", x.say("种类")
			for _, l := range Levels() {
				if fits(l, item, w.Standing) && !issued(w.Slips, item.Round, l) {
					f.Options = append(f.Options, option{Value: string(l), Label: x.Text(l.Text()), On: l == slipFor(item, w.Standing)})
				}
			}
			if len(f.Options) == 0 {
				continue
			}
			if set.Prefix == "" {
				f.Hint = x.say("发文字号由县填写；请先到“事项设置”填写机关代字。")
			}
		}
		out = append(out, f)
	}
	return out
}

// parties gives a unit's place in an item; a zero one for none.
func (a *Action) parties(u org.UnitID) Party {
	if i := a.party(u); i >= 0 {
		return a.Parties[i]
	}
	return Party{}
}

func issued(list []Slip, round int, l Level) bool {
	for _, x := range list {
		if x.Round == round && x.Level == l {
			return true
		}
	}
	return false
}

// refuse puts what was typed back into its form, with the sentences beside the fields. Where the
// form is no longer offered the words are shown to be copied: nothing typed is lost.
func (v *itemView) refuse(x lens, tried Deed, typed url.Values, cause error) {
	v.Say = fault.Say(cause, x.Text)
	var list fault.Findings
	if errors.As(cause, &list) {
		for _, f := range list {
			v.List = append(v.List, f.Message(x.Text))
		}
	}
	for i := range v.Forms {
		f := &v.Forms[i]
		f.Open = false
		if f.Deed != string(tried) || f.Unit != typed.Get("unit") {
			continue
		}
		v.Kept = true
		f.Open = true
		f.Reason, f.Day, f.Paper, f.Why = typed.Get("reason"), typed.Get("day"), typed.Get("paper"), typed.Get("why")
		for j := range f.Ticks {
			f.Ticks[j].On = has(typed[f.TickField], f.Ticks[j].Value)
		}
		for j := range f.Options {
			f.Options[j].On = f.Options[j].Value == typed.Get(f.SelectField)
		}
		for _, one := range list {
			f.F[one.Field] = append(f.F[one.Field], one.Message(x.Text))
		}
	}
	if v.Kept && len(list) > 0 { // the sentences stand beside their fields
		v.Say, v.List = x.say("有 %d 处要改，见各栏下面；您填的都还在。", len(list)), nil
	}
	if !v.Kept {
		for _, k := range []string{"reason", "paper", "why", "day"} {
			if t := strings.TrimSpace(typed.Get(k)); t != "" {
				v.Lost = append(v.Lost, t)
			}
		}
	}
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// postDeed does one deed of the item page.
func (s *Service) postDeed(w http.ResponseWriter, r *http.Request, d Deed) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	typed, uploads, err := formOf(r)
	if err != nil {
		return err
	}
	err = s.do(r, id, d, typed, uploads)
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict:
		return s.showItem(w, r, web.Status(err), d, typed, err)
	}
	if err != nil {
		return err
	}
	return web.Done(w, r, itemPath(id), "已办理：%s", web.T(r, d.Label()))
}

// do reads the form of a deed and does it.
func (s *Service) do(r *http.Request, id int64, d Deed, v url.Values, uploads []Upload) error {
	ctx, a := r.Context(), web.ActorOf(r)
	seen := int64(-1)
	if n, ok := whole(v.Get("version")); ok {
		seen = n
	}
	var f fault.Fields
	on := day(&f, "day", v.Get("day"))
	if err := f.Err(); err != nil {
		return err
	}
	unit, err := s.unitOfItem(v.Get("unit"))
	if err != nil {
		return err
	}
	ticked := func(field string) (out []org.UnitID, err error) {
		for _, code := range v[field] {
			u, err := s.unitOfItem(code)
			if err != nil {
				return nil, err
			}
			out = append(out, u)
		}
		return out, nil
	}
	waive, err := ticked("waive")
	if err != nil {
		return err
	}
	redo, err := ticked("redo")
	if err != nil {
		return err
	}
	reason := v.Get("reason")
	switch d {
	case Sign:
		return s.Sign(ctx, a, id)
	case HandBack:
		return s.HandBack(ctx, a, id, reason)
	case Recall:
		return s.Recall(ctx, a, id, seen, reason)
	case FileFeedback:
		return s.Report(ctx, a, id, Report{Unit: unit, Text: reason, Uploads: uploads, Keep: v["keep"], Waive: waive, Reason: v.Get("why")})
	case Waive:
		return s.Waive(ctx, a, id, waive, reason)
	case AskExtension:
		return s.AskExtension(ctx, a, id, on, reason)
	case Grant, Refuse:
		return s.DecideExtension(ctx, a, id, d == Grant, on, reason)
	case Verify:
		return s.Verify(ctx, a, id, seen, reason)
	case SendBack:
		return s.SendBack(ctx, a, id, seen, reason, on, redo)
	case Close:
		return s.Close(ctx, a, id, seen, reason)
	case Reopen:
		return s.Reopen(ctx, a, id, seen, reason, on)
	case Abandon:
		return s.Abandon(ctx, a, id, seen, v.Get("paper"), reason, uploads, v["keep"])
	case Decline:
		return s.Decline(ctx, a, id, seen, reason)
	case AskLight:
		return s.AskLight(ctx, a, id, Override{Light: measure.Light(v.Get("light")), Reason: reason})
	case ApproveLight:
		return s.ApproveLight(ctx, a, id)
	case EndLight:
		return s.EndLight(ctx, a, id)
	case IssueSlip:
		_, err := s.IssueSlip(ctx, a, id, Level(v.Get("level")))
		return err
	}
	return web.NoPage()
}

// unitOfItem reads the code of a unit that may have ceased to be.
func (s *Service) unitOfItem(code string) (org.UnitID, error) {
	if code == "" {
		return 0, nil
	}
	if id, ok := s.units.Register().ByCode(code); ok {
		return id, nil
	}
	return 0, fault.New(fault.Missing, "没有代码为 %s 的单位；请从列表中选择", code)
}
