package notify

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

const robotKey = "fictitious-robot-key-000"

// group is a robot's server on loopback.
func group(t *testing.T, answer http.HandlerFunc) (Robot, *httptest.Server) {
	t.Helper()
	srv := httptest.NewTLSServer(answer)
	t.Cleanup(srv.Close)
	base, key, ok := SplitRobotURL(WeCom, srv.URL+"/cgi-bin/webhook/send?key="+robotKey)
	if !ok || key.Reveal() != robotKey || strings.Contains(base, robotKey) {
		t.Fatalf("split gave %q %q %v", base, key.Reveal(), ok)
	}
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}))
	return Robot{Channel: WeCom, Base: base, Key: key, Trust: ca, Hosts: Hosts{strings.TrimPrefix(srv.URL, "https://")}}, srv
}

func TestARobotGetsTextWithinItsLimit(t *testing.T) {
	var got struct {
		Type string `json:"msgtype"`
		Text struct {
			Content string `json:"content"`
		} `json:"text"`
	}
	var query url.Values
	r, _ := group(t, func(w http.ResponseWriter, q *http.Request) {
		query = q.URL.Query()
		if err := json.NewDecoder(q.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		io.WriteString(w, `{"errcode":0,"errmsg":"ok"}`)
	})
	long := strings.Repeat("三项任务即将到期。", 400)
	if err := r.Send(context.Background(), Message{Subject: "提要", Body: long}, noon); err != nil {
		t.Fatal(err)
	}
	if query.Get("key") != robotKey || got.Type != "text" {
		t.Errorf("asked %v, type %q", query, got.Type)
	}
	if n := len(got.Text.Content); n > 2048 || n < 2040 || !utf8.ValidString(got.Text.Content) || !strings.HasPrefix(got.Text.Content, "提要\n三项") {
		t.Errorf("content of %d bytes: %.40q", n, got.Text.Content)
	}
	r.Channel, r.Sign = DingTalk, NewSecret("SECfictitious000")
	if err := r.Send(context.Background(), Message{Body: "x"}, noon); err != nil {
		t.Fatal(err)
	}
	sign, _ := url.QueryUnescape(Signature(r.Sign, noon.UnixMilli()))
	if query.Get("access_token") != robotKey || query.Get("timestamp") != "1525924800000" || query.Get("sign") != sign {
		t.Errorf("DingTalk asked %v", query)
	}
}

// The wanted text was computed by another program.
func TestSignatureOfDingTalk(t *testing.T) {
	if got, want := Signature(NewSecret("SECfictitious000"), 1520816400000), "MzopVnSNMVTcVkJmnLcNbrB%2BVbgph7hI6Vu4gJML%2Bew%3D"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestARobotThatDoesNotTakeIt(t *testing.T) {
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "120")
			w.Header().Set("Location", "https://example.cn/")
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	cases := map[string]struct {
		answer        http.HandlerFunc
		change        func(*Robot)
		say           string
		final, unsure bool
		wait          int // seconds
	}{
		"not on the list":     {answer(200, `{"errcode":0}`), func(r *Robot) { r.Hosts = Hosts{"example.cn"} }, "不在允许名单", false, false, 0},
		"nobody listens":      {answer(200, ``), func(r *Robot) { r.Base, r.Hosts = "https://127.0.0.1:1/x", Hosts{"127.0.0.1:1"} }, "连接不上", false, false, 0},
		"unknown certificate": {answer(200, ``), func(r *Robot) { r.Trust = "" }, "证书不可信", false, false, 0},
		"unencrypted":         {answer(200, ``), func(r *Robot) { r.Base, r.Hosts = "http://10.255.255.1/x", Hosts{"10.255.255.1"} }, "没有加密", true, false, 0},
		"wrong key":           {answer(200, `{"errcode":93000,"errmsg":"`+robotKey+`"}`), nil, "拒收，代码 93000", true, false, 0},
		"too many":            {answer(200, `{"errcode":45009}`), nil, "暂不接收，代码 45009", false, false, 600},
		"told to wait":        {answer(429, ``), nil, "答复 429", false, false, 120},
		"down":                {answer(502, ``), nil, "答复 502", false, false, 0},
		"sent elsewhere":      {answer(302, ``), nil, "答复 302", true, false, 0},
		"not understood":      {answer(200, `<html>`), nil, "看不懂", false, true, 0},
		"hung up": {func(w http.ResponseWriter, r *http.Request) {
			io.ReadAll(r.Body)
			panic(http.ErrAbortHandler)
		}, nil, "不知是否送达", false, true, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, _ := group(t, c.answer)
			if c.change != nil {
				c.change(&r)
			}
			err := r.Send(context.Background(), Message{Body: "x"}, noon)
			var e *SendError
			if !errors.As(err, &e) || !strings.Contains(e.Error(), c.say) || e.Final != c.final || e.Unsure != c.unsure || int(e.Wait.Seconds()) != c.wait {
				t.Fatalf("got %+v (%v), want %q final %v unsure %v wait %d", e, err, c.say, c.final, c.unsure, c.wait)
			}
			if strings.Contains(err.Error(), robotKey) {
				t.Errorf("the sentence holds the key: %v", err)
			}
		})
	}
}

func TestAddressesOfRobots(t *testing.T) {
	for text, want := range map[string]string{
		"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
		" https://wx.example.cn:8443/cgi-bin/webhook/send ":        "https://wx.example.cn:8443/cgi-bin/webhook/send",
		"http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc":  "",
		"https://u:p@example.cn/?key=abc":                          "",
		"https://example.cn/?key=abc&debug=1":                      "",
		"ftp://example.cn/?key=abc":                                "",
		"abc":                                                      "",
	} {
		base, _, ok := SplitRobotURL(WeCom, text)
		if base != want || ok != (want != "") {
			t.Errorf("%q gave %q %v, want %q", text, base, ok, want)
		}
	}
}
