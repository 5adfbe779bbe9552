#include "daemon/supervisor/keeper/output_log.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <utility>

namespace governor::daemon {
namespace {

constexpr std::string_view kSegmentName = "output.";
constexpr std::uint64_t kSmallestSegment = 1024;

bool write_fully(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

std::vector<OutputSegment> output_segments(const std::string& directory) {
  std::vector<OutputSegment> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> opened(::opendir(directory.c_str()), ::closedir);
  while (const dirent* entry = opened ? ::readdir(opened.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    if (!name.starts_with(kSegmentName)) continue;
    const std::string_view digits = name.substr(kSegmentName.size());
    OutputSegment segment{0, directory + "/" + std::string(name)};
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), segment.start);
    if (failure == std::errc() && end == digits.data() + digits.size()) found.push_back(std::move(segment));
  }
  std::sort(found.begin(), found.end(),
            [](const OutputSegment& a, const OutputSegment& b) { return a.start < b.start; });
  return found;
}

OutputLog::OutputLog(std::string directory, std::uint64_t limit)
    : directory_(std::move(directory)), segment_limit_(std::max(limit / 2, kSmallestSegment)) {
  // What an earlier run has written stays, and this one's comes after it.
  const std::vector<OutputSegment> before = output_segments(directory_);
  struct stat status {};
  if (!before.empty() && ::stat(before.back().path.c_str(), &status) == 0)
    written_ = before.back().start + static_cast<std::uint64_t>(status.st_size);
  begin_segment();
}

void OutputLog::append(std::string_view bytes) {
  while (!bytes.empty()) {
    if (in_segment_ >= segment_limit_) begin_segment();
    const std::string_view part = bytes.substr(0, segment_limit_ - in_segment_);
    if (!file_ || !write_fully(file_.get(), part)) is_complete_ = false;
    written_ += part.size();
    in_segment_ += part.size();
    bytes.remove_prefix(part.size());
  }
}

void OutputLog::begin_segment() {
  const std::string path = directory_ + "/" + std::string(kSegmentName) + std::to_string(written_);
  file_.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
  in_segment_ = 0;
  std::vector<OutputSegment> segments = output_segments(directory_);
  constexpr std::size_t kKept = 2;
  for (std::size_t i = 0; i + kKept < segments.size(); ++i) ::unlink(segments[i].path.c_str());
}

}  // namespace governor::daemon
