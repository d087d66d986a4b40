package app_test

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/app"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/modules/indicators"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/words"
	"kaiyang/internal/testkit/county"
)

// What was frozen is proved by check: a changed pack, document or draw is found.
func TestCheckFindsChangedPapers(t *testing.T) {
	for name, harm := range map[string]string{
		"会议材料": `UPDATE meetings_pack SET content = '{}'`,
		"随机抽取": `UPDATE supervision_draw SET record = REPLACE(record, '演示种子', '别的种子')`,
	} {
		t.Run(name, func(t *testing.T) {
			o := county.Office(t)
			var out bytes.Buffer
			if err := o.Check(t.Context(), &out); err != nil {
				t.Fatalf("a sound office: %v\n%s", err, out.String())
			}
			err := o.DB.InTx(app.WithOperator(t.Context()), func(tx *sqldb.Tx) error {
				n, err := tx.Exec(harm)
				if n == 0 {
					t.Errorf("nothing was changed by %s", harm)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			out.Reset()
			if err := o.Check(t.Context(), &out); fault.KindOf(err) != fault.Conflict || !strings.Contains(out.String(), "✗ "+name) {
				t.Errorf("not found: %v\n%s", err, out.String())
			}
		})
	}
}

// The documents of the programme come out of the command's door in every format.
func TestEveryReportIsWritten(t *testing.T) {
	o := county.Office(t)
	ctx := app.WithOperator(t.Context())
	for kind, p := range map[string]string{"pack": "2018-05a", "minutes": "2018-04b", "bulletin": "2018-04", "notice": "2018-04", "leading-group": "2018-04", "annual": "2017"} {
		for format, head := range map[string]string{"docx": "PK", "pdf": "%PDF-", "xlsx": "PK"} {
			var out bytes.Buffer
			if _, err := o.WriteReport(ctx, &out, app.Report{Kind: kind, Period: p, Format: format}); err != nil || !strings.HasPrefix(out.String(), head) || out.Len() < 4000 {
				t.Errorf("%s as %s: %v, %d bytes", kind, format, err, out.Len())
			}
		}
	}
	var out bytes.Buffer
	for _, r := range []app.Report{{Kind: "novel", Period: "2018-04", Format: "pdf"}, {Kind: "bulletin", Period: "2018-13", Format: "pdf"}, {Kind: "pack", Period: "2019-05a", Format: "pdf"}, {Kind: "annual", Period: "2017", Format: "odt"}, {Kind: "bulletin", Period: "2018-04", Unit: "没有的镇", Format: "pdf"}} {
		if _, err := o.WriteReport(ctx, &out, r); err == nil || out.Len() != 0 || fault.KindOf(err) == fault.Internal {
			t.Errorf("%+v: %v, %d bytes", r, err, out.Len())
		}
	}
}

// A pack is read by everybody who is invited: it shows no small count, though the office makes it.
func TestAPackShowsNoSmallCounts(t *testing.T) {
	o := county.Office(t)
	ctx, office := county.As(t, o, "office")
	d, err := o.Meetings.PackDocument(ctx, office, "2018-05a")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, b := range d.Body {
		x, ok := b.(docgen.Table)
		if !ok || !strings.HasPrefix(x.Table.ID, "rank") {
			continue
		}
		at := func(key string) int {
			return slices.IndexFunc(x.Table.Columns, func(c table.Column) bool { return c.Key == key })
		}
		value, fraction := at("value"), at("fraction")
		for _, r := range x.Table.Rows {
			num, den, ok := strings.Cut(r.Cells[fraction].Text, "/")
			if !ok {
				continue
			}
			checked++
			code, unit := codeAndUnit(t, r.Cells[value].Href)
			q := indicators.Question{Code: code, Unit: county.Unit(t, o, unit), Period: period.MustParse(periodOf(t, r.Cells[value].Href))}
			rctx, reader := county.As(t, o, "reader")
			if a, err := o.Indicators.Ask(rctx, reader, q); err != nil || a.Withheld {
				t.Errorf("the pack shows %s/%s of %s at %s, which a reader may not see (%v)", num, den, code, unit, err)
			}
		}
	}
	if checked < 10 {
		t.Fatalf("only %d ratios of townships stand in the pack; the test proves little", checked)
	}
}

func codeAndUnit(t *testing.T, href string) (code, unit string) {
	t.Helper()
	u, err := url.Parse(href)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(u.Path, "/figures/"), u.Query().Get("unit")
}

func periodOf(t *testing.T, href string) string {
	t.Helper()
	u, err := url.Parse(href)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("period")
}

// What the yearly counts show is said in the yearly analysis as on the page of trends, sentence by sentence.
func TestPageAndYearlyAnalysisSayTheSameOfACourse(t *testing.T) {
	o := county.Office(t)
	ctx, by := app.WithOperator(t.Context()), o.Operator()
	d, err := o.Reports.Compose(ctx, by, "annual", "2017", o.Units.Today().Root(org.Territorial))
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, b := range d.Body {
		if p, ok := b.(docgen.Paragraph); ok {
			said = append(said, docgen.Text(p.Runs))
		}
	}
	document := strings.Join(said, "\n")
	reader := county.SignIn(t, county.Serve(t, o), "office")
	n := 0
	for _, code := range []string{"N1", "N2", "N8", "N9"} {
		a, err := o.Indicators.Trends(ctx, by, indicators.TrendQuestion{Code: code, Unit: o.Units.Today().Root(org.Territorial), To: 2017})
		if err != nil {
			t.Fatal(err)
		}
		page := reader.Page("/trend/" + code + "?to=2017").Text()
		for i, s := range a.Say(words.Chinese) {
			if !strings.Contains(page, s) {
				t.Errorf("the page of %s does not say %q", code, s)
			}
			if i == 0 && !a.Persons() {
				s = a.Result.Verdict.Headline().Chinese()
			}
			if n++; !strings.Contains(document, s) {
				t.Errorf("%s: the analysis does not say %q\n%s", code, s, document)
			}
		}
	}
	if n < 6 || !strings.Contains(document, "下降可以确认,是否出现拐点无法判断。") {
		t.Errorf("%d sentences of the analysis were checked:\n%s", n, document)
	}
}
