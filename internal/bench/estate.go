package bench

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"kaiyang/internal/app"
	"kaiyang/internal/bench/dataset"
	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/accounts"
	"kaiyang/internal/modules/units"
	"kaiyang/internal/platform/sqldb"
)

// An estate is a directory with the database of an office that holds a data set: its units, its
// elements, ten indicators with targets, an account that is logged in, and the facts.
type estate struct {
	dir    string
	set    *dataset.Set
	units  []org.UnitID // of the villages, in the order of the set
	cookie string       // of the log-in
	views  views
}

// login and password are those of the account that measures.
const (
	login    = "bench"
	password = "Ce-Liang-2026!"
)

// newEstate makes everything but the facts in an empty directory.
func newEstate(ctx context.Context, dir string, s *dataset.Set) (*estate, error) {
	e := &estate{dir: dir, set: s}
	err := e.open(ctx, func(ctx context.Context, o *app.Office) error {
		var file bytes.Buffer
		if err := e.unitFile(&file); err != nil {
			return err
		}
		rep, err := o.Units.ImportUnits(ctx, units.ImportIn{Name: "units.csv", Reader: &file}, nil)
		if err := imported(rep, err); err != nil {
			return err
		}
		if err := imported(o.Facts.ImportElements(ctx, "elements.csv", e.elementFile(), false)); err != nil {
			return err
		}
		root, err := e.signUp(ctx, o)
		if err != nil {
			return err
		}
		if err := imported(o.Indicators.ImportIndicators(ctx, o.Operator(), "indicators.csv", e.indicatorFile(), false)); err != nil {
			return err
		}
		if err := imported(o.Indicators.ImportTargets(ctx, o.Operator(), "targets.csv", e.targetFile(root), false)); err != nil {
			return err
		}
		reg := o.Units.Register()
		own, err := s.Register()
		if err != nil {
			return err
		}
		for _, v := range s.Villages() {
			u, _ := own.Unit(v)
			id, ok := reg.ByCode(u.Code)
			if !ok {
				return fmt.Errorf("unit %s of the set did not arrive in the office", u.Code)
			}
			e.units = append(e.units, id)
		}
		e.views = viewsOf(o.Units.Today(), e.month())
		return e.noBackup()
	})
	return e, err
}

// open runs f with the office and closes it.
func (e *estate) open(ctx context.Context, f func(context.Context, *app.Office) error) error {
	o, err := app.Open(app.WithOperator(ctx), officeConfig(e.dir))
	if err != nil {
		return err
	}
	defer o.Close()
	return f(app.WithOperator(ctx), o)
}

// imported turns findings of an import into an error: the files are our own.
func imported(rep measure.ImportReport, err error) error {
	if err == nil && len(rep.Findings) > 0 {
		return rep.Findings
	}
	return err
}

// noBackup keeps a server from making today's backup while it is measured: it finds one.
func (e *estate) noBackup() error {
	dir := filepath.Join(e.dir, "backups")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, day := range []time.Time{time.Now(), time.Now().AddDate(0, 0, 1)} {
		if err := os.WriteFile(filepath.Join(dir, "kaiyang-"+day.Format("2006-01-02")+".db"), nil, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (e *estate) unitFile(out io.Writer) error {
	reg, err := e.set.Register()
	if err != nil {
		return err
	}
	w := csv.NewWriter(out)
	w.Write(units.Columns)
	for _, u := range reg.Units() {
		v := u.Versions[0]
		parent := ""
		if p, ok := reg.Unit(v.Parent); ok {
			parent = p.Code
		}
		w.Write([]string{u.Code, placeName(v.Order, int(u.ID)) + suffix(u.Kind), string(u.Kind), parent, v.From.String(), ""})
	}
	w.Flush()
	return w.Error()
}

// placeName makes up the name of a place, the same among sisters as seldom as in life.
func placeName(order, id int) string {
	signs := []rune("东西南北中上下大小新老青白红黄龙凤山水石桥井坪坝岩沟湾塘寨营堡关口岭坡泉溪河江湖田林")
	n := len(signs)
	return string([]rune{signs[order%n], signs[(id/7+order/n)%n], signs[id%n]})
}

func suffix(k org.Kind) string {
	switch k {
	case org.Province:
		return "省"
	case org.City:
		return "市"
	case org.County:
		return "县"
	case org.Township:
		return "镇"
	}
	return "村"
}

func (e *estate) elementFile() io.Reader {
	var file bytes.Buffer
	file.WriteString("code,name,kind,grain,level,scale\n")
	for _, d := range e.set.Defs() {
		fmt.Fprintf(&file, "%s,数据项%s,flow,month,village,0\n", d.Code, d.Code)
	}
	return &file
}

func (e *estate) indicatorFile() []byte {
	var file bytes.Buffer
	file.WriteString("code,name,formula,format,digits,direction,from\n")
	for i, in := range dataset.Indicators() {
		fmt.Fprintf(&file, "P%d,第%d项指标,(E%02d + E%02d) / E%02d,percent,2,up,2010-01-01\n", i, i+1, in.Num[0], in.Num[1], in.Den[0])
	}
	return file.Bytes()
}

func (e *estate) targetFile(root string) []byte {
	var file bytes.Buffer
	file.WriteString("indicator,unit,period,comparator,value\n")
	for i, in := range dataset.Indicators() {
		fmt.Fprintf(&file, "P%d,%s,%d,>=,%d\n", i, root, e.set.FirstYear+1, in.Target)
	}
	return file.Bytes()
}

// signUp makes the account, logs it in and gives the code of the root unit.
func (e *estate) signUp(ctx context.Context, o *app.Office) (root string, err error) {
	if _, _, err := o.Accounts.FirstAdmin(ctx); err != nil {
		return "", err
	}
	by := o.Operator()
	_, secret, err := o.Accounts.CreateAccount(ctx, by, accounts.NewAccount{Login: login, Name: "性能测量"})
	if err != nil {
		return "", err
	}
	tree := o.Units.Today()
	top := tree.Root(org.Territorial)
	if _, err := o.Accounts.GrantPost(ctx, by, accounts.Grant{Login: login, Role: perm.Office, Unit: top}); err != nil {
		return "", err
	}
	at := sqldb.WithBy(ctx, sqldb.By{Address: "127.0.0.1", Request: "bench"})
	if _, err := o.Accounts.LogIn(at, accounts.SignIn{Login: login, Password: secret, Agent: "bench"}); err != nil {
		return "", err
	}
	a, err := o.Accounts.Actor(ctx, login)
	if err != nil {
		return "", err
	}
	token, err := o.Accounts.ChangePassword(at, a, secret, password, "bench")
	e.cookie = o.Accounts.CookieName() + "=" + token
	return tree.Code(top), err
}

// report records the values of the set month by month, as returns and imports do: with history,
// and each row of a year growing as its months come in.
func (e *estate) report(ctx context.Context) error {
	return e.open(ctx, func(ctx context.Context, o *app.Office) error {
		s := e.set
		var list []measure.Fact
		for m := range s.Months {
			list = list[:0]
			for el := range s.Elements {
				for v, unit := range e.units {
					if x, ok := s.Value(el, m, v); ok {
						list = append(list, measure.Fact{Element: code(el), Unit: unit, Period: s.Month(m), Value: x})
					}
				}
			}
			if err := record(ctx, o, list...); err != nil {
				return err
			}
		}
		return nil
	})
}

// fill writes the columns of the set, all years at once and without history.
func (e *estate) fill(ctx context.Context) error {
	return e.open(ctx, func(ctx context.Context, o *app.Office) error {
		s := e.set
		order := make([]int, len(e.units)) // villages by the number the office gave them
		for v := range order {
			order[v] = v
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(e.units[a], e.units[b]) })
		batch, err := e.batch(ctx, o.DB)
		if err != nil {
			return err
		}
		for el := range s.Elements {
			d, ok := o.Facts.Catalogue().Code(code(el))
			if !ok {
				return fmt.Errorf("element %s did not arrive in the office", code(el))
			}
			err := o.DB.InTx(ctx, func(tx *sqldb.Tx) error { return e.column(tx, el, d.ID, batch, order) })
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// batch notes where the columns come from.
func (e *estate) batch(ctx context.Context, db *sqldb.DB) (id int64, err error) {
	err = db.InTx(ctx, func(tx *sqldb.Tx) error {
		if id, err = tx.NextID("facts_batch"); err != nil {
			return err
		}
		no, err := tx.Change("facts", strconv.FormatInt(id, 10))
		if err != nil {
			return err
		}
		tx.Audit("facts.record", "bench", nil)
		_, err = tx.Exec(`INSERT INTO facts_batch (id, no, source_kind, source_id, source_name, reason, restate, created, updated, account, by_name, post, at)
			VALUES ($1, $2, 'module', '', 'bench', '', 0, 0, 0, '', '', '', $3)`, id, no, tx.Stamp())
		return err
	})
	return id, err
}

func (e *estate) column(tx *sqldb.Tx, el int, id measure.ElementID, batch int64, order []int) error {
	s := e.set
	series := int64(el + 1)
	if _, err := tx.Exec(`INSERT INTO facts_series (id, element, category) VALUES ($1, $2, '')`, series, int64(id)); err != nil {
		return err
	}
	const width, rows = 5, 8
	text := `INSERT INTO facts_col (series, year, unit, batch, cells) VALUES ($1,$2,$3,$4,$5),($6,$7,$8,$9,$10),($11,$12,$13,$14,$15),($16,$17,$18,$19,$20),
		($21,$22,$23,$24,$25),($26,$27,$28,$29,$30),($31,$32,$33,$34,$35),($36,$37,$38,$39,$40)`
	one := `INSERT INTO facts_col (series, year, unit, batch, cells) VALUES ($1,$2,$3,$4,$5)`
	var args []any
	var vals [12]int64
	for y := 0; y < s.Months; y += 12 {
		for _, v := range order {
			present := uint32(0)
			for m := range vals {
				x, ok := s.Value(el, y+m, v)
				vals[m] = x
				if ok {
					present |= 1 << m
				}
			}
			args = append(args, series, s.FirstYear+y/12, int64(e.units[v]), batch, cube.AppendPack(nil, vals[:], present))
			if len(args) == width*rows {
				if _, err := tx.Exec(text, args...); err != nil {
					return err
				}
				args = args[:0]
			}
		}
	}
	for ; len(args) > 0; args = args[width:] {
		if _, err := tx.Exec(one, args[:width]...); err != nil {
			return err
		}
	}
	return nil
}

func code(el int) string { return fmt.Sprintf("E%02d", el) }

// disk tells how many bytes the pages of a table take, and those of the whole database.
func (e *estate) disk(ctx context.Context, table string) (of, all int64, err error) {
	o, err := app.Connect(ctx, officeConfig(e.dir))
	if err != nil {
		return 0, 0, err
	}
	defer o.Close()
	err = o.DB.View(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Get(`SELECT SUM(pgsize) FROM dbstat WHERE aggregate = TRUE AND name = $1`, []any{table}, &of); err != nil {
			return err
		}
		return tx.Get(`SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`, nil, &all)
	})
	return of, all, err
}

// month is the one that pages are asked for.
func (e *estate) month() period.Period { return e.set.Month(min(e.set.Months-1, 17)) }

// acknowledged is the i-th fact that writing children record, each of another cell; what they said
// is durable is looked for afterwards.
func acknowledged(t *org.Tree, i int) measure.Fact {
	rows := t.Rows(org.LevelVillage)
	months := period.MustParse("2024").Parts(period.Month)
	return measure.Fact{Element: code(59 - i/len(rows)/12), Unit: rows[i%len(rows)], Period: months[i/len(rows)%12], Value: int64(5_000_000 + i)}
}
