package units_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/modules/units"
	"kaiyang/internal/testkit"
)

const small = "520121,开阳县,county,,2015-01-01,\n520121101,双流镇,township,520121,2015-01-01,\n520121101001,白马村,village,520121101,2015-01-01,\n" +
	"520121101002,刘育村,village,520121101,2015-01-01,\n520121102,金中镇,township,520121,2015-01-01,\n520121102001,大坪村,village,520121102,2015-01-01,\n"

// STANDARDS DIV-11: a past month shows that month's division.
func TestMergedTownshipKeepsItsHistory(t *testing.T) {
	each(t, func(o *office) {
		o.load(small)
		before := names(o.Register().On(on("2018-06-30")), org.Territorial)
		c := units.Change{Deed: units.Merged, Unit: o.id("520121102"), Into: o.id("520121101"), On: on("2018-07-01"), Reason: "黔府函〔2018〕1号"}
		p, err := o.Preview(o.ctx, o.clerk(), c)
		o.must(err)
		o.same("units touched", len(p.Touched), 2) // the township that ends, the village that moves
		o.same("nothing changed yet", names(o.Today(), org.Territorial), before)

		_, err = o.Apply(o.ctx, o.clerk(), c)
		o.must(err)
		o.same("June", names(o.Register().On(on("2018-06-30")), org.Territorial), before)
		o.same("July", names(o.Register().On(on("2018-07-01")), org.Territorial),
			"520121 开阳县\n 520121101 双流镇\n  520121101001 白马村\n  520121101002 刘育村\n  520121102001 大坪村\n")
		to, err := o.Register().Recast(o.id("520121102"), on("2018-06-30"), on("2018-07-31"))
		o.must(err)
		o.same("today's boundaries", o.Register().On(on("2018-07-31")).Name(to), "双流镇")
		o.same("predecessors", o.Register().Predecessors(o.id("520121101")), []org.UnitID{o.id("520121102")})
		list, err := o.History(o.ctx, o.id("520121102"), 10)
		o.must(err)
		o.same("history", fmt.Sprint(list[0].Deed, " ", list[0].On, " ", list[0].Reason), "merge 2018-07-01 黔府函〔2018〕1号")

		// A second process that only now reads the database sees the same.
		fresh := open(o.T, o.db)
		o.same("read again", names(fresh.Register().On(on("2018-07-01")), org.Territorial), names(o.Register().On(on("2018-07-01")), org.Territorial))
		o.same("read again", len(fresh.Register().Successions()), len(o.Register().Successions()))
		n, err := o.db.CheckAudit(o.ctx)
		o.must(err)
		o.same("audit lines", n, 2)
	})
}

func TestTheOtherChanges(t *testing.T) {
	each(t, func(o *office) {
		o.load(small)
		do := func(c units.Change) {
			o.Helper()
			c.Reason = "批复"
			if _, err := o.Apply(o.ctx, o.clerk(), c); err != nil {
				o.Fatalf("%s: %s", c.Deed, say(err))
			}
		}
		do(units.Change{Deed: units.Added, Unit: o.id("520121"), Kind: org.Township, Code: "520121103", Name: "冯三镇", On: on("2018-02-01")})
		do(units.Change{Deed: units.Renamed, Unit: o.id("520121103"), Name: "冯三街道", Short: "冯三", On: on("2018-03-01")})
		do(units.Change{Deed: units.Moved, Unit: o.id("520121102001"), Parent: o.id("520121103"), On: on("2018-04-01")})
		do(units.Change{Deed: units.Ended, Unit: o.id("520121102"), On: on("2018-05-01")})
		c := units.Change{Deed: units.Split, Unit: o.id("520121101"), On: on("2018-06-01"),
			Parts: []units.Part{{Unit: o.id("520121101")}, {Code: "520121104", Name: "白马镇"}}}
		c.Reason = "批复"
		_, err := o.Preview(o.ctx, o.clerk(), c)
		o.same("split without places", say(err), "place：请为每个下级选择归属，还没有选的有：白马村、刘育村")
		c.Place = map[org.UnitID]int{o.id("520121101001"): 1, o.id("520121101002"): 0}
		do(c)
		for day, want := range map[string]string{
			"2018-01-31": "520121 开阳县\n 520121101 双流镇\n  520121101001 白马村\n  520121101002 刘育村\n 520121102 金中镇\n  520121102001 大坪村\n",
			"2018-02-28": "520121 开阳县\n 520121101 双流镇\n  520121101001 白马村\n  520121101002 刘育村\n 520121102 金中镇\n  520121102001 大坪村\n 520121103 冯三镇\n",
			"2018-03-31": "520121 开阳县\n 520121101 双流镇\n  520121101001 白马村\n  520121101002 刘育村\n 520121102 金中镇\n  520121102001 大坪村\n 520121103 冯三街道\n",
			"2018-04-30": "520121 开阳县\n 520121101 双流镇\n  520121101001 白马村\n  520121101002 刘育村\n 520121102 金中镇\n 520121103 冯三街道\n  520121102001 大坪村\n",
			"2018-05-31": "520121 开阳县\n 520121101 双流镇\n  520121101001 白马村\n  520121101002 刘育村\n 520121103 冯三街道\n  520121102001 大坪村\n",
			"2018-06-30": "520121 开阳县\n 520121101 双流镇\n  520121101002 刘育村\n 520121103 冯三街道\n  520121102001 大坪村\n 520121104 白马镇\n  520121101001 白马村\n",
		} {
			o.same(day, names(o.Register().On(on(day)), org.Territorial), want)
		}
		_, err = o.Register().Recast(o.id("520121101"), on("2018-05-31"), on("2018-06-30"))
		o.same("split", org.RecastReason(err), org.CannotBeSplit)
		o.same("short", o.Register().On(on("2018-03-01")).Short(o.id("520121103")), "冯三")

		do(units.Change{Deed: units.Edited, Unit: o.id("520121101"), Name: "双流镇", Short: "双流", Aliases: []string{"双流场", " 双流场 ", ""}, Order: 9})
		id, err := o.Register().Find("双流场", on("2018-06-30"))
		o.must(err)
		o.same("by its alias", id, o.id("520121101"))
		children := o.Register().On(on("2018-06-30")).Children(o.id("520121"))
		o.same("last among its siblings", children[len(children)-1], id)
		fresh := open(o.T, o.db)
		o.same("read again", names(fresh.Register().On(on("2018-06-30")), org.Territorial), names(o.Register().On(on("2018-06-30")), org.Territorial))
	})
}

func TestWhatAChangeRefuses(t *testing.T) {
	each(t, func(o *office) {
		o.load(small)
		county, town, village := o.id("520121"), o.id("520121101"), o.id("520121101001")
		for name, x := range map[string]struct {
			c    units.Change
			want string
		}{
			"everything empty": {units.Change{Deed: units.Renamed, Unit: town}, "reason：请写明依据或原因，例如批复文号\non：请填写生效日期\nname：请填写名称"},
			"no such deed":     {units.Change{Deed: "melt", Unit: town, Reason: "x", On: on("2018-07-01")}, "deed：没有这种变更"},
			"before it lived":  {units.Change{Deed: units.Renamed, Unit: town, Name: "新镇", Reason: "x", On: on("2014-07-01")}, "单位 520121101（双流镇）在 2014-07-01 并不存在，不能变更；请更正日期"},
			"beneath itself":   {units.Change{Deed: units.Moved, Unit: town, Parent: village, Reason: "x", On: on("2018-07-01")}, "单位 520121101（双流镇，乡镇（街道））不能放在 520121101001（白马村，村（社区））之下；上级的层级须更高"},
			"a code in use":    {units.Change{Deed: units.Added, Unit: county, Kind: org.Township, Code: "520121102", Name: "另镇", Reason: "x", On: on("2018-07-01")}, "编码 520121102 在 2018-07-01 同时属于“金中镇”和“另镇”；请更正其中一个的编码或有效期"},
			"a wrong code":     {units.Change{Deed: units.Added, Unit: county, Kind: org.Township, Code: "5201211", Name: "另镇", Reason: "x", On: on("2018-07-01")}, "code：编码“5201211”有 7 位，乡镇（街道）的区划代码应为 9 位"},
			"without a parent": {units.Change{Deed: units.Added, Kind: org.Township, Code: "520121199", Name: "另镇", Reason: "x", On: on("2018-07-01")}, "单位 520121199（另镇）自 2018-07-01 起没有上级；请在 parent 列填写上级的编码"},
			"leaves orphans":   {units.Change{Deed: units.Ended, Unit: o.id("520121102"), Reason: "x", On: on("2018-07-01")}, "单位 520121102001（大坪村）在 2018-07-01 时没有存续的上级：520121102（金中镇）当时不存在；请先把它改隶到存续的单位，或更正有效期"},
			"into itself":      {units.Change{Deed: units.Merged, Unit: town, Into: town, Reason: "x", On: on("2018-07-01")}, "others：承接单位就是本单位；请写明有哪些单位并入它"},
			"one part":         {units.Change{Deed: units.Split, Unit: town, Parts: []units.Part{{Unit: town}}, Reason: "x", On: on("2018-07-01")}, "parts：请至少写明两个承接单位，每行一个"},
		} {
			_, err := o.Apply(o.ctx, o.clerk(), x.c)
			o.same(name, say(findings(err)), x.want)
			o.same(name, fault.KindOf(err), fault.Invalid)
		}
		list, err := o.Recent(o.ctx, 10)
		o.must(err)
		o.same("nothing written", len(list), 1)
	})
}

// findings gives the whole list instead of its summary.
func findings(err error) any {
	var f fault.Findings
	if asFindings(err, &f) {
		return f
	}
	return err
}

func TestTwoPeopleChangeOneUnit(t *testing.T) {
	each(t, func(o *office) {
		o.load(small)
		other := open(o.T, o.db) // a second process
		id := o.id("520121101")
		seen := o.Revision(id)
		first := o.clerk()
		_, err := o.Apply(o.ctx, first, units.Change{Deed: units.Renamed, Unit: id, Seen: seen, On: on("2018-07-01"), Name: "双流街道", Reason: "批复一"})
		o.must(err)
		_, err = other.Apply(o.ctx, other.clerk(), units.Change{Deed: units.Renamed, Unit: id, Seen: seen, On: on("2018-08-01"), Name: "双流新镇", Reason: "批复二"})
		o.same("kind", fault.KindOf(err), fault.Conflict)
		if s := say(err); !strings.Contains(s, "更名") || !strings.Contains(s, "批复一") {
			o.Errorf("the second does not learn what happened: %s", s)
		}
		// The second process knows the first one's change now, and may go on from it.
		o.same("seen", other.Register().On(on("2018-07-01")).Name(id), "双流街道")
		_, err = other.Apply(o.ctx, other.clerk(), units.Change{Deed: units.Renamed, Unit: id, Seen: other.Revision(id), On: on("2018-08-01"), Name: "双流新镇", Reason: "批复二"})
		o.must(err)
		o.must(o.db.CatchUp(o.ctx))
		o.same("both", o.Register().On(on("2018-08-01")).Name(id), "双流新镇")
	})
}

func TestManyChangesAtOnce(t *testing.T) {
	each(t, func(o *office) {
		o.load(small)
		var wg sync.WaitGroup
		errs := make(chan error, 8)
		for i := range 8 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				_, err := o.Apply(o.ctx, o.clerk(), units.Change{Deed: units.Added, Unit: o.id("520121"), Kind: org.Township,
					Code: fmt.Sprintf("5201212%02d", i), Name: fmt.Sprintf("第%d镇", i), On: on("2018-07-01"), Reason: "批复"})
				errs <- err
			}()
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			o.must(err)
		}
		o.same("units", o.Register().Len(), 6+8)
		o.same("read again", open(o.T, o.db).Register().Len(), 6+8)
	})
}

func TestUndo(t *testing.T) {
	each(t, func(o *office) {
		used := map[org.UnitID]bool{}
		o.Join(units.Joints{Used: func(id org.UnitID) bool { return used[id] }})
		o.load(small)
		start := o.Register()
		day := on("2018-07-01")
		before := names(start.On(day), org.Territorial)
		merged, err := o.Apply(o.ctx, o.clerk(), units.Change{Deed: units.Merged, Unit: o.id("520121102"), Others: []org.UnitID{o.id("520121101")},
			Code: "520121110", Name: "新镇", On: day, Reason: "批复"})
		o.must(err)
		after := names(o.Register().On(day), org.Territorial)
		o.same("merged", after, "520121 开阳县\n 520121110 新镇\n  520121101001 白马村\n  520121101002 刘育村\n  520121102001 大坪村\n")

		err = o.Undo(o.ctx, o.clerk(), merged.ID, "")
		o.same("without a reason", say(err), "reason：请写明撤回的原因")
		used[o.id("520121110")] = true
		err = o.Undo(o.ctx, o.clerk(), merged.ID, "误登")
		o.same("in use", fault.KindOf(err), fault.Conflict)
		used = map[org.UnitID]bool{}
		renamed, err := o.Apply(o.ctx, o.clerk(), units.Change{Deed: units.Renamed, Unit: o.id("520121101001"), Name: "白马社区", On: on("2018-08-01"), Reason: "批复"})
		o.must(err)
		err = o.Undo(o.ctx, o.clerk(), merged.ID, "误登")
		o.same("changed since", say(err), "单位 520121101001（白马社区）在这之后又有变更；请先撤回后来的变更")
		o.must(o.Undo(o.ctx, o.clerk(), renamed.ID, "误登"))
		o.must(o.Undo(o.ctx, o.clerk(), merged.ID, "误登"))
		o.same("undone", names(o.Register().On(day), org.Territorial), before)
		o.same("successions", len(o.Register().Successions()), 0)
		err = o.Undo(o.ctx, o.clerk(), merged.ID, "再来")
		o.same("twice", say(err), "这项变更已经撤回过了")
		err = o.Undo(o.ctx, o.clerk(), 1, "不要")
		o.same("an import", fault.KindOf(err), fault.Conflict)
		o.same("read again", names(open(o.T, o.db).Register().On(day), org.Territorial), before)

		// The register of any change number can still be told, of the undone ones too.
		list, err := o.Recent(o.ctx, 10)
		o.must(err)
		for _, c := range list {
			r, err := o.RegisterAsOf(o.ctx, c.No)
			o.must(err)
			want := before
			if c.ID >= merged.ID && c.ID < list[0].ID {
				want = after
			}
			o.same(fmt.Sprintf("as of %d (%s)", c.No, c.Deed), names(r.On(day), org.Territorial), want)
			if succ := len(r.Successions()); (succ > 0) != (want == after) {
				o.Errorf("as of %d: %d successions", c.No, succ)
			}
		}
		r, err := o.RegisterAsOf(o.ctx, 0)
		o.must(err)
		o.same("before everything", r.Len(), 0)
	})
}

func TestClosedPeriodsAreNamedAndGuarded(t *testing.T) {
	each(t, func(o *office) {
		o.Join(units.Joints{Closed: func(p period.Period) bool {
			return p == period.MustParse("2018-02") || p == period.MustParse("2018-Q1")
		}})
		o.load(small, func(in *units.ImportIn) { in.Restate = "初次导入" })
		p, err := o.Preview(o.ctx, o.clerk(), units.Change{Deed: units.Moved, Unit: o.id("520121102001"), Parent: o.id("520121101"), On: on("2018-02-15"), Reason: "批复"})
		o.must(err)
		o.same("closed", fmt.Sprint(p.Closed), "[2018-Q1 2018-02]")
		p, err = o.Preview(o.ctx, o.clerk(), units.Change{Deed: units.Moved, Unit: o.id("520121102001"), Parent: o.id("520121101"), On: on("2018-04-01"), Reason: "批复"})
		o.must(err)
		o.same("closed", len(p.Closed), 0)

		line := "520121103,冯三镇,township,520121,2018-01-01,\n"
		rep := o.load(line)
		o.same("guarded", rep.Findings[0].Rule+" "+count(rep), "closed-period read 1 created 1 updated 0 unchanged 0 rejected 0 written false")
		rep = o.load(line, func(in *units.ImportIn) { in.Restate = "漏登" })
		o.same("with a reason", count(rep), "read 1 created 1 updated 0 unchanged 0 rejected 0 written true")
		rep = o.load("520121103,冯三街道,township,520121,2018-01-01,\n")
		o.same("a name alone", count(rep), "read 1 created 0 updated 1 unchanged 0 rejected 0 written true")
	})
}

// PEERS pain 16: whatever is changed from a day on, every day before it keeps its picture, and
// every step can be taken back.
func TestChangesLeaveThePastAlone(t *testing.T) {
	db := testkit.Open(t, "sqlite", files(t))
	o := open(t, db)
	o.load(small)
	rapid.Check(t, func(rt *rapid.T) {
		r := o.Register()
		day := on("2018-01-01").AddDays(rapid.IntRange(0, 400).Draw(rt, "day"))
		all := r.Units()
		pick := func(name string) org.Unit { return all[rapid.IntRange(0, len(all)-1).Draw(rt, name)] }
		u := pick("unit")
		c := units.Change{Unit: u.ID, On: day, Reason: "批复", Name: rapid.StringMatching(`[东南西北][山水]镇`).Draw(rt, "name")}
		n := r.Len() + int(o.last())
		switch c.Deed = rapid.SampledFrom([]units.Deed{units.Added, units.Renamed, units.Moved, units.Merged, units.Split, units.Ended}).Draw(rt, "deed"); c.Deed {
		case units.Added:
			c.Kind = rapid.SampledFrom([]org.Kind{org.Township, org.Village}).Draw(rt, "kind")
			c.Code = fmt.Sprintf("X%d", n)
		case units.Moved:
			c.Parent = pick("parent").ID
		case units.Merged:
			if rapid.Bool().Draw(rt, "existing") {
				c.Into = pick("into").ID
			} else {
				c.Code = fmt.Sprintf("Y%d", n)
			}
		case units.Split:
			c.Parts = []units.Part{{Unit: u.ID}, {Code: fmt.Sprintf("Z%d", n), Name: c.Name}}
			c.Place = map[org.UnitID]int{}
			for _, id := range c.Placed(r) {
				c.Place[id] = rapid.IntRange(0, 1).Draw(rt, "place")
			}
		}
		days := []period.Day{on("2015-06-30"), on("2017-12-31"), day.AddDays(-1), day, on("2019-12-31")}
		picture := func(reg *org.Register, until int) string {
			var b strings.Builder
			for _, d := range days[:until] {
				if d < day || until == len(days) {
					fmt.Fprintln(&b, d, names(reg.On(d), org.Territorial))
				}
			}
			return b.String()
		}
		past, whole := picture(r, 3), picture(r, len(days))
		done, err := o.Apply(o.ctx, o.clerk(), c)
		if err != nil {
			if k := fault.KindOf(err); k != fault.Invalid {
				rt.Fatalf("%s: %v", c.Deed, err)
			}
			if o.Register() != r {
				rt.Fatal("a refused change has changed something")
			}
			return
		}
		if got := picture(o.Register(), 3); got != past {
			rt.Fatalf("%s on %s changed the past:\n%s\nwas\n%s", c.Deed, day, got, past)
		}
		if got := picture(o.reread(), len(days)); got != picture(o.Register(), len(days)) {
			rt.Fatalf("%s on %s: memory and database differ:\n%s", c.Deed, day, got)
		}
		if err := o.Undo(o.ctx, o.clerk(), done.ID, "撤回"); err != nil {
			rt.Fatalf("%s cannot be undone: %v", c.Deed, err)
		}
		if got := picture(o.Register(), len(days)); got != whole {
			rt.Fatalf("%s on %s, undone:\n%s\nwas\n%s", c.Deed, day, got, whole)
		}
		if rapid.Bool().Draw(rt, "again") {
			if _, err := o.Apply(o.ctx, o.clerk(), c); err != nil {
				rt.Fatalf("%s again: %v", c.Deed, err)
			}
		}
	})
}

func (o *office) last() int64 {
	list, err := o.Recent(o.ctx, 1)
	o.must(err)
	if len(list) == 0 {
		return 0
	}
	return list[0].ID
}

// reread reads the register from the database.
func (o *office) reread() *org.Register {
	s := units.New(o.db, testkit.NewClock("2018-05-10").Now)
	o.must(s.Load(o.ctx))
	return s.Register()
}

func TestAPreviewNamesTheFactsThatWouldBeInNoSum(t *testing.T) {
	each(t, func(o *office) {
		o.load(small)
		village := o.id("520121102001")
		o.Join(units.Joints{Loose: func(planned *org.Register) ([]units.Loose, error) {
			if planned.On(on("2018-03-31")).Has(village) {
				return nil, nil
			}
			return []units.Loose{{Unit: village, Period: period.MustParse("2018-03")}, {Unit: village, Period: period.MustParse("2018-04")}}, nil
		}})
		for day, want := range map[string]int{"2018-03-16": 2, "2018-05-01": 0} {
			p, err := o.Preview(o.ctx, o.clerk(), units.Change{Deed: units.Ended, Unit: village, On: on(day), Reason: "批复"})
			o.must(err)
			o.same("ended on "+day, len(p.Loose), want)
		}
	})
}
