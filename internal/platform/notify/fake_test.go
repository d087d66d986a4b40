package notify

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

func quietLog() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// postOffice is a mail server on loopback. Its fields change what it does.
type postOffice struct {
	addr   string
	cert   tls.Certificate
	pem    string
	mu     sync.Mutex
	mails  []string
	logins []string

	implicit bool   // TLS from the first byte
	starttls bool   // offers STARTTLS
	auth     string // ways offered
	rcpt     string // answer to RCPT, default 250
	cut      bool   // hangs up after the mail, without an answer
}

func newPostOffice(t *testing.T, change func(*postOffice)) *postOffice {
	t.Helper()
	srv := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(srv.Close)
	p := &postOffice{cert: srv.TLS.Certificates[0], starttls: true, auth: "PLAIN LOGIN", rcpt: "250 ok"}
	p.pem = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}))
	if change != nil {
		change(p)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	p.addr = l.Addr().String()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.talk(c)
		}
	}()
	return p
}

func (p *postOffice) got() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.mails...)
}

func (p *postOffice) talk(c net.Conn) {
	defer func() { c.Close() }()
	cfg := &tls.Config{Certificates: []tls.Certificate{p.cert}}
	encrypted := p.implicit
	if p.implicit {
		c = tls.Server(c, cfg)
	}
	in := bufio.NewReader(c)
	say := func(s string) { io.WriteString(c, s+"\r\n") }
	read := func() string {
		s, err := in.ReadString('\n')
		if err != nil {
			return ""
		}
		return strings.TrimRight(s, "\r\n")
	}
	say("220 fake")
	for {
		line := read()
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			say("250-fake")
			if p.starttls && !encrypted {
				say("250-STARTTLS")
			}
			say("250 AUTH " + p.auth)
		case "STARTTLS":
			say("220 go")
			c = tls.Server(c, cfg)
			in, encrypted = bufio.NewReader(c), true
		case "AUTH":
			p.mu.Lock()
			if way, first, _ := strings.Cut(rest, " "); way == "PLAIN" {
				b, _ := base64.StdEncoding.DecodeString(first)
				p.logins = append(p.logins, "PLAIN"+strings.ReplaceAll(string(b), "\x00", "|"))
			} else {
				say("334 " + base64.StdEncoding.EncodeToString([]byte("Username:")))
				u, _ := base64.StdEncoding.DecodeString(read())
				say("334 " + base64.StdEncoding.EncodeToString([]byte("Password:")))
				w, _ := base64.StdEncoding.DecodeString(read())
				p.logins = append(p.logins, "LOGIN|"+string(u)+"|"+string(w))
			}
			p.mu.Unlock()
			say("235 in")
		case "MAIL":
			say("250 ok")
		case "RCPT":
			say(p.rcpt)
		case "DATA":
			say("354 go")
			var b strings.Builder
			for s := read(); s != "."; s = read() {
				b.WriteString(s + "\r\n")
			}
			p.mu.Lock()
			p.mails = append(p.mails, b.String())
			p.mu.Unlock()
			if p.cut {
				return
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			return
		}
	}
}
