#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "ipc/error.hpp"
#include "ipc/paths.hpp"

namespace governor::ipc {

/// Where the gateway of a runtime directory listens, as it wrote down itself.
struct GatewayRecord {
  pid_t pid = 0;
  std::uint16_t port = 0;  ///< 0: on a Unix socket
  std::string socket;
};

Result<void> write_gateway_record(const Paths& paths, const GatewayRecord& record);
/// None where there is no record that makes sense. It may be left over: only the lock tells whether one runs.
std::optional<GatewayRecord> read_gateway_record(const Paths& paths);
void remove_gateway_record(const Paths& paths);

/// Held by the gateway for its life.
std::string gateway_lock_file(const Paths& paths);
/// The process that holds it, as the kernel knows; none if no gateway runs. Not for the gateway itself.
std::optional<pid_t> running_gateway(const Paths& paths);
/// Holds the token with which the next browser logs in.
std::string gateway_login_file(const Paths& paths);
/// Holds what the next gateway has to know of the browsers that are logged in.
std::string gateway_browsers_file(const Paths& paths);

}  // namespace governor::ipc
