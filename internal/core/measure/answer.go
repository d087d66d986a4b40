package measure

// FigureJSON is the stable form of a figure for programs (SEMANTICS §4). Keys may be added,
// never removed.
type FigureJSON struct {
	Code        string       `json:"code"`
	Name        string       `json:"name"`
	Unit        string       `json:"unit"`   // code of the unit
	Period      string       `json:"period"` // canonical
	Value       *string      `json:"value"`  // rounded half away from zero at the indicator's digits; null when Reason is set
	Text        string       `json:"text"`   // as printed
	Numerator   *string      `json:"numerator"`
	Denominator *string      `json:"denominator"`
	Reason      *Reason      `json:"reason"`
	Verdict     *string      `json:"verdict"` // met, not_met
	Support     *string      `json:"support"` // clear_met, clear_not_met, cannot_tell
	Interval    *[2]string   `json:"interval"`
	Target      *TargetJSON  `json:"target"`
	Coverage    CoverageJSON `json:"coverage"`
	Light       Light        `json:"light"`
	Rank        *RankJSON    `json:"rank"`
	State       State        `json:"state"`
	AsOf        int64        `json:"as_of"` // change number
	Definition  int          `json:"definition"`
	Boundaries  string       `json:"boundaries,omitempty"` // today: past periods by today's boundaries
	Notes       []string     `json:"notes,omitempty"`
}

// TargetJSON is the target that applies.
type TargetJSON struct {
	Comparator  string  `json:"comparator"`
	Value       string  `json:"value"`
	Upper       string  `json:"upper,omitempty"` // of a range
	Text        string  `json:"text"`
	From        string  `json:"from"` // unit code it was set for; another than the figure's means 沿用上级
	Achievement *string `json:"achievement"`
}

// CoverageJSON counts unit × slot cells.
type CoverageJSON struct {
	Reported int      `json:"reported"`
	Expected int      `json:"expected"`
	Complete bool     `json:"complete"`
	Missing  []string `json:"missing"` // unit codes
}

// RankJSON is a place among siblings; shared places share the number.
type RankJSON struct {
	Place int `json:"place"`
	Of    int `json:"of"`
}
