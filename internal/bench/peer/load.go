package peer

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"kaiyang/internal/core/org"
)

// Numbers of rows start here, so that those of different tables are seen to differ.
const (
	firstElement = 100
	firstPeriod  = 1000
	firstUnit    = 10000
	combo        = 1
)

const metadataSQL = `
CREATE TABLE periodtype (periodtypeid integer PRIMARY KEY, name varchar(50) UNIQUE);
CREATE TABLE period (periodid bigint PRIMARY KEY, periodtypeid integer NOT NULL, startdate date NOT NULL, enddate date NOT NULL, iso varchar(15) NOT NULL UNIQUE);
CREATE TABLE dataelement (dataelementid bigint PRIMARY KEY, uid varchar(11) UNIQUE, name varchar(230) NOT NULL, valuetype varchar(50) NOT NULL,
	domaintype varchar(255) NOT NULL, aggregationtype varchar(50) NOT NULL, zeroissignificant boolean NOT NULL);
CREATE TABLE organisationunit (organisationunitid bigint PRIMARY KEY, uid varchar(11) UNIQUE, code varchar(50), name varchar(230) NOT NULL, parentid bigint,
	path varchar(255) UNIQUE, hierarchylevel integer, openingdate date, closeddate date);
CREATE TABLE categoryoptioncombo (categoryoptioncomboid bigint PRIMARY KEY, uid varchar(11) UNIQUE, name text);
CREATE TABLE datavalue (
	dataelementid bigint NOT NULL, periodid bigint NOT NULL, sourceid bigint NOT NULL,
	categoryoptioncomboid bigint NOT NULL, attributeoptioncomboid bigint NOT NULL,
	value varchar(50000), storedby varchar(255),
	created timestamp NOT NULL DEFAULT now(), lastupdated timestamp NOT NULL DEFAULT now(),
	comment varchar(50000), followup boolean, deleted boolean NOT NULL DEFAULT false);
INSERT INTO periodtype VALUES (1, 'Monthly');`

// load brings the set in, and gives the number of values.
func (p *stand) load(ctx context.Context) (n int64, err error) {
	err = p.step("tables, elements, units, periods", func() error {
		if err := p.exec(ctx, metadataSQL); err != nil {
			return err
		}
		return p.metadata(ctx)
	})
	if err != nil {
		return 0, err
	}
	err = p.step("datavalue, COPY without indexes", func() error { n, err = p.values(ctx); return err })
	if err != nil {
		return 0, err
	}
	return n, p.step("datavalue, keys and indexes", func() error {
		return p.exec(ctx, `
ALTER TABLE datavalue ADD CONSTRAINT datavalue_pkey PRIMARY KEY (dataelementid, periodid, sourceid, categoryoptioncomboid, attributeoptioncomboid);
CREATE INDEX in_datavalue_lastupdated ON datavalue (lastupdated);
CREATE INDEX in_datavalue_deleted ON datavalue (deleted);
CREATE INDEX in_datavalue_trim ON datavalue (dataelementid) WHERE deleted = false AND (value IS NULL OR value = '');
ANALYZE datavalue;`)
	})
}

func (p *stand) metadata(ctx context.Context) error {
	for m := range p.set.Months {
		if err := p.exec(ctx, `INSERT INTO period VALUES ($1, 1, $2, $3, $4)`, firstPeriod+m, p.day(m), p.day(m+1).AddDate(0, 0, -1), p.iso(m)); err != nil {
			return err
		}
	}
	for e := range p.set.Elements {
		if err := p.exec(ctx, `INSERT INTO dataelement VALUES ($1, $2, $3, 'INTEGER', 'AGGREGATE', 'SUM', false)`, firstElement+e, elementUID(e), fmt.Sprintf("Element %d", e)); err != nil {
			return err
		}
	}
	if err := p.exec(ctx, `INSERT INTO categoryoptioncombo VALUES ($1, $2, 'default')`, combo, uid(comboKind, 0)); err != nil {
		return err
	}
	rows := make([][]any, len(p.units))
	for i, u := range p.units {
		var path strings.Builder
		for _, a := range p.path(u.ID) {
			path.WriteString("/" + unitUID(a))
		}
		var parent any
		if v := u.Versions[0]; v.Parent != 0 {
			parent = unitRow(v.Parent)
		}
		rows[i] = []any{unitRow(u.ID), unitUID(u.ID), u.Code, u.Versions[0].Name, parent, path.String(), p.level[u.ID], p.day(0).AddDate(-10, 0, 0)}
	}
	_, err := p.main.CopyFrom(ctx, pgx.Identifier{"organisationunit"},
		[]string{"organisationunitid", "uid", "code", "name", "parentid", "path", "hierarchylevel", "openingdate"}, pgx.CopyFromRows(rows))
	return err
}

func unitRow(u org.UnitID) int64 { return firstUnit + int64(u) }

// values copies the facts in, in the order in which they come in life: month by month, unit by unit.
func (p *stand) values(ctx context.Context) (int64, error) {
	s := p.set
	villages := s.Villages()
	m, v, e := 0, 0, -1
	next := func() ([]any, error) {
		for {
			if e++; e == s.Elements {
				e, v = 0, v+1
			}
			if v == len(villages) {
				v, m = 0, m+1
			}
			if m == s.Months {
				return nil, nil
			}
			x, ok := s.Value(e, m, v)
			if !ok {
				continue
			}
			entered := p.day(m+1).AddDate(0, 0, 3)
			return []any{int64(firstElement + e), int64(firstPeriod + m), unitRow(villages[v]), int64(combo), int64(combo), strconv.FormatInt(x, 10), "clerk", entered, entered, false}, nil
		}
	}
	return p.main.CopyFrom(ctx, pgx.Identifier{"datavalue"}, []string{"dataelementid", "periodid", "sourceid", "categoryoptioncomboid", "attributeoptioncomboid",
		"value", "storedby", "created", "lastupdated", "deleted"}, pgx.CopyFromFunc(next))
}
