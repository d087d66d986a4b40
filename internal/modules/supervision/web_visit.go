package supervision

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/web"
)

func (s *Service) getVisit(w http.ResponseWriter, r *http.Request) error {
	return s.showVisit(w, r, http.StatusOK, nil, nil)
}

// typedNote reads the form of a visit.
func typedNote(v url.Values, f *fault.Fields) Note {
	n := Note{Version: count(v, "version"), Day: day(v, "day", f), Visitors: field(v, "visitors"), Summary: field(v, "summary"), Answers: map[string]Answer{}, Rest: v.Get("deed") == "rest"}
	for key := range v {
		if code, ok := strings.CutPrefix(key, "note."); ok {
			if a := (Answer{Mark: Mark(v.Get("mark." + code)), Note: field(v, key)}); a != (Answer{}) {
				n.Answers[code] = a
			}
		}
	}
	return n
}

func typedFinding(v url.Values) Finding {
	days := count(v, "days")
	if days < 0 || days > 9999 {
		days = 0
	}
	return Finding{Line: field(v, "line"), Text: field(v, "text"), Place: field(v, "place"), Severity: Severity(field(v, "severity")), Demand: field(v, "demand"), Days: int(days), Version: count(v, "fversion")}
}

// photo reads a picture that came with a form; nil when none was chosen.
func photo(r *http.Request) (*Upload, error) {
	file, head, err := r.FormFile("photo")
	if err != nil || head.Size == 0 {
		return nil, nil
	}
	defer file.Close()
	content, err := io.ReadAll(file)
	return &Upload{Name: head.Filename, Content: content}, err
}

// showVisit shows a visit; typed and faults bring back a form that was refused.
func (s *Service) showVisit(w http.ResponseWriter, r *http.Request, status int, faults web.Faults, typed url.Values) error {
	id, err := web.PathNumber(r, "visit")
	if err != nil {
		return err
	}
	x, a := s.lens(r), web.ActorOf(r)
	q, err := s.Visit(r.Context(), a, id)
	if err != nil {
		return err
	}
	items, err := s.itemsOf(r.Context(), a)
	if err != nil {
		return err
	}
	y := q.Visit
	v := visitView{ID: id, Version: y.Version, Unit: s.unitName(y.Unit), Plan: q.Plan.Title, PlanPath: planPath(q.Plan.ID), Path: visitPath(id), State: x.t(y.State.Text()), Tag: progressTags[y.State], Again: y.Of != 0,
		Write: q.Team && q.Plan.State != Cancelled && (y.State == Due || y.State == Open), Day: dayText(y.Day), Visitors: y.Visitors, Summary: y.Summary, Answered: answered(y), New: x.findingForm(q, Finding{Severity: Minor, Days: 15}),
		Feedback: y.Feedback, Met: y.Met, ToldOn: dayText(y.ToldOn), LastDay: dayText(q.LastDay), FedBack: y.State.fedBack(), Confirmed: y.State == Confirmed, Note: y.Note, By: y.By, ByOn: dayText(y.ByOn), F: faults}
	answers := y.Answers
	if v.Write && v.Day == "" {
		v.Day = s.today().String()
	}
	if v.Refused = typed.Has("visitors"); v.Refused {
		var f fault.Fields
		n := typedNote(typed, &f)
		answers = n.Answers
		v.Day, v.Visitors, v.Summary, v.New = typed.Get("day"), n.Visitors, n.Summary, x.findingForm(q, typedFinding(typed))
		if n.Version != y.Version {
			v.Others = x.others(q, n)
		}
	}
	v.FeedbackForm, v.ObjectionText = typed.Get("feedback"), typed.Get("objection")
	v.Blocks = x.blocks(q, answers)
	for _, b := range v.Blocks {
		v.All += len(b.Lines)
	}
	v.Findings, v.Gone = x.findings(q, items, v.Write)
	for _, f := range v.Findings {
		if !f.Opened {
			v.Unopened++
		}
	}
	if q.Before != nil {
		v.Before = &linkView{dayText(q.Before.Day), visitPath(q.Before.ID)}
	}
	for _, o := range q.Again {
		v.Later = append(v.Later, linkView{x.t("复查") + " " + dayText(o.Day) + " " + x.t(o.State.Text()), visitPath(o.ID)})
	}
	v.MayConfirm = q.Own && y.State == Told
	v.MayObject = q.Own && y.State.fedBack() && s.today() <= q.LastDay
	if v.MayObject {
		v.Targets = x.targets(q)
	}
	v.Objections = x.objections(q, a.Can(ruleReview), a.Account)
	may := a.May(rulePlan, perm.On{}) == nil
	v.MayOpen = may && y.State.fedBack() && v.Unopened > 0 && s.joints.OpenItem != nil
	v.MayDrop = may && (y.State == Due || y.State == Open) && q.Plan.State != Cancelled
	v.MayRecheck = may && y.State.fedBack() && len(v.Findings) > 0 && q.Plan.State != Cancelled
	v.Print = y.State.fedBack() && s.joints.Print != nil
	return visitPage().RenderStatus(w, r, status, x.t("督导检查")+" · "+v.Unit, v)
}

// visitAgain shows the visit once more with what was refused.
func (s *Service) visitAgain(w http.ResponseWriter, r *http.Request, err error, v url.Values) error {
	faults, ok := web.Refused(err, s.lens(r).Text)
	if !ok {
		return err
	}
	return s.showVisit(w, r, web.Status(err), faults, v)
}

func (s *Service) postVisit(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "visit")
	if err != nil {
		return err
	}
	a := web.ActorOf(r)
	auto := strings.Contains(r.Header.Get("Accept"), "application/json")
	var f fault.Fields
	n := typedNote(v, &f)
	if !auto && (v.Get("deed") == "finding" || field(v, "text") != "") { // a finding that was typed is kept, whatever button is pressed
		x := typedFinding(v)
		n.Finding = &x
		if n.Photo, err = photo(r); err != nil {
			return err
		}
	}
	no := 0
	if err = f.Err(); err == nil {
		no, err = s.Record(r.Context(), a, id, n)
	}
	switch {
	case auto && err != nil:
		return err
	case auto:
		q, err := s.Visit(r.Context(), a, id)
		if err != nil {
			return err
		}
		return web.WriteJSON(w, http.StatusOK, map[string]any{"version": q.Visit.Version, "answered": answered(q.Visit)})
	case err != nil:
		return s.visitAgain(w, r, err, v)
	case no > 0:
		return web.Done(w, r, findingPath(id, no), "已保存，并记下第 %d 条问题", no)
	}
	return web.Done(w, r, visitPath(id), "已保存")
}

func (s *Service) postFinding(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "visit")
	if err != nil {
		return err
	}
	n, err := web.PathNumber(r, "no")
	if err != nil {
		return err
	}
	no, a := int(n), web.ActorOf(r)
	switch r.PathValue("deed") {
	case "change":
		x := typedFinding(v)
		x.No = no
		err = s.Amend(r.Context(), a, id, x)
	case "strike":
		err = s.Strike(r.Context(), a, id, no)
	case "photo":
		var up *Upload
		if up, err = photo(r); err == nil {
			if up == nil {
				err = fault.New(fault.Invalid, "请先选择照片")
			} else {
				err = s.AddPhoto(r.Context(), a, id, no, *up)
			}
		}
	default:
		return web.NoPage()
	}
	if err != nil {
		return s.visitAgain(w, r, err, nil)
	}
	return web.Done(w, r, findingPath(id, no), "已保存")
}

func (s *Service) getPhoto(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "visit")
	if err != nil {
		return err
	}
	n, err := web.PathNumber(r, "photo")
	if err != nil {
		return err
	}
	f, content, err := s.PhotoFile(r.Context(), web.ActorOf(r), id, n)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", f.Media)
	_, err = w.Write(content)
	return err
}

func (s *Service) postDropPhoto(w http.ResponseWriter, r *http.Request) error {
	id, _, err := numbered(r, "visit")
	if err != nil {
		return err
	}
	n, err := web.PathNumber(r, "photo")
	if err != nil {
		return err
	}
	if err := s.DropPhoto(r.Context(), web.ActorOf(r), id, n); err != nil {
		return s.visitAgain(w, r, err, nil)
	}
	return web.Done(w, r, visitPath(id)+"#findings", "已移除照片")
}

func (s *Service) postFeedback(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "visit")
	if err != nil {
		return err
	}
	if err := s.FeedBack(r.Context(), web.ActorOf(r), id, count(v, "version"), v.Get("feedback"), v.Get("met")); err != nil {
		return s.visitAgain(w, r, err, v)
	}
	return web.Done(w, r, visitPath(id)+"#feedback", "已反馈给单位")
}

func (s *Service) getPaper(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "visit")
	if err != nil {
		return err
	}
	d, err := s.FeedbackPaper(r.Context(), web.ActorOf(r), id)
	return s.send(w, r, d, err)
}

func (s *Service) postConfirm(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "visit")
	if err != nil {
		return err
	}
	if err := s.Confirm(r.Context(), web.ActorOf(r), id, v.Get("note")); err != nil {
		return s.visitAgain(w, r, err, v)
	}
	return web.Done(w, r, visitPath(id)+"#feedback", "已确认收到")
}

func (s *Service) postObject(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "visit")
	if err != nil {
		return err
	}
	if err := s.Object(r.Context(), web.ActorOf(r), id, int(max(0, count(v, "finding"))), v.Get("objection")); err != nil {
		return s.visitAgain(w, r, err, v)
	}
	return web.Done(w, r, visitPath(id)+"#objections", "已提出异议")
}

func (s *Service) postRule(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "visit")
	if err != nil {
		return err
	}
	objection, err := web.PathNumber(r, "objection")
	if err != nil {
		return err
	}
	if err := s.Rule(r.Context(), web.ActorOf(r), id, objection, count(v, "version"), Ruling(v.Get("ruling")), v.Get("answer")); err != nil {
		return s.visitAgain(w, r, err, v)
	}
	return web.Done(w, r, visitPath(id)+"#objections", "已答复异议")
}

func (s *Service) postItems(w http.ResponseWriter, r *http.Request) error {
	id, _, err := numbered(r, "visit")
	if err != nil {
		return err
	}
	list, unknown, err := s.OpenItems(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return s.visitAgain(w, r, err, nil)
	}
	if unknown {
		return web.Done(w, r, visitPath(id)+"#findings", "已立为整改事项 %d 条；途中有年份的节假日安排未发布，期限按周一至周五推算，请核对", len(list))
	}
	return web.Done(w, r, visitPath(id)+"#findings", "已立为整改事项 %d 条", len(list))
}

func (s *Service) postDropped(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r, "visit")
	if err != nil {
		return err
	}
	if err := s.Drop(r.Context(), web.ActorOf(r), id, v.Get("reason")); err != nil {
		return s.visitAgain(w, r, err, nil)
	}
	return web.Done(w, r, visitPath(id), "已注明未检查")
}

func (s *Service) postRecheck(w http.ResponseWriter, r *http.Request) error {
	id, _, err := numbered(r, "visit")
	if err != nil {
		return err
	}
	again, err := s.Recheck(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return s.visitAgain(w, r, err, nil)
	}
	return web.Done(w, r, visitPath(again), "已开复查")
}
