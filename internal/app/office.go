package app

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/accounts"
	"kaiyang/internal/modules/actions"
	"kaiyang/internal/modules/assessment"
	"kaiyang/internal/modules/cases"
	"kaiyang/internal/modules/facts"
	"kaiyang/internal/modules/indicators"
	"kaiyang/internal/modules/meetings"
	"kaiyang/internal/modules/methods"
	"kaiyang/internal/modules/notices"
	"kaiyang/internal/modules/plan"
	"kaiyang/internal/modules/reports"
	"kaiyang/internal/modules/returns"
	"kaiyang/internal/modules/situation"
	"kaiyang/internal/modules/supervision"
	"kaiyang/internal/modules/surveys"
	"kaiyang/internal/modules/units"
	"kaiyang/internal/modules/wastewater"
	"kaiyang/internal/platform/docgen/fonts"
	"kaiyang/internal/platform/docgen/print"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
)

// An Office is the whole program over one database.
type Office struct {
	Config      Config
	DB          *sqldb.DB
	Files       *files.Store
	Units       *units.Service
	Accounts    *accounts.Service
	Facts       *facts.Service
	Indicators  *indicators.Service
	Returns     *returns.Service
	Actions     *actions.Service
	Meetings    *meetings.Service
	Notices     *notices.Service
	Supervision *supervision.Service
	Reports     *reports.Service
	Plan        *plan.Service
	Surveys     *surveys.Service
	Assessment  *assessment.Service
	Wastewater  *wastewater.Service
	Cases       *cases.Service
	Methods     *methods.Service
	Situation   *situation.Service
	Printer     *print.Printer
	Site        *web.Site

	modules []web.Module
}

// build makes the services and joins them; nothing is read yet.
func build(cfg Config, db *sqldb.DB) *Office {
	o := &Office{Config: cfg, DB: db}
	o.Files = files.New(db)
	o.Units = units.New(db, cfg.Clock)
	o.Accounts = accounts.New(db, o.Units, accounts.Options{Clock: cfg.Clock, Secure: cfg.Secure()})
	o.Facts = facts.New(db, o.Units, o.Files, cfg.Clock)
	o.Indicators = indicators.New(db, o.Units, o.Facts, cfg.Clock)
	o.Returns = returns.New(db, o.Units, o.Facts, o.Files, cfg.Clock)

	o.Printer = print.New(cfg.FontDir(), fonts.SystemDirs())
	o.Notices = notices.New(db, o.Units, notices.Options{Clock: cfg.Clock, Log: cfg.Log, Key: cfg.notifyKey})
	o.Actions = actions.New(db, o.Units, o.Files, cfg.Clock, cfg.Log)
	o.Plan = plan.New(db, o.Units, o.Files, cfg.Clock, cfg.Log)
	o.Reports = reports.New(db, o.Units, o.Files, cfg.Clock, cfg.Log)
	o.Supervision = supervision.New(db, o.Units, o.Files, cfg.Clock, cfg.Log)
	o.Meetings = meetings.New(db, o.Units, o.Files, cfg.Clock)
	o.Assessment = assessment.New(db, o.Units, cfg.Clock)
	o.Wastewater = wastewater.New(db, o.Files, cfg.Clock)
	o.Cases = cases.New(db, o.Units, cfg.Clock)
	o.Methods = methods.New(cfg.Clock)
	o.Situation = situation.New(db, o.Units, cfg.Clock, cfg.Log)
	o.Surveys = surveys.New(db, o.Units, o.Files, cfg.Clock, cfg.Log)

	o.join()
	o.modules = []web.Module{
		o.Units.Module(),
		o.Accounts.Module(),
		o.Facts.Module(),
		o.Returns.Module(),
		o.Indicators.Module(),
		o.Meetings.Module(),
		withJobs(o.Actions.Module(), web.Job{Name: "deadlines", Every: time.Minute, Run: o.Actions.Tick}),
		o.Plan.Module(),
		o.Supervision.Module(),
		o.Reports.Module(),
		o.Situation.Module(),
		o.Surveys.Module(),
		o.Wastewater.Module(),
		o.Cases.Module(),
		o.Assessment.Module(),
		o.Methods.Module(),
		o.Notices.Module(),
	}
	return o
}

// withJobs adds work in the background to a module.
func withJobs(m web.Module, jobs ...web.Job) web.Module {
	m.Jobs = append(m.Jobs, jobs...)
	return m
}

// migrations lists the schema of the whole program.
func migrations() ([]sqldb.Migration, error) {
	var folders []fs.FS
	for _, m := range build(Config{Clock: time.Now}, nil).modules {
		if m.Files != nil {
			folders = append(folders, m.Files)
		}
	}
	return sqldb.Migrations(append(folders, files.Migrations, notify.Migrations)...)
}

// Connect opens the database, brings its schema up to date (after a backup, on SQLite) and builds
// the office without reading it into memory.
func Connect(ctx context.Context, cfg Config) (*Office, error) {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Title == "" {
		cfg.Title, cfg.TitleEN = "开阳禁毒工作平台", "Kaiyang Drug-Control Office"
	}
	// A demonstration stands on a day of its own; its clock runs beside the machine's.
	var shift atomic.Int64
	machine := cfg.Clock
	cfg.Clock = func() time.Time { return machine().Add(time.Duration(shift.Load())).In(shanghai) }
	db, err := sqldb.Open(ctx, cfg.Target(), sqldb.Options{Clock: cfg.Clock, Log: cfg.Log, MustExist: !cfg.Create})
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, cfg, db); err != nil {
		db.Close()
		return nil, err
	}
	o := build(cfg, db)
	seconds, err := o.Setting(ctx, clockSetting)
	if err != nil {
		db.Close()
		return nil, err
	}
	if n, err := strconv.ParseInt(seconds, 10, 64); err == nil {
		shift.Store(int64(time.Duration(n) * time.Second))
	}
	return o, nil
}

// shanghai is the zone in which people read times, wherever the server stands.
var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// clockSetting names the setting that moves the clock of a demonstration, in seconds.
const clockSetting = "clock_shift"

// SetClock lets the office stand at another moment than the machine's, from its next start on;
// it is for demonstrations only.
func (o *Office) SetClock(ctx context.Context, there, machine time.Time) error {
	return o.SetSetting(ctx, clockSetting, strconv.FormatInt(int64(there.Sub(machine)/time.Second), 10))
}

func migrate(ctx context.Context, cfg Config, db *sqldb.DB) error {
	list, err := migrations()
	if err != nil {
		return err
	}
	todo, err := db.Pending(ctx, list)
	if err != nil || len(todo) == 0 {
		return err
	}
	fresh := len(todo) == len(list)
	if cfg.NoMigrate && !fresh {
		return fault.New(fault.Conflict, "数据库 %s 需要升级；请运行 kaiyang migrate", db.Where())
	}
	if !fresh && db.Dialect() == sqldb.SQLite {
		file := filepath.Join(filepath.Dir(db.Path()), "backups", "before-"+todo[0].Name[:10]+"-"+cfg.Clock().Format("20060102-150405")+".db")
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := db.Snapshot(ctx, file); err != nil {
			return err
		}
		cfg.Log.Info("backup made before the upgrade", "file", file)
	}
	_, err = db.Migrate(ctx, list)
	return err
}

// Open connects and reads everything that is held in memory.
func Open(ctx context.Context, cfg Config) (*Office, error) {
	o, err := Connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := o.load(ctx); err != nil {
		o.Close()
		return nil, err
	}
	return o, nil
}

// load reads the state of all modules as of one change number and lets them follow from there.
func (o *Office) load(ctx context.Context) error {
	var last int64
	err := o.DB.View(ctx, func(tx *sqldb.Tx) (err error) {
		last, err = tx.LastChange()
		return err
	})
	if err != nil {
		return err
	}
	// What is committed while the modules load is applied once more by the first catching up;
	// applying is idempotent.
	for _, m := range o.modules {
		if m.Load != nil {
			if err := m.Load(ctx); err != nil {
				return err
			}
		}
		if m.OnChange != nil {
			o.DB.OnChange(m.OnChange)
		}
	}
	o.DB.StartAt(last)
	if err := o.DB.CatchUp(ctx); err != nil {
		return err
	}
	return o.newSite()
}

func (o *Office) newSite() error {
	cfg := o.Config
	proxies, err := cfg.proxies()
	if err != nil {
		return err
	}
	o.Site = web.NewSite(web.Options{DB: o.DB, Identity: o.Accounts, Modules: o.modules, Clock: cfg.Clock, Log: cfg.Log, Title: cfg.Title,
		TitleEN: cfg.TitleEN, Banner: o.banner(), Version: Version, Secure: cfg.Secure(), Proxies: proxies, Bell: o.Notices.Bell, SignIn: "/login", Change: "/account"})
	o.Accounts.SetRules(o.Site.Rules)
	o.Accounts.SetDeeds(o.Site.Titles, o.Site.Deeds)
	return nil
}

// Close ends the office.
func (o *Office) Close() error { return o.DB.Close() }

// Operator is who works at the command line: the operating-system user with the rights of the
// office and of the system administrator (SEMANTICS §7).
func (o *Office) Operator() perm.Actor {
	a := accounts.Operator(osUser())
	a.Posts = append(a.Posts, perm.Post{Role: perm.Office, Title: "命令行"})
	a.Tree = o.Units.Today()
	return a
}

func osUser() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return filepath.Base(u.Username)
	}
	return "unknown"
}

// WithOperator marks what a command does as done by the operating-system user.
func WithOperator(ctx context.Context) context.Context {
	name := osUser()
	return sqldb.WithBy(ctx, sqldb.By{Account: "cli:" + name, Name: name, Post: "命令行", Address: "local"})
}

// BannerSetting names the setting that holds the sentence shown on every page.
const BannerSetting = "banner"

func (o *Office) banner() string {
	text, err := o.Setting(context.Background(), BannerSetting)
	if err != nil {
		return ""
	}
	return text
}

// Setting reads a setting of the office; one that is not set is empty.
func (o *Office) Setting(ctx context.Context, name string) (value string, err error) {
	err = o.DB.View(ctx, func(tx *sqldb.Tx) error {
		list, err := sqldb.All(tx, func(s sqldb.Scanner) (v string, err error) { err = s.Scan(&v); return v, err },
			`SELECT value FROM sys_setting WHERE name = $1`, name)
		if len(list) > 0 {
			value = list[0]
		}
		return err
	})
	return value, err
}

// SetSetting keeps a setting of the office, with an audit line.
func (o *Office) SetSetting(ctx context.Context, name, value string) error {
	return o.DB.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`INSERT INTO sys_setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
		tx.Audit("setting.set", "setting/"+name, map[string]string{"value": value})
		return err
	})
}
