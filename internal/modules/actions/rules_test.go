package actions

import (
	"archive/zip"
	"bytes"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
)

// The way of WF-01..08 is written out here once more: from each state, each deed leads where this
// says, and every other deed is a Conflict.
func TestNoStateIsSkipped(t *testing.T) {
	way := map[work.State]map[Deed]work.State{
		"":            {Propose: work.Proposed},
		work.Proposed: {Approve: work.Assigned, Decline: work.Abandoned, Abandon: work.Abandoned, EditItem: "", Recalendar: ""},
		work.Assigned: {Sign: work.Working, HandBack: work.Proposed, Recall: work.Proposed, Abandon: work.Abandoned, EditItem: "", AskLight: "", ApproveLight: "", EndLight: "",
			IssueSlip: "", Recalendar: "", Escalate: ""},
		work.Working: {FileFeedback: "", Waive: "", AskExtension: "", Grant: "", Refuse: "", Recall: work.Proposed, Abandon: work.Abandoned, EditItem: "", AskLight: "", ApproveLight: "",
			EndLight: "", IssueSlip: "", Recalendar: "", Escalate: ""},
		work.Answered: {FileFeedback: "", Verify: work.Verified, SendBack: work.Working, Abandon: work.Abandoned, EditItem: "", AskLight: "", ApproveLight: "", EndLight: "", Recalendar: ""},
		work.Verified: {Close: work.Closed, SendBack: work.Working, Abandon: work.Abandoned, EditItem: "", AskLight: "", ApproveLight: "", EndLight: "", Recalendar: ""},
		work.Closed:   {Reopen: work.Working},
		// A leader's decision stands.
		work.Abandoned: {},
	}
	all := Action{Title: "办", Standard: "好", Deadline: day18("05-25"), Version: 3, Source: work.Source{Kind: work.ByHand, Text: "自行立项"}, Parties: []Party{{Unit: jia, Lead: true}}}
	given := doing{by: perm.Actor{Login: "x"}, reason: "因为", day: true, files: 1, paper: "文件", seen: 3, handlers: []string{"y"}}
	for state, leads := range way {
		for _, r := range Rules() {
			a := all.clone()
			a.State = state
			err := r.check(&a, given)
			to, ok := leads[r.Deed]
			if ok != (err == nil) || !ok && fault.KindOf(err) != fault.Conflict {
				t.Errorf("%s of an item that is %q: %v, want allowed %v", r.Deed, state, err, ok)
			}
			if ok && r.To != to {
				t.Errorf("%s of an item that is %q leads to %q, want %q", r.Deed, state, r.To, to)
			}
		}
	}
}

// What a deed needs is asked for, one by one.
func TestNeedsOfDeeds(t *testing.T) {
	full := doing{by: perm.Actor{Login: "x"}, reason: "因为", day: true, files: 1, paper: "文件", seen: 3, handlers: []string{"y"}}
	lacking := map[Need]struct {
		take func(*doing)
		kind fault.Kind
	}{
		Reason:    {func(d *doing) { d.reason = " \n" }, fault.Invalid},
		NewDay:    {func(d *doing) { d.day = false }, fault.Invalid},
		Evidence:  {func(d *doing) { d.files = 0 }, fault.Invalid},
		Paper:     {func(d *doing) { d.paper = "" }, fault.Invalid},
		Outsider:  {func(d *doing) { d.handlers = []string{"y", "x"} }, fault.Forbidden},
		InTime:    {func(d *doing) { d.late = true }, fault.Conflict},
		Unchanged: {func(d *doing) { d.seen = 2 }, fault.Conflict},
	}
	seen := map[Need]int{}
	for _, r := range Rules() {
		a := Action{State: r.From[0], Version: 3, Title: "办", Standard: "好", Deadline: day18("05-25"), Source: work.Source{Text: "检查"}, Parties: []Party{{Unit: jia, Lead: true}}}
		for n, lack := range lacking {
			d := full
			lack.take(&d)
			err := r.check(&a, d)
			if r.Needs&n == 0 {
				if err != nil {
					t.Errorf("%s does not need %d, got %v", r.Deed, n, err)
				}
				continue
			}
			seen[n]++
			if err == nil || fault.KindOf(err) != lack.kind {
				t.Errorf("%s without its need %d: %v, want kind %d", r.Deed, n, err, lack.kind)
			}
		}
	}
	for n := range lacking {
		if seen[n] == 0 {
			t.Errorf("no deed has the need %d", n)
		}
	}
	long := full
	long.reason = strings.Repeat("长", maxReason+1)
	if err := ruleOf(HandBack).check(&Action{State: work.Assigned}, long); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a reason too long: %v", err)
	}
}

// The colours at their boundaries, over the May holiday of 2018 (04-29 to 05-01 off, 04-28 worked).
func TestLightsAtTheirBoundaries(t *testing.T) {
	cal, set := testCalendar(t), DefaultSettings()
	item := func(s work.State, change func(*Action)) *Action {
		a := &Action{State: s, Assigned: day18("04-20"), Deadline: day18("05-04")} // a Friday
		if s == work.Assigned {
			a.Assigned = day18("04-27")
		}
		if change != nil {
			change(a)
		}
		return a
	}
	none := func(*Action) {}
	for _, c := range []struct {
		name  string
		a     *Action
		today string
		light measure.Light
		why   string
		over  int
	}{
		{"five days left", item(work.Working, none), "04-26", measure.Green, "还有 5 个工作日", 0},
		{"the worked Saturday counts", item(work.Working, none), "04-27", measure.Green, "还有 4 个工作日", 0},
		{"three left on the worked Saturday", item(work.Working, none), "04-28", measure.Yellow, "还有 3 个工作日到期", 0},
		{"days off change nothing", item(work.Working, none), "05-01", measure.Yellow, "还有 3 个工作日到期", 0},
		{"the day itself", item(work.Working, none), "05-04", measure.Yellow, "今天到期", 0},
		{"the Saturday after", item(work.Working, none), "05-05", measure.Red, "截止日已过", 1},
		{"the Monday after", item(work.Working, none), "05-07", measure.Red, "逾期 1 个工作日", 1},
		{"a week after", item(work.Working, none), "05-11", measure.Red, "逾期 5 个工作日", 5},
		{"not signed, two days", item(work.Assigned, func(a *Action) { a.Assigned = day18("04-23"); a.Deadline = day18("06-29") }), "04-25", measure.Green, "", 0},
		{"not signed, three days", item(work.Assigned, func(a *Action) { a.Assigned = day18("04-23"); a.Deadline = day18("06-29") }), "04-26", measure.Yellow, "交办 3 个工作日未签收", 0},
		{"sent back", item(work.Working, func(a *Action) { a.SentBack = true; a.Deadline = day18("06-29") }), "04-26", measure.Yellow, "被退回", 0},
		{"answered in time", item(work.Answered, func(a *Action) { a.Answered = day18("05-04") }), "05-20", measure.Green, "按期反馈", 0},
		{"answered late", item(work.Answered, func(a *Action) { a.Answered = day18("05-08") }), "05-20", measure.Yellow, "逾期 2 个工作日后反馈", 0},
		{"verified", item(work.Verified, func(a *Action) { a.Answered = day18("05-04") }), "06-20", measure.Green, "按期反馈", 0},
		{"proposed", item(work.Proposed, none), "05-20", measure.Grey, "尚未立项", 0},
		{"closed", item(work.Closed, none), "05-20", measure.Grey, "已销号", 0},
		{"abandoned", item(work.Abandoned, none), "05-20", measure.Grey, "已终止", 0},
		{"overridden", item(work.Working, func(a *Action) { a.Override = Override{Light: measure.Green, Approver: "某"} }), "05-11", measure.Green, "逾期 5 个工作日", 5},
		{"override not approved", item(work.Working, func(a *Action) { a.Override = Override{Light: measure.Green} }), "05-11", measure.Red, "逾期 5 个工作日", 5},
		{"closed in spite of an override", item(work.Closed, func(a *Action) { a.Override = Override{Light: measure.Red, Approver: "某"} }), "05-11", measure.Grey, "已销号", 0},
	} {
		got := stand(c.a, set, cal, day18(c.today))
		if got.Light != c.light || !strings.Contains(got.Why(nil), c.why) || got.Overdue != c.over {
			t.Errorf("%s: %s %q overdue %d, want %s %q %d", c.name, got.Light, got.Why(nil), got.Overdue, c.light, c.why, c.over)
		}
	}
	near := set
	near.Near = 5
	if got := stand(item(work.Working, none), near, cal, day18("04-26")); got.Light != measure.Yellow {
		t.Errorf("with a threshold of five days: %s, want yellow", got.Light)
	}
}

func zipped(names ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		w, _ := z.Create(n)
		w.Write([]byte("x"))
	}
	z.Close()
	return b.Bytes()
}

func TestWhatFilesAreEvidence(t *testing.T) {
	pngBytes := png("x").Content
	for _, c := range []struct {
		name    string
		content []byte
		says    string // "" is taken
	}{
		{"照片.PNG", pngBytes, ""}, {"a.jpg", []byte("\xff\xd8\xff\xe0 jpeg"), ""}, {"a.webp", []byte("RIFF0000WEBPVP8 "), ""}, {"扫描.pdf", []byte("%PDF-1.4 …"), ""},
		{"报告.docx", zipped("[Content_Types].xml", "word/document.xml"), ""}, {"台账.xlsx", zipped("xl/workbook.xml"), ""},
		{"照片.jpg", pngBytes, "内容与扩展名不符"}, {"程序.pdf", []byte("MZ…"), "内容与扩展名不符"}, {"a.docx", []byte("PK\x03\x04 broken"), "内容与扩展名不符"}, {"a.docx", zipped("xl/workbook.xml"), "内容与扩展名不符"},
		{"a.zip", zipped("a"), "不收压缩包"}, {"a.rar", []byte("Rar!"), "不收压缩包"}, {"a.doc", []byte("\xd0\xcf"), ".docx"}, {"a.et", []byte("\xd0\xcf"), ".xlsx"}, {"a.heic", []byte("x"), "JPG"},
		{"a.exe", []byte("MZ"), "不收"}, {"a.svg", []byte("<svg/>"), "不收"}, {"a.html", []byte("<html>"), "不收"}, {"没有扩展名", []byte("x"), "不收"},
		{"a.png", nil, "空的"}, {"a.png", append(slices.Clone(pngBytes), make([]byte, maxFile)...), "超过 20 MB"},
		{"a.xlsx", zipped("xl/workbook.xml", "xl/vbaProject.bin"), "宏"},
	} {
		_, err := mediaOf(Upload{c.name, c.content})
		if (c.says == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
	if got := fileName(`C:\a\../..` + "\x00" + `\夏.png`); got != "夏.png" {
		t.Errorf("file name %q", got)
	}
}
