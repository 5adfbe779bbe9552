#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ipc/deadline.hpp"
#include "ipc/line_decoder.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::test {

/// Lines over a socket or a pair of pipes. Throws when the time is over or the other side does not read any
/// more.
class LineStream {
 public:
  /// A socket, or the end of a pipe that is read only.
  explicit LineStream(ipc::UniqueFd socket);
  LineStream(ipc::UniqueFd reading, ipc::UniqueFd writing);

  void write(std::string_view bytes, ipc::Deadline deadline);
  void write_line(std::string_view line, ipc::Deadline deadline);
  /// Nothing at the end of the stream.
  std::optional<std::string> read_line(ipc::Deadline deadline);

  /// Says that no more will be written.
  void end_writing();
  int reading_fd() const { return reading_.get(); }
  int writing_fd() const { return writing_ ? writing_.get() : reading_.get(); }

 private:
  ipc::UniqueFd reading_;
  ipc::UniqueFd writing_;  // none: a socket, which is read and written
  bool is_socket_;
  ipc::LineDecoder decoder_;
};

}  // namespace governor::test
