#include "ctl/demo/proxy_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

#include "ipc/numbered_line.hpp"

namespace governor::ctl {

namespace {

constexpr std::size_t kReadSize = 64 * 1024;
constexpr std::chrono::milliseconds kOutputPoll{5};

struct Pipe {
  ipc::UniqueFd reading;
  ipc::UniqueFd writing;
};

ipc::Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return ipc::system_error("cannot make a pipe", errno);
  Pipe made{ipc::UniqueFd(ends[0]), ipc::UniqueFd(ends[1])};
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  return made;
}

void set_nonblocking(const ipc::UniqueFd& fd) {
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

// The system's structures for posix_spawn, released together.
struct SpawnPlan {
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
  }

  // We ignore SIGPIPE and block what we wait for; a child that an IDE starts does neither.
  void reset_signals() {
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));  // NOLINT
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ipc::Result<ProxyProcess> ProxyProcess::start(const std::string& executable,
                                              const ipc::Environment& environment,
                                              const std::string& error_file) {
  auto to_child = make_pipe();
  if (!to_child) return to_child.error();
  auto from_child = make_pipe();
  if (!from_child) return from_child.error();
  SpawnPlan plan;
  plan.reset_signals();
  ::posix_spawn_file_actions_adddup2(&plan.actions, to_child->reading.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&plan.actions, from_child->writing.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&plan.actions, STDERR_FILENO, error_file.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
  const std::vector<std::string> arguments{executable};
  pid_t pid = -1;
  const int failure = ::posix_spawn(&pid, executable.c_str(), &plan.actions, &plan.attributes,
                                    pointers_to(arguments).data(), pointers_to(environment.entries).data());
  if (failure != 0) return ipc::system_error("cannot start " + executable, failure);
  set_nonblocking(to_child->writing);
  set_nonblocking(from_child->reading);
  return ProxyProcess(pid, std::move(to_child->writing), std::move(from_child->reading));
}

ProxyProcess::ProxyProcess(pid_t pid, ipc::UniqueFd input, ipc::UniqueFd output)
    : pid_(pid), input_(std::move(input)), output_(std::move(output)), decoder_(ipc::kMaxLineBytes) {}

ProxyProcess::ProxyProcess(ProxyProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_(std::move(other.input_)),
      output_(std::move(other.output_)),
      decoder_(std::move(other.decoder_)) {}

ProxyProcess::~ProxyProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);  // our own child and not yet waited for: the number cannot mean another process
  ::waitpid(pid_, nullptr, 0);
}

ipc::Result<void> ProxyProcess::write_line(std::string_view line, ipc::Deadline deadline,
                                           ipc::Interrupts interrupts) {
  std::string bytes(line);
  bytes += '\n';
  for (std::size_t written = 0; written < bytes.size();) {
    const ssize_t count = ::write(input_.get(), bytes.data() + written, bytes.size() - written);
    if (count >= 0) {
      written += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      if (auto waited = ipc::wait_writable(input_.get(), deadline, interrupts); !waited)
        return waited.error();
    } else if (errno != EINTR) {
      return ipc::system_error("cannot write to governor-proxy", errno);
    }
  }
  return {};
}

ipc::Result<std::string> ProxyProcess::read_line(ipc::Deadline deadline, ipc::Interrupts interrupts) {
  for (;;) {
    const auto event = decoder_.next();
    if (event.kind == ipc::LineDecoder::Kind::line) return std::string(event.text);
    if (event.kind == ipc::LineDecoder::Kind::too_long) {
      return ipc::Error{ipc::Errc::protocol_error, 0,
                        "governor-proxy sent a line longer than the protocol allows"};
    }
    const auto room = decoder_.prepare(kReadSize);
    const ssize_t count = ::read(output_.get(), room.data(), room.size());
    if (count > 0) {
      decoder_.commit(static_cast<std::size_t>(count));
    } else if (count == 0) {
      return ipc::Error{ipc::Errc::closed, 0, "governor-proxy ended although its input is open"};
    } else if (errno == EAGAIN) {
      if (auto waited = ipc::wait_readable(output_.get(), deadline, interrupts); !waited)
        return waited.error();
    } else if (errno != EINTR) {
      return ipc::system_error("cannot read from governor-proxy", errno);
    }
  }
}

ipc::Result<void> ProxyProcess::finish(ipc::Deadline deadline) {
  input_.reset();
  for (;;) {
    const pid_t gone = ::waitpid(pid_, nullptr, WNOHANG);
    if (gone == pid_ || (gone < 0 && errno == ECHILD)) break;
    if (deadline.expired()) {
      ::kill(pid_, SIGKILL);
      ::waitpid(std::exchange(pid_, -1), nullptr, 0);
      return ipc::Error{ipc::Errc::deadline_exceeded, 0,
                        "governor-proxy did not end with its input and was killed"};
    }
    (void)ipc::pause_until(deadline.capped(kOutputPoll));
  }
  pid_ = -1;
  return {};
}

}  // namespace governor::ctl
