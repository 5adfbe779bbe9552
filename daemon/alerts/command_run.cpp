#include "daemon/alerts/command_run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <variant>

#include "ipc/child_process.hpp"
#include "ipc/deadline.hpp"

namespace governor::daemon {
namespace {

constexpr std::chrono::milliseconds kChildLook{20};
constexpr std::chrono::milliseconds kGraceAtEnd{500};  // the daemon promises to end soon
constexpr int kReportFd = 3;

/// Runs in the child: only async-signal-safe calls, since the other threads are gone.
[[noreturn]] void become_program(char* const* arguments, char* const* environment, int input, int report) {
  ::setpgid(0, 0);
  // Both may lie on numbers that are about to be replaced.
  const int high_input = ::fcntl(input, F_DUPFD, kReportFd + 1);
  const int high_report = ::fcntl(report, F_DUPFD, kReportFd + 1);
  bool ready = high_input >= 0 && high_report >= 0 && ipc::redirect_standard_streams();
  ready = ready && ::dup2(high_input, STDIN_FILENO) == STDIN_FILENO && ::dup2(high_report, kReportFd) >= 0;
  ready = ready && ::fcntl(kReportFd, F_SETFD, FD_CLOEXEC) == 0 && ::chdir("/") == 0;
  if (ready) {
    ipc::close_descriptors_from(kReportFd + 1);
    ipc::reset_signals();
    ::execve(arguments[0], arguments, environment);
  }
  const int error = errno;
  // Unread, it is taken for an exit with 127, which is as true.
  if (::write(ready ? kReportFd : report, &error, sizeof error) < 0) ::_exit(126);
  ::_exit(127);
}

struct Started {
  pid_t pid = -1;
  ipc::UniqueFd input;
};

/// The errno of what failed, or the program that runs now.
std::variant<int, Started> start(const std::vector<std::string>& arguments,
                                 const std::vector<std::string>& environment) {
  auto input = ipc::make_pipe();
  auto report = ipc::make_pipe();
  if (!input || !report) return (!input ? input : report).error().system_errno;
  const auto argument_pointers = ipc::exec_vector(arguments);
  const auto environment_pointers = ipc::exec_vector(environment);
  pid_t pid = -1;
  {
    const ipc::SignalsBlocked blocked;  // no handler of ours may run in the child
    pid = ::fork();
    if (pid == 0) {
      become_program(argument_pointers.data(), environment_pointers.data(), input->first.get(),
                     report->second.get());
    }
  }
  if (pid < 0) return errno;
  ::setpgid(pid, pid);  // by whoever comes first, so that the group is there when we need it
  report->second.reset();
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(report->first.get(), &error, sizeof error);  // ends with the exec, if not before
  } while (got < 0 && errno == EINTR);
  if (got == sizeof error) {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return error;
  }
  return Started{pid, std::move(input->second)};
}

std::optional<int> reaped(pid_t pid) {
  int status = 0;
  return ::waitpid(pid, &status, WNOHANG) == pid ? std::optional(status) : std::nullopt;
}

/// Writes what fits; gives the pipe up when everything is written or the program does not want it.
void feed(ipc::UniqueFd& pipe, std::string_view& rest) {
  while (pipe && !rest.empty()) {
    const ssize_t written = ::write(pipe.get(), rest.data(), rest.size());
    if (written < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (written < 0) rest = {};
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  }
  pipe.reset();
}

/// Waits for a moment, or until the pipe takes more.
void pause_for(const ipc::UniqueFd& pipe) {
  pollfd polled{pipe.get(), POLLOUT, 0};
  ::poll(&polled, pipe ? 1 : 0, static_cast<int>(kChildLook.count()));
}

CommandEnd end_of(int status) {
  if (WIFEXITED(status)) return {CommandEnd::How::exited, WEXITSTATUS(status)};
  return {CommandEnd::How::signalled, WTERMSIG(status)};
}

/// Ends the whole group. The program is not reaped before, so its pid is surely still its own.
void end_group(pid_t pid, std::chrono::milliseconds grace) {
  ::kill(-pid, SIGTERM);
  const auto deadline = ipc::Deadline::after(grace);
  siginfo_t info{};
  while (!deadline.expired()) {
    info.si_pid = 0;
    if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == pid) {
      break;
    }
    ::poll(nullptr, 0, static_cast<int>(kChildLook.count()));
  }
  ::kill(-pid, SIGKILL);  // also those that outlive the program
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

std::string CommandEnd::describe() const {
  switch (how) {
    case How::exited: return fmt::format("exited with {}", code);
    case How::signalled: return fmt::format("was ended by signal {}", code);
    case How::timed_out: return "did not end in time and was ended";
    case How::cancelled: return "was ended with the daemon";
    case How::not_started: break;
  }
  return fmt::format("cannot be started: {}", std::strerror(code));
}

CommandEnd run_command(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
                       const std::string& input, const CommandLimits& limits,
                       const std::atomic<bool>& cancelled) {
  const auto deadline = ipc::Deadline::after(limits.deadline);
  auto outcome = start(arguments, environment);
  if (const int* error = std::get_if<int>(&outcome)) return {CommandEnd::How::not_started, *error};
  Started& program = std::get<Started>(outcome);
  ::fcntl(program.input.get(), F_SETFL, O_NONBLOCK);
  std::string_view rest = input;
  for (;;) {
    feed(program.input, rest);
    if (const auto status = reaped(program.pid)) return end_of(*status);
    if (deadline.expired() || cancelled) break;
    pause_for(program.input);
  }
  end_group(program.pid, cancelled ? std::min(limits.grace, kGraceAtEnd) : limits.grace);
  return {cancelled ? CommandEnd::How::cancelled : CommandEnd::How::timed_out, 0};
}

}  // namespace governor::daemon
