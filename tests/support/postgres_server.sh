#!/usr/bin/env bash
# A PostgreSQL server of one test's own, on a Unix socket in a directory of its own, and on 127.0.0.1 where a port is
# given:
#   postgres_server.sh start DIRECTORY [PORT]   prints "PID"; a server that was stopped goes on with what it had
#   postgres_server.sh stop DIRECTORY           as by a power failure
#   postgres_server.sh replicate DIRECTORY PRIMARY [PORT]   starts a streaming replica of the one in PRIMARY
#   postgres_server.sh promote DIRECTORY        a replica becomes the primary
#   postgres_server.sh pool DIRECTORY SERVER    starts pgbouncer in transaction mode, of two connections to the one in SERVER;
#                                               it listens as DIRECTORY/.s.PGSQL.6432 (exit 77: there is none here)
#   postgres_server.sh unpool DIRECTORY         ends it at once
# Exit 77: there is no PostgreSQL here.
set -euo pipefail

find_programs() {
  local candidate
  for candidate in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) /opt/homebrew/opt/postgresql*/bin \
    /usr/local/opt/postgresql*/bin "$(pg_config --bindir 2>/dev/null || true)"; do
    if [[ -x $candidate/initdb && -x $candidate/pg_ctl ]]; then
      echo "$candidate"
      return
    fi
  done
  exit 77
}

# The server refuses to run as root.
as_owner() {
  if [[ $EUID -ne 0 ]]; then
    "$@"
    return
  fi
  setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups -- "$@"
}

programs=$(find_programs)
verb=$1
directory=$2
primary=
if [[ $verb == replicate || $verb == pool ]]; then
  primary=$3
  shift
fi
port=${3:-}
owner=$(id -un postgres 2>/dev/null || echo nobody)
export LC_ALL=C
cd /

start() {
  local listen=${port:+127.0.0.1}
  as_owner "$programs/pg_ctl" --pgdata "$directory/data" --log "$directory/log" --wait --timeout 60 start --options \
    "-c listen_addresses='$listen' -c port=${port:-5432} -c unix_socket_directories='$directory' -c fsync=${FSYNC:-off}" \
    >/dev/null
  head -1 "$directory/data/postmaster.pid"
}

case $verb in
  start)
    mkdir -p "$directory"
    if [[ ! -d $directory/data ]]; then
      if [[ $EUID -eq 0 ]]; then chown "$owner" "$directory"; fi
      as_owner "$programs/initdb" --pgdata "$directory/data" --auth trust --username tester --encoding UTF8 --no-sync \
        >"$directory/initdb.log"
    fi
    start
    ;;
  stop)
    as_owner "$programs/pg_ctl" --pgdata "$directory/data" --mode immediate --wait --timeout 60 stop >/dev/null
    ;;
  replicate)
    mkdir -p "$directory"
    if [[ $EUID -eq 0 ]]; then chown "$owner" "$directory"; fi
    as_owner "$programs/pg_basebackup" --host "$primary" --port "$(sed -n 4p "$primary/data/postmaster.pid")" \
      --username tester --pgdata "$directory/data" --write-recovery-conf --wal-method stream --checkpoint fast --no-sync
    start
    ;;
  promote)
    as_owner "$programs/pg_ctl" --pgdata "$directory/data" --wait --timeout 60 promote >/dev/null
    ;;
  pool)
    bouncer=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v pgbouncer) || exit 77
    mkdir -p "$directory"
    cat >"$directory/pgbouncer.ini" <<INI
[databases]
postgres = host=$primary port=$(sed -n 4p "$primary/data/postmaster.pid") user=tester
[pgbouncer]
listen_port = 6432
unix_socket_dir = $directory
auth_type = any
pool_mode = transaction
default_pool_size = 2
logfile = $directory/pgbouncer.log
pidfile = $directory/pgbouncer.pid
INI
    if [[ $EUID -eq 0 ]]; then chown -R "$owner" "$directory"; fi
    as_owner "$bouncer" --quiet --daemon "$directory/pgbouncer.ini"
    ;;
  unpool)
    kill -KILL "$(cat "$directory/pgbouncer.pid")"
    rm -f "$directory/pgbouncer.pid" "$directory"/.s.PGSQL.*
    ;;
  *)
    echo "usage: postgres_server.sh start|stop|replicate|promote|pool|unpool DIRECTORY [SERVER] [PORT]" >&2
    exit 2
    ;;
esac
