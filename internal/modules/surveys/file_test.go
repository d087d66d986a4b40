package surveys

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/testkit/desk"
)

func villages() Survey {
	x := phoned()
	x.Design, x.Mode = StratifiedCluster, Visit
	x.tidy()
	return x
}

// The faults of files, each with the sentence that tells how to mend it.
func TestFaultsOfFiles(t *testing.T) {
	for name, x := range map[string]struct {
		file, content string
		says          []string
	}{
		"no stratum":       {"a.csv", "群,Q1\n一村,满意\n", []string{"缺少“层”一列"}},
		"no cluster":       {"a.csv", "层,Q1\n甲镇,满意\n", []string{"缺少“群”一列"}},
		"no question":      {"a.csv", "层,群\n甲镇,一村\n", []string{"缺少“Q1”一列（您对禁毒工作是否满意？）"}},
		"unknown column":   {"a.csv", "层,群,Q1,心情\n甲镇,一村,满意,好\n", []string{"不认识的列“心情”"}},
		"column twice":     {"a.csv", "层,群,Q1,q1\n甲镇,一村,满意,满意\n", []string{"出现了两次"}},
		"unknown stratum":  {"a.csv", "层,群,Q1\n丁镇,一村,满意\n", []string{"分层里没有“丁镇”", "第 2 行 层"}},
		"no place":         {"a.csv", "层,群,Q1\n,,满意\n", []string{"缺少层", "缺少群"}},
		"unknown answer":   {"a.csv", "层,群,Q1\n甲镇,一村,非常好\n", []string{"没有“非常好”这个回答；可用的是：很满意、满意、不满意、说不清"}},
		"answer number":    {"a.csv", "层,群,Q1\n甲镇,一村,5\n", []string{"没有“5”"}},
		"no answer":        {"a.csv", "层,群,Q1\n甲镇,一村,\n", []string{"没有任何回答"}},
		"weight":           {"a.csv", "层,群,权数,Q1\n甲镇,一村,-1,满意\n甲镇,一村,一,满意\n", []string{"权数“-1”", "权数“一”"}},
		"weight NaN":       {"a.csv", "层,群,权数,Q1\n甲镇,一村,NaN,满意\n甲镇,一村,+Inf,满意\n", []string{"权数“NaN”", "权数“+Inf”"}},
		"some weights":     {"a.csv", "层,群,权数,Q1\n甲镇,一村,2,满意\n甲镇,一村,,满意\n", []string{"有 1 行写了权数，1 行没有写"}},
		"count":            {"a.csv", "层,群,份数,Q1\n甲镇,一村,0,满意\n甲镇,一村,1.5,满意\n", []string{"份数应为"}},
		"far too many":     {"a.csv", "层,群,份数,Q1\n甲镇,一村,300000,满意\n乙镇,一村,1,满意\n", []string{"上限"}},
		"beside the table": {"a.csv", "层,群,Q1\n甲镇,一村,满意,多余\n", []string{"不在任何列下"}},
		"empty":            {"a.csv", "", []string{"空的"}},
		"head only":        {"a.csv", "层,群,Q1\n", []string{"没有回答"}},
		"old workbook":     {"a.xls", "x", []string{"另存为 .xlsx"}},
		"other file":       {"a.pdf", "x", []string{"不是 .csv 或 .xlsx"}},
		"broken workbook":  {"a.xlsx", "PK\x03\x04 nothing", nil},
		"all at once":      {"a.csv", "层,群,Q1\n丁镇,一村,满意\n甲镇,,满意\n甲镇,二村,很坏\n", []string{"丁镇", "缺少群", "很坏"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := villages().ReadAnswers(x.file, []byte(x.content))
			if err == nil {
				t.Fatal("taken")
			}
			if k := fault.KindOf(err); k != fault.Invalid {
				t.Errorf("kind %d: %v", k, err)
			}
			for _, s := range x.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("does not say %q: %v", s, err)
				}
			}
		})
	}
}

// Files with personal data are refused, and the refusal does not repeat them.
func TestPersonalDataAreRefused(t *testing.T) {
	for _, head := range []string{"姓名", "受访者姓名", "身份证号", "证件号码", "手机号", "联系电话", "家庭住址", "Name", "ID number", "Phone_No", "Mobile", "e-mail", "Address", "openid", "IP", "微信号", "QQ", "出生日期"} {
		_, _, err := villages().ReadAnswers("a.csv", []byte("层,群,"+head+",Q1\n甲镇,一村,张三丰,满意\n"))
		if err == nil || !strings.Contains(err.Error(), "个人信息") || strings.Contains(err.Error(), "张三丰") {
			t.Errorf("%s: %v", head, err)
		}
	}
	// Test numbers of no real person (STANDARDS ID-10).
	for _, v := range []string{"99999919000101001X", "999999190001010011", "13800000000", "138 0000 0000", "999999000101001", "6222000000000000000", "张某13800000000", "电话：138-0000-0000。", "９９９９９９１９０００１０１００１１", "6222000000000000"} {
		_, _, err := villages().ReadAnswers("a.csv", []byte("层,群,Q1\n甲镇,一村,坏回答\n甲镇,"+v+",满意\n"))
		if err == nil || !strings.Contains(err.Error(), "像身份证号") || strings.Contains(err.Error(), v) || strings.Contains(err.Error(), "坏回答") {
			t.Errorf("%s: %v", v, err)
		}
	}
	for _, fine := range []string{"层,群,权数,Q1\n甲镇,一村,33.846996307373,满意\n", "层,群,Q1\n甲镇,520121101001,满意\n", "层,群,权数,Q1\n甲镇,一村,0.123456789012345,满意\n", "层,群,Q1\n甲镇,10000000000,满意\n"} {
		if _, _, err := villages().ReadAnswers("a.csv", []byte(fine)); err != nil {
			t.Errorf("%s: %v", fine, err)
		}
	}
}

// A file counts the same whatever its encoding, its form and the order of its columns.
func TestFilesInEveryForm(t *testing.T) {
	x := villages()
	text := "层,群,Q1\n甲镇,一村,满意\n甲镇,一村,满意\n乙镇,二村,说不清\n"
	want := Counts{{"Q1", "乙镇", "二村", "", 3, 1}, {"Q1", "甲镇", "一村", "", 1, 2}}
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	desk.OK(t, err)
	book := &table.Table{ID: "a", Name: "回答"}
	for i, h := range []string{"Q1", "群", "层", "份数"} {
		book.Columns = append(book.Columns, table.Column{Head: []string{h}, Key: fmt.Sprint("c", i)})
	}
	for _, r := range [][]string{{"2", "一村", "甲镇", "2"}, {"说 不 清", "二村", "乙镇", ""}} {
		var cells []table.Cell
		for _, c := range r {
			cells = append(cells, table.Text(c))
		}
		book.Rows = append(book.Rows, table.Row{Cells: cells})
	}
	var xlsx bytes.Buffer
	desk.OK(t, book.XLSX(&xlsx, table.XLSXOptions{}))
	for name, f := range map[string]struct {
		file    string
		content string
	}{
		"UTF-8": {"a.csv", text}, "mark": {"a.csv", "\ufeff" + text}, "GB18030": {"a.csv", gb}, "tabs": {"a.txt", strings.ReplaceAll(text, ",", "\t")}, "lines": {"a.CSV", strings.ReplaceAll(text, "\n", "\r\n")},
		"other words": {"a.csv", "q1,Cluster,Stratum,count\n满意,一村,甲镇,2\n4,二村,乙镇,1\n"}, "question text": {"a.csv", "您对禁毒工作是否满意？,村,乡镇\n满意,一村,甲镇\n满意,一村,甲镇\n\n说不清,二村,乙镇\n"}, "workbook": {"a.xlsx", xlsx.String()},
	} {
		c, people, err := x.ReadAnswers(f.file, []byte(f.content))
		if err != nil || people != 3 || !slices.Equal(c, want) {
			t.Errorf("%s: %v, %d people, %v", name, c, people, err)
		}
	}
}

// A question that was not put to somebody has no answer of theirs; it is no "no".
func TestAQuestionNotAskedIsNoAnswer(t *testing.T) {
	x := phoned()
	x.Questions = append(x.Questions, Question{Text: "您知道举报电话吗？", Name: "知晓率", Answers: []Answer{{"知道", Counted}, {"不知道", Other}}})
	x.tidy()
	c, people, err := x.ReadAnswers("a.csv", []byte("层,Q1,Q2\n甲镇,满意,知道\n乙镇,满意,\n"))
	desk.OK(t, err)
	if people != 2 || c.of("Q1").total() != 2 || c.of("Q2").total() != 1 || c.interviews() != 2 {
		t.Errorf("%d people, %v", people, c)
	}
}

func FuzzReadAnswers(f *testing.F) {
	f.Add("a.csv", []byte("层,群,权数,份数,Q1\n甲镇,一村,2,3,满意\n"))
	f.Add("a.csv", []byte("层,群,Q1\n,,\n"))
	f.Add("a.xlsx", []byte("PK\x03\x04"))
	x := villages()
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		c, people, err := x.ReadAnswers(name, content)
		if err != nil {
			var list fault.Findings
			if k := fault.KindOf(err); k == fault.Internal && !errors.As(err, &list) {
				t.Fatalf("%v", err)
			}
			return
		}
		if c.interviews() > people || people < 1 {
			t.Fatalf("%d people, %v", people, c)
		}
		x.Analyse(x.Questions[0], c)
	})
}
