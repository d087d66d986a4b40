package returns

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
)

// rewrite copies a workbook and changes one of its parts.
func rewrite(t *testing.T, content []byte, part string, change func(w io.Writer, old []byte)) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		old, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == part {
			change(out, old)
		} else if _, err := out.Write(old); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// zipBomb makes the second worksheet unpack to a gigabyte.
func zipBomb(t *testing.T, content []byte) []byte {
	return rewrite(t, content, "xl/worksheets/sheet2.xml", func(w io.Writer, old []byte) {
		w.Write(old)
		blank := []byte(strings.Repeat(" ", 1<<20))
		for range 1024 {
			w.Write(blank)
		}
	})
}

// withEntity lets a part name an external entity.
func withEntity(t *testing.T, content []byte) []byte {
	return rewrite(t, content, "xl/workbook.xml", func(w io.Writer, old []byte) {
		i := bytes.Index(old, []byte("?>")) + 2
		w.Write(old[:i])
		io.WriteString(w, `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>`)
		w.Write(old[i:])
	})
}
