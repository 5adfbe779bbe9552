#!/usr/bin/env bash
# Makes a .deb of a build folder and hands it to packaging/test_deb.sh.
#   deb.sh BUILD_FOLDER CPACK SECONDS
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1 cpack=$2 seconds=$3

not_run() {
  echo "not run: $*"
  exit 0
}

[[ $EUID -eq 0 ]] || not_run "layers over the system need root"
for tool in apt-get dpkg dpkg-query dpkg-shlibdeps strip unshare; do
  command -v "$tool" >/dev/null || not_run "there is no $tool"
done
[[ -x $cpack ]] || not_run "there is no cpack"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2016 # expanded in there
unshare --mount --propagation private sh -ec '
  mount -t tmpfs layers "$1"
  mkdir "$1/new" "$1/work"
  mount -t overlay probe -o "lowerdir=/usr,upperdir=$1/new,workdir=$1/work" /usr' sh "$work" 2>/dev/null ||
  not_run "this system mounts no overlay"

echo "==> packing $build"
"$cpack" --config "$build/CPackConfig.cmake" -B "$work" >"$work/cpack.log" 2>&1 || {
  cat "$work/cpack.log"
  exit 1
}
"$here/../../packaging/test_deb.sh" --within "$seconds" "$work"/governor_*.deb
