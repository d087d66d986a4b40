package facts

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

var officer = perm.Actor{Account: 1, Login: "office", Name: "王工", Posts: []perm.Post{{ID: 1, Role: perm.Office, Unit: county}}}
var reader = perm.Actor{Account: 2, Login: "reader", Name: "李工", Posts: []perm.Post{{ID: 2, Role: perm.Reader, Unit: county}}}

func (o *office) load(in ImportIn, content []byte) measure.ImportReport {
	o.t.Helper()
	in.Content = bytes.NewReader(content)
	if in.Name == "" {
		in.Name = "台账.csv"
	}
	rep, err := o.ImportFacts(ctxBy("cli:root"), in, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	if rep.Read != rep.Created+rep.Updated+rep.Unchanged+rep.Rejected {
		o.t.Errorf("%+v does not add up", rep)
	}
	for _, f := range rep.Findings {
		if s := f.Say(nil); strings.Contains(s, "%!") {
			o.t.Errorf("sentence %q", s)
		}
	}
	return rep
}

const goodCSV = "element,category,unit,period,value\n" +
	"F1,,990101101,2018-01,7\n" +
	"F1,,南镇,2018-01,0\n" +
	"F1,,990101102000,2018-02,\"1,234\"\n" +
	"F2,年龄=<25,北一村,2018-01,3\n" +
	"新增人数,>=25,990101101201,2018年1月,４\n" +
	"F1,,北镇,2018-03,\n" +
	"\n" +
	"W1,,DEP-GA,2018-01a,2.49\n"

func TestAFileOfFactsInEveryEncoding(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(goodCSV)
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(strings.ReplaceAll(goodCSV, "\"1,234\"", "1234"), ",", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	chinese := strings.Replace(goodCSV, "element,category,unit,period,value", "数据项,分类,单位,期,数值", 1)
	for name, text := range map[string]string{
		"utf-8": goodCSV, "mark": "\uFEFF" + goodCSV, "gb18030": gb, "utf-16 with tabs": utf16, "Chinese headers": chinese,
		"windows lines": strings.ReplaceAll(goodCSV, "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, testkit.Open(t, sqldb.SQLite, folders...)).define(smallElements()...)
			rep := o.load(ImportIn{}, []byte(text))
			if !rep.Written || rep.Read != 7 || rep.Created != 6 || rep.Unchanged != 1 {
				t.Fatalf("report = %+v\n%v", rep, rep.Findings)
			}
			o.wants(map[string]string{"F1 北镇 2018-01": "7", "F1 南镇 2018-01": "0", "F1 南镇 2018-02": "1234", "F1 北镇 2018-03": "missing", "F2 北一村 2018-01": "7", "W1 公安局 2018-01a": "2.49"})
			// The same file again changes nothing (STANDARDS XLS-07).
			seq := o.db.Seq()
			if rep := o.load(ImportIn{}, []byte(text)); rep.Unchanged != 7 || !rep.Written || o.db.Seq() != seq {
				t.Errorf("again = %+v", rep)
			}
		})
	}
}

func TestTheFileIsTheSourceOfItsFacts(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		o := newOffice(t, db).define(smallElements()...)
		ctx := context.Background()
		if rep := o.load(ImportIn{DryRun: true}, []byte(goodCSV)); rep.Written || rep.Created != 6 || len(rep.Findings) != 0 {
			t.Errorf("dry run = %+v", rep)
		}
		if o.sound().Rows != 0 {
			t.Error("a dry run wrote")
		}
		o.load(ImportIn{}, []byte(goodCSV))
		list, err := o.Versions(ctx, "F2", "年龄=<25", north1, period.Months.First(2018))
		if err != nil || len(list) != 1 {
			t.Fatalf("versions = %+v, %v", list, err)
		}
		v := list[0]
		if v.Ref != "5" || v.Source.Kind != measure.FromImport || v.Source.Name != "台账.csv" || v.By != "王工（cli:root）" {
			t.Errorf("version = %+v", v)
		}
		f, content, err := o.files.Get(ctx, owner, v.Source.ID)
		if err != nil || string(content) != goodCSV || f.Name != "台账.csv" {
			t.Errorf("source = %+v, %v", f, err)
		}
		if p := o.sound(); p.Values != 6 || p.Files != 1 {
			t.Errorf("proof = %+v", p)
		}
	})
}

func TestEveryFaultOfAFileIsNamedWithItsPlace(t *testing.T) {
	o := newOffice(t, testkit.Open(t, sqldb.SQLite, folders...)).define(smallElements()...)
	if err := o.Close(ctxBy("office"), officer, period.MustParse("2017"), ""); err != nil {
		t.Fatal(err)
	}
	text := "单位,期,数据项,分类,数值\n" +
		"北镇,2018-01,F1,,7\n" + // fine
		"北镇,2018-01,XX,,7\n" +
		"北方镇,2018-01,F1,,7\n" +
		"北镇,2018-13,F1,,7\n" +
		"北镇,2018-Q1,F1,,7\n" +
		"北镇,2018-02,F1,,七\n" +
		"北镇,2018-02,F1,,1.5\n" +
		"北镇,2018-02,F1,年龄=<25,1\n" +
		"北一村,2018-02,F1,,1\n" +
		"北镇,2017-12,F1,,1\n" +
		"北镇,2018-01,F1,,8\n" +
		"新镇,2016-01,F1,,8\n" +
		"北镇,2018-02,F3,类型=零包,5\n" +
		"北一村,2018-02,F2,,9\n" +
		"北一村,2018-02,F2,<25,3\n" +
		"北一村,2018-02,F2,>=25,x\n" +
		",2018-02,F1,,1\n" +
		"北镇,,F1,,999999999999\n"
	rep := o.load(ImportIn{}, []byte(text))
	var got []string
	for _, f := range rep.Findings {
		got = append(got, fmt.Sprintf("%d %s", f.Row, f.Rule))
	}
	want := []string{"3 unknown-element", "4 unknown-unit", "5 period", "6 period", "7 value", "8 value", "9 unknown-category", "10 level", "11 closed", "12 duplicate",
		"13 unknown-unit", "14 total-missing", "17 value", "18 unknown-unit", "19 period", "19 value"}
	if !slices.Equal(got, want) {
		t.Errorf("findings %q\nwant     %q", got, want)
	}
	if rep.Written || rep.Read != 18 || rep.Rejected != 15 || rep.Created != 3 {
		t.Errorf("report = %+v", rep)
	}
	o.wants(map[string]string{"F1 北镇 2018-01": "missing"})
	for _, f := range rep.Findings {
		if f.Rule == "value" && f.Row == 7 && (f.Value != "七" || f.Field != "value") {
			t.Errorf("finding = %+v", f)
		}
	}
	// What cannot be read at all is an error, not a list.
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"old workbook":    {[]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1xxxxxxxx"), ".xlsx"},
		"broken workbook": {[]byte("PK\x03\x04 this is no zip"), "损坏"},
		"zero bytes":      {[]byte("element,unit\x00"), "CSV"},
		"no encoding":     {[]byte("element\n\xff\xff\xff\xff\xfe"), "CSV"},
	} {
		_, err := o.ImportFacts(context.Background(), ImportIn{Name: "x", Content: bytes.NewReader(c.content)}, nil)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Say(err, nil), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{
		"nothing": "", "header only wrong": "a,b\n1,2\n", "two the same": "element,element,unit,period,value\n", "quotes": "element,category,unit,period,value\nF1,,\"北镇,2018-01,1\n",
	} {
		if rep := o.load(ImportIn{}, []byte(text)); rep.Written || len(rep.Findings) == 0 {
			t.Errorf("%s = %+v", name, rep)
		}
	}
	if rep := o.load(ImportIn{}, []byte("element,category,unit,period,value\n")); !rep.Written || rep.Read != 0 {
		t.Errorf("a header alone = %+v", rep)
	}
}

func TestClosedPeriodsAreImportedAsRestatementsOnly(t *testing.T) {
	o := newOffice(t, testkit.Open(t, sqldb.SQLite, folders...)).define(smallElements()...)
	o.record("F1 北镇 2017-12 7")
	if err := o.Close(ctxBy("office"), officer, period.MustParse("2017"), "年度封账"); err != nil {
		t.Fatal(err)
	}
	text := []byte("element,unit,period,value\nF1,北镇,2017-12,8\n")
	if rep := o.load(ImportIn{}, text); rep.Written || rep.Findings[0].Rule != "closed" {
		t.Errorf("without a reason = %+v", rep)
	}
	if rep := o.load(ImportIn{Restate: "复核台账"}, text); !rep.Written || rep.Updated != 1 {
		t.Errorf("with a reason = %+v", rep)
	}
	list, err := o.Restatements(context.Background(), period.Period{})
	if err != nil || len(list) != 1 || list[0].Version.Reason != "复核台账" || list[0].Old != 7 || list[0].New != 8 {
		t.Errorf("restatements = %+v, %v", list, err)
	}
	if err := o.Close(ctxBy("reader"), reader, period.MustParse("2018-01"), ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a reader closes: %v", err)
	}
}

// workbook makes an xlsx file of rows; strings, numbers and formulas as given.
func workbook(t testing.TB, sheets map[string][][]any, order ...string) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	for i, name := range order {
		if i == 0 {
			x.SetSheetName("Sheet1", name)
		} else if _, err := x.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for r, row := range sheets[name] {
			for c, v := range row {
				cell, _ := excelize.CoordinatesToCellName(c+1, r+1)
				if err := x.SetCellValue(name, cell, v); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAWorkbookOfFacts(t *testing.T) {
	o := newOffice(t, testkit.Open(t, sqldb.SQLite, folders...)).define(smallElements()...)
	book := workbook(t, map[string][][]any{
		"说明": {{"请按要求填写"}},
		"数据": {{"数据项", "分类", "单位", "期", "数值"},
			{"F1", "", "北镇", "2018-01", 7}, {"F1", nil, "南镇", "2018-01", "８"}, {"F1", "", "北镇", "2018-02", nil},
			{"W1", "", "DEP-GA", "2018-01a", 2.49}, {"S1", "", 990101101, "2017年第四季度", 40}},
	}, "说明", "数据")
	rep := o.load(ImportIn{Name: "台账.xlsx"}, book)
	if !rep.Written || rep.Created != 4 || rep.Unchanged != 1 {
		t.Fatalf("report = %+v\n%v", rep, rep.Findings)
	}
	o.wants(map[string]string{"F1 试验县 2018-01": "15", "W1 公安局 2018-01a": "2.49", "S1 北镇 2017-Q4": "40"})
	list, err := o.Versions(context.Background(), "F1", "", south, period.Months.First(2018))
	if err != nil || len(list) != 1 || list[0].Ref != "数据!E3" {
		t.Errorf("versions = %+v, %v", list, err)
	}

	bad := workbook(t, map[string][][]any{"数据": {{"数据项", "分类", "单位", "期", "数值"},
		{"F1", "", "北镇", "2018-01", "七"}, {"F1", "", "西镇", "2018-01", 1}, {"F1", "", "北镇", "2018-01", 1}, {"F1", "", "北镇", "2018-01", 2}}}, "数据")
	rep = o.load(ImportIn{Name: "坏.xlsx"}, bad)
	var got []string
	for _, f := range rep.Findings {
		got = append(got, f.Sheet+"!"+f.Cell+" "+f.Rule)
	}
	if want := []string{"数据!E2 value", "数据!C3 unknown-unit", "数据!E5 duplicate"}; rep.Written || !slices.Equal(got, want) {
		t.Errorf("findings %q, want %q", got, want)
	}

	// A typed 2018-03 that the spreadsheet made a day of is the month, for a monthly element.
	x := excelize.NewFile()
	for i, v := range []any{"数据项", "单位", "期", "数值"} {
		c, _ := excelize.CoordinatesToCellName(i+1, 1)
		x.SetCellValue("Sheet1", c, v)
	}
	x.SetCellValue("Sheet1", "A2", "F1")
	x.SetCellValue("Sheet1", "B2", "新镇")
	style, _ := x.NewStyle(&excelize.Style{NumFmt: 17}) // mmm-yy
	x.SetCellValue("Sheet1", "C2", 43160)               // 1 March 2018
	x.SetCellStyle("Sheet1", "C2", "C2", style)
	x.SetCellValue("Sheet1", "D2", 9)
	var b bytes.Buffer
	x.Write(&b)
	if rep := o.load(ImportIn{Name: "日期.xlsx"}, b.Bytes()); !rep.Written {
		t.Errorf("a day for a month = %v", rep.Findings)
	}
	o.wants(map[string]string{"F1 新镇 2018-03": "9"})
}

func TestALedgerOfAnotherShape(t *testing.T) {
	o := newOffice(t, testkit.Open(t, sqldb.SQLite, folders...)).define(smallElements()...)
	book := workbook(t, map[string][][]any{"3月": {
		{"试验县禁毒工作情况表"}, {"填报日期：4月2日"},
		{"乡镇", "查处数", "其中抓获", "零包", "备注"},
		{"北镇", 7, 5, 4, "按时"}, {"南镇", 8, 3, nil, ""}, {"合计", 15, 8, 4, ""},
	}}, "3月")
	m := &Mapping{HeaderRow: 3, SkipTotals: true, Constants: map[string]string{"period": "2018-03"}, Columns: map[string]Target{
		"乡镇": {Field: "unit"}, "查处数": {Field: "value", Element: "F1"}, "其中抓获": {Field: "value", Element: "F3"},
		"零包": {Field: "value", Element: "F3", Category: "零包"}, "备注": {},
	}}
	rep := o.load(ImportIn{Name: "情况表.xlsx", Mapping: m}, book)
	if !rep.Written || rep.Created != 5 || rep.Unchanged != 1 {
		t.Fatalf("report = %+v\n%v", rep, rep.Findings)
	}
	o.wants(map[string]string{"F1 试验县 2018-03": "15", "F3 试验县 2018-03": "8", "F3/类型=零包 北镇 2018-03": "4"})
	list, err := o.Versions(context.Background(), "F3", "", south, period.Months.First(2018)+2)
	if err != nil || len(list) != 1 || list[0].Ref != "3月!C5" {
		t.Errorf("versions = %+v, %v", list, err)
	}
	// A long ledger with other words, as text.
	text := "日期,派出所,件数\n2018-01,公安局,1.5\n"
	m = &Mapping{Columns: map[string]Target{"日期": {Field: "period"}, "派出所": {Field: "unit"}, "件数": {Field: "value"}}, Constants: map[string]string{"element": "W1"}}
	if rep := o.load(ImportIn{Mapping: m}, []byte(text)); rep.Written || rep.Findings[0].Rule != "period" {
		t.Errorf("months of a half-monthly element = %+v", rep)
	}
	if rep := o.load(ImportIn{Mapping: m}, []byte(strings.ReplaceAll(text, "2018-01", "2018年1月上半月"))); !rep.Written || rep.Created != 1 {
		t.Errorf("half months = %+v %v", rep, rep.Findings)
	}
	// What is not said is asked for.
	for _, c := range []struct {
		m    Mapping
		want int
	}{
		{Mapping{Columns: map[string]Target{"件数": {Field: "value"}}}, 3},
		{Mapping{Columns: map[string]Target{"派出所": {Field: "unit"}, "日期": {Field: "unit"}, "件数": {Field: "value", Element: "W1"}}, Constants: map[string]string{"period": "2018-01a"}}, 1},
		{Mapping{Columns: map[string]Target{"派出所": {Field: "unit"}, "没有": {Field: "value", Element: "W1"}}, Constants: map[string]string{"period": "2018-01a"}}, 2},
	} {
		if rep := o.load(ImportIn{Mapping: &c.m}, []byte(text)); rep.Written || len(rep.Findings) < c.want {
			t.Errorf("%+v: %v, want %d findings", c.m, rep.Findings, c.want)
		}
	}
}

func TestExportsGoBackWithoutAChange(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		o := newOffice(t, db).define(smallElements()...)
		ctx := context.Background()
		o.record("F1 北镇 2018-01 7", "F1 新镇 2018-02 5", "F2/年龄=<25 北一村 2018-01 3", "F2/年龄=>=25 北一村 2018-01 4", "S1 北镇 2017-Q4 40",
			"S1 北镇 2018-01 41", "P1 试验县 2017 1", "W1 禁毒大队 2018-01a 1.25", "F3 北镇 2018-01 5", "F3/类型=零包 北镇 2018-01 5")
		for _, format := range []string{"csv", "xlsx"} {
			var b bytes.Buffer
			if err := o.ExportFacts(ctx, officer, &b, ExportIn{Format: format}); err != nil {
				t.Fatal(err)
			}
			if rep := o.load(ImportIn{Name: "back." + format}, b.Bytes()); rep.Unchanged != 10 || rep.Created+rep.Updated+rep.Rejected != 0 {
				t.Errorf("%s back = %+v\n%v", format, rep, rep.Findings)
			}
		}
		for _, c := range []struct {
			in   ExportIn
			want int
		}{
			{ExportIn{Period: period.MustParse("2018-01")}, 7}, {ExportIn{Unit: north}, 7}, {ExportIn{Unit: north, Period: period.MustParse("2017")}, 1},
			{ExportIn{Element: "F2"}, 2}, {ExportIn{Unit: police}, 1},
		} {
			var b bytes.Buffer
			if err := o.ExportFacts(ctx, officer, &b, c.in); err != nil {
				t.Fatal(err)
			}
			if got := strings.Count(b.String(), "\r\n") - 1; got != c.want {
				t.Errorf("%+v: %d rows, want %d\n%s", c.in, got, c.want, b.String())
			}
			b.Reset()
			c.in.Format = "json"
			if err := o.ExportFacts(ctx, officer, &b, c.in); err != nil || strings.Count(b.String(), `"element"`) != c.want {
				t.Errorf("%+v as JSON: %v\n%s", c.in, err, b.String())
			}
		}
		var b bytes.Buffer
		if err := o.ExportFacts(ctx, reader, &b, ExportIn{}); fault.KindOf(err) != fault.Forbidden || b.Len() > 0 {
			t.Errorf("a reader exports: %v", err)
		}
		if err := o.ExportFacts(ctx, officer, &b, ExportIn{Format: "docx"}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("docx: %v", err)
		}
	})
}
