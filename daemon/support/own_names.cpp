#include "daemon/support/own_names.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <array>

namespace governor::daemon {

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

std::string user_name() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr ? entry->pw_name : fmt::format("uid-{}", ::geteuid());
}

}  // namespace governor::daemon
