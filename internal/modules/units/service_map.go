package units

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

func (s *Service) loadGeo(ctx context.Context) error {
	return s.db.View(ctx, func(tx *sqldb.Tx) error {
		b, found, err := readGeo(tx)
		if err != nil {
			return err
		}
		if found {
			s.geo.Store(&b)
		} else {
			s.geo.Store(nil)
		}
		return nil
	})
}

// A GeoIn is a boundary file to put on the map.
type GeoIn struct {
	File     string
	Data     []byte
	Property string // property that names the units; "" finds it
	System   string // one of Systems; must agree with what the file says
}

// PreviewGeo checks a boundary file and matches it to today's units; nothing is stored.
func (s *Service) PreviewGeo(ctx context.Context, actor perm.Actor, in GeoIn) (c GeoCheck, err error) {
	defer fault.Wrap(&err, "units.PreviewGeo(%s)", in.File)
	if err := actor.May(ruleMap, perm.On{}); err != nil {
		return c, err
	}
	f := fault.Fields{}
	f.Need(slices.Contains(Systems, in.System), "system", "请选择文件的坐标系：%s", strings.Join(Systems, "、"))
	if said := systemOf(in.Data); said != "" && said != in.System {
		f.Need(in.System == "", "system", "文件自己写明坐标系是 %s，与所选的 %s 不同；请核对后改选", said, in.System)
	}
	if err := f.Err(); err != nil {
		return c, err
	}
	return CheckGeo(in.Data, in.Property, s.Register(), s.today())
}

// PutGeo takes a boundary file in the place of the one before.
func (s *Service) PutGeo(ctx context.Context, actor perm.Actor, in GeoIn) (c GeoCheck, err error) {
	defer fault.Wrap(&err, "units.PutGeo(%s)", in.File)
	if c, err = s.PreviewGeo(ctx, actor, in); err != nil {
		return c, err
	}
	h := sha256.Sum256(in.Data)
	hash := hex.EncodeToString(h[:])
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(dropGeoSQL); err != nil {
			return err
		}
		by := tx.By()
		if _, err := tx.Exec(putGeoSQL, in.File, c.Property, in.System, hash, tx.Stamp(), by.Account, by.Name, in.Data, c.body); err != nil {
			return err
		}
		if _, err := tx.Change("map", "geo"); err != nil {
			return err
		}
		tx.Audit("units.map", in.File, map[string]any{"sha256": hash, "system": in.System, "property": c.Property, "shapes": c.Shapes, "matched": len(c.Matched)})
		return nil
	})
	if err == nil {
		err = s.loadGeo(ctx)
	}
	return c, err
}

// DropGeo takes the boundary file away; pages show the schematic tiles again.
func (s *Service) DropGeo(ctx context.Context, actor perm.Actor) (err error) {
	defer fault.Wrap(&err, "units.DropGeo()")
	if err := actor.May(ruleMap, perm.On{}); err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		b, found, err := readGeo(tx)
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.Missing, "现在没有边界文件，不用删除")
		}
		if _, err := tx.Exec(dropGeoSQL); err != nil {
			return err
		}
		if _, err := tx.Change("map", "geo"); err != nil {
			return err
		}
		tx.Audit("units.map", b.File, map[string]any{"removed": true, "sha256": b.Hash})
		return nil
	})
	if err == nil {
		err = s.loadGeo(ctx)
	}
	return err
}

// geoSource gives the boundary file as it was uploaded.
func (s *Service) geoSource(ctx context.Context) (name string, data []byte, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		err := tx.Get(geoFileSQL, nil, &name, &data)
		if missing(err) {
			return fault.New(fault.Missing, "现在没有边界文件")
		}
		return err
	})
	return name, data, err
}
