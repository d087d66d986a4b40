package wastewater

import "strconv"

// Addresses of pages stand here and nowhere else.

func campaignPath(id int64) string { return listPath + "/campaigns/" + strconv.FormatInt(id, 10) }

func plantPath(id int64) string { return plantsPath + "/" + strconv.FormatInt(id, 10) }

const (
	listPath        = "/wastewater"
	plantsPath      = "/wastewater/plants"
	assumptionsPath = "/wastewater/assumptions"
)
