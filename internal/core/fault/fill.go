package fault

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Fill puts the arguments into a sentence as readers see numbers: whole numbers have separators of
// thousands, "1,514人", but not a year, "2018年", nor a number that is a name, "变更号 1514", "第 1514
// 行". Which they are is seen from the Chinese sentence; format is that sentence in the reader's
// language.
func Fill(chinese, format string, args []any) string {
	var out []any
	for i, a := range args {
		var n int64
		switch a := a.(type) {
		case int:
			n = int64(a)
		case int32:
			n = int64(a)
		case int64:
			n = a
		default:
			continue
		}
		if n > -1000 && n < 1000 || names(chinese)[i] {
			continue
		}
		if out == nil {
			out = append(out, args...)
		}
		out[i] = whole(n)
	}
	if out == nil {
		out = args
	}
	return fmt.Sprintf(format, out...)
}

// A whole prints itself with separators of thousands for %d and %v.
type whole int64

// Format is for package fmt.
func (w whole) Format(f fmt.State, verb rune) {
	_, wide := f.Width()
	if verb != 'd' && verb != 'v' || wide || f.Flag('+') {
		fmt.Fprintf(f, fmt.FormatString(f, verb), int64(w))
		return
	}
	s := strconv.FormatInt(int64(w), 10)
	for i := len(s) - 3; i > 1 || i == 1 && s[0] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	io.WriteString(f, s)
}

var placed = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`%(?:\[(\d+)\])?[-+# 0-9.]*[a-zA-Z%]`) })

// names tells which arguments of a Chinese sentence, from 0, are years or numbers that name.
func names(chinese string) map[int]bool {
	list := placed().FindAllStringSubmatchIndex(chinese, -1)
	out := map[int]bool{}
	next, year := 0, false
	args := make([]int, len(list))
	for k, m := range list {
		if chinese[m[1]-1] == '%' {
			args[k] = -1
			continue
		}
		if m[2] >= 0 {
			next, _ = strconv.Atoi(chinese[m[2]:m[3]])
			next--
		}
		args[k] = next
		next++
	}
	for k := len(list) - 1; k >= 0; k-- {
		from, to := 0, len(chinese)
		if k > 0 {
			from = list[k-1][1]
		}
		if k+1 < len(list) {
			to = list[k+1][0]
		}
		before, after := chinese[from:list[k][0]], strings.TrimLeft(chinese[list[k][1]:to], " ")
		year = strings.HasPrefix(after, "年") || strings.HasPrefix(after, "〕") || year && (after == "—" || after == "至")
		for _, word := range []string{"第", "编号", "变更号", "代码 ", "端口", "数据变更 ", "的变更 ", "起始年 ", "结束年 "} {
			if strings.Contains(before, word) {
				out[args[k]] = true
			}
		}
		if year || strings.HasPrefix(after, "号") {
			out[args[k]] = true
		}
	}
	return out
}
