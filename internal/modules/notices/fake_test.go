package notices

import (
	"bufio"
	"encoding/base64"
	"io"
	"net"
	"strings"
	"testing"
)

// fakeSMTP takes mail on loopback into r.mails as "receiver text".
func fakeSMTP(t *testing.T, r *relay) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go r.talk(c)
		}
	}()
	return l.Addr().String()
}

func (r *relay) talk(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	say := func(s string) { io.WriteString(c, s+"\r\n") }
	read := func() string { s, _ := in.ReadString('\n'); return strings.TrimRight(s, "\r\n") }
	say("220 fake")
	to := ""
	for {
		line := read()
		verb, _, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			say("250-fake")
			say("250 AUTH PLAIN")
		case "AUTH":
			say("235 in")
		case "MAIL":
			say("250 ok")
		case "RCPT":
			to = strings.Trim(strings.TrimPrefix(line, "RCPT TO:"), "<>")
			say("250 ok")
		case "DATA":
			say("354 go")
			var lines []string
			for s := read(); s != "."; s = read() {
				lines = append(lines, s)
			}
			_, body, _ := strings.Cut(strings.Join(lines, "\n"), "\n\n")
			text, _ := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\n", ""))
			r.mu.Lock()
			r.mails = append(r.mails, to+" "+string(text))
			r.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			return
		}
	}
}
