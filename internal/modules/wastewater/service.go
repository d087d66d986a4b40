package wastewater

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
)

// A Service keeps the wastewater monitoring.
type Service struct {
	db    *sqldb.DB
	files *files.Store
	clock func() time.Time
	owner func() org.UnitID
}

// New makes the service. Owner gives the task force that writes beside the office; it may be nil,
// and then only the office writes.
func New(db *sqldb.DB, store *files.Store, clock func() time.Time) *Service {
	return &Service{db: db, files: store, clock: clock, owner: func() org.UnitID { return 0 }}
}

// Join tells which task force keeps the monitoring; 0 is none.
func (s *Service) Join(owner func() org.UnitID) { s.owner = owner }

func (s *Service) today() period.Day { return period.DayOf(s.clock()) }

// mayWrite asks whether a person may write: the office, and the members of the owning task force.
func (s *Service) mayWrite(a perm.Actor) error {
	force := s.owner()
	if force == 0 && !a.Has(perm.Office) && a.Can(ruleWrite) {
		return fault.New(fault.Forbidden, "您的岗位不管这个单位，不能“%s”", fault.Word(ruleWrite.Label))
	}
	return a.May(ruleWrite, perm.On{Force: force})
}

// MayWrite tells whether a person may enter results.
func (s *Service) MayWrite(a perm.Actor) bool { return s.mayWrite(a) == nil }

func ref(kind string, id int64) string { return fmt.Sprintf("wastewater:%s:%d", kind, id) }

// done writes the audit line and the change of a deed.
func done(tx *sqldb.Tx, deed, ref string, detail any) error {
	tx.Audit("wastewater."+deed, ref, detail)
	_, err := tx.Change("wastewater", ref)
	return err
}

// Plants lists the plants.
func (s *Service) Plants(ctx context.Context, reader perm.Actor) (list []Plant, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) { list, err = plantsOf(tx); return err })
	return list, err
}

// SavePlant makes a plant (ID 0) or changes one. Campaigns keep the population they were made with.
func (s *Service) SavePlant(ctx context.Context, by perm.Actor, p Plant) (id int64, err error) {
	defer fault.Wrap(&err, "wastewater.SavePlant(%d)", p.ID)
	if err := s.mayWrite(by); err != nil {
		return 0, err
	}
	if err := p.Check(); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		all, err := plantsOf(tx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(q Plant) bool { return q.Name == p.Name && q.ID != p.ID }) {
			var f fault.Fields
			f.Need(false, "name", "已有污水厂“%s”；请改名或直接修改它", p.Name)
			return f.Err()
		}
		if p.ID == 0 {
			if p.ID, err = tx.NextID("wastewater_plant"); err != nil {
				return err
			}
			err = p.insert(tx)
		} else {
			if _, err = plantOf(tx, p.ID); err != nil {
				return err
			}
			err = p.update(tx)
		}
		if err != nil {
			return err
		}
		return done(tx, "plant", ref("plant", p.ID), map[string]any{"name": p.Name, "people": p.People, "source": p.Source})
	})
	return p.ID, err
}

// Editions lists all editions of the assumptions, that of the literature (0) first.
func (s *Service) Editions(ctx context.Context, reader perm.Actor) (list []Assumptions, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) { list, err = editionsOf(tx); return err })
	return list, err
}

// SaveAssumptions keeps the next edition; Edition is the one that was edited, and if there is a
// newer one nothing is written.
func (s *Service) SaveAssumptions(ctx context.Context, by perm.Actor, a Assumptions) (edition int, err error) {
	defer fault.Wrap(&err, "wastewater.SaveAssumptions")
	if err := by.May(ruleTable, perm.On{}); err != nil {
		return 0, err
	}
	if err := a.Check(); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		all, err := editionsOf(tx)
		if err != nil {
			return err
		}
		if all[len(all)-1].Edition != a.Edition {
			return stale(0, nil)
		}
		campaigns, err := campaignsOf(tx)
		if err != nil {
			return err
		}
		for _, c := range campaigns {
			for _, r := range c.Residues {
				if _, ok := a.Factor(r); !ok && c.State == Draft {
					var f fault.Fields
					f.Need(false, "factors", "“%s”还在用检测物 %s；请保留这一行", c.Name, r)
					return f.Err()
				}
			}
		}
		a.Edition++
		a.By, a.At = tx.By().Name, tx.Stamp()
		if err := a.insert(tx); err != nil {
			return err
		}
		return done(tx, "assumptions", ref("assumptions", int64(a.Edition)), map[string]any{"reason": a.Reason, "consumption": a.Consumption})
	})
	return a.Edition, err
}

// Campaigns lists the campaigns, the newest first.
func (s *Service) Campaigns(ctx context.Context, reader perm.Actor) (list []Campaign, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) { list, err = campaignsOf(tx); return err })
	slices.Reverse(list)
	return list, err
}

// A Whole is a campaign with all that was measured and what follows from it.
type Whole struct {
	Picture
	Data       Data
	MissFlows  int
	MissValues int
	Earlier    map[string]Comparison // by residue; only where there is an earlier campaign with it
}

// assumptionsFor gives the edition a campaign rests on: its own once it is finished, else the newest.
func assumptionsFor(c Campaign, all []Assumptions) Assumptions {
	if c.State == Final {
		for _, a := range all {
			if a.Edition == c.Edition {
				return a
			}
		}
	}
	return all[len(all)-1]
}

// Show gives a campaign.
func (s *Service) Show(ctx context.Context, reader perm.Actor, id int64) (w Whole, err error) {
	defer fault.Wrap(&err, "wastewater.Show(%d)", id)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return w, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) { w, err = wholeOf(tx, id); return err })
	return w, err
}

func wholeOf(tx *sqldb.Tx, id int64) (w Whole, err error) {
	c, err := campaignOf(tx, id)
	if err != nil {
		return w, err
	}
	all, err := editionsOf(tx)
	if err != nil {
		return w, err
	}
	if w.Data, err = dataOf(tx, id); err != nil {
		return w, err
	}
	w.Picture = PictureOf(c, w.Data, assumptionsFor(c, all))
	w.MissFlows, w.MissValues = c.Gaps(w.Data)
	campaigns, err := campaignsOf(tx)
	if err != nil {
		return w, err
	}
	w.Earlier = map[string]Comparison{}
	for _, r := range c.Residues {
		// The best earlier campaign is the newest that may be compared; else the newest of all.
		var second *Comparison
		for _, b := range slices.Backward(campaigns) {
			if b.ID == id || b.First >= c.First || !slices.Contains(b.Residues, r) {
				continue
			}
			old, err := dataOf(tx, b.ID)
			if err != nil {
				return w, err
			}
			x, ok := compare(c, b, w.Data, old, r, w.Assumptions)
			if !ok {
				continue
			}
			if !slices.ContainsFunc(x.Grounds, Ground.forbids) {
				w.Earlier[r] = x
				second = nil
				break
			}
			if second == nil {
				second = &x
			}
		}
		if second != nil {
			w.Earlier[r] = *second
		}
	}
	return w, nil
}
