package facts

import (
	"net/http"
	"strconv"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/web"
)

func (s *Service) getClosings(w http.ResponseWriter, r *http.Request) error {
	return s.showClosings(w, r, http.StatusOK, closingsView{})
}

func (s *Service) showClosings(w http.ResponseWriter, r *http.Request, status int, v closingsView) error {
	x := lensOf(r)
	list := *s.closings.Load()
	v.Closings = closingsTable(x, list)
	if sent, err := web.SendTable(w, r, x.t("封账"), v.Closings); sent || err != nil {
		return err
	}
	v.CanClose = web.ActorOf(r).Can(ruleClose)
	v.Suggest = suggestions(x, s.today(), list)
	return closingsPage().RenderStatus(w, r, status, "封账", v)
}

func (s *Service) postClosings(w http.ResponseWriter, r *http.Request) error {
	x := lensOf(r)
	v := closingsView{Period: r.PostFormValue("period"), Reason: r.PostFormValue("reason")}
	refuse := func(err error) error {
		switch fault.KindOf(err) {
		case fault.Invalid, fault.Conflict:
			v.Problem, v.Preview = fault.Say(err, web.LangOf(r).Text), false
			return s.showClosings(w, r, web.Status(err), v)
		}
		return err
	}
	p, err := period.Parse(v.Period)
	if err != nil {
		return refuse(err)
	}
	if r.PostFormValue("step") == "close" {
		if err := s.Close(r.Context(), web.ActorOf(r), p, v.Reason); err != nil {
			return refuse(err)
		}
		return web.Done(w, r, "/admin/closings", "已封账 %s", p)
	}
	if err := s.mayClose(p, *s.closings.Load()); err != nil {
		return refuse(err)
	}
	v.Preview, v.Words = true, x.period(p)
	if s.joints.waiting != nil {
		list := s.joints.waiting(p)
		v.WaitingAll, v.Waiting = len(list), waitingForms(list)
	}
	return s.showClosings(w, r, http.StatusOK, v)
}

func (s *Service) getClosing(w http.ResponseWriter, r *http.Request) error {
	no, _ := strconv.ParseInt(r.PathValue("no"), 10, 64)
	for _, c := range *s.closings.Load() {
		if c.No != no {
			continue
		}
		list, err := s.Restatements(r.Context(), c.Period)
		if err != nil {
			return err
		}
		x := lensOf(r)
		t := restatedTable(x, list, s.units.Register(), web.ActorOf(r))
		for i := range t.Rows {
			if c := &t.Rows[i].Cells[0]; !web.MayOpen(r, c.Href) {
				c.Href = ""
			}
		}
		if sent, err := web.SendTable(w, r, x.t("更正 %s", c.Period), t); sent || err != nil {
			return err
		}
		v := closingView{Words: x.period(c.Period), At: moment(c.At), By: c.By, Post: x.lang.Last(c.Post), Reason: c.Reason, No: c.No, Restated: t}
		return closingPage().Render(w, r, "封账", v)
	}
	return fault.New(fault.Missing, "没有变更号为 %s 的封账；请从封账列表进入", r.PathValue("no"))
}
