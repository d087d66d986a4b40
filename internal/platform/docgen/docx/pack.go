package docx

import (
	"archive/zip"
	"io"
	"strings"
	"time"
)

const (
	relBase  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	typeBase = "application/vnd.openxmlformats-officedocument.wordprocessingml."
)

// made gives the instant the file says it was made at; without one the first a zip can hold.
func made(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() < 1980 {
		return time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return t.UTC().Truncate(time.Second)
}

// pack puts the parts together in a fixed order.
func (x *writer) pack(w io.Writer) error {
	at := made(x.d.Meta.Made)
	var doc buf
	doc.raw(xmlHead, `<w:document `, nsMain, ` `, nsRel, `><w:body>`)
	doc.Write(x.out.Bytes())
	doc.raw(`</w:body></w:document>`)

	parts := []part{
		{"[Content_Types].xml", x.types()},
		{"_rels/.rels", relsOf([]rel{
			{"rId1", "officeDocument", "word/document.xml", false},
			{"rId2", "metadata/core-properties", "docProps/core.xml", false},
			{"rId3", "extended-properties", "docProps/app.xml", false},
		})},
		{"docProps/core.xml", x.core(at)},
		{"docProps/app.xml", x.app()},
		{"word/document.xml", doc.Bytes()},
		{"word/_rels/document.xml.rels", relsOf(x.rels)},
		{"word/styles.xml", styles(x.lang)},
		{"word/settings.xml", settings()},
		{"word/fontTable.xml", fontList()},
	}
	parts = append(parts, x.tail...)
	parts = append(parts, x.media...)
	z := zip.NewWriter(w)
	for _, p := range parts {
		method := zip.Deflate
		if strings.HasSuffix(p.name, ".png") {
			method = zip.Store
		}
		f, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: method, Modified: at})
		if err != nil {
			return err
		}
		if _, err := f.Write(p.data); err != nil {
			return err
		}
	}
	return z.Close()
}

// types gives the list of content types.
func (x *writer) types() []byte {
	var b buf
	b.raw(xmlHead, `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>`)
	if len(x.media) > 0 {
		b.raw(`<Default Extension="png" ContentType="image/png"/><Default Extension="svg" ContentType="image/svg+xml"/>`)
	}
	put := func(name, kind string) {
		b.raw(`<Override PartName="/`, name, `" ContentType="`, kind, `"/>`)
	}
	put("word/document.xml", typeBase+"document.main+xml")
	put("word/styles.xml", typeBase+"styles+xml")
	put("word/settings.xml", typeBase+"settings+xml")
	put("word/fontTable.xml", typeBase+"fontTable+xml")
	for _, p := range x.tail {
		kind := "footer"
		if strings.HasPrefix(p.name, "word/header") {
			kind = "header"
		}
		put(p.name, typeBase+kind+"+xml")
	}
	put("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml")
	put("docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml")
	b.raw(`</Types>`)
	return b.Bytes()
}

func relsOf(list []rel) []byte {
	var b buf
	b.raw(xmlHead, `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for _, r := range list {
		r.write(&b)
	}
	b.raw(`</Relationships>`)
	return b.Bytes()
}

func (r rel) write(b *buf) {
	kind := relBase + r.kind
	if strings.HasPrefix(r.kind, "metadata/") {
		kind = "http://schemas.openxmlformats.org/package/2006/relationships/" + r.kind
	}
	b.raw(`<Relationship Id="`, r.id, `" Type="`, kind, `" Target="`)
	b.text(r.target)
	if r.external {
		b.raw(`" TargetMode="External`)
	}
	b.raw(`"/>`)
}

// core gives the core properties.
func (x *writer) core(at time.Time) []byte {
	var b buf
	b.raw(xmlHead, `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`)
	put := func(tag, s string) {
		if s = clean(strings.ReplaceAll(s, "\n", "")); s != "" {
			b.raw("<", tag, ">")
			b.text(s)
			b.raw("</", tag, ">")
		}
	}
	put("dc:title", x.d.Title)
	put("dc:subject", x.d.Meta.Subject)
	put("dc:creator", x.d.Meta.Author)
	put("cp:lastModifiedBy", x.d.Meta.Author)
	stamp := at.Format("2006-01-02T15:04:05Z")
	b.raw(`<dcterms:created xsi:type="dcterms:W3CDTF">`, stamp, `</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">`, stamp, `</dcterms:modified>`)
	put("dc:language", map[bool]string{false: "zh-CN", true: "en"}[x.d.Meta.English])
	b.raw(`</cp:coreProperties>`)
	return b.Bytes()
}

// app gives the extended properties: the program that made the file.
func (x *writer) app() []byte {
	var b buf
	b.raw(xmlHead, `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>`)
	b.text(clean(x.d.Meta.Generator))
	b.raw(`</Application></Properties>`)
	return b.Bytes()
}
