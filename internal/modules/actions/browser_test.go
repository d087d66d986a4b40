package actions

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

// In a real browser: the form that waits is open, a report is sent with two files at once, and a
// person is asked before an item is abandoned. The first part goes without scripts.
func TestReportingInABrowser(t *testing.T) {
	w := openWorld(t, sqldb.SQLite)
	id := w.assigned(draft())
	srv := httptest.NewServer(w.site)
	t.Cleanup(srv.Close)
	dir := t.TempDir()
	var paths []string
	for _, u := range []Upload{png("现场一"), png("现场二")} {
		p := filepath.Join(dir, u.Name)
		w.must(os.WriteFile(p, u.Content, 0o600))
		paths = append(paths, p)
	}
	b := testkit.Browser(t)
	w.as = w.jia()
	b.Scripts(false)
	b.Go(srv.URL + itemPath(id))
	b.Click("#sign button")
	b.Until(`document.querySelector("#feedback[open]")`)
	w.state(id, work.Working)
	b.Type("#feedback textarea", "台账已补齐")
	b.Upload("#feedback input[type=file]", paths...)
	b.Click("#feedback button")
	b.Until(`document.querySelectorAll(".files a").length === 2`)
	if text := b.Text("main"); !strings.Contains(text, "现场一.png") || !strings.Contains(text, "等待乙乡填报办理情况") {
		t.Errorf("after the report: %s", text)
	}

	b.Scripts(true)
	w.as = w.boss()
	b.Go(srv.URL + itemPath(id))
	b.Eval("window.confirm = q => { window.asked = q; return false }")
	b.Click("#abandon summary")
	b.Type("#abandon input[name=paper]", "会议纪要〔2018〕5号")
	b.Type("#abandon textarea", "并入专项")
	b.Upload("#abandon input[type=file]", paths[0])
	b.Click("#abandon button")
	if asked := b.Eval("window.asked"); !strings.Contains(asked, "不能恢复") {
		t.Errorf("asked %q before abandoning", asked)
	}
	w.state(id, work.Working)
	if faults := b.Faults(); len(faults) > 0 {
		t.Errorf("the browser complains: %v", faults)
	}
	for _, r := range b.Requests() {
		if !strings.HasPrefix(r, srv.URL) {
			t.Errorf("a request left the machine: %s", r)
		}
	}
}
