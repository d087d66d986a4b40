package returns

import (
	"context"
	"errors"
	"maps"
	"path"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sheet"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// isCSV tells by its name whether a file is to be read as CSV.
func isCSV(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".txt", ".tsv":
		return true
	}
	return false
}

// shortName gives the last part of a file's name without control characters, 200 characters at
// most.
func shortName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == 0xFFFD {
			return -1
		}
		return r
	}, path.Base(strings.ReplaceAll(name, `\`, "/")))
	if r := []rune(name); len(r) > 200 {
		name = string(r[len(r)-200:])
	}
	return name
}

// read reads a file as one return.
func (s *Service) read(l *Layout, file NamedFile) (*reading, Door, error) {
	if len(file.Content) > maxUpload {
		return nil, "", fault.New(fault.TooLarge, "文件有 %d MB，超过上限 %d MB；请删去无关的工作表、图片和空行后再上传", len(file.Content)>>20, maxUpload>>20)
	}
	if isCSV(file.Name) {
		r, err := s.readCSV(l, file.Name, file.Content)
		return r, ByCSV, err
	}
	b, err := openBook(file.Content)
	if err != nil {
		return nil, "", err
	}
	r, err := s.readBook(l, b)
	return r, ByWorkbook, err
}

// An Uploaded tells what became of a file.
type Uploaded struct {
	Report    measure.ImportReport
	Unchanged bool // the file says what the newest version says; no draft was made
}

// Upload reads a workbook or a CSV file as the return of a place. The file is kept and becomes the
// draft of the person, with all that is wrong in it; what was in the draft before is kept beside.
// A file of another template, version, period or unit is refused before its rows are read, and
// nothing changes. Report says what handing it in would do.
func (s *Service) Upload(ctx context.Context, actor perm.Actor, at Place, file NamedFile) (up Uploaded, err error) {
	defer fault.Wrap(&err, "returns.Upload(%s, %d, %s)", at.Form, at.Unit, at.Period)
	f, err := s.owed(at)
	if err != nil {
		return up, err
	}
	if err := actor.May(ruleFill, s.on(f, at)); err != nil {
		return up, err
	}
	l, err := s.layout(f, at)
	if err != nil {
		return up, err
	}
	r, door, err := s.read(l, file)
	if err != nil {
		return up, err
	}
	r.filling.Found = r.found
	checked := s.check(l, r.filling, door)
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		newest, x, err := s.newest(tx, at)
		if err != nil {
			return err
		}
		up.Report = l.report(s.base(l, newest), checked, r.filling)
		if newest.says(checked, r.filling) && x.State != Returned {
			up.Unchanged = true
			return nil
		}
		hash, err := s.keep(tx, file)
		if err != nil {
			return err
		}
		_, _, err = s.saveDraft(tx, actor, at, DraftIn{Filling: r.filling, Base: newest.No, Door: door, File: hash, FileName: shortName(file.Name), Fresh: true})
		tx.Audit("returns.upload", s.object(at), map[string]any{"file": hash, "read": up.Report.Read, "rejected": up.Report.Rejected})
		return err
	})
	return up, err
}

// says tells whether a version says what a file says.
func (v Version) says(c Checked, in Filling) bool {
	return v.No > 0 && len(c.File) == 0 && sameValues(v.Values, c.Values) &&
		maps.Equal(v.Notes, cleanNotes(in.Notes)) && v.Comment == strings.TrimSpace(in.Comment)
}

// keep stores an upload under this module's key.
func (s *Service) keep(tx *sqldb.Tx, file NamedFile) (string, error) {
	media := mediaXLSX
	if isCSV(file.Name) {
		media = "text/csv"
	}
	return s.files.Put(tx, owner, file.Name, media, file.Content)
}

// newest gives the newest version of a place; its number is 0 before the first.
func (s *Service) newest(tx *sqldb.Tx, at Place) (v Version, x Return, err error) {
	x, _, err = returnAt(tx, at)
	if err != nil || x.Version == 0 {
		return v, x, err
	}
	v, err = version(tx, x.ID, x.Version)
	return v, x, err
}

// base gives what a filling is compared with: the newest version, or what is known already.
func (s *Service) base(l *Layout, newest Version) map[Key]Value {
	if newest.No > 0 {
		return newest.Values
	}
	_, known := s.past(l, false)
	return known
}

// report counts what a filling would change: read = created + updated + unchanged + rejected. A
// cell that was filled and is blank now counts as updated.
func (l *Layout) report(base map[Key]Value, c Checked, in Filling) measure.ImportReport {
	r := measure.ImportReport{Findings: c.Findings(l, true)}
	rejected := map[Key]bool{}
	for _, f := range c.Found {
		if f.Row >= 0 && f.Stops() {
			rejected[f.Key] = true
		}
	}
	for row := range l.Subjects {
		for col := range l.Columns {
			k := l.Key(row, col)
			v, filled := c.Values[k]
			was, had := base[k]
			switch {
			case rejected[k]:
				r.Rejected++
			case filled && !had:
				r.Created++
			case filled && v.N == was.N:
				r.Unchanged++
			case filled || had:
				r.Updated++
			default:
				continue
			}
			r.Read++
		}
	}
	for range c.File {
		r.Read++
		r.Rejected++
	}
	return r
}

// ErrorWorkbook gives the workbook of the own draft back with a comment at every finding
// (STANDARDS XLS-06): the uploaded file itself, or, of what was typed on the page, a workbook of it.
func (s *Service) ErrorWorkbook(ctx context.Context, actor perm.Actor, at Place, lang words.Lang) (out NamedFile, err error) {
	defer fault.Wrap(&err, "returns.ErrorWorkbook(%s, %d, %s)", at.Form, at.Unit, at.Period)
	o, err := s.Open(ctx, actor, at)
	if err != nil {
		return out, err
	}
	var original NamedFile
	if o.Door == ByWorkbook && o.File != "" {
		f, content, err := s.files.Get(ctx, owner, o.File)
		if err != nil {
			return out, err
		}
		original = NamedFile{Name: f.Name, Content: content}
	} else {
		original, err = s.workbook(o.Layout, o.Standing, lang, planIn{Cells: o.Filling.Cells, Notes: o.Filling.Notes, Previous: o.Previous,
			Declared: o.Filling.Declared, Comment: o.Filling.Comment})
		if err != nil {
			return out, err
		}
		o.Checked = s.check(o.Layout, o.Filling, ByWorkbook)
	}
	list := o.Checked.Findings(o.Layout, true)
	content, err := sheet.Annotate(original.Content, list, sheet.AnnotateOptions{Tr: lang.Text, Limits: sheet.Limits{File: maxUpload}})
	return NamedFile{Name: strings.TrimSuffix(original.Name, path.Ext(original.Name)) + words.T(lang, "_问题") + ".xlsx", Content: content}, err
}

// ImportOptions say what is done with the files of ImportReturns.
type ImportOptions struct {
	DryRun       bool
	Submit       bool   // hand in; otherwise they become drafts
	Approve      bool   // land as approved; for the command line only (SEMANTICS §7)
	AcceptBlanks bool   // blanks are meant; with Approve they always are
	Restate      string // the reason of corrections and of returns of closed periods
}

// An Imported tells what became of one file.
type Imported struct {
	File   string
	Place  Place // zero if the file could not be told
	Form   string
	Unit   string // code
	Name   string // of the unit
	Report measure.ImportReport
	State  State
	Err    error // why nothing was written; nil on a dry run that found nothing
}

// ImportReturns reads many workbooks, each for itself: what its hidden sheet says it is, all checks,
// and then, as asked, a draft, a handed-in version, or approved facts. One file's faults do not
// touch another's. The error is for a whole that could not be done at all.
func (s *Service) ImportReturns(ctx context.Context, actor perm.Actor, list []NamedFile, opt ImportOptions) (out []Imported, err error) {
	defer fault.Wrap(&err, "returns.ImportReturns(%d)", len(list))
	if len(list) == 0 {
		return nil, fault.New(fault.Invalid, "没有选择文件；可以一次选多个工作簿")
	}
	if opt.Approve && !strings.HasPrefix(actor.Login, "cli:") {
		return nil, fault.New(fault.Forbidden, "直接导入生效只能在命令行进行；网页上请提交后由专班审核、禁毒办批准")
	}
	for _, file := range list {
		one := Imported{File: shortName(file.Name)}
		one.Err = s.importOne(ctx, actor, file, opt, &one)
		if k := fault.KindOf(one.Err); one.Err != nil && (k == fault.Internal || k == fault.Unavailable) {
			return out, one.Err
		}
		var found fault.Findings
		if one.Err != nil && !errors.As(one.Err, &found) && len(one.Report.Findings) == 0 {
			one.Report.Findings = fault.Findings{{Sheet: one.File, Rule: ruleTemplate, Format: "%s", Args: []any{one.Err}}}
		}
		out = append(out, one)
	}
	return out, nil
}

func (s *Service) importOne(ctx context.Context, actor perm.Actor, file NamedFile, opt ImportOptions, one *Imported) error {
	if isCSV(file.Name) {
		return fault.New(fault.Invalid, "CSV 文件没有写明是哪张表、哪一期；请打开那份报表的页面上传，或改用系统下发的工作簿")
	}
	b, err := openBook(file.Content)
	if err != nil {
		return err
	}
	at, err := s.identify(b)
	if err != nil {
		return err
	}
	one.Place, one.Unit, one.Name = at, s.code(at.Unit), s.name(at.Unit, at.Period.Last())
	f, err := s.owed(at)
	if err != nil {
		return err
	}
	one.Form = f.Name
	rule := ruleFill
	if opt.Approve {
		rule = ruleImport
	}
	if err := actor.May(rule, s.on(f, at)); err != nil {
		return err
	}
	l, err := s.layout(f, at)
	if err != nil {
		return err
	}
	r, err := s.readBook(l, b)
	if err != nil {
		return err
	}
	r.filling.Found = r.found
	r.filling.Reason = opt.Restate
	checked := s.check(l, r.filling, ByWorkbook)
	one.State = s.at(at).State
	if opt.DryRun {
		return s.db.View(ctx, func(tx *sqldb.Tx) error {
			newest, x, err := s.newest(tx, at)
			if err != nil {
				return err
			}
			one.Report = l.report(s.base(l, newest), checked, r.filling)
			if newest.says(checked, r.filling) && x.State != Returned {
				return nil // nothing would happen
			}
			return s.refusal(&Outcome{Layout: l, Checked: checked}, x, SubmitIn{Filling: r.filling, AcceptBlanks: opt.AcceptBlanks || opt.Approve})
		})
	}
	return s.importInto(ctx, actor, file, l, r.filling, checked, opt, one)
}

// importInto writes one file that could be read.
func (s *Service) importInto(ctx context.Context, actor perm.Actor, file NamedFile, l *Layout, in Filling, checked Checked, opt ImportOptions, one *Imported) error {
	var refusal error
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		newest, _, err := s.newest(tx, l.Place)
		if err != nil {
			return err
		}
		one.Report = l.report(s.base(l, newest), checked, in)
		hash := files.Hash(file.Content)
		out := Outcome{Layout: l, Checked: checked}
		door := ByWorkbook
		if opt.Approve {
			door = ByImport
		}
		if opt.Submit || opt.Approve {
			sub := SubmitIn{Filling: in, Base: newest.No, Door: door, File: hash, FileName: one.File, AcceptBlanks: opt.AcceptBlanks || opt.Approve}
			refusal, err = s.submit(tx, actor, &out, sub, DidSubmit)
			if err != nil {
				return err
			}
			if refusal == nil {
				one.State = out.Return.State
				one.Report.Written = true // also where the file says what is there already (SEMANTICS §7)
				one.Report.Findings = nil
				if opt.Approve && !(out.Unchanged && out.Return.State == Approved) {
					if err := s.land(tx, actor, &out.Return, DidImport, opt.Restate); err != nil {
						return err
					}
					one.State, one.Report.Written = Approved, true
				}
			}
			if opt.Approve && refusal != nil {
				return nil
			}
		}
		if !opt.Submit && !opt.Approve || refusal != nil {
			_, _, err := s.saveDraft(tx, actor, l.Place, DraftIn{Filling: in, Base: newest.No, Door: ByWorkbook, File: hash, FileName: one.File, Fresh: true})
			if err != nil {
				return err
			}
			one.State = Draft
			one.Report.Written = refusal == nil
		}
		_, err = s.keep(tx, file)
		tx.Audit("returns.upload", s.object(l.Place), map[string]any{"file": hash, "read": one.Report.Read, "rejected": one.Report.Rejected})
		return err
	})
	if err == nil {
		err = refusal
	}
	return err
}

// SubmitDrafts hands in the own drafts of several returns, each for itself, and tells what became
// of each.
func (s *Service) SubmitDrafts(ctx context.Context, actor perm.Actor, list []Place, acceptBlanks bool) []Imported {
	var out []Imported
	for _, at := range list {
		one := Imported{Place: at, Unit: s.code(at.Unit), Name: s.name(at.Unit, at.Period.Last())}
		o, err := s.Open(ctx, actor, at)
		if err == nil {
			one.Form, one.File = o.Layout.Form.Name, o.FileName
			if !o.Drafted {
				err = fault.New(fault.Conflict, "没有草稿可以提交；请先填写或上传")
			}
		}
		if err == nil {
			var done Outcome
			done, err = s.Submit(ctx, actor, at, SubmitIn{Filling: o.Filling, Base: o.Base, Door: o.Door, File: o.File, FileName: o.FileName, AcceptBlanks: acceptBlanks,
				Seq: o.Seq, Watch: true, Seen: seenOf(o.Others, actor.Login)})
			one.State = done.Return.State
			one.Report.Written = err == nil && !done.Unchanged
		}
		one.Err = err
		out = append(out, one)
	}
	return out
}

// unitsUnder lists the units for which an actor may fill in returns, by today's tree, and those
// that went into them, in the order of the tree.
func (s *Service) unitsUnder(actor perm.Actor) []org.UnitID {
	t, reg := s.units.Today(), s.units.Register()
	seen := map[org.UnitID]bool{}
	var out []org.UnitID
	add := func(u org.UnitID) {
		if !seen[u] {
			seen[u] = true
			out = append(out, u)
		}
	}
	for _, p := range actor.Posts {
		if p.Role != perm.Reporter {
			continue
		}
		for _, u := range t.Beneath(p.Unit) {
			add(u)
			for _, before := range reg.Predecessors(u) {
				if !t.Has(before) {
					add(before)
				}
			}
		}
	}
	return out
}
