package accounts

import (
	"testing"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/words"
)

// The audit speaks of deeds and parts of the program in words: its own, those that the modules
// bring, the labels of rules. What nobody has a word for stays a code.
func TestTheAuditNamesDeedsInWords(t *testing.T) {
	names := deedNames{titles: map[string]string{"actions": "事项"}, deeds: map[string]string{"actions.close": "事项销号"}, rules: []perm.Rule{{Deed: "facts.close", Label: "封账"}}}
	for deed, want := range map[string]string{"accounts.create": "建立账号", "units.map": "更换边界图", "actions.close": "事项销号", "facts.close": "封账", "some.deed": "some.deed"} {
		if got := names.label(words.Chinese, deed); got != want {
			t.Errorf("%s is shown as %q, want %q", deed, got, want)
		}
	}
	for code, want := range map[string]string{"accounts": "账号与岗位", "actions": "事项", "nothing": "nothing"} {
		if got := names.module(words.Chinese, code); got != want {
			t.Errorf("the part %s is shown as %q, want %q", code, got, want)
		}
	}
	if got := names.label(words.English, "accounts.create"); got == "建立账号" {
		t.Error("no English word for a deed")
	}
}
