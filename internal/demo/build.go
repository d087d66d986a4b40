package demo

import (
	"bytes"
	"context"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"

	"kaiyang/internal/app"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/accounts"
	"kaiyang/internal/modules/facts"
	"kaiyang/internal/modules/returns"
	"kaiyang/internal/modules/units"
	"kaiyang/internal/platform/sqldb"
)

//go:embed data
var data embed.FS

// County is the code of the demonstration county.
const County = "520121"

// Today is the day on which the demonstration stands when it is made; its clock runs on from there.
const Today = "2018-05-10"

// Password is that of every demonstration account.
const Password = "Cha-Shan-2018!"

// Steps is how many steps Build tells of.
const Steps = 20

// Banner is shown on every page of the demonstration.
const Banner = "演示数据：单位按2023-06-30区划演示，数字按固定规则生成，只有县里已公布的数与公布值一致；演示日期为2018年5月。"

// clock is moved by hand while the demonstration is made.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(time.Second)
	return c.t
}

func (c *clock) set(day string, hour int) {
	t, err := time.ParseInLocation("2006-01-02", day, time.FixedZone("Asia/Shanghai", 8*3600))
	if err != nil {
		panic(err)
	}
	c.mu.Lock()
	c.t = t.Add(time.Duration(hour) * time.Hour)
	c.mu.Unlock()
}

// An Account is one that the demonstration offers for log-in.
type Account struct {
	Login, Name, Post string
}

// A builder makes the demonstration step by step.
type builder struct {
	ctx     context.Context
	o       *app.Office
	clock   *clock
	step    func(text string)
	values  map[string]string // element/category/unit/period → value
	list    []Value
	actors  map[string]perm.Actor
	admin   string
	series  int64 // of the dispatch meeting
	planned int64 // the plan
}

// Build makes the demonstration county in an empty database that cfg names. step tells what is
// being done, in Chinese.
func Build(ctx context.Context, cfg app.Config, step func(text string)) (err error) {
	c := &clock{}
	c.set("2018-01-02", 9)
	real := cfg.Clock
	cfg.Clock, cfg.Create = c.Now, true
	o, err := app.Open(app.WithOperator(ctx), cfg)
	if err != nil {
		return err
	}
	defer o.Close()
	b := &builder{ctx: app.WithOperator(ctx), o: o, clock: c, step: step, actors: map[string]perm.Actor{}}
	for _, s := range []struct {
		text string
		do   func() error
	}{
		{"单位：1 县 18 乡镇 136 村（居），指挥部、六个专班和成员部门", b.units},
		{"数据项、报表、指标、目标和目标包", b.definitions},
		{"2015—2017 年数据（导入文件）", b.past},
		{"账号和岗位", b.accounts},
		{"2018 年 1 月报表：填报、审核、批准", func() error { return b.month(1, "2018-02-05", "2018-02-08") }},
		{"2018 年 2 月报表：填报、审核、批准", func() error { return b.month(2, "2018-03-06", "2018-03-09") }},
		{"年度计划：三项重点工作", func() error { return errors.Join(b.plan(), b.starts()) }},
		{"2018 年 3 月报表：填报、审核、批准", func() error { return b.month(3, "2018-04-04", "2018-04-11") }},
		{"封账与更正", b.restate},
		{"四月上半月报表", func() error { return b.half("2018-04a", "2018-04-17") }},
		{"毒情监测：监测项、回看", func() error { return b.situation(b.o.Situation) }},
		{"综合评价：演示办法、2017 年得分定稿", func() error { return b.assess(b.o.Assessment) }},
		{"四月下半月调度会：议程、材料、议定事项", b.meeting},
		{"群众满意率调查", func() error { return b.survey(b.o.Surveys) }},
		{"污水监测和缴获登记", func() error { return errors.Join(b.sewage(b.o.Wastewater), b.seizures(b.o.Cases)) }},
		{"督导检查：随机抽取、检查、整改", b.supervise},
		{"四月下半月报表", func() error { return b.half("2018-04b", "2018-05-03") }},
		{"2018 年 4 月报表：部分还在审核", b.april},
		{"事项办理与下次调度会", func() error { return errors.Join(b.progress(), b.items(), b.next(), b.bulletin()) }},
		{"口令与演示日期", func() error { return b.finish(real) }},
	} {
		step(s.text)
		if err := s.do(); err != nil {
			return fmt.Errorf("%s: %w", s.text, err)
		}
	}
	return nil
}

// done turns findings of an import into an error: the demonstration's own files have none.
func done(rep measure.ImportReport, err error) error {
	if err != nil {
		return err
	}
	if len(rep.Findings) > 0 {
		return rep.Findings
	}
	return nil
}

func (b *builder) read(name string) []byte {
	content, err := data.ReadFile("data/" + name)
	if err != nil {
		panic(err)
	}
	return content
}

func (b *builder) units() error {
	admin, _, err := b.o.Accounts.FirstAdmin(b.ctx)
	if err != nil {
		return err
	}
	b.admin = admin
	rep, err := b.o.Units.ImportUnits(b.ctx, units.ImportIn{Name: "kaiyang-520121.csv", Reader: units.DemoUnits()}, nil)
	if err := done(rep, err); err != nil {
		return err
	}
	rep, err = b.o.Units.ImportUnits(b.ctx, units.ImportIn{Name: "functional.csv", Reader: units.DemoFunctional()}, nil)
	return done(rep, err)
}

func (b *builder) definitions() error {
	by := b.o.Operator()
	if err := done(b.o.Facts.ImportElements(b.ctx, "elements.csv", bytes.NewReader(b.read("elements.csv")), false)); err != nil {
		return err
	}
	if err := done(b.o.Returns.ImportForms(b.ctx, by, "forms.yaml", bytes.NewReader(b.read("forms.yaml")), false)); err != nil {
		return err
	}
	if err := done(b.o.Indicators.ImportIndicators(b.ctx, by, "indicators.yaml", b.read("indicators.yaml"), false)); err != nil {
		return err
	}
	if err := done(b.o.Indicators.ImportTargets(b.ctx, by, "targets.csv", b.read("targets.csv"), false)); err != nil {
		return err
	}
	return done(b.o.Indicators.ImportBundles(b.ctx, by, "bundles.yaml", b.read("bundles.yaml"), false))
}

// places lists the county's units of a kind in the order of the tree.
func (b *builder) places(kind org.Kind) []Place {
	t := b.o.Units.Today()
	var out []Place
	for _, u := range t.Preorder(org.Territorial) {
		if t.Kind(u) == kind {
			out = append(out, Place{Code: t.Code(u), Parent: t.Code(t.Parent(u))})
		}
	}
	return out
}

// formElements are reported by returns from 2018 on, publicity from the second quarter on.
var formElements = map[string]string{
	"XZS": "F_JD", "XYRS": "F_JD", "JD3N": "F_JD", "SJ_YZX": "F_JD", "SJ_ZX": "F_JD", "CS": "F_JD", "CS_GK": "F_JD", "AZ_YAZ": "F_JD", "AZ_AZ": "F_JD",
	"AJ": "F_DJ", "XYR": "F_DJ", "JH": "F_DJ", "CC": "F_DJ", "QGJD_JD": "F_DJ", "QGJD": "F_DJ", "DQ": "F_DJ", "DQ_SJ": "F_DJ",
	"XC_HD": "F_XC", "XC_RC": "F_XC",
}

func (v Value) byReturn() bool {
	f := formElements[v.Element]
	return f == "F_XC" && v.Period >= "2018-04" || f != "" && f != "F_XC" && v.Period >= "2018"
}

func (b *builder) past() error {
	b.list = Generate(County, b.places(org.Township), b.places(org.Village))
	b.values = map[string]string{}
	var rows []Value
	for _, v := range b.list {
		b.values[v.Element+"/"+v.Category+"/"+v.Unit+"/"+v.Period] = v.Value
		if v.Period < "2018" {
			rows = append(rows, v)
		}
	}
	return b.importFacts("演示数据-2015至2017年.csv", rows)
}

func (b *builder) importFacts(name string, rows []Value) error {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	w.Write([]string{"element", "category", "unit", "period", "value"})
	for _, v := range rows {
		w.Write([]string{v.Element, v.Category, v.Unit, v.Period, v.Value})
	}
	w.Flush()
	rep, err := b.o.Facts.ImportFacts(b.ctx, facts.ImportIn{Name: name, Content: &buf}, nil)
	return done(rep, err)
}

// rest brings in what departments report for 2018 up to a month without a form.
func (b *builder) rest(month string) error {
	var rows []Value
	for _, v := range b.list {
		if v.Period >= "2018" && strings.HasPrefix(v.Period, month) && !v.byReturn() {
			rows = append(rows, v)
		}
	}
	return b.importFacts("演示数据-"+month+"-部门报送.csv", rows)
}

// posts are the demonstration's accounts beside the townships'.
var posts = []struct {
	login, name string
	role        perm.Role
	unit        string
}{
	{"leader", "演示领导", perm.Leader, "ZHB"},
	{"office", "演示禁毒办甲", perm.Office, "ZHB-JDB"},
	{"office2", "演示禁毒办乙", perm.Office, "ZHB-JDB"},
	{"zb1", "演示宣传专班", perm.Member, "ZB1"},
	{"zb2", "演示教育专班", perm.Member, "ZB2"},
	{"zb3", "演示戒毒专班", perm.Member, "ZB3"},
	{"zb4", "演示打击专班", perm.Member, "ZB4"},
	{"zb5", "演示监管专班", perm.Member, "ZB5"},
	{"zb6", "演示监测专班", perm.Member, "ZB6"},
	{"reader", "演示查阅", perm.Reader, County},
	{"auditor", "演示审计", perm.Auditor, ""},
}

// Accounts lists the accounts of a demonstration, the main ones first.
func Accounts(o *app.Office) []Account {
	var out []Account
	t := o.Units.Today()
	for _, p := range posts {
		unit, _ := o.Units.Register().ByCode(p.unit)
		out = append(out, Account{p.login, p.name, strings.TrimSpace(t.Name(unit) + " " + p.role.Label())})
	}
	for _, u := range t.Preorder(org.Territorial) {
		if t.Kind(u) == org.Township {
			out = append(out, Account{reporter(t.Code(u)), "演示填报员", t.Name(u) + " " + perm.Reporter.Label()})
		}
	}
	return out
}

// reporter gives the log-in of a township's reporter: "t" and the last three digits of its code.
func reporter(code string) string { return "t" + code[len(code)-3:] }

func (b *builder) accounts() error {
	b.clock.set("2018-01-04", 9)
	by := b.o.Operator()
	add := func(login, name string, role perm.Role, unit org.UnitID) error {
		_, _, err := b.o.Accounts.CreateAccount(b.ctx, by, accounts.NewAccount{Login: login, Name: name})
		if err != nil {
			return err
		}
		if _, err := b.o.Accounts.GrantPost(b.ctx, by, accounts.Grant{Login: login, Role: role, Unit: unit}); err != nil {
			return err
		}
		a, err := b.o.Accounts.Actor(b.ctx, login)
		if err != nil {
			return err
		}
		b.actors[login] = a
		return nil
	}
	for _, p := range posts {
		unit, _ := b.o.Units.Register().ByCode(p.unit)
		if err := add(p.login, p.name, p.role, unit); err != nil {
			return err
		}
	}
	t := b.o.Units.Today()
	for _, p := range b.places(org.Township) {
		unit, _ := b.o.Units.Register().ByCode(p.Code)
		if err := add(reporter(p.Code), t.Name(unit)+"填报员", perm.Reporter, unit); err != nil {
			return err
		}
	}
	return nil
}

// as gives the context and the actor of an account.
func (b *builder) as(login string) (context.Context, perm.Actor) {
	a := b.actors[login]
	a.Tree = b.o.Units.Today()
	by := sqldb.By{Account: a.Login, Name: a.Name, Post: a.PostTitle(), Address: "127.0.0.1", Request: "demo"}
	return sqldb.WithBy(context.Background(), by), a
}

// submit fills the workbook of a return in, uploads it and hands it in.
func (b *builder) submit(form, township, p string, change func(k returns.Key, value string) string, reason string) (returns.Pick, error) {
	ctx, actor := b.as(reporter(township))
	unit, _ := b.o.Units.Register().ByCode(township)
	at := returns.Place{Form: form, Unit: unit, Period: period.MustParse(p)}
	file, err := b.o.Returns.Fill(ctx, actor, at, func(k returns.Key) string {
		subject, _ := b.o.Units.Register().Unit(k.Subject)
		v := b.values[k.Element+"/"+string(k.Category)+"/"+subject.Code+"/"+p]
		if change != nil {
			v = change(k, v)
		}
		return v
	})
	if err != nil {
		return returns.Pick{}, err
	}
	up, err := b.o.Returns.Upload(ctx, actor, at, file)
	if err := done(up.Report, err); err != nil && len(fault.Findings(up.Report.Findings).Hard()) > 0 {
		return returns.Pick{}, err
	}
	o, err := b.o.Returns.Open(ctx, actor, at)
	if err != nil {
		return returns.Pick{}, err
	}
	in := returns.SubmitIn{Filling: o.Filling, Base: o.Base, Door: o.Door, File: o.File, FileName: o.FileName}
	in.Filling.Reason = reason
	for _, f := range o.Checked.Found {
		if f.Severity == returns.Soft && !f.Explained() {
			if in.Filling.Notes == nil {
				in.Filling.Notes = map[returns.Key]string{}
			}
			in.Filling.Notes[o.Layout.NoteKey(f.Row, f.Col)] = "已核对台账，情况属实（演示说明）"
		}
	}
	out, err := b.o.Returns.Submit(ctx, actor, at, in)
	if err != nil {
		return returns.Pick{}, err
	}
	return returns.Pick{ID: out.Return.ID, Version: out.Return.Version}, nil
}

// month hands in both monthly forms of all townships on a day, two of them late, has them
// reviewed by the task forces and approved by the office.
func (b *builder) month(m int, on, approved string) error {
	p := fmt.Sprintf("2018-%02d", m)
	b.clock.set(on, 9)
	if err := b.rest(p); err != nil {
		return err
	}
	var jd, dj []returns.Pick
	towns := b.places(org.Township)
	for i, t := range towns {
		late := m > 1 && i%9 == m // two townships a month
		if late {
			b.clock.set(approved, 8)
		}
		x, err := b.submit("F_JD", t.Code, p, nil, "")
		if err != nil {
			return err
		}
		jd = append(jd, x)
		if late {
			b.clock.set(on, 10)
		}
		if x, err = b.submit("F_DJ", t.Code, p, nil, ""); err != nil {
			return err
		}
		dj = append(dj, x)
	}
	b.clock.set(approved, 10)
	if err := b.approve("zb3", jd); err != nil {
		return err
	}
	return b.approve("zb4", dj)
}

func (b *builder) approve(force string, list []returns.Pick) error {
	ctx, actor := b.as(force)
	if err := b.o.Returns.Review(ctx, actor, list, ""); err != nil {
		return err
	}
	ctx, actor = b.as("office")
	return b.o.Returns.Approve(ctx, actor, list, "")
}

// restate closes January and then corrects one township's return of it.
func (b *builder) restate() error {
	b.clock.set("2018-04-12", 15)
	ctx, office := b.as("office")
	if err := b.o.Facts.Close(ctx, office, period.MustParse("2018-01"), "一季度调度会前封账"); err != nil {
		return err
	}
	b.clock.set("2018-04-16", 9)
	town := b.places(org.Township)[6].Code
	const why = "派出所复核，补报 1 月漏统的查处 2 人次"
	x, err := b.submit("F_DJ", town, "2018-01", func(k returns.Key, v string) string {
		if k.Element != "CC" {
			return v
		}
		n := 0
		fmt.Sscan(v, &n)
		return fmt.Sprint(n + 2)
	}, why)
	if err != nil {
		return err
	}
	ctx, zb := b.as("zb4")
	if err := b.o.Returns.Review(ctx, zb, []returns.Pick{x}, ""); err != nil {
		return err
	}
	ctx, office = b.as("office2")
	return b.o.Returns.Approve(ctx, office, []returns.Pick{x}, why)
}

// half hands in the half-monthly form; for the second half two townships are still missing.
func (b *builder) half(p, on string) error {
	b.clock.set(on, 9)
	var list []returns.Pick
	for i, t := range b.places(org.Township) {
		if p == "2018-04b" && i%9 == 4 {
			continue
		}
		x, err := b.submit("F_XC", t.Code, p, nil, "")
		if err != nil {
			return err
		}
		list = append(list, x)
	}
	b.clock.set(on, 15)
	return b.approve("zb1", list)
}

// april leaves work to do: one township has not begun, one was sent back, two wait for review,
// two for approval.
func (b *builder) april() error {
	b.clock.set("2018-05-08", 9)
	if err := b.rest("2018-04"); err != nil {
		return err
	}
	var jd, dj []returns.Pick
	var back returns.Pick
	for i, t := range b.places(org.Township) {
		if i == 16 {
			continue
		}
		x, err := b.submit("F_JD", t.Code, "2018-04", nil, "")
		if err != nil {
			return err
		}
		y, err := b.submit("F_DJ", t.Code, "2018-04", nil, "")
		if err != nil {
			return err
		}
		switch {
		case i == 3:
			back = x
			dj = append(dj, y)
		case i < 12:
			jd, dj = append(jd, x), append(dj, y)
		}
	}
	b.clock.set("2018-05-09", 10)
	if err := b.approve("zb3", jd); err != nil {
		return err
	}
	ctx, zb := b.as("zb3")
	if err := b.o.Returns.SendBack(ctx, zb, back, "应安置人数比上月少，与就业台账不符，请核对后重报"); err != nil {
		return err
	}
	ctx, zb = b.as("zb4")
	return b.o.Returns.Review(ctx, zb, dj[:6], "")
}

// password gives an account a new one-time secret and lets its owner change it at the first log-in.
func (b *builder) password(login string) error {
	secret, err := b.o.Accounts.ResetPassword(b.ctx, b.o.Operator(), login)
	if err != nil {
		return err
	}
	a, err := b.o.Accounts.Actor(b.ctx, login)
	if err != nil {
		return err
	}
	ctx := sqldb.WithBy(context.Background(), sqldb.By{Address: "127.0.0.1", Request: "demo"})
	if _, err := b.o.Accounts.LogIn(ctx, accounts.SignIn{Login: login, Password: secret, Agent: "demo"}); err != nil {
		return err
	}
	token, err := b.o.Accounts.ChangePassword(ctx, a, secret, Password, "demo")
	if err != nil {
		return err
	}
	return b.o.Accounts.LogOut(ctx, a, token)
}

// finish lets everybody set the demonstration's password and puts the clock to its day.
func (b *builder) finish(real func() time.Time) error {
	b.clock.set(Today, 8)
	logins := make([]string, 0, len(b.actors))
	for l := range b.actors {
		logins = append(logins, l)
	}
	sort.Strings(logins)
	for _, l := range append(logins, b.admin) {
		if err := b.password(l); err != nil {
			return err
		}
	}
	b.clock.set(Today, 9)
	if err := b.o.SetSetting(b.ctx, app.BannerSetting, Banner); err != nil {
		return err
	}
	return b.o.SetClock(b.ctx, b.clock.Now(), real())
}
