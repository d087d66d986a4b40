package returns

import (
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// The stand-in for the module of facts keeps its promises.
func TestStandInForFacts(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		r := o.approve(o.submit(o.reporter(), Place{"YB1", jia, april()}))
		if got, want := o.fact(jia2, "N8", "", april()), "12"; got != want {
			t.Errorf("fact = %s, want %s", got, want)
		}
		if got, want := o.fact(jia, "N6", "", april()), "0.375"; got != want {
			t.Errorf("sum of the township = %s, want %s", got, want)
		}
		if got := o.count(`SELECT COUNT(*) FROM fake_fact WHERE source = $1`, SourceID(r.ID, 1)); got != 24 {
			t.Errorf("%d facts carry the return as their source, want 24", got)
		}
	})
}

func TestThreeAccountsBringAReturnIn(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		at := Place{"YB1", jia, april()}
		r := o.submit(o.reporter(), at)
		if r.State != Submitted || r.Version != 1 {
			t.Fatalf("after handing in: %+v", r)
		}
		if got, want := o.fact(jia1, "N8", "", april()), "未报"; got != want {
			t.Errorf("before approval the fact is %s, want %s", got, want)
		}
		pick := []Pick{{r.ID, 1}}
		wants(t, o.Approve(as(o.chief()), o.chief(), pick, ""), fault.Conflict, "不能批准")
		if err := o.Review(as(o.reviewer()), o.reviewer(), pick, ""); err != nil {
			t.Fatal(err)
		}
		wants(t, o.Review(as(o.reviewer()), o.reviewer(), pick, ""), fault.Conflict, "不能审核")
		if err := o.Approve(as(o.chief()), o.chief(), pick, ""); err != nil {
			t.Fatal(err)
		}
		if got, want := o.at(at).State, Approved; got != want {
			t.Errorf("state = %s, want %s", got, want)
		}
		if got, want := o.fact(jia1, "N8", "", april()), "12"; got != want {
			t.Errorf("after approval the fact is %s, want %s", got, want)
		}
		if got := o.count(`SELECT COUNT(*) FROM fake_fact WHERE ref = '填报!C7'`); got != 1 {
			t.Errorf("%d facts come from cell C7, want 1", got)
		}
		if _, err := o.db.CheckAudit(as(o.chief())); err != nil {
			t.Error(err)
		}
	})
}

// One account never does two of the three steps, whatever posts it holds.
func TestOneAccountDoesOneStep(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		at := Place{"YB1", jia, april()}
		all := o.person("身兼三职", perm.Reporter, jia)
		all.Posts = append(all.Posts, perm.Post{Role: perm.Member, Unit: force}, perm.Post{Role: perm.Office, Unit: post})
		pick := []Pick{{o.submit(all, at).ID, 1}}
		wants(t, o.Review(as(all), all, pick, ""), fault.Forbidden, "本人提交")
		if err := o.Review(as(o.reviewer()), o.reviewer(), pick, ""); err != nil {
			t.Fatal(err)
		}
		wants(t, o.Approve(as(all), all, pick, ""), fault.Forbidden, "本人提交")
		both := o.reviewer()
		both.Posts = append(both.Posts, perm.Post{Role: perm.Office, Unit: post})
		wants(t, o.Approve(as(both), both, pick, ""), fault.Forbidden, "本人审核")
		if err := o.Approve(as(o.chief()), o.chief(), pick, ""); err != nil {
			t.Fatal(err)
		}
	})
}

func TestStrangersAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		at := Place{"YB1", jia, april()}
		neighbour := o.person("乙乡填报员", perm.Reporter, yi)
		_, err := o.Open(as(neighbour), neighbour, at)
		wants(t, err, fault.Forbidden, "不管这个单位")
		_, err = o.Submit(as(neighbour), neighbour, at, o.filled(o.reporter(), at, sound))
		wants(t, err, fault.Forbidden, "不管这个单位")
		_, err = o.SaveDraft(as(neighbour), neighbour, at, DraftIn{})
		wants(t, err, fault.Forbidden, "不管这个单位")
		reader := o.person("查阅者", perm.Reader, county)
		_, err = o.Open(as(reader), reader, at)
		wants(t, err, fault.Forbidden, "角色")
		_, err = o.Open(as(o.chief()), o.chief(), at)
		wants(t, err, fault.Forbidden, "填写并提交报表")

		pick := []Pick{{o.submit(o.reporter(), at).ID, 1}}
		stranger := o.person("宣传专班", perm.Member, other)
		wants(t, o.Review(as(stranger), stranger, pick, ""), fault.Forbidden, "不管这个单位")
		wants(t, o.SendBack(as(stranger), stranger, pick[0], "不对"), fault.Forbidden, "退回本专班的报表")
		wants(t, o.Review(as(o.chief()), o.chief(), pick, ""), fault.Forbidden, "审核")
		_, err = o.Open(as(o.reporter()), o.reporter(), Place{"YB1", police, april()})
		wants(t, err, fault.Missing, "不在报表")
		_, err = o.Open(as(o.reporter()), o.reporter(), Place{"YB1", jia, period.MustParse("2017-12")})
		wants(t, err, fault.Missing, "没有 2017-12 这一期")
		_, err = o.Open(as(o.reporter()), o.reporter(), Place{"NO", jia, april()})
		wants(t, err, fault.Missing, "没有代码为 NO 的报表")
	})
}

func TestSentBackAndHandedInAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		at := Place{"YB1", jia, april()}
		r := o.submit(o.reporter(), at)
		wants(t, o.SendBack(as(o.reviewer()), o.reviewer(), Pick{r.ID, 1}, "  "), fault.Invalid, "退回的原因")
		if err := o.SendBack(as(o.reviewer()), o.reviewer(), Pick{r.ID, 1}, "甲二村人次偏大"); err != nil {
			t.Fatal(err)
		}
		if got := o.at(at); got.State != Returned || got.Received() {
			t.Errorf("after sending back: %+v", got)
		}
		_, err := o.Submit(as(o.reporter()), o.reporter(), at, o.filled(o.reporter(), at, sound))
		wants(t, err, fault.Invalid, "完全相同")
		in := o.filled(o.reporter(), at, func(k Key) string {
			if k == (Key{jia2, "N8", ""}) {
				return "9"
			}
			return sound(k)
		})
		out, err := o.Submit(as(o.reporter()), o.reporter(), at, in)
		if err != nil || out.Return.Version != 2 {
			t.Fatalf("again: %v %+v", err, out.Return)
		}
		// Whoever still looks at version 1 cannot review version 2 by mistake.
		wants(t, o.Review(as(o.reviewer()), o.reviewer(), []Pick{{r.ID, 1}}, ""), fault.Conflict, "第 2 版")
		o.approve(out.Return)
		if got, want := o.fact(jia2, "N8", "", april()), "9"; got != want {
			t.Errorf("fact = %s, want %s", got, want)
		}
	})
}

func TestCorrectionAndRestatement(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		at := Place{"YB1", jia, april()}
		o.approve(o.submit(o.reporter(), at))
		fewer := func(k Key) string {
			switch k {
			case Key{jia1, "N8", ""}:
				return "11"
			case Key{jia3, "N6", ""}:
				return "" // taken back
			}
			return sound(k)
		}
		in := o.filled(o.reporter(), at, fewer)
		in.AcceptBlanks = true
		_, err := o.Submit(as(o.reporter()), o.reporter(), at, in)
		wants(t, err, fault.Invalid, "必须写明原因")
		in.Filling.Reason = "复核发现重复计数"
		out, err := o.Submit(as(o.reporter()), o.reporter(), at, in)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := o.at(at).StateText(), "更正已提交"; got != want {
			t.Errorf("state = %s, want %s", got, want)
		}
		if got, want := o.fact(jia1, "N8", "", april()), "12"; got != want {
			t.Errorf("before the second approval = %s, want %s", got, want)
		}
		r := o.approve(out.Return)
		if got, want := o.fact(jia1, "N8", "", april()), "11"; got != want {
			t.Errorf("corrected = %s, want %s", got, want)
		}
		if got, want := o.fact(jia3, "N6", "", april()), "未报"; got != want {
			t.Errorf("taken back = %s, want %s", got, want)
		}
		if r.Restated {
			t.Error("a correction in an open period is no restatement")
		}

		// The period is closed: now it is a restatement, with a reason.
		o.facts.closed[april()] = true
		in = o.filled(o.reporter(), at, sound)
		in.Filling.Reason = "县公安局来函更正"
		out, err = o.Submit(as(o.reporter()), o.reporter(), at, in)
		if err != nil {
			t.Fatal(err)
		}
		r = o.approve(out.Return)
		if !r.Restated {
			t.Error("a change of a closed period is not shown as restated")
		}
		if got := o.count(`SELECT COUNT(*) FROM fake_fact WHERE restated = 1 AND reason = $1`, "县公安局来函更正"); got != 2 {
			t.Errorf("%d restated facts, want 2", got)
		}
		if got, want := o.fact(jia3, "N6", "", april()), "0.125"; got != want {
			t.Errorf("restated = %s, want %s", got, want)
		}
	})
}

// A return that comes after the period was closed needs a reason too, at the latest at approval.
func TestLateReturnOfAClosedPeriod(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		at := Place{"YB1", jia, april()}
		r := o.submit(o.reporter(), at)
		if err := o.Review(as(o.reviewer()), o.reviewer(), []Pick{{r.ID, 1}}, ""); err != nil {
			t.Fatal(err)
		}
		o.facts.closed[april()] = true
		pick := []Pick{{r.ID, 1}}
		wants(t, o.Approve(as(o.chief()), o.chief(), pick, ""), fault.Invalid, "已经封账")
		if err := o.Approve(as(o.chief()), o.chief(), pick, "封账时在途"); err != nil {
			t.Fatal(err)
		}
		if !o.at(at).Restated {
			t.Error("not shown as restated")
		}
		_, err := o.Submit(as(o.person("乙乡填报员", perm.Reporter, yi)), o.person("乙乡填报员", perm.Reporter, yi), Place{"YB1", yi, april()},
			o.filled(o.person("乙乡填报员", perm.Reporter, yi), Place{"YB1", yi, april()}, sound))
		wants(t, err, fault.Invalid, "补报必须写明原因")
	})
}

// Several at once: all or none, and every obstacle is named.
func TestApprovingSeveral(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		a := o.submit(o.reporter(), Place{"YB1", jia, april()})
		second := o.person("乙乡填报员", perm.Reporter, yi)
		huge := func(k Key) string {
			if k.Element == "N6" {
				return "5001"
			}
			if k.Element == "N3" && k.Category == "" {
				return "600"
			}
			return sound(k)
		}
		at := Place{"YB1", yi, april()}
		out, err := o.Submit(as(second), second, at, o.filled(second, at, huge))
		if err != nil {
			t.Fatal(err)
		}
		third := o.person("丙乡填报员", perm.Reporter, bing)
		c := o.submit(third, Place{"YB1", bing, april()})
		picks := []Pick{{a.ID, 1}, {out.Return.ID, 1}, {c.ID, 1}}
		if err := o.Review(as(o.reviewer()), o.reviewer(), picks[:2], ""); err != nil {
			t.Fatal(err)
		}
		err = o.Approve(as(o.chief()), o.chief(), picks, "")
		wants(t, err, fault.Invalid, "乙乡 禁毒工作月报 2018-04 填报 M7：5,001,000 太大")
		wants(t, err, fault.Invalid, "丙乡 禁毒工作月报 2018-04")
		if n := o.count(`SELECT COUNT(*) FROM fake_fact`); n != 0 {
			t.Errorf("%d facts were written, want none", n)
		}
		if err := o.Approve(as(o.chief()), o.chief(), picks[:1], ""); err != nil {
			t.Fatal(err)
		}
	})
}
