#!/usr/bin/env bash
# Installs a .deb over this system, uses it, purges it, and says what was wrong. Nothing of that reaches the system:
# it happens on layers over /usr, /var and /etc in a mount namespace of its own, which needs root.
#
#   packaging/test_deb.sh [--within SECONDS] build/release/governor_*.deb
#
# From the package to the first answer it may take SECONDS, 30 if nothing is said.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/common.sh
source "$here/../scripts/lib/common.sh"

within=30
if [[ ${1-} == --within ]]; then
  [[ ${2-} =~ ^[1-9][0-9]*$ ]] || bad_usage "--within takes a number of seconds"
  within=$2
  shift 2
fi
(($# == 1)) || bad_usage "one .deb is needed"
[[ -r $1 ]] || die "there is no package $1 that can be read"
[[ $EUID -eq 0 ]] || die "layers over the system need root"
package=$(realpath "$1")

if [[ -z ${GOVERNOR_TEST_LAYERS-} ]]; then
  layers=$(mktemp -d)
  trap 'rmdir "$layers"' EXIT
  GOVERNOR_TEST_LAYERS=$layers unshare --mount --propagation private "$0" --within "$within" "$package"
  exit
fi

layers=$GOVERNOR_TEST_LAYERS
mount -t tmpfs layers "$layers"
for part in usr var etc; do
  mkdir -p "$layers/$part/new" "$layers/$part/work"
  mount -t overlay "layer-$part" -o "lowerdir=/$part,upperdir=$layers/$part/new,workdir=$layers/$part/work" "/$part"
done
mkdir -m 700 "$layers/home" "$layers/run"

# as_user COMMAND...: with nothing of the environment of whoever runs this.
as_user() { env -i HOME="$layers/home" XDG_RUNTIME_DIR="$layers/run" PATH=/usr/bin:/bin timeout 60 "$@"; }

# Files that governor's package or its use have left, in the package manager's own lists or not.
leftovers() { find "$layers"/{usr,var,etc}/new "$layers/home" -iname '*governor*' ! -type c ! -path "$layers/var/new/*/log/*" "$@"; }

# The layers live as long as a process that is in them.
trap 'if have governorctl; then as_user governorctl stop >/dev/null 2>&1 || true; fi' EXIT

say "installing"
began=$SECONDS
"$here/../scripts/quickstart.sh" --package "$package" --no-demo
[[ $(dpkg-query -W -f='${db:Status-Status}' governor) == installed ]] || die "dpkg does not call it installed"

say "using it"
answer=$(printf '%s\n' \
  '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"package","version":"1"}}}' \
  '{"jsonrpc":"2.0","method":"notifications/initialized"}' \
  '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"process_agent_update","arguments":{"agent_id":"packaged"}}}' |
  as_user governor-proxy)
[[ $answer == *packaged* ]] || die "the proxy's first answer is not about the agent: $answer"
taken=$((SECONDS - began))
say "first answer $taken s after the installation began"
((taken < within)) || die "the first answer took $taken s, and may take $within"
as_user governorctl health >/dev/null || die "governorctl health fails"
[[ -s /usr/share/man/man1/governorctl.1 || -s /usr/share/man/man1/governorctl.1.gz ]] || die "there is no manual page"
if have systemd-analyze; then
  as_user systemd-analyze --user verify /usr/share/systemd/user/{governor.socket,governor.service,governor-gateway.service} || die "the units are not right"
fi
grep -q '^ExecStart="/usr/bin/governord" ' /usr/share/systemd/user/governor.service ||
  die "the service does not start /usr/bin/governord"
as_user governorctl stop

say "purging"
dpkg --purge governor
[[ -d $layers/home/.local/state/governor ]] || die "purging took the state directory of the user"
left=$(leftovers ! -path "$layers/home/.local/state/governor*")
[[ -z $left ]] || die "purging leaves: $left"
say "the package installs, works, and goes"
