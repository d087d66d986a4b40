package situation

import "strconv"

// Addresses of pages stand here and nowhere else.

func signalPath(id int64) string { return "/situation/signals/" + strconv.FormatInt(id, 10) }

func watchPath(id int64) string { return "/situation/watches/" + strconv.FormatInt(id, 10) }

const (
	listPath    = "/situation"
	chartsPath  = "/situation/charts"
	watchesPath = "/situation/watches"
)
