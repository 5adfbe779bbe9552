#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/supervisor/process_scan.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMostOfProcessFile = 4 * 1024 * 1024;

std::string read_process_file(pid_t pid, const char* name) {
  const ipc::UniqueFd file(
      ::open(("/proc/" + std::to_string(pid) + "/" + name).c_str(), O_RDONLY | O_CLOEXEC));
  std::string content;
  char buffer[16384];
  while (file && content.size() < kMostOfProcessFile) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count <= 0) break;
    content.append(buffer, static_cast<std::size_t>(count));
  }
  return content;
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end == text.data() + text.size();
}

/// Takes one word off the text.
std::string_view next_word(std::string_view& text) {
  const std::size_t start = text.find_first_not_of(' ');
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

std::optional<SeenProcess> look_at_process(pid_t pid) {
  const std::string stat = read_process_file(pid, "stat");
  const std::size_t name_end = stat.rfind(')');  // the name itself may hold blanks and parentheses
  if (name_end == std::string::npos) return std::nullopt;
  std::string_view rest = std::string_view(stat).substr(name_end + 1);
  const std::string_view state = next_word(rest);
  if (state == "Z" || state == "X") return std::nullopt;
  SeenProcess seen;
  seen.pid = pid;
  if (!read_number(next_word(rest), seen.parent)) return std::nullopt;
  constexpr int kBetweenParentAndStart = 17;
  for (int i = 0; i < kBetweenParentAndStart; ++i) next_word(rest);
  if (!read_number(next_word(rest), seen.start_time)) return std::nullopt;
  return seen;
}

}  // namespace

std::vector<SeenProcess> running_processes() {
  std::vector<SeenProcess> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc"), ::closedir);
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    pid_t pid = 0;
    if (!read_number(std::string_view(entry->d_name), pid)) continue;
    if (const auto seen = look_at_process(pid)) found.push_back(*seen);
  }
  return found;
}

EnvironmentLook look_for_in_environment(pid_t pid, std::string_view entry) {
  const std::string environment = read_process_file(pid, "environ");
  if (environment.empty()) {
    const bool may_read = ::access(("/proc/" + std::to_string(pid) + "/environ").c_str(), R_OK) == 0;
    return may_read ? EnvironmentLook::unclear : EnvironmentLook::has_not;
  }
  std::string_view rest = environment;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find('\0'));
    if (one == entry) return EnvironmentLook::has;
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
  }
  return EnvironmentLook::has_not;
}

std::vector<std::string> command_line_of(pid_t pid) {
  const std::string line = read_process_file(pid, "cmdline");
  std::vector<std::string> words;
  std::string_view rest = line;
  while (!rest.empty()) {
    words.emplace_back(rest.substr(0, rest.find('\0')));
    rest.remove_prefix(std::min(rest.size(), words.back().size() + 1));
  }
  return words;
}

}  // namespace governor::daemon
