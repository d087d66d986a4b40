// Package units keeps the units of the office: the territorial and the functional tree with
// their dated changes, the working-day calendar, and the slot for a boundary file. It holds the
// whole register in memory as one org.Register that never changes; a change makes another.
//
// Names, parents and lives of units are dated (SEMANTICS §1), so a change on a day leaves every
// period before that day as it was (STANDARDS DIV-11, PEERS pain 16).
package units

import (
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// Everybody may see the units; only the office changes them, the calendar and the map.
var (
	ruleView     = perm.Rule{Deed: "units.view", Label: "查看单位和日历", Roles: perm.Roles()}
	ruleChange   = perm.Rule{Deed: "units.change", Label: "变更单位", Roles: []perm.Role{perm.Office}}
	ruleCalendar = perm.Rule{Deed: "units.calendar", Label: "维护工作日历", Roles: []perm.Role{perm.Office}}
	ruleMap      = perm.Rule{Deed: "units.map", Label: "维护边界图", Roles: []perm.Role{perm.Office}}
)

// A Deed is a sort of change of units, as it stands in their history.
type Deed string

// The deeds. Merged lets units go into another, Split divides one, Ended abolishes one without
// successor; Edited corrects what was recorded wrongly, and Undone takes the last change back.
const (
	Added    Deed = "add"
	Renamed  Deed = "rename"
	Moved    Deed = "move"
	Merged   Deed = "merge"
	Split    Deed = "split"
	Ended    Deed = "end"
	Edited   Deed = "edit"
	Imported Deed = "import"
	Undone   Deed = "undo"
)

// Text gives the Chinese word of the deed; the English catalogue translates it.
func (d Deed) Text() string {
	switch d {
	case Added:
		return "增设"
	case Renamed:
		return "更名"
	case Moved:
		return "改隶"
	case Merged:
		return "合并"
	case Split:
		return "拆分"
	case Ended:
		return "撤销"
	case Edited:
		return "更正"
	case Imported:
		return "文件导入"
	case Undone:
		return "撤回变更"
	}
	return ""
}

// Beginning is the first day of units whose file names none.
var Beginning = period.MustDay("1949-10-01")

// CodeOf brings the code of a unit to the form in which it is kept: without blanks, in half-width
// signs, division codes without the zeros with which statistics pad them, provinces and cities
// with six digits (STANDARDS §2.3).
func CodeOf(code string, k org.Kind) string {
	code = narrow(strings.TrimSpace(code))
	if !digits(code) {
		return code
	}
	want := codeLength(k)
	for want > 0 && len(code) > want && strings.HasSuffix(code, "000") && len(code)%3 == 0 {
		code = code[:len(code)-3]
	}
	if want == 6 && (len(code) == 2 || len(code) == 4) {
		code = (code + "0000")[:6]
	}
	return code
}

// codeLength gives the number of digits of a division code of a kind, 0 where none is prescribed.
func codeLength(k org.Kind) int {
	switch k.Level() {
	case org.LevelProvince, org.LevelCity, org.LevelCounty:
		return 6
	case org.LevelTownship:
		return 9
	case org.LevelVillage:
		return 12
	}
	return 0
}

// checkCode finds what is wrong with a code that CodeOf has given. Codes with letters are free;
// codes of digits alone are division codes and have the length of their level.
func checkCode(code string, k org.Kind) error {
	want := codeLength(k)
	switch {
	case code == "":
		return fault.New(fault.Invalid, "没有编码；请填写区划代码或职能单位编码")
	case strings.ContainsAny(code, " \t\r\n,，、　/?#%\"'<>&\\\x00"):
		return fault.New(fault.Invalid, "编码“%s”含有空格、逗号或斜杠等符号；编码请只用字母、数字和短横线", code)
	case len(code) > 40:
		return fault.New(fault.Invalid, "编码“%s”超过 40 个字符；请缩短", code)
	case want > 0 && looksScientific(code):
		return fault.New(fault.Invalid, "编码“%s”被表格软件改成了科学计数；请把该列设为文本后重新填写", code)
	case want > 0 && digits(code) && len(code) != want:
		return fault.New(fault.Invalid, "编码“%s”有 %d 位，%s的区划代码应为 %d 位", code, len(code), fault.Word(k.Text()), want)
	}
	return nil
}

// looksScientific recognises 5.20121E+11, into which spreadsheets turn long codes.
func looksScientific(s string) bool {
	head, tail, ok := strings.Cut(strings.ToUpper(s), "E+")
	return ok && digits(tail) && digits(strings.Replace(head, ".", "", 1))
}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

// narrow turns full-width letters, digits and signs into half-width ones.
func narrow(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case 0xFF01 <= c && c <= 0xFF5E:
			return c - 0xFEE0
		case c == 0x3000:
			return ' '
		case c == 0xFEFF || c == 0x200B:
			return -1
		}
		return c
	}, s)
}

// rootless finds the territorial units among units without a parent that stand lower than another
// root of all: they have lost their parent. Several units of the same level may be roots, as the provinces are.
func rootless(all, units []org.Unit) fault.Findings {
	highest := org.LevelVillage + 1
	isRoot := func(u *org.Unit) (period.Day, bool) {
		if u.Kind.Tree() != org.Territorial {
			return 0, false
		}
		for _, v := range u.Versions {
			if v.Parent == 0 {
				return v.From, true
			}
		}
		return 0, false
	}
	for i := range all {
		if _, ok := isRoot(&all[i]); ok {
			highest = min(highest, all[i].Kind.Level())
		}
	}
	var found fault.Findings
	for i := range units {
		u := &units[i]
		if d, ok := isRoot(u); ok && u.Kind.Level() > highest {
			found = append(found, fault.Finding{Rule: "unit-parent", Value: u.Code,
				Format: "单位 %s（%s）自 %s 起没有上级；请在 parent 列填写上级的编码", Args: []any{u.Code, u.Last().Name, d}})
		}
	}
	return found
}
