package actions

import (
	"context"
	"fmt"
	"io"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
)

// IssueSlip issues a slip of a level for an item, once in a round, with the next number of the
// year. The standing of the item must call for it.
func (s *Service) IssueSlip(ctx context.Context, by perm.Actor, id int64, l Level) (out Slip, err error) {
	err = s.act(ctx, by, id, IssueSlip, given{}, func(tx *sqldb.Tx, c *change, f *fault.Fields) error {
		c.version = false
		set, err := settingsOf(tx)
		if err != nil {
			return err
		}
		if set.Prefix == "" {
			return fault.New(fault.Conflict, "督办单的发文字号还没有填写（由县填写）；请先到“事项设置”填写机关代字，再签发")
		}
		a := c.action
		st := stand(a, set, s.units.Calendar(), s.today())
		if !fits(l, a, st) {
			return fault.New(fault.Conflict, "事项现在的情况（%s）不到签发“%s”的条件（%s）；请刷新页面", st.Why(nil), fault.Word(l.Text()), fault.Word(l.Occasion()))
		}
		y, _, _ := s.today().Date()
		out = Slip{Item: id, Round: a.Round, Level: l, Year: y, Account: by.Login, Name: by.Name, Body: s.slipBody(a, st, set, l)}
		fresh, err := insertSlip(tx, &out, set.Prefix)
		if err == nil && !fresh {
			err = fault.New(fault.Conflict, "这件事项已经签发过“%s”；每种颜色只签发一次，请在页面下载已签发的", fault.Word(l.Text()))
		}
		c.entry.Note = out.Number
		return err
	}, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error {
		return s.tellUnits(tx, c.action, c.entry, notify.Deadline, "事项 %s 签发了督办单 %s，请查收", c.action.name(), out.Number)
	})
	return out, err
}

func (s *Service) slipBody(a *Action, st Standing, set Settings, l Level) SlipBody {
	reply, _ := s.units.Calendar().AddWorkdays(s.today(), 3)
	b := SlipBody{No: a.No, Title: a.Title, Content: a.Content, Standard: a.Standard, Source: a.Source.Text, Lead: s.fullName(s.now(a.Lead())), Deadline: a.Deadline.Chinese(),
		State: a.State.Text(), Why: st.Why(nil), Demands: demands(l, a, a.Deadline, reply), Office: s.officeName(set), Day: s.today().Chinese(), Reply: reply.Chinese()}
	if a.First != 0 {
		b.First = a.First.Chinese()
	}
	for _, u := range a.Assist() {
		if name := s.fullName(s.now(u)); name != b.Lead && !slices.Contains(b.Assist, name) {
			b.Assist = append(b.Assist, name)
		}
	}
	return b
}

// WriteSlip writes a slip in a format, "docx" or "pdf", for those who may see the item's evidence.
func (s *Service) WriteSlip(ctx context.Context, reader perm.Actor, id int64, round int, l Level, format string, w io.Writer) (err error) {
	defer fault.Wrap(&err, "actions.WriteSlip(%d, %d, %s)", id, round, l)
	d, _, err := s.Slip(ctx, reader, id, round, l)
	if err != nil {
		return err
	}
	if format != "docx" && format != "pdf" {
		return fault.New(fault.Missing, "没有 %s 格式；请下载 docx 或 pdf", format)
	}
	if s.print == nil {
		return fault.New(fault.Unavailable, "文书模块没有启用，不能下载；请联系系统管理员")
	}
	return s.print(d, format, w)
}

// Slip gives a slip as a document.
func (s *Service) Slip(ctx context.Context, reader perm.Actor, id int64, round int, l Level) (d *docgen.Document, out Slip, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		a, err := itemOf(tx, id)
		if err != nil {
			return err
		}
		if err := s.mayEvidence(reader, &a); err != nil {
			return err
		}
		list, err := slipsOf(tx, id)
		for _, x := range list {
			if x.Round == round && x.Level == l {
				d, out = NewSlipDocument(x), x
				return nil
			}
		}
		if err == nil {
			err = fault.New(fault.Missing, "没有这份督办单；请从事项页面进入")
		}
		return err
	})
	return d, out, err
}

// Slips lists the slips that a reader may see, newest first, with their items.
func (s *Service) Slips(ctx context.Context, reader perm.Actor) (list []Slip, items map[int64]Action, err error) {
	defer fault.Wrap(&err, "actions.Slips()")
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, nil, err
	}
	items = map[int64]Action{}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := allItems(tx)
		if err != nil {
			return err
		}
		for _, a := range all {
			if s.mayEvidence(reader, &a) == nil {
				items[a.ID] = a
			}
		}
		slips, err := allSlips(tx)
		for _, x := range slips {
			if _, ok := items[x.Item]; ok {
				list = append(list, x)
			}
		}
		return err
	})
	return list, items, err
}

// slipName names the file of a slip.
func slipName(x Slip, format string) string {
	return fmt.Sprintf("%s %s.%s", x.Number, x.Level.Text(), format)
}
