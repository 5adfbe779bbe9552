#!/usr/bin/env bash
# check.sh MODEL.pml RUNS: goes through all states of a model, once for each line of RUNS:
#
#   holds  DEFINITIONS...               every property holds
#   breaks "WHAT" DEFINITIONS...        the protocol was changed for the worse, and the property WHAT is found not to hold
#
# Each run is bounded in time and memory. SPIN and CC name the programs.
set -euo pipefail
model=$(realpath "$1")
runs=$(realpath "$2")
readonly kilobytes=3000000 seconds=120

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  printf 'FAILED: %s\n' "$*"
  failed=$((failed + 1))
}

# verify DEFINITION...: what the verifier says is in ./said
verify() {
  rm -f pan* ./*.trail said
  "${SPIN:-spin}" "$@" -a "$model" >said 2>&1 || return 1
  "${CC:-cc}" -O0 -w -DVECTORSZ=1024 -o pan pan.c >>said 2>&1 || return 1
  (
    ulimit -v "$kilobytes"
    timeout "$seconds" ./pan -a -n -m100000
  ) >said 2>&1 || true
}

# A search that was cut short has shown nothing.
is_whole() { grep -q '^State-vector' said && ! grep -qE 'max search depth too small|out of memory|Interrupted|Search not completed' said; }

failed=0 passed=0
while read -r kind rest; do
  [[ -n $kind && $kind != \#* ]] || continue
  expected=
  if [[ $kind == breaks ]]; then
    expected=${rest#\"}
    expected=${expected%%\"*}
    rest=${rest#\""$expected"\"}
  fi
  read -r -a definitions <<<"$rest"
  name="$kind ${definitions[*]-}"
  before=$failed
  if ! verify ${definitions[@]+"${definitions[@]}"}; then
    fail "$name: the model is not right"
  elif [[ $kind == holds ]]; then
    is_whole || fail "$name: not all states were seen"
    grep -q 'errors: 0$' said || fail "$name: a property does not hold"
  elif ! grep -qF "$expected" said; then
    fail "$name: expected to find \"$expected\""
  fi
  if ((failed > before)); then
    tail -n 40 said
  else
    passed=$((passed + 1))
    printf '%s: %s states\n' "$name" "$(awk '/states, stored/ { print $1; exit }' said)"
  fi
done <"$runs"
echo "$passed passed, $failed failed"
exit $((failed > 0))
