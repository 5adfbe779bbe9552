# shellcheck shell=bash
# Helpers that every script shares. Sourced, never run.

script_name=$(basename "$0")

say() { printf '==> %s\n' "$*"; }

warn() { printf '%s: warning: %s\n' "$script_name" "$*" >&2; }

die() {
  printf '%s: %s\n' "$script_name" "$*" >&2
  exit 1
}

bad_usage() {
  printf '%s: %s\nTry "%s --help".\n' "$script_name" "$*" "$0" >&2
  exit 2
}

have() { command -v "$1" >/dev/null 2>&1; }

# version_at_least HAVE WANT: compares dotted numbers, missing parts count as 0.
version_at_least() {
  local -a have_parts want_parts
  local index
  IFS=. read -r -a have_parts <<<"$1"
  IFS=. read -r -a want_parts <<<"$2"
  for index in 0 1 2; do
    local mine=${have_parts[index]:-0} wanted=${want_parts[index]:-0}
    mine=${mine%%[!0-9]*}
    if ((10#${mine:-0} > 10#$wanted)); then return 0; fi
    if ((10#${mine:-0} < 10#$wanted)); then return 1; fi
  done
  return 0
}

# as_root COMMAND...: runs it directly as root, else through sudo; says what to do where there is no sudo.
as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    die "this needs root and there is no sudo; run as root: $*"
  fi
}

# minutes SECONDS: as people read them.
minutes() { printf '%dm%02ds' $(($1 / 60)) $(($1 % 60)); }

# elapsed SINCE: the same, since the given value of $SECONDS.
elapsed() { minutes $((SECONDS - $1)); }

# timed TEXT COMMAND...: announces the step, runs it, says how long it took.
timed() {
  local text=$1 since=$SECONDS
  shift
  say "$text"
  "$@"
  say "$text: done in $(elapsed "$since")"
}
