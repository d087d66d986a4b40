package supervision

import (
	"bytes"
	"encoding/binary"
	"image"
	_ "image/jpeg" // reads the size of a picture
	_ "image/png"  // reads the size of a picture

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/files"
)

// mostPhoto bounds a picture, in bytes; mostPixels its area.
const (
	mostPhoto  = 12 << 20
	mostPixels = 120_000_000
)

// cleanPhoto takes a picture as it was uploaded and gives it without anything the camera wrote
// into it besides the picture: no position, no time, no device, no preview, nothing after its end.
// Only which way up it is held is kept, because the picture would lie on its side without it.
func cleanPhoto(name string, content []byte) (clean []byte, media string, err error) {
	if len(content) > mostPhoto {
		return nil, "", fault.New(fault.TooLarge, "照片 %s 超过 12 MB；请在手机上选较小的尺寸再传", name)
	}
	media, ok := files.Paper(name, content)
	if !ok || media != "image/jpeg" && media != "image/png" {
		return nil, "", fault.New(fault.Invalid, "“%s”不是 jpg 或 png 照片；请换成照片，苹果手机请在相机设置里选“兼容性最佳”", name)
	}
	if media == "image/png" {
		clean, ok = cleanPNG(content)
	} else {
		clean, ok = cleanJPEG(content)
	}
	if ok {
		c, _, derr := image.DecodeConfig(bytes.NewReader(clean))
		ok = derr == nil && c.Width > 0 && c.Height > 0 && c.Width*c.Height <= mostPixels
	}
	if !ok {
		return nil, "", fault.New(fault.Invalid, "照片 %s 打不开或不完整；请重新拍摄或另存后再传", name)
	}
	return clean, media, nil
}

// cleanJPEG keeps the segments a picture is made of. Of the application segments it keeps JFIF,
// the colour profile and Adobe's colour transform.
func cleanJPEG(in []byte) (out []byte, ok bool) {
	if len(in) < 4 || in[0] != 0xFF || in[1] != 0xD8 {
		return nil, false
	}
	out = append(make([]byte, 0, len(in)), 0xFF, 0xD8)
	scanned := false
	turned := byte(0)
	for i := 2; ; {
		if i+1 >= len(in) || in[i] != 0xFF {
			return nil, false
		}
		m := in[i+1]
		if m == 0xFF { // filling
			i++
			continue
		}
		if m == 0xD9 {
			return append(out, 0xFF, 0xD9), scanned
		}
		if m == 0x01 || m >= 0xD0 && m <= 0xD8 || m == 0 {
			return nil, false
		}
		if i+4 > len(in) {
			return nil, false
		}
		n := int(binary.BigEndian.Uint16(in[i+2:]))
		if n < 2 || i+2+n > len(in) {
			return nil, false
		}
		segment := in[i : i+2+n]
		body := segment[4:]
		i += 2 + n
		switch {
		case m == 0xE0 && bytes.HasPrefix(body, []byte("JFIF\x00")):
			// A preview inside is cut off: version, density, no preview.
			if len(body) >= 14 {
				out = append(out, 0xFF, 0xE0, 0, 16)
				out = append(out, body[:12]...)
				out = append(out, 0, 0)
			}
		case m == 0xE1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
			if o := orientation(body[6:]); o > 1 && turned == 0 {
				turned = o
				out = append(out, orientationSegment(o)...)
			}
		case m == 0xE2 && bytes.HasPrefix(body, []byte("ICC_PROFILE\x00")), m == 0xEE && bytes.HasPrefix(body, []byte("Adobe")):
			out = append(out, segment...)
		case m >= 0xE0 && m <= 0xEF, m == 0xFE:
		case m == 0xDA:
			out = append(out, segment...)
			scanned = true
			for i+1 < len(in) && (in[i] != 0xFF || in[i+1] == 0 || in[i+1] >= 0xD0 && in[i+1] <= 0xD7) {
				if in[i] == 0xFF {
					out = append(out, 0xFF)
					i++
				}
				out = append(out, in[i])
				i++
			}
		default:
			out = append(out, segment...)
		}
	}
}

// orientation reads which way up a picture is held from its TIFF header, 1 to 8; 0 when it does
// not say.
func orientation(tiff []byte) byte {
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	switch string(tiff[:2]) {
	case "II":
		order = binary.LittleEndian
	case "MM":
	default:
		return 0
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 0
	}
	n := uint64(order.Uint16(tiff[at:]))
	for k := range n {
		e := at + 2 + 12*k
		if e+12 > uint64(len(tiff)) {
			return 0
		}
		if order.Uint16(tiff[e:]) == 0x0112 && order.Uint16(tiff[e+2:]) == 3 {
			if v := order.Uint16(tiff[e+8:]); v >= 1 && v <= 8 {
				return byte(v)
			}
		}
	}
	return 0
}

// orientationSegment is an Exif segment that says nothing else.
func orientationSegment(o byte) []byte {
	return append([]byte{0xFF, 0xE1, 0, 34}, "Exif\x00\x00MM\x00\x2A\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"+string([]byte{o})+"\x00\x00\x00\x00\x00\x00"...)
}

// cleanPNG keeps the chunks a picture is made of.
func cleanPNG(in []byte) (out []byte, ok bool) {
	const head = 8
	if len(in) < head {
		return nil, false
	}
	out = append(make([]byte, 0, len(in)), in[:head]...)
	for i := head; i+12 <= len(in); {
		n := uint64(binary.BigEndian.Uint32(in[i:]))
		if uint64(i)+12+n > uint64(len(in)) {
			return nil, false
		}
		kind, end := string(in[i+4:i+8]), i+12+int(n)
		switch kind {
		case "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "sBIT", "bKGD", "pHYs":
			out = append(out, in[i:end]...)
		}
		if kind == "IEND" {
			return out, true
		}
		i = end
	}
	return nil, false
}
