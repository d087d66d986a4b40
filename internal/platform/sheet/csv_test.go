package sheet

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"kaiyang/internal/core/fault"
)

func gbk(t testing.TB, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCSVEncodingsAndSeparators(t *testing.T) {
	text := "代码,单位,数量\r\n0012,甲乡,\"1,234\"\r\n,,\r\n0013,\"乙\n镇\",５\r\n"
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(strings.ReplaceAll(text, ",", "\t")))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, encoding string
		data           []byte
	}{
		{"utf-8", UTF8, []byte(text)},
		{"bom", UTF8BOM, []byte("\uFEFF" + text)},
		{"gb18030", GB18030, gbk(t, text)},
		{"utf-16 tab", UTF16, bytes.ReplaceAll(utf16, []byte("1\x00\t\x002"), []byte("1\x00,\x002"))},
		{"semicolon", UTF8, []byte(strings.ReplaceAll(strings.ReplaceAll(text, ",", ";"), "1;234", "1,234"))},
		{"tab gb18030", GB18030, gbk(t, strings.ReplaceAll(strings.ReplaceAll(text, ",", "\t"), "1\t234", "1,234"))},
	} {
		rows, encoding, err := ReadCSV(bytes.NewReader(c.data))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := fmt.Sprint(encoding, rows)
		want := c.encoding + fmt.Sprint([]CSVRow{{1, []string{"代码", "单位", "数量"}}, {2, []string{"0012", "甲乡", "1,234"}}, {4, []string{"0013", "乙\n镇", "５"}}})
		if got != want {
			t.Errorf("%s: %s\nwant %s", c.name, got, want)
		}
	}
}

// Short Chinese text that happens to be valid UTF-8 is still read as Chinese.
func TestCSVShortGB(t *testing.T) {
	// 路 is C2 B7 in GB18030 and "·" in UTF-8.
	rows, encoding, err := ReadCSV(bytes.NewReader([]byte("a,\xC2\xB7\n")))
	if err != nil || encoding != GB18030 || rows[0].Cells[1] != "路" {
		t.Errorf("%v %v %v", rows, encoding, err)
	}
	rows, encoding, err = ReadCSV(strings.NewReader("阿·甲,1\n"))
	if err != nil || encoding != UTF8 || rows[0].Cells[0] != "阿·甲" {
		t.Errorf("%v %v %v", rows, encoding, err)
	}
}

func TestCSVFaultsNameTheLine(t *testing.T) {
	long := strings.Repeat("甲,1\n", 200_000)
	for _, c := range []struct{ name, data, want string }{
		{"empty", "", "文件是空的"},
		{"blank", " \r\n\r\n", "文件是空的"},
		{"workbook", "PK\x03\x04xxxx", "这是工作簿"},
		{"zero bytes", "a,b\n\x00,1\n", "零字节"},
		{"open quote", "a,b\n1,\"2\n3,4\n", "第 2 行的引号不配对"},
		{"neither encoding", "a,b\n\xFF\xFF\xFE,1\n", "第 2 行有无法识别的字符"},
		{"one broken byte", "单位名称一览表,数量\n甲乡,\xFF1\n", "第 2 行有不符合 UTF-8 编码的字符"},
		{"broken later", long + "\xB0\xA1,1\n", "第 200001 行有不符合 UTF-8 编码的字符"},
		{"zero byte later", long + "a\x00,1\n", "第 200001 行有不符合 UTF-8"},
	} {
		_, _, err := ReadCSV(strings.NewReader(c.data))
		if err == nil || !strings.Contains(fault.Say(err, nil), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// Whatever the pieces a file arrives in, it reads the same.
func TestCSVInPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("甲乙𬭎ab1 ·é")), 1, 30, -1), 1, 40).Draw(t, "cells")
		text := "表头，甲\n" + strings.Join(cells, "\n") + "\n"
		data := []byte(text)
		want, wantEncoding, err := ReadCSV(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		got, encoding, err := ReadCSV(&pieces{data, rapid.IntRange(1, 7).Draw(t, "n")})
		if err != nil || encoding != wantEncoding || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%v %v\n%v\n%v", encoding, err, got, want)
		}
	})
}

type pieces struct {
	b []byte
	n int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.b) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.b[:min(p.n, len(p.b))])
	p.b = p.b[n:]
	return n, nil
}

// What our own export guards comes back as it was.
func TestCSVUndoesTheGuard(t *testing.T) {
	rows, _, err := ReadCSV(strings.NewReader("甲," + Guard("=1+1") + "," + Guard("-3") + ",'a\n"))
	if err != nil || strings.Join(rows[0].Cells, "|") != "甲|=1+1|-3|'a" {
		t.Errorf("%v %v", rows, err)
	}
}

func TestAMillionCSVRows(t *testing.T) {
	var b bytes.Buffer
	for i := range 1_000_000 {
		fmt.Fprintf(&b, "N%d,年龄=<25,529999001%03d,2018-%02d,%d\n", i%13, i%200, i%12+1, i)
	}
	size := b.Len()
	data := gbk(t, b.String())
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	c, err := OpenCSV(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	n, last := 0, 0
	for {
		rec, line, err := c.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(rec) != 5 || rec[1] != "年龄=<25" {
			t.Fatalf("line %d: %q", line, rec)
		}
		n, last = n+1, line
	}
	runtime.ReadMemStats(&after)
	t.Logf("%d MB of GB18030 in %v, %d MB allocated", size>>20, time.Since(start), (after.TotalAlloc-before.TotalAlloc)>>20)
	if n != 1_000_000 || last != n {
		t.Errorf("%d rows, last line %d", n, last)
	}
}
