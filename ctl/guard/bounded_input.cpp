#include "ctl/guard/bounded_input.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace governor::ctl {

ipc::Result<std::string> read_input(int fd, std::size_t limit, ipc::Deadline deadline) {
  constexpr std::size_t kFirstRead = 64 * 1024;
  std::string text;
  std::size_t filled = 0;
  for (;;) {
    if (auto ready = ipc::wait_readable(fd, deadline); !ready) {
      if (ready.error().code != ipc::Errc::deadline_exceeded) return ready.error();
      return ipc::Error{ipc::Errc::deadline_exceeded, 0,
                        "the end of the standard input did not come in time"};
    }
    if (filled == text.size()) text.resize(std::max(kFirstRead, std::min(limit + 1, filled * 2)));
    const ssize_t count = ::read(fd, text.data() + filled, text.size() - filled);
    if (count < 0 && errno != EINTR && errno != EAGAIN)
      return ipc::system_error("cannot read the standard input", errno);
    if (count == 0) break;
    if (count > 0) filled += static_cast<std::size_t>(count);
    if (filled > limit) {
      return ipc::Error{ipc::Errc::protocol_error, 0,
                        "the standard input is longer than " + std::to_string(limit >> 20U) + " MiB"};
    }
  }
  text.resize(filled);
  return text;
}

}  // namespace governor::ctl
