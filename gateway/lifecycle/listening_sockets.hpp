#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/rules/place.hpp"
#include "ipc/error.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::gateway {

struct Listening {
  Place place;
  std::vector<ipc::UniqueFd> sockets;
};

/// On 127.0.0.1 and, where there is such an address, on ::1, at the same port. 0: one that is free.
ipc::Result<Listening> listen_on_loopback(std::uint16_t port);
/// On a Unix socket (0600). One that nobody listens at any more is replaced.
ipc::Result<Listening> listen_on_socket(const std::string& path);

}  // namespace governor::gateway
