// What the gateway cannot do any more once it serves; a process of its own is confined for it.
#include "gateway/lifecycle/confine_gateway.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/lifecycle/listening_sockets.hpp"
#include "ipc/unique_fd.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using governor::ipc::UniqueFd;

namespace {

/// What came of each attempt: an error number, 0 where it was done.
struct Tried {
  bool files_held = false;  ///< what the kernel has
  bool network_held = false;
  int inside = -1;
  int outside = -1;
  int read_outside = -1;
  int remove_socket = -1;
  int make_beside_socket = -1;
  int unix_socket = -1;
  int tcp_socket = -1;
  int accepted = -1;
  int run_program = -1;
};

int made(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  return file ? 0 : errno;
}

struct Places {
  governor::TemporaryDirectory own;
  governor::TemporaryDirectory other;
  governor::ipc::Paths paths;
  std::string socket = other / "gateway.sock";
};

bool mentions(const std::vector<std::string>& missing, std::string_view what) {
  for (const std::string& one : missing)
    if (one.find(what) != std::string::npos) return true;
  return false;
}

Tried try_out(const Places& places, const UniqueFd& listening) {
  const auto missing = governor::gateway::confine_gateway(places.paths, places.socket);
  Tried tried;
  tried.files_held = !mentions(missing, "Landlock");
  tried.network_held = !mentions(missing, "network");
  tried.inside = made(places.paths.state_dir + "/made") + made(places.paths.runtime_dir + "/made");
  tried.outside = made(places.own / "made");
  tried.read_outside = UniqueFd(::open("/etc/passwd", O_RDONLY | O_CLOEXEC)) ? 0 : errno;
  tried.make_beside_socket = made(places.other / "made");
  tried.remove_socket = ::unlink(places.socket.c_str()) == 0 ? 0 : errno;
  tried.unix_socket = UniqueFd(::socket(AF_UNIX, SOCK_STREAM, 0)) ? 0 : errno;
  tried.tcp_socket = UniqueFd(::socket(AF_INET, SOCK_STREAM, 0)) ? 0 : errno;
  tried.accepted = UniqueFd(::accept(listening.get(), nullptr, nullptr)) ? 0 : errno;
  if (tried.files_held) {
    const std::array<const char*, 2> arguments{"/bin/false", nullptr};
    ::execv(arguments[0], const_cast<char* const*>(arguments.data()));
    tried.run_program = errno;
  }
  return tried;
}

}  // namespace

TEST_CASE("the gateway writes into its own directories only, starts nothing and makes no connection") {
  Places places;
  places.paths.state_dir = places.own / "state";
  places.paths.runtime_dir = places.own / "run";
  REQUIRE(::mkdir(places.paths.state_dir.c_str(), 0700) == 0);
  REQUIRE(::mkdir(places.paths.runtime_dir.c_str(), 0700) == 0);
  REQUIRE(made(places.socket) == 0);
  auto listening = governor::gateway::listen_on_loopback(0);
  REQUIRE(listening);
  const UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(listening->place.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  std::array<int, 2> pipe{};
  REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
  const UniqueFd reading(pipe[0]);
  UniqueFd writing(pipe[1]);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const Tried tried = try_out(places, listening->sockets.front());
    const bool told = ::write(writing.get(), &tried, sizeof tried) == sizeof tried;
    ::_exit(told ? 0 : 1);
  }
  writing.reset();
  Tried tried;
  const ssize_t got = ::read(reading.get(), &tried, sizeof tried);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(got == sizeof tried);  // else a program has run in its place
  CHECK(tried.inside == 0);
  CHECK(tried.read_outside == 0);
  CHECK(tried.remove_socket == 0);
  CHECK(tried.unix_socket == 0);
  CHECK(tried.accepted == 0);
  if (tried.files_held) {
    CHECK(tried.outside == EACCES);
    CHECK(tried.make_beside_socket == EACCES);
    CHECK(tried.run_program == EACCES);
  }
  if (tried.network_held) CHECK(tried.tcp_socket == EACCES);
}
