package facts

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sheet"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/table"
)

// ruleExport is for facts cell by cell; small counts of persons stand in them as they are.
var ruleExport = perm.Rule{Deed: "facts.export", Label: "导出原始数据", Roles: []perm.Role{perm.Office}}

// ExportElements writes all elements as "csv" (also ""), "yaml", "xlsx" or "json"; importing the
// first three again changes nothing.
func (s *Service) ExportElements(w io.Writer, format string) error {
	list := s.Catalogue().All()
	switch format {
	case "", "csv":
		return writeElementsCSV(w, list)
	case "yaml":
		return writeElementsYAML(w, list)
	case "xlsx":
		return elementTable(list).XLSX(w, table.XLSXOptions{})
	case "json":
		return writeElementsJSON(w, list)
	}
	return fault.New(fault.Invalid, "没有导出格式“%s”；请用 csv、yaml、xlsx 或 json", format)
}

// ExportIn tells which facts to write.
type ExportIn struct {
	Format  string        // "csv" (also ""), "xlsx", "json", "dhis2" or "adx"
	Period  period.Period // slots within it; the zero period is everything
	Unit    org.UnitID    // at or beneath it by the tree of each slot; 0 is everything
	Element string        // code of one element; "" is all

	// Note is told what the format cannot hold, as a Chinese format; nil is allowed.
	Note func(format string, args ...any)
}

// maxExportBook is the number of rows of the largest workbook; beyond it CSV is the way.
const maxExportBook = 300_000

// A factRow is one reported cell as files show it.
type factRow struct {
	Element  string `json:"element"`
	Category string `json:"category"`
	Unit     string `json:"unit"`
	Period   string `json:"period"`
	Value    string `json:"value"`

	grain period.Grain
	slot  period.Slot
}

// ExportFacts writes the reported facts cell by cell, as they stand now: by element, category, year
// and unit. The CSV and the workbook are what ImportFacts reads, and importing them again changes
// nothing. Facts whose unit holds no facts in their slot by the register of now are left out.
func (s *Service) ExportFacts(ctx context.Context, a perm.Actor, w io.Writer, in ExportIn) (err error) {
	defer fault.Wrap(&err, "facts.ExportFacts(%s, %s, %d)", in.Format, in.Period, in.Unit)
	if err := a.May(ruleExport, perm.On{}); err != nil {
		return err
	}
	if in.Element != "" {
		if _, ok := s.Catalogue().Code(in.Element); !ok {
			return fault.New(fault.Missing, "没有代码为 %s 的数据项；请先登记数据项，或核对代码", in.Element)
		}
	}
	switch in.Format {
	case "", "csv":
		return s.exportCSV(ctx, w, in)
	case "json":
		return s.exportJSON(ctx, w, in)
	case "xlsx":
		return s.exportBook(ctx, w, in)
	case "dhis2":
		return s.exportDHIS2(ctx, w, in)
	case "adx":
		return s.exportADX(ctx, w, in)
	}
	return unknownFormat(in.Format)
}

// noteExport puts the download of an element's facts into the audit.
func (s *Service) noteExport(ctx context.Context, element string) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		tx.Audit("facts.export", element, nil)
		return nil
	})
}

func (s *Service) exportCSV(ctx context.Context, w io.Writer, in ExportIn) error {
	b := bufio.NewWriterSize(w, 256<<10)
	b.WriteString("\uFEFFelement,category,unit,period,value\r\n")
	err := s.eachFact(ctx, in, func(r *factRow) error {
		b.WriteString(r.Element)
		b.WriteByte(',')
		writeCSVField(b, sheet.Guard(r.Category))
		b.WriteByte(',')
		writeCSVField(b, r.Unit)
		b.WriteByte(',')
		b.WriteString(r.Period)
		b.WriteByte(',')
		b.WriteString(r.Value)
		_, err := b.WriteString("\r\n")
		return err
	})
	if err != nil {
		return err
	}
	return b.Flush()
}

func writeCSVField(b *bufio.Writer, s string) {
	if !strings.ContainsAny(s, ",\"\r\n") && strings.TrimSpace(s) == s {
		b.WriteString(s)
		return
	}
	b.WriteByte('"')
	b.WriteString(strings.ReplaceAll(s, `"`, `""`))
	b.WriteByte('"')
}

func (s *Service) exportJSON(ctx context.Context, w io.Writer, in ExportIn) error {
	b := bufio.NewWriterSize(w, 256<<10)
	b.WriteString("[")
	lead := "\n"
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	err := s.eachFact(ctx, in, func(r *factRow) error {
		b.WriteString(lead)
		lead = ","
		return enc.Encode(r)
	})
	if err != nil {
		return err
	}
	b.WriteString("]\n")
	return b.Flush()
}

func (s *Service) exportBook(ctx context.Context, w io.Writer, in ExportIn) error {
	t := &table.Table{Name: "数据"}
	for _, f := range factFields {
		t.Columns = append(t.Columns, table.Column{Head: []string{f.name}, Key: f.name, Align: table.Left})
	}
	err := s.eachFact(ctx, in, func(r *factRow) error {
		if len(t.Rows) == maxExportBook {
			return fault.New(fault.TooLarge, "超过工作簿导出的 %d 行；请改用 CSV，或只导出一段时间、一个上级单位", maxExportBook)
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(r.Element), table.Text(r.Category), table.Text(r.Unit), table.Text(r.Period), table.Number(r.Value, r.Value)}})
		return nil
	})
	if err != nil {
		return err
	}
	return t.XLSX(w, table.XLSXOptions{})
}

// eachFact calls f for the facts asked for; the row is used again.
func (s *Service) eachFact(ctx context.Context, in ExportIn, f func(r *factRow) error) error {
	c := s.Cube().Clone() // a long walk must not hold up those who write
	reg := c.Register()
	trees := map[slotKey]*org.Tree{}
	names := map[slotKey]string{}
	var row factRow
	for _, e := range s.Catalogue().All() {
		if in.Element != "" && e.Code != in.Element {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		row.Element = e.Code
		for _, kind := range append([]measure.Category{""}, e.Scheme.All()...) {
			row.Category = string(kind)
			var bad error
			err := c.Rows(e.ID, kind, func(u org.UnitID, year int, vals []int64, present uint32) bool {
				g := e.GrainIn(year)
				unit, _ := reg.Unit(u)
				row.Unit = unit.Code
				for i, v := range vals {
					if present>>i&1 == 0 {
						continue
					}
					k := slotKey{g, g.First(year) + period.Slot(i)}
					tree := trees[k]
					if tree == nil {
						p := g.Period(k.slot)
						tree = reg.On(p.Last())
						trees[k], names[k] = tree, p.String()
					}
					if !in.Period.IsZero() && !in.Period.Contains(g.Period(k.slot)) {
						continue
					}
					if _, ok := tree.Row(e.Level, u); !ok || in.Unit != 0 && !tree.Under(u, in.Unit) {
						continue
					}
					row.Period, row.Value = names[k], decimal(v, e.Scale)
					row.grain, row.slot = k.grain, k.slot
					if bad = f(&row); bad != nil {
						return false
					}
				}
				return true
			})
			if err == nil {
				err = bad
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// decimal is measure.Decimal with a short way for whole numbers.
func decimal(v int64, scale int) string {
	if scale == 0 {
		return strconv.FormatInt(v, 10)
	}
	return measure.Decimal(v, scale)
}

// valuesByYear counts the values of an element in the cube, by year.
func valuesByYear(c *cube.Cube, e measure.Element) (years []int, counts map[int]int) {
	counts = map[int]int{}
	for _, kind := range append([]measure.Category{""}, e.Scheme.All()...) {
		c.Rows(e.ID, kind, func(_ org.UnitID, year int, _ []int64, present uint32) bool {
			for ; present != 0; present &= present - 1 {
				counts[year]++
			}
			return true
		})
	}
	for y := range counts {
		years = append(years, y)
	}
	slices.Sort(years)
	return years, counts
}
