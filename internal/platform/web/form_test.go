package web_test

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/web"
)

// A form comes with files or without; the files come by field, fields without a chosen file give none.
func TestAFormIsRead(t *testing.T) {
	plain := httptest.NewRequest("POST", "/x", strings.NewReader("a=1&b=2&b=3"))
	plain.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	v, files, err := web.FormFiles(plain)
	if err != nil || v.Get("a") != "1" || !slices.Equal(v["b"], []string{"2", "3"}) || files != nil {
		t.Errorf("plain form: %v %v %v", v, files, err)
	}

	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	w.WriteField("a", "1")
	for _, f := range [][2]string{{"file2", "乙.pdf"}, {"file1", "甲.pdf"}, {"file1", "丙.pdf"}} {
		p, _ := w.CreateFormFile(f[0], f[1])
		p.Write([]byte(f[1]))
	}
	w.CreateFormFile("file3", "")
	w.Close()
	r := httptest.NewRequest("POST", "/x", bytes.NewReader(body.Bytes()))
	r.Header.Set("Content-Type", w.FormDataContentType())
	v, files, err = web.FormFiles(r)
	var got []string
	for _, f := range files {
		got = append(got, f.Field+" "+f.Name+" "+string(f.Content))
	}
	if want := []string{"file1 甲.pdf 甲.pdf", "file1 丙.pdf 丙.pdf", "file2 乙.pdf 乙.pdf"}; err != nil || v.Get("a") != "1" || !slices.Equal(got, want) {
		t.Errorf("form with files: %v %v %v", v, got, err)
	}

	cut := httptest.NewRequest("POST", "/x", bytes.NewReader(body.Bytes()[:body.Len()-3]))
	cut.Header.Set("Content-Type", w.FormDataContentType())
	if _, _, err := web.FormFiles(cut); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a form that broke off: %v", err)
	}
	big := httptest.NewRequest("POST", "/x", strings.NewReader(strings.Repeat("a=1&", 100)))
	big.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	big.Body = http.MaxBytesReader(httptest.NewRecorder(), big.Body, 10)
	var tooBig *http.MaxBytesError
	if _, err := web.Form(big); !errors.As(err, &tooBig) {
		t.Errorf("a form that is too large: %v", err)
	}
}

// What was refused stands beside its field; what is no matter of the form gets a page of its own.
func TestARefusedFormIsSorted(t *testing.T) {
	var f fault.Fields
	f.Need(false, "day", "请写日期")
	f.Need(false, "day", "日期 %s 写法不对；请写成 2018-05-10 的样子", "x")
	got, ok := web.Refused(f.Err(), func(s string) string { return "<" + s + ">" })
	if want := []string{"<请写日期>", "<日期 x 写法不对；请写成 2018-05-10 的样子>"}; !ok || !slices.Equal(got["day"], want) || len(got) != 1 {
		t.Errorf("by field: %v %v", got, ok)
	}
	for kind, want := range map[fault.Kind]bool{fault.Invalid: true, fault.Conflict: true, fault.TooLarge: true, fault.Missing: false, fault.Forbidden: false} {
		got, ok := web.Refused(fault.New(kind, "不行"), func(s string) string { return s })
		if ok != want || ok && !slices.Equal(got[""], []string{"不行"}) {
			t.Errorf("kind %d: %v %v", kind, got, ok)
		}
	}
	if got := web.Numbers([]string{"3", "x", "3", "5"}); !slices.Equal(got, []int64{3, 5}) {
		t.Errorf("numbers: %v", got)
	}
}
