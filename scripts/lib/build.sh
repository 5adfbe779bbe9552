# shellcheck shell=bash
# Configuring and building with the presets. Sourced after common.sh, with the checkout as working directory.

# configure PRESET [CMAKE ARGUMENT...]
configure() {
  local preset=$1
  shift
  local -a arguments=("$@")
  if have ccache; then
    arguments+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_C_COMPILER_LAUNCHER=ccache)
  fi
  # Homebrew keeps its SQLite out of the default search path because macOS has one of its own.
  if [[ $(uname -s) == Darwin ]]; then
    arguments+=("-DCMAKE_PREFIX_PATH=$(brew --prefix);$(brew --prefix sqlite)")
  fi
  cmake --preset "$preset" ${arguments[@]+"${arguments[@]}"}
}

# build PRESET [TARGET...]
build() {
  local preset=$1
  shift
  local -a arguments=(--build --preset "$preset" --parallel "$(build_jobs)")
  if (($# > 0)); then arguments+=(--target "$@"); fi
  cmake "${arguments[@]}"
}

# One compiler per processor, fewer where memory is short: the largest batches need about 2.2 GB with
# sanitizers.
build_jobs() {
  local processors megabytes by_memory
  processors=$(getconf _NPROCESSORS_ONLN)
  if [[ -r /proc/meminfo ]]; then
    megabytes=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
    by_memory=$((megabytes / 2200))
    if ((by_memory < 1)); then by_memory=1; fi
    if ((by_memory < processors)); then processors=$by_memory; fi
  fi
  echo "$processors"
}
