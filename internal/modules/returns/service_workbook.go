package returns

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sheet"
	"kaiyang/internal/platform/words"
)

// A NamedFile is a file as somebody handed it over.
type NamedFile struct {
	Name    string
	Content []byte
}

// mediaXLSX is the media type under which workbooks are kept.
const mediaXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Template makes the workbook of a return for filling in (STANDARDS XLS-01 to 05, XLS-08): its own
// rows only, with what stands in the return now, what was approved for the period before, and,
// locked, what is known already.
func (s *Service) Template(ctx context.Context, actor perm.Actor, at Place, lang words.Lang) (NamedFile, error) {
	o, err := s.Open(ctx, actor, at)
	if err != nil {
		return NamedFile{}, err
	}
	return s.workbook(o.Layout, o.Standing, lang, planIn{Cells: o.Filling.Cells, Notes: o.Filling.Notes, Known: o.Known, Previous: o.Previous,
		Declared: o.Filling.Declared, Comment: o.Filling.Comment})
}

// Fill makes the workbook of a return with given values typed into it, as somebody would who fills
// it in by hand; value gives "" to leave a cell blank.
func (s *Service) Fill(ctx context.Context, actor perm.Actor, at Place, value func(Key) string) (NamedFile, error) {
	o, err := s.Open(ctx, actor, at)
	if err != nil {
		return NamedFile{}, err
	}
	cells := map[Key]Typed{}
	for row := range o.Layout.Subjects {
		for col := range o.Layout.Columns {
			k := o.Layout.Key(row, col)
			cells[k] = Typed{Text: value(k)}
		}
	}
	return s.workbook(o.Layout, o.Standing, words.Chinese, planIn{Cells: cells, Known: o.Known, Previous: o.Previous})
}

func (s *Service) workbook(l *Layout, st Standing, lang words.Lang, in planIn) (NamedFile, error) {
	in.Lines = s.instructions(l, st, lang, l.Cells()-len(in.Known))
	p := newPlan(l, s.code(l.Place.Unit), lang, in)
	content, err := p.form.Bytes()
	return NamedFile{Name: s.fileName(l, lang) + ".xlsx", Content: content}, err
}

// fileName names a file of a return: "禁毒月报_双流镇_2018-04".
func (s *Service) fileName(l *Layout, lang words.Lang) string {
	return fmt.Sprintf("%s_%s_%s", l.Form.Title(lang == words.English), unitName(l.Tree, l.Place.Unit), l.Place.Period)
}

// instructions are the lines of the first sheet (STANDARDS XLS-01).
func (s *Service) instructions(l *Layout, st Standing, lang words.Lang, fresh int) []string {
	f := l.Form
	t := func(format string, args ...any) string { return words.T(lang, format, args...) }
	when := l.Place.Period.Chinese()
	if lang == words.English {
		when = l.Place.Period.English()
	}
	var lines []string
	add := func(ok bool, format string, args ...any) {
		if ok {
			lines = append(lines, t(format, args...))
		}
	}
	add(f.Purpose != "", "用途：%s", f.Purpose)
	add(true, "填报单位：%s；期别：%s", l.Tree.Name(l.Place.Unit), when)
	add(st.Known, "报送截止：%s", st.Due)
	add(!st.Known, "报送截止：%s（节假日安排未发布，按周一至周五推算）", st.Due)
	add(true, "归口：%s", s.name(f.Force, l.Place.Period.Last()))
	add(f.Approval != "", "批准文号：%s", f.Approval)
	add(f.Approval == "" && f.NoApproval != "", "没有批准文号，理由：%s", f.NoApproval)
	add(f.Contact != "", "联系：%s", f.Contact)
	add(fresh == l.Cells(), "本期要填 %s 格。", grouped(fresh))
	add(fresh != l.Cells(), "本期要新填 %s 格；全表 %s 格，其余 %s 格系统已有，白底锁定，不用再填。", grouped(fresh), grouped(l.Cells()), grouped(l.Cells()-fresh))
	add(true, "填好后在系统的“报送”页上传，系统当场检查并列出全部问题；确认后提交，由专班审核、禁毒办批准。")
	add(true, "数字与往期相差悬殊而无误的，请在“说明”栏写明原因。")
	return lines
}

// A reading is what a workbook or a CSV file holds.
type reading struct {
	plan    *plan
	filling Filling
	found   fault.Findings // wrong with the file itself: changed headers, errors of formulas …
}

// identify finds out which return a workbook is, from its hidden sheet, before any row is read
// (STANDARDS XLS-05).
func (s *Service) identify(b *sheet.Book) (Place, error) {
	meta := b.Meta()
	if meta == nil || meta["template"] == "" {
		return Place{}, fault.New(fault.Invalid, "这个工作簿不是系统下发的表格（找不到模板标识）；请下载本期表格，把数据填进去后上传")
	}
	return s.FindPlace(meta["template"], meta["unit"], meta["period"])
}

// openBook opens a workbook under limits that fit returns.
func openBook(content []byte) (*sheet.Book, error) {
	return sheet.OpenBytes(content, sheet.Limits{File: maxUpload})
}

// maxUpload is the largest workbook that is taken, in bytes.
const maxUpload = 30 << 20

// readBook reads a workbook as a return. Another template, version, period or unit is refused in
// one sentence before a row is read.
func (s *Service) readBook(l *Layout, b *sheet.Book) (*reading, error) {
	meta := b.Meta()
	if other, ok := s.FormAt(meta["template"], l.Place.Period); ok && other.Code != l.Form.Code {
		return nil, fault.New(fault.Invalid, "这是《%s》的表格，此处需要《%s》；请下载对应的表格填写后上传", other.Name, l.Form.Name)
	}
	if u, ok := s.units.Register().ByCode(meta["unit"]); ok && u != l.Place.Unit {
		day := l.Place.Period.Last()
		return nil, fault.New(fault.Invalid, "这是%s的表格，此处需要%s的；请下载本单位的表格填写后上传", s.name(u, day), s.name(l.Place.Unit, day))
	}
	p := newPlan(l, s.code(l.Place.Unit), words.ParseLang(meta["lang"]), planIn{})
	r := &reading{plan: p, filling: Filling{Cells: make(map[Key]Typed, l.Cells()), Notes: map[Key]string{}}}
	if err := p.form.Verify(b); err != nil {
		if !errors.As(err, &r.found) {
			return nil, err
		}
	}
	for i := range p.form.Sheets {
		if b.Has(p.form.Sheets[i].Name) {
			if err := r.sheet(b, i); err != nil {
				return nil, err
			}
		}
	}
	if first := p.form.Sheets[0].Name; b.Has(first) {
		if err := r.words(b, first); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// sheet reads the cells of one worksheet.
func (r *reading) sheet(b *sheet.Book, i int) error {
	p, l := r.plan, r.plan.l
	fs := &p.form.Sheets[i]
	s, err := b.Sheet(fs.Name)
	if err != nil {
		return err
	}
	spoiled := p.spoiled(r.found)
	asked := map[string]bool{}
	noted := map[Key]bool{}
	for row := range l.Subjects {
		for _, col := range l.Panels[i].Columns {
			_, cell := p.at(row, col)
			asked[cell] = true
			k := l.Key(row, col)
			if spoiled[k] {
				continue
			}
			v := s.Cell(cell)
			if f, ok := v.Fault(fs.Name, cell); !ok {
				r.found = append(r.found, f)
				continue
			}
			if t := typedText(v); t != "" {
				r.filling.Cells[k] = Typed{Text: t, Ref: fs.Name + "!" + cell}
			}
			nk := l.NoteKey(row, col)
			if !noted[nk] {
				noted[nk] = true
				_, cell := p.noteAt(row, col)
				asked[cell] = true
				if t := s.Cell(cell).Text; t != "" {
					r.filling.Notes[nk] = t
				}
			}
		}
	}
	r.outside(s, i, asked)
	return nil
}

// typedText gives a cell as somebody would have typed it.
func typedText(v sheet.Value) string {
	switch {
	case v.Percent:
		return strings.TrimSuffix(v.Text, "%") + "%"
	case v.Number != "" && (v.Kind == sheet.Number || v.Kind == sheet.Text):
		return v.Number
	}
	return v.Text
}

// outside finds numbers below and beside the form: they would be lost without a word.
func (r *reading) outside(s *sheet.Sheet, i int, asked map[string]bool) {
	fs := &r.plan.form.Sheets[i]
	width, height := len(fs.Columns), fs.FirstRow()+len(fs.Rows)-1
	if fs.Total != "" {
		height++
	}
	cols, rows := s.Size()
	for y := 1; y <= rows; y++ {
		for x := 1; x <= cols; x++ {
			if x <= width && y <= height {
				continue
			}
			v := s.At(x, y)
			if v.Number == "" {
				continue
			}
			cell := sheet.Address(x, y)
			r.found = append(r.found, fault.Finding{Sheet: fs.Name, Cell: cell, Row: y, Value: v.Text, Rule: ruleOutside,
				Format: "这个数在表格范围之外，不会读入；请填到表格里，或删去"})
		}
	}
}

// words reads the declaration and what is said about the whole return.
func (r *reading) words(b *sheet.Book, first string) error {
	v, err := b.Cell(first, r.plan.declared)
	if err != nil {
		return err
	}
	switch v.Text {
	case "", "无", r.plan.t("无"):
	case RestZero.Text(), r.plan.t(RestZero.Text()):
		r.filling.Declared = RestZero
	case ZeroReport.Text(), r.plan.t(ZeroReport.Text()):
		r.filling.Declared = ZeroReport
	default:
		r.found = append(r.found, fault.Finding{Sheet: first, Cell: r.plan.declared, Value: v.Text, Rule: "choice",
			Format: "空白声明只能从下拉列表中选择：无、其余为零、本期零报告"})
	}
	v, err = b.Cell(first, r.plan.comment)
	r.filling.Comment = v.Text
	return err
}
