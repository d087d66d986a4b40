package sheet

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// doc is a small part taken apart at the children of its root, to be changed by splicing: what
// is not touched stays byte for byte.
type doc struct {
	b         []byte
	prefix    string // of the root, with colon
	kids      []kid
	closeFrom int // offset of the root's end tag
}

// kid is a child of the root.
type kid struct {
	name     string
	prefix   string
	from, to int // the whole element
	inner    int // offset after its start tag
	innerTo  int // offset of its end tag
	empty    bool
	count    int // children of its own
}

func parseDoc(b []byte) (*doc, error) {
	d := &doc{b: b}
	s := newScanner(bytes.NewReader(b))
	for {
		if err := s.next(); err != nil {
			return nil, err
		}
		switch s.kind {
		case endOfPart:
			if d.closeFrom == 0 {
				return nil, errBroken
			}
			return d, nil
		case startTag:
			switch s.depth() {
			case 1:
				d.prefix = s.prefix()
				if s.empty {
					// <a/> becomes <a></a>, so that there is an inside.
					qualified := d.prefix + string(s.name)
					open := bytes.TrimRight(b[s.from:s.to-2], " \t\r\n")
					whole := slices.Concat(b[:s.from], open, []byte("></"+qualified+">"), b[s.to:])
					return parseDoc(whole)
				}
			case 2:
				d.kids = append(d.kids, kid{name: string(s.name), prefix: s.prefix(), from: int(s.from), inner: int(s.to), empty: s.empty})
			case 3:
				d.kids[len(d.kids)-1].count++
			}
		case endTag:
			switch s.depth() {
			case 0:
				d.closeFrom = int(s.from)
			case 1:
				k := &d.kids[len(d.kids)-1]
				k.innerTo, k.to = int(s.from), int(s.to)
			}
		}
	}
}

func (d *doc) find(name string) (kid, bool) {
	for _, k := range d.kids {
		if k.name == name {
			return k, true
		}
	}
	return kid{}, false
}

// splice replaces bytes from..to and takes the result apart again.
func (d *doc) splice(from, to int, with string) error {
	b := slices.Concat(d.b[:from], []byte(with), d.b[to:])
	n, err := parseDoc(b)
	if err != nil {
		return err
	}
	*d = *n
	return nil
}

// insert puts an element among the children where the schema's order wants it: before the
// first child that comes after name in order, else at the end (OFF-06).
func (d *doc) insert(order []string, name, element string) error {
	rank := slices.Index(order, name)
	at := d.closeFrom
	for _, k := range d.kids {
		if slices.Index(order, k.name) > rank {
			at = k.from
			break
		}
	}
	return d.splice(at, at, element)
}

// add appends n elements to the list called name, makes the list where there is none, sets its
// count, and gives the index of the first new element.
func (d *doc) add(order []string, name, elements string, n int) (first int, err error) {
	k, ok := d.find(name)
	if !ok {
		return 0, d.insert(order, name, "<"+d.prefix+name+` count="`+strconv.Itoa(n)+`">`+elements+"</"+d.prefix+name+">")
	}
	open := string(d.b[k.from:k.inner])
	inside := ""
	if k.empty {
		open = strings.TrimRight(strings.TrimSuffix(open, "/>"), " \t\r\n") + ">"
	} else {
		inside = string(d.b[k.inner:k.innerTo])
	}
	open = setCount(open, k.count+n)
	return k.count, d.splice(k.from, k.to, open+inside+elements+"</"+k.prefix+name+">")
}

var countAttr = regexp.MustCompile(`(\scount=)("[^"]*"|'[^']*')`)

func setCount(tag string, n int) string {
	return countAttr.ReplaceAllString(tag, `${1}"`+strconv.Itoa(n)+`"`)
}

// The order of children by the schema, as far as it is needed here.
func stylesOrder() []string {
	return []string{"numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors", "extLst"}
}

func sheetOrder() []string {
	return []string{"sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
		"protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr",
		"conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks",
		"colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF",
		"drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "AlternateContent", "tableParts", "extLst"}
}

// xmlText escapes a text for an element or an attribute in double quotes; characters XML does
// not know are dropped.
func xmlText(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&quot;")
		case r == '\n':
			b.WriteString("&#10;")
		case r < ' ' && r != '\t', r == 0xFFFE, r == 0xFFFF:
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
