package meetings

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/words"
)

// From one meeting to the next: what the data propose, what is decided, what became of it, and
// whether the figure moved.
func TestTheLoopOfTwoMeetings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, by := context.Background(), w.office()
		series := w.series()
		first := w.plan(series, "2018-04b")
		if m := w.show(first); m.Meeting.Day.String() != "2018-04-26" || len(m.Seats) != 3 || m.Meeting.Title != "2018年4月下半月指挥部调度会" {
			t.Fatalf("planned: %+v", m.Meeting)
		}
		w.late = []Late{{Form: "月报", Unit: east, Name: "东山镇", Period: period.MustParse("2018-03"), Path: "/returns/rate"}, {Form: "月报", Unit: west, Name: "西山镇", Period: period.MustParse("2018-03")}}

		// The red indicator and the missing returns ask to be on the agenda.
		n, err := w.s.TakeUp(ctx, by, first, nil)
		w.must(err)
		m := w.show(first)
		if n != 2 || m.Topics[0].Kind != RedFigure || m.Topics[0].Reason != "2018年3月 29.5%，目标 ≥30%，未达标" || m.Topics[0].Force != forceA || !strings.HasPrefix(m.Topics[0].Path, "/figures/I2") {
			t.Fatalf("agenda: %d, %+v", n, m.Topics)
		}
		if m.Topics[1].Reason != "2 个单位到期未报：东山镇、西山镇" {
			t.Errorf("missing returns: %q", m.Topics[1].Reason)
		}
		if again, err := w.s.TakeUp(ctx, by, first, nil); err != nil || again != 0 {
			t.Errorf("taken up twice: %d, %v", again, err)
		}
		own, err := w.s.AddTopic(ctx, by, first, "禁种铲毒部署", "春耕在即", 0)
		w.must(err)
		w.must(w.s.MoveTopic(ctx, by, first, own, -1))
		if got := w.show(first).Topics[1].ID; got != own {
			t.Error("the order is not the person's")
		}
		one, err := w.s.Prepare(ctx, by, first, nil)
		w.must(err)

		// The meeting: invited, held, decided.
		w.must(w.s.Invite(ctx, by, first))
		w.must(w.s.Invite(ctx, by, first))
		if len(w.told) != 3 {
			t.Errorf("%d invitations, want one for each of 3 posts", len(w.told))
		}
		w.must(w.s.AnswerInvite(ctx, w.actor(perm.Leader, post, 1), first, 1, Reply{Version: 1, Answer: Coming, Name: "甲某"}))
		w.must(w.s.Move(ctx, by, first, Running, ""))
		w.must(w.s.CallRoll(ctx, by, first, map[int64]string{1: "甲某"}))
		d, err := w.s.Decide(ctx, by, first, Decision{Topic: m.Topics[0].ID, Kind: Assignment, Text: "逐人核对未复吸底数，补齐检测记录。", Lead: east, Assist: []org.UnitID{west}, Deadline: period.MustDay("2018-05-09"), Standard: "底数核对表报禁毒办"})
		w.must(err)
		if d.No != 1 || d.Item != 1 || w.items[0].Figure.Code != "I2" || w.items[0].Figure.Period.String() != "2018-03" || w.items[0].Source.Text != "2018年4月下半月指挥部调度会 第1项" {
			t.Errorf("decision %+v opened %+v", d, w.items)
		}
		_, err = w.s.Decide(ctx, by, first, Decision{Kind: Resolved, Text: "原则同意春季踏查方案"})
		w.must(err)
		w.must(w.s.Discuss(ctx, by, first, own, Discussion{Version: w.show(first).Topics[1].Version, Outcome: Put, Note: "材料不齐"}))
		doc, err := w.s.Minutes(ctx, by, first)
		w.must(err)
		var text bytes.Buffer
		_, err = w.print(&text, doc, "docx")
		w.must(err)
		for _, want := range []string{"逐人核对未复吸底数，补齐检测记录（由东山镇牵头，西山镇配合，2018年5月9日前完成）。〔事项 2018-0001〕", "2. 原则同意春季踏查方案。", "以下议题延至下次会议研究："} {
			if !strings.Contains(text.String(), want) {
				t.Errorf("the minutes do not say %q:\n%s", want, text.String())
			}
		}
		if len(doc.Present) != 2 || doc.Present[0].Text != "指挥长 甲某" || doc.Present[1].Label != "缺席" {
			t.Errorf("attendance: %+v", doc.Present)
		}
		if !strings.Contains(text.String(), "研究了 2 个议题") { // of three; nothing was noted on the missing returns
			t.Errorf("the minutes do not count what was considered:\n%s", text.String())
		}
		w.must(w.s.Move(ctx, by, first, Held, ""))
		if _, err := w.s.Decide(ctx, by, first, Decision{Kind: Information, Text: "会后补记"}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a meeting that is over takes decisions: %v", err)
		}
		if err := w.s.Strike(ctx, by, first, w.show(first).Decisions[1].ID); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a meeting that is over loses decisions: %v", err)
		}
		if err := w.s.Discuss(ctx, by, first, own, Discussion{}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a meeting that is over takes notes: %v", err)
		}

		// Two weeks later the figure moved and the item is closed; the deferred matter comes back.
		w.clock.Set("2018-05-10")
		f := shown("I2", "未复吸率", "31.2", "≥30%", measure.Green, "2018-04")
		f.AsOf = 12
		w.figures["I2"] = f
		w.figures["I1"] = shown("I1", "执行率", "98.3", "≥98%", measure.Green, "2018-04")
		w.items[0].State, w.late = work.Closed, nil
		second := w.plan(series, "2018-05a")
		add, _, err := w.s.Proposals(ctx, by, second)
		w.must(err)
		if len(add) != 3 || add[0].Kind != Followup || add[0].Reason != "2018年4月下半月指挥部调度会交办 1 项，已销号 1 项，在办 0 项" || add[1].Kind != Deferred || add[1].Carried != 1 ||
			add[2].Kind != Worse || add[2].Reason != "2018年4月 98.3%，上次调度会时 2018年3月 99.1%" {
			t.Fatalf("proposed: %+v", add)
		}
		if len(w.show(first).Topics) != 3 {
			t.Error("the old agenda changed")
		}
		two, err := w.s.Prepare(ctx, by, second, nil)
		w.must(err)
		c, err := readContent(two.Content)
		w.must(err)
		if len(c.Effects) != 2 || c.Effects[0].Words != "该指标由 29.5% 变为 31.2%，较交办时好转；不说明因果。" || c.Effects[0].State != "已销号" {
			t.Errorf("effects: %+v", c.Effects)
		}
		if ranked := slices.IndexFunc(c.Forces, func(f ForcePage) bool { return len(f.Ranking) > 0 }); ranked < 0 || c.Forces[ranked].Chance == nil || !slices.Equal(c.Forces[ranked].Chance.Sentences, []string{"东山镇和西山镇分不出先后。"}) {
			t.Errorf("what chance allows to say is not frozen: %+v", c.Forces)
		}
		if c.Change != 12 || strings.Join(c.Better, ",") != "I2" || strings.Join(c.Worse, ",") != "I1" {
			t.Errorf("frozen at %d, better %v, worse %v", c.Change, c.Better, c.Worse)
		}

		// A second version leaves the first as it was.
		_, before, err := w.s.PackFile(ctx, by, second, 1, "docx")
		w.must(err)
		w.figures["I2"] = shown("I2", "未复吸率", "33.0", "≥30%", measure.Green, "2018-04")
		w.clock.Set("2018-05-11")
		three, err := w.s.Prepare(ctx, by, second, nil)
		w.must(err)
		_, after, err := w.s.PackFile(ctx, by, second, 1, "docx")
		w.must(err)
		_, newest, err := w.s.PackFile(ctx, by, second, 0, "docx")
		w.must(err)
		if three.Version != 2 || !bytes.Equal(before, after) || bytes.Equal(after, newest) || !bytes.Contains(newest, []byte("33.0%")) || bytes.Contains(after, []byte("33.0%")) {
			t.Error("the first version is not as it was, or the second does not hold the new figure")
		}
		if n, err := w.s.CheckPacks(ctx); err != nil || n != 3 {
			t.Errorf("CheckPacks = %d, %v", n, err)
		}
		if !bytes.Contains(before, []byte("1 未复吸率 · 山县 · 2018年4月 31.2% /figures/I2")) && !bytes.Contains(before, []byte("2 未复吸率 · 山县 · 2018年4月 31.2% /figures/I2")) {
			t.Errorf("the pack does not lead back to the trace:\n%s", before)
		}
		_ = one
	})
}

// Where the item cannot be opened, the decision is not there either.
func TestADecisionAndItsItemComeTogether(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, by := context.Background(), w.office()
		id := w.plan(w.series(), "2018-05a")
		w.jam = fault.New(fault.Unavailable, "数据库暂时不可用")
		d := Decision{Kind: Assignment, Text: "核对", Lead: east, Deadline: period.MustDay("2018-05-31"), Standard: "有表"}
		if _, err := w.s.Decide(ctx, by, id, d); fault.KindOf(err) != fault.Unavailable {
			t.Fatalf("Decide = %v", err)
		}
		if m := w.show(id); len(m.Decisions) != 0 {
			t.Errorf("half written: %+v", m.Decisions)
		}
		w.jam = nil
		if got, err := w.s.Decide(ctx, by, id, d); err != nil || got.No != 1 {
			t.Errorf("Decide = %+v, %v", got, err)
		}
	})
}

func TestADecisionSaysAllItsFaults(t *testing.T) {
	w := newWorldOnSQLite(t)
	id := w.plan(w.series(), "2018-05a")
	_, err := w.s.Decide(context.Background(), w.office(), id, Decision{Kind: Assignment, Lead: east, Assist: []org.UnitID{east}, Deadline: period.MustDay("2018-05-01")})
	var list fault.Findings
	if !errors.As(err, &list) || len(list) != 4 {
		t.Fatalf("faults: %v", err)
	}
}

// Two people change a meeting at once: the second is told, and the first one's words are there.
func TestTwoPeopleChangeAMeeting(t *testing.T) {
	w := newWorldOnSQLite(t)
	ctx, by := context.Background(), w.office()
	id := w.plan(w.series(), "2018-05a")
	m := w.show(id).Meeting
	e := Edit{Version: m.Version, Title: m.Title, Day: m.Day, Time: "09:30", Place: "二楼", Chair: m.Chair}
	w.must(w.s.Change(ctx, by, id, e))
	e.Place = "一楼"
	if err := w.s.Change(ctx, by, id, e); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the second editor: %v", err)
	}
	if got := w.show(id).Meeting.Place; got != "二楼" {
		t.Errorf("place = %s", got)
	}
	r := w.ask("POST", meetingPath(id), url.Values{"version": {"1"}, "title": {m.Title}, "day": {"2018-05-11"}, "time": {"10:00"}, "place": {"五楼小会议室"}, "summary": {"我写的开头"}}, false)
	if r.Code != http.StatusConflict || !strings.Contains(r.Body.String(), "内容刚被别人改过") {
		t.Errorf("the page says %d: %.200s", r.Code, r.Body)
	}
}

// Who may do what, by refusal.
func TestRefusals(t *testing.T) {
	w := newWorldOnSQLite(t)
	id := w.plan(w.series(), "2018-05a")
	m := meetingPath(id)
	keep := []string{"POST /meetings", "GET /meeting-series/new", "POST /meeting-series/new", "POST " + m, "POST " + m + "/state", "POST " + m + "/invite", "POST " + m + "/seats", "POST " + m + "/roll",
		"POST " + m + "/proposals", "POST " + m + "/topics", "POST " + m + "/order", "POST " + m + "/topics/1/up", "POST " + m + "/decisions", "POST " + m + "/decisions/1", "POST " + m + "/decisions/1/strike", "POST " + m + "/packs"}
	read := []string{"GET /meetings", "GET " + m, "GET " + m + "/run", "GET " + m + "/packs/1", "GET " + m + "/packs/1/docx", "GET " + m + "/minutes/pdf", "GET /api/v1/meetings"}
	for _, line := range append(keep, read...) {
		method, path, _ := strings.Cut(line, " ")
		w.as = perm.Actor{}
		if r := w.ask(method, path, url.Values{}, false); r.Code != http.StatusUnauthorized && r.Code != http.StatusSeeOther {
			t.Errorf("%s without a session = %d", line, r.Code)
		}
	}
	for _, a := range []perm.Actor{w.actor(perm.Reporter, east, 3), w.actor(perm.Leader, post, 1), w.actor(perm.Member, forceA, 2), w.actor(perm.Reader, shan, 4)} {
		w.as = a
		for _, line := range keep {
			method, path, _ := strings.Cut(line, " ")
			if r := w.ask(method, path, url.Values{}, false); r.Code != http.StatusForbidden {
				t.Errorf("%s by %s = %d", line, a.Login, r.Code)
			}
		}
	}
	w.as = w.actor(perm.SysAdmin, shan, 5)
	if r := w.ask("GET", m, nil, false); r.Code != http.StatusForbidden {
		t.Errorf("a system administrator reads a meeting: %d", r.Code)
	}
	ctx := context.Background()
	if err := w.s.AnswerInvite(ctx, w.actor(perm.Member, forceA, 2), id, 1, Reply{Version: 1, Answer: Coming}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("answering for another post: %v", err)
	}
	pdf := []byte("%PDF-1.4 …")
	if err := w.s.Hand(ctx, w.actor(perm.Member, forceA, 2), id, forceB, "材料", "a.pdf", pdf); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a paper of another task force: %v", err)
	}
	w.must(w.s.Hand(ctx, w.actor(perm.Member, forceA, 2), id, forceA, "材料", "a.pdf", pdf))
	if err := w.s.Hand(ctx, w.actor(perm.Member, forceA, 2), id, forceA, "材料", "a.exe", pdf); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a program as paper: %v", err)
	}
}

// Every page in both languages, with what belongs on it, and no Chinese sentence of the page left
// in English.
func TestPagesInBothLanguages(t *testing.T) {
	w := newWorldOnSQLite(t)
	ctx, by := context.Background(), w.office()
	id := w.plan(w.series(), "2018-04b")
	_, err := w.s.TakeUp(ctx, by, id, nil)
	w.must(err)
	_, err = w.s.Prepare(ctx, by, id, nil)
	w.must(err)
	w.must(w.s.Move(ctx, by, id, Running, ""))
	for path, want := range map[string][2]string{
		"/meetings":              {"下次会议", "Next meeting"},
		"/meeting-series/1":      {"遇休息日", "a day off"},
		meetingPath(id):          {"未复吸率", "Agenda"},
		meetingPath(id) + "/run": {"29.5%", "Record a decision"},
	} {
		for i, english := range []bool{false, true} {
			r := w.ask("GET", path, nil, english)
			if r.Code != http.StatusOK || !strings.Contains(r.Body.String(), want[i]) {
				t.Errorf("%s (english %v) = %d, does not say %q", path, english, r.Code, want[i])
			}
		}
	}
	r := w.ask("POST", meetingPath(id)+"/decisions", url.Values{"back": {"run"}, "topic": {"1"}, "kind": {"assignment"}, "text": {"我写的内容"}, "lead": {"东山镇"}, "deadline": {"2018-05-20"}}, false)
	if r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "我写的内容") || !strings.Contains(r.Body.String(), "完成标准，核验时以它为准") {
		t.Errorf("a refused decision = %d and loses what was typed", r.Code)
	}
	r = w.ask("POST", meetingPath(id)+"/decisions", url.Values{"back": {"run"}, "topic": {"1"}, "kind": {"assignment"}, "text": {"我写的内容"}, "lead": {"东山镇"}, "deadline": {"2018-05-20"}, "standard": {"有表"}}, false)
	if r.Code != http.StatusSeeOther || len(w.items) != 1 {
		t.Errorf("a decision typed on the page = %d, items %d", r.Code, len(w.items))
	}
}

// A meeting that is moved after its pack was frozen says so beside the pack; a new version is the
// way, and the old one stays as it was.
func TestAMeetingMovedAfterItsPackWasFrozen(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, by := context.Background(), w.office()
		id := w.plan(w.series(), "2018-04b")
		one, err := w.s.Prepare(ctx, by, id, nil)
		w.must(err)
		w.must(w.s.Invite(ctx, by, id))
		line := func() packLine {
			m := w.show(id)
			return w.s.wholeView(lens{Lang: words.Chinese, tree: w.Today(), name: w.s.unitName}, by, m).Packs[0]
		}
		if l := line(); l.Moved != "" {
			t.Errorf("a fresh pack is said to be out of date: %q", l.Moved)
		}
		told := len(w.told)
		for _, day := range []string{"2018-04-27", "2018-04-28", "2018-04-27"} { // there and back: everybody hears of each
			m := w.show(id).Meeting
			w.must(w.s.Change(ctx, by, id, Edit{Version: m.Version, Title: m.Title, Day: period.MustDay(day), Time: m.Time, Place: m.Place}))
		}
		if n := len(w.told) - told; n != 9 {
			t.Errorf("%d messages of three moves to 3 posts", n)
		}
		if l := line(); l.Version != 1 || !strings.HasPrefix(l.Moved, "2018年4月26日") {
			t.Errorf("the pack of the old day: %+v", l)
		}
		two, err := w.s.Prepare(ctx, by, id, nil)
		w.must(err)
		if l := line(); l.Version != 2 || l.Moved != "" {
			t.Errorf("the new pack: %+v", l)
		}
		if p := w.show(id).Packs; p[0].Sum != one.Sum || p[0].Docx != one.Docx || two.Sum == one.Sum {
			t.Error("the first pack is not what it was")
		}
	})
}

// A pack that takes long is made in the background: its page tells how far it is, somebody else who
// asks for one is told to wait, and in the end the pack is there, or the reason why it is not.
func TestALongPackTellsItsProgress(t *testing.T) {
	w := newWorldOnSQLite(t)
	id := w.plan(w.series(), "2018-04b")
	w.hold = make(chan struct{})
	if r := w.ask("POST", meetingPath(id)+"/packs", url.Values{}, false); r.Code != http.StatusSeeOther || r.Header().Get("Location") != meetingPath(id)+"#packs" {
		t.Fatalf("%d %s", r.Code, r.Header().Get("Location"))
	}
	page := w.ask("GET", meetingPath(id), nil, false)
	if body := page.Body.String(); page.Header().Get("Refresh") != "1" || !strings.Contains(body, "写 Word") || !strings.Contains(body, `<progress max="5" value="1">`) {
		t.Errorf("no progress: %q %.300s", page.Header().Get("Refresh"), body)
	}
	w.as = w.actor(perm.Office, post, 10)
	if r := w.ask("POST", meetingPath(id)+"/packs", url.Values{}, false); r.Code != http.StatusForbidden || !strings.Contains(r.Body.String(), "请等它结束") {
		t.Errorf("a second person begins one meanwhile: %d", r.Code)
	}
	w.as = w.office()
	ended := func() string {
		run, _ := w.s.making.Find(makingID(id), w.as.Login)
		run.Wait(t.Context(), 10*time.Second)
		page := w.ask("GET", meetingPath(id), nil, false)
		if page.Header().Get("Refresh") != "" {
			t.Error("the page goes on refreshing")
		}
		return page.Body.String()
	}
	close(w.hold)
	if body := ended(); !strings.Contains(body, meetingPath(id)+"/packs/1/docx") || strings.Contains(body, "<progress") {
		t.Errorf("the pack is not there: %.300s", body)
	}
	w.as = w.actor(perm.Reporter, east, 3) // anybody who may read the meeting reads the pack on its page
	if r := w.ask("GET", packPath(id, 1), nil, false); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), "总体情况") || !strings.Contains(r.Body.String(), "提请研究的建议") {
		t.Errorf("the pack on a page: %d %.400s", r.Code, r.Body)
	}
	if r := w.ask("GET", packPath(id, 2), nil, false); r.Code != http.StatusNotFound || !strings.Contains(r.Body.String(), "没有第 2 版会议材料") {
		t.Errorf("a version that was never made: %d", r.Code)
	}
	w.as = w.office()
	w.hold, w.torn = make(chan struct{}), fault.New(fault.Unavailable, "没有可用的中文字体")
	w.ask("POST", meetingPath(id)+"/packs", url.Values{}, false)
	close(w.hold)
	run, _ := w.s.making.Find(makingID(id), w.as.Login)
	run.Wait(t.Context(), 10*time.Second)
	if r := w.ask("GET", meetingPath(id), nil, false); !strings.Contains(r.Body.String(), "没有可用的中文字体") {
		t.Errorf("the page does not say why there is no pack: %d %.400s", r.Code, r.Body)
	}
	if r := w.ask("GET", meetingPath(id), nil, false); r.Code != http.StatusOK || strings.Contains(r.Body.String(), "没有可用的中文字体") {
		t.Errorf("the reason is said for ever: %d", r.Code)
	}
}
