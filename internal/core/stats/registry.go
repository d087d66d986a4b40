package stats

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kaiyang/internal/core/fault"
)

// A Method is a statistical method that can be run on a case: an object with input and
// parameters as in the reference cases. Run gives a value whose JSON has the keys of the
// expected part of the case.
type Method struct {
	ID             string // name of its reference case
	Title, TitleEN string
	Run            func(input, parameters json.RawMessage) (any, error)
}

// Methods lists all methods, the trend family first.
func Methods() []Method { return append(trendMethods(), rateMethods()...) }

// Run computes method id for a case given as JSON and prints the result as JSON. Infinity is
// printed as "Inf" and what is not defined as null. Everything that is wrong with the case is
// one Invalid sentence.
func Run(id string, data json.RawMessage) (json.RawMessage, error) {
	for _, m := range Methods() {
		if m.ID != id {
			continue
		}
		var c struct {
			Input      json.RawMessage `json:"input"`
			Parameters json.RawMessage `json:"parameters"`
		}
		if err := decode(data, &c, "算例"); err != nil {
			return nil, err
		}
		if len(c.Input) == 0 || bytes.Equal(c.Input, []byte("null")) {
			return nil, fault.New(fault.Invalid, "算例中没有 input，请按方法 %s 的算例格式给出。", id)
		}
		v, err := m.Run(c.Input, c.Parameters)
		if err != nil {
			if lacks := lacking(id, c.Input); len(lacks) > 0 && err.Error() == NoData.Err().Error() {
				return nil, fault.New(fault.Invalid, "input 中没有 %s；请按参考算例 %s 的格式给出。", strings.Join(lacks, "、"), id)
			}
			return nil, err
		}
		out, err := json.Marshal(v)
		if err != nil {
			return nil, fault.Because(err, fault.Internal, fault.Neutral)
		}
		return out, nil
	}
	return nil, fault.New(fault.Invalid, "没有名为“%s”的统计方法；kaiyang stats 列出全部名称。", oneLine(id))
}

// lacking lists what the input of the reference case of a method holds and an input does not.
func lacking(id string, input json.RawMessage) (out []string) {
	data, err := refcaseFiles.ReadFile(path.Join("testdata/refcases", id+".json"))
	if err != nil {
		return nil // it shares the case of another method
	}
	var model struct {
		Input map[string]json.RawMessage `json:"input"`
	}
	var given map[string]json.RawMessage
	if json.Unmarshal(data, &model) != nil || json.Unmarshal(input, &given) != nil {
		return nil
	}
	for k := range model.Input {
		if _, ok := given[k]; !ok {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// oneLine readies what somebody typed for a sentence: signs that break lines become spaces, and what
// is longer than 60 characters is cut.
func oneLine(s string) string {
	r := []rune(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == '\u2028' || c == '\u2029' || c == utf8.RuneError {
			return ' '
		}
		return c
	}, s))
	if len(r) > 60 {
		r = append(r[:60], '…')
	}
	return string(r)
}

// decode reads JSON into v; documentation keys that v does not know are passed over, wrong
// types are one sentence that names the place. Part is the Chinese name of what is read.
func decode(data json.RawMessage, v any, part string) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return fault.New(fault.Invalid, "%s是空的，请给出一个 JSON 对象。", fault.Word(part))
	}
	err := json.Unmarshal(data, v)
	if err == nil {
		return nil
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		if wrong.Field == "" {
			return fault.New(fault.Invalid, "%s的类型不对，请按算例的格式给出。", fault.Word(part))
		}
		return fault.New(fault.Invalid, "%s中 %s 的类型不对，请按算例的格式给出。", fault.Word(part), oneLine(wrong.Field))
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		// The offset is that of the first sign that does not fit, counted from 1.
		read := data[:max(0, min(len(data), int(syntax.Offset)-1))]
		line, column := 1+bytes.Count(read, []byte{'\n'}), 1+utf8.RuneCount(read[bytes.LastIndexByte(read, '\n')+1:])
		return fault.New(fault.Invalid, "%s不是正确的 JSON：第 %d 行第 %d 个字附近有误，请检查。", fault.Word(part), line, column)
	}
	return fault.New(fault.Invalid, "%s不是正确的 JSON，请检查格式。", fault.Word(part))
}

// decodeInput reads the input of a case.
func decodeInput(data json.RawMessage, v any) error { return decode(data, v, "输入（input）") }

// decodeParameters reads the parameters of a case; leaving them out is allowed and keeps the
// defaults that v holds.
func decodeParameters(data json.RawMessage, v any) error {
	switch string(bytes.TrimSpace(data)) {
	case "", "null", "[]": // R writes an empty list for no parameters
		return nil
	}
	return decode(data, v, "参数 parameters")
}

// A given is a finite number of a case; null, text and truth values are refused.
type given float64

// UnmarshalJSON reads a number and refuses everything else.
func (g *given) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || (b[0] != '-' && (b[0] < '0' || b[0] > '9')) {
		s := []rune(oneLine(string(b)))
		if len(s) > 20 {
			s = append(s[:20], '…')
		}
		return fault.New(fault.Invalid, "应为数字的地方是 %s；缺失的数请先补录或去掉该期。", string(s))
	}
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.IsInf(v, 0) {
		return fault.New(fault.Invalid, "数字太大，无法计算：%.40s。", string(b))
	}
	*g = given(v)
	return nil
}

// floats gives the numbers of a list as float64.
func floats(g []given) []float64 {
	out := make([]float64, len(g))
	for i, v := range g {
		out[i] = float64(v)
	}
	return out
}

// A printed is a number of a result: infinity is printed as "Inf", NaN (not defined) as null.
type printed float64

// MarshalJSON prints the number with the shortest digits that read back the same.
func (p printed) MarshalJSON() ([]byte, error) {
	v := float64(p)
	switch {
	case math.IsNaN(v):
		return []byte("null"), nil
	case math.IsInf(v, 1):
		return []byte(`"Inf"`), nil
	case math.IsInf(v, -1):
		return []byte(`"-Inf"`), nil
	}
	return json.Marshal(v)
}

// prints gives a list of numbers for printing.
func prints(v []float64) []printed {
	out := make([]printed, len(v))
	for i, x := range v {
		out[i] = printed(x)
	}
	return out
}

// upper prints the upper limit of an interval.
func (i Interval) upper() printed {
	if i.Open {
		return printed(math.Inf(1))
	}
	return printed(i.Hi)
}
