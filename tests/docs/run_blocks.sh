#!/usr/bin/env bash
# run_blocks.sh BINARIES FILE.md...: runs every block marked ```sh of the documents, those of one document in one shell and
# in a home directory of its own, with the programs of BINARIES first in PATH. Blocks that cannot be run are marked console.
# Then looks whether each command of governorctl that the documents name is one.
set -euo pipefail
binaries=$(realpath "$1")
shift

root=$(mktemp -d /tmp/gov-docs-XXXXXX) # short: sockets lie in it
trap 'rm -rf "$root"' EXIT
passed=0 failed=0

# in_sandbox COMMAND...: nothing of the caller's own places is known to it, and it ends.
in_sandbox() {
  env -i HOME="$home" XDG_RUNTIME_DIR="$home/run" PATH="$binaries:/usr/local/bin:/usr/bin:/bin" LANG=C.UTF-8 \
    GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=ada GIT_AUTHOR_EMAIL=ada@example.org GIT_COMMITTER_NAME=ada \
    GIT_COMMITTER_EMAIL=ada@example.org ASAN_OPTIONS="${ASAN_OPTIONS-}:log_path=$home/sanitizer" \
    UBSAN_OPTIONS="${UBSAN_OPTIONS-}:log_path=$home/sanitizer" TSAN_OPTIONS="${TSAN_OPTIONS-}:log_path=$home/sanitizer" \
    timeout 300 "$@"
}

# One script of all blocks; each says where it stands, so that a failure names it.
script_of() {
  awk -v name="$(basename "$1")" '
    /^```/ { if (inside) { inside = 0; running = 0 } else { inside = 1; if ($0 == "```sh") { running = 1
             printf "place=%s:%d; echo \"--- $place\"; cd ~/work/shop\n", name, NR } } ; next }
    running { print }' "$1"
}

make_home() {
  home=$root/$(basename "$1" .md)
  mkdir -p "$home/work/shop/src"
  mkdir -m 700 "$home/run"
  echo 'int main() {}' >"$home/work/shop/src/core.cpp"
  in_sandbox git -C "$home/work/shop" init -q -b main
  in_sandbox git -C "$home/work/shop" add .
  in_sandbox git -C "$home/work/shop" commit -qm start
}

for document in "$@"; do
  script=$(script_of "$document")
  [[ -n $script && $document != */services.md ]] || continue # a sandbox has no service manager
  make_home "$document"
  if in_sandbox bash -euo pipefail -c "trap 'echo \"stopped in \${place-the beginning}\"' ERR
    governorctl run --agent ada -- true >/dev/null # starts the daemon, and there is an agent
    $script" >"$home/said" 2>&1 </dev/null && ! compgen -G "$home/sanitizer*" >/dev/null; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$document"
    tail -n 60 "$home/said"
    find "$home" -name 'sanitizer*' -exec tail -n 40 {} +
  fi
  in_sandbox governorctl stop >/dev/null 2>&1 || true
done

home=$root/commands
mkdir -p "$home/run"
known=$(in_sandbox governorctl --help | awk '/^Subcommands:/ { on = 1; next } /^$/ { on = 0 } on && /^  [a-z]/ { print $1 }')
while IFS=: read -r file line command; do
  if grep -qxF -- "${command#governorctl }" <<<"$known"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: %s:%s names "%s", which is no command\n' "$file" "$line" "$command"
  fi
done < <(grep -nHoE '(`|^|\$ |[(|] *)governorctl [a-z][a-z-]*' "$@" | sed -E 's/^([^:]*:[0-9]+:).*(governorctl [a-z-]+)$/\1\2/' | sort -u)

echo "$passed passed, $failed failed"
exit $((failed > 0))
