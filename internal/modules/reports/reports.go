// Package reports keeps the office's documents (文书): reports to the leading group, bulletins,
// notices, the yearly analysis of the drug situation, and what the meetings print. A draft is
// computed from figures, edited in the page or in Word, and kept with its final file; every
// version is frozen and stays as it was. Own templates of the office are filled with figures
// (STANDARDS DOC-40..44, SEED §7).
//
// What a document says of figures, items, meetings and returns comes through joints in the words
// of core.
package reports

import (
	"context"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/docgen"
)

// A State is how far a document has come.
type State string

// The states.
const (
	Draft State = "draft" // 草稿
	Final State = "final" // 定稿
)

// Text gives the state in Chinese.
func (s State) Text() string {
	if s == Final {
		return "定稿"
	}
	return "草稿"
}

// A Document is one document with all its versions: a kind for a period and a unit.
type Document struct {
	ID      int64
	Kind    string
	Title   string // of the newest version, on one line
	Period  string // as asked, "2018-04"
	Unit    org.UnitID
	State   State
	Newest  int  // number of the newest version, from 1
	Final   int  // version the final one rests on; 0 while it is a draft
	ForAll  bool // the final one may be read by task forces, townships and readers
	By, At  string
	Version int64
}

// A Version is one frozen state of a document. It is never changed.
type Version struct {
	Document int64
	No       int
	Base     int // version it was edited from; 0: computed from data
	Sum      string
	Content  string
	Changed  []Changed // figures that a person changed against Base and the versions before it
	By, At   string
}

// A Changed is something a person changed in what the system computed.
type Changed struct {
	Was   string
	Now   string // "" for a figure that was removed
	Text  string // the paragraph, or the line of the file
	Label string // of the figure's source; "" for figures in tables and for lines
	Path  string // of its trace
	No    int    // of the source; 0 for none
	Line  bool   // a whole line was added or removed, not a figure changed
}

// An Issue is one final state of a document: the file the office sent out, and what in it differs
// from the version it was made from.
type Issue struct {
	ID         int64
	Document   int64
	No         int // version
	Hash       string
	File       string // name of the uploaded file; "" where the version itself is final
	Changed    []Changed
	ForAll     bool
	By, At     string
	Reopened   string // reason, "" while it stands
	ReopenedBy string
	ReopenedAt string
}

// A Template is a Word file of the office with placeholders.
type Template struct {
	ID      int64
	Name    string
	Newest  int
	Ended   bool
	Version int64
}

// A TemplateVersion is one upload of a template; it is never changed.
type TemplateVersion struct {
	Template int64
	No       int
	Hash     string
	File     string
	By, At   string
}

// A Kind is a kind of document that can be made.
type Kind struct {
	Code string // "leading-group"
	Name string // in Chinese
	Hint string // which period it wants, in Chinese
}

// Figures is what documents need to know of the indicators, protected for the reader who asks.
type Figures interface {
	// Overview gives the county's indicators, each at its own latest complete period before a day.
	Overview(ctx context.Context, reader perm.Actor, on period.Day) ([]measure.Shown, error)
	// Among gives an indicator for the units beneath the county that it compares, in a period.
	Among(ctx context.Context, reader perm.Actor, code string, p period.Period) ([]measure.Shown, error)
	// At gives figures of one unit and period; a code that is not kept is fault.Missing.
	At(ctx context.Context, reader perm.Actor, codes []string, unit org.UnitID, p period.Period) ([]measure.Shown, error)
	// Series gives one figure over several periods.
	Series(ctx context.Context, reader perm.Actor, code string, unit org.UnitID, list []period.Period) ([]measure.Shown, error)
}

// A Course is what the yearly counts of a figure show, in the Chinese sentences of its page of trends.
type Course struct {
	Years    []int    // that were judged: an unbroken run; empty where none can be
	Headline string   // the verdict in a few words
	Said     []string // all sentences, the first with the headline
	Persons  bool     // persons are counted, of whom the sentences can speak
	Why      string   // why nothing is said, a sentence; "" where something is
}

// Items is what documents need to know of the action items.
type Items interface {
	Items(ctx context.Context, reader perm.Actor, f work.Filter) ([]work.Item, error)
}

// A Held is a dispatch meeting that was held, with what it decided.
type Held struct {
	Title   string
	Day     period.Day
	Path    string
	Decided []Decided
}

// A Decided is one decision of a meeting.
type Decided struct {
	Text  string
	Lead  string // unit, as printed
	Until period.Day
	State string // of the item that came of it, in Chinese; "" for none
	Open  bool
	Path  string
}

// A Late is a return that is due and has not come.
type Late struct {
	Form   string
	Name   string // of the unit
	Period period.Period
	Days   int // working days late
	Path   string
}

// A Warning is a signal of the drug situation that a person confirmed.
type Warning struct {
	Said  string // what is counted, a colon, the signal and what the check found
	Unit  org.UnitID
	Month period.Period
	Path  string
}

// A Maker makes a document of another part of the program for a period in that part's words.
type Maker func(ctx context.Context, reader perm.Actor, period string) (*docgen.Document, error)

var (
	ruleRead = perm.Rule{Deed: "reports.read", Label: "查看定稿文书", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter, perm.Reader}}
	ruleAll  = perm.Rule{Deed: "reports.drafts", Label: "查看文书草稿", Roles: []perm.Role{perm.Leader, perm.Office}}
	ruleKeep = perm.Rule{Deed: "reports.keep", Label: "生成、编辑文书，维护文书模板", Roles: []perm.Role{perm.Office}}
)

func rules() []perm.Rule { return []perm.Rule{ruleRead, ruleAll, ruleKeep} }
