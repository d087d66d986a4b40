package app_test

import (
	"os"
	"testing"

	"kaiyang/internal/testkit/county"
)

// The whole program is tested here against the demonstration county. The test binary is also the
// second process of some tests: child says what it does then.
func TestMain(m *testing.M) {
	if deed := os.Getenv(childDeed); deed != "" {
		os.Exit(child(deed))
	}
	county.Main(m)
}
