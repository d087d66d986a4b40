package web

import (
	"maps"
	"net/http"
	"net/url"

	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/words"
)

// A Grid is a table as a page shows it: sorted as the address asks, with headers that sort.
type Grid struct {
	Table *table.Table
	opt   table.Options
	parts *parts // of the page
	find  string // what its rows were looked through for
	path  string
	keep  url.Values // the rest of the address
}

// NewGrid looks a table through (?find=text) and sorts it (?sort=column&dir=desc) as the request
// asks and readies it for {{grid}}.
func NewGrid(r *http.Request, t *table.Table) Grid {
	q := r.URL.Query()
	parts, _ := r.Context().Value(keyParts).(*parts)
	look(t, q.Get("find"), LangOf(r))
	g := Grid{Table: t, parts: parts, find: q.Get("find"), path: r.URL.Path, keep: maps.Clone(q), opt: table.Options{Tr: LangOf(r).Text, Sort: q.Get("sort"), Desc: q.Get("dir") == "desc", Scroll: true}}
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

// look looks a table through for a text; one that had rows says why it has none.
func look(t *table.Table, find string, l words.Lang) {
	before := len(t.Rows)
	if t.Find(find); len(t.Rows) == 0 && before > 0 {
		t.Empty = l.Text("没有符合筛选的行")
	}
}

// SendTable answers a request that asks for a page's table as a file (?format=xlsx, csv or
// json), looked through and sorted as the page is; it reports false when a page is wanted.
func SendTable(w http.ResponseWriter, r *http.Request, name string, t *table.Table) (bool, error) {
	q := r.URL.Query()
	look(t, q.Get("find"), LangOf(r))
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
