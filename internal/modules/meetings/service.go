package meetings

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/background"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// Units is what meetings need to know of the units.
type Units interface {
	Register() *org.Register
	Today() *org.Tree
	Calendar() *calendar.Calendar
}

// Figures is what meetings need to know of the indicators, protected for the reader who asks.
type Figures interface {
	// Overview gives the county's indicators, each at its own latest complete period by a day.
	Overview(ctx context.Context, reader perm.Actor, on period.Day) ([]measure.Shown, error)
	// Among gives an indicator for the units beneath the county that it compares, in a period.
	Among(ctx context.Context, reader perm.Actor, code string, p period.Period) ([]measure.Shown, error)
	// Newest gives a figure at the latest complete period by a day.
	Newest(ctx context.Context, reader perm.Actor, code string, unit org.UnitID, on period.Day) (measure.Shown, error)
}

// Items is what meetings need to know of the action items.
type Items interface {
	Open(tx *sqldb.Tx, by perm.Actor, d work.Draft) (work.Item, error)
	Items(ctx context.Context, reader perm.Actor, f work.Filter) ([]work.Item, error)
}

// A Holder is a post with those who hold it today.
type Holder struct {
	Post  perm.Post
	Names []string
}

// Joints connect the module with the others; each may be nil, and then its part stays empty.
type Joints struct {
	Figures Figures
	Items   Items
	Posts   func(ctx context.Context) ([]Holder, error)
	Late    func(ctx context.Context, reader perm.Actor, on period.Day) ([]Late, error)
	Signals func(ctx context.Context, reader perm.Actor, on period.Day) ([]Signal, error)
	Matters func(ctx context.Context, reader perm.Actor, on period.Day) ([]Signal, error) // of the plan
	Notices notify.Teller
	Forces  func() []org.UnitID // the task forces of today, in their order
	// Fairly compares the townships by an indicator, allowing for chance.
	Fairly func(ctx context.Context, reader perm.Actor, code string, p period.Period) (measure.Fairness, error)
	// Print writes a document in a format ("docx", "pdf", "xlsx") and tells which fonts stood in.
	Print   func(w io.Writer, d *docgen.Document, format string) (fonts string, err error)
	Sayings words.Sayings // sentences of other modules that stand in reasons and states, kept in Chinese
	// English gives the English name of an indicator or a form by its Chinese one; "" where there is none.
	English func(name string) string
	// ItemLight gives what the county calls a light of an item, in both languages; "" for the usual word.
	ItemLight func(ctx context.Context, l measure.Light) (zh, en string)
	Generator string        // "开阳 0.2", printed at the end of documents
	Base      func() string // address before the links of documents; "" leaves them out
}

// A Service keeps meetings.
type Service struct {
	db     *sqldb.DB
	units  Units
	files  *files.Store
	clock  func() time.Time
	joints Joints
	making *background.Desk[int64, Pack] // packs being made, by meeting
}

// New makes the service.
func New(db *sqldb.DB, units Units, store *files.Store, clock func() time.Time) *Service {
	return &Service{db: db, units: units, files: store, clock: clock, making: background.New[int64, Pack](clock, keepRuns)}
}

// Close ends what runs in the background.
func (s *Service) Close() { s.making.Close() }

// Join connects the module with the others.
func (s *Service) Join(j Joints) { s.joints = j }

func (s *Service) today() period.Day { return period.DayOf(s.clock()) }

// unitName gives the short name of a unit as of today, or as of when it last lived.
func (s *Service) unitName(u org.UnitID) string {
	if u == 0 {
		return ""
	}
	if t := s.units.Today(); t.Has(u) {
		return t.Short(u)
	}
	if x, ok := s.units.Register().Unit(u); ok {
		return x.Last().Name
	}
	return strconv.Itoa(int(u))
}

func (s *Service) force(code string) org.UnitID {
	if code == "" {
		return 0
	}
	id, _ := s.units.Register().ByCode(code)
	return id
}

// AllSeries lists the series, those that have ended last.
func (s *Service) AllSeries(ctx context.Context, reader perm.Actor) (list []Series, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		list, err = sqldb.All(tx, scanSeries, allSeriesSQL)
		return err
	})
	slices.SortStableFunc(list, func(a, b Series) int { return sqldb.Bool(a.Ended) - sqldb.Bool(b.Ended) })
	return list, err
}

// SaveSeries makes a series (ID 0) or changes one; meetings already planned stay as they are.
func (s *Service) SaveSeries(ctx context.Context, by perm.Actor, x Series) (id int64, err error) {
	defer fault.Wrap(&err, "meetings.SaveSeries(%d)", x.ID)
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return 0, err
	}
	if err := x.Check(); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		deed := "meetings.series.change"
		if x.ID == 0 {
			deed = "meetings.series.new"
			var err error
			if x.ID, err = tx.NextID("meetings_series"); err != nil {
				return err
			}
			if err := x.insert(tx); err != nil {
				return err
			}
		} else if err := x.update(tx); err != nil {
			return err
		}
		tx.Audit(deed, fmt.Sprintf("series:%d", x.ID), map[string]any{"name": x.Name, "rhythm": x.Rhythm, "day": x.Day, "ended": x.Ended})
		_, err := tx.Change("meetings", strconv.FormatInt(x.ID, 10))
		return err
	})
	return x.ID, err
}

// Dates lists the days on which a series will meet within from..to that are not planned yet.
func (s *Service) Dates(ctx context.Context, reader perm.Actor, series int64, from, to period.Day) (list []Date, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		x, err := seriesOf(tx, series)
		if err != nil || x.Ended {
			return err
		}
		have, err := sqldb.All(tx, scanMeeting, ofSeriesSQL, series)
		if err != nil {
			return err
		}
		planned := map[period.Period]bool{}
		for _, m := range have {
			planned[m.Period] = true
		}
		for _, p := range x.Rhythm.Periods(max(from, x.From), to) {
			if d := x.Date(s.units.Calendar(), p); !planned[p] && d.Day >= from && d.Day <= to {
				list = append(list, d)
			}
		}
		return nil
	})
	return list, err
}

// Plan puts a meeting of a series on a day: in the period of its rhythm, or on another day that a
// person chose. The invited posts of the series get a seat each.
func (s *Service) Plan(ctx context.Context, by perm.Actor, series int64, p period.Period, day period.Day) (id int64, err error) {
	defer fault.Wrap(&err, "meetings.Plan(%d, %s)", series, p)
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return 0, err
	}
	var holders []Holder
	if s.joints.Posts != nil {
		if holders, err = s.joints.Posts(ctx); err != nil {
			return 0, err
		}
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		x, err := seriesOf(tx, series)
		if err != nil {
			return err
		}
		if x.Ended {
			return fault.New(fault.Conflict, "会议系列“%s”已停开；请先恢复或另选系列", x.Name)
		}
		have, err := sqldb.All(tx, scanMeeting, ofSeriesSQL, series)
		if err != nil {
			return err
		}
		m := Meeting{Series: series, No: 1, Period: p, Day: day, Time: x.Time, Place: x.Place, Chair: x.Chair, Host: x.Host, State: Planned}
		for _, o := range have {
			if o.Period == p && o.State != Cancelled {
				return fault.New(fault.Conflict, "%s 的会议已经排定在 %s；请打开那次会议修改日期", fault.Named(p), o.Day)
			}
			m.No = max(m.No, o.No+1)
		}
		if day.IsZero() {
			d := x.Date(s.units.Calendar(), p)
			m.Day, m.Shifted = d.Day, d.Shifted
		}
		m.Title = titleOf(x, p)
		if m.ID, err = tx.NextID("meetings_meeting"); err != nil {
			return err
		}
		id = m.ID
		if err := m.insert(tx); err != nil {
			return err
		}
		for _, post := range x.Posts {
			for _, h := range holders {
				if h.Post.ID != post {
					continue
				}
				if _, err := tx.Exec(insertSeatSQL, m.ID, post, int64(h.Post.Unit), string(h.Post.Role), h.Post.Title); err != nil {
					return err
				}
			}
		}
		tx.Audit("meetings.plan", meetingRef(m.ID), map[string]any{"title": m.Title, "day": m.Day.String()})
		_, err = tx.Change("meetings", strconv.FormatInt(m.ID, 10))
		return err
	})
	return id, err
}

// titleOf names a meeting by its series and period, "2018年5月上半月调度会".
func titleOf(x Series, p period.Period) string {
	if x.Rhythm == Weekly {
		return p.First().Chinese() + "当周" + x.Name
	}
	return p.Chinese() + x.Name
}

func meetingRef(id int64) string { return "meeting:" + strconv.FormatInt(id, 10) }

// change does a deed to one meeting inside a transaction.
func (s *Service) change(ctx context.Context, by perm.Actor, id int64, deed string, do func(tx *sqldb.Tx, m *Meeting) (detail any, err error)) (err error) {
	defer fault.Wrap(&err, "meetings.%s(%d)", deed, id)
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		m, err := meetingOf(tx, id)
		if err != nil {
			return err
		}
		detail, err := do(tx, &m)
		if err != nil {
			return err
		}
		tx.Audit("meetings."+deed, meetingRef(id), detail)
		_, err = tx.Change("meetings", strconv.FormatInt(id, 10))
		return err
	})
}

// mayChange refuses deeds to a meeting that is over.
func (m Meeting) mayChange() error {
	switch m.State {
	case Cancelled:
		return fault.New(fault.Conflict, "会议已取消；请另排一次会议")
	case Held:
		return fault.New(fault.Conflict, "会议已召开；如需修改记录，请先重新打开会议")
	}
	return nil
}

// An Edit is what may be changed of a meeting's own line.
type Edit struct {
	Version     int64
	Title       string
	Day         period.Day
	Time, Place string
	Chair       string
	Summary     string
}

// Change edits a meeting. A day that is free is taken, and the page warns; the reader is told of a
// moved day again if invitations went out.
func (s *Service) Change(ctx context.Context, by perm.Actor, id int64, e Edit) error {
	return s.change(ctx, by, id, "change", func(tx *sqldb.Tx, m *Meeting) (any, error) {
		var f fault.Fields
		f.Need(e.Title != "", "title", "请写会议名称")
		f.Need(!e.Day.IsZero(), "day", "请选择日期")
		f.Need(clockText(e.Time), "time", "时间写法不对；请写成 09:00 的样子")
		if err := f.Err(); err != nil {
			return nil, err
		}
		if err := m.mayChange(); err != nil {
			return nil, err
		}
		moved := m.Day != e.Day || m.Time != e.Time || m.Place != e.Place
		m.Title, m.Day, m.Time, m.Place, m.Chair, m.Summary, m.Version = e.Title, e.Day, e.Time, e.Place, e.Chair, e.Summary, e.Version
		if moved {
			m.Shifted = ""
		}
		if err := m.update(tx); err != nil {
			return nil, err
		}
		if moved && m.State == Invited {
			if err := s.invite(tx, *m, fmt.Sprintf("moved:%d", e.Version), "会议改期：%s，%s %s，%s"); err != nil {
				return nil, err
			}
		}
		return map[string]any{"day": m.Day.String(), "time": m.Time, "place": m.Place}, nil
	})
}

// Invite tells all seats of the meeting; those told before are not told again.
func (s *Service) Invite(ctx context.Context, by perm.Actor, id int64) error {
	return s.change(ctx, by, id, "invite", func(tx *sqldb.Tx, m *Meeting) (any, error) {
		if err := m.mayChange(); err != nil {
			return nil, err
		}
		if m.State == Planned {
			m.State = Invited
			if err := m.update(tx); err != nil {
				return nil, err
			}
		}
		return nil, s.invite(tx, *m, "invite", "会议通知：%s，%s %s，%s")
	})
}

func (s *Service) invite(tx *sqldb.Tx, m Meeting, key, text string) error {
	if s.joints.Notices == nil {
		return nil
	}
	seats, err := seatsOf(tx, m.ID)
	if err != nil {
		return err
	}
	for _, x := range seats {
		err := s.joints.Notices.Tell(tx, notify.Event{Key: fmt.Sprintf("meeting:%d:%s:%d", m.ID, key, x.Post), Kind: notify.Invite, Roles: []perm.Role{x.Role}, Units: []org.UnitID{x.Unit},
			Text: text, Args: []any{m.Title, m.Day, m.Time, m.Place}, Path: meetingPath(m.ID), Due: m.Day, Urgent: true})
		if err != nil {
			return err
		}
	}
	return nil
}

// Move sets a meeting going, ends it, opens it again, or cancels it.
func (s *Service) Move(ctx context.Context, by perm.Actor, id int64, to State, reason string) error {
	return s.change(ctx, by, id, "move", func(tx *sqldb.Tx, m *Meeting) (any, error) {
		ok := map[State][]State{Planned: {Running, Cancelled}, Invited: {Running, Cancelled}, Running: {Held}, Held: {Running}}[m.State]
		if !slices.Contains(ok, to) {
			return nil, fault.New(fault.Conflict, "会议现在是“%s”，不能改为“%s”；请刷新页面后按页面上的按钮操作", fault.Word(m.State.Text()), fault.Word(to.Text()))
		}
		if to == Cancelled && reason == "" {
			return nil, fault.New(fault.Invalid, "取消会议请写明原因")
		}
		from := m.State
		m.State = to
		if to == Held {
			m.Current = 0
		}
		if err := m.update(tx); err != nil {
			return nil, err
		}
		if to == Cancelled && from == Invited {
			if err := s.invite(tx, *m, "cancelled", "会议取消：%s，%s %s，%s"); err != nil {
				return nil, err
			}
		}
		return map[string]any{"from": from, "to": to, "reason": reason}, nil
	})
}

// Meetings lists the meetings of the days from..to, by day.
func (s *Service) Meetings(ctx context.Context, reader perm.Actor, from, to period.Day) (list []Meeting, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		list, err = sqldb.All(tx, scanMeeting, meetingsSQL, dayText(from), dayText(to))
		return err
	})
	return list, err
}

// A Whole is a meeting with all that hangs on it.
type Whole struct {
	Meeting   Meeting
	Series    Series
	Before    *Meeting // the one held before it
	Next      *Meeting
	Topics    []Topic
	Seats     []Seat
	Handouts  []Handout
	Decisions []Decision
	Packs     []Pack
	Items     map[int64]work.Item // of the decisions, by id
}

// Show gives a meeting whole.
func (s *Service) Show(ctx context.Context, reader perm.Actor, id int64) (w Whole, err error) {
	defer fault.Wrap(&err, "meetings.Show(%d)", id)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return w, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		w, err = wholeOf(tx, id)
		return err
	})
	if err != nil {
		return w, err
	}
	w.Items, err = s.itemsOf(ctx, reader, w)
	return w, err
}

func wholeOf(tx *sqldb.Tx, id int64) (w Whole, err error) {
	if w.Meeting, err = meetingOf(tx, id); err != nil {
		return w, err
	}
	if w.Series, err = seriesOf(tx, w.Meeting.Series); err != nil {
		return w, err
	}
	all, err := sqldb.All(tx, scanMeeting, ofSeriesSQL, w.Meeting.Series)
	if err != nil {
		return w, err
	}
	for i := range all {
		o := &all[i]
		switch {
		case o.State == Cancelled || o.ID == id:
		case o.Day < w.Meeting.Day || o.Day == w.Meeting.Day && o.ID < id:
			w.Before = o
		case w.Next == nil:
			w.Next = o
		}
	}
	if w.Topics, err = topicsOf(tx, id); err != nil {
		return w, err
	}
	if w.Seats, err = seatsOf(tx, id); err != nil {
		return w, err
	}
	if w.Handouts, err = handoutsOf(tx, id); err != nil {
		return w, err
	}
	if w.Decisions, err = decisionsOf(tx, id); err != nil {
		return w, err
	}
	w.Packs, err = packsOf(tx, id)
	return w, err
}

// itemsOf gives the action items that came from a meeting's decisions.
func (s *Service) itemsOf(ctx context.Context, reader perm.Actor, w Whole) (map[int64]work.Item, error) {
	out := map[int64]work.Item{}
	if s.joints.Items == nil || !slices.ContainsFunc(w.Decisions, func(d Decision) bool { return d.Item != 0 }) {
		return out, nil
	}
	list, err := s.joints.Items.Items(ctx, reader, work.Filter{Source: work.FromDecision})
	if err != nil {
		return nil, err
	}
	for _, i := range list {
		if slices.ContainsFunc(w.Decisions, func(d Decision) bool { return d.Item == i.ID }) {
			out[i.ID] = i
		}
	}
	return out, nil
}

// room is who asks for the figures of a meeting: packs and the chair's view are seen by everybody
// in the room, so they show no small counts, whoever opens or makes them (SEMANTICS §4).
func (s *Service) room(by perm.Actor) perm.Actor {
	by.Posts = []perm.Post{{Role: perm.Reader, Unit: s.units.Today().Root(org.Territorial)}}
	return by
}
