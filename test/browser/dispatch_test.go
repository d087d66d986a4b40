package browser_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kaiyang/internal/platform/sheet"
	"kaiyang/internal/testkit"
)

// The day before a dispatch meeting and the days after: the data propose the agenda, one click
// makes the pack, the chair's view takes a decision, the township signs and reports with a file,
// another person verifies, the office closes, and the item says what became of it.
func TestADecisionIsFollowedToItsProof(t *testing.T) {
	_, at := served(t)
	office := testkit.Browser(t)
	town, other := office.Another(), office.Another()
	signIn(office, at, "office")
	signIn(town, at, "t104")
	signIn(other, at, "office2")

	office.Go(at + "/meetings")
	has(t, "the meetings", office.Text("main"), "2018-05-11", "明天")
	office.Go(at + "/meetings/2")
	has(t, "what the data propose", office.Text("main"), "上次议定事项办理情况", "春季禁种铲毒踏查安排", "未达标", "逾期")
	office.Follow(`form[action="/meetings/2/proposals"] button`)
	office.Follow(`form[action="/meetings/2/packs"] button`)
	has(t, "the pack", office.Text("#packs"), "第 1 版", "Word", "PDF", "Excel")
	var book []byte
	for _, f := range []string{"docx", "pdf", "xlsx"} {
		b, err := os.ReadFile(office.Download(`a[href="/meetings/2/packs/1/` + f + `"]`))
		if err != nil || len(b) < 10_000 {
			t.Errorf("the %s of the pack: %d bytes, %v", f, len(b), err)
		}
		book = b
	}
	office.Follow(`a[href="/meetings/2/packs/1"]`)
	has(t, "the pack on a page", office.Text("main"), "总体情况", "存在问题", "春季禁种铲毒踏查安排")
	sameTables(t, office, book)
	office.Go(at + "/meetings/2")

	// The meeting. The chair's view steps through the agenda by keys; the wall follows nobody's typing.
	office.Follow(`form[action="/meetings/2/state"]:has(input[value="running"]) button`)
	first := office.Path()
	if !strings.HasPrefix(first, "/meetings/2/run") {
		t.Fatalf("the meeting begins at %s", first)
	}
	office.FollowScript(`document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}))`)
	has(t, "the second item", office.Text("h1"), "春季禁种铲毒踏查安排")
	office.Type("#text", "四个图斑逐一踏查，照片和记录报专班。")
	office.Type("#lead", "楠木渡镇")
	office.Type("#standard", "踏查记录齐全")
	office.Follow(`form[action="/meetings/2/decisions"] button`)
	has(t, "the decision", office.Text("main"), "四个图斑逐一踏查", "楠木渡镇")
	item := office.Eval(`document.querySelector('.decided a[href^="/actions/"]').getAttribute('href')`)

	// The township is told, signs, and reports with a file.
	town.Go(at + "/inbox")
	has(t, "the township's inbox", town.Text("main"), "四个图斑逐一踏查")
	waits := func() string {
		return town.Eval(`[...document.querySelectorAll('li.unread')].filter(l => l.textContent.includes('四个图斑') && l.textContent.includes('请签收')).length`)
	}
	if n := waits(); n != "1" {
		t.Errorf("the inbox asks %s times to sign for it, want once", n)
	}
	deed := func(b *testkit.Tab, name string, fill func()) {
		t.Helper()
		b.Go(at + item)
		b.Eval(`(document.getElementById('` + name + `') || {}).open = true`)
		if fill != nil {
			fill()
		}
		b.Follow(`form[action="` + item + `/` + name + `"] button[type=submit]`)
	}
	town.Go(at + item)
	has(t, "the item at the township", town.Text("main"), "待签收")
	deed(town, "sign", nil)
	has(t, "after signing", town.Text("main"), "办理中")
	town.Go(at + "/inbox")
	if n := waits(); n != "0" {
		t.Errorf("the inbox still asks %s times to sign for it", n)
	}
	photo := filepath.Join(t.TempDir(), "踏查记录.pdf")
	if err := os.WriteFile(photo, []byte("%PDF-1.4\n% 踏查记录（测试）\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	deed(town, "feedback", func() {
		town.Type(`#feedback textarea[name="reason"]`, "四个图斑已踏查，未发现种植。")
		town.Upload(`#feedback input[type=file]`, photo)
	})
	has(t, "after the feedback", town.Text("main"), "待核验", "踏查记录.pdf")

	// Who reported may not verify; somebody else does, and the office closes.
	if n := town.Eval(`document.querySelectorAll('form[action="` + item + `/verify"]').length`); n != "0" {
		t.Errorf("the township is offered to verify its own work")
	}
	deed(other, "verify", func() {})
	has(t, "after verifying", other.Text("main"), "待销号")
	deed(office, "close", nil)
	has(t, "after closing", office.Text("main"), "已销号")
	office.Go(at + "/meetings/2")
	has(t, "the meeting afterwards", office.Text("#decisions"), "四个图斑逐一踏查", "已销号")
	quiet(t, at, office, town, other)
}

// sameTables finds every row of the tables on the page of a pack in its workbook: words as they
// stand, numbers to the digits that are printed.
func sameTables(t *testing.T, page *testkit.Tab, book []byte) {
	t.Helper()
	b, err := sheet.OpenBytes(book, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var kept [][]sheet.Value
	for _, name := range b.Sheets() {
		if err := b.Rows(name, func(_ int, values []sheet.Value) error {
			kept = append(kept, slices.Clone(values))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	var rows [][]string
	if err := json.Unmarshal([]byte(page.Eval(`JSON.stringify(Array.from(document.querySelectorAll('.paper table tbody tr'), r => Array.from(r.cells, c => c.textContent)))`)), &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) < 100 {
		t.Errorf("only %d rows on the page", len(rows))
	}
	for _, r := range rows {
		if !slices.ContainsFunc(kept, func(k []sheet.Value) bool { return sameRow(r, k) }) {
			t.Errorf("the workbook lacks %q", r)
		}
	}
}

var printed = regexp.MustCompile(`^(-?[0-9]+)(?:\.([0-9]+))?`)

func sameRow(page []string, book []sheet.Value) bool {
	for i, shown := range page {
		var v sheet.Value
		if i < len(book) {
			v = book[i]
		}
		plain := strings.NewReplacer(",", "", " ", "").Replace(shown)
		m := printed.FindStringSubmatch(plain)
		if v.Number == "" || m == nil {
			if plain != strings.NewReplacer(",", "", " ", "").Replace(v.Text) {
				return false
			}
			continue
		}
		got, _ := strconv.ParseFloat(v.Number, 64)
		if strings.HasSuffix(plain, "%") {
			got *= 100
		}
		want, _ := strconv.ParseFloat(m[0], 64)
		if math.Abs(got-want) > 0.5000001*math.Pow10(-len(m[2])) {
			return false
		}
	}
	return true
}
