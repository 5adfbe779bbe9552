# shellcheck shell=bash
# Running ctest and adding up what it says. Sourced after common.sh.

tests_passed=0
tests_failed=0
tests_skipped=0
unsteady_tests=()
ctest_prefix=()

# More failures than this are no accident.
readonly most_unsteady=2

# run_ctest PRESET [CTEST ARGUMENT...]: never fails itself; the counts say how it went.
run_ctest() {
  local preset=$1 log=build/$1/ctest.log status=0
  shift
  ${ctest_prefix[@]+"${ctest_prefix[@]}"} \
    ctest --preset "$preset" --output-on-failure --no-tests=error "$@" 2>&1 | tee "$log" || status=$?
  local failed_before=$tests_failed
  add_counts "$log" "$status"
  look_again "$preset" "$log" $((tests_failed - failed_before))
}

# What failed runs three times more with the machine to itself. Only what passes each time counts as passed, and is
# named at the end: it needs an owner all the same, but does not hold up everybody else's work.
look_again() {
  local preset=$1 log=$2 failed=$3 name
  ((failed > 0 && failed <= most_unsteady)) || return 0
  local -a names=()
  while IFS= read -r name; do names+=("$name"); done < <(failed_tests "$log")
  ((${#names[@]} == failed)) || return 0
  for name in "${names[@]}"; do
    say "$preset: $name failed; three more runs of it alone"
    if ${ctest_prefix[@]+"${ctest_prefix[@]}"} ctest --preset "$preset" --output-on-failure --no-tests=error \
      --repeat until-fail:3 -R "^${name//./\\.}\$"; then
      unsteady_tests+=("$preset: $name")
      tests_failed=$((tests_failed - 1))
      tests_passed=$((tests_passed + 1))
    fi
  done
}

# The names in ctest's last list, "	 12 - name (Failed)".
failed_tests() {
  sed -n -E '/The following tests FAILED:/,$s/^[[:space:]]*[0-9]+ - ([^ ]+) \(.*\).*$/\1/p' "$1"
}

# The build targets among the names of the tests that a preset selects, one a line: a test is named after its
# target.
targets_of_tests() {
  local targets
  targets=$(cmake --build --preset "$1" --target help | sed -n 's/^\([^:/]*\): phony$/\1/p')
  ctest --preset "$1" --show-only | sed -n 's/^ *Test *#[0-9]*: //p' |
    grep -Fx -f <(printf '%s\n' "$targets") || true
}

# ctest ends with "98% tests passed, 2 tests failed out of 100" and counts skipped tests among the passed.
add_counts() {
  local log=$1 status=$2 summary failed total skipped
  summary=$(grep -E 'tests passed, [0-9]+ tests? failed out of [0-9]+' "$log" | tail -n 1 || true)
  if [[ -z $summary ]]; then
    warn "ctest ended with code $status and no summary; that counts as one failure"
    tests_failed=$((tests_failed + 1))
    return
  fi
  failed=$(sed -E 's/.*passed, ([0-9]+) tests? failed.*/\1/' <<<"$summary")
  total=$(sed -E 's/.*out of ([0-9]+).*/\1/' <<<"$summary")
  skipped=$(grep -cE '\*\*\*Skipped' "$log" || true)
  if ((status != 0 && failed == 0)); then failed=1 total=$((total + 1)); fi
  tests_failed=$((tests_failed + failed))
  tests_skipped=$((tests_skipped + skipped))
  tests_passed=$((tests_passed + total - failed - skipped))
}

# ThreadSanitizer of GCC 12 cannot place its memory where the kernel randomises addresses by more than 28 bits.
# Where the kernel does and lets us, the tests run with fixed addresses.
use_fixed_addresses_if_needed() {
  local bits
  bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0)
  if ((bits > 28)) && have setarch && setarch "$(uname -m)" -R true 2>/dev/null; then
    ctest_prefix=(setarch "$(uname -m)" -R)
  fi
}
