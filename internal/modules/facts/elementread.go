package facts

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/sheet"
	"kaiyang/internal/platform/table"
)

// An elementRow is one element as a file gives it. A field that is not in the map was not in the
// file.
type elementRow struct {
	sheet  string
	row    int
	fields map[string]string
	dims   []measure.Dimension // of a YAML list; nil when fields has them as text
	bad    bool                // its form is at fault already
}

// readElementFile reads the rows of a file of elements. Faults of its form are findings.
func readElementFile(name string, content []byte) ([]elementRow, fault.Findings, error) {
	if l := strings.ToLower(name); strings.HasSuffix(l, ".yaml") || strings.HasSuffix(l, ".yml") {
		return readElementYAML(content)
	}
	rows, err := openRows(content, headOf(elementFields))
	if err != nil {
		return nil, nil, err
	}
	var cols columns
	var list []elementRow
	var found fault.Findings
	err = rows.each(func(r *fileRow) error {
		switch {
		case blankRow(r.cells):
		case cols == nil:
			if cols, found = findColumns(r.cells, r.num, elementFields); len(found) > 0 {
				return errEnough
			}
		default:
			e := elementRow{sheet: r.sheet, row: r.num, fields: map[string]string{}}
			for f := range cols {
				e.fields[f] = sheet.Unguard(cols.cell(r.cells, f))
			}
			list = append(list, e)
		}
		return nil
	})
	if f, ok := err.(fault.Findings); ok {
		return list, append(found, f...), nil
	}
	if err != nil && !errors.Is(err, errEnough) {
		return nil, nil, err
	}
	if cols == nil {
		found = append(found, fault.Finding{Row: 1, Rule: "empty", Format: "文件是空的；第一行应是表头"})
	}
	return list, found, nil
}

func readElementYAML(content []byte) ([]elementRow, fault.Findings, error) {
	text, err := utf8Text(content)
	if err != nil {
		return nil, nil, err
	}
	if len(text) > 2<<20 || nestsDeeply(string(text)) {
		return nil, nil, fault.New(fault.TooLarge, "YAML 文件过大或嵌套太深；请改用 CSV")
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, fault.Findings{{Rule: "yaml", Format: "YAML 写法不对：%s", Args: []any{firstLine(err.Error())}}}, nil
	}
	var found fault.Findings
	bad := func(n ast.Node, format string, args ...any) {
		row := 0
		if n != nil && n.GetToken() != nil {
			row = n.GetToken().Position.Line
		}
		found = append(found, fault.Finding{Row: row, Rule: "yaml", Format: format, Args: args})
	}
	var list []elementRow
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		body := doc.Body
		if m, ok := body.(*ast.MappingNode); ok && len(m.Values) == 1 && m.Values[0].Key.String() == "elements" {
			body = m.Values[0].Value
		}
		seq, ok := body.(*ast.SequenceNode)
		if !ok {
			bad(body, "应是数据项的列表，每项以“- code: …”开头")
			continue
		}
		for _, item := range seq.Values {
			if r, ok := yamlElement(item, bad); ok {
				list = append(list, r)
			}
		}
	}
	if len(list) == 0 && len(found) == 0 {
		found = append(found, fault.Finding{Row: 1, Rule: "empty", Format: "文件是空的；应是数据项的列表，每项以“- code: …”开头"})
	}
	return list, found, nil
}

// nestsDeeply tells a text whose nesting would cost the parser more than any list of elements does.
func nestsDeeply(text string) bool {
	depth := 0
	for line := range strings.Lines(text) {
		rest := strings.TrimLeft(line, " ")
		for n := 0; strings.HasPrefix(rest, "- ") || strings.HasPrefix(rest, "? "); n++ {
			if n == 8 {
				return true
			}
			rest = strings.TrimLeft(rest[2:], " ")
		}
		depth += strings.Count(line, "[") + strings.Count(line, "{") - strings.Count(line, "]") - strings.Count(line, "}")
		if depth > 64 || strings.Count(line, "[")+strings.Count(line, "{") > 200 {
			return true
		}
		depth = max(depth, 0)
	}
	return false
}

func yamlElement(item ast.Node, bad func(ast.Node, string, ...any)) (elementRow, bool) {
	r := elementRow{fields: map[string]string{}}
	say := bad
	bad = func(n ast.Node, format string, args ...any) { r.bad = true; say(n, format, args...) }
	pairs, ok := yamlPairs(item)
	if !ok {
		bad(item, "应是数据项的列表，每项以“- code: …”开头")
		return r, false
	}
	if item.GetToken() != nil {
		r.row = item.GetToken().Position.Line
	}
	for _, p := range pairs {
		key := p.Key.String()
		if knownHead(key, elementFields) != key {
			bad(p.Key, "不认识的键“%s”；可用的键是 %s", key, fieldNames(elementFields))
			continue
		}
		if _, twice := r.fields[key]; twice {
			bad(p.Key, "键“%s”出现了两次", key)
		}
		if seq, ok := p.Value.(*ast.SequenceNode); ok && key == "dimensions" {
			r.dims = yamlDimensions(seq, bad)
			r.fields[key] = ""
			continue
		}
		v, ok := yamlScalar(p.Value)
		if !ok {
			bad(p.Value, "键“%s”应是一个值", key)
			continue
		}
		r.fields[key] = strings.TrimSpace(v)
	}
	for _, f := range elementFields {
		if _, ok := r.fields[f.name]; f.need && !ok {
			bad(item, "缺少键“%s”", f.name)
		}
	}
	return r, true
}

func yamlPairs(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func yamlScalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.NullNode:
		return "", true
	case *ast.BoolNode:
		return strconv.FormatBool(n.Value), true
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func yamlDimensions(seq *ast.SequenceNode, bad func(ast.Node, string, ...any)) []measure.Dimension {
	list := []measure.Dimension{}
	for _, item := range seq.Values {
		pairs, ok := yamlPairs(item)
		if !ok {
			bad(item, "维度应有 name 和 labels 两个键")
			continue
		}
		var d measure.Dimension
		for _, p := range pairs {
			v, scalar := yamlScalar(p.Value)
			labels, isList := p.Value.(*ast.SequenceNode)
			switch key := p.Key.String(); {
			case key == "name" && scalar:
				d.Name = v
			case key == "name_en" && scalar:
				d.NameEN = v
			case key == "labels" && isList:
				for _, l := range labels.Values {
					d.Labels = append(d.Labels, yamlLabel(l, bad))
				}
			default:
				bad(p.Key, "维度应有 name 和 labels 两个键")
			}
		}
		list = append(list, d)
	}
	return list
}

func yamlLabel(n ast.Node, bad func(ast.Node, string, ...any)) measure.Label {
	if v, ok := yamlScalar(n); ok {
		return measure.Label{Name: v}
	}
	var l measure.Label
	pairs, _ := yamlPairs(n)
	for _, p := range pairs {
		v, scalar := yamlScalar(p.Value)
		switch key := p.Key.String(); {
		case key == "name" && scalar:
			l.Name = v
		case key == "name_en" && scalar:
			l.NameEN = v
		default:
			bad(p.Key, "类别应是一段文字，或有 name 和 name_en 两个键")
		}
	}
	if l.Name == "" {
		bad(n, "类别应是一段文字，或有 name 和 name_en 两个键")
	}
	return l
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}

// element reads the row as a definition. Base is what the element was before: what the file does
// not give stays. Faults of single values are findings with the field; Check comes later.
func (r elementRow) element(base measure.Element) (measure.Element, fault.Findings) {
	e := base
	var found fault.Findings
	bad := func(name, format string, args ...any) {
		found = append(found, fault.Finding{Sheet: r.sheet, Row: r.row, Field: name, Value: r.fields[name], Rule: "field", Format: format, Args: args})
	}
	text := func(name string, to *string) {
		if v, ok := r.fields[name]; ok {
			*to = v
		}
	}
	text("code", &e.Code)
	text("name", &e.Name)
	text("name_en", &e.NameEN)
	text("unit", &e.Unit)
	text("unit_en", &e.UnitEN)
	text("force", &e.Force)
	text("source", &e.Source)
	text("note", &e.Note)
	if v, ok := r.fields["kind"]; ok {
		e.Kind, _ = parseKind(v)
	}
	if v, ok := r.fields["grain"]; ok {
		g, err := parseGrains(v)
		if err != nil {
			bad("grain", "%s", err)
		}
		e.Grains = g
	}
	if v, ok := r.fields["level"]; ok {
		l, err := parseLevel(v)
		if err != nil {
			bad("level", "%s", err)
		}
		e.Level = l
	}
	if v, ok := r.fields["scale"]; ok {
		n, err := strconv.Atoi(measure.Halfwidth(v))
		if v == "" {
			n, err = 0, nil
		}
		if err != nil || n < 0 || n > 6 {
			bad("scale", "小数位数应在 0 到 6 之间")
		}
		e.Scale = n
	}
	bound := func(name string, was int64, to *int64) {
		v, ok := r.fields[name]
		if !ok {
			v = boundText(was, base.Scale)
		}
		if *to = 0; v == "" {
			return
		}
		n, err := measure.ParseValue(v, min(max(e.Scale, 0), 6))
		if err != nil {
			bad(name, "%s", err)
		}
		*to = n
	}
	bound("min", base.Low, &e.Low)
	bound("max", base.High, &e.High)
	if v, ok := r.fields["persons"]; ok {
		yes, ok := parseTruth(v)
		if !ok {
			bad("persons", "“%s”应写成 1（是）或 0（否）", v)
		}
		e.Persons = yes
	}
	r.scheme(&e, bad)
	return e, found
}

func (r elementRow) scheme(e *measure.Element, bad func(string, string, ...any)) {
	if v, ok := r.fields["scheme"]; ok {
		k, known := parseScheme(v)
		if !known {
			bad("scheme", "分类方式应为 partition（划分）或 overlapping（可重叠），不分类时留空")
		}
		e.Scheme.Kind = k
	}
	v, ok := r.fields["dimensions"]
	en, hasEN := r.fields["dimensions_en"]
	switch {
	case r.dims != nil:
		e.Scheme.Dimensions = r.dims
	case ok || hasEN:
		if !ok {
			v = formatDimensions(e.Scheme.Dimensions, false)
		}
		if !hasEN {
			en = formatDimensions(e.Scheme.Dimensions, true)
		}
		d, err := parseDimensions(v, en)
		if err != nil {
			bad("dimensions", "%s", err)
			return
		}
		e.Scheme.Dimensions = d
	}
	if e.Scheme.Kind == measure.NoScheme && len(e.Scheme.Dimensions) == 0 {
		e.Scheme.Dimensions = nil
	}
}

// boundText writes a bound as a file does; none is empty.
func boundText(n int64, scale int) string {
	if n == 0 {
		return ""
	}
	return measure.Decimal(n, scale)
}

// fieldsOf gives an element as the fields of a file, in their order.
func fieldsOf(e measure.Element) []string {
	persons := "0"
	if e.Persons {
		persons = "1"
	}
	return []string{e.Code, e.Name, e.NameEN, string(e.Kind), formatGrains(e.Grains), e.Level.String(), strconv.Itoa(e.Scale),
		e.Unit, e.UnitEN, string(e.Scheme.Kind), formatDimensions(e.Scheme.Dimensions, false), formatDimensions(e.Scheme.Dimensions, true),
		persons, e.Force, e.Source, e.Note, boundText(e.Low, e.Scale), boundText(e.High, e.Scale)}
}

// writeElementsCSV writes elements so that reading them back changes nothing.
func writeElementsCSV(w io.Writer, list []measure.Element) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	head := make([]string, len(elementFields))
	for i, f := range elementFields {
		head[i] = f.name
	}
	c.Write(head)
	for _, e := range list {
		row := fieldsOf(e)
		for i := range row {
			row[i] = sheet.Guard(row[i])
		}
		c.Write(row)
	}
	c.Flush()
	return c.Error()
}

// writeElementsYAML writes elements so that reading them back changes nothing.
func writeElementsYAML(w io.Writer, list []measure.Element) error {
	var b bytes.Buffer
	if len(list) == 0 {
		b.WriteString("elements: []\n")
	}
	for _, e := range list {
		lead := "- "
		for i, v := range fieldsOf(e) {
			if v == "" && !elementFields[i].need {
				continue
			}
			fmt.Fprintf(&b, "%s%s: %s\n", lead, elementFields[i].name, strconv.Quote(v))
			lead = "  "
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// elementTable gives elements as a table in the columns of a file.
func elementTable(list []measure.Element) *table.Table {
	t := &table.Table{Name: "数据项"}
	for _, f := range elementFields {
		t.Columns = append(t.Columns, table.Column{Head: []string{f.name}, Key: f.name, Align: table.Left})
	}
	for _, e := range list {
		row := table.Row{}
		for _, v := range fieldsOf(e) {
			row.Cells = append(row.Cells, table.Text(v))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// writeElementsJSON writes elements as objects with the keys of a file.
func writeElementsJSON(w io.Writer, list []measure.Element) error {
	out := make([]map[string]string, len(list))
	for i, e := range list {
		out[i] = map[string]string{}
		for k, v := range fieldsOf(e) {
			out[i][elementFields[k].name] = v
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(out)
}

// sortedKeys gives the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
