#include "daemon/supervisor/keeper/program_start.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "ipc/child_process.hpp"

#ifdef __APPLE__
#include <crt_externs.h>
#else
extern char** environ;
#endif

namespace governor::daemon {
namespace {

/// At which step a start has failed, told through a pipe together with errno.
enum class StartStep : int { session, streams, directory, memory, exec };

struct StartFailed {
  StartStep step;
  int error;
};

struct Terminal {
  ipc::UniqueFd ours;
  ipc::UniqueFd program;
};

/// What people read on is at least this wide.
constexpr unsigned short kColumns = 200;
constexpr unsigned short kRows = 50;
/// What its owner may write and others may read, as is usual; the daemon's own files are narrower.
constexpr mode_t kUsualMask = 022;

ipc::Result<Terminal> open_terminal(bool for_people) {
  Terminal terminal;
  terminal.ours.reset(::posix_openpt(O_RDWR | O_NOCTTY));
  if (!terminal.ours || ::grantpt(terminal.ours.get()) != 0 || ::unlockpt(terminal.ours.get()) != 0)
    return ipc::system_error("cannot make a terminal", errno);
  ::fcntl(terminal.ours.get(), F_SETFD, FD_CLOEXEC);
  const char* name = ::ptsname(terminal.ours.get());
  if (name == nullptr) return ipc::system_error("cannot make a terminal", errno);
  terminal.program.reset(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.program) return ipc::system_error("cannot open a terminal", errno);
  winsize size{};
  size.ws_col = kColumns;
  size.ws_row = kRows;
  ::ioctl(terminal.ours.get(), TIOCSWINSZ, &size);
  termios modes{};
  if (!for_people && ::tcgetattr(terminal.program.get(), &modes) == 0) {
    ::cfmakeraw(&modes);  // what it writes arrives as it is
    ::tcsetattr(terminal.program.get(), TCSANOW, &modes);
  }
  return terminal;
}

/// All that the child needs, made before there is one.
struct Preparation {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  const char* directory;
  std::uint64_t memory_bytes;
  int input;
  int output;
  bool has_terminal;
  int go;
  int failure;
};

[[noreturn]] void report_start_failure(int pipe, StartStep step) {
  const StartFailed failed{step, errno};
  if (::write(pipe, &failed, sizeof failed) < 0) ::_exit(126);
  ::_exit(127);
}

void set_environment(char** entries) {
#ifdef __APPLE__
  *_NSGetEnviron() = entries;
#else
  environ = entries;
#endif
}

[[noreturn]] void become_program(const Preparation& prepared) {
  // Above the standard streams, which are about to be replaced.
  const int failure = ::fcntl(prepared.failure, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  char begin = 0;
  if (::read(prepared.go, &begin, 1) != 1) ::_exit(126);  // the keeper is gone
  if (::setsid() < 0) report_start_failure(failure, StartStep::session);
  if (prepared.has_terminal && ::ioctl(prepared.output, TIOCSCTTY, 0) != 0)
    report_start_failure(failure, StartStep::session);
  if (::dup2(prepared.input, STDIN_FILENO) < 0 || ::dup2(prepared.output, STDOUT_FILENO) < 0 ||
      ::dup2(prepared.output, STDERR_FILENO) < 0)
    report_start_failure(failure, StartStep::streams);
  if (::chdir(prepared.directory) != 0) report_start_failure(failure, StartStep::directory);
  if (prepared.memory_bytes > 0) {
    const rlimit limit{static_cast<rlim_t>(prepared.memory_bytes),
                       static_cast<rlim_t>(prepared.memory_bytes)};
    if (::setrlimit(RLIMIT_DATA, &limit) != 0) report_start_failure(failure, StartStep::memory);
  }
  ::umask(kUsualMask);
  ipc::reset_signals();
  set_environment(const_cast<char**>(prepared.environment.data()));
  ::execvp(prepared.arguments.front(), prepared.arguments.data());
  report_start_failure(failure, StartStep::exec);
}

std::string describe_start_failure(const LaunchOrder& order, const StartFailed& failed) {
  const std::string cause = std::strerror(failed.error);
  switch (failed.step) {
    case StartStep::directory: return "cannot work in " + order.directory + ": " + cause;
    case StartStep::memory: return "cannot limit its memory: " + cause;
    case StartStep::exec: {
      std::string text = "cannot start " + order.arguments.front() + ": " + cause;
      if (failed.error == E2BIG)
        text +=
            "; one argument takes at most 128 KiB: let the runner use {prompt_file} or the input \"prompt\"";
      if (failed.error == ENOENT) text += "; install it, or name it by its absolute path";
      return text;
    }
    case StartStep::session:
    case StartStep::streams: break;
  }
  return "cannot give it a terminal or its streams: " + cause;
}

ipc::Result<ipc::UniqueFd> open_input(const LaunchOrder& order, const std::string& prompt_file) {
  const char* path = order.input == ProgramInput::prompt ? prompt_file.c_str() : "/dev/null";
  ipc::UniqueFd input(::open(path, O_RDONLY | O_CLOEXEC));
  if (!input) return ipc::system_error("cannot open " + std::string(path), errno);
  return input;
}

}  // namespace

ipc::Result<ProgramStart> ProgramStart::fork_program(const LaunchOrder& order,
                                                     const std::string& prompt_file) {
  ProgramStart start;
  ipc::UniqueFd input;
  ipc::UniqueFd program_output;
  const bool for_people = order.input == ProgramInput::terminal;
  if (for_people || order.output_is_terminal) {
    auto terminal = open_terminal(for_people);
    if (!terminal) return terminal.error();
    start.output = std::move(terminal->ours);
    program_output = std::move(terminal->program);
    if (for_people) start.terminal.reset(::fcntl(start.output.get(), F_DUPFD_CLOEXEC, 0));
  } else {
    auto pipe = ipc::make_pipe();
    if (!pipe) return pipe.error();
    start.output = std::move(pipe->first);
    program_output = std::move(pipe->second);
  }
  if (!for_people) {
    auto opened = open_input(order, prompt_file);
    if (!opened) return opened.error();
    input = *std::move(opened);
  }
  auto go = ipc::make_pipe();
  if (!go) return go.error();
  auto failure = ipc::make_pipe();
  if (!failure) return failure.error();
  const Preparation prepared{ipc::exec_vector(order.arguments),
                             ipc::exec_vector(order.environment),
                             order.directory.c_str(),
                             order.memory_bytes,
                             for_people ? program_output.get() : input.get(),
                             program_output.get(),
                             for_people,
                             go->first.get(),
                             failure->second.get()};
  ::fcntl(start.output.get(), F_SETFL, ::fcntl(start.output.get(), F_GETFL) | O_NONBLOCK);
  start.pid_ = ::fork();
  if (start.pid_ < 0) return ipc::system_error("cannot start a process", errno);
  if (start.pid_ == 0) {
    ::close(go->second.get());  // else it would never see that the keeper is gone
    become_program(prepared);
  }
  start.go_ = std::move(go->second);
  start.failure_ = std::move(failure->first);
  start.order_ = &order;
  return start;
}

std::optional<std::string> ProgramStart::let_go() {
  if (::write(go_.get(), "g", 1) != 1) return "cannot tell it to begin: " + std::string(std::strerror(errno));
  go_.reset();
  StartFailed failed{};
  ssize_t count = -1;
  do count = ::read(failure_.get(), &failed, sizeof failed);
  while (count < 0 && errno == EINTR);
  failure_.reset();
  if (count == 0) return std::nullopt;
  if (count != sizeof failed) return "cannot start it, and nothing tells why";
  return describe_start_failure(*order_, failed);
}

}  // namespace governor::daemon
