#include "ctl/install/client_table.hpp"

#include "tests/ctl/install/random_jsonc.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor;
using namespace governor::ctl;

namespace {

std::string user_file(std::string_view client, Platform platform,
                      const std::vector<std::pair<std::string, std::string>>& more = {}) {
  ipc::Environment environment;
  environment.set("HOME", "/home/ada");
  for (const auto& [name, value] : more) environment.set(name, value);
  return ClientPlaces(environment, platform).user_file(*find_client(client));
}

}  // namespace

TEST_CASE("each client has its file, on each system", "[ctl]") {
  const auto linux_like = Platform::linux_like;
  const auto macos = Platform::macos;
  CHECK(user_file("cursor", linux_like) == "/home/ada/.cursor/mcp.json");
  CHECK(user_file("claude-code", macos) == "/home/ada/.claude.json");
  CHECK(user_file("claude-code", linux_like, {{"CLAUDE_CONFIG_DIR", "/c"}}) == "/c/.claude.json");
  CHECK(user_file("claude-desktop", linux_like) == "/home/ada/.config/Claude/claude_desktop_config.json");
  CHECK(user_file("claude-desktop", macos) ==
        "/home/ada/Library/Application Support/Claude/claude_desktop_config.json");
  CHECK(user_file("vscode", linux_like) == "/home/ada/.config/Code/User/mcp.json");
  CHECK(user_file("vscode", linux_like, {{"XDG_CONFIG_HOME", "/x"}}) == "/x/Code/User/mcp.json");
  CHECK(user_file("vscode", macos) == "/home/ada/Library/Application Support/Code/User/mcp.json");
  CHECK(user_file("codex", macos) == "/home/ada/.codex/config.toml");
  CHECK(user_file("codex", linux_like, {{"CODEX_HOME", "/c"}}) == "/c/config.toml");
  CHECK(user_file("gemini", linux_like) == "/home/ada/.gemini/settings.json");
  CHECK(user_file("windsurf", macos) == "/home/ada/.codeium/windsurf/mcp_config.json");
  CHECK(user_file("zed", macos) == "/home/ada/.config/zed/settings.json");
  CHECK(user_file("zed", macos, {{"XDG_CONFIG_HOME", "/x"}}) == "/home/ada/.config/zed/settings.json");
  CHECK(user_file("zed", linux_like, {{"XDG_CONFIG_HOME", "/x"}}) == "/x/zed/settings.json");
  CHECK(user_file("opencode", linux_like) == "/home/ada/.config/opencode/opencode.json");
}

TEST_CASE("some clients know no file of a project", "[ctl]") {
  const ipc::Environment environment;
  const ClientPlaces places(environment, Platform::linux_like);
  CHECK_FALSE(places.project_file(*find_client("windsurf"), "/p"));
  CHECK_FALSE(places.project_file(*find_client("claude-desktop"), "/p"));
  CHECK(places.project_file(*find_client("vscode"), "/p") == "/p/.vscode/mcp.json");
  CHECK(places.project_file(*find_client("claude-code"), "/p") == "/p/.mcp.json");
}

TEST_CASE("without a home nothing is found or written", "[ctl]") {
  const ipc::Environment environment;
  const ClientPlaces places(environment, Platform::linux_like);
  for (const McpClient& client : mcp_clients()) {
    CHECK(places.user_file(client).empty());
    CHECK_FALSE(places.is_installed(client));
  }
}
