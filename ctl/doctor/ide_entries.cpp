#include "ctl/doctor/ide_entries.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <optional>
#include <utility>

#include "ctl/install/client_table.hpp"

namespace governor::ctl {

namespace {

constexpr std::string_view kProgram = "governor-proxy";
constexpr std::size_t kLargestConfiguration = 16 << 20;

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

void add_entries_of(const McpClient& client, const std::string& project, const std::string& path,
                    std::vector<IdeEntry>& entries) {
  const std::string text = beginning_of(path);
  for (std::size_t at = text.find(kProgram); at != std::string::npos; at = text.find(kProgram, at + 1)) {
    const std::size_t end = at + kProgram.size();
    const std::size_t begin = text.find_last_of("\"'\n", at);
    if (begin == std::string::npos || text[begin] == '\n' || end >= text.size() || text[end] != text[begin])
      continue;
    IdeEntry entry{std::string(client.name), std::string(client.title), project, path,
                   text.substr(begin + 1, end - begin - 1)};
    const bool known = std::any_of(entries.begin(), entries.end(), [&](const IdeEntry& other) {
      return other.file == entry.file && other.program == entry.program;
    });
    if (!known) entries.push_back(std::move(entry));
  }
}

}  // namespace

std::vector<IdeEntry> ide_entries(const ipc::Environment& environment, const std::string& project) {
  std::vector<IdeEntry> entries;
  const ClientPlaces places(environment, this_platform());
  for (const McpClient& client : mcp_clients()) {
    if (const std::string file = places.user_file(client); !file.empty())
      add_entries_of(client, {}, file, entries);
    const auto file = project.empty() ? std::nullopt : places.project_file(client, project);
    if (file) add_entries_of(client, project, *file, entries);
  }
  return entries;
}

}  // namespace governor::ctl
