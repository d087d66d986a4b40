#!/bin/bash
# Format, vet, staticcheck.
set -euo pipefail
cd "$(dirname "$0")/.."
bad=$(gofmt -l cmd internal test)
if [ -n "$bad" ]; then echo "not formatted: $bad"; exit 1; fi
go vet ./...
go tool staticcheck ./...
echo "format, vet and staticcheck: clean"
