package reports

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/docgen/docx"
	"kaiyang/internal/platform/sqldb"
)

// Templates lists the templates, those that have ended last.
func (s *Service) Templates(ctx context.Context, reader perm.Actor) (list []Template, err error) {
	defer fault.Wrap(&err, "reports.Templates")
	if err := reader.May(ruleKeep, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		list, err = sqldb.All(tx, scanTemplate, templatesSQL)
		return err
	})
	return list, err
}

// Template gives a template with its uploads and its newest file, parsed.
func (s *Service) Template(ctx context.Context, reader perm.Actor, id int64) (t Template, uploads []TemplateVersion, parsed *docx.Template, err error) {
	defer fault.Wrap(&err, "reports.Template(%d)", id)
	if err := reader.May(ruleKeep, perm.On{}); err != nil {
		return t, nil, nil, err
	}
	var content []byte
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		if t, err = templateOf(tx, id); err != nil {
			return err
		}
		if uploads, err = uploadsOf(tx, id); err != nil {
			return err
		}
		_, content, err = s.files.GetTx(tx, filesOwner, uploads[len(uploads)-1].Hash)
		return err
	})
	if err != nil {
		return t, nil, nil, err
	}
	parsed, err = docx.Parse(bytes.NewReader(content), int64(len(content)))
	return t, uploads, parsed, err
}

// TemplateFile gives an upload of a template as it was uploaded.
func (s *Service) TemplateFile(ctx context.Context, reader perm.Actor, id int64, no int) (name string, content []byte, err error) {
	defer fault.Wrap(&err, "reports.TemplateFile(%d, %d)", id, no)
	if err := reader.May(ruleKeep, perm.On{}); err != nil {
		return "", nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err := uploadsOf(tx, id)
		if err != nil {
			return err
		}
		for _, u := range list {
			if u.No == no {
				name = u.File
				_, content, err = s.files.GetTx(tx, filesOwner, u.Hash)
				return err
			}
		}
		return fault.New(fault.Missing, "没有模板的第 %d 版；请从模板页选择", no)
	})
	return name, content, err
}

// checkTemplate reads a template and refuses placeholders that cannot be filled, all at once.
func checkTemplate(name string, content []byte, known []Coded) error {
	var f fault.Fields
	f.Need(len(content) > 0, "file", "请选择模板文件（.docx）")
	f.Need(len(content) == 0 || strings.HasSuffix(strings.ToLower(name), ".docx"), "file", "“%s”不是 .docx；请用 Word 或 WPS 另存为 .docx 后再上传", name)
	if err := f.Err(); err != nil {
		return err
	}
	t, err := docx.Parse(bytes.NewReader(content), int64(len(content)))
	var faults fault.Findings
	if t == nil || err != nil && !errors.As(err, &faults) {
		return err
	}
	list := t.Names()
	f.Need(len(list)+len(faults) > 0, "file", "模板里没有占位符；请按下面的写法加入，如 {{指标 I2}}")
	if err := f.Err(); err != nil {
		return err
	}
	for _, p := range list {
		q, why := wantOf(p)
		if why == nil && q.code != "" && known != nil && !slices.ContainsFunc(known, func(c Coded) bool { return c.Code == q.code }) {
			why = lackCode(q.code, known)
		}
		if why != nil {
			faults = append(faults, why.at(p, "file"))
		}
	}
	return faults.Err()
}

// known lists the codes that placeholders may name; nil where nobody tells.
func (s *Service) known() []Coded {
	if s.joints.Codes == nil {
		return nil
	}
	return s.joints.Codes()
}

// SaveTemplate keeps a new template (id 0), or the next version of one; earlier uploads stay.
func (s *Service) SaveTemplate(ctx context.Context, by perm.Actor, id int64, name, file string, content []byte) (t Template, err error) {
	defer fault.Wrap(&err, "reports.SaveTemplate(%d)", id)
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return t, err
	}
	if name = strings.TrimSpace(name); name == "" && id == 0 {
		var f fault.Fields
		f.Need(false, "name", "请写模板名称")
		return t, f.Err()
	}
	if err := checkTemplate(file, content, s.known()); err != nil {
		return t, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if id == 0 {
			t = Template{Name: name, Newest: 1, Version: 1}
			if t.ID, err = tx.NextID("reports_template"); err != nil {
				return err
			}
			if _, err := tx.Exec(insertTemplateSQL, t.ID, t.Name, t.Newest); err != nil {
				return err
			}
		} else {
			if t, err = templateOf(tx, id); err != nil {
				return err
			}
			t.Newest++
			if name != "" {
				t.Name = name
			}
			if err := t.update(tx); err != nil {
				return err
			}
		}
		hash, err := s.files.Put(tx, filesOwner, file, media["docx"], content)
		if err != nil {
			return err
		}
		if err := (TemplateVersion{t.ID, t.Newest, hash, file, tx.By().Name, tx.Stamp()}).insert(tx); err != nil {
			return err
		}
		return s.templateDone(tx, t, "template.save", map[string]any{"version": t.Newest, "hash": hash})
	})
	return t, err
}

func (s *Service) templateDone(tx *sqldb.Tx, t Template, deed string, detail map[string]any) error {
	detail["name"] = t.Name
	tx.Audit("reports."+deed, "report-template:"+strconv.FormatInt(t.ID, 10), detail)
	_, err := tx.Change(changeKind, "template/"+strconv.FormatInt(t.ID, 10))
	return err
}

// EndTemplate takes a template out of use, or back into it.
func (s *Service) EndTemplate(ctx context.Context, by perm.Actor, id, version int64, ended bool) (err error) {
	defer fault.Wrap(&err, "reports.EndTemplate(%d)", id)
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		t, err := templateOf(tx, id)
		if err != nil {
			return err
		}
		if version != 0 {
			t.Version = version
		}
		t.Ended = ended
		if err := t.update(tx); err != nil {
			return err
		}
		return s.templateDone(tx, t, "template.end", map[string]any{"ended": ended})
	})
}

// A Filling is what one placeholder of a template becomes.
type Filling struct {
	Place   docx.Placeholder
	Becomes string
	Why     *fault.Finding // why it cannot be filled; nil where it can
}

// Preview tells what every placeholder of a template becomes for a period and unit.
func (s *Service) Preview(ctx context.Context, by perm.Actor, id int64, periodText string, unit org.UnitID) (list []Filling, err error) {
	list, _, _, err = s.fillings(ctx, by, id, periodText, unit)
	return list, err
}

func (s *Service) fillings(ctx context.Context, by perm.Actor, id int64, periodText string, unit org.UnitID) (list []Filling, of map[string]docx.Value, t *docx.Template, err error) {
	defer fault.Wrap(&err, "reports.fillings(%d, %s, %d)", id, periodText, unit)
	_, _, t, err = s.Template(ctx, by, id)
	if err != nil {
		return nil, nil, nil, err
	}
	var f fault.Fields
	p, err := period.Parse(strings.TrimSpace(periodText))
	f.Need(err == nil, "period", "期“%s”写法不对；请写成 2018-04、2018-Q1、2018 的样子", periodText)
	f.Need(unit == 0 || s.units.Today().Has(unit), "unit", "没有这个单位，或单位已撤销；请从列表里选")
	if err := f.Err(); err != nil {
		return nil, nil, nil, err
	}
	if s.joints.Figures == nil {
		return nil, nil, nil, fault.New(fault.Unavailable, "指标模块没有启用，不能生成文书")
	}
	if unit == s.root() {
		unit = 0
	}
	b, err := s.gather(ctx, by, LeadingGroup, p, unit)
	if err != nil {
		return nil, nil, nil, err
	}
	b.Known = s.known()
	w := &writer{b: b}
	of = map[string]docx.Value{}
	for _, place := range t.Names() {
		q, why := wantOf(place)
		line := Filling{Place: place}
		if why == nil {
			if err := s.need(ctx, by, b, q); err != nil {
				return nil, nil, nil, err
			}
			var v docx.Value
			if v, line.Becomes, why = b.fill(w, q); why == nil {
				of[place.Key()] = v
			}
		}
		if why != nil {
			f := why.at(place, "template")
			line.Why = &f
		}
		list = append(list, line)
	}
	return list, of, t, nil
}

// need asks for what a placeholder wants and the brief does not hold yet. Figures of templates
// are those of the chosen period itself.
func (s *Service) need(ctx context.Context, by perm.Actor, b *brief, q want) error {
	if q.code == "" {
		return nil
	}
	out, at := s.outsider(by), b.Unit
	if at == 0 {
		at = s.root()
	}
	key := "asked " + q.code
	if _, done := b.Extra[key]; !done {
		list, err := s.joints.Figures.At(ctx, out, []string{q.code}, at, b.Period)
		if k := fault.KindOf(err); err != nil && k != fault.Missing && k != fault.Invalid {
			return err
		}
		b.Extra[key] = list
		if err == nil && len(list) > 0 {
			one := &brief{Figures: list, Before: b.Before, YearAgo: b.YearAgo}
			if err := s.neighbours(ctx, out, one, at); err != nil {
				return err
			}
		}
	}
	f, ok := b.asked(q.code)
	if !ok {
		return nil
	}
	switch q.what {
	case "ranking", "bars":
		if !b.County || slices.ContainsFunc(b.Rankings, func(r ranking) bool { return r.Figure.Code == q.code }) {
			return nil
		}
		list, err := s.joints.Figures.Among(ctx, out, q.code, f.Period)
		if err != nil {
			return err
		}
		slices.SortStableFunc(list, func(x, y measure.Shown) int { return last(x.Place) - last(y.Place) })
		fair, err := s.fairly(ctx, out, f)
		if err != nil {
			return err
		}
		b.Rankings = append(b.Rankings, ranking{f, list, fair})
	case "course":
		if b.Extra[q.code] != nil {
			return nil
		}
		var periods []period.Period
		for i := 11; i >= 0; i-- {
			periods = append(periods, b.Period.Shift(-i))
		}
		list, err := s.joints.Figures.Series(ctx, out, q.code, at, periods)
		b.Extra[q.code] = list
		return err
	}
	return nil
}

// Fill fills a template for a period and unit. Placeholders without a value are all named with
// their paragraphs, and nothing is written.
func (s *Service) Fill(ctx context.Context, by perm.Actor, id int64, periodText string, unit org.UnitID) (name string, content []byte, err error) {
	list, of, t, err := s.fillings(ctx, by, id, periodText, unit)
	if err != nil {
		return "", nil, err
	}
	var faults fault.Findings
	for _, x := range list {
		if x.Why != nil {
			faults = append(faults, *x.Why)
		}
	}
	if err := faults.Err(); err != nil {
		return "", nil, err
	}
	info, _, _, err := s.Template(ctx, by, id)
	if err != nil {
		return "", nil, err
	}
	if info.Ended {
		return "", nil, fault.New(fault.Conflict, "模板“%s”已停用；请先恢复使用或另选模板", info.Name)
	}
	var b bytes.Buffer
	if err := t.Fill(&b, docx.Values{Of: of, Pictures: s.joints.Pictures, Base: s.base()}); err != nil {
		return "", nil, err
	}
	p := period.MustParse(strings.TrimSpace(periodText))
	return info.Name + "（" + p.Chinese() + "）.docx", b.Bytes(), nil
}
