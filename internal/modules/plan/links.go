package plan

import (
	"net/url"
	"strconv"
)

// Addresses of pages stand here and nowhere else.

func num(n int64) string { return strconv.FormatInt(n, 10) }

func frontPath(plan int64) string { return "/plan?plan=" + num(plan) }

func underPlan(plan int64, rest string) string { return "/plans/" + num(plan) + rest }

func listPath(plan int64) string { return underPlan(plan, "/tasks") }

func ofTask(plan int64, code string) string {
	return underPlan(plan, "/tasks/"+url.PathEscape(code))
}

func formPath(plan int64, code, period string) string {
	return ofTask(plan, code) + "/report?period=" + url.QueryEscape(period)
}

func evidencePath(plan, file int64) string { return underPlan(plan, "/files/"+num(file)) }

func draftPath(plan int64) string { return underPlan(plan, "/edit") }

func partPath(plan int64, kind, code string) string {
	return underPlan(plan, "/edit/"+kind+"/"+url.PathEscape(code))
}

func editionPath(plan int64, no int) string {
	return underPlan(plan, "/versions/"+strconv.Itoa(no))
}

func ofLetter(id int64) string { return "/plan/letters/" + num(id) }
