package table_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/table"
)

// A three-level merged header goes through LibreOffice with the same merges and words
// (PEERS pain 6).
func TestHeaderThroughLibreOffice(t *testing.T) {
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("没有 LibreOffice：请安装软件包 libreoffice-calc 后再运行测试（apt-get install libreoffice-calc）")
	}
	dir := t.TempDir()
	in := filepath.Join(dir, "t.xlsx")
	w, err := os.Create(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := ranking().XLSX(w, table.XLSXOptions{}); err != nil {
		t.Fatal(err)
	}
	w.Close()
	want, f := asXLSX(t, read(t, in), 3, 3)
	f.Close()
	profile := t.TempDir()
	for _, step := range [][2]string{{in, "ods"}, {filepath.Join(dir, "ods", "t.ods"), "xlsx"}} {
		cmd := exec.Command(soffice, "--headless", "--norestore", "-env:UserInstallation=file://"+profile, "--convert-to", step[1], "--outdir", filepath.Join(dir, step[1]), step[0])
		cmd.Env = append(os.Environ(), "HOME="+profile)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("soffice: %v\n%s", err, out)
		}
	}
	got, g := asXLSX(t, read(t, filepath.Join(dir, "xlsx", "t.xlsx")), 3, 3)
	g.Close()
	slices.Sort(want.spans)
	slices.Sort(got.spans)
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("after LibreOffice %q\nbefore %q", got, want)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// big is a table of rows × cols with a merged header.
func big(rows, cols int) *table.Table {
	t := &table.Table{Name: "大表", Caption: "大表", Columns: []table.Column{{Head: []string{"单位"}, Key: "unit"}}}
	for c := 1; c < cols; c++ {
		t.Columns = append(t.Columns, table.Column{Head: []string{fmt.Sprintf("组%d", c/4), fmt.Sprintf("子%d", c/2), fmt.Sprintf("列%d", c)}, Key: fmt.Sprintf("c%d", c), Sort: table.ByNumber})
	}
	for r := range rows {
		row := table.Row{Cells: make([]table.Cell, 0, cols)}
		row.Cells = append(row.Cells, table.Link(fmt.Sprintf("第%d单位", r), "/units/"+strconv.Itoa(r)))
		for c := 1; c < cols; c++ {
			v := (r*31 + c*17) % 10000
			row.Cells = append(row.Cells, table.Figure(table.Fig{Text: measure.Group(strconv.Itoa(v)), Exact: strconv.Itoa(v), Href: "/trace/I" + strconv.Itoa(c) + "?u=" + strconv.Itoa(r), Light: measure.Green}))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// 10,000 rows × 33 columns under a merged header in well under 10 s (PEERS pain 6).
func TestBigTableToXLSX(t *testing.T) {
	tab := big(10_000, 33)
	start := time.Now()
	n := &counter{}
	if err := tab.XLSX(n, table.XLSXOptions{}); err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	t.Logf("10,000 × 33 in %v, %d kB", took, n.n>>10)
	if took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

type counter struct{ n int }

func (c *counter) Write(p []byte) (int, error) { c.n += len(p); return len(p), nil }

// 1,500 cells of figures with light and trace: the page's main table.
func BenchmarkHTML1500Cells(b *testing.B) {
	tab := big(150, 10)
	buf := make([]byte, 0, 1<<20)
	b.ReportAllocs()
	for b.Loop() {
		buf = tab.HTML(buf[:0], table.Options{SortURL: "/x"})
	}
	b.ReportMetric(float64(len(buf)), "bytes")
}
