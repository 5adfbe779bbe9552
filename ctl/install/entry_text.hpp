#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/error.hpp"

namespace governor::ctl {

// The entry of an MCP server in the text of a client's configuration. Only the entry's own bytes are changed:
// comments, order, layout, line ends and a byte order mark stay.

/// The entry that is there.
struct FoundEntry {
  std::string text;     ///< as it stands there
  std::string command;  ///< the program; empty: none that we know to read
};

/// Where an entry belongs in a JSON document, and what it is.
struct JsonEntry {
  std::vector<std::string> path;  ///< names of the objects around it, and its own
  boost::json::value value;
};

/// None: there is no such entry. An error, with line and column, for a text that is not understood.
ipc::Result<std::optional<FoundEntry>> find_json_entry(std::string_view text,
                                                       const std::vector<std::string>& path);
/// The text with the entry. Of one that is there, only the program is exchanged, or with `whole` all of it.
ipc::Result<std::string> with_json_entry(std::string_view text, const JsonEntry& entry, bool whole);
ipc::Result<std::string> without_json_entry(std::string_view text, const std::vector<std::string>& path);

// The same in TOML: a table of its own, `[mcp_servers.governor]`.
ipc::Result<std::optional<FoundEntry>> find_toml_entry(std::string_view text, std::string_view table,
                                                       std::string_view name);
ipc::Result<std::string> with_toml_entry(std::string_view text, std::string_view table, std::string_view name,
                                         std::string_view command, bool whole);
ipc::Result<std::string> without_toml_entry(std::string_view text, std::string_view table,
                                            std::string_view name);

}  // namespace governor::ctl
