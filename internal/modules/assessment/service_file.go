package assessment

import (
	"context"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// ImportItems replaces the items of a scheme's draft by those of a file (.csv or .xlsx), or with
// dryRun only tells what it would do. All faults come at once and then nothing is written.
func (s *Service) ImportItems(ctx context.Context, by perm.Actor, id int64, name string, content []byte, dryRun bool) (rep measure.ImportReport, err error) {
	defer fault.Wrap(&err, "assessment.ImportItems(%d)", id)
	if err := by.May(ruleEdit, perm.On{}); err != nil {
		return rep, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		x, err := draftOf(tx, id)
		if err != nil {
			return err
		}
		old := x.Items
		items, rows, err := readItems(name, content)
		if bad, ok := err.(fault.Findings); ok {
			rep.Findings, rep.Read, rep.Rejected = bad, len(bad), len(bad)
			return nil
		}
		if err != nil {
			return err
		}
		x.Items, x.Pairs = items, nil
		if bad, ok := both(x.Check(), s.known(&x)).(fault.Findings); ok {
			for i := range bad {
				for k := range rows {
					if at := suffix(k); slices.Contains([]string{"code" + at, "weight" + at, "higher" + at, "floor" + at, "target" + at}, bad[i].Field) {
						bad[i].Row = rows[k]
					}
				}
			}
			rep.Findings = bad
		}
		for i, it := range x.Items {
			k := slices.IndexFunc(old, func(o Item) bool { return o.Code == it.Code })
			rep.Read++
			switch {
			case slices.ContainsFunc(rep.Findings, func(f fault.Finding) bool { return f.Row == rows[i] }):
				rep.Rejected++
			case k < 0:
				rep.Created++
			case old[k] != it:
				rep.Updated++
			default:
				rep.Unchanged++
			}
		}
		if len(rep.Findings) > 0 || dryRun {
			return nil
		}
		rep.Written = true
		if err := x.update(tx); err != nil {
			return err
		}
		return done(tx, "scheme.import", schemeRef(id), map[string]any{"file": name, "items": len(items)})
	})
	return rep, err
}
