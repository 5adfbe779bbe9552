#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "ctl/context.hpp"
#include "ipc/deadline.hpp"
#include "ipc/error.hpp"
#include "ipc/paths.hpp"

namespace governor::ctl {

/// The gateway that serves, and whether it was started for this.
struct ServingGateway {
  pid_t pid = 0;
  std::string url;  ///< without a slash at its end
  bool started = false;
};

/// The gateway of these paths, which is started if none runs. `port`: only for one that is started.
ipc::Result<ServingGateway> serving_gateway(const Context& context, const ipc::Paths& paths,
                                            std::optional<int> port, ipc::Deadline deadline);

/// The address with which one browser logs in.
ipc::Result<std::string> login_url(const ipc::Paths& paths, const ServingGateway& gateway);

/// Has every browser log in again: the gateway that runs forgets them, or if none runs, what it would know of
/// them is removed. Gives the gateway's pid; none: none runs.
ipc::Result<std::optional<pid_t>> log_out_browsers(const ipc::Paths& paths, ipc::Deadline deadline);

/// Ends the gateway, and waits until it has gone; browsers stay logged in. None: there was none.
ipc::Result<std::optional<pid_t>> end_gateway(const ipc::Paths& paths, ipc::Deadline deadline);

/// Likewise, and logs out every browser.
ipc::Result<std::optional<pid_t>> stop_gateway(const ipc::Paths& paths, ipc::Deadline deadline);

}  // namespace governor::ctl
