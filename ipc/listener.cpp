#include "ipc/listener.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "ipc/socket_address.hpp"

#ifdef __APPLE__
#include <launch.h>
#endif

namespace governor::ipc {
namespace {

Result<void> remove_leftover_socket(const std::string& path) {
  struct stat entry;
  if (::lstat(path.c_str(), &entry) != 0) {
    if (errno == ENOENT) return {};
    return system_error("cannot examine " + path, errno);
  }
  if (!S_ISSOCK(entry.st_mode)) {
    return Error{Errc::invalid_path, 0, path + " is not a socket, expected one or nothing: move it away"};
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error("cannot remove " + path, errno);
  return {};
}

#ifndef __APPLE__
std::optional<long> number_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (!text) return std::nullopt;
  const std::string_view view(text);
  long value = 0;
  const auto [end, failure] = std::from_chars(view.data(), view.data() + view.size(), value);
  if (failure != std::errc() || end != view.data() + view.size()) return std::nullopt;
  return value;
}

bool is_listening_unix_socket(int fd) {
  int domain = 0;
  int accepting = 0;
  socklen_t length = sizeof domain;
  if (::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0 || domain != AF_UNIX) return false;
  length = sizeof accepting;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepting, &length) == 0 && accepting != 0;
}
#endif

std::optional<UniqueFd> prepared(int fd) {
  UniqueFd owned(fd);
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) return std::nullopt;
  if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return std::nullopt;
  return owned;
}

}  // namespace

Result<UniqueFd> bind_listener(const FileLock& held, const std::string& path, int backlog) {
  if (!held.still_at_path()) {
    return Error{
        Errc::lock_lost, 0,
        "the lock file " + held.path() + " was replaced: start the daemon again, and leave that file alone"};
  }
  auto address = socket_address(path);
  if (!address) return address.error();
  auto fd = make_stream_socket();
  if (!fd) return fd;
  if (auto removed = remove_leftover_socket(path); !removed) return removed.error();
  if (::bind(fd->get(), address->get(), address->length) != 0)
    return system_error("cannot bind " + path, errno);
  // Nobody can connect before listen(), so the mode is never too open for a moment.
  if (::chmod(path.c_str(), 0600) != 0) return system_error("cannot protect " + path, errno);
  if (::listen(fd->get(), backlog) != 0) return system_error("cannot listen on " + path, errno);
  return fd;
}

#ifdef __APPLE__
std::optional<UniqueFd> activated_listener() {
  int* descriptors = nullptr;
  std::size_t count = 0;
  if (::launch_activate_socket("governor", &descriptors, &count) != 0 || count == 0) return std::nullopt;
  const int first = descriptors[0];
  for (std::size_t i = 1; i < count; ++i) ::close(descriptors[i]);
  std::free(descriptors);
  return prepared(first);
}
#else
std::optional<UniqueFd> activated_listener() {
  constexpr int kFirstActivated = 3;
  const auto pid = number_in("LISTEN_PID");
  const auto count = number_in("LISTEN_FDS");
  if (!pid || *pid != ::getpid() || !count || *count < 1) return std::nullopt;
  // What this process starts must not take the descriptors for its own.
  ::unsetenv("LISTEN_PID");
  ::unsetenv("LISTEN_FDS");
  ::unsetenv("LISTEN_FDNAMES");
  if (!is_listening_unix_socket(kFirstActivated)) return std::nullopt;
  return prepared(kFirstActivated);
}
#endif

}  // namespace governor::ipc
