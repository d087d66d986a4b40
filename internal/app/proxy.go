package app

import (
	"io"
	"net/http"
	"net/netip"

	"kaiyang/internal/platform/words"
)

// pastProxy is said to those who come past the proxy.
const pastProxy = "请从反向代理的 https 网址打开；这个端口只接受 --behind-proxy 写明的代理。"

// onlyBehind answers nobody but the named proxies and this machine: a server without a certificate
// of its own must not be reached past its proxy, where passwords would travel in the clear. The
// health check is open, for it tells nothing.
func onlyBehind(next http.Handler, proxies []netip.Prefix) http.Handler {
	known := func(remote string) bool {
		at, err := netip.ParseAddrPort(remote)
		if err != nil {
			return false
		}
		peer := at.Addr().Unmap()
		if peer.IsLoopback() {
			return true
		}
		for _, p := range proxies {
			if p.Contains(peer) {
				return true
			}
		}
		return false
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" || known(r.RemoteAddr) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, pastProxy+"\n"+words.English.Text(pastProxy)+"\n")
	})
}
