#include "daemon/store/log_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/store/durable_files.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {
namespace {

namespace fs = std::filesystem;
using LogBytes = std::span<const unsigned char>;

constexpr std::uint32_t kMagic = 0x377f0682;  // or one more: then checksums are of big-endian words
constexpr std::size_t kFrameHeader = 24;

std::uint32_t big_endian(LogBytes bytes, std::size_t at) {
  return (std::uint32_t{bytes[at]} << 24) | (std::uint32_t{bytes[at + 1]} << 16) |
         (std::uint32_t{bytes[at + 2]} << 8) | bytes[at + 3];
}

/// The running checksum of a log.
class LogChecksum {
 public:
  explicit LogChecksum(bool of_big_endian) : of_big_endian_(of_big_endian) {}

  void add(LogBytes bytes) {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first_ += word(bytes, at) + second_;
      second_ += word(bytes, at + 4) + first_;
    }
  }
  [[nodiscard]] bool is(LogBytes bytes, std::size_t at) const {
    return big_endian(bytes, at) == first_ && big_endian(bytes, at + 4) == second_;
  }

 private:
  [[nodiscard]] std::uint32_t word(LogBytes bytes, std::size_t at) const {
    const std::uint32_t value = big_endian(bytes, at);
    return of_big_endian_ ? value : __builtin_bswap32(value);
  }

  bool of_big_endian_;
  std::uint32_t first_ = 0;
  std::uint32_t second_ = 0;
};

[[noreturn]] void throw_log_error(const char* what, const std::string& path) {
  throw fs::filesystem_error(what, path, std::error_code(errno, std::generic_category()));
}

/// False at the end of the file.
bool read_at(int fd, std::span<unsigned char> into, std::size_t at, const std::string& path) {
  std::size_t got = 0;
  while (got < into.size()) {
    const ssize_t count = ::pread(fd, into.data() + got, into.size() - got, static_cast<off_t>(at + got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_log_error("cannot read", path);
    if (count == 0) return false;
    got += static_cast<std::size_t>(count);
  }
  return true;
}

void write_at(int fd, LogBytes bytes, std::size_t at, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw_log_error("cannot write", path);
    at += static_cast<std::size_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

bool is_page_size(std::size_t bytes) {
  return bytes >= 512 && bytes <= 65536 && (bytes & (bytes - 1)) == 0;
}

}  // namespace

LogFile::Header LogFile::read_header(const std::string& path) {
  Header header{};
  const ipc::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || !read_at(file.get(), header, 0, path)) header = {};
  return header;
}

LogFile::LogFile(std::string path) : path_(std::move(path)) {
  const ipc::UniqueFd file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno != ENOENT) throw_log_error("cannot open", path_);
  is_empty_ = !file || !read_at(file.get(), std::span(header_).first(1), 0, path_);
  if (!file || !read_at(file.get(), header_, 0, path_)) {
    header_ = {};
    return;
  }
  const std::uint32_t magic = big_endian(header_, 0);
  page_bytes_ = big_endian(header_, 8);
  LogChecksum checksum((magic & 1) != 0);
  checksum.add(LogBytes(header_).first(24));
  if ((magic & ~1U) != kMagic || !is_page_size(page_bytes_) || !checksum.is(header_, 24)) return;
  std::vector<unsigned char> frame(kFrameHeader + page_bytes_);
  for (std::size_t at = header_.size(); read_at(file.get(), frame, at, path_); at += frame.size()) {
    const LogBytes bytes(frame);
    if (std::memcmp(frame.data() + 8, header_.data() + 16, 8) != 0) break;  // of the log before this one
    checksum.add(bytes.first(8));
    checksum.add(bytes.subspan(kFrameHeader));
    if (!checksum.is(bytes, 16)) break;
    ++frames_;
    if (const std::uint32_t pages = big_endian(bytes, 4); pages != 0) {
      pages_ = pages;
      committed_frames_ = frames_;
    }
  }
}

bool LogFile::apply(const std::string& database, const std::string& target) const {
  if (committed_frames_ == 0) return false;
  fs::remove(target);
  if (fs::exists(database)) copy_durably(database, target);
  const ipc::UniqueFd from(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  const ipc::UniqueFd to(::open(target.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!from) throw_log_error("cannot open", path_);
  if (!to) throw_log_error("cannot open", target);
  std::vector<unsigned char> frame(kFrameHeader + page_bytes_);
  for (std::size_t n = 0; n < committed_frames_; ++n) {
    if (!read_at(from.get(), frame, header_.size() + n * frame.size(), path_)) return false;
    const LogBytes bytes(frame);
    const std::size_t page = big_endian(bytes, 0);
    if (page == 0 || page > pages_) continue;  // was cut off later
    write_at(to.get(), bytes.subspan(kFrameHeader), (page - 1) * page_bytes_, target);
  }
  if (::ftruncate(to.get(), static_cast<off_t>(pages_ * page_bytes_)) != 0)
    throw_log_error("cannot write", target);
  return true;
}

}  // namespace governor::daemon
