package surveys

import "strconv"

// Addresses of pages stand here and nowhere else.

const (
	listPath    = "/surveys"
	plannerPath = "/surveys/planner"
	newPath     = "/surveys/new/edit"
)

func surveyPath(id int64) string { return listPath + "/" + strconv.FormatInt(id, 10) }
