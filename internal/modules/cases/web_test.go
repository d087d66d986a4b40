package cases

import (
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit/desk"
)

// A front is the pages of an office as a browser without scripts sees them.
type front struct {
	*office
	*desk.Front
}

func newFront(t *testing.T) *front {
	o := newOffice(t, sqldb.SQLite)
	people := map[string]perm.Actor{"office": o.chief(), "member": o.member(), "other": o.other(), "leader": o.leader(), "reader": o.reader(), "auditor": o.auditor(), "town": o.town()}
	return &front{o, desk.Open(t, o.db, o.clock.Now, people, o.Today, o.Module())}
}

// Strangers, readers, other task forces and townships reach what they should and nothing else.
func TestWhoReachesWhat(t *testing.T) {
	f := newFront(t)
	f.mapped()
	f.seized("2017-03-02", "heroin", "", 150_000, "演示01")
	read := []string{"/seizures", "/seizures/tables", "/seizures/tables/statute", "/api/v1/seizures"}
	register := []string{"/seizures/register"}
	write := []string{"/seizures/register/new", "/seizures/register/1"}
	deeds := []string{"/seizures/register/new", "/seizures/register/1", "/seizures/register/1/strike"}
	own := []string{"/seizures/mapping", "/seizures/tables/new"}
	ownDeeds := []string{"/seizures/mapping", "/seizures/tables/new", "/seizures/tables/1/withdraw"}
	for who, may := range map[string]struct{ read, register, write, own bool }{"office": {true, true, true, true}, "member": {true, true, true, false}, "other": {true, true, false, false}, "leader": {true, true, false, false}, "reader": {true, false, false, false}, "auditor": {}, "town": {}} {
		check := func(list []string, may bool) {
			for _, path := range list {
				if got := f.Get(who, path).Status; (got == 200) != may || !may && got != 403 {
					t.Errorf("GET %s as %s = %d", path, who, got)
				}
			}
		}
		check(read, may.read)
		check(register, may.register)
		check(write, may.write)
		check(own, may.own)
		for _, path := range deeds {
			if got := f.Post(who, path).Status; (got == 403) == may.write {
				t.Errorf("POST %s as %s = %d", path, who, got)
			}
		}
		for _, path := range ownDeeds {
			if got := f.Post(who, path).Status; (got == 403) == may.own {
				t.Errorf("POST %s as %s = %d", path, who, got)
			}
		}
	}
	for _, path := range slices.Concat(read, register, write, own) {
		if got := f.Get("", path); got.Status == 200 {
			t.Errorf("%s answers a stranger", path)
		}
	}
	if text := f.Get("reader", "/seizures").Text(); strings.Contains(text, "登记一起") || strings.Contains(text, "演示01") {
		t.Error("a reader sees what is not for him: " + text)
	}
}

// The page of a period says what to do where nothing is there, and has no sum over drugs.
func TestThePageOfAPeriod(t *testing.T) {
	f := newFront(t)
	f.Get("leader", "/seizures").Is(200).Says("还没有对照", "标准表中的哪种毒品")
	f.Post("office", "/seizures/mapping", "edition", "0", "element", "JH", "drug.毒品=海洛因", "heroin", "drug.毒品=冰毒", "heroin").Is(422).Says("一种毒品只能对应一个分类")
	f.Post("office", "/seizures/mapping", "edition", "0", "element", "JH", "drug.毒品=海洛因", "heroin", "drug.毒品=冰毒", "methamphetamine", "drug.毒品=其他", "").Is(303)
	f.Get("office", "/seizures/mapping").Is(200).Says("第 1 版", "冰毒")
	f.reported = map[string]string{"毒品=海洛因 2017": "0.310", "毒品=冰毒 2017": "0.370", "毒品=其他 2017": "0.070", "毒品=海洛因 2016": "0.4"}
	f.Post("member", "/seizures/register/new", "day", "2017-03-02", "drug", "heroin", "grams", "很多", "document", "演示").Is(422).Says("请写大于 0 的克数")
	if got, _ := f.Post("member", "/seizures/register/new", "day", "2017-03-02", "drug", "heroin", "grams", "很多", "document", "演示").Doc.Find("#grams").Attr("value"); got != "很多" {
		t.Errorf("typed %q", got)
	}
	f.Post("member", "/seizures/register/new", "day", "2017-03-02", "drug", "heroin", "grams", "150.5", "document", "演示01", "unit", "999901101").Is(303)
	f.Get("leader", "/seizures/register?period=2017").Is(200).Says("演示01", "150.5", "甲镇")
	p := f.Get("leader", "/seizures?period=2017").Is(200)
	p.Says("6.20", "31.00", "只有1起，共150.5克", "报表数310克，登记数150.5克，相差159.5克", "不同毒品的克数不相加", "刑法第357条")
	if strings.Contains(p.Text(), "当量(") {
		t.Error("the index stands there although nobody asked for it")
	}
	f.Get("leader", "/seizures?period=2017&index=1").Is(200).Says("按法释〔2016〕8号数量大标准折算的海洛因当量(仅供比较,不作执法依据)：约680克")
	f.Get("leader", "/seizures?period=2015").Is(200).Says("这个标准自 2016-04-11 起施行")
	f.Get("leader", "/seizures?period=%E4%B9%B1").Is(200)
	f.Get("leader", "/seizures?period=2019").Is(200).Says("2019 还没有到")
	f.Get("leader", "/seizures?table=7").Is(404)
	f.Get("leader", "/seizures/tables/statute").Is(200).Says("法释〔2016〕8号第1条第7项", "未核实", "150,000")
	f.Get("leader", "/seizures?period=2017&format=csv").Is(200)
	f.Get("leader", "/seizures/tables/statute?format=xlsx").Is(200)
	if j := string(f.Get("reader", "/api/v1/seizures?period=2017").Is(200).Body); !strings.Contains(j, `"grams":"310.000"`) || !strings.Contains(j, `"drug":null`) {
		t.Error(j)
	}
	f.Get("reader", "/api/v1/seizures?period=x").Is(422)
	// A second editor sees what the first saved.
	f.Post("member", "/seizures/register/1", "version", "1", "day", "2017-03-02", "drug", "heroin", "grams", "151", "document", "演示01").Is(303)
	f.Post("office", "/seizures/register/1", "version", "1", "day", "2017-03-02", "drug", "heroin", "grams", "152", "document", "演示01").Is(409).Says("别人刚保存了这些", "151")
	f.Post("member", "/seizures/register/1/strike", "version", "2").Is(422).Says("写明原因")
	f.Post("member", "/seizures/register/1/strike", "version", "2", "reason", "登记错误").Is(303)
	f.Get("leader", "/seizures/register?period=2017").Is(200).Says("已删去：登记错误")
	f.Get("leader", "/seizures?period=2017").Is(200).Says("没有登记")
	f.Post("office", "/seizures/tables/new", "name", "演示折算表", "number", "演示1号", "kind", "equivalents", "from", "2017-01-01", "rows", "海洛因 | 1\n氯胺酮 | 很少").Is(422).Says("第 2 行的数值应大于 0")
	f.Post("office", "/seizures/tables/new", "name", "演示折算表", "number", "演示1号", "kind", "equivalents", "from", "2017-01-01", "rows", "海洛因 | 1\n甲基苯丙胺 | 0.5").Is(303)
	f.Get("reader", "/seizures?period=2017&table=1&index=1").Is(200).Says("按演示折算表（演示1号）折算的海洛因当量(仅供比较,不作执法依据)：约495克")
	f.Lang = "en"
	for _, path := range []string{"/seizures?period=2017&index=1", "/seizures/register", "/seizures/tables/statute", "/seizures/tables/1", "/seizures/mapping", "/seizures/tables/new", "/seizures/register/new"} {
		f.Get("office", path).Is(200)
	}
}

// Every page is proved against its view.
func TestPagesFitTheirViews(t *testing.T) {
	sumPage()
	registerPage()
	seizurePage()
	mappingPage()
	tablesPage()
	tablePage()
	loadPage()
}
