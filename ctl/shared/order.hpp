#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "ctl/context.hpp"
#include "ipc/error.hpp"

namespace CLI {
class App;
}

namespace governor::ctl {

/// Adds --on to a command that may be for another machine.
void add_on(CLI::App* command, std::string& on);

/// Has the daemon of another machine carry out one of its operations, by the database that both share, and
/// waits for its result. `on`: a host, WHO@HOST, or the id of a daemon.
ipc::Result<boost::json::object> give_order(const Context& context, const std::string& on,
                                            std::string_view operation, const boost::json::object& arguments);

}  // namespace governor::ctl
