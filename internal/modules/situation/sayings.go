package situation

import (
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/words"
)

// titleForm is the title of a signal: what is counted, the month, how it stands out.
const titleForm = "%[1]s %[2]s %[3]s"

// Sayings are the sentences that this module gives to agendas, kept there in Chinese.
func (s *Service) Sayings() (out words.Sayings) {
	const month, number, unit = `\d+\x{5e74}\d+\x{6708}`, `[\d,.]+`, `[^\d，]*` // a year and a month as Chinese writes them
	out = words.NewSaying(words.Form{Formats: []string{titleForm}, Looks: []string{"", month, Sudden.Text() + "|" + Creep.Text()}, Part: s.named(0)})
	for _, k := range []struct {
		code  string
		unit  int // the argument that is a unit of measure; 0 for none
		looks []string
	}{
		{"sudden", 4, []string{"", month, number, unit, "", number}},
		{"creep", 5, []string{"", month, month, number, unit, number}},
		{"creep_one", 4, []string{"", month, number, unit, number}},
		{"small_place", 0, []string{"", month}},
	} {
		for _, w := range wordings() {
			if w.code == k.code || w.code == k.code+"_work" {
				f := words.Form{Formats: []string{w.chinese}, Looks: k.looks, Part: s.named(k.unit)}
				out = append(out, words.NewSaying(f)...)
				f.Formats = append(f.Formats, checkedText)
				out = append(out, words.NewSaying(f)...)
			}
		}
	}
	return out
}

// checkedText stands behind the reason of a signal that a person confirmed.
const checkedText = "核实情况：%s"

// named says the first argument of a sentence, which is what is counted, and its unit of measure.
func (s *Service) named(unit int) func(l words.Lang, n int, text string) (string, bool) {
	return func(l words.Lang, n int, text string) (string, bool) {
		if s.joints.Figures == nil || n != 1 && n != unit {
			return "", false
		}
		x := s.lens(l)
		for _, e := range s.joints.Figures.Elements() {
			if n == unit {
				if e.Unit == text && e.UnitEN != "" {
					return " " + e.UnitEN, true
				}
				continue
			}
			name, place := text, ""
			if i := strings.LastIndex(text, " "); i >= 0 {
				place, name = text[:i+1], text[i+1:]
			}
			if name == e.Name {
				return place + x.element(e.Code), true
			}
			for _, c := range categories(e) {
				if name == s.lens(words.Chinese).count(e.Code, c, 0) {
					return place + x.count(e.Code, c, 0), true
				}
			}
		}
		return "", false
	}
}

// categories lists the classes of an element, one label of each dimension at a time.
func categories(e measure.Element) (out []measure.Category) {
	for _, d := range e.Scheme.Dimensions {
		for _, l := range d.Labels {
			out = append(out, measure.Category(d.Name+"="+l.Name))
		}
	}
	return out
}
