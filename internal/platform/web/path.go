package web

import (
	"net/http"
	"strconv"

	"kaiyang/internal/core/fault"
)

// NoPage is said of an address that leads nowhere.
func NoPage() error {
	return fault.New(fault.Missing, "没有这个页面；请从菜单进入，或检查地址")
}

// PathNumber reads a number from 1 of the path; anything else leads nowhere.
func PathNumber(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n < 1 {
		return 0, NoPage()
	}
	return n, nil
}
