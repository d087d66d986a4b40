package plan

import (
	"slices"

	"kaiyang/internal/core/period"
)

// A Clash is a task that starts before a task it waits for has ended.
type Clash struct {
	Task   string     `json:"task"`
	Start  period.Day `json:"start"`
	Before string     `json:"before"`
	End    period.Day `json:"end"`
}

func byCode(tasks []Task) map[string]Task {
	m := make(map[string]Task, len(tasks))
	for _, t := range tasks {
		m[t.Code] = t
	}
	return m
}

// cycle gives a ring of tasks that wait for each other, beginning and ending with the same code;
// nil if there is none.
func cycle(tasks []Task) []string {
	m := byCode(tasks)
	const (
		fresh = iota
		open
		done
	)
	mark := map[string]int{}
	var path []string
	var visit func(code string) []string
	visit = func(code string) []string {
		switch mark[code] {
		case done:
			return nil
		case open:
			return append(slices.Clone(path[slices.Index(path, code):]), code)
		}
		mark[code] = open
		path = append(path, code)
		for _, a := range m[code].After {
			if _, ok := m[a]; !ok {
				continue
			}
			if loop := visit(a); loop != nil {
				return loop
			}
		}
		path = path[:len(path)-1]
		mark[code] = done
		return nil
	}
	for _, t := range tasks {
		if loop := visit(t.Code); loop != nil {
			return loop
		}
	}
	return nil
}

// order gives the codes so that each task comes after those it waits for, otherwise as they stand;
// ok is false if some wait for each other in a ring.
func order(tasks []Task) (codes []string, ok bool) {
	if cycle(tasks) != nil {
		return nil, false
	}
	m := byCode(tasks)
	seen := map[string]bool{}
	var visit func(code string)
	visit = func(code string) {
		if _, there := m[code]; !there || seen[code] {
			return
		}
		seen[code] = true
		for _, a := range m[code].After {
			visit(a)
		}
		codes = append(codes, code)
	}
	for _, t := range tasks {
		visit(t.Code)
	}
	return codes, true
}

// clashes lists the tasks that start before one they wait for has ended.
func clashes(tasks []Task) (out []Clash) {
	m := byCode(tasks)
	for _, t := range tasks {
		for _, a := range t.After {
			if before, ok := m[a]; ok && t.Start < before.End {
				out = append(out, Clash{Task: t.Code, Start: t.Start, Before: a, End: before.End})
			}
		}
	}
	return out
}

// dependents lists the tasks that wait for a task, directly or through others, each after those it
// waits for.
func dependents(tasks []Task, code string) (out []string) {
	all, ok := order(tasks)
	if !ok {
		return nil
	}
	m := byCode(tasks)
	waits := map[string]bool{code: true}
	for _, c := range all {
		if c != code && slices.ContainsFunc(m[c].After, func(a string) bool { return waits[a] }) {
			waits[c] = true
			out = append(out, c)
		}
	}
	return out
}

// shift moves the tasks that wait for a task, directly or through others, to later days as far as
// their dependencies ask; each keeps its length and its milestones their distance from its start.
func shift(tasks []Task, code string) (out []Task, moved []string) {
	out = slices.Clone(tasks)
	at := map[string]int{}
	for i, t := range out {
		at[t.Code] = i
	}
	for _, c := range dependents(tasks, code) {
		t := &out[at[c]]
		earliest := t.Start
		for _, a := range t.After {
			if i, ok := at[a]; ok {
				earliest = max(earliest, out[i].End)
			}
		}
		n := t.Start.DaysUntil(earliest)
		if n <= 0 {
			continue
		}
		t.Start, t.End = t.Start.AddDays(n), t.End.AddDays(n)
		t.Milestones = slices.Clone(t.Milestones)
		for i := range t.Milestones {
			t.Milestones[i].Day = t.Milestones[i].Day.AddDays(n)
		}
		moved = append(moved, c)
	}
	return out, moved
}
