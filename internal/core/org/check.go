package org

import (
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
)

// A checker collects every fault of a register that is being made.
type checker struct {
	r     *Register
	found fault.Findings
}

func (c *checker) say(rule, code, format string, args ...any) {
	c.found = append(c.found, fault.Finding{Rule: rule, Value: code, Format: format, Args: args})
}

// numbers checks what the tables by number rest on; without it nothing else can be checked.
func (c *checker) numbers() bool {
	units := c.r.units
	for i := range units {
		u := &units[i]
		switch {
		case u.ID <= 0 || u.ID > MaxUnitID:
			c.say("unit-id", u.Code, "单位 %s 的内部编号 %d 不在 1 至 %d 之间；请重新编号", u.Code, int(u.ID), MaxUnitID)
		case i > 0 && units[i-1].ID == u.ID:
			c.say("unit-id", u.Code, "单位 %s 与 %s 的内部编号同为 %d；请重新编号", units[i-1].Code, u.Code, int(u.ID))
		}
	}
	return len(c.found) == 0
}

func (c *checker) all() {
	before := len(c.found)
	for i := range c.r.units {
		c.alone(&c.r.units[i])
	}
	sound := len(c.found) == before // versions are in order, so that lives can be compared
	c.codes()
	if sound {
		for i := range c.r.units {
			c.above(&c.r.units[i])
		}
		c.cycles()
	}
	c.successions(sound)
}

// alone checks a unit by itself.
func (c *checker) alone(u *Unit) {
	if u.Code == "" || strings.ContainsAny(u.Code, " \t\r\n,，　") {
		c.say("unit-code", u.Code, "单位“%s”的编码“%s”不可用；编码不能为空，也不能含空格或逗号", u.Last().Name, u.Code)
	}
	if !u.Kind.Valid() {
		c.say("unit-kind", u.Code, "单位 %s 的类别“%s”不存在；请改用已有的单位类别", u.Code, string(u.Kind))
	}
	if len(u.Versions) == 0 {
		c.say("unit-version", u.Code, "单位 %s 没有名称和有效期；请至少写明名称和生效日期", u.Code)
	}
	for i, v := range u.Versions {
		if strings.TrimSpace(v.Name) == "" {
			c.say("unit-name", u.Code, "单位 %s 自 %s 起没有名称；请填写名称", u.Code, v.From)
		}
		switch {
		case v.From <= 0:
			c.say("unit-version", u.Code, "单位 %s（%s）没有生效日期；请填写生效日期", u.Code, v.Name)
		case v.To < 0 || v.To != 0 && v.To < v.From:
			c.say("unit-version", u.Code, "单位 %s（%s）的失效日期 %s 早于生效日期 %s；请更正其中之一", u.Code, v.Name, v.To, v.From)
		case i > 0 && v.From <= u.Versions[i-1].end():
			p := u.Versions[i-1]
			c.say("unit-overlap", u.Code, "单位 %s（%s）的有效期重叠：%s 至 %s 与 %s 至 %s；请让前一段在后一段生效的前一天结束",
				u.Code, v.Name, p.From, until(p.To), v.From, until(v.To))
		}
	}
}

// codes finds codes that two units have at the same time.
func (c *checker) codes() {
	r := c.r
	for lo := 0; lo < len(r.byCode); {
		hi := lo + 1
		for hi < len(r.byCode) && r.units[r.byCode[hi]].Code == r.units[r.byCode[lo]].Code {
			hi++
		}
		for i := lo; i < hi; i++ {
			for j := i + 1; j < hi; j++ {
				a, b := &r.units[r.byCode[i]], &r.units[r.byCode[j]]
				if d := together(a, b); d != 0 && a.Code != "" {
					c.say("unit-code-twice", a.Code, "编码 %s 在 %s 同时属于“%s”和“%s”；请更正其中一个的编码或有效期",
						a.Code, d, a.Last().Name, b.Last().Name)
				}
			}
		}
		lo = hi
	}
}

// together gives the first day on which both units live, 0 if there is none.
func together(a, b *Unit) period.Day {
	for i := range a.Versions {
		for j := range b.Versions {
			v, w := &a.Versions[i], &b.Versions[j]
			if d := max(v.From, w.From); d <= min(v.end(), w.end()) {
				return d
			}
		}
	}
	return 0
}

// above checks the parents of a unit: that they exist, stand higher, and live as long.
func (c *checker) above(u *Unit) {
	for i := range u.Versions {
		v := &u.Versions[i]
		if v.Parent == 0 {
			continue
		}
		p := c.r.unit(v.Parent)
		switch {
		case p == nil:
			c.say("unit-parent", u.Code, "单位 %s（%s）的上级（内部编号 %d）不存在；请改为已有的单位", u.Code, v.Name, int(v.Parent))
			continue
		case p.Kind.Tree() != u.Kind.Tree():
			c.say("unit-parent", u.Code, "单位 %s（%s）与上级 %s（%s）不属于同一棵树；区划单位的上级须是区划单位，职能单位的上级须是职能单位",
				u.Code, v.Name, p.Code, p.Last().Name)
			continue
		case u.Kind.Tree() == Territorial && (u.Kind == Nation || p.Kind.Level() >= u.Kind.Level()):
			c.say("unit-level", u.Code, "单位 %s（%s，%s）不能放在 %s（%s，%s）之下；上级的层级须更高",
				u.Code, v.Name, fault.Word(u.Kind.Text()), p.Code, p.Last().Name, fault.Word(p.Kind.Text()))
			continue
		}
		if d := uncovered(p, v.From, v.end()); d != 0 {
			c.say("unit-parent-life", u.Code, "单位 %s（%s）在 %s 时没有存续的上级：%s（%s）当时不存在；请先把它改隶到存续的单位，或更正有效期",
				u.Code, v.Name, d, p.Code, p.Last().Name)
		}
	}
}

// uncovered gives the first day of from..to on which u does not exist, 0 if there is none.
func uncovered(u *Unit, from, to period.Day) period.Day {
	for i := range u.Versions {
		v := &u.Versions[i]
		if v.end() < from {
			continue
		}
		if v.From > from {
			return from
		}
		if v.end() >= to {
			return 0
		}
		from = v.end().AddDays(1)
	}
	return from
}

// cycles finds units of the functional tree that stand beneath themselves; in the territorial one
// the levels forbid it. A cycle begins with one of its versions, so it is enough to go up from each
// version on its first day.
func (c *checker) cycles() {
	r := c.r
	seen := make(map[UnitID]bool)
	for i := range r.units {
		u := &r.units[i]
		if u.Kind.Tree() != Functional {
			continue
		}
		for _, v := range u.Versions {
			clear(seen)
			for id := v.Parent; id != 0 && !seen[id]; {
				seen[id] = true
				if id == u.ID {
					c.say("unit-cycle", u.Code, "单位 %s（%s）自 %s 起成了自己的下级；请更正它或其上级的隶属关系", u.Code, v.Name, v.From)
					break
				}
				p := r.unit(id)
				if p == nil {
					break
				}
				w := p.at(v.From)
				if w == nil {
					break
				}
				id = w.Parent
			}
		}
	}
}

var changeKinds = [...]ChangeKind{Renamed, Moved, Merged, Split, Ended}

func (c *checker) successions(sound bool) {
	for _, s := range c.r.succ {
		from, to := c.r.unit(s.From), c.r.unit(s.To)
		same := s.Kind == Renamed || s.Kind == Moved
		switch {
		case !slices.Contains(changeKinds[:], s.Kind):
			c.say("succession", "", "沿革记录的类别“%s”不存在；请用 rename、move、merge、split、end 之一", string(s.Kind))
		case from == nil || to == nil && s.Kind != Ended:
			c.say("succession", "", "沿革记录（%s，%s）所指的单位不存在；请先登记有关单位", fault.Word(s.Kind.Text()), s.On)
		case s.On <= 0:
			c.say("succession", from.Code, "单位 %s（%s）的沿革记录没有日期；请填写生效日期", from.Code, from.Last().Name)
		case same && s.From != s.To || s.Kind == Ended && s.To != 0 || s.Kind == Merged && s.From == s.To:
			c.say("succession", from.Code, "单位 %s（%s）的沿革记录（%s，%s）前后单位不相符；更名和改隶前后是同一单位，并入是另一单位，撤销没有承接单位",
				from.Code, from.Last().Name, fault.Word(s.Kind.Text()), s.On)
		case !sound:
		case from.at(s.On.AddDays(-1)) == nil && !same:
			c.say("succession", from.Code, "单位 %s（%s）在 %s 之前并不存在，不能记为%s；请更正日期", from.Code, from.Last().Name, s.On, fault.Word(s.Kind.Text()))
		case (s.Kind == Merged || s.Kind == Ended) && from.at(s.On) != nil:
			c.say("succession", from.Code, "单位 %s（%s）在 %s 仍然存续，不能记为%s；请让它在前一天结束", from.Code, from.Last().Name, s.On, fault.Word(s.Kind.Text()))
		case to != nil && to.at(s.On) == nil && !same: // a planned rename or move may be overtaken by an end
			c.say("succession", to.Code, "单位 %s（%s）在 %s 并不存在，不能承接；请更正日期或有效期", to.Code, to.Last().Name, s.On)
		}
	}
}
