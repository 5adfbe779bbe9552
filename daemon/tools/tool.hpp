#pragma once

#include <array>
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "daemon/tools/operation.hpp"

namespace governor::daemon {

/// Whether a deployment that a call makes is a task for clients that take tasks.
enum class TaskUse : std::uint8_t {
  never,
  offered,  ///< other clients get the result
  required  ///< other clients are refused
};

/// A tool as clients see it. The texts live as long as the program.
struct Tool : Operation {
  std::string_view group;  ///< for profiles, see kToolGroups
  std::string_view title;
  std::string_view description;
  std::string_view output_schema;  ///< JSON Schema 2020-12
  bool in_core = false;            ///< one of the default profile
  bool destructive = false;        ///< takes something away that is not easily brought back
  /// A result in words, for the model that reads it; empty where the result itself is to be read. Null:
  /// always.
  std::string (*text)(const boost::json::object& result) = nullptr;
  TaskUse tasks = TaskUse::never;  ///< not never: the result has a `deployment`
  /// A result as a JSON array of content blocks, for what a text cannot say: pictures, sound, resources.
  /// Null: it is a text.
  std::string (*content)(const boost::json::object& result) = nullptr;
  /// In place of what is made of `parameters`, where a table cannot say it; JSON Schema 2020-12.
  std::string_view input_schema{};
};

inline constexpr std::array<std::string_view, 6> kToolGroups{"governance", "agents",      "coordination",
                                                             "tasks",      "deployments", "server"};

/// All tools, in the order in which they are listed.
const std::vector<Tool>& all_tools();

/// Lists these after governor's own. Only before anything has asked for a tool, while the program has one
/// thread; governord adds none.
void add_tools(std::vector<Tool> tools);

/// The tool with this name, or null.
const Tool* find_tool(std::string_view name);

/// Tools of a profile: `core` (or nothing), the dozen that agents need all the time, `full`, or a comma list
/// of groups that are added to core, which `-core` leaves out. An error names what is unknown and what there
/// is.
core::Result<std::vector<const Tool*>> tools_of_profile(std::string_view profile);

}  // namespace governor::daemon
