package fonts

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/docgen"
)

func system(t testing.TB) *Set {
	t.Helper()
	s, err := Open("", SystemDirs())
	if err != nil {
		t.Fatalf("%v (install the Debian packages fonts-noto-cjk and fonts-liberation)", err)
	}
	t.Cleanup(s.Close)
	return s
}

// Every role has a font, and the report names each stand-in in a sentence.
func TestEveryRoleIsServed(t *testing.T) {
	s := system(t)
	seen := map[docgen.Role]bool{}
	for _, x := range s.StandIns() {
		seen[x.Role] = true
		say := x.Say(nil)
		if !strings.Contains(say, string(x.Role)) || !strings.Contains(say, x.Font) || !strings.Contains(say, x.File) {
			t.Errorf("%+v is said as %q", x, say)
		}
		if x.Official == strings.Contains(say, "代替") {
			t.Errorf("official %v, said as %q", x.Official, say)
		}
	}
	for _, r := range append(docgen.Roles(), latin) {
		if !seen[r] {
			t.Errorf("no font for %s", r)
		}
	}
}

// Rare characters of names are found; what no font has becomes 〓 and says so.
func TestRareCharactersAreFound(t *testing.T) {
	s := system(t)
	for _, role := range docgen.Roles() {
		for _, r := range "镕喆堃昇淼犇翀珺琤玥晗甯劼頔𠮷，。“”—…〔〕①●▲■○≥±℃‰" {
			f, g, ok := s.Find(role, r)
			if !ok || g == 0 {
				t.Errorf("%s: %c is missing", role, r)
				continue
			}
			if o, err := f.Outline(g); err != nil || len(o) == 0 {
				t.Errorf("%s: %c of %s has no outline: %v", role, r, f.Name, err)
			}
			if a := f.Advance(g); r > 0x3000 && a != 1000 {
				t.Errorf("%s: %c is %v wide in %s", role, r, a, f.Name)
			}
		}
	}
	f, g, ok := s.Find(docgen.Fangsong, 0x10FFFD)
	if ok || f == nil || g != f.Glyph(Missing) {
		t.Errorf("an unknown character gives %v %v %v", f, g, ok)
	}
	if f, _, _ := s.Find(docgen.Fangsong, '7'); f.Name != "Liberation Serif" && f.Name != "Times New Roman" {
		t.Errorf("digits are set in %s", f.Name)
	}
	song, _, _ := s.Find(docgen.Songti, '国')
	if f, _, _ := s.Find(docgen.Songti, '7'); f != song {
		t.Errorf("digits of 宋体 are set in %s, hanzi in %s", f.Name, song.Name)
	}
}

// The simplified face of a collection is taken: its 曜 and 直 differ from the Japanese ones.
func TestTheSimplifiedFaceIsTaken(t *testing.T) {
	s := system(t)
	for role, chain := range s.chains {
		for _, c := range chain {
			for _, name := range c.entry.families {
				if strings.Contains(name, "CJK JP") || strings.Contains(name, "CJK TC") {
					t.Errorf("%s may be set in %s", role, name)
				}
			}
		}
	}
}

// The office's own directory comes before the system's.
func TestTheOwnDirectoryComesFirst(t *testing.T) {
	s := system(t)
	song, _, _ := s.Find(docgen.Songti, '国')
	dir := t.TempDir()
	body, err := os.ReadFile(song.File)
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(dir, "own"+filepath.Ext(song.File))
	if err := os.WriteFile(own, body, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "broken.ttf"), body[:2000], 0o600); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, chain := range s.chains {
		for _, c := range chain {
			used[c.entry.file] = true
		}
	}
	for _, e := range s.entries {
		if !used[e.file] {
			if body, err = os.ReadFile(e.file); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "foreign.ttf"), body, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Open(dir, SystemDirs())
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	if f, _, _ := got.Find(docgen.Songti, '国'); f.File != own {
		t.Errorf("宋体 is read from %s", f.File)
	}
	broken, foreign := 0, 0
	for _, n := range got.Notes() {
		switch say := n.Say(nil); {
		case strings.Contains(say, "broken.ttf"):
			broken++
		case strings.Contains(say, "foreign.ttf") && strings.Contains(say, "不是公文用字体"):
			foreign++
		}
	}
	if broken != 1 || foreign != 1 || len(got.Notes()) != 2 {
		t.Errorf("%v", got.Notes())
	}
}

// A font file whose shapes are damaged serves nobody, wherever the damage is; its file is named once
// and the next font takes its place.
func TestADamagedFontIsNamedAndPassedOver(t *testing.T) {
	s := system(t)
	song, _, _ := s.Find(docgen.Songti, '国')
	body, err := os.ReadFile(song.File)
	if err != nil {
		t.Fatal(err)
	}
	latin, _, _ := s.Find(docgen.Fangsong, 'A')
	letters, err := os.ReadFile(latin.File)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, b := range map[string][]byte{"short.ttc": body[:len(body)/3], "half.ttf": letters[:len(letters)/2], "empty.otf": nil} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Shapes of some letters only: found when they are needed.
	for at, n := 12, int(letters[5]); n > 0; at, n = at+16, n-1 {
		if offset, length := binary.BigEndian.Uint32(letters[at+8:]), binary.BigEndian.Uint32(letters[at+12:]); string(letters[at:at+4]) == "glyf" {
			for i := offset + 10000; i < offset+length; i++ {
				letters[i] = 0xFF
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "part.ttf"), letters, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Open(dir, SystemDirs())
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	for _, role := range docgen.Roles() {
		for _, r := range "国务院，。％" {
			f, g, ok := got.Find(role, r)
			if !ok {
				t.Fatalf("%s: no %c", role, r)
			}
			if _, err := f.Outline(g); err != nil {
				t.Errorf("%s: %c of %s cannot be drawn: %v", role, r, f.File, err)
			}
		}
		for r := rune('!'); r < 0x7F; r++ {
			if f, g, ok := got.Find(role, r); ok {
				if _, err := f.Outline(g); err != nil {
					t.Errorf("%s: %c of %s cannot be drawn: %v", role, r, f.File, err)
				}
			}
		}
	}
	said := got.Notes()
	for _, name := range []string{"short.ttc", "half.ttf", "empty.otf", "part.ttf"} {
		n := 0
		for _, f := range said {
			if strings.Contains(f.Say(nil), name+" 读不了") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s is named %d times in %v", name, n, said)
		}
	}
}

func TestNoChineseFontIsAClearError(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.ttf", "b.ttc", "c.otf"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("ttcf\x00\x01\x00\x00\xff\xff\xff\xff nothing"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Open(dir, nil)
	if say := fault.Say(err, nil); fault.KindOf(err) != fault.Unavailable || !strings.Contains(say, dir) || !strings.Contains(say, "a.ttf、b.ttc、c.otf 读不了") {
		t.Errorf("got %v", err)
	}
	if _, err = Open("", []string{filepath.Join(dir, "none")}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}

// Bytes of any kind never bring the reading of fonts down.
func FuzzDescribe(f *testing.F) {
	f.Add([]byte("OTTO\x00\x01\x00\x00\x00\x00\x00\x00name\x00\x00\x00\x00\x00\x00\x00\x1c\x00\x00\x00\x20\x00\x00\x00\x01\x00\x06"))
	f.Add([]byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0c"))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "x.ttf")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		found, _ := describe(path)
		for _, e := range found {
			if face, err := open(e, "x"); err == nil {
				face.Glyph('国')
				face.file.Close()
			}
		}
		names(b)
	})
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		s, err := Open("", SystemDirs())
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
