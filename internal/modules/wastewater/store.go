package wastewater

import (
	"encoding/json"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	plantColumns   = `id, name, area, people, source, unit, closed, version`
	plantsSQL      = `SELECT ` + plantColumns + ` FROM wastewater_plant ORDER BY id`
	plantSQL       = `SELECT ` + plantColumns + ` FROM wastewater_plant WHERE id = $1`
	insertPlantSQL = `INSERT INTO wastewater_plant (` + plantColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)`
	updatePlantSQL = `UPDATE wastewater_plant SET name = $1, area = $2, people = $3, source = $4, unit = $5, closed = $6, version = version + 1 WHERE id = $7 AND version = $8`

	assumptionsSQL       = `SELECT id, content, by_name, at FROM wastewater_assumptions ORDER BY id`
	insertAssumptionsSQL = `INSERT INTO wastewater_assumptions (id, content, by_name, at) VALUES ($1, $2, $3, $4)`

	campaignColumns   = `id, name, first_day, laboratory, report, sampling, sites, residues, edition, note, state, final_by, final_on, version`
	campaignsSQL      = `SELECT ` + campaignColumns + ` FROM wastewater_campaign ORDER BY first_day, id`
	campaignSQL       = `SELECT ` + campaignColumns + ` FROM wastewater_campaign WHERE id = $1`
	insertCampaignSQL = `INSERT INTO wastewater_campaign (` + campaignColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', '', 1)`
	updateCampaignSQL = `UPDATE wastewater_campaign SET name = $1, first_day = $2, laboratory = $3, report = $4, sampling = $5, sites = $6, residues = $7, edition = $8, note = $9, state = $10,
		final_by = $11, final_on = $12, version = version + 1 WHERE id = $13 AND version = $14`

	flowsSQL      = `SELECT plant, day, value FROM wastewater_flow WHERE campaign = $1 ORDER BY plant, day`
	putFlowSQL    = `INSERT INTO wastewater_flow (campaign, plant, day, value) VALUES ($1, $2, $3, $4) ON CONFLICT (campaign, plant, day) DO UPDATE SET value = excluded.value`
	dropFlowSQL   = `DELETE FROM wastewater_flow WHERE campaign = $1 AND plant = $2 AND day = $3`
	samplesSQL    = `SELECT plant, day, residue, value, below, quantified FROM wastewater_sample WHERE campaign = $1 ORDER BY plant, day, residue`
	putSampleSQL  = `INSERT INTO wastewater_sample (campaign, plant, day, residue, value, below, quantified) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (campaign, plant, day, residue) DO UPDATE SET value = excluded.value, below = excluded.below, quantified = excluded.quantified`
	dropSampleSQL = `DELETE FROM wastewater_sample WHERE campaign = $1 AND plant = $2 AND day = $3 AND residue = $4`
)

func dayText(d period.Day) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func readDay(s string) (period.Day, error) {
	if s == "" {
		return 0, nil
	}
	return period.ParseDay(s)
}

// stale is said to a second editor of the same row; nothing of the first is lost.
func stale(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "内容刚被别人改过；您填写的内容还在下面，请核对后再保存")
	}
	return err
}

func scanPlant(r sqldb.Scanner) (p Plant, err error) {
	var closed int
	err = r.Scan(&p.ID, &p.Name, &p.Area, &p.People, &p.Source, &p.Unit, &closed, &p.Version)
	p.Closed = closed == 1
	return p, err
}

func plantOf(tx *sqldb.Tx, id int64) (Plant, error) {
	return sqldb.One(tx, scanPlant, fault.New(fault.Missing, "没有这座污水厂；请从污水厂清单进入"), plantSQL, id)
}

func plantsOf(tx *sqldb.Tx) ([]Plant, error) { return sqldb.All(tx, scanPlant, plantsSQL) }

func (p Plant) insert(tx *sqldb.Tx) error {
	_, err := tx.Exec(insertPlantSQL, p.ID, p.Name, p.Area, p.People, p.Source, string(p.Unit), sqldb.Bool(p.Closed))
	return err
}

func (p Plant) update(tx *sqldb.Tx) error {
	return stale(tx.Exec(updatePlantSQL, p.Name, p.Area, p.People, p.Source, string(p.Unit), sqldb.Bool(p.Closed), p.ID, p.Version))
}

func scanAssumptions(r sqldb.Scanner) (a Assumptions, err error) {
	var content string
	if err = r.Scan(&a.Edition, &content, &a.By, &a.At); err != nil {
		return a, err
	}
	return a, json.Unmarshal([]byte(content), &a)
}

// editionsOf lists all editions of the assumptions, that of the literature first.
func editionsOf(tx *sqldb.Tx) ([]Assumptions, error) {
	list, err := sqldb.All(tx, scanAssumptions, assumptionsSQL)
	return append([]Assumptions{Starter()}, list...), err
}

func (a Assumptions) insert(tx *sqldb.Tx) error {
	content, err := json.Marshal(a)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertAssumptionsSQL, a.Edition, string(content), a.By, a.At)
	return err
}

func scanCampaign(r sqldb.Scanner) (c Campaign, err error) {
	var first, sites, residues, on string
	if err = r.Scan(&c.ID, &c.Name, &first, &c.Laboratory, &c.Report, &c.Sampling, &sites, &residues, &c.Edition, &c.Note, &c.State, &c.By, &on, &c.Version); err != nil {
		return c, err
	}
	if residues != "" {
		c.Residues = strings.Split(residues, ",")
	}
	if c.First, err = readDay(first); err != nil {
		return c, err
	}
	if c.On, err = readDay(on); err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(sites), &c.Sites)
}

func campaignOf(tx *sqldb.Tx, id int64) (Campaign, error) {
	return sqldb.One(tx, scanCampaign, fault.New(fault.Missing, "没有这次监测；请从污水监测清单进入"), campaignSQL, id)
}

func campaignsOf(tx *sqldb.Tx) ([]Campaign, error) { return sqldb.All(tx, scanCampaign, campaignsSQL) }

func (c Campaign) insert(tx *sqldb.Tx) error {
	sites, err := json.Marshal(c.Sites)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertCampaignSQL, c.ID, c.Name, dayText(c.First), c.Laboratory, c.Report, c.Sampling, string(sites), strings.Join(c.Residues, ","), c.Edition, c.Note, string(c.State))
	return err
}

func (c Campaign) update(tx *sqldb.Tx) error {
	sites, err := json.Marshal(c.Sites)
	if err != nil {
		return err
	}
	return stale(tx.Exec(updateCampaignSQL, c.Name, dayText(c.First), c.Laboratory, c.Report, c.Sampling, string(sites), strings.Join(c.Residues, ","), c.Edition, c.Note, string(c.State),
		c.By, dayText(c.On), c.ID, c.Version))
}

func scanFlow(r sqldb.Scanner) (f Flow, err error) {
	var day string
	if err = r.Scan(&f.Plant, &day, &f.Value); err != nil {
		return f, err
	}
	f.Day, err = readDay(day)
	return f, err
}

func scanSample(r sqldb.Scanner) (s Sample, err error) {
	var day string
	var below int
	if err = r.Scan(&s.Plant, &day, &s.Residue, &s.Value, &below, &s.Limit); err != nil {
		return s, err
	}
	s.Below = below == 1
	s.Day, err = readDay(day)
	return s, err
}

func dataOf(tx *sqldb.Tx, campaign int64) (d Data, err error) {
	if d.Flows, err = sqldb.All(tx, scanFlow, flowsSQL, campaign); err != nil {
		return d, err
	}
	d.Samples, err = sqldb.All(tx, scanSample, samplesSQL, campaign)
	return d, err
}

// put writes what differs from what stands there and tells how much that was.
func (d Data) put(tx *sqldb.Tx, campaign int64, old Data) (changed int, err error) {
	flows, samples := old.flows(), old.samples()
	for _, f := range d.Flows {
		if was, ok := flows[cell{plant: f.Plant, day: f.Day}]; ok && was == f.Value {
			continue
		}
		changed++
		if _, err := tx.Exec(putFlowSQL, campaign, f.Plant, f.Day.String(), f.Value); err != nil {
			return changed, err
		}
	}
	for _, s := range d.Samples {
		if was, ok := samples[cell{s.Plant, s.Day, s.Residue}]; ok && was == s {
			continue
		}
		changed++
		if _, err := tx.Exec(putSampleSQL, campaign, s.Plant, s.Day.String(), s.Residue, s.Value, sqldb.Bool(s.Below), s.Limit); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// drop empties cells.
func drop(tx *sqldb.Tx, campaign int64, flows []Flow, samples []Sample) error {
	for _, f := range flows {
		if _, err := tx.Exec(dropFlowSQL, campaign, f.Plant, f.Day.String()); err != nil {
			return err
		}
	}
	for _, s := range samples {
		if _, err := tx.Exec(dropSampleSQL, campaign, s.Plant, s.Day.String(), s.Residue); err != nil {
			return err
		}
	}
	return nil
}
