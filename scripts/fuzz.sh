#!/bin/bash
# Gives every fuzz target of the program the same time: scripts/fuzz.sh 60s
set -euo pipefail
cd "$(dirname "$0")/.."
grep -rlE '^func Fuzz' --include='*_test.go' internal | sort | while read -r f; do
  for target in $(grep -oE '^func Fuzz[A-Za-z0-9_]+' "$f" | cut -d' ' -f2); do
    echo "== $f $target"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "${1:-60s}" "./$(dirname "$f")"
  done
done
