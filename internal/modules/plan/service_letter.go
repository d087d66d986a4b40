package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// Letters lists the letters of a plan, all of them.
func (s *Service) Letters(ctx context.Context, reader perm.Actor, plan int64) (list []Letter, err error) {
	defer fault.Wrap(&err, "plan.Letters(%d)", plan)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		list, err = sqldb.All(tx, scanLetter, lettersSQL, plan)
		return err
	})
	return list, err
}

// newest gives the last letter of a unit and year.
func newest(list []Letter, unit org.UnitID, year int) (l Letter, ok bool) {
	for _, x := range list {
		if x.Unit == unit && x.Year == year && x.No > l.No {
			l, ok = x, true
		}
	}
	return l, ok
}

// Letter gives a letter with the plan as it stands today.
func (s *Service) Letter(ctx context.Context, reader perm.Actor, id int64) (l Letter, b book, err error) {
	defer fault.Wrap(&err, "plan.Letter(%d)", id)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return l, b, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		if l, err = letterOf(tx, id); err != nil {
			return err
		}
		b, err = s.book(tx, l.Plan, s.today())
		return err
	})
	return l, b, err
}

// Issue makes the letters of units for a year from the edition in force. A unit that has a letter
// already gets a new one only with a reason; the earlier one stays readable.
func (s *Service) Issue(ctx context.Context, by perm.Actor, plan int64, year int, list []org.UnitID, reason string) (made []int64, err error) {
	defer fault.Wrap(&err, "plan.Issue(%d, %d)", plan, year)
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return nil, err
	}
	reason = strings.TrimSpace(reason)
	var b book
	if b, err = s.open(ctx, by, plan); err != nil {
		return nil, err
	}
	if b.current == nil {
		return nil, fault.New(fault.Conflict, "计划还没有施行的版本；批准施行后才能出责任书")
	}
	contents := map[org.UnitID]LetterContent{}
	for _, u := range list {
		c, err := s.letterContent(ctx, by, b, u, year)
		if err != nil {
			return nil, err
		}
		contents[u] = c
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		have, err := sqldb.All(tx, scanLetter, lettersSQL, plan)
		if err != nil {
			return err
		}
		editions, err := editionsOf(tx, plan)
		if err != nil {
			return err
		}
		if now := inForce(editions, s.today()); now == nil || now.ID != b.current.ID {
			return fault.New(fault.Conflict, "计划刚换了版本；请刷新页面后再出责任书")
		}
		for _, u := range list {
			old, had := newest(have, u, year)
			var f fault.Fields
			f.Need(!had || reason != "", "reason", "%s已有责任书；重出请写明原因", s.unitName(u))
			f.Need(len(contents[u].Duties) > 0, "unit", "%s在 %d 年没有任务；不用出责任书", s.unitName(u), year)
			f.Need(textOK(reason, longText), "reason", "说明最多 %d 个字；请缩短", longText)
			if err := f.Err(); err != nil {
				return err
			}
			l := Letter{Plan: plan, Year: year, Unit: u, No: old.No + 1, Content: contents[u], Reason: reason, MadeBy: tx.By().Name, MadeAt: tx.Stamp()}
			if l.ID, err = tx.NextID("plan_letter"); err != nil {
				return err
			}
			if err := l.insert(tx); err != nil {
				return err
			}
			made = append(made, l.ID)
			tx.Audit("plan.letter.new", fmt.Sprintf("letter:%d", l.ID), map[string]any{"unit": u, "year": year, "no": l.No, "reason": reason})
		}
		_, err = tx.Change("plan", num(plan))
		return err
	})
	return made, err
}

func (s *Service) letterContent(ctx context.Context, by perm.Actor, b book, u org.UnitID, year int) (LetterContent, error) {
	c := LetterContent{Plan: b.plan.Name, Edition: b.current.No, Host: s.unitName(b.plan.Host), Unit: s.standingName(words.Chinese)(u), Duties: duties(b.content, u, year)}
	for _, code := range codes(b.content, c.Duties) {
		p := Promise{Code: code, Name: s.indicatorName(code)}
		if s.joints.Figures != nil {
			f, err := s.joints.Figures.Newest(ctx, by, code, s.figureUnit(u), s.today())
			if err != nil && fault.KindOf(err) == fault.Internal {
				return c, err
			}
			if err == nil {
				p.Target = f.Target
			}
		}
		c.Promises = append(c.Promises, p)
	}
	return c, nil
}

// figureUnit gives the unit whose figures stand for a unit: a township its own, a functional unit
// the county's.
func (s *Service) figureUnit(u org.UnitID) org.UnitID {
	t := s.units.Today()
	if u = s.now(u); t.Has(u) && t.Level(u) != org.LevelFunctional {
		return u
	}
	return t.Root(org.Territorial)
}

func (s *Service) indicatorName(code string) string {
	if s.joints.Figures != nil {
		for _, c := range s.joints.Figures.Indicators() {
			if c.Code == code {
				return c.Name
			}
		}
	}
	return code
}

func (s *Service) bundleName(code string) string {
	if s.joints.Figures != nil {
		for _, c := range s.joints.Figures.Bundles() {
			if c.Code == code {
				return c.Name
			}
		}
	}
	return code
}

// shown gives figures for a unit, those that the reader may see and that exist.
func (s *Service) shown(ctx context.Context, reader perm.Actor, list []string, u org.UnitID) (out []measure.Shown, err error) {
	if s.joints.Figures == nil {
		return nil, nil
	}
	for _, code := range list {
		f, err := s.joints.Figures.Newest(ctx, reader, code, u, s.today())
		switch {
		case err == nil:
			out = append(out, f)
		case fault.KindOf(err) == fault.Internal:
			return nil, err
		}
	}
	return out, nil
}

// A Signing is what is recorded of a signature: the day and the posts, never persons.
type Signing struct {
	On       period.Day
	Post     string
	HostPost string
	Scan     *Upload // of the signed paper; may be nil
	Version  int64
}

// Sign records that a letter was signed. It is done once; a letter signed in error is made anew.
func (s *Service) Sign(ctx context.Context, by perm.Actor, id int64, x Signing) (err error) {
	defer fault.Wrap(&err, "plan.Sign(%d)", id)
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		l, err := letterOf(tx, id)
		if err != nil {
			return err
		}
		if !l.SignedOn.IsZero() {
			return fault.New(fault.Conflict, "责任书已登记签订；登记有误请重出一份并写明原因")
		}
		x.Post, x.HostPost = strings.TrimSpace(x.Post), strings.TrimSpace(x.HostPost)
		var f fault.Fields
		f.Need(!x.On.IsZero() && x.On <= s.today(), "day", "请写签订日期，不晚于今天")
		f.Need(x.Post != "" && shortOK(x.Post, 40), "post", "请写签订人的职务，最多 %d 个字；不写姓名", 40)
		f.Need(x.HostPost != "" && shortOK(x.HostPost, 40), "hostpost", "请写签订人的职务，最多 %d 个字；不写姓名", 40)
		media := ""
		if x.Scan != nil {
			ok := false
			media, ok = files.Paper(x.Scan.Name, x.Scan.Content)
			f.Need(ok && len(x.Scan.Content) <= mostFile, "file", "“%s”不是可以收的文件；请另存为 docx、pdf、xlsx、pptx、ofd、png 或 jpg（不带宏）", x.Scan.Name)
		}
		if err := f.Err(); err != nil {
			return err
		}
		l.SignedOn, l.SignedPost, l.HostPost, l.RecordedBy, l.Version = x.On, x.Post, x.HostPost, tx.By().Name, x.Version
		if x.Scan != nil {
			if l.Hash, err = s.files.Put(tx, filesOwner, x.Scan.Name, media, x.Scan.Content); err != nil {
				return err
			}
			l.File = x.Scan.Name
		}
		if err := l.update(tx); err != nil {
			return err
		}
		return note(tx, "plan.letter.sign", l.Plan, fmt.Sprintf("letter:%d", l.ID), map[string]any{"on": x.On, "post": x.Post})
	})
}

// Scan gives the scan of a signed letter.
func (s *Service) Scan(ctx context.Context, reader perm.Actor, id int64) (f files.File, content []byte, err error) {
	defer fault.Wrap(&err, "plan.Scan(%d)", id)
	if !reader.Can(ruleEvidence) {
		return f, nil, reader.May(ruleEvidence, perm.On{})
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		l, err := letterOf(tx, id)
		if err != nil {
			return err
		}
		u := s.now(l.Unit)
		if err := reader.May(ruleEvidence, perm.On{Unit: u, Force: u}); err != nil {
			return err
		}
		if l.Hash == "" {
			return fault.New(fault.Missing, "这份责任书没有扫描件")
		}
		f, content, err = s.files.GetTx(tx, filesOwner, l.Hash)
		f.Name = l.File
		return err
	})
	return f, content, err
}

// standings gives how the duties of a letter stand: by the plan in force, and as cancelled where
// it no longer holds them.
func (b book) standings(l Letter) (out []Line, gone []Duty) {
	for _, d := range l.Content.Duties {
		if t, ok := b.content.Task(d.Code); ok {
			out = append(out, b.line(t))
		} else {
			gone = append(gone, d)
		}
	}
	return out, gone
}

// years lists the years a plan touches.
func (p Plan) years() (out []int) {
	a, _, _ := p.From.Date()
	b, _, _ := p.To.Date()
	for y := a; y <= b; y++ {
		out = append(out, y)
	}
	slices.Reverse(out)
	return out
}
