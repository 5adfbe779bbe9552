#include "tests/support/manager.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <stdexcept>

namespace governor::test {

Manager::Manager(Sandbox& sandbox) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  const std::string path = sandbox.directory() + "/notify";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("too long: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot listen at " + path);
  sandbox.set("NOTIFY_SOCKET", path);
}

std::string Manager::next(ipc::Deadline deadline) {
  pollfd waiting{socket_.get(), POLLIN, 0};
  if (::poll(&waiting, 1, deadline.remaining_ms()) != 1) return {};
  char text[256];
  const ssize_t length = ::recv(socket_.get(), text, sizeof text, 0);
  return length > 0 ? std::string(text, static_cast<std::size_t>(length)) : std::string();
}

int Manager::count_waiting(const std::string& notice) {
  int count = 0;
  for (std::string one = next(ipc::Deadline::after({})); !one.empty(); one = next(ipc::Deadline::after({})))
    count += one == notice ? 1 : 0;
  return count;
}

}  // namespace governor::test
