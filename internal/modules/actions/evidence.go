package actions

import (
	"archive/zip"
	"bytes"
	"path"
	"strings"

	"kaiyang/internal/core/fault"
)

// The limits of evidence.
const (
	maxFile  = 20 << 20 // bytes of one file
	maxFiles = 10       // files of one form, with those held
	maxForm  = 80 << 20 // bytes of a form with its files
)

// An Upload is a file as it was sent.
type Upload struct {
	Name    string
	Content []byte
}

// mediaOf tells the media type of evidence by its name and its content, which must agree. Pictures
// (JPEG, PNG, WebP), PDF, docx and xlsx are taken. Archives are not: nobody verifies what is not
// unpacked. Files with macros are not.
func mediaOf(u Upload) (string, error) {
	ext := strings.ToLower(path.Ext(u.Name))
	switch {
	case len(u.Content) == 0:
		return "", fault.New(fault.Invalid, "文件“%s”是空的；请检查后重新选择", u.Name)
	case len(u.Content) > maxFile:
		return "", fault.New(fault.Invalid, "文件“%s”有 %d MB，超过 %d MB；请压缩图片或拆分后再传", u.Name, (len(u.Content)+(1<<20)-1)>>20, maxFile>>20)
	}
	switch ext {
	case ".zip", ".rar", ".7z", ".tar", ".gz":
		return "", fault.New(fault.Invalid, "不收压缩包“%s”；请把里面的文件逐个上传，核验人才看得到", u.Name)
	case ".doc", ".wps":
		return "", fault.New(fault.Invalid, "“%s”是旧格式；请另存为 .docx 或 PDF 后再传", u.Name)
	case ".xls", ".et":
		return "", fault.New(fault.Invalid, "“%s”是旧格式；请另存为 .xlsx 后再传", u.Name)
	case ".heic", ".heif":
		return "", fault.New(fault.Invalid, "“%s”是手机专用格式；请转成 JPG 后再传", u.Name)
	}
	want := map[string]string{".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".pdf": "application/pdf",
		".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}[ext]
	if want == "" {
		return "", fault.New(fault.Invalid, "不收“%s”这种文件；可以传图片（JPG、PNG、WebP）、PDF、docx、xlsx", u.Name)
	}
	got, err := sniff(u)
	if err != nil {
		return "", err
	}
	if got != want {
		return "", fault.New(fault.Invalid, "文件“%s”的内容与扩展名不符或已损坏；请打开核对后重新保存再传", u.Name)
	}
	return want, nil
}

// sniff tells the media type by content, "" for none that is taken.
func sniff(u Upload) (string, error) {
	b := u.Content
	switch {
	case bytes.HasPrefix(b, []byte{0xFF, 0xD8, 0xFF}):
		return "image/jpeg", nil
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png", nil
	case len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "image/webp", nil
	case bytes.HasPrefix(b, []byte("%PDF-")):
		return "application/pdf", nil
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return officeFile(u)
	}
	return "", nil
}

// officeFile tells docx from xlsx by their main parts; nothing is unpacked.
func officeFile(u Upload) (string, error) {
	z, err := zip.NewReader(bytes.NewReader(u.Content), int64(len(u.Content)))
	if err != nil {
		return "", nil
	}
	media := ""
	for _, f := range z.File {
		switch {
		case strings.HasSuffix(strings.ToLower(f.Name), "vbaproject.bin"):
			return "", fault.New(fault.Invalid, "文件“%s”带有宏；请另存为不带宏的文件后再传", u.Name)
		case f.Name == "word/document.xml":
			media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
		case f.Name == "xl/workbook.xml":
			media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		}
	}
	return media, nil
}
