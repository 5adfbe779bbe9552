#pragma once

#include <string>
#include <variant>

namespace governor::gateway {

struct Options {
  bool foreground = false;
  int startup_fd = -1;
  int port = -1;       ///< -1: not said; 0: any that is free
  std::string socket;  ///< empty: on the loopback addresses
  std::string log_level = "info";
};

/// Say the text, and end with the code.
struct ExitNow {
  int code;
  std::string text;
  int startup_fd = -1;
};

std::variant<Options, ExitNow> read_options(int argc, const char* const* argv);

/// What is wrong with an address to listen on; empty: nothing.
std::string refuse_address(const std::string& address);

/// The port in the configuration file, `{"gateway":{"port":N}}`; -1: none. Of a file that is wrong the
/// reason.
struct ConfiguredPort {
  int port = -1;
  std::string wrong;
};
ConfiguredPort configured_port(const std::string& config_file);

}  // namespace governor::gateway
