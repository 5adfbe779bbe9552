#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/environment.hpp"

namespace governor::ctl {

/// What an MCP server looks like in a client's configuration.
enum class EntryShape {
  command,       ///< {"command": PATH}
  stdio,         ///< {"type": "stdio", "command": PATH}
  command_list,  ///< {"type": "local", "command": [PATH]}
  toml_table     ///< [TABLE.governor] command = PATH
};

enum class Platform { linux_like, macos };
Platform this_platform();

/// A client of MCP servers, and where it looks for them.
struct McpClient {
  std::string_view name;   ///< on the command line
  std::string_view title;  ///< for people
  EntryShape shape = EntryShape::command;
  std::string_view servers;  ///< the object or table that holds the servers
  std::string_view program;  ///< whose presence in PATH says that it is installed; empty: none
  std::string_view next;     ///< what to do after an installation
  bool has_hooks = false;    ///< `install guards` knows it
};

const std::vector<McpClient>& mcp_clients();
/// Null: there is none of this name.
const McpClient* find_client(std::string_view name);

/// Finds the files of clients in the home directory of the environment.
class ClientPlaces {
 public:
  ClientPlaces(const ipc::Environment& environment, Platform platform)
      : environment_(environment), platform_(platform) {}

  /// The configuration for all projects; empty: HOME is not known.
  [[nodiscard]] std::string user_file(const McpClient& client) const;
  /// That of one project; none: the client has no such file.
  [[nodiscard]] std::optional<std::string> project_file(const McpClient& client,
                                                        const std::string& project) const;
  /// Whether the client seems to be installed: its program, or its configuration.
  [[nodiscard]] bool is_installed(const McpClient& client) const;

 private:
  [[nodiscard]] std::string home() const;
  [[nodiscard]] std::string config_home() const;
  [[nodiscard]] std::string user_directory(const McpClient& client) const;
  [[nodiscard]] bool in_path(std::string_view program) const;

  const ipc::Environment& environment_;
  Platform platform_;
};

}  // namespace governor::ctl
