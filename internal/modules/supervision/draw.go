package supervision

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
)

// Method names the algorithm of a draw; a change of the algorithm would take another name.
//
// The algorithm. The key of a unit is the SHA-256 of the UTF-8 bytes of
//
//	seed + "|" + code of the unit
//
// as 64 lower-case hexadecimal digits. Within each group the units that are not excluded are put
// in ascending order of their keys, and the first n of them are drawn. The order in which units
// stand in the pool plays no part. A seed that was typed is used as it stands, without spaces
// around it; a seed from a public value is the SHA-256, again in hexadecimal, of
//
//	public value + "|" + number of the plan
//
// so that two plans with the same public value draw differently.
const Method = "kaiyang-draw-1"

// A Candidate is a unit in the pool.
type Candidate struct {
	Unit  org.UnitID `json:"unit"`
	Code  string     `json:"code"`
	Name  string     `json:"name"`
	Group string     `json:"group"`
	Out   string     `json:"out,omitempty"` // why it is excluded; "" when it can be drawn
}

// A Group is a stratum: how many of its units are drawn. Units have no weights.
type Group struct {
	Name string `json:"name"`
	Take int    `json:"take"`
}

// A Pool is what is drawn from.
type Pool struct {
	Candidates []Candidate `json:"candidates"`
	Groups     []Group     `json:"groups"`
}

// sort orders the candidates by code, as they are printed.
func (p *Pool) sort() {
	slices.SortFunc(p.Candidates, func(a, b Candidate) int { return strings.Compare(a.Code, b.Code) })
}

// open counts the candidates of a group that can be drawn.
func (p Pool) open(group string) (n int) {
	for _, c := range p.Candidates {
		if c.Group == group && c.Out == "" {
			n++
		}
	}
	return n
}

// Check reports all faults of a pool: each group gets at least one unit, each unit has a group
// that exists.
func (p Pool) Check() error {
	var f fault.Fields
	f.Need(len(p.Candidates) > 0, "pool", "抽取范围还没有单位；请先加入单位")
	f.Need(len(p.Groups) > 0, "groups", "请至少写一个分组和抽取数，例如“全部 3”")
	seen, units := map[string]bool{}, map[string]bool{}
	for _, g := range p.Groups {
		f.Need(!seen[g.Name], "groups", "分组“%s”写了两次；请合并", g.Name)
		seen[g.Name] = true
		n := p.open(g.Name)
		f.Need(g.Take >= 1, "groups", "分组“%s”请至少抽 1 个单位", g.Name)
		f.Need(g.Take <= n, "groups", "分组“%s”要抽 %d 个，可抽的只有 %d 个；请减少抽取数或调整分组", g.Name, g.Take, n)
	}
	for _, c := range p.Candidates {
		f.Need(!units[c.Code], "pool", "单位 %s 在抽取范围里出现两次", c.Code)
		units[c.Code] = true
		f.Need(c.Out != "" || seen[c.Group], "pool", "单位“%s”的分组“%s”没有写抽取数；请改分组，或补上抽取数", c.Name, c.Group)
	}
	return f.Err()
}

// parseGroups reads groups as they are typed: a row for each, its name and how many.
func parseGroups(text string) (out []Group, err error) {
	var f fault.Fields
	for row := range strings.Lines(text) {
		row = strings.TrimSpace(row)
		if row == "" {
			continue
		}
		i := strings.LastIndexAny(row, " \t　")
		n, bad := 0, error(nil)
		if i > 0 {
			n, bad = strconv.Atoi(strings.TrimSpace(strings.TrimLeft(row[i:], " \t　")))
		}
		f.Need(i > 0 && bad == nil, "groups", "“%s”读不出来；请写成“组名 个数”，例如“东片 2”", row)
		if i > 0 && bad == nil {
			out = append(out, Group{Name: strings.TrimSpace(strings.TrimRight(row[:i], " \t　")), Take: n})
		}
	}
	return out, f.Err()
}

// A SeedKind tells where a seed came from.
type SeedKind string

// The kinds of seeds.
const (
	PublicSeed SeedKind = "public" // a public value together with the plan's number
	TypedSeed  SeedKind = "typed"
)

// A Pick is a unit that was drawn.
type Pick struct {
	Unit  org.UnitID `json:"unit"`
	Code  string     `json:"code"`
	Name  string     `json:"name"`
	Group string     `json:"group"`
	Place int        `json:"place"` // in its group, from 1
	Key   string     `json:"key"`
}

// A Draw is one draw, kept for ever with all that is needed to repeat it.
type Draw struct {
	Plan   int64    `json:"-"`
	No     int      `json:"no"`
	PlanNo string   `json:"plan"`
	Method string   `json:"method"`
	Kind   SeedKind `json:"seed_kind"`
	Public string   `json:"public,omitempty"` // the public value as it was typed
	Origin string   `json:"origin"`           // where the value can be looked up, or how the seed was announced
	Seed   string   `json:"seed"`
	Pool   Pool     `json:"pool"`
	PoolAt string   `json:"pool_at"`
	Drawn  []Pick   `json:"drawn"`
	Reason string   `json:"reason,omitempty"` // of a draw after the first
	By     string   `json:"by"`
	At     string   `json:"at"`
}

// SeedOf makes the seed from a public value and the number of a plan.
func SeedOf(public, planNo string) string {
	return sum(strings.TrimSpace(public) + "|" + planNo)
}

// Key gives the key by which a unit is ordered.
func Key(seed, code string) string { return sum(seed + "|" + code) }

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// Choose draws from a pool: the groups in their order, the units of each by their keys.
func Choose(p Pool, seed string) (out []Pick) {
	for _, g := range p.Groups {
		var in []Pick
		for _, c := range p.Candidates {
			if c.Group == g.Name && c.Out == "" {
				in = append(in, Pick{Unit: c.Unit, Code: c.Code, Name: c.Name, Group: g.Name, Key: Key(seed, c.Code)})
			}
		}
		slices.SortFunc(in, func(a, b Pick) int { return cmp.Or(strings.Compare(a.Key, b.Key), strings.Compare(a.Code, b.Code)) })
		for i := range in[:min(g.Take, len(in))] {
			in[i].Place = i + 1
			out = append(out, in[i])
		}
	}
	return out
}

// Verify computes a draw again from what is printed of it; the error says what does not agree.
func (d Draw) Verify() error {
	if d.Method != Method {
		return fault.New(fault.Conflict, "这次抽取用的方法“%s”本版程序不会验算", d.Method)
	}
	if d.Kind == PublicSeed && SeedOf(d.Public, d.PlanNo) != d.Seed {
		return fault.New(fault.Conflict, "种子与公开值、计划编号算出的不一致；记录可能被改动过")
	}
	again := Choose(d.Pool, d.Seed)
	if !slices.Equal(again, d.Drawn) {
		return fault.New(fault.Conflict, "重新计算的抽取结果与记录不一致；记录可能被改动过")
	}
	return nil
}

// ready checks the seed of a draw as it was typed and makes it.
func (d *Draw) ready() error {
	d.Public, d.Seed, d.Origin, d.Reason = strings.TrimSpace(d.Public), strings.TrimSpace(d.Seed), strings.TrimSpace(d.Origin), strings.TrimSpace(d.Reason)
	var f fault.Fields
	switch d.Kind {
	case PublicSeed:
		f.Need(d.Public != "", "public", "请写公开值，例如事先约定的那一期公开数字")
		d.Seed = SeedOf(d.Public, d.PlanNo)
	case TypedSeed:
		f.Need(d.Seed != "", "seed", "请写种子")
		d.Public = ""
	default:
		f.Need(false, "kind", "请选择种子的来源")
	}
	f.Need(d.Origin != "", "origin", "请写出处：公开值在哪里可以查到，或种子在什么场合公布")
	f.Need(len([]rune(d.Public))+len([]rune(d.Seed)) <= 400, "seed", "种子太长；请控制在 200 字以内")
	f.Need(d.No == 1 || d.Reason != "", "reason", "重新抽取请写明原因；前一次的记录会保留")
	if err := f.Err(); err != nil {
		return err
	}
	return d.Pool.Check()
}
