package plan

import (
	"fmt"
	"strconv"
	"strings"

	"kaiyang/internal/core/org"
)

// A Move tells what became of a part between two editions.
type Move string

// The moves. A part that only changed its place, its parent or its days was moved.
const (
	Added   Move = "added"
	Removed Move = "removed"
	Moved   Move = "moved"
	Changed Move = "changed"
)

// Text gives the move in Chinese.
func (m Move) Text() string {
	return map[Move]string{Added: "新增", Removed: "取消", Moved: "调整", Changed: "修改"}[m]
}

// A Node is one part of a plan: exactly one of the three is set.
type Node struct {
	Programme *Programme `json:"programme,omitempty"`
	Goal      *Goal      `json:"goal,omitempty"`
	Task      *Task      `json:"task,omitempty"`
}

// A FieldChange is one field before and after.
type FieldChange struct {
	Field string `json:"field"` // Chinese
	Old   string `json:"old"`
	New   string `json:"new"`
}

// A Change is what became of one part between two editions.
type Change struct {
	Kind   Kind          `json:"kind"`
	Code   string        `json:"code"`
	Name   string        `json:"name"`
	Move   Move          `json:"move"`
	Fields []FieldChange `json:"fields,omitempty"`
	New    Node          `json:"-"` // empty where it was removed
}

// A field is one value of a part in words.
type field struct {
	label, value string
	mover        bool // a change of it alone moves the part
}

// naming gives names of units; numbers do for comparing.
type naming func(org.UnitID) string

func plainUnit(u org.UnitID) string { return strconv.Itoa(int(u)) }

func (n Node) kind() Kind {
	switch {
	case n.Programme != nil:
		return ProgrammeKind
	case n.Goal != nil:
		return GoalKind
	}
	return TaskKind
}

func (n Node) code() string {
	switch {
	case n.Programme != nil:
		return n.Programme.Code
	case n.Goal != nil:
		return n.Goal.Code
	case n.Task != nil:
		return n.Task.Code
	}
	return ""
}

func (n Node) name() string {
	switch {
	case n.Programme != nil:
		return n.Programme.Name
	case n.Goal != nil:
		return n.Goal.Name
	case n.Task != nil:
		return n.Task.Name
	}
	return ""
}

// fields gives all that a part says; two parts are equal if their fields are.
func (n Node) fields(unit naming) []field {
	switch {
	case n.Programme != nil:
		p := n.Programme
		return []field{{"次序", strconv.Itoa(p.Place), true}, {"名称", p.Name, false}, {"说明", p.Text, false}}
	case n.Goal != nil:
		g := n.Goal
		return []field{{"重点工作", g.Programme, true}, {"次序", strconv.Itoa(g.Place), true}, {"名称", g.Name, false}, {"说明", g.Text, false}, {"目标组", g.Bundle, false}, {"指标", strings.Join(g.Indicators, "、"), false}}
	}
	t := n.Task
	out := []field{{"目标", t.Goal, true}, {"次序", strconv.Itoa(t.Place), true}, {"名称", t.Name, false}, {"类别", t.Type.Text(), false}, {"牵头单位", unit(t.Lead), false}, {"配合单位", unitList(t.Assist, unit), false}}
	force := ""
	if t.Force != 0 {
		force = unit(t.Force)
	}
	out = append(out, field{"专班", force, false}, field{"开始日", dayOr(t.Start), true}, field{"完成日", dayOr(t.End), true}, field{"完成标准", t.Standard, false}, field{"报告", rhythmText(t.Rhythm), false})
	for _, m := range t.Milestones {
		label := "里程碑 " + strconv.Itoa(m.No)
		out = append(out, field{label, m.Name + "（" + m.Evidence + "）", false}, field{label + " 日期", dayOr(m.Day), true})
	}
	return append(out, field{"指标", strings.Join(t.Indicators, "、"), false}, field{"前置任务", strings.Join(t.After, "、"), false})
}

func unitList(list []org.UnitID, unit naming) string {
	names := make([]string, len(list))
	for i, u := range list {
		names[i] = unit(u)
	}
	return strings.Join(names, "、")
}

// nodes lists the parts in their order.
func (c Content) nodes() (out []Node) {
	c = c.sorted()
	for i := range c.Programmes {
		out = append(out, Node{Programme: &c.Programmes[i]})
	}
	for i := range c.Goals {
		out = append(out, Node{Goal: &c.Goals[i]})
	}
	for i := range c.Tasks {
		out = append(out, Node{Task: &c.Tasks[i]})
	}
	return out
}

type nodeKey struct {
	kind Kind
	code string
}

func (c *Content) put(n Node) {
	switch {
	case n.Programme != nil:
		c.Programmes = append(c.Programmes, *n.Programme)
	case n.Goal != nil:
		c.Goals = append(c.Goals, *n.Goal)
	case n.Task != nil:
		c.Tasks = append(c.Tasks, *n.Task)
	}
}

// diff lists what became of each part from one content to another, in the order of the new one;
// what was removed comes last.
func diff(old, now Content, unit naming) (out []Change) {
	was := map[nodeKey]Node{}
	for _, n := range old.nodes() {
		was[nodeKey{n.kind(), n.code()}] = n
	}
	for _, n := range now.nodes() {
		k := nodeKey{n.kind(), n.code()}
		o, ok := was[k]
		delete(was, k)
		if !ok {
			out = append(out, Change{Kind: k.kind, Code: k.code, Name: n.name(), Move: Added, Fields: firstSaid(n, unit), New: n})
			continue
		}
		if list, only := fieldChanges(o, n, unit); len(list) > 0 {
			c := Change{Kind: k.kind, Code: k.code, Name: n.name(), Move: Changed, Fields: list, New: n}
			if only {
				c.Move = Moved
			}
			out = append(out, c)
		}
	}
	for _, o := range old.nodes() {
		if _, gone := was[nodeKey{o.kind(), o.code()}]; gone {
			out = append(out, Change{Kind: o.kind(), Code: o.code(), Name: o.name(), Move: Removed})
		}
	}
	return out
}

// firstSaid lists what a new part says beside its name and place.
func firstSaid(n Node, unit naming) (out []FieldChange) {
	for _, f := range n.fields(unit) {
		if f.value != "" && f.label != "名称" && f.label != "次序" {
			out = append(out, FieldChange{Field: f.label, New: f.value})
		}
	}
	return out
}

// fieldChanges compares two parts; only tells that nothing but place, parent and days changed.
// Fields are compared by what they are, and said with names.
func fieldChanges(o, n Node, unit naming) (out []FieldChange, only bool) {
	only = true
	a, b := o.fields(plainUnit), n.fields(plainUnit)
	sa, sb := said(o.fields(unit)), said(n.fields(unit))
	before, after := said(a), said(b)
	seen := map[string]bool{}
	for _, f := range append(b, a...) {
		if seen[f.label] {
			continue
		}
		seen[f.label] = true
		x, had := before[f.label]
		y, has := after[f.label]
		if x == y && had == has {
			continue
		}
		out = append(out, FieldChange{Field: f.label, Old: sa[f.label], New: sb[f.label]})
		only = only && f.mover && had == has
	}
	return out, only
}

func said(list []field) map[string]string {
	m := make(map[string]string, len(list))
	for _, f := range list {
		m[f.label] = f.value
	}
	return m
}

// apply makes the new content out of the old one and the changes.
func apply(old Content, list []Change) Content {
	by := map[nodeKey]Change{}
	for _, c := range list {
		by[nodeKey{c.Kind, c.Code}] = c
	}
	var out Content
	for _, n := range old.nodes() {
		k := nodeKey{n.kind(), n.code()}
		c, touched := by[k]
		switch {
		case !touched:
			out.put(n)
		case c.Move != Removed:
			out.put(c.New)
		}
		delete(by, k)
	}
	for _, c := range list {
		if _, left := by[nodeKey{c.Kind, c.Code}]; left {
			out.put(c.New)
		}
	}
	return out.sorted()
}

// tally counts changes by move: "新增 2、修改 1".
func tally(list []Change) map[Move]int {
	n := map[Move]int{}
	for _, c := range list {
		n[c.Move]++
	}
	return n
}

func nodeRef(edition int64, k Kind, code string) string {
	return fmt.Sprintf("edition:%d:%s:%s", edition, k, code)
}
