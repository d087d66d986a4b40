package testkit

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A Tab is a page in a real browser. Its methods fail the test when the page does not do what is
// asked within a few seconds.
type Tab struct {
	t     *testing.T
	ctx   context.Context
	heard *heard
	pages int // left so far
}

// Browser starts a browser without a window. A machine without one fails the test; it is never
// skipped.
func Browser(t *testing.T) *Tab {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Fatal("this test needs a browser (Debian package chromium)")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true), chromedp.Flag("lang", "zh-CN"),
		chromedp.UserDataDir(t.TempDir()))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, end := chromedp.NewContext(alloc)
	t.Cleanup(func() { chromedp.Cancel(ctx); end(); stop() })
	// The browser lives as long as the context of its first step, so that one has no time limit.
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("the browser did not start: %v", err)
	}
	b := &Tab{t: t, ctx: ctx, heard: &heard{}}
	b.hear()
	b.Size(1366, 768)
	return b
}

const patience = 30 * time.Second

func (b *Tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("browser: %s: %v\n%s", what, err, b.where())
	}
}

func (b *Tab) where() string {
	ctx, stop := context.WithTimeout(b.ctx, 3*time.Second)
	defer stop()
	at, _ := chromedp.Run(ctx, chromedp.Location())
	text, _ := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("main")))
	if len(text) > 1500 {
		text = text[:1500]
	}
	return at + "\n" + text
}

// Size sets the width and height of the window.
func (b *Tab) Size(width, height int64) {
	b.t.Helper()
	b.do("size", chromedp.EmulateViewport(width, height))
}

// Go opens an address.
func (b *Tab) Go(url string) {
	b.t.Helper()
	b.do("go to "+url, chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("body")))
}

// Type puts text into a field in place of what was there.
func (b *Tab) Type(selector, text string) {
	b.t.Helper()
	b.do("focus "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
	b.Eval(fmt.Sprintf("document.querySelector(%q).value = ''", selector))
	b.do("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Click clicks and waits for the page to be there again.
func (b *Tab) Click(selector string) {
	b.t.Helper()
	b.do("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible), chromedp.Sleep(150*time.Millisecond),
		chromedp.WaitReady(chromedp.CSS("body")))
}

// Keys sends keys to the element that has the focus.
func (b *Tab) Keys(keys string) {
	b.t.Helper()
	b.do("keys", chromedp.KeyEvent(keys))
}

// Upload chooses files for a file field.
func (b *Tab) Upload(selector string, files ...string) {
	b.t.Helper()
	b.do("upload to "+selector, chromedp.SetUploadFiles(chromedp.CSS(selector), files))
}

// Text gives the visible text of an element.
func (b *Tab) Text(selector string) string {
	b.t.Helper()
	b.Until(fmt.Sprintf("document.querySelector(%q)", selector))
	return b.Eval(fmt.Sprintf("document.querySelector(%q).innerText", selector))
}

// Eval runs a script in the page and gives its text.
func (b *Tab) Eval(script string) string {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	s, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+script+")"))
	if err != nil {
		b.t.Fatalf("browser: %s: %v", script, err)
	}
	return s
}

// Path gives the path and query of the page.
func (b *Tab) Path() string {
	b.t.Helper()
	return b.Eval("location.pathname + location.search")
}

// Shot saves a picture of the whole page.
func (b *Tab) Shot(file string) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatalf("browser: screenshot: %v", err)
	}
	if err := os.WriteFile(file, png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
