package units

import (
	"errors"
	"io"
	"net/http"
	"sync"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// The pages of the module; each is proved against its view when it is first asked for, and a test
// asks for all of them.
var (
	listPage     = sync.OnceValue(func() *web.Page[listView] { return web.MustPage[listView](files, "list.html") })
	unitPage     = sync.OnceValue(func() *web.Page[unitView] { return web.MustPage[unitView](files, "unit.html") })
	addPage      = sync.OnceValue(func() *web.Page[addView] { return web.MustPage[addView](files, "add.html") })
	previewPage  = sync.OnceValue(func() *web.Page[previewView] { return web.MustPage[previewView](files, "preview.html") })
	importPage   = sync.OnceValue(func() *web.Page[importView] { return web.MustPage[importView](files, "import.html") })
	jobPage      = sync.OnceValue(func() *web.Page[jobView] { return web.MustPage[jobView](files, "job.html") })
	calendarPage = sync.OnceValue(func() *web.Page[calendarView] { return web.MustPage[calendarView](files, "calendar.html") })
	mapPage      = sync.OnceValue(func() *web.Page[mapView] { return web.MustPage[mapView](files, "map.html") })
	mapCheckPage = sync.OnceValue(func() *web.Page[mapCheckView] { return web.MustPage[mapCheckView](files, "mapcheck.html") })
)

func (s *Service) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /admin/units", Rule: ruleView, Handle: s.getList, Static: true},
		{Pattern: "GET /admin/units/export", Rule: ruleView, Handle: s.getExport},
		{Pattern: "GET /admin/units/add", Rule: ruleChange, Handle: s.getAdd},
		{Pattern: "POST /admin/units/add", Rule: ruleChange, Handle: s.postAdd},
		{Pattern: "GET /admin/units/import", Rule: ruleChange, Handle: s.getImport},
		{Pattern: "POST /admin/units/import", Rule: ruleChange, Handle: s.postImport, MaxBody: MaxImport + 1<<20},
		{Pattern: "GET /admin/units/import/{id}", Rule: ruleChange, Handle: s.getJob},
		{Pattern: "POST /admin/units/import/{id}", Rule: ruleChange, Handle: s.postJob},
		{Pattern: "GET /admin/units/{code}", Rule: ruleView, Handle: s.getUnit, Static: true},
		{Pattern: "POST /admin/units/{code}", Rule: ruleChange, Handle: s.postUnit},
		{Pattern: "GET /admin/calendar", Rule: ruleView, Handle: s.getCalendar, Static: true},
		{Pattern: "POST /admin/calendar/year", Rule: ruleCalendar, Handle: s.postYear},
		{Pattern: "POST /admin/calendar/drop", Rule: ruleCalendar, Handle: s.postDropYear},
		{Pattern: "POST /admin/calendar/extra", Rule: ruleCalendar, Handle: s.postExtra},
		{Pattern: "GET /admin/map", Rule: ruleMap, Handle: s.getMap, Static: true},
		{Pattern: "POST /admin/map", Rule: ruleMap, Handle: s.postMap, MaxBody: MaxGeo + 1<<20},
		{Pattern: "GET /admin/map/file", Rule: ruleMap, Handle: s.getMapFile},
		{Pattern: "POST /admin/map/drop", Rule: ruleMap, Handle: s.postDropMap},
		{Pattern: "GET /admin/map/{id}", Rule: ruleMap, Handle: s.getMapCheck},
		{Pattern: "POST /admin/map/{id}", Rule: ruleMap, Handle: s.postMapCheck},
	}
}

// trOf gives the words of a request.
func trOf(r *http.Request) tr {
	return func(chinese string, args ...any) string { return web.T(r, chinese, args...) }
}

// sayOf translates a format without arguments, for package fault.
func sayOf(r *http.Request) func(string) string { return web.LangOf(r).Text }

// periodWords names periods in the language of a request.
func periodWords(r *http.Request, list []period.Period) []string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = periodWord(r)(p)
	}
	return out
}

// periodWord writes a period in the language of the reader.
func periodWord(r *http.Request) func(period.Period) string {
	if web.LangOf(r) == words.English {
		return period.Period.English
	}
	return period.Period.Chinese
}

// dayAsked reads a day from the address; today when there is none.
func (s *Service) dayAsked(r *http.Request) (period.Day, error) {
	text := r.URL.Query().Get("on")
	if text == "" {
		return s.today(), nil
	}
	return period.ParseDay(text)
}

// uploadedFile reads a file from a form; the body's size is bounded by the route.
func uploadedFile(r *http.Request) (name string, body []byte, err error) {
	if err := r.ParseMultipartForm(8 << 20); err != nil {
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			return "", nil, err
		}
		return "", nil, fault.Because(err, fault.Invalid, "没有收到文件；请选择文件后再提交")
	}
	f, head, err := r.FormFile("file")
	if err != nil {
		return "", nil, fault.Because(err, fault.Invalid, "没有收到文件；请选择文件后再提交")
	}
	defer f.Close()
	body, err = io.ReadAll(f)
	return baseName(head.Filename), body, err
}
