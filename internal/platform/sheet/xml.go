package sheet

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A scanner reads the XML of one part as a stream of tags and text, with a small window of
// memory and no document types or entities of its own. encoding/xml would take twenty times
// as long over a million styled empty rows.
type scanner struct {
	r        io.Reader
	buf      []byte
	pos, end int
	base     int64 // offset of buf[0] in the part
	eof      bool
	names    []byte // of the open elements, one after the other
	starts   []int  // where each begins in names

	kind  token
	name  []byte // local name of a tag
	attrs []byte // the rest of a start tag
	text  []byte // of a text token, undecoded unless literal
	literal,
	empty bool // text from CDATA; start tag that is its own end
	from, to int64 // offsets of the token in the part
	closing  bool  // an end tag is owed for an empty element
}

type token uint8

const (
	endOfPart token = iota
	startTag
	endTag
	textToken
)

// maxToken bounds a single tag or stretch of text; a cell holds 32,767 characters at most.
const maxToken = 4 << 20

const maxDepth = 200

// Faults of a part, told apart by what the person must do.
var (
	errDoctype = errors.New("document type declaration")
	errBroken  = errors.New("not well-formed")
	errEncoded = errors.New("not UTF-8")
)

func newScanner(r io.Reader) *scanner {
	return &scanner{r: r, buf: make([]byte, 64<<10)}
}

// more reads further bytes and keeps those from start on; it gives the new start, and false at
// the end of the part.
func (s *scanner) more(start int) (int, bool, error) {
	if s.eof {
		return start, false, nil
	}
	if start > 0 {
		copy(s.buf, s.buf[start:s.end])
		s.base += int64(start)
		s.end -= start
		s.pos -= start
		start = 0
	}
	if s.end == len(s.buf) {
		if len(s.buf) >= maxToken {
			return start, false, errBroken
		}
		bigger := make([]byte, 2*len(s.buf))
		copy(bigger, s.buf[:s.end])
		s.buf = bigger
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if err == io.EOF {
			s.eof = true
			return start, n > 0, nil
		}
		if err != nil {
			return start, false, err
		}
		if n > 0 {
			return start, true, nil
		}
	}
	return start, false, io.ErrNoProgress
}

// find looks for what from s.pos+skip on, reading as needed; it gives its index in buf, or -1
// at the end of the part. The token began at s.pos.
func (s *scanner) find(what string, skip int) (int, error) {
	at := s.pos + skip
	for {
		if at < s.end {
			if i := bytes.Index(s.buf[at:s.end], []byte(what)); i >= 0 {
				return at + i, nil
			}
			at = max(at, s.end-len(what)+1)
		}
		old := s.pos
		_, ok, err := s.more(s.pos)
		if err != nil {
			return -1, err
		}
		at += s.pos - old
		if !ok {
			return -1, nil
		}
	}
}

// next moves to the next tag or text.
func (s *scanner) next() error {
	if s.closing {
		s.closing = false
		s.kind, s.from = endTag, s.to
		return s.pop(s.names[s.starts[len(s.starts)-1]:])
	}
	for {
		if s.pos == s.end {
			_, ok, err := s.more(s.pos)
			if err != nil {
				return err
			}
			if !ok && s.pos == s.end {
				if len(s.starts) > 0 {
					return errBroken
				}
				s.kind = endOfPart
				return nil
			}
			continue
		}
		s.literal, s.empty = false, false
		if s.buf[s.pos] != '<' {
			i, err := s.find("<", 0)
			if err != nil {
				return err
			}
			if i < 0 {
				i = s.end
			}
			s.setText(s.pos, i, i)
			return nil
		}
		done, err := s.markup()
		if err != nil || done {
			return err
		}
	}
}

func (s *scanner) setText(from, to, after int) {
	s.kind, s.text = textToken, s.buf[from:to]
	s.from, s.to = s.base+int64(s.pos), s.base+int64(after)
	s.pos = after
}

// markup handles what begins with "<"; done tells whether it is a token for the caller.
func (s *scanner) markup() (done bool, err error) {
	for s.end-s.pos < 9 {
		if _, ok, err := s.more(s.pos); err != nil {
			return false, err
		} else if !ok {
			break
		}
	}
	head := s.buf[s.pos:s.end]
	switch {
	case bytes.HasPrefix(head, []byte("<!--")):
		return false, s.skip("-->", 4)
	case bytes.HasPrefix(head, []byte("<![CDATA[")):
		i, err := s.find("]]>", 9)
		if err != nil {
			return false, err
		}
		if i < 0 {
			return false, errBroken
		}
		s.literal = true
		s.setText(s.pos+9, i, i+3)
		return true, nil
	case bytes.HasPrefix(head, []byte("<!")):
		return false, errDoctype
	case bytes.HasPrefix(head, []byte("<?")):
		return false, s.skip("?>", 2)
	}
	i, err := s.tagEnd()
	if err != nil {
		return false, err
	}
	tag := s.buf[s.pos+1 : i]
	s.from, s.to = s.base+int64(s.pos), s.base+int64(i+1)
	s.pos = i + 1
	if len(tag) > 0 && tag[0] == '/' {
		s.kind = endTag
		return true, s.pop(bytes.TrimRight(tag[1:], " \t\r\n"))
	}
	if len(tag) > 0 && tag[len(tag)-1] == '/' {
		s.empty, tag = true, tag[:len(tag)-1]
	}
	n := 0
	for n < len(tag) && !space(tag[n]) {
		n++
	}
	if n == 0 || len(s.starts) >= maxDepth {
		return false, errBroken
	}
	s.kind = startTag
	s.starts = append(s.starts, len(s.names))
	s.names = append(s.names, tag[:n]...)
	s.name, s.attrs = local(tag[:n]), tag[n:]
	s.closing = s.empty
	return true, nil
}

// tagEnd finds the ">" that ends the tag at s.pos, outside quotes.
func (s *scanner) tagEnd() (int, error) {
	at := s.pos + 1
	quote := byte(0)
	for {
		for at < s.end {
			c := s.buf[at]
			switch {
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '"' || c == '\'':
				quote = c
			case c == '>':
				return at, nil
			case c == '<':
				return 0, errBroken
			}
			at++
		}
		old := s.pos
		_, ok, err := s.more(s.pos)
		if err != nil {
			return 0, err
		}
		at += s.pos - old
		if !ok {
			return 0, errBroken
		}
	}
}

func (s *scanner) skip(until string, from int) error {
	i, err := s.find(until, from)
	if err != nil {
		return err
	}
	if i < 0 {
		return errBroken
	}
	s.pos = i + len(until)
	return nil
}

// pop ends an element, which must be the one opened last.
func (s *scanner) pop(name []byte) error {
	if len(s.starts) == 0 {
		return errBroken
	}
	start := s.starts[len(s.starts)-1]
	if !bytes.Equal(s.names[start:], name) {
		return errBroken
	}
	s.name = local(name)
	s.starts = s.starts[:len(s.starts)-1]
	// The bytes stay valid until the next start tag.
	s.names = s.names[:start]
	return nil
}

// depth counts the open elements, the current one included after its start tag.
func (s *scanner) depth() int { return len(s.starts) }

// skipEmpty moves to the next end tag if that is the one given, such as "</row>": between here
// and there nothing has content. It costs a search instead of a tag at a time.
func (s *scanner) skipEmpty(end string) error {
	i, err := s.find("</", 0)
	if err != nil || i < 0 {
		return err
	}
	for s.end-i < len(end) {
		old := s.pos
		_, ok, err := s.more(s.pos)
		if err != nil {
			return err
		}
		i += s.pos - old
		if !ok {
			return nil
		}
	}
	if string(s.buf[i:i+len(end)]) == end && !bytes.Contains(s.buf[s.pos:i], []byte("<!")) {
		s.pos = i
	}
	return nil
}

// prefix gives the namespace prefix of the element opened last, with its colon.
func (s *scanner) prefix() string {
	if len(s.starts) == 0 {
		return ""
	}
	name := s.names[s.starts[len(s.starts)-1]:]
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return string(name[:i+1])
	}
	return ""
}

func local(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// attr gives the undecoded value of an attribute by its name without prefix. Only the
// attribute without prefix counts unless anyPrefix.
func (s *scanner) attr(name string, anyPrefix bool) ([]byte, bool) {
	a := s.attrs
	for {
		for len(a) > 0 && space(a[0]) {
			a = a[1:]
		}
		eq := bytes.IndexByte(a, '=')
		if eq <= 0 {
			return nil, false
		}
		key := bytes.TrimRight(a[:eq], " \t\r\n")
		a = a[eq+1:]
		for len(a) > 0 && space(a[0]) {
			a = a[1:]
		}
		if len(a) < 2 || a[0] != '"' && a[0] != '\'' {
			return nil, false
		}
		z := bytes.IndexByte(a[1:], a[0])
		if z < 0 {
			return nil, false
		}
		if string(key) == name || anyPrefix && string(local(key)) == name {
			return a[1 : 1+z], true
		}
		a = a[z+2:]
	}
}

// str gives a decoded attribute, "" without it.
func (s *scanner) str(name string) string {
	v, _ := s.attr(name, false)
	return string(decode(nil, v))
}

// decode appends raw with its entities resolved; unknown entities stay as they are, bytes that
// are not UTF-8 become U+FFFD.
func decode(dst, raw []byte) []byte {
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, '&')
		if i < 0 {
			break
		}
		dst = append(dst, raw[:i]...)
		raw = raw[i:]
		z := bytes.IndexByte(raw, ';')
		r, ok := rune(0), false
		if z > 1 && z <= 12 {
			r, ok = entity(string(raw[1:z]))
		}
		if !ok {
			dst = append(dst, '&')
			raw = raw[1:]
			continue
		}
		dst = utf8.AppendRune(dst, r)
		raw = raw[z+1:]
	}
	return append(dst, raw...)
}

func entity(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if name[0] != '#' {
		return 0, false
	}
	base, digits := 10, name[1:]
	if len(digits) > 1 && (digits[0] == 'x' || digits[0] == 'X') {
		base, digits = 16, digits[1:]
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune {
		return 0, false
	}
	return rune(n), true
}

// xstring resolves the _xHHHH_ escapes of spreadsheet strings.
func xstring(s string) string {
	if len(s) < 7 || !strings.Contains(s, "_x") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if i+7 <= len(s) && s[i] == '_' && s[i+1] == 'x' && s[i+6] == '_' {
			if n, err := strconv.ParseUint(s[i+2:i+6], 16, 16); err == nil {
				if n != 0 {
					out = utf8.AppendRune(out, rune(n))
				}
				i += 6
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}
