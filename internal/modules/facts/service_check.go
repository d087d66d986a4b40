package facts

import (
	"context"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// A Proof counts what Check found in order.
type Proof struct {
	No      int64 // change number as of which
	Rows    int   // of the columns
	Changes int   // of the log
	Values  int   // in the cube
	Orphans int   // facts whose unit holds no facts there by the register of now
	Files   int
}

// Say says the proof in one line.
func (p Proof) Say(l words.Lang) string {
	return words.T(l, "截至变更号 %d：%d 行、%d 个值、%d 条变更记录、%d 个上传文件一致，%d 个值的单位现无位置", p.No, p.Rows, p.Values, p.Changes, p.Files, p.Orphans)
}

// maxDifferences bounds what Check lists.
const maxDifferences = 50

// Check proves that the columns are what the log of changes made of them, change by change, that the
// cube holds what the columns hold, that its sums are sums, and that the kept uploads are whole.
// Differences are fault.Findings; only a program or a disk at fault makes them.
func (s *Service) Check(ctx context.Context) (p Proof, err error) {
	defer fault.Wrap(&err, "facts.Check")
	if err := s.db.CatchUp(ctx); err != nil {
		return p, err
	}
	var found fault.Findings
	note := func(rule, format string, args ...any) {
		if len(found) < maxDifferences {
			found = append(found, fault.Finding{Rule: rule, Format: format, Args: args})
		}
	}
	for try := 0; ; try++ {
		found = nil
		moved, err := s.checkOnce(ctx, &p, note)
		if err != nil {
			return p, err
		}
		if !moved || try == 5 {
			break
		}
		if err := s.db.CatchUp(ctx); err != nil {
			return p, err
		}
	}
	if p.Files, err = s.files.Check(ctx, owner); err != nil {
		return p, err
	}
	return p, found.Err()
}

// checkOnce compares everything of one moment; moved says that the cube was at another.
func (s *Service) checkOnce(ctx context.Context, p *Proof, note func(rule, format string, args ...any)) (moved bool, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		if p.No, err = tx.LastChange(); err != nil {
			return err
		}
		c := s.Cube().Clone()
		if moved = c.Seq() != p.No; moved {
			return nil
		}
		series, err := sqldb.All(tx, scanSeries, seriesSQL)
		if err != nil {
			return err
		}
		names := map[int64]seriesRow{}
		for _, x := range series {
			names[x.id] = x
		}
		cat := s.Catalogue()
		p.Rows, p.Changes, err = replay(tx, func(id int64, year int, unit org.UnitID, what fault.Word) {
			x := names[id]
			note("log", "变更记录与数值不符：数据项 %s 分类“%s” %d 年 单位 %s（%s）；请从备份恢复", code(cat, x.element), string(x.category), year, s.unitCode(unit), what)
		})
		if err != nil {
			return err
		}
		for _, x := range series {
			if err := checkSeries(tx, c, x, func(year int, unit org.UnitID) {
				note("cube", "内存与数据库不符：数据项 %s 分类“%s” %d 年 单位 %s；请重新启动服务", code(cat, x.element), string(x.category), year, s.unitCode(unit))
			}); err != nil {
				return err
			}
		}
		for _, d := range c.Verify(maxDifferences) {
			note("sum", "汇总与明细不符：数据项 %s 单位 %s %s（%s：%d，应为 %d）；请重新启动服务", code(cat, d.Element), s.unitCode(d.Unit), d.Period, d.What, d.Got, d.Want)
		}
		p.Values, p.Orphans = c.Size().Values, c.Size().Orphan
		return nil
	})
	return moved, err
}

// checkSeries compares a series of the cube with its columns.
func checkSeries(tx *sqldb.Tx, c *cube.Cube, x seriesRow, differ func(year int, unit org.UnitID)) error {
	stored, err := readColumnRows(tx, x)
	if err != nil {
		return err
	}
	err = c.Rows(x.element, x.category, func(unit org.UnitID, year int, vals []int64, present uint32) bool {
		k := rowKey{year, unit}
		if stored[k] != string(cube.Pack(vals, present)) {
			differ(year, unit)
		}
		delete(stored, k)
		return true
	})
	for k := range stored {
		differ(k.year, k.unit)
	}
	return err
}

func code(cat *measure.Catalogue, id measure.ElementID) string {
	e, _ := cat.ID(id)
	return e.Code
}

func (s *Service) unitCode(id org.UnitID) string {
	u, _ := s.units.Register().Unit(id)
	return u.Code
}
