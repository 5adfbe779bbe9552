#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "tests/support/temporary_directory.hpp"

namespace governor::daemon::test {

/// One of 127.0.0.1 that nobody listened on a moment ago.
inline int free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof place;
  auto* address = reinterpret_cast<sockaddr*>(&place);  // NOLINT(*-reinterpret-cast): as sockets want it
  const bool is_bound =
      ::bind(descriptor, address, size) == 0 && ::getsockname(descriptor, address, &size) == 0;
  ::close(descriptor);
  if (!is_bound) throw std::runtime_error("no port is free");
  return ntohs(place.sin_port);
}

/// A PostgreSQL server of one test's own, see postgres_server.sh.
class PostgresServer {
 public:
  explicit PostgresServer(int port = 0) : port_(port) { start(); }
  ~PostgresServer() {
    if (runs_) stop();
  }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  void start() {
    run("start", port_ != 0 ? " " + std::to_string(port_) : "");
    runs_ = true;
  }
  /// As by a power failure.
  void stop() {
    runs_ = false;
    run("stop", "");
  }
  [[nodiscard]] std::string address() const {
    return "postgresql:///postgres?user=tester&host=" + directory_.path() +
           (port_ != 0 ? "&port=" + std::to_string(port_) : "");
  }
  [[nodiscard]] std::string network_address() const {
    return "postgresql://tester@127.0.0.1:" + std::to_string(port_) + "/postgres";
  }

 private:
  void run(const std::string& verb, const std::string& more) const {
    const std::string command =
        std::string(GOVERNOR_POSTGRES_SERVER) + " " + verb + " " + directory_.path() + more + " >/dev/null";
    if (std::system(command.c_str()) != 0)  // NOLINT(concurrency-mt-unsafe): nothing else runs yet
      throw std::runtime_error("PostgreSQL is needed (Debian: postgresql, Homebrew: postgresql): " + command);
  }

  TemporaryDirectory directory_;
  int port_;
  bool runs_ = false;
};

}  // namespace governor::daemon::test
