package wastewater

import (
	"net/http"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
)

func (s *Service) getTemplate(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	x := lensOf(r)
	c, content, err := s.Template(r.Context(), web.ActorOf(r), id, x.Lang)
	if err != nil {
		return err
	}
	web.Attachment(w, x.t("污水监测结果")+" "+c.Name+".xlsx", web.MediaXLSX)
	_, err = w.Write(content)
	return err
}

// importView is the page of importing results.
type importView struct {
	Name, Path, Problem, File, Hash, Report string
	Done, MayApply                          bool
	Findings, Soft                          []string
	More                                    int
}

// filesOwner is under which uploads are kept.
const filesOwner = "wastewater"

const mostShown = 100

func (s *Service) getImport(w http.ResponseWriter, r *http.Request) error {
	q, err := s.draft(r)
	if err != nil {
		return err
	}
	return importPage().Render(w, r, "导入结果", importView{Name: q.Campaign.Name, Path: campaignPath(q.Campaign.ID)})
}

// postImport keeps the upload and tells what it would do.
func (s *Service) postImport(w http.ResponseWriter, r *http.Request) error {
	_, list, err := web.FormFiles(r)
	if err != nil {
		return err
	}
	q, err := s.draft(r)
	if err != nil {
		return err
	}
	v := importView{Name: q.Campaign.Name, Path: campaignPath(q.Campaign.ID)}
	if len(list) == 0 || len(list[0].Content) == 0 {
		v.Problem = lensOf(r).t("请选择文件")
		return importPage().RenderStatus(w, r, http.StatusUnprocessableEntity, "导入结果", v)
	}
	if err := s.db.InTx(r.Context(), func(tx *sqldb.Tx) (err error) {
		v.Hash, err = s.files.Put(tx, filesOwner, list[0].Name, "application/octet-stream", list[0].Content)
		return err
	}); err != nil {
		return err
	}
	return s.preview(w, r, v, q.Campaign.ID, list[0].Name, list[0].Content)
}

func (s *Service) preview(w http.ResponseWriter, r *http.Request, v importView, id int64, name string, content []byte) error {
	x := lensOf(r)
	rep, err := s.Import(r.Context(), web.ActorOf(r), id, name, content, true)
	if err != nil {
		if k := fault.KindOf(err); k != fault.Invalid && k != fault.TooLarge {
			return err
		}
		v.Problem = fault.Say(err, x.Text)
		return importPage().RenderStatus(w, r, http.StatusUnprocessableEntity, "导入结果", v)
	}
	v.Done, v.File = true, name
	v.Report = x.t("读了 %d 行：新增 %d、修改 %d、不变 %d、有问题 %d", rep.Read, rep.Created, rep.Updated, rep.Unchanged, rep.Rejected)
	for i, f := range rep.Findings {
		if i == mostShown {
			v.More = len(rep.Findings) - mostShown
			break
		}
		v.Findings = append(v.Findings, f.Say(x.Text))
	}
	for i, f := range rep.Soft {
		if i == mostShown {
			v.Soft = append(v.Soft, x.t("另有 %d 处", len(rep.Soft)-mostShown))
			break
		}
		v.Soft = append(v.Soft, f.Say(x.Text))
	}
	v.MayApply = len(rep.Findings) == 0 && rep.Created+rep.Updated > 0
	status := http.StatusOK
	if len(rep.Findings) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return importPage().RenderStatus(w, r, status, "导入结果", v)
}

// postApply writes a file that was checked before.
func (s *Service) postApply(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	q, err := s.draft(r)
	if err != nil {
		return err
	}
	var kept files.File
	var content []byte
	if kept, content, err = s.files.Get(r.Context(), filesOwner, f.Get("hash")); err != nil {
		return err
	}
	rep, err := s.Import(r.Context(), web.ActorOf(r), q.Campaign.ID, kept.Name, content, false)
	if err != nil {
		return err
	}
	if !rep.Written {
		return s.preview(w, r, importView{Name: q.Campaign.Name, Path: campaignPath(q.Campaign.ID), Hash: kept.Hash}, q.Campaign.ID, kept.Name, content)
	}
	return web.Done(w, r, campaignPath(q.Campaign.ID), "已导入：新增 %d、修改 %d", rep.Created, rep.Updated)
}
