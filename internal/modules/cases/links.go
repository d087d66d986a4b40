package cases

import "strconv"

// Addresses of pages stand here and nowhere else.

func seizurePath(id int64) string { return registerPath + "/" + strconv.FormatInt(id, 10) }

func tablePath(id int64) string {
	if id == 0 {
		return tablesPath + "/statute"
	}
	return tablesPath + "/" + strconv.FormatInt(id, 10)
}

const (
	sumPath      = "/seizures"
	registerPath = "/seizures/register"
	mappingPath  = "/seizures/mapping"
	tablesPath   = "/seizures/tables"
)
