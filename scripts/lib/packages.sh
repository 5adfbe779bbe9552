# shellcheck shell=bash
# What governor needs from the distribution, and how to get it. Sourced after common.sh.
#
# A requirement is satisfied by what is there, not by who installed it: a compiler from elsewhere counts.

readonly boost_wanted=1.81
missing_packages=()
package_policy=install

# require_packages build|test|fuzz|lint install|refuse
require_packages() {
  missing_packages=()
  package_policy=$2
  case $(package_manager) in
    apt) find_missing_apt "$1" ;;
    brew) find_missing_brew "$1" ;;
    none)
      die "neither apt-get nor Homebrew is here; install what README.md lists under \"Building\", then run cmake"
      ;;
  esac
  if ((${#missing_packages[@]} == 0)); then
    say "every package needed to $1 governor is installed"
    return
  fi
  say "missing packages: ${missing_packages[*]}"
  if [[ $package_policy == refuse ]]; then
    die "--no-install was given; install the ${#missing_packages[@]} packages above and run this again"
  fi
  install_missing
}

package_manager() {
  if [[ $(uname -s) == Darwin ]]; then
    if have brew; then echo brew; else echo none; fi
  elif have apt-get && have dpkg-query; then
    echo apt
  else
    echo none
  fi
}

# --- Debian and Ubuntu ---

find_missing_apt() {
  need_tool cmake cmake
  need_tool ninja ninja-build
  need_tool g++ g++
  need_tool git git
  need_tool pkg-config pkg-config
  local package
  for package in libspdlog-dev libfmt-dev libsqlite3-dev libsqlitecpp-dev libcli11-dev libncurses-dev libseccomp-dev \
    nettle-dev zlib1g-dev libpq-dev; do
    need_deb "$package"
  done
  if [[ $1 == test ]]; then
    need_deb catch2
    need_tool tmux tmux
    need_tool socat socat
    need_tool spin spin
    need_tool sqlite3 sqlite3
    need_tool ps procps
    need_tool node nodejs
    need_tool npm npm
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing_packages+=(postgresql)
    [[ -x /usr/sbin/pgbouncer ]] || missing_packages+=(pgbouncer)
  fi
  if [[ $1 == fuzz || $1 == lint ]]; then need_tool clang++ clang; fi
  if [[ $1 == lint ]]; then
    need_tool clang-tidy clang-tidy
    need_tool cppcheck cppcheck
  fi
  need_boost # last: where it fails it lists what was found missing before
}

need_tool() { have "$1" || missing_packages+=("$2"); }

need_deb() {
  local status
  status=$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null || true)
  [[ $status == installed ]] || missing_packages+=("$1")
}

need_boost() {
  local header
  for header in /usr/local/include/boost /usr/include/boost; do
    [[ -f $header/version.hpp ]] || continue
    if (($(boost_number "$header/version.hpp") >= 108100)) && has_boost_json; then return; fi
    break # the first one is the one the compiler sees
  done
  refresh_apt_if_unknown libboost-dev
  local chosen
  chosen=$(choose_boost)
  [[ -n $chosen ]] || die "this release of the distribution has no Boost $boost_wanted or newer; \
Debian 12 and Ubuntu 24.04 are the oldest that do"
  # shellcheck disable=SC2206 # two package names, meant to be split
  missing_packages+=($chosen)
}

boost_number() { awk '$1 == "#define" && $2 == "BOOST_VERSION" { print $3 }' "$1"; }

has_boost_json() {
  compgen -G '/usr/lib/*/libboost_json.so' >/dev/null || compgen -G '/usr/local/lib/libboost_json.*' >/dev/null
}

# Prints the development packages of the default Boost if it is new enough, else of the oldest that is. Two
# versions cannot be installed side by side, so a version that is already there in part comes first.
choose_boost() {
  local version minor
  for minor in {81..99}; do
    if [[ -n $(dpkg-query -W -f='${db:Status-Status}' "libboost1.$minor-dev" 2>/dev/null || true) ]] &&
      apt_knows "libboost-json1.$minor-dev"; then
      echo "libboost1.$minor-dev libboost-json1.$minor-dev"
      return
    fi
  done
  version=$(apt-cache policy libboost-dev 2>/dev/null | awk '$1 == "Candidate:" { print $2 }')
  if [[ $version == [0-9]* ]] && version_at_least "$version" "$boost_wanted" &&
    apt_knows libboost-json-dev; then
    echo "libboost-dev libboost-json-dev"
    return
  fi
  for minor in {81..99}; do
    if apt_knows "libboost1.$minor-dev" && apt_knows "libboost-json1.$minor-dev"; then
      echo "libboost1.$minor-dev libboost-json1.$minor-dev"
      return
    fi
  done
}

# "Candidate: (none)" is a name that something mentions and nothing provides.
apt_knows() {
  local candidate
  candidate=$(apt-cache policy "$1" 2>/dev/null | awk '$1 == "Candidate:" { print $2 }')
  [[ -n $candidate && $candidate != "(none)" ]]
}

apt_lists_fresh=no

# A fresh machine or container has no package lists; then nothing is known and nothing can be installed.
refresh_apt_if_unknown() {
  if apt_knows "$1" || [[ $apt_lists_fresh == yes ]]; then return; fi
  if [[ $package_policy == refuse ]]; then
    say "missing packages: ${missing_packages[*]} libboost-dev and libboost-json-dev ($boost_wanted or newer)"
    die "--no-install was given and the package lists are empty; run apt-get update and install those above"
  fi
  update_apt_lists
}

update_apt_lists() {
  say "refreshing the package lists (apt-get update)"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 -qq update
  apt_lists_fresh=yes
}

install_missing() {
  if [[ $(package_manager) == brew ]]; then
    brew install "${missing_packages[@]}"
    return
  fi
  local package
  for package in "${missing_packages[@]}"; do refresh_apt_if_unknown "$package"; done
  if ! apt_install; then
    # The lists may be older than the archive: the one failure that a refresh repairs.
    [[ $apt_lists_fresh == no ]] || die "apt-get could not install the packages; its message is above"
    update_apt_lists
    apt_install || die "apt-get could not install the packages; its message is above"
  fi
}

# Chromium, for the test of the dashboard. Not every distribution has it as a package, and without it that test alone is left
# out: so nothing ends for want of it. After require_packages.
want_browser() {
  if [[ $package_policy != install || $(package_manager) != apt ]] || have chromium || ! apt_knows chromium; then return; fi
  missing_packages=(chromium)
  apt_install || warn "Chromium could not be installed; the test of the dashboard is left out"
}

# install_package FILE: a package of governor's own (an absolute path), and from the distribution what it depends on.
install_package() {
  [[ $(package_manager) == apt ]] || die "a .deb needs apt-get, which is not here; run without --package"
  missing_packages=("$1")
  if ! apt_install; then
    update_apt_lists
    apt_install || die "apt-get could not install $1; its message is above"
  fi
}

apt_install() {
  local -a command=(apt-get -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -qq -y)
  [[ $EUID -eq 0 ]] || say "sudo is needed for apt-get install"
  as_root env DEBIAN_FRONTEND=noninteractive "${command[@]}" install --no-install-recommends \
    "${missing_packages[@]}"
}

# --- macOS ---

find_missing_brew() {
  xcode-select -p >/dev/null 2>&1 || die "the compiler is missing; run: xcode-select --install"
  # zlib and ncurses come with the command line tools.
  local -a formulae=(cmake ninja boost spdlog fmt sqlite sqlitecpp cli11 nettle libpq pkgconf)
  if [[ $1 == fuzz || $1 == lint ]]; then formulae+=(llvm cppcheck); fi
  if [[ $1 == test ]]; then formulae+=(catch2 tmux socat spin node postgresql pgbouncer); fi
  local formula
  for formula in "${formulae[@]}"; do
    brew list --versions "$formula" >/dev/null 2>&1 || missing_packages+=("$formula")
  done
}
