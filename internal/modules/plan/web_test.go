package plan

import (
	"net/http"
	"strings"
	"testing"

	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// lively is a county with a plan under way: a report verified, one waiting, one sent back, a letter
// signed, a second edition in draft.
func lively(t *testing.T) (*world, int64) {
	w := openWorld(t, sqldb.SQLite, "2018-05-10")
	a := aTask("T1", "2018-03-12", "2018-06-30")
	a.Milestones = []Milestone{{Name: "印发方案", Day: period.MustDay("2018-04-10"), Evidence: "方案文件"}, {Name: "验收", Day: period.MustDay("2018-06-20"), Evidence: "验收表"}}
	a.Assist = nil
	b := aTask("T2", "2018-06-30", "2018-09-30")
	b.After, b.Lead, b.Type, b.Indicators = []string{"T1"}, school, Own, []string{"R"}
	plan := w.draft(a, b)
	w.clock.Set("2018-03-12")
	w.force(plan, "2018-03-12")
	w.clock.Set("2018-04-02")
	id, err := w.file(w.rep(east), plan, "T1", "2018-03", 20)
	w.must(err)
	w.must(w.s.Judge(w.ctx(w.member(forceA)), w.member(forceA), plan, id, 1, false, "请附会议记录"))
	id, err = w.file(w.rep(east), plan, "T1", "2018-03", 30, 1)
	w.must(err)
	w.must(w.s.Judge(w.ctx(w.member(forceA)), w.member(forceA), plan, id, 1, true, ""))
	w.clock.Set("2018-05-10")
	x := Filing{Period: period.MustParse("2018-05"), Percent: 40, Text: "推进中", Help: "经费没有落实\n请协调"}
	if _, err = w.s.File(w.ctx(w.rep(east)), w.rep(east), plan, "T1", x); err != nil {
		t.Fatal(err)
	}
	made, err := w.s.Issue(w.ctx(w.office()), w.office(), plan, 2018, units(east), "")
	w.must(err)
	w.must(w.s.Sign(w.ctx(w.office()), w.office(), made[0], Signing{On: period.MustDay("2018-05-09"), Post: "镇长", HostPost: "指挥长", Version: 1}))
	_, err = w.s.Revise(w.ctx(w.office()), w.office(), plan, "延长验收时间")
	w.must(err)
	return w, plan
}

var pages = []string{"/plan", "/plan?plan=1", "/plan/mine", "/plan/letters", "/plan/letters?year=2018", "/plan/letters/1", "/plans/new", "/plans/1/settings", "/plans/1/tasks", "/plans/1/tasks?light=red&q=T&unit=520121100&force=ZBA&state=late&type=own&programme=P1",
	"/plans/1/tasks?sort=end&dir=desc", "/plans/1/tasks/T1", "/plans/1/tasks/T2", "/plans/1/tasks/T1/report", "/plans/1/versions", "/plans/1/versions?a=1&b=2", "/plans/1/versions/1", "/plans/1/versions/2", "/plans/1/edit",
	"/plans/1/edit/programme/new", "/plans/1/edit/programme/P1", "/plans/1/edit/goal/new?parent=P1", "/plans/1/edit/goal/G1", "/plans/1/edit/task/new", "/plans/1/edit/task/T1", "/plans/1/import", "/api/v1/plan", "/api/v1/plan/1/tasks/T1"}

// Every page answers in both languages for all who may read it, and in English no label is left
// in Chinese that the catalogue of the module knows.
func TestEveryPageAnswersInBothLanguages(t *testing.T) {
	w, _ := lively(t)
	for _, a := range []perm.Actor{w.office(), w.leader(), w.rep(east), w.member(forceA), w.actor(perm.Reader, county)} {
		w.as = a
		for _, lang := range []string{"zh", "en"} {
			for _, path := range pages {
				rec := w.request("GET", path, "", "", lang)
				want := http.StatusOK
				office := strings.Contains(path, "/edit") || strings.Contains(path, "/import") || strings.Contains(path, "/settings") || strings.HasSuffix(path, "/new")
				if office && !a.Can(ruleKeep) || strings.HasSuffix(path, "/report") && (!a.Can(ruleReport) || a.Login != w.rep(east).Login) {
					want = http.StatusForbidden
				}
				if rec.Code != want {
					t.Errorf("%s %s: GET %s = %d, want %d: %.300s", a.Login, lang, path, rec.Code, want, plain(rec.Body.String()))
				}
			}
		}
	}
}

// Before there is a plan, and before one is in force, the pages say what to do next.
func TestEmptyPagesSayWhatToDo(t *testing.T) {
	w := openWorld(t, sqldb.SQLite, "2018-05-10")
	w.as = w.office()
	for path, want := range map[string]string{"/plan": "先新建一个计划", "/plan/mine": "还没有计划", "/plan/letters": "还没有计划", "/api/v1/plan": `"tasks":[]`} {
		if body := w.page(path); !strings.Contains(body, want) {
			t.Errorf("%s lacks “%s”: %.300s", path, want, plain(body))
		}
	}
	w.draft()
	for path, want := range map[string]string{"/plan": "还没有施行的版本", "/plans/1/tasks": "还没有施行的版本", "/plan/letters": "没有单位承担任务", "/plan/mine": "现在没有要报的进展", "/plans/1/edit": "计划里还没有任务"} {
		if body := w.page(path); !strings.Contains(body, want) {
			t.Errorf("%s lacks “%s”: %.300s", path, want, plain(body))
		}
	}
}

// The whole work by forms: a plan is written, approved, reported on with evidence and verified; a
// refused form shows again what was typed.
func TestTheStoryByForms(t *testing.T) {
	w := openWorld(t, sqldb.SQLite, "2018-03-01")
	w.as = w.office()
	go303 := func(what, path string, fields ...string) string {
		t.Helper()
		rec := w.post(path, fields...)
		if rec.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %.600s", what, rec.Code, plain(rec.Body.String()))
		}
		return rec.Header().Get("Location")
	}
	if rec := w.post("/plans/new", "name", "", "from", "2018-12-31", "to", "2018-01-01", "host", "无此单位", "near", "99", "grace", "2"); rec.Code != 422 || !strings.Contains(rec.Body.String(), "无此单位") {
		t.Errorf("a bad plan = %d", rec.Code)
	}
	go303("plan", "/plans/new", "name", "2018年计划", "from", "2018-01-01", "to", "2018-12-31", "host", "ZHB", "near", "3", "grace", "2")
	go303("settings", "/plans/1/settings", "version", "1", "name", "2018年度计划", "from", "2018-01-01", "to", "2018-12-31", "host", "ZHB", "near", "3", "grace", "2")
	if rec := w.post("/plans/1/settings", "version", "1", "name", "我写的计划名", "from", "2018-01-01", "to", "2018-12-31", "host", "ZHB", "near", "3", "grace", "2"); rec.Code != 422 || !strings.Contains(rec.Body.String(), "2018年度计划 · ") || !strings.Contains(rec.Body.String(), `value="我写的计划名"`) {
		t.Errorf("the second editor of the settings = %d %.400s", rec.Code, plain(rec.Body.String()))
	}
	go303("programme", "/plans/1/edit/programme/new", "code", "P1", "name", "重点工作一")
	go303("goal", "/plans/1/edit/goal/new", "code", "G1", "name", "目标一", "parent", "P1", "bundle", "TEN", "indicators", "R")
	task := []string{"code", "T1", "name", "写方案", "parent", "G1", "text", "方案印发", "type", "prescribed", "rhythm", "half-month", "lead", "东镇", "force", "ZBA", "start", "2018-03-01", "end", "2018-04-30", "markno", "0", "mark", "印发", "markday", "2018-03-20", "markpaper", "文件"}
	bad := append([]string{}, task...)
	bad[19] = "2018-02-30"
	bad[13] = "南镇"
	rec := w.post("/plans/1/edit/task/new", bad...)
	if body := rec.Body.String(); rec.Code != 422 || !strings.Contains(body, "南镇") || !strings.Contains(body, "2018-02-30") || !strings.Contains(body, `value="印发"`) {
		t.Errorf("a bad task = %d %.500s", rec.Code, plain(rec.Body.String()))
	}
	go303("task", "/plans/1/edit/task/new", task...)
	if rec := w.post("/plans/1/edit/task/new", task...); rec.Code != 422 || !strings.Contains(rec.Body.String(), "重复") {
		t.Errorf("the same code again = %d", rec.Code)
	}
	// A second editor of the same row sees both, and loses nothing.
	mine := append([]string{"row", "1"}, task...)
	mine[23] = "1" // the milestone has its number now
	go303("first editor", "/plans/1/edit/task/T1", append(mine, "place", "1")...)
	mine[5] = "我写的名称"
	rec = w.post("/plans/1/edit/task/T1", append(mine, "place", "1")...)
	if body := rec.Body.String(); rec.Code != 422 || !strings.Contains(body, "别人刚保存了另一份") || !strings.Contains(body, `value="我写的名称"`) || !strings.Contains(body, `name="row" value="2"`) {
		t.Errorf("second editor = %d %.600s", rec.Code, plain(body))
	}
	go303("propose", "/plans/1/state/propose")
	w.as = w.leader()
	// The message to the leader opens the proposal; from there the deed is one step away.
	if body := w.request("GET", "/plans/1/versions/1", "", "", "zh").Body.String(); !strings.Contains(body, `href="/plans/1/versions#approve"`) {
		t.Errorf("the proposal does not lead to its approval: %.900s", plain(body))
	}
	if rec := w.post("/plans/1/state/return", "reason", ""); rec.Code != 422 {
		t.Errorf("sent back without a reason = %d", rec.Code)
	}
	go303("approve", "/plans/1/state/approve", "force", "2018-03-01")
	w.clock.Set("2018-03-19")
	w.as = w.rep(east)
	if body := w.page("/plan/mine"); !strings.Contains(body, "/plans/1/tasks/T1/report?period=2018-03a") {
		t.Errorf("the report is not asked for: %.600s", plain(body))
	}
	rec = w.upload("/plans/1/tasks/T1/report", nil, "period", "2018-03a", "percent", "50", "text", "写了初稿", "help", "缺人手", "done1", "1", "day1", "2018-03-18")
	if body := rec.Body.String(); rec.Code != 422 || !strings.Contains(body, "请附佐证材料") || !strings.Contains(body, "写了初稿") {
		t.Errorf("a milestone without evidence = %d", rec.Code)
	}
	rec = w.upload("/plans/1/tasks/T1/report", map[string][]byte{"file1:文件.pdf": pdf, "file:照片.exe": []byte("MZ")}, "period", "2018-03a", "percent", "50", "text", "写了初稿", "done1", "1", "day1", "2018-03-18")
	if rec.Code != 422 || !strings.Contains(rec.Body.String(), "照片.exe") || !strings.Contains(rec.Body.String(), "请重新选择") {
		t.Errorf("a program as evidence = %d", rec.Code)
	}
	rec = w.upload("/plans/1/tasks/T1/report", map[string][]byte{"file1:文件.pdf": pdf}, "period", "2018-03a", "percent", "50", "text", "写了初稿", "help", "缺人手", "done1", "1", "day1", "2018-03-18")
	if rec.Code != 303 {
		t.Fatalf("report = %d %.600s", rec.Code, plain(rec.Body.String()))
	}
	w.as = w.member(forceA)
	if rec := w.post("/plans/1/reports/1/judge", "version", "1", "verdict", "return", "reason", ""); rec.Code != 422 {
		t.Errorf("returned without a reason = %d", rec.Code)
	}
	go303("verify", "/plans/1/reports/1/judge", "version", "1", "verdict", "verify")
	w.as = w.office()
	go303("raise", "/plans/1/reports/1/raise", "lead", "东镇", "deadline", "2018-04-02", "standard", "人员到位")
	if len(w.drafts) != 1 || w.drafts[0].Title != "缺人手" || w.drafts[0].Source.Ref != "1:T1:1" {
		t.Errorf("drafts = %+v", w.drafts)
	}
	body := w.page("/plans/1/tasks/T1")
	for _, want := range []string{"已完成", "50%", "已立为事项", "文件.pdf", "2018-0001"} {
		if !strings.Contains(body, want) {
			t.Errorf("the task lacks %s", want)
		}
	}
	if rec := w.request("GET", "/plans/1/files/1", "", "", "zh"); rec.Code != 200 || rec.Body.String() != string(pdf) {
		t.Errorf("evidence = %d", rec.Code)
	}
	for _, f := range []string{"xlsx", "csv", "json"} {
		if rec := w.request("GET", "/plans/1/tasks?format="+f, "", "", "zh"); rec.Code != 200 || rec.Body.Len() < 100 {
			t.Errorf("%s = %d", f, rec.Code)
		}
	}
	go303("letters", "/plan/letters", "plan", "1", "year", "2018", "unit", "520121100")
	go303("sign", "/plan/letters/1/sign", "version", "1", "day", "2018-03-19", "post", "镇长", "hostpost", "指挥长")
	go303("revise", "/plans/1/versions", "reason", "延期")
	go303("along", "/plans/1/edit/task/T1", append([]string{"row", "1", "place", "1"}, append(task[:18:18], "end", "2018-06-30")...)...)
	if body := w.page("/plans/1/versions?a=1&b=2"); !strings.Contains(body, "<del>2018-04-30</del>") || !strings.Contains(body, "<ins>2018-06-30</ins>") {
		t.Errorf("the comparison lacks the moved end: %.800s", plain(body))
	}
}

// A file is looked at before it is written: faults come with the rows and nothing is written; then
// the same upload is put into the draft.
func TestImportByForm(t *testing.T) {
	w := openWorld(t, sqldb.SQLite, "2018-03-01")
	w.as = w.office()
	w.draft()
	rec := w.upload("/plans/1/import", map[string][]byte{"file:计划.csv": []byte("kind,code,parent,name,lead,start,end,text\ntask,T1,G1,甲,无此镇,2018-03-01,2018-05-01,标准\n")})
	if rec.Code != 422 || !strings.Contains(rec.Body.String(), "无此镇") || !strings.Contains(rec.Body.String(), "什么都没有写入") {
		t.Errorf("a bad file = %d %.400s", rec.Code, plain(rec.Body.String()))
	}
	if rec := w.upload("/plans/1/import", map[string][]byte{"file:计划.xls": []byte("x")}); rec.Code != 422 || !strings.Contains(rec.Body.String(), "另存为 .xlsx") {
		t.Errorf("an old workbook = %d", rec.Code)
	}
	if rec := w.upload("/plans/1/import", nil, "x", "y"); rec.Code != 422 || !strings.Contains(rec.Body.String(), "请选择文件") {
		t.Errorf("no file = %d", rec.Code)
	}
	rec = w.upload("/plans/1/import", map[string][]byte{"file:计划.csv": []byte("kind,code,parent,name,lead,start,end,text\nprogramme,P1,,重点,,,,\ngoal,G1,P1,目标,,,,\ntask,T1,G1,甲任务,东镇,2018-03-01,2018-05-01,标准\n")})
	body := rec.Body.String()
	if rec.Code != 200 || !strings.Contains(body, "甲任务") {
		t.Fatalf("preview = %d %.400s", rec.Code, plain(body))
	}
	if strings.Contains(w.page("/plans/1/edit"), "甲任务") {
		t.Error("the preview wrote")
	}
	_, hash, _ := strings.Cut(body, `name="hash" value="`)
	if rec := w.post("/plans/1/import/apply", "hash", hash[:64]); rec.Code != 303 {
		t.Fatalf("apply = %d", rec.Code)
	}
	if !strings.Contains(w.page("/plans/1/edit"), "甲任务") {
		t.Error("nothing was written")
	}
	if rec := w.request("GET", "/plans/1/versions/1/export/csv", "", "", "zh"); rec.Code != 200 || !strings.Contains(rec.Body.String(), "task,T1,G1,1,甲任务") {
		t.Errorf("export = %d %s", rec.Code, rec.Body)
	}
}

// Nobody who is not allowed does a deed by its address.
func TestAddressesRefuse(t *testing.T) {
	w, _ := lively(t)
	deeds := map[string][]perm.Actor{
		"POST /plans/new":                    {w.leader(), w.rep(east), w.member(forceA), w.actor(perm.Reader, county), w.actor(perm.SysAdmin, county)},
		"POST /plans/1/state/propose":        {w.leader(), w.rep(east)},
		"POST /plans/1/state/approve":        {w.office(), w.rep(east), w.member(forceA)},
		"POST /plans/1/state/return":         {w.office()},
		"POST /plans/1/edit/task/T1":         {w.leader(), w.rep(east)},
		"POST /plans/1/remove/task/T1":       {w.leader(), w.rep(east)},
		"POST /plans/1/import":               {w.leader(), w.rep(east)},
		"POST /plans/1/import/apply":         {w.rep(east)},
		"POST /plans/1/versions":             {w.leader(), w.rep(east)},
		"POST /plans/1/tasks/T1/report":      {w.office(), w.leader(), w.rep(west), w.member(forceB), w.actor(perm.Reader, county)},
		"POST /plans/1/reports/3/judge":      {w.leader(), w.rep(east), w.member(forceB), w.actor(perm.Reader, county)},
		"POST /plans/1/reports/3/raise":      {w.leader(), w.rep(east), w.member(forceA)},
		"POST /plan/letters":                 {w.leader(), w.rep(east)},
		"POST /plan/letters/1/sign":          {w.leader(), w.rep(east)},
		"GET /plans/1/files/1":               {w.rep(west), w.member(forceB), w.actor(perm.Reader, county), w.actor(perm.SysAdmin, county)},
		"GET /plan":                          {w.actor(perm.SysAdmin, county), w.actor(perm.SecAdmin, county)},
		"GET /plans/1/edit":                  {w.leader()},
		"GET /plans/1/tasks/T1/report":       {w.office(), w.rep(west)},
		"GET /api/v1/plan":                   {w.actor(perm.SysAdmin, county)},
		"GET /plans/1/versions/1/export/csv": {w.actor(perm.SecAdmin, county)},
	}
	for deed, list := range deeds {
		method, path, _ := strings.Cut(deed, " ")
		for _, a := range list {
			w.as = a
			if rec := w.request(method, path, "application/x-www-form-urlencoded", "verdict=verify&version=1&period=2018-04&percent=1&text=x", "zh"); rec.Code != http.StatusForbidden {
				t.Errorf("%s by %s = %d, want 403: %.200s", deed, a.Login, rec.Code, plain(rec.Body.String()))
			}
		}
		w.out = true
		if rec := w.request(method, path, "application/x-www-form-urlencoded", "x=1", "zh"); rec.Code != http.StatusSeeOther && rec.Code != http.StatusUnauthorized {
			t.Errorf("%s by nobody = %d", deed, rec.Code)
		}
		w.out = false
	}
}
