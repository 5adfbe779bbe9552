#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "ipc/deadline.hpp"
#include "tests/support/child.hpp"
#include "tests/support/process_table.hpp"

namespace governor::test {

/// Runtime and state directory of one test. At its end whatever runs in them is ended, and it is an error of
/// the test if that does not go in order, if anything else is left, or if a sanitizer had something to say.
class Sandbox {
 public:
  struct Settings {
    int io_threads = 1;
    int idle_exit = 60;  ///< seconds; not "never", so that a test that dies leaves no daemon for good
  };

  Sandbox() : Sandbox(Settings()) {}
  explicit Sandbox(Settings settings);
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox();

  const std::string& directory() const { return directory_; }
  std::string runtime_dir() const { return directory_ + "/run"; }
  const std::string& state_dir() const { return state_dir_; }
  std::string socket() const { return runtime_dir() + "/governor.sock"; }
  std::string daemon_lock() const { return runtime_dir() + "/daemon.lock"; }
  std::string database() const { return state_dir_ + "/governor.db"; }

  /// For everything that is started from now on.
  void set(const std::string& name, const std::string& value);
  void use_state_dir(std::string path);

  Command command(const std::string& program, std::vector<std::string> arguments = {}) const;
  /// A daemon by hand; returns when it listens.
  Child start_daemon(std::vector<std::string> arguments = {}) const;

  /// The process that holds the lock of the state, 0 if none does.
  pid_t daemon() const { return lock_owner(state_dir_ + "/state.lock"); }
  /// Waits for a daemon that answers, other than `not_this`. 0 at the deadline.
  pid_t wait_for_daemon(ipc::Deadline deadline, pid_t not_this = 0) const;
  /// SIGTERM, and SIGKILL when that does not help. Whether it ended in order.
  bool end_daemon();

  /// All processes of this sandbox, and those of one program.
  std::vector<ProcessEntry> processes() const;
  std::vector<pid_t> processes_of(const std::string& program) const;

  /// What the programs have written to their standard error, for messages.
  std::string errors() const;

 private:
  void end_leftovers();
  std::string sanitizer_reports() const;

  std::string directory_;
  std::string state_dir_;
  std::vector<std::string> environment_;
};

/// Whether something listens there and belongs to this user.
bool listens(const std::string& socket);

}  // namespace governor::test
