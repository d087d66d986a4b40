package peer

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// used gives the processor time of the server and of this process together. It finds the server
// by the process that serves the first connection; on another machine, or where there is no /proc,
// it is 0.
func (p *stand) used() time.Duration {
	backend := int(p.main.PgConn().PID())
	server, _, ok := process(backend)
	if !ok {
		return 0
	}
	if name, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(server), "comm")); err != nil || !strings.HasPrefix(string(name), "postgres") {
		return 0
	}
	_, total, _ := process(server)
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range all {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		if parent, used, ok := process(pid); ok && parent == server {
			total += used
		}
	}
	_, own, _ := process(os.Getpid())
	return total + own
}

// process reads the parent of a process and its processor time with that of the children it has
// seen end.
func process(pid int) (parent int, used time.Duration, ok bool) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0, 0, false
	}
	f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(f) < 15 {
		return 0, 0, false
	}
	parent, err = strconv.Atoi(f[1])
	if err != nil {
		return 0, 0, false
	}
	for _, s := range f[11:15] { // user and system, own and of ended children, in hundredths of a second
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return 0, 0, false
		}
		used += time.Duration(n) * 10 * time.Millisecond
	}
	return parent, used, true
}
