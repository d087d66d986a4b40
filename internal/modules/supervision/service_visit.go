package supervision

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
)

// filesOwner is the key under which the module keeps its pictures.
const filesOwner = "supervision"

// mostPhotos bounds the pictures of a finding.
const mostPhotos = 9

// A Seen is a visit with what stands around it, as far as the reader may see it.
type Seen struct {
	VisitWhole
	Plan    Plan
	List    Checklist
	Lines   []Block    // what is answered: the checklist, or the findings that are checked again
	Before  *Visit     // the visit that this one checks again
	Again   []Visit    // the later checks of it
	Team    bool       // the reader may write
	Own     bool       // the reader answers for the unit
	Inside  bool       // leaders, the office, the team
	LastDay period.Day // of an objection
}

// againBlock gives the findings that a re-check looks at, as lines to answer.
func againBlock(before []Finding) Block {
	var b Block
	for _, f := range before {
		if !f.Gone {
			b.Lines = append(b.Lines, Line{Code: fmt.Sprintf("f%d", f.No), What: f.Text, How: f.Demand})
		}
	}
	return b
}

// Visit gives a visit.
func (s *Service) Visit(ctx context.Context, reader perm.Actor, id int64) (x Seen, err error) {
	defer fault.Wrap(&err, "supervision.Visit(%d)", id)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return x, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		x, err = s.seen(tx, reader, id)
		return err
	})
	return x, err
}

func (s *Service) seen(tx *sqldb.Tx, reader perm.Actor, id int64) (x Seen, err error) {
	v, err := visitOf(tx, id)
	if err != nil {
		return x, err
	}
	if x.Plan, err = planOf(tx, v.Plan); err != nil {
		return x, err
	}
	if !s.seesVisit(reader, x.Plan, v) {
		return x, noVisit()
	}
	if x.VisitWhole, err = wholeVisit(tx, v); err != nil {
		return x, err
	}
	if !s.sees(reader, x.Plan, v) {
		x.Photos = nil
	}
	if x.List, err = listOf(tx, x.Plan.List, x.Plan.Edition); err != nil {
		return x, err
	}
	x.Lines = x.List.Blocks
	all, err := visitsOf(tx, v.Plan)
	if err != nil {
		return x, err
	}
	for i := range all {
		if all[i].ID == v.Of {
			x.Before = &all[i]
		}
		if all[i].Of == v.ID && s.seesVisit(reader, x.Plan, all[i]) {
			x.Again = append(x.Again, all[i])
		}
	}
	if v.Of != 0 {
		before, err := findingsOf(tx, v.Of)
		if err != nil {
			return x, err
		}
		x.Lines = []Block{againBlock(before)}
	}
	x.Inside, x.Team, x.Own = inside(reader, x.Plan), reader.Can(ruleVisit) && inTeam(reader, x.Plan), s.answers(reader, v.Unit)
	if v.State.fedBack() {
		x.LastDay = v.ToldOn.AddDays(termDays)
	}
	return x, nil
}

// write does a deed of the team to a visit that is under way.
func (s *Service) write(ctx context.Context, by perm.Actor, id int64, deed string, do func(tx *sqldb.Tx, x *Seen) (detail any, err error)) (err error) {
	defer fault.Wrap(&err, "supervision.%s(%d)", deed, id)
	if err := by.May(ruleVisit, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		x, err := s.seen(tx, by, id)
		if err != nil {
			return err
		}
		switch {
		case !x.Team:
			return fault.New(fault.Forbidden, "您的岗位不在这次督导检查的检查组里；请禁毒办在计划里加入您的岗位")
		case x.Plan.State == Cancelled:
			return x.Plan.mayChange()
		case x.Visit.State.fedBack():
			return fault.New(fault.Conflict, "检查情况已于 %s 反馈给单位，不再改动；更正请通过异议答复或复查", x.Visit.ToldOn)
		case x.Visit.State == Dropped:
			return fault.New(fault.Conflict, "这个单位已注明未检查；需要检查时请另立一次督导检查")
		}
		detail, err := do(tx, &x)
		if err != nil {
			return err
		}
		return done(tx, deed, visitRef(id), detail)
	})
}

// author notes who wrote in a visit.
func (v *Visit) author(by perm.Actor) {
	if !slices.Contains(v.Authors, by.Account) {
		v.Authors = append(v.Authors, by.Account)
	}
}

// A Note is what the form of a visit brings: all of it is kept together or nothing.
type Note struct {
	Version  int64
	Day      period.Day
	Visitors string
	Answers  map[string]Answer
	Summary  string
	Rest     bool     // lines without an answer become 未查
	Finding  *Finding // a new one, nil for none
	Photo    *Upload  // of the new finding
}

// An Upload is a picture as it came.
type Upload struct {
	Name    string
	Content []byte
}

// Record keeps what was seen on a visit. It may be called often; no field need be filled.
func (s *Service) Record(ctx context.Context, by perm.Actor, id int64, n Note) (finding int, err error) {
	err = s.write(ctx, by, id, "visit", func(tx *sqldb.Tx, x *Seen) (any, error) {
		v := x.Visit
		if !n.Day.IsZero() && n.Day > s.today() {
			return nil, fault.Findings{{Field: "day", Rule: "field", Format: "检查日期 %s 还没有到；请核对", Args: []any{n.Day}}}
		}
		answers := map[string]Answer{}
		for _, b := range x.Lines {
			for _, l := range b.Lines {
				a := n.Answers[l.Code]
				if a.Mark != "" && a.Mark.Text() == "" {
					return nil, fault.New(fault.Invalid, "第 %s 项的结果读不出来；请重新选择", l.Code)
				}
				a.Note = strings.TrimSpace(a.Note)
				if n.Rest && a.Mark == "" {
					a.Mark = Unseen
				}
				if a != (Answer{}) {
					answers[l.Code] = a
				}
			}
		}
		v.Day, v.Visitors, v.Answers, v.Summary, v.Version, v.State = n.Day, strings.TrimSpace(n.Visitors), answers, strings.TrimSpace(n.Summary), n.Version, Open
		v.author(by)
		if err := v.update(tx); err != nil {
			return nil, err
		}
		if n.Finding == nil {
			return map[string]any{"answers": len(answers)}, nil
		}
		f := *n.Finding
		f.Visit, f.No, f.Block = id, 1, x.List.block(f.Line)
		if err := f.Check(); err != nil {
			return nil, err
		}
		for _, o := range x.Findings {
			f.No = max(f.No, o.No+1)
		}
		var err error
		if f.ID, err = tx.NextID("supervision_finding"); err != nil {
			return nil, err
		}
		if err := f.insert(tx); err != nil {
			return nil, err
		}
		finding = f.No
		if n.Photo != nil {
			if err := s.keepPhoto(tx, f, *n.Photo); err != nil {
				return nil, err
			}
		}
		return map[string]any{"answers": len(answers), "finding": f.No}, nil
	})
	return finding, err
}

// findingIn finds a finding of a visit by its number.
func (x VisitWhole) findingIn(no int) (Finding, error) {
	for _, f := range x.Findings {
		if f.No == no && !f.Gone {
			return f, nil
		}
	}
	return Finding{}, fault.New(fault.Missing, "没有第 %d 条问题；它可能刚被删去，请刷新页面", no)
}

// Amend changes a finding before the feedback.
func (s *Service) Amend(ctx context.Context, by perm.Actor, id int64, f Finding) error {
	return s.write(ctx, by, id, "finding", func(tx *sqldb.Tx, x *Seen) (any, error) {
		old, err := x.findingIn(f.No)
		if err != nil {
			return nil, err
		}
		if err := f.Check(); err != nil {
			return nil, err
		}
		old.Line, old.Block, old.Text, old.Place, old.Severity, old.Demand, old.Days, old.Version = f.Line, x.List.block(f.Line), f.Text, f.Place, f.Severity, f.Demand, f.Days, f.Version
		return map[string]any{"no": f.No}, old.update(tx)
	})
}

// Strike takes a finding out before the feedback; its number stays empty.
func (s *Service) Strike(ctx context.Context, by perm.Actor, id int64, no int) error {
	return s.write(ctx, by, id, "strike", func(tx *sqldb.Tx, x *Seen) (any, error) {
		f, err := x.findingIn(no)
		if err != nil {
			return nil, err
		}
		f.Gone = true
		return map[string]any{"no": no}, f.update(tx)
	})
}

// AddPhoto adds a picture to a finding before the feedback.
func (s *Service) AddPhoto(ctx context.Context, by perm.Actor, id int64, no int, up Upload) error {
	return s.write(ctx, by, id, "photo", func(tx *sqldb.Tx, x *Seen) (any, error) {
		f, err := x.findingIn(no)
		if err != nil {
			return nil, err
		}
		n := 0
		for _, p := range x.Photos {
			if p.Finding == f.ID {
				n++
			}
		}
		if n >= mostPhotos {
			return nil, fault.New(fault.Invalid, "每条问题最多 %d 张照片；请先移除不需要的", mostPhotos)
		}
		return map[string]any{"no": no}, s.keepPhoto(tx, f, up)
	})
}

func (s *Service) keepPhoto(tx *sqldb.Tx, f Finding, up Upload) error {
	clean, media, err := cleanPhoto(up.Name, up.Content)
	if err != nil {
		return err
	}
	p := Photo{Finding: f.ID, Name: up.Name, Media: media, By: tx.By().Name, At: tx.Stamp()}
	if p.Hash, err = s.files.Put(tx, filesOwner, up.Name, media, clean); err != nil {
		return err
	}
	if p.ID, err = tx.NextID("supervision_photo"); err != nil {
		return err
	}
	return p.insert(tx)
}

// DropPhoto removes a picture from a finding before the feedback.
func (s *Service) DropPhoto(ctx context.Context, by perm.Actor, id, photo int64) error {
	return s.write(ctx, by, id, "photo.drop", func(tx *sqldb.Tx, x *Seen) (any, error) {
		if !slices.ContainsFunc(x.Photos, func(p Photo) bool { return p.ID == photo }) {
			return nil, noPhoto()
		}
		return map[string]any{"photo": photo}, dropPhoto(tx, photo)
	})
}

func noPhoto() error {
	return fault.New(fault.Missing, "没有这张照片；它可能刚被移除，请刷新页面")
}

// PhotoFile gives a picture to those inside and to the unit.
func (s *Service) PhotoFile(ctx context.Context, reader perm.Actor, id, photo int64) (f files.File, content []byte, err error) {
	x, err := s.Visit(ctx, reader, id)
	if err != nil {
		return f, nil, err
	}
	for _, p := range x.Photos {
		if p.ID == photo {
			f, content, err = s.files.Get(ctx, filesOwner, p.Hash)
			f.Name, f.Media = p.Name, p.Media
			return f, content, err
		}
	}
	return f, nil, noPhoto()
}

// Drop notes that a drawn unit is not visited, and why.
func (s *Service) Drop(ctx context.Context, by perm.Actor, id int64, reason string) (err error) {
	defer fault.Wrap(&err, "supervision.Drop(%d)", id)
	if err := by.May(rulePlan, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		v, err := visitOf(tx, id)
		if err != nil {
			return err
		}
		p, err := planOf(tx, v.Plan)
		if err != nil {
			return err
		}
		if err := p.mayChange(); err != nil && v.Of == 0 {
			return err
		}
		if v.State.fedBack() || v.State == Dropped {
			return fault.New(fault.Conflict, "这个单位的检查是“%s”，不能再注明未检查", fault.Word(v.State.Text()))
		}
		if reason = strings.TrimSpace(reason); reason == "" {
			return fault.New(fault.Invalid, "请写明没有检查的原因")
		}
		v.State, v.Note = Dropped, reason
		if err := v.update(tx); err != nil {
			return err
		}
		return done(tx, "drop", visitRef(id), map[string]any{"reason": reason})
	})
}

// Recheck opens a later check of what a visit found (政府督查工作条例 article 18), also after the
// plan was closed.
func (s *Service) Recheck(ctx context.Context, by perm.Actor, id int64) (again int64, err error) {
	defer fault.Wrap(&err, "supervision.Recheck(%d)", id)
	if err := by.May(rulePlan, perm.On{}); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		x, err := s.seen(tx, by, id)
		if err != nil {
			return err
		}
		switch {
		case x.Plan.State == Cancelled:
			return x.Plan.mayChange()
		case !x.Visit.State.fedBack():
			return fault.New(fault.Conflict, "检查情况还没有反馈；反馈后才能开复查")
		case len(againBlock(x.Findings).Lines) == 0:
			return fault.New(fault.Conflict, "这次检查没有发现问题，不需要复查")
		}
		for _, o := range x.Again {
			if !o.State.fedBack() && o.State != Dropped {
				return fault.New(fault.Conflict, "已经开了一次复查，还没有反馈；请打开那一次")
			}
		}
		v := Visit{Plan: x.Plan.ID, Unit: s.now(x.Visit.Unit), Of: id, State: Due}
		if v.ID, err = tx.NextID("supervision_visit"); err != nil {
			return err
		}
		again = v.ID
		if err := v.insert(tx); err != nil {
			return err
		}
		return done(tx, "recheck", visitRef(v.ID), map[string]any{"of": id})
	})
	return again, err
}
