package notify

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net/mail"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2018, 5, 10, 12, 0, 0, 0, time.FixedZone("Asia/Shanghai", 8*3600))

const mailPassword = "fictitious-mail-password"

func serverOf(p *postOffice, s Security) MailServer {
	return MailServer{Server: p.addr, Security: s, From: "ky@example.cn", FromName: "开阳禁毒工作平台", User: "ky", Password: NewSecret(mailPassword), Trust: p.pem, Hosts: Hosts{p.addr}}
}

func TestMailArrivesAsItWasWritten(t *testing.T) {
	for name, c := range map[string]struct {
		security Security
		change   func(*postOffice)
		login    string
	}{
		"starttls":    {StartTLS, nil, "PLAIN|ky|" + mailPassword},
		"tls":         {TLS, func(p *postOffice) { p.implicit = true }, "PLAIN|ky|" + mailPassword},
		"older login": {StartTLS, func(p *postOffice) { p.auth = "LOGIN" }, "LOGIN|ky|" + mailPassword},
		"loopback":    {Plain, func(p *postOffice) { p.starttls = false }, "PLAIN|ky|" + mailPassword},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPostOffice(t, c.change)
			m := Message{Key: "digest:mail:5:2018-05-10", Subject: "禁毒工作平台每日提要：这是一个很长的主题，用来看折行是否正确", Body: "您有 3 项任务即将到期。\n.\n请登录"}
			if err := serverOf(p, c.security).Send(context.Background(), m, "t101@example.cn", noon); err != nil {
				t.Fatal(err)
			}
			got := p.got()
			if len(got) != 1 || p.logins[0] != c.login {
				t.Fatalf("mails %d, log-in %v, want %s", len(got), p.logins, c.login)
			}
			for _, line := range strings.Split(got[0], "\r\n") {
				if len(line) > 78 || strings.ContainsFunc(line, func(r rune) bool { return r > 126 }) {
					t.Errorf("line %q is too long or not plain", line)
				}
			}
			read, err := mail.ReadMessage(strings.NewReader(got[0]))
			if err != nil {
				t.Fatal(err)
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
			if err != nil || subject != m.Subject {
				t.Errorf("subject %q %v, want %q", subject, err, m.Subject)
			}
			body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, read.Body))
			if err != nil || string(body) != strings.ReplaceAll(m.Body, "\n", "\r\n") {
				t.Errorf("body %q %v", body, err)
			}
			if at, err := read.Header.Date(); err != nil || !at.Equal(noon) {
				t.Errorf("date %v %v, want %v", at, err, noon)
			}
		})
	}
}

func TestMailThatDoesNotGoSaysWhy(t *testing.T) {
	cases := map[string]struct {
		change        func(*postOffice)
		server        func(*MailServer)
		say           string
		final, unsure bool
	}{
		"not on the list":           {nil, func(s *MailServer) { s.Hosts = nil }, "不在允许名单", false, false},
		"other port than allowed":   {nil, func(s *MailServer) { s.Hosts = Hosts{"127.0.0.1:1"} }, "不在允许名单", false, false},
		"plain to another machine":  {nil, func(s *MailServer) { s.Server, s.Hosts, s.Security = "10.255.255.1:25", Hosts{"10.255.255.1"}, Plain }, "没有加密", true, false},
		"no starttls":               {func(p *postOffice) { p.starttls = false }, nil, "不提供 STARTTLS", false, false},
		"unknown certificate":       {nil, func(s *MailServer) { s.Trust = "" }, "证书不可信", false, false},
		"nobody listens":            {nil, func(s *MailServer) { s.Server, s.Hosts = "127.0.0.1:1", Hosts{"127.0.0.1:1"} }, "连接不上", false, false},
		"receiver refused":          {func(p *postOffice) { p.rcpt = "550 no <t101@example.cn>" }, nil, "拒收，代码 550", true, false},
		"full for now":              {func(p *postOffice) { p.rcpt = "451 later" }, nil, "暂不接收，代码 451", false, false},
		"hung up after the message": {func(p *postOffice) { p.cut = true }, nil, "不知是否送达", false, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := newPostOffice(t, c.change)
			s := serverOf(p, StartTLS)
			if c.server != nil {
				c.server(&s)
			}
			err := s.Send(context.Background(), Message{Key: "k", Subject: "s", Body: "b"}, "t101@example.cn", noon)
			var e *SendError
			if !errors.As(err, &e) || !strings.Contains(e.Error(), c.say) || e.Final != c.final || e.Unsure != c.unsure {
				t.Fatalf("got %#v (%v), want %q final %v unsure %v", e, err, c.say, c.final, c.unsure)
			}
			if strings.Contains(err.Error(), "t101") || strings.Contains(err.Error(), mailPassword) {
				t.Errorf("the sentence holds an address or a secret: %v", err)
			}
			if n := len(p.got()); n > 0 && !c.unsure {
				t.Errorf("%d mails were taken", n)
			}
			if name == "no starttls" && len(p.logins) > 0 {
				t.Error("the password went over an unencrypted connection")
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	for s, want := range map[string]bool{"a@example.cn": true, "": false, "a": false, "A <a@example.cn>": false, "a@example.cn\r\nBcc: b@example.cn": false, "禁@example.cn": false} {
		if got := ValidAddress(s); got != want {
			t.Errorf("ValidAddress(%q) = %v, want %v", s, got, want)
		}
	}
}
