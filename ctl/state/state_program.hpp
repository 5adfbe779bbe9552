#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/context.hpp"
#include "ipc/deadline.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// Lets governord do something with a database, whether a daemon runs or not: "verify", "backup" or
/// "restore". `file` is absolute; empty: the database of the state directory. What it answers, also of a
/// database that is not sound ("ok":false); an error with its words where it could not do it.
ipc::Result<boost::json::object> run_on_state(const Context& context, std::string_view verb,
                                              const std::string& file, ipc::Deadline deadline);

/// The same for any of its commands that write one JSON object: `arguments` without the program.
ipc::Result<boost::json::object> run_governord(const Context& context, std::vector<std::string> arguments,
                                               ipc::Deadline deadline);

}  // namespace governor::ctl
