#include "daemon/supervisor/output_tail.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "daemon/supervisor/keeper/output_log.hpp"

namespace governor::daemon {

/// The file that begins where this one ends; or, where reading was slower than rotation, the oldest there is.
bool OutputTail::open_next() {
  ipc::UniqueFd next(
      ::open((directory_ + "/output." + std::to_string(offset_)).c_str(), O_RDONLY | O_CLOEXEC));
  if (next) {
    file_ = std::move(next);
    return true;
  }
  struct stat status {};
  if (file_ && (::fstat(file_.get(), &status) != 0 || status.st_nlink > 0)) return false;
  for (const OutputSegment& segment : output_segments(directory_)) {
    if (segment.start < offset_) continue;
    file_.reset(::open(segment.path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file_) return false;
    offset_ = segment.start;
    return true;
  }
  return false;
}

std::string OutputTail::read(std::size_t limit) {
  std::string text;
  std::array<char, 65536> buffer;
  while (text.size() < limit) {
    if (!file_ && !open_next()) break;
    const ssize_t count = ::read(file_.get(), buffer.data(), std::min(buffer.size(), limit - text.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    if (count == 0) {
      // A file of no bytes has the name of what comes next.
      struct stat status {};
      if (::fstat(file_.get(), &status) != 0 || status.st_size == 0 || !open_next()) break;
      continue;
    }
    offset_ += static_cast<std::uint64_t>(count);
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace governor::daemon
