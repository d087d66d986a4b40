package sheet

import (
	"bytes"
	"io"
	"testing"

	"kaiyang/internal/core/fault"
)

// Nothing in a worksheet makes the reader panic, and what it accepts can be marked and read
// again.
func FuzzWorksheet(f *testing.F) {
	for _, s := range []string{
		worksheet + `<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`,
		`<x:worksheet><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>a&amp;b</x:t></x:is></x:c></x:row></x:sheetData><x:legacyDrawing r:id="rId1"/></x:worksheet>`,
		worksheet + `<sheetData/><conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>LEN("问题清单")&gt;0</formula></cfRule></conditionalFormatting></worksheet>`,
		`<!DOCTYPE x><worksheet/>`, `<worksheet><sheetData><![CDATA[x]]></sheetData></worksheet>`,
	} {
		f.Add([]byte(s))
	}
	base := plain(f)
	f.Fuzz(func(t *testing.T, content []byte) {
		data := rebuilt(t, base, map[string][]byte{"xl/worksheets/sheet1.xml": content})
		b, err := OpenBytes(data, Limits{})
		if err != nil {
			checkSaid(t, err)
			return
		}
		s, err := b.Sheet("Sheet1")
		if err != nil {
			checkSaid(t, err)
			return
		}
		cols, rows := s.Size()
		for row := 1; row <= min(rows, 5); row++ {
			for col := 1; col <= min(cols, 5); col++ {
				s.At(col, row).Fault("Sheet1", Address(col, row))
			}
		}
		out, err := Annotate(data, fault.Findings{{Sheet: "Sheet1", Cell: "B2", Format: "有误；请改"}}, AnnotateOptions{})
		if err != nil {
			checkSaid(t, err)
			return
		}
		if err := readAll(out); err != nil {
			t.Errorf("annotated workbook: %v\n%q", err, content)
		}
	})
}

func checkSaid(t *testing.T, err error) {
	t.Helper()
	if k := fault.KindOf(err); k != fault.Invalid && k != fault.TooLarge {
		t.Errorf("kind %d: %v", k, err)
	}
}

// Nothing in the bytes of a file makes opening panic or fail without a sentence.
func FuzzOpen(f *testing.F) {
	f.Add(plain(f))
	f.Add(mustBytes(f, sampleForm()))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := readAll(data); err != nil {
			checkSaid(t, err)
		}
	})
}

// CSV in any bytes ends with rows or with a sentence.
func FuzzCSV(f *testing.F) {
	f.Add([]byte("a,b\n甲,\"x\"\"y\"\n"))
	f.Add([]byte("\xFF\xFEa\x00\t\x00b\x00\n\x00"))
	f.Add(gbk(f, "代码;数\n甲;1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := OpenCSV(bytes.NewReader(data))
		if err != nil {
			checkSaid(t, err)
			return
		}
		last := 0
		for {
			rec, line, err := c.Next()
			if err == io.EOF {
				return
			}
			if err != nil {
				checkSaid(t, err)
				return
			}
			if line <= last || len(rec) == 0 {
				t.Fatalf("line %d after %d: %q", line, last, rec)
			}
			last = line
		}
	})
}

// Numbers and days in words never panic, and what is accepted is a plain decimal or a day.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"１，２３４．５", "2018年3月12日", "-0.0%", "1e5", "２０１８．３．１２"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, _, ok := parseText(s); ok {
			if again, _, ok := parseText(n); !ok || again != n {
				t.Errorf("parseText(%q) = %q, again %q", s, n, again)
			}
		}
		if d, ok := ParseDate(s); ok {
			if again, ok := ParseDate(d); !ok || again != d {
				t.Errorf("ParseDate(%q) = %q, again %q", s, d, again)
			}
		}
		if n, ok := parseStored(s); ok {
			if again, ok := parseStored(n); !ok || again != n {
				t.Errorf("parseStored(%q) = %q, again %q", s, n, again)
			}
		}
	})
}
