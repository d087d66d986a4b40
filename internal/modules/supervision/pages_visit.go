package supervision

import (
	"fmt"
	"strconv"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/web"
)

// visitView is the page of one visit: the form for the team, what was found for others.
type visitView struct {
	ID, Version                    int64
	Unit, Plan, PlanPath, Path     string
	State, Tag, Kind               string
	Again                          bool // a re-check
	Before                         *linkView
	Later                          []linkView
	Write                          bool // the form can be filled
	Day, Visitors, Summary         string
	Blocks                         []blockView
	Answered, All                  int
	New                            findingForm
	Findings                       []findingView
	Gone                           int
	Feedback, Met, ToldOn, LastDay string
	FedBack, Confirmed             bool
	Note, By, ByOn                 string
	FeedbackForm                   string // text typed
	MayConfirm, MayObject          bool
	Targets                        []option // what an objection is against
	ObjectionText                  string
	Objections                     []objectionView
	MayOpen, MayDrop, MayRecheck   bool
	Unopened                       int
	Print                          bool
	Others                         []string // what somebody else has saved meanwhile
	F                              web.Faults
	Refused                        bool // the form of the visit itself came back
}

type blockView struct {
	Name  string
	Lines []lineView
}

type lineView struct {
	Code, What, How, Reference string
	Marks                      []option
	Note, Mark, MarkTag        string
	Open                       bool
}

type findingForm struct {
	Line, Text, Place, Demand, Days string
	Severities, Lines               []option
}

type findingView struct {
	ID, Version              int64
	No                       int
	Block, Line, Text, Place string
	Severity, Tag, Demand    string
	Days                     int
	Photos                   []photoView
	Item                     *itemView
	Opened                   bool
	Form                     findingForm
	MorePhotos               bool
}

type photoView struct {
	ID         int64
	Path, Name string
}

type itemView struct {
	No, Path, State, Deadline, Why string
	Light                          measure.Light
	Tag                            string
}

type objectionView struct {
	ID, Version                           int64
	About, Text, By, On, Due, Ruling, Tag string
	Answer, Judge, Judged                 string
	MayRule                               bool
	Recused                               bool
	Rulings                               []option
}

var markTags = map[Mark]string{Met: "good", Mostly: "warn", Unmet: "bad"}

var severityTags = map[Severity]string{Minor: "", Major: "warn", Grave: "bad"}

func (x lens) mark(m Mark, again bool) string {
	if again {
		return x.t(m.again())
	}
	return x.t(m.Text())
}

func (x lens) blocks(s Seen, answers map[string]Answer) (out []blockView) {
	for _, b := range s.Lines {
		v := blockView{Name: b.Name}
		if s.Visit.Of != 0 {
			v.Name = x.t("整改复查")
		}
		for _, l := range b.Lines {
			a := answers[l.Code]
			line := lineView{Code: l.Code, What: l.What, How: l.How, Reference: l.Reference, Note: a.Note, MarkTag: markTags[a.Mark], Open: a.Mark == ""}
			if a.Mark != "" {
				line.Mark = x.mark(a.Mark, s.Visit.Of != 0)
			}
			for _, m := range Marks() {
				line.Marks = append(line.Marks, option{string(m), x.mark(m, s.Visit.Of != 0), a.Mark == m})
			}
			v.Lines = append(v.Lines, line)
		}
		out = append(out, v)
	}
	return out
}

func (x lens) lineOptions(s Seen, on string) (out []option) {
	for _, b := range s.List.Blocks {
		for _, l := range b.Lines {
			out = append(out, option{l.Code, l.Code + " " + short(l.What, 26), l.Code == on})
		}
	}
	return out
}

func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func (x lens) severities(on Severity) (out []option) {
	for _, v := range Severities() {
		out = append(out, option{string(v), x.t(v.Text()), v == on})
	}
	return out
}

func (x lens) findingForm(s Seen, f Finding) findingForm {
	n := ""
	if f.Days != 0 {
		n = strconv.Itoa(f.Days)
	}
	return findingForm{Line: f.Line, Text: f.Text, Place: f.Place, Demand: f.Demand, Days: n, Severities: x.severities(f.Severity), Lines: x.lineOptions(s, f.Line)}
}

func (x lens) item(i work.Item) *itemView {
	v := &itemView{No: i.No, Path: i.Path, State: x.t(i.State.Text()), Deadline: dayText(i.Deadline), Why: i.Why, Light: i.Light}
	v.Tag = map[measure.Light]string{measure.Green: "good", measure.Yellow: "warn", measure.Red: "bad"}[i.Light]
	return v
}

func (x lens) findings(s Seen, items map[int64]work.Item, write bool) (out []findingView, gone int) {
	for _, f := range s.Findings {
		if f.Gone {
			gone++
			continue
		}
		v := findingView{ID: f.ID, Version: f.Version, No: f.No, Block: f.Block, Line: f.Line, Text: f.Text, Place: f.Place, Severity: x.t(f.Severity.Text()), Tag: severityTags[f.Severity], Demand: f.Demand, Days: f.Days, Opened: f.Item != 0}
		for _, p := range s.Photos {
			if p.Finding == f.ID {
				v.Photos = append(v.Photos, photoView{p.ID, photoPath(s.Visit.ID, p.ID), p.Name})
			}
		}
		if i, ok := items[f.Item]; ok && f.Item != 0 {
			v.Item = x.item(i)
		}
		if write {
			v.Form, v.MorePhotos = x.findingForm(s, f), len(v.Photos) < mostPhotos
		}
		out = append(out, v)
	}
	return out, gone
}

func (x lens) objections(s Seen, mayRule bool, account int64) (out []objectionView) {
	for _, o := range s.Objections {
		v := objectionView{ID: o.ID, Version: o.Version, About: x.t("反馈意见"), Text: o.Text, By: o.By, On: o.On.String(), Due: o.Due.String(), Ruling: x.t(o.Ruling.Text()), Answer: o.Answer, Judge: o.Judge, Judged: dayText(o.Judged), Tag: "warn"}
		if o.Ruling != "" {
			v.Tag = "good"
		}
		for _, f := range s.Findings {
			if f.ID == o.Finding {
				v.About = x.t("第 %d 条问题", f.No)
			}
		}
		if o.Ruling == "" && mayRule {
			v.MayRule = true
			for _, a := range s.Visit.Authors {
				if a == account {
					v.MayRule, v.Recused = false, true
				}
			}
			for _, r := range Rulings() {
				v.Rulings = append(v.Rulings, option{Value: string(r), Label: x.t(r.Text())})
			}
		}
		out = append(out, v)
	}
	return out
}

func (x lens) targets(s Seen) (out []option) {
	out = append(out, option{Value: "0", Label: x.t("反馈意见")})
	for _, f := range s.Findings {
		if !f.Gone {
			out = append(out, option{Value: strconv.Itoa(f.No), Label: x.t("第 %d 条问题", f.No) + "　" + short(f.Text, 20)})
		}
	}
	return out
}

// others lists what is saved otherwise than it was typed, for a second editor.
func (x lens) others(s Seen, typed Note) (out []string) {
	add := func(label, saved, now string) {
		if saved != now && saved != "" {
			out = append(out, fmt.Sprintf("%s：%s", label, saved))
		}
	}
	add(x.t("检查日期"), dayText(s.Visit.Day), dayText(typed.Day))
	add(x.t("检查人员"), s.Visit.Visitors, typed.Visitors)
	add(x.t("检查小结"), s.Visit.Summary, typed.Summary)
	for _, b := range s.Lines {
		for _, l := range b.Lines {
			was, now := s.Visit.Answers[l.Code], typed.Answers[l.Code]
			if was != now && was != (Answer{}) {
				parts := []string{}
				if was.Mark != "" {
					parts = append(parts, x.mark(was.Mark, s.Visit.Of != 0))
				}
				if was.Note != "" {
					parts = append(parts, was.Note)
				}
				add(l.Code, strings.Join(parts, " "), "")
			}
		}
	}
	return out
}

// mineView is the page about the reader's own unit.
type mineView struct {
	Visits []mineLine
}

type mineLine struct {
	Unit, Plan, Path, Kind, Day, ToldOn, State, Tag, LastDay string
	Findings, Objections, Waiting                            int
	MayObject                                                bool
	Left                                                     int
}
