package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"

	"kaiyang/internal/testkit"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"kaiyang": main})
}

// The command line as people use it, told by the scripts in testdata.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("LANG", "zh_CN.UTF-8")
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("POSTGRES", testkit.PostgresURL(t))
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			// sql FILE STATEMENT changes a database behind the program's back.
			"sql": func(ts *testscript.TestScript, _ bool, args []string) {
				db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
				ts.Check(err)
				defer db.Close()
				_, err = db.Exec(args[1])
				ts.Check(err)
			},
			// spoil FILE writes nonsense over the middle of a file.
			"spoil": func(ts *testscript.TestScript, _ bool, args []string) {
				b, err := os.ReadFile(ts.MkAbs(args[0]))
				ts.Check(err)
				for i := len(b) / 4; i < len(b)*3/4; i++ {
					b[i] = 'x'
				}
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
			},
			// status N COMMAND … wants exactly this exit status.
			"status": func(ts *testscript.TestScript, _ bool, args []string) {
				err := ts.Exec(args[1], args[2:]...)
				got, failed := 0, &exec.ExitError{}
				switch {
				case errors.As(err, &failed):
					got = failed.ExitCode()
				case err != nil:
					ts.Fatalf("%v", err)
				}
				if strconv.Itoa(got) != args[0] {
					ts.Fatalf("%v ends with %d, want %s", args[1:], got, args[0])
				}
			},
			// facts FILE N writes a file of N facts of element A for the village's months.
			"facts": func(ts *testscript.TestScript, _ bool, args []string) {
				var n int
				fmt.Sscan(args[1], &n)
				f, err := os.Create(ts.MkAbs(args[0]))
				ts.Check(err)
				defer f.Close()
				fmt.Fprintln(f, "element,category,unit,period,value")
				for i := range n {
					fmt.Fprintf(f, "A,,520121100200,%d-%02d,%d\n", 2015+i/12, i%12+1, i%7)
				}
			},
		},
	})
}
