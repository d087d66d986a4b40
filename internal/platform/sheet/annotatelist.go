package sheet

import (
	"fmt"
	"strconv"
	"strings"
)

// list writes the sheet 问题清单, over an earlier one or as a new last sheet.
func (m *marker) list() error {
	content := m.listSheet()
	if p := m.b.part(FindingsSheet); p != nil {
		m.changed[m.stored(p.part)] = []byte(content)
		return nil
	}
	if len(m.findings) == 0 {
		return nil
	}
	part := m.newPart("xl/worksheets/sheet%d.xml")
	m.added = append(m.added, part)
	m.changed[part] = []byte(content)
	m.types = append(m.types, `Override PartName="/`+part+`" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`)
	rel, err := m.relate(m.b.workbook, "worksheet", part)
	if err != nil {
		return err
	}
	raw, err := m.current(m.b.workbook)
	if err != nil {
		return err
	}
	d, err := parseDoc(raw)
	if err != nil {
		return partFault(m.b.workbook, err)
	}
	sheets, ok := d.find("sheets")
	if !ok {
		return partFault(m.b.workbook, errBroken)
	}
	id := 0
	err = m.a.scan(m.b.workbook, func(s *scanner) error {
		if string(s.name) == "sheet" {
			if n, ok := number([]byte(s.str("sheetId"))); ok {
				id = max(id, n)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	space := "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	if m.relBase != "" {
		space = strings.TrimSuffix(m.relBase, "/")
	}
	element := fmt.Sprintf(`<%ssheet name="%s" sheetId="%d" xmlns:r="%s" r:id="%s"/>`, d.prefix, FindingsSheet, id+1, space, rel)
	if err := d.splice(sheets.innerTo, sheets.innerTo, element); err != nil {
		return partFault(m.b.workbook, err)
	}
	m.changed[m.stored(m.b.workbook)] = d.b
	return nil
}

func (m *marker) listSheet() string {
	tr := m.o.tr
	var b strings.Builder
	space := mainNamespace
	if strings.Contains(m.relBase, "purl.oclc.org") {
		space = "http://purl.oclc.org/ooxml/spreadsheetml/main"
	}
	b.WriteString(xmlHeader + `<worksheet xmlns="` + space + `"><sheetPr><tabColor rgb="FFC00000"/><pageSetUpPr fitToPage="1"/></sheetPr>` +
		`<sheetViews><sheetView workbookViewId="0"><pane ySplit="2" topLeftCell="A3" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>` +
		`<cols><col min="1" max="1" width="7" customWidth="1"/><col min="2" max="2" width="20" customWidth="1"/><col min="3" max="3" width="10" customWidth="1"/>` +
		`<col min="4" max="4" width="20" customWidth="1"/><col min="5" max="5" width="70" customWidth="1"/><col min="6" max="6" width="14" customWidth="1"/></cols><sheetData>`)
	row := 0
	head, body := m.looks[0], m.looks[1]
	line := func(style int, cells ...string) {
		row++
		b.WriteString(`<row r="` + strconv.Itoa(row) + `"`)
		if row <= 2 {
			b.WriteString(` ht="24" customHeight="1"`)
		}
		b.WriteString(`>`)
		for i, c := range cells {
			fmt.Fprintf(&b, `<c r="%s" s="%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, Address(i+1, row), style, xmlText(c))
		}
		b.WriteString(`</row>`)
	}
	top := fmt.Sprintf(tr("共 %d 处需要修改；改好后直接上传本文件，本表不会被读取。"), len(m.findings))
	if len(m.findings) == 0 {
		top = tr("没有发现问题。")
	} else if m.capped {
		top += fmt.Sprintf(tr("每张工作表只在前 %d 个单元格加批注，其余只标红并列在下面。"), maxComments)
	}
	line(head, top)
	line(head, tr("序号"), tr("工作表"), tr("单元格"), tr("现在的内容"), tr("问题和改法"), tr("性质"))
	var links strings.Builder
	for i, f := range m.findings {
		cell := f.Cell
		if cell == "" && f.Row > 0 {
			cell = fmt.Sprintf(tr("第 %d 行"), f.Row)
		}
		kind := tr("必须修改")
		if f.Soft {
			kind = tr("可附说明")
		}
		if i+3 > MaxRows {
			break
		}
		line(body, strconv.Itoa(i+1), f.Sheet, cell, clip(f.Value, 500), clip(f.Message(m.o.Tr), 4000), kind)
		if _, _, ok := ParseAddress(f.Cell); ok && m.b.Has(f.Sheet) && i < 10_000 {
			fmt.Fprintf(&links, `<hyperlink ref="C%d" location="%s"/>`, row, xmlText("'"+strings.ReplaceAll(f.Sheet, "'", "''")+"'!"+f.Cell))
		}
	}
	b.WriteString(`</sheetData><mergeCells count="1"><mergeCell ref="A1:F1"/></mergeCells>`)
	if links.Len() > 0 {
		b.WriteString(`<hyperlinks>` + links.String() + `</hyperlinks>`)
	}
	b.WriteString(`<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>`)
	return b.String()
}
