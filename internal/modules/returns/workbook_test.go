package returns

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sheet"
	"kaiyang/internal/platform/words"
)

// A pen writes into a workbook as somebody would with a spreadsheet program.
type pen struct {
	t    testing.TB
	x    *excelize.File
	plan *plan
	name string
}

func (o *office) pen(a perm.Actor, at Place, value func(Key) string) *pen {
	o.t.Helper()
	f, err := o.Fill(as(a), a, at, value)
	if err != nil {
		o.t.Fatal(err)
	}
	return o.penOn(f, at)
}

func (o *office) penOn(f NamedFile, at Place) *pen {
	o.t.Helper()
	x, err := excelize.OpenReader(bytes.NewReader(f.Content))
	if err != nil {
		o.t.Fatal(err)
	}
	form, err := o.owed(at)
	if err != nil {
		o.t.Fatal(err)
	}
	l, err := o.layout(form, at)
	if err != nil {
		o.t.Fatal(err)
	}
	return &pen{o.t, x, newPlan(l, "", words.Chinese, planIn{}), f.Name}
}

// put writes into the cell of a key and gives its address.
func (p *pen) put(k Key, v any) string {
	p.t.Helper()
	row, col, ok := p.plan.l.Find(k)
	if !ok {
		p.t.Fatalf("no cell for %v", k)
	}
	name, cell := p.plan.at(row, col)
	p.at(name, cell, v)
	return name + "!" + cell
}

func (p *pen) at(name, cell string, v any) {
	p.t.Helper()
	if err := p.x.SetCellValue(name, cell, v); err != nil {
		p.t.Fatal(err)
	}
}

func (p *pen) file() NamedFile {
	p.t.Helper()
	var b bytes.Buffer
	if err := p.x.Write(&b); err != nil {
		p.t.Fatal(err)
	}
	return NamedFile{p.name, b.Bytes()}
}

// sections is a form of three worksheets.
func sections() Form {
	f := monthly()
	f.Code, f.Name = "YB3", "三表月报"
	f.Items = []Item{
		{Element: "N8", Categories: []measure.Category{""}, Required: true, Max: "500", Section: "查处"},
		{Element: "XY", Categories: []measure.Category{"", "传统", "合成"}, Required: true, Section: "查处"},
		{Element: "N3", Categories: []measure.Category{"", "零包", "合成"}, Required: true, Section: "打击"},
		{Element: "N6", Categories: []measure.Category{""}, Required: true, Section: "打击"},
		{Element: "XF", Categories: []measure.Category{""}, Required: true, Section: "进出"},
		{Element: "TC", Categories: []measure.Category{""}, Required: true, Section: "进出"},
	}
	f.Rules = []Rule{{Code: "R1", Left: "TC", Op: "<=", Right: "XF", Severity: Hard, Gap: SkipAny, Message: "退出人数不应超过新发现人数"}}
	return f
}

// PEERS §3 pain 1: a workbook of three sheets with 25 errors of 12 kinds gives exactly 25 findings,
// each with sheet, cell, value, rule and remedy, in one pass, and nothing is written.
func TestTwentyFiveErrorsInOnePass(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(sections())
		at := Place{"YB3", jia, april()}
		p := o.pen(o.reporter(), at, sound)
		xy, n3 := func(u org.UnitID, c string) Key { return Key{u, "XY", measure.Category(c)} }, func(u org.UnitID, c string) Key { return Key{u, "N3", measure.Category(c)} }
		want := map[string]string{} // place → rule
		err := func(place, rule string) { want[place] = rule }
		err(p.put(Key{jia1, "N8", ""}, "十二"), "number")
		err(p.put(Key{jia2, "N8", ""}, 12.5), "decimals")
		err(p.put(Key{jia3, "N8", ""}, 600), "range")
		p.put(xy(jia1, "毒品=合成"), 13)
		err(p.put(xy(jia1, ""), 30), "sum")
		err(p.put(xy(jia2, "毒品=传统"), -1), "range")
		err(p.put(xy(jia3, ""), "约30"), "number")
		err(p.put(xy(jia3, "毒品=合成"), "12人"), "number")
		err(p.put(xy(jia3, "毒品=传统"), 987654), "formula-error") // below
		p.at("查处", "P20", 77)
		err("查处!P20", "outside")
		err(p.put(n3(jia1, "类型=零包"), 5), "label")
		err(p.put(n3(jia1, "类型=合成"), 6), "label")
		err(p.put(n3(jia2, ""), nil), "required")
		err(p.put(n3(jia3, ""), 3.7), "decimals")
		err(p.put(Key{jia1, "N6", ""}, 0.1255), "decimals")
		err(p.put(Key{jia2, "N6", ""}, 1e12), "range")
		err(p.put(Key{jia3, "N6", ""}, "０.１２５公斤"), "number")
		err(p.put(Key{jia1, "TC", ""}, 2), "rule:R1")
		p.put(Key{jia1, "XF", ""}, 1)
		err(p.put(Key{jia2, "XF", ""}, nil), "required")
		err(p.put(Key{jia2, "TC", ""}, " "), "required")
		err(p.put(Key{jia3, "XF", ""}, true), "number")
		err(p.put(Key{jia3, "TC", ""}, "2018年3月12日"), "number")
		p.at("进出", "H3", 5)
		err("进出!H3", "outside")
		p.at("进出", "A1", "我的表")
		err("进出!A1", "template-changed")
		p.at("查处", p.plan.declared, "全部为零")
		err("查处!"+p.plan.declared, "choice")
		name, cell := p.plan.noteAt(0, 0)
		p.at(name, cell, strings.Repeat("原因", 101))
		note := p.plan.ref(0, 0) // a text too long is told at the first cell of its row
		want[note+" "] = "text"
		if len(want) != 25 {
			t.Fatalf("%d errors were seeded, want 25", len(want))
		}

		file := p.file()
		file.Content = rewrite(t, file.Content, "xl/worksheets/sheet3.xml", func(w io.Writer, old []byte) {
			re := regexp.MustCompile(`<c r="G10"([^>]*)><v>987654</v></c>`)
			if !re.Match(old) {
				t.Error("the cell for the formula is not where it was")
			}
			w.Write(re.ReplaceAll(old, []byte(`<c r="G10"$1 t="e"><f>1/0</f><v>#DIV/0!</v></c>`)))
		})
		up, uerr := o.Upload(as(o.reporter()), o.reporter(), at, file)
		if uerr != nil {
			t.Fatal(uerr)
		}
		got := map[string]string{}
		for _, f := range up.Report.Findings {
			place := f.Sheet + "!" + f.Cell
			if f.Rule == "text" {
				place += " "
			}
			if got[place] != "" {
				t.Errorf("two findings at %s: %s and %s", place, got[place], f.Rule)
			}
			got[place] = f.Rule
			if say := f.Message(nil); !strings.Contains(say, "请") && !strings.Contains(say, "只能") {
				t.Errorf("%s: no remedy in %q", place, say)
			}
			if f.Value == "" && f.Rule != "required" {
				t.Errorf("%s: the value is not shown", place)
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%d findings, want 25", len(got))
			for k, r := range want {
				if got[k] != r {
					t.Errorf("at %q: %q, want %q", k, got[k], r)
				}
			}
			for k, r := range got {
				if want[k] == "" {
					t.Errorf("unexpected at %q: %q", k, r)
				}
			}
		}
		r := up.Report
		if r.Read != r.Created+r.Updated+r.Unchanged+r.Rejected {
			t.Errorf("read %d ≠ %d + %d + %d + %d", r.Read, r.Created, r.Updated, r.Unchanged, r.Rejected)
		}

		// Nothing was handed in, and it cannot be.
		op, oerr := o.Open(as(o.reporter()), o.reporter(), at)
		if oerr != nil {
			t.Fatal(oerr)
		}
		_, serr := o.Submit(as(o.reporter()), o.reporter(), at, SubmitIn{Filling: op.Filling, Base: op.Base, Door: op.Door, File: op.File, FileName: op.FileName})
		var list fault.Findings
		if !errors.As(serr, &list) || len(list) != 25 {
			t.Errorf("handing in tells %d findings, want 25: %v", len(list), serr)
		}
		if n := o.count(`SELECT COUNT(*) FROM returns_version`); n != 0 {
			t.Errorf("%d versions were written", n)
		}

		// The error workbook is the same file with a comment at every cell, and can be uploaded again
		// once mended.
		ew, eerr := o.ErrorWorkbook(as(o.reporter()), o.reporter(), at, words.Chinese)
		if eerr != nil {
			t.Fatal(eerr)
		}
		x, xerr := excelize.OpenReader(bytes.NewReader(ew.Content))
		if xerr != nil {
			t.Fatal(xerr)
		}
		comments := 0
		for _, s := range []string{"查处", "打击", "进出"} {
			list, err := x.GetComments(s)
			if err != nil {
				t.Fatal(err)
			}
			comments += len(list)
		}
		if comments != 24 { // two findings share a cell
			t.Errorf("%d comments in the error workbook, want 24", comments)
		}
		mended := o.penOn(ew, at)
		mended.clean(o, at)
		up, uerr = o.Upload(as(o.reporter()), o.reporter(), at, mended.file())
		if uerr != nil || len(up.Report.Findings) != 0 {
			t.Errorf("the mended error workbook: %v %v", uerr, up.Report.Findings)
		}
	})
}

// clean mends everything the test above broke.
func (p *pen) clean(o *office, at Place) {
	for row := range p.plan.l.Subjects {
		for col := range p.plan.l.Columns {
			k := p.plan.l.Key(row, col)
			name, cell := p.plan.at(row, col)
			if err := p.x.SetCellFormula(name, cell, ""); err != nil {
				p.t.Fatal(err)
			}
			n, err := measure.ParseValue(sound(k), 3)
			if err != nil {
				p.t.Fatal(err)
			}
			p.at(name, cell, float64(n)/1000)
		}
	}
	p.at("查处", "P20", nil)
	p.at("进出", "H3", nil)
	p.at("进出", "A1", "三表月报 · 进出")
	p.at("查处", p.plan.declared, "无")
	name, cell := p.plan.noteAt(0, 0)
	p.at(name, cell, nil)
}

func TestAWorkbookBringsAReturnIn(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		at := Place{"YB1", jia, april()}
		a := o.reporter()
		file, err := o.Fill(as(a), a, at, sound)
		if err != nil {
			t.Fatal(err)
		}
		up, err := o.Upload(as(a), a, at, file)
		if err != nil || up.Report.Created != 24 || up.Report.Rejected != 0 {
			t.Fatalf("upload: %v %+v", err, up)
		}
		op, err := o.Open(as(a), a, at)
		if err != nil || !op.Drafted || op.FileName != file.Name {
			t.Fatalf("the draft: %v %+v", err, op)
		}
		// Handing in from the page, with nothing changed, keeps the file and its cells.
		in := SubmitIn{Filling: Filling{Cells: map[Key]Typed{}}, Base: op.Base, Door: ByGrid}
		for k, x := range op.Filling.Cells {
			in.Filling.Cells[k] = Typed{Text: x.Text}
		}
		out, err := o.Submit(as(a), a, at, in)
		if err != nil {
			t.Fatal(err)
		}
		o.approve(out.Return)
		if n := o.count(`SELECT COUNT(*) FROM fake_fact WHERE ref = '填报!C8'`); n != 1 {
			t.Errorf("%d facts from C8, want 1", n)
		}
		got, media, err := o.VersionFile(as(o.chief()), o.chief(), out.Return.ID, 1, words.Chinese)
		if err != nil || !bytes.Equal(got.Content, file.Content) || media != mediaXLSX {
			t.Errorf("the kept workbook differs: %v", err)
		}

		// PEERS §3 pain 4 and XLS-07: the same file again changes nothing; an exported workbook neither.
		before := o.count(`SELECT change_no FROM sys_counter`)
		up, err = o.Upload(as(a), a, at, file)
		if err != nil || !up.Unchanged {
			t.Errorf("again: %v %+v", err, up)
		}
		exported, err := o.Template(as(a), a, at, words.Chinese)
		if err != nil {
			t.Fatal(err)
		}
		up, err = o.Upload(as(a), a, at, exported)
		if err != nil || !up.Unchanged || up.Report.Unchanged != 24 || up.Report.Read != 24 {
			t.Errorf("the exported workbook: %v %+v", err, up.Report)
		}
		if after := o.count(`SELECT change_no FROM sys_counter`); after != before {
			t.Errorf("change number went from %d to %d", before, after)
		}
		en, err := o.Template(as(a), a, at, words.English)
		if err != nil {
			t.Fatal(err)
		}
		if up, err = o.Upload(as(a), a, at, en); err != nil || !up.Unchanged {
			t.Errorf("the English workbook: %v %+v", err, up.Report)
		}
	})
}

// What was approved by another way is shown, locked, and not counted as work.
func TestKnownNumbersAreNotAskedAgain(t *testing.T) {
	o := onSQLite(t)
	o.publish(monthly())
	o.approve(o.submit(o.reporter(), Place{"YB1", jia, april()}))
	again := monthly()
	again.Code, again.Name, again.Force = "YB2", "另一张月报", other
	for i := range again.Items {
		again.Items[i].Repeat = "市里要求按另一口径汇总"
	}
	again.Items = append(again.Items, Item{Element: "XF", Categories: []measure.Category{""}})
	again.Rules = nil
	o.publish(again)
	at := Place{"YB2", jia, april()}
	op, err := o.Open(as(o.reporter()), o.reporter(), at)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := op.NewCells(), 3; got != want {
		t.Errorf("cells to type newly = %d, want %d of %d", got, want, op.Layout.Cells())
	}
	if got, want := op.Filling.Cells[Key{jia2, "N8", ""}].Text, "12"; got != want {
		t.Errorf("prefilled %q, want %q", got, want)
	}
	f, err := o.Template(as(o.reporter()), o.reporter(), at, words.Chinese)
	if err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(bytes.NewReader(f.Content))
	if err != nil {
		t.Fatal(err)
	}
	p := o.penOn(f, at)
	locked := func(k Key) bool {
		row, col, _ := p.plan.l.Find(k)
		name, cell := p.plan.at(row, col)
		id, err := x.GetCellStyle(name, cell)
		if err != nil {
			t.Fatal(err)
		}
		s, err := x.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		return s.Protection == nil || s.Protection.Locked
	}
	if !locked(Key{jia1, "N8", ""}) || locked(Key{jia1, "XF", ""}) {
		t.Error("known cells must be locked, new ones open")
	}
	intro, err := x.GetRows("填报说明")
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprint(intro); !strings.Contains(text, "新填 3 格") || !strings.Contains(text, "2018-05-08") || !strings.Contains(text, "试禁办〔2018〕1号") {
		t.Errorf("instructions lack burden, deadline or number: %s", text)
	}
	// 上期 of a stock stands beside it, a month later.
	may, err := o.Open(as(o.reporter()), o.reporter(), Place{"YB1", jia, period.MustParse("2018-05")})
	if err != nil {
		t.Fatal(err)
	}
	if got := may.Previous[Key{jia1, "XY", ""}].N; got != 30 {
		t.Errorf("previous stock = %d, want 30", got)
	}
}

// XLS-05: another template, version, period or unit is refused before any row is read.
func TestWrongWorkbooksAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		o.publish(sections2())
		a := o.reporter()
		both := o.person("两镇填报员", perm.Reporter, county)
		at := Place{"YB1", jia, april()}
		broken := func(k Key) string { return "不是数" }
		from := func(p Place) NamedFile { return o.pen(both, p, broken).file() }
		cases := []struct {
			name string
			file NamedFile
			says string
		}{
			{"template", from(Place{"YB9", jia, april()}), "这是《三表月报》的表格，此处需要《禁毒工作月报》"},
			{"period", from(Place{"YB1", jia, period.MustParse("2018-03")}), "期别是“2018-03”，此处需要“2018-04”"},
			{"unit", from(Place{"YB1", yi, april()}), "这是乙乡的表格，此处需要甲镇的"},
		}
		for _, c := range cases {
			_, err := o.Upload(as(a), a, at, c.file)
			wants(t, err, fault.Invalid, c.says)
		}
		old := from(at)
		next := monthly()
		next.Items[0].Max = "600"
		o.publish(next)
		_, err := o.Upload(as(a), a, at, old)
		wants(t, err, fault.Invalid, "版本是“1”，此处需要“2”")
		foreign := excelize.NewFile()
		var b bytes.Buffer
		if err := foreign.Write(&b); err != nil {
			t.Fatal(err)
		}
		_, err = o.Upload(as(a), a, at, NamedFile{"别的表.xlsx", b.Bytes()})
		wants(t, err, fault.Invalid, "找不到模板标识")
		if n := o.count(`SELECT COUNT(*) FROM returns_draft`) + o.count(`SELECT COUNT(*) FROM files_file`); n != 0 {
			t.Errorf("%d drafts and files were written", n)
		}
		out, err := o.ImportReturns(as(a), a, []NamedFile{old, cases[2].file, {"别的表.xlsx", b.Bytes()}}, ImportOptions{})
		if err != nil || len(out) != 3 {
			t.Fatal(err)
		}
		wants(t, out[0].Err, fault.Invalid, "此处需要“2”")
		wants(t, out[1].Err, fault.Forbidden, "不管这个单位")
		wants(t, out[2].Err, fault.Invalid, "找不到模板标识")
	})
}

func sections2() Form {
	f := sections()
	f.Code = "YB9"
	for i := range f.Items {
		f.Items[i].Repeat = "测试用"
	}
	return f
}

// Files nobody vouches for: each gets one sentence, and nothing happens.
func TestHostileFiles(t *testing.T) {
	o := onSQLite(t)
	o.publish(monthly())
	a, at := o.reporter(), Place{"YB1", jia, april()}
	good := o.pen(a, at, sound).file()
	x, err := excelize.OpenReader(bytes.NewReader(good.Content))
	if err != nil {
		t.Fatal(err)
	}
	var locked bytes.Buffer
	if err := x.Write(&locked, excelize.Options{Password: "123456"}); err != nil {
		t.Fatal(err)
	}
	cut := good.Content[:len(good.Content)/2]
	cases := []struct {
		name string
		file NamedFile
		kind fault.Kind
		says string
	}{
		{"cut off", NamedFile{"a.xlsx", cut}, fault.Invalid, "已损坏"},
		{"empty", NamedFile{"a.xlsx", nil}, fault.Invalid, "空的"},
		{"encrypted", NamedFile{"a.xlsx", locked.Bytes()}, fault.Invalid, "密码"},
		{"old format", NamedFile{"a.xls", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600))}, fault.Invalid, "另存为 .xlsx"},
		{"PDF", NamedFile{"a.xlsx", []byte("%PDF-1.7\n")}, fault.Invalid, "PDF"},
		{"bomb", NamedFile{"a.xlsx", zipBomb(t, good.Content)}, fault.TooLarge, "解压后过大"},
		{"entities", NamedFile{"a.xlsx", withEntity(t, good.Content)}, fault.Invalid, "外部实体"},
		{"too large", NamedFile{"a.xlsx", make([]byte, maxUpload+1)}, fault.TooLarge, "上限"},
		{"broken CSV", NamedFile{"a.csv", []byte("单位,N8\n\"甲一村,1\n")}, fault.Invalid, ""},
	}
	for _, c := range cases {
		_, err := o.Upload(as(a), a, at, c.file)
		if err == nil {
			t.Errorf("%s was taken", c.name)
			continue
		}
		wants(t, err, c.kind, c.says)
	}
	if n := o.count(`SELECT COUNT(*) FROM returns_return`); n != 0 {
		t.Errorf("%d returns were begun", n)
	}
}

// PEERS §3 pain 5: a workbook saved by LibreOffice imports as the one that was filled in.
func TestLibreOfficeSavedWorkbook(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("this test needs LibreOffice (Debian package libreoffice-calc)")
	}
	o := onSQLite(t)
	o.publish(sections())
	a, at := o.reporter(), Place{"YB3", jia, april()}
	p := o.pen(a, at, sound)
	p.put(Key{jia1, "N8", ""}, "１２") // a number as text in full width
	p.put(Key{jia2, "N8", ""}, " 1 2 ")
	p.put(Key{jia2, "N8", ""}, "12 ")
	name, cell := p.plan.noteAt(2, 0)
	p.at(name, cell, "已核对")
	for y := 40; y < 60; y++ { // styled rows without content
		id, err := p.x.NewStyle(&excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFFF00"}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.x.SetCellStyle("查处", sheet.Address(1, y), sheet.Address(9, y), id); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "in.xlsx"), p.file().Content, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), office, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", filepath.Join(dir, "out"), filepath.Join(dir, "in.xlsx"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v: %s", err, out)
	}
	saved, err := os.ReadFile(filepath.Join(dir, "out", "in.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	read := func(content []byte) Checked {
		f, err := o.owed(at)
		if err != nil {
			t.Fatal(err)
		}
		l, err := o.layout(f, at)
		if err != nil {
			t.Fatal(err)
		}
		r, door, err := o.read(l, NamedFile{"a.xlsx", content})
		if err != nil {
			t.Fatal(err)
		}
		r.filling.Found = r.found
		return o.check(l, r.filling, door)
	}
	ours, theirs := read(p.file().Content), read(saved)
	if len(theirs.Findings(nil, true)) != 0 && theirs.Stops() {
		t.Errorf("findings after LibreOffice: %v", theirs.Found)
	}
	if !sameValues(ours.Values, theirs.Values) || len(ours.Values) != 30 {
		t.Errorf("LibreOffice changed values: %d and %d", len(ours.Values), len(theirs.Values))
	}
	for k, v := range ours.Values {
		if theirs.Values[k] != v {
			t.Errorf("%v: %v after LibreOffice, want %v", k, theirs.Values[k], v)
		}
	}
}

func TestCSVOfRows(t *testing.T) {
	o := onSQLite(t)
	o.publish(monthly())
	a, at := o.reporter(), Place{"YB1", jia, april()}
	wide := "单位代码,单位名称,N8,XY,XY{毒品=传统},现有吸毒人员/合成,N3,N3{零包},N3{类型=合成},缴获毒品,说明\n" +
		"甲一,甲一村,１２,30,18,12,4,3,2,0.125,\n999901101202,,\" 12 \",30,18,12,4,3,2,0.125,已核对\n甲三村,x,12,30,18,12,4,3,2,0.125,\n合计,,36,,,,,,,,\n"
	want := o.filled(a, at, sound)
	for _, enc := range []string{"utf-8", "gb18030"} {
		content := []byte(wide)
		if enc == "gb18030" {
			var err error
			if content, err = simplifiedchinese.GB18030.NewEncoder().Bytes(content); err != nil {
				t.Fatal(err)
			}
		}
		up, err := o.Upload(as(a), a, at, NamedFile{"数据.csv", content})
		if err != nil || up.Report.Created != 24 {
			t.Fatalf("%s: %v %+v", enc, err, up.Report)
		}
		op, err := o.Open(as(a), a, at)
		if err != nil {
			t.Fatal(err)
		}
		if !sameValues(op.Checked.Values, o.check(op.Layout, want.Filling, ByGrid).Values) {
			t.Errorf("%s: other values", enc)
		}
		if op.Filling.Notes[op.Layout.NoteKey(1, 0)] != "已核对" {
			t.Errorf("%s: the note is lost", enc)
		}
		// What is exported is read back.
		back, err := csvOf(op.Layout, op.Filling)
		if err != nil {
			t.Fatal(err)
		}
		r, err := o.readCSV(op.Layout, "b.csv", back)
		if err != nil || len(r.found) > 0 || !sameFilling(Filling{Cells: r.filling.Cells}, Filling{Cells: op.Filling.Cells}) {
			t.Errorf("%s: export and import differ: %v %v", enc, err, r.found)
		}
	}
	bad := "单位,N8,NX,N8\n甲一村,1,2,3\n丁村,1,,\n乙一村,1,,\n甲一村,2,,\n,3,,\n甲三村,不是数,,,多\n"
	up, err := o.Upload(as(a), a, at, NamedFile{"坏.csv", []byte(bad)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range up.Report.Findings {
		if !f.Soft && f.Rule != ruleRequired {
			got = append(got, fmt.Sprintf("%d %s", f.Row, f.Rule))
		}
	}
	want2 := []string{"1 unknown-column", "1 twice", "3 unknown-unit", "4 unknown-unit", "5 twice", "6 unknown-unit", "7 outside", "7 number"}
	if !slices.Equal(got, want2) {
		t.Errorf("findings %q, want %q", got, want2)
	}

	// A return with few subjects is one row for each item.
	at = Place{"YB1", bing, april()}
	b := o.person("丙乡填报员", perm.Reporter, bing)
	op, err := o.Open(as(b), b, at)
	if err != nil {
		t.Fatal(err)
	}
	op.Layout.Turned = true
	op.Filling = o.filled(b, at, sound).Filling
	back, err := csvOf(op.Layout, op.Filling)
	if err != nil {
		t.Fatal(err)
	}
	r, err := o.readCSV(op.Layout, "c.csv", back)
	if err != nil || len(r.found) > 0 || !sameFilling(Filling{Cells: r.filling.Cells}, Filling{Cells: op.Filling.Cells}) {
		t.Errorf("turned: %v %v\n%s", err, r.found, back)
	}
}
