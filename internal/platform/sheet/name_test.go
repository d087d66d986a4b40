package sheet

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

func TestNameFollowsExcel(t *testing.T) {
	taken := map[string]bool{}
	for _, c := range []struct{ title, want string }{
		{"月报表", "月报表"},
		{"月报表", "月报表-2"},
		{"2018年3月：[各乡镇]/禁毒*工作?", "2018年3月-（各乡镇）-禁毒工作"},
		{"'引号'", "引号"},
		{"", "表"},
		{"history", "history表"},
		{"HISTORY表", "HISTORY表-2"},
		{strings.Repeat("很长的表名", 10), "很长的表名很长的表名很长的表名很长的表名很长的表名很长的表名很"},
		{strings.Repeat("很长的表名", 10), "很长的表名很长的表名很长的表名很长的表名很长的表名很长的表-2"},
	} {
		if got := Name(c.title, taken); got != c.want {
			t.Errorf("Name(%q) = %q, want %q", c.title, got, c.want)
		}
	}
}

// Whatever the title, excelize (which checks Excel's rules) takes the name.
func TestNameIsAlwaysTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		title := rapid.String().Draw(t, "title")
		n := Name(title, nil)
		if units := len(utf16.Encode([]rune(n))); units == 0 || units > 31 {
			t.Fatalf("Name(%q) = %q has %d units", title, n, units)
		}
		f := excelize.NewFile()
		defer f.Close()
		if err := f.SetSheetName("Sheet1", n); err != nil {
			t.Fatalf("Name(%q) = %q: %v", title, n, err)
		}
	})
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		col, row int
		want     string
	}{{1, 1, "A1"}, {26, 2, "Z2"}, {27, 3, "AA3"}, {702, 1, "ZZ1"}, {703, 1, "AAA1"}, {16384, 1048576, "XFD1048576"}} {
		if got := Address(c.col, c.row); got != c.want {
			t.Errorf("Address(%d,%d) = %s, want %s", c.col, c.row, got, c.want)
		}
		if col, row, ok := ParseAddress(c.want); !ok || col != c.col || row != c.row {
			t.Errorf("ParseAddress(%s) = %d,%d,%v", c.want, col, row, ok)
		}
	}
	for _, bad := range []string{"", "A", "1", "A0", "XFE1", "A1048577", "A1B", "甲1", "A-1", "$", "A$"} {
		if _, _, ok := ParseAddress(bad); ok {
			t.Errorf("ParseAddress(%q) is ok", bad)
		}
	}
	if col, row, ok := ParseAddress("$c$14"); !ok || col != 3 || row != 14 {
		t.Errorf("ParseAddress($c$14) = %d,%d,%v", col, row, ok)
	}
}

func TestGuardStopsFormulasAndComesOff(t *testing.T) {
	for _, s := range []string{"=1+1", "+86", "-5", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", "'=1", "''@"} {
		g := Guard(s)
		if g[0] != '\'' {
			t.Errorf("Guard(%q) = %q", s, g)
		}
		if got := Unguard(g); got != s {
			t.Errorf("Unguard(Guard(%q)) = %q", s, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.RuneFrom([]rune("'=+-@\ta甲＝ 1")), 0, 6, -1).Draw(t, "s")
		if got := Unguard(Guard(s)); got != s {
			t.Fatalf("Unguard(Guard(%q)) = %q", s, got)
		}
	})
}
