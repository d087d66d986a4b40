package measure

import (
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Zone tells where a unit lies in the funnel of its like (METHODS §4.2).
type Zone string

// The zones: within 95 %, between 95 % and 99.8 %, beyond it in either direction.
const (
	ZoneUsual Zone = "usual"
	ZoneWatch Zone = "watch"
	ZoneCheck Zone = "check"
)

// Text gives the Chinese word.
func (z Zone) Text() string {
	switch z {
	case ZoneUsual:
		return "正常波动范围"
	case ZoneWatch:
		return "留意"
	case ZoneCheck:
		return "需要核查原因"
	}
	return ""
}

// A Band is the group to publish instead of a place (METHODS §4.4).
type Band string

// The bands. A unit leaves the middle one only if its whole range of places lies on one side.
const (
	BandBetter  Band = "better"
	BandSimilar Band = "similar"
	BandWatch   Band = "watch"
)

// Text gives the Chinese word.
func (b Band) Text() string {
	switch b {
	case BandBetter:
		return "较好"
	case BandSimilar:
		return "相当"
	case BandWatch:
		return "需关注"
	}
	return ""
}

// A Fair is a unit's figure with what chance allows to say of it among its like, ready to print
// beside the official place. Everything is empty or zero where it may not or cannot be said; Left
// then says why.
type Fair struct {
	Unit        org.UnitID
	Text        string // as printed, or the reason
	Numerator   string // exact whole numbers
	Denominator string
	Interval    string // "96.20%—99.19%", by chance alone
	Shrunken    string // drawn towards the value of all by as much as the unit is small
	Zone        Zone
	High        bool // above the value of all
	Place, Of   int  // official
	Low         int  // range of places, 1 is the best
	Last        int
	Band        Band
	Left        string // why it is not compared, in words; "" if it is
}

// Ranged tells whether a unit has a range of places.
func (f Fair) Ranged() bool { return f.Low > 0 }

// A Fairness is the fair comparison of the units beneath a unit by one indicator. Reason says in
// words why there is none; Units are then without zones, ranges and bands.
type Fairness struct {
	Code         string
	Name         string
	Parent       org.UnitID
	Period       period.Period
	Reason       string
	ForReference bool    // fewer than ten units
	Centre       string  // of all units compared, as printed
	Phi          float64 // overdispersion
	Widened      bool    // the limits were widened by √phi
	Draws        int     // of the simulated places
	Seed         uint64
	Units        []Fair // in the order of the tree
	Sentences    []string
	Meaning      string // what the range by chance of a full count means, to be said once
}

// Of finds a unit.
func (f Fairness) Of(unit org.UnitID) (Fair, bool) {
	for _, u := range f.Units {
		if u.Unit == unit {
			return u, true
		}
	}
	return Fair{}, false
}
