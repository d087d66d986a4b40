package org

import "kaiyang/internal/core/period"

// A Version is what is true of a unit in one span of days.
type Version struct {
	From, To period.Day // both inclusive; To 0 means still valid
	Name     string     // full official name
	Short    string     // short name for tables; may be empty
	Pinyin   string     // stored sort key of Name; may be empty
	Parent   UnitID     // 0 for the root
	Order    int        // place among siblings; equal ones follow by code
	Reason   string     // why this version began
}

// Holds reports whether d lies in the span of v.
func (v Version) Holds(d period.Day) bool { return v.From <= d && (v.To == 0 || d <= v.To) }

// end gives the last day as a number that can be compared, for ever when still valid.
func (v Version) end() period.Day {
	if v.To == 0 {
		return forever
	}
	return v.To
}

const forever = period.Day(1<<31 - 1)

// A Unit is a node of the territorial or the functional tree.
type Unit struct {
	ID       UnitID
	Code     string    // division code of 6, 9 or 12 digits, or a functional code such as "DEP-GA"
	Kind     Kind      //
	Aliases  []string  // other names by which files may call it
	Versions []Version // ascending, without overlap; a gap is a time in which it did not exist
}

// At gives the version of u on a day.
func (u Unit) At(d period.Day) (Version, bool) {
	if v := u.at(d); v != nil {
		return *v, true
	}
	return Version{}, false
}

func (u *Unit) at(d period.Day) *Version {
	for i := len(u.Versions) - 1; i >= 0; i-- {
		if v := &u.Versions[i]; v.From <= d {
			if v.Holds(d) {
				return v
			}
			return nil
		}
	}
	return nil
}

// Last gives the newest version, the one to show where a unit no longer exists.
func (u Unit) Last() Version {
	if len(u.Versions) == 0 {
		return Version{}
	}
	return u.Versions[len(u.Versions)-1]
}

// A ChangeKind tells what sort of change happened to a unit.
type ChangeKind string

// The changes.
const (
	Renamed ChangeKind = "rename" // same unit, new name: From == To
	Moved   ChangeKind = "move"   // same unit, new parent: From == To
	Merged  ChangeKind = "merge"  // From went into To
	Split   ChangeKind = "split"  // From was divided; one succession for each part To
	Ended   ChangeKind = "end"    // From ended without successor: To == 0
)

// Text gives the Chinese word of the change; the English catalogue translates it.
func (k ChangeKind) Text() string {
	switch k {
	case Renamed:
		return "更名"
	case Moved:
		return "改隶"
	case Merged:
		return "并入"
	case Split:
		return "拆分"
	case Ended:
		return "撤销"
	}
	return ""
}

// A Succession records a change of a unit and who carries on.
type Succession struct {
	Kind     ChangeKind
	From, To UnitID
	On       period.Day // first day of the new state
	Reason   string
}
