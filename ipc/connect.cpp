#include "ipc/connect.hpp"

#include <unistd.h>

#include <cerrno>

#include "ipc/connector.hpp"
#include "ipc/peer_credentials.hpp"
#include "ipc/socket_address.hpp"

namespace governor::ipc {
namespace {

Error connect_error(const std::string& path, int cause) {
  switch (cause) {
    case ENOENT:
    case ECONNREFUSED:
    case ENOTDIR: return Error{Errc::no_daemon, cause, "no governord listens at " + path + ": start one"};
    case ENOTSOCK:
      return Error{Errc::invalid_path, cause,
                   path + " is not a socket, expected one or nothing: move it away"};
    case EACCES:
    case EPERM:
      return Error{Errc::permission_denied, cause,
                   describe_errno("cannot connect to " + path, cause) +
                       ": make the directory yours, or choose another with GOVERNOR_RUNTIME_DIR"};
    default: return system_error("cannot connect to " + path, cause);
  }
}

/// In a directory that others could write to, anyone could listen in our place.
Result<UniqueFd> checked(UniqueFd fd, const std::string& path) {
  auto peer = peer_credentials(fd.get());
  if (!peer) return peer.error();
  if (peer->uid == ::geteuid()) return fd;
  return Error{Errc::permission_denied, 0,
               "the daemon at " + path + " belongs to uid " + std::to_string(peer->uid) + ", expected uid " +
                   std::to_string(::geteuid()) + ": choose another directory with GOVERNOR_RUNTIME_DIR"};
}

}  // namespace

Result<std::optional<UniqueFd>> try_connect(const std::string& path) {
  auto address = socket_address(path);
  if (!address) return address.error();
  auto fd = make_stream_socket();
  if (!fd) return fd.error();
  int outcome = 0;
  do {
    outcome = ::connect(fd->get(), address->get(), address->length);
  } while (outcome != 0 && errno == EINTR);
  if (outcome != 0) {
    // A full backlog: the daemon is there and busy.
    if (errno == EAGAIN || errno == EINPROGRESS) return std::optional<UniqueFd>();
    return connect_error(path, errno);
  }
  auto connected = checked(std::move(*fd), path);
  if (!connected) return connected.error();
  return std::optional<UniqueFd>(std::move(*connected));
}

Result<UniqueFd> connect_to(const std::string& path, Deadline deadline, Interrupts interrupts) {
  return connect_patiently([&] { return try_connect(path); }, path, deadline, interrupts);
}

Result<UniqueFd> connect_patiently(const std::function<Result<std::optional<UniqueFd>>()>& attempt_once,
                                   const std::string& path, Deadline deadline, Interrupts interrupts) {
  for (auto wait = std::chrono::milliseconds(1);; wait = std::min(wait * 2, std::chrono::milliseconds(20))) {
    auto attempt = attempt_once();
    if (!attempt) return attempt.error();
    if (*attempt) return std::move(**attempt);
    if (deadline.expired()) {
      return Error{Errc::deadline_exceeded, 0,
                   "governord does not accept connections at " + path + ": see whether it hangs"};
    }
    if (auto paused = pause_until(deadline.capped(wait), interrupts); !paused) return paused.error();
  }
}

Result<UniqueFd> connect_or_start(const Paths& paths, const StartOptions& options, Deadline deadline,
                                  Interrupts interrupts) {
  Connector connector(paths, options);
  for (;;) {
    auto step = connector.advance();
    if (!step) return step.error();
    if (step->connection) return std::move(step->connection);
    if (deadline.expired()) return connector.deadline_error();
    const Deadline pause = Deadline::at(std::min(deadline.time(), step->retry_at));
    auto waited =
        step->wait_fd >= 0 ? wait_readable(step->wait_fd, pause, interrupts) : pause_until(pause, interrupts);
    if (!waited && waited.error().code != Errc::deadline_exceeded) return waited.error();
  }
}

}  // namespace governor::ipc
