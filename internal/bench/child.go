package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"kaiyang/internal/app"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/sqldb"
)

// childEnv carries the task of a child: some things can only be measured from outside, such as the
// memory of a server, what it does after kill -9, and how others fare while a processor is busy.
const childEnv = "KAIYANG_BENCH_CHILD"

// Child does the task of a child process and tells so, if this process was started as one by a
// measurement. A program that measures asks it before anything else.
func Child() (was bool, err error) {
	task := strings.Split(os.Getenv(childEnv), "\n")
	if task[0] == "" {
		return false, nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // the parent ends its child by closing this, and so does its death
		io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	switch task[0] {
	case "serve":
		return true, serveChild(ctx, task[1])
	case "write":
		return true, writeChild(ctx, task[1], task[2])
	case "spin":
		x := uint64(1)
		for ctx.Err() == nil {
			for range 1 << 20 {
				x = x*6364136223846793005 + 1442695040888963407
			}
		}
		fmt.Println("spun", x) // so that the work is done
		return true, nil
	}
	return true, fmt.Errorf("a child was given the unknown task %q", task[0])
}

// officeConfig is that of every office that is measured: in a directory of its own, on a free port.
func officeConfig(dir string) app.Config {
	return app.Config{Data: dir, Addr: "127.0.0.1:0", Clock: time.Now, Log: slog.New(slog.DiscardHandler), Create: true}
}

// serveChild is the server. Its line says where it listens, and how much wall and processor time
// (ms) passed from the start of the process until all figures were in memory.
func serveChild(ctx context.Context, dir string) error {
	begin := time.Now()
	o, err := app.Open(ctx, officeConfig(dir))
	if err != nil {
		return err
	}
	defer o.Close()
	opened, used := time.Since(begin), cpuTime()
	return o.Serve(ctx, func(url string) { fmt.Println("ready", url, opened.Milliseconds(), used.Milliseconds()) })
}

// writeChild records one value after the other and says so once each is durable. from is the number of
// the first.
func writeChild(ctx context.Context, dir, from string) error {
	i, err := strconv.Atoi(from)
	if err != nil {
		return err
	}
	o, err := app.Open(ctx, officeConfig(dir))
	if err != nil {
		return err
	}
	defer o.Close()
	for ; ctx.Err() == nil; i++ {
		if err := record(app.WithOperator(ctx), o, acknowledged(o.Units.Today(), i)); err != nil {
			return err
		}
		fmt.Println("written", i)
	}
	return nil
}

// A child is a process of this program with a task.
type child struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Scanner
	began time.Time
}

func startChild(task ...string) (*child, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, "bench")
	cmd.Env = append(os.Environ(), childEnv+"="+strings.Join(task, "\n"))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, in: in, out: bufio.NewScanner(out), began: time.Now()}
	return c, cmd.Start()
}

// line waits for the next line whose first word is as wanted and gives the others.
func (c *child) line(word string) ([]string, error) {
	for c.out.Scan() {
		if f := strings.Fields(c.out.Text()); len(f) > 0 && f[0] == word {
			return f[1:], nil
		}
	}
	return nil, fmt.Errorf("a child ended without saying %q: %v", word, c.out.Err())
}

// stop lets the child end in its own way.
func (c *child) stop() error {
	c.in.Close()
	for c.out.Scan() {
	}
	return c.cmd.Wait()
}

// kill ends the child as a power cut would and gives the lines it had still said.
func (c *child) kill() (rest []string) {
	c.cmd.Process.Kill()
	for c.out.Scan() {
		rest = append(rest, c.out.Text())
	}
	c.in.Close()
	c.cmd.Wait() // says that it was killed
	return rest
}

// A server is a child that serves an office.
type server struct {
	*child
	url   string
	ready time.Duration // from the start of the process until it listened
	used  time.Duration // processor time until the figures were in memory
}

func startServer(dir string) (*server, error) {
	c, err := startChild("serve", dir)
	if err != nil {
		return nil, err
	}
	f, err := c.line("ready")
	if err != nil {
		c.kill()
		return nil, err
	}
	s := &server{child: c, url: f[0], ready: time.Since(c.began)}
	used, err := strconv.ParseInt(f[2], 10, 64)
	if err != nil {
		c.kill()
		return nil, err
	}
	s.used = time.Duration(used) * time.Millisecond
	return s, nil
}

// A usage is what a process takes of the machine.
type usage struct {
	cpu       time.Duration
	rss, peak int64 // bytes
}

// usage reads what the child has taken; ok is false where the system has no /proc.
func (c *child) usage() (u usage, ok bool) {
	dir := filepath.Join("/proc", strconv.Itoa(c.cmd.Process.Pid))
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return u, false
	}
	const hertz = 100 // of the counters, whatever the kernel's own clock
	f := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	for _, s := range f[11:13] { // user, system
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return u, false
		}
		u.cpu += time.Duration(n) * time.Second / hertz
	}
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		return u, false
	}
	for line := range strings.Lines(string(status)) {
		var kb int64
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &kb); err == nil {
			u.rss = kb << 10
		}
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kb); err == nil {
			u.peak = kb << 10
		}
	}
	return u, true
}

// record brings facts in as an import does: checked, durable, and in memory when it returns.
func record(ctx context.Context, o *app.Office, facts ...measure.Fact) error {
	return o.DB.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := o.Facts.Record(tx, measure.Batch{Facts: facts, Source: measure.Source{Kind: measure.FromModule, Name: "bench"}})
		return err
	})
}
