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
	"kaiyang/internal/testkit/desk"
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
		p, d, err := o.DrawOf(desk.As(c), c, id, 1)
		desk.OK(t, err)
		if p.No != "DD-2018-001" || d.Seed != seedByHand || d.Verify() != nil {
			t.Errorf("draw %s %s %v", p.No, d.Seed, d.Verify())
		}
		if n, err := o.CheckDraws(context.Background()); n != 1 || err != nil {
			t.Errorf("%d draws checked, %v", n, err)
		}
		rec := text(desk.Must(o.DrawRecord(desk.As(c), c, id, 1))(t))
		for _, s := range []string{"3159.15", d.Seed, d.Drawn[0].Key, "上月刚检查过", "DD-2018-001", Method} {
			if !strings.Contains(rec, s) {
				t.Errorf("the record does not say %q", s)
			}
		}

		// A draw is not repeated without a reason, and the first stays.
		_, err = o.DrawUnits(desk.As(c), c, id, Draw{Kind: TypedSeed, Seed: "abc", Origin: "现场公布"})
		want(t, "second draw without reason", err, fault.Invalid)
		desk.Must(o.DrawUnits(desk.As(c), c, id, Draw{Kind: TypedSeed, Seed: "abc", Origin: "现场公布", Reason: "丙镇正在防汛"}))(t)
		w := desk.Must(o.Show(desk.As(c), c, id))(t)
		if len(w.Draws) != 2 || w.Plan.Draw != 2 || w.Draws[0].Seed != seedByHand || len(w.Visits) != 3 {
			t.Fatalf("after the second draw: %d draws, %d holds, %d visits", len(w.Draws), w.Plan.Draw, len(w.Visits))
		}

		v := w.Visits[0].Visit
		// Feedback waits until every line has an answer.
		desk.Must(o.Record(desk.As(m), m, v.ID, Note{Version: 1, Day: period.MustDay("2018-05-10"), Visitors: "专班", Answers: map[string]Answer{"1.1": {Mark: Met}}}))(t)
		want(t, "feedback with lines left", o.FeedBack(desk.As(m), m, v.ID, 2, "反馈", ""), fault.Invalid)
		// Somebody else saved meanwhile: nothing is overwritten.
		_, err = o.Record(desk.As(m), m, v.ID, Note{Version: 1, Answers: allMet()})
		want(t, "an old version", err, fault.Conflict)
		desk.Must(o.Record(desk.As(m), m, v.ID, Note{Version: 2, Day: period.MustDay("2018-05-10"), Visitors: "专班", Rest: true, Answers: map[string]Answer{"1.1": {Mark: Met}, "4.1": {Mark: Unmet}}, Finding: problem(), Photo: &Upload{"IMG.jpg", jpegWith(t, segment(0xE1, "Exif\x00\x00"+string(gpsTIFF())))}}))(t)
		x := desk.Must(o.Visit(desk.As(m), m, v.ID))(t)
		if x.Visit.Answers["1.2"].Mark != Unseen || len(x.Findings) != 1 || x.Findings[0].Block != "宣传" || len(x.Photos) != 1 {
			t.Fatalf("recorded %+v", x.VisitWhole)
		}
		_, kept, err := o.PhotoFile(desk.As(m), m, v.ID, x.Photos[0].ID)
		if err != nil || bytes.Contains(kept, []byte("SECRETPHONE")) {
			t.Errorf("the kept picture: %v, position removed %v", err, !bytes.Contains(kept, []byte("SECRETPHONE")))
		}
		bad := *problem()
		bad.Place = "106.7512, 27.0512"
		_, err = o.Record(desk.As(m), m, v.ID, Note{Version: x.Visit.Version, Finding: &bad})
		want(t, "coordinates", err, fault.Invalid)

		// The unit does not know before the feedback; afterwards it confirms and objects.
		r := o.town(v.Unit)
		_, err = o.Visit(desk.As(r), r, v.ID)
		want(t, "the unit before the feedback", err, fault.Missing)
		desk.OK(t, o.FeedBack(desk.As(m), m, v.ID, x.Visit.Version, "宣传薄弱", "镇专干"))
		if len(o.told) != 1 || o.told[0].Units[0] != v.Unit || o.told[0].Due.String() != "2018-06-09" {
			t.Errorf("told %+v", o.told)
		}
		_, err = o.Record(desk.As(m), m, v.ID, Note{Version: x.Visit.Version + 1})
		want(t, "writing after the feedback", err, fault.Conflict)
		desk.OK(t, o.Confirm(desk.As(r), r, v.ID, "收到"))
		want(t, "confirming twice", o.Confirm(desk.As(r), r, v.ID, ""), fault.Conflict)
		o.clock.Set("2018-06-09")
		desk.OK(t, o.Object(desk.As(r), r, v.ID, 1, "宣传栏已经在建"))
		o.clock.Set("2018-06-10")
		want(t, "an objection on the 31st day", o.Object(desk.As(r), r, v.ID, 0, "太迟"), fault.Conflict)
		obj := desk.Must(o.Visit(desk.As(r), r, v.ID))(t).Objections[0]
		if obj.Due.String() != "2018-07-09" {
			t.Errorf("answer due %s, want 2018-07-09", obj.Due)
		}

		// Items with deadlines in working days: the dragon boat festival of 2018 is 16–18 June.
		items, unknown, err := o.OpenItems(desk.As(c), c, v.ID)
		desk.OK(t, err)
		if len(items) != 1 || unknown || items[0].Deadline.String() != "2018-06-25" || items[0].Lead != v.Unit || items[0].Source.Kind != work.FromSupervision {
			t.Errorf("items %+v unknown %v", items, unknown)
		}
		_, _, err = o.OpenItems(desk.As(c), c, v.ID)
		want(t, "opening twice", err, fault.Conflict)

		// Closing waits for all: visits, items, objections.
		want(t, "closing too early", o.Close(desk.As(c), c, id), fault.Conflict)
		for _, y := range w.Visits[1:2] {
			o.visited(y.Visit)
			_, _, err := o.OpenItems(desk.As(c), c, y.Visit.ID)
			desk.OK(t, err)
		}
		desk.OK(t, o.Drop(desk.As(c), c, w.Visits[2].Visit.ID, "山体滑坡，道路中断"))
		want(t, "closing with an objection", o.Close(desk.As(c), c, id), fault.Conflict)
		desk.OK(t, o.Rule(desk.As(o.second()), o.second(), v.ID, obj.ID, 1, Upheld, "现场确无宣传栏"))
		desk.OK(t, o.Close(desk.As(c), c, id))
		o.items[0].State = work.Closed

		got := text(desk.Must(o.Report(desk.As(c), c, id))(t))
		for _, s := range []string{"抽取范围 6 个单位，其中注明原因不参加抽取 1 个；分 2 组抽取 3 个单位", "共抽取 2 次，以第 2 次为准，重新抽取的原因：丙镇正在防汛。", "已检查 2 个单位，已向 2 个单位反馈，1 个单位没有检查", "原因：山体滑坡，道路中断。",
			"共发现问题 2 条：严重 0 条，较重 2 条，一般 0 条", "宣传|4.1|村有宣传栏|0|0|2|0|", "领导重视|1.2|有分管领导|0|1|0|1|", "已立为整改事项 2 条，其中已销号 1 条；没有立项 0 条", "收到异议 1 件，已答复 1 件", "答复维持：现场确无宣传栏。", "2018-0001"} {
			if !strings.Contains(got, s) {
				t.Errorf("the report does not say %q:\n%s", s, got)
			}
		}
		if strings.Contains(got, "%") {
			t.Error("the report has a percentage")
		}
		paper := text(desk.Must(o.FeedbackPaper(desk.As(r), r, v.ID))(t))
		if !strings.Contains(paper, "至2018年6月9日") {
			t.Errorf("the paper does not say the last day: %s", paper)
		}

		// A re-check after the plan was closed.
		again := desk.Must(o.Recheck(desk.As(c), c, v.ID))(t)
		y := desk.Must(o.Visit(desk.As(m), m, again))(t)
		if len(y.Lines) != 1 || len(y.Lines[0].Lines) != 1 || y.Lines[0].Lines[0].Code != "f1" {
			t.Fatalf("re-check lines %+v", y.Lines)
		}
		desk.Must(o.Record(desk.As(m), m, again, Note{Version: 1, Day: period.MustDay("2018-06-10"), Visitors: "专班", Answers: map[string]Answer{"f1": {Mark: Met}}}))(t)
		desk.OK(t, o.FeedBack(desk.As(m), m, again, 2, "已补设", ""))
		if got := text(desk.Must(o.Report(desk.As(c), c, id))(t)); !strings.Contains(got, "已整改 1 条") {
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
		_, e1 := o.SavePlan(desk.As(a), a, Plan{})
		_, e2 := o.AddUnits(desk.As(a), a, id, "township", "全部")
		_, e3 := o.DrawUnits(desk.As(a), a, id, Draw{})
		_, e4 := o.SaveList(desk.As(a), a, Starter())
		_, _, e5 := o.OpenItems(desk.As(a), a, v.ID)
		_, e6 := o.Recheck(desk.As(a), a, v.ID)
		return map[string]error{"plan": e1, "add": e2, "draw": e3, "list": e4, "items": e5, "recheck": e6, "pool": o.SetPool(desk.As(a), a, id, 1, Pool{}), "publish": o.Publish(desk.As(a), a, id), "close": o.Close(desk.As(a), a, id),
			"cancel": o.Cancel(desk.As(a), a, id, "x"), "issue": o.Issue(desk.As(a), a, id), "drop": o.Drop(desk.As(a), a, visits[1].ID, "x")}
	}
	for _, a := range []perm.Actor{m, l, r, stranger, o.reader(), o.auditor(), nobody} {
		for deed, err := range plan(a) {
			want(t, a.Name+" "+deed, err, fault.Forbidden)
		}
	}
	write := func(a perm.Actor, kind fault.Kind) {
		_, err := o.Record(desk.As(a), a, visits[1].ID, Note{Version: 1})
		want(t, a.Name+" record", err, kind)
		want(t, a.Name+" feedback", o.FeedBack(desk.As(a), a, visits[1].ID, 1, "x", ""), kind)
		want(t, a.Name+" amend", o.Amend(desk.As(a), a, visits[1].ID, *problem()), kind)
		want(t, a.Name+" strike", o.Strike(desk.As(a), a, visits[1].ID, 1), kind)
		want(t, a.Name+" photo", o.AddPhoto(desk.As(a), a, visits[1].ID, 1, Upload{}), kind)
		want(t, a.Name+" drop photo", o.DropPhoto(desk.As(a), a, visits[1].ID, 1), kind)
	}
	write(o.other(), fault.Missing)    // a member who is not in the team does not know of it
	write(o.second(), fault.Forbidden) // the office sees it, but is not in the team
	for _, a := range []perm.Actor{l, r, stranger, o.reader(), nobody} {
		write(a, fault.Forbidden)
	}
	for _, a := range []perm.Actor{stranger, o.reader(), o.other()} {
		_, err := o.Visit(desk.As(a), a, v.ID)
		want(t, a.Name+" sees the visit", err, fault.Missing)
		_, _, err = o.PhotoFile(desk.As(a), a, v.ID, 1)
		want(t, a.Name+" sees a picture", err, fault.Missing)
		_, err = o.Show(desk.As(a), a, id)
		want(t, a.Name+" sees the plan", err, fault.Missing)
		if list := desk.Must(o.Plans(desk.As(a), a))(t); len(list) != 0 {
			t.Errorf("%s is shown %d plans", a.Name, len(list))
		}
		if list := desk.Must(o.Findings(desk.As(a), a, FindingFilter{}))(t); len(list) != 0 {
			t.Errorf("%s is shown %d findings", a.Name, len(list))
		}
		want(t, a.Name+" confirms", o.Confirm(desk.As(a), a, v.ID, ""), fault.Missing)
		want(t, a.Name+" objects", o.Object(desk.As(a), a, v.ID, 1, "x"), fault.Missing)
	}
	want(t, "the office confirms for the unit", o.Confirm(desk.As(c), c, v.ID, ""), fault.Forbidden)
	want(t, "the leader objects for the unit", o.Object(desk.As(l), l, v.ID, 1, "x"), fault.Forbidden)
	for _, a := range []perm.Actor{o.auditor(), nobody} {
		_, err := o.Visit(desk.As(a), a, v.ID)
		want(t, a.Name+" sees the visit", err, fault.Forbidden)
	}

	// The unit sees its own visit and not those of others; the draw is not published.
	w := desk.Must(o.Show(desk.As(r), r, id))(t)
	if len(w.Visits) != 1 || len(w.Draws) != 0 || len(w.Repeats) != 0 {
		t.Errorf("the unit sees %d visits and %d draws", len(w.Visits), len(w.Draws))
	}
	if list := desk.Must(o.Findings(desk.As(r), r, FindingFilter{}))(t); len(list) != 1 {
		t.Errorf("the unit sees %d findings, want its own", len(list))
	}
	_, err := o.Report(desk.As(r), r, id)
	want(t, "the report before it is issued", err, fault.Missing)
	if list := desk.Must(o.Findings(desk.As(l), l, FindingFilter{}))(t); len(list) != 1 {
		t.Errorf("the leader sees %d findings", len(list))
	}
	if list := desk.Must(o.Mine(desk.As(r), r))(t); len(list) != 1 {
		t.Errorf("%d visits of the own unit", len(list))
	}
	if list := desk.Must(o.Mine(desk.As(stranger), stranger))(t); len(list) != 0 {
		t.Errorf("a stranger has %d visits", len(list))
	}
	_, err = o.Mine(desk.As(l), l)
	want(t, "a leader has no own unit", err, fault.Forbidden)

	// Whoever took part stays away from the objection.
	desk.OK(t, o.Object(desk.As(r), r, v.ID, 1, "不符事实"))
	obj := desk.Must(o.Visit(desk.As(r), r, v.ID))(t).Objections[0]
	want(t, "the unit rules", o.Rule(desk.As(r), r, v.ID, obj.ID, 1, Withdrawn, "x"), fault.Forbidden)
	partial := m
	partial.Posts = append(partial.Posts, perm.Post{ID: 9, Role: perm.Office, Unit: post})
	want(t, "a visitor rules", o.Rule(desk.As(partial), partial, v.ID, obj.ID, 1, Withdrawn, "x"), fault.Forbidden)
	desk.OK(t, o.Rule(desk.As(l), l, v.ID, obj.ID, 1, Withdrawn, "查证属实"))
	if list := desk.Must(o.Findings(desk.As(l), l, FindingFilter{}))(t); len(list) != 0 {
		t.Error("the withdrawn finding is still listed")
	}

	// After the report is issued others see what was found, but no pictures.
	for _, y := range visits[1:] {
		desk.OK(t, o.Drop(desk.As(c), c, y.ID, "不再需要"))
	}
	desk.OK(t, o.Close(desk.As(c), c, id))
	desk.OK(t, o.Issue(desk.As(c), c, id))
	if _, err := o.Visit(desk.As(stranger), stranger, v.ID); err != nil {
		t.Errorf("after the report: %v", err)
	}
	if _, err := o.Report(desk.As(o.reader()), o.reader(), id); err != nil {
		t.Errorf("after the report: %v", err)
	}
}

func TestASecondInspectionOnTheSameThemeIsWarnedOf(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	_, visits := o.drawn("宣传 工作")
	o.visited(visits[0])
	id := o.planned("宣传工作。")
	c := o.chief()
	w := desk.Must(o.Show(desk.As(c), c, id))(t)
	if len(w.Repeats) != 1 || w.Repeats[0].Unit != visits[0].Unit {
		t.Errorf("repeats %+v, want %d", w.Repeats, visits[0].Unit)
	}
	other := o.planned("禁种铲毒")
	if w := desk.Must(o.Show(desk.As(c), c, other))(t); len(w.Repeats) != 0 {
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
	w := desk.Must(o.Show(desk.As(c), c, id))(t)
	l := w.List
	if len(l.Blocks) != 6 || l.Blocks[0].Name != "领导重视" || l.Blocks[5].Name != "禁种铲毒" || len(l.Blocks[1].Lines) != 0 {
		t.Fatalf("starter %+v", l.Blocks)
	}
	l.Blocks[0] = parseBlock("领导重视", "党委会议研究过禁毒工作｜查记录\n新的一项 | 看 | 文件\n\n")
	desk.Must(o.SaveList(desk.As(c), c, l))(t)
	_, err := o.SaveList(desk.As(c), c, l) // still edition 1 in hand
	want(t, "a second editor", err, fault.Conflict)
	if w = desk.Must(o.Show(desk.As(c), c, id))(t); w.List.Edition != 1 || len(w.List.Blocks[0].Lines) != 2 {
		t.Error("a saved checklist changed under the plan")
	}
	now := desk.Must(o.List(desk.As(c), c, l.ID, 0))(t)
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
	desk.OK(t, err)
	o.reg = next
	o.clock.Set("2018-05-21")
	c, heir := o.chief(), o.town(town6)
	if _, err := o.Visit(desk.As(heir), heir, v.ID); err != nil {
		t.Fatalf("the successor does not see the visit: %v", err)
	}
	desk.OK(t, o.Confirm(desk.As(heir), heir, v.ID, ""))
	open := o.joints.OpenItem
	o.joints.OpenItem = func(*sqldb.Tx, perm.Actor, work.Draft) (work.Item, error) {
		return work.Item{}, fault.New(fault.Conflict, "不行")
	}
	_, _, err = o.OpenItems(desk.As(c), c, v.ID)
	want(t, "a refused item", err, fault.Conflict)
	if f := desk.Must(o.Findings(desk.As(c), c, FindingFilter{State: "none"}))(t); len(f) != 1 {
		t.Errorf("%d findings without item, want 1", len(f))
	}
	o.joints.OpenItem = open
	items, _, err := o.OpenItems(desk.As(c), c, v.ID)
	desk.OK(t, err)
	if len(items) != 1 || items[0].Lead != town6 {
		t.Errorf("items %+v, want one of the successor %d", items, town6)
	}
}

func TestLongWordsAreRefused(t *testing.T) {
	f := *problem()
	desk.OK(t, f.Check())
	f.Demand = strings.Repeat("改", 201)
	want(t, "a demand longer than the standard of an item", f.Check(), fault.Invalid)
	f = *problem()
	f.Text = strings.Repeat("问", 501)
	want(t, "a long finding", f.Check(), fault.Invalid)
}
