package plan

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/web"
)

func (s *Service) getLetters(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := s.queried(r)
	if err != nil {
		return err
	}
	return s.showLetters(w, r, b, ok, http.StatusOK, nil)
}

func (s *Service) showLetters(w http.ResponseWriter, r *http.Request, b book, ok bool, status int, faults web.Faults) error {
	x, a := s.lens(r), web.ActorOf(r)
	v := letterListView{None: !ok, MayKeep: a.Can(ruleKeep), F: faults}
	if v.F == nil {
		v.F = web.Faults{}
	}
	if !ok {
		return lettersPage().RenderStatus(w, r, status, "责任书", v)
	}
	v.Head = s.headOf(r, b, "letters")
	year, _, _ := s.today().Date()
	if y, err := strconv.Atoi(r.FormValue("year")); err == nil {
		year = y
	}
	years := b.plan.years()
	if !slices.Contains(years, year) {
		year = years[0]
	}
	v.Year = strconv.Itoa(year)
	v.Path = "/plan/letters?plan=" + num(b.plan.ID) + "&year=" + v.Year
	for _, y := range years {
		v.Years = append(v.Years, option{"/plan/letters?plan=" + num(b.plan.ID) + "&year=" + strconv.Itoa(y), strconv.Itoa(y), y == year})
	}
	all, err := s.Letters(r.Context(), a, b.plan.ID)
	if err != nil {
		return err
	}
	units := signers(b.content, year)
	for _, l := range all {
		if l.Year == year && !slices.Contains(units, l.Unit) {
			units = append(units, l.Unit)
		}
	}
	for _, u := range units {
		line := letterLine{Unit: x.unit(u), ID: s.unitCode(u), State: x.t("未出")}
		list := duties(b.content, u, year)
		if l, ok := newest(all, u, year); ok {
			line.Path = ofLetter(l.ID)
			line.State, line.Tag = x.t("待签订"), "warn"
			if !l.SignedOn.IsZero() {
				line.State, line.Tag, line.Day = x.t("已签订"), "good", l.SignedOn.String()
			}
			line.Moved = len(l.moved(b.content, s.unitName)) > 0
			list = l.Content.Duties
		} else {
			v.Todo = true
		}
		var of []Line
		for _, d := range list {
			if t, ok := b.content.Task(d.Code); ok {
				of = append(of, b.line(t))
			}
		}
		c := count(of)
		line.Count = x.t("任务 %d 项，完成 %d 项", len(list), c.States[Done])
		for _, q := range lights() {
			if c.Lights[q] > 0 {
				line.Lights = append(line.Lights, x.lightLine(q, c.Lights[q], ""))
			}
		}
		v.Lines = append(v.Lines, line)
	}
	return lettersPage().RenderStatus(w, r, status, "责任书", v)
}

func (s *Service) postLetters(w http.ResponseWriter, r *http.Request) error {
	v, _, err := form(r)
	if err != nil {
		return err
	}
	b, err := s.open(r.Context(), web.ActorOf(r), number(v, "plan"))
	if err != nil {
		return err
	}
	var f fault.Fields
	var list []org.UnitID
	for _, code := range v["unit"] {
		if u := s.unit(code, "unit", &f); u != 0 {
			list = append(list, u)
		}
	}
	f.Need(len(list) > 0, "unit", "请勾选要出责任书的单位")
	var made []int64
	if err = f.Err(); err == nil {
		made, err = s.Issue(r.Context(), web.ActorOf(r), b.plan.ID, int(number(v, "year")), list, v.Get("reason"))
	}
	if err != nil {
		faults, ok := web.Refused(err, s.lens(r).Text)
		if !ok {
			return err
		}
		return s.showLetters(w, r, b, true, http.StatusUnprocessableEntity, faults)
	}
	if len(made) == 1 {
		return web.Done(w, r, ofLetter(made[0]), "已出责任书")
	}
	return web.Done(w, r, "/plan/letters?"+url.Values{"plan": {num(b.plan.ID)}, "year": {v.Get("year")}}.Encode(), "已出责任书 %d 份", len(made))
}

func (s *Service) getLetter(w http.ResponseWriter, r *http.Request) error {
	return s.showLetter(w, r, http.StatusOK, nil)
}

func (s *Service) showLetter(w http.ResponseWriter, r *http.Request, status int, faults web.Faults) error {
	x, a := s.lens(r), web.ActorOf(r)
	id, err := web.PathNumber(r, "letter")
	if err != nil {
		return err
	}
	l, b, err := s.Letter(r.Context(), a, id)
	if err != nil {
		return err
	}
	all, err := s.Letters(r.Context(), a, l.Plan)
	if err != nil {
		return err
	}
	last, _ := newest(all, l.Unit, l.Year)
	lines, gone := b.standings(l)
	v := letterView{Head: s.headOf(r, b, "letters"), Unit: l.Content.Unit, Title: x.t("%d 年责任书：%s", l.Year, l.Content.Unit), Made: l.MadeBy + " " + at16(l.MadeAt), Post: l.SignedPost, HostPost: l.HostPost, RecordedBy: l.RecordedBy, Reason: l.Reason,
		Tasks: x.dutyTable(l, lines), Version: l.Version, Path: ofLetter(id), Today: b.today.String(), F: faults, State: x.t("待签订"), Tag: "warn", ID: s.unitCode(l.Unit), Year: strconv.Itoa(l.Year)}
	if v.F == nil {
		v.F = web.Faults{}
	}
	if next := s.now(l.Unit); next != l.Unit && l.Content.Unit == s.unitName(l.Unit) {
		v.Title = x.t("%d 年责任书：%s", l.Year, x.unit(l.Unit)) // made out before the unit was merged
	}
	if !l.SignedOn.IsZero() {
		v.State, v.Tag, v.Day = x.t("已签订"), "good", l.SignedOn.String()
	}
	if last.ID != l.ID {
		v.State, v.Tag, v.Again = x.t("已重出"), "", ofLetter(last.ID)
	}
	v.MaySign = a.Can(ruleKeep) && l.SignedOn.IsZero() && last.ID == l.ID
	v.MayAgain = a.Can(ruleKeep) && last.ID == l.ID && b.current != nil
	if l.Hash != "" && a.Can(ruleEvidence) {
		v.Scan = ofLetter(id) + "/scan"
	}
	for _, d := range gone {
		v.Gone = append(v.Gone, d.Code+" "+d.Name)
	}
	if b.current != nil {
		v.Changes = x.changes(l.moved(b.content, s.unitName))
	}
	for _, p := range l.Content.Promises {
		q := promiseLine{Name: p.Name, Target: dash(p.Target), Text: "—"}
		list, err := s.shown(r.Context(), a, []string{p.Code}, s.figureUnit(l.Unit))
		if err != nil {
			return err
		}
		if len(list) == 1 {
			f := x.figure(list[0])
			q.Text, q.Period, q.Path, q.Light, q.Word = f.Text, f.Period, f.Path, f.Light, f.Word
			if list[0].Name == p.Name { // what was signed for is said as it was signed
				q.Name = f.Name
			}
		}
		v.Promises = append(v.Promises, q)
	}
	if s.joints.Print != nil {
		for _, f := range []string{"docx", "pdf"} {
			v.Docs = append(v.Docs, option{Value: ofLetter(id) + "/document/" + f, Label: map[string]string{"docx": "Word", "pdf": "PDF"}[f]})
		}
	}
	return letterPage().RenderStatus(w, r, status, "责任书", v)
}

func (s *Service) postSign(w http.ResponseWriter, r *http.Request) error {
	v, list, err := form(r)
	if err != nil {
		return err
	}
	id, err := web.PathNumber(r, "letter")
	if err != nil {
		return err
	}
	var f fault.Fields
	x := Signing{On: day(v.Get("day"), "day", &f), Post: v.Get("post"), HostPost: v.Get("hostpost"), Version: number(v, "version")}
	if len(list) > 0 {
		x.Scan = &list[0]
	}
	if err = f.Err(); err == nil {
		err = s.Sign(r.Context(), web.ActorOf(r), id, x)
	}
	if err != nil {
		faults, ok := web.Refused(err, s.lens(r).Text)
		if !ok {
			return err
		}
		return s.showLetter(w, r, http.StatusUnprocessableEntity, faults)
	}
	return web.Done(w, r, ofLetter(id), "已登记签订")
}

func (s *Service) getScan(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "letter")
	if err != nil {
		return err
	}
	f, content, err := s.Scan(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	web.Attachment(w, f.Name, f.Media)
	_, err = w.Write(content)
	return err
}

func (s *Service) getLetterDocument(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "letter")
	if err != nil {
		return err
	}
	l, b, err := s.Letter(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	return s.sendDocument(w, r, s.letterDocument(b, l), strconv.Itoa(l.Year)+" "+s.lens(r).t("责任书")+" "+l.Content.Unit)
}
