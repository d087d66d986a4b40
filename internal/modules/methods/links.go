package methods

const (
	listPath   = "/methods"
	verifyPath = "/methods/verify"
)

// Path gives the page of a method of the registry; a method that shares a page is led there.
func Path(id string) string { return listPath + "/" + id }

func casePath(id string) string { return listPath + "/cases/" + id }
