#include "daemon/lifecycle/thread_report.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <system_error>

namespace governor::daemon {
namespace {

constexpr std::size_t kMostThreads = 64;

std::string read_small(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string_view words_of(char state) {
  switch (state) {
    case 'R': return "runs";
    case 'S': return "sleeps";
    case 'D': return "waits for a device";
    case 'T': return "is stopped";
    case 't': return "is traced";
    default: return "is in another state";
  }
}

/// One line of proc(5): the name stands in parentheses and may hold anything, the fields follow it.
std::string describe_thread(const std::filesystem::path& directory) {
  const std::string stat = read_small(directory / "stat");
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(stat.substr(name_end + 1));
  char state = '?';
  std::string skipped;
  double user = 0;
  double system = 0;
  fields >> state;
  for (int i = 0; i < 10; ++i) fields >> skipped;
  fields >> user >> system;
  const double ticks = static_cast<double>(std::max(1L, ::sysconf(_SC_CLK_TCK)));
  std::string text = fmt::format("thread {} {}, {:.2f} s computed", directory.filename().string(),
                                 words_of(state), (user + system) / ticks);
  const std::string place = read_small(directory / "wchan");
  if (!place.empty() && place != "0") text += ", in " + place;
  return text;
}

}  // namespace

std::vector<std::string> describe_threads() {
  std::vector<std::string> lines;
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc/self/task", error), end;
       !error && entry != end && lines.size() < kMostThreads; entry.increment(error)) {
    if (auto line = describe_thread(entry->path()); !line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace governor::daemon
