package assessment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// Every page is proved against its view.
func TestPagesFitTheirViews(t *testing.T) {
	listPage()
	schemePage()
	editPage()
	importPage()
	scorePage()
	againPage()
	marksPage()
	comparePage()
}

func draftFields() []string {
	return []string{"name", "乡镇综合评价", "span", "year", "from", "2017-01-01", "digits", "1", "least", "60", "version", "0", "code0", "ZX", "weight0", "3", "higher0", "up", "floor0", "80", "target0", "100",
		"code1", "XZ", "weight1", "1", "higher1", "down", "floor1", "10", "target1", "0", "code2", "", "weight2", "", "higher2", "up", "floor2", "", "target2", ""}
}

func TestAYearOnThePages(t *testing.T) {
	f := newFront(t)
	f.get("office", "/assessment").is(200).says("还没有评价办法", "新建评价办法")
	f.get("reader", "/assessment").is(200).says("办法公布以后会列在这里").without("/assessment/schemes/new/edit")
	f.get("office", "/assessment/schemes/new/edit").is(200).says("ZX 执行率")
	bad := draftFields()
	bad[1], bad[15], bad[21] = "", "三", "70"
	f.post("office", "/assessment/schemes/new/edit", bad...).is(422).says("请写办法名称", "权重应为大于 0 的数，现为“三”", `value="三"`, "目标值应大于底线值")
	f.post("office", "/assessment/schemes/new/edit", append([]string{"from", "明年"}, bad...)...).is(422).says("日期 明年 写法不对", "请写办法名称", "权重应为大于 0 的数，现为“三”").without("请填写自哪一天起评价")
	f.post("office", "/assessment/schemes/new/edit", draftFields()...).is(303)
	at := "/assessment/schemes/1"
	f.get("office", at).is(200).says("草稿", "执行率", "75.0", "修改草稿")
	f.get("reader", at).is(404)
	stale := draftFields()
	stale[1], stale[11] = "改名办法", "7"
	f.post("office", at+"/edit", stale...).is(409).says(`value="改名办法"`, "现在保存的是", "乡镇综合评价")
	f.post("leader", at+"/publish", "version", "1").is(303)
	f.get("reader", at).is(200).says("已公布", "2018-05-10", "晚于评价期开始的 2017-01-01")
	f.get("office", at+"/edit").is(409)

	scores := at + "/scores?period=2017"
	live := f.get("office", scores).is(200).says("按今日数据试算", "93.8", "定稿", "名次范围", "6个单位按得分分成").without("第1名", "第一名")
	if n := live.doc.Find(".bars.wide svg circle").Length(); n != 6 {
		t.Errorf("%d dots on the chart, want 6", n)
	}
	for view, want := range map[string]string{"figures": "/figures/ZX?unit=2", "checks": "20180312", "marks": "没有扣分"} {
		f.get("office", scores+"&view="+view).is(200).says(want)
	}
	own := f.get("town2", scores).is(200).says("乙镇", "试算只显示您所在单位").without("甲镇", "丙镇", "<circle")
	if own.doc.Find("#places tbody tr").Length() != 1 {
		t.Error("a township sees more than its line")
	}
	f.get("town2", scores+"&format=csv").is(200).says("乙镇").without("甲镇")
	f.get("reader", scores).is(403)
	f.get("office", at+"/scores?period=2017-H1").is(422).says("不是这个办法的评价期")
	f.get("office", at+"/scores?period=x").is(422)
	for _, format := range []string{"xlsx", "csv"} {
		file := f.get("office", scores+"&view=figures&format="+format).is(200)
		if format == "xlsx" && !bytes.HasPrefix(file.body, []byte("PK")) || format == "csv" && !strings.Contains(string(file.body), "93.8") {
			t.Errorf("the %s file: %.40s", format, file.body)
		}
	}

	f.post("office", at+"/marks", "unit", "2", "kind", "deduction", "day", "2017-06-01", "points", "", "reason", "迟报", "document", "").is(422).says("扣分应为大于 0 的数", "没有文件的不能登记", `value="迟报"`)
	f.post("office", at+"/marks", "unit", "2", "kind", "deduction", "day", "2017-06-01", "points", "2.5", "reason", "迟报", "document", "通报第3期").is(303)
	f.get("town2", at+"/marks").is(200).says("没有扣分").without("通报第3期")
	f.get("town1", at+"/marks").is(200).says("通报第3期").without("撤销登记错的")

	f.post("office", at+"/fix", "period", "2017").is(303)
	again := f.post("office", at+"/fix", "period", "2017", "reason", "").is(422)
	again.says("再次定稿请写明原因")
	result := "/assessment/results/1"
	f.get("office", result).is(200).says("第 1 稿", "未公布", "校验码", "2.5").without("公布结果")
	f.get("reader", result).is(404)
	f.get("town2", result).is(200).says("乙镇").without("甲镇")
	f.get("town2", "/api/v1/assessment/results/1").is(200).says("乙镇").without("甲镇", "丙镇")
	f.cells["ZX/2"] = "81"
	f.get("office", result).is(200).says("93.8")
	f.get("office", result+"/again").is(200).says("99 → 81", "1 个单位的得分、5 个单位的名次与定稿不同")
	f.get("town2", result+"/again").is(403)
	f.post("leader", result+"/publish", "version", "1").is(303)
	f.get("reader", result).is(200).says("甲镇", "2018-05-10 公布").without("按今日数据重算")
	f.post("office", "/assessment/marks/1/withdraw", "version", "1", "reason", "登记错了").is(303)
	f.get("office", at+"/marks").is(200).says("已撤销：登记错了")
	f.get("office", result).is(200).says("2.5") // as it was fixed

	var j struct {
		Whole  bool
		Sound  bool
		Scores Result
	}
	ok(t, json.Unmarshal(f.get("reader", "/api/v1/assessment/results/1").is(200).body, &j))
	if !j.Whole || !j.Sound || len(j.Scores.Lines) != 6 || j.Scores.Lines[0].Score != "93.8" {
		t.Errorf("for programs: %+v", j)
	}

	for _, lang := range []string{"zh", "en"} {
		f.lang = lang
		for _, path := range []string{"/assessment", at, at + "/marks", scores, scores + "&view=figures", scores + "&view=checks", scores + "&view=marks", at + "/compare?period=2017", result, result + "/again", "/assessment/schemes/new/edit"} {
			p := f.get("office", path).is(200)
			if strings.Contains(p.text(), "%!") || strings.Contains(p.text(), "<no value>") {
				t.Errorf("%s (%s): %s", path, lang, p.text())
			}
		}
	}
}

// The page of common methods: comparisons are computed and refused by their consistency, entropy
// weights have no button, and both normalisations stand side by side.
func TestCommonMethodsOnThePage(t *testing.T) {
	f := newFront(t)
	x := plain()
	x.Items = append(x.Items, Item{Code: "HD", Weight: "1", Higher: true, Floor: "0", Target: "10"})
	for u := town1; u <= town6; u++ {
		f.cells[fmt.Sprintf("HD/%d", u)] = fmt.Sprint(3 * (int(u) % 4))
	}
	id := must(f.SaveDraft(as(f.chief()), f.chief(), x))(t)
	at := schemePath(id)
	first := f.get("office", at+"/compare?period=2017").is(200).says("两两比较定权重", "不作为正式权重", "向量归一", "极差归一", "不加常数")
	if n := first.doc.Find("select[name=pair]").Length(); n != 3 {
		t.Errorf("%d comparisons, want 3", n)
	}
	forms := first.doc.Find("main form[method=post]").Length()
	if forms != 0 {
		t.Errorf("%d forms that change something before anything is compared", forms)
	}
	pairs := func(list ...string) string { return "&pair=" + strings.Join(list, "&pair=") }
	good := f.get("office", at+"/compare?period=2017"+pairs("2", "5", "3")).is(200).says("一致性比率0.003", "58.15", "把这组权重放进草稿", "1/5")
	if good.doc.Find("main form[method=post]").Length() != 1 {
		t.Error("only the weights of the comparisons may be taken over")
	}
	f.get("leader", at+"/compare?period=2017"+pairs("2", "5", "3")).is(200).without("把这组权重放进草稿")
	f.get("office", at+"/compare?period=2017"+pairs("9", "1/9", "9")).is(200).says("这组权重不能采用").without("把这组权重放进草稿", "58.15")
	f.get("office", at+"/compare?period=2017"+pairs("2", "5", "30")).is(200).says("不是 1—9 标度")
	f.post("office", at+"/weights", "version", "1", "pair", "9", "pair", "1/9", "pair", "9").is(422).says("不能采用")
	f.post("office", at+"/weights", "version", "1", "pair", "2", "pair", "5", "pair", "3").is(303)
	f.get("office", at).is(200).says("58.15", "这组权重由两两比较得出")
	f.get("office", at+"/compare?period=2016").is(200)
	f.cells = map[string]string{}
	f.get("office", at+"/compare?period=2017").is(200).says("至少 5 个单位各项指标都有数据才能对照")
}

// An export can be changed and imported again; a file with faults is refused as a whole.
func TestTheExportIsTheImport(t *testing.T) {
	f := newFront(t)
	must(f.SaveDraft(as(f.chief()), f.chief(), plain()))(t)
	for _, lang := range []string{"zh", "en"} {
		f.lang = lang
		for _, format := range []string{"csv", "xlsx"} {
			file := f.get("office", "/assessment/schemes/1?format="+format).is(200).body
			f.upload("office", "/assessment/schemes/1/import", "指标."+format, file).is(303)
			e := must(f.Show(as(f.chief()), f.chief(), 1))(t).Latest()
			want := plain()
			for i, it := range e.Items {
				it.Name, it.NameEN = "", ""
				if it != want.Items[i] {
					t.Errorf("%s %s: %+v, want %+v", lang, format, it, want.Items[i])
				}
			}
		}
	}
	f.lang = ""
	f.upload("office", "/assessment/schemes/1/import", "a.csv", []byte("code,weight,floor,target\nNO,1,0,1\n")).is(422).says("没有指标 NO", "草稿没有改动")
	f.upload("office", "/assessment/schemes/1/import", "a.xls", []byte("x")).is(422).says("另存为 .xlsx")
}

// Every route is refused to strangers and to those whose role it is not for.
func TestRoutesAreRefused(t *testing.T) {
	f := newFront(t)
	id := f.published()
	must(f.Fix(as(f.chief()), f.chief(), id, year2017, ""))(t)
	for _, r := range f.routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = strings.NewReplacer("{id}", "1", "{result}", "1", "{mark}", "1").Replace(path)
		if p := f.do("", method, path, "", nil); p.status != 401 && p.status != 303 {
			t.Errorf("%s for a stranger = %d", r.Pattern, p.status)
		}
		for who, a := range f.people {
			if !a.Can(r.Rule) {
				if p := f.do(who, method, path, "", nil); p.status != 403 {
					t.Errorf("%s for %s = %d, want 403", r.Pattern, who, p.status)
				}
			}
		}
	}
}

// A running period is only tried, and what is missing is summed up where many units lack data.
func TestARunningPeriodIsSaidToRun(t *testing.T) {
	f := newFront(t)
	id := f.published()
	f.get("office", schemePath(id)+"/scores?period=2018").is(200).says("2018年 还没有结束").without("把得分定稿")
	f.cells = map[string]string{"ZX/2": "90"}
	f.get("office", schemePath(id)+"/scores?period=2017").is(200).says("有得分的单位只有1个", "甲镇缺1项指标（占权重的25.0%）", "乙镇有数据的指标只占权重的0.0%").without("名次和名次范围", "把得分定稿</h2></section>")
}
