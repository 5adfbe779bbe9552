#!/usr/bin/env bash
# Runs tests over and over on a machine that is made busy: none may depend on a fast one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
source scripts/lib/common.sh

usage() {
  cat <<'TEXT'
Usage: scripts/stress.sh [--times N] [--loops N] [--build FOLDER] [REGEX]

Runs each test whose name matches REGEX (default: ^process_) N times in a row while busy loops run beside it, and
says for each how often it passed. The tests must have been built. Where a test fails, its output is kept in
FOLDER/stress, and the code is 1 at the end.

  --times N       how often each test runs (default: 20)
  --loops N       how many busy loops run meanwhile (default: 4)
  --build FOLDER  the build folder (default: build/dev)
  -h, --help      this text
TEXT
}

times=20
loops=4
folder=build/dev
regex=^process_
loop_pids=()

read_arguments() {
  while (($# > 0)); do
    case $1 in
      --times | --loops)
        [[ ${2:-} =~ ^[0-9]+$ ]] || bad_usage "$1 takes a number"
        if [[ $1 == --times ]]; then times=$2; else loops=$2; fi
        shift
        ;;
      --build)
        (($# >= 2)) || bad_usage "--build needs a folder"
        folder=$2
        shift
        ;;
      -h | --help)
        usage
        exit 0
        ;;
      -*) bad_usage "unknown option: $1" ;;
      *) regex=$1 ;;
    esac
    shift
  done
}

# shellcheck disable=SC2317 # reached through the trap
end_loops() {
  local pid
  for pid in ${loop_pids[@]+"${loop_pids[@]}"}; do kill "$pid" 2>/dev/null || true; done
  loop_pids=()
}

# A loop ends by itself when this script is gone, even if it was killed.
start_loops() {
  local i
  for ((i = 0; i < loops; ++i)); do
    (while kill -0 $$ 2>/dev/null; do for ((n = 0; n < 100000; ++n)); do :; done; done) &
    loop_pids+=($!)
  done
}

names_of_tests() {
  ctest --test-dir "$folder" --show-only -R "$regex" | sed -n 's/^ *Test *#[0-9]*: \([^ ]*\).*/\1/p'
}

# stress NAME: whether it passed every time.
stress() {
  local name=$1 passed=0 since=$SECONDS i log
  for ((i = 1; i <= times; ++i)); do
    log=$folder/stress/$name.$i.log
    if ctest --test-dir "$folder" -R "^$name\$" --output-on-failure --no-tests=error >"$log" 2>&1; then
      passed=$((passed + 1))
      rm "$log"
    fi
  done
  say "$name: $passed of $times passed in $(elapsed "$since")"
  ((passed == times))
}

main() {
  local name names failed=0
  read_arguments "$@"
  names=$(names_of_tests)
  [[ -n $names ]] || die "no test in $folder matches $regex"
  mkdir -p "$folder/stress"
  trap end_loops EXIT
  trap 'exit 130' INT TERM
  start_loops
  for name in $names; do stress "$name" || failed=$((failed + 1)); done
  if ((failed > 0)); then
    say "$failed failed at least once; see $folder/stress"
    exit 1
  fi
}

main "$@"
