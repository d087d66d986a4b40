package reports

import (
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/platform/docgen/docx"
)

// A lack is a sentence on why a placeholder cannot be filled; its format begins with the place:
// part, paragraph with its text, placeholder.
type lack struct {
	format string
	args   []any
}

// at gives the sentence for a place, under a field of the form.
func (l *lack) at(p docx.Placeholder, field string) fault.Finding {
	return fault.Finding{Field: field, Rule: "placeholder", Format: l.format, Args: append([]any{fault.Word(p.Part), p.Paragraph, begins(p.Text), "{{" + p.Key() + "}}"}, l.args...)}
}

func lackPart() *lack {
	return &lack{"%s第 %d 段“%s”中的 %s：写法应为“指标 编码”或“指标 编码 部分”；部分可用：%s", []any{strings.Join(figureParts(), "、")}}
}

func lackText() *lack {
	return &lack{"%s第 %d 段“%s”中的 %s：没有这段文字；可用：%s", []any{strings.Join(textNames(), "、")}}
}

func lackTable() *lack {
	return &lack{"%s第 %d 段“%s”中的 %s：没有这张表；可用：%s", []any{strings.Join(tableNames(), "、")}}
}

func lackChart() *lack {
	return &lack{"%s第 %d 段“%s”中的 %s：没有这张图；可用：%s", []any{strings.Join(chartNames(), "、")}}
}

// begins gives the beginning of a paragraph.
func begins(text string) string {
	if r := []rune(strings.TrimSpace(text)); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return strings.TrimSpace(text)
}

// lackCode says that a code is unknown, and which of the known ones come nearest to it.
func lackCode(code string, known []Coded) *lack {
	var words, near []string
	for _, c := range known {
		words = append(words, c.Code, c.Name)
	}
	for _, w := range formula.Suggest(code, words) {
		i := slices.IndexFunc(known, func(c Coded) bool { return c.Code == w || c.Name == w })
		if said := known[i].Code + "（" + known[i].Name + "）"; !slices.Contains(near, said) {
			near = append(near, said)
		}
	}
	if len(near) > 0 {
		return &lack{"%s第 %d 段“%s”中的 %s：没有编码为 %s 的指标或数据项；相近的有 %s", []any{code, strings.Join(near, "、")}}
	}
	return &lack{"%s第 %d 段“%s”中的 %s：没有编码为 %s 的指标或数据项；请核对编码", []any{code}}
}

func lackFigures() *lack { return &lack{"%s第 %d 段“%s”中的 %s：还没有指标", nil} }

func lackItems() *lack { return &lack{"%s第 %d 段“%s”中的 %s：事项模块没有启用", nil} }

func lackRanking(name string) *lack {
	return &lack{"%s第 %d 段“%s”中的 %s：“%s”在这一期没有可以比较的乡镇；请换一期或换一项指标", []any{name}}
}

func lackCourse(name string) *lack {
	return &lack{"%s第 %d 段“%s”中的 %s：“%s”有数的期别不足两期，画不出走势；请换一期或换一项指标", []any{name}}
}
