package notify

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Hosts are the machines that messages may go to, each "host" or "host:port"; empty allows none
// (STANDARDS NOTE-04).
type Hosts []string

// Allow refuses a machine that is not listed.
func (h Hosts) Allow(hostport string) error {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	for _, x := range h {
		if strings.EqualFold(x, hostport) || strings.EqualFold(x, host) {
			return nil
		}
	}
	return later("主机 %s 不在允许名单里，没有连接；请系统管理员核对后加入名单", hostport)
}

// ValidHost tells whether a line of the list is a host name or address, with or without a port.
func ValidHost(s string) bool {
	host := s
	if h, port, err := net.SplitHostPort(s); err == nil {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return false
		}
		host = h
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return len(host) > 0 && len(host) <= 253 && !strings.ContainsFunc(host, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-')
	})
}

// Loopback tells whether a host is this machine itself.
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.Unmap().IsLoopback()
}

// sendTimeout is the longest that one try may take.
const sendTimeout = 30 * time.Second

// trust makes the TLS settings for a host; pem holds further certificate authorities, such as that
// of a county's own network.
func trust(host, pem string) (*tls.Config, error) {
	cfg := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if strings.TrimSpace(pem) == "" {
		return cfg, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM([]byte(pem)) {
		return nil, later("信任的证书读不出来；请粘贴 PEM 格式的证书")
	}
	cfg.RootCAs = pool
	return cfg, nil
}

// ValidPEM tells whether a text holds certificates that can be read.
func ValidPEM(pem string) bool { return x509.NewCertPool().AppendCertsFromPEM([]byte(pem)) }

// reached names what failed before anything was handed over; no address with a key is in it.
func reached(host string, err error) *SendError {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var cert *tls.CertificateVerificationError
	var dns *net.DNSError
	switch {
	case errors.As(err, &unknown), errors.As(err, &name), errors.As(err, &cert):
		return later("主机 %s 的证书不可信；请核对主机名，或把签发机构的证书填入设置", host)
	case errors.As(err, &dns):
		return later("找不到主机 %s；请检查主机名和域名解析", host)
	}
	return later("连接不上主机 %s；请检查地址、端口和网络", host)
}

// clip cuts a text to at most n bytes without breaking a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	const dots = "…"
	cut := n - len(dots)
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + dots
}
