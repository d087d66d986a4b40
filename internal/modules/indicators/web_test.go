package indicators

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit"
)

// paths are the addresses of all pages to read.
var readPaths = []string{"/?period=2015..2017&map=U", "/", "/?unit=520121101&period=2017-Q3", "/?screen=1", "/units/520121", "/units/520121101", "/units/520121101001", "/units/ZB1", "/units/ZB2",
	"/units/DEP", "/indicators", "/indicators?show=elements", "/indicators/R", "/indicators/E", "/indicators/CHU?period=2017-05", "/indicators/Q", "/compare", "/compare?level=village&code=REN&code=T&by=T",
	"/compare?unit=520121101001", "/figures/R?unit=520121&period=2017", "/figures/U?unit=520121102&period=2017-03", "/figures/C", "/figures/E", "/figures/CHU?unit=520121101&period=2017-02",
	"/figures/XZS?unit=520121101001&period=2017&pick=" + url.QueryEscape(`年龄="<25"`), "/figures/BM?unit=DEP&period=2017", "/definitions", "/definitions?q=率&state=filled", "/definitions/R", "/help/formula",
	"/definitions/bundles", "/definitions/export/indicators", "/definitions/export/targets?format=yaml", "/definitions/export/bundles", "/api/v1/figures/R"}

func TestEveryPageAnswersInBothLanguages(t *testing.T) {
	w := sqliteWorld(t, 4, 3)
	for _, by := range []perm.Actor{w.office(), w.reader(), w.actor(perm.Reporter, town(1))} {
		w.as = by
		for _, lang := range []string{"zh", "en"} {
			for _, path := range readPaths {
				r := httptest.NewRequest("GET", path, nil)
				r.AddCookie(&http.Cookie{Name: "lang", Value: lang})
				rec := httptest.NewRecorder()
				w.site.ServeHTTP(rec, r)
				if rec.Code != http.StatusOK {
					t.Errorf("%s, %s: GET %s = %d %s", by.Login, lang, path, rec.Code, stripped(rec.Body.String()))
				}
			}
		}
	}
}

var figureLink = regexp.MustCompile(`href="(/figures/[^"]+)"[^>]*>(?:<span[^>]*>[^<]*</span> ?)?([^<]*)`)

// One click on any number opens its trace, and the trace says the same number.
func TestEveryNumberLeadsToItsTrace(t *testing.T) {
	w := sqliteWorld(t, 4, 3)
	for _, by := range []perm.Actor{w.office(), w.reader()} {
		w.as = by
		for _, path := range []string{"/", "/units/520121101?period=2017", "/compare?period=2017&code=R&code=U&code=CHU", "/indicators/R?period=2017", "/figures/R?unit=520121&period=2017"} {
			links := figureLink.FindAllStringSubmatch(w.page(path), -1)
			if len(links) < 3 {
				t.Fatalf("%s has only %d figures", path, len(links))
			}
			checked := 0
			for _, l := range links {
				printed := strings.TrimSpace(html.UnescapeString(l[2]))
				if printed == "" || !strings.ContainsAny(printed[:1], "0123456789-<已") {
					continue // a tile, an operand's name
				}
				checked++
				trace := stripped(w.page(html.UnescapeString(l[1])))
				place, of, _ := strings.Cut(printed, "/")
				if strings.Contains(trace, "第 "+place+" 名，共 "+of+" 个") {
					continue // a place among siblings
				}
				if !strings.Contains(trace, html.EscapeString(printed)) {
					t.Errorf("%s to %s: %s leads to %s, which says %.160s", path, by.Login, printed, l[1], trace)
				}
			}
			if checked < 3 {
				t.Errorf("%s: only %d numbers were followed", path, checked)
			}
		}
	}
}

// What is downloaded is what is seen: same rows, order and printed values.
func TestDownloadsAreThePage(t *testing.T) {
	w := sqliteWorld(t, 4, 3)
	for _, path := range []string{"/?period=2017", "/units/520121101?period=2017", "/compare?period=2017&sort=v_U&dir=desc", "/indicators/R?period=2017", "/figures/R?unit=520121&period=2017", "/definitions?q=R"} {
		page := w.page(path)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.page(path+"&format=csv"), "\ufeff"))).ReadAll()
		w.must(err)
		if len(rows) < 2 {
			t.Fatalf("%s downloads %d rows", path, len(rows))
		}
		at := 0
		for _, row := range rows[1:] {
			for i, cell := range row {
				if head := rows[0][i]; head == "95% 区间" || head == "统计判断" {
					if !strings.Contains(page, cell) {
						t.Errorf("%s: %q of the download does not stand under the pointer on the page", path, cell)
					}
					continue
				}
				if strings.HasPrefix(cell, "●") || strings.HasPrefix(cell, "■") || strings.HasPrefix(cell, "▲") || strings.Contains(cell, " ") {
					continue // lights and lines of values stand apart on the page
				}
				i := strings.Index(page[at:], html.EscapeString(cell))
				if i < 0 {
					t.Fatalf("%s: the download has %q, which the page does not have at that place", path, cell)
				}
				at += i
			}
		}
		if body := w.page(path + "&format=xlsx"); !strings.HasPrefix(body, "PK") {
			t.Errorf("%s: the workbook begins with %q", path, body[:10])
		}
		var any map[string]any
		w.must(json.Unmarshal([]byte(w.page(path+"&format=json")), &any))
	}
}

// An unchanged page is not sent again; a changed definition or fact is seen at once.
func TestUnchangedPagesAreNotSentAgain(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	ask := func(tag string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/?period=2017", nil)
		r.Header.Set("If-None-Match", tag)
		rec := httptest.NewRecorder()
		w.site.ServeHTTP(rec, r)
		return rec
	}
	first := ask("")
	tag := first.Header().Get("Etag")
	if again := ask(tag); tag == "" || again.Code != http.StatusNotModified {
		t.Fatalf("tag %q, again %d", tag, again.Code)
	}
	d, err := w.s.Defined(w.office(), "S")
	w.must(err)
	def := d.Latest()
	def.Formula, def.From = "AN * 2", period.MustDay("2017-06-01")
	w.must(w.s.Define(context.Background(), w.office(), Draft{Code: "S", Name: d.Name, Definition: def, Row: d.Row, TouchPast: true}))
	if again := ask(tag); again.Code != http.StatusOK || again.Body.String() == first.Body.String() {
		t.Errorf("after a new definition: %d, the same page: %v", again.Code, again.Body.String() == first.Body.String())
	}
}

// A period that cannot be read is shown again with the sentence beside it; a unit that is not
// known is not there; one that did not live says so.
func TestPagesSayWhatTheyCannotShow(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	code, body := w.get("/?period=%E6%98%A8%E5%A4%A9")
	if code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="昨天"`) || !strings.Contains(body, "不是期间") || !strings.Contains(body, "/figures/R?") {
		t.Errorf("period 昨天: %d %.300s", code, stripped(body))
	}
	if code, body := w.get("/units/999999"); code != http.StatusNotFound {
		t.Errorf("unit 999999: %d %s", code, stripped(body))
	}
	if code, body := w.get("/indicators/NIX"); code != http.StatusNotFound || !strings.Contains(body, "NIX") {
		t.Errorf("indicator NIX: %d %s", code, stripped(body))
	}
	if code, _ := w.get("/figures/R?as_of=morgen"); code != http.StatusUnprocessableEntity {
		t.Errorf("as_of=morgen: %d", code)
	}
	if body := w.page("/units/520121101?period=2013"); !strings.Contains(body, "不存在") {
		t.Errorf("a unit before its time: %s", stripped(body))
	}
	if code, body := w.get("/api/v1/figures/R?period=nie"); code != http.StatusUnprocessableEntity || !strings.Contains(body, `"error"`) {
		t.Errorf("JSON with a bad period: %d %s", code, body)
	}
}

// Empty offices are told what to do next.
func TestEmptyPagesSayWhatToDoNext(t *testing.T) {
	w := newWorld(t, 2, 1)
	w.cube = cube.New(w.reg)
	w.must(w.cube.Define(elements()...))
	w.open(testkit.Open(t, sqldb.SQLite, files))
	if body := w.page("/"); !strings.Contains(body, "还没有数据") || !strings.Contains(body, `href="/returns"`) {
		t.Errorf("without facts: %s", stripped(body))
	}
	w.s.now.Store(newBook(w.cat, nil, nil, nil, nil, nil))
	body := w.page("/")
	// Returns of before today are there already when a county writes its first definition.
	if form := w.page("/definitions/new"); !strings.Contains(form, `value="2000-01-01"`) {
		t.Error("a first definition begins too late for what was reported")
	}
	if !strings.Contains(body, "还没有指标") || !strings.Contains(body, `href="/definitions/import"`) {
		t.Errorf("without indicators: %s", stripped(body))
	}
	w.as = w.reader()
	if body := w.page("/?period=2017"); strings.Contains(body, `href="/definitions/import"`) {
		t.Error("a reader is offered to import definitions")
	}
}

// The published figure for programs has the keys that are promised (SEMANTICS §4).
func TestFigureForPrograms(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	var f map[string]any
	w.must(json.Unmarshal([]byte(w.page("/api/v1/figures/R?unit=520121&period=2017")), &f))
	for _, key := range []string{"code", "unit", "period", "value", "text", "numerator", "denominator", "reason", "verdict", "support", "interval", "target", "coverage", "state", "as_of", "definition"} {
		if _, ok := f[key]; !ok {
			t.Errorf("no key %s in %v", key, f)
		}
	}
	if f["code"] != "R" || f["unit"] != "520121" || f["period"] != "2017" || f["as_of"] != 3.0 || f["definition"] != 1.0 {
		t.Errorf("figure %v", f)
	}
	a, err := w.s.Ask(context.Background(), w.office(), Question{Code: "R", Unit: county, Period: period.MustParse("2017")})
	w.must(err)
	if v, _ := a.Value(); f["value"] != v || f["text"] != v+"%" {
		t.Errorf("value %v, text %v, want %s", f["value"], f["text"], v)
	}
	if got, want := w.page("/figures/R?unit=520121&period=2017&format=json"), w.page("/api/v1/figures/R?unit=520121&period=2017"); got != want {
		t.Errorf("the page's JSON %s differs from %s", got, want)
	}
}

// A trace leads to the cell: the leaf shows every version with its source, place, person, reason.
func TestTraceReachesTheCell(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	slot := period.Months.SlotOf(period.MustDay("2017-02-10"))
	w.history[fmt.Sprint("CHU/", measure.Category(""), "/", town(1), "/", slot)] = []measure.Version{
		{No: 2, At: "2017-03-05T10:00:00+08:00", By: "甲", Post: "1号镇 填报员", Value: 4, Source: measure.Source{Kind: measure.FromReturn, ID: "12.1", Name: "月报 2号镇"}, Ref: "填报!C14"},
		{No: 3, At: "2017-04-05T10:00:00+08:00", By: "乙", Post: "禁毒办", Value: 6, Source: measure.Source{Kind: measure.FromImport, ID: "ab12", Name: "更正.csv"}, Ref: "7", Reason: "漏报两人", Restated: true},
	}
	body := w.page("/figures/CHU?unit=520121101&period=2017-02")
	for _, want := range []string{"月报 2号镇", "/returns/source/12.1?cell=%E5%A1%AB%E6%8A%A5%21C14", "填报!C14", "甲（1号镇 填报员）", "2017-03-05 10:00", "/admin/import/files/ab12", "漏报两人", "封账后更正", "6人次", "4人次"} {
		if !strings.Contains(body, html.EscapeString(want)) {
			t.Errorf("the trace lacks %q: %s", want, stripped(body))
		}
	}
	if strings.Index(body, "6人次") > strings.Index(body, "4人次") {
		t.Error("the newest version is not the first")
	}
	// As of change 2 the later version was not known.
	w.past[2] = w.cube
	if body := w.page("/figures/CHU?unit=520121101&period=2017-02&as_of=2"); strings.Contains(body, "漏报两人") || !strings.Contains(body, "月报 2号镇") || !strings.Contains(body, "截至变更号 2") {
		t.Errorf("as of change 2: %s", stripped(body))
	}
	// The way down: county → township → cell.
	if body := w.page("/figures/CHU?unit=520121&period=2017-02"); !strings.Contains(body, "/figures/CHU?unit=520121101&amp;period=2017-02") {
		t.Error("the county's trace does not lead to the township's")
	}
	if body := w.page("/figures/R?unit=520121101&period=2017-02"); !strings.Contains(body, "/figures/CHU?unit=520121101&amp;period=2017-02") || !strings.Contains(body, "/figures/REN?unit=520121101&amp;period=2017-02") {
		t.Error("the rate's trace does not lead to its operands")
	}
	if body := w.page("/figures/T?unit=520121101&period=2017-02"); !strings.Contains(body, "/figures/XZS?unit=520121101&amp;period=2017-02&amp;pick=") {
		t.Error("the trace does not lead to the operand's category")
	}
}

// A figure restated after its period was closed shows both numbers.
func TestRestatedFiguresShowBothNumbers(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	p := period.MustParse("2017-03")
	w.must(w.db.InTx(context.Background(), func(tx *sqldb.Tx) error { return w.s.KeepFigures(tx, 1, p) }))
	before, err := w.s.Ask(context.Background(), w.office(), Question{Code: "U", Unit: town(1), Period: p})
	w.must(err)
	if body := w.page("/figures/U?unit=520121101&period=2017-03"); !strings.Contains(body, "已封账") || strings.Contains(body, "之后有更正") {
		t.Errorf("closed: %s", stripped(body))
	}
	w.must(w.cube.Apply([]cube.Change{{Element: 5, Unit: town(1), Period: p, Value: 77, Present: true}}, 9))
	body := w.page("/figures/U?unit=520121101&period=2017-03")
	if !strings.Contains(body, "77") || !strings.Contains(body, "封账时为 "+before.Text("zh")) || !strings.Contains(body, "封账后有更正") {
		t.Errorf("restated: %s", stripped(body))
	}
	if body := w.page("/api/v1/figures/U?unit=520121101&period=2017-03"); !strings.Contains(body, `"state":"restated"`) {
		t.Errorf("JSON: %s", body)
	}
}

// Definitions are the office's; the others may read them.
func TestOnlyTheOfficeDefines(t *testing.T) {
	w := sqliteWorld(t, 2, 1)
	for _, by := range []perm.Actor{w.reader(), w.actor(perm.Leader, 899), w.actor(perm.Reporter, town(0)), w.actor(perm.Member, forceA)} {
		w.as = by
		for _, path := range []string{"/definitions/new", "/definitions/edit/R", "/definitions/bundles/new", "/definitions/bundles/BAO", "/definitions/import"} {
			if code, _ := w.get(path); code != http.StatusForbidden {
				t.Errorf("%s: GET %s = %d", by.Login, path, code)
			}
		}
		for _, path := range []string{"/definitions/new", "/definitions/edit/R", "/definitions/targets/R", "/definitions/targets/R/1", "/definitions/bundles/BAO", "/definitions/import"} {
			if code, _, _ := w.post(path, url.Values{"code": {"R"}}); code != http.StatusForbidden {
				t.Errorf("%s: POST %s = %d", by.Login, path, code)
			}
		}
		if body := w.page("/definitions/R"); strings.Contains(body, "/definitions/edit/") || strings.Contains(body, "保存目标") {
			t.Errorf("%s is offered to change a definition", by.Login)
		}
	}
	w.as = w.actor(perm.SysAdmin, 0)
	for _, path := range readPaths {
		if strings.HasPrefix(path, "/?") || path == "/" {
			continue // the kit leads those to the first page of their menu
		}
		if code, _ := w.get(path); code != http.StatusForbidden {
			t.Errorf("a system administrator reads %s: %d", path, code)
		}
	}
}

// What stands on a wall is read by everybody.
func TestTheMeetingRoomViewIsReadAsByAReader(t *testing.T) {
	h := &pages{s: New(nil, wallUnits{}, nil, nil)}
	for path, want := range map[string]perm.Role{"/": perm.Office, "/?screen=1": perm.Reader} {
		r := web.WithSession(httptest.NewRequest("GET", path, nil), web.Session{Actor: perm.Actor{Login: "x", Posts: []perm.Post{{Role: perm.Office}}}})
		if got := h.readerOf(r).Posts[0].Role; got != want {
			t.Errorf("%s is read as %s, want %s", path, got, want)
		}
	}
}

// wallUnits are no units at all.
type wallUnits struct{ Units }

func (wallUnits) Today() *org.Tree {
	r, _ := org.New(nil, nil)
	return r.On(period.MustDay("2018-05-10"))
}
