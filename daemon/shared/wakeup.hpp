#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "ipc/child_process.hpp"
#include "ipc/error.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// Ends the wait of a thread that waits for descriptors.
class Wakeup {
 public:
  static ipc::Result<Wakeup> make() {
    auto pipe = ipc::make_pipe();
    if (!pipe) return std::move(pipe.error());
    for (const int fd : {pipe->first.get(), pipe->second.get()}) {
      if (::fcntl(fd, F_SETFL, O_NONBLOCK) != 0) return ipc::system_error("cannot set up a pipe", errno);
    }
    return Wakeup(*std::move(pipe));
  }
  Wakeup() = default;

  /// Any thread. That it is full says the same.
  void wake() const {
    if (pipe_.second) [[maybe_unused]]
      const auto written = ::write(pipe_.second.get(), "", 1);
  }
  /// Becomes readable.
  [[nodiscard]] int descriptor() const { return pipe_.first.get(); }
  /// Call this before looking for what it was about.
  void clear() const {
    std::array<char, 64> bytes;
    while (::read(pipe_.first.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size())) {
    }
  }

 private:
  explicit Wakeup(std::pair<ipc::UniqueFd, ipc::UniqueFd> pipe) : pipe_(std::move(pipe)) {}

  std::pair<ipc::UniqueFd, ipc::UniqueFd> pipe_;
};

}  // namespace governor::daemon
