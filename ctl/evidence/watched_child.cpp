#include "ctl/evidence/watched_child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "ctl/guard/program_output.hpp"
#include "ipc/child_process.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ctl {

namespace {

volatile sig_atomic_t child_signals = -1;

extern "C" void note_child_signal(int signal) {
  const int saved = errno;
  const auto byte = static_cast<char>(signal);
  if (::write(child_signals, &byte, 1) < 0) {
    // The pipe is full of earlier signals, which are looked at first.
  }
  errno = saved;
}

/// While it lives, the end of a child and the signals that somebody sends to us come as bytes of a pipe. What
/// a terminal sends it sends to the child as well.
class SignalPipe {
 public:
  SignalPipe(ipc::UniqueFd reading, ipc::UniqueFd writing)
      : reading_(std::move(reading)), writing_(std::move(writing)) {
    for (const int end : {reading_.get(), writing_.get()}) ::fcntl(end, F_SETFL, O_NONBLOCK);
    child_signals = writing_.get();
    struct sigaction note {};
    note.sa_handler = note_child_signal;
    for (const int signal : {SIGCHLD, SIGTERM, SIGHUP}) ::sigaction(signal, &note, nullptr);
    for (const int signal : {SIGINT, SIGQUIT}) ::signal(signal, SIG_IGN);
  }
  ~SignalPipe() {
    for (const int signal : {SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT}) ::signal(signal, SIG_DFL);
    child_signals = -1;
  }
  SignalPipe(const SignalPipe&) = delete;
  SignalPipe& operator=(const SignalPipe&) = delete;

  [[nodiscard]] int readable() const { return reading_.get(); }
  /// 0: none.
  [[nodiscard]] int take() const {
    char signal = 0;
    return ::read(reading_.get(), &signal, 1) == 1 ? signal : 0;
  }

 private:
  ipc::UniqueFd reading_;
  ipc::UniqueFd writing_;
};

bool pass_on(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (count < 0 && errno == EAGAIN) {
      pollfd waiting{fd, POLLOUT, 0};
      ::poll(&waiting, 1, -1);
    } else if (count < 0 && errno != EINTR) {
      return false;
    }
  }
  return true;
}

/// One of our streams, passed through.
struct Passage {
  int to = -1;
  ipc::UniqueFd from{};

  /// One piece. The child is told as ever when nobody reads any more.
  void pass(WatchedRun& run) {
    std::array<char, 64 * 1024> buffer;
    const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count <= 0) return from.reset();
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
    run.output_bytes += bytes.size();
    run.tail += bytes;
    if (run.tail.size() > WatchedRun::kTailBytes) run.tail.erase(0, run.tail.size() - WatchedRun::kTailBytes);
    if (!pass_on(to, bytes)) from.reset();
  }
};

/// Until the child ends. What others that it has started write later is not waited for.
int follow_child(pid_t child, const SignalPipe& signals, std::array<Passage, 2>& passages, WatchedRun& run) {
  std::optional<int> status;
  for (;;) {
    std::array<pollfd, 3> polled{{{signals.readable(), POLLIN, 0},
                                  {passages[0].from.get(), POLLIN, 0},
                                  {passages[1].from.get(), POLLIN, 0}}};
    const int ready = ::poll(polled.data(), polled.size(), status ? 0 : -1);
    if (ready == 0 && status) break;
    if (ready < 0) continue;  // interrupted by a signal, which is in the pipe now
    bool has_passed = false;
    for (std::size_t i = 0; i < passages.size(); ++i) {
      if (polled[i + 1].revents == 0) continue;
      has_passed = true;
      passages[i].pass(run);
    }
    for (int signal = signals.take(); signal != 0; signal = signals.take()) {
      int ended = 0;
      if (signal != SIGCHLD) {
        if (!status) ::kill(child, signal);
      } else if (!status && ::waitpid(child, &ended, WNOHANG) == child) {
        status = ended;
      }
    }
    if (status && !has_passed) break;
  }
  return WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
}

}  // namespace

ipc::Result<WatchedRun> run_watched(const std::vector<std::string>& arguments,
                                    const ipc::Environment& environment) {
  auto signal_pipe = ipc::make_pipe();
  if (!signal_pipe) return signal_pipe.error();
  std::array<Passage, 2> passages{{{STDOUT_FILENO}, {STDERR_FILENO}}};
  std::array<ipc::UniqueFd, 2> given;
  for (std::size_t i = 0; i < passages.size(); ++i) {
    if (::isatty(passages[i].to) != 0) continue;
    auto pipe = ipc::make_pipe();
    if (!pipe) return pipe.error();
    passages[i].from = std::move(pipe->first);
    given[i] = std::move(pipe->second);
  }
  const SignalPipe signals(std::move(signal_pipe->first), std::move(signal_pipe->second));
  ::signal(SIGPIPE, SIG_IGN);
  const auto began = std::chrono::steady_clock::now();
  const auto child = ipc::start_program(
      arguments, whole_environment(environment),
      {STDIN_FILENO, given[0] ? given[0].get() : STDOUT_FILENO, given[1] ? given[1].get() : STDERR_FILENO});
  if (!child) return child.error();
  for (ipc::UniqueFd& end : given) end.reset();
  WatchedRun run;
  run.exit_code = follow_child(*child, signals, passages, run);
  run.duration_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began).count();
  return run;
}

}  // namespace governor::ctl
