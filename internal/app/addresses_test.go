package app_test

import "kaiyang/internal/core/perm"

// samples gives the wildcards of a route that is asked for: real ones for pages, and for deeds
// such as no object has, so that those who may do it find nothing to do it to.
var samples = map[string]string{
	"/accounts/{id}": "2", "/posts/{id}": "1", "/audit/{no}": "1", "/settings/screens/{id}": "1",
	"/definitions/elements/{code}": "CC", "/admin/closings/{no}": "299", "/units/{code}": "520121101", "/indicators/{code}": "I1", "/figures/{code}": "I1",
	"/api/v1/figures/{code}": "I1", "/definitions/{code}": "I1", "/definitions/export/{kind}": "indicators", "/definitions/edit/{code}": "I1",
	"/definitions/bundles/{code}": "SXGD", "/forms/{code}": "F_JD", "/admin/units/{code}": "520121", "/returns/review/{id}": "7", "/returns/source/{source}": "7.1",
}

// addresses gives real addresses for patterns with several wildcards.
var addresses = map[string]string{
	"/meeting-series/{series}": "/meeting-series/1", "/meetings/{id}": "/meetings/1", "/meetings/{id}/run": "/meetings/1/run", "/meetings/{id}/current": "/meetings/1/current",
	"/meetings/{id}/packs/{version}": "/meetings/1/packs/1", "/meetings/{id}/packs/{version}/{format}": "/meetings/1/packs/1/docx", "/meetings/{id}/minutes/{format}": "/meetings/1/minutes/pdf", "/meetings/{id}/papers/{paper}": "/meetings/1/papers/1",
	"/actions/{id}": "/actions/1", "/actions/{id}/edit": "/actions/2/edit", "/api/v1/actions/{id}": "/api/v1/actions/1",
	"/supervision/lists/{list}": "/supervision/lists/1", "/supervision/plans/{id}": "/supervision/plans/1", "/supervision/plans/{id}/edit": "/supervision/plans/1/edit", "/supervision/plans/{id}/pool": "/supervision/plans/1/pool",
	"/supervision/plans/{id}/draws/{no}": "/supervision/plans/1/draws/1", "/supervision/plans/{id}/draws/{no}/{format}": "/supervision/plans/1/draws/1/pdf", "/supervision/plans/{id}/report/{format}": "/supervision/plans/1/report/docx",
	"/supervision/visits/{visit}": "/supervision/visits/1", "/supervision/visits/{visit}/paper/{format}": "/supervision/visits/1/paper/pdf",
	"/api/v1/supervision/{id}": "/api/v1/supervision/1", "/api/v1/supervision/{id}/draws/{no}": "/api/v1/supervision/1/draws/1",
	"/plans/{plan}/settings": "/plans/1/settings", "/plans/{plan}/tasks": "/plans/1/tasks", "/plans/{plan}/tasks/{code}": "/plans/1/tasks/Z1T2", "/plans/{plan}/tasks/{code}/report": "/plans/1/tasks/Z3T3/report",
	"/plans/{plan}/document/{kind}/{format}": "/plans/1/document/plan/pdf", "/plans/{plan}/versions": "/plans/1/versions", "/plans/{plan}/versions/{no}": "/plans/1/versions/1",
	"/plans/{plan}/versions/{no}/export/{format}": "/plans/1/versions/1/export/csv", "/plans/{plan}/edit": "/plans/1/edit", "/plans/{plan}/edit/{kind}/{code}": "/plans/1/edit/task/Z1T2", "/plans/{plan}/import": "/plans/1/import",
	"/api/v1/plan/{plan}/tasks/{code}": "/api/v1/plan/1/tasks/Z1T2",
	"/trend/{code}":                    "/trend/N1", "/definitions/starts/{id}": "/definitions/starts/1",
	"/situation/signals/{id}": "/situation/signals/2", "/situation/watches/{watch}": "/situation/watches/5", "/situation/watches/{watch}/edit": "/situation/watches/5/edit",
	"/surveys/{id}": "/surveys/1", "/api/v1/surveys/{id}": "/api/v1/surveys/1", "/surveys/{id}/edit": "/surveys/4/edit", "/surveys/{id}/counts": "/surveys/4/counts", "/surveys/{id}/import": "/surveys/4/import",
	"/surveys/{id}/template/{format}": "/surveys/4/template/csv",
	"/assessment/schemes/{id}":        "/assessment/schemes/1", "/assessment/schemes/{id}/marks": "/assessment/schemes/1/marks", "/assessment/schemes/{id}/scores": "/assessment/schemes/1/scores?period=2017",
	"/assessment/schemes/{id}/compare": "/assessment/schemes/1/compare", "/assessment/schemes/{id}/edit": "/assessment/schemes/2/edit", "/assessment/results/{result}": "/assessment/results/1",
	"/assessment/results/{result}/again": "/assessment/results/1/again", "/api/v1/assessment/results/{result}": "/api/v1/assessment/results/1",
	"/wastewater/campaigns/{id}": "/wastewater/campaigns/1", "/wastewater/campaigns/{id}/template": "/wastewater/campaigns/1/template", "/api/v1/wastewater/{id}": "/api/v1/wastewater/1",
	"/wastewater/plants/{plant}": "/wastewater/plants/1", "/wastewater/campaigns/{id}/edit": "/wastewater/campaigns/new/edit", "/wastewater/campaigns/{id}/samples": "/wastewater/campaigns/1/samples",
	"/wastewater/campaigns/{id}/import": "/wastewater/campaigns/1/import",
	"/seizures/tables/{table}":          "/seizures/tables/statute", "/seizures/register/{id}": "/seizures/register/1",
	"/methods/{id}": "/methods/funnel_limits", "/methods/cases/{id}": "/methods/cases/topsis",
	"/reports/{id}": "/reports/1", "/reports/{id}/edit": "/reports/1/edit", "/reports/{id}/{version}/{format}": "/reports/1/1/pdf",
}

// elsewhere names roles that may do a deed for units other than that of the sample.
var elsewhere = map[string]perm.Role{"GET /plans/{plan}/tasks/{code}/report": perm.Member,
	// Wastewater belongs to the task force for monitoring, seizures to that for enforcement.
	"GET /wastewater/plants/{plant}": perm.Member, "POST /wastewater/plants/{plant}": perm.Member, "GET /wastewater/campaigns/{id}/edit": perm.Member, "POST /wastewater/campaigns/{id}/edit": perm.Member,
	"GET /wastewater/campaigns/{id}/samples": perm.Member, "POST /wastewater/campaigns/{id}/samples": perm.Member, "GET /wastewater/campaigns/{id}/import": perm.Member, "POST /wastewater/campaigns/{id}/import": perm.Member,
	"POST /wastewater/campaigns/{id}/import/apply": perm.Member, "POST /wastewater/campaigns/{id}/final": perm.Member, "POST /wastewater/campaigns/{id}/sites": perm.Member,
	"GET /seizures/register/{id}": perm.Member, "POST /seizures/register/{id}": perm.Member, "POST /seizures/register/{id}/strike": perm.Member}

// found lists the answers that are right beside 200.
var found = map[string]map[int]bool{
	"GET /admin/import/elements/{id}": {404: true}, // no import is waiting
	"GET /admin/import/facts/{id}":    {404: true},
	"GET /admin/import/files/{hash}":  {404: true},
	"GET /admin/units/import/{id}":    {404: true},
	"GET /admin/map/{id}":             {404: true},
	"GET /admin/map/file":             {404: true}, // no boundaries were uploaded
	// The chain is led to what was handed in.
	"GET /returns/{form}/{unit}/{period}": {303: true},
	"GET /returns/source/{source}":        {303: true},
	// No papers, photos, slips, templates or robots are there.
	"GET /meetings/{id}/papers/{paper}": {404: true}, "GET /actions/{id}/files/{line}/{no}": {404: true}, "GET /actions/{id}/slips/{round}/{level}": {404: true},
	"GET /supervision/visits/{visit}/photos/{photo}": {404: true}, "GET /report-templates/{id}": {404: true}, "GET /report-templates/{id}/fill": {404: true},
	"GET /report-templates/{id}/files/{no}": {404: true}, "GET /reports/{id}/final/{issue}": {404: true}, "GET /outbound/robots/{id}": {404: true},
	"GET /plans/{plan}/files/{file}": {404: true}, "GET /plan/letters/{letter}": {404: true}, "GET /plan/letters/{letter}/scan": {404: true}, "GET /plan/letters/{letter}/document/{format}": {404: true},
	// The plan is approved; a new version is begun first.
	"GET /plans/{plan}/edit": {303: true}, "GET /plans/{plan}/edit/{kind}/{code}": {409: true},
	// What is not issued yet does not exist for others.
	"GET /supervision/visits/{visit}": {404: true}, "GET /supervision/visits/{visit}/paper/{format}": {404: true}, "GET /supervision/plans/{id}/report/{format}": {403: true, 404: true, 409: true},
	"GET /reports/{id}": {404: true}, "GET /reports/{id}/{version}/{format}": {404: true},
	"GET /situation/signals/{id}": {404: true}, "GET /surveys/{id}/edit": {404: true}, "GET /surveys/{id}/counts": {404: true}, "GET /surveys/{id}/import": {404: true}, "GET /surveys/{id}/template/{format}": {404: true},
	// The campaigns of the county are final.
	"GET /wastewater/campaigns/{id}/samples": {409: true}, "GET /wastewater/campaigns/{id}/import": {409: true},
	// Nothing is wrong with that return.
	"GET /returns/{form}/{unit}/{period}/errors": {404: true, 422: true},
}
