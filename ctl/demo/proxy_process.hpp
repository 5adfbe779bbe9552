#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "ipc/deadline.hpp"
#include "ipc/environment.hpp"
#include "ipc/error.hpp"
#include "ipc/line_decoder.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ctl {

/// A governor-proxy that we started, spoken to over its standard input and output as an IDE does.
class ProxyProcess {
 public:
  /// What the proxy writes to its standard error output is appended to the file. Call before any thread is
  /// started, so that no other child inherits the pipes.
  static ipc::Result<ProxyProcess> start(const std::string& executable, const ipc::Environment& environment,
                                         const std::string& error_file);

  ProxyProcess(ProxyProcess&& other) noexcept;
  ProxyProcess& operator=(ProxyProcess&&) = delete;
  ~ProxyProcess();  // ends it with SIGKILL if finish() did not

  ipc::Result<void> write_line(std::string_view line, ipc::Deadline deadline,
                               ipc::Interrupts interrupts = {});
  ipc::Result<std::string> read_line(ipc::Deadline deadline, ipc::Interrupts interrupts = {});

  /// Closes its standard input, which is how an IDE ends it, and waits until it has gone; kills it at the
  /// deadline.
  ipc::Result<void> finish(ipc::Deadline deadline);

  pid_t pid() const { return pid_; }

 private:
  ProxyProcess(pid_t pid, ipc::UniqueFd input, ipc::UniqueFd output);

  pid_t pid_;
  ipc::UniqueFd input_;   // we write
  ipc::UniqueFd output_;  // we read
  ipc::LineDecoder decoder_;
};

}  // namespace governor::ctl
