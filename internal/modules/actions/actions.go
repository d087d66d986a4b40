// Package actions keeps action items (事项): what somebody is to do by a day, and its way from the
// proposal to the closing. Units sign and report with evidence, a person who did not handle the
// item verifies, the office closes (STANDARDS WF-01..08). Lights are computed from the working-day
// calendar (LIGHT-01, LIGHT-02), a clock raises what is late one step at a time (LIGHT-03), and
// three lists show it all (LIST-01..03).
package actions

import (
	"slices"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/work"
)

// An Action is one item as it is kept.
type Action struct {
	ID        int64
	No        string // "2018-0012"; "" until it is approved for the first time
	Title     string
	Content   string
	Standard  string
	Force     org.UnitID // 0 for none
	State     work.State
	Opened    period.Day // proposed
	Assigned  period.Day // approved last; 0 before
	Asked     period.Day // the day that was asked for as the deadline
	Deadline  period.Day // the working day it falls on
	First     period.Day // the first deadline, where it was moved; else 0
	Answered  period.Day // day of the answer that waits to be verified, or was; 0 while units work
	Ended     period.Day
	Returned  int  // times sent back
	SentBack  bool // sent back and not answered again since
	Round     int  // 1, and one more with each reopening
	Urgent    bool
	Source    work.Source
	Figure    work.Figure
	Proposer  string // account
	Answer    string // first line of the newest feedback
	Ending    string // document by which it was abandoned, or reason of declining
	Extending bool   // an extension waits to be decided
	Override  Override
	Version   int64
	Parties   []Party // the lead first
}

// A Party is a unit of an item.
type Party struct {
	Unit   org.UnitID
	Lead   bool
	Done   bool   // has filed feedback since it was last asked
	Waived string // reason of the lead why this unit need not file
}

// Settled tells whether nothing more is waited for from the unit.
func (p Party) Settled() bool { return p.Done || p.Waived != "" }

// An Override is a light that stands instead of the computed one (LIGHT-02): asked by one person
// of the office with a reason, in force once another has approved it.
type Override struct {
	Light    measure.Light
	Reason   string
	By, Name string // account and name of who asked
	Approver string // name and post of who approved; "" while it waits
}

// InForce tells whether the light stands.
func (o Override) InForce() bool { return o.Light != "" && o.Approver != "" }

// Lead gives the lead unit, 0 while none is set.
func (a *Action) Lead() org.UnitID {
	for _, p := range a.Parties {
		if p.Lead {
			return p.Unit
		}
	}
	return 0
}

// Assist lists the assisting units.
func (a *Action) Assist() []org.UnitID {
	var out []org.UnitID
	for _, p := range a.Parties {
		if !p.Lead {
			out = append(out, p.Unit)
		}
	}
	return out
}

// party gives the place of a unit among the parties, −1 for none.
func (a *Action) party(u org.UnitID) int {
	return slices.IndexFunc(a.Parties, func(p Party) bool { return p.Unit == u })
}

// complete tells whether the item is answered: the lead has filed, and every assisting unit has
// filed or is waived.
func (a *Action) complete() bool {
	for _, p := range a.Parties {
		if p.Lead && !p.Done || !p.Settled() {
			return false
		}
	}
	return len(a.Parties) > 0
}

// clone gives a copy that shares nothing.
func (a Action) clone() Action {
	a.Parties = slices.Clone(a.Parties)
	return a
}

// A Feedback is what one unit reported at one time.
type Feedback struct {
	No      int // also that of its line in the log
	Unit    org.UnitID
	Round   int
	At      string // RFC 3339
	Account string
	Name    string
	Post    string
	Text    string
	Files   []File
}

// A File is evidence, or the document of an ending.
type File struct {
	Line  int // of the log it came with
	No    int
	Hash  string
	Name  string
	Media string
	Size  int64 // bytes
}

// An Entry is a line of the log of an item.
type Entry struct {
	No            int
	At            string // RFC 3339
	Account       string
	Name          string
	Post          string
	Deed          Deed
	Before, After work.State
	Unit          org.UnitID // for which unit it was done; 0 for none
	Reason        string
	Note          string // days, numbers: what else changed
}

// An Extension is a later deadline that was asked for.
type Extension struct {
	No          int
	At          string
	Account     string
	Name        string
	Old, New    period.Day
	Reason      string
	Granted     int // −1 undecided, 0 refused, 1 granted
	DecidedAt   string
	Decider     string
	DeciderName string
	Remark      string
}

// A Step is one step of escalation that was taken.
type Step struct {
	Round    int
	Deadline period.Day
	No       int // 1 contact, 2 head of the unit, 3 deputy leader, 4 leaders' list
	At       string
	Day      period.Day
}

// Whole is an item with everything that hangs on it, as far as the reader may see.
type Whole struct {
	Action     Action
	Standing   Standing
	Feedback   []Feedback
	Log        []Entry
	Extensions []Extension
	Steps      []Step
	Slips      []Slip
	Documents  []File // of an ending
	Held       []File // sent by the reader with a form that was refused
	Handlers   []string
	Evidence   bool // the reader may see feedback and files
	Waiting    []Todo
	Effect     *Effect
}

// A Todo is a deed that waits for somebody.
type Todo struct {
	Item Action
	Deed Deed
	Unit org.UnitID // for which unit, where it is the deed of a unit
}
