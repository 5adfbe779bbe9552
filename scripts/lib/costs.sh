# shellcheck shell=bash
# What building and testing cost, and whether that is more than it should be. Sourced after common.sh.

readonly costs_shown=10
build_seconds=0
test_seconds=0

# counted build|test TEXT COMMAND...: timed, and the time is added to what building or testing took.
counted() {
  local kind=$1 since=$SECONDS
  shift
  timed "$@"
  case $kind in
    build) build_seconds=$((build_seconds + SECONDS - since)) ;;
    test) test_seconds=$((test_seconds + SECONDS - since)) ;;
  esac
}

# The targets of a build folder that take the compiler longest, from what ninja has written about each output: the last
# time it was made, added up by target. "12.3 s  name", the most expensive first.
expensive_targets() {
  awk -F '\t' -v shown="$costs_shown" '
    function target_of(path,  parts, count, i) {
      count = split(path, parts, "/")
      for (i = 1; i < count; ++i)
        if (parts[i] == "CMakeFiles" && parts[i + 1] ~ /\.dir$/) return substr(parts[i + 1], 1, length(parts[i + 1]) - 4)
      sub(/^lib/, "", parts[count])
      sub(/\.(a|so|dylib)$/, "", parts[count])
      return parts[count]
    }
    NF == 5 { took[$4] = $2 - $1; edge[$4] = $1 " " $2 " " $5 }
    END {
      # What one command made together was written once for each of its outputs.
      for (path in took) if (!(edge[path] in seen)) { seen[edge[path]] = 1; total[target_of(path)] += took[path] }
      for (name in total) printf "%.1f s  %s\n", total[name] / 1000, name
    }' "$1/.ninja_log" | sort -rn | sed -n "1,${costs_shown}p"
}

# slow_tests LOG...: the tests that took longest, as ctest says in its logs.
slow_tests() {
  sed -nE 's/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: ([^ ]+) .* ([0-9.]+) sec *$/\2 s  \1/p' "$@" |
    sort -rn | sed -n "1,${costs_shown}p"
}

# show_costs TEXT COMMAND...: what the command says, under a heading, unless it says nothing.
show_costs() {
  local text=$1 lines
  shift
  lines=$("$@" 2>/dev/null) || true
  [[ -n $lines ]] || return 0
  say "$text"
  printf '%s\n' "$lines" | sed 's/^/      /'
}

# warn_if_over WHAT SECONDS LIMIT: slow is no failure, but it is said.
warn_if_over() {
  (($2 <= $3)) || warn "$1 took $(minutes "$2"), more than the $(minutes "$3") that it may take on two processors"
}
