package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// The limits of robots (STANDARDS §5.6): text of WeCom in bytes; messages a minute of either.
const (
	wecomText   = 2048
	dingText    = 16000
	RobotMinute = 20
)

// A Robot is an address at which a group takes messages.
type Robot struct {
	Channel Channel
	Base    string // https://HOST/PATH without the key; 政务微信 has a host of its own
	Key     Secret // "key" of WeCom, "access_token" of DingTalk
	Sign    Secret // DingTalk's signing secret; may be empty
	Trust   string // PEM of further certificate authorities
	Hosts   Hosts  // allow-list
}

// keyName is the question of the address that carries the key.
func (c Channel) keyName() string {
	if c == DingTalk {
		return "access_token"
	}
	return "key"
}

// SplitRobotURL takes an address as the group's settings show it apart into the part that may be
// seen and the key. An address without key gives an empty key.
func SplitRobotURL(c Channel, text string) (base string, key Secret, ok bool) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return "", Secret{}, false
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && Loopback(u.Hostname())) {
		return "", Secret{}, false
	}
	q := u.Query()
	key = NewSecret(q.Get(c.keyName()))
	q.Del(c.keyName())
	q.Del("timestamp")
	q.Del("sign")
	if len(q) > 0 {
		return "", Secret{}, false
	}
	u.RawQuery = ""
	return u.String(), key, true
}

// Signature gives DingTalk's sign for a moment: URL-encoded Base64 of HMAC-SHA256 over the
// milliseconds, a line break and the secret.
func Signature(secret Secret, millis int64) string {
	h := hmac.New(sha256.New, []byte(secret.Reveal()))
	io.WriteString(h, strconv.FormatInt(millis, 10)+"\n"+secret.Reveal())
	return url.QueryEscape(base64.StdEncoding.EncodeToString(h.Sum(nil)))
}

// Send posts one message to the group. Failures are *SendError; none of them holds the key.
func (r Robot) Send(ctx context.Context, m Message, now time.Time) error {
	u, err := url.Parse(r.Base)
	if err != nil || u.Host == "" {
		return final("机器人的地址写法不对；请在设置里重新粘贴")
	}
	hostport := u.Host
	if u.Port() == "" {
		hostport = net.JoinHostPort(u.Hostname(), map[string]string{"https": "443", "http": "80"}[u.Scheme])
	}
	if u.Scheme != "https" && !Loopback(u.Hostname()) {
		return final("到 %s 的连接没有加密，已拒绝；机器人的地址应以 https:// 开头", u.Host)
	}
	if err := r.Hosts.Allow(hostport); err != nil {
		return err
	}
	cfg, err := trust(u.Hostname(), r.Trust)
	if err != nil {
		return err
	}
	text := m.Body
	if m.Subject != "" {
		text = m.Subject + "\n" + text
	}
	limit := wecomText
	query := r.Channel.keyName() + "=" + url.QueryEscape(r.Key.Reveal())
	if r.Channel == DingTalk {
		limit = dingText
		if !r.Sign.Empty() {
			millis := now.UnixMilli()
			query += "&timestamp=" + strconv.FormatInt(millis, 10) + "&sign=" + Signature(r.Sign, millis)
		}
	}
	body, err := json.Marshal(map[string]any{"msgtype": "text", "text": map[string]string{"content": clip(text, limit)}})
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, sendTimeout)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.Base+"?"+query, bytes.NewReader(body))
	if err != nil {
		return final("机器人的地址写法不对；请在设置里重新粘贴")
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	// No proxy, no redirect, no connection kept: the host asked for is the only one spoken to.
	transport := &http.Transport{TLSClientConfig: cfg, DisableKeepAlives: true, TLSHandshakeTimeout: sendTimeout / 2}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var handed atomic.Bool
	req = req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { handed.Store(true) }}))
	res, err := client.Do(req)
	if err != nil {
		if handed.Load() {
			return unsure("消息已交给 %s，但没有等到答复，不知是否送达；请核实后再决定重发", u.Host)
		}
		var named *url.Error // its text holds the whole address
		if errors.As(err, &named) {
			err = named.Err
		}
		return reached(u.Host, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if res.StatusCode != http.StatusOK {
		return refusedBy(u.Host, res)
	}
	if err != nil {
		return unsure("消息已交给 %s，但没有等到答复，不知是否送达；请核实后再决定重发", u.Host)
	}
	return r.answered(u.Host, answer)
}

func refusedBy(host string, res *http.Response) error {
	e := later("主机 %s 答复 %d，没有收下消息；稍后再试", host, res.StatusCode)
	switch {
	case res.StatusCode == http.StatusTooManyRequests:
		e.Wait = time.Minute
		if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && n > 0 && n < 86400 {
			e.Wait = time.Duration(n) * time.Second
		}
	case res.StatusCode >= 300 && res.StatusCode < 500:
		return final("主机 %s 答复 %d，没有收下消息；请核对机器人的地址", host, res.StatusCode)
	}
	return e
}

// answered reads the robot's own code. 45009 and 130101 mean too many messages.
func (r Robot) answered(host string, body []byte) error {
	var a struct {
		Code *int `json:"errcode"`
	}
	if err := json.Unmarshal(body, &a); err != nil || a.Code == nil {
		return unsure("主机 %s 的答复看不懂，不知是否送达；请核对机器人的地址", host)
	}
	switch *a.Code {
	case 0:
		return nil
	case -1, 45009, 45033, 130101, 410100:
		e := later("机器人 %s 暂不接收，代码 %d；稍后再试", host, *a.Code)
		e.Wait = 10 * time.Minute
		if *a.Code == -1 {
			e.Wait = 0
		}
		return e
	}
	return final("机器人 %s 拒收，代码 %d；请核对机器人的密钥、加签密钥和安全设置", host, *a.Code)
}
