package supervision

import (
	"fmt"
	"strings"
	"testing"

	"kaiyang/internal/testkit"
	"kaiyang/internal/testkit/desk"
)

// A phone that loses the line, or is put away, does not lose what was typed; once it is saved
// nothing is left on the phone.
func TestADraftSurvivesALostLine(t *testing.T) {
	f := newFront(t)
	_, visits := f.drawn("宣传工作")
	b := testkit.Browser(t)
	b.Size(390, 820)
	b.Go(f.URL() + "/healthz")
	b.Eval(`document.cookie="who=member;path=/"`)
	b.Go(f.URL() + visitPath(visits[0].ID))
	b.Eval(`(() => { let e = document.querySelector('#visitors'); e.value = '专班三人'; document.querySelector('input[name="mark.1.2"][value=unmet]').checked = true; document.querySelector('textarea[name=text]').value = '没有队伍'; e.dispatchEvent(new Event('input', {bubbles: true})) })()`)
	b.FollowScript(`setTimeout(() => location.reload(), 0)`)
	for script, want := range map[string]string{`document.querySelector('#visitors').value`: "专班三人", `document.querySelector('input[name="mark.1.2"]:checked').value`: "unmet", `document.querySelector('textarea[name=text]').value`: "没有队伍", `document.getElementById('kept').textContent`: "已恢复上次没有保存的内容，请核对"} {
		if got := b.Eval(script); got != want {
			t.Errorf("%s = %q, want %q", script, got, want)
		}
	}
	if v := desk.Must(f.Visit(desk.As(f.member()), f.member(), visits[0].ID))(t).Visit; v.Visitors != "" {
		t.Errorf("the server has %q already", v.Visitors)
	}
	b.Eval(`document.querySelector('textarea[name=text]').value = ''`)
	b.Follow(`button[value=save]`)
	if v := desk.Must(f.Visit(desk.As(f.member()), f.member(), visits[0].ID))(t).Visit; v.Visitors != "专班三人" || v.Answers["1.2"].Mark != Unmet {
		t.Errorf("saved %+v", v)
	}
	if got := b.Eval(fmt.Sprintf(`localStorage.getItem('kaiyang-visit-%d')`, visits[0].ID)); got != "null" {
		t.Errorf("left on the phone: %s", got)
	}
	for _, x := range b.Faults() {
		if !strings.Contains(x, "beforeunload") { // the page asks before loss; nobody has touched this one
			t.Error(x)
		}
	}
}
