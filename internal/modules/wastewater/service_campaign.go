package wastewater

import (
	"context"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// SaveCampaign makes a campaign (ID 0) or changes one. Of its sites only the plants are read;
// population and unit are those of the plants now, except for plants that the campaign had
// already: theirs stay, so that a later change of a plant does not move old results.
func (s *Service) SaveCampaign(ctx context.Context, by perm.Actor, c Campaign) (id int64, err error) {
	defer fault.Wrap(&err, "wastewater.SaveCampaign(%d)", c.ID)
	if err := s.mayWrite(by); err != nil {
		return 0, err
	}
	if err := c.Check(s.today()); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		var old Campaign
		if c.ID != 0 {
			if old, err = campaignOf(tx, c.ID); err != nil {
				return err
			}
			if err := old.mayChange(); err != nil {
				return err
			}
		}
		all, err := editionsOf(tx)
		if err != nil {
			return err
		}
		newest := all[len(all)-1]
		var f fault.Fields
		for i, x := range c.Sites {
			if had, ok := old.Site(x.Plant); ok {
				c.Sites[i] = had
				continue
			}
			p, err := plantOf(tx, x.Plant)
			if err != nil {
				return err
			}
			f.Need(!p.Closed, "plant", "“%s”已停用，不能用于新的采样期", p.Name)
			c.Sites[i] = Site{Plant: p.ID, Name: p.Name, People: p.People, Source: p.Source, Unit: p.Unit}
		}
		for _, r := range c.Residues {
			_, ok := newest.Factor(r)
			f.Need(ok, "residue", "检测物 %s 不在假定表里；请先在假定表里加上", r)
		}
		c.State, c.Edition, c.By, c.On = Draft, newest.Edition, "", 0
		if c.ID == 0 {
			if err := f.Err(); err != nil {
				return err
			}
			if c.ID, err = tx.NextID("wastewater_campaign"); err != nil {
				return err
			}
			if err := c.insert(tx); err != nil {
				return err
			}
			return done(tx, "campaign.new", ref("campaign", c.ID), map[string]any{"name": c.Name, "first": c.First.String()})
		}
		d, err := dataOf(tx, c.ID)
		if err != nil {
			return err
		}
		f.Need(len(d.Flows)+len(d.Samples) == 0 || old.First == c.First, "first", "已有样品数据，不能改日期；请先清空样品或另建采样期")
		lost := 0
		for _, x := range d.Samples {
			if _, ok := c.Site(x.Plant); !ok || !slices.Contains(c.Residues, x.Residue) {
				lost++
			}
		}
		f.Need(lost == 0, "plant", "去掉的污水厂或检测物还有 %d 个结果；请先在样品表里清空", lost)
		if err := f.Err(); err != nil {
			return err
		}
		if err := c.update(tx); err != nil {
			return err
		}
		return done(tx, "campaign.change", ref("campaign", c.ID), map[string]any{"name": c.Name})
	})
	return c.ID, err
}

// RefreshSites takes population and unit of a draft's plants as they are now.
func (s *Service) RefreshSites(ctx context.Context, by perm.Actor, id int64) error {
	return s.change(ctx, by, id, "sites", func(tx *sqldb.Tx, c *Campaign) (any, error) {
		for i, x := range c.Sites {
			p, err := plantOf(tx, x.Plant)
			if err != nil {
				return nil, err
			}
			c.Sites[i] = Site{Plant: p.ID, Name: p.Name, People: p.People, Source: p.Source, Unit: p.Unit}
		}
		return nil, c.update(tx)
	})
}

// change does a deed to a draft inside a transaction.
func (s *Service) change(ctx context.Context, by perm.Actor, id int64, deed string, do func(tx *sqldb.Tx, c *Campaign) (detail any, err error)) (err error) {
	defer fault.Wrap(&err, "wastewater.%s(%d)", deed, id)
	if err := s.mayWrite(by); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		c, err := campaignOf(tx, id)
		if err != nil {
			return err
		}
		if err := c.mayChange(); err != nil {
			return err
		}
		detail, err := do(tx, &c)
		if err != nil {
			return err
		}
		return done(tx, deed, ref("campaign", id), detail)
	})
}

// Finish makes a campaign final: from then on neither its results nor the assumptions it rests on
// change. Missing days need a note.
func (s *Service) Finish(ctx context.Context, by perm.Actor, id, version int64) error {
	return s.change(ctx, by, id, "final", func(tx *sqldb.Tx, c *Campaign) (any, error) {
		d, err := dataOf(tx, id)
		if err != nil {
			return nil, err
		}
		flows, values := c.Gaps(d)
		switch {
		case len(d.Samples) == 0 || len(d.Flows) == 0:
			return nil, fault.New(fault.Conflict, "还没有样品数据，不能定稿；请先录入或导入")
		case flows+values > 0 && c.Note == "":
			return nil, fault.New(fault.Conflict, "还缺 %d 天流量、%d 个检测结果；补齐，或在“说明”里写明缺测原因后再定稿", flows, values)
		case c.Last() > s.today():
			return nil, fault.New(fault.Conflict, "采样期到 %s 才结束，结束后再定稿", c.Last())
		}
		all, err := editionsOf(tx)
		if err != nil {
			return nil, err
		}
		c.Edition = all[len(all)-1].Edition
		c.State, c.By, c.On, c.Version = Final, tx.By().Name, s.today(), version
		return map[string]any{"edition": c.Edition, "missing": flows + values}, c.update(tx)
	})
}

// Reopen takes a finished campaign back, with a reason.
func (s *Service) Reopen(ctx context.Context, by perm.Actor, id, version int64, reason string) (err error) {
	defer fault.Wrap(&err, "wastewater.Reopen(%d)", id)
	if err := by.May(ruleTable, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		c, err := campaignOf(tx, id)
		if err != nil {
			return err
		}
		if c.State != Final {
			return fault.New(fault.Conflict, "这次监测还没有定稿，可以直接修改")
		}
		if reason == "" {
			return fault.New(fault.Invalid, "撤回定稿请写明原因")
		}
		c.State, c.By, c.On, c.Version = Draft, "", 0, version
		if err := c.update(tx); err != nil {
			return err
		}
		return done(tx, "reopen", ref("campaign", id), map[string]any{"reason": reason})
	})
}

// SaveSamples keeps what was typed for one plant: the cells of in are set, those of Empty are
// emptied. All faults come at once, by field, and then nothing is written.
func (s *Service) SaveSamples(ctx context.Context, by perm.Actor, id, version, plant int64, in, empty Data) error {
	return s.change(ctx, by, id, "samples", func(tx *sqldb.Tx, c *Campaign) (any, error) {
		if _, ok := c.Site(plant); !ok {
			return nil, fault.New(fault.Missing, "这次监测没有这座污水厂；请从采样期页面进入")
		}
		var f fault.Fields
		check := func(p int64, field string, ok bool) {
			f.Need(p == plant && ok, field, "这一格不属于这座污水厂的这次采样；请重新打开页面")
		}
		for _, x := range slices.Concat(in.Flows, empty.Flows) {
			check(x.Plant, field("q", x.Day, ""), x.Day >= c.First && x.Day <= c.Last())
		}
		for _, x := range in.Flows {
			f.Need(x.Value > 0, field("q", x.Day, ""), "流量应大于 0")
		}
		for _, x := range slices.Concat(in.Samples, empty.Samples) {
			check(x.Plant, field("c", x.Day, x.Residue), x.Day >= c.First && x.Day <= c.Last() && slices.Contains(c.Residues, x.Residue))
		}
		for _, x := range in.Samples {
			format, args := checkSample(x)
			f.Need(format == "", field("c", x.Day, x.Residue), format, args...)
		}
		if err := f.Err(); err != nil {
			return nil, err
		}
		old, err := dataOf(tx, id)
		if err != nil {
			return nil, err
		}
		n, err := in.put(tx, id, old)
		if err != nil {
			return nil, err
		}
		if err := drop(tx, id, empty.Flows, empty.Samples); err != nil {
			return nil, err
		}
		c.Version = version
		return map[string]any{"plant": plant, "cells": n}, c.update(tx)
	})
}
