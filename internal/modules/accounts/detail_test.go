package accounts

import (
	"context"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

func TestDetailsOfTheAuditInWords(t *testing.T) {
	for detail, want := range map[string]string{
		``:           "",
		`[1]`:        "",
		`null`:       "",
		`{"a":`:      "",
		`{}`:         "",
		`{"why":""}`: "",
		`{"after":{"until":"2018-12-31"},"before":{"until":""},"name_changed":true}`:                                            "改后 · 有效期至=2018-12-31|姓名有改动=是",
		`{"before":"active","after":"disabled","ended":2}`:                                                                      "改前=在用|改后=已停用|结束的登录=2",
		`{"after":["开阳县 查阅","冯三镇 单位填报员"],"zzz":[{"role":"reporter","unit":"甲镇"}]}`:                                              "改后=开阳县 查阅、冯三镇 单位填报员|zzz=角色：单位填报员；单位：甲镇",
		`{"version":1,"form":2,"source":"workbook","declared":"zero","cells":12345678901234567890,"restate":false,"none":null}`: "版本=1|报表版本=2|格数=12345678901234567890|空白声明=本期零报告|来源=工作簿|封账后更正=否",
		`{"session":"7","why":"password"}`:                                                                                      "原因=口令更换|登录编号=7",
	} {
		var got []string
		for _, x := range detailLines(words.Chinese, "", detail) {
			got = append(got, x.Label+"="+x.Value)
		}
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("%s:\n%s, want\n%s", detail, s, want)
		}
	}
	// What a key means depends on the part of the program.
	var got []string
	for _, x := range detailLines(words.Chinese, "actions.close", `{"no":"2018-0012","from":"verified","to":"closed"}`) {
		got = append(got, x.Label+"="+x.Value)
	}
	if s := strings.Join(got, "|"); s != "原状态=待销号|新状态=已销号|事项编号=2018-0012" {
		t.Errorf("an item's line: %s", s)
	}
	// No key stands twice.
	seen := map[string]bool{}
	for _, k := range detailKeys() {
		if seen[k[0]] {
			t.Errorf("%s stands twice", k[0])
		}
		seen[k[0]] = true
	}
}

func TestTheAuditPageSpeaksInWords(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		b := o.signedIn("aud", Grant{Role: perm.Auditor})
		if err := o.db.InTx(context.Background(), func(tx *sqldb.Tx) error {
			tx.Audit("accounts.disable", "account:wang", map[string]any{"before": "active", "after": "disabled", "ended": 2})
			tx.AuditRefused("accounts.login", "account:wang", "锁定中")
			tx.AuditRefused("accounts.login", "account:wang", fault.Say(fault.New(fault.Invalid, "登录名、口令不对 %s", "x"), nil))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		b.get("/audit").want(200)
		line := b.doc().Find("#audit tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), "已停用") })
		if s := line.Text(); !strings.Contains(s, "改前：在用；改后：已停用；结束的登录：2") || strings.Contains(s, `"before"`) {
			t.Errorf("the list says %q", s)
		}
		at := line.Find("a").AttrOr("href", "")
		b.get(at).want(200)
		if got := strings.TrimSpace(b.doc().Find("#detail").Text()); got != "改前在用改后已停用结束的登录2" {
			t.Errorf("the line says %q", got)
		}
		raw := b.doc().Find("details")
		if _, open := raw.Attr("open"); open || !strings.Contains(raw.Text(), `"before": "active"`) {
			t.Errorf("the text as stored: open %v, %q", open, raw.Text())
		}
		b.cookies["lang"] = "en"
		b.get("/audit?result=refused").want(200)
		for chinese, shown := range map[string]string{"锁定中": words.English.Text("锁定中"), "登录名、口令不对 x": "登录名、口令不对 x"} {
			if !strings.Contains(b.text(), shown) {
				t.Errorf("%s: %q is not on the page: %s", chinese, shown, b.text())
			}
		}
		if words.English.Text("锁定中") == "锁定中" {
			t.Error("the catalogue has no English for 锁定中")
		}
	})
}
