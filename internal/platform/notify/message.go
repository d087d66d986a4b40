package notify

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
)

// A Channel is a way by which a message leaves the machine.
type Channel string

// The channels (STANDARDS §5.6).
const (
	Mail     Channel = "mail"     // SMTP
	WeCom    Channel = "wecom"    // group robot of 企业微信 or 政务微信
	DingTalk Channel = "dingtalk" // group robot of 钉钉
)

// Text gives the channel in Chinese.
func (c Channel) Text() string {
	return map[Channel]string{Mail: "邮件", WeCom: "企业微信机器人", DingTalk: "钉钉机器人"}[c]
}

// A State is what became of a message.
type State string

// The states. A message whose sender vanished in the middle becomes Failed: whether it arrived is
// not known, and it is not sent again by itself.
const (
	Waiting State = "waiting"
	Sending State = "sending"
	Sent    State = "sent"
	Failed  State = "failed"
	Dropped State = "dropped"
)

// States lists the states in the order they are shown.
func States() []State { return []State{Waiting, Sending, Sent, Failed, Dropped} }

// Text gives the state in Chinese.
func (s State) Text() string {
	return map[State]string{Waiting: "待发", Sending: "发送中", Sent: "已发", Failed: "未能发出", Dropped: "已放弃"}[s]
}

// A Class tells why a message is sent, for its limits.
type Class string

// The classes.
const (
	Digest Class = "digest" // the one of the day
	Urgent Class = "urgent" // at once
	Test   Class = "test"   // asked for by an administrator; also in quiet hours
)

// Text gives the class in Chinese.
func (c Class) Text() string {
	return map[Class]string{Digest: "每日提要", Urgent: "紧急提醒", Test: "测试"}[c]
}

// A Message is something that is to leave the machine. Target names whom in the words of the module
// that sends, without address and without secret; both are looked up at sending.
type Message struct {
	ID      int64
	Key     string // once: one event on one channel to one target
	Channel Channel
	Target  string
	Class   Class
	Subject string
	Body    string
	State   State
	Tries   int
	Created time.Time
	Next    time.Time // not before
	Tried   time.Time // zero: never
	Ended   time.Time // zero: still open
	Fault   Problem   // of the last try
}

// A Problem says in a sentence why a message did not go. It holds no secret and no address of a
// person.
type Problem struct {
	Format string // Chinese
	Args   []any
}

// Say gives the sentence in a language.
func (p Problem) Say(tr func(string) string) string {
	if p.Format == "" {
		return ""
	}
	return Sentence(tr, p.Format, p.Args)
}

// A SendError is a failure of sending.
type SendError struct {
	Problem Problem
	// Final failures are not tried again: the receiver does not exist, the robot was removed.
	Final bool
	// Unsure failures came after the message was handed over: trying again could send it twice.
	Unsure bool
	// Wait is the least time before the next try, 0 for the usual.
	Wait time.Duration
}

// Error gives the Chinese sentence.
func (e *SendError) Error() string { return e.Problem.Say(nil) }

func later(format string, args ...any) *SendError {
	return &SendError{Problem: Problem{Format: format, Args: args}}
}

func final(format string, args ...any) *SendError {
	return &SendError{Problem: Problem{Format: format, Args: args}, Final: true}
}

func unsure(format string, args ...any) *SendError {
	return &SendError{Problem: Problem{Format: format, Args: args}, Unsure: true}
}

// Refuse makes a failure that is not tried again, for those who look up a target.
func Refuse(format string, args ...any) error { return final(format, args...) }

// Sentence puts arguments into a Chinese format in the language of tr (nil: Chinese).
func Sentence(tr func(string) string, format string, args []any) string {
	return fault.Say(fault.New(fault.Invalid, format, args...), tr)
}

// storedArg is an argument as it is stored: a whole number, a word to translate, or text, with its
// English where it has one.
type storedArg struct {
	Int  *int64  `json:"i,omitempty"`
	Word *string `json:"w,omitempty"`
	Text *string `json:"s,omitempty"`
	En   string  `json:"e,omitempty"`
}

// EncodeArgs gives the arguments of a sentence as they are stored: whole numbers as numbers, all
// else as it prints.
func EncodeArgs(args []any) string {
	list := make([]storedArg, len(args))
	for i, a := range args {
		var n int64
		switch a := a.(type) {
		case int:
			n = int64(a)
		case int32:
			n = int64(a)
		case int64:
			n = a
		case fault.Word:
			w := string(a)
			list[i].Word = &w
			continue
		case fault.Name:
			list[i].Text, list[i].En = &a.Chinese, a.English
			continue
		case error:
			s := fault.Say(a, nil)
			list[i].Text = &s
			continue
		default:
			s := fmt.Sprint(a)
			list[i].Text = &s
			continue
		}
		list[i].Int = &n
	}
	b, err := json.Marshal(list)
	if err != nil {
		return "[]" // numbers and strings always have a form
	}
	return string(b)
}

// DecodeArgs reads what EncodeArgs wrote.
func DecodeArgs(stored string) ([]any, error) {
	if stored == "" {
		return nil, nil
	}
	var list []storedArg
	if err := json.NewDecoder(strings.NewReader(stored)).Decode(&list); err != nil {
		return nil, fmt.Errorf("stored arguments: %w", err)
	}
	var out []any
	for _, a := range list {
		switch {
		case a.Int != nil:
			out = append(out, *a.Int)
		case a.Word != nil:
			out = append(out, fault.Word(*a.Word))
		case a.En != "":
			out = append(out, fault.Name{Chinese: *a.Text, English: a.En})
		case a.Text != nil:
			out = append(out, *a.Text)
		}
	}
	return out, nil
}
