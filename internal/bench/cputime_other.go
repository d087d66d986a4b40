//go:build !unix

package bench

import "time"

// cpuTime gives the wall clock where the system does not tell processor time.
func cpuTime() time.Duration { return wallTime() }
