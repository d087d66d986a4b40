package reports

import (
	"bytes"
	"context"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/docx"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
)

// A Head is what of a document's head and foot may be edited.
type Head struct {
	Title   string // "\n" breaks the line
	Number  string // 发文字号
	Issue   string // of a bulletin
	To      string // 主送, divided by 、
	Signers string // 签发人, divided by 、
	Unit    string // that signs
	Day     string // of the signature, or of the bulletin
	CopyTo  string // 抄送, divided by 、
}

// HeadOf gives the head of a document.
func HeadOf(d *docgen.Document) Head {
	h := Head{Title: d.Title, Number: d.Number, Issue: d.Issue, To: strings.Join(d.To, "、"), Signers: strings.Join(d.Signers, "、"), Day: d.Day}
	if d.Sign != nil {
		h.Unit, h.Day = d.Sign.Unit, d.Sign.Day
	}
	if d.Colophon != nil {
		h.CopyTo = strings.Join(d.Colophon.CopyTo, "、")
	}
	return h
}

func (h Head) put(d *docgen.Document) {
	d.Title, d.Number, d.Issue, d.To, d.Signers = strings.TrimSpace(strings.ReplaceAll(h.Title, "\r", "")), h.Number, h.Issue, splitNames(h.To), splitNames(h.Signers)
	if d.Sign != nil {
		x := *d.Sign
		x.Unit, x.Day = h.Unit, h.Day
		d.Sign = &x
	} else {
		d.Day = h.Day
	}
	switch copies := splitNames(h.CopyTo); {
	case d.Colophon == nil && len(copies) > 0:
		d.Colophon = &docgen.Colophon{CopyTo: copies, Office: d.Meta.Author, Day: h.Day}
	case d.Colophon != nil:
		x := *d.Colophon
		x.CopyTo = copies
		d.Colophon = &x
		if len(copies) == 0 && len(x.SendTo) == 0 {
			d.Colophon = nil
		}
	}
}

func splitNames(s string) (out []string) {
	for _, x := range strings.FieldsFunc(s, func(r rune) bool { return r == '、' || r == '，' || r == ',' || r == '\n' }) {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}

// An Edit is what a person made of a version in the editor.
type Edit struct {
	Base int // version the editor began with
	Head Head
	Rows []Row
}

// mostText bounds an edited document: bytes of its text.
const mostText = 400 << 10

// Save keeps an edited document as its next version. If somebody made a newer version meanwhile it
// is refused with Conflict.
func (s *Service) Save(ctx context.Context, by perm.Actor, id int64, e Edit) (v Version, err error) {
	defer fault.Wrap(&err, "reports.Save(%d, %d)", id, e.Base)
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return v, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		d, err := documentOf(tx, id)
		if err != nil {
			return err
		}
		if d.State == Final {
			return fault.New(fault.Conflict, "文书已经定稿；要修改，请先写明原因重新编辑")
		}
		if d.Newest != e.Base {
			return fault.New(fault.Conflict, "您编辑的是第 %d 版，别人已存了第 %d 版；您写的内容还在下面，请对照新版核对后再保存", e.Base, d.Newest)
		}
		list, err := versionsOf(tx, id)
		if err != nil {
			return err
		}
		before := list[len(list)-1]
		base, err := docgen.Thaw([]byte(before.Content))
		if err != nil {
			return err
		}
		var f fault.Fields
		edited, changed := rebuild(base, e.Rows, &f)
		e.Head.put(&edited)
		f.Need(base.Title == "" || edited.Title != "", "title", "请写标题")
		f.Need(len(edited.Body) > 0, "body", "正文不能全部删去；至少留一段")
		size := 0
		for _, r := range e.Rows {
			size += len(r.Text)
		}
		f.Need(size <= mostText, "body", "正文超过 %d KB；请分成几份文书", mostText>>10)
		if err := f.Err(); err != nil {
			return err
		}
		changed = append(changed, stillGone(before, &edited, changed)...)
		text, err := docgen.Freeze(&edited)
		if err != nil {
			return err
		}
		v = Version{Base: before.No, Content: string(text), Changed: changed}
		err = s.keep(tx, &d, v, titleOf(&edited), "edit")
		v.Document, v.No = id, d.Newest
		return err
	})
	return v, err
}

// stillGone carries on the figures that an earlier edit removed and that are not back.
func stillGone(before Version, d *docgen.Document, now []Changed) (out []Changed) {
	for _, c := range before.Changed {
		if c.Now != "" || c.No == 0 {
			continue
		}
		back := false
		for _, b := range d.Body {
			for _, r := range runsOf(b) {
				back = back || r.Source == c.No
			}
		}
		for _, n := range now {
			back = back || n.Now == "" && n.No == c.No
		}
		if !back {
			out = append(out, c)
		}
	}
	return out
}

// A Finishing makes a version final.
type Finishing struct {
	Version int64 // of the document row, as the person saw it
	No      int   // version the final one rests on
	ForAll  bool  // task forces, townships and readers may read it
	Name    string
	Content []byte // edited Word file; nil where the version itself is final
}

// mostFinal is the largest Word file taken.
const mostFinal = 20 << 20

// Finish makes a document final. An uploaded Word file is compared with the version it was made
// from; what a person changed in computed figures is kept beside it.
func (s *Service) Finish(ctx context.Context, by perm.Actor, id int64, in Finishing) (i Issue, err error) {
	defer fault.Wrap(&err, "reports.Finish(%d, %d)", id, in.No)
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return i, err
	}
	w, err := s.Show(ctx, by, id, in.No)
	if err != nil {
		return i, err
	}
	i = Issue{Document: id, No: w.Shown.No, ForAll: in.ForAll, Changed: w.Shown.Changed}
	if in.Content != nil {
		if i.Changed, err = s.compare(w, in); err != nil {
			return i, err
		}
		i.File = in.Name
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		d, err := documentOf(tx, id)
		if err != nil {
			return err
		}
		if d.State == Final {
			return fault.New(fault.Conflict, "文书已经定稿；要换定稿文件，请先写明原因重新编辑")
		}
		if in.Version != 0 && d.Version != in.Version {
			return stale(0, nil)
		}
		if in.Content != nil {
			if i.Hash, err = s.files.Put(tx, filesOwner, in.Name, media["docx"], in.Content); err != nil {
				return err
			}
		}
		if i.ID, err = tx.NextID("reports_issue"); err != nil {
			return err
		}
		i.By, i.At = tx.By().Name, tx.Stamp()
		if err := i.insert(tx); err != nil {
			return err
		}
		d.State, d.Final, d.ForAll = Final, i.No, i.ForAll
		if err := d.update(tx); err != nil {
			return err
		}
		return s.done(tx, d, "finish", map[string]any{"version": i.No, "file": i.File, "hash": i.Hash, "changed": len(i.Changed), "for_all": i.ForAll})
	})
	return i, err
}

// compare tells what differs between an uploaded file and the version it was made from.
func (s *Service) compare(w Whole, in Finishing) ([]Changed, error) {
	refuse := func(format string, args ...any) ([]Changed, error) {
		var f fault.Fields
		f.Need(false, "file", format, args...)
		return nil, f.Err()
	}
	if len(in.Content) == 0 {
		return refuse("文件是空的；请重新选择 Word 文件")
	}
	if len(in.Content) > mostFinal {
		return refuse("文件超过 %d MB；请压缩其中的图片后再上传", mostFinal>>20)
	}
	kind, ok := files.Paper(in.Name, in.Content)
	if !ok || kind != media["docx"] {
		return refuse("“%s”不是 Word 文件（.docx），或带有宏；请用 Word 或 WPS 另存为 .docx 后再上传", in.Name)
	}
	if s.joints.Print == nil {
		return nil, fault.New(fault.Unavailable, "文书排版没有启用，不能比对；请联系管理员")
	}
	var made bytes.Buffer
	if _, err := s.joints.Print(&made, w.Text, "docx"); err != nil {
		return nil, err
	}
	list, err := docx.Changed(made.Bytes(), in.Content)
	if err != nil {
		if fault.KindOf(err) == fault.Internal {
			return refuse("“%s”读不出来；请用 Word 或 WPS 打开后另存为 .docx 再上传", in.Name)
		}
		return nil, err
	}
	out := w.Shown.Changed[:len(w.Shown.Changed):len(w.Shown.Changed)]
	for _, c := range list {
		x := Changed{Was: c.Was, Now: c.Now, Text: c.Text, Line: c.Kind != docx.FigureChanged}
		for _, src := range w.Text.Sources {
			if c.Source != 0 && src.No == c.Source {
				x.Label, x.Path, x.No = src.Label, src.Path, src.No
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// Reopen makes a final document a draft again; the final file and what was changed stay on record.
func (s *Service) Reopen(ctx context.Context, by perm.Actor, id int64, reason string) (err error) {
	defer fault.Wrap(&err, "reports.Reopen(%d)", id)
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	var f fault.Fields
	f.Need(reason != "", "reason", "请写明重新编辑的原因")
	if err := f.Err(); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		d, err := documentOf(tx, id)
		if err != nil {
			return err
		}
		if d.State != Final {
			return fault.New(fault.Conflict, "文书还是草稿，可以直接编辑")
		}
		list, err := issuesOf(tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(reopenIssueSQL, reason, tx.By().Name, tx.Stamp(), list[len(list)-1].ID); err != nil {
			return err
		}
		d.State, d.Final, d.ForAll = Draft, 0, false
		if err := d.update(tx); err != nil {
			return err
		}
		return s.done(tx, d, "reopen", map[string]any{"reason": reason, "issue": strconv.FormatInt(list[len(list)-1].ID, 10)})
	})
}
