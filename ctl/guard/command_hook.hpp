#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/context.hpp"
#include "ctl/guard/hook_call.hpp"
#include "ipc/client.hpp"
#include "ipc/deadline.hpp"

namespace governor::ctl {

// A command of the model, before and after. It is never kept from running: what cannot be found out is left
// out.

/// Tells the daemon that it begins.
void before_command(const Context& context, ipc::Client& client, const HookCall& call,
                    ipc::Deadline deadline);
struct CommandReport {
  boost::json::object answer;  ///< of the hook: what the model must know of what it did
  boost::json::array changed;  ///< the files, as the daemon tells of them
};
CommandReport after_command(const Context& context, ipc::Client& client, const HookCall& call,
                            ipc::Deadline deadline);

/// The words of a command that may be names of files, each once, at most `limit`: those that it changes most
/// often stand in it. Not a parser of the shell: too many words cost a look each, and nothing else.
std::vector<std::string> words_of_command(std::string_view command, std::size_t limit);

}  // namespace governor::ctl
