#include "ctl/install/client_table.hpp"

#include <unistd.h>

#include <algorithm>

namespace governor::ctl {
namespace {

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

}  // namespace

Platform this_platform() {
#ifdef __APPLE__
  return Platform::macos;
#else
  return Platform::linux_like;
#endif
}

// Places and forms as the documentation of each client has them; docs/clients.md names the pages.
const std::vector<McpClient>& mcp_clients() {
  static const std::vector<McpClient> kClients{
      {"claude-code", "Claude Code", EntryShape::stdio, "mcpServers", "claude",
       "Start a new session of Claude Code; `claude mcp list` shows that it connects.", true},
      {"claude-desktop", "Claude Desktop", EntryShape::command, "mcpServers", "",
       "Quit Claude Desktop and start it again."},
      {"codex", "Codex", EntryShape::toml_table, "mcp_servers", "codex",
       "Start a new session of Codex; `codex mcp list` shows the entry."},
      {"cursor", "Cursor", EntryShape::command, "mcpServers", "cursor",
       "Restart Cursor; its settings, MCP, show that it connects."},
      {"gemini", "Gemini CLI", EntryShape::command, "mcpServers", "gemini",
       "Start a new session of Gemini CLI; `gemini mcp list` shows that it connects."},
      {"opencode", "opencode", EntryShape::command_list, "mcp", "opencode",
       "Start a new session of opencode; `opencode mcp list` shows that it connects."},
      {"vscode", "VS Code", EntryShape::stdio, "servers", "code",
       "In VS Code, run the command `MCP: List Servers` and start governor."},
      {"windsurf", "Windsurf", EntryShape::command, "mcpServers", "windsurf",
       "In Windsurf, refresh the MCP servers of Cascade."},
      {"zed", "Zed", EntryShape::command, "context_servers", "zed",
       "Zed takes it up by itself; the settings of its agent panel show it."},
  };
  return kClients;
}

const McpClient* find_client(std::string_view name) {
  const auto& clients = mcp_clients();
  const auto found =
      std::find_if(clients.begin(), clients.end(), [&](const McpClient& one) { return one.name == name; });
  return found == clients.end() ? nullptr : &*found;
}

std::string ClientPlaces::home() const {
  return std::string(environment_.lookup("HOME").value_or(""));
}

std::string ClientPlaces::config_home() const {
  if (const auto given = environment_.lookup("XDG_CONFIG_HOME"); given && given->starts_with('/'))
    return std::string(*given);
  return home() + "/.config";
}

/// Where the client keeps its own things.
std::string ClientPlaces::user_directory(const McpClient& client) const {
  const bool mac = platform_ == Platform::macos;
  const std::string support = mac ? home() + "/Library/Application Support" : config_home();
  if (client.name == "claude-desktop") return support + "/Claude";
  if (client.name == "vscode") return support + "/Code/User";
  if (client.name == "zed") return (mac ? home() + "/.config" : config_home()) + "/zed";
  if (client.name == "opencode") return config_home() + "/opencode";
  if (client.name == "windsurf") return home() + "/.codeium/windsurf";
  if (client.name == "claude-code")
    return std::string(environment_.lookup("CLAUDE_CONFIG_DIR").value_or(home() + "/.claude"));
  if (client.name == "codex")
    return std::string(environment_.lookup("CODEX_HOME").value_or(home() + "/.codex"));
  return home() + "/." + std::string(client.name);  // .cursor, .gemini
}

std::string ClientPlaces::user_file(const McpClient& client) const {
  if (home().empty()) return {};
  const std::string directory = user_directory(client);
  if (client.name == "claude-code") {
    // Beside the directory, unless that was moved.
    return environment_.lookup("CLAUDE_CONFIG_DIR") ? directory + "/.claude.json" : directory + ".json";
  }
  if (client.name == "claude-desktop") return directory + "/claude_desktop_config.json";
  if (client.name == "codex") return directory + "/config.toml";
  if (client.name == "windsurf") return directory + "/mcp_config.json";
  if (client.name == "opencode")
    return directory + (exists(directory + "/opencode.jsonc") ? "/opencode.jsonc" : "/opencode.json");
  const bool in_settings = client.name == "gemini" || client.name == "zed";
  return directory + (in_settings ? "/settings.json" : "/mcp.json");
}

std::optional<std::string> ClientPlaces::project_file(const McpClient& client,
                                                      const std::string& project) const {
  if (client.name == "claude-code") return project + "/.mcp.json";
  if (client.name == "codex") return project + "/.codex/config.toml";
  if (client.name == "cursor") return project + "/.cursor/mcp.json";
  if (client.name == "gemini") return project + "/.gemini/settings.json";
  if (client.name == "vscode") return project + "/.vscode/mcp.json";
  if (client.name == "zed") return project + "/.zed/settings.json";
  if (client.name == "opencode")
    return project + (exists(project + "/opencode.jsonc") ? "/opencode.jsonc" : "/opencode.json");
  return std::nullopt;
}

bool ClientPlaces::in_path(std::string_view program) const {
  std::string_view rest = environment_.lookup("PATH").value_or("");
  while (!program.empty() && !rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::string candidate = std::string(rest.substr(0, end)) + '/' + std::string(program);
    if (::access(candidate.c_str(), X_OK) == 0) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

bool ClientPlaces::is_installed(const McpClient& client) const {
  if (in_path(client.program)) return true;
  return !home().empty() && (exists(user_directory(client)) || exists(user_file(client)));
}

}  // namespace governor::ctl
