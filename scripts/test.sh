#!/bin/bash
# Runs every check and test, says what ran, and fails if a real database or the browser was not there.
set -euo pipefail
cd "$(dirname "$0")/.."
begin=$(date +%s)
scripts/check.sh
echo "browser:     $(chromium --version 2>/dev/null || { echo missing; exit 1; })"
echo "PostgreSQL:  $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1 || true)"
echo "LibreOffice: $(soffice --version 2>/dev/null | head -1 || true)"
export TZ=Asia/Shanghai
log=$(mktemp)
status=0
go test -count=1 -timeout 20m ./... 2>&1 | tee "$log" || status=$?
ran=$(grep -c '^ok' "$log" || true)
failed=$(grep -c '^FAIL\s\+kaiyang' "$log" || true)
rm -f "$log"
echo "packages with tests: $ran passed, $failed failed, $(( $(date +%s) - begin )) s"
[ "$status" -eq 0 ] && [ "$ran" -ge 15 ] || { echo "FAILED"; exit 1; }
