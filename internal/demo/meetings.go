package demo

import (
	"fmt"
	"strings"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/actions"
	"kaiyang/internal/modules/meetings"
)

// unit finds a unit by its code.
func (b *builder) unit(code string) org.UnitID {
	id, _ := b.o.Units.Register().ByCode(code)
	return id
}

// invited lists the posts of the dispatch meeting: leaders, the office, the task forces.
func (b *builder) invited() (out []int64, err error) {
	list, err := b.o.Accounts.ListPosts(b.ctx, b.o.Operator())
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		switch p.Role {
		case perm.Leader, perm.Office, perm.Member:
			out = append(out, p.ID)
		}
	}
	return out, nil
}

// meeting holds the dispatch meeting of the second half of April: the agenda that the data propose,
// its frozen pack, decisions, and one matter put off.
func (b *builder) meeting() error {
	b.clock.set("2018-04-20", 9)
	ctx, office := b.as("office")
	posts, err := b.invited()
	if err != nil {
		return err
	}
	set, err := b.o.Actions.Settings(ctx)
	if err != nil {
		return err
	}
	set.Prefix = "开禁督"
	if err := b.o.Actions.SaveSettings(ctx, office, set); err != nil {
		return err
	}
	series, err := b.o.Meetings.SaveSeries(ctx, office, meetings.Series{Name: "禁毒人民战争指挥部调度会", Rhythm: meetings.HalfMonthly, Day: 11, Shift: meetings.Later, Time: "09:00", Place: "县政法委三楼会议室（演示）",
		Host: b.unit("ZHB"), Chair: "指挥长", Posts: posts, From: period.MustDay("2018-04-16")})
	if err != nil {
		return err
	}
	b.series = series
	id, err := b.o.Meetings.Plan(ctx, office, series, period.MustParse("2018-04b"), 0)
	if err != nil {
		return err
	}
	b.clock.set("2018-04-25", 15)
	if _, err := b.o.Meetings.TakeUp(ctx, office, id, nil); err != nil {
		return err
	}
	later, err := b.o.Meetings.AddTopic(ctx, office, id, "春季禁种铲毒踏查安排", "四月底前完成第一轮踏查", b.unit("ZB5"))
	if err != nil {
		return err
	}
	if err := b.o.Meetings.Invite(ctx, office, id); err != nil {
		return err
	}
	if _, err := b.o.Meetings.Prepare(ctx, office, id, nil); err != nil {
		return err
	}
	b.clock.set("2018-04-26", 9)
	if err := b.o.Meetings.Move(ctx, office, id, meetings.Running, ""); err != nil {
		return err
	}
	w, err := b.o.Meetings.Show(ctx, office, id)
	if err != nil {
		return err
	}
	present := map[int64]string{}
	for i, s := range w.Seats {
		if i%7 != 5 || s.Role != perm.Member {
			present[s.Post] = ""
		}
	}
	if err := b.o.Meetings.CallRoll(ctx, office, id, present); err != nil {
		return err
	}
	towns := b.places(org.Township)
	red := int64(0) // the first topic about an indicator
	for _, t := range w.Topics {
		if t.Code != "" && red == 0 {
			red = t.ID
		}
	}
	for _, d := range []meetings.Decision{
		{Topic: red, Kind: meetings.Assignment, Text: "逐人核对应安置就业人员台账，查清与就业部门数据不一致的原因并补录。", Lead: b.unit(towns[0].Code), Assist: []org.UnitID{b.unit(towns[1].Code)}, Deadline: period.MustDay("2018-05-09"), Standard: "核对表经专班核验，台账与就业部门一致"},
		{Kind: meetings.Assignment, Text: "补报四月上半月宣传活动台账，附活动照片。", Lead: b.unit(towns[4].Code), Deadline: period.MustDay("2018-05-07"), Standard: "台账和照片齐全"},
		{Kind: meetings.Assignment, Text: "制定“无毒害”示范单位省级验收迎检方案。", Lead: b.unit(towns[7].Code), Deadline: period.MustDay("2018-05-25"), Standard: "方案报禁毒办并经指挥部同意"},
		{Kind: meetings.Resolved, Text: "原则同意二季度宣传月活动方案，由全领域宣传氛围营造专班组织实施。"},
	} {
		if _, err := b.o.Meetings.Decide(ctx, office, id, d); err != nil {
			return err
		}
	}
	if w, err = b.o.Meetings.Show(ctx, office, id); err != nil {
		return err
	}
	for _, t := range w.Topics {
		d := meetings.Discussion{Version: t.Version, Outcome: meetings.Discussed}
		if t.ID == later {
			d = meetings.Discussion{Version: t.Version, Outcome: meetings.Put, Note: "踏查图斑未核实完，延至下次会议"}
		} else if t.ID == red {
			d.Note = "有关专班和乡镇说明了情况，主要是台账口径不一致。"
		}
		if err := b.o.Meetings.Discuss(ctx, office, id, t.ID, d); err != nil {
			return err
		}
	}
	b.clock.set("2018-04-26", 11)
	return b.o.Meetings.Move(ctx, office, id, meetings.Held, "")
}

// items moves what was assigned: one is closed, one is overdue, one waits to be signed for.
func (b *builder) items() error {
	w, err := b.lastMeeting()
	if err != nil {
		return err
	}
	towns := b.places(org.Township)
	var ids []int64
	for _, d := range w.Decisions {
		if d.Item != 0 {
			ids = append(ids, d.Item)
		}
	}
	if len(ids) != 3 {
		return fmt.Errorf("%d action items, want 3", len(ids))
	}
	b.clock.set("2018-04-27", 10)
	for i, code := range []string{towns[0].Code, towns[4].Code} {
		ctx, town := b.as(reporter(code))
		if err := b.o.Actions.Sign(ctx, town, ids[i]); err != nil {
			return err
		}
	}
	b.clock.set("2018-05-04", 16)
	for i, code := range []string{towns[1].Code, towns[0].Code} { // the assisting unit first
		ctx, town := b.as(reporter(code))
		r := actions.Report{Unit: b.unit(code), Text: "已逐人核对，差异已查清并补录，核对表附后（演示）。", Uploads: []actions.Upload{{Name: fmt.Sprintf("核对表%d.pdf", i+1), Content: paper("核对表（演示）")}}}
		if err := b.o.Actions.Report(ctx, town, ids[0], r); err != nil {
			return err
		}
	}
	b.clock.set("2018-05-07", 10)
	ctx, force := b.as("office2")
	seen, err := b.o.Actions.Look(ctx, force, ids[0])
	if err != nil {
		return err
	}
	if err := b.o.Actions.Verify(ctx, force, ids[0], seen.Action.Version, "核对表与台账一致"); err != nil {
		return err
	}
	b.clock.set("2018-05-08", 9)
	ctx, office := b.as("office")
	if seen, err = b.o.Actions.Look(ctx, office, ids[0]); err != nil {
		return err
	}
	if err := b.o.Actions.Close(ctx, office, ids[0], seen.Action.Version, ""); err != nil {
		return err
	}
	return b.o.Actions.Tick(b.ctx)
}

// next plans the meeting of the day after the demonstration's day and invites to it; its pack is
// left to the reader.
func (b *builder) next() error {
	b.clock.set("2018-05-09", 16)
	ctx, office := b.as("office")
	id, err := b.o.Meetings.Plan(ctx, office, b.series, period.MustParse("2018-05a"), 0)
	if err != nil {
		return err
	}
	if err := b.o.Meetings.Invite(ctx, office, id); err != nil {
		return err
	}
	for login, r := range map[string]meetings.Reply{"leader": {Version: 1, Answer: meetings.Coming}, "zb1": {Version: 1, Answer: meetings.Standin, Name: "演示代会人"}, "zb5": {Version: 1, Answer: meetings.Excused, Note: "省里培训"}} {
		ctx, a := b.as(login)
		if len(a.Posts) == 0 {
			return fmt.Errorf("%s holds no post", login)
		}
		if err := b.o.Meetings.AnswerInvite(ctx, a, id, a.Posts[0].ID, r); err != nil {
			return err
		}
	}
	return nil
}

// bulletin leaves the draft of April's bulletin.
func (b *builder) bulletin() error {
	b.clock.set("2018-05-10", 7)
	ctx, office := b.as("office")
	_, err := b.o.Reports.Make(ctx, office, "bulletin", "2018-04", b.unit(County))
	return err
}

func (b *builder) lastMeeting() (meetings.Whole, error) {
	ctx, office := b.as("office")
	m, err := b.o.Meetings.Latest(ctx, office, "2018-04b")
	if err != nil {
		return meetings.Whole{}, err
	}
	return b.o.Meetings.Show(ctx, office, m.ID)
}

// paper makes a PDF of one line, as evidence for the demonstration.
func paper(text string) []byte {
	var s strings.Builder
	s.WriteString("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n")
	at := s.Len()
	fmt.Fprintf(&s, "4 0 obj<</Title<FEFF")
	for _, r := range text {
		fmt.Fprintf(&s, "%04X", r)
	}
	s.WriteString(">>>endobj\n")
	start := s.Len()
	fmt.Fprintf(&s, "xref\n0 1\n0000000000 65535 f \n4 1\n%010d 00000 n \ntrailer<</Size 5/Root 1 0 R/Info 4 0 R>>\nstartxref\n%d\n%%%%EOF\n", at, start)
	return []byte(s.String())
}
