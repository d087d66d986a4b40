package plan

import (
	"fmt"
	"strconv"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/web"
)

// taskView is the page of one task.
type taskView struct {
	Head                                              head
	Code, Name, Type, Programme, Goal                 string
	Lead, Assist, Force, Start, End, Standard, Rhythm string
	State, Light, Word, Why, Percent, Claimed         string
	Marks                                             []markLine
	Reports                                           []reportLine
	Before, Next                                      []linkLine
	Figures                                           []figureLine
	Items                                             []itemLine
	MayReport                                         bool
	NextDue                                           string
	Missing                                           []missLine
	Gone                                              bool // no longer in the plan
	F                                                 web.Faults
	Path, Report                                      string
	Units                                             []option
	Deadline                                          string
	Chart                                             chart.Gantt
}

type markLine struct{ No, Name, Day, Evidence, State, Tag, Reached string }

type linkLine struct{ Text, Path, Note, Tag string }

type itemLine struct{ No, Title, Path, State, Light, Why, Deadline string }

type fileLine struct{ Name, Path, Size, Mark string }

type reportLine struct {
	ID, Version                             int64
	Period, Percent, Text, Help, State, Tag string
	By, At, Check, Reason, Claims           string
	Files                                   []fileLine
	MayJudge, MayRaise                      bool
	Own                                     bool // reported by the reader: somebody else judges
	ItemPath, Judge, Raise                  string
}

func (x lens) mark(m Mark) markLine {
	l := markLine{No: strconv.Itoa(m.Milestone.No), Name: m.Milestone.Name, Day: m.Milestone.Day.String(), Evidence: m.Milestone.Evidence, State: x.t(m.State.Text()), Reached: m.Day.String()}
	switch {
	case m.State == Reached:
		l.Tag = "good"
	case m.Late:
		l.Tag, l.State = "bad", x.t("逾期")
	case m.State == Claimed:
		l.Tag = "warn"
	}
	return l
}

func (s *Service) reportLine(x lens, a perm.Actor, b book, t Task, r Report) reportLine {
	l := reportLine{ID: r.ID, Version: r.Version, Period: x.period(r.Period), Percent: strconv.Itoa(r.Percent) + "%", Text: r.Text, Help: r.Help, State: x.t(r.State.Text()), By: r.By + x.Text("（") + x.Last(r.Post) + x.Text("）"), At: at16(r.At), Reason: r.Reason,
		Own: r.Login == a.Login, Judge: underPlan(b.plan.ID, "/reports/"+num(r.ID)+"/judge"), Raise: underPlan(b.plan.ID, "/reports/"+num(r.ID)+"/raise")}
	l.Tag = map[ReportState]string{Filed: "warn", Verified: "good", Returned: "bad"}[r.State]
	if r.CheckBy != "" {
		l.Check = r.CheckBy + "（" + r.CheckPost + "）" + at16(r.CheckAt)
	}
	for _, c := range r.Claims {
		for _, m := range t.Milestones {
			if m.No == c.Milestone {
				if l.Claims != "" {
					l.Claims += "；"
				}
				l.Claims += c.Day.String() + " " + m.Name
			}
		}
	}
	open := s.mayEvidence(a, t) == nil
	for _, f := range r.Files {
		q := fileLine{Name: f.Name, Size: sizeText(f.Size)}
		if open {
			q.Path = evidencePath(b.plan.ID, f.ID)
		}
		for _, m := range t.Milestones {
			if m.No == f.Milestone {
				q.Mark = m.Name
			}
		}
		l.Files = append(l.Files, q)
	}
	may := a.May(ruleVerify, perm.On{Unit: s.now(t.Lead), Force: t.forceOr()}) == nil
	l.MayJudge = r.State == Filed && may && !l.Own
	l.Own = l.Own && may && r.State == Filed
	l.MayRaise = r.Help != "" && r.Item == 0 && r.State != Returned && s.joints.Items != nil && a.Can(ruleKeep)
	if r.Item != 0 {
		l.ItemPath = "/actions/" + num(r.Item)
	}
	return l
}

func at16(at string) string {
	if len(at) >= 16 {
		return at[:10] + " " + at[11:16]
	}
	return at
}

func sizeText(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", (n+1023)>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

func (x lens) item(i work.Item) itemLine {
	return itemLine{No: i.No, Title: i.Title, Path: i.Path, State: x.t(i.State.Text()), Light: string(i.Light), Why: i.Why, Deadline: i.Deadline.String()}
}

// reportView is the form of a report.
type reportView struct {
	Head                   head
	Code, Name, Path, Save string
	Standard, Last         string
	Periods                []option
	Percent, Text, Help    string
	Marks                  []claimLine
	Accept                 string
	F                      web.Faults
	Typed                  bool // files must be chosen again
	None                   bool // nothing to report now
	NoneWhy                string
}

type claimLine struct {
	No, Name, Day, Evidence, Reached string
	On                               bool
}

// planForm is the form of a plan's own line.
type planForm struct {
	ID, Version          int64
	Name, From, To, Host string
	Near, Grace          string
	Hosts                []option
	F                    web.Faults
	Save, Cancel         string
	Theirs               string // what another editor saved meanwhile
}

// editView is the draft under work.
type editView struct {
	Head       head
	No         string
	Reason     string
	Note       string
	Programmes []outline
	Add        string
	Faults     []string // what keeps it from being proposed
	Path       string
	Tasks      int
	F          web.Faults
	MayDiscard bool
}

// nodeView is the form of a part.
type nodeView struct {
	Head                                        head
	Kind, KindText, Title, Save, Cancel, Remove string
	New                                         bool
	Row                                         int64
	Code, Name, Text, Place                     string
	Parents                                     []option
	Parent                                      string
	Bundle                                      string
	Bundles, Known                              []option
	Indicators                                  string
	Type, Rhythm                                []option
	Lead, Assist                                string
	Units, Forces                               []option
	Start, End                                  string
	Marks                                       []markForm
	After                                       string
	Tasks                                       []option
	Waiting                                     []string // tasks that wait for this one
	Along                                       bool
	Theirs                                      []FieldChange // what another editor saved meanwhile
	F                                           web.Faults
	IsProgramme, IsGoal, IsTask                 bool
}

type markForm struct{ No, Name, Day, Evidence string }

// importView is the page of importing a plan.
type importView struct {
	Locked, Versions string // why nothing can be imported, and where that is mended
	Head             head
	Save             string
	Problem          string
	Columns          []option
	Done             bool
	Report           string
	Findings         []string
	More             int
	Changes          []changeLine
	Tally            string
	File             string
	Hash             string
	MayApply         bool
}
