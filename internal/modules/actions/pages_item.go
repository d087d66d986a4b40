package actions

import (
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/work"
)

// stepView is one station on the way of an item.
type stepView struct {
	Label string
	Done  bool
	Now   bool
}

type partyView struct {
	Unit     string
	Gone     bool // the unit is no more, and none stands for it
	Lead     bool
	State    string
	Tag      string
	Feedback []feedbackView
}

type feedbackView struct {
	Text  []string // lines
	By    string
	At    string
	Round string
	Files []fileView
}

type fileView struct {
	Name, Path, Size string
	Hash             string
	On               bool
}

type entryView struct {
	At, By, Post, Deed, Move, Unit, Reason, Note string
}

type raisedView struct{ Step, At, Deadline string }

type extensionView struct {
	Old, New, By, At, Reason, State, Tag, Decider, Remark string
}

type slipView struct {
	Number, Level, Colour, At, By, DOCX, PDF string
}

type effectView struct {
	Name, Unit, Path, Says, Note string
	Points                       []pointView
}

type pointView struct {
	Label, Period, Text string
	Light               measure.Light
	Word                string
}

// itemView is the page of one item.
type itemView struct {
	No, Title       string
	Urgent          bool
	Light           measure.Light
	LightWord, Why  string
	Override        string // who set the light, and why
	OverrideWaits   string
	Steps           []stepView
	State           string
	Next            string
	Content         []string
	Standard        string
	Source          string
	SourcePath      string
	Lead, Assist    string
	Force           string
	Opened          string
	Deadline        string
	Moved           string // why the deadline is not the day that was asked for
	First           string
	Ended, Ending   string
	Returned, Round int
	Parties         []partyView
	Evidence        bool
	Forms           []formView
	Say             string   // what went wrong
	List            []string // all of it
	Log             []entryView
	Extensions      []extensionView
	Slips           []slipView
	Documents       []fileView
	Effect          *effectView
	Raised          []raisedView // escalation
	Unknown         bool         // days off of the deadline's year are not published
	Kept            bool         // what was typed stands in its form again
	Lost            []string     // what was typed for a form that is no longer offered
	EditPath        string
	ApprovePath     string
	NoPrint         bool
	MayMine         bool
}

// formView is the short form of one deed.
type formView struct {
	Deed, Path           string
	Label, Button, Hint  string
	Open, Danger         bool
	Confirm              string
	Version              int64
	Unit, UnitName       string
	AskReason            bool
	ReasonLabel          string
	ReasonNeed           bool
	Reason               string
	AskDay               bool
	DayLabel, Day        string
	DayNeed              bool
	AskPaper             bool
	Paper                string
	AskFile              bool
	FileLabel            string
	Held                 []fileView
	TickField, TickLabel string
	Ticks                []option
	AskWhy               bool
	Why                  string
	SelectField          string
	SelectLabel          string
	Options              []option
	F                    map[string][]string
}

// Ticked tells whether the part of the form that is folded away holds something to see.
func (f formView) Ticked() bool {
	return f.Why != "" || len(f.F[f.TickField])+len(f.F["why"]) > 0 || slices.ContainsFunc(f.Ticks, func(o option) bool { return o.On })
}

// station gives the place of a state on the way.
func station(s work.State) int {
	return map[work.State]int{work.Proposed: 0, work.Assigned: 1, work.Working: 2, work.Answered: 3, work.Verified: 4, work.Closed: 5}[s]
}

func stations(x lens, a *Action) []stepView {
	if a.State == work.Abandoned {
		return []stepView{{Label: x.say("立项"), Done: a.No != ""}, {Label: x.Text(work.Abandoned.Text()), Now: true}}
	}
	labels := []string{"立项", "交办签收", "办理反馈", "核验", "办结销号"}
	at := station(a.State)
	var out []stepView
	for i, l := range labels {
		out = append(out, stepView{Label: x.Text(l), Done: at > i, Now: at == i})
	}
	return out
}

// next tells who is to do what.
func next(x lens, a *Action) string {
	switch a.State {
	case work.Proposed:
		return x.say("下一步：禁毒办核定来源、标准、单位和期限，批准立项")
	case work.Assigned:
		return x.say("下一步：%s签收，或说明理由退回", x.unit(a.Lead()))
	case work.Working:
		var names []string
		for _, p := range a.Parties {
			if !p.Settled() {
				names = append(names, x.unit(p.Unit))
			}
		}
		return x.say("下一步：等待%s填报办理情况", strings.Join(names, x.say("、")))
	case work.Answered:
		return x.say("下一步：没有经手办理的人核验")
	case work.Verified:
		return x.say("下一步：禁毒办销号")
	}
	return ""
}

func newItemView(x lens, w *Whole, source bool) itemView {
	a := &w.Action
	v := itemView{No: a.No, Title: a.Title, Urgent: a.Urgent, Light: w.Standing.Light, LightWord: x.light(w.Standing.Light), Why: w.Standing.Why(x.Text),
		Steps: stations(x, a), State: x.Text(a.State.Text()), Next: next(x, a), Content: x.writtenAll(beside(a.Title, lines(a.Content))), Standard: a.Standard,
		Source: x.source(a.Source), Lead: x.unit(a.Lead()), Assist: x.units(a.Assist()), Opened: dayText(a.Opened), Deadline: dayText(a.Deadline),
		First: "", Ended: dayText(a.Ended), Ending: a.Ending, Returned: a.Returned, Round: a.Round, Evidence: w.Evidence}
	if source {
		v.SourcePath = a.Source.Path
	}
	if a.Force != 0 {
		v.Force = x.unit(a.Force)
	}
	if a.Asked != 0 && a.Asked != a.Deadline {
		v.Moved = x.say("%s 是休息日，顺延到下一个工作日", a.Asked)
	}
	if a.First != 0 && a.First != a.Deadline {
		v.First = dayText(a.First)
	}
	if o := a.Override; o.Light != "" && a.State.Open() {
		if o.InForce() {
			v.Override = x.say("人工定为%s，提请人 %s，批准人 %s。理由：%s。自动计算为%s（%s）。", x.light(o.Light), o.Name, o.Approver, o.Reason, x.light(w.Standing.Computed), v.Why)
			v.Why = x.say("人工定灯")
		} else {
			v.OverrideWaits = x.say("%s 提请人工定为%s，等待另一人批准。理由：%s", o.Name, x.light(o.Light), o.Reason)
		}
	}
	if !a.State.Open() {
		v.Why = ""
	}
	v.parties(x, w)
	for i := len(w.Log) - 1; i >= 0; i-- {
		v.Log = append(v.Log, x.entry(w.Log[i]))
	}
	for i := len(w.Steps) - 1; i >= 0; i-- {
		v.Raised = append(v.Raised, raisedView{x.Text(stepText(w.Steps[i].No)), stamp(w.Steps[i].At), dayText(w.Steps[i].Deadline)})
	}
	for _, e := range w.Extensions {
		state, tag := "等待决定", "warn"
		switch e.Granted {
		case 1:
			state, tag = "同意", "good"
		case 0:
			state, tag = "不同意", "bad"
		}
		v.Extensions = append(v.Extensions, extensionView{Old: dayText(e.Old), New: dayText(e.New), By: e.Name, At: stamp(e.At), Reason: e.Reason, State: x.Text(state), Tag: tag,
			Decider: e.DeciderName, Remark: x.Text(e.Remark)})
	}
	for _, s := range w.Slips {
		v.Slips = append(v.Slips, slipView{Number: s.Number, Level: x.Text(s.Level.Text()), Colour: string(s.Level), At: stampDay(s.At), By: s.Name, DOCX: slipPath(s, "docx"), PDF: slipPath(s, "pdf")})
	}
	for _, f := range w.Documents {
		v.Documents = append(v.Documents, newFileView(a.ID, f))
	}
	v.Effect = newEffectView(x, w.Effect, a)
	return v
}

func (v *itemView) parties(x lens, w *Whole) {
	a := &w.Action
	for _, p := range a.Parties {
		pv := partyView{Unit: x.unit(p.Unit), Lead: p.Lead}
		switch {
		case p.Done:
			pv.State, pv.Tag = x.say("已反馈"), "good"
		case p.Waived != "":
			pv.State, pv.Tag = x.say("无须反馈"), ""
			if t := strings.TrimSpace(p.Waived); t != "" {
				pv.State += x.say("：") + t
			}
		case a.State == work.Working:
			pv.State, pv.Tag = x.say("待反馈"), "warn"
		}
		for i := len(w.Feedback) - 1; i >= 0; i-- {
			f := w.Feedback[i]
			if f.Unit != p.Unit {
				continue
			}
			fv := feedbackView{Text: lines(f.Text), By: strings.TrimSpace(f.Name + " " + x.Last(f.Post)), At: stamp(f.At)}
			if f.Round < a.Round {
				fv.Round = x.say("第 %d 轮", f.Round)
			}
			for _, file := range f.Files {
				fv.Files = append(fv.Files, newFileView(a.ID, file))
			}
			pv.Feedback = append(pv.Feedback, fv)
		}
		v.Parties = append(v.Parties, pv)
	}
}

func newFileView(item int64, f File) fileView {
	return fileView{Name: f.Name, Path: filePath(item, f), Size: sizeText(f.Size), Hash: f.Hash}
}

// sizeText gives a size as people read it.
func sizeText(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", (n+1023)>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

// beside leaves out a content that only says the title once more.
func beside(title string, content []string) []string {
	if len(content) == 1 && strings.TrimSuffix(content[0], "。") == strings.TrimSuffix(title, "。") {
		return nil
	}
	return content
}

// lines cuts a text into its lines, without empty ones.
func lines(s string) []string {
	var out []string
	for _, l := range strings.Split(s, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

func (x lens) entry(e Entry) entryView {
	v := entryView{At: stamp(e.At), By: x.Text(e.Name), Post: x.Last(e.Post), Deed: x.Text(e.Deed.Label()), Reason: e.Reason, Note: e.Note}
	if e.Deed == Escalate {
		v.Note = x.Text(e.Note)
	}
	if _, err := period.ParseDay(e.Note); err == nil && e.Deed != AskExtension {
		v.Note = x.say("截止 %s", e.Note)
	}
	if e.Deed == AskLight || e.Deed == ApproveLight || e.Deed == EndLight {
		v.Note = x.light(measure.Light(e.Note))
	}
	if e.Before != e.After && e.Before != "" {
		v.Move = x.Text(e.Before.Text()) + " → " + x.Text(e.After.Text())
	}
	if name := x.then(e.Unit); e.Unit != 0 && !strings.HasPrefix(v.Post, name+" ") { // the post says it already
		v.Unit = name
	}
	return v
}

func newEffectView(x lens, e *Effect, a *Action) *effectView {
	if e == nil {
		return nil
	}
	v := &effectView{Name: x.Pick(e.Name, e.NameEN), Unit: e.Unit, Path: e.Path}
	if e.Opening.Period.IsZero() {
		return v
	}
	format, args := e.Says(a.State == work.Closed, x.period)
	v.Says = x.say(format, args...)
	if e.Improved == "worse" && a.State == work.Closed {
		v.Note = x.say("该指标又亮了比立项时更差的灯，可以考虑重新启动这件事项。")
	}
	add := func(label string, p Point) {
		if p.OK || label == "立项时" {
			v.Points = append(v.Points, pointView{Label: x.Text(label), Period: x.period(p.Period), Text: p.said(), Light: p.Light, Word: x.light(p.Light)})
		}
	}
	add("立项时", e.Opening)
	add("销号时", e.Closing)
	add("最新", e.Newest)
	return v
}

// form begins the form of a deed.
func form(x lens, a *Action, d Deed) formView {
	r := ruleOf(d)
	return formView{Deed: string(d), Path: deedPath(a.ID, d), Label: x.Text(r.Label), Button: x.Text(r.Label), Version: a.Version, F: map[string][]string{},
		AskReason: r.Needs&Reason != 0, ReasonNeed: r.Needs&Reason != 0, ReasonLabel: x.say("理由"), AskDay: r.Needs&NewDay != 0, DayNeed: r.Needs&NewDay != 0, DayLabel: x.say("新的截止日"),
		AskPaper: r.Needs&Paper != 0, AskFile: r.Needs&Evidence != 0, FileLabel: x.say("文件")}
}

// formFor lays out the form of a deed for an item; units are those the reader may act for.
func formFor(x lens, w *Whole, d Deed, unit org.UnitID, waits bool) formView {
	a := &w.Action
	f := form(x, a, d)
	f.Open = waits
	switch d {
	case Sign:
		f.Hint = x.say("签收后开始办理；不该由本单位承办的，请退回并说明理由。")
	case HandBack:
		f.Hint = x.say("退回后由禁毒办重新交办，编号不变。")
	case Recall:
		f.Hint = x.say("收回后改由别的单位承办，编号不变。")
	case FileFeedback:
		f.Label = x.say("填报办理情况（%s）", x.unit(unit))
		f.Unit, f.UnitName = x.code(unit), x.unit(unit)
		f.ReasonLabel = x.say("办理情况")
		f.AskFile, f.FileLabel = true, x.say("佐证材料（图片、PDF、docx、xlsx，每个不超过 20 MB，可多选）")
		if i := a.party(unit); i >= 0 && a.Parties[i].Lead {
			f.Hint = x.say("牵头单位至少附一份佐证材料；各单位都反馈后转核验。")
			if a.State == work.Working {
				f.Ticks, f.TickField, f.TickLabel = undone(x, a), "waive", x.say("无须反馈的协办单位")
				f.AskWhy = len(f.Ticks) > 0
			}
		}
	case Waive:
		f.Ticks, f.TickField, f.TickLabel = undone(x, a), "waive", x.say("无须反馈的协办单位")
	case AskExtension:
		f.Hint = x.say("最迟在截止日当天申请；原定截止日一直显示。")
		f.DayLabel = x.say("希望延到")
	case Grant:
		f.AskDay, f.DayLabel = true, x.say("延到（可改）")
		f.AskReason, f.ReasonNeed, f.ReasonLabel = true, false, x.say("意见（可不填）")
		for _, e := range w.Extensions {
			if e.Granted < 0 {
				f.Day = dayText(e.New)
			}
		}
	case Verify:
		f.AskReason, f.ReasonNeed, f.ReasonLabel = true, false, x.say("核验意见（可不填）")
		f.Hint = x.say("请对照完成标准逐项核对佐证材料。标准：%s", a.Standard)
	case SendBack:
		for _, u := range a.Assist() {
			f.Ticks = append(f.Ticks, option{Value: x.code(u), Label: x.unit(u)})
		}
		f.TickField, f.TickLabel = "redo", x.say("也要重新反馈的协办单位")
	case Close:
		f.AskReason, f.ReasonNeed, f.ReasonLabel = true, false, x.say("销号意见（可不填）")
	case Reopen:
		f.Hint = x.say("回潮、反弹或销号有误时重新启动；编号和历史不变，各单位重新反馈。")
	case Abandon:
		f.Danger, f.Confirm = true, x.say("终止后不能恢复，确定吗？")
		f.FileLabel = x.say("依据文件（扫描件）")
	case AskLight:
		f.SelectField, f.SelectLabel = "light", x.say("定为")
		for _, l := range []measure.Light{measure.Green, measure.Yellow, measure.Red, measure.Grey} {
			f.Options = append(f.Options, option{Value: string(l), Label: x.light(l)})
		}
		f.Hint = x.say("灯由系统按截止日计算；人工定灯要写理由、由另一人批准，并一直标明。")
	case Decline:
		f.Danger = true
	}
	if f.AskFile {
		for _, h := range w.Held {
			f.Held = append(f.Held, fileView{Name: h.Name, Size: sizeText(h.Size), Hash: h.Hash, On: true})
		}
	}
	return f
}

func undone(x lens, a *Action) []option {
	var out []option
	for _, p := range a.Parties {
		if !p.Lead && !p.Settled() {
			out = append(out, option{Value: x.code(p.Unit), Label: x.unit(p.Unit)})
		}
	}
	return out
}

// formOrder is the order of the deeds on the page of an item: what leads on comes first.
func formOrder() []Deed {
	return []Deed{Sign, FileFeedback, Grant, Refuse, Verify, Close, ApproveLight, AskExtension, Waive, HandBack, SendBack, IssueSlip, Recall, Decline, AskLight, EndLight, Reopen, Abandon}
}

// possible tells whether a deed makes sense for an item beyond its state: there is something to
// decide, to waive, to end.
func possible(d Deed, a *Action, today period.Day, set Settings, st Standing) bool {
	if !slices.Contains(ruleOf(d).From, a.State) {
		return false
	}
	switch d {
	case Grant, Refuse:
		return a.Extending
	case AskExtension:
		return !a.Extending && today <= a.Deadline
	case Waive:
		return slices.ContainsFunc(a.Parties, func(p Party) bool { return !p.Lead && !p.Settled() })
	case Recall:
		return !a.Extending
	case Decline:
		return a.No == ""
	case AskLight:
		return a.Override.Light == ""
	case ApproveLight:
		return a.Override.Light != "" && a.Override.Approver == ""
	case EndLight:
		return a.Override.Light != ""
	case IssueSlip:
		return slices.ContainsFunc(Levels(), func(l Level) bool { return fits(l, a, st) })
	}
	return true
}
