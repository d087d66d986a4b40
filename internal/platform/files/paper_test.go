package files_test

import (
	"testing"

	"kaiyang/internal/platform/files"
)

func TestPapersAreKnownByNameAndContent(t *testing.T) {
	for _, c := range []struct {
		name, content, media string
		ok                   bool
	}{
		{"简报.PDF", "%PDF-1.7 …", "application/pdf", true},
		{"照片.jpg", "\xff\xd8\xff\xe0", "image/jpeg", true},
		{"照片.png", "\xff\xd8\xff\xe0", "", false}, // a picture of another kind
		{"材料.docx", "PK\x03\x04 word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", true},
		{"材料.docx", "PK\x03\x04 word/vbaProject.bin", "", false},
		{"材料.doc", "\xd0\xcf\x11\xe0", "", false},
		{"run.exe", "MZ", "", false},
		{"page.pdf", "<html>", "", false},
		{"空.pdf", "", "", false},
	} {
		media, ok := files.Paper(c.name, []byte(c.content))
		if ok != c.ok || ok && media != c.media {
			t.Errorf("%s %q: %q, %v; want %q, %v", c.name, c.content, media, ok, c.media, c.ok)
		}
	}
}
