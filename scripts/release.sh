#!/bin/bash
# Static binaries with checksums into dist/: scripts/release.sh VERSION
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p dist
for target in linux/amd64 linux/arm64 linux/loong64 windows/amd64; do
  os=${target%/*} arch=${target#*/}
  out=dist/kaiyang-$1-$os-$arch
  [ "$os" = windows ] && out=$out.exe
  CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -trimpath -ldflags "-s -w -X kaiyang/internal/app.Version=$1" -o "$out" ./cmd/kaiyang
  echo "$out $(stat -c %s "$out") bytes"
done
(cd dist && sha256sum kaiyang-"$1"-* > SHA256SUMS)
