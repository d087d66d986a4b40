package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"
)

// a file gathers the objects of a PDF in memory; numbers of objects count from 1.
type file struct {
	body    bytes.Buffer
	offsets []int
	zip     *zlib.Writer
}

func newFile() *file {
	f := &file{zip: zlib.NewWriter(io.Discard)}
	f.body.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	return f
}

// alloc gives the number of an object to be written later.
func (f *file) alloc() int {
	f.offsets = append(f.offsets, 0)
	return len(f.offsets)
}

func (f *file) begin(id int) {
	f.offsets[id-1] = f.body.Len()
	f.body.WriteString(strconv.Itoa(id))
	f.body.WriteString(" 0 obj\n")
}

// object writes an object.
func (f *file) object(id int, format string, args ...any) {
	f.begin(id)
	fmt.Fprintf(&f.body, format, args...)
	f.body.WriteString("\nendobj\n")
}

// stream writes a compressed stream; dict holds further entries of its dictionary.
func (f *file) stream(id int, dict string, data []byte) {
	var packed bytes.Buffer
	f.zip.Reset(&packed)
	_, _ = f.zip.Write(data) // memory does not fail
	_ = f.zip.Close()
	f.begin(id)
	fmt.Fprintf(&f.body, "<</Length %d/Filter/FlateDecode%s>>\nstream\n", packed.Len(), dict)
	f.body.Write(packed.Bytes())
	f.body.WriteString("\nendstream\nendobj\n")
}

// finish writes the table of objects and gives the whole file.
func (f *file) finish(root, info int) []byte {
	sum := sha256.Sum256(f.body.Bytes())
	id := hex.EncodeToString(sum[:16])
	at := f.body.Len()
	fmt.Fprintf(&f.body, "xref\n0 %d\n0000000000 65535 f \n", len(f.offsets)+1)
	for _, o := range f.offsets {
		fmt.Fprintf(&f.body, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&f.body, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n", len(f.offsets)+1, root, info, id, id, at)
	return f.body.Bytes()
}

// text gives a string for people: UTF-16 with its mark, in hexadecimal.
func text(s string) string {
	b := []byte("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, hexDigits[u>>12], hexDigits[u>>8&15], hexDigits[u>>4&15], hexDigits[u&15])
	}
	return string(append(b, '>'))
}

const hexDigits = "0123456789ABCDEF"

// uri gives an address as a string in brackets.
func uri(s string) string {
	b := []byte{'('}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '(' || c == ')' || c == '\\':
			b = append(b, '\\', c)
		case c <= ' ' || c >= 0x7F:
			b = append(b, '%', hexDigits[c>>4], hexDigits[c&15])
		default:
			b = append(b, c)
		}
	}
	return string(append(b, ')'))
}

// appendNum writes a number with at most three decimals.
func appendNum(b []byte, v float64) []byte {
	n := int64(v*1000 + 0.5)
	if v < 0 {
		n = int64(v*1000 - 0.5)
	}
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	b = strconv.AppendInt(b, n/1000, 10)
	if n %= 1000; n != 0 {
		b = append(b, '.', byte('0'+n/100))
		if n %= 100; n != 0 {
			b = append(b, byte('0'+n/10))
			if n %= 10; n != 0 {
				b = append(b, byte('0'+n))
			}
		}
	}
	return b
}
