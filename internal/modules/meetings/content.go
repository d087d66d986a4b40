package meetings

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/work"
)

// A Content is what a pack holds, frozen: nothing of it is asked again when it is printed. The
// three files of a pack are written from the same Content.
type Content struct {
	Meeting   int64
	Version   int
	Title     string
	Host      string
	Day       string // "2018年5月11日"
	Time      string
	Place     string
	Cutoff    string // "2018-05-10 18:00"
	Change    int64
	Figures   []measure.Shown
	Stale     []string // codes of figures with nothing new since the last pack (未更新)
	Worse     []string // codes of figures that turned worse since
	Better    []string
	Compared  string          // title of the pack compared with; "" for none
	Earlier   []measure.Shown `json:",omitempty"` // of the pack before, those that turned worse; none in packs made before they were kept
	Forces    []ForcePage
	Problems  []Topic
	Last      string // title of the meeting before; "" for the first
	Effects   []Effect
	Proposals []string
	Topics    []Topic
	Names     map[org.UnitID]string
}

// A ForcePage is the page of one task force.
type ForcePage struct {
	Unit    org.UnitID
	Name    string
	Figures []measure.Shown
	Ranked  string // name of the indicator that the units are ranked by; "" where none is
	Ranking []measure.Shown
	Chance  *Chance `json:",omitempty"` // what chance allows to say of the ranking; nil in packs made before it was asked, and where nothing can be said
	Items   []work.Item
}

// A Chance is what chance allows to say of a ranking, frozen with it: beside each place the range by
// chance alone, the range of places and the band, and the sentences below the table.
type Chance struct {
	Rows      []ChanceRow
	Sentences []string
	Meaning   string `json:",omitempty"` // what the range means, to be said once
}

// A ChanceRow is one unit of a Chance. Low is 0 where a unit has no range of places.
type ChanceRow struct {
	Unit      org.UnitID
	Interval  string
	Low, Last int          `json:",omitempty"`
	Band      measure.Band `json:",omitempty"`
}

// chanceOf keeps what a fair comparison says of a ranking; nil where it says nothing.
func chanceOf(f measure.Fairness) *Chance {
	if f.Reason != "" {
		return nil
	}
	c := &Chance{Sentences: f.Sentences, Meaning: f.Meaning}
	for _, u := range f.Units {
		if u.Zone == "" {
			continue
		}
		r := ChanceRow{Unit: u.Unit, Interval: u.Interval}
		if u.Ranged() {
			r.Low, r.Last, r.Band = u.Low, u.Last, u.Band
		}
		c.Rows = append(c.Rows, r)
	}
	if len(c.Rows) == 0 {
		return nil
	}
	return c
}

// cells gives the cells beside the place of a unit: its range by chance, its places, its band.
func (c *Chance) cells(u org.UnitID) (interval, places string, band measure.Band) {
	interval, places = "—", "—"
	for _, r := range c.Rows {
		if r.Unit == u {
			interval = r.Interval
			if r.Low > 0 {
				places, band = fmt.Sprintf("%d—%d", r.Low, r.Last), r.Band
			}
		}
	}
	return interval, places, band
}

// An Effect is what became of a decision of the meeting before.
type Effect struct {
	No       int
	Text     string
	Lead     string
	Deadline string
	State    string
	Light    measure.Light
	Figure   string         // name of the linked indicator; "" for none
	Was, Now string         // with their periods
	Words    string         // the movement in words that claim no cause
	From, To *measure.Shown `json:",omitempty"` // the figures that Words compares; nil in packs made before they were kept
	Path     string
}

// readContent reads a frozen content.
func readContent(text string) (c Content, err error) {
	err = json.Unmarshal([]byte(text), &c)
	if err != nil {
		return c, fault.Because(err, fault.Internal, "会议材料的冻结内容读不出来；请用 kaiyang check 核对数据库")
	}
	return c, nil
}

// compose puts a content together from what is known at the cut-off.
func compose(w Whole, k Known, unit func(org.UnitID) string) Content {
	m := w.Meeting
	c := Content{Meeting: m.ID, Title: m.Title, Host: unit(m.Host), Day: m.Day.Chinese(), Time: m.Time, Place: m.Place, Figures: k.Figures, Topics: w.Topics, Names: map[org.UnitID]string{}}
	if k.Last != nil {
		c.Last = k.Last.Title
		if k.Before != nil {
			c.Compared = k.Last.Title
		}
	}
	for _, f := range k.Figures {
		before, had := k.Before[f.Code]
		if !had {
			continue
		}
		switch {
		case before.Period == f.Period && before.Value == f.Value:
			c.Stale = append(c.Stale, f.Code)
		case f.Worse(before.Value):
			c.Worse = append(c.Worse, f.Code)
			c.Earlier = append(c.Earlier, *bare(&before))
		case before.Worse(f.Value):
			c.Better = append(c.Better, f.Code)
		}
	}
	c.Problems = slices.DeleteFunc(Propose(k), func(t Topic) bool { return t.Kind == Followup || t.Kind == Deferred })
	c.Proposals = proposals(k, c.Problems, unit)
	return c
}

// proposals gives what the office proposes to the meeting, one sentence a matter; the data give
// them, a person may change them in the draft.
func proposals(k Known, problems []Topic, unit func(org.UnitID) string) (out []string) {
	group := map[org.UnitID][]string{}
	var order []org.UnitID
	for _, t := range problems {
		if t.Kind != RedFigure && t.Kind != Worse {
			continue
		}
		if group[t.Force] == nil {
			order = append(order, t.Force)
		}
		group[t.Force] = append(group[t.Force], "“"+t.Title+"”")
	}
	for _, f := range order {
		who := "责任单位"
		if f != 0 {
			who = unit(f)
		}
		out = append(out, fmt.Sprintf("请%s就%s说明原因、提出措施和完成时限。", who, strings.Join(group[f], "、")))
	}
	overdue, late := 0, 0
	for _, t := range problems {
		switch t.Kind {
		case Overdue:
			overdue++
		case Missing:
			late++
		}
	}
	if overdue > 0 {
		out = append(out, fmt.Sprintf("对逾期的 %d 件事项逐件督办，由牵头单位当场明确新的完成时间。", overdue))
	}
	if late > 0 {
		out = append(out, fmt.Sprintf("请未报单位在会后三个工作日内补报 %d 种报表，禁毒办跟踪。", late))
	}
	if len(out) == 0 {
		out = append(out, "监测指标、事项和报送没有需要提请研究的问题，建议继续按计划推进。")
	}
	return out
}

// effectOf says what became of a decision, and how the linked indicator moved since.
func effectOf(d Decision, item work.Item, was, now *measure.Shown, unit func(org.UnitID) string) Effect {
	e := Effect{No: d.No, Text: d.Text, Lead: unit(d.Lead), Deadline: d.Deadline.Chinese(), State: d.Kind.Text()}
	if d.Item != 0 {
		e.State, e.Light, e.Path = item.State.Text(), item.Light, item.Path
		if item.ID != 0 && item.Deadline != d.Deadline {
			e.Deadline = fmt.Sprintf(wasDeadline, item.Deadline.Chinese(), d.Deadline.Chinese())
		}
		if item.Why != "" && item.Why != item.State.Text() {
			e.State += "，" + item.Why
		}
	}
	if now == nil {
		return e
	}
	e.Figure, e.Now = now.Name, now.Period.Chinese()+" "+now.Text
	if was == nil || was.Value == "" {
		e.Words = "交办时没有可比的数。"
		return e
	}
	e.Was = was.Period.Chinese() + " " + was.Text
	e.From, e.To = bare(was), bare(now)
	switch {
	case was.Period == now.Period && now.Value != "" && was.Text != now.Text:
		e.Words = fmt.Sprintf(effectRestated, was.Text, now.Text)
	case was.Period == now.Period:
		e.Words = "交办后尚无新一期的数。"
	case now.Value == "":
		e.Words = "最新一期没有数。"
	case now.Worse(was.Value):
		e.Words = fmt.Sprintf(effectWorse, was.Text, now.Text)
	case was.Worse(now.Value):
		e.Words = fmt.Sprintf(effectBetter, was.Text, now.Text)
	case was.Value == now.Value:
		e.Words = fmt.Sprintf(effectSame, now.Text)
	default:
		e.Words = fmt.Sprintf(effectMoved, was.Text, now.Text)
	}
	return e
}

// bare gives a figure without what a sentence does not print.
func bare(f *measure.Shown) *measure.Shown {
	s := *f
	s.Trend, s.Prev, s.PrevValue, s.YearBefore, s.YearValue, s.ToDate, s.Missing = nil, "", "", "", "", "", nil
	return &s
}

// counts tells how many figures show each light.
func counts(list []measure.Shown) (green, yellow, red, grey int) {
	for _, f := range list {
		switch f.Light {
		case measure.Green:
			green++
		case measure.Yellow:
			yellow++
		case measure.Red:
			red++
		default:
			grey++
		}
	}
	return green, yellow, red, grey
}

// overview gives the opening sentences, computed from the figures.
func (c Content) overview() string {
	green, yellow, red, grey := counts(c.Figures)
	s := fmt.Sprintf("截至%s，监测指标 %d 项，其中达标 %d 项", c.Cutoff, len(c.Figures), green+yellow)
	if yellow > 0 {
		s += fmt.Sprintf("（接近目标线或样本不足以判定 %d 项）", yellow)
	}
	s += fmt.Sprintf("，未达标 %d 项", red)
	if grey > 0 {
		s += fmt.Sprintf("，无目标、无数据或数据不完整 %d 项", grey)
	}
	s += "。"
	if c.Compared != "" {
		s += fmt.Sprintf("与%s的材料相比，好转 %d 项，变差 %d 项，未更新 %d 项。", c.Compared, len(c.Better), len(c.Worse), len(c.Stale))
	}
	return s
}

// moved gives the word for how a figure stands against the last pack.
func (c Content) moved(code string) string {
	switch {
	case c.Compared == "":
		return ""
	case slices.Contains(c.Stale, code):
		return "未更新"
	case slices.Contains(c.Worse, code):
		return "变差"
	case slices.Contains(c.Better, code):
		return "好转"
	}
	return ""
}

// itemLight gives the word of an action item's light (STANDARDS LIGHT-01).
func itemLight(l measure.Light) string {
	return map[measure.Light]string{measure.Green: "正常", measure.Yellow: "注意", measure.Red: "逾期", measure.Grey: "已办结"}[l]
}

func ordinal(n int) string {
	return []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}[n-1]
}

func (c Content) name(u org.UnitID) string {
	if n, ok := c.Names[u]; ok {
		return n
	}
	return strconv.Itoa(int(u))
}
