#include "daemon/watch/git_blobs.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <utility>
#include <vector>

#include "daemon/support/sha256.hpp"
#include "ipc/child_process.hpp"

namespace governor::daemon {
namespace {

/// More than a pointer of LFS has.
constexpr std::size_t kHead = 512;

/// Of the daemon's own environment only what git needs to find itself and to trust the directory; what a
/// repository says must not have it fetch, ask or write.
std::vector<std::string> git_environment() {
  std::vector<std::string> entries{"LC_ALL=C",
                                   "GIT_OPTIONAL_LOCKS=0",
                                   "GIT_TERMINAL_PROMPT=0",
                                   "GIT_NO_REPLACE_OBJECTS=1",
                                   "GIT_NO_LAZY_FETCH=1",
                                   "GIT_ALLOW_PROTOCOL=none"};
  for (const char* name : {"PATH", "HOME", "XDG_CONFIG_HOME"})
    if (const char* value = std::getenv(name)) entries.push_back(std::string(name) + '=' + value);
  return entries;
}

bool is_pointer_to(std::string_view head, const std::string& sha256) {
  return head.starts_with("version https://git-lfs") &&
         head.find("oid sha256:" + sha256) != std::string_view::npos;
}

/// Puts a CR before each LF that has none, piece by piece.
std::string with_cr(std::string_view piece, char& before) {
  std::string text;
  text.reserve(piece.size() + piece.size() / 16);
  for (const char c : piece) {
    if (c == '\n' && before != '\r') text += '\r';
    text += before = c;
  }
  return text;
}

}  // namespace

GitBlobs::~GitBlobs() {
  if (pid_ <= 0) return;
  to_.reset();
  // It is a child that nobody has waited for: the number is its own.
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
}

bool GitBlobs::start() {
  if (pid_ > 0 || is_over_) return !is_over_;
  is_over_ = true;
  deadline_ = ipc::Deadline::after(kPatience);
  auto input = ipc::make_pipe();
  auto output = ipc::make_pipe();
  const ipc::UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!input || !output || !null) return false;
  const auto pid = ipc::start_program({"git", "cat-file", "--batch"}, git_environment(),
                                      {input->first.get(), output->second.get(), null.get()}, {top_.c_str()});
  if (!pid) return false;
  pid_ = *pid;
  to_ = std::move(input->second);
  from_ = std::move(output->first);
  is_over_ = false;
  return true;
}

GitBlobs::Holds GitBlobs::give_up() {
  is_over_ = true;
  return Holds::unknown;
}

/// A question fits into the pipe, which is empty whenever the answer to the one before it has been read.
bool GitBlobs::send(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(to_.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool GitBlobs::receive() {
  if (!ipc::wait_readable(from_.get(), deadline_)) return false;
  std::array<char, std::size_t{64} * 1024> piece;
  const ssize_t count = ::read(from_.get(), piece.data(), piece.size());
  if (count < 0 && errno == EINTR) return true;
  if (count <= 0) return false;
  buffer_.append(piece.data(), static_cast<std::size_t>(count));
  return true;
}

bool GitBlobs::read_line(std::string& line) {
  std::size_t end = buffer_.find('\n');
  while (end == std::string::npos) {
    if (!receive()) return false;
    end = buffer_.find('\n');
  }
  line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return true;
}

GitBlobs::Holds GitBlobs::compare_content(std::size_t bytes, const std::string& sha256) {
  Sha256 as_it_is;
  Sha256 with_returns;
  char before = '\0';
  std::string head;
  for (std::size_t rest = bytes; rest > 0;) {
    if (buffer_.empty() && !receive()) return give_up();
    const std::string_view piece = std::string_view(buffer_).substr(0, rest);
    if (head.size() < kHead) head += piece.substr(0, kHead - head.size());
    as_it_is.update(piece);
    with_returns.update(with_cr(piece, before));
    rest -= piece.size();
    buffer_.erase(0, piece.size());
  }
  std::string end;
  if (!read_line(end)) return give_up();
  const bool is_same = as_it_is.hex_digest() == sha256 || with_returns.hex_digest() == sha256 ||
                       (!sha256.empty() && is_pointer_to(head, sha256));
  return is_same ? Holds::the_same : Holds::something_else;
}

GitBlobs::Holds GitBlobs::look(const std::string& revision, const std::string& name,
                               const std::string& sha256) {
  // Names stand in lines; such a one nobody can ask about.
  if (name.find('\n') != std::string::npos || !start()) return Holds::unknown;
  std::string line;
  if (!send(revision + ':' + name + '\n') || !read_line(line)) return give_up();
  if (line.ends_with(" missing")) return Holds::nothing;
  const std::size_t space = line.rfind(' ');
  std::size_t bytes = 0;
  if (space == std::string::npos ||
      std::from_chars(line.data() + space + 1, line.data() + line.size(), bytes).ec != std::errc())
    return give_up();
  return compare_content(bytes, sha256);
}

}  // namespace governor::daemon
