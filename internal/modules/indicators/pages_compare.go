package indicators

import (
	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/web"
)

// compareView sets units beside each other by chosen indicators.
type compareView struct {
	Crumbs  crumbs
	Unit    string
	Period  string
	Switch  switchView
	Groups  []choiceGroup
	Levels  choices
	By      choices
	Chosen  int
	Grid    *web.Grid
	Whole   bool // the table fits a page and needs no scroll bar of its own
	Bars    chart.Chart
	ByName  string
	Fair    fairView
	Path    string
	UnitKey string
	Text    string // period as it stands in the address
	Deck    deckView
	Tools   tools
	Empty   *emptyView
}

// A choiceGroup is the indicators of one task force, to be ticked.
type choiceGroup struct {
	Name string
	List choices
}

// Boxes writes the boxes to tick; there is one for every code of the office.
func (g choiceGroup) Boxes() web.HTML {
	return web.Ticks("code", len(g.List), func(i int) (value, label string, on bool) {
		o := g.List[i]
		return o.Value, o.Label, o.On
	})
}

// mostCodes bounds the indicators of one comparison; more than that no one reads.
const mostCodes = 24

// groupsOf sorts heads by task force, in the order they first appear.
func (x lens) groupsOf(heads []Head, chosen []string, force func(code string) string) []choiceGroup {
	on := map[string]bool{}
	for _, c := range chosen {
		on[c] = true
	}
	var out []choiceGroup
	at := map[string]int{}
	for _, h := range heads {
		if h.Element || !h.Filled {
			continue
		}
		name := force(h.Force)
		if name == "" {
			name = x.Text("其他指标")
		}
		k, ok := at[name]
		if !ok {
			k = len(out)
			at[name] = k
			out = append(out, choiceGroup{Name: name})
		}
		out[k].List = append(out[k].List, option{h.Code, x.Pick(h.Name, h.NameEN), on[h.Code]})
	}
	var elements []option
	for _, h := range heads {
		if h.Element {
			elements = append(elements, option{h.Code, x.Pick(h.Name, h.NameEN), on[h.Code]})
		}
	}
	if len(elements) > 0 {
		out = append(out, choiceGroup{Name: x.Text("数据项"), List: elements})
	}
	return out
}

// A span tells which units beneath a unit are compared.
type span struct {
	Key, Label string
	Units      []org.UnitID
}

// spansOf lists what may be compared beneath a unit: its children, and all villages beneath a
// county.
func spansOf(t *org.Tree, unit org.UnitID) []span {
	if !t.Has(unit) {
		return nil
	}
	kids := t.Children(unit)
	if len(kids) == 0 {
		if s := siblings(t, unit); len(s) > 1 {
			return []span{{"siblings", "同级单位", s}}
		}
		return nil
	}
	out := []span{{"children", "直接下级", kids}}
	if t.Kind(unit).Tree() == org.Functional {
		return out
	}
	for l := t.Level(unit) + 2; l <= org.LevelVillage; l++ {
		lo, hi := t.Run(l, unit)
		if rows := t.Rows(l); hi > lo {
			out = append(out, span{l.String(), l.Text(), rows[lo:hi]})
		}
	}
	return out
}
