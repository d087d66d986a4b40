package facts

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/web"
)

// pause is how long a request waits for a small file before it shows the progress page.
const pause = 1500 * time.Millisecond

func (s *Service) getImport(w http.ResponseWriter, r *http.Request) error {
	return s.showImport(w, r, http.StatusOK, nil)
}

func (s *Service) showImport(w http.ResponseWriter, r *http.Request, status int, problem error) error {
	x := lensOf(r)
	v := importView{Action: "/admin/import/facts", MaxMB: maxUpload >> 20, Columns: factColumns(x)}
	if r.MultipartForm != nil {
		v.Restate = r.FormValue("restate")
	}
	if problem != nil {
		v.Problem = fault.Say(problem, web.LangOf(r).Text)
	}
	list, err := s.imports(r.Context(), 20)
	if err != nil {
		return err
	}
	v.Batches = batchesTable(x, list)
	return importPage().RenderStatus(w, r, status, "导入数据", v)
}

func (s *Service) postImport(w http.ResponseWriter, r *http.Request) error {
	a := web.ActorOf(r)
	name, body, err := uploaded(r)
	if err == nil {
		defer body.Close()
		file, kept := s.keepUpload(r.Context(), a, name, body)
		if err = kept; err == nil {
			return s.begin(w, r, file.Hash, false, ImportIn{DryRun: true, Restate: strings.TrimSpace(r.FormValue("restate"))})
		}
	}
	if fault.KindOf(err) == fault.Invalid {
		return s.showImport(w, r, http.StatusUnprocessableEntity, err)
	}
	return err
}

// begin starts a run and leads to its page.
func (s *Service) begin(w http.ResponseWriter, r *http.Request, hash string, elements bool, in ImportIn) error {
	file, err := s.files.Stat(r.Context(), owner, hash)
	if err != nil {
		return err
	}
	run, err := s.start(r.Context(), web.ActorOf(r), file, elements, in)
	if err != nil {
		return err
	}
	run.Wait(r.Context(), pause)
	if elements {
		return web.Redirect(w, r, elementRunPath(run.ID))
	}
	return web.Redirect(w, r, runPath(run.ID))
}

func (s *Service) getRun(w http.ResponseWriter, r *http.Request) error {
	return s.showRun(w, r, false)
}

func (s *Service) showRun(w http.ResponseWriter, r *http.Request, elements bool) error {
	run, err := s.runOf(web.ActorOf(r), r.PathValue("id"), elements)
	if err != nil {
		return err
	}
	out, err := run.Result()
	if err != nil && fault.KindOf(err) == fault.Internal {
		return err
	}
	x := lensOf(r)
	if sent, err := s.sendRun(w, r, x, run, out); sent || err != nil {
		return err
	}
	v := newRunView(x, run, s.units.Register(), web.LangOf(r).Text)
	v.XLSX, _ = web.FileLinks(r)
	if v.Running {
		w.Header().Set("Refresh", "1")
	} else if in := run.In.in; !elements && in.DryRun && (out.head != nil || in.Mapping != nil && len(out.report.Findings) > 0) {
		head := out.head
		if head == nil {
			head = s.headOfUpload(r.Context(), run.In.file.Hash, in.Mapping.HeaderRow)
		}
		v.Mapping = newMapping(x, head, in.Mapping, s.Catalogue())
	}
	return runPage().Render(w, r, "导入", v)
}

// sendRun sends the whole list of a run that has ended: what was found, or the values that become
// others.
func (s *Service) sendRun(w http.ResponseWriter, r *http.Request, x lens, run *run, out runOut) (sent bool, err error) {
	if !run.Finished() || r.URL.Query().Get("format") == "" {
		return false, nil
	}
	t := replacedTable(x, out.over, s.units.Register(), web.LangOf(r).Text)
	if len(out.report.Findings) > 0 {
		t = findingsTable(x, out.report.Findings, web.LangOf(r).Text)
	}
	return web.SendTable(w, r, t.Name, t)
}

// passed tells whether a check has ended and found nothing.
func passed(r *run) bool {
	out, err := r.Result()
	return r.Finished() && err == nil && len(out.report.Findings) == 0
}

func (s *Service) postRun(w http.ResponseWriter, r *http.Request) error {
	run, err := s.runOf(web.ActorOf(r), r.PathValue("id"), false)
	if err != nil {
		return err
	}
	in := run.In.in
	switch r.PostFormValue("step") {
	case "apply":
		if !passed(run) {
			return fault.New(fault.Conflict, "文件还没有通过检查，不能导入；请先看检查结果")
		}
		in.DryRun = false
	case "check":
		in.DryRun, in.Restate = true, strings.TrimSpace(r.PostFormValue("restate"))
	case "map":
		in.DryRun, in.Mapping = true, mappingOf(r)
	default:
		return fault.New(fault.Invalid, "没有收到要做什么；请回到上一页重试")
	}
	return s.begin(w, r, run.In.file.Hash, false, in)
}

// mappingOf reads the form of a ledger's columns.
func mappingOf(r *http.Request) *Mapping {
	m := &Mapping{Columns: map[string]Target{}, Constants: map[string]string{}, SkipTotals: r.PostFormValue("skip-totals") == "1"}
	m.HeaderRow, _ = strconv.Atoi(strings.TrimSpace(r.PostFormValue("header-row")))
	for name := range r.PostForm {
		if head, ok := strings.CutSuffix(name, "-head"); ok && strings.HasPrefix(head, "column-") {
			m.Columns[r.PostFormValue(name)] = parseTarget(r.PostFormValue(head))
		}
	}
	for _, f := range []string{"element", "category", "unit", "period"} {
		if v := strings.TrimSpace(r.PostFormValue("const-" + f)); v != "" {
			m.Constants[f] = v
		}
	}
	return m
}

func (s *Service) getUpload(w http.ResponseWriter, r *http.Request) error {
	f, content, err := s.SourceFile(r.Context(), web.ActorOf(r), r.PathValue("hash"))
	if err != nil {
		return err
	}
	web.Attachment(w, f.Name, f.Media)
	_, err = w.Write(content)
	return err
}

func (s *Service) getElementImport(w http.ResponseWriter, r *http.Request) error {
	return s.showElementImport(w, r, http.StatusOK, nil)
}

func (s *Service) showElementImport(w http.ResponseWriter, r *http.Request, status int, problem error) error {
	v := importView{Elements: true, Action: "/admin/import/elements", Columns: elementColumns(lensOf(r))}
	if problem != nil {
		v.Problem = fault.Say(problem, web.LangOf(r).Text)
	}
	return importPage().RenderStatus(w, r, status, "导入数据项", v)
}

func (s *Service) postElementImport(w http.ResponseWriter, r *http.Request) error {
	name, body, err := uploaded(r)
	if err == nil {
		defer body.Close()
		file, kept := s.keepUpload(r.Context(), web.ActorOf(r), name, body)
		if err = kept; err == nil {
			return s.begin(w, r, file.Hash, true, ImportIn{DryRun: true})
		}
	}
	if fault.KindOf(err) == fault.Invalid {
		return s.showElementImport(w, r, http.StatusUnprocessableEntity, err)
	}
	return err
}

func (s *Service) getElementRun(w http.ResponseWriter, r *http.Request) error {
	return s.showRun(w, r, true)
}

func (s *Service) postElementRun(w http.ResponseWriter, r *http.Request) error {
	run, err := s.runOf(web.ActorOf(r), r.PathValue("id"), true)
	if err != nil {
		return err
	}
	if !passed(run) {
		return fault.New(fault.Conflict, "文件还没有通过检查，不能导入；请先看检查结果")
	}
	return s.begin(w, r, run.In.file.Hash, true, ImportIn{})
}
