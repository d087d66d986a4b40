package facts

import (
	"encoding/json"
	"math/bits"
	"slices"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	revisionsSQL = `SELECT id, version, no, code, name, name_en, kind, grains, level, scale, low, high, unit, unit_en, scheme, persons, force, source, note, account, by_name, post, at
		FROM facts_element ORDER BY id, version`
	insertElementSQL = `INSERT INTO facts_element (id, version, no, code, name, name_en, kind, grains, level, scale, low, high, unit, unit_en, scheme, persons, force, source, note, account, by_name, post, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`
	elementSeriesSQL = `SELECT id, element, category FROM facts_series WHERE element = $1 ORDER BY id`
	nextYearSQL      = `SELECT MIN(year) FROM facts_col WHERE series = $1 AND year > $2`
	yearCellsSQL     = `SELECT cells FROM facts_col WHERE series = $1 ORDER BY year, unit`
)

// The JSON of grains and schemes in the table.
type (
	grainJSON struct {
		Year  int    `json:"year"`
		Grain string `json:"grain"`
	}
	labelJSON struct {
		Name   string `json:"name"`
		NameEN string `json:"name_en,omitempty"`
	}
	dimensionJSON struct {
		Name   string      `json:"name"`
		NameEN string      `json:"name_en,omitempty"`
		Labels []labelJSON `json:"labels"`
	}
	schemeJSON struct {
		Kind       string          `json:"kind"`
		Dimensions []dimensionJSON `json:"dimensions"`
	}
)

func grainsToText(list []measure.GrainFrom) (string, error) {
	out := make([]grainJSON, len(list))
	for i, g := range list {
		out[i] = grainJSON{g.Year, g.Grain.String()}
	}
	b, err := json.Marshal(out)
	return string(b), err
}

func grainsFromText(s string) ([]measure.GrainFrom, error) {
	var in []grainJSON
	if err := json.Unmarshal([]byte(s), &in); err != nil {
		return nil, err
	}
	out := make([]measure.GrainFrom, len(in))
	for i, g := range in {
		grain, err := period.ParseGrain(g.Grain)
		if err != nil {
			return nil, err
		}
		out[i] = measure.GrainFrom{Year: g.Year, Grain: grain}
	}
	return out, nil
}

func schemeToText(s measure.Scheme) (string, error) {
	if s.Kind == measure.NoScheme {
		return "", nil
	}
	out := schemeJSON{Kind: string(s.Kind)}
	for _, d := range s.Dimensions {
		j := dimensionJSON{Name: d.Name, NameEN: d.NameEN}
		for _, l := range d.Labels {
			j.Labels = append(j.Labels, labelJSON(l))
		}
		out.Dimensions = append(out.Dimensions, j)
	}
	b, err := json.Marshal(out)
	return string(b), err
}

func schemeFromText(text string) (s measure.Scheme, err error) {
	if text == "" {
		return s, nil
	}
	var in schemeJSON
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		return s, err
	}
	s.Kind = measure.SchemeKind(in.Kind)
	for _, j := range in.Dimensions {
		d := measure.Dimension{Name: j.Name, NameEN: j.NameEN}
		for _, l := range j.Labels {
			d.Labels = append(d.Labels, measure.Label(l))
		}
		s.Dimensions = append(s.Dimensions, d)
	}
	return s, nil
}

func scanRevision(s sqldb.Scanner) (r Revision, err error) {
	var grains, level, scheme, account, name string
	var persons int
	e := &r.Element
	err = s.Scan(&e.ID, &r.Version, &r.No, &e.Code, &e.Name, &e.NameEN, &e.Kind, &grains, &level, &e.Scale, &e.Low, &e.High, &e.Unit, &e.UnitEN, &scheme, &persons,
		&e.Force, &e.Source, &e.Note, &account, &name, &r.Post, &r.At)
	if err != nil {
		return r, err
	}
	e.Persons, r.By = persons == 1, person(account, name)
	if e.Level, err = org.ParseLevel(level); err != nil {
		return r, err
	}
	if e.Grains, err = grainsFromText(grains); err != nil {
		return r, err
	}
	e.Scheme, err = schemeFromText(scheme)
	return r, err
}

// person writes account and name as the history shows them.
func person(account, name string) string {
	if name == "" || name == account {
		return account
	}
	return name + "（" + account + "）"
}

// revisions gives every version of every element, by number and version.
func revisions(tx *sqldb.Tx) ([]Revision, error) {
	return sqldb.All(tx, scanRevision, revisionsSQL)
}

// latest leaves the last version of each element up to a change number.
func latest(all []Revision, no int64) []measure.Element {
	var list []measure.Element
	for i, r := range all {
		if r.No > no {
			continue
		}
		if i+1 < len(all) && all[i+1].Element.ID == r.Element.ID && all[i+1].No <= no {
			continue
		}
		list = append(list, r.Element)
	}
	return list
}

func insertElement(tx *sqldb.Tx, e measure.Element, version int, no int64) error {
	grains, err := grainsToText(e.Grains)
	if err != nil {
		return err
	}
	scheme, err := schemeToText(e.Scheme)
	if err != nil {
		return err
	}
	by := tx.By()
	_, err = tx.Exec(insertElementSQL, int64(e.ID), version, no, e.Code, e.Name, e.NameEN, string(e.Kind), grains, e.Level.String(), e.Scale, e.Low, e.High, e.Unit, e.UnitEN, scheme,
		sqldb.Bool(e.Persons), e.Force, e.Source, e.Note, by.Account, by.Name, by.Post, tx.Stamp())
	return err
}

// yearsOf lists the years in which a series has rows, ascending.
func yearsOf(tx *sqldb.Tx, series int64) (list []int, err error) {
	for y := int64(-1); ; {
		var next *int64
		if err := tx.Get(nextYearSQL, []any{series, y}, &next); err != nil || next == nil {
			return list, err
		}
		y = *next
		list = append(list, int(y))
	}
}

// usageOf tells in which years an element has facts; count adds the number of values, which reads
// all its rows.
func usageOf(tx *sqldb.Tx, id measure.ElementID, count bool) (u Usage, err error) {
	list, err := sqldb.All(tx, scanSeries, elementSeriesSQL, int64(id))
	if err != nil {
		return u, err
	}
	years := map[int]bool{}
	for _, s := range list {
		held := false
		list, err := yearsOf(tx, s.id)
		if err != nil {
			return u, err
		}
		for _, y := range list {
			years[y], held = true, true
		}
		u.Divided = u.Divided || held && s.category != ""
		if !count || !held {
			continue
		}
		rows, err := sqldb.All(tx, func(r sqldb.Scanner) (n int, err error) {
			var packed []byte
			if err := r.Scan(&packed); err != nil {
				return 0, err
			}
			var vals [cube.MaxSlots]int64
			_, present, err := cube.Unpack(packed, &vals)
			return bits.OnesCount32(present), err
		}, yearCellsSQL, s.id)
		if err != nil {
			return u, err
		}
		for _, n := range rows {
			u.Values += n
		}
	}
	for y := range years {
		u.Years = append(u.Years, y)
	}
	slices.Sort(u.Years)
	return u, nil
}
