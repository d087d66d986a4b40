package accounts

import (
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kaiyang/internal/core/fault"
)

// A Policy is everything about passwords and log-ins that an office may set. The two profiles
// come from standards that contradict each other (STANDARDS §6.1): 等保 assessments ask for
// composition and rotation, ASVS 5.0 forbids both.
type Policy struct {
	Profile         string   `json:"profile"` // name of the profile it was made from
	MinLength       int      `json:"min_length"`
	Classes         int      `json:"classes"`       // how many of lower, upper, digit, other must occur
	RotateDays      int      `json:"rotate_days"`   // 0: no rotation
	History         int      `json:"history"`       // earlier passwords that may not come again
	Failures        int      `json:"failures"`      // failed log-ins of a name before it is locked
	AddressFailures int      `json:"from_address"`  // failed log-ins from an address before it is locked
	LockMinutes     int      `json:"lock_minutes"`  //
	IdleMinutes     int      `json:"idle_minutes"`  // without a request
	AbsoluteHours   int      `json:"total_hours"`   // since signing in
	AdminAddresses  []string `json:"admin_sources"` // prefixes from which the separated duties sign in; empty: anywhere (MLPS-18)
}

// The profiles.
const (
	ProfileMLPS = "mlps"
	ProfileASVS = "asvs"
)

// MLPS is the default policy: the parameters that 等保 assessments commonly ask for
// (STANDARDS §3.1). A whole office may come from one address, hence the larger number there.
func MLPS() Policy {
	return Policy{Profile: ProfileMLPS, MinLength: 8, Classes: 3, RotateDays: 90, History: 5, Failures: 5, AddressFailures: 20,
		LockMinutes: 30, IdleMinutes: 10, AbsoluteHours: 12}
}

// ASVS is the policy after OWASP ASVS 5.0: length instead of composition, no rotation.
func ASVS() Policy {
	p := MLPS()
	p.Profile, p.MinLength, p.Classes, p.RotateDays = ProfileASVS, 12, 1, 0
	return p
}

func (p Policy) idle() time.Duration     { return time.Duration(p.IdleMinutes) * time.Minute }
func (p Policy) absolute() time.Duration { return time.Duration(p.AbsoluteHours) * time.Hour }
func (p Policy) lock() time.Duration     { return time.Duration(p.LockMinutes) * time.Minute }

// flush is how long a last request may go unwritten.
func (p Policy) flush() time.Duration { return min(time.Minute, p.idle()/10) }

// check reports every fault of the policy. The bounds keep out what would switch a protection off.
func (p Policy) check() error {
	var f fault.Fields
	in := func(field string, n, lo, hi int) {
		f.Need(n >= lo && n <= hi, field, "应为 %d 到 %d 之间的整数，现在是 %d", lo, hi, n)
	}
	f.Need(p.Profile == ProfileMLPS || p.Profile == ProfileASVS, "profile", "没有这个口令方案；请从列表中选择")
	in("min_length", p.MinLength, 8, 64)
	in("classes", p.Classes, 1, 4)
	in("rotate_days", p.RotateDays, 0, 365)
	in("history", p.History, 0, 10)
	in("failures", p.Failures, 3, 20)
	in("from_address", p.AddressFailures, 3, 1000)
	in("lock_minutes", p.LockMinutes, 1, 24*60)
	in("idle_minutes", p.IdleMinutes, 1, 8*60)
	in("total_hours", p.AbsoluteHours, 1, 24)
	f.Need(p.Profile != ProfileASVS || p.MinLength >= 12, "min_length", "ASVS 方案的口令至少 12 个字符")
	f.Need(p.Profile != ProfileMLPS || p.Classes >= 3, "classes", "等保方案要求至少 3 类字符")
	for _, s := range p.AdminAddresses {
		_, err := parsePrefix(s)
		f.Need(err == nil, "admin_sources", "%s 不是网址段；请写 10.1.2.0/24 或 10.1.2.3，每行一个", s)
	}
	return f.Err()
}

func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}

// admits tells whether an administrator may sign in from an address.
func (p Policy) admits(address string) bool {
	if len(p.AdminAddresses) == 0 {
		return true
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, s := range p.AdminAddresses {
		if x, err := parsePrefix(s); err == nil && x.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// maxPassword is the longest password in characters; far above the 64 that must be allowed
// (STANDARDS AS-19). Longer ones are refused, never cut.
const maxPassword = 256

// CheckPassword reports every reason why a person may not use a password; login and name are
// the person's own. The password is expected in its normal form.
func (p Policy) CheckPassword(password, login, name string) error {
	var f fault.Fields
	n := utf8.RuneCountInString(password)
	f.Need(utf8.ValidString(password) && !strings.ContainsFunc(password, unicode.IsControl), "new", "口令里有不能输入的控制字符；请重新输入")
	f.Need(n >= p.MinLength, "new", "口令至少 %d 个字符，现在是 %d 个", p.MinLength, n)
	f.Need(n <= maxPassword, "new", "口令最多 %d 个字符，现在是 %d 个", maxPassword, n)
	f.Need(classes(password) >= p.Classes, "new", "口令要含小写字母、大写字母、数字、其他字符（符号、汉字）中的至少 %d 类", p.Classes)
	low := strings.ToLower(password)
	f.Need(!holds(low, FoldLogin(login)), "new", "口令不能包含登录名")
	f.Need(!holds(low, strings.ToLower(name)), "new", "口令不能包含姓名")
	f.Need(!common(low), "new", "这个口令太常见，容易被猜到；请换一个，例如几个不相干的词连在一起")
	return f.Err()
}

func holds(low, part string) bool {
	return utf8.RuneCountInString(part) >= 2 && strings.Contains(low, part)
}

// classes counts which of lower, upper, digit and other occur; Chinese characters are other.
func classes(s string) int {
	var seen [4]bool
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z':
			seen[0] = true
		case r >= 'A' && r <= 'Z':
			seen[1] = true
		case r >= '0' && r <= '9':
			seen[2] = true
		default:
			seen[3] = true
		}
	}
	n := 0
	for _, x := range seen {
		if x {
			n++
		}
	}
	return n
}
