package cases

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

func (s *Service) seizureForm(x lens, q Seizure, weight, day string) seizureForm {
	v := seizureForm{ID: q.ID, Version: q.Version, Day: day, Name: q.Name, Grams: weight, Document: q.Document, Save: registerPath + "/new", Cancel: registerPath, F: web.Faults{}}
	if q.Day != 0 {
		year, _, _ := q.Day.Date()
		v.Cancel += "?period=" + strconv.Itoa(year)
	}
	if q.ID != 0 {
		v.Save, v.Strike = seizurePath(q.ID), seizurePath(q.ID)+"/strike"
	}
	if q.Gone {
		v.Gone = q.Reason
	}
	v.Drugs = append(x.drugs(q.Drug, x.t("请选择")), option{otherDrug, x.t("表中没有的毒品"), q.Drug == otherDrug})
	v.Towns = []option{{"", "", q.Unit == 0}}
	t := s.units.Today()
	for _, u := range t.Preorder(org.Territorial) {
		if t.Kind(u) == org.Township {
			v.Towns = append(v.Towns, option{t.Code(u), t.Name(u), u == q.Unit})
		}
	}
	return v
}

func (s *Service) getSeizure(w http.ResponseWriter, r *http.Request) error {
	a := web.ActorOf(r)
	if err := s.MayWrite(r.Context(), a); err != nil {
		return err
	}
	q, weight, day := Seizure{}, "", s.today().String()
	if r.PathValue("id") != "new" {
		id, err := web.PathNumber(r, "id")
		if err != nil {
			return err
		}
		if q, err = s.Seizure(r.Context(), a, id); err != nil {
			return err
		}
		weight, day = measure.Decimal(q.Milligrams, gramScale), q.Day.String()
	}
	return seizurePage().Render(w, r, "缴获登记", s.seizureForm(s.lens(r, Mapping{}), q, weight, day))
}

func (s *Service) postSeizure(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	a, x := web.ActorOf(r), s.lens(r, Mapping{})
	q := Seizure{Drug: text(f, "drug"), Name: text(f, "name"), Document: text(f, "document"), Version: web.Version(f)}
	if d, err := period.ParseDay(text(f, "day")); err == nil {
		q.Day = d
	}
	if n, err := measure.ParseValue(text(f, "grams"), gramScale); err == nil {
		q.Milligrams = n
	}
	if code := text(f, "unit"); code != "" {
		q.Unit = -1 // no unit; refused
		if u, ok := s.units.Register().ByCode(code); ok {
			q.Unit = u
		}
	}
	if r.PathValue("id") != "new" {
		if q.ID, err = web.PathNumber(r, "id"); err != nil {
			return err
		}
	}
	if _, err := s.SaveSeizure(r.Context(), a, q); err != nil {
		faults, ok := web.Refused(err, x.Text)
		if !ok {
			return err
		}
		back := s.seizureForm(x, q, text(f, "grams"), text(f, "day"))
		back.F = faults
		if fault.KindOf(err) == fault.Conflict && q.ID != 0 {
			if now, err := s.Seizure(r.Context(), a, q.ID); err == nil {
				back.Others = []string{now.Day.String() + " " + x.drug(now.Drug, now.Name) + " " + measure.Decimal(now.Milligrams, gramScale) + " " + x.t("克") + " " + now.Document}
				back.Version = now.Version
			}
		}
		return seizurePage().RenderStatus(w, r, web.Status(err), "缴获登记", back)
	}
	year, _, _ := q.Day.Date()
	return web.Done(w, r, registerPath+"?period="+strconv.Itoa(year), "已保存登记 %s", q.Document)
}

func (s *Service) postStrike(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	a, x := web.ActorOf(r), s.lens(r, Mapping{})
	if err := s.StrikeSeizure(r.Context(), a, id, web.Version(f), text(f, "reason")); err != nil {
		faults, ok := web.Refused(err, x.Text)
		if !ok {
			return err
		}
		q, err2 := s.Seizure(r.Context(), a, id)
		if err2 != nil {
			return err2
		}
		back := s.seizureForm(x, q, measure.Decimal(q.Milligrams, gramScale), q.Day.String())
		back.F = faults
		return seizurePage().RenderStatus(w, r, web.Status(err), "缴获登记", back)
	}
	return web.Done(w, r, registerPath, "已删去这条登记")
}

func (s *Service) mappingForm(r *http.Request, m Mapping, chosen string) (v mappingForm) {
	x := s.lens(r, Mapping{Element: chosen})
	v = mappingForm{Edition: m.Edition, Save: mappingPath, Chosen: chosen, MaySave: true, F: web.Faults{}}
	if m.Edition > 0 {
		v.By = m.At[:min(10, len(m.At))] + " " + m.By
	}
	for _, e := range s.candidates() {
		v.Elements = append(v.Elements, option{e.Code, e.Code + " " + x.Pick(e.Name, e.NameEN), e.Code == chosen})
	}
	if _, ok := s.element(chosen); !ok {
		return v
	}
	for _, c := range x.element.Scheme.All() {
		v.Rows = append(v.Rows, mappingRow{Field: "drug." + string(c), Name: x.category(c), Drugs: x.drugs(m.Drug(c), x.t("不是一种毒品，不折算"))})
	}
	return v
}

func (s *Service) getMapping(w http.ResponseWriter, r *http.Request) error {
	if err := mayTables(r); err != nil {
		return err
	}
	m, err := s.Mapping(r.Context(), web.ActorOf(r))
	if err != nil {
		return err
	}
	chosen := r.URL.Query().Get("element")
	if chosen == "" {
		chosen = m.Element
	}
	if list := s.candidates(); chosen == "" && len(list) > 0 {
		chosen = list[0].Code
	}
	return mappingPage().Render(w, r, "分类对照", s.mappingForm(r, m, chosen))
}

func (s *Service) postMapping(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := mayTables(r); err != nil {
		return err
	}
	m := Mapping{Edition: int(number(f, "edition")), Element: text(f, "element")}
	if e, ok := s.element(m.Element); ok {
		for _, c := range e.Scheme.All() {
			m.Pairs = append(m.Pairs, Pair{c, text(f, "drug."+string(c))})
		}
	}
	if err := s.SaveMapping(r.Context(), web.ActorOf(r), m); err != nil {
		faults, ok := web.Refused(err, s.lens(r, m).Text)
		if !ok {
			return err
		}
		back := s.mappingForm(r, m, m.Element)
		back.F = faults
		for i := range back.Rows {
			back.Rows[i].Faults = faults[back.Rows[i].Field]
		}
		return mappingPage().RenderStatus(w, r, web.Status(err), "分类对照", back)
	}
	return web.Done(w, r, sumPath, "已保存分类对照")
}

func (s *Service) getTables(w http.ResponseWriter, r *http.Request) error {
	a, x := web.ActorOf(r), s.lens(r, Mapping{})
	list, err := s.Tables(r.Context(), a)
	if err != nil {
		return err
	}
	t := &table.Table{ID: "tables", Name: x.t("标准表"), Columns: []table.Column{{Head: []string{x.t("名称")}, Key: "name", RowHead: true, Sort: table.ByText}, {Head: []string{x.t("文号")}, Key: "number", Sort: table.ByText}, {Head: []string{x.t("种类")}, Key: "kind"},
		{Head: []string{x.t("施行日期")}, Key: "from", Sort: table.ByText}, {Head: []string{x.t("毒品种数")}, Key: "rows", Sort: table.ByNumber}, {Head: []string{x.t("状态")}, Key: "state"}}}
	for _, q := range list {
		state := x.t("在用")
		if q.Gone {
			state = x.t("已停用：%s", q.Reason)
		}
		name := q.Name
		if q.ID == 0 {
			name = x.t(q.Name)
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Link(name, tablePath(q.ID)), table.Text(x.Text(q.Number)), table.Text(x.t(q.Kind.Text())), table.Text(q.From.String()), whole(len(q.Rows)), table.Text(state)}})
	}
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	return tablesPage().Render(w, r, "标准表", tablesView{web.NewGrid(r, t), a.Can(ruleTables)})
}

func (s *Service) getTable(w http.ResponseWriter, r *http.Request) error {
	return s.showTable(w, r, http.StatusOK, "")
}

func (s *Service) showTable(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	a, x := web.ActorOf(r), s.lens(r, Mapping{})
	id := int64(0)
	if r.PathValue("table") != "statute" {
		var err error
		if id, err = web.PathNumber(r, "table"); err != nil {
			return err
		}
	}
	list, err := s.Tables(r.Context(), a)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(t Table) bool { return t.ID == id })
	if i < 0 {
		return noTable()
	}
	q := list[i]
	t := x.standardTable(q)
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	v := tableView{Title: x.title(q), Number: x.Text(q.Number), Kind: x.t(q.Kind.Text()), From: q.From.String(), Statute: id == 0, MayWithdraw: a.Can(ruleTables) && id != 0 && !q.Gone, Grid: web.NewGrid(r, t), Path: tablePath(id), Problem: problem}
	if id != 0 {
		v.By = q.At[:min(10, len(q.At))] + " " + q.By
	}
	if q.Gone {
		v.Gone = q.Reason
	}
	v.XLSX, v.CSV = web.FileLinks(r)
	return tablePage().RenderStatus(w, r, status, v.Title, v)
}

func (x lens) loadForm(t Table, from, rows string) loadForm {
	v := loadForm{Name: t.Name, Number: t.Number, From: from, Rows: rows, F: web.Faults{}}
	for _, k := range []TableKind{Thresholds, Equivalents} {
		v.Kinds = append(v.Kinds, option{string(k), x.t(k.Text()), k == t.Kind})
	}
	var names []string
	for _, d := range Drugs() {
		names = append(names, x.Pick(d.Name, d.NameEN))
	}
	v.Names = x.list(names)
	return v
}

func (s *Service) getLoad(w http.ResponseWriter, r *http.Request) error {
	if err := mayTables(r); err != nil {
		return err
	}
	return loadPage().Render(w, r, "标准表", s.lens(r, Mapping{}).loadForm(Table{Kind: Equivalents}, "", ""))
}

// readRows reads the lines of a table, "氯胺酮 | 500"; a drug that is not in the list keeps its
// name as code and is refused by Check.
func readRows(text string) (out []Row) {
	for _, l := range strings.Split(text, "\n") {
		if strings.TrimSpace(l) == "" {
			continue
		}
		name, value, _ := strings.Cut(strings.ReplaceAll(l, "｜", "|"), "|")
		name = strings.TrimSpace(name)
		row := Row{Drug: name}
		for _, d := range Drugs() {
			short, _, _ := strings.Cut(d.Name, "（")
			if name == d.Name || name == short || name == d.NameEN || name == d.Code {
				row.Drug = d.Code
			}
		}
		if n, err := measure.ParseValue(value, 6); err == nil {
			row.Value, _ = measure.Rat(n, 6).Float64()
		}
		out = append(out, row)
	}
	return out
}

func (s *Service) postLoad(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	x := s.lens(r, Mapping{})
	t := Table{Name: text(f, "name"), Number: text(f, "number"), Kind: TableKind(text(f, "kind")), Rows: readRows(text(f, "rows"))}
	if d, err := period.ParseDay(text(f, "from")); err == nil {
		t.From = d
	}
	id, err := s.LoadTable(r.Context(), web.ActorOf(r), t)
	if err != nil {
		faults, ok := web.Refused(err, x.Text)
		if !ok {
			return err
		}
		back := x.loadForm(t, text(f, "from"), text(f, "rows"))
		back.F = faults
		return loadPage().RenderStatus(w, r, web.Status(err), "标准表", back)
	}
	return web.Done(w, r, tablePath(id), "已保存标准表“%s”", t.Name)
}

func (s *Service) postWithdraw(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	id, err := web.PathNumber(r, "table")
	if err != nil {
		return err
	}
	if err := s.WithdrawTable(r.Context(), web.ActorOf(r), id, text(f, "reason")); err != nil {
		if k := fault.KindOf(err); k == fault.Conflict || k == fault.Invalid {
			return s.showTable(w, r, web.Status(err), fault.Say(err, s.lens(r, Mapping{}).Text))
		}
		return err
	}
	return web.Done(w, r, tablesPath, "已停用这张表")
}
