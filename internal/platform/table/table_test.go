package table_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/sheet"
	"kaiyang/internal/platform/table"
)

// seen is a table as somebody looks at it: words in a grid, spans in the header, lines below.
type seen struct {
	caption string
	head    [][]string // every span filled with its words
	spans   []string   // "row,col,rows,cols"
	rows    [][]string
	below   []string
}

// asHTML parses the rendered page; columns named in skip are left out.
func asHTML(t testing.TB, page []byte, skip ...string) seen {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var s seen
	var rows [][]*html.Node
	heads := 0
	walk(doc, func(n *html.Node) {
		switch {
		case n.Data == "caption":
			s.caption = text(n)
		case n.Data == "tr":
			var cells []*html.Node
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				if c.Data == "th" || c.Data == "td" {
					cells = append(cells, c)
				}
			}
			rows = append(rows, cells)
			if n.Parent.Data == "thead" {
				heads++
			}
		case n.Data == "p":
			s.below = append(s.below, text(n))
		}
	})
	// Fill the header grid by its spans.
	grid := make([][]string, heads)
	taken := make([]map[int]bool, heads)
	for i := range grid {
		taken[i] = map[int]bool{}
	}
	drop := map[int]bool{}
	width := 0
	for r := range heads {
		col := 0
		for _, c := range rows[r] {
			for taken[r][col] {
				col++
			}
			rs, cs := span(c, "rowspan"), span(c, "colspan")
			if slices.Contains(skip, text(c)) {
				drop[col] = true
			} else if rs > 1 || cs > 1 {
				s.spans = append(s.spans, fmt.Sprintf("%d,%d,%d,%d", r, col, rs, cs))
			}
			for i := r; i < r+rs; i++ {
				for j := col; j < col+cs; j++ {
					for len(grid[i]) <= j {
						grid[i] = append(grid[i], "")
					}
					grid[i][j] = text(c)
					taken[i][j] = true
					width = max(width, j+1)
				}
			}
			col += cs
		}
	}
	keep := func(cells []string) []string {
		out := []string{}
		for i := range width {
			if !drop[i] {
				v := ""
				if i < len(cells) {
					v = cells[i]
				}
				out = append(out, v)
			}
		}
		return out
	}
	for _, g := range grid {
		s.head = append(s.head, keep(g))
	}
	for _, r := range rows[heads:] {
		var cells []string
		for _, c := range r {
			cells = append(cells, text(c))
		}
		s.rows = append(s.rows, keep(cells))
	}
	return s
}

func walk(n *html.Node, visit func(*html.Node)) {
	if n.Type == html.ElementNode {
		visit(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, visit)
	}
}

func span(n *html.Node, name string) int {
	for _, a := range n.Attr {
		if a.Key == name {
			v, _ := strconv.Atoi(a.Val)
			return v
		}
	}
	return 1
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	var in func(*html.Node)
	in = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		if n.Data == "svg" {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			in(c)
		}
	}
	in(n)
	return b.String()
}

// asXLSX reads the download back with the formats applied, as a spreadsheet shows it.
func asXLSX(t testing.TB, data []byte, heads, notes int) (seen, *excelize.File) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	name := f.GetSheetName(0)
	all, err := f.GetRows(name)
	if err != nil {
		t.Fatal(err)
	}
	width := 0
	for _, r := range all {
		width = max(width, len(r))
	}
	for i := range all {
		for len(all[i]) < width {
			all[i] = append(all[i], "")
		}
	}
	s := seen{caption: all[0][0], head: all[1 : 1+heads]}
	merges, err := f.GetMergeCells(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range merges {
		c1, r1, _ := sheet.ParseAddress(m.GetStartAxis())
		c2, r2, _ := sheet.ParseAddress(m.GetEndAxis())
		if r1 < 2 || r1 > 1+heads {
			continue
		}
		s.spans = append(s.spans, fmt.Sprintf("%d,%d,%d,%d", r1-2, c1-1, r2-r1+1, c2-c1+1))
		for r := r1; r <= r2; r++ {
			for c := c1; c <= c2; c++ {
				s.head[r-2][c-1] = m.GetCellValue()
			}
		}
	}
	body := all[1+heads:]
	for i := len(body) - 1; i >= 0 && notes > 0; i-- {
		if body[i][0] != "" {
			s.below = append([]string{body[i][0]}, s.below...)
			notes--
		}
		body = body[:i]
	}
	for len(body) > 0 && strings.Join(body[len(body)-1], "") == "" {
		body = body[:len(body)-1]
	}
	s.rows = body
	return s, f
}

// The download is the screen: values, order, header hierarchy, printed decimals (PEERS pain 7).
func TestDownloadEqualsScreen(t *testing.T) {
	tab := ranking()
	page := asHTML(t, tab.HTML(nil, table.Options{}), "操作")
	for i := range page.rows {
		// The page draws the small line; the file has its values in words.
		page.rows[i][8] = tab.Rows[i].Cells[8].Shown()
	}
	var b bytes.Buffer
	if err := tab.XLSX(&b, table.XLSXOptions{Base: "https://example.invalid/"}); err != nil {
		t.Fatal(err)
	}
	file, f := asXLSX(t, b.Bytes(), 3, 3)
	defer f.Close()
	slices.Sort(page.spans)
	slices.Sort(file.spans)
	if got, want := fmt.Sprintf("%q", file), fmt.Sprintf("%q", page); got != want {
		t.Errorf("file and page differ\nfile %s\npage %s", got, want)
	}
	if len(page.rows) != len(tab.Rows) || page.rows[3][6] != "2,071" || page.rows[0][2] != "● 99.16%" || page.rows[5][2] != "88.00% 不完整" || page.head[2][3] != "分子（人）" {
		t.Errorf("page = %q", page)
	}

	// Numbers are numbers: the stored value is the printed one, percentages as fractions.
	name := f.GetSheetName(0)
	for cell, want := range map[string]string{"C5": "0.9916", "G8": "2071", "E8": "1000", "F6": "0", "F7": "-0.3", "C10": "0.88", "C11": "0.9823"} {
		typ, _ := f.GetCellType(name, cell)
		raw, _ := f.GetCellValue(name, cell, excelize.Options{RawCellValue: true})
		if raw != want || typ != excelize.CellTypeUnset && typ != excelize.CellTypeNumber {
			t.Errorf("%s is stored as %q (type %d), want %s", cell, raw, typ, want)
		}
	}
	if ok, link, _ := f.GetCellHyperLink(name, "C5"); !ok || link != "https://example.invalid/trace/F1?u=甲镇" {
		t.Errorf("trace of C5 = %q", link)
	}
	if v := f.GetDefinedName(); len(v) != 1 || v[0].RefersTo != "'乡镇比较'!$2:$4" {
		t.Errorf("print titles = %+v", v)
	}
	if p, _ := f.GetPanes(name); !p.Freeze || p.YSplit != 4 || p.XSplit != 2 {
		t.Errorf("panes = %+v", p)
	}
	noThemeFonts(t, b.Bytes())
}

func noThemeFonts(t *testing.T, data []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, _ := f.Open()
		b, _ := io.ReadAll(r)
		if f.Name == "xl/styles.xml" && (bytes.Contains(b, []byte("<scheme")) || bytes.Contains(b, []byte("color theme"))) {
			t.Errorf("%s has theme fonts", f.Name)
		}
		if strings.HasPrefix(f.Name, "xl/worksheets/sheet") {
			last := 0
			for _, e := range []string{"<sheetPr", "<sheetViews", "<cols", "<sheetData", "<mergeCells", "<hyperlinks", "<pageSetup", "<headerFooter"} {
				at := bytes.Index(b, []byte(e))
				if at >= 0 && at < last {
					t.Errorf("%s: %s out of order", f.Name, e)
				}
				last = max(last, at)
			}
		}
	}
}

// Any printed number comes out of the file as it was printed, as a number.
func TestPrintedNumbersSurvive(t *testing.T) {
	for _, printed := range []string{"0", "7", "2,071", "2071", "1,363人次", "37.52%", "0.00%", "100%", "-0.5%", "−1.25", "+3.0", "+0", "2.49公斤", "99.5‰", "12 起", "1,234,567.8901", "-1,000", "0.07%", "5%", "100,000,000,000"} {
		checkPrinted(t, printed)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(-9_999_999_999, 9_999_999_999).Draw(t, "n")
		scale := rapid.IntRange(0, 4).Draw(t, "scale")
		s := measure.Round(measure.Rat(n, scale), scale)
		unit := rapid.SampledFrom([]string{"", "%", "人", "人次", " 起"}).Draw(t, "unit")
		// excelize prints #,##0% of 33.46 as 33,46%; spreadsheets print 3,346%.
		if unit != "%" && rapid.Bool().Draw(t, "group") {
			s = measure.Group(s)
		}
		s += unit
		checkPrinted(t, s)
	})
}

func checkPrinted(t rapid.TB, printed string) {
	t.Helper()
	tab := &table.Table{Name: "数", Columns: []table.Column{{Head: []string{"数"}}}, Rows: []table.Row{{Cells: []table.Cell{
		table.Figure(table.Fig{Text: printed, Exact: "1", Light: measure.Red, Note: `注"意`})}}, {Cells: []table.Cell{table.Number("", printed)}}}}
	var b bytes.Buffer
	if err := tab.XLSX(&b, table.XLSXOptions{}); err != nil {
		t.Fatalf("%s: %v", printed, err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatalf("%s: %v", printed, err)
	}
	defer f.Close()
	for cell, want := range map[string]string{"A2": "■ " + printed + ` 注"意`, "A3": printed} {
		got, _ := f.GetCellValue("数", cell)
		raw, _ := f.GetCellValue("数", cell, excelize.Options{RawCellValue: true})
		if _, err := strconv.ParseFloat(raw, 64); err != nil || got != want {
			t.Fatalf("%s: shown %q, stored %q", printed, got, raw)
		}
	}
}

// What only looks like a number stays the words it is.
func TestWordsStayWords(t *testing.T) {
	for _, s := range []string{"<5", "2018-03", "1/3", "007", "3:1", "—", "1,23", "12345678901234567", "52010001", "≥98%", "1.", "", "=1+1", "+", "-"} {
		tab := &table.Table{Name: "字", Columns: []table.Column{{Head: []string{"字"}}}, Rows: []table.Row{{Cells: []table.Cell{table.Text(s)}}, {Cells: []table.Cell{table.Number("", s)}}}}
		var b bytes.Buffer
		if err := tab.XLSX(&b, table.XLSXOptions{}); err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(&b)
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range []string{"A2", "A3"} {
			got, _ := f.GetCellValue("字", cell)
			typ, _ := f.GetCellType("字", cell)
			formula, _ := f.GetCellFormula("字", cell)
			number := typ == excelize.CellTypeUnset || typ == excelize.CellTypeNumber
			if got != s || formula != "" || number && s != "" && !(cell == "A3" && s == "52010001") {
				t.Errorf("%q in %s: %q, type %d, formula %q", s, cell, got, typ, formula)
			}
		}
		f.Close()
	}
}

// A download cannot smuggle a formula into a spreadsheet, and our own reader gets the words
// back (OFF-09).
func TestCSVIsGuardedAndReadable(t *testing.T) {
	tab := &table.Table{Columns: []table.Column{{Head: []string{"组", "名称"}}, {Head: []string{"组", "数量"}, Unit: "人"}, {Head: []string{"=列"}}, {ScreenOnly: true}},
		Rows: []table.Row{
			{Cells: []table.Cell{table.Text(`=HYPERLINK("http://x","点我")`), table.Number("-2071.5", "-2,071.5"), table.Missing("未报"), table.Actions()}},
			{Cells: []table.Cell{table.Text("甲,\"乙\"\n丙"), table.Number("0.3752", "37.52%"), table.Light(measure.Red, "未达标")}},
		}}
	var b bytes.Buffer
	if err := tab.CSV(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), "\uFEFF组 / 名称,组 / 数量（人）,'=列\r\n") {
		t.Errorf("head: %q", b.String())
	}
	raw, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\uFEFF"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if raw[1][0][0] != '\'' || raw[1][1] != "-2071.5" {
		t.Errorf("row: %q", raw[1])
	}
	rows, encoding, err := sheet.ReadCSV(&b)
	if err != nil || encoding != sheet.UTF8BOM {
		t.Fatal(encoding, err)
	}
	got := fmt.Sprintf("%q", [][]string{rows[1].Cells, rows[2].Cells})
	if want := `[["=HYPERLINK(\"http://x\",\"点我\")" "-2071.5" "未报"] ["甲,\"乙\"\n丙" "37.52%" "■ 未达标"]]`; got != want {
		t.Errorf("rows = %s\nwant  %s", got, want)
	}
}

func TestJSONHoldsExactValues(t *testing.T) {
	b, err := json.Marshal(ranking())
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Columns []struct{ Key string }
		Rows    []struct {
			ID    string
			Level int
			Total bool
			Cells []map[string]any
		}
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	c := doc.Rows[0].Cells[2]
	if len(doc.Columns) != 9 || c["text"] != "99.16%" || c["value"] != "472/476" || c["light"] != "green" || c["href"] != "/trace/F1?u=甲镇" {
		t.Errorf("cell = %v of %d columns", c, len(doc.Columns))
	}
	if m := doc.Rows[5].Cells[3]; m["missing"] != true || m["value"] != nil || m["text"] != "未报" {
		t.Errorf("missing = %v", m)
	}
	if !doc.Rows[6].Total || doc.Rows[1].Level != 1 {
		t.Errorf("rows = %+v", doc.Rows)
	}
}

func order(tab *table.Table) string {
	var names []string
	for _, r := range tab.Rows {
		names = append(names, r.Cells[1].Text)
	}
	return strings.Join(names, " ")
}

func TestSortKeepsTreesTotalsAndGaps(t *testing.T) {
	for _, c := range []struct {
		key  string
		desc bool
		want string
	}{
		{"rate", false, "丁乡 丙街道 乙布依族苗族乡 甲镇 甲二社区 甲一村 合计"},
		{"rate", true, "甲镇 甲一村 甲二社区 乙布依族苗族乡 丙街道 丁乡 合计"},
		{"num", false, "丙街道 甲镇 甲一村 甲二社区 乙布依族苗族乡 丁乡 合计"},
		{"num", true, "乙布依族苗族乡 甲镇 甲二社区 甲一村 丙街道 丁乡 合计"},
		{"light", false, "乙布依族苗族乡 丙街道 甲镇 甲二社区 甲一村 丁乡 合计"},
		{"cases", true, "乙布依族苗族乡 甲镇 甲二社区 甲一村 丙街道 丁乡 合计"},
	} {
		tab := ranking()
		before := order(tab)
		rows := tab.Rows
		if !tab.SortBy(c.key, c.desc) {
			t.Errorf("%s does not sort", c.key)
		}
		if got := order(tab); got != c.want {
			t.Errorf("by %s desc=%v: %s\nwant %s", c.key, c.desc, got, c.want)
		}
		tab.Rows = rows
		if order(tab) != before {
			t.Errorf("by %s: the caller's rows moved", c.key)
		}
	}
	tab := ranking()
	if tab.SortBy("trend", false) || tab.SortBy("", true) || tab.SortBy("nothing", false) {
		t.Error("sorted by a column that does not sort")
	}
}

// The sort never loses or doubles a row, and sorting twice changes nothing more.
func TestSortIsAPermutation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tab := &table.Table{Columns: []table.Column{{Key: "a"}, {Key: "v", Sort: table.ByNumber}}}
		level := 0
		for i := range rapid.IntRange(0, 30).Draw(t, "n") {
			if i > 0 {
				level = rapid.IntRange(0, level+1).Draw(t, "level")
			}
			c := table.Number("", strconv.Itoa(rapid.IntRange(0, 5).Draw(t, "v")))
			if rapid.Bool().Draw(t, "gap") {
				c = table.Missing("未报")
			}
			tab.Rows = append(tab.Rows, table.Row{Level: level, Total: rapid.IntRange(0, 9).Draw(t, "t") == 0, Cells: []table.Cell{table.Text(""), c}, ID: strconv.Itoa(i)})
		}
		parents := func() map[string]string {
			m := map[string]string{}
			var path []string
			for _, r := range tab.Rows {
				for len(path) > 0 {
					var p *table.Row
					for i := range tab.Rows {
						if tab.Rows[i].ID == path[len(path)-1] {
							p = &tab.Rows[i]
						}
					}
					if p.Level < r.Level {
						break
					}
					path = path[:len(path)-1]
				}
				m[r.ID] = strings.Join(path, "/")
				path = append(path, r.ID)
			}
			return m
		}
		before := parents()
		desc := rapid.Bool().Draw(t, "desc")
		tab.SortBy("v", desc)
		if got := parents(); fmt.Sprint(got) != fmt.Sprint(before) {
			t.Fatalf("tree changed: %v, was %v", got, before)
		}
		ids := fmt.Sprint(tab.Rows)
		tab.SortBy("v", desc)
		if fmt.Sprint(tab.Rows) != ids {
			t.Fatal("sorting twice moves rows")
		}
	})
}

// Words cannot leave their cell: no element, attribute or script of theirs is in the page.
func TestHTMLEscapesEverything(t *testing.T) {
	const nasty = `"><script>alert(1)</script>&'`
	tab := &table.Table{ID: nasty, Caption: nasty, Notes: []string{nasty}, Source: nasty,
		Columns: []table.Column{{Head: []string{nasty, nasty}, Unit: nasty, Key: nasty, Sort: table.ByText, Filter: true}, {Head: []string{nasty}}, {Head: []string{"x"}}},
		Rows: []table.Row{{ID: nasty, Data: []table.Attr{{Name: "ok", Value: nasty}, {Name: `x" onclick="y`, Value: "1"}}, Cells: []table.Cell{
			{Kind: table.NumberKind, Text: nasty, Exact: nasty, Href: nasty, Note: nasty, Hint: nasty, SortKey: nasty, Light: measure.Red},
			table.Link(nasty, "javascript:alert(1)"), table.Actions(table.Action{Text: nasty, Href: nasty, Post: true})}}}}
	page := tab.HTML(nil, table.Options{SortURL: "/x?a=" + nasty, Sort: nasty, Hidden: []table.Attr{{Name: nasty, Value: nasty}}})
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	walk(doc, func(n *html.Node) {
		if n.Data == "script" {
			t.Errorf("script in the page: %s", page)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "href" && strings.Contains(a.Val, "javascript") {
				t.Errorf("attribute %s=%q", a.Key, a.Val)
			}
		}
	})
	if n := strings.Count(string(page), "&lt;script&gt;"); n < 12 {
		t.Errorf("words appear %d times", n)
	}
}

func TestHTMLTellsHowItSorts(t *testing.T) {
	page := ranking().HTML(nil, table.Options{SortURL: "/units?period=2018", Sort: "rate", Desc: true})
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	sorted, scopes, values := "", map[string]int{}, map[string]string{}
	walk(doc, func(n *html.Node) {
		if n.Data == "th" {
			scopes[attr(n, "scope")]++
			if s := attr(n, "aria-sort"); s != "" && s != "none" {
				sorted = text(n) + " " + s + " " + attr(n.FirstChild, "href")
			}
		}
		if v := attr(n, "data-v"); v != "" {
			values[text(n)] = v
		}
	})
	if sorted != "比值 descending /units?period=2018&sort=rate&dir=asc" {
		t.Errorf("sorted = %q", sorted)
	}
	if scopes["col"] != 10 || scopes["colgroup"] != 2 || scopes["row"] != 7 {
		t.Errorf("scopes = %v", scopes)
	}
	if values["● 99.16%"] != "0.9915966386554622" || values["2,071"] != "" || values["■ 未达标"] != "1" {
		t.Errorf("sort values = %v", values)
	}
}

// A workbook of several tables has a contents sheet with its stamp and one sheet each.
func TestWorkbookOfSeveralTables(t *testing.T) {
	var b bytes.Buffer
	err := table.Workbook(&b, table.XLSXOptions{Title: "调度材料", Stamp: "数据截止 2018-05-05"}, ranking(), ranking(), &table.Table{Name: "a/b:c", Caption: "空", Columns: []table.Column{{Head: []string{"甲"}}}})
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := strings.Join(f.GetSheetList(), "|"); got != "目录|乡镇比较|乡镇比较-2|a-b-c" {
		t.Errorf("sheets = %s", got)
	}
	rows, _ := f.GetRows("目录")
	if rows[0][0] != "调度材料" || rows[1][0] != "数据截止 2018-05-05" || rows[5][2] != "乡镇比较-2" {
		t.Errorf("contents = %q", rows)
	}
	if ok, link, _ := f.GetCellHyperLink("目录", "B6"); !ok || link != "'乡镇比较-2'!A1" {
		t.Errorf("link = %q", link)
	}
	if rows, _ := f.GetRows("a-b-c"); rows[2][0] != "暂无数据" {
		t.Errorf("empty table = %q", rows)
	}
}

// A figure without an address of its own leads where its column and its row say together, on the
// page and in the data; words and rows without a link lead nowhere.
func TestLinkOfColumnAndRow(t *testing.T) {
	tab := &table.Table{Columns: []table.Column{{Head: []string{"单位"}}, {Head: []string{"率"}, Key: "r", Link: "/figures/R?unit="}},
		Rows: []table.Row{
			{Link: "5&period=2017", Cells: []table.Cell{table.Text("甲"), table.Number("", "1")}},
			{Link: "6&period=2017", Cells: []table.Cell{table.Text("乙"), {Kind: table.NumberKind, Text: "2", Href: "/own"}}},
			{Cells: []table.Cell{table.Text("丙"), table.Number("", "3")}},
		}}
	html := string(tab.HTML(nil, table.Options{}))
	for _, want := range []string{`<a class="fig" href="/figures/R?unit=5&amp;period=2017">1</a>`, `<a class="fig" href="/own">2</a>`, `<td class="n">3</td>`} {
		if !strings.Contains(html, want) {
			t.Errorf("%s is not in %s", want, html)
		}
	}
	data, err := json.Marshal(tab)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(data), `"href"`); n != 2 || !strings.Contains(string(data), `/figures/R?unit=5\u0026period=2017`) {
		t.Errorf("%d addresses in %s, want two", n, data)
	}
}
