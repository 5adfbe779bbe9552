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

/// What the configuration file says of the gateway. Of a file that is wrong the reason.
struct Configured {
  int port = -1;        ///< `{"gateway":{"port":N}}`; -1: none
  bool sandbox = true;  ///< as for the daemon
  std::string wrong{};
};
Configured read_configuration(const std::string& config_file);

}  // namespace governor::gateway
