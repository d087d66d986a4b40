package reports

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/web"
)

func (s *Service) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /reports", Rule: ruleRead, Handle: s.getList},
		{Pattern: "POST /reports", Rule: ruleKeep, Handle: s.postMake},
		{Pattern: "GET /reports/{id}", Rule: ruleRead, Handle: s.getDocument},
		{Pattern: "GET /reports/{id}/{version}/{format}", Rule: ruleRead, Handle: s.getFile},
		{Pattern: "GET /reports/{id}/edit", Rule: ruleKeep, Handle: s.getEdit},
		{Pattern: "POST /reports/{id}/edit", Rule: ruleKeep, Handle: s.postEdit, MaxBody: 4 << 20},
		{Pattern: "POST /reports/{id}/again", Rule: ruleKeep, Handle: s.postAgain},
		{Pattern: "POST /reports/{id}/final", Rule: ruleKeep, Handle: s.postFinal, MaxBody: mostFinal + 1<<20},
		{Pattern: "GET /reports/{id}/final/{issue}", Rule: ruleRead, Handle: s.getIssue},
		{Pattern: "POST /reports/{id}/reopen", Rule: ruleKeep, Handle: s.postReopen},
		{Pattern: "GET /report-templates", Rule: ruleKeep, Handle: s.getTemplates},
		{Pattern: "POST /report-templates", Rule: ruleKeep, Handle: s.postTemplates, MaxBody: mostFinal + 1<<20},
		{Pattern: "GET /report-templates/{id}", Rule: ruleKeep, Handle: s.getTemplate},
		{Pattern: "POST /report-templates/{id}", Rule: ruleKeep, Handle: s.postTemplate, MaxBody: mostFinal + 1<<20},
		{Pattern: "POST /report-templates/{id}/end", Rule: ruleKeep, Handle: s.postEndTemplate},
		{Pattern: "GET /report-templates/{id}/fill", Rule: ruleKeep, Handle: s.getFill},
		{Pattern: "GET /report-templates/{id}/files/{no}", Rule: ruleKeep, Handle: s.getUpload},
	}
}

func (s *Service) lens(r *http.Request) lens { return lens{Lang: web.LangOf(r), name: s.unitName} }

// upload reads the file of a form; content is nil where none was chosen.
func upload(r *http.Request) (name string, content []byte, err error) {
	f, head, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, fault.Because(err, fault.Invalid, "文件没有传完；请重新选择文件再提交")
	}
	defer f.Close()
	content, err = io.ReadAll(f)
	if content == nil {
		content = []byte{}
	}
	return head.Filename, content, err
}

// refused sorts the sentences of a refused form by field; ok is false for errors that belong on a
// page of their own.
func (x lens) refused(err error, fields ...string) (f web.Faults, ok bool) {
	f = web.Faults{}
	var list fault.Findings
	if errors.As(err, &list) {
		for _, p := range list {
			field := p.Field
			if !strings.HasPrefix(field, "row") && !slices.Contains(fields, field) {
				field = ""
			}
			say := p.Message(x.Text)
			if field == "" {
				say = p.Say(x.Text)
			}
			f[field] = append(f[field], say)
		}
		return f, true
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.TooLarge:
		f[""] = []string{fault.Say(err, x.Text)}
		return f, true
	}
	return nil, false
}

// unit reads a unit that was typed: a code or a name; nothing is the county.
func (s *Service) unit(text string) (org.UnitID, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, nil
	}
	id, err := s.units.Register().Find(text, s.today())
	var f fault.Fields
	f.Need(err == nil, "unit", "没有叫“%s”的单位，或有几个单位重名；请从列表里选", text)
	return id, f.Err()
}

func (s *Service) unitOptions() (out []option) {
	t := s.units.Today()
	for _, u := range t.Preorder(org.Territorial) {
		if t.Level(u) <= org.LevelTownship {
			out = append(out, option{Value: t.Name(u), Label: t.Code(u)})
		}
	}
	return out
}

func (s *Service) getList(w http.ResponseWriter, r *http.Request) error {
	return s.showList(w, r, http.StatusOK, makeForm{F: web.Faults{}, Period: cmp.Or(r.URL.Query().Get("period"), s.lastMonth().String())})
}

// lastMonth is the month that documents are mostly written of.
func (s *Service) lastMonth() period.Period {
	return period.Months.Period(period.Months.SlotOf(s.today()) - 1)
}

func (s *Service) showList(w http.ResponseWriter, r *http.Request, status int, m makeForm) error {
	x, a, q := s.lens(r), web.ActorOf(r), r.URL.Query()
	all, err := s.List(r.Context(), a)
	if err != nil {
		return err
	}
	kind, state := q.Get("kind"), q.Get("state")
	list := slices.DeleteFunc(slices.Clone(all), func(d Document) bool {
		return kind != "" && d.Kind != kind || state != "" && string(d.State) != state
	})
	t := x.documentsTable(list, a.Can(ruleAll))
	if done, err := web.SendTable(w, r, x.t("文书"), t); done || err != nil {
		return err
	}
	v := listView{Grid: web.NewGrid(r, t), MayKeep: a.Can(ruleKeep), Empty: len(all) == 0, Make: m}
	v.Kinds = []option{{"", x.t("全部"), kind == ""}}
	for _, k := range s.Kinds() {
		v.Kinds = append(v.Kinds, option{k.Code, x.kind(k.Code), k.Code == kind})
		v.Make.Kinds = append(v.Make.Kinds, option{k.Code, x.kind(k.Code), k.Code == r.PostForm.Get("kind") || r.PostForm == nil && k.Code == kind})
		v.Make.Hints = append(v.Make.Hints, x.kind(k.Code)+x.t("：")+x.hint(k.Code))
	}
	v.States = []option{{"", x.t("全部"), state == ""}, {string(Draft), x.t("草稿"), state == string(Draft)}, {string(Final), x.t("定稿"), state == string(Final)}}
	if v.MayKeep {
		v.Make.Units = s.unitOptions()
	}
	return listPage().RenderStatus(w, r, status, "文书", v)
}

func (s *Service) postMake(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	unit, err := s.unit(v.Get("unit"))
	var d Document
	if err == nil {
		d, err = s.Make(r.Context(), web.ActorOf(r), v.Get("kind"), v.Get("period"), unit)
	}
	if err != nil {
		f, ok := s.lens(r).refused(err, "period", "unit")
		if !ok {
			return err
		}
		return s.showList(w, r, web.Status(err), makeForm{F: f, Period: v.Get("period"), Unit: v.Get("unit")})
	}
	return web.Done(w, r, documentPath(d.ID), "已生成第 %d 版", d.Newest)
}

func (s *Service) postAgain(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	whole, err := s.Show(r.Context(), web.ActorOf(r), id, 0)
	if err != nil {
		return err
	}
	d, err := s.Make(r.Context(), web.ActorOf(r), whole.Document.Kind, whole.Document.Period, whole.Document.Unit)
	if err != nil {
		f, ok := s.lens(r).refused(err)
		if !ok {
			return err
		}
		return s.showDocument(w, r, web.Status(err), f)
	}
	return web.Done(w, r, documentPath(d.ID), "已生成第 %d 版", d.Newest)
}

func (s *Service) getDocument(w http.ResponseWriter, r *http.Request) error {
	return s.showDocument(w, r, http.StatusOK, web.Faults{})
}

func (s *Service) showDocument(w http.ResponseWriter, r *http.Request, status int, f web.Faults) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	no := 0
	if q := r.URL.Query().Get("version"); q != "" {
		if no, err = strconv.Atoi(q); err != nil || no < 1 {
			return web.NoPage()
		}
	}
	a, x := web.ActorOf(r), s.lens(r)
	q, err := s.Show(r.Context(), a, id, no)
	if err != nil {
		return err
	}
	d := q.Document
	v := documentView{ID: id, Version: d.Version, Path: documentPath(id), Title: d.Title, Kind: x.kind(d.Kind), Period: x.period(d.Period), Unit: x.name(d.Unit), State: x.t(d.State.Text()), No: q.Shown.No,
		All: q.All, MayKeep: a.Can(ruleKeep), Draft: d.State == Draft, Final: d.State == Final, ForAll: d.ForAll, Old: q.Shown.No != d.Newest, F: f, Lines: q.Lines,
		Versions: x.versionLines(q), Issues: x.issueViews(q), Cutoff: minute(q.Text.Meta.Made), Reason: r.PostForm.Get("reason")}
	if v.Final {
		v.Tag = "good"
	}
	if len(q.Lines) == 0 {
		v.Paper = q.Text
		for _, format := range Formats() {
			v.Files = append(v.Files, option{Value: filePath(id, q.Shown.No, format), Label: map[string]string{"docx": "Word", "pdf": "PDF", "xlsx": "Excel"}[format]})
		}
	}
	if q.All {
		v.Changed = changedLines(q.Shown.Changed)
	}
	if v.MayKeep && v.Draft {
		v.Edit = documentPath(id) + "/edit"
		for _, n := range slices.Backward(q.Versions) {
			v.Numbers = append(v.Numbers, option{Value: strconv.Itoa(n.No), Label: x.t("第 %d 版", n.No), On: n.No == q.Shown.No})
		}
	}
	return documentPage().RenderStatus(w, r, status, d.Title, v)
}

func (s *Service) getFile(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	no, err := web.PathNumber(r, "version")
	if err != nil {
		return err
	}
	name, mediaType, content, err := s.File(r.Context(), web.ActorOf(r), id, int(min(no, 1<<30)), r.PathValue("format"))
	if err != nil {
		return err
	}
	return send(w, name, mediaType, content)
}

func send(w http.ResponseWriter, name, mediaType string, content []byte) error {
	web.Attachment(w, name, mediaType)
	_, err := w.Write(content)
	return err
}

func (s *Service) getIssue(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	issue, err := web.PathNumber(r, "issue")
	if err != nil {
		return err
	}
	f, content, err := s.IssueFile(r.Context(), web.ActorOf(r), id, issue)
	if err != nil {
		return err
	}
	return send(w, f.Name, f.Media, content)
}

func (s *Service) postFinal(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	in := Finishing{ForAll: v.Get("all") != ""}
	in.Version, _ = strconv.ParseInt(v.Get("version"), 10, 64)
	in.No, _ = strconv.Atoi(v.Get("no"))
	if in.Name, in.Content, err = upload(r); err == nil {
		_, err = s.Finish(r.Context(), web.ActorOf(r), id, in)
	}
	if err != nil {
		f, ok := s.lens(r).refused(err, "file")
		if !ok {
			return err
		}
		return s.showDocument(w, r, web.Status(err), f)
	}
	return web.Done(w, r, documentPath(id), "已定稿")
}

func (s *Service) postReopen(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.Reopen(r.Context(), web.ActorOf(r), id, v.Get("reason")); err != nil {
		f, ok := s.lens(r).refused(err, "reason")
		if !ok {
			return err
		}
		return s.showDocument(w, r, web.Status(err), f)
	}
	return web.Done(w, r, documentPath(id), "已重新编辑")
}
