package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"kaiyang/internal/app"
	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// An effort says how often things are done; a test is content with little.
type effort struct {
	entries int           // values entered until a page shows them (P6)
	drive   time.Duration // how long a page is asked for (P11)
	reads   int           // pages asked for one at a time (P3)
	starts  int           // starts after kill -9 (P9)
	writes  int           // values that are durable before each kill
	backlog bool          // enter once more after a whole month was reported today
	reports bool          // bring the set in month by month rather than as columns
}

// office measures the whole program over the data set: a database of its own in a temporary
// directory, servers as processes of their own, pages through HTTP.
func (r *runner) office(ctx context.Context, n effort) error {
	dir, err := os.MkdirTemp("", "kaiyang-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	e, err := newEstate(ctx, dir, r.s)
	if err != nil {
		return err
	}
	if err := r.store(ctx, e, n); err != nil {
		return err
	}
	said, err := r.restarts(e, n)
	if err != nil {
		return err
	}
	if err := r.pages(e, n); err != nil {
		return err
	}
	return e.open(ctx, func(ctx context.Context, o *app.Office) error {
		if err := r.kept(o, said); err != nil {
			return err
		}
		return r.dashboard(ctx, o, e, n)
	})
}

// store brings the values in and measures what they take on disk (P8).
func (r *runner) store(ctx context.Context, e *estate, n effort) error {
	begin := time.Now()
	bring, how := e.fill, "逐列写入数据库"
	if n.reports {
		bring, how = e.report, "经服务逐月写入数据库（含变更记录）"
	}
	if err := bring(ctx); err != nil {
		return err
	}
	took := time.Since(begin)
	cols, all, err := e.disk(ctx, "facts_col")
	if err != nil {
		return err
	}
	count := float64(r.values)
	r.tell(Measure{Format: how, Value: text(took), Ratio: fmt.Sprintf("%.2f M/s", count/took.Seconds()/1e6)})
	size := float64(cols) / count
	r.note(Measure{Goal: "P8", Format: "磁盘上每个数值的字节数（含库表行的开销）", Value: fmt.Sprintf("%.2f B", size), Must: "≤ 4 B",
		Ratio: fmt.Sprintf("%.2f", size/4)}, size <= 4)
	r.tell(Measure{Goal: "P8", Format: "整个数据库文件", Value: fmt.Sprintf("%.1f MB", float64(all)/1e6), Ratio: fmt.Sprintf("%.1f B", float64(all)/count)})
	return nil
}

// restarts kills a process that records values and starts a server (P9). It tells how many values
// were said to be durable.
func (r *runner) restarts(e *estate, n effort) (said int, err error) {
	var ready, used []time.Duration
	for range n.starts {
		w, err := startChild("write", e.dir, strconv.Itoa(said))
		if err != nil {
			return 0, err
		}
		for range n.writes {
			f, err := w.line("written")
			if err == nil && f[0] != strconv.Itoa(said) {
				err = fmt.Errorf("the writing child said %s where %d was due", f[0], said)
			}
			said++
			if err != nil {
				w.kill()
				return 0, err
			}
		}
		said += len(w.kill())
		s, err := startServer(e.dir)
		if err != nil {
			return 0, err
		}
		err = newVisitor(s.url, e.cookie).want("/healthz", http.StatusOK)
		ready, used = append(ready, time.Since(s.began)), append(used, s.used)
		if err := errors.Join(err, s.stop()); err != nil {
			return 0, err
		}
	}
	slices.Sort(ready)
	slices.Sort(used)
	const limit = 3 * time.Second
	r.note(Measure{Goal: "P9", Format: "kill -9 之后启动到能答复（读库、汇总）", Value: text(ready[0]), Median: text(ready[len(ready)/2]), Must: "≤ 3 s",
		Ratio: fmt.Sprintf("%.1f M/s", float64(r.values)/ready[0].Seconds()/1e6)}, ready[0] <= limit)
	r.tell(Measure{Goal: "P9", Format: "其中处理器时间", Value: text(used[0]), Median: text(used[len(used)/2])})
	return said, nil
}

// kept looks for everything that was said to be durable, and compares all sums with a new roll-up.
func (r *runner) kept(o *app.Office, said int) error {
	c := o.Facts.Cube()
	lost := 0
	for i := range said {
		f := acknowledged(o.Units.Today(), i)
		series, err := seriesOf(o, f.Element)
		if err != nil {
			return err
		}
		if a := c.Read(series, f.Unit, f.Period, cube.Natural); a.Sum != f.Value {
			lost++
		}
	}
	r.note(Measure{Goal: "P9", Format: "答复过已保存的 %d 个数值，kill -9 之后丢失", Args: []any{said}, Value: strconv.Itoa(lost), Must: "0"}, lost == 0)
	bad := len(c.Verify(0))
	r.note(Measure{Goal: "P9", Format: "读库之后与重新汇总逐位比较，不同的格数", Value: strconv.Itoa(bad), Must: "0"}, bad == 0)
	return nil
}

// views are the comparisons that are measured, of units by indicators with targets: wide is all
// villages of a county by ten, of five times the size that P11 speaks of; plain is of that size, the
// villages of a smaller county ranked by one indicator; ranking is what an office looks at every
// day, its townships by ten indicators with two charts and courses.
type views struct {
	wide, ranking view
	plain         view
	entered       string       // ranking by an element, with nine indicators
	townships     []org.UnitID // of ranking
}

type view struct {
	path              string
	units, indicators int
}

// wideUnits and plainUnits are how many villages the counties of two views should have: a page of
// ten indicators for 150 units, and one of 50 KB.
const (
	wideUnits  = 150
	plainUnits = 100
)

// countyOf finds the county whose villages are nearest to a number.
func countyOf(t *org.Tree, n int) (county org.UnitID, villages int) {
	distance := func(v int) int { return max(v-n, n-v) }
	for _, u := range t.Preorder(org.Territorial) {
		if t.Kind(u) != org.County {
			continue
		}
		if lo, hi := t.Run(org.LevelVillage, u); county == 0 || distance(hi-lo) < distance(villages) {
			county, villages = u, hi-lo
		}
	}
	return county, villages
}

func viewsOf(t *org.Tree, p period.Period) views {
	county, villages := countyOf(t, wideUnits)
	var nine strings.Builder
	for i := range 9 {
		fmt.Fprintf(&nine, "&code=P%d", i)
	}
	base := "/compare?unit=" + t.Code(county) + "&period=" + p.String()
	v := views{townships: t.Children(county)}
	v.wide = view{base + "&level=village" + nine.String() + "&code=P9", villages, 10}
	smaller, fewer := countyOf(t, plainUnits)
	v.plain = view{"/compare?unit=" + t.Code(smaller) + "&period=" + p.String() + "&level=village&code=P0", fewer, 1}
	v.ranking = view{base + nine.String() + "&code=P9", len(v.townships), 10}
	v.entered = base + "&by=" + code(0) + "&code=" + code(0) + nine.String()
	return v
}

// pages measures the pages of the goals against a server of its own: time a page for one reader,
// processor time a request, pages a second (P3, P11).
func (r *runner) pages(e *estate, n effort) error {
	s, err := startServer(e.dir)
	if err != nil {
		return err
	}
	defer s.stop()
	reader := newVisitor(s.url, e.cookie)
	for _, v := range []view{e.views.wide, e.views.plain, e.views.ranking} {
		if err := reader.want(v.path, http.StatusOK); err != nil {
			return err
		}
		if !bytes.Contains(reader.body.Bytes(), []byte("%</a>")) {
			return fmt.Errorf("the page %s shows no rate", v.path)
		}
		what := []any{v.units, v.indicators, reader.body.Len() / 1000}
		if err := r.reading(reader, v, what, n.reads); err != nil {
			return err
		}
		d, err := s.drive(reader, v.path, false, n.drive)
		if err != nil {
			return err
		}
		r.note(Measure{Goal: "P3", Format: "同页，4 位读者同时不停地要，p95", Value: text(at(d.waits, 95)), Median: text(at(d.waits, 50)), Must: "< 50 ms",
			Ratio: fmt.Sprintf("%.1f ×", 50/ms(at(d.waits, 95)))}, at(d.waits, 95) < 50*time.Millisecond)
		cpu := Measure{Goal: "P11", Format: "对比页 %d 个单位 × %d 项指标（%d KB），每次请求的服务器处理器时间", Args: what, Value: text(d.cpu)}
		const often = "同页每秒页数，两核都用于服务（括号内为本机同时有 4 位读者时实数）"
		switch {
		case v != e.views.plain: // for information: the goal is of 50 KB
			r.tell(cpu)
			r.rate(d, often, 0)
		case d.cpu > 0:
			cpu.Must, cpu.Ratio = "≤ 0.7 ms", fmt.Sprintf("%.2f", ms(d.cpu)/0.7)
			r.note(cpu, ms(d.cpu) <= 0.7)
			fallthrough
		default:
			r.rate(d, often, 2000)
		}
	}
	d, err := s.drive(reader, e.views.wide.path, true, n.drive)
	if err != nil {
		return err
	}
	r.tell(Measure{Goal: "P11", Format: "没有变化的页（304），每次请求的服务器处理器时间", Value: text(d.cpu)})
	r.rate(d, "没有变化的页（304）每秒次数，两核都用于服务（括号内为实数）", 20000)
	if u, ok := s.usage(); ok {
		r.tell(Measure{Format: "服务进程占用内存（括号内为峰值）", Value: megabytes(u.rss), Median: "(" + megabytes(u.peak) + ")"})
	}
	return nil
}

// reading measures how long one reader waits for a page.
func (r *runner) reading(reader *visitor, v view, what []any, n int) error {
	each := make([]time.Duration, n)
	for i := range each {
		begin := time.Now()
		if err := reader.want(v.path, http.StatusOK); err != nil {
			return err
		}
		each[i] = time.Since(begin)
	}
	slices.Sort(each)
	half, most := at(each, 50), at(each, 95)
	r.note(Measure{Goal: "P3", Format: "对比页 %d 个单位 × %d 项指标（%d KB），一位读者等一页，p95（中位在旁）", Args: what, Value: text(most), Median: text(half),
		Must: "< 10 ms", Ratio: fmt.Sprintf("%.1f ×", 10/ms(most))}, most < 10*time.Millisecond)
	if r.s.Name == "M" {
		sql := peer["M"].sql
		ratio := slices.Min(sql[:]) / ms(half)
		r.note(Measure{Goal: "P3", Format: "同页，对 DHIS2 式 SQL 六问中最快的一问（另录）", Value: text(half), Must: "≥ 100 ×", Ratio: fmt.Sprintf("%.0f ×", ratio)}, ratio >= 100)
	}
	return nil
}

// rate reports how often a page can be asked for. What two processors could serve follows from the
// processor time of the server; what was counted here shares the processors with the readers. A goal
// of zero is none.
func (r *runner) rate(d driven, format string, goal float64) {
	if d.cpu == 0 {
		r.tell(Measure{Goal: "P11", Format: format, Median: fmt.Sprintf("(%.0f)", d.perSecond)})
		return
	}
	could := 2 / d.cpu.Seconds()
	if goal == 0 {
		r.tell(Measure{Goal: "P11", Format: format, Value: fmt.Sprintf("%.0f", could), Median: fmt.Sprintf("(%.0f)", d.perSecond)})
		return
	}
	r.note(Measure{Goal: "P11", Format: format, Value: fmt.Sprintf("%.0f", could), Median: fmt.Sprintf("(%.0f)", d.perSecond), Must: fmt.Sprintf("≥ %.0f", goal),
		Ratio: fmt.Sprintf("%.2f ×", could/goal)}, could >= goal)
}

// driven is what came of asking a server for one page as fast as it answers.
type driven struct {
	cpu       time.Duration   // of the server a request, 0 where it is not known
	perSecond float64         // as counted, readers and server on the same machine
	waits     []time.Duration // of all readers, ascending
}

// drive asks with four readers at once for a while.
func (s *server) drive(v *visitor, path string, unchanged bool, long time.Duration) (driven, error) {
	want := http.StatusOK
	if unchanged {
		want = http.StatusNotModified
	}
	before, _ := s.usage()
	begin := time.Now()
	var waits [4][]time.Duration
	var faults [4]error
	var readers sync.WaitGroup
	for i := range waits {
		readers.Go(func() {
			w := newVisitor(v.base, v.cookie)
			if unchanged {
				if faults[i] = w.want(path, http.StatusOK); faults[i] != nil {
					return
				}
			}
			w.conditional = unchanged
			for time.Since(begin) < long {
				asked := time.Now()
				if faults[i] = w.want(path, want); faults[i] != nil {
					return
				}
				waits[i] = append(waits[i], time.Since(asked))
			}
		})
	}
	readers.Wait()
	took := time.Since(begin)
	after, _ := s.usage()
	all := slices.Concat(waits[:]...)
	if err := errors.Join(faults[:]...); err != nil {
		return driven{}, err
	}
	if len(all) == 0 {
		return driven{}, fmt.Errorf("no page of %s in %s", path, long)
	}
	slices.Sort(all)
	return driven{cpu: (after.cpu - before.cpu) / time.Duration(len(all)), perSecond: float64(len(all)) / took.Seconds(), waits: all}, nil
}

// dashboard measures the way of a value: entered at a village, durable, in its township's sum on
// the ranking that somebody looks at (P6); in quiet, with a processor busy, and after a whole month
// was reported on the same day.
func (r *runner) dashboard(ctx context.Context, o *app.Office, e *estate, n effort) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: o.Site}
	go srv.Serve(l)
	defer srv.Close()
	x := &entering{o: o, e: e, reader: newVisitor("http://"+l.Addr().String(), e.cookie), next: 1_000_000}
	if x.series, err = seriesOf(o, code(0)); err != nil {
		return err
	}
	quiet := func(name string) error {
		each, err := x.enter(ctx, n.entries)
		if err == nil {
			r.entry(name+"，p50", at(each, 50), 5*time.Millisecond)
			r.entry(name+"，p95", at(each, 95), 10*time.Millisecond)
		}
		return err
	}
	if err := quiet("录入到落盘到页面显示"); err != nil {
		return err
	}
	busy, err := startChild("spin")
	if err != nil {
		return err
	}
	each, err := x.enter(ctx, n.entries)
	if err := errors.Join(err, busy.stop()); err != nil {
		return err
	}
	r.tell(Measure{Goal: "P6", Format: "录入到落盘到页面显示，另一个核占满，p50", Value: text(at(each, 50))})
	r.entry("录入到落盘到页面显示，另一个核占满，p95", at(each, 95), 50*time.Millisecond)
	if !n.backlog {
		return nil
	}
	begin := time.Now()
	count, err := e.another(ctx, o)
	if err != nil {
		return err
	}
	took := time.Since(begin)
	r.tell(Measure{Format: "一批记入 %d 个数值（一省一月）", Args: []any{count}, Value: text(took), Ratio: fmt.Sprintf("%.2f M/s", float64(count)/took.Seconds()/1e6)})
	return quiet("录入到落盘到页面显示，当日已改上述数值")
}

// entering enters values one after the other.
type entering struct {
	o      *app.Office
	e      *estate
	reader *visitor
	series cube.Series
	next   int64
}

// seriesOf gives the figures of an element without categories.
func seriesOf(o *app.Office, code string) (cube.Series, error) {
	d, ok := o.Facts.Catalogue().Code(code)
	if !ok {
		return 0, fmt.Errorf("element %s is not there", code)
	}
	return o.Facts.Cube().Select(d.ID, []measure.Category{""})
}

// enter enters n values, each at another township, and asks for the ranking until it shows the
// township's new sum. The sum is made here from what the village and the township had.
func (x *entering) enter(ctx context.Context, n int) ([]time.Duration, error) {
	t, c, p := x.o.Units.Today(), x.o.Facts.Cube(), x.e.month()
	each := make([]time.Duration, n)
	for i := range each {
		town := x.e.views.townships[i%len(x.e.views.townships)]
		village := t.Children(town)[0]
		sum := c.Read(x.series, town, p, cube.Natural).Sum - c.Read(x.series, village, p, cube.Natural).Sum + x.next
		shown := []byte(">" + measure.Group(strconv.FormatInt(sum, 10)) + "<")
		f := measure.Fact{Element: code(0), Unit: village, Period: p, Value: x.next}
		x.next += 1009
		begin := time.Now()
		if err := record(ctx, x.o, f); err != nil {
			return nil, err
		}
		for try := 0; ; try++ {
			if err := x.reader.want(x.e.views.entered, http.StatusOK); err != nil {
				return nil, err
			}
			if bytes.Contains(x.reader.body.Bytes(), shown) {
				break
			}
			if try == 100 {
				return nil, fmt.Errorf("the page %s does not show %s", x.e.views.entered, shown)
			}
		}
		each[i] = time.Since(begin)
	}
	slices.Sort(each)
	return each, nil
}

func (r *runner) entry(name string, took, limit time.Duration) {
	r.note(Measure{Goal: "P6", Format: name, Value: text(took), Must: "< " + text(limit), Ratio: fmt.Sprintf("%.1f ×", float64(limit)/float64(took))}, took < limit)
}

// another records all elements of all villages of one more month in one batch.
func (e *estate) another(ctx context.Context, o *app.Office) (n int, err error) {
	list := make([]measure.Fact, 0, e.set.Elements*len(e.units))
	p := e.set.Month(e.set.Months - 1)
	for el := range e.set.Elements {
		for v, unit := range e.units {
			list = append(list, measure.Fact{Element: code(el), Unit: unit, Period: p, Value: int64((el + v) % 500)})
		}
	}
	return len(list), record(ctx, o, list...)
}

// A visitor asks a server for pages with a log-in, one at a time.
type visitor struct {
	base, cookie string
	client       *http.Client
	body         bytes.Buffer // of the last answer
	tag          string       // of the last page
	conditional  bool         // ask whether it has changed
}

func newVisitor(base, cookie string) *visitor {
	return &visitor{base: base, cookie: cookie, client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// want asks for a page; another status than the wanted one is an error.
func (v *visitor) want(path string, status int) error {
	req, err := http.NewRequest(http.MethodGet, v.base+path, nil)
	if err != nil {
		return err
	}
	if v.conditional {
		req.Header.Set("If-None-Match", v.tag)
	}
	return v.send(req, status)
}

func (v *visitor) send(req *http.Request, status int) error {
	if v.cookie != "" {
		req.Header.Set("Cookie", v.cookie)
	}
	a, err := v.client.Do(req)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	v.body.Reset()
	if _, err := io.Copy(&v.body, a.Body); err != nil {
		return err
	}
	if a.StatusCode != status {
		return fmt.Errorf("%s %s was answered %d, not %d", req.Method, req.URL.RequestURI(), a.StatusCode, status)
	}
	v.tag = a.Header.Get("Etag")
	for _, c := range a.Cookies() {
		if c.Value != "" {
			v.cookie = c.Name + "=" + c.Value
		}
	}
	return nil
}

// program measures the file that is running.
func (r *runner) program() error {
	file, err := os.Executable()
	if err != nil {
		return err
	}
	st, err := os.Stat(file)
	if err != nil {
		return err
	}
	m := Measure{Format: "程序文件 %s", Args: []any{filepath.Base(file)}, Value: megabytes(st.Size()), Must: "< 60 MB"}
	if info, ok := debug.ReadBuildInfo(); !ok || info.Path != "kaiyang/cmd/kaiyang" {
		m.Must = "" // a test or a stand-in is not the product
		r.tell(m)
		return nil
	}
	r.note(m, st.Size() < 60<<20)
	return nil
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/(1<<20)) }

func ms(d time.Duration) float64 { return float64(d) / 1e6 }

// at gives a percentile of sorted times.
func at(d []time.Duration, percent int) time.Duration { return d[min(len(d)*percent/100, len(d)-1)] }
