package browser_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"kaiyang/internal/testkit"
)

// paste gives a script that pastes a block from a spreadsheet into the cell, as the browser does.
func paste(id, block string) string {
	return fmt.Sprintf(`(() => { const i = document.getElementById(%q), d = new DataTransfer(); i.focus(); d.setData('text/plain', %q);
		return i.dispatchEvent(new ClipboardEvent('paste', {clipboardData: d, bubbles: true, cancelable: true})) })()`, id, block)
}

func values(b *testkit.Tab, ids ...string) string {
	var out []string
	for _, id := range ids {
		out = append(out, b.Eval(fmt.Sprintf("document.getElementById(%q).value", id)))
	}
	return strings.Join(out, " ")
}

// A township mends the return that was sent back, the task force reviews it, the office approves
// it, and the number is on the county's page.
func TestAReturnGoesThroughTheChain(t *testing.T) {
	_, at := served(t)
	b := testkit.Browser(t)
	force, office, leader := b.Another(), b.Another(), b.Another()

	signIn(leader, at, "leader")
	const figure = "/figures/XYRS?unit=520121101&period=2018-04"
	leader.Go(at + figure)
	has(t, "the township's April before", leader.Text("p.answer"), "被退回")

	signIn(b, at, "t101")
	b.Go(at + "/returns")
	has(t, "the list of the township", b.Text("main"), "戒毒管控月报", "已退回", "逾期")
	b.Follow(`a[href="/returns/F_JD/520121101/2018-04"]`)
	has(t, "the page", b.Text("main"), "退回意见", "与就业台账不符")

	// Keys: what is typed replaces what stood there, Enter goes down, arrows go around.
	b.Eval(`document.getElementById('c0-2').focus()`)
	b.Keys("12\r")
	if got := b.Eval("document.activeElement.id"); got != "c1-2" {
		t.Errorf("Enter leads to %s, want c1-2", got)
	}
	if got := values(b, "c0-2"); got != "12" {
		t.Errorf("the cell holds %q, want 12", got)
	}
	before := values(b, "c1-2", "c1-3", "c2-2", "c2-3")
	if took := b.Eval(paste("c1-2", "8\t6\n1,009\t5\n")); took != "false" {
		t.Errorf("the page leaves the paste to the browser")
	}
	if got := values(b, "c1-2", "c1-3", "c2-2", "c2-3"); got != "8 6 1,009 5" {
		t.Errorf("pasted, the cells hold %q", got)
	}
	total := b.Text(`[data-total="2"]`)
	b.Eval(`document.getElementById('c1-2').focus()`)
	b.Eval(`document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'z', ctrlKey: true, bubbles: true, cancelable: true}))`)
	if got := values(b, "c1-2", "c1-3", "c2-2", "c2-3"); got != before {
		t.Errorf("after taking back the paste the cells hold %q, want %q", got, before)
	}
	if again := b.Text(`[data-total="2"]`); again == total {
		t.Errorf("the total %s did not follow", again)
	}
	b.Eval(paste("c1-2", "8\t6\n9\t5\n"))

	// A hard finding names its cell; nothing is handed in.
	right := values(b, "c0-5")
	b.Type("#c0-5", "99")
	b.Follow(`#entry button[value="submit"]`)
	has(t, "the findings", b.Text("#findings"), "要改正的 1 处", "白马新村社区", "执行人数不能超过应执行人数")
	if got := values(b, "c0-2", "c1-2", "c0-5"); got != "12 8 99" {
		t.Errorf("after the refusal the cells hold %q", got)
	}
	if b.Eval(`document.querySelector('#findings a[href^="#"]').hash.slice(1) === document.querySelector('td.bad input').id`) != "true" {
		t.Error("the finding does not lead to the marked cell")
	}
	b.Type("#c0-5", right)
	b.Follow(`#entry button[value="submit"]`)
	has(t, "the page", b.Text("main"), "已提交第 2 版")

	pick := func(tab *testkit.Tab, deed string) {
		tab.Go(at + "/returns/review")
		tab.Click(`input[name="pick"][aria-label^="双流镇 戒毒"]`)
		tab.Follow(fmt.Sprintf(`button[value=%q]`, deed))
	}
	signIn(force, at, "zb3")
	pick(force, "review")
	has(t, "the task force's page", force.Text("main"), "已审核 1 份")
	leader.Go(at + figure)
	has(t, "the township's April before the approval", leader.Text("p.answer"), "待批准")
	signIn(office, at, "office")
	pick(office, "approve")
	has(t, "the office's page", office.Text("main"), "已批准 1 份")

	leader.Go(at + figure)
	sum := strings.TrimSpace(leader.Text("p.answer"))
	if !strings.HasSuffix(strings.Fields(sum)[0], "人") {
		t.Errorf("after the approval the township's April is %q", sum)
	}
	has(t, "the county's April", func() string { leader.Go(at + "/figures/XYRS?period=2018-04"); return leader.Text("main") }(), strings.Fields(sum)[0])
	b.Go(at + "/returns/F_JD/520121101/2018-04")
	has(t, "the township's page", b.Text("main"), "已批准，数据已生效")
	quiet(t, at, b, force, office, leader)
}

// A township fills the workbook in. What is wrong comes back as findings with their cells and as
// the same workbook with comments there; mended, it is handed in.
func TestAWorkbookGoesAndComesBack(t *testing.T) {
	_, at := served(t)
	b := testkit.Browser(t)
	signIn(b, at, "t102")
	const entry = "/returns/F_DJ/520121102/2018-05"
	b.Go(at + entry)
	name := b.Download(`a[href="` + entry + `/workbook"]`)
	for _, w := range []string{"缉毒打击月报", "金中镇", ".xlsx"} {
		if !strings.Contains(name, w) {
			t.Errorf("the workbook is called %s", name)
		}
	}
	book, err := excelize.OpenFile(name)
	if err != nil {
		t.Fatal(err)
	}
	fill := func(sheet, column string, from, to int) {
		for row := from; row <= to; row++ {
			if err := book.SetCellValue(sheet, fmt.Sprintf("%s%d", column, row), 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	set := func(sheet, cell string, value any) {
		if err := book.SetCellValue(sheet, cell, value); err != nil {
			t.Fatal(err)
		}
	}
	fill("案件", "E", 5, 17)
	fill("查处", "D", 4, 8)
	set("案件", "E5", "三起")
	set("案件", "E12", -1)
	set("查处", "D4", 2.5)
	if err := book.Save(); err != nil {
		t.Fatal(err)
	}

	upload := func(file string) {
		b.Go(at + entry)
		b.Eval(`document.querySelectorAll('details').forEach(d => { d.open = true })`)
		b.Upload(`input[type=file]`, file)
		b.Follow(`form[enctype="multipart/form-data"] button`)
		if b.Eval(`document.querySelectorAll('#findings').length`) == "0" {
			t.Fatalf("the upload was not read: %s", b.Eval(`Array.from(document.querySelectorAll('.problem')).map(e => e.innerText).join(' | ')`))
		}
	}
	upload(name)
	found := b.Text("#findings")
	has(t, "the findings", found, "要改正的", "三起", "-1", "2.5")
	if n := b.Eval(`document.querySelectorAll('td.bad input').length`); n != "3" {
		t.Errorf("%s cells are marked, want 3: %s", n, found)
	}
	marked, err := excelize.OpenFile(b.Download(`a[href="` + entry + `/errors"]`))
	if err != nil {
		t.Fatal(err)
	}
	noted := map[string]string{}
	for _, sheet := range []string{"案件", "查处"} {
		comments, err := marked.GetComments(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range comments {
			text := c.Text
			for _, p := range c.Paragraph {
				text += p.Text
			}
			noted[sheet+"!"+c.Cell] = text
		}
	}
	for _, at := range []string{"案件!E5", "案件!E12", "查处!D4"} {
		if noted[at] == "" {
			t.Errorf("the workbook has no comment at %s: %v", at, noted)
		}
	}
	if len(noted) != 3 {
		t.Errorf("the workbook has %d comments: %v", len(noted), noted)
	}
	if v, _ := marked.GetCellValue("案件", "E5"); v != "三起" {
		t.Errorf("the workbook that comes back holds %q, not what was typed", v)
	}

	set("案件", "E5", 0)
	set("案件", "E12", 0)
	set("查处", "D4", 2)
	if err := book.Save(); err != nil {
		t.Fatal(err)
	}
	upload(name)
	has(t, "the page", b.Text("main"), "已读入 18 格")
	if strings.Contains(b.Text("main"), "要改正的") {
		t.Errorf("the mended workbook has findings: %s", b.Text("#findings"))
	}
	b.Follow(`#entry button[value="submit"]`)
	if strings.Contains(b.Text("main"), "要核对的") { // the numbers jump against the month before
		b.Eval(`document.querySelectorAll('input[data-words]').forEach(i => { i.value = '五月没有发生' })`)
		b.Follow(`#entry button[value="submit"]`)
	}
	has(t, "the page", b.Text("main"), "已提交第 1 版")

	// Reviewing, the task force downloads the workbook as it was handed in.
	force := b.Another()
	signIn(force, at, "zb4")
	force.Go(at + "/returns/review")
	force.Eval(`Array.from(document.querySelectorAll('a[href^="/returns/review/"]')).find(a => a.closest('tr').innerText.includes('金中镇') && a.closest('tr').innerText.includes('5月')).id = 'theone'`)
	force.Follow("#theone")
	file := force.Download(`a[href*="/file?"]`)
	same, err := excelize.OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := same.GetCellValue("查处", "D4"); v != "2" {
		t.Errorf("the workbook handed in holds %q", v)
	}
	quiet(t, at, b, force)
}
