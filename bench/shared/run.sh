#!/usr/bin/env bash
# What the functions of shared workspaces cost: leases taken and released, each in a durable transaction of its own,
# against pgbench doing the same rows in plain statements. A private server on this machine, with fsync.
#   bench/shared/run.sh [SECONDS [DAEMONS]]      10 a figure, by 1 and by 3
# GOVERNOR_BENCH_SERVER: the directory of such a server that runs and is prepared (one workspace is measured there).
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-10}
read -ra daemons <<<"${2:-1 3}"
directory=${GOVERNOR_BENCH_SERVER:-}
work=$(mktemp -d /tmp/gov-bench-XXXXXX)
server=tests/support/postgres_server.sh
counts=(1)
trap 'rm -rf "$work"' EXIT
pgbench=$(printf '%s\n' /usr/lib/postgresql/*/bin/pgbench | sort -V | tail -1)
if [[ -z $directory ]]; then
  directory=$(mktemp -d /tmp/gov-bench-XXXXXX)
  counts=(1 3)
  trap '"$server" stop "$directory" || true; rm -rf "$directory" "$work"' EXIT
  FSYNC=on "$server" start "$directory" >/dev/null
fi
export PGHOST=$directory PGUSER=tester PGDATABASE=postgres
if ((${#counts[@]} > 1)); then
  # The schema as the daemon makes it.
  sed -n '/R"sql(/,/)sql"/p' daemon/shared/workspace_schema.hpp | sed '1s/.*R"sql(//; $s/)sql".*//' >"$work/schema.sql"
  psql --quiet --single-transaction --set ON_ERROR_STOP=1 --file "$work/schema.sql" >/dev/null
fi

id="('00000000-0000-0000-0000-' || lpad((:client_id + 1)::text, 12, '0'))::uuid"
path="'/src/' || :client_id || '/' || :n || '.cpp'"
cat >"$work/functions.sql" <<SQL
\set n random(1, 1000000000)
SELECT governor.acquire_1($id, 1, :n, 'w' || :client_id % :workspaces, 2, ARRAY[$path], '{f}', ARRAY[$path],
  ARRAY['', '/src', '/src/' || :client_id, $path], '1/0/', 'agent', 'client', 1, 'why', 600000, false, '{}');
SELECT governor.release_1($id, ARRAY[:n::bigint]);
SQL
cat >"$work/plain.sql" <<SQL
\set n random(1, 1000000000)
BEGIN;
SELECT * FROM governor.workspace WHERE name = 'w' || :client_id % :workspaces FOR UPDATE;
SELECT 1 FROM governor.daemon WHERE id = $id FOR SHARE;
INSERT INTO governor.claim VALUES ($id, :n, 1, 2, ARRAY[$path], '{f}', '1/0/', 'agent', 'client', 1, 'why', :n, :n,
  now(), now(), now());
INSERT INTO governor.claimed_path VALUES (1, $path, $id, :n);
UPDATE governor.workspace SET sequence = sequence + 1 WHERE name = 'w' || :client_id % :workspaces;
COMMIT;
BEGIN;
DELETE FROM governor.claimed_path WHERE daemon = $id AND claim = :n;
DELETE FROM governor.claim WHERE daemon = $id AND claim = :n;
COMMIT;
SQL

rate() {
  "$pgbench" --no-vacuum --client "$2" --jobs 1 --time "$seconds" --define "workspaces=$3" --file "$work/$1.sql" |
    awk '/^tps/ { printf "%.0f", 2 * $3 }'
}

printf '%-10s %-12s %22s %22s %8s\n' daemons workspaces 'pgbench, plain rows/s' 'functions, ops/s' ratio
for clients in "${daemons[@]}"; do
  for workspaces in "${counts[@]}"; do
    psql --quiet --command "TRUNCATE governor.claim, governor.claimed_path, governor.daemon, governor.workspace CASCADE;
      INSERT INTO governor.workspace(name) SELECT 'w' || n FROM generate_series(0, 2) n;
      INSERT INTO governor.daemon SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'h', 'w', 'p', 1,
        now() + interval '1 hour' FROM generate_series(1, 3) n"
    plain=$(rate plain "$clients" "$workspaces")
    functions=$(rate functions "$clients" "$workspaces")
    printf '%-10s %-12s %22s %22s %8s\n' "$clients" "$workspaces" "$plain" "$functions" \
      "$(awk -v a="$functions" -v b="$plain" 'BEGIN { printf "%.2f", a / b }')"
  done
done
