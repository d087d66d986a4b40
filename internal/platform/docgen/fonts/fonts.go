// Package fonts finds the fonts official documents are set in. It looks into the directory the
// office has given, then into those of the operating system, and says for each of the five roles
// which font serves it and whether that is the official one or a stand-in (DOC-50, DOC-51).
//
// TrueType and OpenType (CFF) fonts and collections of either are read. A character a font
// lacks is taken from the next font that has it (DOC-52); no font file is part of the product.
package fonts

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/docgen"
)

// Missing is drawn for a character that no font has: 〓.
const Missing = '〓'

// latin is the pseudo-role of Western letters and digits (DOC-50: Times New Roman).
const latin docgen.Role = "西文"

// Chart is the role of the words in charts and of dense tables: a plain 黑体 of normal weight.
const Chart docgen.Role = "图表"

// A Set is the fonts found, opened as they are needed. Keep one and use it for all documents;
// Close gives the files back. A Set may be used by several goroutines.
type Set struct {
	dir     string
	entries []entry
	own     int                      // the first so many entries are those of dir
	broken  []string                 // files of dir that cannot be read
	chains  map[docgen.Role][]choice // of each role, the best first

	mu     sync.Mutex
	opened map[string]*Face // by file and index; nil for one that cannot be read
	failed []*Face          // opened, then found damaged
	found  map[want]hit
}

// A choice is a font that may serve a role.
type choice struct {
	entry    entry
	name     string
	official bool
}

type want struct {
	role  docgen.Role
	plain bool
	r     rune
}

type hit struct {
	face  *Face
	glyph Glyph
	ok    bool
}

// A StandIn says which font serves a role.
type StandIn struct {
	Role     docgen.Role // one of the five, or 西文
	Font     string      // "Noto Serif CJK SC"
	File     string      // its file, without directories
	Official bool        // it is the font that official documents name
}

// Open finds the fonts in dir (which may be empty) and then in the system's directories, usually
// those of SystemDirs. It fails with fault.Unavailable when there is no Chinese font at all.
func Open(dir string, system []string) (*Set, error) {
	s := &Set{dir: dir, chains: map[docgen.Role][]choice{}, opened: map[string]*Face{}, found: map[want]hit{}}
	if dir != "" {
		s.entries, s.broken = scan(dir)
		s.own = len(s.entries)
	}
	seen := map[string]bool{}
	if dir != "" {
		seen[filepath.Clean(dir)] = true
	}
	for _, d := range system {
		if !seen[filepath.Clean(d)] {
			seen[filepath.Clean(d)] = true
			found, _ := scan(d)
			s.entries = append(s.entries, found...)
		}
	}
	for _, role := range append(docgen.Roles(), Chart, latin) {
		s.chains[role] = s.chain(wishes(role))
	}
	chinese := false
	for _, role := range docgen.Roles() {
		for _, c := range s.chains[role] {
			f := s.face(c)
			chinese = chinese || f != nil && f.Glyph('国') != 0
			if chinese {
				break
			}
		}
	}
	if !chinese {
		damaged := s.damaged()
		s.Close()
		if len(damaged) > 0 {
			return nil, fault.New(fault.Unavailable, "没有能用的中文字体，不能生成 PDF：%s 里的 %s 读不了，请重新复制，或放入其他字体文件（ttf、otf 或 ttc）后重试", dir, strings.Join(damaged, "、"))
		}
		if dir == "" {
			return nil, fault.New(fault.Unavailable, "没有找到中文字体，不能生成 PDF：请在系统中安装中文字体（仿宋、黑体、楷体、宋体、小标宋），或在配置中指定字体目录")
		}
		return nil, fault.New(fault.Unavailable, "没有找到中文字体，不能生成 PDF：请把字体文件（仿宋、黑体、楷体、宋体、小标宋，扩展名 ttf、otf 或 ttc）放进 %s 后重试", dir)
	}
	rest := s.chain(last())
	for _, role := range append(docgen.Roles(), Chart, latin) {
		chain := s.chains[role]
		for _, other := range docgen.Roles() {
			chain = append(chain, s.chains[other]...)
		}
		chain = append(chain, rest...)
		s.chains[role] = unique(chain)
	}
	return s, nil
}

// chain lists the fonts that fulfil wishes in their order. Fonts of the office's own directory
// come before those of the system under the same name.
func (s *Set) chain(ws []wish) []choice {
	var out []choice
	for _, w := range ws {
		first := len(out)
		for i, e := range s.entries {
			if e.barred || e.variable || e.slanted || i >= s.own && first < len(out) {
				continue
			}
			for _, name := range e.families {
				if strings.EqualFold(name, w.family) && (w.any || e.bold == (w.bold || heavy(w.family))) {
					out = append(out, choice{e, w.family, w.official})
					break
				}
			}
		}
	}
	return unique(out)
}

// heavy tells family names of fonts that are bold by nature, whatever their weight says.
func heavy(family string) bool {
	return strings.HasSuffix(family, "Black") || strings.HasSuffix(family, "Heavy")
}

func key(e entry) string { return fmt.Sprintf("%d %s", e.index, e.file) }

func unique(in []choice) []choice {
	seen := map[string]bool{}
	out := in[:0:0]
	for _, c := range in {
		if k := key(c.entry); !seen[k] {
			seen[k] = true
			out = append(out, c)
		}
	}
	return out
}

// face opens the font of a choice; nil when it cannot be read.
func (s *Set) face(c choice) *Face {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := key(c.entry)
	f, ok := s.opened[k]
	if !ok {
		var err error
		if f, err = open(c.entry, c.name); err != nil {
			f = nil // a damaged font serves nobody; the next one in the chain does
		}
		s.opened[k] = f
	}
	return f
}

// inked tells characters that leave ink on the paper.
func inked(r rune) bool { return r > ' ' && r < 0x7F || unicode.Is(unicode.Han, r) }

// drop takes a font out of use in which a shape turned out to be damaged; the next one in the chain
// serves from then on.
func (s *Set) drop(c choice) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.opened[key(c.entry)]; f != nil {
		s.failed = append(s.failed, f) // documents being written may still read shapes they found
		s.opened[key(c.entry)] = nil
		clear(s.found)
	}
}

// Find gives the face and glyph for a character in a role. In 仿宋 and 楷体 Western letters and
// digits come from the Western font; 黑体 and 小标宋 keep their own, which are as heavy as their
// hanzi, and so does 宋体, whose digits page numbers use (DOC-23). ok is false when no font has
// the character; then the glyph is that of 〓.
func (s *Set) Find(role docgen.Role, r rune) (f *Face, g Glyph, ok bool) {
	return s.find(want{role: role, plain: role != docgen.Fangsong && role != docgen.Kaiti, r: r})
}

func (s *Set) find(w want) (*Face, Glyph, bool) {
	s.mu.Lock()
	h, known := s.found[w]
	s.mu.Unlock()
	if !known {
		h = s.search(w)
		s.mu.Lock()
		s.found[w] = h
		s.mu.Unlock()
	}
	return h.face, h.glyph, h.ok
}

func (s *Set) search(w want) hit {
	role := w.role
	if _, ok := s.chains[role]; !ok {
		role = docgen.Fangsong
	}
	if !w.plain && Western(w.r) {
		role = latin
	}
	for _, c := range s.chains[role] {
		if f := s.face(c); f != nil {
			if g := f.Glyph(w.r); g != 0 {
				o, err := f.Outline(g)
				switch {
				case err != nil:
					s.drop(c)
					continue
				case len(o) == 0 && inked(w.r):
					continue // an empty shape would lose the character
				}
				return hit{f, g, true}
			}
		}
	}
	if w.r == Missing {
		for _, c := range s.chains[role] {
			if f := s.face(c); f != nil && f.Glyph('■') != 0 {
				return hit{f, f.Glyph('■'), true}
			}
		}
		return hit{}
	}
	f, g, _ := s.find(want{role: w.role, plain: true, r: Missing})
	return hit{f, g, false}
}

// Western tells the characters set in the Western font: letters, digits and marks of ASCII and
// the letters of European alphabets. Marks shared with Chinese (“ ” — … ·) are not among them.
func Western(r rune) bool {
	return r > ' ' && r < 0x7F || r >= 0xC0 && r < 0x250 && r != '×' && r != '÷' || r == 0xA0
}

// StandIns says which font serves each role, the Western one last.
func (s *Set) StandIns() []StandIn {
	var out []StandIn
	for _, role := range append(docgen.Roles(), latin) {
		for _, c := range s.chains[role] {
			if s.face(c) != nil {
				out = append(out, StandIn{role, c.name, filepath.Base(c.entry.file), c.official})
				break
			}
		}
	}
	return out
}

// Say gives the sentence of a stand-in in the language of tr (nil for Chinese).
func (x StandIn) Say(tr func(string) string) string {
	if tr == nil {
		tr = func(s string) string { return s }
	}
	if x.Official {
		return fmt.Sprintf(tr("%s：使用规定的字体 %s（%s）"), tr(string(x.Role)), x.Font, x.File)
	}
	return fmt.Sprintf(tr("%s：没有找到规定的字体，用 %s（%s）代替"), tr(string(x.Role)), x.Font, x.File)
}

// Notes says what is wrong with fonts of the office's own directory: those that cannot be read
// or not be embedded, and those whose names serve no role.
func (s *Set) Notes() fault.Findings {
	var out fault.Findings
	note := func(format string, args ...any) {
		out = append(out, fault.Finding{Rule: "font", Soft: true, Format: format, Args: args})
	}
	for _, file := range s.damaged() {
		note("字体文件 %s 读不了，没有使用：请重新复制该文件", file)
	}
	chosen := map[string]bool{}
	for _, chain := range s.chains {
		for _, c := range chain {
			chosen[c.entry.file] = true
		}
	}
	for _, e := range s.entries[:s.own] {
		name, file := e.families[0], filepath.Base(e.file)
		switch {
		case e.barred:
			note("字体 %s（%s）的许可不允许嵌入文件，没有使用：请换用允许嵌入的字体", name, file)
		case e.variable:
			note("字体 %s（%s）是可变字体，没有使用：请换用普通字体文件", name, file)
		case s.face(choice{entry: e, name: name}) == nil: // said above
		case !chosen[e.file]:
			chosen[e.file] = true // once for all faces of a collection
			note("字体 %s（%s）不是公文用字体，没有使用：请放入仿宋、楷体、黑体、宋体或小标宋", name, file)
		}
	}
	return out
}

// damaged names the files of the office's own directory that cannot be read.
func (s *Set) damaged() (files []string) {
	for _, path := range s.broken {
		files = append(files, filepath.Base(path))
	}
	for _, e := range s.entries[:s.own] {
		if file := filepath.Base(e.file); !e.barred && !e.variable && s.face(choice{entry: e, name: e.families[0]}) == nil && !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	return files
}

// Close gives back the files of the fonts opened.
func (s *Set) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.opened {
		if f != nil {
			f.file.Close()
		}
	}
	for _, f := range s.failed {
		f.file.Close()
	}
	s.failed = nil
	clear(s.opened)
	clear(s.found)
}
