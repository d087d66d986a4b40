package meetings

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/sqldb"
)

// known gathers what an agenda is proposed from.
func (s *Service) known(ctx context.Context, by perm.Actor, w Whole) (k Known, err error) {
	k = Known{Day: min(s.today(), w.Meeting.Day), Unit: s.unitName, Force: s.force}
	j := s.joints
	if j.Figures != nil {
		if k.Figures, err = j.Figures.Overview(ctx, s.room(by), k.Day); err != nil {
			return k, err
		}
	}
	if j.Items != nil {
		if k.Items, err = j.Items.Items(ctx, by, work.Filter{}); err != nil {
			return k, err
		}
	}
	if j.Late != nil {
		if k.Late, err = j.Late(ctx, by, k.Day); err != nil {
			return k, err
		}
	}
	if j.Signals != nil {
		if k.Signals, err = j.Signals(ctx, by, k.Day); err != nil {
			return k, err
		}
	}
	if j.Matters != nil {
		if k.Matters, err = j.Matters(ctx, by, k.Day); err != nil {
			return k, err
		}
	}
	if w.Before == nil {
		return k, nil
	}
	k.Last = w.Before
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		before, err := wholeOf(tx, w.Before.ID)
		if err != nil {
			return err
		}
		for _, d := range before.Decisions {
			if d.Kind == Assignment && !d.Gone {
				k.Decided = append(k.Decided, d)
			}
		}
		for _, t := range before.Topics {
			if t.Outcome == Put || t.Outcome == Pending && before.Meeting.State == Held && t.Kind != Followup {
				k.Put = append(k.Put, t)
			}
		}
		if n := len(before.Packs); n > 0 {
			c, err := readContent(before.Packs[n-1].Content)
			if err != nil {
				return err
			}
			k.Before = map[string]measure.Shown{}
			for _, f := range c.Figures {
				k.Before[f.Code] = f
			}
		}
		return nil
	})
	return k, err
}

// Proposals gives what the data ask for beyond what is on the agenda already.
func (s *Service) Proposals(ctx context.Context, reader perm.Actor, id int64) (add, refresh []Topic, err error) {
	defer fault.Wrap(&err, "meetings.Proposals(%d)", id)
	if err := reader.May(ruleKeep, perm.On{}); err != nil {
		return nil, nil, err
	}
	w, err := s.Show(ctx, reader, id)
	if err != nil {
		return nil, nil, err
	}
	k, err := s.known(ctx, reader, w)
	if err != nil {
		return nil, nil, err
	}
	add, refresh = merge(w.Topics, Propose(k))
	return add, refresh, nil
}

// TakeUp puts proposals on the agenda, those with the keys given or all, and brings the reasons of
// untouched ones up to date. It tells how many are new.
func (s *Service) TakeUp(ctx context.Context, by perm.Actor, id int64, keys []string) (n int, err error) {
	add, refresh, err := s.Proposals(ctx, by, id)
	if err != nil {
		return 0, err
	}
	err = s.change(ctx, by, id, "agenda.propose", func(tx *sqldb.Tx, m *Meeting) (any, error) {
		if err := m.mayChange(); err != nil {
			return nil, err
		}
		have, err := topicsOf(tx, id)
		if err != nil {
			return nil, err
		}
		last := 0
		for _, t := range have {
			last = max(last, t.Order)
		}
		var titles []string
		for _, t := range add {
			if len(keys) > 0 && !slices.Contains(keys, t.Key) || slices.ContainsFunc(have, func(o Topic) bool { return o.Key == t.Key }) {
				continue
			}
			last++
			n++
			t.Meeting, t.Order = id, last
			if t.ID, err = tx.NextID("meetings_topic"); err != nil {
				return nil, err
			}
			if err := t.insert(tx); err != nil {
				return nil, err
			}
			titles = append(titles, t.Title)
		}
		for _, t := range refresh {
			if err := t.update(tx); err != nil {
				return nil, err
			}
		}
		return map[string]any{"added": titles, "refreshed": len(refresh)}, nil
	})
	return n, err
}

// topic does a deed to one topic of a meeting.
func (s *Service) topic(ctx context.Context, by perm.Actor, id, topic int64, deed string, do func(tx *sqldb.Tx, m *Meeting, t *Topic, all []Topic) error) error {
	return s.change(ctx, by, id, deed, func(tx *sqldb.Tx, m *Meeting) (any, error) {
		if err := m.mayChange(); err != nil {
			return nil, err
		}
		all, err := topicsOf(tx, id)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(all, func(t Topic) bool { return t.ID == topic })
		if i < 0 {
			return nil, fault.New(fault.Missing, "议程里没有这一项；它可能刚被移除，请刷新页面")
		}
		t := all[i]
		return map[string]any{"topic": t.Title}, do(tx, m, &t, all)
	})
}

// AddTopic puts a matter on the agenda by hand.
func (s *Service) AddTopic(ctx context.Context, by perm.Actor, id int64, title, reason string, force org.UnitID) (topic int64, err error) {
	err = s.change(ctx, by, id, "agenda.add", func(tx *sqldb.Tx, m *Meeting) (any, error) {
		if err := m.mayChange(); err != nil {
			return nil, err
		}
		title = strings.TrimSpace(title)
		if title == "" {
			return nil, fault.Findings{{Field: "title", Format: "请写议题名称"}}
		}
		all, err := topicsOf(tx, id)
		if err != nil {
			return nil, err
		}
		t := Topic{Meeting: id, Order: 1, Kind: Free, Title: title, Reason: strings.TrimSpace(reason), Force: force}
		if force != 0 {
			t.Kind = Paper
		}
		for _, o := range all {
			t.Order = max(t.Order, o.Order+1)
		}
		if t.ID, err = tx.NextID("meetings_topic"); err != nil {
			return nil, err
		}
		topic, t.Key = t.ID, fmt.Sprintf("hand:%d", t.ID)
		return map[string]any{"topic": t.Title}, t.insert(tx)
	})
	return topic, err
}

// Reorder puts the topics in the order of the ids given; topics not named keep theirs behind them.
func (s *Service) Reorder(ctx context.Context, by perm.Actor, id int64, ids []int64) error {
	return s.change(ctx, by, id, "agenda.order", func(tx *sqldb.Tx, m *Meeting) (any, error) {
		if err := m.mayChange(); err != nil {
			return nil, err
		}
		all, err := topicsOf(tx, id)
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(all, func(a, b Topic) int { return placeIn(ids, a.ID) - placeIn(ids, b.ID) })
		for i, t := range all {
			if t.Order == i+1 {
				continue
			}
			t.Order = i + 1
			if err := t.update(tx); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
}

func placeIn(ids []int64, id int64) int {
	if i := slices.Index(ids, id); i >= 0 {
		return i
	}
	return len(ids)
}

// MoveTopic moves a topic one place up (-1) or down (1).
func (s *Service) MoveTopic(ctx context.Context, by perm.Actor, id, topic int64, by1 int) error {
	return s.topic(ctx, by, id, topic, "agenda.order", func(tx *sqldb.Tx, _ *Meeting, t *Topic, all []Topic) error {
		i := slices.IndexFunc(all, func(o Topic) bool { return o.ID == topic })
		j := i + by1
		if j < 0 || j >= len(all) {
			return nil
		}
		all[i], all[j] = all[j], all[i]
		for n, o := range all {
			if o.Order == n+1 {
				continue
			}
			o.Order = n + 1
			if err := o.update(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// DropTopic takes a matter off the agenda; one that decisions were taken on stays.
func (s *Service) DropTopic(ctx context.Context, by perm.Actor, id, topic int64) error {
	return s.topic(ctx, by, id, topic, "agenda.drop", func(tx *sqldb.Tx, _ *Meeting, t *Topic, _ []Topic) error {
		list, err := decisionsOf(tx, id)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(list, func(d Decision) bool { return d.Topic == topic && !d.Gone }) {
			return fault.New(fault.Conflict, "“%s”已有议定事项，不能移出议程；可改为“延至下次”", t.Title)
		}
		return stale(tx.Exec(dropTopicSQL, t.ID, t.Version))
	})
}

// A Discussion is what is noted on a topic.
type Discussion struct {
	Version int64
	Outcome Outcome
	Note    string
}

// Discuss notes what became of a topic. Notes stay possible until the meeting is closed.
func (s *Service) Discuss(ctx context.Context, by perm.Actor, id, topic int64, d Discussion) error {
	return s.topic(ctx, by, id, topic, "agenda.note", func(tx *sqldb.Tx, _ *Meeting, t *Topic, _ []Topic) error {
		if !slices.Contains([]Outcome{Pending, Discussed, Put, Dropped}, d.Outcome) {
			return fault.New(fault.Invalid, "请选择：已议、延至下次或不再列入")
		}
		t.Outcome, t.Note, t.Version = d.Outcome, strings.TrimSpace(d.Note), d.Version
		return t.update(tx)
	})
}

// Turn makes a topic the one under discussion; the chair's view of everybody follows.
func (s *Service) Turn(ctx context.Context, by perm.Actor, id, topic int64) error {
	return s.topic(ctx, by, id, topic, "agenda.turn", func(tx *sqldb.Tx, m *Meeting, t *Topic, _ []Topic) error {
		if m.Current == topic {
			return nil
		}
		m.Current = topic
		return m.update(tx)
	})
}

// Reply is what an invited post answers: who comes, or why nobody does.
type Reply struct {
	Version int64
	Answer  Answer
	Name    string
	Note    string
}

// AnswerInvite answers for a post that the reader holds, or, by the office, for anybody.
func (s *Service) AnswerInvite(ctx context.Context, by perm.Actor, id, post int64, r Reply) (err error) {
	defer fault.Wrap(&err, "meetings.AnswerInvite(%d, %d)", id, post)
	if err := by.May(ruleAnswer, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		m, err := meetingOf(tx, id)
		if err != nil {
			return err
		}
		if err := m.mayChange(); err != nil {
			return err
		}
		x, err := seatIn(tx, id, post)
		if err != nil {
			return err
		}
		own := slices.ContainsFunc(by.Posts, func(p perm.Post) bool { return p.ID == post })
		if !own && by.May(ruleKeep, perm.On{}) != nil {
			return fault.New(fault.Forbidden, "这是“%s”的通知，只能由该岗位或禁毒办回复", x.Title)
		}
		if !slices.Contains([]Answer{NoAnswer, Coming, Standin, Excused}, r.Answer) {
			return fault.New(fault.Invalid, "请选择：参加、派员代会或请假")
		}
		if r.Answer == Excused && strings.TrimSpace(r.Note) == "" {
			return fault.New(fault.Invalid, "请假请写明事由")
		}
		x.Answer, x.Name, x.Note, x.Version = r.Answer, strings.TrimSpace(r.Name), strings.TrimSpace(r.Note), r.Version
		if err := x.update(tx); err != nil {
			return err
		}
		tx.Audit("meetings.answer", meetingRef(id), map[string]any{"post": x.Title, "answer": r.Answer})
		_, err = tx.Change("meetings", fmt.Sprint(id))
		return err
	})
}

func seatIn(tx *sqldb.Tx, id, post int64) (Seat, error) {
	seats, err := seatsOf(tx, id)
	if err != nil {
		return Seat{}, err
	}
	for _, x := range seats {
		if x.Post == post {
			return x, nil
		}
	}
	return Seat{}, fault.New(fault.Missing, "这次会议没有通知这个岗位；请先加入参会名单")
}

// CallRoll notes who is present: the posts given are, the others are not.
func (s *Service) CallRoll(ctx context.Context, by perm.Actor, id int64, present map[int64]string) error {
	return s.change(ctx, by, id, "roll", func(tx *sqldb.Tx, m *Meeting) (any, error) {
		if err := m.mayChange(); err != nil {
			return nil, err
		}
		seats, err := seatsOf(tx, id)
		if err != nil {
			return nil, err
		}
		n := 0
		for _, x := range seats {
			name, here := present[x.Post]
			if here {
				n++
			}
			if x.Present == here && (x.Name == name || !here) {
				continue
			}
			if x.Present = here; here {
				x.Name = strings.TrimSpace(name)
			}
			if err := x.update(tx); err != nil {
				return nil, err
			}
		}
		return map[string]any{"present": n, "of": len(seats)}, nil
	})
}

// SetSeats makes the posts given the invited ones; what those already invited said stays.
func (s *Service) SetSeats(ctx context.Context, by perm.Actor, id int64, posts []int64) error {
	var holders []Holder
	if s.joints.Posts != nil {
		var err error
		if holders, err = s.joints.Posts(ctx); err != nil {
			return err
		}
	}
	return s.change(ctx, by, id, "seats", func(tx *sqldb.Tx, m *Meeting) (any, error) {
		if err := m.mayChange(); err != nil {
			return nil, err
		}
		have, err := seatsOf(tx, id)
		if err != nil {
			return nil, err
		}
		for _, x := range have {
			if !slices.Contains(posts, x.Post) {
				if _, err := tx.Exec(dropSeatSQL, id, x.Post); err != nil {
					return nil, err
				}
			}
		}
		for _, h := range holders {
			if !slices.Contains(posts, h.Post.ID) || slices.ContainsFunc(have, func(x Seat) bool { return x.Post == h.Post.ID }) {
				continue
			}
			if _, err := tx.Exec(insertSeatSQL, id, h.Post.ID, int64(h.Post.Unit), string(h.Post.Role), h.Post.Title); err != nil {
				return nil, err
			}
		}
		if m.State == Invited {
			return map[string]any{"posts": len(posts)}, s.invite(tx, *m, "invite", "会议通知：%s，%s %s，%s")
		}
		return map[string]any{"posts": len(posts)}, nil
	})
}
