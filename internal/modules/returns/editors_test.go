package returns

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
)

// PEERS §3 pain 24: the second editor is told, nothing is overwritten, both versions are there.
func TestTwoEditorsOfOneReturn(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		at := Place{"YB1", jia, april()}
		first, second := o.reporter(), o.person("甲镇副手", perm.Reporter, jia)
		a, b := o.filled(first, at, sound), o.filled(second, at, sound)
		a.Filling.Cells[Key{jia1, "N8", ""}] = Typed{Text: "10"}
		b.Filling.Cells[Key{jia1, "N8", ""}] = Typed{Text: "11"}
		if _, err := o.Submit(as(first), first, at, a); err != nil {
			t.Fatal(err)
		}
		_, err := o.Submit(as(second), second, at, b)
		wants(t, err, fault.Conflict, "提交了第 1 版")
		if got := o.at(at); got.Version != 1 || got.By != first.Login {
			t.Errorf("the first version was touched: %+v", got)
		}
		l, sides, err := o.Sides(as(second), second, at)
		if err != nil || len(sides) != 2 {
			t.Fatalf("%d sides, want 2: %v", len(sides), err)
		}
		v := newCompareView("zh", l, "999901101", sides, "", "")
		if len(v.Rows) != 1 || v.Rows[0].A != "11" || v.Rows[0].B != "10" || v.Same != 23 {
			t.Errorf("compared: %+v", v.Rows)
		}
		// The second looks at both, keeps the own, and hands in on top of version 1.
		if err := o.TakeSide(as(second), second, at, sides[0].ID); err != nil {
			t.Fatal(err)
		}
		op, err := o.Open(as(second), second, at)
		if err != nil || op.Base != 1 || op.Filling.Cells[Key{jia1, "N8", ""}].Text != "11" {
			t.Fatalf("after taking a side: %v base %d", err, op.Base)
		}
		out, err := o.Submit(as(second), second, at, SubmitIn{Filling: op.Filling, Base: op.Base, Door: ByGrid})
		if err != nil || out.Return.Version != 2 {
			t.Fatalf("on top: %v %+v", err, out.Return)
		}
		if n := o.count(`SELECT COUNT(*) FROM returns_version WHERE ret = $1`, out.Return.ID); n != 2 {
			t.Errorf("%d versions kept, want 2", n)
		}
	})
}

// Drafts are kept for each person, also when the same person works in two windows.
func TestDraftsAreNotLost(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		at := Place{"YB1", jia, april()}
		a, b := o.reporter(), o.person("甲镇副手", perm.Reporter, jia)
		typed := func(n string) Filling {
			return Filling{Cells: map[Key]Typed{{jia1, "N8", ""}: {Text: n}}, Notes: map[Key]string{{Subject: jia1, Category: DefaultPanel}: "在核"}}
		}
		seq, err := o.SaveDraft(as(a), a, at, DraftIn{Filling: typed("1"), Door: ByGrid})
		if err != nil || seq != 1 {
			t.Fatalf("first save: %d %v", seq, err)
		}
		if got := o.at(at); got.State != Draft || got.Drafts != 1 {
			t.Errorf("state: %+v", got)
		}
		again, err := o.SaveDraft(as(a), a, at, DraftIn{Filling: typed("1"), Seq: seq, Door: ByGrid})
		if err != nil || again != seq {
			t.Errorf("the same again: %d %v", again, err)
		}
		if seq, err = o.SaveDraft(as(a), a, at, DraftIn{Filling: typed("不是数"), Seq: seq, Door: ByGrid}); err != nil || seq != 2 {
			t.Fatalf("second save: %d %v", seq, err)
		}
		// Another window of the same person still has number 1.
		_, err = o.SaveDraft(as(a), a, at, DraftIn{Filling: typed("3"), Seq: 1, Door: ByGrid})
		wants(t, err, fault.Conflict, "两份都已保留")
		if _, err := o.SaveDraft(as(b), b, at, DraftIn{Filling: typed("4"), Door: ByGrid}); err != nil {
			t.Fatal(err)
		}
		op, err := o.Open(as(a), a, at)
		if err != nil || op.Filling.Cells[Key{jia1, "N8", ""}].Text != "不是数" || op.Filling.Notes[Key{Subject: jia1, Category: DefaultPanel}] != "在核" {
			t.Errorf("own draft: %v %+v", err, op.Filling)
		}
		if len(op.Others) != 3 {
			t.Errorf("%d drafts listed, want 3", len(op.Others))
		}
		if n := o.count(`SELECT COUNT(*) FROM sys_audit WHERE deed = 'returns.draft'`); n != 3 {
			t.Errorf("%d audit lines of drafts, want one for each that was begun", n)
		}
		// Nobody of the chain sees a draft.
		_, err = o.See(as(o.reviewer()), o.reviewer(), op.Standing.Return.ID, 0)
		wants(t, err, fault.Missing, "还没有提交")
		if err := o.Discard(as(a), a, at, 0); err != nil {
			t.Fatal(err)
		}
		if got := o.at(at).Drafts; got != 2 {
			t.Errorf("%d drafts after discarding one, want 2", got)
		}
	})
}

// A refused return is kept as typed.
func TestRefusedReturnIsKept(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		at := Place{"YB1", jia, april()}
		in := o.filled(o.reporter(), at, func(k Key) string {
			if k.Subject == jia1 && k.Element == "N8" {
				return "十二"
			}
			return sound(k)
		})
		_, err := o.Submit(as(o.reporter()), o.reporter(), at, in)
		wants(t, err, fault.Invalid, "“十二”不是数字")
		op, err := o.Open(as(o.reporter()), o.reporter(), at)
		if err != nil || op.Filling.Cells[Key{jia1, "N8", ""}].Text != "十二" || len(op.Filling.Cells) != 24 {
			t.Errorf("not kept: %v %+v", err, op.Filling)
		}
	})
}

// SEMANTICS §3: blanks are listed first; a declaration writes explicit zeros and is audited.
func TestBlanksAndDeclarations(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		a, at := o.reporter(), Place{"YB1", jia, april()}
		some := func(k Key) string {
			if k.Element == "N3" || k.Element == "N6" || k.Subject == jia3 && k.Element == "XY" {
				return ""
			}
			return sound(k)
		}
		in := o.filled(a, at, some)
		_, err := o.Submit(as(a), a, at, in)
		var list fault.Findings
		if !errors.As(err, &list) || len(list) != 15 {
			t.Fatalf("%d blanks listed, want 15: %v", len(list), err)
		}
		for _, f := range list {
			if f.Rule != ruleBlank || !f.Soft {
				t.Errorf("listed beside blanks: %v", f)
			}
		}
		in.AcceptBlanks = true
		out, err := o.Submit(as(a), a, at, in)
		if err != nil {
			t.Fatal(err)
		}
		o.approve(out.Return)
		if got, want := o.fact(jia1, "N6", "", april()), "未报"; got != want {
			t.Errorf("a blank became %s, want %s", got, want)
		}

		// 其余为零
		yiAt, b := Place{"YB1", yi, april()}, o.person("乙乡填报员", perm.Reporter, yi)
		in = o.filled(b, yiAt, some)
		in.Filling.Declared = RestZero
		if out, err = o.Submit(as(b), b, yiAt, in); err != nil {
			t.Fatal(err)
		}
		o.approve(out.Return)
		if got, want := o.fact(yi1, "N6", "", april()), "0"; got != want {
			t.Errorf("the rest is %s, want %s", got, want)
		}
		if n := o.count(`SELECT COUNT(*) FROM sys_audit WHERE deed = 'returns.submit' AND detail <> ''`); n != 2 {
			t.Errorf("%d audited, want 2", n)
		}
		if n := o.count(`SELECT COUNT(*) FROM returns_version WHERE declared = 'rest'`); n != 1 {
			t.Errorf("%d versions carry the declaration, want 1", n)
		}

		// 本期零报告
		c, bingAt := o.person("丙乡填报员", perm.Reporter, bing), Place{"YB1", bing, april()}
		in = o.filled(c, bingAt, func(k Key) string {
			if k.Element == "N8" {
				return "3"
			}
			return ""
		})
		in.Filling.Declared = ZeroReport
		_, err = o.Submit(as(c), c, bingAt, in)
		wants(t, err, fault.Invalid, "声明了本期零报告")
		in.Filling.Cells = map[Key]Typed{}
		if out, err = o.Submit(as(c), c, bingAt, in); err != nil {
			t.Fatal(err)
		}
		o.approve(out.Return)
		if got, want := o.fact(bing1, "N8", "", april()), "0"; got != want {
			t.Errorf("zero report gives %s, want %s", got, want)
		}
	})
}

// A soft finding goes through with an explanation, which the reviewer sees.
func TestSoftFindingsNeedAnExplanation(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		a, at := o.reporter(), Place{"YB1", jia, april()}
		in := o.filled(a, at, func(k Key) string {
			if k.Subject == jia2 && k.Element == "N6" {
				return "41" // more than ten times four suspects
			}
			return sound(k)
		})
		_, err := o.Submit(as(a), a, at, in)
		wants(t, err, fault.Invalid, "缴获量与嫌疑人数不相称")
		in.Filling.Notes[Key{Subject: jia2, Category: DefaultPanel}] = "一案缴获大宗"
		out, err := o.Submit(as(a), a, at, in)
		if err != nil {
			t.Fatal(err)
		}
		v, err := o.See(as(o.reviewer()), o.reviewer(), out.Return.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(v.Version.Warnings) != 1 || v.Version.Warnings[0].Note != "一案缴获大宗" || !strings.Contains(v.Version.Warnings[0].Where, "甲二村") {
			t.Errorf("warnings: %+v", v.Version.Warnings)
		}
	})
}

// What is stored of a draft and of a version is what was put in.
func TestBodiesKeepEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) Key {
			return Key{Subject: rapid.SampledFrom([]org.UnitID{jia1, jia2, yi3}).Draw(t, "u"), Element: rapid.SampledFrom([]string{"A", "B", "C.1"}).Draw(t, "e"),
				Category: measure.Category(rapid.SampledFrom([]string{"", "年龄=<25", "年龄=>=25;毒品=合成"}).Draw(t, "c"))}
		}), 0, 20, rapid.ID).Draw(t, "keys")
		values, in := map[Key]Value{}, Filling{Cells: map[Key]Typed{}, Notes: map[Key]string{}}
		for _, k := range keys {
			values[k] = Value{N: rapid.Int64Range(-measure.MaxValue, measure.MaxValue).Draw(t, "n"), Ref: rapid.SampledFrom([]string{"", "填报!C7", "12"}).Draw(t, "ref")}
			in.Cells[k] = Typed{Text: "x" + rapid.StringN(0, 10, 40).Draw(t, "text"), Ref: values[k].Ref}
		}
		text, err := packValues(values, in.Notes)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := unpackValues(text)
		if err != nil || len(got) != len(values) {
			t.Fatalf("%v %v", err, got)
		}
		for k, v := range values {
			if got[k] != v {
				t.Errorf("%v: %v, want %v", k, got[k], v)
			}
		}
		in.Found = fault.Findings{{Sheet: "填报", Cell: "C7", Rule: "cell", Format: "%s 与 %d 和 %s", Args: []any{"甲", 3, fault.Word("合计")}}}
		if text, err = packFilling(in); err != nil {
			t.Fatal(err)
		}
		back, err := unpackFilling(text)
		if err != nil || !sameFilling(back, in) || back.Found[0].Message(nil) != in.Found[0].Message(nil) {
			t.Fatalf("%v %+v", err, back)
		}
	})
}
