#include "ipc/startup_pipe.hpp"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace governor::ipc {
namespace {

constexpr std::string_view kReady = "ready";
constexpr std::string_view kAlreadyRunning = "already running";
constexpr std::string_view kFailed = "failed: ";
constexpr std::string_view kExecFailed = "exec failed: ";
constexpr std::size_t kMaxReport = 4096;  // at most PIPE_BUF, so that one write is one line

void write_and_close(int fd, std::string_view line) noexcept {
  if (fd < 0) return;
  while (::write(fd, line.data(), line.size()) < 0 && errno == EINTR) {
  }
  ::close(fd);
}

std::string exec_failure(std::string_view digits) {
  int cause = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), cause);
  return describe_errno("the program cannot be executed", cause);
}

}  // namespace

void report_ready(int fd) {
  write_and_close(fd, "ready\n");
}

void report_already_running(int fd) {
  write_and_close(fd, "already running\n");
}

void report_failed(int fd, std::string_view reason) {
  std::string line(kFailed);
  line += reason.substr(0, kMaxReport / 2);
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  line += '\n';
  write_and_close(fd, line);
}

void report_exec_failed(int fd, int system_errno) noexcept {
  char line[32];
  std::memcpy(line, kExecFailed.data(), kExecFailed.size());
  const auto [end, failure] = std::to_chars(line + kExecFailed.size(), line + sizeof line - 1, system_errno);
  static_cast<void>(failure);  // an errno value fits
  *end = '\n';
  write_and_close(fd, {line, static_cast<std::size_t>(end + 1 - line)});
}

StartupReport parse_startup_report(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  if (line == kReady) return {StartupOutcome::ready, {}};
  if (line == kAlreadyRunning) return {StartupOutcome::already_running, {}};
  if (line.starts_with(kFailed)) return {StartupOutcome::failed, std::string(line.substr(kFailed.size()))};
  if (line.starts_with(kExecFailed)) {
    return {StartupOutcome::failed, exec_failure(line.substr(kExecFailed.size()))};
  }
  return {StartupOutcome::failed, "it ended without saying why: see governor.log in the state directory"};
}

Result<StartupReport> read_startup_report(int fd, Deadline deadline, Interrupts interrupts) {
  std::string text;
  while (text.find('\n') == std::string::npos && text.size() < kMaxReport) {
    if (auto ready = wait_readable(fd, deadline, interrupts); !ready) return ready.error();
    char buffer[512];
    const auto got = ::read(fd, buffer, sizeof buffer);
    if (got == 0) break;
    if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR && errno != EAGAIN)
      return system_error("cannot read the start-up report", errno);
  }
  return parse_startup_report(text);
}

}  // namespace governor::ipc
