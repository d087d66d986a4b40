package plan

import (
	"net/http"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
)

// columnHelp says what stands in each column of a file.
func columnHelp() map[string]string {
	return map[string]string{
		"kind": "programme 重点工作、goal 目标、task 任务、milestone 里程碑；也可写中文", "code": "编号，同类之中不重复；里程碑写 M1、M2", "parent": "上级的编号：目标写重点工作，任务写目标，里程碑写任务",
		"order": "在同级中的次序，可留空", "name": "名称", "text": "说明；任务写完成标准，里程碑写需要的佐证材料", "type": "prescribed 规定（默认）或 own 自选", "lead": "牵头单位的编码或全称", "assist": "配合单位，用顿号分开",
		"force": "专班的编码或全称，可留空", "start": "开始日，2018-03-12", "end": "完成日；里程碑写它的日期", "rhythm": "month 每月（默认）或 half-month 每半月", "bundle": "目标组的编码，只用于目标",
		"indicators": "指标编码，用顿号分开", "after": "前置任务的编号，用顿号分开",
	}
}

func (s *Service) importView(r *http.Request) (v importView, b book, err error) {
	x := s.lens(r)
	if b, err = s.bookOf(r); err != nil {
		return v, b, err
	}
	v = importView{Head: s.headOf(r, b, "edit"), Save: underPlan(b.plan.ID, "/import"), Versions: underPlan(b.plan.ID, "/versions")}
	switch {
	case b.draft == nil:
		v.Locked = x.t("计划没有在起草的版本；要修改计划，请先新建一版并写明原因")
	case b.draft.State == Proposed:
		v.Locked = x.t("第 %d 版已提请批准，不能修改；请先撤回", b.draft.No)
	}
	for _, c := range columns() {
		v.Columns = append(v.Columns, option{Value: c, Label: x.t(columnHelp()[c])})
	}
	return v, b, nil
}

func (s *Service) getImport(w http.ResponseWriter, r *http.Request) error {
	v, _, err := s.importView(r)
	if err != nil {
		return err
	}
	return importPage().Render(w, r, "导入计划", v)
}

// postImport keeps the upload and tells what it would do.
func (s *Service) postImport(w http.ResponseWriter, r *http.Request) error {
	_, list, err := form(r)
	if err != nil {
		return err
	}
	v, b, err := s.importView(r)
	if err != nil {
		return err
	}
	x := s.lens(r)
	refuse := func(err error) error {
		v.Problem = fault.Say(err, x.Text)
		return importPage().RenderStatus(w, r, http.StatusUnprocessableEntity, "导入计划", v)
	}
	if len(list) == 0 || len(list[0].Content) == 0 {
		return refuse(fault.New(fault.Invalid, "请选择文件"))
	}
	u := list[0]
	err = s.db.InTx(r.Context(), func(tx *sqldb.Tx) error {
		v.Hash, err = s.files.Put(tx, filesOwner, u.Name, "application/octet-stream", u.Content)
		return err
	})
	if err != nil {
		return err
	}
	return s.preview(w, r, v, b, u.Name, u.Content)
}

const mostShown = 100

func (s *Service) preview(w http.ResponseWriter, r *http.Request, v importView, b book, name string, content []byte) error {
	x := s.lens(r)
	rep, changes, err := s.Import(r.Context(), web.ActorOf(r), b.plan.ID, name, content, true)
	if err != nil {
		if k := fault.KindOf(err); k != fault.Invalid && k != fault.Conflict {
			return err
		}
		v.Problem = fault.Say(err, x.Text)
		return importPage().RenderStatus(w, r, http.StatusUnprocessableEntity, "导入计划", v)
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
	v.Changes, v.Tally = x.changes(changes), x.tallyText(changes)
	v.MayApply = len(rep.Findings) == 0 && len(changes) > 0
	status := http.StatusOK
	if len(rep.Findings) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return importPage().RenderStatus(w, r, status, "导入计划", v)
}

// postApply writes a file that was checked before.
func (s *Service) postApply(w http.ResponseWriter, r *http.Request) error {
	form, _, err := form(r)
	if err != nil {
		return err
	}
	v, b, err := s.importView(r)
	if err != nil {
		return err
	}
	var f files.File
	var content []byte
	if f, content, err = s.files.Get(r.Context(), filesOwner, form.Get("hash")); err != nil {
		return err
	}
	rep, changes, err := s.Import(r.Context(), web.ActorOf(r), b.plan.ID, f.Name, content, false)
	if err != nil {
		return err
	}
	if !rep.Written {
		v.Hash = f.Hash
		return s.preview(w, r, v, b, f.Name, content)
	}
	return web.Done(w, r, draftPath(b.plan.ID), "已导入 %d 行，改动 %d 处", rep.Read, len(changes))
}
