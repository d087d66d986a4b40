package facts

import (
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
)

// This file holds the words that people write into files: headers and the names of choices.

// Elements as files
//
// CSV (or a worksheet of the same shape) has a header with these columns in any order; the Chinese
// headers in brackets are accepted as well:
//
//	code [代码]            letter, then letters, digits, _ and . (40 at most); one namespace with indicators
//	name [名称]            Chinese name
//	name_en [英文名称]     may be empty
//	kind [类型]            flow 流量 · stock 存量 · point 点值
//	grain [粒度]           half-month, month, quarter, half-year or year; a change on 1 January of a
//	                       year is added as "month;2019=quarter"
//	level [层级]           province, city, county, township, village or functional: where it is reported
//	scale [小数位]         decimals kept, 0 to 6; empty is 0
//	min [最小值]           least value allowed; empty is 0, so that a count is never negative
//	max [最大值]           most allowed; empty is no limit of its own
//	unit [计量单位]        人次
//	unit_en [英文计量单位] may be empty
//	scheme [分类方式]      empty, partition 划分 or overlapping 可重叠
//	dimensions [分类]      "年龄=<25|>=25;毒品=传统|合成": dimensions divided by ";", labels by "|"
//	dimensions_en [英文分类] the same shape in English, "Age=under 25|25 and over;Drug=…"; may be empty
//	persons [计人]         1 or 是 if the element counts persons, whose small counts are withheld
//	force [专班]           code of the owning task force; may be empty
//	source [来源]          source document
//	note [说明]            free text
//
// Needed are code, name, kind, grain and level. A column that is not in the file leaves what the
// element had; an empty cell empties it. YAML is a list, or a mapping with the one key "elements",
// of mappings with the same keys; there dimensions may also be a list of
// {name, name_en, labels: [text or {name, name_en}]}.
var elementFields = []field{
	{"code", []string{"代码"}, true}, {"name", []string{"名称"}, true}, {"name_en", []string{"英文名称"}, false},
	{"kind", []string{"类型"}, true}, {"grain", []string{"粒度"}, true}, {"level", []string{"层级"}, true},
	{"scale", []string{"小数位"}, false}, {"unit", []string{"计量单位"}, false}, {"unit_en", []string{"英文计量单位"}, false},
	{"scheme", []string{"分类方式"}, false}, {"dimensions", []string{"分类"}, false}, {"dimensions_en", []string{"英文分类"}, false},
	{"persons", []string{"计人"}, false}, {"force", []string{"专班"}, false}, {"source", []string{"来源"}, false}, {"note", []string{"说明"}, false},
	{"min", []string{"最小值"}, false}, {"max", []string{"最大值"}, false},
}

// Facts as files
//
// CSV (UTF-8 with or without mark, UTF-16, GB18030) or a worksheet with a header of these columns in
// any order, by their English or Chinese names (DESIGN §7):
//
//	element 数据项   code or name
//	category 分类    "年龄=<25;毒品=合成", or the label alone where there is one dimension; empty is the
//	                 total; the column may be missing
//	unit 单位        code of 6, 9 or 12 digits, functional code, or name
//	period 期        2018, 2018-Q1, 2018-03, 2018-03a, or the usual Chinese ways of saying it
//	value 数值       a number with at most as many decimals as the element keeps; blank is missing: such
//	                 a row is counted and changes nothing
var factFields = []field{
	{"element", []string{"数据项", "数据项代码", "代码"}, true}, {"category", []string{"分类", "类别"}, false},
	{"unit", []string{"单位", "单位代码", "填报单位"}, true}, {"period", []string{"期", "期别", "期间"}, true}, {"value", []string{"数值", "值"}, true},
}

// totals are the words for rows that repeat what is above them.
var totals = map[string]bool{"合计": true, "总计": true, "小计": true, "全县合计": true, "全县": true}

// parseKind reads a kind as files and pages write it.
func parseKind(s string) (measure.Kind, bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "flow", "流量":
		return measure.Flow, true
	case "stock", "存量":
		return measure.Stock, true
	case "point", "点值":
		return measure.Point, true
	}
	return measure.Kind(s), false
}

// parseScheme reads a kind of scheme; empty is none.
func parseScheme(s string) (measure.SchemeKind, bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "none", "无":
		return measure.NoScheme, true
	case "partition", "划分":
		return measure.Partition, true
	case "overlapping", "可重叠", "重叠":
		return measure.Overlapping, true
	}
	return "", false
}

// parseLevel reads a reporting level by its code or its usual names.
func parseLevel(s string) (org.Level, error) {
	for _, l := range org.Levels() {
		if s == l.Text() {
			return l, nil
		}
	}
	switch s {
	case "乡镇", "乡", "镇", "街道":
		return org.LevelTownship, nil
	case "村", "社区", "村居":
		return org.LevelVillage, nil
	case "部门":
		return org.LevelFunctional, nil
	}
	return org.ParseLevel(strings.ToLower(s))
}

// parseTruth reads yes and no as files write them.
func parseTruth(s string) (bool, bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "0", "no", "false", "n", "否", "f":
		return false, true
	case "1", "yes", "true", "y", "是", "t", "√":
		return true, true
	}
	return false, false
}

// guess proposes what a header means; the person confirms it.
func guess(h string, cat *measure.Catalogue) string {
	if f := knownHead(cleanHead(h), factFields); f != "" {
		return f
	}
	// Ledgers often write the unit of measure behind the name: 查处吸毒人员（人次）.
	name, _, _ := strings.Cut(measure.Halfwidth(h), "(")
	for _, n := range []string{h, strings.TrimSpace(name)} {
		if e, ok := cat.Name(n); ok && n != "" {
			return "value:" + e.Code
		}
	}
	switch {
	case strings.Contains(h, "乡镇"), strings.Contains(h, "村"), strings.Contains(h, "部门"), strings.Contains(h, "单位"):
		return "unit"
	case strings.Contains(h, "月份"), strings.Contains(h, "时间"):
		return "period"
	}
	return ""
}

// yearSign may follow a year.
const yearSign = "年"
