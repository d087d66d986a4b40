package notices

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/notify"
)

// Settings are how the office lets notices leave. Everything is off until somebody turns it on.
type Settings struct {
	On           bool     `json:"on"`
	Hosts        []string `json:"hosts"`
	Base         string   `json:"base"`           // address of the system in the office's network, before paths
	DigestAt     string   `json:"digest_at"`      // "08:30"
	SoonDays     int      `json:"soon_days"`      // a deadline so many days ahead is soon
	PerHour      int      `json:"per_hour"`       // urgent mails an hour and person
	QuietFrom    string   `json:"quiet_from"`     // nothing leaves from
	QuietTo      string   `json:"quiet_to"`       // … until
	QuietDaysOff bool     `json:"quiet_days_off"` // nor on days off
	Titles       bool     `json:"titles"`         // what it is about may stand in mails
	Mail         MailSettings
	Version      int64 `json:"-"`
}

// MailSettings are those of the mail server.
type MailSettings struct {
	Server   string          `json:"server"` // host:port; "" for no mail
	Security notify.Security `json:"security"`
	From     string          `json:"from"`
	FromName string          `json:"from_name"`
	User     string          `json:"user"`
	Sealed   string          `json:"sealed"` // password
	Trust    string          `json:"trust"`  // PEM
}

// defaultSettings are those of a new office.
func defaultSettings() Settings {
	return Settings{DigestAt: "08:30", SoonDays: 3, PerHour: 3, QuietFrom: "20:00", QuietTo: "08:00", QuietDaysOff: true,
		Mail: MailSettings{Security: notify.StartTLS}}
}

// check reports every fault.
func (s Settings) check() error {
	var f fault.Fields
	for field, text := range map[string]string{"digest_at": s.DigestAt, "quiet_from": s.QuietFrom, "quiet_to": s.QuietTo} {
		_, ok := minutes(text)
		f.Need(ok, field, "时间 %s 写法不对；请写成 08:30 的样子", text)
	}
	f.Need(s.SoonDays >= 0 && s.SoonDays <= 30, "soon_days", "应为 %d 到 %d 之间的整数，现在是 %d", 0, 30, s.SoonDays)
	f.Need(s.PerHour >= 1 && s.PerHour <= 20, "per_hour", "应为 %d 到 %d 之间的整数，现在是 %d", 1, 20, s.PerHour)
	f.Need(validBase(s.Base), "base", "地址 %s 写法不对；请写成 http://主机 或 https://主机:端口，不带路径", s.Base)
	f.Need(!s.On || s.Base != "", "base", "开通外发以前，请填写本系统在内网的地址，消息里的链接要用它")
	for _, h := range s.Hosts {
		f.Need(notify.ValidHost(h), "hosts", "%s 不是主机名或地址；请写 mail.example.cn 或 10.1.2.3:465，每行一个", h)
	}
	m := s.Mail
	if m.Server != "" {
		host, ok := hostOf(m.Server)
		f.Need(ok, "server", "邮件服务器 %s 写法不对；请写成 主机:端口", m.Server)
		f.Need(slices.Contains([]notify.Security{notify.TLS, notify.StartTLS, notify.Plain}, m.Security), "security", "请选择加密方式")
		f.Need(!ok || m.Security != notify.Plain || notify.Loopback(host), "security", "不加密的连接只能用于本机；请选择 TLS 或 STARTTLS")
		f.Need(notify.ValidAddress(m.From), "from", "发件地址 %s 写法不对；请写成 name@example.cn", m.From)
		f.Need(validLine(m.FromName, 40), "from_name", "最多 %d 个字，不含换行等控制字符", 40)
		f.Need(validLine(m.User, 100), "user", "最多 %d 个字，不含换行等控制字符", 100)
		f.Need(m.Trust == "" || notify.ValidPEM(m.Trust), "trust", "证书读不出来；请粘贴 PEM 格式的证书（-----BEGIN CERTIFICATE----- 开头）")
	}
	return f.Err()
}

// minutes reads "08:30" as minutes of the day.
func minutes(s string) (int, bool) {
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil
}

// quiet tells whether nothing may leave at a moment. works tells whether a day is worked.
func (s Settings) quiet(now time.Time, works func(period.Day) bool) bool {
	if s.QuietDaysOff && !works(period.DayOf(now)) {
		return true
	}
	from, _ := minutes(s.QuietFrom)
	to, _ := minutes(s.QuietTo)
	at := now.Hour()*60 + now.Minute()
	if from <= to {
		return at >= from && at < to
	}
	return at >= from || at < to
}

// goes gives the moment from which a message may leave: at itself, or the end of the quiet time that it
// falls into; zero where the calendar knows of no working day within two months.
func (s Settings) goes(at time.Time, works func(period.Day) bool) time.Time {
	to, _ := minutes(s.QuietTo)
	y, m, d := at.Date()
	for i := range 62 {
		midnight := time.Date(y, m, d+i, 0, 0, 0, 0, at.Location())
		for _, t := range [...]time.Time{at, midnight, midnight.Add(time.Duration(to) * time.Minute)} {
			if !t.Before(at) && !s.quiet(t, works) {
				return t
			}
		}
	}
	return time.Time{}
}

// digestDue tells whether the digests of a day are to be made at a moment: on a working day, from
// the hour set on. A server that comes up later makes them then.
func (s Settings) digestDue(now time.Time, works func(period.Day) bool) bool {
	at, _ := minutes(s.DigestAt)
	return works(period.DayOf(now)) && now.Hour()*60+now.Minute() >= at
}

// An urgency is how a notice's day stands to today.
type urgency uint8

const (
	calm urgency = iota
	near         // to be done, or held, within the days set
	late         // was to be done within the last month
)

// presses tells how the day of a notice presses: only what is to be done, or attended, can. A
// meeting that was held does not.
func (s Settings) presses(k notify.Kind, due, today period.Day) urgency {
	switch {
	case due.IsZero() || k != notify.ToDo && k != notify.Deadline && k != notify.Invite:
		return calm
	case due >= today && due <= today.AddDays(s.SoonDays):
		return near
	case due < today && due >= today.AddDays(-31) && k != notify.Invite:
		return late
	}
	return calm
}

// Counts are how many notices of each sort wait; this and a link are all that leaves the system.
type Counts struct {
	Late  int // deadlines that have passed
	Soon  int // deadlines that come near
	ToDo  int
	Meet  int
	Other int
}

func (c *Counts) add(k notify.Kind, u urgency) {
	switch {
	case k == notify.Invite:
		c.Meet++
	case u == late:
		c.Late++
	case u == near:
		c.Soon++
	case k == notify.ToDo || k == notify.Deadline:
		c.ToDo++
	default:
		c.Other++
	}
}

func (c Counts) total() int { return c.Late + c.Soon + c.ToDo + c.Meet + c.Other }

// outside is what a message outside may be made of. It has no place for a person (STANDARDS
// NOTE-01): counts, a link of the office's own network, and, where the office allows titles,
// sentences without what people typed.
type outside struct {
	counts Counts
	link   string
	titles []string
	group  bool // to a group, not to a person
}

// body writes the message.
func (o outside) body(tr func(string) string) string {
	t := func(format string, args ...any) string { return fmt.Sprintf(tr(format), args...) }
	parts, n := "", 0
	other := "%d 项其他通知"
	if o.counts.total() == o.counts.Other {
		other = "%d 项通知" // other than nothing
	}
	for _, p := range []struct {
		n      int
		format string
	}{{o.counts.Late, "%d 项任务已过期限"}, {o.counts.Soon, "%d 项任务即将到期"}, {o.counts.ToDo, "%d 项待办"}, {o.counts.Meet, "%d 项会议通知"}, {o.counts.Other, other}} {
		if p.n == 0 {
			continue
		}
		switch n++; n {
		case 1:
			parts = t(p.format, p.n)
		case 2:
			parts = t("%s，另有 %s", parts, t(p.format, p.n))
		default:
			parts = t("%s、%s", parts, t(p.format, p.n))
		}
	}
	s := t("您有 %s。", parts)
	if o.group {
		s = t("本组有 %s。", parts)
	}
	for _, x := range o.titles {
		s += "\n· " + x
	}
	return s + "\n" + t("请登录本系统查看：%s", o.link)
}

// urgentBody says only that something is urgent.
func urgentBody(tr func(string) string, link string, group bool) string {
	s := tr("您有紧急事项。")
	if group {
		s = tr("本组有紧急事项。")
	}
	return s + "\n" + fmt.Sprintf(tr("请登录本系统查看：%s"), link)
}

// titleOf gives the sentence of a notice as it may leave: numbers, days and words of the system
// stay, text that somebody typed becomes dots; of it only a leading number of a matter stays.
func titleOf(n Notice, tr func(string) string) string {
	args := make([]any, len(n.Args))
	for i, a := range n.Args {
		args[i] = a
		if n, ok := a.(int64); ok && (n > 999_999 || n < -999_999) {
			args[i] = 0 // no count is so large
			continue
		}
		s, ok := a.(string)
		if !ok {
			continue
		}
		if _, err := period.ParseDay(s); err == nil && len(s) == len("2018-05-10") {
			continue
		}
		args[i] = leadingNumber(s) + "…"
	}
	return notify.Sentence(tr, n.Text, args)
}

// leadingNumber gives the "2018-0012" that a text begins with, or "".
func leadingNumber(s string) string {
	n := 0
	for n < len(s) && n <= len("2018-00120") {
		c := s[n]
		if n == 4 && c != '-' || n != 4 && (c < '0' || c > '9') {
			break
		}
		n++
	}
	if n < len("2018-001") || n > len("2018-00012") {
		return ""
	}
	return s[:n]
}

// validBase tells whether s is "http://HOST[:PORT]" or with https, or empty.
func validBase(s string) bool {
	if s == "" {
		return true
	}
	host, ok := strings.CutPrefix(s, "https://")
	if !ok {
		host, ok = strings.CutPrefix(s, "http://")
	}
	return ok && notify.ValidHost(host)
}

// hostOf takes the host out of "host:port".
func hostOf(server string) (string, bool) {
	host, port, err := net.SplitHostPort(server)
	return host, err == nil && host != "" && port != "" && notify.ValidHost(server)
}

// validLine tells whether a text has at most so many characters and none that breaks a line.
func validLine(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, unicode.IsControl)
}
