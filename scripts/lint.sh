#!/usr/bin/env bash
# What cppcheck and clang-tidy find in the sources, without building them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
source scripts/lib/common.sh
# shellcheck source=scripts/lib/packages.sh
source scripts/lib/packages.sh
# shellcheck source=scripts/lib/build.sh
source scripts/lib/build.sh

usage() {
  cat <<'TEXT'
Usage: scripts/lint.sh [--no-install] [--only cppcheck|clang-tidy] [--jobs N] [FOLDER or FILE...]

Looks at text, core, ipc, proxy, ctl, daemon and gateway, or at what is named. Ends with 1 when something is found.
What is left out, and why, stands in .clang-tidy and in scripts/lib/cppcheck.suppressions.

  --no-install  never install packages; stop with the list of what is missing
  --only TOOL   one of the two; clang-tidy takes most of the time: several seconds for a file that is named, and
                far longer for everything, which it reads in batches
  --jobs N      files that are looked at at the same time (default: one for each processor)
  -h, --help    this text
TEXT
}

policy=install
tools=(cppcheck clang-tidy)
jobs=$(build_jobs)
places=()
everything=no

read_arguments() {
  while (($# > 0)); do
    case $1 in
      --no-install) policy=refuse ;;
      --only)
        [[ ${2:-} == cppcheck || ${2:-} == clang-tidy ]] || bad_usage "--only takes cppcheck or clang-tidy"
        tools=("$2")
        shift
        ;;
      --jobs)
        [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || bad_usage "--jobs takes a number from 1"
        jobs=$2
        shift
        ;;
      -h | --help)
        usage
        exit 0
        ;;
      -*) bad_usage "unknown option: $1" ;;
      *)
        [[ -e $1 ]] || bad_usage "there is no $1; folders and files are named from the top of the checkout"
        places+=("$1")
        ;;
    esac
    shift
  done
  if ((${#places[@]} == 0)); then
    places=(text core ipc proxy ctl daemon gateway)
    everything=yes
  fi
}

# shellcheck disable=SC2317 # called by its name
look_with_cppcheck() {
  cppcheck --std=c++20 --language=c++ --enable=warning,performance,portability --inline-suppr --quiet \
    --suppressions-list=scripts/lib/cppcheck.suppressions --error-exitcode=1 -I . -j "$jobs" "${places[@]}"
}

# shellcheck disable=SC2317 # called by its name
look_with_clang_tidy() {
  # Only what the build compiles here: sources for other systems are not in its list.
  local -a compiled=()
  local file list=build/lint
  if [[ $everything == yes ]]; then
    list=build/lint-batches
    configure lint -B "$list" -DGOVERNOR_UNITY=ON >/dev/null
    cmake --build "$list" --target gateway/embedded_page.cpp daemon/embedded_app.cpp >/dev/null
    while IFS= read -r file; do compiled+=("$file"); done < <(find "$list" -name 'unity_*.cxx' | sort)
  else
    configure lint >/dev/null
    while IFS= read -r file; do compiled+=("$file"); done < <(compiled_sources)
  fi
  ((${#compiled[@]} > 0)) || die "no source that is compiled lies below ${places[*]}"
  printf '%s\0' "${compiled[@]}" | xargs -0 -n 1 -P "$jobs" clang-tidy -p "$list" --quiet --warnings-as-errors='*'
}

compiled_sources() {
  local place
  for place in "${places[@]}"; do
    sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' build/lint/compile_commands.json |
      grep -E "^$PWD/${place%/}(/|\$)" | sort -u
  done
}

main() {
  read_arguments "$@"
  require_packages lint "$policy"
  local tool failed=0
  for tool in "${tools[@]}"; do
    say "$tool"
    "look_with_${tool//-/_}" || failed=1
  done
  ((failed == 0)) || die "something was found, see above"
  say "nothing was found"
}

main "$@"
