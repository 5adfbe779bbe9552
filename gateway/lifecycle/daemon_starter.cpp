#include "gateway/lifecycle/daemon_starter.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

#include "ipc/child_process.hpp"
#include "ipc/connect.hpp"
#include "ipc/spawn_daemon.hpp"
#include "ipc/startup_pipe.hpp"

namespace governor::gateway {
namespace {

constexpr std::chrono::seconds kStartPatience{60};
constexpr std::chrono::seconds kCheckPatience{20};
constexpr int kStarterFd = 3;

/// One letter, and with it the descriptor to report on.
union FdMessage {
  cmsghdr header;
  std::array<char, CMSG_SPACE(sizeof(int))> bytes;
};

struct LetterMessage {
  LetterMessage(char& letter, FdMessage& control) {
    part.iov_base = &letter;
    part.iov_len = 1;
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.bytes.data();
    header.msg_controllen = static_cast<decltype(header.msg_controllen)>(control.bytes.size());
  }
  iovec part{};
  msghdr header{};
};

struct StartAsked {
  ipc::StartRequest request;
  ipc::UniqueFd report;
};

/// None: the gateway has ended, or said what it never says.
std::optional<StartAsked> receive_request(int socket) {
  char letter = 0;
  FdMessage control{};
  LetterMessage message(letter, control);
  ssize_t got = 0;
  do got = ::recvmsg(socket, &message.header, 0);
  while (got < 0 && errno == EINTR);
  if (got != 1) return std::nullopt;
  const cmsghdr* first = CMSG_FIRSTHDR(&message.header);
  if (first == nullptr || first->cmsg_type != SCM_RIGHTS) return std::nullopt;
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(first), sizeof fd);
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return StartAsked{static_cast<ipc::StartRequest>(letter), ipc::UniqueFd(fd)};
}

void report_outcome(ipc::UniqueFd pipe, const ipc::Result<void>& outcome) {
  if (outcome) {
    ipc::report_ready(pipe.release());
  } else {
    ipc::report_failed(pipe.release(), outcome.error().message);
  }
}

ipc::Result<void> see_to_a_daemon(const ipc::Paths& paths, const ipc::Environment& environment) {
  ipc::StartOptions options;
  options.environment = environment;
  const auto connected = ipc::connect_or_start(paths, options, ipc::Deadline::after(kStartPatience));
  if (!connected) return connected.error();
  return {};
}

[[noreturn]] void serve_gateway(int socket, const ipc::Paths& paths, const ipc::Environment& environment) {
  ipc::reset_signals();
  ::signal(SIGPIPE, SIG_IGN);
  ipc::redirect_standard_streams();
  if (::dup2(socket, kStarterFd) < 0) ::_exit(1);
  ::fcntl(kStarterFd, F_SETFD, FD_CLOEXEC);
  ipc::close_descriptors_from(kStarterFd + 1);
  while (auto asked = receive_request(kStarterFd)) {
    const bool only_checks = asked->request == ipc::StartRequest::check;
    report_outcome(std::move(asked->report),
                   only_checks ? ipc::check_start(paths, environment, ipc::Deadline::after(kCheckPatience))
                               : see_to_a_daemon(paths, environment));
  }
  ::_exit(0);
}

}  // namespace

ipc::Result<DaemonStarter> DaemonStarter::begin(const ipc::Paths& paths,
                                                const ipc::Environment& environment) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0)
    return ipc::system_error("cannot make a pair of sockets", errno);
  ipc::UniqueFd ours(ends[0]);
  const ipc::UniqueFd theirs(ends[1]);
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  const pid_t child = ::fork();
  if (child < 0) return ipc::system_error("cannot start a process", errno);
  if (child == 0) serve_gateway(theirs.get(), paths, environment);
  return DaemonStarter(std::move(ours));
}

ipc::Result<ipc::UniqueFd> DaemonStarter::ask(ipc::StartRequest request) {
  auto pipe = ipc::make_pipe();
  if (!pipe) return pipe.error();
  auto [reading, writing] = std::move(*pipe);
  char letter = static_cast<char>(request);
  FdMessage control{};
  LetterMessage message(letter, control);
  cmsghdr* first = CMSG_FIRSTHDR(&message.header);
  first->cmsg_level = SOL_SOCKET;
  first->cmsg_type = SCM_RIGHTS;
  first->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = writing.get();
  std::memcpy(CMSG_DATA(first), &fd, sizeof fd);
  if (::sendmsg(socket_.get(), &message.header, MSG_DONTWAIT) != 1)
    return ipc::system_error(
        "the process that starts the daemon for the gateway does not answer; start it "
        "with governorctl start, or start the gateway again",
        errno);
  return std::move(reading);
}

}  // namespace governor::gateway
