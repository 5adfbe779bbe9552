#!/usr/bin/env bash
# Installs governor on this machine and shows that it works.
set -euo pipefail
called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/common.sh
source scripts/lib/common.sh
# shellcheck source=scripts/lib/packages.sh
source scripts/lib/packages.sh
# shellcheck source=scripts/lib/build.sh
source scripts/lib/build.sh
# shellcheck source=scripts/lib/costs.sh
source scripts/lib/costs.sh

# Building, from a clean checkout without a compiler cache, on two processors: three and a half minutes.
readonly seconds_allowed=210

usage() {
  cat <<'TEXT'
Usage: scripts/quickstart.sh [--prefix DIRECTORY] [--no-install] [--no-demo]

Installs the packages governor needs to be built, builds it, installs it, and runs a demonstration.

  --prefix DIRECTORY  where to install (default: ~/.local)
  --no-install        never install packages; stop with the list of what is missing
  --no-demo           stop after the installation
  -h, --help          this text
TEXT
}

prefix=${HOME:+$HOME/.local}
policy=install
demo=yes
while (($# > 0)); do
  case $1 in
    --prefix)
      (($# >= 2)) || bad_usage "--prefix needs a directory"
      prefix=$2
      shift
      ;;
    --prefix=*) prefix=${1#--prefix=} ;;
    --no-install) policy=refuse ;;
    --no-demo) demo=no ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) bad_usage "unknown option: $1" ;;
  esac
  shift
done
[[ -n $prefix ]] || bad_usage "HOME is not set, so --prefix DIRECTORY is needed"
[[ $prefix == /* ]] || prefix=$called_from/$prefix

require_packages build "$policy"
timed "configuring" configure release -DCMAKE_INSTALL_PREFIX="$prefix"
counted build "building" build release

install_here() {
  mkdir -p "$prefix" 2>/dev/null || true
  if [[ -w $prefix ]]; then
    cmake --install build/release
  else
    as_root cmake --install build/release
  fi
}
timed "installing to $prefix" install_here

if [[ $demo == yes ]]; then
  timed "demonstration" "$prefix/bin/governorctl" demo
else
  "$prefix/bin/governorctl" config
fi
show_costs "targets that took longest to build" expensive_targets build/release
say "building took $(minutes "$build_seconds"), everything $(elapsed 0)"
warn_if_over "building" "$build_seconds" "$seconds_allowed"
case :$PATH: in
  *:"$prefix/bin":*) ;;
  *)
    say "$prefix/bin is not in PATH; IDEs do not need it, the shell does:"
    say "  export PATH=\"$prefix/bin:\$PATH\""
    ;;
esac
