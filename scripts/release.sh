#!/bin/bash
# Static binaries with checksums into dist/: scripts/release.sh VERSION
# Each binary that this machine can run, itself or under an emulator, is run: it makes a new
# database, checks it and computes the reference cases of the statistics. dist/RUN says which were
# run and which were only built.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf dist
mkdir dist
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The words before a command that run a program of another platform here, or nothing and status 1.
runner() {
  [ "$1/$2" = "$(go env GOHOSTOS)/$(go env GOHOSTARCH)" ] && return 0
  local names=()
  case $1/$2 in
  linux/arm64) names=(qemu-aarch64-static qemu-aarch64) ;;
  linux/loong64) names=(qemu-loongarch64-static qemu-loongarch64) ;;
  linux/amd64) names=(qemu-x86_64-static qemu-x86_64) ;;
  windows/*) names=(wine64 wine) ;;
  esac
  for name in "${names[@]}"; do
    command -v "$name" && return 0
  done
  return 1
}

for target in linux/amd64 linux/arm64 linux/loong64 windows/amd64; do
  os=${target%/*} arch=${target#*/}
  out=dist/kaiyang-$1-$os-$arch
  [ "$os" = windows ] && out=$out.exe
  CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -trimpath -ldflags "-s -w -X kaiyang/internal/app.Version=$1" -o "$out" ./cmd/kaiyang
  echo "$out $(stat -c %s "$out") bytes"
  if by=$(runner "$os" "$arch"); then
    $by "$out" version
    $by "$out" init --data "$work/$os-$arch" > /dev/null
    $by "$out" check --data "$work/$os-$arch" > /dev/null
    $by "$out" stats --verify > "$work/stats"
    tail -1 "$work/stats"
    echo "$(basename "$out"): run${by:+ under $(basename "$by")}: init, check, stats --verify" | tee -a dist/RUN
  else
    echo "$(basename "$out"): built only, not run (no machine or emulator here)" | tee -a dist/RUN
  fi
done
(cd dist && sha256sum kaiyang-"$1"-* > SHA256SUMS)
