package supervision

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"

	"kaiyang/internal/testkit/desk"
)

func picture() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 48, 32))
	for x := range 48 {
		for y := range 32 {
			m.Set(x, y, color.RGBA{uint8(x * 5), uint8(y * 7), 90, 255})
		}
	}
	return m
}

// gpsTIFF is what a phone writes: which way up, the device, and a position in its own directory.
func gpsTIFF() []byte {
	var b bytes.Buffer
	w := func(v ...any) {
		for _, x := range v {
			binary.Write(&b, binary.LittleEndian, x)
		}
	}
	b.WriteString("II*\x00")
	w(uint32(8), uint16(3))
	w(uint16(0x0110), uint16(2), uint32(12), uint32(50)) // model at 50
	w(uint16(0x0112), uint16(3), uint32(1), uint32(6))   // turned
	w(uint16(0x8825), uint16(4), uint32(1), uint32(62))  // GPS directory at 62
	w(uint32(0))
	b.WriteString("SECRETPHONE\x00")
	w(uint16(2))
	w(uint16(1), uint16(2), uint32(2), uint32('N'))
	w(uint16(2), uint16(5), uint32(3), uint32(92))
	w(uint32(0), uint32(27), uint32(1), uint32(3), uint32(1), uint32(4242), uint32(100))
	return b.Bytes()
}

func segment(marker byte, body string) []byte {
	return append([]byte{0xFF, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

func jpegWith(t *testing.T, segments ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	desk.OK(t, jpeg.Encode(&b, picture(), nil))
	out := append([]byte{0xFF, 0xD8}, bytes.Join(segments, nil)...)
	return append(out, b.Bytes()[2:]...)
}

func TestPicturesLoseTheirPosition(t *testing.T) {
	planted := jpegWith(t, segment(0xE1, "Exif\x00\x00"+string(gpsTIFF())), segment(0xE1, "http://ns.adobe.com/xap/1.0/\x00<x exif:GPSLatitude='27,3N'/>"),
		segment(0xED, "Photoshop 3.0\x00SECRETPHONE"), segment(0xFE, "SECRETPHONE was here"))
	planted = append(planted, "\x00\x00ftypmp42 SECRETPHONE +27.0500+106.7500/"...) // a moving picture after the end
	if !bytes.Contains(planted, []byte("SECRETPHONE")) || !bytes.Contains(planted, []byte{0x25, 0x88}) {
		t.Fatal("nothing was planted")
	}
	clean, media, err := cleanPhoto("IMG_1.JPG", planted)
	desk.OK(t, err)
	if media != "image/jpeg" {
		t.Errorf("media %s", media)
	}
	for _, word := range []string{"SECRETPHONE", "GPS", "adobe", "ftyp", "\x25\x88", "\x88\x25"} {
		if bytes.Contains(clean, []byte(word)) {
			t.Errorf("%q is still in the picture", word)
		}
	}
	if !bytes.HasSuffix(clean, []byte{0xFF, 0xD9}) {
		t.Error("there is something after the picture's end")
	}
	was, err := jpeg.Decode(bytes.NewReader(planted))
	desk.OK(t, err)
	is, err := jpeg.Decode(bytes.NewReader(clean))
	desk.OK(t, err)
	if !slices.Equal(was.(*image.YCbCr).Y, is.(*image.YCbCr).Y) {
		t.Error("the picture itself changed")
	}
	// Which way up it is held is kept, and nothing else is in its Exif.
	i := bytes.Index(clean, []byte("Exif\x00\x00"))
	if i < 0 {
		t.Fatal("the picture lies on its side")
	}
	if got := orientation(clean[i+6:]); got != 6 {
		t.Errorf("turned %d, want 6", got)
	}
	if n := binary.BigEndian.Uint16(clean[i-2:]); n != 34 {
		t.Errorf("the kept Exif has %d bytes, want 34", n)
	}
	again, _, err := cleanPhoto("a.jpg", clean)
	if err != nil || !bytes.Equal(again, clean) {
		t.Errorf("cleaning twice is not cleaning once: %v", err)
	}
}

func TestPNGLosesItsTexts(t *testing.T) {
	var b bytes.Buffer
	desk.OK(t, png.Encode(&b, picture()))
	chunk := func(kind, body string) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		out = append(out, kind+body...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(kind+body)))
	}
	in := slices.Concat(b.Bytes()[:33], chunk("eXIf", string(gpsTIFF())), chunk("tEXt", "Comment\x00SECRETPHONE"), chunk("prVt", "SECRETPHONE"), b.Bytes()[33:], []byte("SECRETPHONE"))
	clean, _, err := cleanPhoto("图.png", in)
	desk.OK(t, err)
	if bytes.Contains(clean, []byte("SECRETPHONE")) || bytes.Contains(clean, []byte("eXIf")) {
		t.Error("texts are still in the picture")
	}
	if !bytes.Equal(clean, b.Bytes()) {
		t.Error("the picture itself changed")
	}
}

func TestOtherFilesAreNoPictures(t *testing.T) {
	good := jpegWith(t)
	for name, c := range map[string]struct {
		name    string
		content []byte
	}{
		"a document":        {"a.pdf", []byte("%PDF-1.7")},
		"a wrong name":      {"a.png", good},
		"half a picture":    {"a.jpg", good[:len(good)/2]},
		"only a head":       {"a.jpg", []byte{0xFF, 0xD8, 0xFF, 0xD9}},
		"a page":            {"a.jpg", []byte("\xFF\xD8\xFF<script>")},
		"nothing":           {"a.jpg", nil},
		"a huge picture":    {"a.png", append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\xff\xff\xff\x00\xff\xff\xff\x08\x02\x00\x00\x00AAAA"), "\x00\x00\x00\x00IEND\xaeB`\x82"...)},
		"a segment too far": {"a.jpg", []byte{0xFF, 0xD8, 0xFF, 0xE1, 0xFF, 0xFF, 1, 2}},
	} {
		if _, _, err := cleanPhoto(c.name, c.content); err == nil {
			t.Errorf("%s was taken as a picture", name)
		}
	}
}

func FuzzPhoto(f *testing.F) {
	f.Add([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, 8, 'E', 'x', 'i', 'f', 0, 0, 0xFF, 0xD9})
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x00IEND"))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, name := range []string{"a.jpg", "a.png"} {
			if clean, _, err := cleanPhoto(name, in); err == nil && bytes.Contains(clean, []byte("GPS")) && !bytes.Contains(in, []byte("GPS")) {
				t.Error("made up")
			}
		}
	})
}
