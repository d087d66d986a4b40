package supervision

import (
	"context"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// AddUnits puts all units of a kind as of today into the pool of a plan, in a group; those that
// are in it stay as they are.
func (s *Service) AddUnits(ctx context.Context, by perm.Actor, id int64, kind org.Kind, group string) (n int, err error) {
	err = s.change(ctx, by, id, "pool", func(tx *sqldb.Tx, p *Plan) (any, error) {
		if err := s.mayRedraw(tx, *p); err != nil {
			return nil, err
		}
		if !kind.Valid() || group == "" {
			return nil, fault.New(fault.Invalid, "请选择单位类别，并写分组名")
		}
		t := s.units.Today()
		for _, u := range append(t.Preorder(org.Territorial), t.Preorder(org.Functional)...) {
			if t.Kind(u) != kind || slices.ContainsFunc(p.Pool.Candidates, func(c Candidate) bool { return c.Unit == u }) {
				continue
			}
			p.Pool.Candidates = append(p.Pool.Candidates, Candidate{Unit: u, Code: t.Code(u), Name: t.Name(u), Group: group})
			n++
		}
		if n == 0 {
			return nil, fault.New(fault.Invalid, "没有可加入的“%s”；它们已在抽取范围里，或本县没有这类单位", fault.Word(kind.Text()))
		}
		if !slices.ContainsFunc(p.Pool.Groups, func(g Group) bool { return g.Name == group }) {
			p.Pool.Groups = append(p.Pool.Groups, Group{Name: group, Take: 1})
		}
		p.Pool.sort()
		p.PoolAt = tx.Stamp()
		return map[string]any{"kind": kind, "added": n}, p.update(tx)
	})
	return n, err
}

// SetPool keeps groups, exclusions with their reasons, and how many are drawn from each group.
// Candidates that are not listed leave the pool.
func (s *Service) SetPool(ctx context.Context, by perm.Actor, id, version int64, pool Pool) error {
	return s.change(ctx, by, id, "pool", func(tx *sqldb.Tx, p *Plan) (any, error) {
		if err := s.mayRedraw(tx, *p); err != nil {
			return nil, err
		}
		t := s.units.Today()
		var keep []Candidate
		for _, c := range pool.Candidates {
			if !t.Has(c.Unit) {
				return nil, fault.New(fault.Conflict, "单位“%s”已撤并；请先从抽取范围移出", c.Name)
			}
			keep = append(keep, Candidate{Unit: c.Unit, Code: t.Code(c.Unit), Name: t.Name(c.Unit), Group: c.Group, Out: c.Out})
		}
		pool.Candidates = keep
		pool.sort()
		if err := pool.Check(); err != nil {
			return nil, err
		}
		p.Pool, p.PoolAt, p.Version = pool, tx.Stamp(), version
		return map[string]any{"units": len(pool.Candidates), "groups": pool.Groups}, p.update(tx)
	})
}

// mayRedraw refuses changes of the pool and draws once a visit has begun.
func (s *Service) mayRedraw(tx *sqldb.Tx, p Plan) error {
	if err := p.mayChange(); err != nil {
		return err
	}
	visits, err := visitsOf(tx, p.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(visits, Visit.begun) {
		return fault.New(fault.Conflict, "检查已经开始，不能再改抽取范围或重新抽取；请另立一次督导检查")
	}
	return nil
}

// DrawUnits draws, once: a plan that has a draw takes another only with a reason, and both are
// kept. The drawn units get a visit each.
func (s *Service) DrawUnits(ctx context.Context, by perm.Actor, id int64, d Draw) (out Draw, err error) {
	err = s.change(ctx, by, id, "draw", func(tx *sqldb.Tx, p *Plan) (any, error) {
		if err := s.mayRedraw(tx, *p); err != nil {
			return nil, err
		}
		have, err := drawsOf(tx, id)
		if err != nil {
			return nil, err
		}
		t := s.units.Today()
		for _, c := range p.Pool.Candidates {
			if !t.Has(c.Unit) && c.Out == "" {
				return nil, fault.New(fault.Conflict, "单位“%s”已撤并；请先从抽取范围移出", c.Name)
			}
		}
		p.Pool.sort()
		d.Plan, d.No, d.PlanNo, d.Method, d.Pool, d.PoolAt = id, len(have)+1, p.No, Method, p.Pool, p.PoolAt
		if err := d.ready(); err != nil {
			return nil, err
		}
		for _, o := range have {
			if o.Seed == d.Seed {
				return nil, fault.New(fault.Invalid, "这个种子在第 %d 次抽取用过；重新抽取请换一个", o.No)
			}
		}
		d.Drawn, d.By, d.At = Choose(d.Pool, d.Seed), tx.By().Name, tx.Stamp()
		if err := d.insert(tx); err != nil {
			return nil, err
		}
		if err := dropDue(tx, id); err != nil {
			return nil, err
		}
		for _, k := range d.Drawn {
			v := Visit{Plan: id, Draw: d.No, Unit: k.Unit, State: Due}
			if v.ID, err = tx.NextID("supervision_visit"); err != nil {
				return nil, err
			}
			if err := v.insert(tx); err != nil {
				return nil, err
			}
		}
		p.Draw, p.State, p.Published = d.No, Visiting, false
		out = d
		return map[string]any{"no": d.No, "seed": d.Seed, "method": d.Method, "drawn": len(d.Drawn), "reason": d.Reason}, p.update(tx)
	})
	return out, err
}

// DrawOf gives a draw as it is kept; Verify computes it again.
func (s *Service) DrawOf(ctx context.Context, reader perm.Actor, id int64, no int) (p Plan, d Draw, err error) {
	w, err := s.Show(ctx, reader, id)
	if err != nil {
		return p, d, err
	}
	for _, d := range w.Draws {
		if d.No == no {
			return w.Plan, d, nil
		}
	}
	return p, d, fault.New(fault.Missing, "没有第 %d 次抽取的记录，或者还没有公布", no)
}

// CheckDraws computes every draw of the county again and tells how many agree.
func (s *Service) CheckDraws(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "supervision.CheckDraws")
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		plans, err := plansOf(tx)
		if err != nil {
			return err
		}
		for _, p := range plans {
			draws, err := drawsOf(tx, p.ID)
			if err != nil {
				return err
			}
			for _, d := range draws {
				if err := d.Verify(); err != nil {
					return err
				}
				n++
			}
		}
		return nil
	})
	return n, err
}
