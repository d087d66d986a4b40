// Package app builds the office: it opens the database, lists the modules and joins them. It is
// the only place that knows all of them, and the lowest that reads a clock.
package app

import (
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/notify"
)

// Version is the release of the program; the build may set it.
var Version = "0.1.0"

// Config is everything the program is told at its start.
type Config struct {
	Data     string // directory of the SQLite file, backups and certificates
	Database string // postgres:// URL; empty means SQLite in Data
	Addr     string // host:port
	Public   string // address at which people reach the server, "https://jd.example"; empty: Addr
	TLSCert  string // own certificate files; both or none
	TLSKey   string
	Proxies  []string // addresses of reverse proxies that are trusted
	Title    string   // name of the office, Chinese
	TitleEN  string
	Clock    func() time.Time
	Log      *slog.Logger
	// ReadOnly commands must not migrate.
	NoMigrate bool
	// Create makes a new SQLite database where there is none.
	Create bool
}

// DatabaseFile is the name of the SQLite file inside the data directory.
const DatabaseFile = "kaiyang.db"

// Target gives the database as sqldb.Open wants it.
func (c Config) Target() string {
	if c.Database != "" {
		return c.Database
	}
	return filepath.Join(c.Data, DatabaseFile)
}

// Secure tells whether people reach the server by https: own certificate, or a trusted proxy in front.
func (c Config) Secure() bool { return c.TLSCert != "" || len(c.Proxies) > 0 }

// proxies reads the trusted proxies: addresses or prefixes.
func (c Config) proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range c.Proxies {
		if !strings.Contains(s, "/") {
			a, err := netip.ParseAddr(s)
			if err != nil {
				return nil, fault.New(fault.Invalid, "代理地址“%s”不是 IP 地址或网段", s)
			}
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fault.New(fault.Invalid, "代理地址“%s”不是 IP 地址或网段", s)
		}
		out = append(out, p)
	}
	return out, nil
}

// CheckAddr refuses an address that would send passwords in the clear: loopback is always
// allowed, anything else only with a certificate or behind a named proxy.
func (c Config) CheckAddr() error {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return fault.New(fault.Invalid, "监听地址“%s”写法不对；应为 主机:端口，例如 127.0.0.1:8080", c.Addr)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return fault.New(fault.Invalid, "--tls-cert 与 --tls-key 要一起给出")
	}
	if host == "localhost" {
		return nil
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		return nil
	}
	if c.Secure() {
		return nil
	}
	return fault.New(fault.Invalid, "监听 %s 会把口令明文送上网络；请用 --tls-cert 和 --tls-key 给出证书（kaiyang init --self-signed 可生成），或用 --behind-proxy 写明反向代理的地址", c.Addr)
}

// Place names the database for people, without a password.
func (c Config) Place() string {
	if c.Database == "" {
		return c.Target()
	}
	u, err := url.Parse(c.Database)
	if err != nil {
		return "PostgreSQL"
	}
	return u.Redacted()
}

// FontDir is where the office may put its own fonts for PDF documents.
func (c Config) FontDir() string {
	if c.Data == "" {
		return ""
	}
	return filepath.Join(c.Data, "fonts")
}

// notifyKey gives the key under which mail passwords and keys of robots are sealed: that of the
// environment variable KAIYANG_NOTIFY_KEY, which servers without a common data directory need, else
// of a file in the data directory.
func (c Config) notifyKey() ([]byte, error) {
	if text := os.Getenv("KAIYANG_NOTIFY_KEY"); text != "" {
		return notify.ParseKey(text)
	}
	if c.Data == "" {
		return nil, nil
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil { // a server on PostgreSQL may be the first to need it
		return nil, fault.Because(err, fault.Unavailable, "不能建立数据目录 %s；请检查权限和磁盘", c.Data)
	}
	return notify.KeyFile(filepath.Join(c.Data, "notify.key"))()
}

// checkPublic refuses an address that links in documents could not begin with.
func (c Config) checkPublic() error {
	if c.Public == "" {
		return nil
	}
	u, err := url.Parse(c.Public)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return fault.New(fault.Invalid, "对外网址“%s”写法不对；应为 https://主机 的样子，不带路径", c.Public)
	}
	return nil
}
