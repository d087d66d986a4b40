package web

import (
	"net/http"

	"kaiyang/internal/platform/table"
)

// A Grid is a table as a page shows it: sorted as the address asks, with headers that sort.
type Grid struct {
	Table *table.Table
	opt   table.Options
	parts *parts // of the page
}

// NewGrid sorts a table as the request asks (?sort=column&dir=desc) and readies it for {{grid}}.
func NewGrid(r *http.Request, t *table.Table) Grid {
	q := r.URL.Query()
	parts, _ := r.Context().Value(keyParts).(*parts)
	g := Grid{Table: t, parts: parts, opt: table.Options{Tr: LangOf(r).Text, Sort: q.Get("sort"), Desc: q.Get("dir") == "desc", Scroll: true}}
	if g.opt.Sort != "" && !t.SortBy(g.opt.Sort, g.opt.Desc) {
		g.opt.Sort = ""
	}
	q.Del("sort")
	q.Del("dir")
	g.opt.SortURL = r.URL.Path
	if s := q.Encode(); s != "" {
		g.opt.SortURL += "?" + s
	}
	return g
}

// SendTable answers a request that asks for a page's table as a file (?format=xlsx, csv or
// json), sorted as the page is; it reports false when a page is wanted.
func SendTable(w http.ResponseWriter, r *http.Request, name string, t *table.Table) (bool, error) {
	q := r.URL.Query()
	if s := q.Get("sort"); s != "" {
		t.SortBy(s, q.Get("dir") == "desc")
	}
	switch q.Get("format") {
	case "xlsx":
		Attachment(w, name+".xlsx", MediaXLSX)
		return true, t.XLSX(w, table.XLSXOptions{})
	case "csv":
		Attachment(w, name+".csv", MediaCSV)
		return true, t.CSV(w)
	case "json":
		return true, WriteJSON(w, http.StatusOK, t)
	}
	return false, nil
}

// FileLinks gives the addresses of a page's table as files, for the tools of the page.
func FileLinks(r *http.Request) (xlsx, csv string) {
	q := r.URL.Query()
	q.Del("screen")
	q.Set("format", "xlsx")
	xlsx = r.URL.Path + "?" + q.Encode()
	q.Set("format", "csv")
	return xlsx, r.URL.Path + "?" + q.Encode()
}
