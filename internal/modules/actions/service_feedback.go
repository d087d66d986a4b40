package actions

import (
	"context"
	"path"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
)

// A Report is the feedback of one unit.
type Report struct {
	Unit    org.UnitID
	Text    string
	Uploads []Upload
	Keep    []string     // hashes of files sent before with a form that was refused
	Waive   []org.UnitID // the lead: assisting units that need not report
	Reason  string       // of the waivers
}

// Report files the feedback of a unit with its evidence. The lead's needs at least one file. When
// the lead has reported and every assisting unit has, or is waived by the lead with a reason, the
// item is Answered and waits to be verified. Files of a form that is refused are kept for the
// person who sent them.
func (s *Service) Report(ctx context.Context, by perm.Actor, id int64, r Report) error {
	return s.withFiles(ctx, by, id, FileFeedback, r.Unit, r.Uploads, r.Keep, func(files []File, found fault.Findings) error {
		g := given{unit: r.Unit, reason: strings.TrimSpace(r.Text), files: files, found: found}
		return s.act(ctx, by, id, FileFeedback, g, func(tx *sqldb.Tx, c *change, f *fault.Fields) error {
			a := c.action
			p := &a.Parties[a.party(r.Unit)]
			if p.Lead {
				f.Need(len(files)+len(found) > 0, "file", "牵头单位反馈至少要附一份佐证材料：照片、扫描件或台账")
			}
			p.Done, p.Waived = true, ""
			a.Answer = firstLine(s.unitName(r.Unit)+"："+g.reason, 120)
			if len(r.Waive) > 0 {
				f.Need(p.Lead, "waive", "只有牵头单位可以说明协办单位无须反馈")
				if p.Lead {
					s.waive(f, a, r.Waive, r.Reason)
					c.entry.Note = firstLine(r.Reason, maxReason)
				}
			}
			return dropHeld(tx, id, by.Login)
		}, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error {
			fb := Feedback{No: c.entry.No, Unit: r.Unit, Round: c.action.Round, Account: c.entry.Account, Name: c.entry.Name, Post: c.entry.Post, Text: g.reason}
			if err := insertFeedback(tx, id, fb); err != nil {
				return err
			}
			return s.answer(tx, c.action, by)
		})
	})
}

// Waive says for the lead that assisting units need not report, with the reason.
func (s *Service) Waive(ctx context.Context, by perm.Actor, id int64, units []org.UnitID, reason string) error {
	return s.act(ctx, by, id, Waive, given{reason: strings.TrimSpace(reason)}, func(tx *sqldb.Tx, c *change, f *fault.Fields) error {
		f.Need(len(units) > 0, "waive", "请勾选无须反馈的协办单位")
		s.waive(f, c.action, units, reason)
		var names []string
		for _, u := range units {
			names = append(names, s.unitName(u))
		}
		c.entry.Note = strings.Join(names, "、")
		return nil
	}, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error { return s.answer(tx, c.action, by) })
}

func (s *Service) waive(f *fault.Fields, a *Action, units []org.UnitID, reason string) {
	reason = strings.TrimSpace(reason)
	f.Need(reason != "", "why", "请写明协办单位为什么无须反馈")
	f.Need(wordsOK(reason, maxReason), "why", "最多 %d 个字，不含控制字符；请缩短", maxReason)
	for _, u := range units {
		i := a.party(u)
		if i < 0 || a.Parties[i].Lead {
			f.Need(false, "waive", "%s不是协办单位；请刷新页面后重选", s.unitName(u))
			continue
		}
		if !a.Parties[i].Done {
			a.Parties[i].Waived = reason
		}
	}
}

// answer makes an item Answered when nothing more is waited for from its units.
func (s *Service) answer(tx *sqldb.Tx, a *Action, by perm.Actor) error {
	if a.State != work.Working || !a.complete() {
		return nil
	}
	if a.Extending {
		if err := s.closeExtension(tx, a, by); err != nil {
			return err
		}
	}
	a.State, a.Answered, a.SentBack = work.Answered, s.today(), false
	c := &change{deed: answerDeed, action: a, before: work.Working, entry: Entry{Account: by.Login, Name: by.Name, Deed: answerDeed}, version: true}
	if err := s.record(tx, c); err != nil {
		return err
	}
	if a.Force == 0 {
		return s.tellOffice(tx, a, c.entry, notify.ToDo, "事项 %s 已反馈，等待核验", a.name())
	}
	return s.tell(tx, notify.Event{Key: key(a, c.entry, "checkers"), Kind: notify.ToDo, Roles: []perm.Role{perm.Member}, Units: []org.UnitID{s.now(a.Force)},
		Text: "事项 %s 已反馈，等待核验", Args: []any{a.name()}, Path: itemPath(a.ID), Urgent: a.Urgent})
}

// withFiles proves uploads and keeps them, then does the deed with them and the files held from
// before. Where the form is refused the good files are held for the sender. Rights are asked before
// anything is kept.
func (s *Service) withFiles(ctx context.Context, by perm.Actor, id int64, d Deed, unit org.UnitID, uploads []Upload, keep []string, do func([]File, fault.Findings) error) error {
	var files []File
	var list fault.Findings
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		a, err := itemOf(tx, id)
		if err != nil {
			return err
		}
		if _, err := s.may(by, ruleOf(d).Who, &a, unit); err != nil {
			return err
		}
		held, err := heldOf(tx, id, by.Login)
		if err != nil {
			return err
		}
		for _, f := range held {
			if slices.Contains(keep, f.Hash) {
				files = append(files, f)
			}
		}
		for _, u := range uploads {
			u.Name = fileName(u.Name)
			media, err := mediaOf(u)
			if err != nil {
				list = append(list, fault.Finding{Field: "file", Rule: "file", Value: u.Name, Format: "%s", Args: []any{err}})
				continue
			}
			hash, err := s.files.Put(tx, owner, u.Name, media, u.Content)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(files, func(f File) bool { return f.Hash == hash }) {
				files = append(files, File{Hash: hash, Name: u.Name, Media: media, Size: int64(len(u.Content))})
			}
		}
		if len(files) > maxFiles {
			list = append(list, fault.Finding{Field: "file", Rule: "file", Format: "一次最多 %d 个文件，现在有 %d 个；请分次反馈", Args: []any{maxFiles, len(files)}})
		}
		// Held until the deed is done, which forgets them.
		return holdFiles(tx, id, by.Login, files[:min(len(files), maxFiles)])
	})
	if err != nil {
		return err
	}
	// What is wrong with the files is said together with what else is wrong with the form.
	return do(files, list)
}

// fileName cuts folders and what no name may hold.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < 32 || r == 127 {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 120 {
		name = string(r[len(r)-120:])
	}
	return name
}

// Evidence gives a file to those who may see the item's evidence. Each read is audited: a file may
// show persons.
func (s *Service) Evidence(ctx context.Context, reader perm.Actor, id int64, line, no int) (f File, content []byte, err error) {
	defer fault.Wrap(&err, "actions.Evidence(%d, %d, %d)", id, line, no)
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		a, err := itemOf(tx, id)
		if err != nil {
			return err
		}
		if err := s.mayEvidence(reader, &a); err != nil {
			return err
		}
		tx.Audit("actions.evidence", objectOf(id), map[string]any{"no": a.No, "line": line, "file": no})
		if f, err = fileOf(tx, id, line, no); err != nil {
			return err
		}
		_, content, err = s.files.GetTx(tx, owner, f.Hash)
		return err
	})
	return f, content, err
}
