package accounts

import (
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/words"
)

// A refusal is kept in Chinese; an English page says it in English, the deed in it too.
func TestARefusalIsSaidInEnglish(t *testing.T) {
	var nobody perm.Actor
	err := nobody.May(rulePolicy, perm.On{})
	kept := fault.Say(err, nil)
	if got := reasonText(words.Chinese, kept); got != kept {
		t.Errorf("in Chinese: %q, kept %q", got, kept)
	}
	english := words.T(words.English, "您的角色不能“%s”；需要时请向禁毒办申请", words.T(words.English, rulePolicy.Label))
	if got := reasonText(words.English, kept); got != english || got == kept {
		t.Errorf("in English: %q, want %q", got, english)
	}
}
