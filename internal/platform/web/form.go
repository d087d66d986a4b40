package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
)

// inMemory is how much of a form with files is held in memory; the rest waits in the system's
// directory for temporary files.
const inMemory = 1 << 20

// Form reads the fields of a form, with files or without. What is too large comes back as it is,
// for the status that belongs to it; what cannot be read is Invalid.
func Form(r *http.Request) (url.Values, error) {
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		err = r.ParseMultipartForm(inMemory)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return nil, err
		}
		return nil, fault.Because(err, fault.Invalid, "表单内容读不出来；请返回重填")
	}
	return r.PostForm, nil
}

// An Upload is a file that came with a form.
type Upload struct {
	Field   string
	Name    string
	Content []byte
}

// FormFiles reads a form and the files that came with it, field by field in the order of their
// names. A field in which no file was chosen gives none.
func FormFiles(r *http.Request) (url.Values, []Upload, error) {
	v, err := Form(r)
	if err != nil || r.MultipartForm == nil {
		return v, nil, err
	}
	defer r.MultipartForm.RemoveAll()
	var list []Upload
	for field, heads := range r.MultipartForm.File {
		for _, h := range heads {
			if h.Filename == "" && h.Size == 0 {
				continue
			}
			content, err := contentOf(h)
			if err != nil {
				return nil, nil, fault.Because(err, fault.Unavailable, "文件读取失败；请重新上传")
			}
			list = append(list, Upload{Field: field, Name: h.Filename, Content: content})
		}
	}
	slices.SortStableFunc(list, func(a, b Upload) int { return strings.Compare(a.Field, b.Field) })
	return v, list, nil
}

func contentOf(h *multipart.FileHeader) ([]byte, error) {
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// Version reads the number of the row that a form was filled from; 0 for none.
func Version(v url.Values) int64 {
	n, _ := strconv.ParseInt(v.Get("version"), 10, 64)
	return n
}

// Numbers reads the ids that came under one name, each once, those that are none left out.
func Numbers(list []string) (out []int64) {
	for _, x := range list {
		if n, err := strconv.ParseInt(x, 10, 64); err == nil && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// Faults are the sentences of a refused form by field; those of the form as a whole stand under
// the empty name.
type Faults map[string][]string

// Refused sorts the sentences of a refused form by field, in the language of tr. ok is false for
// errors that belong on a page of their own.
func Refused(err error, tr func(string) string) (f Faults, ok bool) {
	f = Faults{}
	var list fault.Findings
	if errors.As(err, &list) {
		for _, p := range list {
			f[p.Field] = append(f[p.Field], p.Message(tr))
		}
		return f, true
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.TooLarge:
		f[""] = []string{fault.Say(err, tr)}
		return f, true
	}
	return nil, false
}
