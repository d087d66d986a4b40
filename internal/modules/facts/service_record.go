package facts

import (
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/sheet"
	"kaiyang/internal/platform/sqldb"
)

// Record writes a batch of facts inside the caller's transaction: the columns, the log of changes
// and the audit line, under one change number. Everything is checked first and told at once as
// fault.Findings: unknown elements, categories and units, units of another level or not alive in
// the slot, periods that are no slot of the element, values out of range, cells named twice, sums
// that would not hold, and closed periods without Restate and Reason. Then nothing is written. Cells
// that stand as they are asked to stand are counted as unchanged and leave no version; a batch of
// such cells only takes no change number.
func (s *Service) Record(tx *sqldb.Tx, b measure.Batch) (measure.Outcome, error) {
	if err := s.catchUp(tx); err != nil {
		return measure.Outcome{}, err
	}
	if b.Restate && strings.TrimSpace(b.Reason) == "" {
		return measure.Outcome{}, fault.New(fault.Invalid, "更正已封账的数必须写明原因")
	}
	src := &batchSource{b.Facts}
	d := newDraft(s.units.Register(), *s.closings.Load(), src, b.Restate)
	d.addFacts(s.Catalogue(), b.Facts)
	if err := d.judge(tx); err != nil {
		return measure.Outcome{}, err
	}
	if err := d.findings().Err(); err != nil {
		return measure.Outcome{}, err
	}
	return d.outcome, s.commit(tx, d, b.Source, strings.TrimSpace(b.Reason), nil)
}

// addFacts resolves the facts of a batch.
func (d *draft) addFacts(cat *measure.Catalogue, list []measure.Fact) {
	type known struct {
		e      measure.Element
		series map[measure.Category]int32
	}
	elements := map[string]*known{}
	for i := range list {
		f := &list[i]
		at := int32(i)
		k := elements[f.Element]
		if k == nil {
			e, ok := cat.Code(f.Element)
			if !ok {
				d.note(at, "unknown-element", "没有代码为 %s 的数据项；请先登记数据项，或核对代码", f.Element)
				continue
			}
			k = &known{e, map[measure.Category]int32{}}
			elements[f.Element] = k
		}
		series, ok := k.series[f.Category]
		if !ok {
			c, err := parseCategory(k.e.Scheme, string(f.Category))
			if err != nil {
				d.note(at, "unknown-category", "数据项 %s：%s", f.Element, err)
				d.spoil(&k.e, f.Unit, f.Period)
				continue
			}
			series = d.seriesOf(k.e, c)
			k.series[f.Category] = series
		}
		d.add(at, &k.e, series, f.Unit, f.Period, f.Value, f.Gone)
	}
}

// judge reads what is stored and finds out what the draft does and whether it may.
func (d *draft) judge(tx *sqldb.Tx) error {
	if d.crowded {
		return fault.New(fault.TooLarge, "一次涉及的数据项和分类组合超过 %d 个；请分几次提交", maxSeries)
	}
	d.arrange()
	if err := d.fetch(tx); err != nil {
		return err
	}
	for _, f := range d.families() {
		if err := f.fetch(tx); err != nil {
			return err
		}
		d.prove(f)
	}
	return d.decide()
}

// commit writes a sound draft.
func (s *Service) commit(tx *sqldb.Tx, d *draft, src measure.Source, reason string, progress func(rows int)) error {
	object := string(src.Kind)
	if src.ID != "" {
		object += ":" + src.ID
	}
	counts := map[string]any{"created": d.outcome.Created, "updated": d.outcome.Updated, "unchanged": d.outcome.Unchanged}
	if d.restate {
		counts["restate"] = true
	}
	if d.outcome.Created+d.outcome.Updated == 0 {
		tx.Audit("facts.record", object, counts)
		return nil
	}
	id, err := tx.NextID("facts_batch")
	if err != nil {
		return err
	}
	no, err := tx.Change("facts", strconv.FormatInt(id, 10))
	if err != nil {
		return err
	}
	counts["batch"] = id
	tx.Audit("facts.record", object, counts)
	by := tx.By()
	return d.write(tx, rowsAtOnce(s.db.Dialect()), batchRow{id: id, no: no, source: src, reason: reason, restate: d.restate, created: d.outcome.Created, updated: d.outcome.Updated,
		account: by.Account, name: by.Name, post: by.Post, at: tx.Stamp()}, progress)
}

// batchSource finds places in the facts of a batch.
type batchSource struct{ facts []measure.Fact }

func (b *batchSource) ref(at int32) string { return b.facts[at].Ref }

// place reads a reference: "填报!C14" is a cell, "12" a line.
func (b *batchSource) place(at int32) fault.Finding {
	ref := b.facts[at].Ref
	name, cell, ok := strings.Cut(ref, "!")
	if ok {
		_, row, _ := sheet.ParseAddress(cell)
		return fault.Finding{Sheet: name, Cell: cell, Row: row}
	}
	if n, err := strconv.Atoi(ref); err == nil {
		return fault.Finding{Row: n}
	}
	return fault.Finding{Sheet: ref}
}
