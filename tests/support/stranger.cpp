// Connects to a socket, asks for the daemon's health and prints what becomes of it: "connected", then every
// line that it is given, then "closed". Exit code 1 when it cannot connect.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    std::cout << std::strerror(errno) << "\n";
    return 1;
  }
  std::cout << "connected\n";
  const std::string request = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"governor/health\"}\n";
  // The daemon may have closed it by now, which the reading shows.
  static_cast<void>(::send(fd, request.data(), request.size(), MSG_NOSIGNAL));
  char buffer[4096];
  for (;;) {
    const auto got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    std::cout.write(buffer, got);
  }
  std::cout << "closed\n";
  return 0;
}
