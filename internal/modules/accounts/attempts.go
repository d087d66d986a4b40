package accounts

import (
	"net/netip"
	"strings"
	"time"
)

// An attempt counts failed log-ins, of one log-in name or from one address. Names that no
// account has are counted in the same way, so a lock tells nothing about them.
type attempt struct {
	Failures int
	Last     time.Time
}

// locked tells until when further attempts are refused; zero when they are not.
func (a attempt) locked(limit int, lasts time.Duration, now time.Time) time.Time {
	if until := a.Last.Add(lasts); a.Failures >= limit && now.Before(until) {
		return until
	}
	return time.Time{}
}

// next counts one more attempt as a failure. Failures older than the lock lasts are forgotten.
func (a attempt) next(lasts time.Duration, now time.Time) attempt {
	if !now.Before(a.Last.Add(lasts)) {
		a.Failures = 0
	}
	return attempt{Failures: a.Failures + 1, Last: now}
}

// less takes one back, for an attempt that turned out right.
func (a attempt) less() attempt {
	a.Failures = max(0, a.Failures-1)
	return a
}

const addressPrefix = "address:"

func cutAddress(key string) (string, bool) { return strings.CutPrefix(key, addressPrefix) }

// addressKey gives the text under which an address is counted; an IPv6 machine has a whole /64.
func addressKey(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return addressPrefix + address
	}
	if a = a.Unmap(); a.Is6() {
		p, err := a.WithZone("").Prefix(64)
		if err == nil {
			return addressPrefix + p.String()
		}
	}
	return addressPrefix + a.String()
}
