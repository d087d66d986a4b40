package actions

import (
	"net/url"
	"strconv"

	"kaiyang/internal/core/period"
)

// Addresses of pages, of this module and of others, stand here and nowhere else.

func itemPath(id int64) string { return "/actions/" + strconv.FormatInt(id, 10) }

func deedPath(id int64, d Deed) string { return itemPath(id) + "/" + string(d) }

func filePath(id int64, f File) string {
	return itemPath(id) + "/files/" + strconv.Itoa(f.Line) + "/" + strconv.Itoa(f.No)
}

func slipPath(s Slip, format string) string {
	return itemPath(s.Item) + "/slips/" + strconv.Itoa(s.Round) + "/" + string(s.Level) + "?format=" + format
}

// figurePath leads to the figure of one unit, by its code, and one period.
func figurePath(code, unit string, p period.Period) string {
	v := url.Values{}
	if unit != "" {
		v.Set("unit", unit)
	}
	if !p.IsZero() {
		v.Set("period", p.String())
	}
	return "/figures/" + url.PathEscape(code) + "?" + v.Encode()
}

func objectOf(id int64) string { return "action:" + strconv.FormatInt(id, 10) }
