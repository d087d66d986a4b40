package facts

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

// fieldsOfErr gives the fields of the findings of an error.
func fieldsOfErr(err error) string {
	f, ok := err.(fault.Findings)
	if !ok {
		return fault.Say(err, nil)
	}
	var list []string
	for _, x := range f {
		list = append(list, x.Field)
	}
	return strings.Join(list, " ")
}

func TestWhatAnElementMayBecome(t *testing.T) {
	base := measure.Element{Code: "F1", Name: "一", Kind: measure.Flow, Grains: []measure.GrainFrom{{Grain: period.Months}}, Level: org.LevelTownship}
	divided := base
	divided.Scheme = ages
	change := func(f func(e *measure.Element)) measure.Element { e := base; f(&e); return e }
	from := func(list ...measure.GrainFrom) func(e *measure.Element) {
		return func(e *measure.Element) { e.Grains = list }
	}
	monthly := measure.GrainFrom{Grain: period.Months}
	filled := Usage{Years: []int{2016, 2017}}
	for _, c := range []struct {
		name string
		e    measure.Element
		old  *measure.Element
		use  Usage
		want string // fields with faults
	}{
		{"new", base, nil, Usage{}, ""},
		{"everything wrong", measure.Element{Code: "9", Scale: 7, Scheme: measure.Scheme{Kind: "x"}}, nil, Usage{}, "code name kind grain level scale categories"},
		{"labels with signs", change(func(e *measure.Element) {
			e.Scheme = measure.Scheme{Kind: measure.Partition, Dimensions: []measure.Dimension{{Name: "a=b", Labels: []measure.Label{{Name: "x|y"}}}}}
		}), nil, Usage{}, "dimensions dimensions"},
		{"unknown force", change(func(e *measure.Element) { e.Force = "TF9" }), nil, Usage{}, "force"},
		{"a township as force", change(func(e *measure.Element) { e.Force = "990101101" }), nil, Usage{}, "force"},
		{"a department as force", change(func(e *measure.Element) { e.Force = "DEP-GA" }), nil, Usage{}, ""},
		{"other code", change(func(e *measure.Element) { e.Code = "F9" }), &base, Usage{}, "code"},
		{"empty, all may change", change(func(e *measure.Element) { e.Kind, e.Scale, e.Level = measure.Stock, 2, org.LevelVillage }), &base, Usage{}, ""},
		{"filled, nothing basic may", change(func(e *measure.Element) { e.Kind, e.Scale, e.Level = measure.Stock, 2, org.LevelVillage }), &base, filled, "kind scale level"},
		{"filled, words may", change(func(e *measure.Element) { e.Name, e.Unit, e.Persons, e.Note = "二", "人", true, "注" }), &base, filled, ""},
		{"grain from a later year", change(from(monthly, measure.GrainFrom{Year: 2018, Grain: period.Quarters})), &base, filled, ""},
		{"grain from a year with facts", change(from(monthly, measure.GrainFrom{Year: 2017, Grain: period.Quarters})), &base, filled, "grain"},
		{"grain of the past", change(from(measure.GrainFrom{Grain: period.Quarters}, measure.GrainFrom{Year: 2018, Grain: period.Months})), &base, filled, "grain"},
		{"the same grain said in two parts", change(from(monthly, measure.GrainFrom{Year: 2017, Grain: period.Months})), &base, filled, ""},
		{"divided after totals", divided, &base, filled, ""},
		{"not divided any more", base, &divided, Usage{Years: []int{2016}, Divided: true}, "dimensions"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := checkElement(c.e, c.old, c.use, smallRegister(t))
			got := ""
			if err != nil {
				got = fieldsOfErr(err)
			}
			if got != c.want {
				t.Errorf("faults at %q, want %q: %v", got, c.want, err)
			}
		})
	}
}

func TestGrainsAndDimensionsReadWhatTheyWrite(t *testing.T) {
	for _, s := range []string{"month", "half-month", "month;2018=half-month", "year;2016=half-year;2019=quarter"} {
		g, err := parseGrains(s)
		if err != nil || formatGrains(g) != s {
			t.Errorf("%s → %s, %v", s, formatGrains(g), err)
		}
	}
	if g, err := parseGrains("月；2019年=季"); err != nil || formatGrains(g) != "month;2019=quarter" {
		t.Errorf("Chinese grains = %s, %v", formatGrains(g), err)
	}
	for _, s := range []string{"", "weekly", "2018=month", "month;quarter", "month;x=quarter"} {
		if _, err := parseGrains(s); err == nil {
			t.Errorf("%q was read", s)
		}
	}
	for _, s := range []string{"年龄=<25|>=25", "年龄=<25|>=25;毒品=传统|合成", "类型=a=b|c"} {
		d, err := parseDimensions(s, "")
		if err != nil || formatDimensions(d, false) != s {
			t.Errorf("%s → %s, %v", s, formatDimensions(d, false), err)
		}
	}
	d, err := parseDimensions("年龄=<25|>=25；毒品＝传统｜合成", "Age=under 25|25 and over;Drug=traditional|")
	if err != nil || formatDimensions(d, false) != "年龄=<25|>=25;毒品=传统|合成" || formatDimensions(d, true) != "Age=under 25|25 and over;Drug=traditional|" {
		t.Errorf("dimensions = %+v, %v", d, err)
	}
	if _, err := parseDimensions("年龄=<25|>=25", "Age=under 25"); err == nil {
		t.Error("English names of another shape were taken")
	}
	if _, err := parseDimensions("年龄", ""); err == nil {
		t.Error("a dimension without labels was taken")
	}
}

func TestSavingAnElement(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		o := newOffice(t, db).define(smallElements()...)
		ctx := ctxBy("office")
		o.SetCodeTaken(func(code string) bool { return code == "I1" })
		// However the first grain is dated, it holds since ever and goes out and in as one.
		dated := smallElements()[0]
		dated.Code, dated.Name, dated.Grains = "D1", "带年份", []measure.GrainFrom{{Year: 2015, Grain: period.Months}}
		o.define(dated)
		var out bytes.Buffer
		if err := o.ExportElements(&out, "csv"); err != nil {
			t.Fatal(err)
		}
		if rep, err := o.ImportElements(ctx, "e.csv", &out, false); err != nil || rep.Unchanged != 7 {
			t.Errorf("back = %+v, %v", rep, err)
		}
		e := smallElements()[0]
		for _, c := range []struct {
			code, name, want string
		}{{"F1", "别的", "code"}, {"I1", "别的", "code"}, {"F9", "查处人次", "name"}, {"f1", "别的", ""}} {
			e.Code, e.Name = c.code, c.name
			if err := o.SaveElement(ctx, e, 0); (c.want == "") != (err == nil) || err != nil && fieldsOfErr(err) != c.want {
				t.Errorf("new %s %s = %v, want %s", c.code, c.name, err, c.want)
			}
		}
		now, _, use, err := o.Element(ctx, "F1")
		if err != nil || now.Version != 1 || use.Any() {
			t.Fatalf("element = %+v, %+v, %v", now, use, err)
		}
		o.record("F1 北镇 2018-01 7")
		e = now.Element
		e.Name = "查处吸毒人次"
		if err := o.SaveElement(ctx, e, 1); err != nil {
			t.Fatal(err)
		}
		// A second editor, who still looks at version 1, is told and overwrites nothing.
		other := now.Element
		other.Note = "另一人的修改"
		if err := o.SaveElement(ctx, other, 1); fault.KindOf(err) != fault.Conflict || !strings.Contains(fault.Say(err, nil), "第 2 版") {
			t.Errorf("second editor = %v", err)
		}
		seq := db.Seq()
		if err := o.SaveElement(ctx, e, 2); err != nil || db.Seq() != seq {
			t.Errorf("saving the same again = %v, change %d after %d", err, db.Seq(), seq)
		}
		e.Kind = measure.Stock
		if err := o.SaveElement(ctx, e, 2); fieldsOfErr(err) != "kind" {
			t.Errorf("another kind = %v", err)
		}
		now, history, use, err := o.Element(ctx, "F1")
		if err != nil || now.Version != 2 || len(history) != 2 || history[0].Element.Name != "查处人次" || use.Values != 1 || use.Years[0] != 2018 {
			t.Errorf("history = %+v, %+v, %v", history, use, err)
		}
		if got, _ := o.Catalogue().Name("查处吸毒人次"); got.Code != "F1" {
			t.Errorf("catalogue = %+v", got)
		}
		// From 2019 on by quarter; the months before stay months.
		e = now.Element
		e.Grains = []measure.GrainFrom{{Grain: period.Months}, {Year: 2019, Grain: period.Quarters}}
		if err := o.SaveElement(ctx, e, 2); err != nil {
			t.Fatal(err)
		}
		o.record("F1 北镇 2019-Q1 5", "F1 北镇 2018-02 1")
		o.wants(map[string]string{"F1 试验县 2019-Q1": "5", "F1 试验县 2018": "8", "F1 试验县 2018..2019": "13"})
		o.sound()
	})
}

const elementCSV = `code,name,name_en,kind,grain,level,scale,unit,unit_en,scheme,dimensions,dimensions_en,persons,force,source,note
N8,查处吸毒人员,Persons found,flow,month,township,0,人次,person-times,,,,0,DEP-GA,年报,
N1,新滋生吸毒人员,New users,flow,month,village,0,人,persons,partition,年龄=<25|>=25;毒品=传统|合成,Age=under 25|25 and over;Drug=traditional|synthetic,1,,"文件,第 2 页",=注意
N6,缴获,,flow,half-month;2019=month,functional,3,公斤,kg,,,,0,,,
`

func TestElementsComeFromAFileAndGoBack(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		o := newOffice(t, db)
		ctx := ctxBy("office")
		load := func(name, text string, dry bool) measure.ImportReport {
			t.Helper()
			rep, err := o.ImportElements(ctx, name, strings.NewReader(text), dry)
			if err != nil {
				t.Fatal(err)
			}
			return rep
		}
		if rep := load("e.csv", elementCSV, true); rep.Created != 3 || rep.Written || o.HasCode("N8") {
			t.Errorf("dry run = %+v", rep)
		}
		if rep := load("e.csv", elementCSV, false); rep.Created != 3 || !rep.Written || rep.Read != 3 {
			t.Errorf("first = %+v", rep)
		}
		e, _ := o.Catalogue().Code("N1")
		if len(e.Scheme.All()) != 4 || e.Scheme.Dimensions[1].Labels[1].NameEN != "synthetic" || !e.Persons || e.Note != "=注意" || e.Source != "文件,第 2 页" {
			t.Errorf("N1 = %+v", e)
		}
		for _, format := range []string{"csv", "yaml"} {
			var b bytes.Buffer
			if err := o.ExportElements(&b, format); err != nil {
				t.Fatal(err)
			}
			if rep := load("back."+format, b.String(), false); rep.Unchanged != 3 || rep.Created+rep.Updated != 0 {
				t.Errorf("%s back = %+v\n%s", format, rep, b.String())
			}
		}
		// A file with few columns changes those only.
		if rep := load("x.csv", "代码,名称,类型,粒度,层级,说明\nN8,查处吸毒人员,流量,月,乡镇,新说明\nN9,强制隔离戒毒,flow,month,township,\n", false); rep.Updated != 1 || rep.Created != 1 {
			t.Errorf("few columns = %+v", rep)
		}
		if e, _ := o.Catalogue().Code("N8"); e.Note != "新说明" || e.NameEN != "Persons found" || e.Force != "DEP-GA" {
			t.Errorf("N8 = %+v", e)
		}
		yaml := `
elements:
  - code: S1   # 存量
    name: 现有
    kind: stock
    grain: month
    level: township
    scale: 0
    persons: true
    scheme: partition
    dimensions:
      - name: 年龄
        name_en: Age
        labels: ["<25", {name: ">=25", name_en: 25 and over}]
`
		if rep := load("y.yaml", yaml, false); rep.Created != 1 {
			t.Errorf("yaml = %+v", rep)
		}
		if e, _ := o.Catalogue().Code("S1"); !e.Persons || len(e.Scheme.Dimensions) != 1 || e.Scheme.Dimensions[0].Labels[1].NameEN != "25 and over" {
			t.Errorf("S1 = %+v", e)
		}
	})
}

func TestAFileOfElementsIsTakenWhollyOrNotAtAll(t *testing.T) {
	db := testkit.Open(t, sqldb.SQLite, folders...)
	o := newOffice(t, db).define(smallElements()...)
	o.record("F1 北镇 2018-01 7")
	o.SetCodeTaken(func(code string) bool { return code == "I1" })
	for name, c := range map[string]struct {
		file, text string
		want       []string // rows and fields of the findings
	}{
		"several faults": {"e.csv", "code,name,kind,grain,level,scale,persons\nA1,甲,flow,month,township,,\nI1,乙,flow,month,township,,\nA2,丙,flux,weekly,town,9,vielleicht\nA1,丁,flow,month,township,,\nF1,查处人次,stock,month,township,0,\n",
			[]string{"3 code", "4 grain", "4 level", "4 scale", "4 persons", "5 code", "6 kind"}},
		"no header":       {"e.csv", "A1,甲,flow,month,township\n", []string{"1 ", "1 ", "1 "}},
		"missing columns": {"e.csv", "code,name\nA1,甲\n", []string{"1 ", "1 ", "1 "}},
		"empty":           {"e.csv", "\n\n", []string{"1 "}},
		"broken quotes":   {"e.csv", "code,name,kind,grain,level\nA1,\"甲,flow,month,township\n", []string{"2 "}},
		"yaml syntax":     {"e.yaml", "- code: [", []string{"0 "}},
		"yaml keys":       {"e.yaml", "- code: A1\n  nam: 甲\n  kind: flow\n  grain: month\n  level: township\n", []string{"2 ", "1 "}},
		"yaml shape":      {"e.yml", "code: A1\n", []string{"1 "}},
	} {
		rep, err := o.ImportElements(context.Background(), c.file, strings.NewReader(c.text), false)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, f := range rep.Findings {
			got = append(got, strings.TrimLeft(strings.Join([]string{itoa(f.Row), f.Field}, " "), ""))
			if strings.Contains(f.Say(nil), "%!") {
				t.Errorf("%s: %q", name, f.Say(nil))
			}
		}
		if rep.Written || len(got) < len(c.want) || (name != "no header" && strings.Join(got, ",") != strings.Join(c.want, ",")) {
			t.Errorf("%s: findings at %q, want %q\n%v", name, got, c.want, rep.Findings)
		}
		if rep.Read != rep.Created+rep.Updated+rep.Unchanged+rep.Rejected && len(c.want) != 1 {
			t.Errorf("%s: %+v does not add up", name, rep)
		}
	}
	if len(o.Catalogue().All()) != 6 {
		t.Errorf("there are %d elements, want the 6 of before", len(o.Catalogue().All()))
	}
}

func FuzzReadElementFile(f *testing.F) {
	f.Add("e.csv", elementCSV)
	f.Add("e.yaml", "elements:\n- {code: A1, name: x, kind: flow, grain: month, level: township}\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		rows, _, _ := readElementFile(name, []byte(text))
		for _, r := range rows {
			e, found := r.element(measure.Element{})
			if len(found) == 0 && e.Check() == nil && !strings.ContainsAny(text, "|;；｜＝") {
				// What can be defined can be written and read again.
				var b bytes.Buffer
				if err := writeElementsCSV(&b, []measure.Element{e}); err != nil {
					t.Fatal(err)
				}
				again, found, err := readElementFile("x.csv", b.Bytes())
				if err != nil || len(found) > 0 || len(again) != 1 {
					t.Fatalf("%q: %v %v", b.String(), found, err)
				}
			}
		}
	})
}
