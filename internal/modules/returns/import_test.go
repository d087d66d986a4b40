package returns

import (
	"context"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// operator is who works at the command line.
func (o *office) operator() (context.Context, perm.Actor) {
	a := perm.Actor{Login: "cli:root", Name: "root", Tree: o.units.Today(), Posts: []perm.Post{{Role: perm.Office, Title: "命令行"}}}
	return as(a), a
}

// SEMANTICS §7: from the command line returns land as approved, with the file's hash, all or nothing
// for each file, and refuse closed periods without a reason.
func TestImportLandsAsApproved(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		at := Place{"YB1", jia, april()}
		good, err := o.Fill(as(o.reporter()), o.reporter(), at, sound)
		if err != nil {
			t.Fatal(err)
		}
		bad := o.pen(o.person("乙乡填报员", perm.Reporter, yi), Place{"YB1", yi, april()}, sound)
		bad.put(Key{yi1, "N8", ""}, "没数")
		files := []NamedFile{good, bad.file()}
		ctx, op := o.operator()

		out, err := o.ImportReturns(ctx, op, files, ImportOptions{DryRun: true, Approve: true})
		if err != nil || out[0].Err != nil || out[0].Report.Created != 24 || out[0].Report.Written || out[1].Report.Rejected != 1 {
			t.Fatalf("dry run: %v %+v", err, out)
		}
		wants(t, out[1].Err, fault.Invalid, "填报 C7：“没数”不是数字")
		if n := o.count(`SELECT COUNT(*) FROM returns_return`) + o.count(`SELECT COUNT(*) FROM files_file`); n != 0 {
			t.Errorf("a dry run wrote %d rows", n)
		}

		out, err = o.ImportReturns(ctx, op, files, ImportOptions{Approve: true})
		if err != nil || out[0].Err != nil || !out[0].Report.Written || out[0].State != Approved || len(out[0].Report.Findings) != 0 {
			t.Fatalf("import: %v %+v", err, out[0])
		}
		wants(t, out[1].Err, fault.Invalid, "没数")
		if out[1].Report.Written || o.at(Place{"YB1", yi, april()}).ID != 0 {
			t.Error("the faulty file was written")
		}
		if got, want := o.fact(jia1, "N8", "", april()), "12"; got != want {
			t.Errorf("fact %s, want %s", got, want)
		}
		if n := o.count(`SELECT COUNT(*) FROM sys_audit WHERE deed = 'returns.import' AND account = 'cli:root'`); n != 1 {
			t.Errorf("%d audit lines, want 1", n)
		}
		if n := o.count(`SELECT COUNT(*) FROM returns_version v, files_file f WHERE v.file = f.hash AND v.source = 'import'`); n != 1 {
			t.Errorf("%d versions with their file, want 1", n)
		}

		// Again: nothing would happen, and nothing happens.
		out, err = o.ImportReturns(ctx, op, files[:1], ImportOptions{Approve: true, DryRun: true})
		if err != nil || out[0].Err != nil || out[0].Report.Written || out[0].Report.Unchanged != 24 {
			t.Errorf("again, tried only: %v %+v", err, out[0])
		}
		out, err = o.ImportReturns(ctx, op, files[:1], ImportOptions{Approve: true})
		if err != nil || out[0].Err != nil || !out[0].Report.Written || out[0].Report.Unchanged != 24 {
			t.Errorf("again: %v %+v", err, out[0])
		}
		// A correction, then one of a closed period.
		p := o.penOn(good, at)
		p.put(Key{jia1, "N8", ""}, 13)
		out, err = o.ImportReturns(ctx, op, []NamedFile{p.file()}, ImportOptions{Approve: true})
		if err != nil {
			t.Fatal(err)
		}
		wants(t, out[0].Err, fault.Invalid, "必须写明原因")
		o.facts.closed[april()] = true
		out, err = o.ImportReturns(ctx, op, []NamedFile{p.file()}, ImportOptions{Approve: true, Restate: "补录"})
		if err != nil || out[0].Err != nil || !o.at(at).Restated || o.fact(jia1, "N8", "", april()) != "13" {
			t.Errorf("restated: %v %+v", err, out[0])
		}

		// Nobody but the command line takes this way, and a reporter's files become drafts or are handed in.
		_, err = o.ImportReturns(as(o.chief()), o.chief(), files, ImportOptions{Approve: true})
		wants(t, err, fault.Forbidden, "只能在命令行")
		o.facts.closed[april()] = false
		b := o.person("乙乡填报员", perm.Reporter, yi)
		out, err = o.ImportReturns(as(b), b, files[1:], ImportOptions{Submit: true})
		if err != nil || out[0].State != Draft || out[0].Report.Written {
			t.Errorf("a faulty file handed in: %v %+v", err, out[0])
		}
		fine, err := o.Fill(as(b), b, Place{"YB1", yi, april()}, sound)
		if err != nil {
			t.Fatal(err)
		}
		out, err = o.ImportReturns(as(b), b, []NamedFile{fine}, ImportOptions{Submit: true})
		if err != nil || out[0].Err != nil || out[0].State != Submitted {
			t.Errorf("handed in: %v %+v", err, out[0])
		}
	})
}

// Another process on the same database sees what was done here.
func TestAnotherProcessFollows(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(monthly())
		there := openOffice(t, o.target(), o.clock)
		at := Place{"YB1", jia, april()}
		o.approve(o.submit(o.reporter(), at))
		if err := there.db.CatchUp(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := there.at(at); got.State != Approved || got.Approver != o.chief().Login {
			t.Errorf("there: %+v", got)
		}
		if got, want := there.fact(jia1, "N8", "", april()), "12"; got != want {
			t.Errorf("fact there %s, want %s", got, want)
		}
		if due, received, _, _ := there.Reporting("YB1", county, april()); due != 3 || received != 1 {
			t.Errorf("rate there: %d of %d", received, due)
		}
	})
}

// Nothing a person reads is left without its place and its remedy: the sentences of findings are
// not cut, and audit lines carry no numbers of persons.
func TestAuditCarriesNoValues(t *testing.T) {
	o := onSQLite(t)
	o.publish(monthly())
	in := o.filled(o.reporter(), Place{"YB1", jia, april()}, func(k Key) string {
		if k.Element == "N8" {
			return "137"
		}
		if k.Element == "XY" {
			return map[string]string{"": "461", "毒品=传统": "230", "毒品=合成": "231"}[string(k.Category)]
		}
		return sound(k)
	})
	if _, err := o.Submit(as(o.reporter()), o.reporter(), Place{"YB1", jia, april()}, in); err != nil {
		t.Fatal(err)
	}
	err := o.db.View(context.Background(), func(tx *sqldb.Tx) error {
		list, err := sqldb.All(tx, func(s sqldb.Scanner) (d string, err error) { err = s.Scan(&d); return d, err }, `SELECT detail FROM sys_audit WHERE deed = 'returns.submit'`)
		for _, d := range list {
			if strings.Contains(d, "461") || strings.Contains(d, "137") {
				t.Errorf("a value is in the audit: %s", d)
			}
		}
		if len(list) != 1 {
			t.Errorf("%d audit lines, want 1", len(list))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
