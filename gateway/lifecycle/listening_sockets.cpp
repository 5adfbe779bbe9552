#include "gateway/lifecycle/listening_sockets.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "ipc/connect.hpp"
#include "ipc/connector.hpp"
#include "ipc/socket_address.hpp"

namespace governor::gateway {
namespace {

constexpr int kBacklog = 1024;
/// A port that is free on one loopback address may be taken on the other.
constexpr int kAttempts = 20;

template <class Address>
ipc::Result<ipc::UniqueFd> listen_at(int family, const Address& address, const std::string& name) {
  ipc::UniqueFd fd(::socket(family, SOCK_STREAM, 0));
  if (!fd) return ipc::system_error("cannot make a socket for " + name, errno);
  ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  const int yes = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (family == AF_INET6) ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd.get(), kBacklog) != 0)
    return ipc::system_error("cannot listen on " + name, errno);
  return fd;
}

ipc::Result<ipc::UniqueFd> listen_v4(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return listen_at(AF_INET, address, "127.0.0.1:" + std::to_string(port));
}

ipc::Result<ipc::UniqueFd> listen_v6(std::uint16_t port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  return listen_at(AF_INET6, address, "[::1]:" + std::to_string(port));
}

std::uint16_t port_of(int fd) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  return ntohs(address.sin_port);
}

}  // namespace

ipc::Result<Listening> listen_on_loopback(std::uint16_t port) {
  for (int attempt = 1;; ++attempt) {
    auto first = listen_v4(port);
    if (!first) return first.error();
    Listening listening;
    listening.place.port = port_of(first->get());
    listening.sockets.push_back(std::move(*first));
    auto second = listen_v6(listening.place.port);
    if (second) {
      listening.sockets.push_back(std::move(*second));
      return listening;
    }
    // Not every machine has IPv6. But a port that somebody else has there could be taken for ours.
    if (second.error().system_errno != EADDRINUSE) return listening;
    if (port != 0 || attempt == kAttempts) return second.error();
  }
}

ipc::Result<Listening> listen_on_socket(const std::string& path) {
  auto address = ipc::socket_address(path);
  if (!address) return address.error();
  struct stat entry;
  if (::lstat(path.c_str(), &entry) == 0) {
    if (!S_ISSOCK(entry.st_mode))
      return ipc::Error{ipc::Errc::invalid_path, 0, path + " is there and no socket: move it away"};
    const auto somebody = ipc::try_connect(path);
    if (somebody || somebody.error().code != ipc::Errc::no_daemon)
      return ipc::Error{ipc::Errc::invalid_path, 0, "somebody listens at " + path + ": choose another path"};
    if (::unlink(path.c_str()) != 0) return ipc::system_error("cannot remove " + path, errno);
  }
  auto fd = ipc::make_stream_socket();
  if (!fd) return fd.error();
  if (::bind(fd->get(), address->get(), address->length) != 0)
    return ipc::system_error("cannot bind " + path, errno);
  // Nobody can connect before listen(), so the mode is never too open for a moment.
  if (::chmod(path.c_str(), 0600) != 0) return ipc::system_error("cannot protect " + path, errno);
  if (::listen(fd->get(), kBacklog) != 0) return ipc::system_error("cannot listen on " + path, errno);
  Listening listening;
  listening.place.socket_path = path;
  listening.sockets.push_back(std::move(*fd));
  return listening;
}

}  // namespace governor::gateway
