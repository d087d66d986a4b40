package supervision

import (
	"fmt"
	"strings"

	"kaiyang/internal/core/fault"
)

// A Checklist is one edition of a checklist. An edition is never changed; saving makes the next.
type Checklist struct {
	ID      int64
	Edition int
	Name    string
	Blocks  []Block
	By, At  string
}

// A Block is a heading of a checklist with its lines.
type Block struct {
	Name  string `json:"name"`
	Lines []Line `json:"lines,omitempty"`
}

// A Line is one thing that is checked.
type Line struct {
	Code      string `json:"code"` // "1.2", by place
	What      string `json:"what"`
	How       string `json:"how,omitempty"`       // hear, read, look
	Reference string `json:"reference,omitempty"` // document that asks for it
}

// starterBlocks are the headings that a county's problem lists were published under (DOMAIN §5.4).
// What is checked beneath them the county writes itself.
func starterBlocks() []string {
	return []string{"领导重视", "基础保障", "无毒创建", "宣传", "动态管控", "禁种铲毒"}
}

// Starter gives a checklist of headings without lines.
func Starter() Checklist {
	c := Checklist{}
	for _, b := range starterBlocks() {
		c.Blocks = append(c.Blocks, Block{Name: b})
	}
	return c
}

// maxLines bounds a checklist.
const maxLines = 300

// parseBlock reads the lines of a block as they were typed, one a row: what | how | reference.
func parseBlock(name, text string) Block {
	b := Block{Name: strings.TrimSpace(name)}
	for row := range strings.Lines(text) {
		parts := strings.FieldsFunc(row, func(r rune) bool { return r == '|' || r == '｜' || r == '\t' })
		var l Line
		for i, p := range parts {
			p = strings.TrimSpace(p)
			switch i {
			case 0:
				l.What = p
			case 1:
				l.How = p
			case 2:
				l.Reference = p
			default:
				l.Reference += " " + p
			}
		}
		if l.What != "" {
			b.Lines = append(b.Lines, l)
		}
	}
	return b
}

// Text gives the lines of a block as they are typed.
func (b Block) Text() string {
	var out strings.Builder
	for _, l := range b.Lines {
		s := l.What
		if l.How != "" || l.Reference != "" {
			s += " | " + l.How
		}
		if l.Reference != "" {
			s += " | " + l.Reference
		}
		out.WriteString(s + "\n")
	}
	return out.String()
}

// number gives the lines their codes and drops headings without name and lines.
func (c *Checklist) number() {
	var keep []Block
	for _, b := range c.Blocks {
		if b.Name == "" && len(b.Lines) == 0 {
			continue
		}
		for i := range b.Lines {
			b.Lines[i].Code = fmt.Sprintf("%d.%d", len(keep)+1, i+1)
		}
		keep = append(keep, b)
	}
	c.Blocks = keep
}

// Check reports all faults of a checklist, by field.
func (c Checklist) Check() error {
	var f fault.Fields
	f.Need(c.Name != "", "name", "请写检查表名称")
	f.Need(len(c.Blocks) > 0, "blocks", "请至少写一个检查板块")
	n := 0
	for _, b := range c.Blocks {
		f.Need(b.Name != "", "blocks", "有检查内容没有板块名称；请补上板块名称")
		for _, l := range b.Lines {
			n++
			f.Need(len([]rune(l.What)) <= 300, "blocks", "检查内容“%.20s…”超过 300 字；请拆成几项", l.What)
		}
	}
	f.Need(n <= maxLines, "blocks", "检查内容有 %d 项，最多 %d 项；请分成几张检查表", n, maxLines)
	return f.Err()
}

// Lines lists all lines in order.
func (c Checklist) Lines() (out []Line) {
	for _, b := range c.Blocks {
		out = append(out, b.Lines...)
	}
	return out
}

// block gives the heading that a line stands under.
func (c Checklist) block(code string) string {
	for _, b := range c.Blocks {
		for _, l := range b.Lines {
			if l.Code == code {
				return b.Name
			}
		}
	}
	return ""
}
