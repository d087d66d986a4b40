package assessment

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/sheet"
	"kaiyang/internal/platform/words"
)

// mostFile bounds a file of items, in bytes.
const mostFile = 1 << 20

// columnOf knows the heads of a file: those of the export in both languages, and their keys. The
// columns that only help people are passed over.
func columnOf(head string) (key string, ok bool) {
	known := []struct{ key, chinese string }{{"code", headCode}, {"", headName}, {"weight", headWeight}, {"", headShare}, {"direction", headWay}, {"floor", headFloor}, {"target", headTarget}}
	head = strings.TrimSpace(sheet.Unguard(head))
	for _, k := range known {
		for _, l := range []words.Lang{words.Chinese, words.English} {
			if name := words.T(l, k.chinese); strings.EqualFold(head, name) || strings.HasPrefix(head, name+"（") || strings.HasPrefix(head, name+" (") {
				return k.key, true
			}
		}
		if k.key != "" && strings.EqualFold(head, k.key) {
			return k.key, true
		}
	}
	return "", head == ""
}

// readItems reads the items of a CSV file or of the first sheet of a workbook; all faults come at
// once.
func readItems(name string, content []byte) (items []Item, rows []int, err error) {
	lines, numbers, err := linesOf(name, content)
	if err != nil {
		return nil, nil, err
	}
	var all fault.Findings
	at := map[string]int{}
	for i, h := range lines[0] {
		key, ok := columnOf(h)
		if !ok {
			all = append(all, fault.Finding{Row: numbers[0], Value: h, Rule: "column", Format: "不认识的列“%s”；可用的列：%s", Args: []any{h, strings.Join([]string{headCode, headWeight, headWay, headFloor, headTarget}, "、")}})
		}
		if key != "" {
			at[key] = i
		}
	}
	for _, k := range []struct{ key, head string }{{"code", headCode}, {"weight", headWeight}, {"floor", headFloor}, {"target", headTarget}} {
		if _, ok := at[k.key]; !ok {
			all = append(all, fault.Finding{Row: numbers[0], Rule: "column", Format: "缺少列“%s”；请补上", Args: []any{fault.Word(k.head)}})
		}
	}
	if len(all) > 0 {
		return nil, nil, all
	}
	for i, cells := range lines[1:] {
		get := func(key string) string {
			if k, ok := at[key]; ok && k < len(cells) {
				return measure.Halfwidth(strings.TrimSpace(sheet.Unguard(cells[k])))
			}
			return ""
		}
		it := Item{Code: get("code"), Weight: get("weight"), Floor: get("floor"), Target: get("target"), Higher: true}
		if it == (Item{Higher: true}) || it == (Item{Code: it.Code, Higher: true}) && !measure.ValidCode(it.Code) {
			continue // empty, or a note below the table of a download
		}
		switch way := get("direction"); way {
		case "", "up", "越高越好", words.T(words.English, "越高越好"):
		case "down", "越低越好", words.T(words.English, "越低越好"):
			it.Higher = false
		default:
			all = append(all, fault.Finding{Row: numbers[i+1], Value: way, Rule: "direction", Format: "方向“%s”应为 越高越好 或 越低越好", Args: []any{way}})
		}
		items, rows = append(items, it), append(rows, numbers[i+1])
	}
	return items, rows, all.Err()
}

func linesOf(name string, content []byte) (lines [][]string, numbers []int, err error) {
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".csv", ".txt":
		list, _, err := sheet.ReadCSV(bytes.NewReader(content))
		if err != nil {
			return nil, nil, err
		}
		for _, r := range list {
			lines, numbers = append(lines, r.Cells), append(numbers, r.Line)
		}
	case ".xlsx":
		b, err := sheet.OpenBytes(content, sheet.Limits{File: mostFile})
		if err != nil {
			return nil, nil, err
		}
		head := false
		err = b.Rows(b.Sheets()[0], func(row int, values []sheet.Value) error {
			cells := make([]string, len(values))
			for i, v := range values {
				cells[i] = v.Text
			}
			// A download has its title above the heads.
			head = head || slices.ContainsFunc(cells, func(c string) bool { k, _ := columnOf(c); return k == "code" })
			if head {
				lines, numbers = append(lines, cells), append(numbers, row)
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	case ".xls", ".et":
		return nil, nil, fault.New(fault.Invalid, "“%s”是旧格式；请另存为 .xlsx 后再传", name)
	default:
		return nil, nil, fault.New(fault.Invalid, "“%s”不是 .csv 或 .xlsx 文件；请另存后再传", name)
	}
	if len(lines) == 0 {
		return nil, nil, fault.New(fault.Invalid, "文件里没有表头；第 1 行应有“指标代码”“权重”“底线值”“目标值”")
	}
	return lines, numbers, nil
}
