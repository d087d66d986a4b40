//go:build unix

package bench

import (
	"syscall"
	"time"
)

// cpuTime gives the processor time that the process has used. On a shared machine it is what can
// be compared; the wall clock counts the others as well.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
