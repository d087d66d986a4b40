// Package methods explains the statistical methods of the product: to an official in at most ten
// lines with an example from the demonstration county, to a statistician with formula, source, gate,
// deviations and the reference cases, which the program computes anew when somebody asks.
//
// What is said about a method is data in content/; the numbers of the examples are computed by
// core/stats when the page is made.
package methods

import (
	"embed"
	"fmt"
	"slices"
	"sync"

	"github.com/goccy/go-yaml"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

//go:embed content/*.yaml
var content embed.FS

// ruleRead is for everybody who is signed in: how figures are made is no secret.
var ruleRead = perm.Rule{Deed: "methods.read", Label: "查看统计方法并核对参考算例", Roles: perm.Roles()}

// A Said is a text in both languages.
type Said struct {
	ZH string `yaml:"zh"`
	EN string `yaml:"en"`
}

func (s Said) in(l words.Lang) string { return l.Pick(s.ZH, s.EN) }

// Lines are the lines of a text in both languages.
type Lines struct {
	ZH []string `yaml:"zh"`
	EN []string `yaml:"en"`
}

func (x Lines) in(l words.Lang) []string {
	if l == words.English {
		return x.EN
	}
	return x.ZH
}

// A Plain explains a method to an official in one language, in at most ten lines.
type Plain struct {
	Name  string   `yaml:"name"`
	Ask   []string `yaml:"ask"`   // the question it answers
	How   []string `yaml:"how"`   // how it is computed, in a sentence
	When  []string `yaml:"when"`  // when it may be used
	Short []string `yaml:"short"` // what happens when there are too few data
	Read  []string `yaml:"read"`  // how to read the result
	Never []string `yaml:"never"` // what must not be said from it
}

// lines gives all lines in order.
func (p Plain) lines() []string {
	return slices.Concat(p.Ask, p.How, p.When, p.Short, p.Read, p.Never)
}

// A Method is one page: a method of the registry with the methods that belong to it. Assumed says
// that the example needs numbers which the county does not have; they are made up for it.
type Method struct {
	ID         string   `yaml:"id"`
	Covers     []string `yaml:"covers"` // further methods of the registry on the same page
	ZH         Plain    `yaml:"zh"`
	EN         Plain    `yaml:"en"`
	Example    Lines    `yaml:"example"` // with {places} for computed numbers
	Assumed    bool     `yaml:"assumed"`
	Sources    []string `yaml:"sources"` // papers; left out where those of the reference cases say it all
	Formula    []string `yaml:"formula"`
	FormulaEN  []string `yaml:"formulaEN"`
	Gate       Lines    `yaml:"gate"`
	Deviations []Said   `yaml:"deviations"` // from the reference programs, each with its reason
	Theme      Said     `yaml:"-"`
}

func (m *Method) in(l words.Lang) Plain {
	if l == words.English {
		return m.EN
	}
	return m.ZH
}

func (m *Method) formula(l words.Lang) []string {
	if l == words.English {
		return m.FormulaEN
	}
	return m.Formula
}

// cases lists the ids of the registry that the page explains, its own first.
func (m *Method) cases() []string { return append([]string{m.ID}, m.Covers...) }

// sources gives the papers of a method: those that content names, else those of its reference cases.
func (b *book) sources(m *Method) []string {
	if len(m.Sources) > 0 {
		return m.Sources
	}
	var out []string
	for _, id := range m.cases() {
		if s := b.cases[id].Reference; !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// A book is everything that content/ says.
type book struct {
	methods []*Method
	general []Said             // deviations that concern all methods
	pages   map[string]*Method // by every id of the registry
	cases   map[string]stats.Refcase
	towns   []town
}

var open = sync.OnceValue(func() *book {
	b, err := read()
	if err != nil {
		panic("methods: " + err.Error())
	}
	return b
})

func read() (*book, error) {
	b := &book{pages: map[string]*Method{}, cases: map[string]stats.Refcase{}}
	var themes []struct {
		File string `yaml:"file"`
		Said `yaml:",inline"`
	}
	if err := readFile("themes", &themes); err != nil {
		return nil, err
	}
	if err := readFile("general", &b.general); err != nil {
		return nil, err
	}
	if err := readFile("towns", &b.towns); err != nil {
		return nil, err
	}
	for _, t := range themes {
		var list []*Method
		if err := readFile(t.File, &list); err != nil {
			return nil, err
		}
		for _, m := range list {
			m.Theme = t.Said
			for _, id := range m.cases() {
				if b.pages[id] != nil {
					return nil, fmt.Errorf("%s stands on two pages", id)
				}
				b.pages[id] = m
			}
		}
		b.methods = append(b.methods, list...)
	}
	cases, err := stats.Refcases()
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		b.cases[c.ID] = c
	}
	return b, nil
}

func readFile(name string, into any) error {
	text, err := content.ReadFile("content/" + name + ".yaml")
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalWithOptions(text, into, yaml.Strict()); err != nil {
		return fmt.Errorf("%s.yaml: %w", name, err)
	}
	return nil
}
