package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"kaiyang/internal/core/fault"
)

// A cost is what an argon2id hash takes; it stands in each hash, so it may change.
type cost struct {
	KiB     uint32
	Passes  uint32
	Threads uint8
}

// present is the cost of new hashes: 19 MiB and two passes, about 35 ms.
func present() cost { return cost{KiB: 19 * 1024, Passes: 2, Threads: 1} }

const (
	saltBytes = 16
	keyBytes  = 32
)

// A hasher makes and checks password hashes, few at a time: each takes its memory while it
// runs, and a flood of log-ins must not take the machine's.
type hasher struct {
	slots chan struct{}
	cost  cost
	// decoy is checked where no account is, so that the answer takes as long. It is the hash of nothing.
	decoy string
}

func newHasher(atOnce int, c cost) *hasher {
	return &hasher{slots: make(chan struct{}, atOnce), cost: c, decoy: c.phc(random(saltBytes), random(keyBytes))}
}

func (h *hasher) take(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.Because(ctx.Err(), fault.Unavailable, "现在登录的人太多；请稍后再试")
	}
}

// hash gives the PHC form of a new hash with a salt of its own.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.take(ctx); err != nil {
		return "", err
	}
	defer func() { <-h.slots }()
	return h.cost.hash(normal(password)), nil
}

// check tells whether a password is the one of a hash. An empty hash takes as long and is wrong.
func (h *hasher) check(ctx context.Context, hash, password string) (bool, error) {
	if err := h.take(ctx); err != nil {
		return false, err
	}
	defer func() { <-h.slots }()
	there := hash != ""
	if !there {
		hash = h.decoy
	}
	c, salt, key, err := parseHash(hash)
	if err != nil {
		return false, err
	}
	got := argon2.IDKey([]byte(normal(password)), salt, c.Passes, c.KiB, c.Threads, uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1 && there, nil
}

// stale tells that a hash was made at another cost than new ones are.
func (h *hasher) stale(hash string) bool {
	c, _, _, err := parseHash(hash)
	return err == nil && c != h.cost
}

func (c cost) hash(password string) string {
	salt := random(saltBytes)
	return c.phc(salt, argon2.IDKey([]byte(password), salt, c.Passes, c.KiB, c.Threads, keyBytes))
}

func (c cost) phc(salt, key []byte) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.KiB, c.Passes, c.Threads, b64(salt), b64(key))
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func parseHash(s string) (c cost, salt, key []byte, err error) {
	part := strings.Split(s, "$")
	var version int
	if len(part) != 6 || part[1] != "argon2id" {
		return c, nil, nil, fmt.Errorf("accounts: not an argon2id hash")
	}
	if _, err := fmt.Sscanf(part[2], "v=%d", &version); err != nil || version != argon2.Version {
		return c, nil, nil, fmt.Errorf("accounts: unknown version of argon2id %q", part[2])
	}
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &c.KiB, &c.Passes, &c.Threads); err != nil {
		return c, nil, nil, fmt.Errorf("accounts: cost of a hash: %w", err)
	}
	if c.Passes == 0 || c.Threads == 0 || c.KiB > 1<<20 {
		return c, nil, nil, fmt.Errorf("accounts: cost of a hash is out of bounds: %s", part[3])
	}
	if salt, err = base64.RawStdEncoding.DecodeString(part[4]); err != nil {
		return c, nil, nil, err
	}
	if key, err = base64.RawStdEncoding.DecodeString(part[5]); err != nil {
		return c, nil, nil, err
	}
	if len(key) < 16 {
		return c, nil, nil, fmt.Errorf("accounts: hash too short")
	}
	return c, salt, key, nil
}

// normal gives the form in which passwords are compared, so that the same phrase typed with
// another input method, full-width or composed otherwise, is the same password.
func normal(password string) string { return norm.NFKC.String(password) }

// oneTimeSecret gives 80 random bits as four groups of letters and digits that are not mistaken
// for each other.
func oneTimeSecret() string {
	const signs = "23456789abcdefghijkmnpqrstuvwxyz" // 32, without 0, 1, l and o
	out := make([]byte, 0, 19)
	for i, x := range random(16) {
		if i > 0 && i%4 == 0 {
			out = append(out, '-')
		}
		out = append(out, signs[x&31])
	}
	return string(out)
}

// newToken gives 256 random bits for a cookie or a link.
func newToken() string {
	return base64.RawURLEncoding.EncodeToString(random(32))
}

const tokenLength = 43

// tokenSum is what is stored of a token.
func tokenSum(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// loginKey is under what failed log-ins of a name are counted: people type passwords into the
// wrong field, so the name itself is not kept.
func loginKey(folded string) string {
	h := sha256.Sum256([]byte("login " + folded))
	return "login:" + hex.EncodeToString(h[:])
}
