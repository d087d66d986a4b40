package returns

import (
	"fmt"
	"slices"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// What a unit handed in is told to its own people only, and only while nobody approved it.
func TestOnlyTheOwnerSeesWhatWaits(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		f := monthly()
		f.From = period.MustParse("2018-03")
		o.publish(f)
		april := period.MustParse("2018-04")
		r := o.submit(o.reporter(), Place{"YB1", jia, april})
		want := sound(Key{Subject: jia1, Element: "N8"})
		told := func(reader perm.Actor, unit org.UnitID, p, element string) (out []string) {
			t.Helper()
			err := o.Pending(as(reader), reader, unit, period.MustParse(p), element,
				func(e string, c measure.Category, subject org.UnitID, q period.Period, v int64, state, path string) {
					out = append(out, fmt.Sprint(e, c, " ", subject, " ", q, " ", v, " ", state, " ", path))
				})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		own := told(o.reporter(), jia, "2018-04", "N8")
		if len(own) != 3 || own[0] != fmt.Sprintf("N8 %d 2018-04 %s 待审核 /returns/YB1/999901101/2018-04", jia1, want) {
			t.Errorf("to the owner: %q", own)
		}
		if got := told(o.reporter(), jia1, "2018-03..2018-04", "N8"); !slices.Equal(got, own[:1]) {
			t.Errorf("of one village: %q, want %q", got, own[:1])
		}
		if all := told(o.reporter(), jia, "2018-04", ""); len(all) <= len(own) {
			t.Errorf("all elements: %q", all)
		}
		for name, got := range map[string][]string{"of the county": told(o.reporter(), county, "2018-04", "N8"), "of March": told(o.reporter(), jia, "2018-03", "N8"),
			"of another township": told(o.reporter(), yi, "2018-04", ""), "to the task force": told(o.reviewer(), jia, "2018-04", ""),
			"to the office": told(o.chief(), jia, "2018-04", ""), "to the neighbour": told(o.person("乙乡填报员", perm.Reporter, yi), jia, "2018-04", "")} {
			if len(got) != 0 {
				t.Errorf("%s: %q, want nothing", name, got)
			}
		}
		if err := o.Review(as(o.reviewer()), o.reviewer(), []Pick{{r.ID, 1}}, ""); err != nil {
			t.Fatal(err)
		}
		if got := told(o.reporter(), jia1, "2018-04", "N8"); len(got) != 1 || got[0] != fmt.Sprintf("N8 %d 2018-04 %s 待批准 /returns/YB1/999901101/2018-04", jia1, want) {
			t.Errorf("reviewed: %q", got)
		}
		if err := o.Approve(as(o.chief()), o.chief(), []Pick{{r.ID, 1}}, ""); err != nil {
			t.Fatal(err)
		}
		if got := told(o.reporter(), jia, "2018-04", ""); len(got) != 0 {
			t.Errorf("approved: %q, want nothing", got)
		}
	})
}
