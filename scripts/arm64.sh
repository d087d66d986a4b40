#!/bin/sh
# Runs the statistics on arm64, on a machine that is not one.
#
# Needs the emulator (Debian: apt-get install qemu-user-static). It is no part of the tests: a machine
# without the emulator is told so and exits with status 2. On arm64 itself plain `go test` does the same.
#
# First the machine code is searched for fused multiply-adds, which round once where amd64 rounds
# twice. In core/stats none may be left but halvings, which are exact; those of other packages are not
# counted. Then all tests of core/stats run under emulation, the reference cases by name.
set -eu
cd "$(dirname "$0")/.."

run=""
for name in qemu-aarch64-static qemu-aarch64; do
	if command -v "$name" >/dev/null; then run=$name; break; fi
done
if [ -z "$run" ]; then
	echo "arm64.sh: no qemu-aarch64 here; install qemu-user-static, or run go test on an arm64 machine" >&2
	exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CGO_ENABLED=0

GOARCH=arm64 go build -gcflags=kaiyang/internal/core/stats=-S -o /dev/null ./internal/core/stats 2>"$work/asm" || { cat "$work/asm" >&2; exit 1; }
sed -n 's/.*(\([^()]*internal\/core\/stats\/[^()]*\.go\):\([0-9]*\)).*FN\{0,1\}M\(ADD\|SUB\)[DS].*/\1 \2/p' "$work/asm" | sort -u >"$work/fused"
bad=0
while read -r file line; do
	text=$(sed -n "${line}p" "$file")
	# A division by two, or a constant or a tail that was halved: exact either way.
	if ! printf '%s\n' "$text" | grep -Eq '/ ?2|1-(tail|a|p\.Alpha)|\+1\)/2'; then
		echo "fused: $file:$line: $text"
		bad=1
	fi
done <"$work/fused"
echo "fused multiply-adds in core/stats: $(wc -l <"$work/fused") lines, other than halvings: $([ $bad = 0 ] && echo none || echo see above)"

GOARCH=arm64 go test -c -o "$work/stats.test" ./internal/core/stats
cd internal/core/stats
"$run" "$work/stats.test" -test.run 'TestReferenceCases' -test.v >"$work/cases" 2>&1 || { grep -E '^ *(---|.*_test\.go)' "$work/cases"; exit 1; }
echo "reference cases passed under emulation: $(grep -c '^    --- PASS: TestReferenceCases/' "$work/cases")"
# A search of 40 points within 5 s is a promise for real processors, not for an emulated one.
"$run" "$work/stats.test" -test.skip 'TestReferenceCases|IsFastEnough' -rapid.checks=30 | tail -1
exit $bad
