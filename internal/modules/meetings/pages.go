package meetings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// lens shows things in a reader's language.
type lens struct {
	words.Lang
	tree   *org.Tree
	name   func(org.UnitID) string
	lights func(measure.Light) (zh, en string) // what the county calls the lights of items; may be nil
	others words.Sayings                       // of what stands in reasons and comes from other modules
	named  func(chinese string) string         // English names of indicators and forms; may be nil
}

// itemLight names the light of an item.
func (x lens) itemLight(l measure.Light) string {
	if x.lights != nil {
		if zh, en := x.lights(l); zh != "" {
			return x.Pick(zh, en)
		}
	}
	return x.t(itemLight(l))
}

func (x lens) t(chinese string, args ...any) string { return words.T(x.Lang, chinese, args...) }

func (x lens) period(p period.Period) string {
	if x.Lang == words.English {
		return p.English()
	}
	return p.Chinese()
}

func weekday(l words.Lang, d period.Day) string {
	return words.T(l, []string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}[d.Weekday()])
}

// listView is the page of all meetings.
type listView struct {
	Next    *nextView
	Coming  []dateLine
	Grid    web.Grid
	Series  []seriesLine
	MayKeep bool
	Empty   bool // no series yet
}

// nextView is the meeting that comes next, large.
type nextView struct {
	Title, Day, Weekday, Time, Place, State, Path, In string
	Topics, Seats, Answers, Packs                     int
}

// dateLine is a day on which a series will meet, not planned yet.
type dateLine struct {
	Series  int64
	Name    string
	Period  string // as it stands in the address
	Label   string
	Day     string
	Weekday string
	Shifted string
	Unknown bool
}

type seriesLine struct {
	Name, Rhythm, Rule, Path string
	Ended                    bool
}

func (x lens) seriesLine(s Series) seriesLine {
	rule := x.t("第 %d 日", s.Day)
	if s.Rhythm == Weekly {
		rule = weekday(x.Lang, period.MustDay("2018-01-01").AddDays(s.Day-1))
	}
	shift := x.t("遇休息日顺延")
	if s.Shift == Earlier {
		shift = x.t("遇休息日提前")
	}
	return seriesLine{Name: s.Name, Rhythm: x.t(s.Rhythm.Text()), Rule: rule + " " + s.Time + " · " + shift, Path: seriesPath(s.ID), Ended: s.Ended}
}

// meetingsTable lists meetings, the newest first.
func (x lens) meetingsTable(list []Meeting, series map[int64]string) *table.Table {
	t := &table.Table{ID: "meetings", Name: x.t("会议"), Empty: x.t("还没有会议。先设一个会议系列，再从排期里排定。"), Columns: []table.Column{
		{Head: []string{x.t("日期")}, Key: "day", Sort: table.ByText}, {Head: []string{x.t("时间")}, Key: "time"}, {Head: []string{x.t("会议")}, Key: "title", RowHead: true, Sort: table.ByText, Filter: true},
		{Head: []string{x.t("系列")}, Key: "series", Filter: true, Sort: table.ByText}, {Head: []string{x.t("地点")}, Key: "place"}, {Head: []string{x.t("状态")}, Key: "state", Filter: true, Sort: table.ByText},
	}}
	for _, m := range slices.Backward(list) {
		day := m.Day.String() + " " + weekday(x.Lang, m.Day)
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{{Text: day, SortKey: m.Day.String()}, table.Text(m.Time), table.Link(m.Title, meetingPath(m.ID)), table.Text(series[m.Series]), table.Text(m.Place), table.Text(x.t(m.State.Text()))}})
	}
	return t
}

// wholeView is the page of one meeting.
type wholeView struct {
	ID                                int64
	Version                           int64
	Title, Day, DayText, Weekday      string
	Time, Place, Chair, Host, Summary string
	Period, State, StateTag, Shifted  string
	OffDay                            bool
	MayKeep, Open, Running, Held      bool
	Before, Next                      *linkView
	Topics                            []topicLine
	Proposals                         []topicLine
	Decisions                         []decisionLine
	DecisionForm                      decisionForm
	Seats                             []seatLine
	Roll                              string // "应到 12，实到 10，请假 1"
	Holders                           []holderLine
	Handouts                          []handoutLine
	Forces                            []option
	Packs                             []packLine
	Forms                             web.Faults
	Path                              string
	Effects                           *table.Table
	EffectsOpen                       bool // while the meeting is being made ready
	Making                            *makingView
}

// makingView tells how far a pack is that is being made.
type makingView struct {
	Step        string
	Done, Total int64
}

// watch shows a run that makes a pack: its progress, or why it ended without one.
func (v *wholeView) watch(x lens, run *packRun, faults web.Faults) (web.Faults, error) {
	if !run.Finished() {
		v.Making = &makingView{Total: int64(len(makingSteps()))}
		if v.Making.Done, _ = run.Progress(); v.Making.Done < v.Making.Total {
			v.Making.Step = x.t(makingSteps()[v.Making.Done])
		}
		return faults, nil
	}
	if _, err := run.Result(); err != nil {
		if fault.KindOf(err) == fault.Internal {
			return nil, err
		}
		return web.Faults{"": {fault.Say(err, x.Text)}}, nil
	}
	return faults, nil
}

type linkView struct{ Text, Path string }

type option struct {
	Value, Label string
	On           bool
}

type topicLine struct {
	ID, Version           int64
	No                    int
	Kind, Tag             string
	Title, Reason, Path   string
	TitleLang, ReasonLang string // languages they are in, for the page
	Key                   string
	Force                 string
	Outcome               string
	OutcomeText           string
	Note                  string
	Carried               int
	Current               bool
	First, Last           bool
	Run                   string
	Outcomes              []option
}

var topicTags = map[TopicKind]string{RedFigure: "bad", Overdue: "bad", Worse: "warn", Missing: "warn", OfPlan: "warn", Deferred: "warn", Signalled: "warn"}

func (o Outcome) text() string {
	return map[Outcome]string{Pending: "未议", Discussed: "已议", Put: "延至下次", Dropped: "不再列入"}[o]
}

func (x lens) topicLine(t Topic, i, n int, current int64) topicLine {
	l := topicLine{ID: t.ID, Version: t.Version, No: i + 1, Kind: x.t(t.Kind.Text()), Tag: topicTags[t.Kind], Title: t.Title, Reason: t.Reason, Path: t.Path, Key: t.Key, Force: x.name(t.Force),
		Outcome: string(t.Outcome), OutcomeText: x.t(t.Outcome.text()), Note: t.Note, Carried: t.Carried, Current: t.ID != 0 && t.ID == current, First: i == 0, Last: i == n-1}
	l.Title, l.TitleLang = x.title(t)
	l.Reason, l.ReasonLang = x.kept(t.Reason)
	if t.ID != 0 {
		l.Run = runPath(t.Meeting, t.ID)
	}
	for _, o := range []Outcome{Pending, Discussed, Put, Dropped} {
		l.Outcomes = append(l.Outcomes, option{string(o), x.t(o.text()), o == t.Outcome})
	}
	return l
}

func (x lens) topicLines(list []Topic, current int64) (out []topicLine) {
	for i, t := range list {
		out = append(out, x.topicLine(t, i, len(list), current))
	}
	return out
}

type decisionLine struct {
	ID, Version      int64
	No               int
	Kind, Text       string
	Lead, Assist     string
	Deadline         string
	Standard         string
	ItemNo, ItemPath string
	State            string
	Light            measure.Light
	LightWord        string
	Topic            string
	CanStrike        bool
}

func (x lens) decisionLine(d Decision, items map[int64]work.Item, topics []Topic) decisionLine {
	l := decisionLine{ID: d.ID, Version: d.Version, No: d.No, Kind: x.t(d.Kind.Text()), Text: d.Text, Lead: x.name(d.Lead), Standard: d.Standard, CanStrike: d.Item == 0}
	var names []string
	for _, u := range d.Assist {
		names = append(names, x.name(u))
	}
	l.Assist = strings.Join(names, x.t("、"))
	if !d.Deadline.IsZero() {
		l.Deadline = d.Deadline.String()
	}
	if i, ok := items[d.Item]; ok {
		l.ItemNo, l.ItemPath, l.State, l.Light, l.LightWord = i.No, i.Path, x.t(i.State.Text()), i.Light, x.itemLight(i.Light)
		if i.Deadline != d.Deadline {
			l.Deadline = i.Deadline.String() + " " + x.t("（原 %s）", d.Deadline)
		}
	}
	for _, t := range topics {
		if t.ID == d.Topic {
			l.Topic = t.Title
		}
	}
	return l
}

// decisionForm is the form that a decision is typed into.
type decisionForm struct {
	Meeting, Topic int64
	Back           string
	Kinds          []option
	Text           string
	Lead           string
	Assist         string
	Deadline       string
	Standard       string
	Units          []option // names to choose from
	Days           []option // deadlines that people mean
	F              web.Faults
}

// leadOf offers the unit that a topic concerns as the one to lead: its own unit below the county,
// else its task force.
func (x lens) leadOf(t Topic) string {
	if t.Unit != 0 && x.tree.Has(t.Unit) && x.tree.Parent(t.Unit) != 0 {
		return x.tree.Name(t.Unit)
	}
	if t.Force != 0 && x.tree.Has(t.Force) {
		return x.tree.Name(t.Force)
	}
	return ""
}

type seatLine struct {
	Post, Version      int64
	Title, Unit        string
	Answer, AnswerText string
	Name, Note         string
	Present, Own       bool
	Answers            []option
}

func (x lens) seatLine(s Seat, own bool) seatLine {
	l := seatLine{Post: s.Post, Version: s.Version, Title: s.Title, Unit: x.name(s.Unit), Answer: string(s.Answer), AnswerText: x.t(s.Answer.Text()), Name: s.Name, Note: s.Note, Present: s.Present, Own: own}
	for _, a := range []Answer{NoAnswer, Coming, Standin, Excused} {
		l.Answers = append(l.Answers, option{string(a), x.t(a.Text()), a == s.Answer})
	}
	return l
}

func (x lens) roll(seats []Seat) string {
	if len(seats) == 0 {
		return ""
	}
	here, away, said := 0, 0, 0
	for _, s := range seats {
		if s.Present {
			here++
		}
		if s.Answer == Excused {
			away++
		}
		if s.Answer != NoAnswer {
			said++
		}
	}
	return x.t("应到 %d，已回复 %d，请假 %d，实到 %d", len(seats), said, away, here)
}

type holderLine struct {
	Post  int64
	Title string
	Names string
	On    bool
}

type handoutLine struct {
	ID                           int64
	Title, Force, File, By, Path string
	MayTake                      bool
}

type packLine struct {
	Version           int
	Cutoff, By        string
	Change            int64
	Page              string // where it is read
	Docx, PDF, XLSX   string
	Fonts             string
	Newest            bool
	Figures, Problems int
	Moved             string // day, time and place that it names, where the meeting has others now
}

// A packView is a version of the pack for reading.
type packView struct {
	Meeting, Path string
	packLine
	Paper *docgen.Document
}

func (x lens) packLine(p Pack) packLine {
	path := packPath(p.Meeting, p.Version)
	return packLine{Version: p.Version, Cutoff: instant(p.Cutoff), By: p.By, Change: p.Change, Fonts: p.Fonts, Page: path, Docx: path + "/docx", PDF: path + "/pdf", XLSX: path + "/xlsx"}
}

func (x lens) packLines(m Meeting, list []Pack) (out []packLine) {
	for i, p := range slices.Backward(list) {
		l := x.packLine(p)
		l.Newest = i == len(list)-1
		if c, err := readContent(p.Content); err == nil {
			l.Figures, l.Problems = len(c.Figures), len(c.Problems)
			if c.Day != m.Day.Chinese() || c.Time != m.Time || c.Place != m.Place {
				l.Moved = strings.TrimSpace(x.part(c.Day) + " " + c.Time + " " + c.Place)
			}
		}
		out = append(out, l)
	}
	return out
}

// instant shows an RFC 3339 instant as people write it.
func instant(s string) string {
	if len(s) < 16 {
		return s
	}
	return s[:10] + " " + s[11:16]
}

// seriesView is the form of a series.
type seriesView struct {
	ID, Version  int64
	Name         string
	Rhythms      []option
	Day          string
	Shifts       []option
	Time, Place  string
	Host         string
	Hosts        []option
	Chair, From  string
	Ended        bool
	Holders      []holderLine
	F            web.Faults
	Preview      []dateLine
	Save, Cancel string
}

func (x lens) rhythms(now Rhythm) (out []option) {
	for _, r := range Rhythms() {
		out = append(out, option{string(r), x.t(r.Text()), r == now})
	}
	return out
}

func (x lens) kinds(now DecisionKind) (out []option) {
	for _, k := range DecisionKinds() {
		out = append(out, option{string(k), x.t(k.Text()), k == now})
	}
	return out
}

// runView is the chair's view: one topic large, what is known of it, and the form for a decision.
type runView struct {
	ID                  int64
	Title, State, Clock string
	Running, Held       bool
	MayKeep             bool
	Topics              []topicLine
	Topic               *topicLine
	Prev, Next          string
	Figure              *figureView
	Ranking             *table.Table
	Items               []itemLine
	Decisions           []decisionLine
	Form                decisionForm
	Path                string
	Followup            *table.Table
	Handouts            []handoutLine
}

type figureView struct {
	Name, Period, Text, Target, Note  string
	Light                             measure.Light
	LightWord                         string
	Prev, YearBefore, Interval, Place string
	Fraction                          string
	Path                              string
	Chart                             chart.Chart
}

type itemLine struct {
	No, Title, Lead, Deadline, State, Path, Why string
	Light                                       measure.Light
	LightWord                                   string
}

func (x lens) itemLine(i work.Item) itemLine {
	return itemLine{No: i.No, Title: i.Title, Lead: x.name(i.Lead), Deadline: i.Deadline.String(), State: x.t(i.State.Text()), Path: i.Path, Why: i.Why, Light: i.Light, LightWord: x.itemLight(i.Light)}
}

func (x lens) figureView(f measure.Shown) *figureView {
	if x.Lang == words.English {
		f = f.English()
	}
	v := &figureView{Name: f.Name, Period: x.period(f.Period), Text: f.Text, Target: f.Target, Note: f.Note, Light: f.Light, LightWord: x.t(chart.LightWord(f.Light)), Prev: f.Prev, YearBefore: f.YearBefore,
		Interval: f.Interval, Path: f.Path}
	if f.Place > 0 {
		v.Place = strconv.Itoa(f.Place)
		if f.Of > 0 {
			v.Place = fmt.Sprintf("%d/%d", f.Place, f.Of)
		}
	}
	if f.Numerator != "" {
		v.Fraction = measure.Group(f.Numerator + "/" + f.Denominator)
	}
	if len(f.Trend) > 1 {
		l := chart.Line{Title: f.Name, Width: 640, Height: 260}
		var values []chart.Value
		for _, s := range f.Trend {
			l.X = append(l.X, x.period(s.Period))
			if s.OK {
				values = append(values, chart.Num(s.Value, s.Text))
			} else {
				values = append(values, chart.Gap(s.Text))
			}
		}
		l.Series = []chart.Series{{Name: "", Values: values}}
		v.Chart = l
	}
	return v
}

func (x lens) rankingTable(list []measure.Shown) *table.Table {
	t := &table.Table{ID: "ranking", Name: x.t("排名"), Columns: []table.Column{
		{Head: []string{x.t("位次")}, Key: "place", Align: table.Center}, {Head: []string{x.t("单位")}, Key: "unit", RowHead: true}, {Head: []string{x.t("数值")}, Key: "value"}, {Head: []string{x.t("灯")}, Key: "light"}}}
	for _, f := range list {
		if x.Lang == words.English {
			f = f.English()
		}
		place := "—"
		if f.Place > 0 {
			place = strconv.Itoa(f.Place)
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(place), table.Text(x.name(f.Unit)), table.Figure(table.Fig{Text: f.Text, Exact: f.Value, Href: f.Path, Note: f.Note, None: f.Value == ""}),
			table.Light(f.Light, x.t(chart.LightWord(f.Light)))}})
	}
	return t
}

// effectsTable shows what became of the last decisions, with links to their items.
func (x lens) effectsTable(c Content) *table.Table {
	t := c.effectTable()
	for i := range t.Columns {
		for j, h := range t.Columns[i].Head {
			t.Columns[i].Head[j] = x.t(h)
		}
	}
	t.Name, t.Caption = x.t(t.Name), ""
	t.Columns = append(t.Columns, table.Column{Head: []string{x.t("关联指标"), x.t("变化")}, Key: "words", Width: 14})
	for i := range t.Rows {
		for j := range t.Rows[i].Cells {
			c := &t.Rows[i].Cells[j]
			switch key := t.Columns[j].Key; {
			case c.Kind == table.LightKind:
				c.Text = x.itemLight(c.Light)
			case key == "state":
				c.Text = x.standing(c.Text)
			case key == "deadline":
				c.Text = x.deadline(c.Text)
			case key == "was" || key == "now":
				c.Text = x.dated(c.Text)
			}
		}
		moved, _ := x.kept(c.Effects[i].Words)
		t.Rows[i].Cells = append(t.Rows[i].Cells, table.Text(moved))
	}
	return t
}
