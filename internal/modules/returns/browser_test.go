package returns

import (
	"testing"
	"time"

	"kaiyang/internal/testkit"
)

// The grid in a real browser: keys, a pasted block, taking it back, sums while typing, a draft that
// is kept by itself, and handing in.
func TestTypingInABrowser(t *testing.T) {
	f := newFront(t)
	f.publish(monthly())
	b := testkit.Browser(t)
	b.Go(f.server.URL + "/healthz")
	b.Eval(`document.cookie = "who=town; path=/"`)
	b.Go(f.server.URL + aprilPage)

	is := func(what, script, want string) {
		t.Helper()
		if got := b.Eval(script); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	b.Eval(`document.getElementById("c0-0").focus()`)
	b.Keys("１２\r")
	is("Enter goes down", `document.activeElement.id`, "c1-0")
	b.Keys("1.5\r")
	is("not a whole number", `document.getElementById("c1-0").parentNode.className`, "cell typo")
	b.Keys("３")
	is("the sum leaves out what is no number", `document.querySelector('[data-total="0"]').textContent`, "15")
	press := func(key, more string) {
		b.Eval(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "` + key + `", bubbles: true, cancelable: true` + more + `}))`)
	}
	press("ArrowUp", "")
	is("up", `document.activeElement.id`, "c1-0")
	press("ArrowRight", "")
	is("right", `document.activeElement.id`, "c1-1")

	// A block of a spreadsheet, wider than the table.
	b.Eval(`document.getElementById("c0-1").focus()`)
	b.Eval(`(function () {
		var d = new DataTransfer();
		d.setData("text/plain", "30\t18\t12\r\n31\t18\t13\r\n32\t18\t14\r\n99\t99\t99\r\n");
		document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: d, bubbles: true, cancelable: true}));
	})()`)
	is("pasted", `["c0-1","c1-2","c2-3"].map(function (i) { return document.getElementById(i).value; }).join()`, "30,18,14")
	is("sum of the pasted", `document.querySelector('[data-total="1"]').textContent`, "93")
	press("z", ", ctrlKey: true")
	is("taken back", `["c0-1","c1-2","c2-3"].map(function (i) { return document.getElementById(i).value; }).join()`, ",,")
	is("sum after that", `document.querySelector('[data-total="1"]').textContent`, "")

	// Leaving a cell keeps the draft.
	time.Sleep(3200 * time.Millisecond)
	b.Eval(`document.getElementById("c2-0").focus()`)
	b.Eval(`document.getElementById("c0-0").focus()`)
	deadline := time.Now().Add(10 * time.Second)
	for f.count(`SELECT COUNT(*) FROM returns_draft`) == 0 && time.Now().Before(deadline) {
		time.Sleep(50 * time.Millisecond)
	}
	if n := f.count(`SELECT COUNT(*) FROM returns_draft`); n != 1 {
		t.Fatalf("%d drafts were kept by themselves, want 1", n)
	}
	b.Go(f.server.URL + aprilPage)
	is("the draft after coming back", `document.getElementById("c0-0").value + " " + document.querySelector("[name=seq]").value`, "１２ 1")

	b.Click(`button[value=submit]`)
	is("refused", `document.querySelectorAll("td.bad").length > 0 && document.getElementById("findings") !== null`, "true")
	is("the list is in view", `window.scrollY < 200`, "true")
	b.Eval(`(function () {
		var sound = ["12", "30", "18", "12", "4", "3", "2", "0.125"];
		for (var r = 0; r < 3; r++) for (var c = 0; c < 8; c++) document.getElementById("c" + r + "-" + c).value = sound[c];
	})()`)
	b.Click(`button[value=submit]`)
	if got := f.at(Place{"YB1", jia, april()}); got.State != Submitted {
		t.Errorf("after handing in: %+v\n%s", got, b.Text("main"))
	}
}
