package docgen_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/docx"
	"kaiyang/internal/platform/docgen/fonts"
	"kaiyang/internal/platform/docgen/ink"
	"kaiyang/internal/platform/docgen/pdf"
	"kaiyang/internal/platform/table"
)

// whole is a document with every block and every field filled.
func whole() *docgen.Document {
	spark := chart.Sparkline{Title: "近三期", Values: []chart.Value{chart.Num(1, "1"), chart.Gap("未报"), chart.Num(3, "3")}, Light: measure.Red, Width: 120, Height: 28}
	t := &table.Table{ID: "t", Name: "表", Caption: "各乡镇 <进度> & 其他", Notes: []string{"缺水口镇"}, Source: "截至 2018-05-10", Empty: "暂无",
		Columns: []table.Column{{Head: []string{"乡镇"}, Key: "unit", RowHead: true, Width: 8, Sort: table.ByText, Filter: true}, {Head: []string{"率", "本期"}, Key: "v", Unit: "%", Align: table.Right, Link: "/f?u="}, {Head: []string{"走势"}, Key: "s"}},
		Rows: []table.Row{{ID: "1", Level: 1, Link: "1", Data: []table.Attr{{Name: "force", Value: "ZB1"}}, Cells: []table.Cell{table.Text("城关镇"), table.Figure(table.Fig{Text: "37.52%", Exact: "37.52", Href: "/figures/I2", Light: measure.Yellow, Note: "不完整", Hint: "缺"}), table.Spark(spark)}},
			{Total: true, Cells: []table.Cell{table.Text("全县"), table.Missing("未报"), table.Text("")}}}}
	line := chart.Line{Title: "走势", X: []string{"1月", "2月"}, Series: []chart.Series{{Name: "全县", Values: []chart.Value{chart.Num(1, "1"), chart.Num(2, "2")}}}}
	body := []docgen.Block{
		docgen.Heading{Level: 2, Runs: []docgen.Run{{Text: "（一）情况", Role: docgen.Kaiti, Bold: true}}},
		docgen.Paragraph{Runs: []docgen.Run{{Text: "率为"}, {Text: "37.52%", Red: true, Href: "/figures/I2", Source: 1}, {Text: "「<5」。"}}, Flush: true, Align: table.Center, Keep: true},
		docgen.Table{Table: t, Wide: true},
		docgen.Picture{Chart: line, Caption: "走势", Width: 120, Alt: "折线"},
		docgen.PageBreak{},
		docgen.Say("完。"),
	}
	return &docgen.Document{Kind: docgen.Bulletin, Mark: "简报", CopyNo: "000001", Urgency: "特急", Number: "茶禁〔2018〕3号", Signers: []string{"甲某"}, Issue: "第3期", Editor: "办公室", Day: "2018年5月11日",
		Title: "标题\n二行", To: []string{"各乡镇"}, Body: body, Attached: []docgen.Attachment{{Name: "附表", Body: []docgen.Block{docgen.Table{Table: t}, docgen.Say("说明")}}},
		Sign: &docgen.Signature{Unit: "指挥部", Day: "2018年5月11日", Sealed: true}, Remark: "公开", Present: []docgen.Attendance{{Label: "出席", Text: "甲某"}},
		Colophon: &docgen.Colophon{CopyTo: []string{"县委"}, SendTo: []string{"各乡镇"}, Office: "办公室", Day: "2018年5月11日", Prints: 30},
		Sources:  []docgen.Source{{No: 1, Label: "未复吸率", Value: "37.52%", Path: "/figures/I2"}}, Watermark: "内部",
		Meta: docgen.Meta{Subject: "主题", Author: "办公室", Cutoff: "2018-05-10 18:00", Made: "2018-05-10T18:00:00+08:00", Generator: "开阳", Base: "https://kaiyang.example", English: true}}
}

// filled fails where a field of the sample is empty: a new field must be frozen, too.
func filled(t *testing.T, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Pointer:
		filled(t, v.Elem(), path)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("the sample leaves %s.%s empty", path, v.Type().Field(i).Name)
			}
		}
	}
}

func TestAFrozenDocumentPrintsAsBefore(t *testing.T) {
	set, err := fonts.Open("", fonts.SystemDirs())
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	pics := func(c chart.Chart, w float64) ([]byte, int, int, error) { return ink.PNG(c, w, 100, set) }
	d := whole()
	for _, x := range []any{d, d.Sign, d.Colophon, d.Meta, d.Body[0], d.Body[1], d.Body[2], d.Body[3]} {
		filled(t, reflect.ValueOf(x), reflect.TypeOf(x).String())
	}
	text, err := docgen.Freeze(d)
	if err != nil {
		t.Fatal(err)
	}
	again, err := docgen.Freeze(whole())
	if err != nil || !bytes.Equal(text, again) {
		t.Fatalf("equal documents give %d and %d bytes, %v", len(text), len(again), err)
	}
	back, err := docgen.Thaw(text)
	if err != nil {
		t.Fatal(err)
	}
	if text2, err := docgen.Freeze(back); err != nil || !bytes.Equal(text, text2) {
		t.Fatalf("freezing the thawed document: %v\n%s\n%s", err, text, text2)
	}
	for i, b := range d.Body {
		if _, pic := b.(docgen.Picture); !pic && !reflect.DeepEqual(b, back.Body[i]) {
			t.Errorf("block %d came back as %+v, was %+v", i, back.Body[i], b)
		}
	}
	print := func(d *docgen.Document) (w, p []byte) {
		var a, b bytes.Buffer
		if err := docx.Write(&a, d, pics); err != nil {
			t.Fatal(err)
		}
		if _, err := pdf.Write(&b, d, set); err != nil {
			t.Fatal(err)
		}
		return a.Bytes(), b.Bytes()
	}
	w1, p1 := print(d)
	w2, p2 := print(back)
	if !bytes.Equal(w1, w2) {
		t.Error("the docx of the thawed document differs")
	}
	if !bytes.Equal(p1, p2) {
		t.Error("the PDF of the thawed document differs")
	}
}

func TestDamagedFrozenTextIsRefused(t *testing.T) {
	text, err := docgen.Freeze(whole())
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"cut off":       string(text[:len(text)/2]),
		"a later form":  strings.Replace(string(text), `"Form":1`, `"Form":2`, 1),
		"unknown kind":  strings.Replace(string(text), `"bulletin"`, `"poster"`, 1),
		"unknown block": strings.Replace(string(text), `"Block":"break"`, `"Block":"film"`, 1),
		"unknown field": strings.Replace(string(text), `"Form":1`, `"Form":1,"New":2`, 1),
		"table lost":    strings.Replace(string(text), `"Block":"paragraph"`, `"Block":"table"`, 1),
	} {
		if bad == string(text) {
			t.Fatalf("%s: nothing was changed", name)
		}
		if d, err := docgen.Thaw([]byte(bad)); err == nil {
			t.Errorf("%s: thawed to %q", name, d.Title)
		}
	}
	if _, err := docgen.Freeze(&docgen.Document{Body: []docgen.Block{docgen.Picture{}}}); err == nil {
		t.Error("a picture of nothing was frozen")
	}
}
