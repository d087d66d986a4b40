package notify

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"
)

// A Security is how a mail server is spoken to.
type Security string

// The ways. Plain is for this machine itself only.
const (
	TLS      Security = "tls"      // from the first byte, port 465
	StartTLS Security = "starttls" // port 25 or 587; refused if the server does not offer it
	Plain    Security = "plain"    // loopback
)

// A MailServer is where mail is handed in.
type MailServer struct {
	Server   string // host:port
	Security Security
	From     string // address of the sender
	FromName string // shown beside it; may be empty
	User     string // empty: no log-in
	Password Secret
	Trust    string // PEM of further certificate authorities
	Hosts    Hosts  // allow-list
}

// ValidAddress tells whether s is a plain mail address.
func ValidAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && a.Name == "" && len(s) <= 254 && strings.IndexFunc(s, func(r rune) bool { return r < 33 || r > 126 }) < 0
}

// Send hands one mail in. Failures are *SendError.
func (s MailServer) Send(ctx context.Context, m Message, to string, now time.Time) error {
	host, _, err := net.SplitHostPort(s.Server)
	if err != nil {
		return later("邮件服务器 %s 写法不对；请写成 主机:端口", s.Server)
	}
	if err := s.Hosts.Allow(s.Server); err != nil {
		return err
	}
	if s.Security == Plain && !Loopback(host) {
		return final("到 %s 的连接没有加密，已拒绝；请选择 TLS 或 STARTTLS", host)
	}
	cfg, err := trust(host, s.Trust)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, sendTimeout)
	defer stop()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.Server)
	if err != nil {
		return reached(s.Server, err)
	}
	defer conn.Close()
	if t, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(t); err != nil {
			return reached(s.Server, err)
		}
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if s.Security == TLS {
		c := tls.Client(conn, cfg)
		if err := c.HandshakeContext(ctx); err != nil {
			return reached(s.Server, err)
		}
		conn = c
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return reached(s.Server, err)
	}
	if err := s.begin(c, host, cfg); err != nil {
		return err
	}
	return s.hand(c, m, to, now)
}

// begin greets, turns encryption on and logs in.
func (s MailServer) begin(c *smtp.Client, host string, cfg *tls.Config) error {
	if err := c.Hello("kaiyang.localdomain"); err != nil {
		return s.said(err)
	}
	if s.Security == StartTLS {
		if ok, _ := c.Extension("STARTTLS"); !ok {
			return later("邮件服务器 %s 不提供 STARTTLS，没有登录；请改用 TLS 或联系邮件管理员", s.Server)
		}
		if err := c.StartTLS(cfg); err != nil {
			return reached(s.Server, err)
		}
	}
	if s.User == "" {
		return nil
	}
	_, offered := c.Extension("AUTH")
	var auth smtp.Auth = smtp.PlainAuth("", s.User, s.Password.Reveal(), host)
	if ways := strings.Fields(strings.ToUpper(offered)); !contains(ways, "PLAIN") && contains(ways, "LOGIN") {
		auth = loginAuth{user: s.User, password: s.Password}
	}
	if err := c.Auth(auth); err != nil {
		return later("邮件服务器 %s 不接受用户名或口令；请核对后重新填写口令", s.Server)
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// hand gives the mail over. What fails after the last byte is not known to have failed.
func (s MailServer) hand(c *smtp.Client, m Message, to string, now time.Time) error {
	if err := c.Mail(s.From); err != nil {
		return s.said(err)
	}
	if err := c.Rcpt(to); err != nil {
		return s.said(err)
	}
	w, err := c.Data()
	if err != nil {
		return s.said(err)
	}
	if _, err := w.Write(s.text(m, to, now)); err != nil {
		return later("与邮件服务器 %s 的连接中断；稍后再试", s.Server)
	}
	if err := w.Close(); err != nil {
		var said *textproto.Error
		if errors.As(err, &said) {
			return s.said(err)
		}
		return unsure("邮件已交给 %s，但没有等到答复，不知是否送达；请核实后再决定重发", s.Server)
	}
	_ = c.Quit() // the mail is accepted already
	return nil
}

// said turns an answer of the server into a failure; codes from 500 on are final. The answer may
// repeat the receiver's address, so only its code is kept.
func (s MailServer) said(err error) *SendError {
	var said *textproto.Error
	if !errors.As(err, &said) {
		return later("与邮件服务器 %s 的连接中断；稍后再试", s.Server)
	}
	if said.Code >= 500 {
		return final("邮件服务器 %s 拒收，代码 %d；请核对收件地址和发件地址", s.Server, said.Code)
	}
	return later("邮件服务器 %s 暂不接收，代码 %d；稍后再试", s.Server, said.Code)
}

// text writes the mail (RFC 5322); its Message-ID is that of the message, so that a mail sent again
// by hand can be recognised.
func (s MailServer) text(m Message, to string, now time.Time) []byte {
	_, domain, _ := strings.Cut(s.From, "@")
	id := sha256.Sum256([]byte(m.Key))
	from := "<" + s.From + ">"
	if s.FromName != "" {
		from = encodeWord(s.FromName) + " " + from
	}
	var b strings.Builder
	line := func(name, value string) {
		if !strings.HasPrefix(value, "\r\n") {
			value = " " + value
		}
		fmt.Fprintf(&b, "%s:%s\r\n", name, value)
	}
	line("From", from)
	line("To", "<"+to+">")
	line("Subject", encodeWord(m.Subject))
	line("Date", now.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	line("Message-ID", "<"+hex.EncodeToString(id[:12])+"@"+domain+">")
	line("Auto-Submitted", "auto-generated")
	line("MIME-Version", "1.0")
	line("Content-Type", "text/plain; charset=utf-8")
	line("Content-Transfer-Encoding", "base64")
	b.WriteString("\r\n")
	body := base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(m.Body, "\n", "\r\n")))
	for len(body) > 76 {
		b.WriteString(body[:76] + "\r\n")
		body = body[76:]
	}
	b.WriteString(body + "\r\n")
	return []byte(b.String())
}

// encodeWord writes a header's text; what is not plain goes into RFC 2047 words, each on a line of
// its own.
func encodeWord(s string) string {
	words := mime.BEncoding.Encode("utf-8", s)
	if words == s {
		return s
	}
	return "\r\n " + strings.ReplaceAll(words, "?= =?", "?=\r\n =?")
}

// loginAuth is the older way of logging in, for servers that know no other.
type loginAuth struct {
	user     string
	password Secret
}

// Start begins only over TLS or to this machine.
func (a loginAuth) Start(server *smtp.ServerInfo) (string, []byte, error) {
	if !server.TLS && !Loopback(server.Name) {
		return "", nil, errors.New("unencrypted connection")
	}
	return "LOGIN", nil, nil
}

// Next answers the two questions of the server.
func (a loginAuth) Next(question []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	switch q := strings.ToLower(string(question)); {
	case strings.HasPrefix(q, "user"):
		return []byte(a.user), nil
	case strings.HasPrefix(q, "pass"):
		return []byte(a.password.Reveal()), nil
	}
	return nil, errors.New("unexpected question")
}
