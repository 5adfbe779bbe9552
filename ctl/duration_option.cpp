#include "ctl/duration_option.hpp"

#include <CLI/CLI.hpp>
#include <string>

#include "ipc/duration.hpp"

namespace governor::ctl {

CLI::Option* takes_durations(CLI::Option* option) {
  const auto in_seconds = [](std::string& typed) {
    if (const auto seconds = ipc::parse_duration(typed)) typed = std::to_string(*seconds);
    return std::string();
  };
  return option->transform(CLI::Validator(in_seconds, "", ""))->type_name("TIME");
}

}  // namespace governor::ctl
