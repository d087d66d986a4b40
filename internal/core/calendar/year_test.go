package calendar_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
)

func TestTablesAreWrittenAsTheyAreRead(t *testing.T) {
	years, err := calendar.Published()
	if err != nil {
		t.Fatal(err)
	}
	for _, y := range years {
		name := "data/" + y.Days[0].Date.String()[:4] + ".json"
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if string(y.JSON()) != string(file) {
			t.Errorf("%s is not as JSON writes it", name)
		}
		again, err := calendar.ParseYear(y.JSON())
		if err != nil || !reflect.DeepEqual(again, y) {
			t.Errorf("%d reads back otherwise: %v", y.Number, err)
		}
	}
	x := calendar.Extra{Name: `"本县" <规定>`, Days: []calendar.Entry{{Name: "火把节", Date: day("2018-08-06"), Off: true}}}
	again, err := calendar.ParseExtra(x.JSON())
	if err != nil || !reflect.DeepEqual(again, x) {
		t.Errorf("the county's list reads back as %v, %v", again, err)
	}
	if got, want := string(calendar.Extra{Name: "空"}.JSON()), "{\n  \"name\": \"空\",\n  \"days\": []\n}\n"; got != want {
		t.Errorf("an empty list is %s", got)
	}
}

func TestParseYearTakesThePublicForm(t *testing.T) {
	y, err := calendar.ParseYear([]byte("\xef\xbb\xbf" + `{"$schema":"x","year":2019,"papers":[],"days":[
		{"name":"春节","date":"2019-02-04","isOffDay":true},
		{"name":"元旦","date":"2018-12-29","isOffDay":false}]}`))
	if err != nil || y.Number != 2019 || len(y.Days) != 2 || y.Days[0].Date != day("2018-12-29") || y.Days[0].Off {
		t.Errorf("got %v, %v", y, err)
	}
}

func TestParseYearRefusesWhatIsNoTable(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "节假日表第 1 行不是有效的 JSON，请按 2018 年的样表检查引号、逗号和括号。",
		"{\"year\":2018,\n\"days\"": "节假日表第 2 行不是有效的 JSON，请按 2018 年的样表检查引号、逗号和括号。",
		"{\"year\":2018,\n,}":       "节假日表第 2 行不是有效的 JSON，请按 2018 年的样表检查引号、逗号和括号。",
		"{\n\"year\":\"2018\"}":     "节假日表第 2 行“year”的值类型不对，请按 2018 年的样表填写。",
		`{"year":2018}{}`:           "节假日表的末尾有多余的内容，请只保留一个 JSON 对象。",
		"null":                      "year：节假日表的年份是 0，应为 1949 至 9999 的四位数。",
		`{"year":2018,"days":[]}`:   "days：2018 年的节假日表没有一天，请按国务院办公厅通知逐日填写。",
	} {
		_, err := calendar.ParseYear([]byte(in))
		if got := fault.Say(err, nil); got != want || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q:\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestParseYearTellsAllFaultsAtOnce(t *testing.T) {
	_, err := calendar.ParseYear([]byte(`{"year":2018,"days":[
		{"name":"春节","date":"2018-02-30","isOffDay":true},
		{"name":"春节","date":"2018-02-15"},
		{"name":"春节","date":"2018-02-16","isOffDay":true},
		{"name":"春节","date":"2018-02-16","isOffDay":true},
		{"name":"","date":"2018-02-17","isOffDay":true},
		{"name":"元旦","date":"2019-01-01","isOffDay":true},
		{"name":"元旦","date":"2017-11-30","isOffDay":true},
		{"name":"春节","date":"2018-02-22","isOffDay":false}]}`))
	found, ok := err.(fault.Findings)
	if !ok {
		t.Fatalf("got %v", err)
	}
	var got []string
	for _, f := range found {
		got = append(got, f.Rule+" "+f.Say(nil))
	}
	want := []string{
		"date 第 1 行：“2018-02-30”不是日期，或没有这一天，请写成 2018-02-15 这样的日期。",
		"off 第 2 行：2018-02-15 没有写明是放假还是上班，请补 isOffDay（true 放假，false 上班）。",
		"twice 2018-02-16 列了两次，请只保留一次。",
		"name 2018-02-17 没有写节日名称，请补上，如“春节”。",
		"other-year 2017-11-30 不在 2018 年内，也不在上年 12 月，请移到所属年份的表里。",
		"not-weekend 2018-02-22 不是周六、周日，不会是调休上班日，请核对日期，或改为放假。",
		"other-year 2019-01-01 不在 2018 年内，也不在上年 12 月，请移到所属年份的表里。",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestParseExtraRefuses(t *testing.T) {
	_, err := calendar.ParseExtra([]byte(`{"days":[{"name":"火把节","date":"八月六日","isOffDay":true}]}`))
	if f, ok := err.(fault.Findings); !ok || len(f) != 2 || f[0].Rule != "date" || f[1].Rule != "name" {
		t.Errorf("got %v", err)
	}
	if _, err := calendar.ParseExtra([]byte("[]")); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a list is no object: %v", err)
	}
}

func TestNewRefusesAYearTwice(t *testing.T) {
	years, _ := calendar.Published()
	_, err := calendar.New(years[0], years[1], years[0])
	if got, want := fault.Say(err, nil), "2015 年的节假日表给了两份，请只保留一份。"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, err := calendar.New(calendar.Year{Number: 2018, Days: []calendar.Entry{{Name: "春节"}}}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a day without date: %v", err)
	}
}

func TestLaterNoticeHoldsInDecember(t *testing.T) {
	of2018 := calendar.Year{Number: 2018, Days: []calendar.Entry{{Name: "元旦", Date: day("2018-12-31"), Off: true}, {Name: "元旦", Date: day("2018-12-29")}}}
	of2019 := calendar.Year{Number: 2019, Days: []calendar.Entry{{Name: "元旦", Date: day("2018-12-29"), Off: true}}}
	c, err := calendar.New(of2019, of2018)
	if err != nil {
		t.Fatal(err)
	}
	check(t, c, day("2018-12-29"), false, true)
	check(t, c, day("2018-12-31"), false, true)
	if got := c.Years(); !reflect.DeepEqual(got, []int{2018, 2019}) {
		t.Errorf("knows %v", got)
	}
	y, ok := c.Year(2018)
	if !ok || len(y.Days) != 2 {
		t.Errorf("2018 is %v, %v", y, ok)
	}
	y.Days[0].Off = false // the answer is the caller's own
	check(t, c, day("2018-12-31"), false, true)
}
