package returns

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// The file of forms. Units are written by code (or exact name), periods and days in their
// canonical form.
//
//	forms:
//	  - code: YB1
//	    name: 禁毒工作月报
//	    name_en: Monthly report            # optional
//	    force: ZB4                         # task force that owns the form and reviews it
//	    approval: 开禁办〔2018〕1号          # or no_approval: why there is no number
//	    purpose: 掌握每月禁毒工作情况        # optional
//	    contact: 禁毒办 0851-00000000      # optional
//	    grain: month                       # half-month, month, quarter, half-year, year
//	    from: 2018-01                      # first period of this version
//	    units:
//	      kind: township                   # all units of a kind …
//	      under: "520121"                  # … at or beneath one; empty: of the whole tree
//	      include: [{unit: DEP-GA, from: 2018-01-01, to: 2018-06-30}]
//	      exclude: [{unit: "520121100"}]
//	    subjects: village                  # rows: units of a level beneath; empty: the unit itself
//	    due: {days: 5, working: true}      # after the end of the period
//	    orientation: auto                  # auto, columns, rows
//	    jump: {factor: "3", threshold: 20} # against the unit's own history; factor 0: off
//	    items:
//	      - element: N8
//	        categories: total              # total, all, all+total, one category, or a list
//	        section: 查处                   # worksheet; optional
//	        required: true
//	        min: "0"
//	        max: "500"
//	        jump: {factor: "0"}
//	        repeat: 为什么重复采集           # if another form asks the same units for it
//	        hint: 按人次统计
//	    rules:
//	      - code: R1
//	        left: N3
//	        op: ">="
//	        right: N4
//	        severity: hard                 # hard, soft, info
//	        missing: skip                  # skip, skip-all, zero
//	        over: row                      # row, total
//	        message: 打击犯罪嫌疑人不少于打击零包贩毒
//	    reason: 按县禁毒委 2018 年任务调整    # why this version; optional
type yamlFile struct {
	Forms []yamlForm `yaml:"forms"`
}

type yamlForm struct {
	Code       string     `yaml:"code"`
	Name       string     `yaml:"name"`
	NameEN     string     `yaml:"name_en,omitempty"`
	Force      string     `yaml:"force"`
	Approval   string     `yaml:"approval,omitempty"`
	NoApproval string     `yaml:"no_approval,omitempty"`
	Purpose    string     `yaml:"purpose,omitempty"`
	Contact    string     `yaml:"contact,omitempty"`
	Grain      string     `yaml:"grain"`
	From       string     `yaml:"from"`
	Units      yamlUnits  `yaml:"units"`
	Subjects   string     `yaml:"subjects,omitempty"`
	Due        yamlDue    `yaml:"due"`
	Turn       string     `yaml:"orientation,omitempty"`
	Jump       *yamlJump  `yaml:"jump,omitempty"`
	Items      []yamlItem `yaml:"items"`
	Rules      []yamlRule `yaml:"rules,omitempty"`
	Reason     string     `yaml:"reason,omitempty"`
}

type yamlUnits struct {
	Kind    string      `yaml:"kind,omitempty"`
	Under   string      `yaml:"under,omitempty"`
	Include []yamlDated `yaml:"include,omitempty"`
	Exclude []yamlDated `yaml:"exclude,omitempty"`
}

type yamlDated struct {
	Unit string `yaml:"unit"`
	From string `yaml:"from,omitempty"`
	To   string `yaml:"to,omitempty"`
}

type yamlDue struct {
	Days    int  `yaml:"days"`
	Working bool `yaml:"working,omitempty"`
}

type yamlJump struct {
	Factor    string `yaml:"factor"`
	Threshold int64  `yaml:"threshold,omitempty"`
}

type yamlItem struct {
	Element    string    `yaml:"element"`
	Categories any       `yaml:"categories,omitempty"`
	Section    string    `yaml:"section,omitempty"`
	Required   bool      `yaml:"required,omitempty"`
	Min        string    `yaml:"min,omitempty"`
	Max        string    `yaml:"max,omitempty"`
	Jump       *yamlJump `yaml:"jump,omitempty"`
	Repeat     string    `yaml:"repeat,omitempty"`
	Hint       string    `yaml:"hint,omitempty"`
}

type yamlRule struct {
	Code     string `yaml:"code"`
	Left     string `yaml:"left"`
	Op       string `yaml:"op"`
	Right    string `yaml:"right"`
	Severity string `yaml:"severity"`
	Missing  string `yaml:"missing,omitempty"`
	Over     string `yaml:"over,omitempty"`
	Message  string `yaml:"message,omitempty"`
}

// ImportForms reads a file of forms and makes new ones or new versions, all or none. The report
// has every fault; Sheet of a finding is the code of its form.
func (s *Service) ImportForms(ctx context.Context, actor perm.Actor, name string, r io.Reader, dryRun bool) (rep measure.ImportReport, err error) {
	defer fault.Wrap(&err, "returns.ImportForms(%s)", name)
	list, found, err := s.parseForms(name, r)
	if err != nil {
		return rep, err
	}
	return s.importForms(ctx, actor, list, found, dryRun)
}

func (s *Service) parseForms(name string, r io.Reader) ([]*Form, fault.Findings, error) {
	var file yamlFile
	err := yaml.NewDecoder(r, yaml.Strict()).Decode(&file)
	switch {
	case errors.Is(err, io.EOF):
		return nil, nil, fault.New(fault.Invalid, "文件 %s 是空的；请按导出的样式填写", name)
	case err != nil:
		line, col := 0, 0
		var at yaml.Error
		if errors.As(err, &at) && at.GetToken() != nil && at.GetToken().Position != nil {
			line, col = at.GetToken().Position.Line, at.GetToken().Position.Column
		}
		if line > 0 {
			return nil, nil, fault.Because(err, fault.Invalid, "文件 %s 第 %d 行第 %d 列读不懂；请检查缩进、引号和字段名，字段名与导出的样式一致", name, line, col)
		}
		return nil, nil, fault.Because(err, fault.Invalid, "文件 %s 不是有效的 YAML；请检查缩进、引号和字段名，字段名与导出的样式一致", name)
	case len(file.Forms) == 0:
		return nil, nil, fault.New(fault.Invalid, "文件 %s 没有 forms 一节，或其中没有报表；请按导出的样式填写", name)
	}
	var list []*Form
	var found fault.Findings
	for _, y := range file.Forms {
		f, bad := s.fromYAML(y)
		list = append(list, f)
		found = append(found, bad...)
	}
	return list, found, nil
}

// fromYAML turns a written form into a Form; what its check finds later is not repeated here.
func (s *Service) fromYAML(y yamlForm) (*Form, fault.Findings) {
	f := &Form{Code: y.Code, Name: y.Name, NameEN: y.NameEN, Approval: y.Approval, NoApproval: y.NoApproval, Purpose: y.Purpose, Contact: y.Contact,
		Due: Due(y.Due), Turn: Turn(strings.TrimPrefix(y.Turn, "auto")), Reason: y.Reason}
	var list fault.Findings
	bad := func(field string, row int, err error) {
		list = append(list, fault.Finding{Sheet: y.Code, Field: field, Row: row, Rule: "form", Format: "%s", Args: []any{err}})
	}
	var err error
	if f.Grain, err = period.ParseGrain(y.Grain); err != nil {
		bad("grain", 0, err)
	}
	if f.From, err = period.Parse(y.From); err != nil {
		bad("from", 0, err)
	}
	day := s.today()
	if !f.From.IsZero() {
		day = f.From.Last()
	}
	unit := func(field, text string) org.UnitID {
		if text == "" {
			return 0
		}
		id, err := s.findUnit(text, day)
		if err != nil {
			bad(field, 0, err)
		}
		return id
	}
	f.Force = unit("force", y.Force)
	f.Units.Kind, f.Units.Under = org.Kind(y.Units.Kind), unit("units", y.Units.Under)
	dated := func(in []yamlDated) (out []Dated) {
		for _, d := range in {
			x := Dated{Unit: unit("units", d.Unit)}
			for _, p := range []struct {
				text string
				day  *period.Day
			}{{d.From, &x.From}, {d.To, &x.To}} {
				if p.text == "" {
					continue
				}
				if *p.day, err = period.ParseDay(p.text); err != nil {
					bad("units", 0, err)
				}
			}
			out = append(out, x)
		}
		return out
	}
	f.Units.Include, f.Units.Exclude = dated(y.Units.Include), dated(y.Units.Exclude)
	if y.Subjects != "" && y.Subjects != "self" {
		if f.Subjects, err = org.ParseLevel(y.Subjects); err != nil {
			bad("subjects", 0, err)
		}
	}
	jump := func(row int, j *yamlJump) (out Jump) {
		if j == nil {
			return Jump{}
		}
		h, err := measure.ParseValue(cmp.Or(j.Factor, "0"), 2)
		if err != nil {
			bad("jump", row, err)
		}
		return Jump{Hundredths: int(h), Threshold: j.Threshold}
	}
	f.Jump = jump(0, y.Jump)
	for i, it := range y.Items {
		x := Item{Element: it.Element, Section: it.Section, Required: it.Required, Min: it.Min, Max: it.Max, Repeat: it.Repeat, Hint: it.Hint}
		if it.Jump != nil {
			j := jump(i+1, it.Jump)
			x.Jump = &j
		}
		x.Categories = s.categories(it.Element, it.Categories)
		f.Items = append(f.Items, x)
	}
	for _, r := range y.Rules {
		x := Rule{Code: r.Code, Left: r.Left, Op: r.Op, Right: r.Right, Severity: Severity(r.Severity), Gap: Gap(r.Missing), Total: r.Over == "total", Message: r.Message}
		if x.Gap == "" {
			x.Gap = SkipAny
		}
		f.Rules = append(f.Rules, x)
	}
	return f, list
}

func (s *Service) findUnit(text string, day period.Day) (org.UnitID, error) {
	reg := s.units.Register()
	if id, ok := reg.ByCodeOn(text, day); ok {
		return id, nil
	}
	return reg.Find(text, day)
}

// categories reads what is asked of an element: total, all, all+total, one category or a list.
func (s *Service) categories(element string, asked any) []measure.Category {
	e, _ := s.facts.Catalogue().Name(element)
	switch asked := asked.(type) {
	case nil:
		return []measure.Category{""}
	case []any:
		var out []measure.Category
		for _, a := range asked {
			text, _ := a.(string)
			out = append(out, s.categories(element, text)...)
		}
		return out
	case string:
		switch strings.ReplaceAll(asked, " ", "") {
		case "", "total":
			return []measure.Category{""}
		case "all":
			return e.Scheme.All()
		case "all+total", "total+all":
			return append([]measure.Category{""}, e.Scheme.All()...)
		}
		return []measure.Category{measure.Category(asked)}
	}
	return nil
}

// ExportForms writes the newest version of every form, or of the named ones, as a file that
// ImportForms reads; importing it again changes nothing.
func (s *Service) ExportForms(w io.Writer, codes ...string) error {
	var file yamlFile
	for _, f := range s.Forms() {
		if len(codes) == 0 || slices.Contains(codes, f.Code) {
			file.Forms = append(file.Forms, s.toYAML(f))
		}
	}
	return yaml.NewEncoder(w, yaml.IndentSequence(true)).Encode(file)
}

func (s *Service) toYAML(f *Form) yamlForm {
	y := yamlForm{Code: f.Code, Name: f.Name, NameEN: f.NameEN, Force: s.code(f.Force), Approval: f.Approval, NoApproval: f.NoApproval,
		Purpose: f.Purpose, Contact: f.Contact, Grain: f.Grain.String(), From: f.From.String(), Due: yamlDue(f.Due), Turn: string(f.Turn)}
	y.Units.Kind = string(f.Units.Kind)
	if f.Units.Under != 0 {
		y.Units.Under = s.code(f.Units.Under)
	}
	dated := func(in []Dated) (out []yamlDated) {
		for _, d := range in {
			out = append(out, yamlDated{s.code(d.Unit), d.From.String(), d.To.String()})
		}
		return out
	}
	y.Units.Include, y.Units.Exclude = dated(f.Units.Include), dated(f.Units.Exclude)
	y.Subjects = f.Subjects.String()
	if f.Jump.Hundredths > 0 {
		y.Jump = &yamlJump{f.Jump.factor(), f.Jump.Threshold}
	}
	for _, it := range f.Items {
		x := yamlItem{Element: it.Element, Section: it.Section, Required: it.Required, Min: it.Min, Max: it.Max, Repeat: it.Repeat, Hint: it.Hint,
			Categories: s.askedText(it)}
		if it.Jump != nil {
			x.Jump = &yamlJump{it.Jump.factor(), it.Jump.Threshold}
		}
		y.Items = append(y.Items, x)
	}
	for _, r := range f.Rules {
		over := "row"
		if r.Total {
			over = "total"
		}
		y.Rules = append(y.Rules, yamlRule{r.Code, r.Left, r.Op, r.Right, string(r.Severity), string(r.Gap), over, r.Message})
	}
	return y
}

// askedText writes the categories of an item as briefly as can be.
func (s *Service) askedText(it Item) any {
	e, _ := s.facts.Catalogue().Code(it.Element)
	all := e.Scheme.All()
	switch {
	case slices.Equal(it.Categories, []measure.Category{""}):
		return "total"
	case len(all) > 0 && slices.Equal(it.Categories, all):
		return "all"
	case slices.Equal(it.Categories, append([]measure.Category{""}, all...)):
		return "all+total"
	}
	out := make([]string, len(it.Categories))
	for i, c := range it.Categories {
		out[i] = string(c)
		if c == "" {
			out[i] = "total"
		}
	}
	return out
}

// factor writes the factor of a jump as a decimal.
func (j Jump) factor() string {
	if j.Hundredths == 0 {
		return "0"
	}
	return measure.Decimal(int64(j.Hundredths), 2)
}

// intText writes a number for a form's field.
func intText(n int64) string { return strconv.FormatInt(n, 10) }
