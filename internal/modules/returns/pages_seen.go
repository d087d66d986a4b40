package returns

import (
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/words"
)

// seenView is one version of a return, to read, to review and to approve.
type seenView struct {
	Form, Unit, Period, State, StateTag, Due, DueWord string
	Late, Closed, Restated                            bool
	ID                                                int64
	Version                                           int
	Newest                                            bool
	At, By, Post, Source, FileName, Declared, Comment string
	Reason                                            string
	Versions                                          []versionView
	Events                                            []eventView
	Grid                                              gridView
	Changed                                           int // cells that differ from the approved version before
	Before                                            int // that version, 0 for none
	Warnings                                          []Warning
	Hints                                             []findingView
	MayFill, MayReview, MayApprove, MaySendBack       bool
	Path, Entry                                       string
	Cell                                              string
	Say                                               string
	Restate, Why                                      string // what was typed
	Huge                                              int
}

type versionView struct {
	No               int
	At, By, Source   string
	On               bool
	Approved, Newest bool
}

// newSeenView builds the page of a version.
func newSeenView(lang words.Lang, seen *Seen, code string, today period.Day, cell string) seenView {
	l, x := seen.Layout, seen.Return
	v := seenView{Form: l.Form.Title(lang == words.English), Unit: l.Tree.Name(l.Place.Unit), Period: periodName(lang, l.Place.Period), State: words.T(lang, x.StateText()),
		StateTag: stateTag(x), Due: seen.Standing.Due.String(), Closed: seen.Closed, Restated: x.Restated, ID: x.ID, Version: seen.Version.No, Newest: seen.Version.No == x.Version,
		At: shortStamp(seen.Version.At), By: seen.Version.Name, Post: lang.Last(seen.Version.Post), Source: words.T(lang, seen.Version.Source.Text()), FileName: seen.Version.FileName,
		Comment: seen.Version.Comment, Reason: seen.Version.Reason, Before: seen.Before.No, Warnings: seen.Version.Warnings,
		MayFill: seen.MayFill, MayReview: seen.MayReview, MayApprove: seen.MayApprove, MaySendBack: seen.MaySendBack,
		Path: "/returns/review/" + intText(x.ID), Entry: address(l.Place, code), Cell: cell}
	if seen.Version.Declared != NoDeclaration {
		v.Declared = words.T(lang, seen.Version.Declared.Text())
	}
	v.DueWord, v.Late = dueWord(lang, seen.Standing, today)
	for i := len(seen.Versions) - 1; i >= 0; i-- {
		o := seen.Versions[i]
		v.Versions = append(v.Versions, versionView{No: o.No, At: shortStamp(o.At), By: o.Name, Source: words.T(lang, o.Source.Text()), On: o.No == seen.Version.No,
			Approved: wasApproved(seen.Events, o.No), Newest: o.No == x.Version})
	}
	for i := len(seen.Events) - 1; i >= 0; i-- {
		v.Events = append(v.Events, newEventView(lang, seen.Events[i]))
	}
	for _, f := range seen.Hints {
		v.Hints = append(v.Hints, newFindingView(lang, l, f))
	}
	v.grid(lang, seen, cell)
	return v
}

func (v *seenView) grid(lang words.Lang, seen *Seen, cell string) {
	l := seen.Layout
	if l.Cells() > maxGrid {
		v.Huge = l.Cells()
		return
	}
	in := gridIn{Lang: lang, Layout: l, Filling: seen.Version.filling(l), Previous: seen.Previous, Found: seen.Hints, Mark: cell, Refs: map[Key]string{}}
	for k, x := range seen.Version.Values {
		in.Refs[k] = x.Ref
	}
	if seen.Before.No > 0 {
		in.Before = seen.Before.Values
	}
	v.Grid = newGrid(in)
	for row := range l.Subjects {
		for col := range l.Columns {
			if in.Before != nil && in.was(l.Key(row, col), l.Columns[col].Element.Scale) != "" {
				v.Changed++
			}
		}
	}
}
