package meetings

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/background"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
)

// Formats lists the files of a pack.
func Formats() []string { return []string{"docx", "pdf", "xlsx"} }

var media = map[string]string{"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "pdf": "application/pdf",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

// Prepare makes the next version of a meeting's pack: it takes up what the data propose, freezes
// the content as of now, and writes the three files from it. Earlier versions stay byte for byte.
// The steps are told to progress, which may be nil.
func (s *Service) Prepare(ctx context.Context, by perm.Actor, id int64, progress func(step string, done, total int)) (p Pack, err error) {
	defer fault.Wrap(&err, "meetings.Prepare(%d)", id)
	tell := func(done int) {
		if progress == nil {
			return
		}
		step := "完成"
		if steps := makingSteps(); done < len(steps) {
			step = steps[done]
		}
		progress(step, done, len(makingSteps()))
	}
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return p, err
	}
	if s.joints.Print == nil || s.joints.Figures == nil {
		return p, fault.New(fault.Unavailable, "文书或指标模块没有启用，不能生成会议材料")
	}
	tell(0)
	c, err := s.content(ctx, by, id)
	if err != nil {
		return p, err
	}
	now := s.clock()
	c.Cutoff = docgen.Moment(now)
	text, err := json.Marshal(c)
	if err != nil {
		return p, err
	}
	made := now.Format("2006-01-02T15:04:05Z07:00")
	doc := c.document(made, s.joints.Generator, s.base())
	out := map[string][]byte{}
	for i, f := range Formats() {
		tell(1 + i)
		var buf bytes.Buffer
		fonts, err := s.joints.Print(&buf, doc, f)
		if err != nil {
			return p, err
		}
		if fonts != "" {
			p.Fonts = fonts
		}
		out[f] = buf.Bytes()
	}
	tell(4)
	sum := sha256.Sum256(text)
	p.Meeting, p.Cutoff, p.Change, p.Sum, p.Content = id, made, c.Change, hex.EncodeToString(sum[:]), string(text)
	err = s.change(ctx, by, id, "pack", func(tx *sqldb.Tx, m *Meeting) (any, error) {
		if m.State == Cancelled {
			return nil, m.mayChange()
		}
		have, err := packsOf(tx, id)
		if err != nil {
			return nil, err
		}
		p.Version = len(have) + 1
		p.By, p.At = tx.By().Name, tx.Stamp()
		for f, content := range out {
			hash, err := s.files.Put(tx, filesOwner, packName(m.Title, p.Version, f), media[f], content)
			if err != nil {
				return nil, err
			}
			*map[string]*string{"docx": &p.Docx, "pdf": &p.PDF, "xlsx": &p.XLSX}[f] = hash
		}
		return map[string]any{"version": p.Version, "change": p.Change, "sum": p.Sum}, p.insert(tx)
	})
	tell(5)
	return p, err
}

// keepRuns is how long the result of a run in the background stays; patience is how long the request
// that began it waits, so that a small county needs no second page.
const (
	keepRuns = time.Hour
	patience = 2 * time.Second
)

// A packRun is a pack being made; it goes on when its page is left.
type packRun = background.Run[int64, Pack]

// Begin makes a pack in the background; who presses twice begins it once.
func (s *Service) Begin(ctx context.Context, by perm.Actor, id int64) (*packRun, error) {
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return nil, err
	}
	return s.making.Start(ctx, makingID(id), by.Login, "", id, func(ctx context.Context, progress func(done, total int64)) (Pack, error) {
		return s.Prepare(ctx, by, id, func(_ string, done, total int) { progress(int64(done), int64(total)) })
	})
}

func makingID(meeting int64) string { return "pack:" + strconv.FormatInt(meeting, 10) }

// makingSteps says what is being done, by how many steps are done.
func makingSteps() []string {
	return []string{"收集指标和事项", "写 Word", "写 PDF", "写 Excel", "保存"}
}

func packName(title string, version int, format string) string {
	return fmt.Sprintf("%s会议材料（第%d版）.%s", title, version, format)
}

// content gathers what a pack holds.
func (s *Service) content(ctx context.Context, by perm.Actor, id int64) (c Content, err error) {
	w, err := s.Show(ctx, by, id)
	if err != nil {
		return c, err
	}
	k, err := s.known(ctx, by, w)
	if err != nil {
		return c, err
	}
	c = compose(w, k, s.unitName)
	for _, f := range c.Figures {
		c.Change = max(c.Change, f.AsOf)
	}
	if c.Forces, err = s.forcePages(ctx, by, k); err != nil {
		return c, err
	}
	if c.Effects, err = s.effects(ctx, by, w, k); err != nil {
		return c, err
	}
	note := func(u org.UnitID) {
		if u != 0 {
			c.Names[u] = s.unitName(u)
		}
	}
	for _, f := range c.Figures {
		note(f.Unit)
	}
	for _, f := range c.Forces {
		note(f.Unit)
		for _, x := range f.Ranking {
			note(x.Unit)
		}
		for _, x := range f.Items {
			note(x.Lead)
		}
	}
	return c, nil
}

// forcePages makes the page of each task force: its indicators, the ranking of the townships by
// the first of them that compares townships, its open items.
func (s *Service) forcePages(ctx context.Context, by perm.Actor, k Known) (out []ForcePage, err error) {
	if s.joints.Forces == nil {
		return nil, nil
	}
	for _, u := range s.joints.Forces() {
		f := ForcePage{Unit: u, Name: s.unitName(u)}
		for _, x := range k.Figures {
			if s.force(x.Force) == u {
				f.Figures = append(f.Figures, x)
			}
		}
		for _, x := range k.Items {
			if x.Force == u && x.State.Open() {
				f.Items = append(f.Items, x)
			}
		}
		for _, x := range f.Figures {
			list, err := s.joints.Figures.Among(ctx, s.room(by), x.Code, x.Period)
			if err != nil {
				return nil, err
			}
			known, values := 0, map[string]bool{}
			for _, y := range list {
				if y.Value != "" {
					known++
					values[y.Value] = true
				}
			}
			if known*2 < len(list) || len(values) < 2 {
				continue // nothing to tell apart
			}
			slices.SortStableFunc(list, func(a, b measure.Shown) int { return placeOr(a) - placeOr(b) })
			f.Ranked, f.Ranking = x.Name, list
			if f.Chance, err = s.chance(ctx, by, x.Code, x.Period); err != nil {
				return nil, err
			}
			break
		}
		out = append(out, f)
	}
	return out, nil
}

// chance asks what chance allows to say of the ranking of the townships, as everyone in the room may
// see it; nil where nothing can be said.
func (s *Service) chance(ctx context.Context, by perm.Actor, code string, p period.Period) (*Chance, error) {
	if s.joints.Fairly == nil {
		return nil, nil
	}
	f, err := s.joints.Fairly(ctx, s.room(by), code, p)
	if err != nil {
		return nil, err
	}
	return chanceOf(f), nil
}

func placeOr(s measure.Shown) int {
	if s.Place == 0 {
		return 1 << 20
	}
	return s.Place
}

// effects says what became of the decisions of the meeting before.
func (s *Service) effects(ctx context.Context, by perm.Actor, w Whole, k Known) (out []Effect, err error) {
	if w.Before == nil {
		return nil, nil
	}
	before, err := s.Show(ctx, by, w.Before.ID)
	if err != nil {
		return nil, err
	}
	for _, d := range before.Decisions {
		if d.Gone || d.Kind == Information {
			continue
		}
		item := before.Items[d.Item]
		var was, now *measure.Shown
		if f := item.Figure; f.Code != "" {
			n, err := s.joints.Figures.Newest(ctx, s.room(by), f.Code, f.Unit, k.Day)
			if err != nil {
				return nil, err
			}
			now = &n
			if b, ok := k.Before[f.Code]; ok && b.Unit == f.Unit {
				was = &b
			}
		}
		out = append(out, effectOf(d, item, was, now, s.unitName))
	}
	return out, nil
}

// PackFile gives a file of a pack as it was frozen. A version of 0 is the newest.
func (s *Service) PackFile(ctx context.Context, reader perm.Actor, id int64, version int, format string) (f files.File, content []byte, err error) {
	defer fault.Wrap(&err, "meetings.PackFile(%d, %d, %s)", id, version, format)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return f, nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err := packsOf(tx, id)
		if err != nil {
			return err
		}
		if version == 0 {
			version = len(list)
		}
		for _, p := range list {
			hash := map[string]string{"docx": p.Docx, "pdf": p.PDF, "xlsx": p.XLSX}[format]
			if p.Version == version && hash != "" {
				f, content, err = s.files.GetTx(tx, filesOwner, hash)
				return err
			}
		}
		return fault.New(fault.Missing, "没有第 %d 版的 %s 材料；请先在会议页生成材料", version, format)
	})
	return f, content, err
}

// PackShown gives a version of a pack as a document, for reading on a page.
func (s *Service) PackShown(ctx context.Context, reader perm.Actor, id int64, version int) (m Meeting, p Pack, d *docgen.Document, err error) {
	w, err := s.Show(ctx, reader, id)
	if err != nil {
		return m, p, nil, err
	}
	for _, p := range w.Packs {
		if p.Version == version {
			c, err := readContent(p.Content)
			if err != nil {
				return m, p, nil, err
			}
			return w.Meeting, p, c.document(p.Cutoff, s.joints.Generator, s.base()), nil
		}
	}
	return m, p, nil, fault.New(fault.Missing, "没有第 %d 版会议材料；请先在会议页生成", version)
}

// Minutes gives the minutes as they stand, as a document.
func (s *Service) Minutes(ctx context.Context, reader perm.Actor, id int64) (*docgen.Document, error) {
	w, err := s.Show(ctx, reader, id)
	if err != nil {
		return nil, err
	}
	if w.Meeting.State == Planned || w.Meeting.State == Invited || w.Meeting.State == Cancelled {
		return nil, fault.New(fault.Conflict, "会议还没有召开，没有纪要；开始会议后再生成")
	}
	now := s.clock()
	return minutes(w, s.unitName, now.Format("2006-01-02T15:04:05Z07:00"), s.joints.Generator, s.base(), docgen.Moment(now)), nil
}

// CheckPacks reads every frozen content again and compares it with its checksum, and its files with
// theirs; it tells how many packs are sound.
func (s *Service) CheckPacks(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "meetings.CheckPacks")
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := sqldb.All(tx, scanPack, allPacksSQL)
		if err != nil {
			return err
		}
		for _, p := range all {
			sum := sha256.Sum256([]byte(p.Content))
			if hex.EncodeToString(sum[:]) != p.Sum {
				return fault.New(fault.Conflict, "会议 %d 的第 %d 版材料内容被改动过", p.Meeting, p.Version)
			}
			for _, hash := range []string{p.Docx, p.PDF, p.XLSX} {
				if _, _, err := s.files.GetTx(tx, filesOwner, hash); err != nil {
					return err
				}
			}
			n++
		}
		return nil
	})
	return n, err
}

// Latest finds the meeting that a period names: the newest of the day or period, by day.
func (s *Service) Latest(ctx context.Context, reader perm.Actor, text string) (m Meeting, err error) {
	defer fault.Wrap(&err, "meetings.Latest(%s)", text)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return m, err
	}
	var all []Meeting
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		all, err = sqldb.All(tx, scanMeeting, meetingsSQL, "0001-01-01", "9999-12-31")
		return err
	})
	if err != nil {
		return m, err
	}
	for i := len(all) - 1; i >= 0; i-- {
		if o := all[i]; o.State != Cancelled && (o.Period.String() == text || o.Day.String() == text || strconv.FormatInt(o.ID, 10) == text) {
			return o, nil
		}
	}
	var have []string
	for _, o := range all[max(0, len(all)-6):] {
		have = append(have, o.Period.String())
	}
	return m, fault.New(fault.Missing, "没有 %s 的会议；已有：%s", text, strings.Join(have, "、"))
}

func (s *Service) base() string {
	if s.joints.Base == nil {
		return ""
	}
	return s.joints.Base()
}

// PackDocument gives the pack of the meeting that a text names: the newest version as it was
// frozen; where none was made yet, what would be frozen now, without keeping it.
func (s *Service) PackDocument(ctx context.Context, reader perm.Actor, text string) (*docgen.Document, error) {
	m, err := s.Latest(ctx, reader, text)
	if err != nil {
		return nil, err
	}
	w, err := s.Show(ctx, reader, m.ID)
	if err != nil {
		return nil, err
	}
	if n := len(w.Packs); n > 0 {
		c, err := readContent(w.Packs[n-1].Content)
		if err != nil {
			return nil, err
		}
		return c.document(w.Packs[n-1].Cutoff, s.joints.Generator, s.base()), nil
	}
	if s.joints.Figures == nil {
		return nil, fault.New(fault.Unavailable, "文书或指标模块没有启用，不能生成会议材料")
	}
	c, err := s.content(ctx, reader, m.ID)
	if err != nil {
		return nil, err
	}
	now := s.clock()
	c.Cutoff = docgen.Moment(now)
	return c.document(now.Format("2006-01-02T15:04:05Z07:00"), s.joints.Generator, s.base()), nil
}

// MinutesDocument gives the minutes of the meeting that a text names.
func (s *Service) MinutesDocument(ctx context.Context, reader perm.Actor, text string) (*docgen.Document, error) {
	m, err := s.Latest(ctx, reader, text)
	if err != nil {
		return nil, err
	}
	return s.Minutes(ctx, reader, m.ID)
}
