package reports

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/docx"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
)

// Units is what documents need to know of the units.
type Units interface {
	Register() *org.Register
	Today() *org.Tree
}

// Joints connect the module with the others; each may be nil, and then its part is left out.
type Joints struct {
	Figures  Figures
	Items    Items
	Meetings func(ctx context.Context, reader perm.Actor, p period.Period) ([]Held, error)
	Late     func(ctx context.Context, reader perm.Actor, on period.Day) ([]Late, error)
	// Warnings gives the confirmed signals of the months of a period.
	Warnings func(ctx context.Context, reader perm.Actor, p period.Period) ([]Warning, error)
	Forces   func() []org.UnitID // the task forces of today, in their order
	// Parts gives an element's categories, each under its label, for shares by drug class.
	Parts func(ctx context.Context, reader perm.Actor, element string, unit org.UnitID, p period.Period) ([]measure.Shown, error)
	// Fairly compares the townships by an indicator, allowing for chance; nil leaves it out.
	Fairly func(ctx context.Context, reader perm.Actor, code string, p period.Period) (measure.Fairness, error)
	// Course judges the yearly counts of a figure up to a year; nil leaves the judgement out.
	Course func(ctx context.Context, reader perm.Actor, code string, unit org.UnitID, to int) (Course, error)
	// Codes lists the codes that placeholders may name, indicators first; nil leaves the check of an
	// upload to its preview.
	Codes func() []Coded
	// Makers make the documents of other parts: pack, minutes.
	Makers map[string]Maker
	// Print writes a document in a format ("docx", "pdf", "xlsx") and tells which fonts stood in.
	Print     func(w io.Writer, d *docgen.Document, format string) (fonts string, err error)
	Pictures  docx.Pictures // draws charts in filled templates
	Generator string        // "开阳 0.2", printed at the end of documents
	Base      func() string // address before the links of documents; nil or "" leaves them out
}

// A Coded is an indicator or data element by its code.
type Coded struct{ Code, Name string }

// A Service keeps documents.
type Service struct {
	db     *sqldb.DB
	units  Units
	files  *files.Store
	clock  func() time.Time
	log    *slog.Logger
	joints Joints
}

// New makes the service.
func New(db *sqldb.DB, units Units, store *files.Store, clock func() time.Time, log *slog.Logger) *Service {
	return &Service{db: db, units: units, files: store, clock: clock, log: log}
}

// Join connects the module with the others.
func (s *Service) Join(j Joints) { s.joints = j }

// filesOwner is this module's key in the file store.
const filesOwner = "reports"

// changeKind is the kind of this module's changes.
const changeKind = "reports"

func (s *Service) today() period.Day { return period.DayOf(s.clock()) }

func (s *Service) root() org.UnitID { return s.units.Today().Root(org.Territorial) }

// unitName gives the short name of a unit as of today, or as of when it last lived.
func (s *Service) unitName(u org.UnitID) string {
	if u == 0 {
		u = s.root()
	}
	if t := s.units.Today(); t.Has(u) {
		return t.Short(u)
	}
	if x, ok := s.units.Register().Unit(u); ok {
		return x.Last().Name
	}
	return strconv.Itoa(int(u))
}

// Kinds lists the kinds that can be made: those of this module, and those others bring.
func (s *Service) Kinds() (out []Kind) {
	for _, c := range []string{LeadingGroup, Bulletin, Notice, Annual} {
		name, hint := kindName(c)
		out = append(out, Kind{c, name, hint})
	}
	var more []string
	for c := range s.joints.Makers {
		more = append(more, c)
	}
	slices.Sort(more)
	for _, c := range more {
		name, hint := kindName(c)
		out = append(out, Kind{c, name, hint})
	}
	return out
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\n", "")), " ")
}

// Make computes a document from the data and keeps it: a new document, or, where there is one of
// this kind for the period and unit, its next version; earlier versions stay byte for byte. The
// period is in the words of the kind; a unit of 0 is the county. A final document is refused.
func (s *Service) Make(ctx context.Context, by perm.Actor, kind, periodText string, unit org.UnitID) (d Document, err error) {
	defer fault.Wrap(&err, "reports.Make(%s, %s, %d)", kind, periodText, unit)
	doc, key, err := s.compose(ctx, by, kind, periodText, unit)
	if err != nil {
		return d, err
	}
	text, err := docgen.Freeze(doc)
	if err != nil {
		return d, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		list, err := sqldb.All(tx, scanDocument, sameDocumentSQL, kind, key, int64(unit))
		if err != nil {
			return err
		}
		if len(list) > 0 {
			d = list[0]
			if d.State == Final {
				return fault.New(fault.Conflict, "“%s”已经定稿；要重新生成，请先打开文书并写明原因重新编辑", d.Title)
			}
		} else {
			d = Document{Kind: kind, Period: key, Unit: unit, State: Draft, By: tx.By().Name, At: tx.Stamp(), Version: 1}
			if d.ID, err = tx.NextID("reports_document"); err != nil {
				return err
			}
			d.Title = titleOf(doc)
			if err := d.insert(tx); err != nil {
				return err
			}
		}
		return s.keep(tx, &d, Version{Content: string(text)}, titleOf(doc), "make")
	})
	return d, err
}

func titleOf(d *docgen.Document) string {
	for _, t := range []string{d.Title, d.Meta.Subject, d.Mark} {
		if t = oneLine(t); t != "" {
			return t
		}
	}
	return "—"
}

// keep adds the next version to a document.
func (s *Service) keep(tx *sqldb.Tx, d *Document, v Version, title, deed string) error {
	v.Document, v.No, v.Sum, v.By, v.At = d.ID, d.Newest+1, sumOf(v.Content), tx.By().Name, tx.Stamp()
	d.Newest, d.Title = v.No, title
	if err := d.update(tx); err != nil {
		return err
	}
	d.Version++
	if err := v.insert(tx); err != nil {
		return err
	}
	return s.done(tx, *d, deed, map[string]any{"version": v.No, "base": v.Base, "sum": v.Sum, "changed": len(v.Changed)})
}

func (s *Service) done(tx *sqldb.Tx, d Document, deed string, detail map[string]any) error {
	detail["title"] = d.Title
	tx.Audit("reports."+deed, "report:"+strconv.FormatInt(d.ID, 10), detail)
	_, err := tx.Change(changeKind, strconv.FormatInt(d.ID, 10))
	return err
}

// mayRead tells whether a reader may read a document, and whether all of it: drafts, every
// version, what was changed. To others only final documents for all exist.
func mayRead(reader perm.Actor, d Document) (all bool, err error) {
	if reader.Can(ruleAll) {
		return true, nil
	}
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return false, err
	}
	if d.State != Final || !d.ForAll {
		return false, noDocument()
	}
	return false, nil
}

// List gives the documents that the reader may read, the newest first.
func (s *Service) List(ctx context.Context, reader perm.Actor) (out []Document, err error) {
	defer fault.Wrap(&err, "reports.List")
	if !reader.Can(ruleAll) {
		if err := reader.May(ruleRead, perm.On{}); err != nil {
			return nil, err
		}
	}
	var list []Document
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		list, err = sqldb.All(tx, scanDocument, documentsSQL)
		return err
	})
	for _, d := range list {
		if _, err := mayRead(reader, d); err == nil {
			out = append(out, d)
		}
	}
	return out, err
}

// A Whole is a document with what its page shows.
type Whole struct {
	Document Document
	Versions []Version // all of them, or for readers of final ones the final version alone
	Issues   []Issue
	All      bool // the reader may see drafts and what was changed
	Shown    Version
	Text     *docgen.Document // of the shown version
	Lines    []string         // of the uploaded final file, for those who read only that
}

// Show gives a document with one of its versions; 0 is the final one, or the newest of a draft.
func (s *Service) Show(ctx context.Context, reader perm.Actor, id int64, version int) (w Whole, err error) {
	defer fault.Wrap(&err, "reports.Show(%d, %d)", id, version)
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		if w.Document, err = documentOf(tx, id); err != nil {
			return err
		}
		if w.All, err = mayRead(reader, w.Document); err != nil {
			return err
		}
		if w.Versions, err = versionsOf(tx, id); err != nil {
			return err
		}
		if w.Issues, err = issuesOf(tx, id); err != nil {
			return err
		}
		if !w.All {
			final := w.Document.Final
			if version != 0 && version != final {
				return noVersion(version)
			}
			w.Versions = slices.DeleteFunc(w.Versions, func(v Version) bool { return v.No != final })
			w.Issues = w.Issues[len(w.Issues)-1:]
			if i := w.Issues[0]; i.Hash != "" {
				_, content, err := s.files.GetTx(tx, filesOwner, i.Hash)
				if err != nil {
					return err
				}
				if w.Lines, err = docx.Text(content); err != nil {
					return err
				}
			}
		}
		if version == 0 {
			version = w.Document.Newest
			if w.Document.Final != 0 {
				version = w.Document.Final
			}
		}
		i := slices.IndexFunc(w.Versions, func(v Version) bool { return v.No == version })
		if i < 0 {
			return noVersion(version)
		}
		w.Shown = w.Versions[i]
		w.Text, err = docgen.Thaw([]byte(w.Shown.Content))
		return err
	})
	return w, err
}

func noVersion(n int) error {
	return fault.New(fault.Missing, "没有第 %d 版；请从文书页选择版本", n)
}

// Formats lists the files a version can be had as.
func Formats() []string { return []string{"docx", "pdf", "xlsx"} }

var media = map[string]string{"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "pdf": "application/pdf",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

// File gives a version of a document in a format, and the name of the file; version 0 is as in
// Show. Readers of final documents get what was sent out: where a Word file was uploaded, that
// file alone.
func (s *Service) File(ctx context.Context, reader perm.Actor, id int64, version int, format string) (name, mediaType string, content []byte, err error) {
	defer fault.Wrap(&err, "reports.File(%d, %d, %s)", id, version, format)
	if media[format] == "" {
		return "", "", nil, fault.New(fault.Missing, "没有 %s 格式；可用 docx、pdf、xlsx", format)
	}
	w, err := s.Show(ctx, reader, id, version)
	if err != nil {
		return "", "", nil, err
	}
	if !w.All && w.Issues[0].Hash != "" {
		return "", "", nil, fault.New(fault.Missing, "定稿是上传的 Word 文件；请在文书页下载定稿")
	}
	if s.joints.Print == nil {
		return "", "", nil, fault.New(fault.Unavailable, "文书排版没有启用，不能下载；请联系管理员")
	}
	var b bytes.Buffer
	if _, err := s.joints.Print(&b, w.Text, format); err != nil {
		return "", "", nil, err
	}
	no := 0
	if w.All {
		no = w.Shown.No
	}
	return fileName(w.Document.Title, no, format), media[format], b.Bytes(), nil
}

// IssueFile gives an uploaded final file as it was uploaded.
func (s *Service) IssueFile(ctx context.Context, reader perm.Actor, document, issue int64) (f files.File, content []byte, err error) {
	defer fault.Wrap(&err, "reports.IssueFile(%d, %d)", document, issue)
	w, err := s.Show(ctx, reader, document, 0)
	if err != nil {
		return f, nil, err
	}
	for _, i := range w.Issues {
		if i.ID == issue && i.Hash != "" {
			f, content, err = s.files.Get(ctx, filesOwner, i.Hash)
			f.Name = i.File
			return f, content, err
		}
	}
	return f, nil, fault.New(fault.Missing, "没有这份定稿文件；请从文书页下载")
}

// CheckDocuments reads every frozen version again and compares it with its checksum, and the
// uploaded files with theirs; it tells how many versions are sound.
func (s *Service) CheckDocuments(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "reports.CheckDocuments")
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := sqldb.All(tx, scanVersion, allVersionsSQL)
		if err != nil {
			return err
		}
		for _, v := range all {
			if sumOf(v.Content) != v.Sum {
				return fault.New(fault.Conflict, "文书 %d 的第 %d 版内容被改动过；请用备份核对", v.Document, v.No)
			}
			if _, err := docgen.Thaw([]byte(v.Content)); err != nil {
				return err
			}
			n++
		}
		issues, err := sqldb.All(tx, scanIssue, allIssuesSQL)
		if err != nil {
			return err
		}
		uploads, err := sqldb.All(tx, scanUpload, allUploadsSQL)
		if err != nil {
			return err
		}
		var hashes []string
		for _, i := range issues {
			hashes = append(hashes, i.Hash)
		}
		for _, u := range uploads {
			hashes = append(hashes, u.Hash)
		}
		for _, h := range hashes {
			if h == "" {
				continue
			}
			if _, _, err := s.files.GetTx(tx, filesOwner, h); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// base gives the address before the links of documents.
func (s *Service) base() string {
	if s.joints.Base == nil {
		return ""
	}
	return s.joints.Base()
}
