package surveys

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

// starter is what the form of a new survey begins with.
func (s *Service) starter(a perm.Actor) Survey {
	x := Survey{Topic: Satisfaction, From: s.today(), To: s.today(), Design: StratifiedCluster, Mode: Phone, FrameKnown: true, State: Draft}
	x.Questions = []Question{usualQuestion()}
	if !a.Has(perm.Office) {
		for _, f := range s.forces() {
			if a.May(ruleWrite, perm.On{Force: f}) == nil {
				x.Force = f
				break
			}
		}
	}
	return x
}

// townships gives a stratum for each township of today.
func (s *Service) townships() (out []Stratum) {
	t := s.units.Today()
	for _, u := range t.Preorder(org.Territorial) {
		if t.Kind(u) == org.Township {
			out = append(out, Stratum{Name: t.Short(u)})
		}
	}
	return out
}

// draft gives the survey that a form is about: a new one, or a draft that the person may change.
func (s *Service) draft(r *http.Request) (Survey, Counts, error) {
	a := web.ActorOf(r)
	if r.PathValue("id") == "new" {
		return s.starter(a), nil, a.May(ruleWrite, perm.On{})
	}
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return Survey{}, nil, err
	}
	q, err := s.Show(r.Context(), a, id)
	if err != nil {
		return Survey{}, nil, err
	}
	if err := s.mayWrite(a, q.Survey.Force); err != nil {
		return Survey{}, nil, err
	}
	return q.Survey, q.Counts, q.Survey.mayChange()
}

func (s *Service) editForm(r *http.Request, x Survey) (v editView, err error) {
	list, err := s.List(r.Context(), web.ActorOf(r))
	if err != nil {
		return v, err
	}
	var earlier []Survey
	for _, o := range list {
		earlier = append(earlier, o.Survey)
	}
	return s.lens(r).edit(x, s.forces(), earlier, web.ActorOf(r)), nil
}

func (s *Service) getEdit(w http.ResponseWriter, r *http.Request) error {
	x, c, err := s.draft(r)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("strata") == "townships" && len(x.Strata) < 2 {
		x.Strata = s.townships()
	}
	v, err := s.editForm(r, x)
	if err != nil {
		return err
	}
	v.HasData = len(c) > 0
	return editPage().Render(w, r, "登记调查", v)
}

// lines splits a text into its lines that are not blank.
func lines(text string) (out []string) {
	for _, l := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\n、；;", r) }) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// readSurvey reads the form of a survey.
func readSurvey(v url.Values) (x Survey, err error) {
	var f fault.Fields
	x = Survey{Title: field(v, "title"), Topic: Topic(field(v, "topic")), Force: org.UnitID(max(0, count(v, "force"))), From: day(v, "from", &f), To: day(v, "to", &f), By: field(v, "by"), Population: field(v, "population"), Frame: field(v, "frame"),
		FrameKnown: v.Get("frame_known") == "1", Design: Design(field(v, "design")), Mode: Mode(field(v, "mode")), WholeCluster: v.Get("whole_cluster") == "1", Approached: count(v, "approached"), Previous: max(0, count(v, "previous")), Note: field(v, "note"), Version: count(v, "version")}
	for i := 0; v.Has("qtext"+strconv.Itoa(i)) && i < mostQuestions; i++ {
		n := strconv.Itoa(i)
		q := Question{Text: field(v, "qtext"+n), Name: field(v, "qname"+n), Target: field(v, "qtarget"+n)}
		for _, c := range []struct {
			name  string
			class AnswerClass
		}{{"qyes", Counted}, {"qno", Other}, {"qout", LeftOut}} {
			for _, a := range lines(field(v, c.name+n)) {
				q.Answers = append(q.Answers, Answer{a, c.class})
			}
		}
		if q.Text != "" || q.Target != "" || len(q.Answers) > 0 {
			x.Questions = append(x.Questions, q)
		}
	}
	for i := 0; v.Has("sname"+strconv.Itoa(i)) && i < mostStrata+spareStrata; i++ {
		n := strconv.Itoa(i)
		h := Stratum{Name: field(v, "sname"+n), People: count(v, "speople"+n), Clusters: count(v, "sclusters"+n), Merge: field(v, "smerge"+n)}
		if h != (Stratum{}) {
			x.Strata = append(x.Strata, h)
		}
	}
	return x, f.Err()
}

func (s *Service) postEdit(w http.ResponseWriter, r *http.Request) error {
	v, err := form(r)
	if err != nil {
		return err
	}
	x, err := readSurvey(v)
	if r.PathValue("id") != "new" {
		id, perr := web.PathNumber(r, "id")
		if perr != nil {
			return perr
		}
		x.ID = id
	}
	id := x.ID
	if err == nil {
		id, err = s.Save(r.Context(), web.ActorOf(r), x)
	}
	if err == nil {
		if x.ID == 0 {
			return web.Done(w, r, surveyPath(id), "已保存；下一步导入或录入结果")
		}
		return web.Done(w, r, surveyPath(id), "已保存")
	}
	faults, ok := s.lens(r).refused(err)
	if !ok {
		return err
	}
	back, ferr := s.editForm(r, x)
	if ferr != nil {
		return ferr
	}
	if fault.KindOf(err) == fault.Conflict && x.ID != 0 {
		// The next save is meant to go on top of what somebody else has saved, which is said.
		now, serr := s.Show(r.Context(), web.ActorOf(r), x.ID)
		if serr != nil {
			return serr
		}
		o, l := now.Survey, s.lens(r)
		faults[""] = append(faults[""], l.t("现在保存的是：%s", strings.Join([]string{o.Title, l.t(o.Topic.Text()), span(o), l.t(o.Design.Short()), l.t(o.Mode.Text())}, " · ")))
		back.Version = o.Version
	}
	back.F, back.From, back.To, back.Approached = faults, v.Get("from"), v.Get("to"), v.Get("approached")
	for i := range back.Questions {
		back.Questions[i].Faults = faults["q"+strconv.Itoa(i)]
	}
	for i := range back.Strata {
		// What is no number comes back as it was typed, where the lines still match.
		n := strconv.Itoa(i)
		if back.Strata[i].Name != "" && back.Strata[i].Name == field(v, "sname"+n) {
			back.Strata[i].People, back.Strata[i].Clusters = v.Get("speople"+n), v.Get("sclusters"+n)
		}
	}
	return editPage().RenderStatus(w, r, web.Status(err), "登记调查", back)
}

// asked gives the question that the page of typed counts is about.
func asked(x Survey, code string) (Question, error) {
	if code == "" {
		return x.Questions[0], nil
	}
	q, ok := x.question(code)
	if !ok {
		return q, fault.New(fault.Missing, "调查里没有 %s 这道题；请重新选择", code)
	}
	return q, nil
}

func (s *Service) getCounts(w http.ResponseWriter, r *http.Request) error {
	x, c, err := s.draft(r)
	if err != nil {
		return err
	}
	if x.ID == 0 {
		return web.NoPage()
	}
	q, err := asked(x, r.URL.Query().Get("q"))
	if err != nil {
		return err
	}
	return countsPage().Render(w, r, "录入汇总数", s.lens(r).countsForm(x, q, c))
}

func (s *Service) postCounts(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r)
	if err != nil {
		return err
	}
	x, c, err := s.draft(r)
	if err != nil {
		return err
	}
	q, err := asked(x, field(v, "question"))
	if err != nil {
		return err
	}
	var f fault.Fields
	var list Counts
	for i := 0; v.Has("row"+strconv.Itoa(i)) && i < 5000; i++ {
		n := strconv.Itoa(i)
		stratum, cluster := field(v, "stratum"+n), field(v, "cluster"+n)
		if stratum == "" && len(x.Strata) == 1 {
			stratum = x.Strata[0].Name
		}
		typed := false
		for j := range q.Answers {
			name := "n" + n + "_" + strconv.Itoa(j)
			k := count(v, name)
			f.Need(k >= 0 && k <= mostInterviews, "counts", "“%s %s”第 %d 个回答的人数“%s”应为整数", stratum, cluster, j+1, field(v, name))
			if field(v, name) != "" {
				typed = true
				list = append(list, Count{Stratum: stratum, Cluster: cluster, Answer: j, N: max(0, k)})
			}
		}
		f.Need(typed || cluster == "" || !x.Design.clusters(), "counts", "“%s %s”没有填人数；没有访问就删去这一行", stratum, cluster)
	}
	if err = f.Err(); err == nil {
		err = s.SetCounts(r.Context(), web.ActorOf(r), id, count(v, "version"), q.Code, list)
	}
	if err == nil {
		for i, o := range x.Questions {
			if o.Code == q.Code && i+1 < len(x.Questions) {
				return web.Done(w, r, surveyPath(id)+"/counts?q="+x.Questions[i+1].Code, "已保存 %s 的汇总数；接着录入下一题", q.Code)
			}
		}
		return web.Done(w, r, surveyPath(id), "已保存 %s 的汇总数", q.Code)
	}
	l := s.lens(r)
	faults, ok := l.refused(err)
	if !ok {
		return err
	}
	back := l.countsForm(x, q, c)
	back.F = faults
	for len(back.Rows) < 5000 && v.Has("row"+strconv.Itoa(len(back.Rows))) {
		row := countRow{No: len(back.Rows)}
		for j := range q.Answers {
			row.Cells = append(row.Cells, cellForm{Name: "n" + strconv.Itoa(row.No) + "_" + strconv.Itoa(j)})
		}
		back.Rows = append(back.Rows, row)
	}
	for i := range back.Rows {
		row := &back.Rows[i]
		n := strconv.Itoa(i)
		if !v.Has("row" + n) {
			continue
		}
		row.Stratum, row.Cluster = field(v, "stratum"+n), field(v, "cluster"+n)
		for j := range row.Cells {
			row.Cells[j].Value = v.Get(row.Cells[j].Name)
		}
	}
	return countsPage().RenderStatus(w, r, web.Status(err), "录入汇总数", back)
}

func (s *Service) importView(r *http.Request) (v importView, x Survey, err error) {
	x, c, err := s.draft(r)
	if err != nil {
		return v, x, err
	}
	if x.ID == 0 {
		return v, x, web.NoPage()
	}
	l := s.lens(r)
	v = importView{Title: x.Title, Path: surveyPath(x.ID), Columns: l.columnHelp(x), XLSX: surveyPath(x.ID) + "/template/xlsx", CSV: surveyPath(x.ID) + "/template/csv"}
	if n := c.interviews(); n > 0 {
		v.Replaces = l.t("现有 %d 人的数据会被文件替换。", n)
	}
	return v, x, nil
}

func (s *Service) getImport(w http.ResponseWriter, r *http.Request) error {
	v, _, err := s.importView(r)
	if err != nil {
		return err
	}
	return importPage().Render(w, r, "导入回答", v)
}

// uploaded reads the file of a form.
func uploaded(r *http.Request) (name string, content []byte, err error) {
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return "", nil, err
		}
		return "", nil, fault.Because(err, fault.Invalid, "表单内容读不出来；请返回重填")
	}
	f, h, err := r.FormFile("file")
	if err != nil {
		return "", nil, fault.New(fault.Invalid, "请选择文件")
	}
	defer f.Close()
	content, err = io.ReadAll(f)
	if err == nil && len(content) == 0 {
		err = fault.New(fault.Invalid, "文件是空的；第 1 行应是表头")
	}
	return h.Filename, content, err
}

const mostShown = 100

// postImport tells what a file would do; nothing of it is kept but its counts.
func (s *Service) postImport(w http.ResponseWriter, r *http.Request) error {
	v, x, err := s.importView(r)
	if err != nil {
		return err
	}
	l := s.lens(r)
	name, content, err := uploaded(r)
	var p Preview
	if err == nil {
		p, err = s.ImportAnswers(r.Context(), web.ActorOf(r), x.ID, name, content, true)
	}
	if err != nil {
		if k := fault.KindOf(err); k != fault.Invalid && k != fault.Conflict && k != fault.TooLarge {
			return err
		}
		v.Problem = fault.Say(err, l.Text)
		return importPage().RenderStatus(w, r, web.Status(err), "导入回答", v)
	}
	v.Done, v.File, v.Token = true, name, p.Token
	for i, f := range p.Report.Findings {
		if i == mostShown {
			v.Findings = append(v.Findings, l.t("另有 %d 处", len(p.Report.Findings)-mostShown))
			break
		}
		v.Findings = append(v.Findings, f.Say(l.Text))
	}
	if len(v.Findings) > 0 {
		return importPage().RenderStatus(w, r, http.StatusUnprocessableEntity, "导入回答", v)
	}
	v.Report = l.t("读了 %d 人的回答", p.People)
	if x.Design.clusters() {
		points := map[[2]string]bool{}
		for _, c := range p.Counts {
			points[[2]string{c.Stratum, c.Cluster}] = true
		}
		v.Report = l.t("读了 %d 人的回答，%d 个村（组）", p.People, len(points))
	}
	for _, q := range x.Questions {
		line := previewLine{Head: q.Code + " " + q.Text}
		for i, n := range p.Counts.answers(q) {
			line.Answers = append(line.Answers, factLine{q.Answers[i].Text, grouped(n)})
		}
		v.Preview = append(v.Preview, line)
	}
	return importPage().Render(w, r, "导入回答", v)
}

func (s *Service) postApply(w http.ResponseWriter, r *http.Request) error {
	id, v, err := numbered(r)
	if err != nil {
		return err
	}
	n, err := s.Apply(r.Context(), web.ActorOf(r), id, v.Get("token"))
	if err != nil {
		faults, ok := s.lens(r).refused(err)
		if !ok {
			return err
		}
		return s.show(w, r, id, web.Status(err), faults)
	}
	return web.Done(w, r, surveyPath(id), "已导入 %d 人的回答", n)
}

func (s *Service) getTemplate(w http.ResponseWriter, r *http.Request) error {
	x, _, err := s.draft(r)
	if err != nil {
		return err
	}
	t := x.template()
	name := x.Title + "（" + s.lens(r).t("导入模板") + "）"
	switch f := r.PathValue("format"); f {
	case "csv":
		web.Attachment(w, name+"."+f, web.MediaCSV)
		return t.CSV(w)
	case "xlsx":
		web.Attachment(w, name+"."+f, web.MediaXLSX)
		return t.XLSX(w, table.XLSXOptions{})
	}
	return web.NoPage()
}
