#include "tests/support/child.hpp"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "ipc/child_process.hpp"
#include "tests/support/process_watch.hpp"

#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace governor::test {
namespace {

constexpr int kListening = 3;

std::pair<ipc::UniqueFd, ipc::UniqueFd> make_pipe() {
  return ipc::make_pipe().value();
}

/// The variable names the process that is to take the socket, which only the child can know.
void fill_in_own_pid(char* entry) {
  char* digits = std::strchr(entry, '=') + 1;
  const auto [end, failure] = std::to_chars(digits, digits + std::strlen(digits), ::getpid());
  static_cast<void>(failure);
  *end = '\0';
}

struct Prepared {
  const Command& command;
  std::vector<char*> arguments;
  std::vector<char*> environment;
  char* listen_pid;
  int input;
  int output;
  int errors;
  pid_t parent;
};

bool become_user(uid_t user) {
  return ::setgroups(0, nullptr) == 0 && ::setgid(user) == 0 && ::setuid(user) == 0;
}

/// Between fork and exec: async-signal-safe calls only, since the test may have threads.
[[noreturn]] void become(const Prepared& prepared) {
  const Command& command = prepared.command;
  ipc::reset_signals();
  if (::dup2(prepared.input, 0) < 0 || ::dup2(prepared.output, 1) < 0 || ::dup2(prepared.errors, 2) < 0)
    ::_exit(126);
  if (command.listening_socket >= 0) {
    if (command.listening_socket == kListening) {
      ::fcntl(kListening, F_SETFD, 0);
    } else if (::dup2(command.listening_socket, kListening) < 0) {
      ::_exit(126);
    }
    fill_in_own_pid(prepared.listen_pid);
  }
  if (command.user && !become_user(*command.user)) ::_exit(126);
#ifdef __linux__
  // A test that is killed leaves nothing behind.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != prepared.parent) ::_exit(126);
#endif
  ::execve(command.program.c_str(), prepared.arguments.data(), prepared.environment.data());
  ::_exit(127);
}

ipc::UniqueFd open_error_file(const std::string& path) {
  ipc::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (!file) throw std::runtime_error(ipc::describe_errno("cannot open " + path, errno));
  return file;
}

void read_what_is_there(ipc::UniqueFd& fd, std::string& into) {
  std::array<char, 4096> piece;
  const auto got = ::read(fd.get(), piece.data(), piece.size());
  if (got > 0) {
    into.append(piece.data(), static_cast<std::size_t>(got));
  } else {
    fd.reset();
  }
}

}  // namespace

Child::Child(const Command& command) {
  auto [child_input, our_input] = make_pipe();
  auto [our_output, child_output] = make_pipe();
  ipc::UniqueFd child_errors;
  if (command.error_file.empty()) {
    std::tie(errors, child_errors) = make_pipe();
  } else {
    child_errors = open_error_file(command.error_file);
  }
  std::vector<std::string> words = {command.program};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<std::string> environment = command.environment;
  if (command.listening_socket >= 0) {
    environment.emplace_back("LISTEN_FDS=1");
    environment.emplace_back("LISTEN_PID=0000000000");
  }
  Prepared prepared{command,
                    ipc::exec_vector(words),
                    ipc::exec_vector(environment),
                    environment.empty() ? nullptr : environment.back().data(),
                    child_input.get(),
                    child_output.get(),
                    child_errors.get(),
                    ::getpid()};
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error(ipc::describe_errno("cannot start a process", errno));
  if (pid_ == 0) become(prepared);
  input = std::move(our_input);
  output = std::move(our_output);
}

Child::Child(Child&& other) noexcept
    : input(std::move(other.input)),
      output(std::move(other.output)),
      errors(std::move(other.errors)),
      pid_(std::exchange(other.pid_, -1)),
      status_(other.status_) {}

Child::~Child() {
  if (pid_ <= 0 || status_) return;
  // Not waited for yet: the number cannot mean another process.
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Child::signal(int number) const {
  if (!status_) ::kill(pid_, number);
}

std::optional<int> Child::wait(ipc::Deadline deadline) {
  if (status_) return status_;
  if (!ProcessWatch(pid_).wait(deadline)) return std::nullopt;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return status_;
}

std::optional<Finished> run(const Command& command, ipc::Deadline deadline) {
  Command piped = command;
  piped.error_file.clear();
  Child child(piped);
  child.input.reset();
  Finished finished{};
  while (child.output || child.errors) {
    // Either may be the one that has something; both end with the process.
    const int first = child.output ? child.output.get() : child.errors.get();
    const int other[] = {child.errors ? child.errors.get() : first};
    const auto ready = ipc::wait_readable(first, deadline, other);
    if (!ready && ready.error().code != ipc::Errc::interrupted) return std::nullopt;
    const auto now = ipc::Deadline::after({});
    if (child.output && ipc::wait_readable(child.output.get(), now))
      read_what_is_there(child.output, finished.output);
    if (child.errors && ipc::wait_readable(child.errors.get(), now))
      read_what_is_there(child.errors, finished.errors);
  }
  const auto code = child.wait(deadline);
  if (!code) return std::nullopt;
  finished.code = *code;
  return finished;
}

}  // namespace governor::test
