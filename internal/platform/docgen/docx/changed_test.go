package docx_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/docx"
	"kaiyang/internal/platform/table"
)

// edit changes the words of a made file as a person does in Word.
func edit(t *testing.T, made []byte, pairs ...string) []byte {
	t.Helper()
	p := parts(t, made)
	doc := p["word/document.xml"]
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(doc, pairs[i]) {
			t.Fatalf("no %q to edit", pairs[i])
		}
		doc = strings.Replace(doc, pairs[i], pairs[i+1], 1)
	}
	p["word/document.xml"] = doc
	var out [][2]string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		out = append(out, [2]string{name, p[name]})
	}
	return zipped(t, out)
}

func TestChangedFigures(t *testing.T) {
	made := file(t, notice())
	cell := `<w:t xml:space="preserve">2,071</w:t>`
	cases := []struct {
		name  string
		edits []string
		want  string
	}{
		{"nothing", nil, ""},
		{"a figure in the text", []string{">59.58%<", ">61.00%<"}, "1 14 [1] 59.58% → 61.00%"},
		{"by its last digit", []string{">59.58%<", ">59.59%<"}, "1 14 [1] 59.58% → 59.59%"},
		{"with its unit", []string{">1.2个百分点<", ">2个百分点<"}, "1 14 [2] 1.2个百分点 → 2个百分点"},
		{"with the words around it", []string{"4月，全县戒断三年未复吸率为", "上月我县比率已达到", ">59.58%<", ">60%<"}, "1 14 [1] 59.58% → 60%"},
		{"words only", []string{"4月，全县戒断三年未复吸率为", "4月，我县戒断三年未复吸率是"}, ""},
		{"the figure taken out", []string{`<w:t xml:space="preserve">59.58%</w:t>`, ``}, "1 14 [1] 59.58% → "},
		{"split over runs by Word", []string{">59.58%</w:t>", ">59</w:t></w:r><w:r><w:t>.58%</w:t>"}, ""},
		{"a cell", []string{cell, strings.Replace(cell, "2,071", "2,070", 1)}, "1 22 [0] 2,071 → 2,070 row"},
		{"a missing value filled in", []string{">未报</w:t>", ">12</w:t>"}, "1 31 [0] 未报 → 12 row"},
		{"a paragraph added", []string{`<w:p><w:pPr><w:pStyle w:val="Heading1"/>`, `<w:p><w:r><w:t>另外一段全新的话</w:t></w:r></w:p><w:p><w:pPr><w:pStyle w:val="Heading1"/>`}, "2 15 [0]  → 另外一段全新的话"},
		{"tracked changes", []string{`<w:r><w:rPr><w:rStyle w:val="KyFigure"/></w:rPr><w:t xml:space="preserve">59.58%</w:t></w:r>`, `<w:del w:id="1"><w:r><w:delText>59.58%</w:delText></w:r></w:del><w:ins w:id="2"><w:r><w:t>60.00%</w:t></w:r></w:ins>`}, "1 14 [1] 59.58% → 60.00%"},
	}
	for _, c := range cases {
		changes, err := docx.Changed(made, edit(t, made, c.edits...))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range changes {
			s := fmt.Sprintf("%d %d [%d] %s → %s", x.Kind, x.Line, x.Source, x.Was, x.Now)
			if x.Row {
				s += " row"
			}
			got = append(got, s)
		}
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	d := notice()
	d.Body = append(d.Body[:2], d.Body[3:]...)
	changes, err := docx.Changed(made, file(t, d))
	if err != nil || len(changes) != 1 || changes[0].Kind != docx.LineRemoved || changes[0].Was != filler {
		t.Errorf("a paragraph taken out: %v %v", changes, err)
	}
}

// A figure set to any other number is found, whatever stands around it.
func TestAnyChangedFigureIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.StringOfN(rapid.SampledFrom([]rune("为比率全县 12.%，、[]")), 0, 12, -1)
		number := rapid.StringMatching(`-?[1-9][0-9]{0,3}(\.[0-9])?%?`)
		before, after, was, now := words.Draw(t, "before"), "达"+words.Draw(t, "after"), number.Draw(t, "was"), number.Draw(t, "now")
		before += "为"
		made := func(v string) []byte {
			var b strings.Builder
			d := &docgen.Document{Body: []docgen.Block{docgen.Paragraph{Runs: []docgen.Run{{Text: before}, {Text: v, Source: 1}, {Text: after}}}}, Sources: []docgen.Source{{No: 1, Label: "来源"}}}
			if err := docx.Write(&b, d, nil); err != nil {
				t.Fatal(err)
			}
			return []byte(b.String())
		}
		changes, err := docx.Changed(made(was), made(now))
		if err != nil {
			t.Fatal(err)
		}
		if was == now && len(changes) == 0 {
			return
		}
		if len(changes) != 1 || changes[0].Was != was || changes[0].Now != now {
			t.Fatalf("%s → %s: %+v", was, now, changes)
		}
	})
}

// A figure in a table has its mark, and a change of it is told with its source.
func TestAFigureInATableHasItsMark(t *testing.T) {
	made := func(v string) []byte {
		return file(t, &docgen.Document{Body: []docgen.Block{docgen.Table{Table: &table.Table{Columns: []table.Column{{Head: []string{"指标"}, RowHead: true}, {Head: []string{"数值"}}},
			Rows: []table.Row{{Cells: []table.Cell{table.Text("就业安置率"), table.Figure(table.Fig{Text: v, Exact: "1", Source: 1})}}}}}}, Sources: []docgen.Source{{No: 1, Label: "来源"}}})
	}
	if text := parts(t, made("83.33%"))["word/document.xml"]; !strings.Contains(text, `w:anchor="ky_source_1"`) {
		t.Error("no mark in the table")
	}
	changes, err := docx.Changed(made("83.33%"), made("84%"))
	if err != nil || len(changes) != 1 || changes[0].Was != "83.33%" || changes[0].Now != "84%" || changes[0].Source != 1 {
		t.Errorf("%+v %v", changes, err)
	}
}

// What no line breaks keeps its width in a crowded table: a target, a fraction.
func TestNumbersKeepTheirWidthInACrowdedTable(t *testing.T) {
	var columns []table.Column
	var cells []table.Cell
	for _, text := range []string{"社戒社康人员在案件中的占比", "2018年3月", "100.00%", "60617/62652", "29.54%—53.50%", "1—18", "相当", ">30%", "未达标"} {
		columns, cells = append(columns, table.Column{Head: []string{"列"}, Width: 3}), append(cells, table.Text(text))
	}
	columns[0].RowHead = true
	xml := parts(t, file(t, &docgen.Document{Body: []docgen.Block{docgen.Table{Table: &table.Table{Columns: columns, Rows: []table.Row{{Cells: cells}}}}}}))["word/document.xml"]
	var widths []int
	for _, m := range regexp.MustCompile(`<w:gridCol w:w="(\d+)"`).FindAllStringSubmatch(xml, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		widths = append(widths, n)
	}
	// At 10.5 points a character is 210 twips wide and the cell has margins of 140.
	for column, characters := range map[int]float64{3: 5.5, 7: 2.4} {
		if want := int(characters*150) + 140; widths[column] < want {
			t.Errorf("column %d is %d wide, want %d at least: %v", column, widths[column], want, widths)
		}
	}
}
