package formulatest

import (
	"bytes"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
)

func ratOf(s string) (*big.Rat, bool) { return new(big.Rat).SetString(s) }

// leastSeeds is how many formulas the case files must hold for a fuzz test to be worth running.
const leastSeeds = 150

// Seeds gives every formula of the case files, right and wrong ones, once each. Too few are an
// error, lest a fuzz test runs without food.
func Seeds() ([]string, error) {
	dir, err := Dir()
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.test"))
	if err != nil {
		return nil, err
	}
	var out []string
	seen := map[string]bool{}
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		cmd, body := "", []string(nil)
		for _, line := range append(strings.Split(string(text), "\n"), "----") {
			switch {
			case line == "----":
				switch cmd {
				case "define", "check":
					add(strings.Join(body, "\n"))
				case "calc":
					for _, l := range body {
						add(l)
					}
				}
				cmd, body = "done", nil
			case strings.TrimSpace(line) == "":
				if cmd == "done" {
					cmd = ""
				}
			case cmd == "" && !bytes.HasPrefix([]byte(line), []byte("#")):
				cmd, body = strings.Fields(line)[0], nil
			case cmd != "" && cmd != "done":
				body = append(body, line)
			}
		}
	}
	if len(out) < leastSeeds {
		return out, fmt.Errorf("only %d formulas in %s, want at least %d", len(out), dir, leastSeeds)
	}
	return out, nil
}
