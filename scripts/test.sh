#!/usr/bin/env bash
# Builds with the sanitizers and runs every test.
set -euo pipefail
called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
source scripts/lib/common.sh
# shellcheck source=scripts/lib/packages.sh
source scripts/lib/packages.sh
# shellcheck source=scripts/lib/build.sh
source scripts/lib/build.sh
# shellcheck source=scripts/lib/node.sh
source scripts/lib/node.sh
# shellcheck source=scripts/lib/ctest.sh
source scripts/lib/ctest.sh
# shellcheck source=scripts/lib/costs.sh
source scripts/lib/costs.sh

# Everything, from a clean checkout without a compiler cache, on two processors.
readonly seconds_allowed=$((22 * 60))

usage() {
  cat <<'TEXT'
Usage: scripts/test.sh [--no-install] [--only asan|tsan] [--jobs N] [-- CTEST ARGUMENTS]

Installs what the tests need, builds with AddressSanitizer and UndefinedBehaviorSanitizer and runs every test,
then builds with ThreadSanitizer and runs the tests labelled "concurrency". At the end stand the times, the
targets and the tests that took longest, and a warning if all of it took longer than it should. One or two tests
that fail run three times more, alone; those that pass each time count as passed and are named in a warning. The
last line says how many passed and failed.

  --no-install   never install packages; stop with the list of what is missing
  --only PRESET  one of the two runs
  --jobs N       tests that run at the same time (default: one more than processors, at most 4). Those that
                 measure how fast something is, or how little is done, have the machine for themselves
  -h, --help     this text

Environment: GOVERNOR_TEST_DATA names a folder with the MCP schemas and other third-party test data (default:
../shared where that holds them).
TEXT
}

# Prints the folder with third-party data, or nothing; without it the tests use what the npm packages contain.
test_data() {
  local folder=${GOVERNOR_TEST_DATA-}
  if [[ -n $folder ]]; then
    [[ $folder == /* ]] || folder=$called_from/$folder
    [[ -d $folder ]] || die "GOVERNOR_TEST_DATA=$folder is no folder"
    echo "$folder"
  elif [[ -d ../shared/mcp ]]; then
    (cd ../shared && pwd)
  fi
}

# With ThreadSanitizer only what the labelled tests need is built, to save time.
# shellcheck disable=SC2317 # reached through timed
build_for() {
  if [[ $1 == tsan ]]; then
    local -a targets=()
    local name
    while IFS= read -r name; do targets+=("$name"); done < <(targets_of_tests tsan)
    ((${#targets[@]} > 0)) || die "the preset tsan selects no test; is the label \"concurrency\" missing?"
    build tsan governord governor-proxy governorctl "${targets[@]}"
  else
    build "$1"
  fi
}

# Most tests wait for processes and disks for half of their time.
test_jobs() {
  local processors
  processors=$(getconf _NPROCESSORS_ONLN)
  echo $((processors < 3 ? processors + 1 : 4))
}

policy=install
presets=(asan tsan)
jobs=$(test_jobs)
ctest_arguments=()

read_arguments() {
  while (($# > 0)); do
    case $1 in
      --no-install) policy=refuse ;;
      --only)
        [[ ${2:-} == asan || ${2:-} == tsan ]] || bad_usage "--only takes asan or tsan"
        presets=("$2")
        shift
        ;;
      --jobs)
        [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || bad_usage "--jobs takes a number from 1"
        jobs=$2
        shift
        ;;
      --)
        shift
        ctest_arguments=("$@")
        return
        ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) bad_usage "unknown option: $1" ;;
    esac
    shift
  done
}

main() {
  local data preset name
  local -a configure_arguments
  read_arguments "$@"
  require_packages test "$policy"
  want_browser
  data=$(test_data)
  timed "installing the official MCP clients" install_client_packages "$data"
  say "third-party test data: ${data:-none beside the checkout}"
  configure_arguments=("-DGOVERNOR_TEST_DATA=$data")
  if have node; then configure_arguments+=("-DGOVERNOR_NODE=$(command -v node)"); fi

  for preset in "${presets[@]}"; do
    timed "$preset: configuring" configure "$preset" "${configure_arguments[@]}"
    counted build "$preset: building" build_for "$preset"
    if [[ $preset == tsan ]]; then use_fixed_addresses_if_needed; fi
    counted test "$preset: testing" run_ctest "$preset" --parallel "$jobs" \
      ${ctest_arguments[@]+"${ctest_arguments[@]}"}
  done

  for preset in "${presets[@]}"; do
    show_costs "$preset: targets that took longest to build" expensive_targets "build/$preset"
    show_costs "$preset: tests that took longest" slow_tests "build/$preset/ctest.log"
  done
  say "building took $(minutes "$build_seconds"), testing $(minutes "$test_seconds"), everything $(elapsed 0)"
  warn_if_over "everything" "$SECONDS" "$seconds_allowed"
  for name in ${unsteady_tests[@]+"${unsteady_tests[@]}"}; do
    warn "$name failed once, then passed three times alone: it depends on something that it should not"
  done
  if ((tests_skipped > 0)); then say "$tests_skipped skipped; ctest says above which ones"; fi
  echo "$tests_passed passed, $tests_failed failed"
  # From in here, so that the shell reads no more of a file that may have changed meanwhile.
  exit $((tests_failed > 0))
}

main "$@"
