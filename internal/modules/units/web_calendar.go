package units

import (
	"net/http"
	"strconv"
	"strings"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/web"
)

// yearAsked reads the year of the address; this year when there is none.
func (s *Service) yearAsked(text string) int {
	if y, err := strconv.Atoi(text); err == nil && y >= 1950 && y <= 2999 {
		return y
	}
	y, _, _ := s.today().Date()
	return y
}

func (s *Service) getCalendar(w http.ResponseWriter, r *http.Request) error {
	return s.showCalendar(w, r, http.StatusOK, s.yearAsked(r.URL.Query().Get("year")), nil)
}

func (s *Service) showCalendar(w http.ResponseWriter, r *http.Request, status, year int, fill func(*calendarView)) error {
	v := newCalendar(trOf(r), s.calendar.Load(), year, s.today())
	v.CanChange = web.ActorOf(r).Can(ruleCalendar)
	v.Form.Off = true
	if fill != nil {
		fill(&v)
	}
	return calendarPage().RenderStatus(w, r, status, "工作日历", v)
}

func (s *Service) postYear(w http.ResponseWriter, r *http.Request) error {
	text := ""
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		if _, body, err := uploadedFile(r); err == nil && len(body) > 0 {
			text = string(body)
		} else if err != nil && fault.KindOf(err) != fault.Invalid {
			return err
		}
	}
	if text == "" {
		text = r.FormValue("text")
	}
	this := s.yearAsked("")
	again := func(err error) error {
		return s.showCalendar(w, r, web.Status(err), this, func(v *calendarView) {
			_, v.Problems = explain(err, sayOf(r), nil)
			v.Text = text
		})
	}
	if strings.TrimSpace(text) == "" {
		return again(fault.New(fault.Invalid, "没有收到节假日表；请选择文件或粘贴内容"))
	}
	if r.FormValue("step") == "apply" {
		y, changes, err := s.PutYear(r.Context(), web.ActorOf(r), []byte(text))
		if fault.KindOf(err) == fault.Invalid && err != nil {
			return again(err)
		}
		if err != nil {
			return err
		}
		return web.Done(w, r, "/admin/calendar?year="+strconv.Itoa(y.Number), "已导入 %d 年的安排，%d 天有变化。", y.Number, len(changes))
	}
	y, changes, err := s.PreviewYear(r.Context(), web.ActorOf(r), []byte(text))
	if err != nil {
		if fault.KindOf(err) == fault.Invalid {
			return again(err)
		}
		return err
	}
	return s.showCalendar(w, r, http.StatusOK, y.Number, func(v *calendarView) {
		v.Preview = newYearPreview(trOf(r), y, changes, v.Known)
		v.Text = text
	})
}

func (s *Service) postDropYear(w http.ResponseWriter, r *http.Request) error {
	year := s.yearAsked(r.PostFormValue("year"))
	if err := s.DropYear(r.Context(), web.ActorOf(r), year); err != nil {
		return err
	}
	return web.Done(w, r, "/admin/calendar?year="+strconv.Itoa(year), "已删除导入的 %d 年安排。", year)
}

func (s *Service) postExtra(w http.ResponseWriter, r *http.Request) error {
	text := strings.TrimSpace(r.PostFormValue("day"))
	e := calendar.Entry{Name: strings.TrimSpace(r.PostFormValue("name")), Off: r.PostFormValue("off") != "0"}
	var err error
	if text != "" {
		e.Date, err = period.ParseDay(text)
	}
	year, _, _ := e.Date.Date()
	if year == 0 {
		year = s.yearAsked("")
	}
	to := "/admin/calendar?year=" + strconv.Itoa(year)
	if err == nil && r.PostFormValue("step") == "drop" {
		if err := s.DropExtraDay(r.Context(), web.ActorOf(r), e.Date); err != nil {
			return err
		}
		return web.Done(w, r, to, "已删除 %s。", e.Date)
	}
	if err == nil {
		if err = s.PutExtraDay(r.Context(), web.ActorOf(r), e); err == nil {
			return web.Done(w, r, to, "已保存 %s。", e.Date)
		}
	} else {
		f := fault.Fields{}
		f.Need(false, "day", "%s", err)
		err = f.Err()
	}
	if fault.KindOf(err) != fault.Invalid {
		return err
	}
	return s.showCalendar(w, r, web.Status(err), year, func(v *calendarView) {
		v.Form = dayForm{Day: text, Name: e.Name, Off: e.Off}
		v.Form.Errors, v.Problems = explain(err, sayOf(r), []string{"day", "name"})
	})
}
