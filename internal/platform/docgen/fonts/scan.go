package fonts

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"
)

// limits of what a font file may claim of itself.
const (
	maxFonts     = 64
	maxTables    = 128
	maxNameTable = 1 << 20
)

var errNoFont = errors.New("not a font")

// An entry is one font of a file, as its tables of names and of licence describe it.
type entry struct {
	file     string
	index    int
	families []string // every name of the family and of the font, and that of the file
	bold     bool
	slanted  bool
	barred   bool // its licence forbids embedding
	variable bool // one file for all weights: its standing shape is seldom the wanted one
}

// scan lists the fonts of a directory and those beneath it, in the order of their paths, and
// the files that claim to be fonts and cannot be read.
func scan(dir string) (out []entry, broken []string) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // a directory one may not read has no fonts for us
		}
		switch strings.ToLower(filepath.Ext(path)) {
		case ".ttf", ".otf", ".ttc", ".otc":
			found, err := describe(path)
			if err != nil {
				broken = append(broken, path)
			}
			out = append(out, found...)
		}
		return nil
	})
	return out, broken
}

// describe reads what a font file says of its fonts, without their outlines.
func describe(path string) ([]entry, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 12+4*maxFonts)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	head = head[:n]
	if n < 12 {
		return nil, errNoFont
	}
	offsets := []uint32{0}
	if string(head[:4]) == "ttcf" {
		count := binary.BigEndian.Uint32(head[8:])
		if count == 0 || count > maxFonts || len(head) < 12+4*int(count) {
			return nil, errNoFont
		}
		offsets = offsets[:0]
		for i := range int(count) {
			offsets = append(offsets, binary.BigEndian.Uint32(head[12+4*i:]))
		}
	}
	var out []entry
	for i, at := range offsets {
		e, err := describeOne(f, int64(at))
		if err != nil {
			return out, err
		}
		e.file, e.index = path, i
		stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		e.families = append(e.families, stem) // old fonts state their names in codes of their own
		out = append(out, e)
	}
	return out, nil
}

func describeOne(f io.ReaderAt, at int64) (entry, error) {
	var e entry
	var head [12]byte
	if _, err := f.ReadAt(head[:], at); err != nil {
		return e, err
	}
	switch string(head[:4]) {
	case "\x00\x01\x00\x00", "OTTO", "true":
	default:
		return e, errNoFont
	}
	n := int(binary.BigEndian.Uint16(head[4:]))
	if n > maxTables {
		return e, errNoFont
	}
	dir := make([]byte, 16*n)
	if _, err := f.ReadAt(dir, at+12); err != nil {
		return e, err
	}
	for ; len(dir) > 0; dir = dir[16:] {
		offset, length := int64(binary.BigEndian.Uint32(dir[8:])), int(binary.BigEndian.Uint32(dir[12:]))
		switch string(dir[:4]) {
		case "fvar":
			e.variable = true
		case "OS/2":
			var b [64]byte
			if _, err := f.ReadAt(b[:], offset); err != nil {
				return e, err
			}
			e.bold = binary.BigEndian.Uint16(b[4:]) >= 600
			e.slanted = binary.BigEndian.Uint16(b[62:])&1 != 0
			e.barred = binary.BigEndian.Uint16(b[8:])&0x000F == 0x0002
		case "name":
			if length > maxNameTable {
				return e, errNoFont
			}
			b := make([]byte, length)
			if _, err := f.ReadAt(b, offset); err != nil {
				return e, err
			}
			e.families = names(b)
		}
	}
	return e, nil
}

// names gives the family names (1, 16), full names (4) and PostScript names (6) of a font.
func names(b []byte) []string {
	if len(b) < 6 {
		return nil
	}
	count, store := int(binary.BigEndian.Uint16(b[2:])), int(binary.BigEndian.Uint16(b[4:]))
	var out []string
	for i := range count {
		at := 6 + 12*i
		if at+12 > len(b) {
			break
		}
		platform := binary.BigEndian.Uint16(b[at:])
		id := binary.BigEndian.Uint16(b[at+6:])
		length, offset := int(binary.BigEndian.Uint16(b[at+8:])), store+int(binary.BigEndian.Uint16(b[at+10:]))
		if id != 1 && id != 4 && id != 6 && id != 16 || platform == 1 || offset+length > len(b) {
			continue
		}
		units := make([]uint16, length/2)
		for k := range units {
			units[k] = binary.BigEndian.Uint16(b[offset+2*k:])
		}
		s := string(utf16.Decode(units))
		known := false
		for _, o := range out {
			known = known || o == s
		}
		if s != "" && !known {
			out = append(out, s)
		}
	}
	return out
}
