package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"sort"
	"strings"
	"unicode/utf8"

	"kaiyang/internal/core/fault"
)

// Limits bound what an upload may cost. A zero field takes its default.
type Limits struct {
	File     int64 // bytes of the file; 50 MB
	Unpacked int64 // bytes of all parts unpacked; 768 MB, read in a stream
	Part     int64 // bytes of a part kept in memory (strings, styles); 96 MB
	Ratio    int64 // unpacked ÷ packed of a part over 8 MB; 250
	Entries  int   // parts in the file; 4,096
	Cells    int   // cells with content kept of one sheet; 2,000,000
}

func (l Limits) filled() Limits {
	set := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&l.File, 50<<20)
	set(&l.Unpacked, 768<<20)
	set(&l.Part, 96<<20)
	set(&l.Ratio, 250)
	if l.Entries <= 0 {
		l.Entries = 4096
	}
	if l.Cells <= 0 {
		l.Cells = 2_000_000
	}
	return l
}

// archive is a checked package of parts.
type archive struct {
	limits Limits
	zip    *zip.Reader
	parts  map[string]*zip.File // by name, lower case
	names  []string             // as stored, in order
}

// openArchive checks the container without trusting it: kind of file, bounds, names, and that
// no part declares a document type or another encoding.
func openArchive(r io.ReaderAt, size int64, limits Limits) (*archive, error) {
	limits = limits.filled()
	if size == 0 {
		return nil, fault.New(fault.Invalid, "文件是空的（0 字节）；请重新保存后上传")
	}
	if size > limits.File {
		return nil, fault.New(fault.TooLarge, "文件有 %d MB，超过上限 %d MB；请删去无关的工作表、图片和空行后再上传", (size+(1<<20)-1)>>20, limits.File>>20)
	}
	if err := sniff(r, size); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fault.Because(err, fault.Invalid, "文件已损坏或没有传完整；请重新保存后再上传")
	}
	a := &archive{limits: limits, zip: z, parts: map[string]*zip.File{}}
	if len(z.File) > limits.Entries {
		return nil, fault.New(fault.TooLarge, "文件内有 %d 个部件，超过上限 %d；这不像正常的工作簿，请另存为新的 .xlsx 后上传", len(z.File), limits.Entries)
	}
	var total uint64
	for _, f := range z.File {
		name := strings.TrimPrefix(f.Name, "/")
		if strings.HasSuffix(name, "/") {
			continue
		}
		key := strings.ToLower(name)
		if name == "" || strings.Contains(name, "\\") || path.Clean("/"+name) != "/"+name || !utf8.ValidString(name) || a.parts[key] != nil {
			return nil, fault.New(fault.Invalid, "文件内部结构异常（部件名 %q）；请另存为新的 .xlsx 后上传", f.Name)
		}
		if f.Flags&1 != 0 {
			return nil, encrypted()
		}
		total += f.UncompressedSize64
		packed := max(f.CompressedSize64, 1)
		if total > uint64(limits.Unpacked) || f.UncompressedSize64 > 8<<20 && f.UncompressedSize64/packed > uint64(limits.Ratio) {
			return nil, fault.New(fault.TooLarge, "文件解压后过大（部件 %s），可能有大量带格式的空行或是恶意文件；请删去空行空列，把数据复制到新的工作簿后上传", name)
		}
		a.parts[key] = f
		a.names = append(a.names, name)
	}
	if err := a.kind(); err != nil {
		return nil, err
	}
	for _, name := range a.names {
		if err := a.prolog(name); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func encrypted() error {
	return fault.New(fault.Invalid, "工作簿设有打开密码，系统无法读取；请取消密码（文件→信息→保护工作簿）后另存为 .xlsx 再上传")
}

// sniff tells common mistakes by the first bytes of a file.
func sniff(r io.ReaderAt, size int64) error {
	head := make([]byte, min(size, 512))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return fault.Because(err, fault.Unavailable, "文件读取失败；请重新上传")
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil
	case bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		if holdsName(r, size, "EncryptedPackage") {
			return encrypted()
		}
		if holdsName(r, size, "WordDocument") {
			return fault.New(fault.Invalid, "这是 Word 文档，不是工作簿；请上传 .xlsx 工作簿")
		}
		return fault.New(fault.Invalid, "这是旧格式（.xls 或 .et）的工作簿；请另存为 .xlsx 再上传")
	case bytes.HasPrefix(head, []byte("%PDF")):
		return fault.New(fault.Invalid, "这是 PDF 文件，不是工作簿；请上传 .xlsx 工作簿")
	case bytes.HasPrefix(head, []byte("\x09\x08")), bytes.HasPrefix(head, []byte("\x09\x04")):
		return fault.New(fault.Invalid, "这是旧格式（.xls 或 .et）的工作簿；请另存为 .xlsx 再上传")
	}
	low := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n"))
	switch {
	case bytes.HasPrefix(low, []byte("<html")), bytes.HasPrefix(low, []byte("<!doctype html")), bytes.HasPrefix(low, []byte("<table")), bytes.HasPrefix(low, []byte("<meta")):
		return fault.New(fault.Invalid, "这是网页格式的文件（扩展名可能是 .xls）；请用 Excel、WPS 或 LibreOffice 打开后另存为 .xlsx 再上传")
	case bytes.HasPrefix(low, []byte("<?xml")):
		return fault.New(fault.Invalid, "这是 XML 文件，不是 .xlsx 工作簿；请用 Excel、WPS 或 LibreOffice 打开后另存为 .xlsx 再上传")
	case !bytes.ContainsRune(head, 0):
		return fault.New(fault.Invalid, "这是文本文件（如 CSV），不是 .xlsx 工作簿；请走 CSV 导入，或另存为 .xlsx 再上传")
	}
	return fault.New(fault.Invalid, "文件不是 .xlsx 工作簿；请用 Excel、WPS 或 LibreOffice 打开后另存为 .xlsx 再上传")
}

// holdsName looks for the name of a stream in an OLE file, where names are UTF-16.
func holdsName(r io.ReaderAt, size int64, name string) bool {
	want := make([]byte, 0, 2*len(name))
	for i := range len(name) {
		want = append(want, name[i], 0)
	}
	buf := make([]byte, 1<<20)
	for off := int64(0); off < size; off += int64(len(buf) - len(want)) {
		n, err := r.ReadAt(buf, off)
		if bytes.Contains(buf[:n], want) {
			return true
		}
		if err != nil {
			break
		}
	}
	return false
}

// kind refuses packages that are no plain workbook.
func (a *archive) kind() error {
	has := func(prefix string) bool {
		for key := range a.parts {
			if strings.HasPrefix(key, prefix) {
				return true
			}
		}
		return false
	}
	switch {
	case a.parts["mimetype"] != nil || has("meta-inf/manifest"):
		return fault.New(fault.Invalid, "这是 OpenDocument（.ods）文件；请另存为 .xlsx 再上传")
	case has("word/"):
		return fault.New(fault.Invalid, "这是 Word 文档，不是工作簿；请上传 .xlsx 工作簿")
	case has("ppt/"):
		return fault.New(fault.Invalid, "这是演示文稿，不是工作簿；请上传 .xlsx 工作簿")
	case a.parts["xl/workbook.bin"] != nil:
		return fault.New(fault.Invalid, "这是二进制工作簿（.xlsb）；请另存为 .xlsx 再上传")
	case a.parts["[content_types].xml"] == nil:
		return fault.New(fault.Invalid, "文件是压缩包，不是 .xlsx 工作簿；请解压后上传其中的工作簿")
	case has("xl/externallinks/") || a.parts["xl/connections.xml"] != nil:
		return fault.New(fault.Invalid, "工作簿链接了其他文件或数据源；请在“数据→编辑链接”中断开全部链接，另存后再上传")
	case has("xl/embeddings/") || has("xl/activex/") || has("xl/ctrlprops/"):
		return fault.New(fault.Invalid, "工作簿内嵌了其他文件或控件；请删除内嵌对象后另存再上传")
	}
	for key := range a.parts {
		base := path.Base(key)
		if strings.HasPrefix(base, "vbaproject") || strings.HasPrefix(base, "vbadata") || strings.HasPrefix(key, "xl/macrosheets/") || strings.HasPrefix(key, "xl/dialogsheets/") {
			return fault.New(fault.Invalid, "工作簿含有宏；请另存为不带宏的 .xlsx 再上传")
		}
	}
	return nil
}

// prolog reads a part up to its first element: no document type, no entity, UTF-8 only.
func (a *archive) prolog(name string) error {
	low := strings.ToLower(name)
	if !strings.HasSuffix(low, ".xml") && !strings.HasSuffix(low, ".rels") && !strings.HasSuffix(low, ".vml") {
		return nil
	}
	r, err := a.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	head := make([]byte, 256)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return partFault(name, err)
	}
	if head = head[:n]; !utf8Declared(head) {
		return partFault(name, errEncoded)
	}
	s := &scanner{r: io.MultiReader(bytes.NewReader(head), io.LimitReader(r, 1<<20)), buf: make([]byte, 2<<10)}
	for {
		err := s.next()
		if err == nil && s.kind == textToken && len(bytes.TrimSpace(bytes.TrimPrefix(s.text, []byte("\xEF\xBB\xBF")))) > 0 {
			err = errBroken
		}
		switch {
		case err == nil && s.kind == textToken:
			continue
		case err == nil && s.kind == endOfPart && strings.HasSuffix(low, ".vml"):
			return nil
		case err == nil && s.kind == endOfPart:
			err = errBroken
		}
		if err != nil {
			return partFault(name, err)
		}
		return nil
	}
}

// utf8Declared tells whether the beginning of a part is not another encoding than UTF-8.
func utf8Declared(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0xFF, 0xFE}) || bytes.HasPrefix(head, []byte{0xFE, 0xFF}) || bytes.IndexByte(head[:min(4, len(head))], 0) >= 0 {
		return false
	}
	end := bytes.Index(head, []byte("?>"))
	if end < 0 {
		return true
	}
	decl := bytes.ToLower(head[:end])
	_, after, ok := bytes.Cut(decl, []byte("encoding"))
	return !ok || bytes.Contains(after, []byte("utf-8")) || bytes.Contains(after, []byte("us-ascii"))
}

// partFault puts the fault of a part into words.
func partFault(name string, err error) error {
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, errDoctype):
		return fault.Because(err, fault.Invalid, "工作簿的部件 %s 含有文档类型声明或外部实体，不予读取；请把数据复制到新的工作簿后上传", name)
	case errors.Is(err, errEncoded):
		return fault.Because(err, fault.Invalid, "工作簿的部件 %s 不是 UTF-8 编码；请用 Excel 或 WPS 另存为 .xlsx 再上传", name)
	}
	return fault.Because(err, fault.Invalid, "工作簿的部件 %s 已损坏；请用 Excel 或 WPS 打开修复，另存后再上传", name)
}

// open gives the stream of a part; it ends with an error at more bytes than were declared.
func (a *archive) open(name string) (io.ReadCloser, error) {
	f := a.parts[strings.ToLower(name)]
	if f == nil {
		return nil, fault.New(fault.Invalid, "工作簿缺少部件 %s，文件已损坏；请重新另存后上传", name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, partFault(name, err)
	}
	return r, nil
}

func (a *archive) has(name string) bool { return a.parts[strings.ToLower(name)] != nil }

// ends tells whether the name of a part ends so.
func (a *archive) ends(with string) bool {
	with = strings.ToLower(with)
	for name := range a.parts {
		if strings.HasSuffix(name, with) {
			return true
		}
	}
	return false
}

// read gives a whole part that must be kept in memory.
func (a *archive) read(name string) ([]byte, error) {
	r, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, a.limits.Part+1))
	if err != nil {
		return nil, partFault(name, err)
	}
	if int64(len(b)) > a.limits.Part {
		return nil, fault.New(fault.TooLarge, "工作簿的部件 %s 超过 %d MB；请删去无关的工作表和文字后再上传", name, a.limits.Part>>20)
	}
	return b, nil
}

// scan calls visit for every start tag of a part kept small: relationships, workbook, types.
func (a *archive) scan(name string, visit func(s *scanner) error) error {
	r, err := a.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	s := newScanner(r)
	for {
		if err := s.next(); err != nil {
			return partFault(name, err)
		}
		switch s.kind {
		case endOfPart:
			return nil
		case startTag:
			if err := visit(s); err != nil {
				return err
			}
		}
	}
}

// relation is one line of a .rels part.
type relation struct {
	id, kind, target string // kind is the last part of the type; target an absolute part name
	typ              string
	external         bool
}

// relations reads the relationships of a part, an empty list where it has none.
func (a *archive) relations(of string) ([]relation, error) {
	name := relsName(of)
	if !a.has(name) {
		return nil, nil
	}
	var out []relation
	err := a.scan(name, func(s *scanner) error {
		if string(s.name) != "Relationship" {
			return nil
		}
		r := relation{id: s.str("Id"), typ: s.str("Type"), target: s.str("Target"), external: s.str("TargetMode") == "External"}
		r.kind = r.typ[strings.LastIndexByte(r.typ, '/')+1:]
		if !r.external {
			r.target = resolve(of, r.target)
		}
		switch r.kind {
		case "externalLink", "externalLinkPath":
			return fault.New(fault.Invalid, "工作簿链接了其他文件或数据源；请在“数据→编辑链接”中断开全部链接，另存后再上传")
		case "vbaProject", "xlMacrosheet":
			return fault.New(fault.Invalid, "工作簿含有宏；请另存为不带宏的 .xlsx 再上传")
		case "attachedTemplate", "oleObject", "package":
			return fault.New(fault.Invalid, "工作簿内嵌了其他文件或控件；请删除内嵌对象后另存再上传")
		}
		out = append(out, r)
		return nil
	})
	return out, err
}

func relsName(of string) string {
	dir, base := path.Split(of)
	return dir + "_rels/" + base + ".rels"
}

func resolve(from, target string) string {
	if strings.HasPrefix(target, "/") {
		return strings.TrimPrefix(path.Clean(target), "/")
	}
	return strings.TrimPrefix(path.Clean("/"+path.Dir(from)+"/"+target), "/")
}

// sheetNamesList joins names for a sentence.
func sheetNamesList(names []string) string {
	sort.Strings(names)
	if len(names) > 12 {
		names = append(names[:12:12], fmt.Sprintf("…(%d)", len(names)))
	}
	return strings.Join(names, "、")
}
