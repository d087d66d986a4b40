package chart

import "slices"

// PhoneWidth is the width of a chart drawn for a phone, in CSS pixels.
const PhoneWidth = 350.0

// A Slimmer is a chart that can be drawn anew for a phone, so that nothing of it lies beyond the
// edge of the glass and its text keeps its height.
type Slimmer interface {
	Chart
	Slim() Chart
}

// Slim gives the line at the width of a phone.
func (l Line) Slim() Chart {
	l.Width, l.Height = PhoneWidth, 260
	return l
}

// Slim gives the bars at the width of a phone, without notes and target, for which there is no room.
func (b Bars) Slim() Chart {
	b.Width, b.Target, b.Rows = PhoneWidth, nil, slices.Clone(b.Rows)
	for i := range b.Rows {
		b.Rows[i].Note = ""
	}
	return b
}

// Slim gives the ranges at the width of a phone.
func (c Ranges) Slim() Chart {
	c.Width = PhoneWidth
	return c
}

// Slim gives the funnel at the width of a phone.
func (f Funnel) Slim() Chart {
	f.Width, f.Height = PhoneWidth, 380
	return f
}

// Slim gives the chart as one of many small ones; its unit and the words of its lines are left to
// the page.
func (c Control) Slim() Chart {
	c.Small, c.Width, c.Height = true, PhoneWidth, 190
	return c
}

// Slim gives the map three tiles wide, in the order of reading: a schematic map tells order, not
// place.
func (m TileMap) Slim() Chart {
	const cols = 3
	m.Tiles = slices.Clone(m.Tiles)
	slices.SortStableFunc(m.Tiles, func(a, b Tile) int {
		if a.Row != b.Row {
			return a.Row - b.Row
		}
		return a.Col - b.Col
	})
	for i := range m.Tiles {
		m.Tiles[i].Col, m.Tiles[i].Row = i%cols, i/cols
	}
	return m
}
