package measure

import (
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Fact is one reported value: element × category × unit × period. Facts are append-only; a
// correction is a new version of the same cell.
type Fact struct {
	Element  string // code
	Category Category
	Unit     org.UnitID
	Period   period.Period // one slot of the element's grain
	Value    int64         // whole number at the element's scale
	Gone     bool          // the value is withdrawn: the cell is missing again
	Ref      string        // place in the source: "填报!C14" of a workbook, "12" for a line of a file
}

// A SourceKind tells by which door facts came in.
type SourceKind string

// The doors.
const (
	FromReturn SourceKind = "return" // an approved return; ID is its version
	FromImport SourceKind = "import" // a file imported on the command line or a page; ID is its SHA-256
	FromModule SourceKind = "module" // counted by a register of the program
)

// A Source names where a batch of facts came from.
type Source struct {
	Kind SourceKind
	ID   string // return version, or SHA-256 of the file (its key in the file store)
	Name string // what a person calls it: file name, form and unit
}

// A Batch is facts recorded together, in one transaction under one change number.
type Batch struct {
	Facts  []Fact
	Source Source
	Reason string // why, for corrections
	// Restate allows changes inside closed periods; Reason is then required.
	Restate bool
}

// An Outcome says what a batch did to the cells it named.
type Outcome struct {
	Created, Updated, Unchanged int
}

// A Version is one state of a cell in its history.
type Version struct {
	No       int64 // change number
	At       string
	By       string // account and name
	Post     string
	Value    int64
	Missing  bool
	Source   Source
	Ref      string
	Reason   string
	Restated bool
}

// A Catalogue is all elements at one moment; it never changes.
type Catalogue struct {
	list   []Element
	byCode map[string]int
	byName map[string]int
	byID   map[ElementID]int
}

// NewCatalogue makes a catalogue; the order of the list is the order of display.
func NewCatalogue(list []Element) *Catalogue {
	c := &Catalogue{list: list, byCode: map[string]int{}, byName: map[string]int{}, byID: map[ElementID]int{}}
	for i, e := range list {
		c.byCode[e.Code] = i
		c.byID[e.ID] = i
		c.byName[e.Name] = i
		if e.NameEN != "" {
			c.byName[e.NameEN] = i
		}
	}
	return c
}

// All lists the elements.
func (c *Catalogue) All() []Element { return c.list }

// Code finds an element by its code.
func (c *Catalogue) Code(code string) (Element, bool) { return c.at(c.byCode[code], code, c.byCode) }

// Name finds an element by its code or its name in either language.
func (c *Catalogue) Name(name string) (Element, bool) {
	if e, ok := c.Code(name); ok {
		return e, true
	}
	return c.at(c.byName[name], name, c.byName)
}

// ID finds an element by its number.
func (c *Catalogue) ID(id ElementID) (Element, bool) {
	i, ok := c.byID[id]
	if !ok {
		return Element{}, false
	}
	return c.list[i], true
}

func (c *Catalogue) at(i int, key string, m map[string]int) (Element, bool) {
	if _, ok := m[key]; !ok {
		return Element{}, false
	}
	return c.list[i], true
}
