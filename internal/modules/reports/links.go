package reports

import "strconv"

// Addresses of pages stand here and nowhere else.

func documentPath(id int64) string { return "/reports/" + strconv.FormatInt(id, 10) }

func versionPath(id int64, no int) string { return documentPath(id) + "?version=" + strconv.Itoa(no) }

func filePath(id int64, no int, format string) string {
	return documentPath(id) + "/" + strconv.Itoa(no) + "/" + format
}

func issuePath(document, issue int64) string {
	return documentPath(document) + "/final/" + strconv.FormatInt(issue, 10)
}

func templatePath(id int64) string { return "/report-templates/" + strconv.FormatInt(id, 10) }
