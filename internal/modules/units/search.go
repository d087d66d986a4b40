package units

import (
	"strings"

	"kaiyang/internal/core/org"
)

// An index finds units by a part of their code, of a name of any time, of an alias, or of the
// initials of a name's pinyin ("slz" finds 双流镇). It is one text, one line a unit, that is
// searched from front to back: the whole nation takes some milliseconds.
type index struct {
	text  string
	start []int32 // where the line of each unit begins, in the order of units
	units []org.Unit
}

// newIndex writes the lines "\ncode\tname\tinitials\talias…" of all units.
func newIndex(r *org.Register) *index {
	x := &index{units: r.Units()}
	x.start = make([]int32, len(x.units))
	b := make([]byte, 0, 64*len(x.units))
	for i := range x.units {
		u := &x.units[i]
		x.start[i] = int32(len(b))
		b = append(b, '\n')
		b = appendLower(b, u.Code)
		seen := ""
		for j := range u.Versions {
			v := &u.Versions[j]
			if v.Name == seen {
				continue
			}
			seen = v.Name
			b = append(b, '\t')
			b = appendLower(b, v.Name)
			b = append(b, '\t')
			b = appendInitials(b, v.Pinyin)
			if v.Short != "" {
				b = append(b, '\t')
				b = appendLower(b, v.Short)
			}
		}
		for _, a := range u.Aliases {
			b = append(b, '\t')
			b = appendLower(b, a)
		}
	}
	x.text = string(b)
	return x
}

func appendLower(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

// appendInitials reads the first letters out of a sort key, which is, for each sign, a syllable
// with its tone and four digits to the base of 36; a Latin letter after '1', a number after '0'
// (package pinyin).
func appendInitials(b []byte, key string) []byte {
	for i := 0; i < len(key); {
		c := key[i]
		switch {
		case c == '1' && i+1 < len(key):
			b = append(b, key[i+1])
			i += 2
		case c == '0' && i+1 < len(key):
			i += 2
			for i < len(key) && key[i] >= '0' && key[i] <= '9' && !(key[i] == '1' && i+1 < len(key) && key[i+1] >= 'a') {
				b = append(b, key[i])
				i++
			}
		case c >= 'a' && c <= 'z':
			b = append(b, c)
			for i < len(key) && key[i] >= 'a' && key[i] <= 'z' {
				i++
			}
			i += 5
		case c == '~':
			i += 5
		default:
			i++
		}
	}
	return b
}

// each calls fn with the units whose line holds the needle, in order, and where in the text it
// stands first, until fn says stop.
func (x *index) each(needle string, fn func(id org.UnitID, at int) (on bool)) {
	for at, n := 0, 0; ; {
		i := strings.Index(x.text[at:], needle)
		if i < 0 {
			return
		}
		at += i
		for n+1 < len(x.start) && int(x.start[n+1]) <= at {
			n++
		}
		if !fn(x.units[n].ID, at) || n+1 == len(x.start) {
			return
		}
		at = int(x.start[n+1])
	}
}

// enough is the number of hits after which a search that has found its limit stops looking for
// better ones.
const enough = 20_000

// find gives up to limit units of a day's tree that hold the text, those whose line shows it first
// at the beginning of a code or name before the others, and tells whether there are more; beneath
// within, if it is given. gone are up to limit units of other days that hold the text.
func (x *index) find(text string, on *org.Tree, within org.UnitID, limit int) (ids, gone []org.UnitID, more bool) {
	text = string(appendLower(nil, narrow(strings.TrimSpace(text))))
	if text == "" || strings.ContainsAny(text, "\t\n") {
		return nil, nil, false
	}
	var first, inner []org.UnitID
	hits := 0
	x.each(text, func(id org.UnitID, at int) bool {
		hits++
		switch list := &inner; {
		case !on.Has(id):
			if len(gone) < limit {
				gone = append(gone, id)
			}
		case within != 0 && !on.Under(id, within):
		default:
			if c := x.text[at-1]; c == '\n' || c == '\t' {
				list = &first
			}
			if len(*list) < limit {
				*list = append(*list, id)
			} else {
				more = true
			}
		}
		return len(first) < limit && (hits < enough || len(first)+len(inner) < limit)
	})
	ids = append(first, inner...)
	if len(ids) > limit {
		ids, more = ids[:limit], true
	}
	return ids, gone, more || len(first) == limit || hits >= enough
}
