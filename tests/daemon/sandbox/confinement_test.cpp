// What a confined thread cannot do any more, and that others in the process still can.
#include "ipc/sandbox/confinement.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "daemon/sandbox/unconfined.hpp"
#include "ipc/unique_fd.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using governor::daemon::run_unconfined;
using governor::daemon::start_unconfined;
using governor::daemon::Unconfined;
using governor::ipc::confine_thread;
using governor::ipc::UniqueFd;

namespace {

/// The error number of making a file there; 0: it was made.
int made(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  return file ? 0 : errno;
}

int socket_of(int family, int type) {
  const UniqueFd made(::socket(family, type | SOCK_CLOEXEC, 0));
  return made ? 0 : errno;
}

struct Tried {
  std::vector<std::string> missing;
  int inside = -1;
  int outside = -1;
  int rename_out = -1;
  int truncate_outside = -1;
  int read_outside = -1;
  int run_program = -1;
  int unix_socket = -1;
  int tcp_socket = -1;
  int udp_socket = -1;
};

bool lacks(const Tried& tried, std::string_view what) {
  for (const std::string& one : tried.missing)
    if (one.find(what) != std::string::npos) return true;
  return false;
}

Tried try_out(const std::string& own, const std::string& other) {
  Tried tried;
  tried.missing = confine_thread({own, own + "/is-not-there"});
  tried.inside = made(own + "/made");
  tried.outside = made(other + "/made");
  tried.rename_out = ::rename((own + "/made").c_str(), (other + "/moved").c_str()) == 0 ? 0 : errno;
  tried.truncate_outside = ::truncate((other + "/there").c_str(), 0) == 0 ? 0 : errno;
  tried.read_outside = UniqueFd(::open((other + "/there").c_str(), O_RDONLY | O_CLOEXEC)) ? 0 : errno;
  if (!lacks(tried, "starting programs")) {
    const char* const arguments[] = {"/bin/false", nullptr};
    ::execv(arguments[0], const_cast<char* const*>(arguments));
    tried.run_program = errno;
  }
  tried.unix_socket = socket_of(AF_UNIX, SOCK_STREAM);
  tried.tcp_socket = socket_of(AF_INET, SOCK_STREAM);
  tried.udp_socket = socket_of(AF_INET6, SOCK_DGRAM);
  return tried;
}

}  // namespace

TEST_CASE("a confined thread writes where it may and nowhere else, starts nothing and reaches no network") {
  const governor::tests::TemporaryDirectory own;
  const governor::tests::TemporaryDirectory other;
  REQUIRE(made(other.path() + "/there") == 0);
  Tried tried;
  std::thread([&] { tried = try_out(own.path(), other.path()); }).join();
  CHECK(tried.inside == 0);
  CHECK(tried.read_outside == 0);
  CHECK(tried.unix_socket == 0);
  if (!lacks(tried, "starting programs")) {
    CHECK(tried.outside == EACCES);
    CHECK((tried.rename_out == EACCES || tried.rename_out == EXDEV));
    CHECK(tried.truncate_outside == EACCES);
    CHECK(tried.run_program == EACCES);
  }
  if (!lacks(tried, "network")) {
    CHECK(tried.tcp_socket == EACCES);
    CHECK(tried.udp_socket == EACCES);
  }
  // This thread is as free as before.
  CHECK(made(other.path() + "/made") == 0);
  CHECK(socket_of(AF_INET, SOCK_STREAM) == 0);
}

TEST_CASE("a confined thread can start others that are free") {
  const governor::tests::TemporaryDirectory own;
  const governor::tests::TemporaryDirectory other;
  Unconfined unconfined;
  std::promise<int> of_child;
  std::promise<int> of_heir;
  std::thread confined([&] {
    confine_thread({own.path()});
    std::thread([&] { of_heir.set_value(made(other.path() + "/heir")); }).join();
    start_unconfined([&] { of_child.set_value(made(other.path() + "/free")); }).join();
    CHECK_THROWS_AS(run_unconfined([] { throw std::runtime_error("told"); }), std::runtime_error);
    unconfined.end();
  });
  unconfined.serve();
  confined.join();
  CHECK(of_child.get_future().get() == 0);
  const int heir = of_heir.get_future().get();
  CHECK((heir == EACCES || heir == 0));  // 0 where there is no Landlock
  // Nobody serves any more.
  bool has_run = false;
  run_unconfined([&] { has_run = true; });
  CHECK(has_run);
}
