#include "ctl/process_list.hpp"

namespace governor::ctl {

std::string role_of(std::string_view executable) {
  // An upgrade replaces the file under the running process; Linux then says so behind the name.
  constexpr std::string_view kReplaced = " (deleted)";
  if (executable.ends_with(kReplaced)) executable.remove_suffix(kReplaced.size());
  const std::string_view name = executable.substr(executable.rfind('/') + 1);
  if (name == "governord") return "daemon";
  if (name == "governor-proxy") return "proxy";
  if (name == "governorctl") return "ctl";
  return {};
}

}  // namespace governor::ctl
