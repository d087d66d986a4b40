package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"kaiyang/internal/core/fault"
)

// The encodings a CSV file may have; the names are stable.
const (
	UTF8BOM = "UTF-8-BOM"
	UTF8    = "UTF-8"
	UTF16   = "UTF-16" // what spreadsheets call Unicode text; needs its byte order mark
	GB18030 = "GB18030"
)

// A CSV reads records one by one, in any of the usual encodings and separators.
type CSV struct {
	Encoding string
	Comma    rune // ',', '\t' or ';'
	r        *csv.Reader
}

// window is how much of a file decides its encoding and separator.
const window = 256 << 10

// OpenCSV looks at the beginning of a CSV file and readies it for Next. A byte order mark
// decides; else the file is UTF-8 if its first 256 kB after the first Chinese character are,
// else GB18030.
func OpenCSV(r io.Reader) (*CSV, error) {
	br := bufio.NewReaderSize(r, window)
	head, err := br.Peek(window)
	if err != nil && err != io.EOF {
		return nil, fault.Because(err, fault.Unavailable, "文件读取失败；请重新上传")
	}
	if len(bytes.TrimSpace(head)) == 0 {
		return nil, fault.New(fault.Invalid, "文件是空的；请检查后重新上传")
	}
	c := &CSV{}
	var in io.Reader = br
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		c.Encoding = UTF8BOM
		_, _ = br.Discard(3)
	case bytes.HasPrefix(head, []byte("\xFF\xFE")), bytes.HasPrefix(head, []byte("\xFE\xFF")):
		c.Encoding = UTF16
		in = transform.NewReader(br, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0")):
		return nil, fault.New(fault.Invalid, "这是工作簿，不是 CSV 文本；请走工作簿导入，或另存为 CSV UTF-8 后再上传")
	case bytes.IndexByte(head, 0) >= 0:
		return nil, fault.New(fault.Invalid, "文件不是文本（含有零字节）；请用 Excel 或 WPS 另存为 CSV UTF-8 后再上传")
	case looksUTF8(head, len(head) < window):
		c.Encoding = UTF8
	default:
		c.Encoding = GB18030
		in = transform.NewReader(br, simplifiedchinese.GB18030.NewDecoder())
	}
	decoded := bufio.NewReaderSize(transform.NewReader(in, &watcher{}), window)
	sample, err := decoded.Peek(window / 8)
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return nil, c.fault(err)
	}
	c.Comma = separator(sample)
	c.r = csv.NewReader(decoded)
	c.r.Comma = c.Comma
	c.r.FieldsPerRecord = -1
	c.r.ReuseRecord = true
	return c, nil
}

// Next gives the next record that is not blank, with the number of its line in the file as a
// person counts them, from 1. The record is used again by the next call. At the end the error
// is io.EOF.
func (c *CSV) Next() (record []string, line int, err error) {
	for {
		record, err = c.r.Read()
		if err != nil {
			return nil, 0, c.fault(err)
		}
		line, _ = c.r.FieldPos(0)
		blank := true
		for i, s := range record {
			if s != "" && (s[0] <= ' ' || s[len(s)-1] <= ' ' || s[0] >= utf8.RuneSelf || s[len(s)-1] >= utf8.RuneSelf) {
				s = clean(s)
			}
			record[i] = Unguard(s)
			blank = blank && record[i] == ""
		}
		if !blank {
			return record, line, nil
		}
	}
}

func (c *CSV) fault(err error) error {
	if err == io.EOF {
		return err
	}
	var parse *csv.ParseError
	var bad *badText
	switch {
	case errors.As(err, &bad) && c.Encoding == GB18030:
		return fault.Because(err, fault.Invalid, "第 %d 行有无法识别的字符，文件既不是 UTF-8 也不是 GB18030 编码；请另存为 CSV UTF-8 后再上传", bad.line)
	case errors.As(err, &bad):
		return fault.Because(err, fault.Invalid, "第 %d 行有不符合 %s 编码的字符；请另存为 CSV UTF-8 后再上传", bad.line, c.Encoding)
	case errors.As(err, &parse):
		return fault.Because(err, fault.Invalid, "第 %d 行的引号不配对；请检查该行的英文双引号，内容里的双引号要写两次", parse.StartLine)
	}
	return fault.Because(err, fault.Unavailable, "文件读取失败；请重新上传")
}

// A CSVRow is one record with the number of its line.
type CSVRow struct {
	Line  int
	Cells []string
}

// ReadCSV reads a whole CSV file and tells its encoding; for large files use OpenCSV.
func ReadCSV(r io.Reader) (rows []CSVRow, encoding string, err error) {
	c, err := OpenCSV(r)
	if err != nil {
		return nil, "", err
	}
	for {
		record, line, err := c.Next()
		if err == io.EOF {
			return rows, c.Encoding, nil
		}
		if err != nil {
			return nil, c.Encoding, err
		}
		rows = append(rows, CSVRow{line, append([]string(nil), record...)})
	}
}

// looksUTF8 decides between UTF-8 and GB18030. whole tells whether b is all of the file. Text
// that is UTF-8 only by accident, of two-byte characters alone, is taken for Chinese; text that
// is nearly all UTF-8 is taken for UTF-8 with a broken place, so that the place can be named.
func looksUTF8(b []byte, whole bool) bool {
	ascii, short := true, true
	long, bad := 0, 0
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		ascii = false
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			if !whole && len(b)-i < utf8.UTFMax && !utf8.FullRune(b[i:]) {
				break
			}
			bad++
		}
		if n > 2 {
			long++
		}
		short = short && n == 2
		i += n
	}
	if bad > 0 {
		return long > 8*bad
	}
	if ascii || !short {
		return true
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil {
		return true
	}
	for _, r := range string(out) {
		if r >= utf8.RuneSelf && (r < 0x4E00 || r > 0x9FA5) {
			return true
		}
	}
	return false
}

// separator counts candidates outside quotes in the first lines; the one found in most lines
// wins, then the one found most often.
func separator(sample []byte) rune {
	best, bestLines, bestAll := ',', 0, 0
	for _, c := range []byte{',', '\t', ';'} {
		lines, all, here, quoted := 0, 0, 0, false
		n := 0
		for _, b := range sample {
			switch {
			case b == '"':
				quoted = !quoted
			case quoted:
			case b == c:
				here++
			case b == '\n':
				if here > 0 {
					lines++
				}
				all += here
				here = 0
				n++
			}
			if n == 20 {
				break
			}
		}
		if here > 0 {
			lines, all = lines+1, all+here
		}
		if lines > bestLines || lines == bestLines && all > bestAll {
			best, bestLines, bestAll = rune(c), lines, all
		}
	}
	return best
}

// watcher passes decoded text on and refuses what is no text: bytes that are not UTF-8, marks
// of failed decoding, zero bytes.
type watcher struct {
	transform.NopResetter
	line int
}

type badText struct{ line int }

func (e *badText) Error() string { return "text in another encoding" }

// Transform copies src to dst as far as it is text.
func (w *watcher) Transform(dst, src []byte, atEOF bool) (int, int, error) {
	n := copy(dst, src)
	for i := 0; i < n; {
		b := src[i]
		if b < utf8.RuneSelf {
			if b == '\n' {
				w.line++
			} else if b == 0 {
				return i, i, &badText{w.line + 1}
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(src[i:n])
		if r == utf8.RuneError {
			switch {
			case size > 1 || utf8.FullRune(src[i:n]):
				return i, i, &badText{w.line + 1}
			case n < len(src):
				return i, i, transform.ErrShortDst
			case !atEOF:
				return i, i, transform.ErrShortSrc
			}
			return i, i, &badText{w.line + 1}
		}
		i += size
	}
	if n < len(src) {
		return n, n, transform.ErrShortDst
	}
	return n, n, nil
}
