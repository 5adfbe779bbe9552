#!/usr/bin/env bash
# Makes a package of a finished build, in the directory OUTPUT (default: the one that it is called from).
#
#   packaging/pack.sh npm|mcpb|homebrew BUILD [OUTPUT] [--libraries] [--url URL]
#
# npm and mcpb carry the programs in BUILD/bin, without symbols for debuggers. --libraries adds the shared libraries that
# they need, except those of the C library, and has them found there: it needs patchelf. homebrew makes a source archive of
# the last commit and a formula that builds it; --url says where the archive will lie.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/common.sh
source "$here/../scripts/lib/common.sh"

libraries=no
url=
arguments=()
while (($# > 0)); do
  case $1 in
    --libraries) libraries=yes ;;
    --url)
      (($# >= 2)) || bad_usage "--url needs an address"
      url=$2
      shift
      ;;
    -*) bad_usage "unknown option: $1" ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
((${#arguments[@]} == 2 || ${#arguments[@]} == 3)) || bad_usage "what to make and a build directory are needed"
kind=${arguments[0]}
build=$(realpath "${arguments[1]}")
output=$(realpath "${arguments[2]:-$PWD}")
[[ -d $build/packaging ]] || die "$build is no build directory of governor: configure it first"
[[ -d $output ]] || die "there is no directory $output"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# of_project NAME: what CMake knows of it.
of_project() { sed -n "s/^CMAKE_PROJECT_$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
version=$(of_project VERSION)

add_programs() {
  local program
  mkdir "$work/bin"
  for program in governord governor-proxy governorctl; do
    [[ -x $build/bin/$program ]] || die "$build/bin has no $program: build it first"
    cp "$build/bin/$program" "$work/bin/"
    if have strip; then strip "$work/bin/$program"; fi
  done
  cp "$here/../LICENSE" "$work/"
  if [[ $libraries == yes ]]; then add_libraries; fi
}

# The C library and what belongs to it must be those of the machine that it runs on.
add_libraries() {
  have patchelf || die "--libraries needs patchelf"
  local program library
  mkdir "$work/lib"
  for program in "$work"/bin/*; do
    while read -r library; do
      [[ -e $work/lib/$(basename "$library") ]] || cp "$library" "$work/lib/"
    done < <(ldd "$program" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' |
      grep -vE '/(libc|libm|libdl|librt|libpthread|ld-linux[^/]*)\.so')
    if ldd "$program" | grep -q '=>'; then patchelf --set-rpath "\$ORIGIN/../lib" "$program"; fi
  done
  for library in "$work"/lib/*; do patchelf --set-rpath "\$ORIGIN" "$library"; done
}

# Prints the path of what was made, as the last line.
case $kind in
  npm)
    have npm || die "npm is not here"
    add_programs
    cp "$build/packaging/npm/package.json" "$here/npm/README.md" "$work/"
    (cd "$work" && npm pack --silent --pack-destination "$output" >/dev/null)
    echo "$output/governor-proxy-$version.tgz"
    ;;
  mcpb)
    add_programs
    cp "$build/packaging/mcpb/manifest.json" "$work/"
    (cd "$work" && cmake -E tar cf "$output/governor-$version.mcpb" --format=zip -- *)
    echo "$output/governor-$version.mcpb"
    ;;
  homebrew)
    archive=$output/governor-$version.tar.gz
    git -C "$here/.." archive --format=tar.gz --prefix="governor-$version/" -o "$archive" HEAD
    sum=$(sha256sum "$archive" 2>/dev/null || shasum -a 256 "$archive")
    sed -e "s|%URL%|${url:-file://$archive}|" -e "s|%SHA256%|${sum%% *}|" "$build/packaging/homebrew/governor.rb" \
      >"$output/governor.rb"
    echo "$output/governor.rb"
    ;;
  *) bad_usage "\"$kind\" is not one of npm, mcpb, homebrew" ;;
esac
