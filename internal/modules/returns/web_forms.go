package returns

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
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
	formsPage    = sync.OnceValue(func() *web.Page[formsView] { return web.MustPage[formsView](embedded, "forms.html") })
	formPage     = sync.OnceValue(func() *web.Page[formShowView] { return web.MustPage[formShowView](embedded, "form.html") })
	formEditPage = sync.OnceValue(func() *web.Page[formEditView] { return web.MustPage[formEditView](embedded, "formedit.html") })
	dataPage     = sync.OnceValue(func() *web.Page[dataView] { return web.MustPage[dataView](embedded, "data.html") })
)

func (s *Service) formRows() []formRow {
	t, today := s.units.Today(), s.today()
	var rows []formRow
	for _, f := range s.Forms() {
		last, _ := s.Ended(f.Code)
		rows = append(rows, formRow{Form: f, Force: s.name(f.Force, today), Burden: f.burden(t, today), Last: last})
	}
	return rows
}

func (s *Service) getForms(w http.ResponseWriter, r *http.Request) error {
	return s.showForms(w, r, http.StatusOK, formsView{})
}

func (s *Service) showForms(w http.ResponseWriter, r *http.Request, status int, v formsView) error {
	l := web.LangOf(r)
	rows := s.formRows()
	t := formsTable(l, rows)
	if done, err := web.SendTable(w, r, words.T(l, "报表目录"), t); done {
		return err
	}
	yearly := 0
	for _, x := range rows {
		if x.Last.IsZero() {
			yearly += x.Burden.Yearly
		}
	}
	v.Grid, v.Count, v.MayEdit = web.NewGrid(r, t), len(rows), web.ActorOf(r).Can(ruleForms)
	v.Yearly = grouped(yearly)
	v.XLSX, v.CSV = web.FileLinks(r)
	if r.Method != http.MethodGet {
		v.XLSX, v.CSV = "/forms?format=xlsx", "/forms?format=csv"
	}
	return formsPage().RenderStatus(w, r, status, "报表目录", v)
}

func (s *Service) getFormsExport(w http.ResponseWriter, r *http.Request) error {
	var b bytes.Buffer
	var codes []string
	name := "forms"
	if c := r.URL.Query().Get("code"); c != "" {
		if _, err := s.FormVersions(c); err != nil {
			return err
		}
		codes, name = []string{c}, c
	}
	if err := s.ExportForms(&b, codes...); err != nil {
		return err
	}
	return send(w, NamedFile{Name: name + ".yaml", Content: b.Bytes()}, "application/yaml; charset=utf-8")
}

func (s *Service) postFormsImport(w http.ResponseWriter, r *http.Request) error {
	list, err := uploaded(r)
	if err != nil {
		return err
	}
	l := web.LangOf(r)
	dry := r.FormValue("dry") != ""
	rep, err := s.ImportForms(r.Context(), web.ActorOf(r), list[0].Name, bytes.NewReader(list[0].Content), dry)
	if err != nil && fault.KindOf(err) != fault.Invalid {
		return err
	}
	v := formsView{}
	if err != nil {
		v.Say = fault.Say(err, l.Text)
		return s.showForms(w, r, web.Status(err), v)
	}
	v.Report = words.T(l, "读到 %d 张表：新建 %d，修订 %d，相同 %d，有问题 %d", rep.Read, rep.Created, rep.Updated, rep.Unchanged, rep.Rejected)
	status := http.StatusOK
	if len(rep.Findings) > 0 {
		status, v.Say = http.StatusUnprocessableEntity, words.T(l, "有 %d 处问题，一张表也没有写入：", len(rep.Findings))
	}
	for _, f := range rep.Findings {
		v.Findings = append(v.Findings, findingView{Where: f.Where(l.Text), Say: f.Message(l.Text)})
	}
	if rep.Written {
		return web.Done(w, r, "/forms", "读到 %d 张表：新建 %d，修订 %d，相同 %d，有问题 %d", rep.Read, rep.Created, rep.Updated, rep.Unchanged, rep.Rejected)
	}
	return s.showForms(w, r, status, v)
}

func (s *Service) getForm(w http.ResponseWriter, r *http.Request) error {
	return s.showForm(w, r, http.StatusOK, faults{}, url.Values{})
}

func (s *Service) showForm(w http.ResponseWriter, r *http.Request, status int, bad faults, typed url.Values) error {
	list, err := s.FormVersions(r.PathValue("code"))
	if err != nil {
		return err
	}
	f := list[len(list)-1]
	if no, err := strconv.Atoi(r.URL.Query().Get("version")); err == nil {
		if f = s.book.Load().version(f.Code, no); f == nil {
			return fault.New(fault.Missing, "报表 %s 没有第 %d 版", r.PathValue("code"), no)
		}
	}
	a, l, today := web.ActorOf(r), web.LangOf(r), s.today()
	t := s.units.Today()
	day := today
	if f.From.First() > day {
		day = f.From.Last()
		t = s.units.Register().On(day)
	}
	cat := s.facts.Catalogue()
	v := formShowView{Code: f.Code, Name: f.Name, NameEN: f.NameEN, Force: s.name(f.Force, day), Approval: f.Approval, NoApproval: f.NoApproval, Purpose: f.Purpose, Contact: f.Contact,
		Grain: words.T(l, f.Grain.Chinese()), From: f.From.String(), Due: dueText(l, f.Due), Subjects: subjectsText(l, f), Units: s.unitsText(l, f, day), Jump: jumpText(l, f.Jump),
		No: f.No, Newest: f == list[len(list)-1], Items: web.NewGrid(r, itemsTable(l, f, cat)), Rules: web.NewGrid(r, rulesTable(l, f, s.book.Load().checker(f, cat))), Burden: f.burden(t, day),
		MayEdit: a.May(ruleForms, perm.On{}) == nil, MayData: a.May(ruleChain, perm.On{Force: f.Force}) == nil, F: bad, Last: typed.Get("last"), Reason: typed.Get("reason")}
	if v.Burden.Units > 0 {
		_, v.PerUnit = percentless(v.Burden.Cells, v.Burden.Units)
	}
	if last, ok := s.Ended(f.Code); ok {
		v.Ended = last.String()
	}
	v.Period = f.Grain.Period(f.Grain.Done(today.AddDays(-1))).String()
	for _, u := range f.Units.Members(t, day) {
		v.Members = append(v.Members, linkView{Name: unitName(t, u)})
	}
	for i := len(list) - 1; i >= 0; i-- {
		x := list[i]
		v.Versions = append(v.Versions, formVersionView{No: x.No, From: x.From.String(), By: x.By, At: shortStamp(x.At), Reason: x.Reason, On: x == f})
	}
	return formPage().RenderStatus(w, r, status, f.Title(web.LangOf(r) == words.English), v)
}

// percentless prints a mean with one decimal at most.
func percentless(n, of int) (exact, printed string) {
	r := measure.Rat(int64(n), 0)
	r.Quo(r, measure.Rat(int64(of), 0))
	return measure.Exact(r), strings.TrimSuffix(measure.Round(r, 1), ".0")
}

func subjectsText(l words.Lang, f *Form) string {
	if f.Subjects == org.LevelNone {
		return words.T(l, "填报单位自己（一行）")
	}
	return words.T(l, "下级每个%s一行", words.T(l, f.Subjects.Text()))
}

// unitsText says who reports, in words.
func (s *Service) unitsText(l words.Lang, f *Form, day period.Day) string {
	var parts []string
	if f.Units.Kind != "" {
		if f.Units.Under != 0 {
			parts = append(parts, words.T(l, "%s以下的%s", s.name(f.Units.Under, day), words.T(l, f.Units.Kind.Text())))
		} else {
			parts = append(parts, words.T(l, "全部%s", words.T(l, f.Units.Kind.Text())))
		}
	}
	dated := func(format string, list []Dated) {
		for _, d := range list {
			text := words.T(l, format, s.name(d.Unit, day))
			if d.From != 0 || d.To != 0 {
				text += words.T(l, "（%s 至 %s）", d.From, d.To)
			}
			parts = append(parts, text)
		}
	}
	dated("加上%s", f.Units.Include)
	dated("不含%s", f.Units.Exclude)
	return strings.Join(parts, words.T(l, "；"))
}

func (s *Service) postEndForm(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	code := r.PathValue("code")
	var last period.Period
	if text := strings.TrimSpace(form.Get("last")); text != "" {
		if last, err = period.Parse(text); err != nil {
			return s.showForm(w, r, http.StatusUnprocessableEntity, faults{"last": {fault.Say(err, web.LangOf(r).Text)}}, form)
		}
	}
	err = s.EndForm(r.Context(), web.ActorOf(r), code, last, form.Get("reason"))
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.Conflict) {
		var list fault.Findings
		bad := faults{"last": {fault.Say(err, web.LangOf(r).Text)}}
		if errors.As(err, &list) {
			bad = faultsOf(web.LangOf(r), list)
		}
		return s.showForm(w, r, web.Status(err), bad, form)
	}
	if err != nil {
		return err
	}
	if last.IsZero() {
		return web.Done(w, r, "/forms/"+code, "已恢复报送")
	}
	return web.Done(w, r, "/forms/"+code, "已停用，最后一期 %s", last)
}

func (s *Service) getNewForm(w http.ResponseWriter, r *http.Request) error {
	v := formEditView{New: true, Grain: period.Months.String(), From: period.Months.Period(period.Months.SlotOf(s.today())).String(), Due: "5", Working: true,
		Kind: string(org.Township), Subjects: "", Factor: "3", Threshold: "20", F: faults{}}
	v.blank(6, 3)
	v.offer(web.LangOf(r), s.facts.Catalogue(), s.units.Today())
	return formEditPage().Render(w, r, "新建报表", v)
}

func (s *Service) getEditForm(w http.ResponseWriter, r *http.Request) error {
	list, err := s.FormVersions(r.PathValue("code"))
	if err != nil {
		return err
	}
	f := list[len(list)-1]
	v := s.editView(f)
	// The next version may begin with the first period nobody has handed in for.
	next := f.Grain.Period(f.Grain.SlotOf(s.today()))
	if next.First() > f.From.First() {
		v.From = next.String()
	}
	v.blank(2, 2)
	v.offer(web.LangOf(r), s.facts.Catalogue(), s.units.Today())
	return formEditPage().Render(w, r, "修订报表", v)
}

// editView fills the page from a form.
func (s *Service) editView(f *Form) formEditView {
	y := s.toYAML(f)
	v := formEditView{No: f.No, Code: f.Code, Name: f.Name, NameEN: f.NameEN, Force: y.Force, Approval: f.Approval, NoApproval: f.NoApproval, Purpose: f.Purpose, Contact: f.Contact,
		Grain: y.Grain, From: y.From, Kind: y.Units.Kind, Under: y.Units.Under, Include: datedLines(y.Units.Include), Exclude: datedLines(y.Units.Exclude), Subjects: y.Subjects,
		Due: strconv.Itoa(f.Due.Days), Working: f.Due.Working, Turn: string(f.Turn), Factor: f.Jump.factor(), Threshold: intText(f.Jump.Threshold), F: faults{}}
	for _, it := range f.Items {
		x := itemView{Element: it.Element, Section: it.Section, Min: it.Min, Max: it.Max, Required: it.Required, Repeat: it.Repeat, Hint: it.Hint}
		switch c := s.askedText(it).(type) {
		case string:
			x.Categories = c
		case []string:
			x.Categories = strings.Join(c, " | ")
		}
		if it.Jump != nil {
			x.Factor, x.Threshold = it.Jump.factor(), intText(it.Jump.Threshold)
		}
		v.Items = append(v.Items, x)
	}
	for _, r := range f.Rules {
		v.Rules = append(v.Rules, ruleView{Code: r.Code, Left: r.Left, Op: r.Op, Right: r.Right, Message: r.Message, Severity: string(r.Severity), Gap: string(r.Gap), Total: r.Total})
	}
	return v
}

func datedLines(list []yamlDated) string {
	var lines []string
	for _, d := range list {
		line := d.Unit
		if d.From != "" || d.To != "" {
			line += " " + d.From + ".." + d.To
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// readLines reads units line by line, each with an optional span "2018-01-01..2018-06-30".
func readLines(text string) []yamlDated {
	var out []yamlDated
	for _, line := range strings.Split(strings.ReplaceAll(text, "\r", ""), "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		d := yamlDated{Unit: line}
		if i := strings.LastIndexAny(line, " \t"); i > 0 && strings.Contains(line[i:], "..") {
			from, to, _ := strings.Cut(strings.TrimSpace(line[i:]), "..")
			d = yamlDated{strings.TrimSpace(line[:i]), from, to}
		}
		out = append(out, d)
	}
	return out
}

// typedForm reads the page back, as typed.
func typedForm(v url.Values) formEditView {
	get := func(name string) string { return strings.TrimSpace(v.Get(name)) }
	e := formEditView{New: get("no") == "0", No: int(numberOf(v, "no")), Code: get("code"), Name: get("name"), NameEN: get("name_en"), Force: get("force"), Approval: get("approval"),
		NoApproval: get("no_approval"), Purpose: get("purpose"), Contact: get("contact"), Grain: get("grain"), From: get("from"), Kind: get("kind"), Under: get("under"),
		Include: v.Get("include"), Exclude: v.Get("exclude"), Subjects: get("subjects"), Due: get("due"), Working: v.Get("working") != "", Turn: get("turn"),
		Factor: get("factor"), Threshold: get("threshold"), Reason: get("reason"), F: faults{}}
	for i := range min(numberOf(v, "items"), 400) {
		p := fmt.Sprintf("item.%d.", i)
		x := itemView{Element: get(p + "element"), Categories: get(p + "categories"), Section: get(p + "section"), Min: get(p + "min"), Max: get(p + "max"),
			Required: v.Get(p+"required") != "", Factor: get(p + "factor"), Threshold: get(p + "threshold"), Repeat: get(p + "repeat"), Hint: get(p + "hint")}
		if x.Element != "" {
			e.Items = append(e.Items, x)
		}
	}
	for i := range min(numberOf(v, "rules"), 200) {
		p := fmt.Sprintf("rule.%d.", i)
		x := ruleView{Code: get(p + "code"), Left: get(p + "left"), Op: get(p + "op"), Right: get(p + "right"), Message: get(p + "message"), Severity: get(p + "severity"),
			Gap: get(p + "gap"), Total: v.Get(p+"total") != ""}
		if x.Code != "" || x.Left != "" || x.Right != "" {
			e.Rules = append(e.Rules, x)
		}
	}
	return e
}

// written turns the page into the written form, which is read like a file.
func (e formEditView) written() (yamlForm, fault.Findings) {
	y := yamlForm{Code: e.Code, Name: e.Name, NameEN: e.NameEN, Force: e.Force, Approval: e.Approval, NoApproval: e.NoApproval, Purpose: e.Purpose, Contact: e.Contact, Grain: e.Grain,
		From: e.From, Units: yamlUnits{Kind: e.Kind, Under: e.Under, Include: readLines(e.Include), Exclude: readLines(e.Exclude)}, Subjects: e.Subjects, Turn: e.Turn, Reason: e.Reason}
	var list fault.Findings
	number := func(field string, row int, text string) int64 {
		if text == "" {
			return 0
		}
		n, err := measure.ParseValue(text, 0)
		if err != nil {
			list = append(list, fault.Finding{Field: field, Row: row, Rule: "form", Format: "%s；请填整数", Args: []any{err}})
		}
		return n
	}
	y.Due = yamlDue{Days: int(number("due", 0, e.Due)), Working: e.Working}
	y.Jump = &yamlJump{Factor: e.Factor, Threshold: number("jump", 0, e.Threshold)}
	for i, it := range e.Items {
		x := yamlItem{Element: it.Element, Section: it.Section, Required: it.Required, Min: it.Min, Max: it.Max, Repeat: it.Repeat, Hint: it.Hint}
		var cats []any
		for _, c := range strings.Split(it.Categories, "|") {
			cats = append(cats, strings.TrimSpace(c))
		}
		x.Categories = cats
		if it.Factor != "" {
			x.Jump = &yamlJump{Factor: it.Factor, Threshold: number("items", i+1, it.Threshold)}
		}
		y.Items = append(y.Items, x)
	}
	for _, r := range e.Rules {
		over := "row"
		if r.Total {
			over = "total"
		}
		y.Rules = append(y.Rules, yamlRule{r.Code, r.Left, r.Op, r.Right, r.Severity, r.Gap, over, r.Message})
	}
	return y, list
}

func (s *Service) postForm(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	a, l := web.ActorOf(r), web.LangOf(r)
	if err := a.May(ruleForms, perm.On{}); err != nil {
		return err
	}
	e := typedForm(form)
	title := "修订报表"
	if e.New {
		title = "新建报表"
	}
	show := func(status int, more int) error {
		e.blank(more, more)
		e.offer(l, s.facts.Catalogue(), s.units.Today())
		return formEditPage().RenderStatus(w, r, status, title, e)
	}
	if form.Get("deed") == "more" {
		return show(http.StatusOK, 5)
	}
	y, list := e.written()
	f, bad := s.fromYAML(y)
	list = append(list, bad...)
	if e.New && s.book.Load().newest(f.Code) != nil {
		list = append(list, fault.Finding{Field: "code", Rule: "form", Format: "已有代码为 %s 的报表；请换一个代码，或去修订那张表", Args: []any{f.Code}})
	}
	if len(list) == 0 {
		switch form.Get("deed") {
		case "check":
			err = s.CheckForm(f)
			if err == nil && !e.New && e.Reason == "" {
				err = fault.Findings{{Field: "reason", Rule: "form", Format: "请写明修订的原因"}}
			}
			if err == nil {
				e.Checked, e.Effect = true, s.effect(l, f)
				return show(http.StatusOK, 1)
			}
		default:
			var saved *Form
			if saved, err = s.SaveForm(r.Context(), a, *f, e.Reason); err == nil {
				return web.Done(w, r, "/forms/"+saved.Code, "已保存第 %d 版，从 %s 起用", saved.No, saved.From)
			}
		}
		if fault.KindOf(err) != fault.Invalid {
			return err
		}
		if !errors.As(err, &list) {
			list = fault.Findings{{Rule: "form", Format: "%s", Args: []any{err}}}
		}
	}
	e.place(l, list)
	return show(http.StatusUnprocessableEntity, 1)
}

// place puts every sentence beside its field or row.
func (e *formEditView) place(l words.Lang, list fault.Findings) {
	e.F = faults{}
	for _, x := range list {
		say := x.Message(l.Text)
		switch {
		case x.Field == "items" && x.Row > 0 && x.Row <= len(e.Items):
			e.Items[x.Row-1].Faults = append(e.Items[x.Row-1].Faults, say)
		case x.Field == "rules" && x.Row > 0 && x.Row <= len(e.Rules):
			e.Rules[x.Row-1].Faults = append(e.Rules[x.Row-1].Faults, say)
		default:
			e.F[x.Field] = append(e.F[x.Field], say)
		}
	}
	e.FieldError = len(list) > 0
	e.General = e.F[""]
}

// effect says what a form would ask, before it is saved.
func (s *Service) effect(l words.Lang, f *Form) string {
	day := f.From.Last()
	b := f.burden(s.units.Register().On(day), day)
	due, known := f.Due.Day(f.From, s.units.Calendar())
	note := ""
	if !known {
		note = words.T(l, "（节假日安排未发布）")
	}
	return words.T(l, "检查通过。%s 起 %s 个单位要报，每期共 %s 行 %s 列 %s 格，全年 %s 格；%s 的截止日是 %s%s。", f.From, grouped(b.Units), grouped(b.Rows), grouped(b.Columns), grouped(b.Cells), grouped(b.Yearly), f.From, due, note)
}

func (s *Service) getFormData(w http.ResponseWriter, r *http.Request) error {
	list, err := s.FormVersions(r.PathValue("code"))
	if err != nil {
		return err
	}
	f, l := list[len(list)-1], web.LangOf(r)
	v := dataView{Code: f.Code, Name: f.Title(l == words.English), Current: r.URL.Query().Get("labels") == "current"}
	p, err := s.askedPeriod(r)
	var rows []Datum
	if err == nil {
		v.Period = p.String()
		rows, err = s.Data(r.Context(), web.ActorOf(r), f.Code, p)
	}
	status := http.StatusOK
	if err != nil {
		if fault.KindOf(err) != fault.Invalid {
			return err
		}
		status, v.Say = web.Status(err), fault.Say(err, l.Text)
	}
	t := dataTable(l, rows, v.Current, s.name)
	if done, err := web.SendTable(w, r, v.Name+" "+v.Period, t); done && err == nil {
		return err
	}
	v.Grid = web.NewGrid(r, t)
	v.XLSX, v.CSV = web.FileLinks(r)
	return dataPage().RenderStatus(w, r, status, f.Title(web.LangOf(r) == words.English), v)
}
