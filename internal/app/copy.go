package app

import (
	"context"

	"kaiyang/internal/platform/sqldb"
)

// CopyTo copies the whole office to another, empty database and gives the checksums of its
// tables, which are equal on both sides.
func CopyTo(ctx context.Context, o *Office, target string, progress func(rows int64)) ([]sqldb.TableSum, error) {
	to, err := sqldb.Open(ctx, target, sqldb.Options{Clock: o.Config.Clock, Log: o.Config.Log})
	if err != nil {
		return nil, err
	}
	defer to.Close()
	list, err := migrations()
	if err != nil {
		return nil, err
	}
	if _, err := to.Migrate(ctx, list); err != nil {
		return nil, err
	}
	return o.DB.CopyTo(ctx, to, progress)
}
