package screen

import (
	"strings"
	"testing"

	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/words"
)

// All parts of a document stand on the page in their order, figures lead to their traces, what a
// person changed says what was computed, and words bring no markup in.
func TestADocumentOnAPage(t *testing.T) {
	d := &docgen.Document{
		Mark: "演示县禁毒办", Number: "演禁办〔2018〕1号", Title: "关于甲<镇>的\n通报", To: []string{"各乡镇", "各专班"},
		Body: []docgen.Block{
			docgen.Head(1, "一、情况"),
			docgen.Paragraph{Runs: []docgen.Run{{Text: "执行率为"}, {Text: "98.1%", Href: "/figures/I4?unit=1&period=2017", Source: 1}, {Text: "，另有"}, {Text: "7人", Href: "javascript:alert(1)", Source: 2}}},
			docgen.Table{Table: &table.Table{ID: "r", Columns: []table.Column{{Head: []string{"单位"}, Key: "unit", RowHead: true}}, Rows: []table.Row{{Cells: []table.Cell{table.Text("甲镇")}}}}},
			docgen.Picture{Chart: chart.Line{Title: "走势", X: []string{"2016", "2017"}, Series: []chart.Series{{Name: "县", Values: []chart.Value{chart.Num(1, "1"), chart.Num(2, "2")}}}}, Caption: "走势图"},
			docgen.PageBreak{},
		},
		Attached: []docgen.Attachment{{Name: "名单", Body: []docgen.Block{docgen.Say("附件的话。")}}},
		Sign:     &docgen.Signature{Unit: "演示县禁毒办", Day: "2018年5月10日"},
		Sources:  []docgen.Source{{No: 1, Label: "执行率 · 甲镇", Value: "98.1%", Path: "/figures/I4"}, {No: 2, Label: "人数", Value: "9人", Path: "/figures/N1"}},
	}
	got := string(HTML(d, words.English))
	at := 0
	for _, s := range []string{
		`<article class="paper" lang="zh-CN">`, "演示县禁毒办", "演禁办〔2018〕1号", "关于甲&lt;镇&gt;的通报", "各乡镇，各专班：", "<h2>一、情况</h2>",
		`<a href="/figures/I4?unit=1&amp;period=2017">98.1%</a><sup>1</sup>`, `<a href="#" class="paper-changed" title="9人">7人</a><sup>2</sup>`,
		"甲镇", "<svg", "<figcaption>走势图</figcaption>", "<hr>", "附件　名单", "附件的话。", `<p class="paper-sign">2018年5月10日</p>`, "</article>",
		"Sources of figures (2)", `<a href="/figures/N1">人数</a>`,
	} {
		i := strings.Index(got[at:], s)
		if i < 0 {
			t.Fatalf("%q does not stand where it should:\n%s", s, got)
		}
		at += i + len(s)
	}
	if empty := string(HTML(&docgen.Document{}, words.Chinese)); empty != `<article class="paper" lang="zh-CN"></article>` {
		t.Errorf("an empty document: %s", empty)
	}
}
