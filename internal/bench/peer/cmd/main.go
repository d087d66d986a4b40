// Command cmd holds this program against the stand-in of DHIS2 on a PostgreSQL that may be filled
// and emptied: go run ./internal/bench/peer/cmd -set S -url postgres://… . scripts/bench-peer.sh
// starts such a server and runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"kaiyang/internal/bench"
	"kaiyang/internal/bench/peer"
)

func main() {
	if was, err := bench.Child(); was {
		end(err)
		return
	}
	set := flag.String("set", "S", "S (a county, a minute) or M (a province, 20 minutes and 30 GB)")
	url := flag.String("url", "", "postgres:// URL of a superuser of a server that holds nothing else")
	flag.Parse()
	if *url == "" {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	end(peer.Run(ctx, os.Stdout, *url, *set))
}

func end(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
