package formula_test

import (
	"testing"

	"kaiyang/internal/core/formula/formulatest"
)

// The exact engine passes the case files.
func TestCasesExact(t *testing.T) { formulatest.Run(t, formulatest.Exact()) }

// The fast engine passes the same case files, and says the same cell by cell.
func TestCasesVector(t *testing.T) { formulatest.Run(t, formulatest.Vector()) }
