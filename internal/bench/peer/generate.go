package peer

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// levels is how deep the tree of units is.
const levels = 5

// A column is one of an analytics table: its type, where its value comes from, and what its index
// is over; a column without an index is no dimension.
type column struct{ name, kind, from, index string }

// columns lists those of the analytics tables in their order.
func columns() []column {
	list := []column{
		{"dx", "character(11) NOT NULL", "des.dataelementuid", "dx"},
		{"co", "character(11) NOT NULL", "dcs.categoryoptioncombouid", "dx, co"},
		{"ao", "character(11) NOT NULL", "acs.categoryoptioncombouid", "dx, ao"},
		{"pestartdate", "date", "ps.startdate", "pestartdate"},
		{"peenddate", "date", "ps.enddate", "peenddate"},
		{"year", "integer NOT NULL", "ps.year", "year"},
		{"pe", "text NOT NULL", "ps.iso", "pe"},
		{"ou", "character(11) NOT NULL", "ous.organisationunituid", "ou"},
		{"oulevel", "integer", "ous.level", "oulevel"},
		{"id", "text", "concat_ws('-', des.dataelementuid, ps.iso, ous.organisationunituid, dcs.categoryoptioncombouid, acs.categoryoptioncombouid)", "id"},
	}
	for l := range levels {
		name := fmt.Sprintf("uidlevel%d", l+1)
		list = append(list, column{name, "character(11)", "ous." + name, name})
	}
	for _, name := range []string{"monthly", "quarterly", "sixmonthly", "yearly"} {
		list = append(list, column{name, "text", "ps." + name, name})
	}
	return append(list,
		column{"approvallevel", "integer", "0", ""},
		column{"daysxvalue", "double precision", "dv.value::double precision * ps.daysno", ""},
		column{"daysno", "integer NOT NULL", "ps.daysno", ""},
		column{"value", "double precision", "dv.value::double precision", ""},
		column{"textvalue", "text", "null", ""})
}

// generate does what DHIS2's analytics job does: resource tables, staging tables a year, filled
// from datavalue and indexed side by side, then put in the place of the old ones.
func (p *stand) generate(ctx context.Context) error {
	years := p.set.Months / 12
	var tables, fills, indexes, analyses []string
	swap := "DROP TABLE IF EXISTS analytics CASCADE; ALTER TABLE analytics_temp RENAME TO analytics;"
	for y := range years {
		year := p.set.FirstYear + y
		t := fmt.Sprintf("analytics_temp_%d", year)
		tables = append(tables, fmt.Sprintf("CREATE UNLOGGED TABLE %s (CHECK (year = %d), CHECK (pestartdate < '%d-01-01')) INHERITS (analytics_temp)", t, year, year+1))
		fills = append(fills, fillSQL(t, year))
		for _, c := range columns() {
			if c.index != "" {
				indexes = append(indexes, fmt.Sprintf("CREATE INDEX ON %s USING btree (%s)", t, c.index))
			}
		}
		analyses = append(analyses, "ANALYZE "+t)
		swap += fmt.Sprintf("ALTER TABLE %s RENAME TO analytics_%d;", t, year)
	}
	var parent []string
	for _, c := range columns() {
		parent = append(parent, c.name+" "+c.kind)
	}
	for _, s := range []struct {
		name string
		do   func() error
	}{
		{"resource tables", func() error { return p.resources(ctx) }},
		{"staging tables", func() error {
			return p.exec(ctx, "DROP TABLE IF EXISTS analytics_temp CASCADE; CREATE UNLOGGED TABLE analytics_temp ("+strings.Join(parent, ", ")+");"+strings.Join(tables, ";"))
		}},
		{"filling from datavalue", func() error { return p.together(ctx, fills) }},
		{fmt.Sprintf("%d indexes", len(indexes)), func() error { return p.together(ctx, indexes) }},
		{"analyze", func() error { return p.together(ctx, analyses) }},
		{"swap", func() error { return p.exec(ctx, swap) }},
	} {
		if err := p.step(s.name, s.do); err != nil {
			return err
		}
	}
	return nil
}

// numeric is what a value must look like to be counted.
const numeric = `^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE]-?[0-9]+)?$`

// fillSQL fills the table of a year: zeros are left out, as they do not count in sums.
func fillSQL(table string, year int) string {
	var names, from []string
	for _, c := range columns() {
		names, from = append(names, c.name), append(from, c.from)
	}
	return fmt.Sprintf(`INSERT INTO %s (%s)
SELECT %s
FROM datavalue dv
JOIN analytics_rs_periodstructure ps ON dv.periodid = ps.periodid
JOIN analytics_rs_dataelementstructure des ON dv.dataelementid = des.dataelementid
JOIN analytics_rs_dataelementgroupsetstructure degs ON dv.dataelementid = degs.dataelementid
JOIN analytics_rs_orgunitstructure ous ON dv.sourceid = ous.organisationunitid
JOIN analytics_rs_organisationunitgroupsetstructure ougs ON dv.sourceid = ougs.organisationunitid
JOIN analytics_rs_categorystructure dcs ON dv.categoryoptioncomboid = dcs.categoryoptioncomboid
JOIN analytics_rs_categorystructure acs ON dv.attributeoptioncomboid = acs.categoryoptioncomboid
JOIN analytics_rs_categoryoptioncomboname con ON dv.categoryoptioncomboid = con.categoryoptioncomboid
JOIN analytics_rs_categoryoptioncomboname aon ON dv.attributeoptioncomboid = aon.categoryoptioncomboid
WHERE des.valuetype IN ('INTEGER', 'NUMBER', 'PERCENTAGE') AND des.domaintype = 'AGGREGATE' AND ps.year = %d
AND (ougs.startdate IS NULL OR ougs.startdate = ps.monthstartdate)
AND dv.lastupdated < localtimestamp AND dv.deleted = false AND dv.value IS NOT NULL AND dv.value ~ '%s'
AND (dv.value <> '0' OR des.aggregationtype IN ('AVERAGE', 'AVERAGE_SUM_ORG_UNIT'))`,
		table, strings.Join(names, ", "), strings.Join(from, ", "), year, numeric)
}

const resourceSQL = `
CREATE UNLOGGED TABLE analytics_rs_dataelementstructure AS SELECT dataelementid, uid::character(11) AS dataelementuid, name AS dataelementname, valuetype, domaintype,
	aggregationtype, zeroissignificant FROM dataelement;
ALTER TABLE analytics_rs_dataelementstructure ADD PRIMARY KEY (dataelementid);
CREATE UNLOGGED TABLE analytics_rs_dataelementgroupsetstructure AS SELECT dataelementid, name AS dataelementname FROM dataelement;
ALTER TABLE analytics_rs_dataelementgroupsetstructure ADD PRIMARY KEY (dataelementid);
CREATE UNLOGGED TABLE analytics_rs_categorystructure AS SELECT categoryoptioncomboid, uid::character(11) AS categoryoptioncombouid, name AS categoryoptioncomboname FROM categoryoptioncombo;
ALTER TABLE analytics_rs_categorystructure ADD PRIMARY KEY (categoryoptioncomboid);
CREATE UNLOGGED TABLE analytics_rs_categoryoptioncomboname AS SELECT categoryoptioncomboid, name AS categoryoptioncomboname, null::integer AS approvallevel FROM categoryoptioncombo;
ALTER TABLE analytics_rs_categoryoptioncomboname ADD PRIMARY KEY (categoryoptioncomboid);
CREATE UNLOGGED TABLE analytics_rs_organisationunitgroupsetstructure AS SELECT organisationunitid, name AS organisationunitname, null::date AS startdate FROM organisationunit;
CREATE UNIQUE INDEX ON analytics_rs_organisationunitgroupsetstructure (organisationunitid, startdate);
CREATE UNLOGGED TABLE analytics_rs_periodstructure AS SELECT periodid, iso, (enddate - startdate + 1)::integer AS daysno, startdate, enddate, startdate AS monthstartdate,
	extract(year FROM startdate)::integer AS year, iso::text AS monthly, to_char(startdate, 'YYYY"Q"Q') AS quarterly,
	to_char(startdate, 'YYYY"S"') || ((extract(month FROM startdate)::integer + 5) / 6)::text AS sixmonthly, to_char(startdate, 'YYYY') AS yearly FROM period;
ALTER TABLE analytics_rs_periodstructure ADD PRIMARY KEY (periodid);
`

// resources makes the tables that say what each thing belongs to, in one row.
func (p *stand) resources(ctx context.Context) error {
	names := []string{"organisationunitid", "organisationunituid", "code", "name", "level"}
	create := `CREATE UNLOGGED TABLE analytics_rs_orgunitstructure (organisationunitid bigint PRIMARY KEY, organisationunituid character(11) NOT NULL UNIQUE,
		code varchar(50), name varchar(255) NOT NULL, level integer NOT NULL`
	for l := range levels {
		create += fmt.Sprintf(", idlevel%d bigint, uidlevel%d character(11), namelevel%d text", l+1, l+1, l+1)
		names = append(names, fmt.Sprintf("idlevel%d", l+1), fmt.Sprintf("uidlevel%d", l+1), fmt.Sprintf("namelevel%d", l+1))
	}
	old := `DROP TABLE IF EXISTS analytics_rs_orgunitstructure, analytics_rs_periodstructure, analytics_rs_dataelementstructure, analytics_rs_dataelementgroupsetstructure,
		analytics_rs_categorystructure, analytics_rs_categoryoptioncomboname, analytics_rs_organisationunitgroupsetstructure;`
	if err := p.exec(ctx, old+create+");"+resourceSQL); err != nil {
		return err
	}
	rows := make([][]any, len(p.units))
	for i, u := range p.units {
		row := []any{unitRow(u.ID), unitUID(u.ID), u.Code, u.Versions[0].Name, p.level[u.ID]}
		path := p.path(u.ID)
		for l := range levels {
			if l < len(path) {
				row = append(row, unitRow(path[l]), unitUID(path[l]), p.units[path[l]-1].Versions[0].Name)
			} else {
				row = append(row, nil, nil, nil)
			}
		}
		rows[i] = row
	}
	if _, err := p.main.CopyFrom(ctx, pgx.Identifier{"analytics_rs_orgunitstructure"}, names, pgx.CopyFromRows(rows)); err != nil {
		return err
	}
	return p.exec(ctx, "ANALYZE")
}
