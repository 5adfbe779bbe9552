#pragma once

#include <sys/types.h>
#include <string>

#include "daemon/supervisor/process_scan.hpp"

namespace governor::daemon {

/// Governor's own, which an agent may have started without knowing: a daemon that was not there when its
/// proxy looked for one, and with it the server of tmux and the keepers of others. They serve all, and do not
/// end with that agent.
class SparedProcesses {
 public:
  SparedProcesses(std::string daemon_lock, std::string tmux_socket, std::string deployments)
      : daemon_lock_(std::move(daemon_lock)),
        tmux_socket_(std::move(tmux_socket)),
        deployments_(std::move(deployments)) {}

  [[nodiscard]] bool contains(const SeenProcess& process) const;

 private:
  [[nodiscard]] pid_t daemon() const;

  std::string daemon_lock_;
  std::string tmux_socket_;
  std::string deployments_;  ///< the directory of all
};

}  // namespace governor::daemon
