package reports

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/web"
)

func (s *Service) getEdit(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	q, err := s.Show(r.Context(), web.ActorOf(r), id, 0)
	if err != nil {
		return err
	}
	if q.Document.State == Final {
		return fault.New(fault.Conflict, "文书已经定稿；要修改，请先写明原因重新编辑")
	}
	return editPage().Render(w, r, "编辑文书", s.editView(r, q, q.Text, Edit{Base: q.Shown.No, Head: HeadOf(q.Text), Rows: Rows(q.Text)}, web.Faults{}))
}

// editView shows the editor: base is the version the rows were made from.
func (s *Service) editView(r *http.Request, q Whole, base *docgen.Document, e Edit, f web.Faults) editView {
	x, id := s.lens(r), q.Document.ID
	v := editView{Path: documentPath(id), Save: documentPath(id) + "/edit", Back: documentPath(id), Title: q.Document.Title, Base: e.Base, Head: e.Head, HasTo: base.Kind == docgen.Official || base.Kind == docgen.Letter,
		HasSign: base.Sign != nil || base.Day != "", HasIssue: base.Kind == docgen.Bulletin, HasSigners: q.Document.Kind == LeadingGroup, Rows: x.rowViews(e.Rows, f), Sources: sourceLines(base), F: f}
	if q.Document.Newest != e.Base {
		v.Newest, v.Theirs = q.Document.Newest, versionPath(id, q.Document.Newest)
	}
	return v
}

// editOf reads the editor.
func editOf(v url.Values) Edit {
	e := Edit{Head: Head{Title: v.Get("title"), Number: strings.TrimSpace(v.Get("number")), Issue: strings.TrimSpace(v.Get("issue")), To: v.Get("to"), Signers: v.Get("signers"), Unit: strings.TrimSpace(v.Get("unit")), Day: strings.TrimSpace(v.Get("day")), CopyTo: v.Get("copies")}}
	e.Base, _ = strconv.Atoi(v.Get("base"))
	kinds, froms, texts := v["kind"], v["from"], v["text"]
	for i := range kinds {
		if i >= len(froms) || i >= len(texts) {
			break
		}
		row := Row{Kind: RowKind(kinds[i]), Text: strings.ReplaceAll(texts[i], "\r\n", "\n")}
		var err error
		if row.From, err = strconv.Atoi(froms[i]); err != nil {
			row.From = -1
		}
		e.Rows = append(e.Rows, row)
	}
	return e
}

// move does what a button beside a row asks for: "up:3", "down:3", "drop:3", "add:3" (beneath row
// 3, counted from 0; −1 puts it first).
func move(rows []Row, deed string) []Row {
	what, at, _ := strings.Cut(deed, ":")
	i, err := strconv.Atoi(at)
	if err != nil || i < -1 || i >= len(rows) {
		return rows
	}
	switch {
	case what == "add":
		out := append([]Row{}, rows[:i+1]...)
		return append(append(out, Row{Kind: TextRow, From: -1}), rows[i+1:]...)
	case i < 0:
	case what == "drop":
		return append(append([]Row{}, rows[:i]...), rows[i+1:]...)
	case what == "up" && i > 0:
		rows[i-1], rows[i] = rows[i], rows[i-1]
	case what == "down" && i < len(rows)-1:
		rows[i+1], rows[i] = rows[i], rows[i+1]
	}
	return rows
}

func (s *Service) postEdit(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	e := editOf(v)
	f, status := web.Faults{}, http.StatusOK
	if deed := v.Get("deed"); deed != "" && deed != "save" {
		e.Rows = move(e.Rows, deed)
	} else {
		saved, err := s.Save(r.Context(), web.ActorOf(r), id, e)
		if err == nil {
			if n := len(saved.Changed); n > 0 {
				return web.Done(w, r, documentPath(id), "已存为第 %d 版；有 %d 处系统算出的数被改动，列在下面", saved.No, n)
			}
			return web.Done(w, r, documentPath(id), "已存为第 %d 版", saved.No)
		}
		var ok bool
		if f, ok = s.lens(r).refused(err, "title", "body"); !ok {
			return err
		}
		status = web.Status(err)
	}
	q, err := s.Show(r.Context(), web.ActorOf(r), id, 0)
	if err != nil {
		return err
	}
	base := q.Text
	for _, o := range q.Versions {
		if o.No == e.Base && o.No != q.Shown.No {
			if base, err = docgen.Thaw([]byte(o.Content)); err != nil {
				return err
			}
		}
	}
	return editPage().RenderStatus(w, r, status, "编辑文书", s.editView(r, q, base, e, f))
}

func (s *Service) getTemplates(w http.ResponseWriter, r *http.Request) error {
	return s.showTemplates(w, r, http.StatusOK, "", web.Faults{})
}

func (s *Service) showTemplates(w http.ResponseWriter, r *http.Request, status int, name string, f web.Faults) error {
	list, err := s.Templates(r.Context(), web.ActorOf(r))
	if err != nil {
		return err
	}
	v := templatesView{Name: name, F: f, Known: Placeholders()}
	for _, t := range list {
		v.List = append(v.List, templateLine{t.Name, templatePath(t.ID), t.Newest, t.Ended})
	}
	return templatesPage().RenderStatus(w, r, status, "文书模板", v)
}

func (s *Service) postTemplates(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	name, content, err := upload(r)
	var t Template
	if err == nil {
		t, err = s.SaveTemplate(r.Context(), web.ActorOf(r), 0, v.Get("name"), name, content)
	}
	if err != nil {
		f, ok := s.lens(r).refused(err, "name", "file")
		if !ok {
			return err
		}
		return s.showTemplates(w, r, web.Status(err), v.Get("name"), f)
	}
	return web.Done(w, r, templatePath(t.ID), "已保存模板")
}

func (s *Service) getTemplate(w http.ResponseWriter, r *http.Request) error {
	return s.showTemplate(w, r, http.StatusOK, web.Faults{})
}

func (s *Service) showTemplate(w http.ResponseWriter, r *http.Request, status int, f web.Faults) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	x, a, q := s.lens(r), web.ActorOf(r), r.URL.Query()
	t, uploads, parsed, err := s.Template(r.Context(), a, id)
	if err != nil {
		return err
	}
	v := templateView{ID: id, Version: t.Version, Path: templatePath(id), Name: t.Name, Ended: t.Ended, Period: q.Get("period"), Unit: q.Get("unit"), Units: s.unitOptions(), Known: Placeholders(), F: f}
	for i := len(uploads) - 1; i >= 0; i-- {
		u := uploads[i]
		v.Uploads = append(v.Uploads, uploadLine{u.No, u.File, u.By, moment(u.At), templatePath(id) + "/files/" + strconv.Itoa(u.No), u.No == t.Newest})
	}
	if v.Period == "" {
		for _, p := range parsed.Names() {
			v.Fillings = append(v.Fillings, fillingLine{Place: x.place(p.Part, p.Paragraph), Key: p.Key()})
		}
		return templatePage().RenderStatus(w, r, status, t.Name, v)
	}
	v.Asked = true
	unit, err := s.unit(v.Unit)
	var list []Filling
	if err == nil {
		list, err = s.Preview(r.Context(), a, id, v.Period, unit)
	}
	if err != nil {
		more, ok := x.refused(err, "period", "unit")
		if !ok {
			return err
		}
		v.F, status = more, web.Status(err)
		return templatePage().RenderStatus(w, r, status, t.Name, v)
	}
	for _, l := range list {
		line := fillingLine{Place: x.place(l.Place.Part, l.Place.Paragraph), Key: l.Place.Key(), Becomes: l.Becomes}
		if l.Why != nil {
			line.Why = l.Why.Message(x.Text)
			v.Bad++
		}
		v.Fillings = append(v.Fillings, line)
	}
	if v.Bad == 0 && !v.Ended {
		v.Fill = templatePath(id) + "/fill?" + url.Values{"period": {v.Period}, "unit": {v.Unit}}.Encode()
	}
	return templatePage().RenderStatus(w, r, status, t.Name, v)
}

func (x lens) place(part string, paragraph int) string {
	return x.t("%s第 %d 段", x.t(part), paragraph)
}

func (s *Service) postTemplate(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	name, content, err := upload(r)
	var t Template
	if err == nil {
		t, err = s.SaveTemplate(r.Context(), web.ActorOf(r), id, v.Get("name"), name, content)
	}
	if err != nil {
		f, ok := s.lens(r).refused(err, "file")
		if !ok {
			return err
		}
		return s.showTemplate(w, r, web.Status(err), f)
	}
	return web.Done(w, r, templatePath(id), "已换上第 %d 版模板", t.Newest)
}

func (s *Service) postEndTemplate(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(v.Get("version"), 10, 64)
	ended := v.Get("ended") == "1"
	if err := s.EndTemplate(r.Context(), web.ActorOf(r), id, version, ended); err != nil {
		f, ok := s.lens(r).refused(err)
		if !ok {
			return err
		}
		return s.showTemplate(w, r, web.Status(err), f)
	}
	if ended {
		return web.Done(w, r, templatePath(id), "模板已停用")
	}
	return web.Done(w, r, templatePath(id), "模板已恢复使用")
}

// getFill sends the filled template; what cannot be filled is shown on the template's page, each
// placeholder with its paragraph.
func (s *Service) getFill(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	unit, err := s.unit(r.URL.Query().Get("unit"))
	var name string
	var content []byte
	if err == nil {
		name, content, err = s.Fill(r.Context(), web.ActorOf(r), id, r.URL.Query().Get("period"), unit)
	}
	if fault.KindOf(err) == fault.Invalid && err != nil {
		f, _ := s.lens(r).refused(err, "period", "unit")
		delete(f, "") // the page says these beside their placeholders
		return s.showTemplate(w, r, web.Status(err), f)
	}
	if err != nil {
		return err
	}
	return send(w, name, media["docx"], content)
}

func (s *Service) getUpload(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	no, err := web.PathNumber(r, "no")
	if err != nil {
		return err
	}
	name, content, err := s.TemplateFile(r.Context(), web.ActorOf(r), id, int(min(no, 1<<30)))
	if err != nil {
		return err
	}
	return send(w, name, media["docx"], content)
}
