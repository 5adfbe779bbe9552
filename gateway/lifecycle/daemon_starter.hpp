#pragma once

#include "ipc/environment.hpp"
#include "ipc/error.hpp"
#include "ipc/paths.hpp"
#include "ipc/start_elsewhere.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::gateway {

/// A process beside the gateway, begun before that gives up starting programs, since what it starts
/// afterwards would be confined as well. It sees to it that there is a daemon when it is asked, takes no
/// other word, and ends when the gateway does.
class DaemonStarter {
 public:
  static ipc::Result<DaemonStarter> begin(const ipc::Paths& paths, const ipc::Environment& environment);

  /// The reading end of a pipe to which the report comes.
  ipc::Result<ipc::UniqueFd> ask(ipc::StartRequest request);

 private:
  explicit DaemonStarter(ipc::UniqueFd socket) : socket_(std::move(socket)) {}

  ipc::UniqueFd socket_;
};

}  // namespace governor::gateway
