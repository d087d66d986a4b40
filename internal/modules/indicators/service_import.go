package indicators

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// epoch is the first day of a definition whose file gives none: it holds for all periods.
var epoch = period.MustDay("2000-01-01")

// ImportIndicators reads definitions from a CSV or YAML file: all or nothing, all faults at once.
// Formulas may name each other and need not stand in order. An entry whose meaning differs from
// the newest definition of the same first day becomes a new version.
func (s *Service) ImportIndicators(ctx context.Context, by perm.Actor, name string, content []byte, dryRun bool) (rep measure.ImportReport, err error) {
	defer fault.Wrap(&err, "indicators.ImportIndicators(%s)", name)
	defer func() { byRow(rep.Findings) }()
	if err := by.May(ruleDefine, perm.On{}); err != nil {
		return rep, err
	}
	records, err := readRecords(name, content, indicatorColumns, indicatorNeeded)
	if err := asFindings(&rep, err); err != nil || len(rep.Findings) > 0 {
		return rep, err
	}
	rep.Read = len(records)
	b := s.now.Load()
	drafts := make([]Draft, len(records))
	seen := map[string]int{}
	bad := map[int]bool{}
	note := func(k int, list ...fault.Finding) {
		for _, f := range list {
			f.Row = records[k].line
			rep.Findings = append(rep.Findings, f)
			bad[k] = true
		}
	}
	// The book as it would be: names of new indicators are known to all formulas of the file.
	planned := append([]Indicator(nil), b.list...)
	for k, r := range records {
		d, faults := r.draft(epoch)
		if i, ok := b.indicator(d.Code); ok {
			d.keep(i, r.has)
		}
		drafts[k] = d
		note(k, faults...)
		if line, twice := seen[d.Code+" "+d.Definition.From.String()]; twice && d.Code != "" {
			note(k, fault.Finding{Field: "code", Value: d.Code, Rule: "duplicate", Format: "%s 自同一天起的定义在第 %d 行已经有了；请删去一行", Args: []any{d.Code, line}})
		}
		seen[d.Code+" "+d.Definition.From.String()] = r.line
		if _, ok := b.indicator(d.Code); !ok {
			planned = append(planned, Indicator{Code: d.Code, Name: d.Name, NameEN: d.NameEN})
		}
	}
	scope := newBook(b.catalogue, b.forms, planned, nil, nil, nil)
	exprs := map[string]*formula.Expr{}
	names := formula.NewDictionary(scope.words.Known(), func(code string) *formula.Expr {
		if e, ok := exprs[code]; ok {
			return e
		}
		return b.formula(code)
	})
	// Twice: the first pass reads the formulas, the second sees all of them and finds circles.
	for pass := 0; pass < 2; pass++ {
		for k := range drafts {
			d := drafts[k]
			e, err := s.readWith(b, names, &d)
			if e != nil {
				exprs[d.Code] = e
			}
			if pass == 1 {
				var list fault.Findings
				if errors.As(err, &list) {
					note(k, list...)
				} else if err != nil {
					return rep, err
				}
				drafts[k] = d
			}
		}
	}
	rep.Rejected = len(bad)
	for k, d := range drafts {
		if bad[k] {
			continue
		}
		switch i, exists := b.indicator(d.Code); {
		case !exists:
			rep.Created++
		case i.says(d):
			rep.Unchanged++
		default:
			rep.Updated++
			if d.Definition.From <= s.today() && !i.givesFrom(d.Definition) {
				rep.Notes = append(rep.Notes, fault.Finding{Row: records[k].line, Field: "from", Value: d.Definition.From.String(), Rule: "past",
					Format: "%s %s 的定义自 %s 起改变，已经报过的期别会按新定义计算；封账时的数不改，页面同时显示两者", Args: []any{d.Code, d.Name, d.Definition.From.String()}})
			}
		}
	}
	if dryRun || len(rep.Findings) > 0 {
		return rep, nil
	}
	if rep.Created+rep.Updated == 0 {
		rep.Written = true // there was nothing to change
		return rep, nil
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		for _, d := range drafts {
			i, exists := b.indicator(d.Code)
			if exists && i.says(d) {
				continue
			}
			if exists {
				row, err := rowVersion(tx, d.Code)
				if err != nil {
					return err
				}
				d.Row = row
			}
			d.TouchPast = true // a file says from when on; the report names what changed
			if err := s.define(tx, b, d); err != nil {
				return err
			}
			b = b.with(d, nextVersion(b, d.Code))
		}
		return nil
	})
	rep.Written = err == nil
	return rep, err
}

// says tells whether a draft adds nothing to what is known.
func (i Indicator) says(d Draft) bool {
	if i.Name != d.Name || i.NameEN != d.NameEN || i.Force != d.Force || i.Order != d.Order {
		return false
	}
	for k := len(i.Versions) - 1; k >= 0; k-- {
		if i.Versions[k].From == d.Definition.From {
			return sameMeaning(i.Versions[k], d.Definition)
		}
	}
	return false
}

// givesFrom tells whether the definition in force on the first day of another, and those after it,
// give the same figures as that one.
func (i Indicator) givesFrom(d Definition) bool {
	for k := len(i.Versions) - 1; k >= 0; k-- {
		v := i.Versions[k]
		first := v.From
		if v.From = d.From; !sameFigures(v, d) {
			return false
		}
		if first <= d.From {
			return true
		}
	}
	return false
}

// keep takes what a file does not speak of from what is known of the indicator.
func (d *Draft) keep(i Indicator, has func(column string) bool) {
	last := i.Latest()
	text := func(column string, to *string, was string) {
		if !has(column) {
			*to = was
		}
	}
	number := func(column string, to *int, was int) {
		if !has(column) {
			*to = was
		}
	}
	text("name_en", &d.NameEN, i.NameEN)
	text("force", &d.Force, i.Force)
	number("order", &d.Order, i.Order)
	n := &d.Definition
	text("unit", &n.Unit, last.Unit)
	text("unit_en", &n.UnitEN, last.UnitEN)
	text("source", &n.Source, last.Source)
	text("note", &n.Note, last.Note)
	text("effort", &n.Effort, last.Effort)
	number("digits", &n.Digits, last.Digits)
	number("min_coverage", &n.MinCoverage, last.MinCoverage)
	if !has("format") {
		n.Format = last.Format
	}
	if !has("direction") {
		n.Direction = last.Direction
	}
	if !has("rollup") {
		n.Rollup = last.Rollup
	}
}

// byRow puts findings in the order of the file's rows, so that it is mended from top to bottom.
func byRow(list []fault.Finding) {
	slices.SortStableFunc(list, func(a, b fault.Finding) int { return a.Row - b.Row })
}

// asFindings moves findings from an error into the report; other errors stay.
func asFindings(rep *measure.ImportReport, err error) error {
	var list fault.Findings
	if errors.As(err, &list) {
		rep.Findings = append(rep.Findings, list...)
		rep.Read, rep.Rejected = len(list), len(list)
		return nil
	}
	return err
}

// ImportTargets reads targets from a CSV or YAML file: all or nothing.
func (s *Service) ImportTargets(ctx context.Context, by perm.Actor, name string, content []byte, dryRun bool) (rep measure.ImportReport, err error) {
	defer fault.Wrap(&err, "indicators.ImportTargets(%s)", name)
	defer func() { byRow(rep.Findings) }()
	if err := by.May(ruleDefine, perm.On{}); err != nil {
		return rep, err
	}
	records, err := readRecords(name, content, targetColumns, targetNeeded)
	if err := asFindings(&rep, err); err != nil || len(rep.Findings) > 0 {
		return rep, err
	}
	rep.Read = len(records)
	reg := s.units.Register()
	list := make([]Target, len(records))
	for k, r := range records {
		t, faults := r.target(reg.Find)
		if len(faults) == 0 {
			if err := s.checkTarget(t); err != nil {
				var more fault.Findings
				if !errors.As(err, &more) {
					more = fault.Findings{r.finding("indicator", "unknown-indicator", "没有代码或名称为“%s”的指标或数据项；可用 kaiyang export indicators 查看全部代码", t.Indicator)}
				}
				faults = more
			}
		}
		for _, f := range faults {
			f.Row = r.line
			rep.Findings = append(rep.Findings, f)
		}
		if len(faults) > 0 {
			rep.Rejected++
		}
		list[k] = t
	}
	if len(rep.Findings) > 0 {
		return rep, nil
	}
	undo := errors.New("dry run")
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		for _, t := range list {
			created, err := s.setTarget(tx, t)
			switch {
			case errors.Is(err, errUnchanged):
				rep.Unchanged++
			case err != nil:
				return err
			case created:
				rep.Created++
			default:
				rep.Updated++
			}
		}
		if dryRun {
			return undo
		}
		return nil
	})
	if errors.Is(err, undo) {
		return rep, nil
	}
	rep.Written = err == nil
	return rep, err
}

// ImportBundles reads bundles from a YAML file: all or nothing.
func (s *Service) ImportBundles(ctx context.Context, by perm.Actor, name string, content []byte, dryRun bool) (rep measure.ImportReport, err error) {
	defer fault.Wrap(&err, "indicators.ImportBundles(%s)", name)
	defer func() { byRow(rep.Findings) }()
	if err := by.May(ruleDefine, perm.On{}); err != nil {
		return rep, err
	}
	records, err := readYAML(content, bundleColumns)
	if err := asFindings(&rep, err); err != nil || len(rep.Findings) > 0 {
		return rep, err
	}
	rep.Read = len(records)
	known := map[string]Bundle{}
	for _, b := range s.now.Load().bundles {
		b.Row = 0
		known[b.Code] = b
	}
	var todo []Bundle
	for _, r := range records {
		b := r.bundle()
		var list fault.Findings
		if err := s.checkBundle(ctx, by, b); errors.As(err, &list) {
			for _, f := range list {
				f.Row = r.line
				rep.Findings = append(rep.Findings, f)
			}
			rep.Rejected++
			continue
		}
		old, exists := known[b.Code]
		switch {
		case !exists:
			rep.Created++
		case fmt.Sprint(old) == fmt.Sprint(b):
			rep.Unchanged++
			continue
		default:
			rep.Updated++
		}
		todo = append(todo, b)
	}
	if dryRun || len(rep.Findings) > 0 {
		return rep, nil
	}
	if len(todo) == 0 {
		rep.Written = true
		return rep, nil
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		for _, b := range todo {
			if err := s.saveBundle(tx, b); err != nil {
				return err
			}
		}
		return nil
	})
	rep.Written = err == nil
	return rep, err
}

// ExportIndicators writes all definitions, the whole history, as rows of the import's columns.
func (s *Service) ExportIndicators(reader perm.Actor) (columns []string, rows [][]string, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, nil, err
	}
	for _, i := range s.now.Load().list {
		for _, d := range i.Versions {
			rows = append(rows, []string{i.Code, i.Name, d.Formula, d.Format.String(), fmt.Sprint(d.Digits), string(d.Direction), string(d.Rollup),
				d.From.String(), i.NameEN, d.Unit, d.UnitEN, i.Force, fmt.Sprint(i.Order), fmt.Sprint(d.MinCoverage), d.Source, d.Note, d.Why, d.Effort})
		}
	}
	return indicatorColumns, rows, nil
}

// ExportTargets writes the targets in force as rows of the import's columns.
func (s *Service) ExportTargets(reader perm.Actor) (columns []string, rows [][]string, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, nil, err
	}
	b := s.now.Load()
	today := s.units.Today()
	for _, i := range b.list {
		for _, t := range b.targets[i.Code] {
			if t.Ended != "" {
				continue
			}
			unit := today.Code(t.Unit)
			if u, ok := s.units.Register().Unit(t.Unit); unit == "" && ok {
				unit = u.Code
			}
			rows = append(rows, []string{t.Indicator, unit, t.Period.String(), string(t.Comparator), t.Value, t.Upper, t.Base, t.Margin, t.Source, t.Why})
		}
	}
	return targetColumns, rows, nil
}

// ExportBundles writes all bundles as YAML that can be imported again.
func (s *Service) ExportBundles(reader perm.Actor) ([]byte, error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	type member struct {
		Claim     string `yaml:"claim"`
		Indicator string `yaml:"indicator,omitempty"`
		Task      string `yaml:"task,omitempty"`
		Text      string `yaml:"text,omitempty"`
		TextEN    string `yaml:"text_en,omitempty"`
	}
	type bundle struct {
		Code    string   `yaml:"code"`
		Name    string   `yaml:"name"`
		NameEN  string   `yaml:"name_en,omitempty"`
		Order   int      `yaml:"order"`
		Front   bool     `yaml:"front"`
		Note    string   `yaml:"note,omitempty"`
		Source  string   `yaml:"source,omitempty"`
		Members []member `yaml:"members"`
	}
	var out []bundle
	for _, b := range s.now.Load().bundles {
		x := bundle{b.Code, b.Name, b.NameEN, b.Order, b.OnFront, b.Note, b.Source, nil}
		for _, m := range b.Members {
			x.Members = append(x.Members, member{string(m.Claim), m.Indicator, m.Task, m.Text, m.TextEN})
		}
		out = append(out, x)
	}
	return yaml.Marshal(out)
}

// FindUnit reads a unit as people write it: a code of 6, 9 or 12 digits, a functional code, or
// the exact name; empty text is the root.
func (s *Service) FindUnit(text string, on period.Day) (org.UnitID, error) {
	if strings.TrimSpace(text) == "" {
		root := s.units.Register().On(on).Root(org.Territorial)
		if root == 0 {
			return 0, fault.New(fault.Missing, "还没有行政区划；请先导入单位（kaiyang import units 文件）")
		}
		return root, nil
	}
	return s.units.Register().Find(text, on)
}
