#include "ctl/demo/proxy_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "ipc/child_process.hpp"
#include "ipc/numbered_line.hpp"

namespace governor::ctl {

namespace {

constexpr std::size_t kReadSize = 64 * 1024;
constexpr std::chrono::milliseconds kOutputPoll{5};

void set_nonblocking(const ipc::UniqueFd& fd) {
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

}  // namespace

ipc::Result<ProxyProcess> ProxyProcess::start(const std::string& executable,
                                              const ipc::Environment& environment,
                                              const std::string& error_file) {
  auto to_child = ipc::make_pipe();
  if (!to_child) return to_child.error();
  auto from_child = ipc::make_pipe();
  if (!from_child) return from_child.error();
  const ipc::UniqueFd errors(::open(error_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!errors) return ipc::system_error("cannot open " + error_file, errno);
  const auto pid = ipc::start_program({executable}, environment.entries,
                                      {to_child->first.get(), from_child->second.get(), errors.get()});
  if (!pid) return pid.error();
  set_nonblocking(to_child->second);
  set_nonblocking(from_child->first);
  return ProxyProcess(*pid, std::move(to_child->second), std::move(from_child->first));
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
