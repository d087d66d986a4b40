// Package fault gives every failure a kind, a sentence a person may read, and a cause for the log.
//
// The sentence is kept as a Chinese format with its arguments, so that it can be said in
// another language without the rules knowing about languages.
package fault

import (
	"errors"
	"fmt"
)

// A Kind tells what sort of failure happened; the web and the command line turn it into a status.
type Kind uint8

// The kinds of failure. Internal is what any unmarked error is.
const (
	Internal    Kind = iota // a fault of the program or the machine; the person sees a neutral sentence
	Invalid                 // the input cannot be accepted as it is
	Missing                 // there is no such thing, or the reader may not know of it
	Conflict                // somebody else was faster, or the state does not allow it
	Forbidden               // known person, but not allowed
	SignedOut               // nobody is signed in
	TooLarge                // larger than a stated limit
	Unavailable             // the database or the disk cannot be used now; trying later helps
)

// An Error is a failure with a kind and a sentence. Make one with New or Because.
type Error struct {
	kind   Kind
	format string
	args   []any
	cause  error
}

// A Word is an argument of a sentence that is itself to be translated.
type Word string

// A Name is an argument with a name of its own in each language, a period for one.
type Name struct{ Chinese, English string }

// Named gives x as an argument that is said in the reader's language.
func Named(x interface {
	Chinese() string
	English() string
}) Name {
	return Name{x.Chinese(), x.English()}
}

// String gives the Chinese name.
func (n Name) String() string { return n.Chinese }

// tongue is a word of the catalogue; a translator that leaves it as it is speaks Chinese.
const tongue = "语言"

// New makes an error of kind k with a sentence for the person.
func New(k Kind, format string, args ...any) error {
	return &Error{kind: k, format: format, args: args}
}

// Because makes an error of kind k whose cause is for the log only.
func Because(cause error, k Kind, format string, args ...any) error {
	return &Error{kind: k, format: format, args: args, cause: cause}
}

// Error gives the Chinese sentence with its cause, for logs.
func (e *Error) Error() string {
	s := sentence(e.format, e.args, same)
	if e.cause != nil {
		return s + ": " + e.cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// KindOf gives the kind of err: that of the outermost Error, Invalid for Findings, else Internal.
func KindOf(err error) Kind {
	var e *Error
	var f Findings
	switch {
	case errors.As(err, &e):
		return e.kind
	case errors.As(err, &f):
		return Invalid
	}
	return Internal
}

// Neutral is what a person reads when the program itself is at fault.
const Neutral = "系统出现内部错误，已记入日志；您的操作没有保存，请稍后再试或联系管理员。"

// Say gives the sentence for the person, in the language of tr (a function from the Chinese
// format to the translated one; nil means Chinese). Causes are never said.
func Say(err error, tr func(string) string) string {
	if tr == nil {
		tr = same
	}
	var e *Error
	if errors.As(err, &e) {
		if e.kind == Internal {
			return tr(Neutral)
		}
		return sentence(e.format, e.args, tr)
	}
	var f Findings
	if errors.As(err, &f) && len(f) > 0 {
		if len(f) == 1 {
			return f[0].Say(tr)
		}
		return fmt.Sprintf(tr("共 %d 处需要修改：%s"), len(f), f[0].Say(tr))
	}
	return tr(Neutral)
}

// Wrap puts the name and the arguments of a use-case in front of *err, for the log. Use it as
// the first, deferred line of a use-case; never with personal data.
func Wrap(err *error, format string, args ...any) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *err)
	}
}

func same(s string) string { return s }

func sentence(format string, args []any, tr func(string) string) string {
	if len(args) == 0 {
		return tr(format)
	}
	said := make([]any, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case Word:
			said[i] = tr(string(a))
		case Name:
			if said[i] = a.Chinese; tr(tongue) != tongue {
				said[i] = a.English
			}
		case error:
			said[i] = Say(a, tr)
		default:
			said[i] = a
		}
	}
	return Fill(format, tr(format), said)
}
