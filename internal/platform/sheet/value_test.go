package sheet

import (
	"math/big"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNumbersWrittenAsText(t *testing.T) {
	for _, c := range []struct {
		in, want string
		percent  bool
	}{
		{"12", "12", false}, {" １２３ ", "123", false}, {"　12\u00a0", "12", false}, {"1,234", "1234", false},
		{"１，２３４．５０", "1234.5", false}, {"12 345", "12345", false}, {"-5", "-5", false}, {"－５", "-5", false},
		{"−5", "-5", false}, {"+5", "5", false}, {"0012", "12", false}, {"-0", "0", false}, {"0.10", "0.1", false},
		{"37.52%", "0.3752", true}, {"５％", "0.05", true}, {"100%", "1", true}, {"12345678901234567", "12345678901234567", false},
	} {
		got, percent, ok := parseText(c.in)
		if !ok || got != c.want || percent != c.percent {
			t.Errorf("parseText(%q) = %q %v %v, want %q %v", c.in, got, percent, ok, c.want, c.percent)
		}
	}
	for _, in := range []string{"", "-", "无", "12人", "1,23", "1,2345", "12,34,567", "1 2", "1e5", "0x10", ".5", "5.", "1.2.3", "--5", "NaN", "Inf", "1/2", "二"} {
		if got, _, ok := parseText(in); ok {
			t.Errorf("parseText(%q) = %q", in, got)
		}
	}
}

func TestNumbersAsStored(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"12", "12"}, {"0.1", "0.1"}, {"37.520000000000003", "37.52"}, {"0.30000000000000004", "0.3"},
		{"1E+2", "100"}, {"1.5e-3", "0.0015"}, {"-2.50", "-2.5"}, {"123456789012345", "123456789012345"},
		{"1.2345678901234599E+17", "123456789012346000"}, {"0", "0"}, {"-0", "0"}, {"1e-300", "0"},
	} {
		if got, ok := parseStored(c.in); !ok || got != c.want {
			t.Errorf("parseStored(%q) = %q %v, want %q", c.in, got, ok, c.want)
		}
	}
	for _, in := range []string{"", "x", "NaN", "Inf", "1e400", "--1", "1,2"} {
		if got, ok := parseStored(in); ok {
			t.Errorf("parseStored(%q) = %q", in, got)
		}
	}
}

// Any decimal of up to 15 digits survives the way through a binary fraction.
func TestStoredNumbersAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(-999_999_999_999_999, 999_999_999_999_999).Draw(t, "n")
		scale := rapid.IntRange(0, 6).Draw(t, "scale")
		want := new(big.Rat).SetFrac(big.NewInt(n), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
		f, _ := want.Float64()
		for _, s := range []string{strconv.FormatFloat(f, 'g', 17, 64), strconv.FormatFloat(f, 'f', -1, 64), want.FloatString(scale)} {
			got, ok := parseStored(s)
			r, is := new(big.Rat).SetString(got)
			if !ok || !is || r.Cmp(want) != 0 {
				t.Fatalf("parseStored(%s) = %s, want %s", s, got, want.FloatString(scale))
			}
		}
	})
}

func TestDatesAsPeopleWriteThem(t *testing.T) {
	for _, in := range []string{"2018-03-12", "2018-3-12", "2018/3/12", "2018.3.12", "2018年3月12日", "2018年3月12号", "20180312",
		"２０１８．３．１２", " 2018 年 3 月 12 日 ", "2018-03-12 00:00:00", "2018-03-12T08:30:00", "2018。3。12"} {
		if got, ok := ParseDate(in); !ok || got != "2018-03-12" {
			t.Errorf("ParseDate(%q) = %q %v", in, got, ok)
		}
	}
	for _, in := range []string{"", "2018-02-29", "2018-13-1", "2018-0-1", "18.3.12", "3/12/2018", "2018.3", "2018年3月", "12月3日", "20181301", "明天", "1899-12-31", "2018-3-12 x"} {
		if got, ok := ParseDate(in); ok {
			t.Errorf("ParseDate(%q) = %q", in, got)
		}
	}
}

func TestSerialsAgreeWithTheCalendar(t *testing.T) {
	for _, c := range []struct {
		serial float64
		want   string
	}{{1, "1900-01-01"}, {59, "1900-02-28"}, {61, "1900-03-01"}, {43171, "2018-03-12"}, {43171.75, "2018-03-12"}, {2958465, "9999-12-31"}} {
		if got, ok := serialDate(c.serial, false); !ok || got != c.want {
			t.Errorf("serialDate(%v) = %q %v, want %q", c.serial, got, ok, c.want)
		}
	}
	if got, ok := serialDate(60, false); ok {
		t.Errorf("29 February 1900 is %q", got)
	}
	if got, _ := serialDate(41709, true); got != "2018-03-12" {
		t.Errorf("serial of 1904 = %q", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 2_900_000).Draw(t, "days"))
		iso := day.Format("2006-01-02")
		n, ok := dateSerial(iso)
		if !ok {
			t.Fatalf("dateSerial(%s) refused", iso)
		}
		if back, ok := serialDate(float64(n), false); !ok || back != iso {
			t.Fatalf("%s -> %d -> %s", iso, n, back)
		}
		if got, ok := ParseDate(day.Format("2006年1月2日")); !ok || got != iso {
			t.Fatalf("ParseDate = %s, want %s", got, iso)
		}
	})
}

func TestFormatsThatShowDays(t *testing.T) {
	for _, code := range []string{"yyyy-mm-dd", `yyyy"年"m"月"d"日"`, "[$-804]yyyy/m/d;@", "m/d/yy", "dd\\.mm\\.yyyy"} {
		if !dateFormat(170, code) {
			t.Errorf("%s shows no day", code)
		}
	}
	for _, code := range []string{"0.00", "#,##0", `0"人/day"`, "General", "[Red]0.0", "mm:ss", "0.00%", "@", `"yd"0`, "[h]:mm"} {
		if dateFormat(170, code) {
			t.Errorf("%s shows a day", code)
		}
	}
	if !dateFormat(14, "") || dateFormat(0, "") || dateFormat(2, "") || !percentFormat(9, "") || percentFormat(170, `0"%"`) || !percentFormat(170, "0.0%") {
		t.Error("built-in formats")
	}
}
