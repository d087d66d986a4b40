package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
)

//go:embed static
var staticFS embed.FS

// assets maps each file to its address, which carries the hash of its content, so that it may
// be kept for ever.
var assets = sync.OnceValue(func() map[string][]byte {
	m := map[string][]byte{}
	list, err := staticFS.ReadDir("static")
	if err != nil {
		panic(err)
	}
	for _, f := range list {
		b, err := staticFS.ReadFile("static/" + f.Name())
		if err != nil {
			panic(err)
		}
		if f.Name() == "style.css" {
			// The styles of tables and charts stand beside what renders them; the page's own rules
			// may change theirs.
			b = append([]byte(chart.CSS+table.CSS), b...)
		}
		m[f.Name()] = b
	}
	return m
})

var assetPaths = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for name, b := range assets() {
		h := sha256.Sum256(b)
		m[name] = "/static/" + hex.EncodeToString(h[:6]) + "/" + name
	}
	return m
})

func assetPath(name string) string {
	p, ok := assetPaths()[name]
	if !ok {
		panic("web: no static file " + name)
	}
	return p
}

func staticFiles() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		b, ok := assets()[name]
		if !ok || assetPaths()[name] != r.URL.Path {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		if strings.HasSuffix(name, ".js") {
			h.Set("Content-Type", "text/javascript; charset=utf-8")
		}
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Write(b)
	})
}
