#!/bin/bash
# Ours beside the peer's SQL: starts a throw-away PostgreSQL, loads the data set into DHIS2's schema,
# runs its analytics job and the six questions, then ours in the same sitting, and prints the ratios
# of goals P1 to P3. Nothing of it is part of the tests.
#
#   scripts/bench-peer.sh S     a county: about a minute beside compiling, 1 GB of disk
#   scripts/bench-peer.sh M     a province (also without a word): about 20 minutes on two cores, 30 GB of disk
#
# Needs the Debian package postgresql (any version since 14) and Go. TMPDIR says where the disk is.
# KAIYANG_PEER_POSTGRES=postgres://… takes a server that is already there; a database is made on it
# whose name begins with kaiyang_peer_, and removed. Run by root, the server runs as postgres.
# Times of a machine with other work are too long on both sides; compare within one run only.
set -euo pipefail
cd "$(dirname "$0")/.."
set_name=${1:-M}
case $set_name in
  S) need=1 ;;
  M) need=30 ;;
  *) echo "usage: scripts/bench-peer.sh [S|M]" >&2; exit 2 ;;
esac
export CGO_ENABLED=0

if [ -n "${KAIYANG_PEER_POSTGRES:-}" ]; then
  exec go run ./internal/bench/peer/cmd -set "$set_name" -url "$KAIYANG_PEER_POSTGRES"
fi

bin=$(dirname "$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -1 || true)")
[ -x "$bin/initdb" ] || { echo "PostgreSQL is not installed (Debian package postgresql)." >&2; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/kaiyang-peer.XXXXXX")
free=$(( $(df -Pk "$work" | tail -1 | awk '{print $4}') / 1048576 ))
if [ "$free" -lt "$need" ]; then
  rmdir "$work"
  echo "$need GB of disk are needed for set $set_name, $free GB are free in ${TMPDIR:-/tmp}; set TMPDIR." >&2
  exit 1
fi

as=()
if [ "$(id -u)" -eq 0 ]; then # PostgreSQL refuses to run as root
  as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  chown postgres:postgres "$work"
fi
finish() {
  "${as[@]}" "$bin/pg_ctl" -D "$work/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap finish EXIT

"${as[@]}" "$bin/initdb" -D "$work/data" -U kaiyang --auth=trust -E UTF8 --locale=C >/dev/null
# What DHIS2's guide to tuning advises, for a machine of 16 to 24 GiB; reached by its socket only.
"${as[@]}" tee -a "$work/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$work'
jit = off
max_connections = 50
shared_buffers = 5GB
work_mem = 48MB
maintenance_work_mem = 1GB
temp_buffers = 16MB
effective_cache_size = 12GB
checkpoint_completion_target = 0.8
checkpoint_timeout = 30min
max_wal_size = 8GB
synchronous_commit = off
wal_writer_delay = 10s
random_page_cost = 1.1
max_locks_per_transaction = 96
CONF
"${as[@]}" "$bin/pg_ctl" -D "$work/data" -l "$work/log" -w -t 60 start >/dev/null || { cat "$work/log" >&2; exit 1; }
go run ./internal/bench/peer/cmd -set "$set_name" -url "postgres://kaiyang@/postgres?host=$work"
