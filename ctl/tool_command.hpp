#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "ctl/context.hpp"

namespace governor::ctl {

/// A command that is one call of a tool.
struct ToolCommand {
  std::string_view tool;
  boost::json::object arguments{};
  std::chrono::milliseconds patience{10'000};
  std::string doing{};  ///< shown while it takes long, such as "exporting ada"
  std::string on{};     ///< the machine whose daemon does it, see give_order; empty: this one
};

/// Writes the result for a person.
using WriteResult = std::function<void(const boost::json::object& result)>;
/// The exit code that belongs to a result; without it, ExitCode::done.
using JudgeResult = std::function<int(const boost::json::object& result)>;

/// Calls the tool and writes its result, with --json as the daemon sent it. Returns the exit code.
int run_tool(const Context& context, ToolCommand command, const WriteResult& write,
             const JudgeResult& judge = nullptr);

/// As above for a method governor/*.
int run_method(const Context& context, ToolCommand command, const WriteResult& write,
               const JudgeResult& judge = nullptr);

}  // namespace governor::ctl
