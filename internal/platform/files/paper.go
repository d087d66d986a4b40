package files

import (
	"bytes"
	"path/filepath"
	"strings"
)

// papers are the kinds of files that people bring as evidence or as papers for a meeting: by
// ending, the bytes they begin with and their media type. Nothing that a machine would run.
var papers = map[string]struct {
	head  string
	media string
}{
	".pdf":  {"%PDF-", "application/pdf"},
	".png":  {"\x89PNG\r\n\x1a\n", "image/png"},
	".jpg":  {"\xff\xd8\xff", "image/jpeg"},
	".jpeg": {"\xff\xd8\xff", "image/jpeg"},
	".docx": {"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	".xlsx": {"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	".pptx": {"PK\x03\x04", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	".ofd":  {"PK\x03\x04", "application/ofd"},
}

// Paper tells the media type of a document or picture by its name and its first bytes. ok is false
// for anything else, also where name and content do not agree, and for files with macros.
func Paper(name string, content []byte) (media string, ok bool) {
	p, known := papers[strings.ToLower(filepath.Ext(name))]
	if !known || !bytes.HasPrefix(content, []byte(p.head)) {
		return "", false
	}
	return p.media, !bytes.Contains(content, []byte("vbaProject.bin"))
}

// PaperTypes lists the endings for the file field of a form.
const PaperTypes = ".pdf,.docx,.xlsx,.pptx,.ofd,.png,.jpg,.jpeg"
