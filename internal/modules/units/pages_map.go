package units

import (
	"fmt"

	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
)

// mapView is the page of the boundary file.
type mapView struct {
	Has       bool
	File      string
	System    string
	At, By    string
	Hash      string
	Matched   int
	Without   []string // townships that the file does not show
	Systems   []choice
	System2   string // chosen in the form
	Problems  []string
	Picture   chart.Chart
	CanChange bool
	MaxMB     int
}

// mapCheckView is the page between uploading a boundary file and using it.
type mapCheckView struct {
	ID, File, System string
	Property         string
	Choices          []string
	Shapes, Points   int
	Box              string
	Matched          *table.Table
	Unmatched        []string
	Problems         []string
	Ready            bool
}

func (c GeoCheck) view(t tr, r *org.Register) mapCheckView {
	v := mapCheckView{Property: c.Property, Choices: c.Choices, Shapes: c.Shapes, Points: c.Points, Unmatched: c.Unmatched, Ready: true}
	if c.Shapes > 0 && c.West <= c.East {
		v.Box = fmt.Sprintf("%.3f–%.3f°E, %.3f–%.3f°N", c.West, c.East, c.South, c.North)
	}
	v.Matched = &table.Table{ID: "matched", Name: t("对应"), Columns: []table.Column{
		{Head: []string{t("文件中的名称")}, Key: "name", RowHead: true}, {Head: []string{t("单位名称")}, Key: "unit"}, {Head: []string{t("编码")}, Key: "code", Align: table.Left}, {Head: []string{t("类别")}, Key: "kind"}}}
	for i, m := range c.Matched {
		if i == 300 {
			break
		}
		u, _ := r.Unit(m.Unit)
		v.Matched.Rows = append(v.Matched.Rows, table.Row{Cells: []table.Cell{table.Text(m.Name), table.Link(u.Last().Name, unitPath(u.Code)), table.Text(u.Code), table.Text(t(u.Kind.Text()))}})
	}
	return v
}
