package methods

import (
	"net/http"
	"time"

	"kaiyang/internal/platform/web"
)

// pause is how long a request waits for a verification before it shows the progress.
const pause = 400 * time.Millisecond

func (s *Service) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /methods", Rule: ruleRead, Handle: s.getList},
		{Pattern: "GET /methods/{id}", Rule: ruleRead, Handle: s.getMethod},
		{Pattern: "GET /methods/cases/{id}", Rule: ruleRead, Handle: s.getCase},
		{Pattern: "GET /methods/verify", Rule: ruleRead, Handle: s.getVerify},
		{Pattern: "POST /methods/verify", Rule: ruleRead, Handle: s.postVerify},
	}
}

func lensOf(r *http.Request) lens { return lens{web.LangOf(r)} }

func (s *Service) getList(w http.ResponseWriter, r *http.Request) error {
	x, b := lensOf(r), open()
	t := x.methodsTable(b)
	if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
		return err
	}
	last, there := s.last()
	v := listView{Grid: web.NewGrid(r, t), Methods: len(b.methods), Cases: len(b.cases), State: x.state(last, there)}
	return listPage().Render(w, r, "统计方法", v)
}

func (s *Service) getMethod(w http.ResponseWriter, r *http.Request) error {
	x, b, id := lensOf(r), open(), r.PathValue("id")
	m := b.pages[id]
	if m == nil {
		return web.NoPage()
	}
	if m.ID != id {
		// Browsers keep the place on the page that the address names.
		return web.Redirect(w, r, Path(m.ID))
	}
	v, err := x.methodView(b, m, s.proved())
	if err != nil {
		return err
	}
	return methodPage().Render(w, r, v.Name, v)
}

func (s *Service) getCase(w http.ResponseWriter, r *http.Request) error {
	c, ok := open().cases[r.PathValue("id")]
	if !ok {
		return web.NoPage()
	}
	web.Attachment(w, c.ID+".json", "application/json")
	_, err := w.Write(c.Data())
	return err
}

func (s *Service) getVerify(w http.ResponseWriter, r *http.Request) error {
	x := lensOf(r)
	last, there := s.last()
	v := x.verifyView(last, there)
	switch {
	case v.Running:
		w.Header().Set("Refresh", "1")
	case there:
		out, err := last.Result()
		if err != nil {
			v.Problem = x.t("上次核对没有完成，请重新核对。")
			break
		}
		t := x.resultsTable(open(), out)
		if done, err := web.SendTable(w, r, t.Name, t); done || err != nil {
			return err
		}
		v.Grid = web.NewGrid(r, t)
		x.ended(&v, out)
	}
	return verifyPage().Render(w, r, "参考算例核对", v)
}

func (s *Service) postVerify(w http.ResponseWriter, r *http.Request) error {
	run, err := s.verify(r.Context(), web.ActorOf(r))
	if err != nil {
		return err
	}
	run.Wait(r.Context(), pause)
	return web.Redirect(w, r, verifyPath)
}
