package sheet

import (
	"strings"

	"kaiyang/internal/core/fault"
)

// Verify tells whether a filled workbook is this form: the same template, version, period and
// unit (XLS-05), all its sheets there, and no header, code or label changed. A wrong form is
// one sentence; changed cells are Findings, all of them.
func (f *Form) Verify(b *Book) error {
	meta := b.Meta()
	if meta == nil {
		return fault.New(fault.Invalid, "这个工作簿不是系统下发的表格（找不到模板标识）；请下载本期表格，把数据填进去后上传")
	}
	for _, k := range f.metaKeys() {
		if meta[k] != f.Meta[k] {
			return fault.New(fault.Invalid, "表格的%s是“%s”，此处需要“%s”；请下载对应的表格填写后上传", fault.Word(metaWord(k)), meta[k], f.Meta[k])
		}
	}
	var list fault.Findings
	missing := map[string]bool{}
	for i := range f.Sheets {
		if name := f.Sheets[i].Name; !b.Has(name) {
			missing[name] = true
			list = append(list, fault.Finding{Sheet: name, Rule: "sheet-missing",
				Format: "工作表被删除或改名；请重新下载表格填写，不要增删或改名工作表"})
		}
	}
	var failed error
	f.fixedCells(func(sheet, cell, text string) {
		if missing[sheet] || failed != nil || text == "" {
			return
		}
		v, err := b.Cell(sheet, cell)
		if err != nil {
			failed = err
			return
		}
		if oneLine(v.Text) != oneLine(text) {
			finding := fault.Finding{Sheet: sheet, Cell: cell, Value: v.Text, Rule: "template-changed",
				Format: "这里应是“%s”，已被改动；请勿改动表头和代码、增删行列，请重新下载表格填写", Args: []any{text}}
			if _, row, ok := ParseAddress(cell); ok {
				finding.Row = row
			}
			list = append(list, finding)
		}
	})
	if failed != nil {
		return failed
	}
	if err := list.Err(); err != nil {
		return err
	}
	if meta[checksumKey] != f.Checksum() {
		return fault.New(fault.Invalid, "表格的模板内容与现行模板不一致；请下载本期表格重新填写")
	}
	return nil
}

// oneLine makes texts comparable whatever line breaks and outer blanks a program has saved.
func oneLine(s string) string {
	return clean(strings.ReplaceAll(s, "\r", ""))
}

func metaWord(key string) string {
	switch key {
	case "template":
		return "模板"
	case "version":
		return "版本"
	case "period":
		return "期别"
	case "unit":
		return "单位"
	}
	return key
}
