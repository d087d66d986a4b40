package actions

import (
	"fmt"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/docgen"
)

// A Level is the colour of a slip (督办单).
type Level string

// The levels.
const (
	BlueSlip   Level = "blue"   // the deadline is near
	YellowSlip Level = "yellow" // behind, or sent back
	RedSlip    Level = "red"    // overdue
)

// Levels lists the levels from mild to grave.
func Levels() []Level { return []Level{BlueSlip, YellowSlip, RedSlip} }

// Text names the level in Chinese.
func (l Level) Text() string {
	return map[Level]string{BlueSlip: "蓝色督办单", YellowSlip: "黄色督办单", RedSlip: "红色督办单"}[l]
}

// Occasion says in Chinese when the level is issued.
func (l Level) Occasion() string {
	return map[Level]string{BlueSlip: "临近截止日", YellowSlip: "进度滞后或被退回", RedSlip: "逾期"}[l]
}

// A Slip is one slip that was issued: what stood in it is kept, so that it prints the same for ever.
type Slip struct {
	Item      int64
	Round     int
	Level     Level
	Year, Seq int
	Number    string // "茶禁督〔2018〕3号"
	At        string // RFC 3339
	Account   string
	Name      string
	Body      SlipBody
}

// numberText writes the number of a slip as official documents do.
func numberText(prefix string, year, seq int) string {
	return fmt.Sprintf("%s〔%d〕%d号", prefix, year, seq)
}

// A SlipBody is what a slip says, in Chinese, as of the day it was issued.
type SlipBody struct {
	No       string
	Title    string
	Content  string
	Standard string
	Source   string
	Lead     string
	Assist   []string
	Deadline string // "2018年5月11日"
	First    string
	State    string
	Why      string
	Demands  []string
	Office   string
	Day      string // of issue
	Reply    string // day by which an answer is asked
}

// slipFor tells which slip the standing of an item calls for, "" for none.
func slipFor(a *Action, st Standing) Level {
	switch {
	case !a.withUnits():
		return ""
	case st.Light == measure.Red:
		return RedSlip
	case st.Light == measure.Yellow && st.Behind:
		return YellowSlip
	case st.Light == measure.Yellow:
		return BlueSlip
	}
	return ""
}

// fits tells whether a level may be issued by the standing: a blue slip may also be issued beside
// a yellow one, a red one only when the deadline has passed.
func fits(l Level, a *Action, st Standing) bool {
	if !a.withUnits() {
		return false
	}
	switch l {
	case BlueSlip:
		return st.Near && st.Overdue == 0
	case YellowSlip:
		return st.Behind && st.Overdue == 0 || a.SentBack
	case RedSlip:
		return st.Overdue > 0
	}
	return false
}

// demands lists what a slip asks for.
func demands(l Level, a *Action, deadline, reply period.Day) []string {
	switch l {
	case BlueSlip:
		return []string{fmt.Sprintf("请对照完成标准抓紧办理，于%s前填报办理情况并附佐证材料。", deadline.Chinese()),
			"确有困难不能按期完成的，请在截止日前申请延期并说明理由。"}
	case YellowSlip:
		return []string{fmt.Sprintf("请单位负责人过问，查明滞后原因，于%s前书面说明进展和下一步措施。", reply.Chinese()),
			fmt.Sprintf("请于%s前完成并填报办理情况，附佐证材料。", deadline.Chinese())}
	}
	return []string{fmt.Sprintf("请单位主要负责人亲自督办，于%s前完成并填报办理情况，附佐证材料。", reply.Chinese()),
		"请同时书面说明逾期原因和责任落实情况。"}
}

// NewSlipDocument lays a slip out as a letter (DOC-30, DOC-44): what belongs together stands in one
// paragraph, so that a usual slip and its signature fit the page.
func NewSlipDocument(s Slip) *docgen.Document {
	b := s.Body
	line := func(parts ...string) (p docgen.Paragraph) { // labels and texts in turn
		for i := 0; i+1 < len(parts); i += 2 {
			p.Runs = append(p.Runs, docgen.Run{Text: parts[i] + "：", Role: docgen.Heiti}, docgen.Run{Text: strings.TrimRight(parts[i+1], "。") + "。"})
		}
		return p
	}
	d := &docgen.Document{Kind: docgen.Letter, Mark: b.Office, Number: s.Number, Title: s.Level.Text(), To: append([]string{b.Lead}, b.Assist...),
		Sign: &docgen.Signature{Unit: b.Office, Day: b.Day, Sealed: true},
		Meta: docgen.Meta{Subject: s.Level.Text() + " " + b.No, Author: b.Office, Made: s.At}}
	d.Body = append(d.Body, docgen.Say(fmt.Sprintf("下列事项%s，现予督办。", s.Level.Occasion())), line("事项", b.No+" "+b.Title, "完成标准", b.Standard))
	if b.Content != "" && strings.TrimRight(b.Content, "。") != strings.TrimRight(b.Title, "。") {
		for i, p := range strings.Split(b.Content, "\n") {
			if p = strings.TrimSpace(p); p == "" {
				continue
			}
			if i == 0 {
				d.Body = append(d.Body, line("内容", p))
			} else {
				d.Body = append(d.Body, docgen.Say(p))
			}
		}
	}
	d.Body = append(d.Body, line("来源", b.Source))
	deadline := b.Deadline
	if b.First != "" {
		deadline += fmt.Sprintf("（原定%s）", b.First)
	}
	d.Body = append(d.Body, line("截止日", deadline, "目前状态", b.State+"，"+b.Why))
	for i, x := range b.Demands {
		x = fmt.Sprintf("%d. %s", i+1, x)
		if i == 0 {
			d.Body = append(d.Body, line("要求", x))
			continue
		}
		d.Body = append(d.Body, docgen.Say(x))
	}
	return d
}
