package indicators

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/words"
)

// bundlesView lists the bundles with their members.
type bundlesView struct {
	Bundles []bundleBlock
	Edit    bool
	Empty   *emptyView
}

type bundleBlock struct {
	Code, Name, Note, Source string
	OnFront                  bool
	Filled, Total            int
	Members                  []memberRow
}

type memberRow struct {
	Order             int
	Claim, Text, Path string
	Empty             bool
}

// bundleEdit is the form of a bundle with what was typed.
type bundleEdit struct {
	New                                     bool
	Code, Name, NameEN, Order, Note, Source string
	OnFront                                 bool
	Row                                     int
	Members                                 []memberEdit
	Claims                                  choices
	Indicators, Tasks                       choices
	F                                       map[string][]string
	Theirs                                  *bundleBlock // as another editor saved it meanwhile
}

type memberEdit struct {
	Order, Claim, Indicator, Task, Text, TextEN string
	Empty                                       bool // 由县填写
	F                                           []string
}

// importView is the page that reads definitions from a file.
type importView struct {
	Kinds   choices
	Kind    string
	Name    string // of the file
	Content string // kept for the import after a trial
	Report  *reportView
	F       map[string][]string
	Columns []fact // columns of each kind
}

type reportView struct {
	Read, Created, Updated, Unchanged, Rejected int
	Written, DryRun                             bool
	Findings, Notes                             []string
}

// bundleBlocks shows bundles with the names of their members.
func bundleBlocks(l words.Lang, list []Bundle, name func(code string) string, tasks map[string]TaskShown) []bundleBlock {
	var out []bundleBlock
	for _, b := range list {
		c := bundleBlock{Code: b.Code, Name: l.Pick(b.Name, b.NameEN), Note: b.Note, Source: b.Source, OnFront: b.OnFront, Total: len(b.Members)}
		for _, m := range b.Members {
			r := memberRow{Order: m.Order, Claim: l.Text(m.Claim.Label()), Text: l.Pick(m.Text, m.TextEN), Empty: m.Empty()}
			if m.Indicator != "" {
				r.Path = "/definitions/" + m.Indicator
				if r.Text == "" {
					r.Text = name(m.Indicator)
				}
			}
			if t, ok := tasks[m.Task]; ok {
				r.Path, r.Text = t.Path, cmp.Or(r.Text, t.Name)
			}
			r.Text = cmp.Or(r.Text, m.Task)
			if r.Empty {
				r.Text = l.Text(measure.NotFilled.Text())
			} else {
				c.Filled++
			}
			c.Members = append(c.Members, r)
		}
		out = append(out, c)
	}
	return out
}

// members reads the rows of the form: those without a claim are no members, the others stand in
// the order of their numbers.
func (e bundleEdit) members() []BundleMember {
	type numbered struct {
		at int
		m  BundleMember
	}
	var list []numbered
	for i, r := range e.Members {
		if r.Claim == "" {
			continue
		}
		at, err := strconv.Atoi(strings.TrimSpace(r.Order))
		if err != nil {
			at = 1000 + i
		}
		m := BundleMember{Claim: Claim(r.Claim), Indicator: r.Indicator, Task: r.Task, Text: strings.TrimSpace(r.Text), TextEN: strings.TrimSpace(r.TextEN)}
		list = append(list, numbered{at, m})
	}
	slices.SortStableFunc(list, func(a, b numbered) int { return a.at - b.at })
	out := make([]BundleMember, len(list))
	for i, x := range list {
		out[i] = x.m
		out[i].Order = i + 1
	}
	return out
}

// spareRows is how many empty rows the form of a bundle offers.
const spareRows = 3

// newBundleEdit fills the form from a bundle.
func newBundleEdit(b Bundle) bundleEdit {
	e := bundleEdit{Code: b.Code, Name: b.Name, NameEN: b.NameEN, Order: itoa(b.Order), Note: b.Note, Source: b.Source, OnFront: b.OnFront, Row: b.Row}
	for _, m := range b.Members {
		e.Members = append(e.Members, memberEdit{Order: itoa(m.Order), Claim: string(m.Claim), Indicator: m.Indicator, Task: m.Task, Text: m.Text, TextEN: m.TextEN, Empty: m.Empty()})
	}
	return e
}

// reportOf puts an import's report into words.
func reportOf(l words.Lang, r measure.ImportReport, dryRun bool) *reportView {
	v := &reportView{Read: r.Read, Created: r.Created, Updated: r.Updated, Unchanged: r.Unchanged, Rejected: r.Rejected, Written: r.Written, DryRun: dryRun}
	for _, f := range r.Findings {
		v.Findings = append(v.Findings, f.Say(l.Text))
	}
	for _, n := range r.Notes {
		v.Notes = append(v.Notes, n.Say(l.Text))
	}
	return v
}
