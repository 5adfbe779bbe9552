#include "ipc/spawn_daemon.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "ipc/child_process.hpp"
#include "ipc/fault_point.hpp"
#include "ipc/startup_pipe.hpp"

namespace governor::ipc {
namespace {

constexpr int kStartupFd = 3;

/// Runs in the grandchild: only async-signal-safe calls, since other threads of the starter are gone.
[[noreturn]] void become_daemon(const char* binary, char* const* arguments, char* const* environment,
                                int report) {
  ::setsid();
  ::umask(077);
  if (::chdir("/") != 0) ::_exit(1);
  // The report may lie on a standard stream's number: move it above everything that is about to be replaced.
  const int high = ::fcntl(report, F_DUPFD, kStartupFd + 1);
  if (high < 0 || fault_at(FaultPoint::spawn_streams) || !redirect_standard_streams()) ::_exit(1);
  if (::dup2(high, kStartupFd) < 0) ::_exit(1);
  close_descriptors_from(kStartupFd + 1);
  reset_signals();
  if (!fault_at(FaultPoint::spawn_exec)) ::execve(binary, arguments, environment);
  report_exec_failed(kStartupFd, errno);
  ::_exit(127);
}

Result<void> fork_twice(const char* binary, char* const* arguments, char* const* environment, int report) {
  // No handler of the starter's may run in a child.
  const SignalsBlocked blocked;
  const pid_t child = fault_at(FaultPoint::spawn_fork) ? -1 : ::fork();
  if (child < 0) return system_error("cannot start a process", errno);
  if (child == 0) {
    const pid_t grandchild = fault_at(FaultPoint::spawn_fork_again) ? -1 : ::fork();
    if (grandchild == 0) become_daemon(binary, arguments, environment, report);
    ::_exit(grandchild < 0 ? errno : 0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
    return system_error("cannot start a process", WEXITSTATUS(status));
  }
  return {};
}

}  // namespace

Result<UniqueFd> spawn_daemon(const SpawnRequest& request) {
  auto pipe = make_pipe();
  if (!pipe) return pipe.error();
  auto [reading, writing] = std::move(*pipe);

  std::vector<std::string> arguments = {request.binary};
  arguments.insert(arguments.end(), request.arguments.begin(), request.arguments.end());
  arguments.emplace_back("--startup-fd");
  arguments.push_back(std::to_string(kStartupFd));
  const auto argument_pointers = exec_vector(arguments);
  const auto environment_pointers = exec_vector(request.environment);
  auto started = fork_twice(request.binary.c_str(), argument_pointers.data(), environment_pointers.data(),
                            writing.get());
  if (!started) return started.error();
  return std::move(reading);
}

}  // namespace governor::ipc
