package supervision

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/sqldb"
)

// want fails the test unless an error is of a kind.
func want(t testing.TB, what string, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Errorf("%s: %v, want kind %d", what, err, kind)
	}
}

func text(d *docgen.Document) string {
	var b strings.Builder
	for _, x := range d.Body {
		switch x := x.(type) {
		case docgen.Paragraph:
			b.WriteString(docgen.Text(x.Runs) + "\n")
		case docgen.Heading:
			b.WriteString(docgen.Text(x.Runs) + "\n")
		case docgen.Table:
			for _, r := range x.Table.Rows {
				for _, c := range r.Cells {
					b.WriteString(c.Text + "|")
				}
				b.WriteString("\n")
			}
		}
	}
	return b.String()
}

func TestASupervisionFromPlanToReport(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		id, visits := o.drawn("宣传工作")
		c, m := o.chief(), o.member()
		if len(visits) != 3 {
			t.Fatalf("%d visits, want 3", len(visits))
		}
		p, d, err := o.DrawOf(as(c), c, id, 1)
		ok(t, err)
		if p.No != "DD-2018-001" || d.Seed != seedByHand || d.Verify() != nil {
			t.Errorf("draw %s %s %v", p.No, d.Seed, d.Verify())
		}
		if n, err := o.CheckDraws(context.Background()); n != 1 || err != nil {
			t.Errorf("%d draws checked, %v", n, err)
		}
		rec := text(must(o.DrawRecord(as(c), c, id, 1))(t))
		for _, s := range []string{"3159.15", d.Seed, d.Drawn[0].Key, "上月刚检查过", "DD-2018-001", Method} {
			if !strings.Contains(rec, s) {
				t.Errorf("the record does not say %q", s)
			}
		}

		// A draw is not repeated without a reason, and the first stays.
		_, err = o.DrawUnits(as(c), c, id, Draw{Kind: TypedSeed, Seed: "abc", Origin: "现场公布"})
		want(t, "second draw without reason", err, fault.Invalid)
		must(o.DrawUnits(as(c), c, id, Draw{Kind: TypedSeed, Seed: "abc", Origin: "现场公布", Reason: "丙镇正在防汛"}))(t)
		w := must(o.Show(as(c), c, id))(t)
		if len(w.Draws) != 2 || w.Plan.Draw != 2 || w.Draws[0].Seed != seedByHand || len(w.Visits) != 3 {
			t.Fatalf("after the second draw: %d draws, %d holds, %d visits", len(w.Draws), w.Plan.Draw, len(w.Visits))
		}

		v := w.Visits[0].Visit
		// Feedback waits until every line has an answer.
		must(o.Record(as(m), m, v.ID, Note{Version: 1, Day: period.MustDay("2018-05-10"), Visitors: "专班", Answers: map[string]Answer{"1.1": {Mark: Met}}}))(t)
		want(t, "feedback with lines left", o.FeedBack(as(m), m, v.ID, 2, "反馈", ""), fault.Invalid)
		// Somebody else saved meanwhile: nothing is overwritten.
		_, err = o.Record(as(m), m, v.ID, Note{Version: 1, Answers: allMet()})
		want(t, "an old version", err, fault.Conflict)
		must(o.Record(as(m), m, v.ID, Note{Version: 2, Day: period.MustDay("2018-05-10"), Visitors: "专班", Rest: true, Answers: map[string]Answer{"1.1": {Mark: Met}, "4.1": {Mark: Unmet}}, Finding: problem(), Photo: &Upload{"IMG.jpg", jpegWith(t, segment(0xE1, "Exif\x00\x00"+string(gpsTIFF())))}}))(t)
		x := must(o.Visit(as(m), m, v.ID))(t)
		if x.Visit.Answers["1.2"].Mark != Unseen || len(x.Findings) != 1 || x.Findings[0].Block != "宣传" || len(x.Photos) != 1 {
			t.Fatalf("recorded %+v", x.VisitWhole)
		}
		_, kept, err := o.PhotoFile(as(m), m, v.ID, x.Photos[0].ID)
		if err != nil || bytes.Contains(kept, []byte("SECRETPHONE")) {
			t.Errorf("the kept picture: %v, position removed %v", err, !bytes.Contains(kept, []byte("SECRETPHONE")))
		}
		bad := *problem()
		bad.Place = "106.7512, 27.0512"
		_, err = o.Record(as(m), m, v.ID, Note{Version: x.Visit.Version, Finding: &bad})
		want(t, "coordinates", err, fault.Invalid)

		// The unit does not know before the feedback; afterwards it confirms and objects.
		r := o.town(v.Unit)
		_, err = o.Visit(as(r), r, v.ID)
		want(t, "the unit before the feedback", err, fault.Missing)
		ok(t, o.FeedBack(as(m), m, v.ID, x.Visit.Version, "宣传薄弱", "镇专干"))
		if len(o.told) != 1 || o.told[0].Units[0] != v.Unit || o.told[0].Due.String() != "2018-06-09" {
			t.Errorf("told %+v", o.told)
		}
		_, err = o.Record(as(m), m, v.ID, Note{Version: x.Visit.Version + 1})
		want(t, "writing after the feedback", err, fault.Conflict)
		ok(t, o.Confirm(as(r), r, v.ID, "收到"))
		want(t, "confirming twice", o.Confirm(as(r), r, v.ID, ""), fault.Conflict)
		o.clock.Set("2018-06-09")
		ok(t, o.Object(as(r), r, v.ID, 1, "宣传栏已经在建"))
		o.clock.Set("2018-06-10")
		want(t, "an objection on the 31st day", o.Object(as(r), r, v.ID, 0, "太迟"), fault.Conflict)
		obj := must(o.Visit(as(r), r, v.ID))(t).Objections[0]
		if obj.Due.String() != "2018-07-09" {
			t.Errorf("answer due %s, want 2018-07-09", obj.Due)
		}

		// Items with deadlines in working days: the dragon boat festival of 2018 is 16–18 June.
		items, unknown, err := o.OpenItems(as(c), c, v.ID)
		ok(t, err)
		if len(items) != 1 || unknown || items[0].Deadline.String() != "2018-06-25" || items[0].Lead != v.Unit || items[0].Source.Kind != work.FromSupervision {
			t.Errorf("items %+v unknown %v", items, unknown)
		}
		_, _, err = o.OpenItems(as(c), c, v.ID)
		want(t, "opening twice", err, fault.Conflict)

		// Closing waits for all: visits, items, objections.
		want(t, "closing too early", o.Close(as(c), c, id), fault.Conflict)
		for _, y := range w.Visits[1:2] {
			o.visited(y.Visit)
			_, _, err := o.OpenItems(as(c), c, y.Visit.ID)
			ok(t, err)
		}
		ok(t, o.Drop(as(c), c, w.Visits[2].Visit.ID, "山体滑坡，道路中断"))
		want(t, "closing with an objection", o.Close(as(c), c, id), fault.Conflict)
		ok(t, o.Rule(as(o.second()), o.second(), v.ID, obj.ID, 1, Upheld, "现场确无宣传栏"))
		ok(t, o.Close(as(c), c, id))
		o.items[0].State = work.Closed

		got := text(must(o.Report(as(c), c, id))(t))
		for _, s := range []string{"抽取范围 6 个单位，其中注明原因不参加抽取 1 个；分 2 组抽取 3 个单位", "共抽取 2 次，以第 2 次为准，重新抽取的原因：丙镇正在防汛。", "已检查 2 个单位，已向 2 个单位反馈，1 个单位没有检查", "原因：山体滑坡，道路中断。",
			"共发现问题 2 条：严重 0 条，较重 2 条，一般 0 条", "宣传|4.1|村有宣传栏|0|0|2|0|", "领导重视|1.2|有分管领导|0|1|0|1|", "已立为整改事项 2 条，其中已销号 1 条；没有立项 0 条", "收到异议 1 件，已答复 1 件", "答复维持：现场确无宣传栏。", "2018-0001"} {
			if !strings.Contains(got, s) {
				t.Errorf("the report does not say %q:\n%s", s, got)
			}
		}
		if strings.Contains(got, "%") {
			t.Error("the report has a percentage")
		}
		paper := text(must(o.FeedbackPaper(as(r), r, v.ID))(t))
		if !strings.Contains(paper, "至2018年6月9日") {
			t.Errorf("the paper does not say the last day: %s", paper)
		}

		// A re-check after the plan was closed.
		again := must(o.Recheck(as(c), c, v.ID))(t)
		y := must(o.Visit(as(m), m, again))(t)
		if len(y.Lines) != 1 || len(y.Lines[0].Lines) != 1 || y.Lines[0].Lines[0].Code != "f1" {
			t.Fatalf("re-check lines %+v", y.Lines)
		}
		must(o.Record(as(m), m, again, Note{Version: 1, Day: period.MustDay("2018-06-10"), Visitors: "专班", Answers: map[string]Answer{"f1": {Mark: Met}}}))(t)
		ok(t, o.FeedBack(as(m), m, again, 2, "已补设", ""))
		if got := text(must(o.Report(as(c), c, id))(t)); !strings.Contains(got, "已整改 1 条") {
			t.Errorf("the report does not tell of the re-check:\n%s", got)
		}
	})
}

// Each deed is refused to those it is not for; nobody is told more than their right.
func TestDeedsAreRefused(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	id, visits := o.drawn("社区戒毒")
	v := visits[0]
	o.visited(v)
	stranger := o.town(town6) // excluded from the draw
	c, m, l := o.chief(), o.member(), o.leader()
	r := o.town(v.Unit)
	nobody := perm.Actor{Login: "x", Account: 99, Tree: o.Today()}

	plan := func(a perm.Actor) map[string]error {
		_, e1 := o.SavePlan(as(a), a, Plan{})
		_, e2 := o.AddUnits(as(a), a, id, "township", "全部")
		_, e3 := o.DrawUnits(as(a), a, id, Draw{})
		_, e4 := o.SaveList(as(a), a, Starter())
		_, _, e5 := o.OpenItems(as(a), a, v.ID)
		_, e6 := o.Recheck(as(a), a, v.ID)
		return map[string]error{"plan": e1, "add": e2, "draw": e3, "list": e4, "items": e5, "recheck": e6, "pool": o.SetPool(as(a), a, id, 1, Pool{}), "publish": o.Publish(as(a), a, id), "close": o.Close(as(a), a, id),
			"cancel": o.Cancel(as(a), a, id, "x"), "issue": o.Issue(as(a), a, id), "drop": o.Drop(as(a), a, visits[1].ID, "x")}
	}
	for _, a := range []perm.Actor{m, l, r, stranger, o.reader(), o.auditor(), nobody} {
		for deed, err := range plan(a) {
			want(t, a.Name+" "+deed, err, fault.Forbidden)
		}
	}
	write := func(a perm.Actor, kind fault.Kind) {
		_, err := o.Record(as(a), a, visits[1].ID, Note{Version: 1})
		want(t, a.Name+" record", err, kind)
		want(t, a.Name+" feedback", o.FeedBack(as(a), a, visits[1].ID, 1, "x", ""), kind)
		want(t, a.Name+" amend", o.Amend(as(a), a, visits[1].ID, *problem()), kind)
		want(t, a.Name+" strike", o.Strike(as(a), a, visits[1].ID, 1), kind)
		want(t, a.Name+" photo", o.AddPhoto(as(a), a, visits[1].ID, 1, Upload{}), kind)
		want(t, a.Name+" drop photo", o.DropPhoto(as(a), a, visits[1].ID, 1), kind)
	}
	write(o.other(), fault.Missing)    // a member who is not in the team does not know of it
	write(o.second(), fault.Forbidden) // the office sees it, but is not in the team
	for _, a := range []perm.Actor{l, r, stranger, o.reader(), nobody} {
		write(a, fault.Forbidden)
	}
	for _, a := range []perm.Actor{stranger, o.reader(), o.other()} {
		_, err := o.Visit(as(a), a, v.ID)
		want(t, a.Name+" sees the visit", err, fault.Missing)
		_, _, err = o.PhotoFile(as(a), a, v.ID, 1)
		want(t, a.Name+" sees a picture", err, fault.Missing)
		_, err = o.Show(as(a), a, id)
		want(t, a.Name+" sees the plan", err, fault.Missing)
		if list := must(o.Plans(as(a), a))(t); len(list) != 0 {
			t.Errorf("%s is shown %d plans", a.Name, len(list))
		}
		if list := must(o.Findings(as(a), a, FindingFilter{}))(t); len(list) != 0 {
			t.Errorf("%s is shown %d findings", a.Name, len(list))
		}
		want(t, a.Name+" confirms", o.Confirm(as(a), a, v.ID, ""), fault.Missing)
		want(t, a.Name+" objects", o.Object(as(a), a, v.ID, 1, "x"), fault.Missing)
	}
	want(t, "the office confirms for the unit", o.Confirm(as(c), c, v.ID, ""), fault.Forbidden)
	want(t, "the leader objects for the unit", o.Object(as(l), l, v.ID, 1, "x"), fault.Forbidden)
	for _, a := range []perm.Actor{o.auditor(), nobody} {
		_, err := o.Visit(as(a), a, v.ID)
		want(t, a.Name+" sees the visit", err, fault.Forbidden)
	}

	// The unit sees its own visit and not those of others; the draw is not published.
	w := must(o.Show(as(r), r, id))(t)
	if len(w.Visits) != 1 || len(w.Draws) != 0 || len(w.Repeats) != 0 {
		t.Errorf("the unit sees %d visits and %d draws", len(w.Visits), len(w.Draws))
	}
	if list := must(o.Findings(as(r), r, FindingFilter{}))(t); len(list) != 1 {
		t.Errorf("the unit sees %d findings, want its own", len(list))
	}
	_, err := o.Report(as(r), r, id)
	want(t, "the report before it is issued", err, fault.Missing)
	if list := must(o.Findings(as(l), l, FindingFilter{}))(t); len(list) != 1 {
		t.Errorf("the leader sees %d findings", len(list))
	}
	if list := must(o.Mine(as(r), r))(t); len(list) != 1 {
		t.Errorf("%d visits of the own unit", len(list))
	}
	if list := must(o.Mine(as(stranger), stranger))(t); len(list) != 0 {
		t.Errorf("a stranger has %d visits", len(list))
	}
	_, err = o.Mine(as(l), l)
	want(t, "a leader has no own unit", err, fault.Forbidden)

	// Whoever took part stays away from the objection.
	ok(t, o.Object(as(r), r, v.ID, 1, "不符事实"))
	obj := must(o.Visit(as(r), r, v.ID))(t).Objections[0]
	want(t, "the unit rules", o.Rule(as(r), r, v.ID, obj.ID, 1, Withdrawn, "x"), fault.Forbidden)
	partial := m
	partial.Posts = append(partial.Posts, perm.Post{ID: 9, Role: perm.Office, Unit: post})
	want(t, "a visitor rules", o.Rule(as(partial), partial, v.ID, obj.ID, 1, Withdrawn, "x"), fault.Forbidden)
	ok(t, o.Rule(as(l), l, v.ID, obj.ID, 1, Withdrawn, "查证属实"))
	if list := must(o.Findings(as(l), l, FindingFilter{}))(t); len(list) != 0 {
		t.Error("the withdrawn finding is still listed")
	}

	// After the report is issued others see what was found, but no pictures.
	for _, y := range visits[1:] {
		ok(t, o.Drop(as(c), c, y.ID, "不再需要"))
	}
	ok(t, o.Close(as(c), c, id))
	ok(t, o.Issue(as(c), c, id))
	if _, err := o.Visit(as(stranger), stranger, v.ID); err != nil {
		t.Errorf("after the report: %v", err)
	}
	if _, err := o.Report(as(o.reader()), o.reader(), id); err != nil {
		t.Errorf("after the report: %v", err)
	}
}

func TestASecondInspectionOnTheSameThemeIsWarnedOf(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	_, visits := o.drawn("宣传 工作")
	o.visited(visits[0])
	id := o.planned("宣传工作。")
	c := o.chief()
	w := must(o.Show(as(c), c, id))(t)
	if len(w.Repeats) != 1 || w.Repeats[0].Unit != visits[0].Unit {
		t.Errorf("repeats %+v, want %d", w.Repeats, visits[0].Unit)
	}
	other := o.planned("禁种铲毒")
	if w := must(o.Show(as(c), c, other))(t); len(w.Repeats) != 0 {
		t.Errorf("another theme repeats %+v", w.Repeats)
	}
	if w.Plan.No != "DD-2018-002" {
		t.Errorf("number %s", w.Plan.No)
	}
}

func TestChecklistsKeepTheirEditions(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	id := o.planned("基础保障")
	c := o.chief()
	w := must(o.Show(as(c), c, id))(t)
	l := w.List
	if len(l.Blocks) != 6 || l.Blocks[0].Name != "领导重视" || l.Blocks[5].Name != "禁种铲毒" || len(l.Blocks[1].Lines) != 0 {
		t.Fatalf("starter %+v", l.Blocks)
	}
	l.Blocks[0] = parseBlock("领导重视", "党委会议研究过禁毒工作｜查记录\n新的一项 | 看 | 文件\n\n")
	must(o.SaveList(as(c), c, l))(t)
	_, err := o.SaveList(as(c), c, l) // still edition 1 in hand
	want(t, "a second editor", err, fault.Conflict)
	if w = must(o.Show(as(c), c, id))(t); w.List.Edition != 1 || len(w.List.Blocks[0].Lines) != 2 {
		t.Error("a saved checklist changed under the plan")
	}
	now := must(o.List(as(c), c, l.ID, 0))(t)
	if now.Edition != 2 || now.Blocks[0].Lines[1] != (Line{Code: "1.2", What: "新的一项", How: "看", Reference: "文件"}) {
		t.Errorf("edition 2 %+v", now)
	}
	if again := parseBlock("x", now.Blocks[0].Text()); len(again.Lines) != 2 || again.Lines[1].Reference != "文件" {
		t.Errorf("typed again %+v", again)
	}
}

func TestPlacesAreWords(t *testing.T) {
	for s, bad := range map[string]bool{"镇政府一楼": false, "106.751,27.051": true, "N27.0512 E106.7523": true, "东经106度": true, "27°3′": true, "长度 1.250 米": false, "第3.1项": false, "2018.05.10": false} {
		if got := coordinates(s); got != bad {
			t.Errorf("coordinates(%q) = %v, want %v", s, got, bad)
		}
	}
}

// A unit that was merged after the visit: its successor gets the item and answers; a failing item
// leaves nothing behind.
func TestASuccessorTakesOver(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	_, visits := o.drawn("基础保障")
	v := visits[0]
	o.visited(v)
	into, _ := o.reg.Unit(town6)
	next, _, err := o.reg.Merge([]org.UnitID{v.Unit}, into, period.MustDay("2018-05-20"), "并镇")
	ok(t, err)
	o.reg = next
	o.clock.Set("2018-05-21")
	c, heir := o.chief(), o.town(town6)
	if _, err := o.Visit(as(heir), heir, v.ID); err != nil {
		t.Fatalf("the successor does not see the visit: %v", err)
	}
	ok(t, o.Confirm(as(heir), heir, v.ID, ""))
	open := o.joints.OpenItem
	o.joints.OpenItem = func(*sqldb.Tx, perm.Actor, work.Draft) (work.Item, error) {
		return work.Item{}, fault.New(fault.Conflict, "不行")
	}
	_, _, err = o.OpenItems(as(c), c, v.ID)
	want(t, "a refused item", err, fault.Conflict)
	if f := must(o.Findings(as(c), c, FindingFilter{State: "none"}))(t); len(f) != 1 {
		t.Errorf("%d findings without item, want 1", len(f))
	}
	o.joints.OpenItem = open
	items, _, err := o.OpenItems(as(c), c, v.ID)
	ok(t, err)
	if len(items) != 1 || items[0].Lead != town6 {
		t.Errorf("items %+v, want one of the successor %d", items, town6)
	}
}

func TestLongWordsAreRefused(t *testing.T) {
	f := *problem()
	ok(t, f.Check())
	f.Demand = strings.Repeat("改", 201)
	want(t, "a demand longer than the standard of an item", f.Check(), fault.Invalid)
	f = *problem()
	f.Text = strings.Repeat("问", 501)
	want(t, "a long finding", f.Check(), fault.Invalid)
}
