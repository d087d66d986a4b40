package notify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"kaiyang/internal/core/fault"
)

func TestASecretPrintsAsAMask(t *testing.T) {
	const text = "fictitious-secret"
	type holder struct {
		Name string
		S    Secret
		p    *Secret
	}
	s := NewSecret(text)
	h := holder{"n", s, &s}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", s, "h", h)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "s", s, "h", h)
	b, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	all := log.String() + string(b) + fmt.Sprintf("%v %+v %#v %s %q %x %d", h, h, s, s, s, s, s) + fmt.Sprint(s, &s, Robot{Key: s, Sign: s}, MailServer{Password: s})
	if strings.Contains(all, text) || strings.Contains(all, fmt.Sprintf("%x", text)) {
		t.Errorf("the secret is printed: %s", all)
	}
	if !strings.Contains(all, Mask) {
		t.Errorf("no mask: %s", all)
	}
}

func TestSealedForOnePurpose(t *testing.T) {
	key, err := ParseKey(strings.Repeat("0a", 32))
	if err != nil {
		t.Fatal(err)
	}
	v := NewVault(func() ([]byte, error) { return key, nil })
	one, err := v.Seal("a", NewSecret("s"))
	two, _ := v.Seal("a", NewSecret("s"))
	if err != nil || one == two || strings.Contains(one, "s:") {
		t.Fatalf("sealed %q and %q, %v", one, two, err)
	}
	if got, err := v.Open("a", one); err != nil || got.Reveal() != "s" {
		t.Errorf("opened %q, %v", got.Reveal(), err)
	}
	for name, try := range map[string]func() (Secret, error){
		"another purpose": func() (Secret, error) { return v.Open("b", one) },
		"another key": func() (Secret, error) {
			return NewVault(func() ([]byte, error) { return bytes.Repeat([]byte{1}, 32), nil }).Open("a", one)
		},
		"a changed text": func() (Secret, error) { return v.Open("a", one[:len(one)-2]+"AA") },
		"no sealed text": func() (Secret, error) { return v.Open("a", "plain") },
		"no key":         func() (Secret, error) { return NewVault(nil).Open("a", one) },
		"a short key": func() (Secret, error) {
			return NewVault(func() ([]byte, error) { return key[:16], nil }).Open("a", one)
		},
	} {
		if s, err := try(); fault.KindOf(err) != fault.Unavailable || !s.Empty() {
			t.Errorf("%s: got %v, want it refused", name, err)
		}
	}
	if s, err := NewVault(nil).Seal("a", Secret{}); s != "" || err != nil {
		t.Errorf("nothing sealed gave %q %v", s, err)
	}
}

func TestTheKeyFileIsMadeOnceForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify.key")
	keys := make([][]byte, 8)
	var all sync.WaitGroup
	for i := range keys {
		all.Add(1)
		go func() {
			defer all.Done()
			k, err := KeyFile(path)()
			if err != nil {
				t.Error(err)
			}
			keys[i] = k
		}()
	}
	all.Wait()
	for _, k := range keys {
		if !bytes.Equal(k, keys[0]) || len(k) != 32 {
			t.Fatal("several makers got different keys")
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v %v, want 0600", info.Mode(), err)
	}
	if list, _ := os.ReadDir(filepath.Dir(path)); len(list) != 1 {
		t.Errorf("left behind: %v", list)
	}
	os.Chmod(path, 0o644)
	if _, err := KeyFile(path)(); err == nil || !strings.Contains(fault.Say(err, nil), "0600") {
		t.Errorf("a key that others may read was taken: %v", err)
	}
	os.Chmod(path, 0o600)
	os.WriteFile(path, []byte("abc"), 0o600)
	if _, err := KeyFile(path)(); fault.KindOf(err) != fault.Invalid {
		t.Errorf("half a key gave %v", err)
	}
}
