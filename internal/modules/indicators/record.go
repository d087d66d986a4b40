package indicators

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sheet"
)

// A record is one entry of a file of definitions: its line and its fields by column name.
type record struct {
	line   int
	fields map[string]string
	// members of a bundle, YAML only
	members []map[string]string
}

func (r record) get(name string) string { return strings.TrimSpace(r.fields[name]) }

// has tells whether the file speaks of a field at all.
func (r record) has(name string) bool { _, ok := r.fields[name]; return ok }

func (r record) finding(field, rule, format string, args ...any) fault.Finding {
	return fault.Finding{Row: r.line, Field: field, Value: r.fields[field], Rule: rule, Format: format, Args: args}
}

// readRecords reads CSV (a header row, then one row an entry) or YAML (a list of entries), by the
// end of the file's name. known are the columns that may appear, needed those that must.
func readRecords(name string, content []byte, known, needed []string) ([]record, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml":
		return readYAML(content, known)
	case ".csv", ".txt", "":
		return readCSV(content, known, needed)
	}
	return nil, fault.New(fault.Invalid, "不认识文件 %s 的类型；请用 .csv 或 .yaml", name)
}

func readCSV(content []byte, known, needed []string) ([]record, error) {
	rows, _, err := sheet.ReadCSV(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.New(fault.Invalid, "文件是空的；第一行应为列名：%s", strings.Join(known, ","))
	}
	var all fault.Findings
	head := make([]string, len(rows[0].Cells))
	has := map[string]bool{}
	for i, c := range rows[0].Cells {
		head[i] = strings.ToLower(strings.TrimSpace(c))
		if head[i] == "" {
			continue
		}
		if !contains(known, head[i]) {
			all = append(all, fault.Finding{Row: rows[0].Line, Field: head[i], Value: c, Rule: "unknown-column", Format: "不认识列“%s”；可用的列：%s", Args: []any{c, strings.Join(known, ",")}})
		}
		has[head[i]] = true
	}
	for _, n := range needed {
		if !has[n] {
			all = append(all, fault.Finding{Row: rows[0].Line, Field: n, Rule: "missing-column", Format: "缺少列“%s”；请在第一行补上", Args: []any{n}})
		}
	}
	if len(all) > 0 {
		return nil, all
	}
	var out []record
	for _, row := range rows[1:] {
		r := record{line: row.Line, fields: map[string]string{}}
		empty := true
		for i, c := range row.Cells {
			if i < len(head) && head[i] != "" {
				r.fields[head[i]] = c
				empty = empty && strings.TrimSpace(c) == ""
			}
		}
		if !empty {
			out = append(out, r)
		}
	}
	return out, nil
}

func readYAML(content []byte, known []string) ([]record, error) {
	file, err := parser.ParseBytes(content, 0)
	if err != nil {
		return nil, fault.Because(err, fault.Invalid, "YAML 写法不对：%s", yaml.FormatError(err, false, false))
	}
	var out []record
	var all fault.Findings
	for _, doc := range file.Docs {
		list, ok := doc.Body.(*ast.SequenceNode)
		if !ok {
			return nil, fault.New(fault.Invalid, "YAML 文件应是一个列表，每个条目以“- code: …”开头")
		}
		for _, item := range list.Values {
			r := record{line: item.GetToken().Position.Line, fields: map[string]string{}}
			var raw map[string]any
			if err := yaml.NodeToValue(item, &raw); err != nil {
				all = append(all, r.finding("", "entry", "条目应是“名称: 值”的形式"))
				continue
			}
			for k, v := range raw {
				k = strings.ToLower(k)
				if !contains(known, k) {
					all = append(all, r.finding(k, "unknown-column", "不认识列“%s”；可用的列：%s", k, strings.Join(known, ",")))
					continue
				}
				if k == "members" {
					list, _ := v.([]any)
					for _, m := range list {
						entry := map[string]string{}
						fields, _ := m.(map[string]any)
						for f, x := range fields {
							entry[strings.ToLower(f)] = plain(x)
						}
						r.members = append(r.members, entry)
					}
					continue
				}
				r.fields[k] = plain(v)
			}
			out = append(out, r)
		}
	}
	return out, all.Err()
}

func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// The columns of the three kinds of files. Indicators: DESIGN §7, and what else a definition has.
var (
	indicatorColumns = []string{"code", "name", "formula", "format", "digits", "direction", "rollup", "from",
		"name_en", "unit", "unit_en", "force", "order", "min_coverage", "source", "note", "why", "effort"}
	indicatorNeeded = []string{"code", "name", "formula"}
	targetColumns   = []string{"indicator", "unit", "period", "comparator", "value", "upper", "base", "margin", "source", "why"}
	targetNeeded    = []string{"indicator", "unit", "period", "comparator"}
	bundleColumns   = []string{"code", "name", "name_en", "order", "note", "source", "front", "members"}
)

// draft reads a record of an indicator; from is its first day where the file gives none.
func (r record) draft(from period.Day) (Draft, fault.Findings) {
	var all fault.Findings
	number := func(field string, otherwise int) int {
		s := r.get(field)
		if s == "" {
			return otherwise
		}
		n, err := strconv.Atoi(measure.Halfwidth(s))
		if err != nil {
			all = append(all, r.finding(field, "number", "“%s”应为整数", s))
		}
		return n
	}
	d := Draft{Code: r.get("code"), Name: r.get("name"), NameEN: r.get("name_en"), Force: r.get("force"), Order: number("order", 0),
		Definition: Definition{From: from, Formula: r.get("formula"), Digits: number("digits", 0), Direction: Direction(r.get("direction")),
			Unit: r.get("unit"), UnitEN: r.get("unit_en"), MinCoverage: number("min_coverage", 100), Source: r.get("source"), Note: r.get("note"), Why: r.get("why"), Effort: r.get("effort")}}
	if d.Definition.Direction == "" {
		d.Definition.Direction = Neutral
	}
	var err error
	if d.Definition.Format, err = formula.ParseFormat(r.get("format")); err != nil {
		all = append(all, r.finding("format", "format", "%s", fault.Word(fault.Say(err, nil))))
	}
	var ok bool
	if d.Definition.Rollup, ok = formula.ParseRollup(r.get("rollup")); !ok {
		all = append(all, r.finding("rollup", "rollup", "汇总方式应为 operands（分子分母分别汇总）、children（下级结果相加）或 none（不汇总）"))
	}
	if s := r.get("from"); s != "" {
		if day, err := period.ParseDay(s); err == nil {
			d.Definition.From = day
		} else {
			all = append(all, r.finding("from", "day", "“%s”不是日期；请写成 2018-01-01", s))
		}
	}
	return d, all
}

// target reads a record of a target.
func (r record) target(find func(string, period.Day) (org.UnitID, error)) (Target, fault.Findings) {
	var all fault.Findings
	t := Target{Indicator: r.get("indicator"), Value: r.get("value"), Upper: r.get("upper"), Base: r.get("base"), Margin: r.get("margin"),
		Source: r.get("source"), Why: r.get("why")}
	var err error
	if t.Period, err = period.Parse(r.get("period")); err != nil {
		all = append(all, r.finding("period", "period", "“%s”不是期别；可写 2018、2018-Q1、2018-03 等", r.get("period")))
	} else if t.Unit, err = find(r.get("unit"), t.Period.Last()); err != nil {
		all = append(all, r.finding("unit", "unknown-unit", "没有单位“%s”；请写单位代码或全称", r.get("unit")))
	}
	if t.Comparator, err = ParseComparator(r.get("comparator")); err != nil {
		all = append(all, r.finding("comparator", "comparator", "没有比较方式“%s”；可用 ≥、>、≤、<、=0、rises（上升）、falls（下降）、range（区间）", r.get("comparator")))
	}
	return t, all
}

// bundle reads a record of a bundle.
func (r record) bundle() Bundle {
	b := Bundle{Code: r.get("code"), Name: r.get("name"), NameEN: r.get("name_en"), Note: r.get("note"), Source: r.get("source"),
		OnFront: r.get("front") == "true" || r.get("front") == "1"}
	b.Order, _ = strconv.Atoi(r.get("order"))
	for k, m := range r.members {
		b.Members = append(b.Members, BundleMember{Order: k + 1, Claim: Claim(m["claim"]), Indicator: m["indicator"], Task: m["task"], Text: m["text"], TextEN: m["text_en"]})
	}
	return b
}
