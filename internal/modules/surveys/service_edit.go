package surveys

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
)

// Save makes a survey (ID 0) or changes a draft. All faults of the form come at once.
func (s *Service) Save(ctx context.Context, by perm.Actor, x Survey) (id int64, err error) {
	defer fault.Wrap(&err, "surveys.Save(%d)", x.ID)
	if err := by.May(ruleWrite, perm.On{}); err != nil {
		return 0, err
	}
	x.tidy()
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if x.ID == 0 {
			if err := s.mayWrite(by, x.Force); err != nil {
				return err
			}
			if err := x.Check(); err != nil {
				return err
			}
			if err := s.checkPrevious(tx, by, x); err != nil {
				return err
			}
			if x.ID, err = tx.NextID("surveys_survey"); err != nil {
				return err
			}
			x.State, x.Version = Draft, 1
			if err := x.insert(tx); err != nil {
				return err
			}
			return done(tx, "new", x.ID, detail(x))
		}
		was, err := s.open(tx, by, x.ID)
		if err != nil {
			return err
		}
		if err := s.mayWrite(by, x.Force); err != nil {
			return err
		}
		if err := x.Check(); err != nil {
			return err
		}
		if err := s.checkPrevious(tx, by, x); err != nil {
			return err
		}
		c, err := countsOf(tx, x.ID)
		if err != nil {
			return err
		}
		if err := x.keeps(was, c); err != nil {
			return err
		}
		x.State = was.State
		if err := x.update(tx); err != nil {
			return err
		}
		return done(tx, "change", x.ID, detail(x))
	})
	return x.ID, err
}

// open gives a draft that a person may change.
func (s *Service) open(tx *sqldb.Tx, by perm.Actor, id int64) (Survey, error) {
	x, err := surveyOf(tx, id)
	if err != nil {
		return x, err
	}
	if !s.sees(by, x) {
		return x, noSurvey()
	}
	if err := s.mayWrite(by, x.Force); err != nil {
		return x, err
	}
	return x, x.mayChange()
}

func (s *Service) checkPrevious(tx *sqldb.Tx, by perm.Actor, x Survey) error {
	if x.Previous == 0 {
		return nil
	}
	var f fault.Fields
	p, err := surveyOf(tx, x.Previous)
	if err != nil && fault.KindOf(err) != fault.Missing {
		return err
	}
	f.Need(err == nil && s.sees(by, p), "previous", "没有所选的上一次调查；请重选")
	if err == nil {
		f.Need(p.To < x.From, "previous", "上一次调查应在本次开始之前结束；请核对日期")
		f.Need(p.State != Withdrawn, "previous", "所选的上一次调查已经撤回；请重选")
	}
	return f.Err()
}

// SetCounts puts typed counts in place of those of one question. Version is that of the survey the
// counts were typed for.
func (s *Service) SetCounts(ctx context.Context, by perm.Actor, id, version int64, question string, list Counts) (err error) {
	defer fault.Wrap(&err, "surveys.SetCounts(%d)", id)
	if err := by.May(ruleWrite, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		x, err := s.open(tx, by, id)
		if err != nil {
			return err
		}
		q, ok := x.question(question)
		if !ok {
			return fault.New(fault.Missing, "调查里没有 %s 这道题；请重新选择", question)
		}
		if x.Version != version {
			return stale(0, nil)
		}
		if err := x.checkTyped(q, list); err != nil {
			return err
		}
		t := tally{}
		for _, c := range list {
			c.Question = question
			t.add(c)
		}
		if err := t.counts().replaceOf(tx, id, question); err != nil {
			return err
		}
		if err := x.update(tx); err != nil {
			return err
		}
		return done(tx, "counts", id, map[string]any{"question": question, "answers": t.counts().total()})
	})
}

// checkTyped reports all faults of counts that were typed.
func (s Survey) checkTyped(q Question, list Counts) error {
	var f fault.Fields
	all, cells := int64(0), map[Count]bool{}
	for _, c := range list {
		f.Need(s.stratum(c.Stratum) >= 0, "counts", "分层里没有“%s”；请核对", c.Stratum)
		f.Need(c.Answer >= 0 && c.Answer < len(q.Answers), "counts", "没有第 %d 个回答；请核对", c.Answer+1)
		f.Need(c.N >= 0 && c.N <= mostInterviews, "counts", "人数应为 0 到 %d 的整数", mostInterviews)
		f.Need(!s.Design.clusters() || c.Cluster != "", "counts", "“%s”的一行缺少群；请写明是哪个村、组或社区", c.Stratum)
		f.Need(s.Design.clusters() || c.Cluster == "", "counts", "这项调查不是整群抽样，不写群")
		f.Need(c.Weight == "", "counts", "录入的汇总数不带权数；带权数的请用文件导入")
		key := c.key()
		f.Need(!cells[key], "counts", "“%s %s”写了两行；请合成一行", c.Stratum, c.Cluster)
		cells[key] = true
		all += c.N
	}
	f.Need(all <= mostInterviews, "counts", "共 %d 人，超过 %d 人的上限；请核对份数", all, mostInterviews)
	return f.Err()
}

const filesOwner = "surveys"

// kept is what waits between the check of a file and its writing: counts, no persons.
type kept struct {
	Survey  int64  `json:"survey"`
	Version int64  `json:"version"`
	File    string `json:"file"`
	People  int64  `json:"people"`
	Counts  Counts `json:"counts"`
}

// A Preview is what a file of answers would do.
type Preview struct {
	Report measure.ImportReport
	Token  string // hash of the counts that wait to be written; "" with faults
	Counts Counts
	People int64
	Before int64 // persons whose counts it replaces
}

// ImportAnswers reads a file of answers and puts its counts in place of all counts of a draft; with
// dryRun it only tells what it would do. All faults come at once, and then nothing is written. The
// file itself is never kept, only its counts.
func (s *Service) ImportAnswers(ctx context.Context, by perm.Actor, id int64, name string, content []byte, dryRun bool) (p Preview, err error) {
	defer fault.Wrap(&err, "surveys.ImportAnswers(%d)", id)
	if err := by.May(ruleWrite, perm.On{}); err != nil {
		return p, err
	}
	var x Survey
	var before Counts
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		if x, err = s.open(tx, by, id); err != nil {
			return err
		}
		before, err = countsOf(tx, id)
		return err
	})
	if err != nil {
		return p, err
	}
	p.Before = before.interviews()
	counts, people, err := x.ReadAnswers(name, content)
	var bad fault.Findings
	if errors.As(err, &bad) {
		rows := map[int]bool{}
		for _, f := range bad {
			rows[f.Row] = true
		}
		p.Report.Findings, p.Report.Rejected, p.Report.Read = bad, len(rows), len(rows)
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.Counts, p.People, p.Report.Read = counts, people, int(people)
	switch {
	case slices.Equal(counts, before):
		p.Report.Unchanged = int(people)
	case len(before) > 0:
		p.Report.Updated = int(people)
	default:
		p.Report.Created = int(people)
	}
	k := kept{Survey: id, Version: x.Version, File: name, People: people, Counts: counts}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if !dryRun {
			return s.write(tx, by, k)
		}
		b, err := json.Marshal(k)
		if err != nil {
			return err
		}
		p.Token, err = s.files.Put(tx, filesOwner, "counts.json", "text/json", b)
		return err
	})
	p.Report.Written = err == nil && !dryRun
	return p, err
}

// Apply writes the counts of a file that was checked before.
func (s *Service) Apply(ctx context.Context, by perm.Actor, id int64, token string) (people int64, err error) {
	defer fault.Wrap(&err, "surveys.Apply(%d)", id)
	if err := by.May(ruleWrite, perm.On{}); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if _, err := s.open(tx, by, id); err != nil {
			return err
		}
		_, content, err := s.files.GetTx(tx, filesOwner, token)
		if err != nil {
			return err
		}
		var k kept
		if err := json.Unmarshal(content, &k); err != nil {
			return err
		}
		if k.Survey != id {
			return fault.New(fault.Missing, "没有这项调查；请从调查列表进入")
		}
		people = k.People
		return s.write(tx, by, k)
	})
	return people, err
}

// write puts the counts of a file in place, if the survey still is the one the file was read for.
func (s *Service) write(tx *sqldb.Tx, by perm.Actor, k kept) error {
	x, err := s.open(tx, by, k.Survey)
	if err != nil {
		return err
	}
	if k.Version != x.Version {
		return fault.New(fault.Conflict, "检查文件以后调查又改过；请重新上传文件再检查一次")
	}
	if err := k.Counts.replace(tx, x.ID); err != nil {
		return err
	}
	if err := x.update(tx); err != nil {
		return err
	}
	return done(tx, "import", x.ID, map[string]any{"file": files.Hash([]byte(k.File))[:12], "people": k.People, "counts": len(k.Counts)})
}

// change does a deed to one survey inside a transaction.
func (s *Service) change(ctx context.Context, deed string, id int64, do func(tx *sqldb.Tx) (detail any, err error)) (err error) {
	defer fault.Wrap(&err, "surveys.%s(%d)", deed, id)
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		detail, err := do(tx)
		if err != nil {
			return err
		}
		return done(tx, deed, id, detail)
	})
}

// Clear takes all counts of a draft away.
func (s *Service) Clear(ctx context.Context, by perm.Actor, id, version int64) error {
	if err := by.May(ruleWrite, perm.On{}); err != nil {
		return err
	}
	return s.change(ctx, "clear", id, func(tx *sqldb.Tx) (any, error) {
		x, err := s.open(tx, by, id)
		if err != nil {
			return nil, err
		}
		c, err := countsOf(tx, id)
		if err != nil {
			return nil, err
		}
		if err := (Counts{}).replace(tx, id); err != nil {
			return nil, err
		}
		x.Version = version
		return map[string]any{"people": c.interviews()}, x.update(tx)
	})
}

// Fix fixes the results (定稿): from then on nothing of the survey changes and everybody who may
// read surveys sees them. Version is that of the survey the office looked at.
func (s *Service) Fix(ctx context.Context, by perm.Actor, id, version int64) error {
	if err := by.May(ruleFix, perm.On{}); err != nil {
		return err
	}
	return s.change(ctx, "fix", id, func(tx *sqldb.Tx) (any, error) {
		x, err := s.open(tx, by, id)
		if err != nil {
			return nil, err
		}
		if x.Version != version {
			return nil, fault.New(fault.Conflict, "您看过以后调查又改过；请核对新的结果后再定稿")
		}
		c, err := countsOf(tx, id)
		if err != nil {
			return nil, err
		}
		if err := x.CheckCounts(c); err != nil {
			return nil, err
		}
		if x.Previous != 0 {
			p, err := surveyOf(tx, x.Previous)
			if err != nil {
				return nil, err
			}
			if p.State != Fixed {
				return nil, fault.New(fault.Conflict, "上一次调查还没有定稿或已撤回；请先把它定稿，或去掉“上一次”")
			}
		}
		if x.Record, err = x.record(c); err != nil {
			return nil, err
		}
		x.State, x.FixedBy, x.FixedOn = Fixed, tx.By().Name, s.today()
		return map[string]any{"title": x.Title, "people": c.interviews()}, x.update(tx)
	})
}

// Withdraw takes a survey back with a reason; its data stay and its figures are no longer shown to
// those outside.
func (s *Service) Withdraw(ctx context.Context, by perm.Actor, id, version int64, reason string) error {
	if err := by.May(ruleFix, perm.On{}); err != nil {
		return err
	}
	return s.change(ctx, "withdraw", id, func(tx *sqldb.Tx) (any, error) {
		x, err := surveyOf(tx, id)
		if err != nil {
			return nil, err
		}
		var f fault.Fields
		f.Need(reason != "", "reason", "请写撤回的原因；看过结果的人会看到它")
		f.Need(len([]rune(reason)) <= 200, "reason", "最多 %d 个字；请缩短", 200)
		if err := f.Err(); err != nil {
			return nil, err
		}
		if x.State == Withdrawn {
			return nil, x.mayChange()
		}
		from := x.State
		x.State, x.Reason, x.Version = Withdrawn, reason, version
		return map[string]any{"title": x.Title, "reason": reason, "from": from}, x.update(tx)
	})
}

// Again begins the next wave of a survey: a draft with the same questions, design and strata.
func (s *Service) Again(ctx context.Context, by perm.Actor, id int64) (next int64, err error) {
	defer fault.Wrap(&err, "surveys.Again(%d)", id)
	if err := by.May(ruleWrite, perm.On{}); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		x, err := surveyOf(tx, id)
		if err != nil {
			return err
		}
		if !s.sees(by, x) {
			return noSurvey()
		}
		if err := s.mayWrite(by, x.Force); err != nil {
			return err
		}
		y := x
		if y.ID, err = tx.NextID("surveys_survey"); err != nil {
			return err
		}
		y.State, y.Previous, y.Approached, y.Note, y.From, y.To = Draft, 0, 0, "", s.today(), s.today()
		if x.State != Withdrawn && x.To < y.From {
			y.Previous = x.ID
		}
		y.FixedBy, y.FixedOn, y.Reason, y.Record = "", 0, "", ""
		if err := y.insert(tx); err != nil {
			return err
		}
		next = y.ID
		return done(tx, "new", y.ID, map[string]any{"title": y.Title, "like": x.ID})
	})
	return next, err
}
