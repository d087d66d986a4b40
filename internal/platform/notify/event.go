// Package notify brings events to people: it says what an event is, keeps the queue of messages
// that leave the machine, and speaks to mail servers and group robots (STANDARDS NOTE-01..04).
// Which event concerns whom is decided by the module that keeps the inbox.
package notify

import (
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// A Kind sorts events for the inbox and for what a person wants to be told.
type Kind string

// The kinds.
const (
	ToDo     Kind = "todo"     // something waits for you
	Deadline Kind = "deadline" // a day comes near or has passed
	Result   Kind = "result"   // what became of something of yours
	Invite   Kind = "invite"   // a meeting
	Info     Kind = "info"     // good to know
)

// An Event is something that people are to learn. It goes to the holders of posts: of the roles
// named at the units named (or above them for leaders and the office), or to single accounts. It
// holds no personal data: Text is a Chinese format that fault.New would take, with codes, names
// of units, numbers and days as arguments.
type Event struct {
	Key      string // once: a second event of the same key is dropped
	Kind     Kind
	Roles    []perm.Role
	Units    []org.UnitID // posts at these units, or of task forces with these numbers; empty with Office and Leader
	Accounts []int64      // further persons
	Text     string       // Chinese format; its English stands in the catalogue
	Args     []any        // strings, numbers, period.Day; kept as they print
	Path     string       // of the page it leads to
	Due      period.Day   // 0 for none
	Urgent   bool         // also outside the daily digest
}

// A Teller takes events inside the transaction of the deed that they tell of.
type Teller interface {
	Tell(tx *sqldb.Tx, e Event) error
}
