package facts

import (
	"net/url"
	"strconv"

	"kaiyang/internal/core/period"
)

// Addresses of pages, of this module and of others, stand here and nowhere else.

func elementPath(code string) string { return "/definitions/elements/" + url.PathEscape(code) }

// figurePath leads to the figures of an element or an indicator.
func figurePath(code string) string { return "/figures/" + url.PathEscape(code) }

// figureOfPath leads to the figure of one unit, by its code, and one period.
func figureOfPath(code, unit string, p period.Period) string {
	return figurePath(code) + "?unit=" + url.QueryEscape(unit) + "&period=" + url.QueryEscape(p.String())
}

func runPath(id string) string { return "/admin/import/facts/" + url.PathEscape(id) }

func elementRunPath(id string) string { return "/admin/import/elements/" + url.PathEscape(id) }

func closingPath(no int64) string { return "/admin/closings/" + strconv.FormatInt(no, 10) }

// uploadPath leads to a file that facts were imported from.
func uploadPath(hash string) string { return "/admin/import/files/" + url.PathEscape(hash) }
