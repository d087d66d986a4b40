package reports

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
)

// fairly asks what chance allows to say of a ranking, where the indicators can tell.
func (s *Service) fairly(ctx context.Context, reader perm.Actor, f measure.Shown) (measure.Fairness, error) {
	if s.joints.Fairly == nil {
		return measure.Fairness{}, nil
	}
	return s.joints.Fairly(ctx, reader, f.Code, f.Period)
}

// compared tells whether a ranking has units that were compared allowing for chance.
func (r ranking) compared() bool {
	return r.Fair.Reason == "" && slices.ContainsFunc(r.Fair.Units, func(u measure.Fair) bool { return u.Zone != "" })
}

// addFair adds to the table of a ranking what stands beside the places: the range by chance, the
// range of places and the band. Units that are left out have a dash.
func addFair(t *table.Table, r ranking) {
	if !r.compared() {
		return
	}
	at := slices.IndexFunc(t.Columns, func(c table.Column) bool { return c.Key == "fraction" }) + 1
	t.Columns = slices.Insert(t.Columns, at, table.Column{Head: []string{"偶然波动范围"}, Key: "interval", Align: table.Right, Width: 9},
		table.Column{Head: []string{"排位范围"}, Key: "range", Align: table.Center}, table.Column{Head: []string{"分档"}, Key: "band", Align: table.Center})
	for i, x := range r.List {
		cells := []table.Cell{table.Text("—"), table.Text("—"), table.Text("—")}
		if u, ok := r.Fair.Of(x.Unit); ok && u.Zone != "" {
			cells[0] = table.Text(u.Interval)
			if u.Ranged() {
				cells[1], cells[2] = table.Text(fmt.Sprintf("%d—%d", u.Low, u.Last)), table.Text(u.Band.Text())
			}
		}
		t.Rows[i].Cells = slices.Insert(t.Rows[i].Cells, at, cells...)
	}
}

// fairSentences say what the ranking of the townships shows when chance is allowed for.
func fairSentences(r ranking) []docgen.Block {
	if !r.compared() || len(r.Fair.Sentences) == 0 {
		return nil
	}
	return []docgen.Block{docgen.Say(strings.Join(r.Fair.Sentences, ""))}
}

// fairMeaning says once, below all rankings, what the range by chance means.
func (b *brief) fairMeaning() (out []docgen.Block) {
	for _, r := range b.Rankings {
		if r.compared() && r.Fair.Meaning != "" {
			return []docgen.Block{docgen.Say(r.Fair.Meaning)}
		}
	}
	return nil
}
