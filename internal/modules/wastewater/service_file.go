package wastewater

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sheet"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// field names the cell of the typed grid: "q.2018-03-12" for a flow, "c.2018-03-12.mdma" for a result.
func field(kind string, day period.Day, residue string) string {
	if residue == "" {
		return kind + "." + day.String()
	}
	return kind + "." + day.String() + "." + residue
}

var errRejected = errors.New("the file has faults")

// An Imported is what a file of results would do, or did. Soft findings do not stop it.
type Imported struct {
	measure.ImportReport
	Soft fault.Findings
}

// Import reads results of a campaign from a file (.csv or .xlsx), or with dryRun only tells what it
// would do. Cells that the file does not name stay as they are. All faults come at once and then
// nothing is written.
func (s *Service) Import(ctx context.Context, by perm.Actor, id int64, name string, content []byte, dryRun bool) (rep Imported, err error) {
	defer fault.Wrap(&err, "wastewater.Import(%d)", id)
	if err := s.mayWrite(by); err != nil {
		return rep, err
	}
	do := func(tx *sqldb.Tx, write bool) error {
		rep = Imported{}
		c, err := campaignOf(tx, id)
		if err != nil {
			return err
		}
		if err := c.mayChange(); err != nil {
			return err
		}
		all, err := editionsOf(tx)
		if err != nil {
			return err
		}
		rows, err := rowsOf(name, content)
		var bad fault.Findings
		if errors.As(err, &bad) {
			rep.Findings, rep.Rejected, rep.Read = bad, len(bad), len(bad)
			return errRejected
		}
		if err != nil {
			return err
		}
		old, err := dataOf(tx, id)
		if err != nil {
			return err
		}
		r := newReading(c, all[len(all)-1])
		r.read(rows)
		r.tally(&rep.ImportReport, rows, old)
		rep.Findings, rep.Soft = r.all, r.soft
		if len(r.all) > 0 {
			return errRejected
		}
		if !write {
			return nil
		}
		n, err := r.out.put(tx, id, old)
		if err != nil {
			return err
		}
		rep.Written = true
		if n == 0 {
			return nil
		}
		if err := c.update(tx); err != nil {
			return err
		}
		return done(tx, "import", ref("campaign", id), map[string]any{"file": name, "rows": rep.Read, "cells": n})
	}
	if dryRun {
		err = s.db.View(ctx, func(tx *sqldb.Tx) error { return do(tx, false) })
	} else {
		err = s.db.InTx(ctx, func(tx *sqldb.Tx) error { return do(tx, true) })
	}
	if errors.Is(err, errRejected) {
		err = nil
	}
	return rep, err
}

// Template gives the workbook to be filled in by the laboratory: one row for each residue on each
// day at each plant, with what is known already.
func (s *Service) Template(ctx context.Context, reader perm.Actor, id int64, l words.Lang) (Campaign, []byte, error) {
	w, err := s.Show(ctx, reader, id)
	if err != nil {
		return Campaign{}, nil, err
	}
	c := w.Campaign
	flows, samples := w.Data.flows(), w.Data.samples()
	t := func(s string, args ...any) string { return words.T(l, s, args...) }
	f := sheet.Form{Title: t("污水监测结果") + " " + c.Name, Tr: l.Text, NoZero: true,
		Instructions: []string{t("一行是一座污水厂一天一种检测物的结果。"), t("浓度单位 ng/L；低于定量限写“<”，定量限写在右边一格。"), t("流量单位按每座污水厂的约定，已写在表里；同一天的流量写一次即可。"), t("没有检测的格子留空，不要写 0。")},
		Meta:         map[string]string{"template": "wastewater", "campaign": strconv.FormatInt(c.ID, 10)}}
	x := sheet.FormSheet{Name: t("结果"), Title: c.Name + " " + c.First.String() + " — " + c.Last().String(), Freeze: 3, Columns: []sheet.FormColumn{
		{Head: []string{t("污水厂")}, Width: 20, Left: true}, {Head: []string{t("日期")}, Width: 13}, {Head: []string{t("检测物")}, Width: 18, Left: true},
		{Head: []string{t("流量")}, Width: 13, Input: sheet.Input{Kind: sheet.Decimal, Digits: flowScale}}, {Head: []string{t("流量单位")}, Width: 10},
		{Head: []string{t("浓度")}, Width: 13, Input: sheet.Input{Kind: sheet.FreeText, MaxLength: 20, Hint: t("ng/L；低于定量限写“<”")}}, {Head: []string{t("定量限")}, Width: 12, Input: sheet.Input{Kind: sheet.Decimal, Digits: concentrationScale}}}}
	for _, site := range c.Sites {
		for i := range Days {
			day := c.First.AddDays(i)
			for n, code := range c.Residues {
				fac, _ := w.Assumptions.Factor(code)
				row := []sheet.FormCell{{Text: site.Name}, {Text: day.String()}, {Text: l.Pick(fac.Residue, fac.ResidueEN)}, {}, {Text: site.Unit.Text()}, {}, {}}
				if q, ok := flows[cell{plant: site.Plant, day: day}]; ok && n == 0 {
					row[3].Number = measure.Decimal(q, flowScale)
				}
				if r, ok := samples[cell{site.Plant, day, code}]; ok {
					row[5].Text = cellText(r)
					if r.Limit > 0 {
						row[6].Number = measure.Decimal(r.Limit, concentrationScale)
					}
				}
				x.Rows = append(x.Rows, sheet.FormRow{Cells: row})
			}
		}
	}
	f.Sheets = []sheet.FormSheet{x}
	content, err := f.Bytes()
	return c, content, err
}

// cellText is a result as typed into a form: its number, or "<" with its limit.
func cellText(s Sample) string {
	if s.Below {
		return "<" + measure.Decimal(s.Limit, concentrationScale)
	}
	return measure.Decimal(s.Value, concentrationScale)
}

// typed reads what was typed into the grid of one plant. text gives a field; limits are those of
// the whole campaign by residue. A cell left blank is emptied if something stands there.
func typed(c Campaign, plant int64, old Data, text func(field string) string) (in, empty Data, err error) {
	var f fault.Fields
	flows, samples := old.flows(), old.samples()
	limits := map[string]int64{}
	for _, code := range c.Residues {
		if t := text("l." + code); t != "" {
			v, err := measure.ParseValue(t, concentrationScale)
			f.Need(err == nil && v > 0, "l."+code, "定量限“%s”应是大于 0 的数，最多 %d 位小数", t, concentrationScale)
			limits[code] = v
		}
	}
	for i := range Days {
		day := c.First.AddDays(i)
		name := field("q", day, "")
		if t := text(name); t != "" {
			v, err := measure.ParseValue(t, flowScale)
			f.Need(err == nil && v > 0, name, "流量“%s”应是大于 0 的数，最多 %d 位小数", t, flowScale)
			in.Flows = append(in.Flows, Flow{plant, day, v})
		} else if v, ok := flows[cell{plant: plant, day: day}]; ok {
			empty.Flows = append(empty.Flows, Flow{plant, day, v})
		}
		for _, code := range c.Residues {
			name := field("c", day, code)
			was, had := samples[cell{plant, day, code}]
			t := text(name)
			if t == "" {
				if had {
					empty.Samples = append(empty.Samples, was)
				}
				continue
			}
			s := Sample{Plant: plant, Day: day, Residue: code, Limit: limits[code]}
			limit, under := below(t)
			s.Below = under
			if under && limit != "" {
				v, err := measure.ParseValue(limit, concentrationScale)
				f.Need(err == nil && v > 0, name, "定量限“%s”应是大于 0 的数，最多 %d 位小数", limit, concentrationScale)
				s.Limit = v
			}
			if !under {
				v, err := measure.ParseValue(t, concentrationScale)
				if f.Need(err == nil, name, "浓度“%s”不是数；低于定量限写“<”，最多 %d 位小数", t, concentrationScale); err != nil {
					continue
				}
				s.Value = v
			}
			if had && s.Limit == 0 && s.Value == was.Value && s.Below == was.Below {
				s.Limit = was.Limit
			}
			in.Samples = append(in.Samples, s)
		}
	}
	return in, empty, f.Err()
}

// commonLimit gives the limit of quantification that all results of a residue at a plant share.
func commonLimit(d Data, plant int64, residue string) string {
	var list []int64
	for _, s := range d.Samples {
		if s.Plant == plant && s.Residue == residue && s.Limit > 0 && !slices.Contains(list, s.Limit) {
			list = append(list, s.Limit)
		}
	}
	if len(list) != 1 {
		return ""
	}
	return measure.Decimal(list[0], concentrationScale)
}
