#pragma once

#include <sys/types.h>

#include <string>

#include "ctl/context.hpp"
#include "ipc/deadline.hpp"
#include "ipc/environment.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// A runtime and a state directory of its own, so that a demonstration never touches the daemon or the data
/// of the user. Ends the daemon that serves them and removes everything when it goes.
class Sandbox {
 public:
  /// `purpose` is a part of the directory's name.
  static ipc::Result<Sandbox> create(const Context& context, const std::string& purpose);
  Sandbox(Sandbox&& other) noexcept;
  Sandbox& operator=(Sandbox&&) = delete;
  ~Sandbox();

  /// The caller's context, meaning the daemon in here.
  const Context& context() const { return context_; }
  std::string proxy_log() const { return root_ + "/proxy.log"; }
  const std::string& root() const { return root_; }
  /// The directory stays.
  void keep() { is_kept_ = true; }

  /// Ends the daemon with SIGKILL, as a crash would, and returns its pid.
  ipc::Result<pid_t> kill_daemon(ipc::Deadline deadline) const;

 private:
  Sandbox(std::string root, Context context);
  void end_daemon() const;

  std::string root_;
  bool is_kept_ = false;
  Context context_;
};

}  // namespace governor::ctl
