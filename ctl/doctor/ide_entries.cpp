#include "ctl/doctor/ide_entries.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <utility>

namespace governor::ctl {

namespace {

constexpr std::string_view kProgram = "governor-proxy";
constexpr std::size_t kLargestConfiguration = 16 << 20;

constexpr std::pair<const char*, const char*> kConfigurations[] = {
    {"Cursor", "/.cursor/mcp.json"},
    {"Claude Code", "/.claude.json"},
    {"Claude Desktop", "/.config/Claude/claude_desktop_config.json"},
    {"Claude Desktop", "/Library/Application Support/Claude/claude_desktop_config.json"},
    {"VS Code", "/.config/Code/User/mcp.json"},
    {"VS Code", "/Library/Application Support/Code/User/mcp.json"},
    {"Codex", "/.codex/config.toml"},
    {"Gemini", "/.gemini/settings.json"},
    {"Windsurf", "/.codeium/windsurf/mcp_config.json"},
    {"Zed", "/.config/zed/settings.json"},
    {"OpenCode", "/.config/opencode/opencode.json"},
};

std::string beginning_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::array<char, 4096> part{};
  while (text.size() < kLargestConfiguration && file) {
    file.read(part.data(), part.size());
    text.append(part.data(), static_cast<std::size_t>(file.gcount()));
  }
  return text;
}

}  // namespace

std::vector<IdeEntry> ide_entries(const ipc::Environment& environment) {
  std::vector<IdeEntry> entries;
  const std::string home(environment.lookup("HOME").value_or(""));
  for (const auto& [client, file] : kConfigurations) {
    const std::string path = home + file;
    const std::string text = beginning_of(path);
    for (std::size_t at = text.find(kProgram); at != std::string::npos; at = text.find(kProgram, at + 1)) {
      const std::size_t end = at + kProgram.size();
      const std::size_t begin = text.find_last_of("\"'\n", at);
      if (begin == std::string::npos || text[begin] == '\n' || end >= text.size() || text[end] != text[begin])
        continue;
      IdeEntry entry{client, path, text.substr(begin + 1, end - begin - 1)};
      const bool known = std::any_of(entries.begin(), entries.end(), [&](const IdeEntry& other) {
        return other.file == entry.file && other.program == entry.program;
      });
      if (!known) entries.push_back(std::move(entry));
    }
  }
  return entries;
}

}  // namespace governor::ctl
