package surveys

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit/desk"
)

// Every page is proved against its view.
func TestPagesFitTheirViews(t *testing.T) {
	listPage()
	showPage()
	editPage()
	countsPage()
	importPage()
	plannerPage()
}

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

// typed gives the fields of the form of a survey as it stands.
func typed(p desk.Page) (out []string) {
	p.Doc.Find("main form input, main form textarea").Each(func(_ int, s *goquery.Selection) {
		name, _ := s.Attr("name")
		kind, _ := s.Attr("type")
		_, on := s.Attr("checked")
		if name == "" || kind == "checkbox" && !on {
			return
		}
		v, _ := s.Attr("value")
		if goquery.NodeName(s) == "textarea" {
			v = s.Text()
		}
		out = append(out, name, v)
	})
	p.Doc.Find("main form select").Each(func(_ int, s *goquery.Selection) {
		name, _ := s.Attr("name")
		v, _ := s.Find("option[selected]").Attr("value")
		out = append(out, name, v)
	})
	return out
}

// with sets a field.
func with(fields []string, name, value string) []string {
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] == name {
			fields[i+1] = value
			return fields
		}
	}
	return append(fields, name, value)
}

func TestASurveyOnThePages(t *testing.T) {
	f := newFront(t)
	f.Get("office", "/surveys").Is(200).Says("先用“样本量测算”看", "登记调查")
	f.Get("town", "/surveys").Is(200).Says("还没有已定稿的调查").Hides("登记调查")
	f.Get("town", "/surveys/planner").Is(200).Says("需要成功访问", "254")
	f.Get("town", "/surveys/planner?share=x&half=3&response=50&way=phone&level=95").Is(422).Says("预计比率请写", `value="x"`)
	if x := f.Get("town", "/surveys/planner?format=xlsx").Is(200); !bytes.HasPrefix(x.Body, []byte("PK")) {
		t.Error("no workbook")
	}

	form := f.Get("member", "/surveys/new/edit?strata=townships").Is(200).Says("甲镇", "丙乡", "您对本县禁毒工作是否满意？")
	fields := typed(form)
	bad := with(append([]string{}, fields...), "title", "")
	bad = with(bad, "approached", "很多")
	f.Post("member", "/surveys/new/edit", bad...).Is(422).Says("请写调查名称", "接触人数请写整数", `value="很多"`, "请写由谁实施")
	for name, v := range map[string]string{"title": "满意率调查甲", "by": "调查机构", "population": "全县居民", "frame": "随机拨号", "approached": "900", "design": "stratified", "from": "2018-04-01", "to": "2018-04-20", "qtarget0": "90",
		"speople0": "20000", "speople1": "10000", "speople2": "5000"} {
		fields = with(fields, name, v)
	}
	made := f.Post("member", "/surveys/new/edit", fields...).Is(303)
	if made.To != "/surveys/1" {
		t.Fatalf("led to %s", made.To)
	}
	f.Get("member", "/surveys/1").Is(200).Says("还没有结果", "接触 900 人", "起草")
	f.Get("town", "/surveys/1").Is(404)
	f.Get("other", "/surveys/1/edit").Is(404)
	f.Get("member", "/surveys/1/edit").Is(200).Says(`value="满意率调查甲"`, `value="20000"`)
	// A second editor is shown what the first has saved, and keeps what was typed.
	old := with(typed(f.Get("member", "/surveys/1/edit")), "title", "改名")
	f.Post("office", "/surveys/1/edit", with(append([]string{}, old...), "note", "先存")...).Is(303)
	f.Post("member", "/surveys/1/edit", with(old, "title", "再改名")...).Is(409).Says("刚被别人改过", "现在保存的是：改名", `value="再改名"`)

	tpl := f.Get("member", "/surveys/1/template/csv").Is(200)
	if got := strings.TrimSpace(strings.TrimPrefix(string(tpl.Body), "\ufeff")); got != "层,份数,Q1" {
		t.Errorf("template %q", got)
	}
	if x := f.Get("member", "/surveys/1/template/xlsx").Is(200); !bytes.HasPrefix(x.Body, []byte("PK")) {
		t.Error("no workbook")
	}
	f.Get("member", "/surveys/1/template/doc").Is(404)
	f.Get("member", "/surveys/1/import").Is(200).Says("每人一行，不记名")
	f.Upload("member", "/surveys/1/import", "file", "a.csv", []byte("层,姓名,Q1\n甲镇,张三丰,满意\n")).Is(422).Says("像是个人信息").Hides("张三丰")
	f.Upload("member", "/surveys/1/import", "file", "a.csv", []byte("层,份数,Q1\n丁镇,1,满意\n甲镇,x,很差\n")).Is(422).Says("丁镇", "份数应为", "很差", "什么都没有写入")
	f.Upload("member", "/surveys/1/import", "file", "a.xls", []byte("x")).Is(422).Says("另存为 .xlsx")
	good := "层,份数,Q1\n甲镇,150,满意\n甲镇,50,很满意\n甲镇,20,不满意\n乙镇,100,满意\n乙镇,9,不满意\n丙乡,25,满意\n丙乡,2,不满意\n丙乡,1,说不清\n"
	look := f.Upload("member", "/surveys/1/import", "file", "a.csv", []byte(good)).Is(200).Says("读了 357 人的回答", "不满意 31")
	token, _ := look.Doc.Find(`input[name=token]`).Attr("value")
	f.Get("member", "/surveys/1").Says("还没有结果")
	f.Post("member", "/surveys/1/apply", "token", token).Is(303)
	f.Post("member", "/surveys/1/apply", "token", token).Is(409).Says("调查又改过")
	p := f.Get("member", "/surveys/1").Is(200).Says("随机访问357人，其中356人表态", "没有访问成功的超过一半", "仅供参考", "接触 900 人，访问成功 357 人，应答率 39.7%", "不足30人，只列人数")
	if n := p.Doc.Find("#numbers tbody tr").Length(); n != 4 {
		t.Errorf("%d rows of numbers, want the whole and three strata", n)
	}
	if n := p.Doc.Find(".chart-wide svg").Length(); n != 1 {
		t.Errorf("%d charts, want that of the strata", n)
	}
	if p.Doc.Find(`form[action="/surveys/1/fix"]`).Length() != 0 {
		t.Error("a task force is offered to fix")
	}
	f.Get("office", "/surveys/1/counts").Is(200).Says("甲镇", `value="150"`)
	counts := typed(f.Get("office", "/surveys/1/counts"))
	f.Post("office", "/surveys/1/counts", with(append([]string{}, counts...), "n0_2", "2x")...).Is(422).Says("应为整数", `value="2x"`)
	f.Post("office", "/surveys/1/counts", with(append([]string{}, counts...), "n0_2", "21")...).Is(303)
	f.Post("office", "/surveys/1/counts", counts...).Is(409).Says("刚被别人改过")

	version, _ := f.Get("office", "/surveys/1").Doc.Find(`form[action="/surveys/1/fix"] input[name=version]`).Attr("value")
	f.Post("office", "/surveys/1/fix", "version", "1").Is(409).Says("请核对新的结果后再定稿")
	f.Post("office", "/surveys/1/fix", "version", version).Is(303)
	f.Get("town", "/surveys/1").Is(200).Says("随机访问358人", "不公布", "定稿").Hides("修改")
	f.Get("leader", "/surveys/1").Is(200).Hides("不公布")
	f.Get("town", "/surveys").Is(200).Says("改名", "满意率 91.1% (", "仅供参考")
	f.Get("town", "/surveys/1?format=csv").Is(200).Says("甲镇,221,不公布")
	var one surveyJSON
	desk.OK(t, json.Unmarshal(f.Get("town", "/api/v1/surveys/1").Is(200).Body, &one))
	if !one.Inference || len(one.Results) != 1 || one.Results[0].Low == "" || len(one.Strata) != 3 {
		t.Errorf("for programs: %+v", one)
	}
	again := f.Post("member", "/surveys/1/again").Is(303)
	f.Get("member", again.To).Is(200).Says("登记", "改名")
	f.Post("office", "/surveys/1/withdraw", "version", fmt.Sprint(4), "reason", "").Is(422).Says("请写撤回的原因")
	v, _ := f.Get("office", "/surveys/1").Doc.Find(`form[action="/surveys/1/withdraw"] input[name=version]`).Attr("value")
	f.Post("office", "/surveys/1/withdraw", "version", v, "reason", "机构重复计数").Is(303)
	f.Get("town", "/surveys/1").Is(200).Says("已撤回：机构重复计数").Hides("随机访问")
	var list []surveyJSON
	desk.OK(t, json.Unmarshal(f.Get("reader", "/api/v1/surveys").Is(200).Body, &list))
	if len(list) != 1 || len(list[0].Results) != 0 || list[0].Reason == "" {
		t.Errorf("the list for programs: %+v", list)
	}
}

var percents = regexp.MustCompile(`\d[%％]`)

// A street questionnaire shows counts, nowhere a share, a range, a target, a comparison or a chart.
func TestAStreetQuestionnaireIsOnlyCounted(t *testing.T) {
	f := newFront(t)
	s := street()
	s.Questions[0].Target = "95"
	first := f.fixed(phoned(), twoTowns())
	s.Previous = first
	s.From, s.To = s.From.AddDays(200), s.To.AddDays(200)
	id := f.fixed(s, Counts{{Stratum: whole, Answer: 0, N: 98}, {Stratum: whole, Answer: 1, N: 2}})
	for _, lang := range []string{"zh", "en"} {
		f.Lang = lang
		for _, who := range []string{"office", "town"} {
			p := f.Get(who, fmt.Sprintf("/surveys/%d", id)).Is(200)
			if lang == "zh" {
				p.Says("非概率样本，不作推断", "回收100份问卷", "不能代表全县群众")
			}
			if got := percents.FindString(p.Text()); got != "" || p.Doc.Find("svg").Length() != 0 {
				t.Errorf("%s in %s: %q, %d charts", who, lang, got, p.Doc.Find("svg").Length())
			}
			if n := p.Doc.Find("#numbers thead th").Length(); n != 6 {
				t.Errorf("%d columns, want only those of counts", n)
			}
		}
	}
	f.Lang = ""
	l := f.Get("town", "/surveys").Is(200)
	row := l.Doc.Find("#surveys tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), "禁毒日现场问卷") }).Text()
	if !strings.Contains(row, "非概率样本，不作推断") || percents.MatchString(row) || strings.Contains(row, "达标") {
		t.Errorf("in the list: %q", row)
	}
	var one surveyJSON
	desk.OK(t, json.Unmarshal(f.Get("town", fmt.Sprintf("/api/v1/surveys/%d", id)).Is(200).Body, &one))
	if r := one.Results[0]; one.Inference || r.Value != "" || r.Low != "" || r.Met != nil || r.Yes != 98 || r.Base != 100 {
		t.Errorf("for programs: %+v", r)
	}
}

// A grid of a cluster sample takes new villages and keeps what was typed when it is refused.
func TestTheGridOfAClusterSample(t *testing.T) {
	f := newFront(t)
	x := phoned()
	x.Design, x.Mode = Cluster, Visit
	x.Questions = append(x.Questions, Question{Text: "您知道举报电话吗？", Name: "知晓率", Answers: []Answer{{"知道", Counted}, {"不知道", Other}}})
	a := f.chief()
	id := desk.Must(f.Save(desk.As(a), a, x))(t)
	path := fmt.Sprintf("/surveys/%d/counts", id)
	fields := typed(f.Get("office", path).Is(200))
	fields = with(with(with(fields, "cluster0", "一村"), "n0_0", "20"), "n0_2", "3")
	f.Post("office", path, with(append([]string{}, fields...), "cluster1", "二村")...).Is(422).Says("没有填人数", `value="二村"`, `value="20"`)
	fields = with(with(with(fields, "cluster1", "二村"), "n1_1", "15"), "n1_2", "2")
	next := f.Post("office", path, fields...).Is(303)
	if !strings.HasSuffix(next.To, "?q=Q2") {
		t.Errorf("led to %s, want the next question", next.To)
	}
	f.Get("office", next.To).Is(200).Says(`value="一村"`, `value="二村"`, "您知道举报电话吗？")
	p := f.Get("office", fmt.Sprintf("/surveys/%d", id)).Is(200).Says("定稿以前还要做", "Q2 还没有数据")
	if p.Doc.Find(`form[action$="/fix"]`).Length() != 0 {
		t.Error("offered to fix although a question has no data")
	}
}

// Every route is refused to strangers and to those whose role it is not for.
func TestRoutesAreRefused(t *testing.T) {
	f := newFront(t)
	id := f.fixed(phoned(), twoTowns())
	draft := f.kept(phoned(), twoTowns())
	for _, r := range f.routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = strings.NewReplacer("{id}", fmt.Sprint(draft), "{format}", "csv").Replace(path)
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
		// Another task force may write surveys, but not this one, of which it does not even know.
		if r.Rule.Deed == ruleWrite.Deed {
			if p := f.Do("other", method, path, "application/x-www-form-urlencoded", strings.NewReader("")); p.Status != 404 {
				t.Errorf("%s for another task force = %d, want 404", r.Pattern, p.Status)
			}
		}
	}
	for _, who := range []string{"leader", "reader", "town", "other"} {
		f.Get(who, fmt.Sprintf("/surveys/%d", draft)).Is(404)
		f.Get(who, fmt.Sprintf("/surveys/%d", id)).Is(200)
	}
	f.Get("other", fmt.Sprintf("/surveys/%d/edit", id)).Is(403)
	f.Get("auditor", "/surveys").Is(403)
	f.Get("office", "/surveys/new/counts").Is(404)
	f.Get("office", "/surveys/0").Is(404)
	f.Get("office", fmt.Sprintf("/surveys/%d/edit", id)).Is(409)
}
