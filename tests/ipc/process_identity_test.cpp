#include "ipc/process_identity.hpp"

#include <unistd.h>

#include "ipc/random_id.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/forked_child.hpp"

using namespace governor::ipc;
using governor::tests::ForkedChild;

TEST_CASE("a running process is alive, and another start time or boot is another process") {
  const auto self = identify_process(::getpid());
  REQUIRE(self);
  CHECK(self->start_time > 0);
  CHECK(liveness(*self) == Liveness::alive);
  auto earlier = *self;
  earlier.start_time -= 1;
  CHECK(liveness(earlier) == Liveness::dead);
  auto other_boot = *self;
  other_boot.boot_id = "another";
  CHECK(liveness(other_boot) == Liveness::dead);
}

TEST_CASE("a zombie is dead") {
  int hold[2];
  REQUIRE(::pipe(hold) == 0);
  ForkedChild child([&] {
    char byte;
    ::close(hold[1]);
    return static_cast<int>(::read(hold[0], &byte, 1));
  });
  ::close(hold[0]);
  const auto identity = identify_process(child.pid());
  REQUIRE(identity);
  CHECK(liveness(*identity) == Liveness::alive);
  ::close(hold[1]);
  siginfo_t info;
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT) == 0);
  CHECK(liveness(*identity) == Liveness::dead);
  CHECK_FALSE(identify_process(child.pid()));
  child.wait();
  CHECK(liveness(*identity) == Liveness::dead);
}

TEST_CASE("what is not known for sure is not called dead") {
  CHECK(liveness(ProcessIdentity{}) == Liveness::unknown);
  auto self = identify_process(::getpid()).value();
  self.boot_id.clear();
  CHECK(liveness(self) == Liveness::unknown);
  CHECK_FALSE(identify_process(0));
  CHECK_FALSE(identify_process(-1));
}

TEST_CASE("a process has a name") {
  CHECK_FALSE(process_name(::getpid()).empty());
  CHECK(process_name(-5).empty());
}

TEST_CASE("random ids are hex of the asked length and differ") {
  const std::string id = random_hex(16);
  CHECK(id.size() == 32);
  CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(id != random_hex(16));
}

TEST_CASE("the parent of a process is the one that started it") {
  CHECK(parent_process(::getpid()) == ::getppid());
  CHECK_FALSE(parent_process(0));
  CHECK_FALSE(parent_process(-1));
}
