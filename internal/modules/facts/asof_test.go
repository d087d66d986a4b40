package facts

import (
	"context"
	"errors"
	"testing"

	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

// What is asked as of a change is put together with the units as they were recorded then, also
// where their dates were corrected since.
func TestThePastKnowsItsOwnUnits(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		o := newOffice(t, db).define(smallElements()...)
		ctx := context.Background()
		o.record("F1 新镇 2017-06 5", "F1 北镇 2017-06 1")
		before := db.Seq()
		recorded := map[int64]*org.Register{before: smallRegister(t)}
		o.SetRegisterAsOf(func(_ context.Context, no int64) (*org.Register, error) {
			if r := recorded[no]; r != nil {
				return r, nil
			}
			return nil, errors.New("not recorded")
		})
		o.units.reg = o.lateFrom("2018-01-01")
		if err := db.InTx(ctx, func(tx *sqldb.Tx) error { _, err := tx.Change("units", ""); return err }); err != nil {
			t.Fatal(err)
		}
		o.wants(map[string]string{"F1 试验县 2017-06": "1"})
		recorded[db.Seq()] = o.units.reg
		for no, want := range map[int64]string{before: "6", db.Seq(): "1"} {
			past, _, err := o.AsOf(ctx, no)
			if err != nil {
				t.Fatal(err)
			}
			if got := figureOf(t, o, past, []string{"F1", "试验县", "2017-06"}); got != want || past.Register() != recorded[no] {
				t.Errorf("as of %d: %s, want %s", no, got, want)
			}
		}
		o.record("F1 北镇 2017-07 1")
		if _, _, err := o.AsOf(ctx, db.Seq()); err == nil {
			t.Error("units that are not known are not told")
		}
	})
}
