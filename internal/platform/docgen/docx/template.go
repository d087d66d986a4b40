package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"kaiyang/internal/core/fault"
)

// Limits of a template. A form of an office is far smaller.
const (
	maxFile     = 20 << 20  // bytes of the file
	maxUnpacked = 200 << 20 // bytes of all parts
	maxPart     = 32 << 20  // bytes of a part that is read
	maxRatio    = 300       // unpacked ÷ packed of a part over 8 MB
	maxEntries  = 2000
	maxDepth    = 200 // of elements
)

// A Template is an office's own docx with placeholders. It is data: nothing in it is executed.
//
// A placeholder is {{kind name}}: {{指标 I2}}, {{文字 结论}}, {{表 排名}} or {{图 趋势}}. It may stand
// in the text, in tables, headers, footers, notes and text boxes; tables and charts stand alone
// in their paragraph. Word may have split it over several runs: it takes the format of the first.
type Template struct {
	zip   *zip.Reader
	parts []*storyPart
}

// A storyPart is a part of the template that holds text.
type storyPart struct {
	name  string
	label fault.Word // 正文, 页眉 …
	raw   []byte
	paras []*paragraph
	texts []textArea
}

// A PlaceholderKind says what may take the place of a placeholder.
type PlaceholderKind string

// The kinds of placeholders, as they are written in a template.
const (
	FigureHere PlaceholderKind = "指标"
	TextHere   PlaceholderKind = "文字"
	TableHere  PlaceholderKind = "表"
	ChartHere  PlaceholderKind = "图"
)

// A Placeholder is one place of a template that wants a value.
type Placeholder struct {
	Kind      PlaceholderKind
	Name      string
	Part      string // 正文, 页眉, 页脚, 脚注, 尾注
	Paragraph int    // counted from 1 within the part
	Text      string // of its paragraph
}

// Key gives the name under which Fill looks for its value: "指标 I2".
func (p Placeholder) Key() string { return string(p.Kind) + " " + p.Name }

// Parse reads a template of size bytes. It refuses with a sentence what is no docx, has macros,
// embedded programs, references to other files or document types, or is too large; placeholders
// that are not written right are all named, and the template comes with them, to look for more.
func Parse(r io.ReaderAt, size int64) (*Template, error) {
	z, err := openPackage(r, size, true)
	if err != nil {
		return nil, err
	}
	t := &Template{zip: z}
	var faults fault.Findings
	for _, f := range z.File {
		low := strings.ToLower(f.Name)
		switch {
		case strings.HasSuffix(low, ".rels"):
			if err := checkRels(f); err != nil {
				return nil, err
			}
		case strings.HasSuffix(low, ".xml"):
			raw, err := readPart(f)
			if err != nil {
				return nil, err
			}
			label := labelOf(low)
			if label == "" {
				if err := noDoctype(raw); errors.Is(err, errDoctype) {
					return nil, partFault(f.Name, err)
				}
				continue
			}
			p := &storyPart{name: f.Name, label: label, raw: raw}
			if p.paras, p.texts, err = scan(raw); err != nil {
				return nil, partFault(f.Name, err)
			}
			faults = append(faults, p.broken()...)
			t.parts = append(t.parts, p)
		}
	}
	if len(t.parts) == 0 || !slices.ContainsFunc(t.parts, func(p *storyPart) bool { return p.label == "正文" }) {
		return nil, fault.New(fault.Invalid, "文件里没有 Word 正文；请用 Word 或 WPS 另存为 .docx 后再上传")
	}
	// The text comes first, whatever the order in the file.
	slices.SortStableFunc(t.parts, func(a, b *storyPart) int { return strings.Compare(rank(a.name), rank(b.name)) })
	return t, faults.Err()
}

func rank(name string) string {
	if labelOf(strings.ToLower(name)) == "正文" {
		return ""
	}
	return name
}

// labelOf names the parts that hold text, by their name in lower case.
func labelOf(name string) fault.Word {
	base, ok := strings.CutPrefix(name, "word/")
	if !ok || strings.Contains(base, "/") {
		return ""
	}
	switch base = strings.TrimRight(strings.TrimSuffix(base, ".xml"), "0123456789"); {
	case base == "document":
		return "正文"
	case base == "header" || strings.HasPrefix(base, "header_"):
		return "页眉"
	case base == "footer" || strings.HasPrefix(base, "footer_"):
		return "页脚"
	case base == "footnotes":
		return "脚注"
	case base == "endnotes":
		return "尾注"
	}
	return ""
}

// openPackage checks the container without trusting it; of a template also that it holds
// nothing that runs.
func openPackage(r io.ReaderAt, size int64, template bool) (*zip.Reader, error) {
	if size > maxFile {
		return nil, fault.New(fault.TooLarge, "文件有 %d MB，超过上限 %d MB；请删去大图片后再上传", (size+(1<<20)-1)>>20, maxFile>>20)
	}
	head := make([]byte, min(size, 8))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, fault.Because(err, fault.Unavailable, "文件读取失败；请重新上传")
	}
	if bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0")) {
		return nil, fault.New(fault.Invalid, "这是旧格式（.doc、.wps）或设有密码的文档；请取消密码并另存为 .docx 后再上传")
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fault.Because(err, fault.Invalid, "文件不是 .docx 文档，或没有传完整；请用 Word 或 WPS 另存为 .docx 后再上传")
	}
	if len(z.File) > maxEntries {
		return nil, fault.New(fault.TooLarge, "文件内有 %d 个部件，超过上限 %d；这不像正常的文档，请另存为新的 .docx 后上传", len(z.File), maxEntries)
	}
	var total uint64
	seen := map[string]bool{}
	for _, f := range z.File {
		low := strings.ToLower(f.Name)
		name := strings.TrimSuffix(f.Name, "/")
		if name == "" || strings.Contains(name, "\\") || path.Clean("/"+name) != "/"+name || !utf8.ValidString(name) || seen[low] {
			return nil, fault.New(fault.Invalid, "文件内部结构异常（部件名 %q）；请另存为新的 .docx 后上传", f.Name)
		}
		seen[low] = true
		if f.Flags&1 != 0 {
			return nil, fault.New(fault.Invalid, "文档设有打开密码，系统无法读取；请取消密码后另存为 .docx 再上传")
		}
		total += f.UncompressedSize64
		if total > maxUnpacked || f.UncompressedSize64 > 8<<20 && f.UncompressedSize64/max(f.CompressedSize64, 1) > maxRatio {
			return nil, fault.New(fault.TooLarge, "文件解压后过大（部件 %s），可能是恶意文件；请把内容复制到新的文档后上传", f.Name)
		}
		base := path.Base(low)
		switch {
		case !template:
		case strings.HasPrefix(base, "vbaproject"), strings.HasPrefix(base, "vbadata"):
			return nil, fault.New(fault.Invalid, "文档含有宏；请另存为不带宏的 .docx 再上传")
		case strings.Contains(low, "/activex/"), strings.Contains(low, "/embeddings/") && !strings.HasSuffix(low, ".xlsx"):
			return nil, fault.New(fault.Invalid, "文档内嵌了其他文件或控件；请删除内嵌对象后另存再上传")
		}
	}
	if !seen["[content_types].xml"] || !seen["word/document.xml"] {
		return nil, fault.New(fault.Invalid, "文件里没有 Word 正文；请用 Word 或 WPS 另存为 .docx 后再上传")
	}
	return z, nil
}

// readPart reads a part whole, up to the limit, whatever size it declares.
func readPart(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, partFault(f.Name, err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxPart+1))
	if err != nil {
		return nil, partFault(f.Name, err)
	}
	if len(b) > maxPart {
		return nil, fault.New(fault.TooLarge, "文件解压后过大（部件 %s），可能是恶意文件；请把内容复制到新的文档后上传", f.Name)
	}
	if bytes.Contains(b, []byte("macroEnabled")) && strings.EqualFold(f.Name, "[Content_Types].xml") {
		return nil, fault.New(fault.Invalid, "文档含有宏；请另存为不带宏的 .docx 再上传")
	}
	return b, nil
}

// Faults of a part, told apart by what the person must do.
var (
	errDoctype = errors.New("document type declaration")
	errBroken  = errors.New("not well-formed")
	errForeign = errors.New("another main namespace")
	errField   = errors.New("field that reads other files")
)

func partFault(name string, err error) error {
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, errDoctype):
		return fault.Because(err, fault.Invalid, "文档的部件 %s 含有文档类型声明或外部实体，不予读取；请把内容复制到新的文档后上传", name)
	case errors.Is(err, errForeign):
		return fault.Because(err, fault.Invalid, "文档是“Strict Open XML”或其他程序写的格式；请用 Word 或 WPS 另存为普通的 .docx 再上传")
	case errors.Is(err, errField):
		return fault.Because(err, fault.Invalid, "文档里有引用其他文件或程序的域（部件 %s）；请选中它按 Ctrl+Shift+F9 转成文字后另存再上传", name)
	}
	return fault.Because(err, fault.Invalid, "文档的部件 %s 已损坏；请用 Word 或 WPS 打开修复，另存后再上传", name)
}

// noDoctype refuses a part that declares a document type.
func noDoctype(raw []byte) error {
	d := xml.NewDecoder(bytes.NewReader(raw))
	for {
		tok, err := d.RawToken()
		if err != nil {
			return err
		}
		switch tok.(type) {
		case xml.Directive:
			return errDoctype
		case xml.StartElement:
			return nil
		}
	}
}

// checkRels refuses references to anything outside the file but links to read.
func checkRels(f *zip.File) error {
	raw, err := readPart(f)
	if err != nil {
		return err
	}
	d := xml.NewDecoder(bytes.NewReader(raw))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return partFault(f.Name, err)
		}
		switch e := tok.(type) {
		case xml.Directive:
			return partFault(f.Name, errDoctype)
		case xml.StartElement:
			if e.Name.Local != "Relationship" {
				continue
			}
			var kind, mode, target string
			for _, a := range e.Attr {
				switch a.Name.Local {
				case "Type":
					kind = a.Value[strings.LastIndexByte(a.Value, '/')+1:]
				case "TargetMode":
					mode = a.Value
				case "Target":
					target = a.Value
				}
			}
			switch kind {
			case "vbaProject", "wordVbaData":
				return fault.New(fault.Invalid, "文档含有宏；请另存为不带宏的 .docx 再上传")
			case "oleObject", "control", "aFChunk", "subDocument":
				return fault.New(fault.Invalid, "文档内嵌了其他文件或控件；请删除内嵌对象后另存再上传")
			case "attachedTemplate":
				return fault.New(fault.Invalid, "文档附加了另一个模板（%s）；请在“开发工具→文档模板”中换成 Normal，或把内容复制到新的文档后上传", short(target))
			}
			if strings.EqualFold(mode, "External") && kind != "hyperlink" {
				return fault.New(fault.Invalid, "文档引用了外部文件（%s）；请把图片等改为嵌入后另存再上传", short(target))
			}
		}
	}
}

// Names lists every place that wants a value, the text first.
func (t *Template) Names() []Placeholder {
	var out []Placeholder
	for _, part := range t.parts {
		for _, p := range part.paras {
			for _, m := range p.marks {
				if !p.fallback {
					out = append(out, Placeholder{Kind: m.kind, Name: m.name, Part: string(part.label), Paragraph: p.no, Text: p.text})
				}
			}
		}
	}
	return out
}

// short gives the beginning of words for a sentence.
func short(s string) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) > 24 {
		return string(r[:24]) + "…"
	}
	return string(r)
}

var (
	placeholderForm = regexp.MustCompile(`\{\{[ \x{a0}　]*(` + string(FigureHere+"|"+TextHere+"|"+TableHere+"|"+ChartHere) + `)[ \x{a0}　]+([^{}\s]|[^{}\s][^{}\t\n]*[^{}\s　])[ \x{a0}　]*\}\}`)
	braces          = regexp.MustCompile(`\{\{|\}\}|｛｛|｝｝`)
)

// broken names what looks like a placeholder and is none, and tables and charts that do not
// stand alone.
func (s *storyPart) broken() fault.Findings {
	var out fault.Findings
	for _, p := range s.paras {
		if p.fallback {
			continue
		}
		rest := placeholderForm.ReplaceAllString(p.text, "")
		if braces.MatchString(rest) {
			out = append(out, fault.Finding{Rule: "placeholder", Value: short(p.text),
				Format: "%s第 %d 段“%s”：占位符没有写对；应写成 {{指标 名称}}、{{文字 名称}}、{{表 名称}} 或 {{图 名称}}，花括号用半角",
				Args:   []any{s.label, p.no, short(p.text)}})
		}
		for _, m := range p.marks {
			if (m.kind == TableHere || m.kind == ChartHere) && strings.TrimSpace(rest)+strings.Repeat("x", len(p.marks)-1) != "" {
				out = append(out, fault.Finding{Rule: "alone", Value: short(p.text),
					Format: "%s第 %d 段“%s”：表和图的占位符要单独成段；请把 {{%s}} 前后的文字移到别的段",
					Args:   []any{s.label, p.no, short(p.text), string(m.kind) + " " + m.name}})
				break
			}
		}
	}
	return out
}
