package cases

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// Units is what this module needs to know of the units.
type Units interface {
	Register() *org.Register
	Today() *org.Tree
}

// Joints connect the module with the figures; each may be nil, and then its part stays empty.
type Joints struct {
	// Elements lists what is counted.
	Elements func() []measure.Element
	// Amount gives what was reported of a category of an element for the county, in the element's
	// unit of measure, as the reader may see it.
	Amount func(ctx context.Context, reader perm.Actor, element string, c measure.Category, p period.Period) (Amount, error)
	// Owner gives the task force that writes beside the office; 0 is none.
	Owner func(element string) org.UnitID
}

// A Service keeps seizures.
type Service struct {
	db     *sqldb.DB
	units  Units
	clock  func() time.Time
	joints Joints
}

// New makes the service.
func New(db *sqldb.DB, units Units, clock func() time.Time) *Service {
	return &Service{db: db, units: units, clock: clock}
}

// Join connects the module with the others.
func (s *Service) Join(j Joints) { s.joints = j }

func (s *Service) today() period.Day { return period.DayOf(s.clock()) }

// mayWrite asks whether a person may write: the office, and the members of the task force that
// owns the element.
func (s *Service) mayWrite(a perm.Actor, element string) error {
	force := org.UnitID(0)
	if s.joints.Owner != nil {
		force = s.joints.Owner(element)
	}
	if force == 0 && !a.Has(perm.Office) && a.Can(ruleWrite) {
		return fault.New(fault.Forbidden, "您的岗位不管这个单位，不能“%s”", fault.Word(ruleWrite.Label))
	}
	return a.May(ruleWrite, perm.On{Force: force})
}

// MayWrite tells whether a person may enter seizures.
func (s *Service) MayWrite(ctx context.Context, a perm.Actor) error {
	if !a.Can(ruleWrite) {
		return a.May(ruleWrite, perm.On{})
	}
	m, err := s.Mapping(ctx, a)
	if err != nil {
		return err
	}
	return s.mayWrite(a, m.Element)
}

func ref(kind string, id int64) string { return "cases:" + kind + ":" + strconv.FormatInt(id, 10) }

// done writes the audit line and the change of a deed.
func done(tx *sqldb.Tx, deed, ref string, detail any) error {
	tx.Audit("cases."+deed, ref, detail)
	_, err := tx.Change("cases", ref)
	return err
}

// Mapping gives the newest mapping; edition 0 where there is none.
func (s *Service) Mapping(ctx context.Context, reader perm.Actor) (m Mapping, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return m, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) { m, err = mappingOf(tx); return err })
	return m, err
}

// element finds an element by its code.
func (s *Service) element(code string) (measure.Element, bool) {
	if s.joints.Elements == nil {
		return measure.Element{}, false
	}
	list := s.joints.Elements()
	i := slices.IndexFunc(list, func(e measure.Element) bool { return e.Code == code })
	if i < 0 {
		return measure.Element{}, false
	}
	return list[i], true
}

// candidates lists the elements that may hold what was seized: weights by category.
func (s *Service) candidates() (out []measure.Element) {
	if s.joints.Elements == nil {
		return nil
	}
	for _, e := range s.joints.Elements() {
		if gramsPer(e.Unit) > 0 && len(e.Scheme.All()) > 0 {
			out = append(out, e)
		}
	}
	return out
}

// SaveMapping keeps the next edition of the mapping; Edition is the one that was edited.
func (s *Service) SaveMapping(ctx context.Context, by perm.Actor, m Mapping) (err error) {
	defer fault.Wrap(&err, "cases.SaveMapping")
	if err := by.May(ruleTables, perm.On{}); err != nil {
		return err
	}
	e, ok := s.element(m.Element)
	if !ok {
		var f fault.Fields
		f.Need(false, "element", "没有数据项“%s”；请选择", m.Element)
		return f.Err()
	}
	if err := m.fits(e); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		last, err := mappingOf(tx)
		if err != nil {
			return err
		}
		if last.Edition != m.Edition {
			return stale(0, nil)
		}
		m.Edition++
		m.By, m.At = tx.By().Name, tx.Stamp()
		if err := m.insert(tx); err != nil {
			return err
		}
		return done(tx, "mapping", ref("mapping", int64(m.Edition)), m)
	})
}

// Seizures lists the register of a period, struck-out lines too.
func (s *Service) Seizures(ctx context.Context, reader perm.Actor, p period.Period) (list []Seizure, err error) {
	if err := reader.May(ruleRegister, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) { list, err = seizuresOf(tx, p); return err })
	return list, err
}

// Seizure gives one line of the register.
func (s *Service) Seizure(ctx context.Context, reader perm.Actor, id int64) (x Seizure, err error) {
	if err := reader.May(ruleRegister, perm.On{}); err != nil {
		return x, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) { x, err = seizureOf(tx, id); return err })
	return x, err
}

// SaveSeizure registers a seizure (ID 0) or changes one.
func (s *Service) SaveSeizure(ctx context.Context, by perm.Actor, x Seizure) (id int64, err error) {
	defer fault.Wrap(&err, "cases.SaveSeizure(%d)", x.ID)
	if err := s.MayWrite(ctx, by); err != nil {
		return 0, err
	}
	if x.Drug != otherDrug {
		x.Name = ""
	}
	err = x.Check(s.today())
	if t := s.units.Today(); x.Unit != 0 && (!t.Has(x.Unit) || t.Kind(x.Unit) != org.Township) {
		var f fault.Fields
		f.Need(false, "unit", "请选择乡镇，或留空")
		var list fault.Findings
		if errors.As(err, &list) {
			var more fault.Findings
			errors.As(f.Err(), &more)
			return 0, append(list, more...)
		}
		return 0, f.Err()
	}
	if err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if x.ID == 0 {
			year := x.Day.String()[:4]
			all, err := seizuresOf(tx, period.MustParse(year))
			if err != nil {
				return err
			}
			if slices.ContainsFunc(all, func(o Seizure) bool {
				return !o.Gone && o.Document == x.Document && o.key() == x.key() && o.Milligrams == x.Milligrams && o.Day == x.Day
			}) {
				var f fault.Fields
				f.Need(false, "document", "文书 %s 的这一起已经登记过；请核对", x.Document)
				return f.Err()
			}
			if x.ID, err = tx.NextID("cases_seizure"); err != nil {
				return err
			}
			if err := x.insert(tx); err != nil {
				return err
			}
			return done(tx, "seizure.new", ref("seizure", x.ID), map[string]any{"day": x.Day.String(), "drug": x.key(), "milligrams": x.Milligrams})
		}
		old, err := seizureOf(tx, x.ID)
		if err != nil {
			return err
		}
		if old.Gone {
			return fault.New(fault.Conflict, "这条登记已删去，不能再改；请另行登记")
		}
		if err := x.update(tx); err != nil {
			return err
		}
		return done(tx, "seizure.change", ref("seizure", x.ID), map[string]any{"day": x.Day.String(), "drug": x.key(), "milligrams": x.Milligrams, "was": old.Milligrams})
	})
	return x.ID, err
}

// StrikeSeizure takes a line out of all sums, with a reason; it stays readable.
func (s *Service) StrikeSeizure(ctx context.Context, by perm.Actor, id, version int64, reason string) (err error) {
	defer fault.Wrap(&err, "cases.StrikeSeizure(%d)", id)
	if err := s.MayWrite(ctx, by); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		x, err := seizureOf(tx, id)
		if err != nil {
			return err
		}
		if reason == "" {
			return fault.New(fault.Invalid, "删去登记请写明原因")
		}
		if persons.MatchString(reason) {
			return fault.New(fault.Invalid, "这里像是证件或电话号码；登记不写任何人员信息")
		}
		if x.Gone {
			return fault.New(fault.Conflict, "这条登记已经删去")
		}
		x.Gone, x.Reason, x.Version = true, reason, version
		if err := x.update(tx); err != nil {
			return err
		}
		return done(tx, "seizure.strike", ref("seizure", id), map[string]any{"reason": reason})
	})
}

// Tables lists the statutory table and those that the county loaded, withdrawn ones too.
func (s *Service) Tables(ctx context.Context, reader perm.Actor) (list []Table, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) { list, err = tablesOf(tx); return err })
	return list, err
}

func noTable() error {
	return fault.New(fault.Missing, "没有这张标准表；请从标准表清单进入")
}

// LoadTable keeps a further official table. A loaded table never changes: a mistake is withdrawn
// and the table is loaded again.
func (s *Service) LoadTable(ctx context.Context, by perm.Actor, t Table) (id int64, err error) {
	defer fault.Wrap(&err, "cases.LoadTable")
	if err := by.May(ruleTables, perm.On{}); err != nil {
		return 0, err
	}
	if err := t.Check(); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		if t.ID, err = tx.NextID("cases_table"); err != nil {
			return err
		}
		t.By, t.At = tx.By().Name, tx.Stamp()
		if err := t.insert(tx); err != nil {
			return err
		}
		return done(tx, "table.load", ref("table", t.ID), map[string]any{"name": t.Name, "number": t.Number, "rows": len(t.Rows)})
	})
	return t.ID, err
}

// WithdrawTable takes a loaded table out of use, with a reason; it stays readable.
func (s *Service) WithdrawTable(ctx context.Context, by perm.Actor, id int64, reason string) (err error) {
	defer fault.Wrap(&err, "cases.WithdrawTable(%d)", id)
	if err := by.May(ruleTables, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		all, err := tablesOf(tx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(t Table) bool { return t.ID == id && id != 0 })
		if i < 0 {
			return noTable()
		}
		if reason == "" {
			return fault.New(fault.Invalid, "停用标准表请写明原因")
		}
		n, err := tx.Exec(dropTableSQL, reason, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "这张表已经停用")
		}
		return done(tx, "table.withdraw", ref("table", id), map[string]any{"reason": reason})
	})
}

// Summary sets what was reported in a period against a table (0: the statutory one) and the
// register.
func (s *Service) Summary(ctx context.Context, reader perm.Actor, p period.Period, table int64) (out Sum, err error) {
	defer fault.Wrap(&err, "cases.Summary(%s)", p)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return out, err
	}
	var m Mapping
	var tables []Table
	var register []Seizure
	if err := s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		if m, err = mappingOf(tx); err != nil {
			return err
		}
		if tables, err = tablesOf(tx); err != nil {
			return err
		}
		register, err = seizuresOf(tx, p)
		return err
	}); err != nil {
		return out, err
	}
	i := slices.IndexFunc(tables, func(t Table) bool { return t.ID == table && !t.Gone })
	if i < 0 {
		return out, noTable()
	}
	var reported []Reported
	if e, ok := s.element(m.Element); ok && m.Edition > 0 {
		for _, c := range e.Scheme.All() {
			r := Reported{Category: c}
			if r.Now, err = s.amount(ctx, reader, e, c, p); err != nil {
				return out, err
			}
			if before, err := p.YoY(); err == nil {
				if r.Before, err = s.amount(ctx, reader, e, c, before); err != nil {
					return out, err
				}
			} else {
				r.Before = Amount{Reason: measure.YoYTooLong}
			}
			reported = append(reported, r)
		}
	}
	return sum(p, m, tables[i], reported, register), nil
}

// amount gives a reported category in grams.
func (s *Service) amount(ctx context.Context, reader perm.Actor, e measure.Element, c measure.Category, p period.Period) (Amount, error) {
	if s.joints.Amount == nil {
		return Amount{Reason: measure.Absent}, nil
	}
	a, err := s.joints.Amount(ctx, reader, e.Code, c, p)
	if err != nil {
		return Amount{}, fmt.Errorf("%s %s: %w", e.Code, c, err)
	}
	if a.Grams != nil {
		a.Grams = new(big.Rat).Mul(a.Grams, measure.Rat(gramsPer(e.Unit), 0))
	}
	return a, nil
}

// Course gives the reported grams of each category over several periods, for the chart.
func (s *Service) Course(ctx context.Context, reader perm.Actor, list []period.Period) (out map[measure.Category][]Amount, err error) {
	m, err := s.Mapping(ctx, reader)
	if err != nil {
		return nil, err
	}
	e, ok := s.element(m.Element)
	if !ok {
		return nil, nil
	}
	out = map[measure.Category][]Amount{}
	for _, c := range e.Scheme.All() {
		for _, p := range list {
			a, err := s.amount(ctx, reader, e, c, p)
			if err != nil {
				return nil, err
			}
			out[c] = append(out[c], a)
		}
	}
	return out, nil
}
