package fault_test

import (
	"errors"
	"io"
	"testing"

	"kaiyang/internal/core/fault"
)

// What the form cannot read and what the rules refuse come together, one sentence a field.
func TestFaultsOfTwoLooksComeTogether(t *testing.T) {
	list := func(fields ...string) error {
		var f fault.Fields
		for _, name := range fields {
			f.Need(false, name, "请改 %s", name)
		}
		return f.Err()
	}
	for _, c := range []struct {
		err, rest error
		want      int
	}{{list("day"), list("day", "name", ""), 3}, {list("day"), nil, 1}, {list("day"), io.EOF, 1}, {list("", "day"), list("", "name"), 4}} {
		var got fault.Findings
		if err := fault.Together(c.err, c.rest); !errors.As(err, &got) || len(got) != c.want {
			t.Errorf("%v and %v: %v", c.err, c.rest, err)
		}
	}
	if err := fault.Together(io.EOF, list("day")); err != io.EOF {
		t.Errorf("another error became %v", err)
	}
	if err := fault.Together(nil, list("day")); err != nil {
		t.Errorf("nothing became %v", err)
	}
}

type quarter struct{}

func (quarter) Chinese() string { return "2018年第1季度" }
func (quarter) English() string { return "Q1 2018" }

// A name is said in the language of the sentence around it.
func TestNamesFollowTheReader(t *testing.T) {
	err := fault.New(fault.Conflict, "%s 还没有结束", fault.Named(quarter{}))
	english := func(s string) string {
		return map[string]string{"%s 还没有结束": "%s has not ended yet", "语言": "Language"}[s]
	}
	if got := fault.Say(err, nil); got != "2018年第1季度 还没有结束" {
		t.Errorf("Chinese: %s", got)
	}
	if got := fault.Say(err, english); got != "Q1 2018 has not ended yet" {
		t.Errorf("English: %s", got)
	}
	if got := err.Error(); got != "2018年第1季度 还没有结束" {
		t.Errorf("log: %s", got)
	}
}
