package words

import "testing"

// A recorded post keeps the name of its unit; its role is told in the reader's language.
func TestPostsAsRecorded(t *testing.T) {
	for in, want := range map[string]string{"双流镇 单位填报员": "双流镇 Unit reporter", "系统管理员": "System administrator", "": "", "自定的岗位": "自定的岗位"} {
		if got := English.Last(in); got != want {
			t.Errorf("%q in English: %q, want %q", in, got, want)
		}
		if got := Chinese.Last(in); got != in {
			t.Errorf("%q in Chinese: %q", in, got)
		}
	}
}
