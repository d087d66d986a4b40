package reports

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
)

// withMacro gives a Word file with a macro in it.
func withMacro(t testing.TB, file []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	zw := zip.NewWriter(&out)
	for _, f := range z.File {
		if err := zw.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	w, err := zw.Create("word/vbaProject.bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("macro")); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// retype changes words in the text of a Word file, as a person would in Word.
func retype(t testing.TB, file []byte, was, now string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	zw := zip.NewWriter(&out)
	hit := false
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == "word/document.xml" {
			hit = strings.Contains(string(b), was)
			b = []byte(strings.Replace(string(b), was, now, 1))
		}
		w, err := zw.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	if !hit {
		t.Fatalf("%q is not in the Word file", was)
	}
	return out.Bytes()
}
