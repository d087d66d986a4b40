// Package org holds the units of the office: the territorial tree (province, city, county,
// township, village) and the functional tree beside it (command post, task forces, departments,
// schools …). Units keep their number for ever; names, parents and order are dated, so that a
// past month shows the division of that month (SEMANTICS §1, STANDARDS DIV-11).
//
// A Register holds all units and all days; a Tree is the picture of one span of days without a
// change, laid out in preorder, so that the units beneath a unit are one contiguous run.
package org

import "kaiyang/internal/core/fault"

// A UnitID is the immutable number of a unit; 0 is no unit. Numbers are small and dense.
type UnitID int32

// A TreeKind tells in which of the two trees a unit stands.
type TreeKind uint8

// The two trees.
const (
	Territorial TreeKind = iota
	Functional
)

// String gives "territorial" or "functional".
func (k TreeKind) String() string {
	if k == Functional {
		return "functional"
	}
	return "territorial"
}

// A Kind tells what sort of unit it is; it never changes in the life of a unit.
type Kind string

// The kinds of units. Nation is only the root over several provinces; it is no reporting level.
const (
	Nation      Kind = "nation"
	Province    Kind = "province"
	City        Kind = "city"
	County      Kind = "county"
	Township    Kind = "township"
	Village     Kind = "village"
	CommandPost Kind = "commandpost"
	Office      Kind = "office"
	TaskForce   Kind = "taskforce"
	Department  Kind = "department"
	School      Kind = "school"
	Enterprise  Kind = "enterprise"
	Venue       Kind = "venue"
)

// Kinds lists all kinds, the territorial ones from the top down first.
func Kinds() []Kind {
	return []Kind{Nation, Province, City, County, Township, Village,
		CommandPost, Office, TaskForce, Department, School, Enterprise, Venue}
}

// ParseKind reads the code of a kind, as in the column "kind" of a file of units.
func ParseKind(s string) (Kind, error) {
	if k := Kind(s); k.Valid() {
		return k, nil
	}
	return "", fault.New(fault.Invalid, "没有单位类别“%s”；请用 nation、province、city、county、township、village、commandpost、office、taskforce、department、school、enterprise、venue 之一", s)
}

// Valid reports whether k is one of the kinds.
func (k Kind) Valid() bool { return k.Text() != "" }

// Tree gives the tree in which units of the kind stand.
func (k Kind) Tree() TreeKind {
	switch k {
	case Nation, Province, City, County, Township, Village:
		return Territorial
	}
	return Functional
}

// Level gives the reporting level of the kind: LevelNone for Nation, LevelFunctional for every
// unit of the functional tree.
func (k Kind) Level() Level {
	switch k {
	case Province:
		return LevelProvince
	case City:
		return LevelCity
	case County:
		return LevelCounty
	case Township:
		return LevelTownship
	case Village:
		return LevelVillage
	case CommandPost, Office, TaskForce, Department, School, Enterprise, Venue:
		return LevelFunctional
	}
	return LevelNone
}

// Text gives the Chinese word of the kind, "" for no kind; the English catalogue translates it.
func (k Kind) Text() string {
	switch k {
	case Nation:
		return "全国"
	case Province:
		return "省"
	case City:
		return "市"
	case County:
		return "县"
	case Township:
		return "乡镇（街道）"
	case Village:
		return "村（社区）"
	case CommandPost:
		return "指挥部"
	case Office:
		return "办公室"
	case TaskForce:
		return "专班"
	case Department:
		return "部门"
	case School:
		return "学校"
	case Enterprise:
		return "企业"
	case Venue:
		return "场所"
	}
	return ""
}

// A Level is a reporting level: the level of units at which an element is reported.
type Level uint8

// The reporting levels. The territorial ones grow downwards.
const (
	LevelNone       Level = 0
	LevelProvince   Level = 1
	LevelCity       Level = 2
	LevelCounty     Level = 3
	LevelTownship   Level = 4
	LevelVillage    Level = 5
	LevelFunctional Level = 9
)

// Levels lists the reporting levels, from the top down, the functional one last.
func Levels() []Level {
	return []Level{LevelProvince, LevelCity, LevelCounty, LevelTownship, LevelVillage, LevelFunctional}
}

// ParseLevel reads the code of a reporting level.
func ParseLevel(s string) (Level, error) {
	for _, l := range Levels() {
		if l.String() == s {
			return l, nil
		}
	}
	return LevelNone, fault.New(fault.Invalid, "没有填报层级“%s”；请用 province、city、county、township、village、functional 之一", s)
}

// String gives the code of the level: the code of its kind, "functional", or "" for none.
func (l Level) String() string {
	switch l {
	case LevelProvince:
		return string(Province)
	case LevelCity:
		return string(City)
	case LevelCounty:
		return string(County)
	case LevelTownship:
		return string(Township)
	case LevelVillage:
		return string(Village)
	case LevelFunctional:
		return "functional"
	}
	return ""
}

// Text gives the Chinese word of the level; the English catalogue translates it.
func (l Level) Text() string {
	switch l {
	case LevelProvince:
		return Province.Text()
	case LevelCity:
		return City.Text()
	case LevelCounty:
		return County.Text()
	case LevelTownship:
		return Township.Text()
	case LevelVillage:
		return Village.Text()
	case LevelFunctional:
		return "职能单位"
	}
	return ""
}

// Tree gives the tree to which the level belongs.
func (l Level) Tree() TreeKind {
	if l == LevelFunctional {
		return Functional
	}
	return Territorial
}
