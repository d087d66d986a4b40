package assessment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"kaiyang/internal/testkit/desk"
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
	f.Get("office", "/assessment").Is(200).Says("还没有评价办法", "新建评价办法")
	f.Get("reader", "/assessment").Is(200).Says("办法公布以后会列在这里").Hides("/assessment/schemes/new/edit")
	f.Get("office", "/assessment/schemes/new/edit").Is(200).Says("ZX 执行率")
	bad := draftFields()
	bad[1], bad[15], bad[21] = "", "三", "70"
	f.Post("office", "/assessment/schemes/new/edit", bad...).Is(422).Says("请写办法名称", "权重应为大于 0 的数，现为“三”", `value="三"`, "目标值应大于底线值")
	f.Post("office", "/assessment/schemes/new/edit", append([]string{"from", "明年"}, bad...)...).Is(422).Says("日期 明年 写法不对", "请写办法名称", "权重应为大于 0 的数，现为“三”").Hides("请填写自哪一天起评价")
	f.Post("office", "/assessment/schemes/new/edit", draftFields()...).Is(303)
	at := "/assessment/schemes/1"
	f.Get("office", at).Is(200).Says("草稿", "执行率", "75.0", "修改草稿")
	f.Get("reader", at).Is(404)
	stale := draftFields()
	stale[1], stale[11] = "改名办法", "7"
	f.Post("office", at+"/edit", stale...).Is(409).Says(`value="改名办法"`, "现在保存的是", "乡镇综合评价")
	f.Post("leader", at+"/publish", "version", "1").Is(303)
	f.Get("reader", at).Is(200).Says("已公布", "2018-05-10", "晚于评价期开始的 2017-01-01")
	f.Get("office", at+"/edit").Is(409)

	scores := at + "/scores?period=2017"
	live := f.Get("office", scores).Is(200).Says("按今日数据试算", "93.8", "定稿", "名次范围", "6个单位按得分分成").Hides("第1名", "第一名")
	if n := live.Doc.Find(".chart-wide svg circle").Length(); n != 6 {
		t.Errorf("%d dots on the chart, want 6", n)
	}
	for view, want := range map[string]string{"figures": "/figures/ZX?unit=2", "checks": "20180312", "marks": "没有扣分"} {
		f.Get("office", scores+"&view="+view).Is(200).Says(want)
	}
	own := f.Get("town2", scores).Is(200).Says("乙镇", "试算只显示您所在单位").Hides("甲镇", "丙镇", "<circle")
	if own.Doc.Find("#places tbody tr").Length() != 1 {
		t.Error("a township sees more than its line")
	}
	f.Get("town2", scores+"&format=csv").Is(200).Says("乙镇").Hides("甲镇")
	f.Get("reader", scores).Is(403)
	f.Get("office", at+"/scores?period=2017-H1").Is(422).Says("不是这个办法的评价期")
	f.Get("office", at+"/scores?period=x").Is(422)
	for _, format := range []string{"xlsx", "csv"} {
		file := f.Get("office", scores+"&view=figures&format="+format).Is(200)
		if format == "xlsx" && !bytes.HasPrefix(file.Body, []byte("PK")) || format == "csv" && !strings.Contains(string(file.Body), "93.8") {
			t.Errorf("the %s file: %.40s", format, file.Body)
		}
	}

	f.Post("office", at+"/marks", "unit", "2", "kind", "deduction", "day", "2017-06-01", "points", "", "reason", "迟报", "document", "").Is(422).Says("请填写扣几分", "没有文件的不能登记", `value="迟报"`)
	f.Post("office", at+"/marks", "unit", "2", "kind", "deduction", "day", "2017-06-01", "points", "2.5", "reason", "迟报", "document", "通报第3期").Is(303)
	f.Get("town2", at+"/marks").Is(200).Says("没有扣分").Hides("通报第3期")
	f.Get("town1", at+"/marks").Is(200).Says("通报第3期").Hides("撤销登记错的")

	f.Post("office", at+"/fix", "period", "2017").Is(303)
	again := f.Post("office", at+"/fix", "period", "2017", "reason", "").Is(422)
	again.Says("再次定稿请写明原因")
	result := "/assessment/results/1"
	f.Get("office", result).Is(200).Says("第 1 稿", "未公布", "校验码", "2.5").Hides("公布结果")
	f.Get("reader", result).Is(404)
	f.Get("town2", result).Is(200).Says("乙镇").Hides("甲镇")
	f.Get("town2", "/api/v1/assessment/results/1").Is(200).Says("乙镇").Hides("甲镇", "丙镇")
	f.cells["ZX/2"] = "81"
	f.Get("office", result).Is(200).Says("93.8")
	f.Get("office", result+"/again").Is(200).Says("99 → 81", "1 个单位的得分、5 个单位的名次与定稿不同")
	f.Get("town2", result+"/again").Is(403)
	f.Post("leader", result+"/publish", "version", "1").Is(303)
	f.Get("reader", result).Is(200).Says("甲镇", "2018-05-10 公布").Hides("按今日数据重算")
	f.Post("office", "/assessment/marks/1/withdraw", "version", "1", "reason", "登记错了").Is(303)
	f.Get("office", at+"/marks").Is(200).Says("已撤销：登记错了")
	f.Get("office", result).Is(200).Says("2.5") // as it was fixed

	var j struct {
		Whole  bool
		Sound  bool
		Scores Result
	}
	desk.OK(t, json.Unmarshal(f.Get("reader", "/api/v1/assessment/results/1").Is(200).Body, &j))
	if !j.Whole || !j.Sound || len(j.Scores.Lines) != 6 || j.Scores.Lines[0].Score != "93.8" {
		t.Errorf("for programs: %+v", j)
	}

	for _, lang := range []string{"zh", "en"} {
		f.Lang = lang
		for _, path := range []string{"/assessment", at, at + "/marks", scores, scores + "&view=figures", scores + "&view=checks", scores + "&view=marks", at + "/compare?period=2017", result, result + "/again", "/assessment/schemes/new/edit"} {
			p := f.Get("office", path).Is(200)
			if strings.Contains(p.Text(), "%!") || strings.Contains(p.Text(), "<no value>") {
				t.Errorf("%s (%s): %s", path, lang, p.Text())
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
	id := desk.Must(f.SaveDraft(desk.As(f.chief()), f.chief(), x))(t)
	at := schemePath(id)
	first := f.Get("office", at+"/compare?period=2017").Is(200).Says("两两比较定权重", "不作为正式权重", "向量归一", "极差归一", "不加常数")
	if n := first.Doc.Find("select[name=pair]").Length(); n != 3 {
		t.Errorf("%d comparisons, want 3", n)
	}
	forms := first.Doc.Find("main form[method=post]").Length()
	if forms != 0 {
		t.Errorf("%d forms that change something before anything is compared", forms)
	}
	pairs := func(list ...string) string { return "&pair=" + strings.Join(list, "&pair=") }
	good := f.Get("office", at+"/compare?period=2017"+pairs("2", "5", "3")).Is(200).Says("一致性比率0.003", "58.15", "把这组权重放进草稿", "1/5")
	if good.Doc.Find("main form[method=post]").Length() != 1 {
		t.Error("only the weights of the comparisons may be taken over")
	}
	f.Get("leader", at+"/compare?period=2017"+pairs("2", "5", "3")).Is(200).Hides("把这组权重放进草稿")
	f.Get("office", at+"/compare?period=2017"+pairs("9", "1/9", "9")).Is(200).Says("这组权重不能采用").Hides("把这组权重放进草稿", "58.15")
	f.Get("office", at+"/compare?period=2017"+pairs("2", "5", "30")).Is(200).Says("不是 1—9 标度")
	f.Post("office", at+"/weights", "version", "1", "pair", "9", "pair", "1/9", "pair", "9").Is(422).Says("不能采用")
	f.Post("office", at+"/weights", "version", "1", "pair", "2", "pair", "5", "pair", "3").Is(303)
	f.Get("office", at).Is(200).Says("58.15", "这组权重由两两比较得出")
	f.Get("office", at+"/compare?period=2016").Is(200)
	f.cells = map[string]string{}
	f.Get("office", at+"/compare?period=2017").Is(200).Says("至少 5 个单位各项指标都有数据才能对照")
}

// An export can be changed and imported again; a file with faults is refused as a whole.
func TestTheExportIsTheImport(t *testing.T) {
	f := newFront(t)
	desk.Must(f.SaveDraft(desk.As(f.chief()), f.chief(), plain()))(t)
	for _, lang := range []string{"zh", "en"} {
		f.Lang = lang
		for _, format := range []string{"csv", "xlsx"} {
			file := f.Get("office", "/assessment/schemes/1?format="+format).Is(200).Body
			f.Upload("office", "/assessment/schemes/1/import", "file", "指标."+format, file).Is(303)
			e := desk.Must(f.Show(desk.As(f.chief()), f.chief(), 1))(t).Latest()
			want := plain()
			for i, it := range e.Items {
				it.Name, it.NameEN = "", ""
				if it != want.Items[i] {
					t.Errorf("%s %s: %+v, want %+v", lang, format, it, want.Items[i])
				}
			}
		}
	}
	f.Lang = ""
	f.Upload("office", "/assessment/schemes/1/import", "file", "a.csv", []byte("code,weight,floor,target\nNO,1,0,1\n")).Is(422).Says("没有指标 NO", "草稿没有改动")
	f.Upload("office", "/assessment/schemes/1/import", "file", "a.xls", []byte("x")).Is(422).Says("另存为 .xlsx")
}

// Every route is refused to strangers and to those whose role it is not for.
func TestRoutesAreRefused(t *testing.T) {
	f := newFront(t)
	id := f.published()
	desk.Must(f.Fix(desk.As(f.chief()), f.chief(), id, year2017, ""))(t)
	for _, r := range f.routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = strings.NewReplacer("{id}", "1", "{result}", "1", "{mark}", "1").Replace(path)
		if p := f.Do("", method, path, "", nil); p.Status != 401 && p.Status != 303 {
			t.Errorf("%s for a stranger = %d", r.Pattern, p.Status)
		}
		for who, a := range f.People {
			if !a.Can(r.Rule) {
				if p := f.Do(who, method, path, "", nil); p.Status != 403 {
					t.Errorf("%s for %s = %d, want 403", r.Pattern, who, p.Status)
				}
			}
		}
	}
}

// A running period is only tried, and what is missing is summed up where many units lack data.
func TestARunningPeriodIsSaidToRun(t *testing.T) {
	f := newFront(t)
	id := f.published()
	f.Get("office", schemePath(id)+"/scores?period=2018").Is(200).Says("2018年 还没有结束").Hides("把得分定稿")
	f.cells = map[string]string{"ZX/2": "90"}
	f.Get("office", schemePath(id)+"/scores?period=2017").Is(200).Says("有得分的单位只有1个", "甲镇缺1项指标（占权重的25.0%）", "乙镇有数据的指标只占权重的0.0%").Hides("名次和名次范围", "把得分定稿</h2></section>")
}
