#pragma once

#include <string_view>

#include "ipc/error.hpp"

namespace governor::proxy {

/// Writes to a descriptor that was inherited, without ever blocking and without setting O_NONBLOCK, which
/// would be set for everyone who shares the open file.
class OutputStream {
 public:
  explicit OutputStream(int fd);

  /// Bytes written now, 0 if there is no room. Errc::closed when nobody reads any more.
  ipc::Result<std::size_t> write_some(std::string_view data);
  int fd() const { return fd_; }

 private:
  enum class Kind { socket, pipe, regular_file, other };
  ipc::Result<std::size_t> write_piece_if_writable(std::string_view data);

  int fd_;
  Kind kind_;
};

}  // namespace governor::proxy
