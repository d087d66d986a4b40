package plan

import (
	"slices"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Letter is a responsibility letter (责任书): what a unit has signed for in a year, frozen from
// the edition in force when it was made. It names posts, never persons.
type Letter struct {
	ID         int64
	Plan       int64
	Year       int
	Unit       org.UnitID
	No         int // of the unit and year; a later one replaces an earlier
	Content    LetterContent
	Reason     string // why it was made anew
	MadeBy     string
	MadeAt     string
	SignedOn   period.Day // 0: not signed
	SignedPost string     // post that signed for the unit
	HostPost   string     // post that signed for the issuing unit
	RecordedBy string
	Hash       string // scan of the signed paper; "" for none
	File       string
	Version    int64
}

// A LetterContent is what stands in a letter.
type LetterContent struct {
	Plan     string    `json:"plan"`
	Edition  int       `json:"edition"`
	Host     string    `json:"host"`
	Unit     string    `json:"unit"`
	Duties   []Duty    `json:"duties"`
	Promises []Promise `json:"promises"`
}

// A Duty is a task as a letter holds it.
type Duty struct {
	Task
	Leads bool `json:"leads"` // else the unit assists
}

// A Promise is an indicator with the target a unit has signed for.
type Promise struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Target string `json:"target"` // as printed; "" where the unit has none
}

// inYear tells whether a task falls into a year.
func (t Task) inYear(year int) bool {
	first, _ := period.NewDay(year, 1, 1)
	last, _ := period.NewDay(year, 12, 31)
	return t.Start <= last && t.End >= first
}

// duties lists the tasks of a unit in a year, those it leads first.
func duties(c Content, unit org.UnitID, year int) (out []Duty) {
	for _, leads := range []bool{true, false} {
		for _, t := range c.Tasks {
			if t.inYear(year) && (t.Lead == unit) == leads && (leads || slices.Contains(t.Assist, unit)) {
				t.Row = 0
				out = append(out, Duty{t, leads})
			}
		}
	}
	return out
}

// codes lists the indicators behind duties and the goals they serve, each once.
func codes(c Content, list []Duty) (out []string) {
	add := func(codes []string) {
		for _, x := range codes {
			if !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	for _, d := range list {
		if d.Leads {
			add(d.Indicators)
			if g, ok := c.Goal(d.Goal); ok {
				add(g.Indicators)
			}
		}
	}
	return out
}

// signers lists the units that have tasks in a year, those that lead first.
func signers(c Content, year int) (out []org.UnitID) {
	for _, leads := range []bool{true, false} {
		for _, t := range c.Tasks {
			if !t.inYear(year) {
				continue
			}
			list := []org.UnitID{t.Lead}
			if !leads {
				list = t.Assist
			}
			for _, u := range list {
				if !slices.Contains(out, u) {
					out = append(out, u)
				}
			}
		}
	}
	return out
}

// moved tells how the duties of a unit differ now from those it signed for.
func (l Letter) moved(c Content, unit naming) []Change {
	var was, now Content
	for _, d := range l.Content.Duties {
		was.Tasks = append(was.Tasks, d.Task)
	}
	for _, d := range duties(c, l.Unit, l.Year) {
		now.Tasks = append(now.Tasks, d.Task)
	}
	return diff(was, now, unit)
}
