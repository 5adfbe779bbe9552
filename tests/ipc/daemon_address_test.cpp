#include "ipc/daemon_address.hpp"

#include <unistd.h>

#include <fstream>

#include "ipc/listener.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ipc;
using governor::TemporaryDirectory;

namespace {

/// A client that looks in the directory `run`, and a daemon that listens in `other`.
struct TwoPlaces {
  TemporaryDirectory base;
  Paths client{.runtime_dir = base / "run",
               .state_dir = base.path(),
               .config_file = "",
               .socket_dir = base / "run",
               .socket = base / "run/governor.sock",
               .daemon_lock = base / "run/daemon.lock",
               .spawn_lock = base / "run/spawn.lock"};
  std::string other = base / "other.sock";

  UniqueFd listen_at_other() const {
    const auto lock = FileLock::acquire(base / "lock", Deadline::after(std::chrono::seconds(1)));
    return bind_listener(lock.value(), other, 8).value();
  }
};

}  // namespace

TEST_CASE("a daemon that listens elsewhere is found by what it wrote into the state directory") {
  const TwoPlaces places;
  const UniqueFd listening = places.listen_at_other();
  CHECK(try_connect_daemon(places.client).error().code == Errc::no_daemon);
  REQUIRE(write_daemon_address(places.base.path(), {places.other, ::getpid()}));
  const auto found = try_connect_daemon(places.client);
  REQUIRE(found);
  CHECK(found->has_value());
}

TEST_CASE("what another process listens at is not taken for the daemon of the record") {
  const TwoPlaces places;
  const UniqueFd listening = places.listen_at_other();
  REQUIRE(write_daemon_address(places.base.path(), {places.other, ::getpid() + 1}));
  CHECK(try_connect_daemon(places.client).error().code == Errc::no_daemon);
}

TEST_CASE("a record that is old or makes no sense is as good as none") {
  const TwoPlaces places;
  REQUIRE(write_daemon_address(places.base.path(), {places.other, ::getpid()}));
  CHECK(try_connect_daemon(places.client).error().code == Errc::no_daemon);
  for (const char* text : {"", "\n", "relative\n1\n", "/no/number\n", "/no/number\nx\n", "/no/end"}) {
    std::ofstream(places.base / "daemon.address") << text;
    CHECK_FALSE(read_daemon_address(places.base.path()));
    CHECK(try_connect_daemon(places.client).error().code == Errc::no_daemon);
  }
}
