#!/usr/bin/env bash
# How well governor's figures tell failures from successes: replays recorded runs through a daemon of a release build and
# compares the figures with the outcomes.
#
#   scripts/evaluate.sh            five folds over ../shared/runs: no run is judged by coefficients that have seen it
#   scripts/evaluate.sh FILE       the runs of FILE, judged by the shipped coefficients
#
# GOVERNORCTL names another governorctl than that of build/release, which is then not built. With --plot FILE.svg the
# calibration and the ranking are drawn as well.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR/..
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib/common.sh
. "$root/scripts/lib/common.sh"
# shellcheck source=scripts/lib/build.sh
. "$root/scripts/lib/build.sh"

plot=
shipped=
if [[ ${1:-} == --plot ]]; then
  plot=${2:?a file after --plot}
  shift 2
fi
if (($# > 0)); then shipped=yes; fi
runs=${1:-$root/../shared/runs/swebench_runs.jsonl}
[[ -r $runs ]] || die "$runs cannot be read; name a file of runs, one a line"
runs=$(cd "$(dirname "$runs")" && pwd)/$(basename "$runs")
if [[ -n $plot ]]; then plot=$(cd "$(dirname "$plot")" && pwd)/$(basename "$plot"); fi

cd "$root"
if [[ -z ${GOVERNORCTL:-} ]]; then
  configure release >&2
  build release governorctl governord >&2
  GOVERNORCTL=$root/build/release/bin/governorctl
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say "replaying $runs" >&2
"$GOVERNORCTL" --json replay "$runs" >"$work/replayed.jsonl"
python3 scripts/lib/evaluate_runs.py "$work/replayed.jsonl" --runs "$runs" \
  ${shipped:+--shipped} ${plot:+--plot "$plot"}
