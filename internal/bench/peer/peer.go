// Package peer is a stand-in for the aggregate path of DHIS2 on PostgreSQL, so that our speed can
// be held against it on the same data, the same machine and in the same sitting: raw values in
// datavalue, resource tables, analytics tables by year that a job rebuilds and indexes, and
// queries over those, split as DHIS2 splits them. Names of tables and columns are those that an
// administrator of DHIS2 sees; the code is our own.
//
// Where it deviates, the peer gains: indicators are evaluated here and not in Java, there is no
// JSON, JDBC or security layer, no trigger of the audit, no median or deviation columns, four
// columns of period types and not twenty-three, one category combination, no group sets, and the
// primary key is made after the load.
//
// Beside it stand two databases with kept sums, the best that SQL does on these questions.
package peer

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"kaiyang/internal/bench/dataset"
	"kaiyang/internal/core/org"
)

// A stand is the stand-in over one data set.
type stand struct {
	set   *dataset.Set
	units []org.Unit
	level []int // of a unit, by its number
	conns []*pgx.Conn
	main  *pgx.Conn // conns[0]
	out   io.Writer
}

// database is the name of the database that this process makes for a set.
func database(set string) string {
	return fmt.Sprintf("kaiyang_peer_%s_%d", strings.ToLower(set), os.Getpid())
}

// open makes an empty database for a set on the server at a URL and connects to it as often as
// DHIS2 would run statements side by side: once a processor, eight times at most.
func open(ctx context.Context, url string, s *dataset.Set, out io.Writer) (*stand, error) {
	reg, err := s.Register()
	if err != nil {
		return nil, err
	}
	p := &stand{set: s, units: reg.Units(), out: out}
	p.level = make([]int, len(p.units)+1)
	for l, list := range s.Levels {
		for _, u := range list {
			p.level[u] = l
		}
	}
	admin, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer admin.Close(ctx)
	for _, q := range []string{"DROP DATABASE IF EXISTS ", "CREATE DATABASE "} {
		if _, err := admin.Exec(ctx, q+database(s.Name)); err != nil {
			return nil, err
		}
	}
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.Database = database(s.Name)
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol // DHIS2 sends the text with its values in it
	for range min(runtime.NumCPU(), 8) {
		c, err := pgx.ConnectConfig(ctx, cfg)
		if err != nil {
			p.close(ctx)
			return nil, err
		}
		p.conns = append(p.conns, c)
	}
	p.main = p.conns[0]
	return p, nil
}

// close ends the connections and removes the database.
func (p *stand) close(ctx context.Context) {
	var admin *pgx.Conn
	for _, c := range p.conns {
		if admin == nil {
			cfg := c.Config().Copy()
			cfg.Database = "postgres"
			admin, _ = pgx.ConnectConfig(ctx, cfg)
		}
		c.Close(ctx)
	}
	if admin != nil {
		admin.Exec(ctx, "DROP DATABASE IF EXISTS "+database(p.set.Name))
		admin.Close(ctx)
	}
}

func (p *stand) exec(ctx context.Context, text string, args ...any) error {
	if _, err := p.main.Exec(ctx, text, args...); err != nil {
		return fmt.Errorf("%w in %.200s", err, text)
	}
	return nil
}

// together runs statements on all connections at once, each on the next that is free.
func (p *stand) together(ctx context.Context, list []string) error {
	todo := make(chan string, len(list))
	for _, s := range list {
		todo <- s
	}
	close(todo)
	return p.each(func(c *pgx.Conn, _ int) error {
		for s := range todo {
			if _, err := c.Exec(ctx, s); err != nil {
				return fmt.Errorf("%w in %.200s", err, s)
			}
		}
		return nil
	})
}

// each runs f for every connection at once.
func (p *stand) each(f func(c *pgx.Conn, i int) error) error {
	faults := make([]error, len(p.conns))
	var wg sync.WaitGroup
	for i, c := range p.conns {
		wg.Go(func() { faults[i] = f(c, i) })
	}
	wg.Wait()
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	return nil
}

// step does a part of the work and says how long it took, and how much processor time of the
// server and of this process.
func (p *stand) step(name string, f func() error) error {
	begin, used := time.Now(), p.used()
	if err := f(); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "  %-44s %8.2f s %8.2f CPU s\n", name, time.Since(begin).Seconds(), (p.used() - used).Seconds())
	return nil
}

// uid gives the identifier that DHIS2 would have given a thing: eleven letters and digits, a
// letter first.
func uid(kind, number int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	const signs = letters + "0123456789"
	x := uint64(kind)<<40 | uint64(number)
	b := make([]byte, 11)
	for i := range b {
		x = x*6364136223846793005 + 1442695040888963407 + uint64(number)
		from := signs
		if i == 0 {
			from = letters
		}
		b[i] = from[(x>>33)%uint64(len(from))]
	}
	return string(b)
}

// The kinds of things that have identifiers.
const (
	unitKind = iota + 1
	elementKind
	comboKind
)

func unitUID(u org.UnitID) string { return uid(unitKind, int(u)) }

func elementUID(e int) string { return uid(elementKind, e) }

// path gives the units from the root down to u.
func (p *stand) path(u org.UnitID) (list []org.UnitID) {
	for ; u != 0; u = p.units[u-1].Versions[0].Parent {
		list = append([]org.UnitID{u}, list...)
	}
	return list
}

// iso names month m of the set as DHIS2 does.
func (p *stand) iso(m int) string { return fmt.Sprintf("%04d%02d", p.set.FirstYear+m/12, m%12+1) }

func (p *stand) day(m int) time.Time {
	return time.Date(p.set.FirstYear+m/12, time.Month(m%12+1), 1, 0, 0, 0, 0, time.UTC)
}
