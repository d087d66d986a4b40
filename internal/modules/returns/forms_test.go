package returns

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// PEERS §3 pain 10: versions never change, and what was handed in keeps its own.
func TestVersionsOfAForm(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		first := o.publish(monthly())
		at := Place{"YB1", jia, april()}
		r := o.submit(o.reporter(), at)
		next := monthly()
		next.Items[0].Hint = "按人次"
		next.Items = next.Items[:3]
		next.Rules = nil
		next.From = period.MustParse("2018-03")
		_, err := o.SaveForm(as(o.chief()), o.chief(), next, "")
		wants(t, err, fault.Invalid, "请写明修订的原因")
		_, err = o.SaveForm(as(o.chief()), o.chief(), next, "精简")
		wants(t, err, fault.Invalid, "新版本请从 2018-05 起用")
		next.From = period.MustParse("2017-12")
		_, err = o.SaveForm(as(o.chief()), o.chief(), next, "精简")
		wants(t, err, fault.Invalid, "早于第 1 版")
		next.From = period.MustParse("2018-05")
		second := o.publish(next)
		if second.No != 2 || first.No != 1 {
			t.Errorf("versions %d and %d", first.No, second.No)
		}
		for p, want := range map[string]int{"2018-01": 1, "2018-04": 1, "2018-05": 2, "2019-01": 2} {
			f, ok := o.FormAt("YB1", period.MustParse(p))
			if !ok || f.No != want {
				t.Errorf("%s: version %v, want %d", p, f, want)
			}
		}
		v, err := o.See(as(o.reporter()), o.reporter(), r.ID, 0)
		if err != nil || len(v.Layout.Columns) != 8 {
			t.Errorf("the old return has %d columns, want 8: %v", len(v.Layout.Columns), err)
		}
		// A second process sees the new version.
		other := openOffice(t, o.target(), o.clock)
		if f, ok := other.FormAt("YB1", period.MustParse("2018-05")); !ok || f.No != 2 || f.Items[0].Hint != "按人次" {
			t.Errorf("elsewhere: %+v", f)
		}
	})
}

// target gives the place of the office's database, to open it a second time.
func (o *office) target() string {
	if p := o.db.Path(); p != "" {
		return p
	}
	return strings.Replace(o.db.Where(), "postgres://", "postgres://kaiyang@", 1) + "?sslmode=disable"
}

// PEERS §3 pain 9: an element that another form asks of the same units needs a reason.
func TestAskingTwiceNeedsAReason(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		again := monthly()
		again.Code, again.Rules = "YB2", nil
		_, err := o.SaveForm(as(o.chief()), o.chief(), again, "")
		wants(t, err, fault.Invalid, "数据项 N8 已由报表 YB1（禁毒工作月报）向同样的单位采集")
		for i := range again.Items {
			again.Items[i].Repeat = "市里另有口径"
		}
		o.publish(again)
		// Other units, other matter.
		elsewhere := Form{Code: "GA", From: period.MustParse("2018-01"), Name: "公安月报", Force: force, Approval: "一号", Grain: period.Months,
			Units: UnitSet{Include: []Dated{{Unit: police}}}, Due: Due{Days: 3}, Items: []Item{{Element: "AJ", Categories: []measure.Category{""}}}}
		o.publish(elsewhere)
	})
}

func TestFaultsOfAForm(t *testing.T) {
	o := onSQLite(t)
	base := monthly()
	cases := []struct {
		name   string
		change func(f *Form)
		says   string
	}{
		{"code", func(f *Form) { f.Code = "1 月报" }, "表的代码应以字母开头"},
		{"no number, no reason", func(f *Form) { f.Approval = "" }, "没有文号的，请写明理由"},
		{"force", func(f *Form) { f.Force = jia }, "归口应是专班或部门"},
		{"grain", func(f *Form) { f.Grain = 7 }, "请选择报送频率"},
		{"from", func(f *Form) { f.From = period.MustParse("2018") }, "不是一个完整的月"},
		{"nobody", func(f *Form) { f.Units = UnitSet{Kind: org.School} }, "没有一个单位要填报"},
		{"no units", func(f *Form) { f.Units = UnitSet{} }, "请选择填报单位的类别"},
		{"due", func(f *Form) { f.Due.Days = 400 }, "截止日应在期末后 0 到 366 天以内"},
		{"no items", func(f *Form) { f.Items = nil; f.Rules = nil }, "请至少列一个数据项"},
		{"unknown element", func(f *Form) { f.Items[0].Element = "ZZ" }, "没有数据项 ZZ"},
		{"twice", func(f *Form) { f.Items = append(f.Items, f.Items[0]) }, "已经列过"},
		{"category", func(f *Form) { f.Items[1].Categories = append(f.Items[1].Categories, "毒品=大麻") }, "没有类别“大麻”"},
		{"labels without a total", func(f *Form) { f.Items[2].Categories = f.Items[2].Categories[1:] }, "请同时采集合计"},
		{"other grain", func(f *Form) { f.Items[0].Element = "XC" }, "不能放进按月报送的表"},
		{"other level", func(f *Form) { f.Items[0].Element = "AJ" }, "这张表的行是村（社区）"},
		{"bounds", func(f *Form) { f.Items[0].Min, f.Items[0].Max = "10", "5" }, "上限 5 小于下限 10"},
		{"below the element", func(f *Form) { f.Items[0].Min = "-1" }, "的下限 -1 小于数据项定义的最小值 0"},
		{"bound", func(f *Form) { f.Items[0].Max = "多" }, "不是数"},
		{"rule", func(f *Form) { f.Rules[0].Left = "N8 +" }, "规则 R1 的“N8 +”读不懂"},
		{"rule with an unknown name", func(f *Form) { f.Rules[0].Left = "N88" }, "读不懂"},
		{"rule about nothing", func(f *Form) { f.Rules[0].Left, f.Rules[0].Right = "1", "2" }, "没有用到这张表的数据项"},
		{"rule code", func(f *Form) { f.Rules[1].Code = "R1" }, "规则代码 R1 重复"},
		{"severity", func(f *Form) { f.Rules[1].Severity = "mild" }, "级别应为"},
		{"jump", func(f *Form) { f.Jump = Jump{Hundredths: 50} }, "突变检查的倍数"},
		{"section", func(f *Form) { f.Items[0].Section = "a/b" }, "工作表名"},
	}
	for _, c := range cases {
		f := base
		f.Items = append([]Item(nil), base.Items...)
		for i := range f.Items {
			f.Items[i].Categories = append([]measure.Category(nil), base.Items[i].Categories...)
		}
		f.Rules = append([]Rule(nil), base.Rules...)
		c.change(&f)
		_, err := o.SaveForm(as(o.chief()), o.chief(), f, "")
		if err == nil {
			t.Errorf("%s: taken", c.name)
			continue
		}
		wants(t, err, fault.Invalid, c.says)
	}
	// All faults come at once.
	f := base
	f.Code, f.Name, f.Approval = "", "", ""
	_, err := o.SaveForm(as(o.chief()), o.chief(), f, "")
	var list fault.Findings
	if !errors.As(err, &list) || len(list) < 3 {
		t.Errorf("%d faults, want all: %v", len(list), err)
	}
	_, err = o.SaveForm(as(o.reporter()), o.reporter(), base, "")
	wants(t, err, fault.Forbidden, "建立、修订、停用报表")
	_, err = o.SaveForm(as(o.reviewer()), o.reviewer(), base, "")
	wants(t, err, fault.Forbidden, "建立、修订、停用报表")
	if len(o.Forms()) != 0 {
		t.Error("a faulty form was kept")
	}
}

// Export then import changes nothing (PEERS §3 pain 4).
func TestFormsAsAFile(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		f := monthly()
		f.Jump = Jump{Hundredths: 250, Threshold: 20}
		f.Items[0].Jump = &Jump{Hundredths: 30000}
		f.Units.Exclude = []Dated{{Unit: yi, From: period.MustDay("2018-03-01")}}
		f.Units.Include = []Dated{{Unit: yi, To: period.MustDay("2018-06-30")}}
		o.publish(f)
		o.publish(halfMonthly())
		o.publish(sections2())
		var b bytes.Buffer
		if err := o.ExportForms(&b); err != nil {
			t.Fatal(err)
		}
		ctx, chief := as(o.chief()), o.chief()
		rep, err := o.ImportForms(ctx, chief, "forms.yaml", bytes.NewReader(b.Bytes()), false)
		if err != nil || rep.Unchanged != 3 || rep.Read != 3 || len(rep.Findings) != 0 {
			t.Fatalf("%v %+v\n%s", err, rep, b.String())
		}
		// Into an empty office.
		fresh := onSQLite(t)
		rep, err = fresh.ImportForms(ctx, chief, "forms.yaml", bytes.NewReader(b.Bytes()), true)
		if err != nil || rep.Created != 3 || rep.Written || len(fresh.Forms()) != 0 {
			t.Fatalf("dry run: %v %+v", err, rep)
		}
		rep, err = fresh.ImportForms(ctx, chief, "forms.yaml", bytes.NewReader(b.Bytes()), false)
		if err != nil || rep.Created != 3 || !rep.Written {
			t.Fatalf("%v %+v", err, rep)
		}
		var again bytes.Buffer
		if err := fresh.ExportForms(&again); err != nil || again.String() != b.String() {
			t.Errorf("exported again: %v\n%s", err, again.String())
		}
		// A changed one is a new version; one bad form keeps all out.
		text := strings.Replace(b.String(), "name: 禁毒工作月报", "name: 禁毒工作月度报表", 1)
		bad := strings.Replace(text, "element: XC", "element: XX", 1)
		rep, err = fresh.ImportForms(ctx, chief, "forms.yaml", strings.NewReader(bad), false)
		if err != nil || rep.Rejected != 1 || rep.Written || len(rep.Findings) != 1 || rep.Findings[0].Sheet != "BY" {
			t.Errorf("one bad form: %v %+v", err, rep)
		}
		rep, err = fresh.ImportForms(ctx, chief, "forms.yaml", strings.NewReader(text), false)
		if err != nil || rep.Updated != 1 || rep.Unchanged != 2 || !rep.Written {
			t.Errorf("one changed: %v %+v", err, rep)
		}
		for text, says := range map[string]string{
			"":                            "是空的",
			"forms: []":                   "没有 forms 一节",
			"forms:\n - code: [":          "第 2 行",
			"forms:\n - codes: X":         "第 2 行",
			"formulars:\n - code: X":      "读不懂",
			"- forms\n- x":                "读不懂",
			"forms: 3":                    "读不懂",
			"forms:\n  - code: X\n\tb: 1": "读不懂",
		} {
			_, err := fresh.ImportForms(ctx, chief, "f.yaml", strings.NewReader(text), false)
			if err == nil {
				t.Errorf("%q was taken", text)
				continue
			}
			if say := fault.Say(err, nil); fault.KindOf(err) != fault.Invalid || !strings.Contains(say, says) && !strings.Contains(say, "YAML") {
				t.Errorf("%q: %s, want %q", text, say, says)
			}
		}
		_, err = fresh.ImportForms(as(o.reporter()), o.reporter(), "f.yaml", strings.NewReader(text), false)
		wants(t, err, fault.Forbidden, "建立、修订、停用报表")
	})
}

func TestEndingAForm(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		o.submit(o.reporter(), Place{"YB1", jia, april()})
		end := func(p, why string) error {
			var last period.Period
			if p != "" {
				last = period.MustParse(p)
			}
			return o.EndForm(as(o.chief()), o.chief(), "YB1", last, why)
		}
		wants(t, end("2018-03", "不再采集"), fault.Conflict, "2018-04 已有报表提交")
		wants(t, end("2018", "不再采集"), fault.Invalid, "不是这张表的一期")
		wants(t, end("2018-04", ""), fault.Invalid, "请写明原因")
		if err := end("2018-04", "不再采集"); err != nil {
			t.Fatal(err)
		}
		_, err := o.Open(as(o.reporter()), o.reporter(), Place{"YB1", jia, period.MustParse("2018-05")})
		wants(t, err, fault.Missing, "没有 2018-05 这一期")
		if err := end("", "恢复采集"); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Open(as(o.reporter()), o.reporter(), Place{"YB1", jia, period.MustParse("2018-05")}); err != nil {
			t.Error(err)
		}
		wants(t, o.EndForm(as(o.reporter()), o.reporter(), "YB1", april(), "x"), fault.Forbidden, "停用")
	})
}

// A department reports about itself, or about the territory.
func TestFormsOfDepartments(t *testing.T) {
	o := onSQLite(t)
	own := Form{Code: "GA", From: period.MustParse("2018-01"), Name: "公安月报", Force: force, Approval: "一号", Grain: period.Months,
		Units: UnitSet{Include: []Dated{{Unit: police}}}, Due: Due{Days: 3}, Items: []Item{{Element: "AJ", Categories: []measure.Category{""}, Required: true}}}
	o.publish(own)
	a := o.person("公安填报员", perm.Reporter, police)
	o.approve(o.submit(a, Place{"GA", police, april()}))
	if got, want := o.fact(police, "AJ", "", april()), "1"; got != want {
		t.Errorf("about itself: %s, want %s", got, want)
	}
	about := own
	about.Code, about.Name, about.Subjects = "GB", "公安分乡镇月报", org.LevelVillage
	about.Items = []Item{{Element: "XF", Categories: []measure.Category{""}, Required: true}}
	o.publish(about)
	op, err := o.Open(as(a), a, Place{"GB", police, april()})
	if err != nil || len(op.Layout.Subjects) != 7 {
		t.Fatalf("rows about villages: %v", err)
	}
	o.approve(o.submit(a, Place{"GB", police, april()}))
	if got, want := o.fact(county, "XF", "", april()), "7"; got != want {
		t.Errorf("about the territory: %s, want %s", got, want)
	}
	due, _, _, _ := o.Reporting("GB", county, april())
	if due != 1 {
		t.Errorf("the root counts %d departments, want 1", due)
	}
}
