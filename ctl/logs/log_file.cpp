#include "ctl/logs/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace governor::ctl {

namespace {

/// No line of a log is longer than this on average, so that much of its end has the lines that are wanted.
constexpr std::int64_t kBytesOfLine = 4096;

ipc::Result<ipc::UniqueFd> open_log(const std::string& path) {
  ipc::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return ipc::system_error("cannot read " + path, errno);
  return file;
}

ipc::Result<std::string> read_log_rest(int file, const std::string& path) {
  std::string text;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = ::read(file, buffer.data(), buffer.size());
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ipc::system_error("cannot read " + path, errno);
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

std::vector<std::string> take_whole_lines(std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
    lines.push_back(text.substr(begin, end - begin));
  text.erase(0, begin);
  return lines;
}

/// "governor.log" has "governor.1.log" before it.
std::string log_before(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  return path.substr(0, dot) + ".1" + path.substr(dot);
}

/// Goes to where the last `count` lines begin at the earliest; whether that is within a line.
bool seek_to_end(int file, std::size_t count) {
  struct stat seen {};
  if (::fstat(file, &seen) != 0) return false;
  const std::int64_t wanted = static_cast<std::int64_t>(count + 1) * kBytesOfLine;
  if (seen.st_size <= wanted) return false;
  return ::lseek(file, seen.st_size - wanted, SEEK_SET) > 0;
}

void drop_first(std::vector<std::string>& lines, std::size_t count) {
  lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(std::min(count, lines.size())));
}

}  // namespace

ipc::Result<std::vector<std::string>> LogFile::newest(std::size_t count) {
  auto file = open_log(path_);
  if (!file) return file.error();
  file_ = *std::move(file);
  const bool within = seek_to_end(file_.get(), count);
  auto text = read_log_rest(file_.get(), path_);
  if (!text) return text.error();
  unfinished_ = *std::move(text);
  std::vector<std::string> lines = take_whole_lines(unfinished_);
  if (within) drop_first(lines, 1);
  if (lines.size() < count && !within) {
    if (const auto older = open_log(log_before(path_))) {
      const bool cut = seek_to_end(older->get(), count);
      auto older_text = read_log_rest(older->get(), path_);
      if (!older_text) return older_text.error();
      std::vector<std::string> all = take_whole_lines(*older_text);
      if (cut) drop_first(all, 1);
      all.insert(all.end(), lines.begin(), lines.end());
      lines = std::move(all);
    }
  }
  if (lines.size() > count) drop_first(lines, lines.size() - count);
  return lines;
}

bool LogFile::is_replaced() const {
  struct stat open {};
  struct stat named {};
  if (::fstat(file_.get(), &open) != 0 || ::stat(path_.c_str(), &named) != 0) return false;
  const bool is_same = open.st_dev == named.st_dev && open.st_ino == named.st_ino;
  // One that was emptied begins anew as well.
  return !is_same || named.st_size < ::lseek(file_.get(), 0, SEEK_CUR);
}

ipc::Result<std::string> LogFile::read_on() {
  std::string text;
  if (file_.get() >= 0) {
    // Asked before the last look: what is written into the old one until then is not lost.
    const bool replaced = is_replaced();
    auto rest = read_log_rest(file_.get(), path_);
    if (!rest) return rest.error();
    text = *std::move(rest);
    if (!replaced) return text;
  }
  auto file = open_log(path_);
  if (!file && file.error().code == ipc::Errc::not_found) return text;
  if (!file) return file.error();
  file_ = *std::move(file);
  auto rest = read_log_rest(file_.get(), path_);
  if (!rest) return rest.error();
  return text + *rest;
}

ipc::Result<std::vector<std::string>> LogFile::more() {
  auto text = read_on();
  if (!text) return text.error();
  unfinished_ += *text;
  return take_whole_lines(unfinished_);
}

}  // namespace governor::ctl
