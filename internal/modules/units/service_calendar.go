package units

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// dated is the calendar with what it is made of.
type dated struct {
	calendar *calendar.Calendar
	years    []calendar.Year // imported and, for other years, those that come with the program
	imported map[int]bool
	extra    []calendar.Entry // the county's own days
}

// extraName names the county's own list where calendars name their lists.
const extraName = "本县规定"

func (s *Service) loadCalendar(ctx context.Context) error {
	var years []calendar.Year
	var extra []calendar.Entry
	err := s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		years, extra, err = readCalendar(tx)
		return err
	})
	if err != nil {
		return err
	}
	d, err := newDated(years, extra)
	if err == nil {
		s.calendar.Store(d)
	}
	return err
}

// newDated puts imported years before the published ones and a county's days on top.
func newDated(imported []calendar.Year, extra []calendar.Entry) (*dated, error) {
	published, err := calendar.Published()
	if err != nil {
		return nil, err
	}
	d := &dated{imported: map[int]bool{}, extra: extra}
	for _, y := range imported {
		d.imported[y.Number] = true
		d.years = append(d.years, y)
	}
	for _, y := range published {
		if !d.imported[y.Number] {
			d.years = append(d.years, y)
		}
	}
	if d.calendar, err = calendar.New(d.years...); err != nil {
		return nil, err
	}
	if len(extra) > 0 {
		d.calendar, err = d.calendar.With(calendar.Extra{Name: extraName, Days: extra})
	}
	return d, err
}

// withYear gives the calendar as it would be with a year's table.
func (d *dated) withYear(y calendar.Year) (*dated, error) {
	var list []calendar.Year
	for _, x := range d.years {
		if d.imported[x.Number] && x.Number != y.Number {
			list = append(list, x)
		}
	}
	return newDated(append(list, y), d.extra)
}

// PreviewYear reads the table of a year and tells which days it would change.
func (s *Service) PreviewYear(ctx context.Context, actor perm.Actor, text []byte) (y calendar.Year, changes []calendar.Change, err error) {
	defer fault.Wrap(&err, "units.PreviewYear()")
	if err := actor.May(ruleCalendar, perm.On{}); err != nil {
		return y, nil, err
	}
	if y, err = calendar.ParseYear(text); err != nil {
		return y, nil, err
	}
	now := s.calendar.Load()
	next, err := now.withYear(y)
	if err != nil {
		return y, nil, err
	}
	return y, now.calendar.Changes(next.calendar), nil
}

// PutYear takes the table of a year (STANDARDS CAL-01) in the place of what was known of it, and
// tells which days changed.
func (s *Service) PutYear(ctx context.Context, actor perm.Actor, text []byte) (y calendar.Year, changes []calendar.Change, err error) {
	defer fault.Wrap(&err, "units.PutYear()")
	if y, changes, err = s.PreviewYear(ctx, actor, text); err != nil {
		return y, nil, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(putYearSQL, int64(y.Number), string(y.JSON())); err != nil {
			return err
		}
		if _, err := tx.Change("calendar", fmt.Sprintf("year:%d", y.Number)); err != nil {
			return err
		}
		tx.Audit("units.calendar", fmt.Sprintf("%d", y.Number), map[string]any{"papers": y.Papers, "days": len(y.Days), "changed": days(changes)})
		return nil
	})
	if err == nil {
		err = s.loadCalendar(ctx)
	}
	return y, changes, err
}

// DropYear forgets the imported table of a year; the one that comes with the program, if any, holds
// again.
func (s *Service) DropYear(ctx context.Context, actor perm.Actor, year int) (err error) {
	defer fault.Wrap(&err, "units.DropYear(%d)", year)
	if err := actor.May(ruleCalendar, perm.On{}); err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(dropYearSQL, int64(year))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Missing, "%d 年没有导入过节假日安排，不用删除", year)
		}
		if _, err := tx.Change("calendar", fmt.Sprintf("year:%d", year)); err != nil {
			return err
		}
		tx.Audit("units.calendar", fmt.Sprintf("%d", year), map[string]any{"dropped": true})
		return nil
	})
	if err == nil {
		err = s.loadCalendar(ctx)
	}
	return err
}

func days(changes []calendar.Change) []string {
	out := make([]string, len(changes))
	for i, c := range changes {
		out[i] = c.On.String()
	}
	return out
}

// PutExtraDay adds or replaces one of the county's own days.
func (s *Service) PutExtraDay(ctx context.Context, actor perm.Actor, e calendar.Entry) (err error) {
	defer fault.Wrap(&err, "units.PutExtraDay(%s)", e.Date)
	f := fault.Fields{}
	f.Need(!e.Date.IsZero(), "day", "请填写日期")
	f.Need(strings.TrimSpace(e.Name) != "", "name", "请写明名称或依据，例如“火把节”")
	f.Need(len([]rune(e.Name)) <= 60, "name", "名称超过 60 个字；请缩短")
	if err := f.Err(); err != nil {
		return err
	}
	e.Name = strings.TrimSpace(e.Name)
	return s.extras(ctx, actor, e.Date, func(list []calendar.Entry) ([]calendar.Entry, error) {
		list = slices.DeleteFunc(list, func(x calendar.Entry) bool { return x.Date == e.Date })
		return append(list, e), nil
	})
}

// DropExtraDay takes one of the county's own days away.
func (s *Service) DropExtraDay(ctx context.Context, actor perm.Actor, day period.Day) (err error) {
	defer fault.Wrap(&err, "units.DropExtraDay(%s)", day)
	return s.extras(ctx, actor, day, func(list []calendar.Entry) ([]calendar.Entry, error) {
		n := len(list)
		list = slices.DeleteFunc(list, func(x calendar.Entry) bool { return x.Date == day })
		if len(list) == n {
			return nil, fault.New(fault.Missing, "%s 不在本县规定的日子里，不用删除", day)
		}
		return list, nil
	})
}

// extras changes the county's list inside one transaction, from what the database holds.
func (s *Service) extras(ctx context.Context, actor perm.Actor, day period.Day, change func([]calendar.Entry) ([]calendar.Entry, error)) error {
	if err := actor.May(ruleCalendar, perm.On{}); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, list, err := readCalendar(tx)
		if err != nil {
			return err
		}
		if list, err = change(list); err != nil {
			return err
		}
		if err := putExtras(tx, list); err != nil {
			return err
		}
		if _, err := tx.Change("calendar", "extra:"+day.String()); err != nil {
			return err
		}
		detail := map[string]any{"dropped": true}
		for _, e := range list {
			if e.Date == day {
				detail = map[string]any{"name": e.Name, "off": e.Off}
			}
		}
		tx.Audit("units.calendar", day.String(), detail)
		return nil
	})
	if err != nil {
		return err
	}
	return s.loadCalendar(ctx)
}
