#!/usr/bin/env bash
# Lets libFuzzer look for input that governor's readers cannot take.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
source scripts/lib/common.sh
# shellcheck source=scripts/lib/packages.sh
source scripts/lib/packages.sh
# shellcheck source=scripts/lib/build.sh
source scripts/lib/build.sh

readonly corpus=tests/fuzz/corpus

usage() {
  cat <<'TEXT'
Usage: scripts/fuzz.sh [--no-install] [--only TARGET] [SECONDS]

Builds what reads bytes of others with clang, AddressSanitizer and UndefinedBehaviorSanitizer, and feeds each reader for
SECONDS (default 60) with variations of tests/fuzz/corpus/TARGET. What is found lies in build/fuzz/found/TARGET-*; put
it into the corpus, where a test runs it from then on, and mend the reader. Ends with 1 when something is found.

  --no-install   never install packages; stop with the list of what is missing
  --only TARGET  one of them, the name of a folder in tests/fuzz/corpus
  -h, --help     this text
TEXT
}

policy=install
seconds=60
targets=()

read_arguments() {
  while (($# > 0)); do
    case $1 in
      --no-install) policy=refuse ;;
      --only)
        [[ -n ${2:-} && -d $corpus/${2:-} ]] || bad_usage "--only takes the name of a folder in $corpus"
        targets+=("$2")
        shift
        ;;
      -h | --help)
        usage
        exit 0
        ;;
      -*) bad_usage "unknown option: $1" ;;
      *)
        [[ $1 =~ ^[1-9][0-9]*$ ]] || bad_usage "SECONDS is a number from 1"
        seconds=$1
        ;;
    esac
    shift
  done
  local folder
  ((${#targets[@]} > 0)) || for folder in "$corpus"/*/; do targets+=("$(basename "$folder")"); done
}

# fuzz TARGET: what libFuzzer learns it keeps in the build folder; only people put something into the corpus.
fuzz() {
  local target=$1
  local -a options=("-max_total_time=$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1
    "-artifact_prefix=build/fuzz/found/$target-")
  [[ ! -f tests/fuzz/$target.dict ]] || options+=("-dict=tests/fuzz/$target.dict")
  mkdir -p "build/fuzz/learned/$target" build/fuzz/found
  if build/fuzz/bin/fuzz_"$target" "${options[@]}" "build/fuzz/learned/$target" "$corpus/$target" \
    >"build/fuzz/$target.log" 2>&1; then
    say "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$target.log") inputs, nothing found"
  else
    tail -n 40 "build/fuzz/$target.log" >&2
    warn "$target: something was found, see build/fuzz/$target.log"
    return 1
  fi
}

main() {
  read_arguments "$@"
  require_packages fuzz "$policy"
  configure fuzz
  build fuzz "${targets[@]/#/fuzz_}"
  local target failed=0
  for target in "${targets[@]}"; do fuzz "$target" || failed=1; done
  exit "$failed"
}

main "$@"
