package supervision

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
	"kaiyang/internal/testkit/desk"
)

// Every page is proved against its view.
func TestPagesFitTheirViews(t *testing.T) {
	plansPage()
	planPage()
	editPage()
	poolPage()
	drawPage()
	visitPage()
	findingsPage()
	ownPage()
	listsPage()
	listPage()
}

// A front is the pages of an office as a browser without scripts sees them.
type front struct {
	*office
	*desk.Front
}

func newFront(t *testing.T) *front {
	o := newOffice(t, sqldb.SQLite)
	people := map[string]perm.Actor{"office": o.chief(), "second": o.second(), "member": o.member(), "other": o.other(), "leader": o.leader(), "reader": o.reader(), "auditor": o.auditor()}
	for u := town1; u <= town6; u++ {
		people[fmt.Sprintf("town%d", u)] = o.town(u)
	}
	return &front{o, desk.Open(t, o.db, o.clock.Now, people, o.Today, o.Module())}
}

func TestASupervisionOnThePages(t *testing.T) {
	f := newFront(t)
	f.Get("office", "/supervision").Is(200).Says("先写一张检查表")
	starter := f.Get("office", "/supervision/lists/new").Is(200).Says("领导重视", "禁种铲毒")
	if n := starter.Doc.Find("textarea").Length(); n != 7 {
		t.Errorf("the starter has %d headings, want six and an empty one", n)
	}
	f.Post("office", "/supervision/lists/new", "name", "", "block0", "宣传", "lines0", "有宣传栏 | 看").Is(422).Says("有宣传栏 | 看", "请写检查表名称")
	f.Post("office", "/supervision/lists/new", "name", "检查表甲", "edition", "0", "block0", "宣传", "lines0", "有宣传栏 | 看\n有队伍").Is(303)
	f.Post("office", "/supervision/plans/new/edit", "title", "", "theme", "宣传", "repeat", "90").Is(422).Says("请写督导检查名称", `value="宣传"`)
	p := f.Post("office", "/supervision/plans/new/edit", "title", "五月专项督查", "kind", "special", "theme", "宣传", "from", "2018-05-10", "to", "2018-05-31", "list", "1", "repeat", "90", "post", fmt.Sprint(postMember)).Is(303)
	if p.To != "/supervision/plans/1/pool" {
		t.Errorf("a new plan leads to %s", p.To)
	}
	f.Post("office", "/supervision/plans/1/edit", "version", "9", "title", "改名", "kind", "special", "theme", "宣传", "from", "2018-05-10", "to", "2018-05-31", "list", "1", "repeat", "90").Is(409).Says(`value="改名"`, "五月专项督查")
	f.Post("office", p.To, "deed", "add", "kind", "township", "group", "全部").Is(303)
	f.Get("office", p.To).Is(200).Says("甲镇", "己乡", "抽取只做一次")
	save := []string{"deed", "save", "version", "2", "groups", "全部 9"}
	for u := town1; u <= town6; u++ {
		n := fmt.Sprint(int(u))
		save = append(save, "unit", n, "group"+n, "全部", "out"+n, "")
	}
	f.Post("office", p.To, save...).Is(422).Says("可抽的只有 6 个", "全部 9")
	save[5] = "全部 2"
	f.Post("office", p.To, save...).Is(303)
	f.Post("office", "/supervision/plans/1/draws", "kind", "public", "public", "", "origin", "").Is(422).Says("请写公开值", "请写出处")
	d := f.Post("office", "/supervision/plans/1/draws", "kind", "public", "public", "18", "origin", "公开数").Is(303)
	f.Get("office", d.To).Is(200).Says("验算一致", SeedOf("18", "DD-2018-001"))
	f.Get("town2", d.To).Is(404)
	f.Post("office", "/supervision/plans/1/publish").Is(303)
	f.Get("town2", d.To).Is(200)
	var j struct {
		Verified bool
		Seed     string
		Drawn    []Pick
	}
	desk.OK(t, json.Unmarshal(f.Get("reader", "/api/v1/supervision/1/draws/1").Is(200).Body, &j))
	if !j.Verified || j.Seed != SeedOf("18", "DD-2018-001") || len(j.Drawn) != 2 {
		t.Errorf("the draw for programs: %+v", j)
	}

	visit, unit := "/supervision/visits/1", fmt.Sprintf("town%d", j.Drawn[0].Unit)
	f.Get("member", visit).Is(200).Says("有宣传栏")
	f.Get(unit, visit).Is(404)
	// What was typed comes back when a part of it is refused, and nothing of it is kept.
	typed := []string{"version", "1", "day", "2018-05-10", "visitors", "专班二人", "mark.1.1", "unmet", "note.1.1", "两处没有", "note.1.2", "", "summary", "小结", "deed", "finding", "text", "没有宣传栏", "line", "1.1", "place", "106.751,27.051", "severity", "major", "demand", "补设", "days", "10"}
	back := f.Upload("member", visit, "photo", "IMG.jpg", jpegWith(t), typed...).Is(422).Says("两处没有", "小结", "没有宣传栏", "不要写经纬度坐标", "专班二人")
	if v, _ := back.Doc.Find(`input[name="mark.1.1"][checked]`).Attr("value"); v != "unmet" {
		t.Errorf("the mark came back as %q", v)
	}
	for i, x := range typed {
		switch x {
		case "place":
			typed[i+1] = "村口"
		case "deed":
			typed[i+1] = "save" // the other button keeps the typed finding as well
		}
	}
	f.Upload("member", visit, "photo", "a.jpg", []byte("GIF89a"), typed...).Is(422).Says("不是 jpg 或 png 照片")
	f.Upload("member", visit, "photo", "IMG.jpg", jpegWith(t, segment(0xE1, "Exif\x00\x00"+string(gpsTIFF()))), typed...).Is(303)
	shot := f.Get("member", visit+"/photos/1").Is(200)
	if bytes.Contains(shot.Body, []byte("SECRETPHONE")) || !bytes.HasPrefix(shot.Body, []byte{0xFF, 0xD8}) {
		t.Error("the picture is sent with what the camera wrote, or not at all")
	}
	// A second editor is shown what the first has saved.
	f.Post("member", visit, "version", "1", "day", "2018-05-10", "visitors", "别人", "mark.1.1", "met", "note.1.1", "", "note.1.2", "", "deed", "save").Is(409).Says("别人刚保存了这些", "专班二人", "不符合 两处没有", `value="别人"`)
	// The script saves without leaving the page.
	auto := f.Do("member", "POST", visit, "application/x-www-form-urlencoded", strings.NewReader("version=2&day=2018-05-10&visitors=x&mark.1.1=unmet&note.1.1=n&mark.1.2=met&note.1.2=&summary=s&text=half"), "Accept", "application/json").Is(200)
	if !strings.Contains(string(auto.Body), `"version":3`) {
		t.Errorf("saved by itself: %s", auto.Body)
	}
	f.Do("member", "POST", visit, "application/x-www-form-urlencoded", strings.NewReader("version=2"), "Accept", "application/json").Is(409)
	if n := f.Get("member", visit).Doc.Find(".sv-found").Length(); n != 1 {
		t.Errorf("%d findings, want 1: half a finding is not saved by itself", n)
	}
	f.Get("member", "/supervision/keep.js").Is(200).Says("localStorage")
	f.Post("member", visit+"/findings/1/change", "fversion", "1", "text", "没有宣传栏两处", "line", "1.1", "severity", "grave", "demand", "补设两处", "days", "10").Is(303)
	f.Post("member", visit+"/feedback", "version", "3", "feedback", "").Is(422).Says("请写反馈意见")
	f.Post("member", visit+"/feedback", "version", "3", "feedback", "宣传薄弱", "met", "专干").Is(303)

	f.Get(unit, "/supervision/mine").Is(200).Says("五月专项督查", "2018-06-09")
	f.Get(unit, visit).Is(200).Says("没有宣传栏两处", "确认收到", "提出异议")
	f.Get(unit, visit+"/photos/1").Is(200)
	f.Post(unit, visit+"/confirm", "note", "知悉").Is(303)
	f.Post(unit, visit+"/object", "finding", "1", "objection", "").Is(422).Says("请写明异议和理由")
	f.Post(unit, visit+"/object", "finding", "1", "objection", "只有一处").Is(303)
	f.Get("second", visit).Is(200).Says("只有一处", "答复和理由")
	f.Post("second", visit+"/objections/1", "version", "1", "ruling", "amended", "answer", "改为一处").Is(303)
	f.Post("office", visit+"/items").Is(303)
	f.Get("leader", visit).Is(200).Says("2018-0001", "2018-05-24")
	f.Get("leader", "/supervision/findings?severity=grave&state=open").Is(200).Says("没有宣传栏两处", "2018-0001")
	f.Get("leader", "/supervision/findings?severity=minor").Is(200).Says("没有符合条件的问题")
	if x := f.Get("leader", "/supervision/findings?format=xlsx").Is(200); !bytes.HasPrefix(x.Body, []byte("PK")) {
		t.Error("no workbook")
	}
	f.Get("office", "/supervision/plans/1/report/docx").Is(200).Says("docx 五月专项督查")
	f.Get("office", "/supervision/plans/1/report/exe").Is(404)
	f.Get("office", "/supervision/plans/1").Is(200).Says("还有 1 个单位没有反馈")
	f.Post("office", "/supervision/plans/1/close").Is(409).Says("还有 1 个单位没有反馈")
	f.Post("office", "/supervision/visits/2/dropped", "reason", "道路中断").Is(303)
	f.Post("office", "/supervision/plans/1/close").Is(303)
	again := f.Post("office", visit+"/recheck").Is(303)
	f.Get("member", again.To).Is(200).Says("已整改", "没有宣传栏两处")
	f.Post("office", "/supervision/plans/1/issue").Is(303)

	// Every page in both languages for those who may open it.
	for _, lang := range []string{"zh", "en"} {
		f.Lang = lang
		for _, path := range []string{"/supervision", "/supervision/findings", "/supervision/lists", "/supervision/lists/1", "/supervision/lists/new", "/supervision/plans/new/edit", "/supervision/plans/1", "/supervision/plans/1/edit", "/supervision/plans/1/pool", "/supervision/plans/1/draws/1", visit, again.To, "/supervision/visits/2"} {
			p := f.Get("office", path).Is(200)
			if strings.Contains(p.Text(), "%!") || strings.Contains(p.Text(), "<no value>") {
				t.Errorf("%s (%s): %s", path, lang, p.Text())
			}
		}
		l := words.ParseLang(lang)
		f.Get(unit, "/supervision/mine").Is(200).Says(words.T(l, "本单位的检查反馈"))
		f.Get("member", again.To).Is(200).Says(words.T(l, "未整改"), words.T(l, "其余为未查"))
		f.Get("office", "/supervision/plans/1/draws/1").Says(words.T(l, "验算一致"))
	}
}

// Every route is refused to strangers and to those whose role it is not for.
func TestRoutesAreRefused(t *testing.T) {
	f := newFront(t)
	_, visits := f.drawn("宣传")
	f.visited(visits[0])
	for _, r := range f.routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = strings.NewReplacer("{id}", "1", "{visit}", fmt.Sprint(visits[0].ID), "{no}", "1", "{list}", "1", "{photo}", "1", "{objection}", "1", "{format}", "pdf", "{deed}", "close").Replace(path)
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
	if r := f.Do("reader", "GET", fmt.Sprintf("/supervision/visits/%d", visits[0].ID), "", nil); r.Status != 404 {
		t.Errorf("a reader sees a visit before the report: %d", r.Status)
	}
	for _, who := range []string{"reader", "other", "town7"} {
		var list []planJSON
		desk.OK(t, json.Unmarshal(f.Get(who, "/api/v1/supervision").Is(200).Body, &list))
		if len(list) != 0 {
			t.Errorf("%s is told of %d plans", who, len(list))
		}
	}
}
