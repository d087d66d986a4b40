package app_test

import (
	"fmt"
	"os"
)

// The test binary is the second process of some tests; these variables tell it what to do where.
const (
	childDeed = "KAIYANG_TEST_CHILD"
	childData = "KAIYANG_TEST_CHILD_DATA"
)

// child does the deed and gives the exit status.
func child(deed string) int {
	switch deed {
	case "import":
		return importChild()
	case "backup":
		return backupChild()
	}
	fmt.Fprintln(os.Stderr, "no deed is called", deed)
	return 2
}
