package app

import (
	"net/http"
	"net/netip"
)

// DailyBackup is dailyBackup, for tests outside the package.
var DailyBackup = dailyBackup

// NotifyKey is Config.notifyKey, for tests outside the package.
func NotifyKey(c Config) ([]byte, error) { return c.notifyKey() }

// OnlyBehind is onlyBehind, for tests outside the package.
func OnlyBehind(next http.Handler, proxies []netip.Prefix) http.Handler {
	return onlyBehind(next, proxies)
}
