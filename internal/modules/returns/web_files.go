package returns

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/web"
)

var uploadPage = sync.OnceValue(func() *web.Page[uploadView] { return web.MustPage[uploadView](embedded, "upload.html") })

// maxFiles is how many workbooks are taken at once.
const maxFiles = 200

// uploaded reads the files of a multipart form.
func uploaded(r *http.Request) ([]NamedFile, error) {
	if err := r.ParseMultipartForm(8 << 20); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return nil, err
		}
		return nil, fault.Because(err, fault.Invalid, "没有收到文件；请选择文件后再上传")
	}
	defer r.MultipartForm.RemoveAll()
	list := r.MultipartForm.File["file"]
	if len(list) > maxFiles {
		return nil, fault.New(fault.TooLarge, "一次最多上传 %d 个文件，您选了 %d 个；请分几次上传", maxFiles, len(list))
	}
	var out []NamedFile
	for _, h := range list {
		f, err := readUpload(h)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "没有收到文件；请选择文件后再上传")
	}
	return out, nil
}

func readUpload(h *multipart.FileHeader) (NamedFile, error) {
	f, err := h.Open()
	if err != nil {
		return NamedFile{}, fault.Because(err, fault.Unavailable, "文件读取失败；请重新上传")
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		return NamedFile{}, fault.Because(err, fault.Unavailable, "文件读取失败；请重新上传")
	}
	return NamedFile{Name: shortName(h.Filename), Content: content}, nil
}

func send(w http.ResponseWriter, f NamedFile, media string) error {
	web.Attachment(w, f.Name, media)
	_, err := w.Write(f.Content)
	return err
}

func (s *Service) getWorkbook(w http.ResponseWriter, r *http.Request) error {
	at, err := s.placeOf(r)
	if err != nil {
		return err
	}
	f, err := s.Template(r.Context(), web.ActorOf(r), at, web.LangOf(r))
	if err != nil {
		return err
	}
	return send(w, f, web.MediaXLSX)
}

func (s *Service) getCSV(w http.ResponseWriter, r *http.Request) error {
	at, err := s.placeOf(r)
	if err != nil {
		return err
	}
	o, err := s.Open(r.Context(), web.ActorOf(r), at)
	if err != nil {
		return err
	}
	content, err := csvOf(o.Layout, o.Filling)
	if err != nil {
		return err
	}
	return send(w, NamedFile{Name: s.fileName(o.Layout, web.LangOf(r)) + ".csv", Content: content}, web.MediaCSV)
}

func (s *Service) getErrors(w http.ResponseWriter, r *http.Request) error {
	at, err := s.placeOf(r)
	if err != nil {
		return err
	}
	f, err := s.ErrorWorkbook(r.Context(), web.ActorOf(r), at, web.LangOf(r))
	if err != nil {
		return err
	}
	return send(w, f, web.MediaXLSX)
}

func (s *Service) postUpload(w http.ResponseWriter, r *http.Request) error {
	at, err := s.placeOf(r)
	if err != nil {
		return err
	}
	list, err := uploaded(r)
	if err != nil {
		return err
	}
	a, page := web.ActorOf(r), address(at, s.code(at.Unit))
	up, err := s.Upload(r.Context(), a, at, list[0])
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.TooLarge) {
		o, oerr := s.Open(r.Context(), a, at)
		if oerr != nil {
			return oerr
		}
		return s.showEntry(w, r, o, web.Status(err), false, err)
	}
	if err != nil {
		return err
	}
	if up.Unchanged {
		return web.Done(w, r, page, "文件与已提交的版本完全相同，没有改动")
	}
	return web.Done(w, r, page+"?edit=1&check=1", "已读入 %s 格：新增 %s，改动 %s，相同 %s，有问题 %s。核对后提交。",
		grouped(up.Report.Read), grouped(up.Report.Created), grouped(up.Report.Updated), grouped(up.Report.Unchanged), grouped(up.Report.Rejected))
}

func (s *Service) getUploads(w http.ResponseWriter, r *http.Request) error {
	return uploadPage().Render(w, r, "批量上传工作簿", uploadView{})
}

func (s *Service) postUploads(w http.ResponseWriter, r *http.Request) error {
	list, err := uploaded(r)
	if err != nil {
		return err
	}
	out, err := s.ImportReturns(r.Context(), web.ActorOf(r), list, ImportOptions{})
	if err != nil {
		return err
	}
	return uploadPage().Render(w, r, "批量上传工作簿", newUploadView(web.LangOf(r), out, false))
}

func (s *Service) postUploadsSubmit(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	var places []Place
	for _, v := range form["place"] {
		parts := strings.SplitN(v, "/", 3)
		if len(parts) != 3 {
			return fault.New(fault.Invalid, "表单内容读不出来；请返回重填")
		}
		at, err := s.FindPlace(parts[0], parts[1], parts[2])
		if err != nil {
			return err
		}
		places = append(places, at)
	}
	if len(places) == 0 {
		return fault.New(fault.Invalid, "没有选中报表；请先勾选")
	}
	out := s.SubmitDrafts(r.Context(), web.ActorOf(r), places, form.Get("accept") != "")
	return uploadPage().Render(w, r, "批量上传工作簿", newUploadView(web.LangOf(r), out, true))
}
