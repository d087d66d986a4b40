package units_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/modules/units"
)

// STANDARDS DIV-10.
func TestDemoCountyHas155Units(t *testing.T) {
	each(t, func(o *office) {
		o.demo()
		tree := o.Today()
		var got []int
		for _, l := range []org.Level{org.LevelCounty, org.LevelTownship, org.LevelVillage, org.LevelFunctional} {
			got = append(got, len(tree.Rows(l)))
		}
		o.same("counties, townships, villages, functional units", got, []int{1, 18, 136, 37})
		for code, want := range map[string]int{"520121001": 9, "520121002": 12, "520121003": 4, "520121101": 7, "520121102": 11,
			"520121103": 11, "520121104": 9, "520121105": 11, "520121106": 6, "520121107": 8, "520121200": 6, "520121202": 5,
			"520121204": 5, "520121205": 7, "520121206": 7, "520121207": 6, "520121208": 8, "520121209": 4} {
			o.same("villages of "+code, len(tree.Children(o.id(code))), want)
		}
		o.same("root", tree.Name(tree.Root(org.Territorial)), "开阳县")
		o.same("command post", tree.Name(tree.Root(org.Functional)), "禁毒人民战争指挥部")

		origin, err := os.ReadFile("data/ORIGIN.md")
		o.must(err)
		file, err := io.ReadAll(units.DemoUnits())
		o.must(err)
		sum := sha256.Sum256(file)
		if !strings.Contains(string(origin), hex.EncodeToString(sum[:])) || !strings.Contains(string(origin), "2023-06-30") {
			o.Errorf("ORIGIN.md does not name the checksum %x and the cut-off", sum)
		}

		again, err := o.ImportUnits(o.ctx, units.ImportIn{Name: "kaiyang-520121.csv", Reader: units.DemoUnits()}, nil)
		o.must(err)
		o.same("imported again", count(again), "read 155 created 0 updated 0 unchanged 155 rejected 0 written true")
		list, err := o.Recent(o.ctx, 10)
		o.must(err)
		o.same("changes recorded", len(list), 2)
	})
}

func TestParentsMayComeLater(t *testing.T) {
	each(t, func(o *office) {
		rep := o.load("520121001001,南江社区,village,520121001,,\n520121001,硒城街道,township,520121,,\n520121,开阳县,county,,2015-01-01,\n")
		o.same("report", count(rep), "read 3 created 3 updated 0 unchanged 0 rejected 0 written true")
		o.same("tree", names(o.Today(), org.Territorial), "520121 开阳县\n 520121001 硒城街道\n  520121001001 南江社区\n")
		// A line without a first day lives as long as the unit above it.
		u, _ := o.Register().Unit(o.id("520121001001"))
		o.same("first day", u.Versions[0].From, "2015-01-01")
	})
}

// PEERS: all faults at once, with their rows, and nothing written.
func TestTwentyFiveFaultsInOnePass(t *testing.T) {
	lines := []string{
		"520121,开阳县,county,,2015-01-01,",                               // 2
		",无编码镇,township,520121,,",                                      // 3 no code
		"520121 9,空格镇,township,520121,,",                               // 4 blank in the code
		"52012110,位数错镇,township,520121,,",                              // 5 eight digits
		"5.20121E+11,科学计数村,village,520121,,",                           // 6 turned into a number
		"520121102,,township,520121,,",                                 // 7 no name
		"520121103,冯三镇,乡级镇,520121,,",                                   // 8 unknown kind
		"520121104,楠木渡镇,,520121,,",                                     // 9 no kind
		"520121105,龙岗镇,township,520199,,",                              // 10 unknown parent
		"520121106,永温镇,township,520121,2015-02-30,",                    // 11 no such day
		"520121107,花梨镇,township,520121,,某日",                            // 12 no day
		"520121200,南龙乡,township,520121,2018-01-01,2017-01-01",          // 13 ends before it begins
		"520121202,宅吉乡,township,520121,2015-01-01,2018-12-31",          // 14
		"520121202,新宅吉乡,township,520121,2018-06-01,",                   // 15 overlaps 14
		"520121204,龙水乡,township,520121,2015-01-01,",                    // 16
		"520121204,龙水乡,township,520121,2015-01-01,",                    // 17 the same again
		"520121205,米坪乡,township,520121,2015-01-01,",                    // 18
		"520121205,另一乡,township,520121,2015-01-01,",                    // 19 another with its code
		"520121206,禾丰乡,township,520121,2015-01-01,2016-12-31",          // 20
		"520121206,禾丰村,village,520121,2017-01-01,",                     // 21 another kind
		"520121207,南江乡,township,,2015-01-01,",                          // 22 has lost its parent
		"520121208,高寨乡,township,520121001001,2015-01-01,",              // 23 beneath a village
		"520121001,硒城街道,township,520121,2016-01-01,",                   // 24
		"520121001001,南江社区,village,520121001,2015-01-01,",              // 25 older than its township
		"520121001002,中山社区,village,520121002001,2016-01-01,",           // 26 beneath a village
		"520121002,云开街道,township,520121002,2016-01-01,",                // 27 beneath itself
		"520121002001,云开村,village,520121001,2016-01-01,",               // 28
		"ZB1,甲专班,taskforce,ZB2,2015-01-01,",                            // 29 a cycle
		"ZB2,乙专班,taskforce,ZB1,2015-01-01,",                            // 30
		"DEP-GA,县公安局,department,520121,2015-01-01,",                    // 31 in the other tree
		"520122,另县,county,520121,2015-01-01,",                          // 32 beneath a county
		"520121209," + strings.Repeat("长", 101) + ",township,520121,,", // 33 too long
		"DEP/GB,县局,department,,2015-01-01,",                            // 34 slash in a code
	}
	want := []int{3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 17, 19, 21, 22, 23, 25, 26, 27, 29, 30, 31, 32, 33, 34}
	each(t, func(o *office) {
		rep := o.load(strings.Join(lines, "\n"))
		found := map[int]bool{}
		for _, f := range rep.Findings {
			found[f.Row] = true
			if f.Message(nil) == "" || f.Rule == "" {
				o.Errorf("finding without words or rule: %+v", f)
			}
		}
		for _, row := range want {
			if !found[row] {
				o.Errorf("row %d was not found: %s", row, lines[row-2])
			}
			delete(found, row)
		}
		for row := range found {
			o.Errorf("row %d is sound: %s\n%s", row, lines[row-2], say(rep))
		}
		o.same("report", count(rep), "read 33 created 7 updated 0 unchanged 0 rejected 26 written false")
		o.same("units", o.Register().Len(), 0)
		if t.Failed() {
			t.Log("\n" + say(rep))
		}
	})
}

func TestNothingIsWrittenByADryRun(t *testing.T) {
	each(t, func(o *office) {
		rep := o.load("520121,开阳县,county,,,\n", func(in *units.ImportIn) { in.DryRun = true })
		o.same("report", count(rep), "read 1 created 1 updated 0 unchanged 0 rejected 0 written false")
		o.same("units", o.Register().Len(), 0)
		list, err := o.Recent(o.ctx, 10)
		o.must(err)
		o.same("changes", len(list), 0)
	})
}

func TestFilesOfOldSpreadsheets(t *testing.T) {
	gb := func(s string) []byte {
		// "编码,名称,类别,上级\r\n520121,开阳县,县,\r\n520121001,硒城街道,街道,520121\r\n" in GB18030.
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, file := range map[string][]byte{
		"gb18030": gb("b1e0c2eb2cc3fbb3c62cc0e0b1f02cc9cfbcb60d0a3532303132312cbfaad1f4cfd82ccfd82c0d0a3532303132313030312ccef8b3c7bdd6b5c02cbdd6b5c02c3532303132310d0a"),
		"bom":     []byte("\ufeffcode,name,kind,parent\r\n520121,开阳县,county,\r\n520121001,硒城街道,township,520121\r\n"),
		"padded":  []byte("code,name,kind,parent\n520121000000,开阳县,county,\n５２０１２１００１０００,硒城街道,township,520121000000\n"),
		"tabs":    []byte("code\tname\tkind\tparent\n520121\t开阳县\tcounty\t\n520121001\t硒城街道\ttownship\t520121\n"),
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(o *office) {
				rep, err := o.ImportUnits(o.ctx, units.ImportIn{Name: name, Reader: bytes.NewReader(file)}, nil)
				o.must(err)
				o.same("report", count(rep)+say(rep), "read 2 created 2 updated 0 unchanged 0 rejected 0 written true")
				o.same("tree", names(o.Today(), org.Territorial), "520121 开阳县\n 520121001 硒城街道\n")
			})
		})
	}
}

func TestFilesThatAreNoList(t *testing.T) {
	each(t, func(o *office) {
		for name, x := range map[string]struct{ file, say string }{
			"empty":     {"", "文件是空的；请检查后重新上传"},
			"no header": {"520121,开阳县,county,\n", "第 1 行应是表头 code,name,kind,parent,from,to,order，缺少 code、name、kind、parent；请按此补上表头"},
			"only head": {"code,name,kind,parent\n", "文件只有表头，没有单位；请检查后再导入"},
			"twice":     {"code,code,name,kind,parent\n", "表头有两列都是“code”；请只保留一列"},
		} {
			_, err := o.ImportUnits(o.ctx, units.ImportIn{Name: name, Reader: strings.NewReader(x.file)}, nil)
			o.same(name, say(err), x.say)
			o.same(name, fault.KindOf(err), fault.Invalid)
		}
	})
}

func TestCountySliceOfALargerTable(t *testing.T) {
	nation := "520000,贵州省,province,,,\n520100,贵阳市,city,520000,,\n520121,开阳县,county,520100,,\n520121001,硒城街道,township,520121,,\n" +
		"520121001001,南江社区,village,520121001,,\n520122,息烽县,county,520100,,\n520122001,某街道,township,520122,,\n530000,云南省,province,,,\nbad,坏行,kind,520122,,\n"
	under := func(in *units.ImportIn) { in.Under = "520121" }
	each(t, func(o *office) {
		// Lines outside the county do not matter, nor do their faults.
		rep := o.load(nation, under)
		o.same("report", count(rep)+say(rep), "read 3 created 3 updated 0 unchanged 0 rejected 0 written true")
		o.same("tree", names(o.Today(), org.Territorial), "520121 开阳县\n 520121001 硒城街道\n  520121001001 南江社区\n")
		o.same("again", count(o.load(nation, under)), "read 3 created 0 updated 0 unchanged 3 rejected 0 written true")

		_, err := o.ImportUnits(o.ctx, units.ImportIn{Reader: strings.NewReader("code,name,kind,parent\n1,a,county,\n"), Under: "999999"}, nil)
		o.same("unknown", say(err), "文件中没有编码为 999999 的单位；请核对 --under 的编码")

		// The whole table puts the county in its place; several provinces may be roots.
		rep = o.load(strings.Replace(nation, "bad,坏行,kind,520122,,\n", "", 1))
		o.same("the whole", count(rep)+say(rep), "read 8 created 5 updated 1 unchanged 2 rejected 0 written true")
		tree := o.Today()
		o.same("roots", len(tree.Roots(org.Territorial)), 2)
		o.same("first root", tree.Name(tree.Root(org.Territorial)), "贵州省")
		o.same("path", len(tree.Path(o.id("520121001001"))), 5)
		// The county's own file still says nothing new.
		o.same("county file again", count(o.load("520121,开阳县,county,,,\n")), "read 1 created 0 updated 0 unchanged 1 rejected 0 written true")
	})
}

func TestFileWithDatedNames(t *testing.T) {
	each(t, func(o *office) {
		rep := o.load("520121,开阳县,county,,2015-01-01,\n520121100,城关镇,township,520121,2015-01-01,2017-06-30\n520121100,硒城街道,township,520121,2017-07-01,\n")
		o.same("report", count(rep)+say(rep), "read 3 created 3 updated 0 unchanged 0 rejected 0 written true")
		id := o.id("520121100")
		o.same("before", o.Register().On(on("2017-06-30")).Name(id), "城关镇")
		o.same("after", o.Register().On(on("2017-07-01")).Name(id), "硒城街道")
		o.same("history", len(o.Register().History(id)), 1)
		found, err := o.Register().Find("城关镇", on("2018-05-10"))
		o.must(err)
		o.same("found by its old name", found, id)

		// A later file renames from a day on; the version before ends the day before.
		rep = o.load("520121100,城关街道,township,520121,2018-03-01,\n")
		o.same("report", count(rep)+say(rep), "read 1 created 0 updated 1 unchanged 0 rejected 0 written true")
		o.same("February", o.Register().On(on("2018-02-28")).Name(id), "硒城街道")
		o.same("March", o.Register().On(on("2018-03-01")).Name(id), "城关街道")

		// The first file again takes nothing back.
		rep = o.load("520121,开阳县,county,,2015-01-01,\n520121100,城关镇,township,520121,2015-01-01,2017-06-30\n520121100,硒城街道,township,520121,2017-07-01,\n")
		o.same("again", count(rep)+say(rep), "read 3 created 0 updated 0 unchanged 3 rejected 0 written true")
		o.same("March", o.Register().On(on("2018-03-01")).Name(id), "城关街道")

		// A spelling is corrected in place.
		rep = o.load("520121100,城关鎮,township,520121,2015-01-01,2017-06-30\n")
		o.same("corrected", count(rep)+say(rep), "read 1 created 0 updated 1 unchanged 0 rejected 0 written true")
		o.same("2015", o.Register().On(on("2015-06-30")).Name(id), "城关鎮")

		// The kind never changes.
		rep = o.load("520121100,城关村,village,520121,2019-01-01,\n")
		o.same("kind", rep.Findings[0].Rule+count(rep), "coderead 1 created 0 updated 0 unchanged 0 rejected 1 written false")
	})
}

func TestExportComesBackUnchanged(t *testing.T) {
	each(t, func(o *office) {
		o.demo()
		o.load("520121101,双流镇,township,520121,2015-01-01,2018-02-28\n520121101,双流街道,township,520121,2018-03-01,\n")
		for _, format := range []string{"csv", "xlsx"} {
			var b bytes.Buffer
			o.must(o.ExportUnits(o.ctx, &b, units.ExportIn{Format: format}))
			rep, err := o.ImportUnits(o.ctx, units.ImportIn{Name: format, Reader: &b}, nil)
			o.must(err)
			o.same(format, count(rep)+say(rep), "read 193 created 0 updated 0 unchanged 193 rejected 0 written true")
		}
		var b bytes.Buffer
		o.must(o.ExportUnits(o.ctx, &b, units.ExportIn{Format: "json", Under: "双流", On: on("2018-02-01")}))
		if s := b.String(); !strings.Contains(s, `"name":"双流镇"`) || strings.Count(s, "code") != 8 {
			o.Errorf("json: %s", s)
		}
		if err := o.ExportUnits(o.ctx, &b, units.ExportIn{Format: "pdf"}); fault.KindOf(err) != fault.Invalid {
			o.Errorf("pdf: %v", err)
		}
	})
}

// The place among siblings is a column of its own, which need not be there.
func TestTheOrderOfSiblingsComesAndGoesWithTheFile(t *testing.T) {
	each(t, func(o *office) {
		bring := func(text string) measure.ImportReport {
			t.Helper()
			rep, err := o.ImportUnits(o.ctx, units.ImportIn{Name: "x.csv", Reader: strings.NewReader(text)}, nil)
			o.must(err)
			return rep
		}
		rep := bring("code,name,kind,parent,from,to,次序\n520121,开阳县,county,,2015-01-01,,\n" +
			"520121101,双流镇,township,520121,,,２\n520121102,金中镇,township,520121,,,-1\n520121103,冯三镇,township,520121,,,\n")
		o.same("new", count(rep)+say(rep), "read 4 created 4 updated 0 unchanged 0 rejected 0 written true")
		o.same("tree", names(o.Today(), org.Territorial), "520121 开阳县\n 520121102 金中镇\n 520121103 冯三镇\n 520121101 双流镇\n")

		var b bytes.Buffer
		o.must(o.ExportUnits(o.ctx, &b, units.ExportIn{}))
		if s := b.String(); !strings.Contains(s, "from,to,order\r\n") || !strings.Contains(s, "520121101,双流镇,township,520121,2015-01-01,,2\r\n") || !strings.Contains(s, "冯三镇,township,520121,2015-01-01,,\r\n") {
			o.Errorf("exported: %s", s)
		}
		rep = bring(b.String())
		o.same("again", count(rep)+say(rep), "read 4 created 0 updated 0 unchanged 4 rejected 0 written true")

		// Without the column, or with an empty cell, what is known stays.
		rep = bring("code,name,kind,parent\n520121101,双流镇,township,520121\n")
		o.same("without", count(rep)+say(rep), "read 1 created 0 updated 0 unchanged 1 rejected 0 written true")
		rep = bring("code,name,kind,parent,order\n520121101,双流镇,township,520121,0\n")
		o.same("to the front", count(rep)+say(rep), "read 1 created 0 updated 1 unchanged 0 rejected 0 written true")
		o.same("tree", names(o.Today(), org.Territorial), "520121 开阳县\n 520121102 金中镇\n 520121101 双流镇\n 520121103 冯三镇\n")
		// A renaming keeps the place, unless it gives another.
		rep = bring("code,name,kind,parent,from,order\n520121102,金中街道,township,520121,2018-01-01,\n520121103,冯三街道,township,520121,2018-01-01,-5\n")
		o.same("renamed", count(rep)+say(rep), "read 2 created 0 updated 2 unchanged 0 rejected 0 written true")
		o.same("tree", names(o.Today(), org.Territorial), "520121 开阳县\n 520121103 冯三街道\n 520121102 金中街道\n 520121101 双流镇\n")

		for _, bad := range []string{"第一", "1.5", "10000", "-10000"} {
			rep = bring("code,name,kind,parent,order\n520121101,双流镇,township,520121," + bad + "\n")
			if len(rep.Findings) != 1 || rep.Findings[0].Rule != "order" || rep.Findings[0].Row != 2 || rep.Findings[0].Field != "order" || rep.Written {
				o.Errorf("order %s: %+v", bad, rep)
			}
		}
	})
}

func TestOnlyTheOfficeChangesUnits(t *testing.T) {
	each(t, func(o *office) {
		o.demo()
		for _, role := range []string{"leader", "member", "reporter", "worker", "reader", "sysadmin", "secadmin", "auditor"} {
			a := o.clerk()
			a.Posts[0].Role = roleOf(role)
			in := units.ImportIn{Name: "x", Reader: strings.NewReader("code,name,kind,parent\nX,y,office,\n")}
			if _, _, _, err := o.ImportAs(o.ctx, a, in, nil); fault.KindOf(err) != fault.Forbidden {
				o.Errorf("%s imports: %v", role, err)
			}
			c := units.Change{Deed: units.Renamed, Unit: o.id("520121101"), On: on("2018-06-01"), Name: "双流街道", Reason: "批复"}
			if _, err := o.Apply(o.ctx, a, c); fault.KindOf(err) != fault.Forbidden {
				o.Errorf("%s renames: %v", role, err)
			}
			if _, err := o.Preview(o.ctx, a, c); fault.KindOf(err) != fault.Forbidden {
				o.Errorf("%s previews: %v", role, err)
			}
			if err := o.Undo(o.ctx, a, 1, "x"); fault.KindOf(err) != fault.Forbidden {
				o.Errorf("%s undoes: %v", role, err)
			}
			if _, _, err := o.PutYear(o.ctx, a, nil); fault.KindOf(err) != fault.Forbidden {
				o.Errorf("%s changes the calendar: %v", role, err)
			}
			if err := o.DropGeo(o.ctx, a); fault.KindOf(err) != fault.Forbidden {
				o.Errorf("%s changes the map: %v", role, err)
			}
		}
		o.same("units", o.Register().Len(), 192)
	})
}

// A file that ends a unit before its last values says so before it is written, and again when it is.
func TestAFileNamesTheFactsThatWouldBeInNoSum(t *testing.T) {
	each(t, func(o *office) {
		o.load(small)
		village := o.id("520121102001")
		o.Join(units.Joints{Loose: func(planned *org.Register) ([]units.Loose, error) {
			var out []units.Loose
			for _, p := range []string{"2018-02", "2018-03", "2018-04"} {
				if p := period.MustParse(p); !planned.On(p.Last()).Has(village) {
					out = append(out, units.Loose{Unit: village, Period: p})
				}
			}
			return out, nil
		}})
		notes := func(rep measure.ImportReport) string {
			var out []string
			for _, n := range rep.Notes {
				out = append(out, n.Say(nil))
			}
			return strings.Join(out, "\n")
		}
		want := "按文件里的有效期，下列单位在这些期里不存在；它们已批准的数留着，但不再计入任何合计：\n大坪村：2 个数，2018-03 至 2018-04"
		ends := "520121102001,大坪村,village,520121102,2015-01-01,2018-03-15\n"
		rep := o.load(ends, func(in *units.ImportIn) { in.DryRun = true })
		o.same("checked", notes(rep), want)
		o.same("written", rep.Written, false)
		o.same("later", notes(o.load("520121102001,大坪村,village,520121102,2015-01-01,2018-04-30\n", func(in *units.ImportIn) { in.DryRun = true })), "")
		rep = o.load(ends)
		o.same("done", notes(rep), want)
		o.same("written", rep.Written, true)
	})
}
