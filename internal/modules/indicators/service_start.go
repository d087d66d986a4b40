package indicators

import (
	"context"
	"slices"
	"strconv"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// Starts lists the known starts with their history, those in force first, by day.
func (s *Service) Starts(reader perm.Actor) ([]Start, error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	return s.now.Load().starts, nil
}

// Start gives one known start.
func (s *Service) Start(reader perm.Actor, id int64) (Start, error) {
	list, err := s.Starts(reader)
	if err != nil {
		return Start{}, err
	}
	if k := slices.IndexFunc(list, func(x Start) bool { return x.ID == id }); k >= 0 {
		return list[k], nil
	}
	return Start{}, fault.New(fault.Missing, "没有这个起点；请从起点列表中选择")
}

// SaveStart keeps a known start; id 0 makes a new one. row is the version that was edited: of an
// older one a second editor gets a Conflict. It returns the id.
func (s *Service) SaveStart(ctx context.Context, by perm.Actor, id int64, row int, v StartVersion) (_ int64, err error) {
	defer fault.Wrap(&err, "indicators.SaveStart(%d)", id)
	if err := by.May(ruleDefine, perm.On{}); err != nil {
		return 0, err
	}
	if err := v.Check(); err != nil {
		return 0, err
	}
	if id != 0 && v.Why == "" {
		return 0, fault.Findings{{Field: "why", Rule: "needed", Format: "请写明为什么修改这个起点"}}
	}
	v.Ended = false
	return s.putStart(ctx, id, row, v)
}

// EndStart withdraws a known start; it stays in the history.
func (s *Service) EndStart(ctx context.Context, by perm.Actor, id int64, row int, why string) (err error) {
	defer fault.Wrap(&err, "indicators.EndStart(%d)", id)
	if err := by.May(ruleDefine, perm.On{}); err != nil {
		return err
	}
	old, err := s.Start(by, id)
	if err != nil {
		return err
	}
	if why == "" {
		return fault.Findings{{Field: "end", Rule: "needed", Format: "请写明为什么停用这个起点"}}
	}
	v := old.Latest()
	v.Ended, v.Why = true, why
	_, err = s.putStart(ctx, id, row, v)
	return err
}

func (s *Service) putStart(ctx context.Context, id int64, row int, v StartVersion) (int64, error) {
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		fresh := id == 0
		if fresh {
			if id, err = tx.NextID("indicators_start"); err != nil {
				return err
			}
		}
		n, err := startVersions(tx, id)
		switch {
		case err != nil:
			return err
		case n == 0 && !fresh:
			return fault.New(fault.Missing, "没有这个起点；请从起点列表中选择")
		case n != row:
			return fault.New(fault.Conflict, "这个起点已被别人修改（第 %d 版）；您填写的内容还在，请对照后再保存", n)
		}
		v.Version = n + 1
		if err := addStart(tx, id, v); err != nil {
			return err
		}
		key := strconv.FormatInt(id, 10)
		tx.Audit("indicators.start", "start/"+key, map[string]any{"version": v.Version, "name": v.Name, "day": v.Day.String(), "source": v.Source, "why": v.Why, "ended": v.Ended})
		_, err = tx.Change("starts", key)
		return err
	})
	return id, err
}
