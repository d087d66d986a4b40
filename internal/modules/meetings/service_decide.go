package meetings

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
)

// Check reports all faults of a decision, by field.
func (d Decision) Check(t *org.Tree, meeting period.Day) error {
	var f fault.Fields
	f.Need(strings.TrimSpace(d.Text) != "", "text", "请写议定内容")
	f.Need(slices.Contains(DecisionKinds(), d.Kind), "kind", "请选择：交办、决定或通报")
	if d.Kind == Assignment {
		f.Need(d.Lead != 0 && t.Has(d.Lead), "lead", "交办事项请选择牵头单位")
		f.Need(!d.Deadline.IsZero(), "deadline", "交办事项请写期限")
		f.Need(strings.TrimSpace(d.Standard) != "", "standard", "交办事项请写完成标准，核验时以它为准")
		f.Need(d.Deadline.IsZero() || d.Deadline >= meeting, "deadline", "期限 %s 早于会议日期 %s；请核对", d.Deadline, meeting)
	}
	f.Need(!slices.Contains(d.Assist, d.Lead) || d.Lead == 0, "assist", "牵头单位不必再列为配合单位")
	return f.Err()
}

// Decide records a decision. An assignment opens an action item at once, in the same transaction:
// either both are there or neither.
func (s *Service) Decide(ctx context.Context, by perm.Actor, id int64, d Decision) (out Decision, err error) {
	err = s.change(ctx, by, id, "decide", func(tx *sqldb.Tx, m *Meeting) (any, error) {
		if err := m.mayChange(); err != nil {
			return nil, err
		}
		if err := d.Check(s.units.Today(), m.Day); err != nil {
			return nil, err
		}
		have, err := decisionsOf(tx, id)
		if err != nil {
			return nil, err
		}
		d.Meeting, d.No, d.Text, d.Standard = id, 1, strings.TrimSpace(d.Text), strings.TrimSpace(d.Standard)
		for _, o := range have {
			d.No = max(d.No, o.No+1)
		}
		if d.ID, err = tx.NextID("meetings_decision"); err != nil {
			return nil, err
		}
		topic, err := topicIn(tx, id, d.Topic)
		if err != nil {
			return nil, err
		}
		if d.Kind == Assignment {
			if d.Item, err = s.openItem(tx, by, *m, topic, d); err != nil {
				return nil, err
			}
		}
		if err := d.insert(tx); err != nil {
			return nil, err
		}
		if topic.ID != 0 && topic.Outcome == Pending {
			topic.Outcome = Discussed
			if err := topic.update(tx); err != nil {
				return nil, err
			}
		}
		out = d
		return map[string]any{"no": d.No, "kind": d.Kind, "item": d.Item}, nil
	})
	return out, err
}

func topicIn(tx *sqldb.Tx, id, topic int64) (Topic, error) {
	if topic == 0 {
		return Topic{}, nil
	}
	all, err := topicsOf(tx, id)
	if err != nil {
		return Topic{}, err
	}
	for _, t := range all {
		if t.ID == topic {
			return t, nil
		}
	}
	return Topic{}, fault.New(fault.Missing, "议程里没有这一项；它可能刚被移除，请刷新页面")
}

func (s *Service) openItem(tx *sqldb.Tx, by perm.Actor, m Meeting, t Topic, d Decision) (int64, error) {
	if s.joints.Items == nil {
		return 0, fault.New(fault.Unavailable, "事项模块没有启用，交办事项无法立项；请改记为“决定”")
	}
	draft := work.Draft{Title: firstLine(d.Text), Content: d.Text, Standard: d.Standard, Lead: d.Lead, Assist: d.Assist, Force: t.Force, Deadline: d.Deadline, Assigned: true,
		Source: work.Source{Kind: work.FromDecision, Ref: fmt.Sprintf("%d", d.ID), Text: fmt.Sprintf("%s 第%d项", m.Title, d.No), Path: meetingPath(m.ID) + fmt.Sprintf("#d%d", d.No)}}
	if t.Code != "" {
		draft.Figure = work.Figure{Code: t.Code, Unit: t.Unit, Period: m.Period}
		if p, ok := periodOfKey(t.Key); ok {
			draft.Figure.Period = p
		}
	}
	item, err := s.joints.Items.Open(tx, by, draft)
	return item.ID, err
}

// firstLine makes a title of at most 60 characters.
func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	s = strings.TrimSuffix(strings.TrimSpace(s), "。") // a title stands inside other sentences
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}

// Redecide changes the words of a decision. What an opened item asks for is changed with the item,
// not here; so lead, deadline and standard of an assignment stay as they were given.
func (s *Service) Redecide(ctx context.Context, by perm.Actor, id int64, d Decision) error {
	return s.decision(ctx, by, id, d.ID, "redecide", func(tx *sqldb.Tx, m *Meeting, old *Decision) error {
		if old.Item != 0 {
			d.Kind, d.Lead, d.Assist, d.Deadline, d.Standard = old.Kind, old.Lead, old.Assist, old.Deadline, old.Standard
		}
		if err := d.Check(s.units.Today(), m.Day); err != nil {
			return err
		}
		old.Kind, old.Text, old.Lead, old.Assist, old.Deadline, old.Standard, old.Version = d.Kind, strings.TrimSpace(d.Text), d.Lead, d.Assist, d.Deadline, strings.TrimSpace(d.Standard), d.Version
		if old.Kind == Assignment && old.Item == 0 {
			topic, err := topicIn(tx, id, old.Topic)
			if err != nil {
				return err
			}
			if old.Item, err = s.openItem(tx, by, *m, topic, *old); err != nil {
				return err
			}
		}
		return old.update(tx)
	})
}

// Strike takes a decision out; its number stays empty. One whose item is under way is ended with
// the item instead.
func (s *Service) Strike(ctx context.Context, by perm.Actor, id, decision int64) error {
	return s.decision(ctx, by, id, decision, "strike", func(tx *sqldb.Tx, _ *Meeting, d *Decision) error {
		if d.Item != 0 {
			return fault.New(fault.Conflict, "第 %d 项已立为事项；请在事项页终止它，会议记录保留这一条", d.No)
		}
		d.Gone = true
		return d.update(tx)
	})
}

func (s *Service) decision(ctx context.Context, by perm.Actor, id, decision int64, deed string, do func(*sqldb.Tx, *Meeting, *Decision) error) error {
	return s.change(ctx, by, id, deed, func(tx *sqldb.Tx, m *Meeting) (any, error) {
		if err := m.mayChange(); err != nil {
			return nil, err
		}
		list, err := decisionsOf(tx, id)
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			if d.ID == decision && !d.Gone {
				return map[string]any{"no": d.No}, do(tx, m, &d)
			}
		}
		return nil, fault.New(fault.Missing, "没有这条议定事项；它可能刚被删除，请刷新页面")
	})
}

// filesOwner is the key under which the module keeps its files.
const filesOwner = "meetings"

// mostHandout bounds a paper.
const mostHandout = 20 << 20

// Hand brings a paper of a task force, or of the office, to a meeting.
func (s *Service) Hand(ctx context.Context, by perm.Actor, id int64, force org.UnitID, title, name string, content []byte) (err error) {
	defer fault.Wrap(&err, "meetings.Hand(%d)", id)
	if err := by.May(rulePaper, perm.On{Unit: force, Force: force}); err != nil {
		return err
	}
	var f fault.Fields
	f.Need(strings.TrimSpace(title) != "", "title", "请写材料名称")
	f.Need(len(content) > 0, "file", "请选择文件")
	f.Need(len(content) <= mostHandout, "file", "文件超过 20 MB；请压缩图片后再传")
	media, ok := files.Paper(name, content)
	f.Need(len(content) == 0 || ok, "file", "“%s”不是 Word、PDF、Excel、WPS 导出的文件或图片；请另存为 docx、pdf、xlsx、png 或 jpg", name)
	if err := f.Err(); err != nil {
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
		hash, err := s.files.Put(tx, filesOwner, name, media, content)
		if err != nil {
			return err
		}
		h := Handout{Meeting: id, Force: force, Title: strings.TrimSpace(title), Hash: hash, File: name, By: tx.By().Name, At: tx.Stamp()}
		if h.ID, err = tx.NextID("meetings_handout"); err != nil {
			return err
		}
		if _, err := tx.Exec(insertHandoutSQL, h.ID, h.Meeting, int64(h.Force), h.Title, h.Hash, h.File, h.By, h.At); err != nil {
			return err
		}
		tx.Audit("meetings.hand", meetingRef(id), map[string]any{"title": h.Title, "hash": hash})
		_, err = tx.Change("meetings", fmt.Sprint(id))
		return err
	})
}

// TakeBack removes a paper from a meeting that is not over; the file stays in the store.
func (s *Service) TakeBack(ctx context.Context, by perm.Actor, id, handout int64) (err error) {
	defer fault.Wrap(&err, "meetings.TakeBack(%d, %d)", id, handout)
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		m, err := meetingOf(tx, id)
		if err != nil {
			return err
		}
		list, err := handoutsOf(tx, id)
		if err != nil {
			return err
		}
		for _, h := range list {
			if h.ID != handout {
				continue
			}
			if err := by.May(rulePaper, perm.On{Unit: h.Force, Force: h.Force}); err != nil {
				return err
			}
			if err := m.mayChange(); err != nil {
				return err
			}
			if _, err := tx.Exec(dropHandoutSQL, handout); err != nil {
				return err
			}
			tx.Audit("meetings.takeback", meetingRef(id), map[string]any{"title": h.Title})
			_, err := tx.Change("meetings", fmt.Sprint(id))
			return err
		}
		return fault.New(fault.Missing, "没有这份材料；它可能刚被移除，请刷新页面")
	})
}

// HandoutFile gives a paper's name, media type and content.
func (s *Service) HandoutFile(ctx context.Context, reader perm.Actor, id, handout int64) (f files.File, content []byte, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return f, nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err := handoutsOf(tx, id)
		if err != nil {
			return err
		}
		for _, h := range list {
			if h.ID == handout {
				f, content, err = s.files.GetTx(tx, filesOwner, h.Hash)
				f.Name = h.File
				return err
			}
		}
		return fault.New(fault.Missing, "没有这份材料；它可能刚被移除，请刷新页面")
	})
	return f, content, err
}
