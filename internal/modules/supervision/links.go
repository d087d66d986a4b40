package supervision

import "strconv"

// Addresses of pages stand here and nowhere else.

func planPath(id int64) string { return "/supervision/plans/" + strconv.FormatInt(id, 10) }

func drawPath(plan int64, no int) string { return planPath(plan) + "/draws/" + strconv.Itoa(no) }

func visitPath(id int64) string { return "/supervision/visits/" + strconv.FormatInt(id, 10) }

func findingPath(visit int64, no int) string { return visitPath(visit) + "#f" + strconv.Itoa(no) }

func photoPath(visit, photo int64) string {
	return visitPath(visit) + "/photos/" + strconv.FormatInt(photo, 10)
}

func listPath(id int64) string { return "/supervision/lists/" + strconv.FormatInt(id, 10) }

const (
	plansPath    = "/supervision"
	findingsPath = "/supervision/findings"
	minePath     = "/supervision/mine"
	listsPath    = "/supervision/lists"
)
