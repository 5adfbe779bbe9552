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

struct Started {
  pid_t pid = -1;
  ipc::UniqueFd input;
};

/// The errno of what failed, or the program that runs now.
std::variant<int, Started> start(const std::vector<std::string>& arguments,
                                 const std::vector<std::string>& environment) {
  auto input = ipc::make_pipe();
  if (!input) return input.error().system_errno;
  const ipc::UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return errno;
  const auto pid =
      ipc::start_program(arguments, environment, {input->first.get(), null.get(), null.get()}, {"/", true});
  if (!pid) return pid.error().system_errno;
  return Started{*pid, std::move(input->second)};
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
