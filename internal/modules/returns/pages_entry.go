package returns

import (
	"errors"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/words"
)

// entryView is the page on which a unit fills in a return.
type entryView struct {
	Form, FormCode, Unit, Period, Force, Approval, NoApproval string
	State, StateTag                                           string
	Due, DueWord                                              string
	Late                                                      bool
	DueKnown                                                  bool
	Path                                                      string
	Typing                                                    bool // there is something to type into
	Waiting                                                   bool // handed in, waits
	Locked                                                    bool // reviewed: no longer to be changed
	Done                                                      bool // approved
	Correcting                                                bool
	Stale                                                     bool        // the draft began before the newest version
	Reasons                                                   []eventView // why it was sent back
	Grid                                                      gridView
	Huge                                                      int // cells, if too many for a page
	Cells, Fresh, Known                                       int
	Seq                                                       int64
	Seen                                                      string // drafts of others that were shown: seenOf
	Base, FormNo                                              int
	Declared, Comment, Reason                                 string
	NeedsReason, Closed                                       bool
	Saved                                                     string // when the draft was saved
	FileName                                                  string
	FromFile                                                  bool
	Say                                                       string // why the last deed was refused
	File, Hard, Soft, Info, Blank                             []findingView
	Same                                                      []sameView // the hard ones, each sentence once
	Tried                                                     bool       // findings are shown in full
	AskBlanks                                                 bool
	Others                                                    []otherView
	Return                                                    int64
	Version                                                   int
	Created, Updated, Unchanged                               int
	Counted                                                   bool
}

// otherView is a draft that stands beside the one at work: the newest of another person, or the
// newest of those one put aside oneself.
type otherView struct {
	Name, At, ID string
	Mine         int // how many of one's own stand aside; 0 for another person's
}

type eventView struct {
	At, Name, Post, Deed, Reason string
	Version                      int
}

// maxGrid is how many cells a page shows; larger returns are filled in as workbooks.
const maxGrid = 4000

// An entryIn is what the page is built from.
type entryIn struct {
	Lang   words.Lang
	Opened *Opened
	Code   string // of the unit
	Force  string
	Actor  perm.Actor
	Edit   bool // an approved return is to be corrected
	Tried  bool
	Events []Event
	Today  period.Day
	Err    error
}

// newEntryView builds the page.
func newEntryView(in entryIn) entryView {
	o := in.Opened
	l, r := o.Layout, o.Standing.Return
	v := entryView{Form: l.Form.Title(in.Lang == words.English), FormCode: l.Form.Code, Unit: l.Tree.Name(l.Place.Unit), Period: periodName(in.Lang, l.Place.Period),
		Force: in.Force, Approval: l.Form.Approval, NoApproval: l.Form.NoApproval, State: words.T(in.Lang, r.StateText()), StateTag: stateTag(r),
		Due: o.Standing.Due.String(), DueKnown: o.Standing.Known, Path: address(l.Place, in.Code), Seq: o.Seq, Seen: seenOf(o.Others, in.Actor.Login), Base: o.Base, FormNo: l.Form.No,
		Declared: string(o.Filling.Declared), Comment: o.Filling.Comment, Reason: o.Filling.Reason, NeedsReason: o.NeedsReason(), Closed: o.Closed,
		Cells: l.Cells(), Known: len(o.Known), Fresh: o.NewCells(), FileName: o.FileName, FromFile: o.Drafted && o.File != "", Tried: in.Tried, Return: r.ID, Version: r.Version}
	v.DueWord, v.Late = dueWord(in.Lang, o.Standing, in.Today)
	v.Waiting, v.Locked, v.Done = r.State == Submitted, r.State == Reviewed, r.State == Approved
	v.Correcting = v.Done && (in.Edit || o.Drafted)
	v.Typing = !v.Locked && (!v.Done || v.Correcting)
	v.Stale = o.Drafted && o.Base != r.Version
	if o.Drafted {
		v.Saved = shortStamp(o.Saved)
	}
	if v.Cells > maxGrid {
		v.Huge = v.Cells
	}
	found := o.Checked.Found
	if !v.Tried && (!v.FromFile || in.Err != nil) {
		found = nil // nobody has asked yet, or the file just sent was refused, which says nothing of the draft
	} else {
		v.File, v.Hard, v.Soft, v.Info, v.Blank = findingsOf(in.Lang, l, o.Checked)
		v.Same = sameOf(v.Hard)
		v.Tried = true
		v.AskBlanks = len(v.Blank) > 0 && len(v.Hard)+len(v.Soft)+len(v.File) == 0
	}
	if v.Huge == 0 {
		v.Grid = newGrid(gridIn{Lang: in.Lang, Layout: l, Filling: o.Filling, Previous: o.Previous, Known: o.Known, Found: found, Typing: v.Typing})
	}
	v.others(in)
	v.say(in)
	return v
}

// say tells why the last deed was refused; what the findings on the page say is not said twice.
func (v *entryView) say(in entryIn) {
	var list fault.Findings
	if in.Err == nil {
		return
	}
	if !errors.As(in.Err, &list) {
		v.Say = fault.Say(in.Err, in.Lang.Text)
		return
	}
	for _, f := range list {
		if f.Rule == ruleReason {
			v.Say = f.Message(in.Lang.Text)
		}
	}
}

// others lists the newest draft of each other person, those one put aside oneself as one line, and
// the reasons for sending back. The rest is on the page that compares.
func (v *entryView) others(in entryIn) {
	at := map[string]int{}
	for _, d := range in.Opened.Others {
		mine := d.Account == in.Actor.Login
		if mine && (d.Slot == 0 || d.At <= in.Opened.Standing.Return.LastAt) {
			continue // at work, or done with by what was handed in since
		}
		i, seen := at[d.Account]
		if !seen {
			i, at[d.Account] = len(v.Others), len(v.Others)
			v.Others = append(v.Others, otherView{Name: d.Name, At: shortStamp(d.At), ID: draftID(d.Slot, d.Account)})
		}
		if mine {
			v.Others[i].Mine++
		}
	}
	if in.Opened.Standing.Return.State == Returned {
		for _, e := range in.Events {
			if e.Deed == DidSendBack && e.Version == in.Opened.Standing.Return.Version {
				v.Reasons = append(v.Reasons, newEventView(in.Lang, e))
			}
		}
	}
}

func newEventView(l words.Lang, e Event) eventView {
	return eventView{At: shortStamp(e.At), Name: e.Name, Post: l.Last(e.Post), Deed: words.T(l, e.Deed.Text()), Reason: e.Reason, Version: e.Version}
}

// stateTag gives the class of the tag of a state.
func stateTag(r Return) string {
	switch r.State {
	case Approved:
		return "good"
	case Returned:
		return "bad"
	case Submitted, Reviewed:
		return "blue"
	}
	return "warn"
}
