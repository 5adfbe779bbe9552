#include "daemon/tools/tasks/task_text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "daemon/support/valid_utf8.hpp"
#include "ipc/unique_fd.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

core::Error unreadable_text(const TextRule& rule, const std::string& path, const std::string& why) {
  core::Error error(core::ErrorCode::invalid_argument, fmt::format("{} {} {}.", rule.field, path, why),
                    std::string(rule.hint));
  error.field = rule.field;
  error.given = path;
  error.expected = fmt::format("a text file of at most {} bytes", rule.max_bytes);
  return error;
}

std::string in_words(int error) {
  return fmt::format("cannot be read: {}", std::generic_category().message(error));
}

}  // namespace

core::Result<TaskText> read_task_text(const std::string& given, const std::string& directory,
                                      const TextRule& rule) {
  const auto unreadable = [&rule](const std::string& path, const std::string& why) {
    return unreadable_text(rule, path, why);
  };
  const std::filesystem::path path(given);
  if (path.is_relative() && directory.empty()) {
    return unreadable(given, "is a relative path, and the directory of this session is not known");
  }
  TaskText result;
  result.path = (path.is_absolute() ? path : directory / path).lexically_normal().string();
  // Nothing waits here for the other end of a fifo.
  const ipc::UniqueFd file(
      ::open(text::path_bytes(result.path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return unreadable(result.path, in_words(errno));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return unreadable(result.path, in_words(errno));
  if (!S_ISREG(status.st_mode)) return unreadable(result.path, "is no regular file");
  std::string& text = result.text;
  text.resize(rule.max_bytes + 1);
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t count = ::read(file.get(), text.data() + filled, text.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable(result.path, in_words(errno));
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  if (filled == text.size()) {
    return unreadable(result.path, fmt::format("has more than {} bytes", rule.max_bytes));
  }
  text.resize(filled);
  if (valid_utf8(text) != text || text.find('\0') != std::string::npos) {
    return unreadable(result.path, "is no text in UTF-8");
  }
  return result;
}

}  // namespace governor::daemon
