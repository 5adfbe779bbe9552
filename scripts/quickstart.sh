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
       scripts/quickstart.sh --package FILE.deb [--no-demo]

Installs the packages governor needs to be built, builds it, installs it, and runs a demonstration. With a package
that was built before, nothing is compiled.

  --prefix DIRECTORY  where to install (default: ~/.local)
  --package FILE.deb  install this package instead, with what it depends on
  --no-install        never install packages; stop with the list of what is missing
  --no-demo           stop after the installation
  -h, --help          this text
TEXT
}

prefix=${HOME:+$HOME/.local}
policy=install
demo=yes
package=
prefix_given=no
while (($# > 0)); do
  case $1 in
    --prefix)
      (($# >= 2)) || bad_usage "--prefix needs a directory"
      prefix=$2
      prefix_given=yes
      shift
      ;;
    --prefix=*)
      prefix=${1#--prefix=}
      prefix_given=yes
      ;;
    --package)
      (($# >= 2)) || bad_usage "--package needs a file"
      package=$2
      shift
      ;;
    --package=*) package=${1#--package=} ;;
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
if [[ -n $package ]]; then
  [[ $policy == install && $prefix_given == no ]] ||
    bad_usage "--package installs into the system, so neither --prefix nor --no-install goes with it"
  [[ $package == /* ]] || package=$called_from/$package
  [[ -r $package ]] || die "there is no package $package that can be read"
  timed "installing $package" install_package "$package"
  if [[ $demo == yes ]]; then
    timed "demonstration" /usr/bin/governorctl demo
  else
    /usr/bin/governorctl config
  fi
  say "everything took $(elapsed 0)"
  exit 0
fi
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
  "$prefix/bin/governorctl" install
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
