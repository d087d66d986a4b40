package testkit

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// heard is what a tab asked for over the network and complained about.
type heard struct {
	mu       sync.Mutex
	requests []string
	faults   []string
}

func (h *heard) listen(ev any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		h.requests = append(h.requests, ev.Request.URL)
	case *runtime.EventExceptionThrown:
		h.faults = append(h.faults, "script: "+ev.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		// Statuses are the business of the test; what the browser blocks is a fault of the page.
		if ev.Entry.Level == log.EntryLevelError && ev.Entry.Source != log.EntrySourceNetwork {
			h.faults = append(h.faults, string(ev.Entry.Source)+": "+ev.Entry.Text)
		}
	}
}

// Another opens a window of its own, with cookies of its own, in the same browser: somebody else
// at another machine.
func (b *Tab) Another() *Tab {
	b.t.Helper()
	ctx, end := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	b.t.Cleanup(end)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		b.t.Fatalf("the browser opened no other window: %v", err)
	}
	o := &Tab{t: b.t, ctx: ctx, heard: &heard{}}
	o.hear()
	o.Size(1366, 768)
	return o
}

func (b *Tab) hear() {
	b.t.Helper()
	if err := chromedp.Listen(b.ctx, b.heard.listen); err != nil {
		b.t.Fatalf("browser: listening: %v", err)
	}
}

// Requests gives the addresses that the tab asked for so far, without those made up by the page.
func (b *Tab) Requests() []string {
	b.heard.mu.Lock()
	defer b.heard.mu.Unlock()
	var out []string
	for _, r := range b.heard.requests {
		if !strings.HasPrefix(r, "data:") && !strings.HasPrefix(r, "about:") && !strings.HasPrefix(r, "blob:") {
			out = append(out, r)
		}
	}
	return out
}

// Faults gives the errors of scripts and what the browser blocked so far.
func (b *Tab) Faults() []string {
	b.heard.mu.Lock()
	defer b.heard.mu.Unlock()
	return append([]string(nil), b.heard.faults...)
}

// Until waits until a script gives true.
func (b *Tab) Until(script string) {
	b.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		ctx, stop := context.WithTimeout(b.ctx, patience)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+script+")"))
		stop()
		if ok && err == nil {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("browser: never true: %s (%v)\n%s", script, err, b.where())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Follow clicks on something that leads to another page and waits for that page.
func (b *Tab) Follow(selector string) {
	b.t.Helper()
	b.leave(func() {
		b.do("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
	})
}

// FollowScript is Follow for what a script does.
func (b *Tab) FollowScript(script string) {
	b.t.Helper()
	b.leave(func() { b.Eval(script) })
}

func (b *Tab) leave(do func()) {
	b.t.Helper()
	// Each page left is marked differently: going back may bring the very same page to light again.
	b.pages++
	b.Eval(fmt.Sprintf("window.leaving = %d", b.pages))
	do()
	b.Until(fmt.Sprintf("window.leaving !== %d && document.readyState === 'complete'", b.pages))
}

// Back goes back in the history of the tab, as its button does.
func (b *Tab) Back() {
	b.t.Helper()
	b.leave(func() { b.Eval("setTimeout(() => history.back(), 0)") })
}

// Scripts allows or forbids the scripts of pages opened from now on.
func (b *Tab) Scripts(allowed bool) {
	b.t.Helper()
	b.do("scripts", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !allowed})
		return err
	}))
}

// Download clicks on something that sends a file and gives where it was saved.
func (b *Tab) Download(selector string) string {
	b.t.Helper()
	dir := b.t.TempDir()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	p := browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir, BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID}
	if _, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, p); err != nil {
		b.t.Fatalf("browser: downloads: %v", err)
	}
	b.do("download "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		files, err := os.ReadDir(dir)
		if err != nil {
			b.t.Fatal(err)
		}
		if len(files) == 1 && !strings.HasSuffix(files[0].Name(), ".crdownload") && !strings.HasPrefix(files[0].Name(), ".") {
			return filepath.Join(dir, files[0].Name())
		}
	}
	b.t.Fatalf("browser: %s sent no file\n%s", selector, b.where())
	return ""
}
