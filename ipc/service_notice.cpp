#include "ipc/service_notice.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace governor::ipc {
namespace {

/// The variable's value; afterwards it is gone.
std::string take_variable(const char* name) {
  const char* value = std::getenv(name);
  std::string taken = value != nullptr ? value : "";
  ::unsetenv(name);
  return taken;
}

std::optional<long long> as_number(std::string_view text) {
  long long value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

ServiceNotice ServiceNotice::take_from_environment() {
  ServiceNotice notice;
  const std::string address = take_variable("NOTIFY_SOCKET");
  const auto interval = as_number(take_variable("WATCHDOG_USEC"));
  const std::string watched = take_variable("WATCHDOG_PID");
  const bool is_name = address.size() > 1 && (address[0] == '/' || address[0] == '@');
  if (!is_name || address.size() >= sizeof(sockaddr_un{}.sun_path)) return notice;
  notice.socket_ = UniqueFd(::socket(AF_UNIX, SOCK_DGRAM, 0));
  if (notice.socket_.get() < 0) return notice;
  ::fcntl(notice.socket_.get(), F_SETFD, FD_CLOEXEC);
  notice.address_ = address;
  const bool is_ours = watched.empty() || as_number(watched) == ::getpid();
  if (is_ours && interval && *interval > 0) notice.watchdog_ = std::chrono::microseconds(*interval);
  return notice;
}

bool ServiceNotice::send(std::string_view state) const {
  if (address_.empty()) return false;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  if (address_[0] == '@') to.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size() +
                                             (address_[0] == '/' ? 1 : 0));
  const ssize_t sent = ::sendto(socket_.get(), state.data(), state.size(), MSG_DONTWAIT,
                                reinterpret_cast<const sockaddr*>(&to), length);
  return sent == static_cast<ssize_t>(state.size());
}

}  // namespace governor::ipc
