package indicators

import (
	"net/url"
	"slices"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

// unitView is the page of a township, a village, a task force or a department.
type unitView struct {
	Crumbs     crumbs
	Name       string
	Kind, Code string
	Period     string
	Switch     switchView
	Lights     []lightCount
	Best       []placeRow // where it stands well among its siblings
	Worst      []placeRow
	Grid       *web.Grid
	Quiet      string // indicators not reported at its level
	Children   *childrenCard
	Neighbours []link
	Beneath    []link       // units beneath without figures, of the functional tree
	Pending    *table.Table // what the reader's own unit handed in and nobody approved yet
	Waits      []link       // what the reader can do about figures that are missing
	Deck       deckView
	Tools      tools
	Empty      *emptyView
	Gone       string // said of a unit that does not live in the period
}

type placeRow struct{ Name, Place, Value, Href string }

// childrenCard is the table of the units beneath, for some indicators.
type childrenCard struct {
	Title   string
	Grid    web.Grid
	Choices choices
	Keep    []pair
	Path    string
	More    string // address of the comparison with all choices
}

// standings lists where a unit stands best and worst among its siblings, at most n of each; what
// it shares the first place in does not count as bad.
func (x lens) standings(lines []Line, n int) (best, worst []placeRow) {
	var list []Line
	for _, l := range lines {
		if l.Now.Rank != nil && l.Now.Rank.Of > 1 {
			list = append(list, l)
		}
	}
	slices.SortStableFunc(list, func(a, b Line) int { return a.Now.Rank.Place - b.Now.Rank.Place })
	row := func(l Line) placeRow {
		return placeRow{l.Now.Title(x.Lang), place(l.Now.Rank), l.Now.Text(x.Lang), x.figureOf(l.Now)}
	}
	for i, l := range list {
		if i < n && l.Now.Rank.Place*2 <= l.Now.Rank.Of {
			best = append(best, row(l))
		}
	}
	for i := len(list) - 1; i >= len(best) && len(worst) < n; i-- {
		if l := list[i]; l.Now.Rank.Place*2 > l.Now.Rank.Of {
			worst = append(worst, row(l))
		}
	}
	return best, worst
}

// unitsTable lists units, one a row, with figures in columns. by is the code of the figure that
// ranks, "" for no ranking; courses are the trends of that figure, where they are shown.
func (x lens) unitsTable(units []org.UnitID, rows []MarkRow, by string, courses []Passing) *table.Table {
	t := &table.Table{ID: "units", Name: x.Text("单位对比"), Empty: x.Text("这个单位下面没有单位")}
	key := slices.IndexFunc(rows, func(r MarkRow) bool { return r.Code == by })
	t.Columns = append(t.Columns, table.Column{Head: []string{x.Text("单位")}, Key: "unit", Sort: table.ByText, RowHead: true, Filter: true})
	figure := func(r MarkRow) {
		t.Columns = append(t.Columns, table.Column{Head: []string{r.Title}, Key: columnKey(r.Code), Sort: table.ByNumber, Align: table.Right,
			Link: "/figures/" + r.Code + "?unit="})
	}
	placed := key >= 0 && slices.ContainsFunc(rows[key].Marks, func(m Mark) bool { return m.Place > 0 })
	if placed { // the figure that ranks stands beside the place
		t.Columns = append(t.Columns, table.Column{Head: []string{x.Text("位次")}, Key: "rank", Sort: table.ByNumber, Align: table.Right,
			Link: "/figures/" + by + "?unit="})
	}
	if key >= 0 {
		figure(rows[key])
	}
	if courses != nil {
		t.Columns = append(t.Columns, table.Column{Head: []string{x.Text("走势")}, Key: "trend"})
	}
	for i, r := range rows {
		if i != key {
			figure(r)
		}
	}
	width := len(t.Columns)
	cells := make([]table.Cell, width*len(units))
	t.Rows = make([]table.Row, len(units))
	names := make([]string, len(courses))
	for i, c := range courses {
		names[i] = x.in(c.Period)
	}
	link, unitLink := "&period="+x.p.String()+x.kept(), "?period="+x.p.String()+x.kept()
	absent := x.Text(measure.Absent.Text())
	// A share or a rate stands with its counts; a file has no room for them beside its numbers.
	var counts strings.Builder // all in one piece
	counts.Grow(8 * len(units) * len(rows))
	var digits []byte
	made := func(m *Mark) string {
		digits = append(measure.AppendGroup(digits[:0], m.X), '/')
		digits = measure.AppendGroup(digits, m.N)
		from := counts.Len()
		counts.Write(digits)
		return counts.String()[from:]
	}
	put := func(c *table.Cell, code string, m *Mark) {
		c.Kind, c.Text, c.Light, c.Missing = table.NumberKind, m.Text, m.Light, m.None
		if m.None && x.why != nil && !m.Withheld && m.Text == absent {
			c.Text = x.Text(x.why.word(code, m.Unit, x.p))
		}
		if m.Incomplete || m.Withheld || m.State == measure.Restated {
			a := Answer{Incomplete: m.Incomplete, Withheld: m.Withheld, Small: m.Small, State: m.State}
			if c.Note, c.Hint = x.note(a), x.hint(a); m.Incomplete {
				c.Hint = x.say("应报 %d 项，已报 %d 项", m.Expected, m.Reported)
			}
		} else if m.N > 0 && !x.file {
			c.Note = made(m)
		}
	}
	var addresses strings.Builder // all in one piece
	addresses.Grow(len(units) * (len(link) + len(unitLink) + 36))
	address := func(before, code, after string) string {
		from := addresses.Len()
		addresses.WriteString(before)
		addresses.WriteString(code)
		addresses.WriteString(after)
		return addresses.String()[from:]
	}
	for j, u := range units {
		row := cells[j*width : (j+1)*width : (j+1)*width]
		code := x.code(u)
		t.Rows[j].Cells, t.Rows[j].Link = row, address("", url.QueryEscape(code), link)
		name := &row[0]
		name.Text, name.Href, name.SortKey = x.unit(u), address("/units/", url.PathEscape(code), unitLink), x.tree.Pinyin(u)
		row = row[1:]
		if key >= 0 {
			if placed {
				if n := rows[key].Marks[j].Place; n > 0 {
					row[0] = table.Number("", itoa(n))
				}
				row = row[1:]
			}
			put(&row[0], rows[key].Code, &rows[key].Marks[j])
			row = row[1:]
		}
		if courses != nil {
			values := make([]chart.Value, len(courses))
			for i, c := range courses {
				if m := &c.Marks[j]; m.None {
					values[i] = chart.Gap(m.Text)
				} else {
					values[i] = chart.Num(m.Value, m.Text)
				}
			}
			if s := x.sparkOf(rows[key].Title, names, values, rows[key].Marks[j].Light, 96); s != nil {
				row[0] = table.Spark(*s)
			}
			row = row[1:]
		}
		for i := range rows {
			if i != key {
				put(&row[0], rows[i].Code, &rows[i].Marks[j])
				row = row[1:]
			}
		}
	}
	return t
}

// columnKey makes the key of a column from a code; the table wants letters, digits and
// underscores.
func columnKey(code string) string {
	b := []byte("v_" + code)
	for i, c := range b {
		if c == '.' {
			b[i] = '_'
		}
	}
	return string(b)
}

// quietText names the indicators that a unit's level does not report.
func (x lens) quietText(lines []Line) string {
	if len(lines) == 0 {
		return ""
	}
	s := ""
	for i, l := range lines {
		if i == 8 {
			return x.say("另有 %d 项本级不报：%s等", len(lines), s)
		}
		if i > 0 {
			s += x.Text("、")
		}
		s += l.Now.Title(x.Lang)
	}
	return x.say("另有 %d 项本级不报：%s", len(lines), s)
}
