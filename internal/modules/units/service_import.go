package units

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"slices"
	"strconv"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sheet"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/table"
)

// MaxImport is the size of the largest file of units in bytes; the whole national table is 42 MB.
const MaxImport = 128 << 20

// An ImportIn is a file of units to bring in.
type ImportIn struct {
	Name   string    // name of the file, for the audit and the history
	Reader io.Reader // CSV in UTF-8, UTF-16 with mark or GB18030, or an .xlsx workbook (its first sheet)
	// Under keeps only the unit with this code and what stands beneath it: a county's slice of the
	// national table. Where the unit above it is not known it becomes a root.
	Under   string
	DryRun  bool
	Restate string // reason, needed when the file changes units within closed periods (SEMANTICS §7)
}

// ImportUnits brings a file of units in: all of it or nothing. The columns are those of Columns;
// parents may come later in the file. Faults of the content are in the report, all at once with
// their rows, and nothing is then written; the error is for what cannot be read or stored.
// Progress gets the rows done and their number, 0 while it is not known; it may be nil. This is
// the door of the command line, which has no actor; pages use ImportAs.
func (s *Service) ImportUnits(ctx context.Context, in ImportIn, progress func(done, total int64)) (rep measure.ImportReport, err error) {
	defer fault.Wrap(&err, "units.ImportUnits(%s)", in.Name)
	rep, _, _, err = s.importUnits(ctx, in, progress)
	return rep, err
}

// ImportAs is ImportUnits for a person, who must be allowed to change units. It also lists what the
// lines change, and the facts that are in no sum any more by the periods of the file.
func (s *Service) ImportAs(ctx context.Context, actor perm.Actor, in ImportIn, progress func(done, total int64)) (rep measure.ImportReport, diffs []Diff, loose []Loose, err error) {
	defer fault.Wrap(&err, "units.ImportAs(%s)", in.Name)
	if err := mayChange(actor, 0); err != nil {
		return rep, nil, nil, err
	}
	return s.importUnits(ctx, in, progress)
}

func (s *Service) importUnits(ctx context.Context, in ImportIn, progress func(done, total int64)) (measure.ImportReport, []Diff, []Loose, error) {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	file, err := readFile(in, progress)
	if err != nil {
		return measure.ImportReport{}, nil, nil, err
	}
	total := int64(len(file.rows))
	progress(0, total)
	if in.DryRun {
		m, err := s.merged(s.state.Load(), file, in)
		if err != nil {
			return measure.ImportReport{}, nil, nil, err
		}
		progress(total, total)
		return m.report, m.diffs, m.loose, nil
	}
	var m *merge
	// Nothing to write and nothing to wait for: a file with faults, and one that changes nothing.
	if m, err = s.merged(s.state.Load(), file, in); err != nil || m.result == nil {
		if err != nil {
			return measure.ImportReport{}, nil, nil, err
		}
		return m.report, m.diffs, m.loose, nil
	}
	err = s.alter(ctx, func(tx *sqldb.Tx, st *state, id int64, token string) (*state, error) {
		if m == nil || m.old != st.register {
			if m, err = s.merged(st, file, in); err != nil {
				return nil, err
			}
		}
		if m.result == nil {
			return nil, errRejected
		}
		if len(m.added)+len(m.after) == 0 {
			return nil, errUnchanged
		}
		done := Recorded{ID: id, Deed: Imported, Label: in.Name, Reason: in.Restate, token: token}
		if n := len(m.added); n > 0 {
			done.lo, done.hi = m.added[0].ID, m.added[n-1].ID
		}
		if err := keepBefore(tx, st, id, m.before); err != nil {
			return nil, err
		}
		if err := updateUnits(tx, m.after, id); err != nil {
			return nil, err
		}
		if err := insertUnits(tx, m.added, id, func(n int) { progress(int64(n), total) }); err != nil {
			return nil, err
		}
		if err := insertSuccessions(tx, m.succ, id); err != nil {
			return nil, err
		}
		if err := record(tx, done, m.detail(file, in)); err != nil {
			return nil, err
		}
		return newState(m.result, st.touched(id, m.after, m.added), id), nil
	})
	switch {
	case err == nil:
		m.report.Written = true
	case errors.Is(err, errUnchanged):
		m.report.Written, err = true, nil
	case errors.Is(err, errRejected):
		err = nil
	}
	progress(total, total)
	if m == nil {
		return measure.ImportReport{}, nil, nil, err
	}
	return m.report, m.diffs, m.loose, err
}

var (
	errRejected  = fault.New(fault.Invalid, "文件中有问题，没有写入")
	errUnchanged = fault.New(fault.Conflict, "文件与系统一致，没有写入")
)

// merged brings a file together with a register.
func (s *Service) merged(st *state, f *unitFile, in ImportIn) (*merge, error) {
	m := newMerge(st.register, key)
	m.rows = slices.Clone(f.rows)
	m.report.Findings = slices.Clone(f.found)
	if in.Under != "" {
		if err := m.keepUnder(in.Under); err != nil {
			return nil, err
		}
	}
	if len(m.rows) == 0 {
		return nil, fault.New(fault.Invalid, "文件只有表头，没有单位；请检查后再导入")
	}
	m.run()
	if m.result != nil && m.first != 0 && len(m.after) > 0 && s.joints.Loose != nil {
		var err error
		if m.loose, err = s.joints.Loose(m.result); err != nil {
			return nil, err
		}
		m.report.Notes = looseNotes(m.loose, m.result)
	}
	if m.result != nil && m.first != 0 && in.Restate == "" {
		if list := s.closed(m.first); len(list) > 0 {
			m.say(fault.Finding{Rule: "closed-period", Value: m.first.String(),
				Format: "文件改变 %s 起的单位关系，其中 %s 等 %d 个期已封账；请写明更正原因后再导入（命令行用 --restate）",
				Args:   []any{m.first, list[len(list)-1], len(list)}})
			m.result = nil
		}
	}
	return m, nil
}

// detail is what the audit keeps of an import.
func (m *merge) detail(f *unitFile, in ImportIn) any {
	return map[string]any{"sha256": f.hash, "under": in.Under, "read": m.report.Read, "created": m.report.Created,
		"updated": m.report.Updated, "unchanged": m.report.Unchanged, "restate": in.Restate}
}

// A unitFile is a file of units as it was read, before it meets the register.
type unitFile struct {
	rows  []fileRow
	found fault.Findings
	hash  string
}

func readFile(in ImportIn, progress func(done, total int64)) (*unitFile, error) {
	f := &unitFile{}
	h := sha256.New()
	br := bufio.NewReaderSize(&capped{r: io.TeeReader(in.Reader, h), left: MaxImport}, 256<<10)
	head, err := br.Peek(4)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0")) {
		err = f.readBook(br, progress)
	} else {
		err = f.readCSV(br, progress)
	}
	if err != nil {
		return nil, err
	}
	f.hash = sum(h)
	return f, nil
}

func sum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// capped refuses more than MaxImport bytes instead of cutting the file off in silence.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, fault.New(fault.TooLarge, "文件超过 %d MB；请拆成几个文件，或只导入需要的县", MaxImport>>20)
	}
	return n, err
}

func (f *unitFile) add(line int, cell cells, bad fault.Findings, progress func(done, total int64)) {
	r, found := parseRow(line, cell)
	if len(bad) > 0 {
		r.bad = true
		found = slices.Concat(bad, found)
	}
	f.rows = append(f.rows, r)
	if len(f.found) <= maxFindings {
		f.found = append(f.found, found...)
	}
	if len(f.rows)%20000 == 0 {
		progress(int64(len(f.rows)), 0)
	}
}

func (f *unitFile) readCSV(r io.Reader, progress func(done, total int64)) error {
	c, err := sheet.OpenCSV(r)
	if err != nil {
		return err
	}
	var at [len(cells{})]int
	for first := true; ; first = false {
		rec, line, err := c.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if first {
			if at, err = columnsOf(rec); err != nil {
				return err
			}
			continue
		}
		var cell cells
		for j, i := range at {
			if i >= 0 && i < len(rec) {
				cell[j] = rec[i]
			}
		}
		f.add(line, cell, nil, progress)
	}
}

func (f *unitFile) readBook(r io.Reader, progress func(done, total int64)) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	book, err := sheet.OpenBytes(data, sheet.Limits{})
	if err != nil {
		return err
	}
	names := book.Sheets()
	if len(names) == 0 {
		return fault.New(fault.Invalid, "工作簿里没有可见的工作表；请检查后重新上传")
	}
	var at [len(cells{})]int
	first := true
	return book.Rows(names[0], func(row int, values []sheet.Value) error {
		if first {
			first = false
			head := make([]string, len(values))
			for i, v := range values {
				head[i] = v.Text
			}
			at, err = columnsOf(head)
			return err
		}
		var cell cells
		var bad fault.Findings
		for j, i := range at {
			if i < 0 || i >= len(values) {
				continue
			}
			v := values[i]
			cell[j] = v.Text
			if x, ok := v.Fault(names[0], sheet.Address(i+1, row)); !ok {
				bad = append(bad, x)
			} else if d, ok := v.AsDate(); ok && (j == 4 || j == 5) {
				cell[j] = d
			}
		}
		f.add(row, cell, bad, progress)
		return nil
	})
}

// An ExportIn tells which units to write.
type ExportIn struct {
	Format string     // "csv" (default), "xlsx" or "json"
	Under  string     // code of the unit to begin at; "" is everything
	On     period.Day // only versions of that day; 0 is all versions, which ImportUnits takes back
}

// maxExportBook is the number of rows of the largest workbook; beyond it CSV is the way.
const maxExportBook = 200_000

// ExportUnits writes units in the columns that ImportUnits reads, parents first. Its CSV has a byte
// order mark, so that spreadsheets show Chinese.
func (s *Service) ExportUnits(ctx context.Context, w io.Writer, in ExportIn) (err error) {
	defer fault.Wrap(&err, "units.ExportUnits(%s)", in.Format)
	rows, err := s.exportRows(in)
	if err != nil {
		return err
	}
	switch in.Format {
	case "", "csv":
		return writeCSV(ctx, w, rows)
	case "xlsx":
		if len(rows) > maxExportBook {
			return fault.New(fault.TooLarge, "共 %d 行，超过工作簿导出的 %d 行；请改用 CSV，或只导出一个上级单位", len(rows), maxExportBook)
		}
		t := &table.Table{Name: "单位"}
		for _, c := range Columns {
			t.Columns = append(t.Columns, table.Column{Head: []string{c}, Key: c, Align: table.Left})
		}
		for _, r := range rows {
			row := table.Row{}
			for _, c := range r {
				row.Cells = append(row.Cells, table.Text(c))
			}
			t.Rows = append(t.Rows, row)
		}
		return t.XLSX(w, table.XLSXOptions{})
	case "json":
		return writeJSONRows(w, rows)
	}
	return fault.New(fault.Invalid, "没有导出格式“%s”；请用 csv、xlsx 或 json", in.Format)
}

func (s *Service) exportRows(in ExportIn) ([]cells, error) {
	reg := s.Register()
	on := in.On
	if on == 0 {
		on = s.today()
	}
	under := org.UnitID(0)
	if in.Under != "" {
		id, err := reg.Find(in.Under, on)
		if err != nil {
			return nil, err
		}
		under = id
	}
	tree := reg.On(on)
	var rows []cells
	put := func(u org.Unit) {
		for _, v := range u.Versions {
			if in.On != 0 && !v.Holds(in.On) {
				continue
			}
			parent := ""
			if p, ok := reg.Unit(v.Parent); ok {
				parent = p.Code
			}
			order := ""
			if v.Order != 0 {
				order = strconv.Itoa(v.Order)
			}
			rows = append(rows, cells{u.Code, v.Name, string(u.Kind), parent, v.From.String(), v.To.String(), order})
		}
	}
	for _, k := range []org.TreeKind{org.Territorial, org.Functional} {
		list := tree.Preorder(k)
		if under != 0 {
			list = nil
			if tree.Kind(under).Tree() == k {
				list = tree.Beneath(under)
			}
		}
		for _, id := range list {
			u, _ := reg.Unit(id)
			put(u)
		}
	}
	if in.On == 0 && under == 0 {
		for _, u := range reg.Units() {
			if !tree.Has(u.ID) {
				put(u)
			}
		}
	}
	return rows, nil
}

func writeCSV(ctx context.Context, w io.Writer, rows []cells) error {
	b := bufio.NewWriterSize(w, 256<<10)
	b.WriteString("\uFEFF")
	line := func(row []string) {
		for i, c := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			c = sheet.Guard(c)
			if quote := bytes.ContainsAny([]byte(c), ",\"\r\n"); quote {
				b.WriteByte('"')
				b.Write(bytes.ReplaceAll([]byte(c), []byte(`"`), []byte(`""`)))
				b.WriteByte('"')
				continue
			}
			b.WriteString(c)
		}
		b.WriteString("\r\n")
	}
	line(Columns)
	for i := range rows {
		line(rows[i][:])
		if i%10000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return b.Flush()
}

func writeJSONRows(w io.Writer, rows []cells) error {
	b := bufio.NewWriterSize(w, 256<<10)
	b.WriteString("[")
	for i, r := range rows {
		if i > 0 {
			b.WriteString(",")
		}
		line, err := json.Marshal(struct {
			Code   string `json:"code"`
			Name   string `json:"name"`
			Kind   string `json:"kind"`
			Parent string `json:"parent"`
			From   string `json:"from"`
			To     string `json:"to"`
			Order  string `json:"order"`
		}{r[0], r[1], r[2], r[3], r[4], r[5], r[6]})
		if err != nil {
			return err
		}
		b.WriteString("\n")
		b.Write(line)
	}
	b.WriteString("\n]\n")
	return b.Flush()
}
